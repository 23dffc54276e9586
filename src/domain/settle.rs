//! The decision about one verified report of money: what it settles, and what is left for a person.
//!
//! Pure: the lane loads the facts, this module decides, the store writes. Decisions 1 and 2 are the
//! source of every rule. A late payment is settled like any other; lateness is the judge's matter.

use super::{
    exception::ExceptionKind,
    id::{AccountId, AgencyId, NoticeId, OrderId},
    money::Dong,
    notice::{NoticeFacts, NoticeState, WaitingPart},
    order::{OrderEvent, OrderFacts, OrderState},
    payment::{Direction, Report, Standing},
};

codes! {
    /// What the sender of a report is told; each provider has its own words for these.
    Answer {
        /// Recorded.
        Applied = "applied",
        /// Recorded before.
        AlreadyConfirmed = "already_confirmed",
        /// We never opened this order.
        UnknownOrder = "unknown_order",
        /// The sum is not the order's.
        InvalidAmount = "invalid_amount",
    }
}

codes! {
    /// When a receipt is issued (agency setting, decisions 4).
    IssueMode {
        /// With the settlement, on proof by provider or statement.
        AtSettlement = "at_settlement",
        /// Only when the statement line matches; before, the order is `seen`.
        AfterMatch = "after_match",
    }
}

codes! {
    /// What becomes of a part payment (agency setting, decisions 2).
    PartsMode {
        /// Parts that add up exactly settle together.
        Join = "join",
        /// Each part is to be refunded and the whole paid again.
        Refund = "refund",
    }
}

codes! {
    /// By which rule money settled.
    Rule {
        /// A gateway's order.
        Order = "order",
        /// A reference standing alone in the transfer text.
        Exact = "exact",
        /// The only reference after folding case and removing blanks; its check digit fits.
        Lenient = "lenient",
        /// Several references that add up exactly.
        Several = "several",
        /// Earlier parts and this one add up exactly.
        Parts = "parts",
        /// A person gave waiting money to the notice.
        Chosen = "chosen",
    }
}

/// The watched account that the report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// The account.
    pub id: AccountId,
    /// Whose account it is.
    pub agency: AgencyId,
    /// Whether receipts wait for the statement.
    pub issue: IssueMode,
    /// What becomes of parts.
    pub parts: PartsMode,
}

/// What the report names, as found in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// An attempt at a gateway; `None` when its `provider_ref` is not ours.
    Attempt(Option<(OrderFacts, NoticeFacts)>),
    /// References in a transfer text, each once, in order; `None` where no notice has it.
    References {
        /// Strict hits, or the one lenient hit that counts.
        notices: Vec<Option<NoticeFacts>>,
        /// How they were found.
        rule: Rule,
    },
}

/// One notice that the money settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The notice.
    pub notice: NoticeId,
    /// What it takes of the new payment.
    pub amount: Dong,
    /// Earlier parts that settle with it, and what it takes of each.
    pub joined: Vec<WaitingPart>,
    /// By which rule.
    pub rule: Rule,
}

/// What of the new payment waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Why.
    pub kind: ExceptionKind,
    /// How much.
    pub amount: Dong,
    /// The notice it was meant for, where one is known.
    pub notice: Option<NoticeId>,
}

/// What happens to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing beyond keeping the message.
    Keep,
    /// An order moves, no money is recorded.
    Order {
        /// The order.
        order: OrderId,
        /// What happened to it.
        event: OrderEvent,
        /// An exception beside it: money held by the provider.
        exception: Option<Rest>,
    },
    /// The transfer is reported but the receipt waits for the statement.
    Seen(Vec<NoticeId>),
    /// A new payment: what it settles, what is left.
    Money {
        /// The attempt that it came by, if any and if it settles.
        order: Option<OrderId>,
        /// Notices that it settles.
        settlements: Vec<Settlement>,
        /// What is left, if anything.
        rest: Option<Rest>,
    },
}

/// The whole decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the sender hears.
    pub answer: Answer,
    /// What the store writes.
    pub effect: Effect,
}

/// Decides about `report` on `account`, given what it names.
pub fn decide(account: &AccountFacts, report: &Report, named: &Named) -> Decision {
    match named {
        Named::Attempt(found) => gateway(account, report, found.as_ref()),
        Named::References { notices, rule } => bank(account, report, notices, *rule),
    }
}

