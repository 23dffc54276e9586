//! Money that waits for a person: what it may belong to, and what the person decides.

use super::{
    App, Caller, Error,
    settle::{Assigned, Assignment, NotAssigned, TakingBack, taken_from},
    statements::book_error,
};
use crate::{
    domain::{
        exception::{ExceptionKind, ExceptionState},
        id::{ExceptionId, Reference},
        payment::Source,
        time::{Day, Timestamp},
    },
    store::{desk::ActRow, statement::ExceptionRow},
};

/// Letters of a reason, at least and at most (screens 2).
pub const REASON: std::ops::RangeInclusive<usize> = 10..=500;

/// Why a choice about waiting money was not taken.
#[derive(Debug)]
pub enum Refusal {
    /// Somebody decided before.
    Decided,
    /// This money is not given to a notice.
    NotMoney,
    /// No notice has that reference.
    NoNotice,
    /// The notice takes no money: why, in the words for money that names it.
    Closed(ExceptionKind),
    /// Something else.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<NotAssigned> for Refusal {
    fn from(reason: NotAssigned) -> Self {
        match reason {
            NotAssigned::Decided => Self::Decided,
            NotAssigned::NotMoney => Self::NotMoney,
            NotAssigned::NoNotice => Self::NoNotice,
            NotAssigned::Refused(kind) => Self::Closed(kind),
            NotAssigned::Batch(error) => Self::Error(book_error(error)),
        }
    }
}

/// What can be done about an exception now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Give the money to a notice.
    Assign,
    /// Take back the part that a person let wait.
    TakeBack,
    /// Nothing here.
    Nothing,
}

/// An exception with what its page shows.
#[derive(Clone, Debug)]
pub struct ExceptionSheet {
    /// The exception.
    pub row: ExceptionRow,
    /// How many notices await its very sum.
    pub same_sum: u32,
    /// The day of the statement's line that shows the money.
    pub booked_on: Option<Day>,
    /// What can be done.
    pub possible: Possible,
    /// What happened, newest first, each with who.
    pub acts: Vec<(ActRow, String)>,
    /// Who decided, where it is decided.
    pub decided_by: Option<(String, Timestamp)>,
}

impl App {
    /// An exception within the caller's scope, whole.
    pub async fn exception_sheet(
        &self,
        caller: &Caller,
        id: ExceptionId,
    ) -> Result<ExceptionSheet, Error> {
        let (row, same_sum) = self.money_to_decide(caller, id).await?;
        let mut tx = self.store.read().await?;
        let money = tx.exception_money(id).await?;
        let possible = match money {
            Some(_) if row.state != ExceptionState::Open => Possible::Nothing,
            Some(money) if taken_from(&money).is_some() => Possible::TakeBack,
            Some(money)
                if money.kind.may_be_assigned()
                    && matches!(money.source, Source::Push | Source::Statement) =>
            {
                Possible::Assign
            }
            Some(_) | None => Possible::Nothing,
        };
        let staff = tx.all_staff().await?;
        let name = |actor: &str| {
            let member = staff.iter().find(|row| row.id.to_string() == actor);
            member.map_or_else(|| actor.to_owned(), |row| row.name.clone())
        };
        let booked_on = match row.payment_id {
            _ if row.line_id.is_some() => Some(row.bank_day),
            Some(payment) => tx.booked_on(payment).await?,
            None => None,
        };
        let mut acts = tx.history_of(id.uuid()).await?;
        if let Some(payment) = row.payment_id {
            acts.extend(tx.history_of(payment.uuid()).await?);
        }
        acts.sort_by_key(|act| std::cmp::Reverse(act.at));
        let acts = acts.into_iter().map(|act| {
            let who = name(&act.actor);
            (act, who)
        });
        let decided_by =
            row.cleared_at.map(|at| (row.cleared_by.as_deref().map(name).unwrap_or_default(), at));
        let acts = acts.collect();
        Ok(ExceptionSheet { row, same_sum, booked_on, possible, acts, decided_by })
    }

    /// What giving the money of an exception to a notice would do now. Nothing is kept.
    pub async fn weigh_money(
        &self,
        caller: &Caller,
        (id, reference): (ExceptionId, Reference),
    ) -> Result<Assigned, Refusal> {
        self.within(caller, id, Some(&reference)).await?;
        let actor = caller.actor.clone();
        let asked = Assignment { exception: id, reference, reason: String::new(), actor };
        Ok(self.lane.settler().weigh(&asked).await?)
    }

    /// Gives the money of an exception to a notice. Where that pays the notice, its receipt is
    /// issued, and only a reversal by two persons undoes it.
    pub async fn assign_money(
        &self,
        caller: &Caller,
        (id, reference): (ExceptionId, Reference),
        reason: &str,
    ) -> Result<Assigned, Refusal> {
        self.within(caller, id, Some(&reference)).await?;
        let actor = caller.actor.clone();
        let asked = Assignment { exception: id, reference, reason: given(reason)?, actor };
        Ok(self.lane.settler().assign(&asked).await?)
    }

    /// Takes a part back from the notice for which a person let it wait.
    pub async fn take_back_money(
        &self,
        caller: &Caller,
        id: ExceptionId,
        reason: &str,
    ) -> Result<(), Refusal> {
        self.within(caller, id, None).await?;
        let actor = caller.actor.clone();
        let asked = TakingBack { exception: id, reason: given(reason)?, actor };
        Ok(self.lane.settler().take_back(&asked).await?)
    }

    /// Holds that both the money and the notice are the caller's.
    async fn within(
        &self,
        caller: &Caller,
        id: ExceptionId,
        reference: Option<&Reference>,
    ) -> Result<(), Refusal> {
        let mut tx = self.store.read().await.map_err(Error::from)?;
        let exception = tx.exception(caller.scope, id).await.map_err(Error::from)?;
        exception.ok_or(Error::NotFound)?;
        let Some(reference) = reference else { return Ok(()) };
        let notice = tx.notice_by_reference(caller.scope, reference.as_str()).await;
        notice.map_err(Error::from)?.map(|_| ()).ok_or(Refusal::NoNotice)
    }
}

fn given(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if REASON.contains(&reason.chars().count()) {
        Ok(reason.to_owned())
    } else {
        Err(Error::refused("reason", "reason_length"))
    }
}
