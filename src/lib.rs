//! anphi: the online payment gateway for court fees in Vietnam.
//!
//! The layers, and who may use whom (held by `tests/it/tidy.rs`):
//!
//! | module | what it is | may use |
//! | --- | --- | --- |
//! | [`domain`] | the court-fee trade as pure rules | nothing of ours |
//! | [`codec`] | bytes to values and back | `domain` |
//! | [`config`] | settings | `domain` |
//! | [`store`] | the database, one SQL text for two engines | `domain`, `config` |
//! | [`providers`] | payment providers | `domain`, `codec`, `config` |
//! | [`sim`] | the other side of providers and banks | `domain`, `codec`, `config` |
//! | [`app`] | use cases | `domain`, `codec`, `config`, `words`, `store`, `providers` |
//! | [`web`] | pages, API, callbacks | `app`, `domain`, `config`, `words` |
//! | [`words`] | every word of pages and papers, in two languages | `domain` |
//! | [`telemetry`] | logs and metric names | `config` |
//! | [`cli`] | the command line | all |

pub mod app;
pub mod cli;
pub mod codec;
pub mod config;
pub mod domain;
pub mod providers;
pub mod sim;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod words;
