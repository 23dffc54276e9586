//! The court-fee trade as pure rules: no I/O, no clock, no database, no HTTP.

pub mod card;
pub mod fold;
pub mod id;
pub mod money;
pub mod name;
pub mod payment;
pub mod reconcile;
pub mod reference_scan;
pub mod refusal;
pub mod sighting;
pub mod statement;
pub mod time;
