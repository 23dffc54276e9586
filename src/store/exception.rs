//! Money and lines that a person must decide on.

use super::{StoreError, Tx, fetch_all, fetch_one, fetch_optional, statements};
use crate::domain::{
    exception::{ExceptionKind, ExceptionState},
    id::{
        AccountId, AgencyId, ExceptionId, InboxId, LineId, NoticeId, OrderId, PaymentId, Reference,
    },
    money::Dong,
    payment::{PaidBasis, Source},
    time::{Day, Timestamp},
};

statements! {
    SET_ASIDE = "select cast(count(*) as bigint) from exception
        where kind = 'poisoned' and state = 'open' and (inbox_id = $1 or line_id = $2)";
    OPEN_OF_NOTICE = "select e.kind, e.amount, e.agency_id, e.order_id, e.bank_day, e.raised_at,
        p.paid_at from exception e left join payment p on p.id = e.payment_id
        where e.notice_id = $1 and e.state = 'open' order by e.raised_at, e.id";
    MONEY = "select e.id, e.kind, e.amount, e.state, e.agency_id, e.reason, n.reference,
        p.id as payment_id, p.account_id, p.source, p.paid_at, p.paid_on, p.paid_basis,
        p.received_at, p.value_date, p.payer_name, p.bank_reference, p.memo,
        (select s.source_id from sighting s where s.payment_id = p.id and s.source = p.source)
          as source_id,
        (select x.kind from exception x where x.payment_id = p.id and x.state = 'cleared'
          order by x.cleared_at desc, x.id desc limit 1) as kind_before
        from exception e join payment p on p.id = e.payment_id
        left join notice n on n.id = e.notice_id where e.id = $1";
}

/// Money of an exception, as it came.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ExceptionMoney {
    pub id: ExceptionId,
    pub kind: ExceptionKind,
    pub amount: Dong,
    pub state: ExceptionState,
    pub agency_id: AgencyId,
    pub reason: Option<String>,
    /// The notice that it is meant for.
    pub reference: Option<Reference>,
    pub payment_id: PaymentId,
    pub account_id: AccountId,
    pub source: Source,
    pub paid_at: Option<Timestamp>,
    pub paid_on: Day,
    pub paid_basis: PaidBasis,
    pub received_at: Timestamp,
    pub value_date: Option<Day>,
    pub payer_name: Option<String>,
    pub bank_reference: Option<String>,
    pub memo: Option<String>,
    pub source_id: Option<String>,
    /// The kind of the exception that it was before a person gave it to a notice.
    pub kind_before: Option<ExceptionKind>,
}

/// Money for a notice that waits, as its payer may know of it.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct OpenMoney {
    pub kind: ExceptionKind,
    pub amount: Dong,
    pub agency_id: AgencyId,
    pub order_id: Option<OrderId>,
    pub bank_day: Day,
    pub raised_at: Timestamp,
    pub paid_at: Option<Timestamp>,
}

impl Tx {
    /// Whether a message or line that cannot be settled is already before a person.
    pub async fn is_set_aside(
        &mut self,
        inbox: Option<InboxId>,
        line: Option<LineId>,
    ) -> Result<bool, StoreError> {
        let (count,): (i64,) = fetch_one!(self, SET_ASIDE, inbox, line);
        Ok(count > 0)
    }

    /// The money of an exception that was read within a scope; none where it is a line alone.
    pub async fn exception_money(
        &mut self,
        id: ExceptionId,
    ) -> Result<Option<ExceptionMoney>, StoreError> {
        Ok(fetch_optional!(self, MONEY, id))
    }

    /// Money that waits for a notice, oldest first. The notice was read within a scope or by its
    /// secret.
    pub async fn open_money_of(&mut self, notice: NoticeId) -> Result<Vec<OpenMoney>, StoreError> {
        Ok(fetch_all!(self, OPEN_OF_NOTICE, notice))
    }
}
