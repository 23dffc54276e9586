//! SePay: pushes of the movements of a watched bank account (developer.sepay.vn, sepay-webhooks).
//!
//! Decided where the documentation is silent: `sha256=` must be there, hex digits count in either
//! case; an attempt signed more than the window ago is refused, and one from more than five
//! minutes ahead always.

pub mod gateway;

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use secrecy::SecretString;
use serde_json::Value;

use super::{
    Answer, Checkout, Claim, Provider, ProviderKind, ProviderReply, RawCallback, Rejection,
    SettingsError, StatusQuery, Verified, json,
    keys::{Algorithm, Keys},
};
use crate::domain::{
    money::Dong,
    payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
    text::{of_transfer, plain},
    time::{Day, Timestamp},
};

/// SePay's documented tolerance, and the furthest ahead that a sender's clock may be.
pub const TOLERANCE_SECONDS: u32 = 300;

/// How a webhook proves itself, as chosen in SePay's dashboard. "None" and OAuth are not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SepayAuth {
    /// `X-SePay-Signature` over time and body.
    Hmac,
    /// `Authorization: Apikey ..`: a shared token without integrity, so its pushes are only "seen"
    /// (reliability rule 8): they come as [`Standing::Pending`].
    ApiKey,
}

/// The settings of one watched account.
pub struct SepaySettings {
    /// The watched account's number, or the virtual account of it that is ours.
    pub account_number: String,
    /// How webhooks prove themselves.
    pub auth: SepayAuth,
    /// Webhook secrets or API keys; any of them verifies.
    pub keys: Vec<SecretString>,
    /// How old a signed attempt may be. 300 as documented; 2,100 would also hold the whole retry
    /// schedule, should SePay repeat the first time stamp (not documented).
    pub window_seconds: u32,
}

/// One watched account.
pub struct Sepay {
    account_number: String,
    auth: SepayAuth,
    keys: Keys,
    window: Window,
}

/// How far a signed time may lie from ours.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Seconds into the past.
    pub past_seconds: u32,
}

impl Window {
    fn holds(self, signed: Timestamp, now: Timestamp) -> bool {
        let age = now.since(signed);
        age <= TimeDelta::seconds(self.past_seconds.into())
            && age >= -TimeDelta::seconds(TOLERANCE_SECONDS.into())
    }
}

impl Sepay {
    /// The account, or the first setting that is not of its form.
    pub fn new(settings: SepaySettings) -> Result<Self, SettingsError> {
        let SepaySettings { account_number, auth, keys, window_seconds } = settings;
        if !is_account(&account_number) {
            return Err(SettingsError::Setting("account_number"));
        }
        let window = Window { past_seconds: window_seconds };
        Ok(Self { account_number, auth, keys: Keys::strong(keys)?, window })
    }
}

impl Provider for Sepay {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Sepay
    }

    fn verify(&self, callback: &RawCallback, now: Timestamp) -> Result<Verified, Rejection> {
        if callback.method != "POST" {
            return Err(Rejection::Malformed("method"));
        }
        let standing = match self.auth {
            SepayAuth::Hmac => {
                prove_hmac(callback, &self.keys, self.window, now)?;
                Standing::Received
            }
            SepayAuth::ApiKey => {
                prove_api_key(callback, &self.keys)?;
                Standing::Pending
            }
        };
        let push = Push::read(&callback.body)?;
        push.verified(&self.account_number, standing)
    }

    fn proves_money(&self) -> bool {
        self.auth == SepayAuth::Hmac
    }

    fn checkout(&self) -> Option<&dyn Checkout> {
        None
    }

    fn query(&self) -> Option<&dyn StatusQuery> {
        None
    }
}

/// A bank push is answered success once it is recorded, whatever its outcome.
pub fn reply(answer: Answer) -> ProviderReply {
    let (status, success) = match answer {
        Answer::Applied
        | Answer::AlreadyConfirmed
        | Answer::UnknownOrder
        | Answer::InvalidAmount => (200, true),
        Answer::BadSignature => (401, false),
        Answer::TryAgain => (503, false),
    };
    ProviderReply {
        status,
        content_type: "application/json",
        body: format!(r#"{{"success":{success}}}"#),
    }
}

/// A signed push.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// What was signed: time, a full stop, the body.
    pub text: Vec<u8>,
    /// The signature as carried, `sha256=` included.
    pub signature: String,
}

