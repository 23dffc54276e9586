//! What is known of one attempt to pay, from orders, money and receipt. What is only unknown is
//! never called failed.

use super::Held;
use crate::{
    app::checkout::{missing, waiting},
    domain::{
        exception::ExceptionKind,
        money::Dong,
        notice::NoticeState,
        order::{OrderKind, OrderState},
        settle::PartsMode,
        time::{Day, Timestamp},
    },
    store::{exception::OpenMoney, order::OrderRow},
};

/// Stands between a notice's reference and the missing sum.
const REST: &str = "-con-lai-";

/// How an attempt stands to its payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A transfer of this sum is to be made.
    Transfer(Dong),
    /// At the gateway.
    Pending,
    /// Reported, not yet proven.
    Seen {
        /// How much.
        amount: Dong,
        /// When it was reported.
        at: Timestamp,
        /// The day that counts.
        on: Day,
    },
    /// The notice is paid and has its receipt.
    Paid {
        /// What came above the sum.
        over: Option<Dong>,
    },
    /// The gateway proved that nothing was completed.
    Failed {
        /// When we learnt it.
        at: Timestamp,
    },
    /// Ended by us or by a later attempt.
    Cancelled,
    /// Its time is over.
    Expired,
    /// Money for a notice that no longer collects.
    NoticeClosed {
        /// How much.
        received: Dong,
        /// When.
        at: Timestamp,
    },
    /// Less than due came.
    Short {
        /// How much.
        received: Dong,
        /// What is to be paid now.
        missing: Dong,
    },
    /// A second payment of a paid notice.
    Double {
        /// How much.
        second: Dong,
    },
    /// The money is in another agency's account.
    OtherAgency {
        /// Whose.
        agency: String,
        /// The day that counts.
        on: Day,
    },
    /// The provider cannot be asked now.
    CannotAsk,
    /// The notice no longer collects, and no money is between.
    Closed,
}

impl Held {
    /// The outcome at the address of an attempt: an order's own reference, or that of the rest.
    /// `None` when this notice has no such attempt.
    pub fn outcome(&self, provider_ref: &str) -> Option<(&OrderRow, Outcome)> {
        if let Some(order) = self.order(provider_ref) {
            return Some((order, self.outcome_of(order)));
        }
        let order = self.standing()?;
        let sum = provider_ref
            .strip_prefix(order.provider_ref.as_str())?
            .strip_prefix(REST)?
            .parse()
            .ok()
            .and_then(Dong::new)?;
        let outcome = self.outcome_of(order);
        let is_rest = matches!(outcome, Outcome::Short { missing, .. } if missing == sum);
        Some((order, if is_rest { Outcome::Transfer(sum) } else { outcome }))
    }

    fn outcome_of(&self, order: &OrderRow) -> Outcome {
        if let Some(decided) = self.decided_by_money() {
            return decided;
        }
        if !self.notice().state.is_payable() && self.notice().state != NoticeState::Paid {
            return Outcome::Closed;
        }
        if let Some(seen) = self.seen(order) {
            return seen;
        }
        match order.state {
            OrderState::Failed => Outcome::Failed { at: self.order_since(order) },
            OrderState::Cancelled => Outcome::Cancelled,
            OrderState::Expired => Outcome::Expired,
            OrderState::Created if order.kind == OrderKind::Standing => self.transfer(),
            OrderState::Created | OrderState::Pending | OrderState::Seen | OrderState::Paid => {
                match order.last_query.as_deref() {
                    Some("unreachable" | "unverified" | "malformed" | "refused") => {
                        Outcome::CannotAsk
                    }
                    _ => Outcome::Pending,
                }
            }
        }
    }

    /// What money that came says, whatever order it came by.
    fn decided_by_money(&self) -> Option<Outcome> {
        if let Some(money) = self.open(ExceptionKind::OtherAgency)
            && let Some(agency) = self.other_agency.clone()
        {
            return Some(Outcome::OtherAgency { agency, on: money.bank_day });
        }
        if let Some(money) = self.open(ExceptionKind::ClosedNotice) {
            let at = money.paid_at.unwrap_or(money.raised_at);
            return Some(Outcome::NoticeClosed { received: money.amount, at });
        }
        if !self.is_paid() || self.receipt.is_none() {
            return None;
        }
        if let Some(money) = self.open(ExceptionKind::Double) {
            return Some(Outcome::Double { second: money.amount });
        }
        let over = self.open(ExceptionKind::Over).map(|money| money.amount);
        Some(Outcome::Paid { over })
    }

    fn seen(&self, order: &OrderRow) -> Option<Outcome> {
        let held = self
            .open_money
            .iter()
            .find(|money| money.kind == ExceptionKind::Held && money.order_id == Some(order.id));
        if order.state != OrderState::Seen && held.is_none() {
            return None;
        }
        let at = held.map_or_else(|| self.order_since(order), |money| money.raised_at);
        let on = held.map_or_else(|| at.day(), |money| money.bank_day);
        Some(Outcome::Seen { amount: order.amount, at, on })
    }

    fn transfer(&self) -> Outcome {
        let short = self.open_money.iter().filter(|money| money.kind == ExceptionKind::Short);
        let received = Dong::total(short.map(|money| money.amount)).unwrap_or(Dong::ZERO);
        if received.is_zero() {
            return Outcome::Transfer(self.missing());
        }
        let received = match self.agency.parts {
            PartsMode::Join => self.notice().waiting,
            PartsMode::Refund => received,
        };
        Outcome::Short { received, missing: self.missing() }
    }

    /// What came in parts and waits for the rest; nothing where parts are sent back.
    pub fn waiting(&self) -> Dong {
        waiting(self.notice(), self.agency.parts)
    }

    /// What is still to be paid.
    pub fn missing(&self) -> Dong {
        missing(self.notice(), self.agency.parts).unwrap_or(Dong::ZERO)
    }

    /// Whether it was paid in full, also after the case closed.
    pub fn is_paid(&self) -> bool {
        matches!(self.notice().state, NoticeState::Paid | NoticeState::Closed)
            && self.notice().allocated == self.notice().amount
    }

    /// The reference as the address of the transfer of what is missing carries it: with the sum
    /// once a part came, so that another sum is another page.
    pub fn transfer_ref(&self) -> Option<String> {
        let order = self.standing()?;
        let reference = &order.provider_ref;
        if let Outcome::Short { missing, .. } = self.outcome_of(order) {
            return Some(format!("{reference}{REST}{}", missing.get()));
        }
        Some(reference.clone())
    }

    /// When an order came to where it stands.
    fn order_since(&self, order: &OrderRow) -> Timestamp {
        let known = self.order_since.iter().find(|(id, _)| *id == order.id);
        known.map_or(order.created_at, |(_, since)| *since)
    }

    fn open(&self, kind: ExceptionKind) -> Option<&OpenMoney> {
        self.open_money.iter().rfind(|money| money.kind == kind)
    }
}
