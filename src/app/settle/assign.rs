//! A person says to which notice waiting money belongs, or that it does not belong there after all.
//!
//! What settles is written by the plan of the lane, by the lane's rules and under its locks, so that
//! it may run beside it: notices first, then the agency's series with its audit head.

use super::{
    Item,
    batch::{BatchError, Failed, Settler},
    facts::Facts,
    plan::{Plan, PlanError, Tools, Waiting},
};
use crate::{
    domain::{
        audit::Actor,
        exception::{ExceptionKind, ExceptionState},
        id::{ExceptionId, NoticeId, ReceiptId, Reference},
        money::Dong,
        payment::{Address, Counterparty, Direction, Report, Source, Standing},
        settle::{AccountFacts, Choice, choose},
    },
    store::{StoreError, Tx, exception::ExceptionMoney},
};

/// A person gives the money of an exception to a notice.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The exception, read within the person's scope.
    pub exception: ExceptionId,
    /// The notice.
    pub reference: Reference,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: Actor,
}

/// A person takes a part back from the notice for which they let it wait.
#[derive(Clone, Debug)]
pub struct TakingBack {
    /// The exception, read within the person's scope.
    pub exception: ExceptionId,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: Actor,
}

/// What a choice does, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// The notice is paid.
    Settled {
        /// Its receipt.
        receipt: ReceiptId,
        /// What is left of the money.
        over: Option<Dong>,
    },
    /// The money waits for the rest.
    Waits {
        /// What is missing.
        missing: Dong,
    },
}

/// Why a choice is not possible.
#[derive(Debug, thiserror::Error)]
pub enum NotAssigned {
    /// Somebody decided about it before.
    #[error("the exception is not open any more")]
    Decided,
    /// No money in a bank account of ours, or not of a kind that is assigned.
    #[error("this is no money that can be given to a notice")]
    NotMoney,
    /// No notice has that reference.
    #[error("there is no such notice")]
    NoNotice,
    /// The notice takes no money.
    #[error("the notice takes no money")]
    Refused(ExceptionKind),
    /// It could not be written.
    #[error(transparent)]
    Batch(#[from] BatchError),
}

/// Whether a choice is kept, or only looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Keep,
    Look,
}

/// Why one try did not end.
enum Try {
    Failed(Failed),
    Not(NotAssigned),
}

impl From<StoreError> for Try {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<PlanError> for Try {
    fn from(error: PlanError) -> Self {
        Self::Failed(error.into())
    }
}

/// Everything that a choice is about, locked.
struct Desk {
    tx: Tx,
    facts: Facts,
    money: ExceptionMoney,
    account: AccountFacts,
    notice: NoticeId,
}

impl Settler {
    /// Gives the money of an exception to a notice.
    pub async fn assign(&self, assignment: &Assignment) -> Result<Assigned, NotAssigned> {
        self.assigning(assignment, Ending::Keep).await
    }

    /// What [`Self::assign`] would do now. Nothing of it stays.
    pub async fn weigh(&self, assignment: &Assignment) -> Result<Assigned, NotAssigned> {
        self.assigning(assignment, Ending::Look).await
    }

    async fn assigning(
        &self,
        assignment: &Assignment,
        ending: Ending,
    ) -> Result<Assigned, NotAssigned> {
        for _ in 0..2 {
            match self.try_assign(assignment, ending).await {
                Ok(assigned) => return Ok(assigned),
                Err(Try::Not(reason)) => return Err(reason),
                Err(Try::Failed(Failed::Batch(error))) => return Err(error.into()),
                Err(Try::Failed(Failed::NoSeries { agency, year })) => {
                    self.open_series(agency, year).await.map_err(BatchError::from)?;
                }
            }
        }
        Err(BatchError::Plan("the receipt series could not be opened".into()).into())
    }

    async fn try_assign(&self, assignment: &Assignment, ending: Ending) -> Result<Assigned, Try> {
        let mut desk = self.sit(assignment.exception, Some(&assignment.reference)).await?;
        let money = &desk.money;
        let in_bank = matches!(money.source, Source::Push | Source::Statement);
        if !in_bank || !money.kind.may_be_assigned() {
            return Err(Try::Not(NotAssigned::NotMoney));
        }
        let work = desk.facts.notices.get(&desk.notice).ok_or(PlanError::Missing("the notice"))?;
        let choice = choose(&desk.account, money.amount, &work.facts);
        if let Choice::Refused(kind) = choice {
            return Err(Try::Not(NotAssigned::Refused(kind)));
        }
        let item = item_of(money, &assignment.actor);
        let waiting = waiting(money, &assignment.reason);
        let tools = self.tools();
        let mut plan = Plan::new(&mut desk.facts, tools);
        let receipt = plan.assign(&item, waiting, (desk.notice, &choice))?;
        let assigned = match (choice, receipt) {
            (Choice::Settles { rest, .. }, Some(receipt)) => {
                Assigned::Settled { receipt, over: rest.map(|rest| rest.amount) }
            }
            (Choice::Waits { missing }, _) => Assigned::Waits { missing },
            (Choice::Settles { .. } | Choice::Refused(_), _) => {
                return Err(PlanError::Missing("the receipt").into());
            }
        };
        let writes = plan.finish();
        match ending {
            Ending::Look => desk.tx.rollback().await?,
            Ending::Keep => {
                desk.tx.write_batch(&writes).await?;
                desk.tx.commit().await?;
            }
        }
        Ok(assigned)
    }

