//! From decisions to rows: pure, on the facts that a batch loaded. Each item sees what the items
//! before it in the batch changed.

mod choice;
mod money;
mod receipt;
mod record;

use std::collections::BTreeMap;

use uuid::Uuid;

pub(super) use choice::Waiting;
pub use record::{PaidFor, ReceiptFacts};

use super::{
    Item,
    facts::{Facts, NoticeWork},
};
use crate::{
    app::{
        random::{Random, new_id},
        vault::Vault,
    },
    domain::{
        IllegalTransition,
        audit::{self, Act, Chain, ChainKind},
        exception::ExceptionKind,
        id::{
            AccountId, AgencyId, InboxId, LedgerAccountId, NoticeId, OrderId, PaymentId,
            PostingGroupId, ReceiptId,
        },
        ledger::PostingError,
        money::Dong,
        order::{OrderEvent, OrderKind},
        payment::{Address, Standing},
        reference_scan::{Named as Scanned, scan},
        settle::{self, Answer, Decision, Effect, Named, Rest, Rule, Settlement},
        time::Timestamp,
    },
    store::engine::rows::{self, Writes},
};

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the sender hears.
    pub answer: Answer,
    /// The message was known before.
    pub repeated: bool,
    /// What happened.
    pub verdict: Verdict,
}

impl Outcome {
    /// The exception that the item left, if any.
    pub const fn raised(&self) -> Option<ExceptionKind> {
        match &self.verdict {
            Verdict::Money { exception, .. } => *exception,
            Verdict::Kept | Verdict::OrderMoved | Verdict::Seen | Verdict::Sighted(_) => None,
        }
    }
}

/// What happened with one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing beyond keeping the message.
    Kept,
    /// An order moved.
    OrderMoved,
    /// Reported; the receipt waits for the statement.
    Seen,
    /// A further sighting of a payment that we had.
    Sighted(PaymentId),
    /// A new payment.
    Money {
        /// The payment.
        payment: PaymentId,
        /// Notices that it settled, with their receipts.
        settled: Vec<(NoticeId, ReceiptId)>,
        /// What is left for a person.
        exception: Option<ExceptionKind>,
    },
}

