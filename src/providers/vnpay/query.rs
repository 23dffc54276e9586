//! querydr: asking VNPAY about one attempt. An answer counts only with its hash.

use serde_json::{Map, Value};

use super::{
    Vnpay, is_code, pay, read_amount, read_time, read_transaction, sign, sign::Barred, source_id,
    standing,
};
use crate::{
    domain::payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
    providers::{
        Answered, Claim, Question, Rejection, StatusQuery, Verified,
        http::{CallError, Outgoing},
        json as strict,
    },
};

/// The transaction is not known to VNPAY.
const NOT_FOUND: &str = "91";

impl StatusQuery for Vnpay {
    fn request(&self, question: &Question) -> Outgoing {
        let fields = [
            ("vnp_RequestId", question.request_id.clone()),
            ("vnp_Version", "2.1.0".to_owned()),
            ("vnp_Command", "querydr".to_owned()),
            ("vnp_TmnCode", self.merchant.clone()),
            ("vnp_TxnRef", question.provider_ref.clone()),
            ("vnp_OrderInfo", format!("Truy van {}", question.provider_ref)),
            ("vnp_TransactionDate", question.opened_at.compact()),
            ("vnp_CreateDate", question.asked_at.compact()),
            ("vnp_IpAddr", pay::address(question.from)),
        ];
        let mut body: Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let hash = Barred::QueryRequest.text(&body).map(|text| sign::hash(&text, &self.keys));
        body.insert(sign::HASH.to_owned(), hash.into());
        Outgoing { url: self.query_endpoint.clone(), body: body.into() }
    }

    fn answer(&self, question: &Question, body: &[u8]) -> Result<Answered, CallError> {
        let body = strict::object(body).ok_or(CallError::Malformed("JSON"))?;
        sign::prove(Barred::QueryAnswer, &body, &self.keys).ok_or(CallError::Unverified)?;
        let field = |name: &str| strict::signed_form(body.get(name)).unwrap_or_default();
        if field("vnp_Command") != "querydr" || field("vnp_TmnCode") != self.merchant {
            return Err(CallError::Unverified);
        }
        match field("vnp_ResponseCode").as_str() {
            "00" => {}
            NOT_FOUND => return Ok(Answered::NeverBegun),
            code if is_code(code) => return Err(CallError::Refused(code.to_owned())),
            _ => return Err(CallError::Malformed("vnp_ResponseCode")),
        }
        if field("vnp_TxnRef") != question.provider_ref {
            return Err(CallError::Unverified);
        }
        match self.known(question, &body) {
            Ok(verified) => Ok(Answered::Known(Box::new(verified))),
            Err(Rejection::Malformed(field)) => Err(CallError::Malformed(field)),
            Err(Rejection::Amount) => Err(CallError::Malformed("vnp_Amount")),
            Err(Rejection::BadSignature | Rejection::UnknownTerminal) => Err(CallError::Unverified),
        }
    }
}

impl Vnpay {
    /// A found transaction as a report, in the form that its IPN has.
    fn known(&self, question: &Question, body: &Map<String, Value>) -> Result<Verified, Rejection> {
        let field = |name: &'static str, pattern: fn(&str) -> bool| {
            strict::signed_form(body.get(name))
                .filter(|value| pattern(value))
                .ok_or(Rejection::Malformed(name))
        };
        let optional_time = |text: &str| text.is_empty() || read_time(text).is_some();
        let status = field("vnp_TransactionStatus", is_code)?;
        let kind = field("vnp_TransactionType", |kind| kind.is_empty() || is_code(kind))?;
        let paid_at = read_time(&field("vnp_PayDate", optional_time)?);
        let transaction = read_transaction(&field("vnp_TransactionNo", |_| true)?)?;
        let amount = read_amount(&field("vnp_Amount", |_| true)?)?;
        // 01 is a payment; 02 and 03 are its refunds, which a person looks at.
        let standing = match kind.as_str() {
            "" | "01" => standing(&status),
            refund => Standing::Held(format!("type {refund}")),
        };
        let source_id = source_id(transaction, &question.provider_ref);
        Ok(Verified {
            message_key: format!(
                "querydr/{source_id}/{}/{kind}{status}/{}",
                question.provider_ref,
                amount.get()
            ),
            report: Report {
                source: Source::Gateway,
                source_id,
                direction: Direction::Credit,
                amount,
                standing,
                address: Address::Attempt(question.provider_ref.clone()),
                bank_reference: None,
                counterparty: Counterparty::default(),
                paid_at,
                paid_on: paid_at.unwrap_or(question.asked_at).day(),
                paid_basis: match paid_at {
                    Some(_) => PaidBasis::Provider,
                    None => PaidBasis::Received,
                },
                value_date: None,
            },
            claim: Claim::Terminal(self.merchant.clone()),
        })
    }
}
