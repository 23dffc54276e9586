//! What the search box of the desk finds: cases, notices, receipts and money that waits.

use super::{
    StoreError, Tx, fetch_all,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    exception::ExceptionKind,
    id::{CaseId, ExceptionId, NoticeId, ReceiptId, Reference},
    money::Dong,
    notice::NoticeState,
    staff::Scope,
    time::{Day, Timestamp},
};

/// The persons of a case `c` by folded name or by the index of their document. An agency knows
/// only those who owe its notices.
macro_rules! person {
    ($name:literal, $document:literal) => {
        concat!(
            "exists (select 1 from party p where p.case_id = c.id
          and ($1 <> 'agency' or p.id in (select a.party_id from addressee a
            join notice x on x.id = a.notice_id where x.case_id = c.id))
          and (p.name_folded like ",
            $name,
            " or p.document_index = ",
            $document,
            "))"
        )
    };
}

macro_rules! asking {
    () => {
        "(select string_agg(p.name, ', ') from party p where p.case_id = c.id
          and p.role in ('plaintiff', 'petitioner', 'appellant')) as asking,
        (select string_agg(p.name, ', ') from party p where p.case_id = c.id
          and p.role = 'defendant') as against"
    };
}

statements! {
    CASES = concat!("select c.id, c.number, c.locked_at, ", asking!(), ",
        (select n.state from notice n where n.case_id = c.id
          order by n.drafted_at desc, n.id desc limit 1) as last_state
        from (select x.*, x.court_id as agency_id from court_case x) c
        where $1 <> 'agency' and ", scoped!("c"), "
          and (c.number = $4 or ", person!("$5", "$6"), ")
        order by c.created_at desc, c.id desc limit $7");
    NOTICES = concat!("select n.id, n.reference, n.case_id, n.amount, n.state, n.pay_by,
        n.lapse_after, n.timeliness, n.receipt_at_court, g.accepted_at,
        (select string_agg(p.name, ', ') from addressee a join party p on p.id = a.party_id
          where a.notice_id = n.id) as payers
        from notice n join court_case c on c.id = n.case_id
        join claim_group g on g.id = n.group_id
        where ", scoped!("n"), " and (n.reference = $4 or c.number = $5 or ", person!("$6", "$7"), "
          or n.id in (select o.notice_id from payment_order o where o.provider_ref = $8))
        order by n.drafted_at desc, n.id desc limit $9");
    RECEIPTS = concat!("select r.id, r.number, r.amount, r.state, s.symbol, n.case_id,
        (select string_agg(p.name, ', ') from addressee a join party p on p.id = a.party_id
          where a.notice_id = n.id) as payers,
        (select o.number from receipt_use u join court_case o on o.id = u.case_id
          where u.receipt_id = r.id and u.ended_at is null) as used_for
        from receipt r join receipt_series s on s.id = r.series_id
        join notice n on n.id = r.notice_id join court_case c on c.id = n.case_id
        where ", scoped!("r"), " and (r.code = $4
          or (r.number = $5 and (cast($6 as text) is null or s.symbol = $6))
          or n.reference = $7 or c.number = $12 or ", person!("$8", "$9"), "
          or n.id in (select a.notice_id from allocation a join payment y on y.id = a.payment_id
            left join payment_order o on o.id = y.order_id
            where y.bank_reference = $10 or o.provider_ref = $10))
        order by r.issued_at desc, r.id desc limit $11");
    MONEY = concat!("select e.id, e.kind, e.amount, e.bank_day,
        coalesce(l.payer_name, p.payer_name) as payer, coalesce(l.bank_reference, p.bank_reference)
          as bank_reference
        from exception e
        left join payment p on p.id = e.payment_id
        left join statement_line l on l.id = e.line_id or l.payment_id = e.payment_id
        left join notice n on n.id = e.notice_id
        left join payment_order o on o.id = coalesce(e.order_id, p.order_id)
        where $1 <> 'court' and ", scoped!("e"), " and e.state = 'open'
          and (n.reference = $4 or p.bank_reference = $5 or l.bank_reference = $5
            or o.provider_ref = $5 or upper(coalesce(l.payer_name, p.payer_name)) like $6)
        order by e.bank_day, e.id limit $7");
}

/// What is looked for: each form that the typed text may have.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// A notice's reference.
    pub reference: Option<String>,
    /// A case's file number, exactly.
    pub case_number: String,
    /// Part of a folded name, as a pattern.
    pub name: Option<String>,
    /// The blind index of an identity or tax number.
    pub document: Option<Vec<u8>>,
    /// A receipt's look-up code.
    pub receipt_code: String,
    /// A receipt's number.
    pub receipt_number: Option<i64>,
    /// The symbol of its series.
    pub symbol: Option<String>,
    /// The bank's or a provider's reference of a transfer.
    pub transfer: String,
    /// Rows of a kind, at most.
    pub limit: i64,
}

/// A case.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct FoundCase {
    pub id: CaseId,
    pub number: String,
    pub locked_at: Option<Timestamp>,
    pub asking: Option<String>,
    pub against: Option<String>,
    /// The state of its last notice.
    pub last_state: Option<NoticeState>,
}

/// A notice.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct FoundNotice {
    pub id: NoticeId,
    pub reference: Reference,
    pub case_id: CaseId,
    pub amount: Dong,
    pub state: NoticeState,
    pub pay_by: Option<Day>,
    pub lapse_after: Option<Day>,
    pub timeliness: Option<String>,
    pub receipt_at_court: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub payers: Option<String>,
}

/// A receipt.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct FoundReceipt {
    pub id: ReceiptId,
    pub number: i64,
    pub amount: Dong,
    pub state: String,
    pub symbol: String,
    pub case_id: CaseId,
    pub payers: Option<String>,
    /// Number of the case that it is used for.
    pub used_for: Option<String>,
}

