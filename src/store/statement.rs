//! Bank statements, their lines, and the payments and exceptions that come of them.

use super::{
    StoreError, Tx, columns::Hash, execute, fetch_all, fetch_optional, scope::Bounds, statements,
};
use crate::domain::{
    exception::{ExceptionKind, ExceptionState},
    id::{
        AccountId, AgencyId, CourtId, ExceptionId, LineId, NoticeId, OrderId, PaymentId,
        StatementId,
    },
    money::Dong,
    payment::{Direction, PaidBasis, Source},
    staff::Scope,
    time::{Day, Timestamp},
};

/// An agency's own rows; a court sees none of them.
macro_rules! agency_scoped {
    ($t:literal) => {
        concat!(
            "($1 = 'all' or ($1 = 'agency' and (",
            $t,
            ".agency_id = $2 or ($3 and ",
            $t,
            ".agency_id in (select g.id from agency g where g.parent_id = $2)))))"
        )
    };
}

/// A payment is its agency's. A court sees of it what pays its own notices, and no other's.
macro_rules! payment_scoped {
    () => {
        "($1 = 'all' or ($1 = 'agency' and (p.agency_id = $2 or ($3 and p.agency_id in
        (select g.id from agency g where g.parent_id = $2)))) or ($1 = 'court' and
        (n.court_id = $2 or ($3 and n.court_id in
        (select c.id from court c where c.parent_id = $2)))))"
    };
}

