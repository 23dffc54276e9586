//! The HTTP side: pages and what they load.

pub mod assets;
pub mod pages;
