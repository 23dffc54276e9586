//! The court-fee trade as pure rules: no I/O, no clock, no database, no HTTP.

pub mod document;
pub mod id;
pub mod money;
pub mod payment;
pub mod receipt;
pub mod receipt_text;
pub mod time;
