//! SQLite's texts of the lane.

pub(super) const TAKE_IN: &str = "
insert into inbox (id, account_id, message_key, raw, headers, received_at, deliveries, outcome)
select unhex(value ->> 'id'), unhex(value ->> 'account_id'), value ->> 'message_key',
  unhex(value ->> 'raw'), value -> 'headers', value ->> 'received_at', value ->> 'deliveries',
  'waiting'
from jsonb_each($1) where true
on conflict (account_id, message_key)
do update set deliveries = inbox.deliveries + excluded.deliveries
returning id, account_id, message_key, outcome, answer";

pub(super) const LOCK_NOTICES: &str = "
select
  n.id, n.reference, n.court_id, n.agency_id, n.case_id, n.amount, n.allocated, n.waiting,
  n.state, n.pay_before, n.lapses_at, n.receipt_facts, v.account_id,
  o.id as order_id, o.account_id as order_account, o.kind as order_kind, o.provider_ref,
  o.amount as order_amount, o.state as order_state, o.payer_name, o.payer_address
from notice n
left join account_version v on v.id = n.account_version_id
left join payment_order o on o.notice_id = n.id
where n.reference in (select value from json_each($1))
order by n.agency_id, n.id, o.attempt";

pub(super) const WAITING_PARTS: &str = "
select e.id, e.notice_id, e.payment_id, e.amount, p.paid_at, p.paid_on, p.paid_basis
from exception e join payment p on p.id = e.payment_id
where e.state = 'open' and e.kind = 'short' and e.payment_id is not null
  and e.notice_id in (select unhex(value) from json_each($1))
order by e.raised_at, e.id";

pub(super) const LOCK_SERIES: &str = "
select s.id, s.agency_id, s.office_id, s.form_code, s.year, s.symbol, s.state = 'open' as open,
  s.last_number, s.last_issued_at, s.carries_head, s.audit_seq, s.audit_hash, a.parts, a.issue
from receipt_series s join agency a on a.id = s.agency_id
where (s.state = 'open' or s.carries_head)
  and s.agency_id in (select unhex(value) from json_each($1))
order by s.agency_id, s.carries_head desc, s.id";

/// Each way to know a payment goes by an index of its own: an account has many payments a day.
/// `cross join` has SQLite go from the batch to the payments and never the other way.
pub(super) const KNOWN_PAYMENTS: &str = "
with x as materialized (
  select value ->> 'item' as item, unhex(value ->> 'account_id') as account_id,
    value ->> 'bank_reference' as bank_reference, value ->> 'amount' as amount,
    value ->> 'from' as low, value ->> 'to' as high
  from jsonb_each($1)
), known as (
  select x.item, p.id from x cross join payment p indexed by payment_bank_reference
    on p.account_id = x.account_id and p.bank_reference = x.bank_reference
  union all
  select x.item, p.id from x cross join payment p indexed by payment_unreferenced
    on p.account_id = x.account_id and p.bank_reference is null
    and p.amount = x.amount and p.paid_on between x.low and x.high
  union all
  select x.item, p.id from x cross join payment p indexed by payment_referenced
    on p.account_id = x.account_id and p.bank_reference > ''
    and p.amount = x.amount and p.paid_on between x.low and x.high
  where x.bank_reference is null
)
select k.item, p.id, p.amount, p.bank_reference, p.paid_on, p.source,
  coalesce((select string_agg(n.reference, ',') from notice n where n.id in (
    select a.notice_id from allocation a where a.payment_id = p.id
    union select e.notice_id from exception e where e.payment_id = p.id
  )), '') as notices,
  coalesce((select string_agg(s.source, ',') from sighting s where s.payment_id = p.id), '') as sighted_by
from known k join payment p on p.id = k.id
order by k.item, p.recorded_at, p.id";

