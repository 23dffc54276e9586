//! Bytes to values and back, without effects: QR codes and VietQR texts.

pub mod qr;
pub mod vietqr;
