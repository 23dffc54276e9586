//! VNPAY's two ways to join what is signed: sorted form-encoded pairs, and fields with bars.

use serde_json::{Map, Value};

use crate::providers::{
    json,
    keys::{Algorithm, Keys},
};

/// The hash's own field, in queries and JSON.
pub const HASH: &str = "vnp_SecureHash";

/// HMAC-SHA512 by the first key, small hex digits.
pub fn hash(text: &str, keys: &Keys) -> String {
    hex::encode(keys.sign(Algorithm::Sha512, text.as_bytes()))
}

/// Whether the carried hash is that of the text under any key.
pub fn fits(text: &str, carried: &str, keys: &Keys) -> bool {
    keys.verify_hex(Algorithm::Sha512, text.as_bytes(), carried)
}

/// One name or value in form style: UTF-8, space as `+`, capitals in hex, `*-._` as they are.
pub fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// One name or value read from form style; `None` for a broken escape or bad UTF-8.
pub fn decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                bytes.extend(hex::decode([*high, *low]).ok()?);
                rest = after;
            }
            (b'%', _) => return None,
            (plain, _) => bytes.push(*plain),
        }
    }
    String::from_utf8(bytes).ok()
}

/// Pairs that are encoded already, sorted by name and joined.
pub fn join<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The messages whose fields are joined by bars, values raw, absent ones empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// querydr, ours.
    QueryRequest,
    /// querydr, VNPAY's.
    QueryAnswer,
    /// refund, ours.
    RefundRequest,
    /// refund, VNPAY's.
    RefundAnswer,
}

impl Barred {
    /// The signed fields in their order; vnp_OrderInfo stands late in answers.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::QueryRequest => &[
                "vnp_RequestId",
                "vnp_Version",
                "vnp_Command",
                "vnp_TmnCode",
                "vnp_TxnRef",
                "vnp_TransactionDate",
                "vnp_CreateDate",
                "vnp_IpAddr",
                "vnp_OrderInfo",
            ],
            Self::RefundRequest => &[
                "vnp_RequestId",
                "vnp_Version",
                "vnp_Command",
                "vnp_TmnCode",
                "vnp_TransactionType",
                "vnp_TxnRef",
                "vnp_Amount",
                "vnp_TransactionNo",
                "vnp_TransactionDate",
                "vnp_CreateBy",
                "vnp_CreateDate",
                "vnp_IpAddr",
                "vnp_OrderInfo",
            ],
            Self::QueryAnswer => &ANSWER,
            Self::RefundAnswer => ANSWER.split_at(ANSWER.len() - PROMOTION).0,
        }
    }

    /// The fields whose text may be anything; a bar inside any other would let text move between
    /// neighbours under one hash.
    const fn free() -> [&'static str; 3] {
        ["vnp_OrderInfo", "vnp_Message", "vnp_CreateBy"]
    }

    /// The text to sign. `None` where a field is of a wrong JSON type, or carries a bar that it
    /// must not.
    pub fn text(self, body: &Map<String, Value>) -> Option<String> {
        let values = self.fields().iter().map(|name| {
            json::signed_form(body.get(*name))
                .filter(|value| Self::free().contains(name) || !value.contains('|'))
        });
        Some(values.collect::<Option<Vec<_>>>()?.join("|"))
    }
}

/// The fields of a querydr answer.
const ANSWER: [&str; 15] = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
];
/// The closing fields that a refund's answer has not.
const PROMOTION: usize = 2;

/// A barred message whose hash held.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// What was signed.
    pub text: String,
    /// The hash as carried.
    pub hash: String,
}

/// Proves a barred answer. An answer without a hash is refused, whatever its code.
pub fn prove(message: Barred, body: &Map<String, Value>, keys: &Keys) -> Option<Proof> {
    let text = message.text(body)?;
    let hash = json::text(body.get(HASH))?.to_owned();
    fits(&text, &hash, keys).then_some(Proof { text, hash })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_style_is_that_of_java_and_javascript() {
        for (text, encoded) in [
            ("a*b~c'd(e)!f&g=h+i%j#k", "a*b%7Ec%27d%28e%29%21f%26g%3Dh%2Bi%25j%23k"),
            ("Nộp án phí", "N%E1%BB%99p+%C3%A1n+ph%C3%AD"),
            ("2001:db8::7", "2001%3Adb8%3A%3A7"),
            ("AP0123456786-2", "AP0123456786-2"),
        ] {
            assert_eq!(encode(text), encoded);
            assert_eq!(decode(encoded).as_deref(), Some(text));
        }
        for broken in ["%", "%4", "%zz", "a%4", "%FF", "%C3"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_bar_moves_no_text_between_neighbours() {
        let body = |status: &str, info: &str| {
            let mut body = Map::new();
            body.insert("vnp_TransactionStatus".into(), status.into());
            body.insert("vnp_OrderInfo".into(), info.into());
            body
        };
        assert!(Barred::QueryAnswer.text(&body("00", "a|b")).is_some());
        assert_eq!(Barred::QueryAnswer.text(&body("00|a", "b")), None);
    }
}
