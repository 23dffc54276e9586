//! PostgreSQL's texts of the lane.

pub(super) const TRY_LOCK_KEY: &str =
    "select pg_try_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 0))";

pub(super) const TAKE_IN: &str = "
insert into inbox as i (id, account_id, message_key, raw, headers, received_at, deliveries, outcome)
select x.id, x.account_id, x.message_key, decode(x.raw, 'hex'), x.headers, x.received_at,
  x.deliveries, 'waiting'
from jsonb_to_recordset(cast($1 as jsonb)) as x (
  id uuid, account_id uuid, message_key text, raw text, headers jsonb, received_at timestamptz,
  deliveries bigint
) order by x.account_id, x.message_key
on conflict (account_id, message_key) do update set deliveries = i.deliveries + excluded.deliveries
returning i.id, i.account_id, i.message_key, i.outcome, i.answer";

pub(super) const LOCK_NOTICES: &str = "
select
  n.id, n.reference, n.court_id, n.agency_id, n.case_id, n.amount, n.allocated, n.waiting,
  n.state, n.pay_before, n.lapses_at, n.receipt_facts, v.account_id,
  o.id as order_id, o.account_id as order_account, o.kind as order_kind, o.provider_ref,
  o.amount as order_amount, o.state as order_state, o.payer_name, o.payer_address
from notice n
left join account_version v on v.id = n.account_version_id
left join payment_order o on o.notice_id = n.id
where n.reference in (select jsonb_array_elements_text(cast($1 as jsonb)))
order by n.agency_id, n.id, o.attempt for update of n";

pub(super) const WAITING_PARTS: &str = "
select e.id, e.notice_id, e.payment_id, e.amount, p.paid_at, p.paid_on, p.paid_basis
from exception e join payment p on p.id = e.payment_id
where e.state = 'open' and e.kind = 'short' and e.payment_id is not null
  and e.notice_id in (select cast(x as uuid) from jsonb_array_elements_text(cast($1 as jsonb)) as x)
order by e.raised_at, e.id";

pub(super) const LOCK_SERIES: &str = "
select s.id, s.agency_id, s.office_id, s.form_code, s.year, s.symbol, s.state = 'open' as open,
  s.last_number, s.last_issued_at, s.carries_head, s.audit_seq, s.audit_hash, a.parts, a.issue
from receipt_series s join agency a on a.id = s.agency_id
where (s.state = 'open' or s.carries_head)
  and s.agency_id in (select cast(x as uuid) from jsonb_array_elements_text(cast($1 as jsonb)) as x)
order by s.agency_id, s.carries_head desc, s.id for update of s";

/// Each way to know a payment goes by an index of its own: an account has many payments a day.
/// `offset 0` has PostgreSQL go from the batch to the payments and never the other way.
pub(super) const KNOWN_PAYMENTS: &str = "
with x as materialized (
  select * from jsonb_to_recordset(cast($1 as jsonb)) as x (
    item bigint, account_id uuid, bank_reference text, amount bigint, \"from\" date, \"to\" date
  )
), known as (
  select x.item, p.id from x cross join lateral (
    select p.id from payment p
    where p.account_id = x.account_id and p.bank_reference = x.bank_reference offset 0
  ) p
  union all
  select x.item, p.id from x cross join lateral (
    select p.id from payment p
    where p.account_id = x.account_id and p.bank_reference is null
      and p.amount = x.amount and p.paid_on between x.\"from\" and x.\"to\" offset 0
  ) p
  union all
  select x.item, p.id from x cross join lateral (
    select p.id from payment p
    where p.account_id = x.account_id and p.bank_reference > ''
      and p.amount = x.amount and p.paid_on between x.\"from\" and x.\"to\" offset 0
  ) p where x.bank_reference is null
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
  order by o.next_query_at, o.id limit $3 for update skip locked
) returning id";

