//! What the desk's pages list across cases, notices and receipts.

use uuid::Uuid;

use super::{
    StoreError, Tx, execute, fetch_all, fetch_one,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    case::{CaseKind, GroupKind, Instance},
    exception::{ExceptionKind, ExceptionState},
    id::{CaseId, CourtId, ExceptionId, LineId, NoticeId, PaymentId, StaffId, StatementId},
    money::Dong,
    notice::NoticeState,
    payment::Source,
    staff::Scope,
    time::{Day, Timestamp},
};

statements! {
    WORK = concat!("select n.id, n.reference, n.case_id, n.group_id, n.amount, n.state, n.pay_by,
        n.lapse_after, n.paid_at, n.timeliness, n.receipt_at_court, n.drafted_at, n.judge_id,
        c.number as case_number, c.kind as case_kind, c.instance, c.clerk_id,
        g.kind as group_kind, k.accept_by,
        (select string_agg(p.name, ', ') from party p where p.case_id = c.id
          and p.role in ('plaintiff', 'petitioner', 'appellant')) as asking,
        (select string_agg(p.name, ', ') from party p where p.case_id = c.id
          and p.role = 'defendant') as against,
        (select q.text from claim q where q.group_id = g.id order by q.position limit 1) as claim,
        (select s.name from staff s where s.id = n.drafted_by) as clerk,
        (select max(t.at) from state_change t where t.machine = 'notice' and t.entity_id = n.id
          and t.to_state = 'to_sign') as sent_at,
        (select max(o.number) from receipt r join receipt_use u on u.receipt_id = r.id
          join court_case o on o.id = u.case_id
          where r.notice_id = n.id and u.ended_at is null) as used_for
        from notice n join court_case c on c.id = n.case_id
        join claim_group g on g.id = n.group_id join court k on k.id = n.court_id
        where ", scoped!("n"), " and g.accepted_at is null
          and n.state in ('draft', 'to_sign', 'issued', 'served', 'paid')
        order by n.drafted_at, n.id limit $4");
    REGISTERS = "select book, last_number from register where court_id = $1 and year = $2
        and book like 'acceptance.%' order by book";
    JUDGES = "select distinct s.id, s.name from staff s join staff_grant g on g.staff_id = s.id
        where g.role = 'judge' and g.revoked_at is null and g.court_id = $1 and s.state = 'active'
        order by s.name";
    CLERKS = "select distinct s.id, s.name from staff s join staff_grant g on g.staff_id = s.id
        where g.role = 'clerk' and g.revoked_at is null and g.court_id = $1 and s.state = 'active'
        order by s.name";
    ASSIGN_JUDGE = "update court_case set judge_id = $2, revision = revision + 1 where id = $1";
    HISTORY = "select e.at, e.action, e.actor, e.actor_kind from audit_entry e
        where e.entity_id = $1 or e.entity_id in (select n.id from notice n where n.case_id = $1)
        order by e.at desc, e.seq desc limit 200";
    HISTORY_OF = "select e.at, e.action, e.actor, e.actor_kind from audit_entry e
        where e.entity_id = $1 order by e.at desc, e.seq desc limit 200";
    LINE_MATCHES = "select l.id as line_id, n.reference, s.symbol, r.number, a.rule
        from statement_line l
        join allocation a on a.payment_id = l.payment_id join notice n on n.id = a.notice_id
        left join receipt r on r.notice_id = n.id and r.state in ('numbered', 'corrected')
        left join receipt_series s on s.id = r.series_id
        where l.statement_id = $1 order by l.n, n.reference";
    LINE_EXCEPTIONS = "select e.id, e.kind, e.amount, e.state, n.reference as meant,
        l.id as line_id from exception e
        join statement_line l on l.id = e.line_id or l.payment_id = e.payment_id
        left join notice n on n.id = e.notice_id
        where l.statement_id = $1 order by l.n, e.raised_at, e.id";
    SIGHTED = "select s.source, s.seen_at, l.booked_on from allocation a
        join sighting s on s.payment_id = a.payment_id
        left join statement_line l on l.id = s.line_id
        where a.notice_id = $1 order by s.seen_at, s.id";
    BOOKED_ON = "select max(l.booked_on) from sighting s
        join statement_line l on l.id = s.line_id where s.payment_id = $1";
    TO_ACCEPT = concat!("select cast(count(distinct n.group_id) as bigint) from notice n
        join claim_group g on g.id = n.group_id
        where ", scoped!("n"), " and g.accepted_at is null and n.state = 'paid'");
    TO_SIGN = concat!("select cast(count(*) as bigint) from notice n
        join claim_group g on g.id = n.group_id
        where ", scoped!("n"), " and g.accepted_at is null and n.state = 'to_sign'
        and (n.judge_id is null or n.judge_id = $4)");
    JUDGE_ACCEPTS = concat!("select cast(count(distinct n.group_id) as bigint) from notice n
        join claim_group g on g.id = n.group_id join court k on k.id = n.court_id
        where ", scoped!("n"), " and g.accepted_at is null and n.state = 'paid'
        and k.accept_by = 'judge' and (n.judge_id is null or n.judge_id = $4)
        and not exists (select 1 from notice o where o.group_id = n.group_id
          and o.state in ('draft', 'to_sign', 'issued', 'served'))
        and not exists (select 1 from receipt r join receipt_use u on u.receipt_id = r.id
          where r.notice_id = n.id and u.ended_at is null)");
    TO_DECIDE = concat!("select cast(count(*) as bigint) from exception e
        where $1 <> 'court' and ", scoped!("e"), " and e.state = 'open'");
    AWAITING_SUM = concat!("select cast(count(*) as bigint) from notice n
        where ", scoped!("n"), " and n.state in ('issued', 'served')
        and n.amount - n.allocated - n.waiting = $4");
}

/// An open notice of a claim group that is not accepted yet, with what lists show of its case.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct WorkRow {
    pub id: NoticeId,
    pub reference: crate::domain::id::Reference,
    pub case_id: CaseId,
    pub group_id: Uuid,
    pub amount: Dong,
    pub state: NoticeState,
    pub pay_by: Option<Day>,
    pub lapse_after: Option<Day>,
    pub paid_at: Option<Timestamp>,
    pub timeliness: Option<String>,
    pub receipt_at_court: Option<Timestamp>,
    pub drafted_at: Timestamp,
    pub judge_id: Option<StaffId>,
    pub case_number: String,
    pub case_kind: CaseKind,
    pub instance: Instance,
    pub clerk_id: Option<StaffId>,
    pub group_kind: GroupKind,
    /// Who accepts at the court: `judge` or `clerk_records`.
    pub accept_by: String,
    pub asking: Option<String>,
    pub against: Option<String>,
    pub claim: Option<String>,
    /// Who drafted it.
    pub clerk: Option<String>,
    /// When it went to the judge.
    pub sent_at: Option<Timestamp>,
    /// The case that its receipt is used for.
    pub used_for: Option<String>,
}

/// The last number of an acceptance register.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct RegisterRow {
    pub book: String,
    pub last_number: i64,
}

/// A judge or a clerk of a court.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct Colleague {
    pub id: StaffId,
    pub name: String,
}

/// An act in the history of a case.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ActRow {
    pub at: Timestamp,
    pub action: String,
    pub actor: String,
    pub actor_kind: String,
}

/// A notice that a line pays, with its receipt.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct LineMatch {
    pub line_id: LineId,
    pub reference: crate::domain::id::Reference,
    pub symbol: Option<String>,
    pub number: Option<i64>,
    /// By which rule.
    pub rule: String,
}

/// An exception of a line or of its payment, open or ended.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct LineException {
    pub id: ExceptionId,
    pub kind: ExceptionKind,
    pub amount: Dong,
    pub state: ExceptionState,
    /// The notice that the money names.
    pub meant: Option<crate::domain::id::Reference>,
    pub line_id: LineId,
}

