//! The message that VNPAY sends as IPN and, by the payer's browser, as return: proven over the raw
//! query first, read afterwards.

use std::collections::BTreeMap;

use super::{
    is_code, is_reference, read_amount, read_time, read_transaction, sign, source_id, standing,
};
use crate::{
    domain::{
        money::Dong,
        payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
        time::Timestamp,
    },
    providers::{Claim, Rejection, Verified, keys::Keys},
};

/// A query whose hash held.
#[derive(Clone)]
pub struct Proven<'a> {
    pairs: BTreeMap<&'a str, &'a str>,
    /// What was signed.
    pub text: String,
    /// The hash as carried.
    pub hash: &'a str,
}

/// A message read strictly. Names as VNPAY's, without the prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// vnp_TmnCode.
    pub terminal: String,
    /// vnp_TxnRef.
    pub provider_ref: String,
    /// vnp_Amount, in đồng.
    pub amount: Dong,
    /// vnp_TransactionNo; 0 where no money was asked for.
    pub transaction: u64,
    /// vnp_ResponseCode.
    pub response: String,
    /// vnp_TransactionStatus.
    pub status: String,
    /// vnp_PayDate.
    pub paid_at: Option<Timestamp>,
    /// vnp_BankTranNo.
    pub bank_reference: Option<String>,
}

/// The `vnp_` pairs of a query, each name once. What does not begin so is not VNPAY's and is not
/// looked at, unless it only hides the prefix behind an escape.
fn pairs(raw_query: &str) -> Result<BTreeMap<&str, &str>, Rejection> {
    let mut pairs = BTreeMap::new();
    for pair in raw_query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if name.starts_with("vnp_") {
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !plain || pairs.insert(name, value).is_some() {
                return Err(Rejection::Malformed("query"));
            }
        } else if sign::decode(name).is_none_or(|name| name.starts_with("vnp_")) {
            return Err(Rejection::Malformed("query"));
        }
    }
    Ok(pairs)
}

/// The texts that the hash may stand for: the pairs as received without the empty ones; the same
/// decoded and encoded anew (a proxy may have turned `+` into `%20`); as received, empty ones
/// kept (VNPAY's PHP sample).
fn candidates<'a>(pairs: &'a BTreeMap<&str, &str>) -> impl Iterator<Item = String> + 'a {
    let full = || pairs.iter().filter(|(_, value)| !value.is_empty());
    let raw = || Some(sign::join(full().map(|(name, value)| (*name, *value))));
    let anew = move || {
        let encoded: Option<Vec<_>> = full()
            .map(|(name, value)| Some((*name, sign::encode(&sign::decode(value)?))))
            .collect();
        encoded.map(|pairs| sign::join(pairs.iter().map(|(name, value)| (*name, value.as_str()))))
    };
    let kept = || Some(sign::join(pairs.iter().map(|(name, value)| (*name, *value))));
    [raw(), anew(), kept()].into_iter().flatten()
}

/// Proves a query by its vnp_SecureHash. vnp_SecureHashType is not asked: 2.1.0 knows SHA-512 only.
pub fn prove<'a>(raw_query: &'a str, keys: &Keys) -> Result<Proven<'a>, Rejection> {
    let mut pairs = pairs(raw_query)?;
    let hash = pairs.remove(sign::HASH).ok_or(Rejection::BadSignature)?;
    pairs.remove("vnp_SecureHashType");
    let text = candidates(&pairs).find(|text| sign::fits(text, hash, keys));
    match text {
        Some(text) => Ok(Proven { pairs, text, hash }),
        None => Err(Rejection::BadSignature),
    }
}

impl Proven<'_> {
    /// The hash of a query that may not verify, for those who must show it.
    pub fn carried_hash(raw_query: &str) -> Option<&str> {
        let mut pairs = raw_query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == sign::HASH).map(|(_, hash)| hash)
    }

    /// A value decoded, absent ones as empty; `None` where it cannot be.
    fn get(&self, name: &str) -> Option<String> {
        sign::decode(self.pairs.get(name).copied().unwrap_or_default())
    }

    /// A field that we act on, held to its pattern.
    fn field(
        &self,
        name: &'static str,
        pattern: impl Fn(&str) -> bool,
    ) -> Result<String, Rejection> {
        self.get(name).filter(|value| pattern(value)).ok_or(Rejection::Malformed(name))
    }

    /// Reads the fields that we act on.
    pub fn read(&self) -> Result<Message, Rejection> {
        let currency = self.field("vnp_CurrCode", |_| true)?;
        if !matches!(currency.as_str(), "" | "VND") {
            return Err(Rejection::Amount);
        }
        let pay_date =
            self.field("vnp_PayDate", |date| date.is_empty() || read_time(date).is_some())?;
        let bank_reference = self.get("vnp_BankTranNo");
        Ok(Message {
            terminal: self.field("vnp_TmnCode", is_reference)?,
            provider_ref: self.field("vnp_TxnRef", is_reference)?,
            response: self.field("vnp_ResponseCode", is_code)?,
            status: self.field("vnp_TransactionStatus", is_code)?,
            transaction: read_transaction(&self.field("vnp_TransactionNo", |_| true)?)?,
            paid_at: read_time(&pay_date),
            bank_reference: bank_reference.filter(|reference| is_reference(reference)),
            amount: read_amount(&self.field("vnp_Amount", |_| true)?)?,
        })
    }
}

impl Message {
    /// What became of the money. Only 00 with 00 is money, and a failure is only believed when
    /// both codes agree on it.
    pub fn standing(&self) -> Standing {
        match (self.response.as_str(), standing(&self.status)) {
            ("07", _) => Standing::Held("07".to_owned()),
            (_, held @ Standing::Held(_)) => held,
            ("00", Standing::Received) => Standing::Received,
            (code, Standing::NotReceived(_)) if code != "00" => {
                Standing::NotReceived(code.to_owned())
            }
            _ => Standing::Pending,
        }
    }

    /// The message as a report. Without vnp_PayDate only our own time of receipt is known.
    pub fn verified(self, now: Timestamp) -> Verified {
        let source_id = source_id(self.transaction, &self.provider_ref);
        let message_key = format!(
            "ipn/{source_id}/{}/{}{}/{}",
            self.provider_ref,
            self.response,
            self.status,
            self.amount.get()
        );
        let standing = self.standing();
        Verified {
            message_key,
            report: Report {
                source: Source::Gateway,
                source_id,
                direction: Direction::Credit,
                amount: self.amount,
                standing,
                address: Address::Attempt(self.provider_ref),
                bank_reference: self.bank_reference,
                counterparty: Counterparty::default(),
                paid_at: self.paid_at,
                paid_on: self.paid_at.unwrap_or(now).day(),
                paid_basis: match self.paid_at {
                    Some(_) => PaidBasis::Provider,
                    None => PaidBasis::Received,
                },
                value_date: None,
            },
            claim: Claim::Terminal(self.terminal),
        }
    }
}
