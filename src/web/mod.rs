//! The HTTP side: what other systems and people reach, and nothing of how it is done.

pub mod api;
pub mod auth;
pub mod extract;
pub mod problem;
pub mod request;
mod strict;