statements! {
    INSERT = "insert into statement (id, account_id, agency_id, format, file_name, sha256,
        period_from, period_to, opening, closing, sum_credit, sum_debit, line_count, imported_by,
        imported_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict do nothing";
    INSERT_LINE = "insert into statement_line (id, statement_id, account_id, agency_id, n,
        booked_on, booked_at, value_date, direction, amount, bank_reference, payer_name,
        payer_account, memo, balance_after, reversal, source_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
        on conflict do nothing";
    SAME_FILE = "select id, imported_by, imported_at from statement
        where account_id = $1 and sha256 = $2";
    OVERLAPPING = "select file_name, period_from, period_to, opening, closing from statement
        where account_id = $1 and period_from <= $3 and period_to >= $2
        order by period_from limit 1";
    LAST_BEFORE = "select file_name, period_from, period_to, opening, closing from statement
        where account_id = $1 and period_to < $2 order by period_to desc limit 1";
    FIRST_AFTER = "select file_name, period_from, period_to, opening, closing from statement
        where account_id = $1 and period_from > $2 order by period_from limit 1";
    LIST = concat!("select t.id, t.account_id, t.agency_id, t.format, t.file_name, t.period_from,
        t.period_to, t.opening, t.closing, t.sum_credit, t.sum_debit, t.line_count, t.imported_by,
        t.imported_at, a.name as account_name
        from (select x.*, cast(null as text) as court_id from statement x) t
        join account a on a.id = t.account_id
        where ", agency_scoped!("t"), " order by t.period_to desc, t.imported_at desc
        limit $4 offset $5");
    BY_ID = concat!("select t.id, t.account_id, t.agency_id, t.format, t.file_name, t.period_from,
        t.period_to, t.opening, t.closing, t.sum_credit, t.sum_debit, t.line_count, t.imported_by,
        t.imported_at, a.name as account_name
        from statement t join account a on a.id = t.account_id
        where ", agency_scoped!("t"), " and t.id = $4");
    WAITING_LINES = "select id, statement_id, account_id, agency_id, n, booked_on, booked_at,
        value_date, direction, amount, bank_reference, payer_name, payer_account, memo,
        balance_after, reversal, source_id,
        outcome, rule, payment_id from statement_line
        where account_id = $1 and outcome is null and (booked_on <= $2 or cast($2 as text) is null)
        order by booked_on, statement_id, n";
    LINES = "select id, statement_id, account_id, agency_id, n, booked_on, booked_at, value_date,
        direction, amount, bank_reference, payer_name, payer_account, memo, balance_after, reversal,
        source_id, outcome, rule, payment_id from statement_line where statement_id = $1 order by n";
    LINE_DAYS = concat!("select distinct l.booked_on from statement_line l
        where ", agency_scoped!("l"), " order by l.booked_on desc limit $4");
    OF_DAY = concat!("select distinct l.statement_id from statement_line l
        where ", agency_scoped!("l"), " and l.booked_on = $4");
    OUTCOMES = "select coalesce(l.outcome, 'waiting') as outcome,
        coalesce(l.rule, '') as rule, l.direction, cast(count(*) as bigint) as count,
        cast(sum(l.amount) as bigint) as sum from statement_line l
        where l.account_id = $1 and (l.booked_on = $2 or cast($2 as text) is null)
        group by 1, 2, 3 order by 1, 2, 3";
    EXCEPTIONS = concat!("select e.id, e.agency_id, e.court_id, e.kind, e.amount, e.payment_id,
        e.line_id, e.notice_id, e.order_id, e.reason, e.suggestion, e.state, e.bank_day,
        e.raised_at, e.cleared_at, e.cleared_by, e.cleared_why, n.reference, p.payer_name, p.memo,
        coalesce(p.paid_at, l.booked_at) as paid_at, p.source, l.n as line_number, coalesce(l.memo, p.memo) as text,
        coalesce(l.payer_name, p.payer_name) as payer
        from exception e left join notice n on n.id = e.notice_id
        left join payment p on p.id = e.payment_id left join statement_line l on l.id = e.line_id
        where ", agency_scoped!("e"), " and (cast($4 as text) is null or e.state = $4)
          and (cast($5 as text) is null or e.kind = $5)
        order by e.bank_day, e.raised_at, coalesce(l.n, 0), e.id limit $6 offset $7");
    EXCEPTION = concat!("select e.id, e.agency_id, e.court_id, e.kind, e.amount, e.payment_id,
        e.line_id, e.notice_id, e.order_id, e.reason, e.suggestion, e.state, e.bank_day,
        e.raised_at, e.cleared_at, e.cleared_by, e.cleared_why, n.reference, p.payer_name, p.memo,
        coalesce(p.paid_at, l.booked_at) as paid_at, p.source, l.n as line_number, coalesce(l.memo, p.memo) as text,
        coalesce(l.payer_name, p.payer_name) as payer
        from exception e left join notice n on n.id = e.notice_id
        left join payment p on p.id = e.payment_id left join statement_line l on l.id = e.line_id
        where ", agency_scoped!("e"), " and e.id = $4");
    SUGGEST = "update exception set suggestion = $2 where id = $1 and state = 'open'";
    UNSUGGESTED = "select id from exception where agency_id = $1 and state = 'open'
        and suggestion is null order by raised_at, id";
    PAYMENTS = concat!("select p.id, p.account_id, p.agency_id, p.source, p.amount, p.paid_at,
        p.paid_on, p.paid_basis, p.received_at, p.recorded_at, p.payer_name, p.bank_reference,
        n.reference, l.amount as allocated, a.name as account_name
        from payment p join account a on a.id = p.account_id
        left join allocation l on l.payment_id = p.id left join notice n on n.id = l.notice_id
        where ", payment_scoped!(), " and (cast($4 as text) is null or n.reference = $4)
        order by p.recorded_at desc, p.id desc limit $5 offset $6");
}

/// A statement.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct StatementRow {
    pub id: StatementId,
    pub account_id: AccountId,
    pub agency_id: AgencyId,
    pub format: String,
    pub file_name: String,
    pub period_from: Day,
    pub period_to: Day,
    pub opening: Dong,
    pub closing: Dong,
    pub sum_credit: Dong,
    pub sum_debit: Dong,
    pub line_count: i64,
    pub imported_by: String,
    pub imported_at: Timestamp,
    pub account_name: String,
}

/// A statement about to be kept.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewStatement<'a> {
    pub id: StatementId,
    pub account_id: AccountId,
    pub agency_id: AgencyId,
    pub format: &'a str,
    pub file_name: &'a str,
    pub sha256: Hash,
    pub period_from: Day,
    pub period_to: Day,
    pub opening: Dong,
    pub closing: Dong,
    pub sum_credit: Dong,
    pub sum_debit: Dong,
    pub line_count: i64,
    pub imported_by: &'a str,
    pub imported_at: Timestamp,
}

/// A statement beside the one that is imported.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct Neighbour {
    pub file_name: String,
    pub period_from: Day,
    pub period_to: Day,
    pub opening: Dong,
    pub closing: Dong,
}

/// Who imported a file before.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ImportedBefore {
    pub id: StatementId,
    pub imported_by: String,
    pub imported_at: Timestamp,
}

/// A line; the payer's account is still sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct LineRow {
    pub id: LineId,
    pub statement_id: StatementId,
    pub account_id: AccountId,
    pub agency_id: AgencyId,
    pub n: i64,
    pub booked_on: Day,
    pub booked_at: Option<Timestamp>,
    pub value_date: Option<Day>,
    pub direction: Direction,
    pub amount: Dong,
    pub bank_reference: Option<String>,
    pub payer_name: Option<String>,
    pub payer_account: Option<Vec<u8>>,
    pub memo: String,
    pub balance_after: Option<Dong>,
    pub reversal: bool,
    /// The same in every file that carries the line.
    pub source_id: String,
    pub outcome: Option<String>,
    pub rule: Option<String>,
    pub payment_id: Option<PaymentId>,
}

/// Counts and sums of lines by outcome.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct OutcomeCount {
    pub outcome: String,
    pub rule: String,
    pub direction: Direction,
    pub count: i64,
    pub sum: Dong,
}

/// An exception with what its page shows.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ExceptionRow {
    pub id: ExceptionId,
    pub agency_id: AgencyId,
    pub court_id: Option<CourtId>,
    pub kind: ExceptionKind,
    pub amount: Dong,
    pub payment_id: Option<PaymentId>,
    pub line_id: Option<LineId>,
    pub notice_id: Option<NoticeId>,
    pub order_id: Option<OrderId>,
    pub reason: Option<String>,
    pub suggestion: Option<sqlx::types::Json<serde_json::Value>>,
    pub state: ExceptionState,
    pub bank_day: Day,
    pub raised_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
    pub cleared_by: Option<String>,
    pub cleared_why: Option<String>,
    pub reference: Option<String>,
    pub paid_at: Option<Timestamp>,
    pub source: Option<Source>,
    pub line_number: Option<i64>,
    pub text: Option<String>,
    pub payer: Option<String>,
}

