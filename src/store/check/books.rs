//! Ledger and bank statements: I-01, I-02, I-03, I-14.

use super::rules;

rules! {
    UNBALANCED: "I-01" "posting_group" = "select p.group_id,
        'debits ' || cast(coalesce(sum(p.amount) filter (where p.side = 'debit'), 0) as text) ||
        ', credits ' || cast(coalesce(sum(p.amount) filter (where p.side = 'credit'), 0) as text) ||
        ', postings ' || cast(count(*) as text) || ' at ' || cast(min(p.position) as text) || ' to '
        || cast(max(p.position) as text) || ', amounts ' || cast(min(p.amount) as text) || ' to ' ||
        cast(max(p.amount) as text)
        from posting p group by p.group_id
        having coalesce(sum(p.amount) filter (where p.side = 'debit'), 0)
          <> coalesce(sum(p.amount) filter (where p.side = 'credit'), 0)
          or min(p.amount) < 1 or max(p.amount) > 10000000000000
          or count(*) < 2 or min(p.position) <> 1 or max(p.position) <> count(*)";
    EMPTY: "I-01" "posting_group" = "select g.id, 'has no postings' from posting_group g
        where not exists (select 1 from posting p where p.group_id = g.id)";
    UNEVEN: "I-01" "posting" = "select cast(null as uuid), 'the ledger sums to ' || cast(t.s as text)
        from (select sum(case side when 'debit' then amount else -amount end) as s from posting) t
        where t.s <> 0";

    BALANCE: "I-02" "ledger_account" = "select l.id, l.kind || ': balance ' ||
        cast(l.balance as text) || ', postings sum to ' || cast(coalesce(p.s, 0) as text)
        from ledger_account l left join (
          select ledger_account_id as id, sum(case side when 'debit' then amount else -amount end) as s
          from posting group by ledger_account_id
        ) p on p.id = l.id
        where l.balance <> coalesce(p.s, 0)";

    // A line waits between import and matching. Matching takes an account's lines in the bank's
    // order, so one that still waits while a later statement's line has its outcome was passed over.
    PASSED_OVER: "I-03" "statement_line" = "select l.id, 'has no outcome, later lines have theirs'
        from statement_line l join statement s on s.id = l.statement_id
        where l.outcome is null and exists (
          select 1 from statement t join statement_line m on m.statement_id = t.id
          where t.account_id = s.account_id and t.period_from > s.period_to
            and m.outcome is not null)";
    LINE_OF_PAYMENT: "I-03" "statement_line" = "select l.id, 'is ' || l.direction || ' ' ||
        cast(l.amount as text) || ', outcome payment, but no such payment is sighted by it'
        from statement_line l left join payment p on p.id = l.payment_id
        left join sighting s on s.payment_id = l.payment_id and s.source = 'statement'
        where l.outcome = 'payment' and (p.id is null or p.amount <> l.amount
          or p.account_id <> l.account_id or l.direction <> 'credit'
          or s.line_id is distinct from l.id)";
    LINE_OF_NONE: "I-03" "statement_line" = "select l.id, 'has outcome ' ||
        coalesce(l.outcome, 'none') || ' and a payment' from statement_line l
        where l.outcome is distinct from 'payment' and l.payment_id is not null";
    SIGHTING_LINE: "I-03" "sighting" = "select s.id, 'its line names another payment'
        from sighting s join statement_line l on l.id = s.line_id
        where l.payment_id is distinct from s.payment_id";
    UNMATCHED: "I-03" "statement_line" = "select l.id, 'is unmatched without an exception'
        from statement_line l where l.outcome = 'unmatched'
        and l.id not in (select e.line_id from exception e where e.line_id is not null)";
    UNBOOKED: "I-03" "statement_line" = "select l.id, 'outcome ' || l.outcome || ' is not booked'
        from statement_line l where l.outcome in ('unmatched', 'fee', 'interest')
        and l.id not in (select g.line_id from posting_group g where g.line_id is not null)";
    BOOKED_TWICE: "I-03" "statement_line" = "select g.line_id, 'is booked ' ||
        cast(count(*) as text) || ' times' from posting_group g
        where g.line_id is not null and g.cause in ('payment', 'line')
        group by g.line_id having count(*) > 1";
    // Money that came by the statement first is booked with its line.
    BOOKED_LINE: "I-03" "posting_group" = "select g.id, 'its payment came by another line'
        from posting_group g join payment p on p.id = g.payment_id
        join sighting s on s.payment_id = p.id and s.source = p.source
        where g.cause = 'payment' and g.line_id is distinct from s.line_id";
    LEDGER_AND_BANK: "I-03" "account" = "select c.account_id, 'ledger ' ||
        cast(coalesce(l.balance, 0) as text) || ', bank ' || cast(c.closing as text) ||
        ', payments not on a statement ' || cast(coalesce(o.s, 0) as text) ||
        ', lines that wait ' || cast(coalesce(w.s, 0) as text)
        from (select s.account_id, s.closing from statement s where not exists (
          select 1 from statement t where t.account_id = s.account_id
            and t.period_to > s.period_to)) c
        left join ledger_account l on l.account_id = c.account_id and l.kind = 'bank'
        left join (select p.account_id, sum(p.amount) as s from payment p
          where p.source in ('push', 'statement') and not exists (
            select 1 from sighting x where x.payment_id = p.id and x.source = 'statement')
          group by p.account_id) o on o.account_id = c.account_id
        left join (select account_id, sum(case direction when 'credit' then amount else -amount end)
          as s from statement_line where outcome is null group by account_id) w
          on w.account_id = c.account_id
        where coalesce(l.balance, 0) - c.closing <> coalesce(o.s, 0) - coalesce(w.s, 0)";

    STATEMENT_SUMS: "I-14" "statement" = "select s.id, 'opening ' || cast(s.opening as text) || ' + '
        || cast(s.sum_credit as text) || ' - ' || cast(s.sum_debit as text) || ' and closing ' ||
        cast(s.closing as text) || '; ' || cast(coalesce(l.lines, 0) as text) || ' lines with ' ||
        cast(coalesce(l.credit, 0) as text) || ' and ' || cast(coalesce(l.debit, 0) as text)
        from statement s left join (
          select statement_id, count(*) as lines, min(n) as low, max(n) as high,
            coalesce(sum(amount) filter (where direction = 'credit'), 0) as credit,
            coalesce(sum(amount) filter (where direction = 'debit'), 0) as debit
          from statement_line group by statement_id
        ) l on l.statement_id = s.id
        where s.opening + s.sum_credit - s.sum_debit <> s.closing
          or s.sum_credit <> coalesce(l.credit, 0) or s.sum_debit <> coalesce(l.debit, 0)
          or s.line_count <> coalesce(l.lines, 0)
          or l.low <> 1 or l.high <> l.lines";
    STATEMENT_CHAIN: "I-14" "statement" = "select x.id, 'opens with ' || cast(x.opening as text) ||
        ' on ' || cast(x.period_from as text) || ', the one before closes with ' ||
        cast(x.before as text) || ' on ' || cast(x.until as text)
        from (select id, opening, period_from,
          lag(closing) over (partition by account_id order by period_from, period_to) as before,
          lag(period_to) over (partition by account_id order by period_from, period_to) as until
          from statement) x
        where x.opening <> x.before or x.period_from <= x.until";
    STATEMENT_LINES: "I-14" "statement_line" = "select l.id, 'is on a statement of another account'
        from statement_line l join statement s on s.id = l.statement_id
        where l.account_id <> s.account_id or l.agency_id <> s.agency_id";
    FILE_TWICE: "I-14" "statement" = "select x.id, 'the same file was imported before'
        from (select id, row_number() over (partition by account_id, sha256 order by imported_at, id)
          as copy from statement) x where x.copy > 1";
    // Identical lines of one file are two lines (protocols 7): the second bears its number.
    REFERENCE_TWICE: "I-14" "statement_line" = "select x.id, 'bank reference ' || x.bank_reference ||
        ' was imported before' from (select id, bank_reference, statement_id, source_id,
          row_number() over same as copy, first_value(statement_id) over same as first
          from statement_line where bank_reference is not null window same as (
            partition by account_id, bank_reference, direction, amount order by booked_on, n, id)) x
        where x.copy > 1 and (x.statement_id <> x.first or x.source_id not like '%/%#_%')";
}
