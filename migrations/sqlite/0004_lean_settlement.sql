-- What a settlement writes goes into as few trees as its queries need.
--
-- Indexes that no query has: balances are summed over all postings, groups are found by payment, events that wait
-- will be claimed by a query that brings its index, and a message that waits is found by its exception.
drop index posting_account;
drop index posting_group_agency;
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

-- The key that queries use is the primary key; an id that nobody asks for alone is part of it or a plain column.
-- Short rows live in the tree of their key (without rowid) instead of in a second one. A table is made anew for it;
-- its triggers go with the old one and come again.
create table lean_sighting (
  id blob not null,
  payment_id blob not null references payment (id),
  account_id blob not null,
  source text not null check (source in ('gateway', 'push', 'statement', 'counter')),
  source_id text not null,
  inbox_id blob references inbox (id),
  line_id blob,
  seen_at text not null,
  primary key (payment_id, source),
  unique (account_id, source, source_id)
) strict, without rowid;
insert into lean_sighting (id, payment_id, account_id, source, source_id, inbox_id, line_id, seen_at)
select id, payment_id, account_id, source, source_id, inbox_id, line_id, seen_at from sighting;
drop table sighting;
alter table lean_sighting rename to sighting;
create trigger sighting_keeps before update on sighting
begin select raise(abort, 'sighting only grows: update refused'); end;
create trigger sighting_stays before delete on sighting
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'sighting only grows: delete refused'); end;

create table lean_allocation (
  id blob not null,
  payment_id blob not null references payment (id),
  notice_id blob not null references notice (id),
  amount integer not null check (amount > 0),
  rule text not null,
  made_at text not null,
  primary key (payment_id, id)
) strict, without rowid;
insert into lean_allocation (id, payment_id, notice_id, amount, rule, made_at)
select id, payment_id, notice_id, amount, rule, made_at from allocation;
drop table allocation;
alter table lean_allocation rename to allocation;
create index allocation_notice on allocation (notice_id);
create trigger allocation_keeps before update on allocation
begin select raise(abort, 'allocation only grows: update refused'); end;
create trigger allocation_stays before delete on allocation
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'allocation only grows: delete refused'); end;

create table lean_state_change (
  id blob not null,
  machine text not null check (machine in ('notice', 'order', 'receipt', 'case')),
  entity_id blob not null,
  from_state text,
  to_state text not null,
  at text not null,
  audit_id blob not null references audit_entry (id),
  primary key (entity_id, id)
) strict, without rowid;
insert into lean_state_change (id, machine, entity_id, from_state, to_state, at, audit_id)
select id, machine, entity_id, from_state, to_state, at, audit_id from state_change;
drop table state_change;
alter table lean_state_change rename to state_change;
create trigger state_change_keeps before update on state_change
begin select raise(abort, 'state_change only grows: update refused'); end;
create trigger state_change_stays before delete on state_change
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'state_change only grows: delete refused'); end;

create table lean_posting_group (
  id blob primary key,
  agency_id blob not null,
  cause text not null,
  booked_on text not null,
  posted_at text not null,
  payment_id blob references payment (id),
  line_id blob,
  digest blob not null
) strict, without rowid;
insert into lean_posting_group (id, agency_id, cause, booked_on, posted_at, payment_id, line_id, digest)
select id, agency_id, cause, booked_on, posted_at, payment_id, line_id, digest from posting_group;
create table lean_posting (
  group_id blob not null references lean_posting_group (id),
  position integer not null,
  ledger_account_id blob not null references ledger_account (id),
  side text not null check (side in ('debit', 'credit')),
  amount integer not null check (amount between 1 and 10000000000000),
  notice_id blob references notice (id),
  payment_id blob,
  case_id blob,
  primary key (group_id, position)
) strict, without rowid;
insert into lean_posting
  (group_id, position, ledger_account_id, side, amount, notice_id, payment_id, case_id)
select group_id, position, ledger_account_id, side, amount, notice_id, payment_id, case_id from posting;
drop table posting;
drop table posting_group;
alter table lean_posting_group rename to posting_group;
alter table lean_posting rename to posting;
create index posting_group_payment on posting_group (payment_id);
create trigger posting_group_keeps before update on posting_group
begin select raise(abort, 'posting_group only grows: update refused'); end;
create trigger posting_group_stays before delete on posting_group
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'posting_group only grows: delete refused'); end;
create trigger posting_keeps before update on posting
begin select raise(abort, 'posting only grows: update refused'); end;
create trigger posting_stays before delete on posting
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'posting only grows: delete refused'); end;

create table lean_outbox (
  id blob primary key,
  event text not null,
  court_id blob,
  agency_id blob,
  entity_id blob not null,
  payload text not null,
  state text not null check (state in ('waiting', 'delivered', 'dead')),
  tries integer not null,
  next_at text not null,
  lease_until text,
  lease integer not null,
  last_error text,
  created_at text not null
) strict;
insert into lean_outbox (id, event, court_id, agency_id, entity_id, payload, state, tries, next_at, lease_until, lease,
  last_error, created_at)
select id, event, court_id, agency_id, entity_id, payload, state, tries, next_at, lease_until, lease, last_error,
  created_at from outbox;
drop table outbox;
alter table lean_outbox rename to outbox;
