//! anphi: the online payment gateway for court fees in Vietnam.
//!
//! The layers, and who may use whom (held by `tests/it/tidy.rs`):
//!
//! | module | may use |
//! | --- | --- |
//! | [`domain`] | nothing of ours |
//! | [`codec`] | `domain` |

pub mod app;
pub mod cli;
pub mod codec;
pub mod config;
pub mod domain;
pub mod store;
pub mod telemetry;
