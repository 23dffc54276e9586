//! querydr: the merchant's question checked, the answer signed.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::post,
};
use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::{Order, QueryMood, Vnpay};
use crate::sim::{locked, sign};

/// The same question again within this time is refused.
const REPEAT_SECONDS: i64 = 300;

pub(super) fn router() -> Router<Vnpay> {
    Router::new().route("/merchant_webapi/api/transaction", post(transaction))
}

async fn transaction(State(vnpay): State<Vnpay>, body: Bytes) -> Response {
    let mood = locked(&vnpay.state).mood;
    match mood {
        QueryMood::Honest | QueryMood::Forged | QueryMood::Unsigned => {}
        QueryMood::Silent => tokio::time::sleep(Duration::from_hours(1)).await,
        QueryMood::Slow => tokio::time::sleep(vnpay.stage.pace.slow).await,
        QueryMood::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        QueryMood::Garbage => return Html("<html><body>Bảo trì</body></html>").into_response(),
    }
    let question: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
    let mut answer = vnpay.answered(&question);
    match mood {
        QueryMood::Forged => {
            answer.said("00", "00");
            answer.secret = format!("not {}", answer.secret);
        }
        QueryMood::Unsigned => {
            answer.said("00", "00");
            return Json(answer.fields).into_response();
        }
        QueryMood::Honest
        | QueryMood::Silent
        | QueryMood::Broken
        | QueryMood::Slow
        | QueryMood::Garbage => {}
    }
    Json(answer.signed()).into_response()
}

/// The signed fields of a question.
const QUESTION: [&str; 9] = [
    "vnp_RequestId",
    "vnp_Version",
    "vnp_Command",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_TransactionDate",
    "vnp_CreateDate",
    "vnp_IpAddr",
    "vnp_OrderInfo",
];

/// The signed fields of an answer.
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

/// An answer before it is signed.
struct Answer {
    fields: Map<String, Value>,
    secret: String,
}

impl Answer {
    fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    fn said(&mut self, response: &str, status: &str) {
        self.set("vnp_ResponseCode", response);
        self.set("vnp_TransactionStatus", status);
    }

    fn signed(mut self) -> Map<String, Value> {
        let hash = sign::hmac_sha512(&self.secret, &barred(&self.fields, &ANSWER));
        self.set("vnp_SecureHash", hash);
        self.fields
    }
}

fn barred(fields: &Map<String, Value>, names: &[&str]) -> String {
    let values: Vec<String> = names.iter().map(|name| plain(fields.get(*name))).collect();
    values.join("|")
}

fn plain(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

impl Vnpay {
    fn answered(&self, question: &Map<String, Value>) -> Answer {
        let now = self.stage.now();
        let field = |name: &str| plain(question.get(name));
        let (terminal, reference) = (field("vnp_TmnCode"), field("vnp_TxnRef"));
        let mut state = locked(&self.state);
        state.answers += 1;
        let secret = state.merchants.get(&terminal).map(|merchant| merchant.secret.clone());
        let mut answer = Answer { fields: Map::new(), secret: secret.clone().unwrap_or_default() };
        answer.set("vnp_ResponseId", format!("{:08x}", state.answers));
        answer.set("vnp_Command", "querydr");
        answer.set("vnp_TmnCode", terminal.clone());
        answer.set("vnp_TxnRef", reference.clone());
        let request = field("vnp_RequestId");
        let repeated = state.asked.iter().any(|(asker, asked, when)| {
            let recent = now.since(*when) < TimeDelta::seconds(REPEAT_SECONDS);
            (asker, asked) == (&terminal, &request) && recent
        });
        let hash = sign::hmac_sha512(&answer.secret, &barred(question, &QUESTION));
        let order = state
            .orders
            .iter()
            .find(|order| order.terminal == terminal && order.provider_ref == reference)
            .filter(|order| order.opened == field("vnp_TransactionDate"));
        let code = match order {
            _ if secret.is_none() => "02",
            _ if !(1..=32).contains(&request.len()) || field("vnp_Command") != "querydr" => "03",
            _ if hash != field("vnp_SecureHash") => "97",
            _ if repeated => "94",
            None => "91",
            Some(order) => {
                order.tell(&mut answer);
                "00"
            }
        };
        if matches!(code, "00" | "91") {
            state.asked.push((terminal, request, now));
        }
        answer.set("vnp_ResponseCode", code);
        answer.set("vnp_Message", if code == "00" { "QueryDR Success" } else { "QueryDR failed" });
        answer
    }
}

impl Order {
    /// What VNPAY knows of the order; one that nobody acted on is not finished.
    fn tell(&self, answer: &mut Answer) {
        answer.set("vnp_OrderInfo", self.info.clone());
        answer.set("vnp_TransactionType", "01");
        if let Some(outcome) = &self.outcome {
            answer.set("vnp_Amount", outcome.amount.to_string());
            answer.set("vnp_BankCode", "NCB");
            answer.set("vnp_PayDate", outcome.paid.clone());
            answer.set("vnp_TransactionNo", outcome.transaction.to_string());
            answer.set("vnp_TransactionStatus", outcome.status);
        } else {
            answer.set("vnp_Amount", self.amount.to_string());
            answer.set("vnp_TransactionNo", "0");
            answer.set("vnp_TransactionStatus", "01");
        }
    }
}