/// What it does when a person gives waiting money to a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It pays the notice; more than is due stays for a person.
    Settles {
        /// What the notice takes.
        settlement: Settlement,
        /// What is left, if anything.
        rest: Option<Rest>,
    },
    /// It is too little and waits for the rest.
    Waits {
        /// What is still missing, with the parts that wait already counted in.
        missing: Dong,
    },
    /// The notice takes no money, and why.
    Refused(ExceptionKind),
}

/// Decides about `amount` that waits on `account`, given by a person to `notice`. The rules are
/// those for money that names its notice itself.
pub fn choose(account: &AccountFacts, amount: Dong, notice: &NoticeFacts) -> Choice {
    if let Some(kind) = refusal(account, notice) {
        return Choice::Refused(kind);
    }
    let Some(settlement) = settle_one(account, amount, notice, Rule::Chosen) else {
        let waiting = notice.waiting_sum();
        let missing = notice.due().checked_sub(amount).and_then(|due| due.checked_sub(waiting));
        return Choice::Waits { missing: missing.unwrap_or(Dong::ZERO) };
    };
    let rest = amount
        .checked_sub(settlement.amount)
        .filter(|rest| rest.is_positive())
        .map(|amount| Rest { kind: ExceptionKind::Over, amount, notice: Some(notice.id) });
    Choice::Settles { settlement, rest }
}

fn gateway(
    account: &AccountFacts,
    report: &Report,
    found: Option<&(OrderFacts, NoticeFacts)>,
) -> Decision {
    let Some((order, notice)) = found else {
        let effect = match report.standing {
            Standing::Received => unallocated(report, ExceptionKind::UnknownOrder, None),
            Standing::NotReceived(_) | Standing::Held(_) | Standing::Pending => Effect::Keep,
        };
        return Decision { answer: Answer::UnknownOrder, effect };
    };
    if report.amount != order.amount {
        let effect = match report.standing {
            Standing::Received => {
                unallocated(report, ExceptionKind::AmountDiffers, Some(notice.id))
            }
            Standing::NotReceived(_) | Standing::Held(_) | Standing::Pending => Effect::Keep,
        };
        return Decision { answer: Answer::InvalidAmount, effect };
    }
    match &report.standing {
        Standing::Received => gateway_money(account, report, order, notice),
        Standing::NotReceived(_) => move_order(order, OrderEvent::Fail, None),
        Standing::Held(_) => {
            let held =
                Rest { kind: ExceptionKind::Held, amount: report.amount, notice: Some(notice.id) };
            move_order(order, OrderEvent::See, Some(held))
        }
        Standing::Pending => Decision { answer: Answer::Applied, effect: Effect::Keep },
    }
}

/// A result for an order that has moved on changes nothing and is still answered as recorded.
fn move_order(order: &OrderFacts, event: OrderEvent, exception: Option<Rest>) -> Decision {
    if order.state == OrderState::Paid {
        return Decision { answer: Answer::AlreadyConfirmed, effect: Effect::Keep };
    }
    let effect = match order.state.after(event) {
        Ok(_) => Effect::Order { order: order.id, event, exception },
        Err(_) => Effect::Keep,
    };
    Decision { answer: Answer::Applied, effect }
}

fn gateway_money(
    account: &AccountFacts,
    report: &Report,
    order: &OrderFacts,
    notice: &NoticeFacts,
) -> Decision {
    let applied = |effect| Decision { answer: Answer::Applied, effect };
    if let Some(kind) = refusal(account, notice) {
        return applied(unallocated(report, kind, Some(notice.id)));
    }
    if account.issue == IssueMode::AfterMatch {
        return move_order(order, OrderEvent::See, None);
    }
    match settle_one(account, report.amount, notice, Rule::Order) {
        Some(settlement) if settlement.amount == report.amount => applied(Effect::Money {
            order: Some(order.id),
            settlements: vec![settlement],
            rest: None,
        }),
        // The notice's due sum changed after the attempt was opened: a person decides.
        _ => applied(unallocated(report, ExceptionKind::AmountDiffers, Some(notice.id))),
    }
}

fn bank(
    account: &AccountFacts,
    report: &Report,
    notices: &[Option<NoticeFacts>],
    rule: Rule,
) -> Decision {
    let effect = match (report.direction, &report.standing) {
        (Direction::Credit, Standing::Received) => bank_credit(account, report, notices, rule),
        // A push without a signature proves its sender, not its words: seen, until the statement
        // agrees (reliability rule 8).
        (Direction::Credit, Standing::Held(_) | Standing::Pending) => {
            Effect::Seen(notices.iter().flatten().map(|notice| notice.id).collect())
        }
        (Direction::Debit, _) | (Direction::Credit, Standing::NotReceived(_)) => Effect::Keep,
    };
    Decision { answer: Answer::Applied, effect }
}

