//! Payment orders: the notice's standing transfer order and each further attempt by a provider.

use super::{IllegalTransition, id::OrderId, money::Dong};

codes! {
    /// Where an order stands (procedure 4). "Unknown" is the last query's outcome, not a state.
    OrderState {
        /// Written down; the payer has not left yet.
        Created = "created",
        /// The payer is with the provider.
        Pending = "pending",
        /// Money is reported but not yet proven.
        Seen = "seen",
        /// Its money settled a notice.
        Paid = "paid",
        /// The provider proved that no money was taken.
        Failed = "failed",
        /// Its time ran out.
        Expired = "expired",
        /// Ended by us; the reason is kept beside (superseded among them).
        Cancelled = "cancelled",
    }
}

codes! {
    /// What happens to an order.
    OrderEvent {
        /// The payer leaves for the provider.
        Leave = "leave",
        /// Money is reported, not yet proven.
        See = "see",
        /// Proven money of the right amount arrives for a payable notice.
        Settle = "settle",
        /// The provider proves that nothing was taken.
        Fail = "fail",
        /// Its time ran out.
        Expire = "expire",
        /// Another attempt or a person ends it.
        Cancel = "cancel",
    }
}

codes! {
    /// The words that other systems and pages see.
    PublicOrderState {
        /// To pay.
        Open = "open",
        /// With the provider.
        Processing = "processing",
        /// Reported, being checked.
        Seen = "seen",
        /// Paid.
        Paid = "paid",
        /// Not completed.
        Failed = "failed",
        /// Expired.
        Expired = "expired",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

codes! {
    /// What kind of order.
    OrderKind {
        /// Opened when the notice is issued; lives as long as the notice.
        Standing = "standing",
        /// One attempt by a gateway.
        Attempt = "attempt",
    }
}

impl OrderState {
    /// The state after `event`: the one table of an order's life. Only `paid` is final: failed,
    /// expired and cancelled orders are still seen and settle when proven money arrives.
    pub fn after(self, event: OrderEvent) -> Result<Self, IllegalTransition> {
        use OrderEvent as E;
        use OrderState as S;
        match (self, event) {
            (S::Created, E::Leave) => Ok(S::Pending),
            (S::Created | S::Pending | S::Failed | S::Expired | S::Cancelled, E::See) => {
                Ok(S::Seen)
            }
            (
                S::Created | S::Pending | S::Seen | S::Failed | S::Expired | S::Cancelled,
                E::Settle,
            ) => Ok(S::Paid),
            (S::Created | S::Pending | S::Seen, E::Fail) => Ok(S::Failed),
            (S::Created | S::Pending | S::Seen, E::Expire) => Ok(S::Expired),
            (S::Created | S::Pending | S::Seen, E::Cancel) => Ok(S::Cancelled),
            _ => {
                Err(IllegalTransition { machine: "order", state: self.code(), event: event.code() })
            }
        }
    }

    /// Still waiting for its outcome.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Pending | Self::Seen)
    }

    /// The outward word.
    pub const fn public(self) -> PublicOrderState {
        match self {
            Self::Created => PublicOrderState::Open,
            Self::Pending => PublicOrderState::Processing,
            Self::Seen => PublicOrderState::Seen,
            Self::Paid => PublicOrderState::Paid,
            Self::Failed => PublicOrderState::Failed,
            Self::Expired => PublicOrderState::Expired,
            Self::Cancelled => PublicOrderState::Cancelled,
        }
    }
}

/// What settling needs to know of a gateway attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// Its id.
    pub id: OrderId,
    /// The sum it was opened for.
    pub amount: Dong,
    /// Where it stands.
    pub state: OrderState,
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[(&str, &str, &str)] = &[
        ("created", "leave", "pending"),
        ("created", "see", "seen"),
        ("created", "settle", "paid"),
        ("created", "fail", "failed"),
        ("created", "expire", "expired"),
        ("created", "cancel", "cancelled"),
        ("pending", "see", "seen"),
        ("pending", "settle", "paid"),
        ("pending", "fail", "failed"),
        ("pending", "expire", "expired"),
        ("pending", "cancel", "cancelled"),
        ("seen", "settle", "paid"),
        ("seen", "fail", "failed"),
        ("seen", "expire", "expired"),
        ("seen", "cancel", "cancelled"),
        ("failed", "see", "seen"),
        ("failed", "settle", "paid"),
        ("expired", "see", "seen"),
        ("expired", "settle", "paid"),
        ("cancelled", "see", "seen"),
        ("cancelled", "settle", "paid"),
    ];

    #[test]
    fn the_life_of_an_order_is_exactly_this_table() {
        for state in OrderState::ALL {
            for event in OrderEvent::ALL {
                let expected = STEPS
                    .iter()
                    .find(|(from, by, _)| *from == state.code() && *by == event.code())
                    .map(|(_, _, to)| *to);
                assert_eq!(
                    state.after(*event).ok().map(OrderState::code),
                    expected,
                    "{state} {event}"
                );
            }
        }
    }
}
