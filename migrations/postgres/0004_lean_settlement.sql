-- What a settlement writes goes into as few trees as its queries need.
--
-- Indexes that no query has: balances are summed over all postings, groups are found by payment, events that wait
-- will be claimed by a query that brings its index, and a message that waits is found by its exception.
drop index posting_account;
drop index posting_group_agency;
drop index outbox_due;
drop index inbox_waiting;

-- Each way to know a payment again has one index that fits and none that nearly fits: a plan that is made while
-- the tables are empty, when all indexes cost the same, must not read every payment of an account.
drop index payment_bank_reference;
drop index payment_day;
create index payment_bank_reference on payment (bank_reference, account_id) where bank_reference is not null;
create index payment_referenced on payment (amount, account_id, paid_on) where bank_reference is not null;
create index payment_unreferenced on payment (amount, account_id, paid_on) where bank_reference is null;

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
