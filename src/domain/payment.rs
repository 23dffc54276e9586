//! Money that moved, and the reports by which we know of it.

use super::{
    money::Dong,
    time::{Day, Timestamp},
};

codes! {
    /// Which way money went, seen from the watched account.
    Direction {
        /// Into the account.
        Credit = "credit",
        /// Out of the account.
        Debit = "debit",
    }
}

codes! {
    /// Who tells us of a payment. One payment is sighted at most once per source (I-07).
    Source {
        /// A payment gateway: its callback and its answer to our query are one source, since both
        /// carry the gateway's own transaction number.
        Gateway = "gateway",
        /// A bank's push of one movement on a watched account.
        Push = "push",
        /// A line of a bank statement.
        Statement = "statement",
        /// Cash or transfer taken at the counter.
        Counter = "counter",
    }
}

/// How a report finds its notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// By the `provider_ref` of the attempt that we opened at a gateway.
    Attempt(String),
    /// By what the payer (and the banks between) left in the transfer text.
    Memo(String),
}

/// What a report says became of the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The money is there.
    Received,
    /// Proven not to have been taken; the provider's code says why.
    NotReceived(String),
    /// Taken, but held by the provider (suspected fraud): not yet money for a notice.
    Held(String),
    /// The provider does not know yet.
    Pending,
}

/// The other side of a movement, as the bank or provider names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counterparty {
    /// The name as the bank gave it.
    pub name: Option<String>,
    /// The account number.
    pub account: Option<String>,
}

codes! {
    /// Whose clock a payment's time is read from (decisions 2).
    PaidBasis {
        /// The provider's or bank's own time of the transfer.
        Provider = "provider",
        /// The booking day of a statement.
        Statement = "statement",
        /// The payer's slip, set by two persons.
        Evidence = "evidence",
        /// Only our own time of receipt is known.
        Received = "received",
    }
}

/// When money was paid, and whose clock says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The moment, where the source knows it.
    pub at: Option<Timestamp>,
    /// The day in Vietnam.
    pub on: Day,
    /// What both rest on.
    pub basis: PaidBasis,
}

impl Paid {
    /// The moment that deadlines are held against: money that is known by its day only counts as
    /// paid when that day began.
    pub fn moment(self) -> Timestamp {
        self.at.unwrap_or_else(|| self.on.start())
    }

    /// The later of two: a sum that came in parts was paid when the last of them was.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        if other.moment() > self.moment() { other } else { self }
    }
}

/// One verified report of a movement, in one form for every door of the settlement lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Who tells us.
    pub source: Source,
    /// The source's own id of the movement, unique for ever within account and source.
    pub source_id: String,
    /// Into or out of the account.
    pub direction: Direction,
    /// The amount, above zero.
    pub amount: Dong,
    /// Whether the money is there.
    pub standing: Standing,
    /// How the notice is found.
    pub address: Address,
    /// The bank's own reference of the movement, where the source carries one.
    pub bank_reference: Option<String>,
    /// The other side.
    pub counterparty: Counterparty,
    /// The moment of the transfer, where the source knows it.
    pub paid_at: Option<Timestamp>,
    /// The day of the transfer in Vietnam.
    pub paid_on: Day,
    /// What `paid_at` and `paid_on` rest on.
    pub paid_basis: PaidBasis,
    /// The bank's value date.
    pub value_date: Option<Day>,
}

impl Report {
    /// The bank's reference, if it says anything.
    pub fn reference(&self) -> Option<&str> {
        self.bank_reference.as_deref().filter(|reference| !reference.is_empty())
    }

    /// When the money was paid.
    pub const fn paid(&self) -> Paid {
        Paid { at: self.paid_at, on: self.paid_on, basis: self.paid_basis }
    }
}
