//! Notices, payments, receipts, messages, orders: I-04, I-05, I-06, I-07, I-08, I-10, I-11, I-12
//! (steps and heads), I-13, I-21.

use super::rules;

/// Paid, or closed or exempted after it was paid.
macro_rules! paid {
    () => {
        "(n.state = 'paid' or (n.state in ('closed', 'exempted') and exists (
          select 1 from state_change c where c.entity_id = n.id and c.from_state = 'paid'
            and c.to_state = n.state)))"
    };
}

rules! {
    PAID: "I-04" "notice" = concat!("select n.id, n.state || ', amount ' || cast(n.amount as text) ||
        ', allocations ' || cast(coalesce(a.s, 0) as text) || ' (kept ' ||
        cast(n.allocated as text) || '), live receipts ' || cast(coalesce(r.live, 0) as text) ||
        ' over ' || cast(coalesce(r.s, 0) as text)
        from notice n
        left join (select notice_id, sum(amount) as s from allocation group by notice_id) a
          on a.notice_id = n.id
        left join (select notice_id, count(*) as live, sum(amount) as s from receipt
          where state in ('numbered', 'corrected') group by notice_id) r on r.notice_id = n.id
        where n.allocated <> coalesce(a.s, 0)
          or (coalesce(a.s, 0) = n.amount) <> ", paid!(), "
          or coalesce(r.live, 0) <> (case when ", paid!(), " then 1 else 0 end)
          or (r.live = 1 and r.s <> n.amount)");
    ONE_ACT: "I-04" "receipt" = "select r.id, 'was numbered by another act than its notice was paid by'
        from receipt r
        where r.id not in (select q.replaced_by from receipt q where q.replaced_by is not null)
          and not exists (select 1 from state_change c join state_change p
            on p.entity_id = r.notice_id and p.to_state = 'paid' and p.audit_id = c.audit_id
            where c.entity_id = r.id and c.from_state is null)";
    REPLACEMENT: "I-04" "receipt" = "select r.id, r.state || case when r.replaced_by is null
          then ' names no receipt in its place' else ' names a receipt in its place' end
        from receipt r
        where (r.state = 'replaced' and r.replaced_by is null)
          or (r.state in ('numbered', 'corrected') and r.replaced_by is not null)
          or (r.state = 'voided' and r.replaced_by is null and exists (
            select 1 from receipt q where q.notice_id = r.notice_id
              and q.state in ('numbered', 'corrected')))";
    RECEIPT_OWNER: "I-04" "receipt" = "select r.id, 'is of another court or agency than its notice'
        from receipt r join notice n on n.id = r.notice_id
        where r.court_id <> n.court_id or r.agency_id <> n.agency_id";

    ALLOCATED_OVER: "I-05" "notice" = "select n.id, 'allocations ' || cast(a.s as text) ||
        ' exceed the amount ' || cast(n.amount as text)
        from (select notice_id, sum(amount) as s from allocation group by notice_id) a
        join notice n on n.id = a.notice_id where a.s > n.amount";
    WAITING: "I-05" "notice" = "select n.id, 'keeps ' || cast(n.waiting as text) ||
        ' as waiting, its open parts are ' || cast(coalesce(e.s, 0) as text)
        from notice n left join (select notice_id, sum(amount) as s from exception
          where state = 'open' and kind = 'short' and payment_id is not null group by notice_id) e
          on e.notice_id = n.id
        where n.waiting <> coalesce(e.s, 0)";

    SERIES_OPEN: "I-06" "receipt_series" = "select x.id, 'is one of several open series' from (
        select id, count(*) over (partition by agency_id, coalesce(office_id, agency_id),
          coalesce(counter, ''), form_code, year) as open from receipt_series where state = 'open') x
        where x.open > 1";
    SERIES_KEY: "I-06" "receipt_series" = "select x.id, 'has the key of another series' from (
        select id, count(*) over (partition by agency_id, coalesce(office_id, agency_id),
          coalesce(counter, ''), form_code, year, symbol) as same from receipt_series) x
        where x.same > 1";

    SIGHTED_TWICE: "I-07" "sighting" = "select x.id, 'source ' || x.source || ' ' || x.source_id ||
        ' was sighted before' from (select id, source, source_id, row_number() over (
          partition by account_id, source, source_id order by seen_at, id) as copy from sighting) x
        where x.copy > 1";
    SIGHTED_AGAIN: "I-07" "sighting" = "select x.id, 'its payment is sighted twice by ' || x.source
        from (select id, source, row_number() over (
          partition by payment_id, source order by seen_at, id) as copy from sighting) x
        where x.copy > 1";
    UNSIGHTED: "I-07" "payment" = "select p.id, 'was never sighted by its source ' || p.source
        from payment p where not exists (
          select 1 from sighting s where s.payment_id = p.id and s.source = p.source)";

    PAYMENT_WHOLE: "I-08" "payment" = "select p.id, 'amount ' || cast(p.amount as text) ||
        ', allocations ' || cast(coalesce(a.s, 0) as text) || ', open exceptions ' ||
        cast(coalesce(e.s, 0) as text)
        from payment p
        left join (select payment_id, sum(amount) as s from allocation group by payment_id) a
          on a.payment_id = p.id
        left join (select payment_id, sum(amount) as s from exception
          where state = 'open' and payment_id is not null group by payment_id) e
          on e.payment_id = p.id
        where p.amount <> coalesce(a.s, 0) + coalesce(e.s, 0)";
    GATEWAY: "I-08" "payment" = "select p.id, 'allocates ' || cast(a.amount as text) ||
        ' though its order is ' || coalesce(cast(o.amount as text), 'none')
        from allocation a join payment p on p.id = a.payment_id
        left join payment_order o on o.id = p.order_id
        where p.source = 'gateway' and (o.id is null or o.amount <> p.amount
          or o.notice_id <> a.notice_id or o.account_id <> p.account_id)";

    MESSAGE_TWICE: "I-10" "inbox" = "select x.id, 'message ' || x.message_key || ' has two rows' from (
        select id, message_key, row_number() over (
          partition by account_id, message_key order by received_at, id) as copy from inbox) x
        where x.copy > 1";
    MESSAGE_ANSWER: "I-10" "inbox" = "select i.id, 'outcome ' || i.outcome || ', answer ' ||
        coalesce(i.answer, 'none') from inbox i
        where (i.outcome = 'applied' and coalesce(i.answer, '') not in ('applied', 'already_confirmed'))
          or (i.outcome = 'refused' and coalesce(i.answer, '') not in ('unknown_order', 'invalid_amount'))
          or (i.outcome = 'waiting' and i.answer is not null)";
    MESSAGE_LOST: "I-10" "inbox" = "select i.id, 'waits and nobody was told' from inbox i
        where i.outcome = 'waiting' and i.id not in (select e.inbox_id from exception e
          where e.inbox_id is not null and e.kind = 'poisoned' and e.state = 'open')";
    MESSAGE_EMPTY: "I-10" "inbox" = "select i.id, 'its bytes or deliveries are missing' from inbox i
        where length(i.raw) = 0 or i.deliveries < 1";
    MESSAGE_MONEY: "I-10" "sighting" = "select x.id, 'its message brought money twice' from (
        select id, row_number() over (partition by inbox_id order by seen_at, id) as copy
          from sighting where inbox_id is not null) x where x.copy > 1";

    ANSWER: "I-11" "idempotency" = "select cast(null as uuid), i.scope || ' ' || i.key || ': ' ||
        i.state || case when i.body is null then ' without' else ' with' end || ' an answer'
        from idempotency i
        where (i.state = 'answered' and (i.status is null or i.body is null or i.answered_at is null))
          or (i.state = 'claimed' and (i.status is not null or i.body is not null))
          or length(i.request_hash) <> 32";
    KEY_TWICE: "I-11" "idempotency" = "select cast(null as uuid), i.scope || ' ' || i.key ||
        ': has several rows' from idempotency i group by i.scope, i.key having count(*) > 1";

    // The dangling reference of a step is told here and not under I-18.
    STEP_ACT: "I-12" "state_change" = "select c.id, case when e.id is null
          then 'is bound to no audit entry' else 'has another moment than its audit entry' end
        from state_change c left join audit_entry e on e.id = c.audit_id
        where e.id is null or e.at <> c.at";
    ONE_HEAD: "I-12" "agency" = "select s.agency_id, cast(count(*) filter (where s.carries_head)
        as text) || ' of its series carry its audit head' from receipt_series s
        group by s.agency_id having count(*) filter (where s.carries_head) <> 1";

    DEAD: "I-13" "outbox" = "select o.id, o.event || ' is dead without a reason' from outbox o
        where o.state = 'dead' and coalesce(o.last_error, '') = ''";

    BENEFICIARY: "I-21" "payment_order" = "select o.id, 'goes to a version of another account'
        from payment_order o join account_version v on v.id = o.account_version_id
        where v.account_id <> o.account_id";
    STANDING: "I-21" "payment_order" = "select o.id, 'goes to another account than its notice prints'
        from payment_order o join notice n on n.id = o.notice_id
        where o.kind = 'standing' and o.account_version_id is distinct from n.account_version_id";
}
