//! Use cases and transaction borders: what the program does, without saying how it is shown.

pub mod clock;
pub mod error;
pub mod random;
pub mod settle;
pub mod vault;

pub use error::Error;
