//! anphi: the online payment gateway for court fees in Vietnam.
//!
//! The layers, and who may use whom (held by `tests/it/tidy.rs`):
//!
//! | module | may use |
//! | --- | --- |
//! | [`domain`] | nothing of ours |

pub mod cli;
pub mod domain;
pub mod web;
pub mod words;