/// Why a batch cannot be planned as it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    /// The agency has no open series for the year of issue yet.
    #[error("no open receipt series of the agency for {year}")]
    NoSeries { agency: AgencyId, year: i32 },
    /// A fact that must have been loaded is missing.
    #[error("the batch lacks {0}")]
    Missing(&'static str),
    /// A state machine refused a step that the decision relied on.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
    /// Postings that do not balance.
    #[error(transparent)]
    Posting(#[from] PostingError),
    /// The receipt's facts do not read.
    #[error("the notice's receipt facts do not read")]
    ReceiptFacts(#[from] serde_json::Error),
    /// They make no receipt.
    #[error("the facts make no receipt")]
    Receipt(#[source] crate::domain::receipt::FactsError),
}

/// What planning needs from outside.
#[derive(Clone, Copy)]
pub(super) struct Tools<'a> {
    pub(super) now: Timestamp,
    pub(super) random: &'a dyn Random,
    pub(super) vault: &'a Vault,
}

/// The rows of a batch in the making.
pub(super) struct Plan<'a> {
    facts: &'a mut Facts,
    tools: Tools<'a>,
    writes: Writes,
    balances: BTreeMap<LedgerAccountId, Dong>,
}

/// Ids and digests gathered for one act.
#[derive(Default)]
struct Effects {
    receipts: Vec<[u8; 32]>,
    receipt_ids: Vec<ReceiptId>,
    postings: Vec<[u8; 32]>,
    posting_ids: Vec<PostingGroupId>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(facts: &'a mut Facts, tools: Tools<'a>) -> Self {
        Self { facts, tools, writes: Writes::default(), balances: BTreeMap::new() }
    }

    /// Decides one item and adds its rows.
    pub(super) fn apply(
        &mut self,
        place: usize,
        item: &Item,
        inbox: Option<InboxId>,
    ) -> Result<Outcome, PlanError> {
        if let Some(payment) = self.facts.sighted.get(&place).copied() {
            let source_id = item.report.source_id.clone();
            self.sight(item, inbox, payment, (source_id, "sighting"));
            self.keep(inbox, Answer::Applied);
            let verdict = Verdict::Sighted(payment);
            return Ok(Outcome { answer: Answer::Applied, repeated: false, verdict });
        }
        let account =
            *self.facts.accounts.get(&item.account).ok_or(PlanError::Missing("the account"))?;
        let named = self.named(item);
        let Decision { answer, effect } = settle::decide(&account, &item.report, &named);
        let verdict = match effect {
            Effect::Keep => Verdict::Kept,
            Effect::Order { order, event, exception } => {
                self.move_order(item, order, event, exception)?;
                Verdict::OrderMoved
            }
            Effect::Seen(notices) => {
                self.see(item, &notices)?;
                Verdict::Seen
            }
            Effect::Money { order, settlements, rest } => {
                self.money(item, inbox, &Money { order, settlements, rest })?
            }
        };
        self.keep(inbox, answer);
        Ok(Outcome { answer, repeated: false, verdict })
    }

    /// The rows, with every changed notice, order, series and balance written once.
    pub(super) fn finish(mut self) -> Writes {
        for work in self.facts.notices.values() {
            let changed = work.facts.state != work.from_state
                || work.facts.allocated != work.from_allocated
                || work.facts.waiting_sum() != work.from_waiting;
            if !changed {
                continue;
            }
            self.writes.notices.push(rows::Notice {
                id: work.facts.id,
                from_state: work.from_state,
                from_allocated: work.from_allocated,
                state: work.facts.state,
                allocated: work.facts.allocated,
                waiting: work.facts.waiting_sum(),
                paid_at: work.paid.and_then(|paid| paid.by.at),
                paid_on: work.paid.map(|paid| paid.by.on),
                paid_basis: work.paid.map(|paid| paid.by.basis),
                timeliness: work.paid.map(|paid| paid.timeliness),
                receipt_at_court: work.paid.map(|paid| paid.receipt_at),
            });
        }
        for work in self.facts.orders.values().filter(|work| work.facts.state != work.from_state) {
            self.writes.orders.push(rows::Order {
                id: work.facts.id,
                from_state: work.from_state,
                state: work.facts.state,
                failure_code: work.failure_code.clone(),
            });
        }
        for agency in self.facts.agencies.values() {
            for (place, (series, from)) in agency.series.iter().zip(&agency.from).enumerate() {
                let head = place == agency.head_at;
                let seq = if head { agency.head.seq } else { series.audit_seq };
                if series.last_number == from.0 && seq == from.1 {
                    continue;
                }
                self.writes.series.push(rows::Series {
                    id: series.id,
                    from_number: from.0,
                    from_seq: from.1,
                    last_number: series.last_number,
                    last_issued_at: series.last_issued_at,
                    audit_seq: seq,
                    audit_hash: if head { agency.head.hash } else { series.audit_hash.0 },
                });
            }
        }
        for (id, delta) in self.balances {
            self.writes.balances.push(rows::Balance { id, delta });
        }
        self.writes
    }

    fn keep(&mut self, inbox: Option<InboxId>, answer: Answer) {
        if let Some(id) = inbox {
            let outcome = match answer {
                Answer::Applied | Answer::AlreadyConfirmed => "applied",
                Answer::UnknownOrder | Answer::InvalidAmount => "refused",
            };
            self.writes.inbox.push(rows::InboxOutcome { id, outcome, answer: Some(answer) });
        }
    }

    fn named(&self, item: &Item) -> Named {
        match &item.report.address {
            Address::Attempt(provider_ref) => {
                let key = (item.account, provider_ref.clone());
                let order = self.facts.by_provider_ref.get(&key);
                Named::Attempt(order.and_then(|id| {
                    let order = self.facts.orders.get(id)?;
                    let notice = self.facts.notices.get(&order.notice)?;
                    Some((order.facts, notice.facts.clone()))
                }))
            }
            Address::Memo(memo) => {
                let scanned = scan(memo).named();
                let (codes, rule) = match &scanned {
                    Scanned::Strict(_) => (scanned.codes(), Rule::Exact),
                    Scanned::Lenient(_) => (scanned.codes(), Rule::Lenient),
                    Scanned::Nothing | Scanned::Unsure(_) => (Vec::new(), Rule::Exact),
                };
                let notices = codes.iter().map(|code| {
                    let id = self.facts.by_reference.get(*code)?;
                    self.facts.notices.get(id).map(|work| work.facts.clone())
                });
                Named::References { notices: notices.collect(), rule }
            }
        }
    }

    fn notice(&self, id: NoticeId) -> Result<&NoticeWork, PlanError> {
        self.facts.notices.get(&id).ok_or(PlanError::Missing("the notice"))
    }

    fn id<T: From<Uuid>>(&self) -> T {
        new_id(self.tools.now, self.tools.random)
    }

    fn move_order(
        &mut self,
        item: &Item,
        order: OrderId,
        event: OrderEvent,
        exception: Option<Rest>,
    ) -> Result<(), PlanError> {
        let chain = self.chain(item.account)?;
        let code = match &item.report.standing {
            Standing::NotReceived(code) | Standing::Held(code) => Some(code.clone()),
            Standing::Received | Standing::Pending => None,
        };
        let audit =
            self.act(item, chain, ("order.moved", "order", order.uuid()), &Effects::default());
        self.step_order(order, event, audit, code)?;
        if let Some(rest) = exception {
            let id = self.id();
            let row = self.exception_row(id, item, &rest, None, Some(order))?;
            self.writes.exceptions.push(row);
        }
        Ok(())
    }

    fn see(&mut self, item: &Item, notices: &[NoticeId]) -> Result<(), PlanError> {
        let chain = self.chain(item.account)?;
        for notice in notices {
            let Some(order) = self.standing_order(*notice) else { continue };
            let open = self.facts.orders.get(&order).map(|work| work.facts.state);
            if open.is_none_or(|state| state.after(OrderEvent::See).is_err()) {
                continue;
            }
            let subject = ("order.seen", "order", order.uuid());
            let audit = self.act(item, chain, subject, &Effects::default());
            self.step_order(order, OrderEvent::See, audit, None)?;
        }
        Ok(())
    }

    fn standing_order(&self, notice: NoticeId) -> Option<OrderId> {
        let work = self.facts.notices.get(&notice)?;
        work.orders.iter().copied().find(|id| {
            self.facts.orders.get(id).is_some_and(|order| order.kind == OrderKind::Standing)
        })
    }

    fn step_order(
        &mut self,
        order: OrderId,
        event: OrderEvent,
        audit: Uuid,
        failure: Option<String>,
    ) -> Result<(), PlanError> {
        let work = self.facts.orders.get_mut(&order).ok_or(PlanError::Missing("the order"))?;
        let from = work.facts.state;
        work.facts.state = from.after(event)?;
        work.failure_code = failure;
        let to = work.facts.state.code();
        self.change(("order", order.uuid()), (Some(from.code()), to), audit);
        Ok(())
    }

    fn agency(&self, account: AccountId) -> Result<AgencyId, PlanError> {
        let facts = self.facts.accounts.get(&account).ok_or(PlanError::Missing("the account"))?;
        Ok(facts.agency)
    }

    fn chain(&self, account: AccountId) -> Result<Chain, PlanError> {
        let agency = self.agency(account)?;
        if !self.facts.agencies.contains_key(&agency) {
            let year = self.tools.now.day().year();
            return Err(PlanError::NoSeries { agency, year });
        }
        Ok(Chain { kind: ChainKind::Agency, id: agency.uuid() })
    }

    /// Links an act into the agency's chain; gives the entry's id.
    fn act(
        &mut self,
        item: &Item,
        chain: Chain,
        (action, entity, entity_id): (&'static str, &'static str, Uuid),
        effects: &Effects,
    ) -> Uuid {
        let payload = serde_json::json!({
            "account": item.account,
            "source": item.report.source,
            "source_id": item.report.source_id,
            "amount": item.report.amount,
            "paid_at": item.report.paid_at.map(|at| at.to_string()),
            "paid_on": item.report.paid_on.to_string(),
        });
        self.act_with(item, chain, (action, entity, entity_id), (effects, payload))
    }

    /// Links an act that says what it is about in its own words.
    fn act_with(
        &mut self,
        item: &Item,
        chain: Chain,
        (action, entity, entity_id): (&'static str, &'static str, Uuid),
        (effects, payload): (&Effects, serde_json::Value),
    ) -> Uuid {
        let id: Uuid = self.id();
        let linked = Act {
            at: self.tools.now,
            actor: item.actor.clone(),
            action,
            entity,
            entity_id,
            payload: payload.to_string(),
            receipts: effects.receipts.clone(),
            postings: effects.postings.clone(),
        };
        let mut detached = audit::Head::EMPTY;
        let agency = self.facts.agencies.get_mut(&AgencyId::new(chain.id));
        let head = agency.map_or(&mut detached, |agency| &mut agency.head);
        let entry = audit::link(chain, head, linked);
        self.writes.audits.push(rows::Audit::new(id, chain, entry, effects.listed()));
        id
    }

    fn change(
        &mut self,
        (machine, entity): (&'static str, Uuid),
        (from, to): (Option<&'static str>, &'static str),
        audit: Uuid,
    ) {
        let id: Uuid = self.id();
        self.writes.changes.push(rows::StateChange {
            id: id.as_simple().to_string(),
            machine,
            entity_id: entity.as_simple().to_string(),
            from_state: from,
            to_state: to,
            at: self.tools.now,
            audit_id: audit.as_simple().to_string(),
        });
    }
}

/// The parts of [`Effect::Money`].
struct Money {
    order: Option<OrderId>,
    settlements: Vec<Settlement>,
    rest: Option<Rest>,
}

impl Effects {
    fn add_group(&mut self, (id, digest): (PostingGroupId, [u8; 32])) {
        self.posting_ids.push(id);
        self.postings.push(digest);
    }

    /// The ids whose digests the entry binds, so that `check` finds them again.
    fn listed(&self) -> serde_json::Value {
        serde_json::json!({ "receipts": self.receipt_ids, "postings": self.posting_ids })
    }
}
