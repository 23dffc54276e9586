//! SePay's payment gateway as far as its signatures go: the checkout form and the IPN's secret.
//! The IPN's body is not signed, so an account of this kind waits until its order query is built.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::providers::{
    RawCallback, Rejection,
    keys::{Algorithm, Keys},
};

/// A signed checkout form.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedForm {
    /// What was signed.
    pub text: String,
    /// The value of the form's `signature` field.
    pub signature: String,
}

/// Signs the fields in the order in which the form sends them, as the official SDK does; ours are
/// sent in the documented order. A field without a value is signed as `name=` (decided so: the
/// SDK does), one that SePay does not list is sent unsigned.
pub fn sign_checkout(fields: &[(String, String)], keys: &Keys) -> SignedForm {
    let signed: Vec<String> = fields
        .iter()
        .filter(|(name, _)| is_signed(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let text = signed.join(",");
    let signature = STANDARD.encode(keys.sign(Algorithm::Sha256, text.as_bytes()));
    SignedForm { text, signature }
}

fn is_signed(name: &str) -> bool {
    const SIGNED: [&str; 13] = [
        "merchant",
        "env",
        "operation",
        "payment_method",
        "order_amount",
        "currency",
        "order_invoice_number",
        "order_description",
        "customer_id",
        "success_url",
        "error_url",
        "cancel_url",
        "order_id",
    ];
    SIGNED.contains(&name) || name.starts_with("agreement_")
}

/// Proves that the sender of an IPN has the merchant's secret. It proves nothing of the body.
pub fn prove_ipn(callback: &RawCallback, keys: &Keys) -> Result<(), Rejection> {
    match callback.sole_header("X-Secret-Key") {
        Some(secret) if keys.equals(secret) => Ok(()),
        _ => Err(Rejection::BadSignature),
    }
}
