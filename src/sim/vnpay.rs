//! VNPAY, played: its pay page with a payer's buttons, the IPN with its calls, querydr.

mod query;
mod web;

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{Act, ActError, Stage, locked, sign};
use crate::domain::time::Timestamp;

/// VNPAY calls an IPN at most so often.
const CALLS_MAX: usize = 10;
/// Where transaction numbers begin.
const FIRST_TRANSACTION: u64 = 14_226_112;

/// A merchant's terminal at VNPAY.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// vnp_TmnCode.
    pub terminal: String,
    /// vnp_HashSecret.
    pub secret: String,
    /// Where IPNs go, as saved in the merchant portal.
    pub ipn_url: String,
}

/// How querydr answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryMood {
    /// As it should.
    #[default]
    Honest,
    /// Never.
    Silent,
    /// With HTTP 500.
    Broken,
    /// Honestly, after [`super::Pace::slow`].
    Slow,
    /// With a page of HTML.
    Garbage,
    /// With a success signed by somebody else.
    Forged,
    /// With a success that carries no hash.
    Unsigned,
}

impl QueryMood {
    /// Every mood by its word.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("honest", Self::Honest),
        ("silent", Self::Silent),
        ("broken", Self::Broken),
        ("slow", Self::Slow),
        ("garbage", Self::Garbage),
        ("forged", Self::Forged),
        ("unsigned", Self::Unsigned),
    ];
}

/// One call of an IPN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpnCall {
    /// The attempt.
    pub provider_ref: String,
    /// The query string as sent.
    pub query: String,
    /// RspCode of the answer; `None` without a readable one.
    pub answer: Option<String>,
}

/// VNPAY.
#[derive(Clone)]
pub struct Vnpay {
    stage: Stage,
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

#[derive(Default)]
struct State {
    merchants: BTreeMap<String, Merchant>,
    /// By terminal and vnp_TxnRef, in the order of opening.
    orders: Vec<Order>,
    transactions: u64,
    answers: u64,
    mood: QueryMood,
    /// (terminal, request id, when) of the queries that were answered.
    asked: Vec<(String, String, Timestamp)>,
    calls: Vec<IpnCall>,
}

/// An order that a payer brought.
#[derive(Clone, Debug)]
struct Order {
    terminal: String,
    provider_ref: String,
    /// đồng × 100.
    amount: u64,
    info: String,
    return_url: String,
    opened: String,
    outcome: Option<Outcome>,
    last_ipn: Option<String>,
}

/// What became of an order.
#[derive(Clone, Debug)]
struct Outcome {
    amount: u64,
    transaction: u64,
    response: &'static str,
    status: &'static str,
    paid: String,
}

/// A message ready to be sent as IPN, or as return.
#[derive(Clone, Debug)]
struct Message {
    provider_ref: String,
    ipn_url: String,
    return_url: String,
    query: String,
}

impl Vnpay {
    pub(super) async fn start(stage: Stage) -> io::Result<Self> {
        let listening = super::listening().await?;
        let vnpay = Self { address: listening.local_addr()?, stage, state: Arc::default() };
        let router = web::router().merge(query::router()).with_state(vnpay.clone());
        vnpay.stage.serve(listening, router);
        Ok(vnpay)
    }

    /// Where a merchant sends its payers.
    pub fn pay_endpoint(&self) -> String {
        format!("http://{}/paymentv2/vpcpay.html", self.address)
    }

    /// Where a merchant asks.
    pub fn query_endpoint(&self) -> String {
        format!("http://{}/merchant_webapi/api/transaction", self.address)
    }

    /// Admits a merchant, or replaces its secret and IPN address.
    pub fn admit(&self, merchant: Merchant) {
        locked(&self.state).merchants.insert(merchant.terminal.clone(), merchant);
    }

    /// Sets how querydr answers from now on.
    pub fn set_mood(&self, mood: QueryMood) {
        locked(&self.state).mood = mood;
    }

    /// Every IPN call so far, in order.
    pub fn calls(&self) -> Vec<IpnCall> {
        locked(&self.state).calls.clone()
    }

    /// Plays an act upon the last order of a reference (`AP..` or a whole vnp_TxnRef) that a payer
    /// brought. Comes back when the first IPN was answered; a late one goes out on its own.
    pub async fn act(&self, reference: &str, act: Act) -> Result<Option<IpnCall>, ActError> {
        let message = self.decide(reference, act)?;
        if act == Act::Late {
            self.send_beside(message, self.stage.pace.late);
            return Ok(None);
        }
        let call = self.call(&message).await;
        if !is_final(&call) {
            self.send_beside(message, self.stage.pace.ipn_retry);
        }
        Ok(Some(call))
    }

