//! VNPAY PAY 2.1.0 (sandbox.vnpayment.vn/apis/docs): pay URL, IPN and return, querydr.
//!
//! Where VNPAY's own samples disagree we decided: an IPN is taken when its hash fits the pairs as
//! received without the empty ones, or decoded and encoded anew, or as received with the empty
//! ones (its PHP sample); hex digits count in either case. All three prove the same fields.

pub mod ipn;
pub mod pay;
pub mod query;
pub mod sign;

use chrono::{NaiveDateTime, Timelike};
use secrecy::SecretString;

use super::{
    Answer, Checkout, CheckoutError, CheckoutRequest, Provider, ProviderKind, ProviderReply,
    RawCallback, Rejection, Returned, SettingsError, StatusQuery, Verified, keys::Keys,
};
use crate::domain::{money::Dong, payment::Standing, time::Timestamp};

/// The settings of one VNPAY terminal.
pub struct VnpaySettings {
    /// vnp_TmnCode, 8 letters and digits.
    pub merchant: String,
    /// vnp_HashSecret; the first signs, all verify.
    pub keys: Vec<SecretString>,
    /// Where payers are sent, `https://../paymentv2/vpcpay.html`.
    pub pay_endpoint: String,
    /// Where queries go, `https://../merchant_webapi/api/transaction`.
    pub query_endpoint: String,
}

/// One VNPAY terminal.
pub struct Vnpay {
    merchant: String,
    keys: Keys,
    pay_endpoint: String,
    query_endpoint: String,
}

impl Vnpay {
    /// The terminal, or the first setting that is not of its form.
    pub fn new(settings: VnpaySettings) -> Result<Self, SettingsError> {
        let VnpaySettings { merchant, keys, pay_endpoint, query_endpoint } = settings;
        let alphanumeric = merchant.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if merchant.len() != 8 || !alphanumeric {
            return Err(SettingsError::Setting("merchant"));
        }
        for (name, endpoint) in
            [("pay_endpoint", &pay_endpoint), ("query_endpoint", &query_endpoint)]
        {
            let web = url::Url::parse(endpoint)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
            if !web {
                return Err(SettingsError::Setting(name));
            }
        }
        Ok(Self { merchant, keys: Keys::strong(keys)?, pay_endpoint, query_endpoint })
    }

    /// Our terminal, compared with the one that a message names.
    fn ours(&self, terminal: &str) -> Result<(), Rejection> {
        if terminal == self.merchant { Ok(()) } else { Err(Rejection::UnknownTerminal) }
    }
}

impl Provider for Vnpay {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Vnpay
    }

    fn verify(&self, callback: &RawCallback, now: Timestamp) -> Result<Verified, Rejection> {
        if callback.method != "GET" || !callback.body.is_empty() {
            return Err(Rejection::Malformed("method"));
        }
        let message = ipn::prove(&callback.query, &self.keys)?.read()?;
        self.ours(&message.terminal)?;
        Ok(message.verified(now))
    }

    fn proves_money(&self) -> bool {
        true
    }

    fn checkout(&self) -> Option<&dyn Checkout> {
        Some(self)
    }

    fn query(&self) -> Option<&dyn StatusQuery> {
        Some(self)
    }
}

impl Checkout for Vnpay {
    fn takes(&self, amount: Dong) -> bool {
        wire_amount(amount).is_some()
    }

    fn pay_url(&self, attempt: &CheckoutRequest) -> Result<String, CheckoutError> {
        let parameters = pay::parameters(&self.merchant, attempt)?;
        Ok(pay::sign(&self.pay_endpoint, &parameters, &self.keys).url)
    }

    fn returned(&self, raw_query: &str) -> Result<Returned, Rejection> {
        let message = ipn::prove(raw_query, &self.keys)?.read()?;
        self.ours(&message.terminal)?;
        Ok(Returned {
            standing: message.standing(),
            provider_ref: message.provider_ref,
            amount: message.amount,
        })
    }
}