pub(super) const CLAIM_QUERIES: &str = "
update payment_order set query_lease = $2 where id in (
  select o.id from payment_order o
  where o.next_query_at <= $1 and (o.query_lease is null or o.query_lease < $1)
  order by o.next_query_at, o.id limit $3
) returning id";

/// A parameter a table: each statement reads the JSON of its own rows only.
pub(super) const WRITE_BATCH: &str = "
insert into payment (
  id, account_id, agency_id, source, amount, order_id, paid_at, paid_on, paid_basis,
  received_at, value_date, recorded_at, payer_name, payer_account, payer_account_index, memo,
  bank_reference
) select
  unhex(value ->> 'id'), unhex(value ->> 'account_id'), unhex(value ->> 'agency_id'),
  value ->> 'source', value ->> 'amount', unhex(value ->> 'order_id'), value ->> 'paid_at',
  value ->> 'paid_on', value ->> 'paid_basis', value ->> 'received_at', value ->> 'value_date',
  value ->> 'recorded_at', value ->> 'payer_name', unhex(value ->> 'payer_account'),
  unhex(value ->> 'payer_account_index'), value ->> 'memo', value ->> 'bank_reference'
from jsonb_each($1);
insert into sighting (
  id, payment_id, account_id, source, source_id, inbox_id, line_id, seen_at
) select
  unhex(value ->> 'id'), unhex(value ->> 'payment_id'), unhex(value ->> 'account_id'),
  value ->> 'source', value ->> 'source_id', unhex(value ->> 'inbox_id'),
  unhex(value ->> 'line_id'), value ->> 'seen_at'
from jsonb_each($2);
insert into allocation (
  id, payment_id, notice_id, amount, rule, made_at
) select
  unhex(value ->> 'id'), unhex(value ->> 'payment_id'), unhex(value ->> 'notice_id'),
  value ->> 'amount', value ->> 'rule', value ->> 'made_at'
from jsonb_each($3);
insert into receipt (
  id, series_id, number, agency_id, court_id, notice_id, amount, issued_at, code, form_version,
  record, content_hash, state
) select
  unhex(value ->> 'id'), unhex(value ->> 'series_id'), value ->> 'number',
  unhex(value ->> 'agency_id'), unhex(value ->> 'court_id'), unhex(value ->> 'notice_id'),
  value ->> 'amount', value ->> 'issued_at', value ->> 'code', value ->> 'form_version',
  value ->> 'record', unhex(value ->> 'content_hash'), 'numbered'
from jsonb_each($4);
insert into posting_group (
  id, agency_id, cause, booked_on, posted_at, payment_id, line_id, digest
) select
  unhex(value ->> 'id'), unhex(value ->> 'agency_id'), value ->> 'cause',
  value ->> 'booked_on', value ->> 'posted_at', unhex(value ->> 'payment_id'),
  unhex(value ->> 'line_id'), unhex(value ->> 'digest')
from jsonb_each($5);
insert into posting (
  group_id, position, ledger_account_id, side, amount, notice_id, payment_id, case_id
) select
  unhex(value ->> 'group_id'), value ->> 'position', unhex(value ->> 'ledger_account_id'),
  value ->> 'side', value ->> 'amount', unhex(value ->> 'notice_id'),
  unhex(value ->> 'payment_id'), unhex(value ->> 'case_id')
from jsonb_each($6);
insert into exception (
  id, agency_id, court_id, kind, amount, payment_id, line_id, notice_id, order_id, inbox_id,
  reason, state, bank_day, raised_at, cleared_at, cleared_by, cleared_why
) select
  unhex(value ->> 'id'), unhex(value ->> 'agency_id'), unhex(value ->> 'court_id'),
  value ->> 'kind', value ->> 'amount', unhex(value ->> 'payment_id'),
  unhex(value ->> 'line_id'), unhex(value ->> 'notice_id'), unhex(value ->> 'order_id'),
  unhex(value ->> 'inbox_id'), value ->> 'reason', value ->> 'state', value ->> 'bank_day', value ->> 'raised_at',
  value ->> 'cleared_at', value ->> 'cleared_by', value ->> 'cleared_why'
