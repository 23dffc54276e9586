//! The one integration program: stories and tables over the whole crate, on real engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests say what they expect by failing"
)]

mod api;
mod bad_input;
mod calendar;
mod camt;
mod check;
mod deadline;
mod delimited;
mod demo;
mod desk;
mod fee;
mod harness;
mod lane;
mod litigant;
mod load;
mod paper;
mod providers;
mod receipt_verify;
mod reconcile;
mod reference;
mod reference_data;
mod serve;
mod sessions;
mod settings;
mod sign_in;
mod staff_command;
mod start;
mod statement;
mod store;
mod tidy;
