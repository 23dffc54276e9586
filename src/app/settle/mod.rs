//! The settlement lane: the one way by which money settles (contract 5, decisions 3).
//!
//! Doors hand a verified report to [`Lane::settle`] and wait. All that waits is taken as a batch,
//! decided with `domain::settle`, written in one transaction and answered after COMMIT. A caller that
//! goes away changes nothing: the work has its own task.

mod assign;
mod batch;
mod books;
mod facts;
mod lane;
mod plan;

pub use assign::{Assigned, Assignment, NotAssigned, TakingBack, taken_from};
pub use batch::{BatchError, RECEIPT_FORM, Settler, settle_batch};
pub use books::Booking;
pub use lane::{Lane, LaneError};
pub use plan::{Outcome, PaidFor, ReceiptFacts, Verdict};

use crate::domain::{
    audit::Actor,
    id::{AccountId, LineId},
    payment::Report,
    time::Timestamp,
};

/// A verified message as it came, kept for ever.
#[derive(Clone, Debug)]
pub struct Message {
    /// Identity of the message within its account; a repeat has the same.
    pub key: String,
    /// The bytes as received.
    pub raw: Vec<u8>,
    /// The headers that matter, as a JSON object.
    pub headers: serde_json::Value,
}

/// One report on its way through the lane.
#[derive(Clone, Debug)]
pub struct Item {
    /// The watched account.
    pub account: AccountId,
    /// Who brought it.
    pub actor: Actor,
    /// What it says.
    pub report: Report,
    /// When we got it.
    pub received_at: Timestamp,
    /// The message that carried it; none for a statement line.
    pub message: Option<Message>,
    /// The statement line, where it is one.
    pub line: Option<LineId>,
    /// The name of the gateway, as receipts print it.
    pub gateway: Option<String>,
}
