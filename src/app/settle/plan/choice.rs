//! The rows of a person's choice about waiting money.

use super::{Effects, Item, Plan, PlanError};
use crate::{
    domain::{
        exception::ExceptionKind,
        id::{ExceptionId, NoticeId, PaymentId, ReceiptId},
        money::Dong,
        notice::WaitingPart,
        settle::{Choice, Rest},
    },
    store::engine::rows,
};

/// Money that waits in an exception, and why a person decided about it.
#[derive(Clone, Copy, Debug)]
pub(in crate::app::settle) struct Waiting<'a> {
    pub(in crate::app::settle) exception: ExceptionId,
    pub(in crate::app::settle) payment: PaymentId,
    pub(in crate::app::settle) amount: Dong,
    pub(in crate::app::settle) reason: &'a str,
}

impl Plan<'_> {
    /// Gives waiting money to a notice; the receipt where that settles it.
    pub(in crate::app::settle) fn assign(
        &mut self,
        item: &Item,
        waiting: Waiting<'_>,
        (notice, choice): (NoticeId, &Choice),
    ) -> Result<Option<ReceiptId>, PlanError> {
        let Waiting { payment, amount, reason, .. } = waiting;
        match choice {
            Choice::Refused(_) => Err(PlanError::Missing("a notice that takes money")),
            Choice::Waits { .. } => {
                self.end(item, waiting, ("exception.assigned", Some(notice)))?;
                let rest = Rest { kind: ExceptionKind::Short, amount, notice: Some(notice) };
                self.leave(item, payment, &rest, &Effects::default(), None)?;
                if let Some(row) = self.writes.exceptions.last_mut() {
                    row.reason = Some(reason.to_owned());
                }
                Ok(None)
            }
            Choice::Settles { settlement, rest } => {
                self.end(item, waiting, ("exception.assigned", Some(notice)))?;
                let case = self.notice(notice)?.case;
                let part =
                    WaitingPart { payment, amount: settlement.amount, paid: item.report.paid() };
                let mut effects = Effects::default();
                effects.add_group(self.book_part(item, &part, notice, case)?);
                let receipt = self.settle(item, payment, settlement, None, effects)?;
                if let Some(rest) = rest {
                    self.leave(item, payment, rest, &Effects::default(), None)?;
                }
                Ok(Some(receipt))
            }
        }
    }

    /// Takes a part back from the notice for which a person let it wait.
    pub(in crate::app::settle) fn take_back(
        &mut self,
        item: &Item,
        waiting: Waiting<'_>,
        (notice, kind): (NoticeId, ExceptionKind),
    ) -> Result<(), PlanError> {
        let Waiting { exception, payment, amount, .. } = waiting;
        let work = self.facts.notices.get_mut(&notice).ok_or(PlanError::Missing("the notice"))?;
        let held = work.parts.iter().position(|(id, _)| *id == exception);
        let (_, part) = work.parts.remove(held.ok_or(PlanError::Missing("the waiting part"))?);
        work.facts.waiting.retain(|other| *other != part);
        self.end(item, waiting, ("exception.taken_back", Some(notice)))?;
        let rest = Rest { kind, amount, notice: None };
        self.leave(item, payment, &rest, &Effects::default(), None)
    }

    /// The exception ends here; what the person wrote stays with it, outside of the chain.
    fn end(
        &mut self,
        item: &Item,
        waiting: Waiting<'_>,
        (action, notice): (&'static str, Option<NoticeId>),
    ) -> Result<(), PlanError> {
        self.writes.cleared.push(rows::Cleared {
            id: waiting.exception,
            cleared_at: self.tools.now,
            cleared_by: item.actor.id.clone(),
            cleared_why: waiting.reason.to_owned(),
        });
        let chain = self.chain(item.account)?;
        let payload = serde_json::json!({
            "notice": notice,
            "payment": waiting.payment,
            "amount": waiting.amount,
        });
        let subject = (action, "exception", waiting.exception.uuid());
        self.act_with(item, chain, subject, (&Effects::default(), payload));
        Ok(())
    }
}