/// Somebody told us of money that pays a notice.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct SightedRow {
    pub source: Source,
    pub seen_at: Timestamp,
    /// The day of the statement's line.
    pub booked_on: Option<Day>,
}

impl Tx {
    /// Open notices within the scope whose groups are not accepted, oldest first.
    pub async fn work(&mut self, scope: Scope, limit: i64) -> Result<Vec<WorkRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, WORK, bounds.kind, bounds.id, bounds.children, limit))
    }

    /// A court's acceptance registers of a year.
    pub async fn registers(
        &mut self,
        court: CourtId,
        year: i32,
    ) -> Result<Vec<RegisterRow>, StoreError> {
        Ok(fetch_all!(self, REGISTERS, court, year))
    }

    /// The judges of a court, by name.
    pub async fn judges(&mut self, court: CourtId) -> Result<Vec<Colleague>, StoreError> {
        Ok(fetch_all!(self, JUDGES, court))
    }

    /// The clerks of a court, by name.
    pub async fn clerks(&mut self, court: CourtId) -> Result<Vec<Colleague>, StoreError> {
        Ok(fetch_all!(self, CLERKS, court))
    }

    /// Assigns a case to a judge; the case was read within a scope.
    pub async fn assign_judge(&mut self, case: CaseId, judge: StaffId) -> Result<(), StoreError> {
        execute!(self, ASSIGN_JUDGE, case, judge);
        Ok(())
    }

    /// What happened to a case and its notices, newest first; the case was read within a scope.
    pub async fn history(&mut self, case: CaseId) -> Result<Vec<ActRow>, StoreError> {
        Ok(fetch_all!(self, HISTORY, case))
    }

    /// What happened to one thing, newest first; it was read within a scope.
    pub async fn history_of(&mut self, entity: Uuid) -> Result<Vec<ActRow>, StoreError> {
        Ok(fetch_all!(self, HISTORY_OF, entity))
    }

    /// What the lines of a statement pay; the statement was read within a scope.
    pub async fn line_matches(
        &mut self,
        statement: StatementId,
    ) -> Result<Vec<LineMatch>, StoreError> {
        Ok(fetch_all!(self, LINE_MATCHES, statement))
    }

    /// Exceptions of a statement's lines, open or ended; the statement was read within a scope.
    pub async fn line_exceptions(
        &mut self,
        statement: StatementId,
    ) -> Result<Vec<LineException>, StoreError> {
        Ok(fetch_all!(self, LINE_EXCEPTIONS, statement))
    }

    /// Who told of the money that pays a notice, oldest first; the notice was read within a scope.
    pub async fn sighted(&mut self, notice: NoticeId) -> Result<Vec<SightedRow>, StoreError> {
        Ok(fetch_all!(self, SIGHTED, notice))
    }

    /// The day of the statement's line that shows a payment; the payment was read within a scope.
    pub async fn booked_on(&mut self, payment: PaymentId) -> Result<Option<Day>, StoreError> {
        let (day,): (Option<Day>,) = fetch_one!(self, BOOKED_ON, payment);
        Ok(day)
    }

    /// Claim groups within the scope that are paid and not accepted.
    pub async fn count_to_accept(&mut self, scope: Scope) -> Result<i64, StoreError> {
        let bounds = Bounds::from(scope);
        let (count,): (i64,) = fetch_one!(self, TO_ACCEPT, bounds.kind, bounds.id, bounds.children);
        Ok(count)
    }

    /// What within the scope waits for a judge, or for any judge: notices to sign, and groups to
    /// accept where the court accepts by its judge.
    pub async fn count_for_judge(
        &mut self,
        scope: Scope,
        judge: StaffId,
    ) -> Result<(i64, i64), StoreError> {
        let bounds = Bounds::from(scope);
        let (to_sign,): (i64,) =
            fetch_one!(self, TO_SIGN, bounds.kind, bounds.id, bounds.children, judge);
        let (to_accept,): (i64,) =
            fetch_one!(self, JUDGE_ACCEPTS, bounds.kind, bounds.id, bounds.children, judge);
        Ok((to_sign, to_accept))
    }

    /// Money within the scope that waits for a person.
    pub async fn count_to_decide(&mut self, scope: Scope) -> Result<i64, StoreError> {
        let bounds = Bounds::from(scope);
        let (count,): (i64,) = fetch_one!(self, TO_DECIDE, bounds.kind, bounds.id, bounds.children);
        Ok(count)
    }

    /// How many notices within the scope await this very sum.
    pub async fn awaiting_sum(&mut self, scope: Scope, sum: Dong) -> Result<i64, StoreError> {
        let bounds = Bounds::from(scope);
        let (count,): (i64,) =
            fetch_one!(self, AWAITING_SUM, bounds.kind, bounds.id, bounds.children, sum);
        Ok(count)
    }
}