/// VNPAY always wants HTTP 200; 00 and 02 end its calls, every other code makes it call again.
pub fn reply(answer: Answer) -> ProviderReply {
    let (code, message) = match answer {
        Answer::Applied => ("00", "Confirm Success"),
        Answer::UnknownOrder => ("01", "Order not found"),
        Answer::AlreadyConfirmed => ("02", "Order already confirmed"),
        Answer::InvalidAmount => ("04", "invalid amount"),
        Answer::BadSignature => ("97", "Invalid signature"),
        Answer::TryAgain => ("99", "Try again later"),
    };
    ProviderReply {
        status: 200,
        content_type: "application/json",
        body: format!(r#"{{"RspCode":"{code}","Message":"{message}"}}"#),
    }
}

/// Largest amount of the 12 digits that vnp_Amount has, in đồng.
const LARGEST: i64 = 9_999_999_999;

/// An amount in VNPAY's form, đồng × 100, where its 12 digits hold it.
pub fn wire_amount(amount: Dong) -> Option<String> {
    (1..=LARGEST).contains(&amount.get()).then(|| format!("{}00", amount.get()))
}

/// VNPAY's form read back.
fn read_amount(text: &str) -> Result<Dong, Rejection> {
    if !is_digits(text) {
        return Err(Rejection::Malformed("vnp_Amount"));
    }
    text.strip_suffix("00")
        .filter(|dong| !dong.starts_with('0'))
        .and_then(|dong| dong.parse().ok())
        .filter(|dong| (1..=LARGEST).contains(dong))
        .and_then(Dong::new)
        .ok_or(Rejection::Amount)
}

/// A time of Vietnam as fourteen digits, `yyyyMMddHHmmss`.
fn read_time(text: &str) -> Option<Timestamp> {
    if text.len() != 14 || !is_digits(text) {
        return None;
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?;
    if local.nanosecond() == 0 { Timestamp::from_vietnam(local) } else { None }
}

/// vnp_TransactionNo; 0 or nothing where no money was asked for.
fn read_transaction(text: &str) -> Result<u64, Rejection> {
    match text {
        "" => Ok(0),
        digits if is_digits(digits) => {
            digits.parse().map_err(|_| Rejection::Malformed("vnp_TransactionNo"))
        }
        _ => Err(Rejection::Malformed("vnp_TransactionNo")),
    }
}

/// The form to which a returned reference is held: VNPAY's, not ours (protocols 0.9).
fn is_reference(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain && (1..=100).contains(&text.len())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_code(text: &str) -> bool {
    text.len() == 2 && is_digits(text)
}

/// The gateway's own id of the movement, one for IPN and querydr. A transaction that took no money
/// has number 0; the attempt, unique for ever, stands for it.
fn source_id(transaction: u64, provider_ref: &str) -> String {
    if transaction == 0 { format!("ref:{provider_ref}") } else { transaction.to_string() }
}

/// What vnp_TransactionStatus says of the money once the message itself is in order. Only 00 is
/// money and only 02, 08 and 11 prove that there is none; a reversal (04), a refund (05, 06, 09), a
/// suspicion (07) and what follows a sale (10, 20) need a person or another source.
fn standing(status: &str) -> Standing {
    match status {
        "00" => Standing::Received,
        "02" | "08" | "11" => Standing::NotReceived(status.to_owned()),
        "04" | "05" | "06" | "07" | "09" | "10" | "20" => Standing::Held(status.to_owned()),
        _ => Standing::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_hundredfold_whole_and_plain() {
        for (text, amount) in [
            ("30000000", Ok(300_000)),
            ("100", Ok(1)),
            ("999999999900", Ok(9_999_999_999)),
            ("1000000000000", Err(Rejection::Amount)),
            ("922337203685477580800", Err(Rejection::Amount)),
            ("9223372036854775808", Err(Rejection::Amount)),
            ("30000050", Err(Rejection::Amount)),
            ("030000000", Err(Rejection::Amount)),
            ("000", Err(Rejection::Amount)),
            ("0", Err(Rejection::Amount)),
            ("-30000000", Err(Rejection::Malformed("vnp_Amount"))),
            ("+30000000", Err(Rejection::Malformed("vnp_Amount"))),
            ("300000.00", Err(Rejection::Malformed("vnp_Amount"))),
            ("3e7", Err(Rejection::Malformed("vnp_Amount"))),
            ("", Err(Rejection::Malformed("vnp_Amount"))),
        ] {
            assert_eq!(read_amount(text).map(Dong::get), amount, "{text}");
        }
        assert_eq!(wire_amount(Dong::ZERO), None);
        assert_eq!(Dong::new(10_000_000_000).and_then(wire_amount), None);
    }

    #[test]
    fn times_are_those_of_vietnam() {
        let read = |text| read_time(text).map(|time| time.utc().to_rfc3339());
        assert_eq!(read("20261124081755").as_deref(), Some("2026-11-24T01:17:55+00:00"));
        for text in ["20261324081755", "20261124081760", "2026112408175", "2026-11-24 0817", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_answers_are_vnpays() {
        let codes = [
            (Answer::Applied, r#"{"RspCode":"00","Message":"Confirm Success"}"#),
            (Answer::UnknownOrder, r#"{"RspCode":"01","Message":"Order not found"}"#),
            (Answer::AlreadyConfirmed, r#"{"RspCode":"02","Message":"Order already confirmed"}"#),
            (Answer::InvalidAmount, r#"{"RspCode":"04","Message":"invalid amount"}"#),
            (Answer::BadSignature, r#"{"RspCode":"97","Message":"Invalid signature"}"#),
            (Answer::TryAgain, r#"{"RspCode":"99","Message":"Try again later"}"#),
        ];
        for (answer, body) in codes {
            let reply = reply(answer);
            assert_eq!((reply.status, reply.body.as_str()), (200, body));
        }
    }

    #[test]
    fn settings_are_held_to_their_form() {
        let settings = |merchant: &str, endpoint: &str, key: &str| {
            Vnpay::new(VnpaySettings {
                merchant: merchant.to_owned(),
                keys: vec![SecretString::from(key)],
                pay_endpoint: endpoint.to_owned(),
                query_endpoint: "http://127.0.0.1:1/q".to_owned(),
            })
            .err()
        };
        let (host, key) = ("https://pay.example/vpcpay.html", "COURTSANDBOXSECRETSHARED00000001");
        assert_eq!(settings("COURT001", host, key), None);
        assert_eq!(settings("COURT", host, key), Some(SettingsError::Setting("merchant")));
        for endpoint in ["pay.example", "ftp://pay.example/", "https://pay.example/?a=b"] {
            let refused = Some(SettingsError::Setting("pay_endpoint"));
            assert_eq!(settings("COURT001", endpoint, key), refused, "{endpoint}");
        }
        assert!(matches!(settings("COURT001", host, "weak"), Some(SettingsError::Keys(_))));
    }
}