pub(super) const WRITE_BATCH: &str = "
with w_payments as (
  insert into payment (
    id, account_id, agency_id, source, amount, order_id, paid_at, paid_on, paid_basis,
    received_at, value_date, recorded_at, payer_name, payer_account, payer_account_index, memo,
    bank_reference
  ) select
    x.id, x.account_id, x.agency_id, x.source, x.amount, x.order_id, x.paid_at, x.paid_on,
    x.paid_basis, x.received_at, x.value_date, x.recorded_at, x.payer_name,
    decode(x.payer_account, 'hex'), decode(x.payer_account_index, 'hex'), x.memo,
    x.bank_reference
  from jsonb_to_recordset(cast($1 as jsonb) -> 'payments') as x (
    id uuid, account_id uuid, agency_id uuid, source text, amount bigint, order_id uuid,
    paid_at timestamptz, paid_on date, paid_basis text, received_at timestamptz,
    value_date date, recorded_at timestamptz, payer_name text, payer_account text,
    payer_account_index text, memo text, bank_reference text
  ) returning 1
),
w_sightings as (
  insert into sighting (
    id, payment_id, account_id, source, source_id, inbox_id, line_id, seen_at
  ) select
    x.id, x.payment_id, x.account_id, x.source, x.source_id, x.inbox_id, x.line_id, x.seen_at
  from jsonb_to_recordset(cast($1 as jsonb) -> 'sightings') as x (
    id uuid, payment_id uuid, account_id uuid, source text, source_id text, inbox_id uuid,
    line_id uuid, seen_at timestamptz
  ) returning 1
),
w_allocations as (
  insert into allocation (
    id, payment_id, notice_id, amount, rule, made_at
  ) select
    x.id, x.payment_id, x.notice_id, x.amount, x.rule, x.made_at
  from jsonb_to_recordset(cast($1 as jsonb) -> 'allocations') as x (
    id uuid, payment_id uuid, notice_id uuid, amount bigint, rule text, made_at timestamptz
  ) returning 1
),
w_receipts as (
  insert into receipt (
    id, series_id, number, agency_id, court_id, notice_id, amount, issued_at, code,
    form_version, record, content_hash, state
  ) select
    x.id, x.series_id, x.number, x.agency_id, x.court_id, x.notice_id, x.amount, x.issued_at,
    x.code, x.form_version, x.record, decode(x.content_hash, 'hex'), 'numbered'
  from jsonb_to_recordset(cast($1 as jsonb) -> 'receipts') as x (
    id uuid, series_id uuid, number bigint, agency_id uuid, court_id uuid, notice_id uuid,
    amount bigint, issued_at timestamptz, code text, form_version text, record text,
    content_hash text
  ) returning 1
),
w_groups as (
  insert into posting_group (
    id, agency_id, cause, booked_on, posted_at, payment_id, line_id, digest
  ) select
    x.id, x.agency_id, x.cause, x.booked_on, x.posted_at, x.payment_id, x.line_id,
    decode(x.digest, 'hex')
  from jsonb_to_recordset(cast($1 as jsonb) -> 'groups') as x (
    id uuid, agency_id uuid, cause text, booked_on date, posted_at timestamptz,
    payment_id uuid, line_id uuid, digest text
  ) returning 1
),
w_postings as (
  insert into posting (
    group_id, position, ledger_account_id, side, amount, notice_id, payment_id, case_id
  ) select
    x.group_id, x.position, x.ledger_account_id, x.side, x.amount, x.notice_id, x.payment_id,
    x.case_id
  from jsonb_to_recordset(cast($1 as jsonb) -> 'postings') as x (
    group_id uuid, position bigint, ledger_account_id uuid, side text, amount bigint,
    notice_id uuid, payment_id uuid, case_id uuid
  ) returning 1
),
w_exceptions as (
  insert into exception (
    id, agency_id, court_id, kind, amount, payment_id, line_id, notice_id, order_id, inbox_id,
    reason, state, bank_day, raised_at, cleared_at, cleared_by, cleared_why
  ) select
    x.id, x.agency_id, x.court_id, x.kind, x.amount, x.payment_id, x.line_id, x.notice_id,
    x.order_id, x.inbox_id, x.reason, x.state, x.bank_day, x.raised_at, x.cleared_at, x.cleared_by,
    x.cleared_why
  from jsonb_to_recordset(cast($1 as jsonb) -> 'exceptions') as x (
    id uuid, agency_id uuid, court_id uuid, kind text, amount bigint, payment_id uuid,
    line_id uuid, notice_id uuid, order_id uuid, inbox_id uuid, reason text, state text, bank_day date,
    raised_at timestamptz, cleared_at timestamptz, cleared_by text, cleared_why text
  ) returning 1
),
w_audits as (
  insert into audit_entry (
    id, chain, chain_id, seq, at, actor_kind, actor, address, request_id, action, entity,
    entity_id, payload, payload_digest, effects, effects_digest, previous, hash
  ) select
    x.id, x.chain, x.chain_id, x.seq, x.at, x.actor_kind, x.actor, x.address, x.request_id,
    x.action, x.entity, x.entity_id, x.payload, decode(x.payload_digest, 'hex'), x.effects,
    decode(x.effects_digest, 'hex'), decode(x.previous, 'hex'), decode(x.hash, 'hex')
  from jsonb_to_recordset(cast($1 as jsonb) -> 'audits') as x (
    id uuid, chain text, chain_id uuid, seq bigint, at timestamptz, actor_kind text,
    actor text, address text, request_id text, action text, entity text, entity_id uuid,
    payload text, payload_digest text, effects jsonb, effects_digest text, previous text,
    hash text
  ) returning 1
),
w_changes as (
  insert into state_change (
    id, machine, entity_id, from_state, to_state, at, audit_id
  ) select
    x.id, x.machine, x.entity_id, x.from_state, x.to_state, x.at, x.audit_id
  from jsonb_to_recordset(cast($1 as jsonb) -> 'changes') as x (
    id uuid, machine text, entity_id uuid, from_state text, to_state text, at timestamptz,
    audit_id uuid
  ) returning 1
),
w_outbox as (
  insert into outbox (
    id, event, court_id, agency_id, entity_id, payload, state, tries, lease, next_at, created_at
  ) select
    x.id, x.event, x.court_id, x.agency_id, x.entity_id, x.payload, 'waiting', 0, 0, x.at, x.at
  from jsonb_to_recordset(cast($1 as jsonb) -> 'outbox') as x (
    id uuid, event text, court_id uuid, agency_id uuid, entity_id uuid, payload jsonb,
    at timestamptz
  ) returning 1
),
w_inbox as (
  update inbox set
    outcome = x.outcome, answer = x.answer
  from jsonb_to_recordset(cast($1 as jsonb) -> 'inbox') as x (
    id uuid, outcome text, answer text
  ) where inbox.id = x.id returning 1
),
w_notices as (
  update notice set
    state = x.state, allocated = x.allocated, waiting = x.waiting, paid_at = x.paid_at,
    paid_on = x.paid_on, paid_basis = x.paid_basis, timeliness = x.timeliness,
    receipt_at_court = x.receipt_at_court
  from jsonb_to_recordset(cast($1 as jsonb) -> 'notices') as x (
    id uuid, from_state text, from_allocated bigint, state text, allocated bigint,
    waiting bigint, paid_at timestamptz, paid_on date, paid_basis text, timeliness text,
    receipt_at_court timestamptz
  ) where notice.id = x.id and notice.state = x.from_state and notice.allocated = x.from_allocated returning 1
),
w_orders as (
  update payment_order set
    state = x.state, failure_code = x.failure_code
  from jsonb_to_recordset(cast($1 as jsonb) -> 'orders') as x (
    id uuid, from_state text, state text, failure_code text
  ) where payment_order.id = x.id and payment_order.state = x.from_state returning 1
),
w_series as (
  update receipt_series set
    last_number = x.last_number, last_issued_at = x.last_issued_at, audit_seq = x.audit_seq,
    audit_hash = decode(x.audit_hash, 'hex')
  from jsonb_to_recordset(cast($1 as jsonb) -> 'series') as x (
    id uuid, from_number bigint, from_seq bigint, last_number bigint,
    last_issued_at timestamptz, audit_seq bigint, audit_hash text
  ) where receipt_series.id = x.id and receipt_series.last_number = x.from_number and receipt_series.audit_seq = x.from_seq returning 1
),
w_balances as (
  update ledger_account set
    balance = balance + x.delta
  from jsonb_to_recordset(cast($1 as jsonb) -> 'balances') as x (
    id uuid, delta bigint
  ) where ledger_account.id = x.id returning 1
),
w_cleared as (
  update exception set
    cleared_at = x.cleared_at, cleared_by = x.cleared_by, cleared_why = x.cleared_why,
    state = 'cleared'
  from jsonb_to_recordset(cast($1 as jsonb) -> 'cleared') as x (
    id uuid, cleared_at timestamptz, cleared_by text, cleared_why text
  ) where exception.id = x.id and exception.state = 'open' returning 1
),
w_lines as (
  update statement_line set
    outcome = x.outcome, rule = x.rule, payment_id = x.payment_id
  from jsonb_to_recordset(cast($1 as jsonb) -> 'lines') as x (
    id uuid, outcome text, rule text, payment_id uuid
  ) where statement_line.id = x.id and statement_line.outcome is null returning 1
)
select
  (select count(*) from w_payments) +
  (select count(*) from w_sightings) +
  (select count(*) from w_allocations) +
  (select count(*) from w_receipts) +
  (select count(*) from w_groups) +
  (select count(*) from w_postings) +
  (select count(*) from w_exceptions) +
  (select count(*) from w_audits) +
  (select count(*) from w_changes) +
  (select count(*) from w_outbox) +
  (select count(*) from w_inbox) +
  (select count(*) from w_notices) +
  (select count(*) from w_orders) +
  (select count(*) from w_series) +
  (select count(*) from w_balances) +
  (select count(*) from w_cleared) +
  (select count(*) from w_lines)";