/// Proves a push by its signature over time and body, then by the age of that time.
pub fn prove_hmac(
    callback: &RawCallback,
    keys: &Keys,
    window: Window,
    now: Timestamp,
) -> Result<Proof, Rejection> {
    let header = |name| callback.sole_header(name).ok_or(Rejection::BadSignature);
    let signature = header("X-SePay-Signature")?;
    let time = header("X-SePay-Timestamp")?;
    let hex = signature.strip_prefix("sha256=").ok_or(Rejection::BadSignature)?;
    let mut text = time.as_bytes().to_vec();
    text.push(b'.');
    text.extend_from_slice(&callback.body);
    let signed_at = Some(time)
        .filter(|time| time.len() <= 12 && time.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|time| time.parse().ok())
        .and_then(Timestamp::from_unix);
    let fits = keys.verify_hex(Algorithm::Sha256, &text, hex);
    match signed_at {
        Some(signed_at) if fits && window.holds(signed_at, now) => {
            Ok(Proof { text, signature: signature.to_owned() })
        }
        _ => Err(Rejection::BadSignature),
    }
}

/// Proves that the sender has the key. It proves nothing of the body.
pub fn prove_api_key(callback: &RawCallback, keys: &Keys) -> Result<(), Rejection> {
    let token = callback
        .sole_header("Authorization")
        .and_then(|value| value.strip_prefix("Apikey "))
        .ok_or(Rejection::BadSignature)?;
    if keys.equals(token) { Ok(()) } else { Err(Rejection::BadSignature) }
}

/// A movement read strictly, still for whichever account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    id: u64,
    account_number: String,
    sub_account: Option<String>,
    direction: Direction,
    amount: Dong,
    content: String,
    reference_code: Option<String>,
    paid_at: Timestamp,
}

impl Push {
    /// Reads the fields that we act on; memo and names may hold any text.
    pub fn read(body: &[u8]) -> Result<Self, Rejection> {
        let body = json::object(body).ok_or(Rejection::Malformed("body"))?;
        let text = |name: &'static str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Rejection::Malformed(name)),
        };
        let whole = |name: &'static str| {
            json::whole(body.get(name)).filter(|n| *n > 0).ok_or(Rejection::Malformed(name))
        };
        let direction = match json::text(body.get("transferType")) {
            Some("in") => Direction::Credit,
            Some("out") => Direction::Debit,
            _ => return Err(Rejection::Malformed("transferType")),
        };
        let amount = i64::try_from(whole("transferAmount")?)
            .ok()
            .and_then(Dong::new)
            .filter(|amount| *amount <= Dong::LARGEST_POSTING)
            .ok_or(Rejection::Malformed("transferAmount"))?;
        let account_number = text("accountNumber")?
            .filter(|number| is_account(number))
            .ok_or(Rejection::Malformed("accountNumber"))?;
        let paid_at = text("transactionDate")?
            .and_then(|text| read_time(&text))
            .ok_or(Rejection::Malformed("transactionDate"))?;
        Ok(Self {
            id: whole("id")?,
            account_number,
            sub_account: text("subAccount")?,
            direction,
            amount,
            content: text("content")?.unwrap_or_default(),
            reference_code: text("referenceCode")?,
            paid_at,
        })
    }

    /// The memo, in which references are looked for.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The push as a report, when it is for the account that is ours.
    fn verified(self, ours: &str, standing: Standing) -> Result<Verified, Rejection> {
        let named = [Some(self.account_number), self.sub_account];
        let claim = named.into_iter().flatten().find(|number| number == ours).map(Claim::Account);
        Ok(Verified {
            claim: claim.ok_or(Rejection::UnknownTerminal)?,
            message_key: self.id.to_string(),
            report: Report {
                source: Source::Push,
                source_id: self.id.to_string(),
                direction: self.direction,
                amount: self.amount,
                standing,
                address: Address::Memo(of_transfer(&self.content)),
                bank_reference: self.reference_code.as_deref().map(plain),
                counterparty: Counterparty::default(),
                paid_at: Some(self.paid_at),
                paid_on: self.paid_at.day(),
                paid_basis: PaidBasis::Provider,
                value_date: None::<Day>,
            },
        })
    }
}