    /// Records what an act does and writes its message.
    fn decide(&self, reference: &str, act: Act) -> Result<Message, ActError> {
        let now = self.stage.now();
        let mut state = locked(&self.state);
        let transaction = FIRST_TRANSACTION + state.transactions;
        let State { merchants, orders, transactions, .. } = &mut *state;
        let order = orders
            .iter_mut()
            .rev()
            .find(|order| order.is_of(reference))
            .ok_or(ActError::Unknown)?;
        let merchant = merchants.get(&order.terminal).ok_or(ActError::Unknown)?;
        let (response, status) = match act {
            Act::Pay | Act::Short | Act::Over | Act::Late | Act::Forge => ("00", "00"),
            Act::Fail => ("51", "02"),
            Act::Cancel => ("24", "02"),
            Act::Repeat => {
                let query = order.last_ipn.clone().ok_or(ActError::Unknown)?;
                return Ok(order.message(merchant, query));
            }
        };
        let outcome = Outcome {
            amount: act.amount(order.amount / 100) * 100,
            transaction: if act == Act::Cancel { 0 } else { transaction },
            response,
            status,
            paid: now.compact(),
        };
        if act == Act::Forge {
            let query = order.query(&outcome, &format!("not {}", merchant.secret));
            return Ok(order.message(merchant, query));
        }
        if order.outcome.as_ref().is_some_and(|outcome| outcome.status == "00") {
            return Err(ActError::Done);
        }
        *transactions += 1;
        let query = order.query(&outcome, &merchant.secret);
        order.outcome = Some(outcome);
        order.last_ipn = Some(query.clone());
        Ok(order.message(merchant, query))
    }

    /// Sends a message after a wait, and again until it is answered for good.
    fn send_beside(&self, message: Message, wait: Duration) {
        let vnpay = self.clone();
        self.stage.spawn(async move {
            tokio::time::sleep(wait).await;
            let sent = |call: &IpnCall| call.query == message.query;
            let already = locked(&vnpay.state).calls.iter().filter(|call| sent(call)).count();
            for _ in already..CALLS_MAX {
                if is_final(&vnpay.call(&message).await) {
                    return;
                }
                tokio::time::sleep(vnpay.stage.pace.ipn_retry).await;
            }
        });
    }

    async fn call(&self, message: &Message) -> IpnCall {
        let url = format!("{}?{}", message.ipn_url, message.query);
        let answer = match self.stage.http.get(url).send().await {
            Ok(answer) if answer.status().is_success() => answer.json().await.ok(),
            _ => None,
        };
        let code = answer
            .as_ref()
            .and_then(|answer: &serde_json::Value| answer.get("RspCode"))
            .and_then(serde_json::Value::as_str);
        let call = IpnCall {
            provider_ref: message.provider_ref.clone(),
            query: message.query.clone(),
            answer: code.map(str::to_owned),
        };
        locked(&self.state).calls.push(call.clone());
        call
    }
}

/// 00 and 02 end the calls.
fn is_final(call: &IpnCall) -> bool {
    matches!(call.answer.as_deref(), Some("00" | "02"))
}

impl Order {
    fn is_of(&self, reference: &str) -> bool {
        let attempt = self.provider_ref.strip_prefix(reference);
        attempt.is_some_and(|attempt| attempt.is_empty() || attempt.starts_with('-'))
    }

    /// The fields of IPN and return, signed.
    fn query(&self, outcome: &Outcome, secret: &str) -> String {
        let (amount, transaction) = (outcome.amount.to_string(), outcome.transaction.to_string());
        let bank_reference = match outcome.transaction {
            0 => String::new(),
            number => format!("VNP{number}"),
        };
        let (bank, card) =
            if outcome.transaction == 0 { ("VNPAY", "QRCODE") } else { ("NCB", "ATM") };
        let signed = sign::query([
            ("vnp_Amount", amount.as_str()),
            ("vnp_BankCode", bank),
            ("vnp_BankTranNo", &bank_reference),
            ("vnp_CardType", card),
            ("vnp_OrderInfo", &self.info),
            ("vnp_PayDate", &outcome.paid),
            ("vnp_ResponseCode", outcome.response),
            ("vnp_TmnCode", &self.terminal),
            ("vnp_TransactionNo", &transaction),
            ("vnp_TransactionStatus", outcome.status),
            ("vnp_TxnRef", &self.provider_ref),
        ]);
        let hash = sign::hmac_sha512(secret, &signed);
        format!("{signed}&vnp_SecureHash={hash}")
    }

    fn message(&self, merchant: &Merchant, query: String) -> Message {
        Message {
            provider_ref: self.provider_ref.clone(),
            ipn_url: merchant.ipn_url.clone(),
            return_url: self.return_url.clone(),
            query,
        }
    }
}

impl Message {
    /// Where the browser goes back to.
    fn return_address(&self) -> String {
        let joint = if self.return_url.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.return_url, self.query)
    }
}
