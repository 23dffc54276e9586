//! The court-fee trade as pure rules: no I/O, no clock, no database, no HTTP.

pub mod assessment;
pub mod fee;
pub mod id;
pub mod money;
pub mod payment;
pub mod time;