/// An account number: 1 to 30 letters, digits and dashes.
fn is_account(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain && (1..=30).contains(&text.len())
}

/// `yyyy-MM-dd HH:mm:ss` of Vietnam.
fn read_time(text: &str) -> Option<Timestamp> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    let exact = local.format("%Y-%m-%d %H:%M:%S").to_string() == text && local.nanosecond() == 0;
    if exact { Timestamp::from_vietnam(local) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"id":92704,"gateway":"Vietcombank","transactionDate":"2026-11-24 08:17:55","accountNumber":"9990001112223","subAccount":null,"code":null,"content":"AP2611900016 a&b=c","transferType":"in","description":"","transferAmount":300000,"accumulated":19077000,"referenceCode":"FT1"}"#;

    #[test]
    fn a_push_reads_as_a_report() {
        let push = Push::read(BODY.as_bytes()).unwrap();
        let verified = push.verified("9990001112223", Standing::Received).unwrap();
        let report = verified.report;
        assert_eq!(report.source_id, "92704");
        assert_eq!(report.amount.get(), 300_000);
        assert_eq!(report.address, Address::Memo("AP2611900016 a&b=c".into()));
        assert_eq!(report.bank_reference.as_deref(), Some("FT1"));
        assert_eq!(report.paid_at.unwrap().to_string(), "2026-11-24T08:17:55+07:00");
        assert_eq!(verified.claim, Claim::Account("9990001112223".into()));
    }

    #[test]
    fn another_account_is_refused_and_a_virtual_one_found() {
        let push = |body: &str| Push::read(body.as_bytes()).unwrap();
        let other = push(BODY).verified("9990001112224", Standing::Received);
        assert_eq!(other, Err(Rejection::UnknownTerminal));
        let virtual_account = push(&BODY.replace("\"subAccount\":null", "\"subAccount\":\"VA01\""));
        let found = virtual_account.verified("VA01", Standing::Received).unwrap();
        assert_eq!(found.claim, Claim::Account("VA01".into()));
    }

    #[test]
    fn fields_that_we_act_on_are_typed_strictly() {
        for (from, to, field) in [
            ("300000", "300000.0", "transferAmount"),
            ("300000", "3e5", "transferAmount"),
            ("300000", "-300000", "transferAmount"),
            ("300000", "0", "transferAmount"),
            ("300000", "\"300000\"", "transferAmount"),
            ("300000", "10000000000001", "transferAmount"),
            ("92704", "\"92704\"", "id"),
            ("92704", "0", "id"),
            ("\"in\"", "\"IN\"", "transferType"),
            ("\"in\"", "null", "transferType"),
            ("2026-11-24 08:17:55", "2026-11-24T08:17:55", "transactionDate"),
            ("2026-11-24 08:17:55", "2026-11-24 8:17:55", "transactionDate"),
            ("2026-11-24 08:17:55", "2026-11-31 08:17:55", "transactionDate"),
            ("\"9990001112223\"", "9990001112223", "accountNumber"),
            ("9990001112223", "999 000", "accountNumber"),
            ("\"referenceCode\":\"FT1\"", "\"referenceCode\":1", "referenceCode"),
            ("\"id\"", "\"id\":1,\"id\"", "body"),
        ] {
            let body = BODY.replacen(from, to, 1);
            assert_eq!(Push::read(body.as_bytes()), Err(Rejection::Malformed(field)), "{to}");
        }
    }

    #[test]
    fn the_window_looks_far_back_but_not_ahead() {
        let at = |seconds: i64| Timestamp::from_unix(1_795_483_080 + seconds).unwrap();
        let window = Window { past_seconds: 2100 };
        for (now, holds) in [(0, true), (2100, true), (2101, false), (-300, true), (-301, false)] {
            assert_eq!(window.holds(at(0), at(now)), holds, "{now}");
        }
    }
}