    /// Takes a part back; it waits for a decision as it did before.
    pub async fn take_back(&self, taking: &TakingBack) -> Result<(), NotAssigned> {
        match self.try_take_back(taking).await {
            Ok(()) => Ok(()),
            Err(Try::Not(reason)) => Err(reason),
            Err(Try::Failed(Failed::Batch(error))) => Err(error.into()),
            Err(Try::Failed(Failed::NoSeries { .. })) => {
                Err(BatchError::Plan("the agency has no receipt series".into()).into())
            }
        }
    }

    async fn try_take_back(&self, taking: &TakingBack) -> Result<(), Try> {
        let mut desk = self.sit(taking.exception, None).await?;
        let money = &desk.money;
        let Some(kind) = taken_from(money) else { return Err(Try::Not(NotAssigned::NotMoney)) };
        let item = item_of(money, &taking.actor);
        let waiting = waiting(money, &taking.reason);
        let tools = self.tools();
        let mut plan = Plan::new(&mut desk.facts, tools);
        plan.take_back(&item, waiting, (desk.notice, kind))?;
        let writes = plan.finish();
        desk.tx.write_batch(&writes).await?;
        desk.tx.commit().await?;
        Ok(())
    }

    /// Locks what a choice is about: the notice it names, else the one that the money waits for.
    async fn sit(&self, id: ExceptionId, named: Option<&Reference>) -> Result<Desk, Try> {
        let read = self.store.read().await?.exception_money(id).await?;
        let known = read.ok_or(Try::Not(NotAssigned::NotMoney))?;
        self.open_books(known.account_id, known.agency_id).await?;
        let reference = named.or(known.reference.as_ref());
        let reference = reference.ok_or(Try::Not(NotAssigned::NoNotice))?.to_string();
        let mut tx = self.store.begin().await?;
        let mut facts = Facts::default();
        facts.add_notices(tx.lock_notices(std::slice::from_ref(&reference)).await?);
        let notice = facts.by_reference.get(&reference).copied();
        let notice = notice.ok_or(Try::Not(NotAssigned::NoNotice))?;
        if facts.notices.get(&notice).is_some_and(|work| work.from_waiting.is_positive()) {
            facts.add_waiting(&tx.waiting_parts(&[notice]).await?);
        }
        facts.add_series(tx.lock_series(&[known.agency_id]).await?);
        // Read again under the locks: whoever decides holds the agency's series.
        let money = tx.exception_money(id).await?.ok_or(Try::Not(NotAssigned::NotMoney))?;
        if money.state != ExceptionState::Open {
            return Err(Try::Not(NotAssigned::Decided));
        }
        let agency = money.agency_id;
        let series = facts.agencies.get(&agency).and_then(|work| work.series.first());
        let Some(series) = series else {
            let year = self.now().day().year();
            return Err(PlanError::NoSeries { agency, year }.into());
        };
        let (issue, parts) = (series.issue, series.parts);
        let account = AccountFacts { id: money.account_id, agency, issue, parts };
        facts.accounts.insert(account.id, account);
        facts.ledger = self.ledger();
        Ok(Desk { tx, facts, money, account, notice })
    }

    fn tools(&self) -> Tools<'_> {
        Tools { now: self.now(), random: self.random(), vault: &self.vault }
    }
}

/// The money as the report by which it came; what it says of time counts, not today.
fn item_of(money: &ExceptionMoney, actor: &Actor) -> Item {
    Item {
        account: money.account_id,
        actor: actor.clone(),
        report: Report {
            source: money.source,
            source_id: money.source_id.clone().unwrap_or_default(),
            direction: Direction::Credit,
            amount: money.amount,
            standing: Standing::Received,
            address: Address::Memo(money.memo.clone().unwrap_or_default()),
            bank_reference: money.bank_reference.clone(),
            counterparty: Counterparty { name: money.payer_name.clone(), account: None },
            paid_at: money.paid_at,
            paid_on: money.paid_on,
            paid_basis: money.paid_basis,
            value_date: money.value_date,
        },
        received_at: money.received_at,
        message: None,
        line: None,
        gateway: None,
    }
}

fn waiting<'a>(money: &ExceptionMoney, reason: &'a str) -> Waiting<'a> {
    let ExceptionMoney { id: exception, payment_id: payment, amount, .. } = *money;
    Waiting { exception, payment, amount, reason }
}

/// What a part that a person let wait for a notice was before; none for a part that named its
/// notice itself.
pub fn taken_from(money: &ExceptionMoney) -> Option<ExceptionKind> {
    let by_person = money.kind == ExceptionKind::Short && money.reason.is_some();
    money.kind_before.filter(|_| by_person)
}
