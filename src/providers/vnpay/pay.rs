//! The address that sends a payer to VNPAY.

use std::net::IpAddr;

use super::{is_reference, sign, wire_amount};
use crate::providers::{CheckoutError, CheckoutRequest, Locale, keys::Keys};

/// A signed address.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// What was signed; it stands in the address as it is.
    pub text: String,
    /// The hash.
    pub hash: String,
    /// The whole address, hash last.
    pub url: String,
}

/// Signs parameters: empty ones are left out of both text and address.
pub fn sign(endpoint: &str, parameters: &[(String, String)], keys: &Keys) -> SignedUrl {
    let encoded: Vec<(String, String)> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (sign::encode(name), sign::encode(value)))
        .collect();
    let text = sign::join(encoded.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let hash = sign::hash(&text, keys);
    let url = format!("{endpoint}?{text}&{}={hash}", sign::HASH);
    SignedUrl { text, hash, url }
}

/// The parameters of an attempt, or the first that VNPAY would refuse.
pub(super) fn parameters(
    merchant: &str,
    attempt: &CheckoutRequest,
) -> Result<Vec<(String, String)>, CheckoutError> {
    let amount = wire_amount(attempt.amount).ok_or(CheckoutError("vnp_Amount"))?;
    if !is_reference(&attempt.provider_ref) {
        return Err(CheckoutError("vnp_TxnRef"));
    }
    if !is_plain(&attempt.info) {
        return Err(CheckoutError("vnp_OrderInfo"));
    }
    if !(10..=255).contains(&attempt.return_url.len()) {
        return Err(CheckoutError("vnp_ReturnUrl"));
    }
    if attempt.expires_at <= attempt.opened_at {
        return Err(CheckoutError("vnp_ExpireDate"));
    }
    let locale = match attempt.locale {
        Locale::Vietnamese => "vn",
        Locale::English => "en",
    };
    let pairs = [
        ("vnp_Version", "2.1.0".to_owned()),
        ("vnp_Command", "pay".to_owned()),
        ("vnp_TmnCode", merchant.to_owned()),
        ("vnp_Amount", amount),
        ("vnp_CurrCode", "VND".to_owned()),
        ("vnp_CreateDate", attempt.opened_at.compact()),
        ("vnp_ExpireDate", attempt.expires_at.compact()),
        ("vnp_IpAddr", address(attempt.payer_address)),
        ("vnp_Locale", locale.to_owned()),
        ("vnp_OrderInfo", attempt.info.clone()),
        ("vnp_OrderType", "other".to_owned()),
        ("vnp_ReturnUrl", attempt.return_url.clone()),
        ("vnp_TxnRef", attempt.provider_ref.clone()),
    ];
    Ok(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Text that we supply: `[A-Za-z0-9 .-]`, since encoders differ on everything else.
pub(super) fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b'-');
    text.bytes().all(plain) && (1..=255).contains(&text.len())
}

/// An address of the 7 to 45 characters that VNPAY takes; a shorter one (`::1`) in full.
pub(super) fn address(address: IpAddr) -> String {
    let short = address.to_canonical();
    match short {
        IpAddr::V6(full) if short.to_string().len() < 7 => {
            full.segments().map(|part| format!("{part:04x}")).join(":")
        }
        IpAddr::V4(_) | IpAddr::V6(_) => short.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{money::Dong, time::Timestamp};

    fn attempt() -> CheckoutRequest {
        let opened_at: Timestamp = "2026-11-24T08:15:00+07:00".parse().unwrap();
        CheckoutRequest {
            provider_ref: "AP0123456786-2".into(),
            amount: Dong::new(300_000).unwrap(),
            info: "Nop tam ung an phi AP0123456786".into(),
            payer_address: "203.0.113.7".parse().unwrap(),
            locale: Locale::Vietnamese,
            return_url: "https://anphi.example.vn/n/x/lenh/AP0123456786-2".into(),
            opened_at,
            expires_at: opened_at.plus(chrono::TimeDelta::minutes(15)),
        }
    }

    #[test]
    fn an_attempt_becomes_vnpays_parameters() {
        let pairs = parameters("COURT001", &attempt()).unwrap();
        let value = |name: &str| {
            pairs.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("vnp_Amount"), Some("30000000"));
        assert_eq!(value("vnp_CreateDate"), Some("20261124081500"));
        assert_eq!(value("vnp_ExpireDate"), Some("20261124083000"));
        assert_eq!(value("vnp_TxnRef"), Some("AP0123456786-2"));
        assert_eq!(pairs.len(), 13);
    }

    #[test]
    fn what_vnpay_would_refuse_is_named() {
        type Spoil = fn(&mut CheckoutRequest);
        let cases: [(Spoil, &str); 6] = [
            (|attempt| attempt.amount = Dong::ZERO, "vnp_Amount"),
            (|attempt| attempt.provider_ref = "AP 1".into(), "vnp_TxnRef"),
            (|attempt| attempt.info = "a&vnp_Amount=1".into(), "vnp_OrderInfo"),
            (|attempt| attempt.info = "Nộp án phí".into(), "vnp_OrderInfo"),
            (|attempt| attempt.return_url = "x".repeat(256), "vnp_ReturnUrl"),
            (|attempt| attempt.expires_at = attempt.opened_at, "vnp_ExpireDate"),
        ];
        for (spoil, name) in cases {
            let mut spoilt = attempt();
            spoil(&mut spoilt);
            assert_eq!(parameters("COURT001", &spoilt), Err(CheckoutError(name)));
        }
    }

    #[test]
    fn addresses_have_at_least_seven_characters() {
        for (given, sent) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("::1", "0000:0000:0000:0000:0000:0000:0000:0001"),
        ] {
            assert_eq!(address(given.parse().unwrap()), sent);
        }
    }
}