/// Money that waits for a person.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct FoundMoney {
    pub id: ExceptionId,
    pub kind: ExceptionKind,
    pub amount: Dong,
    pub bank_day: Day,
    pub payer: Option<String>,
    pub bank_reference: Option<String>,
}

impl Tx {
    /// Cases within the scope; an agency has none.
    pub async fn find_cases(
        &mut self,
        scope: Scope,
        sought: &Sought,
    ) -> Result<Vec<FoundCase>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            CASES,
            bounds.kind,
            bounds.id,
            bounds.children,
            &sought.case_number,
            &sought.name,
            &sought.document,
            sought.limit
        ))
    }

    /// Notices within the scope.
    pub async fn find_notices(
        &mut self,
        scope: Scope,
        sought: &Sought,
    ) -> Result<Vec<FoundNotice>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            NOTICES,
            bounds.kind,
            bounds.id,
            bounds.children,
            &sought.reference,
            &sought.case_number,
            &sought.name,
            &sought.document,
            &sought.transfer,
            sought.limit
        ))
    }

    /// Receipts within the scope.
    pub async fn find_receipts(
        &mut self,
        scope: Scope,
        sought: &Sought,
    ) -> Result<Vec<FoundReceipt>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            RECEIPTS,
            bounds.kind,
            bounds.id,
            bounds.children,
            &sought.receipt_code,
            sought.receipt_number,
            &sought.symbol,
            &sought.reference,
            &sought.name,
            &sought.document,
            &sought.transfer,
            sought.limit,
            &sought.case_number
        ))
    }

    /// Open exceptions within the scope; a court has none.
    pub async fn find_money(
        &mut self,
        scope: Scope,
        sought: &Sought,
    ) -> Result<Vec<FoundMoney>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            MONEY,
            bounds.kind,
            bounds.id,
            bounds.children,
            &sought.reference,
            &sought.transfer,
            &sought.name,
            sought.limit
        ))
    }
}
