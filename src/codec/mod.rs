//! Bytes to values and back, pure: no I/O.

pub mod bank_text;
pub mod camt;
pub mod column_map;
pub mod delimited;
pub mod pdf;
pub mod qr;
pub mod receipt_file;
pub mod receipt_text;
pub mod reference_data;
pub mod statement;
pub mod text;
pub mod vietqr;
pub mod xml;