/// A payment with the notice that it pays, one row a notice.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PaymentRow {
    pub id: PaymentId,
    pub account_id: AccountId,
    pub agency_id: AgencyId,
    pub source: Source,
    pub amount: Dong,
    pub paid_at: Option<Timestamp>,
    pub paid_on: Day,
    pub paid_basis: PaidBasis,
    pub received_at: Timestamp,
    pub recorded_at: Timestamp,
    pub payer_name: Option<String>,
    pub bank_reference: Option<String>,
    pub reference: Option<String>,
    /// What of it pays that notice.
    pub allocated: Option<Dong>,
    pub account_name: String,
}

/// Which exceptions a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExceptionFilter {
    /// Only these.
    pub state: Option<ExceptionState>,
    /// Only this kind.
    pub kind: Option<ExceptionKind>,
    /// At most so many rows.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

impl Tx {
    /// Keeps a statement; `false` when the same file was imported before.
    pub async fn insert_statement(
        &mut self,
        statement: &NewStatement<'_>,
    ) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            INSERT,
            statement.id,
            statement.account_id,
            statement.agency_id,
            statement.format,
            statement.file_name,
            statement.sha256,
            statement.period_from,
            statement.period_to,
            statement.opening,
            statement.closing,
            statement.sum_credit,
            statement.sum_debit,
            statement.line_count,
            statement.imported_by,
            statement.imported_at
        );
        Ok(rows == 1)
    }

    /// Keeps a line; `false` when another file brought it before.
    pub async fn insert_line(&mut self, line: &LineRow) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            INSERT_LINE,
            line.id,
            line.statement_id,
            line.account_id,
            line.agency_id,
            line.n,
            line.booked_on,
            line.booked_at,
            line.value_date,
            line.direction,
            line.amount,
            &line.bank_reference,
            &line.payer_name,
            &line.payer_account,
            &line.memo,
            line.balance_after,
            line.reversal,
            &line.source_id
        );
        Ok(rows == 1)
    }

    /// Who imported this very file before.
    pub async fn imported_before(
        &mut self,
        account: AccountId,
        hash: Hash,
    ) -> Result<Option<ImportedBefore>, StoreError> {
        Ok(fetch_optional!(self, SAME_FILE, account, hash))
    }

    /// A statement whose period meets this one's.
    pub async fn overlapping_statement(
        &mut self,
        account: AccountId,
        (from, to): (Day, Day),
    ) -> Result<Option<Neighbour>, StoreError> {
        Ok(fetch_optional!(self, OVERLAPPING, account, from, to))
    }

    /// The last statement before a day.
    pub async fn statement_before(
        &mut self,
        account: AccountId,
        day: Day,
    ) -> Result<Option<Neighbour>, StoreError> {
        Ok(fetch_optional!(self, LAST_BEFORE, account, day))
    }

    /// The first statement after a day.
    pub async fn statement_after(
        &mut self,
        account: AccountId,
        day: Day,
    ) -> Result<Option<Neighbour>, StoreError> {
        Ok(fetch_optional!(self, FIRST_AFTER, account, day))
    }

    /// Statements within the scope, newest first.
    pub async fn statement_list(
        &mut self,
        scope: Scope,
        (limit, offset): (i64, i64),
    ) -> Result<Vec<StatementRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, LIST, bounds.kind, bounds.id, bounds.children, limit, offset))
    }

    /// A statement within the scope.
    pub async fn statement(
        &mut self,
        scope: Scope,
        id: StatementId,
    ) -> Result<Option<StatementRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, BY_ID, bounds.kind, bounds.id, bounds.children, id))
    }

    /// Lines of an account that have no outcome yet, in the bank's order, up to a day.
    pub async fn waiting_lines(
        &mut self,
        account: AccountId,
        until: Option<Day>,
    ) -> Result<Vec<LineRow>, StoreError> {
        Ok(fetch_all!(self, WAITING_LINES, account, until))
    }

    /// A statement's lines; the statement was read within a scope.
    pub async fn lines(&mut self, statement: StatementId) -> Result<Vec<LineRow>, StoreError> {
        Ok(fetch_all!(self, LINES, statement))
    }

    /// The days of lines within the scope, newest first.
    pub async fn line_days(&mut self, scope: Scope, limit: i64) -> Result<Vec<Day>, StoreError> {
        let bounds = Bounds::from(scope);
        let found: Vec<(Day,)> =
            fetch_all!(self, LINE_DAYS, bounds.kind, bounds.id, bounds.children, limit);
        Ok(found.into_iter().map(|(day,)| day).collect())
    }

    /// The statements within the scope that have lines of a day.
    pub async fn statements_of_day(
        &mut self,
        scope: Scope,
        day: Day,
    ) -> Result<Vec<StatementId>, StoreError> {
        let bounds = Bounds::from(scope);
        let found: Vec<(StatementId,)> =
            fetch_all!(self, OF_DAY, bounds.kind, bounds.id, bounds.children, day);
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Counts and sums of an account's lines by outcome, of one day where given.
    pub async fn line_outcomes(
        &mut self,
        account: AccountId,
        day: Option<Day>,
    ) -> Result<Vec<OutcomeCount>, StoreError> {
        Ok(fetch_all!(self, OUTCOMES, account, day))
    }

    /// Exceptions within the scope, oldest bank day first.
    pub async fn exceptions(
        &mut self,
        scope: Scope,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            EXCEPTIONS,
            bounds.kind,
            bounds.id,
            bounds.children,
            filter.state,
            filter.kind,
            filter.limit,
            filter.offset
        ))
    }

    /// An exception within the scope.
    pub async fn exception(
        &mut self,
        scope: Scope,
        id: ExceptionId,
    ) -> Result<Option<ExceptionRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, EXCEPTION, bounds.kind, bounds.id, bounds.children, id))
    }

    /// Open exceptions of an agency that nothing was suggested for yet.
    pub async fn unsuggested(&mut self, agency: AgencyId) -> Result<Vec<ExceptionId>, StoreError> {
        let found: Vec<(ExceptionId,)> = fetch_all!(self, UNSUGGESTED, agency);
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Keeps what is suggested for an open exception.
    pub async fn suggest(
        &mut self,
        id: ExceptionId,
        suggestion: serde_json::Value,
    ) -> Result<(), StoreError> {
        execute!(self, SUGGEST, id, sqlx::types::Json(suggestion));
        Ok(())
    }

    /// Payments within the scope, newest first, of one reference where given.
    pub async fn payments(
        &mut self,
        scope: Scope,
        reference: Option<&str>,
        (limit, offset): (i64, i64),
    ) -> Result<Vec<PaymentRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            PAYMENTS,
            bounds.kind,
            bounds.id,
            bounds.children,
            reference,
            limit,
            offset
        ))
    }
}
