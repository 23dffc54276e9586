-- What a settlement writes goes into as few trees as its queries need.
--
-- Indexes that no query has: balances are summed over all postings, groups are found by payment, events that wait
-- will be claimed by a query that brings its index, and a message that waits is found by its exception.
drop index posting_account;
drop index posting_group_agency;
drop index outbox_due;
drop index inbox_waiting;

-- Each way to know a payment again has one index that fits and none that nearly fits: a plan that is made while
-- the tables are empty, when all indexes cost the same, must not read every payment of an account. So what says "has a
-- reference" says it in words that a search for one reference does not imply.
drop index payment_bank_reference;
drop index payment_day;
create index payment_bank_reference on payment (bank_reference, account_id) where bank_reference is not null;
create index payment_referenced on payment (amount, account_id, paid_on) where bank_reference > '';
create index payment_unreferenced on payment (amount, account_id, paid_on) where bank_reference is null;

-- A column that another key of its row implies is no foreign key: the account of a sighting (its payment or message),
-- the agency of a group and the payment and case of a posting (its notice or group), court and agency of an event.
-- `anphi check` looks at all of them (I-18).
alter table sighting drop constraint sighting_account_id_fkey;
alter table posting_group drop constraint posting_group_agency_id_fkey;
alter table posting drop constraint posting_payment_id_fkey;
alter table posting drop constraint posting_case_id_fkey;
alter table outbox drop constraint outbox_court_id_fkey;
alter table outbox drop constraint outbox_agency_id_fkey;

-- The key that queries use is the primary key; an id that nobody asks for alone is part of it or a plain column.
alter table sighting drop constraint sighting_pkey;
alter table sighting drop constraint sighting_payment_id_source_key;
alter table sighting add primary key (payment_id, source);
alter table allocation drop constraint allocation_pkey;
drop index allocation_payment;
alter table allocation add primary key (payment_id, id);
alter table state_change drop constraint state_change_pkey;
drop index state_change_entity;
alter table state_change add primary key (entity_id, id);

-- Rows that are changed in place after they are written keep room on their page for it.
alter table notice set (fillfactor = 80);
alter table payment_order set (fillfactor = 80);
