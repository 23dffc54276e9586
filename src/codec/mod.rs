//! Bytes to values and back, pure.

pub mod pdf;
pub mod receipt_file;
pub mod receipt_text;