fn bank_credit(
    account: &AccountFacts,
    report: &Report,
    notices: &[Option<NoticeFacts>],
    rule: Rule,
) -> Effect {
    let by_push = report.source == super::payment::Source::Push;
    if by_push && account.issue == IssueMode::AfterMatch {
        return Effect::Seen(notices.iter().flatten().map(|notice| notice.id).collect());
    }
    match notices {
        [] => unallocated(report, ExceptionKind::NoReference, None),
        [None] => unallocated(report, ExceptionKind::UnknownReference, None),
        [Some(notice)] => one_reference(account, report, notice, rule),
        several => several_references(account, report, several),
    }
}

fn one_reference(
    account: &AccountFacts,
    report: &Report,
    notice: &NoticeFacts,
    rule: Rule,
) -> Effect {
    if let Some(kind) = refusal(account, notice) {
        return unallocated(report, kind, Some(notice.id));
    }
    let Some(settlement) = settle_one(account, report.amount, notice, rule) else {
        return unallocated(report, ExceptionKind::Short, Some(notice.id));
    };
    let rest = report
        .amount
        .checked_sub(settlement.amount)
        .filter(|rest| rest.is_positive())
        .map(|amount| Rest { kind: ExceptionKind::Over, amount, notice: Some(notice.id) });
    Effect::Money { order: None, settlements: vec![settlement], rest }
}

/// All or nothing: the sums due must add up to the money exactly.
fn several_references(
    account: &AccountFacts,
    report: &Report,
    notices: &[Option<NoticeFacts>],
) -> Effect {
    let first = notices.iter().flatten().next().map(|notice| notice.id);
    let known: Option<Vec<&NoticeFacts>> = notices.iter().map(Option::as_ref).collect();
    let Some(known) = known else {
        return unallocated(report, ExceptionKind::UnknownReference, first);
    };
    if let Some((notice, kind)) =
        known.iter().find_map(|notice| refusal(account, notice).map(|kind| (notice.id, kind)))
    {
        return unallocated(report, kind, Some(notice));
    }
    if Dong::total(known.iter().map(|notice| notice.due())) != Some(report.amount) {
        return unallocated(report, ExceptionKind::SumDiffers, first);
    }
    let settlements = known
        .iter()
        .map(|notice| Settlement {
            notice: notice.id,
            amount: notice.due(),
            joined: Vec::new(),
            rule: Rule::Several,
        })
        .collect();
    Effect::Money { order: None, settlements, rest: None }
}

/// Why money for this notice settles nothing, if so.
fn refusal(account: &AccountFacts, notice: &NoticeFacts) -> Option<ExceptionKind> {
    if notice.agency != account.agency {
        return Some(ExceptionKind::OtherAgency);
    }
    match notice.state {
        NoticeState::Issued | NoticeState::Served => None,
        NoticeState::Paid => Some(ExceptionKind::Double),
        NoticeState::Draft
        | NoticeState::ToSign
        | NoticeState::Closed
        | NoticeState::Withdrawn
        | NoticeState::Replaced
        | NoticeState::Exempted
        | NoticeState::Lapsed => Some(ExceptionKind::ClosedNotice),
    }
}

/// Settles a payable notice by `amount`, alone or with the parts that wait for it; `None` when it
/// is too little. More than is due settles too; the caller keeps the rest.
fn settle_one(
    account: &AccountFacts,
    amount: Dong,
    notice: &NoticeFacts,
    rule: Rule,
) -> Option<Settlement> {
    let due = notice.due();
    if amount >= due {
        return Some(Settlement { notice: notice.id, amount: due, joined: Vec::new(), rule });
    }
    let missing = due.checked_sub(amount)?;
    if account.parts == PartsMode::Refund || notice.waiting_sum() != missing {
        return None;
    }
    let joined = notice.waiting.clone();
    Some(Settlement { notice: notice.id, amount, joined, rule: Rule::Parts })
}

fn unallocated(report: &Report, kind: ExceptionKind, notice: Option<NoticeId>) -> Effect {
    let rest = Rest { kind, amount: report.amount, notice };
    Effect::Money { order: None, settlements: Vec::new(), rest: Some(rest) }
}

#[cfg(test)]
mod tests;
