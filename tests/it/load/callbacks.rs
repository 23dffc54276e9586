//! What the providers send, written by the simulator's signatures, and what they hear.

use anphi::{domain::time::Timestamp, sim::sign};

use super::wire::{self, Reply};
use crate::harness::{SEPAY_KEY, VNPAY_KEY};

/// Which provider tells of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// VNPAY's IPN, a GET.
    Vnpay,
    /// SePay's push, a POST.
    Sepay,
}

impl Door {
    /// Its secret.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Vnpay => VNPAY_KEY,
            Self::Sepay => SEPAY_KEY,
        }
    }
}

/// A movement of money as a provider tells of it.
#[derive(Clone, Debug)]
pub struct Told {
    pub door: Door,
    /// vnp_TxnRef, or the memo's reference.
    pub reference: String,
    /// đồng.
    pub amount: i64,
    /// vnp_TransactionNo, or the push's id.
    pub number: u64,
    pub at: Timestamp,
}

impl Told {
    /// The message signed with `key`.
    pub fn signed(&self, key: &str) -> Vec<u8> {
        match self.door {
            Door::Vnpay => self.ipn(key, "VND"),
            Door::Sepay => self.push(key),
        }
    }

    /// An IPN in a currency of one's own.
    pub fn ipn(&self, key: &str, currency: &str) -> Vec<u8> {
        let (amount, number) = (format!("{}00", self.amount), self.number.to_string());
        let (paid, bank_number) = (self.at.compact(), format!("VNP{number}"));
        let query = sign::query([
            ("vnp_Amount", amount.as_str()),
            ("vnp_BankCode", "NCB"),
            ("vnp_BankTranNo", &bank_number),
            ("vnp_CardType", "ATM"),
            ("vnp_CurrCode", currency),
            ("vnp_OrderInfo", "Nop tam ung an phi"),
            ("vnp_PayDate", &paid),
            ("vnp_ResponseCode", "00"),
            ("vnp_TmnCode", "COURT001"),
            ("vnp_TransactionNo", &number),
            ("vnp_TransactionStatus", "00"),
            ("vnp_TxnRef", &self.reference),
        ]);
        let hash = sign::hmac_sha512(key, &query);
        wire::get(&format!("/callbacks/vnpay/vnpay?{query}&vnp_SecureHash={hash}"))
    }

    fn push(&self, key: &str) -> Vec<u8> {
        let body = serde_json::json!({
            "id": self.number,
            "gateway": "Thử Nghiệm",
            "transactionDate": self.at.in_vietnam().format("%Y-%m-%d %H:%M:%S").to_string(),
            "accountNumber": "9990001112223",
            "subAccount": null,
            "code": null,
            "content": format!("{} nop tam ung an phi", self.reference),
            "transferType": "in",
            "description": "",
            "transferAmount": self.amount,
            "accumulated": 0,
            "referenceCode": format!("FT{}", self.number),
        })
        .to_string();
        let time = self.at.unix();
        let signature = sign::hmac_sha256(key, format!("{time}.{body}").as_bytes());
        let headers =
            format!("x-sepay-timestamp: {time}\r\nx-sepay-signature: sha256={signature}\r\n");
        wire::post("/callbacks/sepay/bank", &headers, &body)
    }
}

/// What a provider takes from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heard {
    /// Recorded: RspCode 00, or a push's success.
    Recorded,
    /// RspCode 02.
    Confirmed,
    /// RspCode 01.
    Unknown,
    /// RspCode 04.
    Amount,
    /// RspCode 97, or 401.
    Signature,
    /// RspCode 99, or 503: not recorded as far as is known.
    Again,
}

impl Heard {
    pub fn of(door: Door, reply: &Reply) -> Self {
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap_or_default();
        match (door, reply.status, body["RspCode"].as_str(), body["success"].as_bool()) {
            (Door::Vnpay, 200, Some("00"), _) | (Door::Sepay, 200, _, Some(true)) => Self::Recorded,
            (Door::Vnpay, 200, Some("02"), _) => Self::Confirmed,
            (Door::Vnpay, 200, Some("01"), _) => Self::Unknown,
            (Door::Vnpay, 200, Some("04"), _) => Self::Amount,
            (Door::Vnpay, 200, Some("97"), _) | (Door::Sepay, 401, ..) => Self::Signature,
            (Door::Vnpay, 200, Some("99"), _) | (Door::Sepay, 503, ..) => Self::Again,
            _ => panic!("{door:?} cannot read {reply:?}"),
        }
    }

    /// The sender will never send it again.
    pub const fn is_acknowledged(self) -> bool {
        !matches!(self, Self::Again | Self::Signature)
    }
}
