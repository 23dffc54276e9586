//! Money and lines that a person must decide on.

use super::{StoreError, Tx, fetch_all, fetch_one, statements};
use crate::domain::{
    exception::ExceptionKind,
    id::{AgencyId, InboxId, LineId, NoticeId, OrderId},
    money::Dong,
    time::{Day, Timestamp},
};

statements! {
    SET_ASIDE = "select cast(count(*) as bigint) from exception
        where kind = 'poisoned' and state = 'open' and (inbox_id = $1 or line_id = $2)";
    OPEN_OF_NOTICE = "select e.kind, e.amount, e.agency_id, e.order_id, e.bank_day, e.raised_at,
        p.paid_at from exception e left join payment p on p.id = e.payment_id
        where e.notice_id = $1 and e.state = 'open' order by e.raised_at, e.id";
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

    /// Money that waits for a notice, oldest first. The notice was read within a scope or by its
    /// secret.
    pub async fn open_money_of(&mut self, notice: NoticeId) -> Result<Vec<OpenMoney>, StoreError> {
        Ok(fetch_all!(self, OPEN_OF_NOTICE, notice))
    }
}
