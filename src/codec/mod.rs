//! Bytes to values and back, pure: no I/O.

pub mod bank_text;
pub mod camt;
pub mod column_map;
pub mod delimited;
pub mod statement;
pub mod text;
pub mod xml;