from jsonb_each($7);
insert into audit_entry (
  id, chain, chain_id, seq, at, actor_kind, actor, address, request_id, action, entity,
  entity_id, payload, payload_digest, effects, effects_digest, previous, hash
) select
  unhex(value ->> 'id'), value ->> 'chain', unhex(value ->> 'chain_id'), value ->> 'seq',
  value ->> 'at', value ->> 'actor_kind', value ->> 'actor', value ->> 'address',
  value ->> 'request_id', value ->> 'action', value ->> 'entity', unhex(value ->> 'entity_id'),
  value ->> 'payload', unhex(value ->> 'payload_digest'), value -> 'effects',
  unhex(value ->> 'effects_digest'), unhex(value ->> 'previous'), unhex(value ->> 'hash')
from jsonb_each($8);
insert into state_change (
  id, machine, entity_id, from_state, to_state, at, audit_id
) select
  unhex(value ->> 'id'), value ->> 'machine', unhex(value ->> 'entity_id'),
  value ->> 'from_state', value ->> 'to_state', value ->> 'at', unhex(value ->> 'audit_id')
from jsonb_each($9);
insert into outbox (
  id, event, court_id, agency_id, entity_id, payload, state, tries, lease, next_at, created_at
) select
  unhex(value ->> 'id'), value ->> 'event', unhex(value ->> 'court_id'),
  unhex(value ->> 'agency_id'), unhex(value ->> 'entity_id'), value -> 'payload', 'waiting', 0,
  0, value ->> 'at', value ->> 'at'
from jsonb_each($10);
update inbox set
  outcome = x.value ->> 'outcome', answer = x.value ->> 'answer'
from jsonb_each($11) as x
where inbox.id = unhex(x.value ->> 'id');
update notice set
  state = x.value ->> 'state', allocated = x.value ->> 'allocated',
  waiting = x.value ->> 'waiting', paid_at = x.value ->> 'paid_at',
  paid_on = x.value ->> 'paid_on', paid_basis = x.value ->> 'paid_basis',
  timeliness = x.value ->> 'timeliness', receipt_at_court = x.value ->> 'receipt_at_court'
from jsonb_each($12) as x
where notice.id = unhex(x.value ->> 'id') and notice.state = x.value ->> 'from_state' and notice.allocated = x.value ->> 'from_allocated';
update payment_order set
  state = x.value ->> 'state', failure_code = x.value ->> 'failure_code'
from jsonb_each($13) as x
where payment_order.id = unhex(x.value ->> 'id') and payment_order.state = x.value ->> 'from_state';
update receipt_series set
  last_number = x.value ->> 'last_number', last_issued_at = x.value ->> 'last_issued_at',
  audit_seq = x.value ->> 'audit_seq', audit_hash = unhex(x.value ->> 'audit_hash')
from jsonb_each($14) as x
where receipt_series.id = unhex(x.value ->> 'id') and receipt_series.last_number = x.value ->> 'from_number' and receipt_series.audit_seq = x.value ->> 'from_seq';
update ledger_account set
  balance = balance + (x.value ->> 'delta')
from jsonb_each($15) as x
where ledger_account.id = unhex(x.value ->> 'id');
update exception set
  cleared_at = x.value ->> 'cleared_at', cleared_by = x.value ->> 'cleared_by',
  cleared_why = x.value ->> 'cleared_why', state = 'cleared'
from jsonb_each($16) as x
where exception.id = unhex(x.value ->> 'id') and exception.state = 'open';
update statement_line set
  outcome = x.value ->> 'outcome', rule = x.value ->> 'rule',
  payment_id = unhex(x.value ->> 'payment_id')
from jsonb_each($17) as x
where statement_line.id = unhex(x.value ->> 'id') and statement_line.outcome is null;";
