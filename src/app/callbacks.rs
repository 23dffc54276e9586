//! Callbacks: proof first, then the lane, then the answer in the provider's own words.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{
    App, Error,
    metric::{self, Ended},
    settle::{Item, LaneError, Message, Outcome},
};
use crate::{
    domain::{
        audit::{Actor, ActorKind},
        exception::{ExceptionKind, ExceptionState},
        id::{AccountId, AgencyId, ExceptionId, InboxId},
        money::Dong,
        payment::Standing,
        settle::Answer as Decided,
        time::Timestamp,
    },
    providers::{Answer, Rejection, Verified},
    store::engine::rows,
};

pub use crate::providers::{ProviderKind, ProviderReply, RawCallback};

/// A callback has its answer within this time, whatever the database does (P11).
const PATIENCE: Duration = Duration::from_millis(1_900);

impl ProviderKind {
    /// What a provider is told when we could not look at its message.
    pub fn try_again(self) -> ProviderReply {
        self.reply(Answer::TryAgain)
    }
}

impl App {
    /// Takes a callback at the path of `account`. The path chooses the keys, never the message.
    pub async fn callback(
        &self,
        kind: ProviderKind,
        account: &str,
        callback: RawCallback,
        from: Option<String>,
    ) -> ProviderReply {
        let now = self.now();
        let known = self.channels.registry().at_path(kind, account);
        let (Some(provider), Some(id)) = (known, self.channels.account(account)) else {
            self.refused.note(account, "unknown_account", &callback, now);
            metric::count_forged(kind, "unknown_account");
            return kind.reply(Answer::BadSignature);
        };
        match provider.verify(&callback, now) {
            Ok(verified) => {
                let item = callback_item(kind, (id, account), verified, &callback, from, now);
                let (answer, ended) = self.settle_within(item).await;
                metric::count(kind, ended);
                kind.reply(answer)
            }
            Err(Rejection::Amount) => {
                let (answer, ended) = self.keep_refused(id, &callback).await;
                metric::count(kind, ended);
                kind.reply(answer)
            }
            Err(rejection) => {
                self.refused.note(account, reason(rejection), &callback, now);
                metric::count_forged(kind, reason(rejection));
                kind.reply(rejection.answer())
            }
        }
    }

    /// A callback that was not read to its end: nothing proves it.
    pub fn callback_too_large(&self, kind: ProviderKind, account: &str) -> ProviderReply {
        let unread = RawCallback {
            method: String::new(),
            query: String::new(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        self.refused.note(account, "too_large", &unread, self.now());
        metric::count_forged(kind, "too_large");
        kind.reply(Answer::BadSignature)
    }

    async fn settle_within(&self, item: Item) -> (Answer, Ended) {
        match tokio::time::timeout(PATIENCE, self.lane.settle(item)).await {
            Ok(Ok(outcome)) => (answer(&outcome), ended(&outcome)),
            Ok(Err(LaneError::SetAside)) => (Answer::TryAgain, Ended::SetAside),
            // Not committed as far as we know: the sender asks again and gets the first answer.
            Ok(Err(LaneError::Away)) | Err(_) => (Answer::TryAgain, Ended::Postponed),
        }
    }

    /// A well-signed message with an amount that no order can have: kept and counted as refused.
    async fn keep_refused(&self, account: AccountId, callback: &RawCallback) -> (Answer, Ended) {
        match tokio::time::timeout(PATIENCE, self.keep_refused_row(account, callback)).await {
            Ok(Ok(())) => (Answer::InvalidAmount, Ended::Refused("amount")),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a refused message could not be kept");
                (Answer::TryAgain, Ended::Postponed)
            }
            Err(_) => (Answer::TryAgain, Ended::Postponed),
        }
    }

    async fn keep_refused_row(
        &self,
        account: AccountId,
        callback: &RawCallback,
    ) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let Some(row) = tx.accounts().await?.into_iter().find(|row| row.id == account) else {
            return Err(Error::NotFound);
        };
        let raw = raw_bytes(callback);
        let taken = tx
            .take_in(&[rows::Inbox {
                id: self.new_id(),
                account_id: account,
                message_key: format!("refused/{}", hex::encode(Sha256::digest(&raw))),
                raw,
                headers: headers(callback),
                received_at: now,
                deliveries: 1,
            }])
            .await?;
        let mut writes = rows::Writes::default();
        for entry in taken.iter().filter(|entry| entry.outcome == "waiting") {
            let answer = Some(Decided::InvalidAmount);
            writes.inbox.push(rows::InboxOutcome { id: entry.id, outcome: "refused", answer });
            writes.exceptions.push(no_amount(self.new_id(), row.agency_id, entry.id, now));
        }
        tx.write_batch(&writes).await?;
        Ok(tx.commit().await?)
    }
}

/// What the accountant hears of a message whose proof holds and whose amount is none of ours
/// (reliability 4): there is no money to record, and the provider says that there is.
fn no_amount(
    id: ExceptionId,
    agency: AgencyId,
    message: InboxId,
    now: Timestamp,
) -> rows::Exception {
    rows::Exception {
        id,
        agency_id: agency,
        court_id: None,
        kind: ExceptionKind::AmountDiffers,
        amount: Dong::ZERO,
        payment_id: None,
        line_id: None,
        notice_id: None,
        order_id: None,
        inbox_id: Some(message),
        reason: Some("the message names an amount or currency that no order can have".to_owned()),
        state: ExceptionState::Open,
        bank_day: now.day(),
        raised_at: now,
        cleared_at: None,
        cleared_by: None,
        cleared_why: None,
    }
}

fn callback_item(
    kind: ProviderKind,
    (id, account): (AccountId, &str),
    verified: Verified,
    callback: &RawCallback,
    from: Option<String>,
    now: Timestamp,
) -> Item {
    Item {
        account: id,
        actor: Actor {
            kind: ActorKind::Provider,
            id: account.to_owned(),
            address: from,
            request_id: None,
        },
        message: Some(Message {
            key: message_key(&verified),
            raw: raw_bytes(callback),
            headers: headers(callback),
        }),
        report: verified.report,
        received_at: now,
        line: None,
        gateway: gateway_name(kind),
    }
}

/// Money has one identity however it is told of: a callback and the answer to a query about the
/// same transaction and sum are one message. Anything else is known by the provider's own key.
pub(super) fn message_key(verified: &Verified) -> String {
    match verified.report.standing {
        Standing::Received => {
            format!("paid/{}/{}", verified.report.source_id, verified.report.amount.get())
        }
        Standing::NotReceived(_) | Standing::Held(_) | Standing::Pending => {
            verified.message_key.clone()
        }
    }
}

/// How receipts name a gateway; a bank's push is a plain transfer.
pub(super) fn gateway_name(kind: ProviderKind) -> Option<String> {
    match kind {
        ProviderKind::Vnpay => Some("VNPAY".to_owned()),
        ProviderKind::Sepay => None,
    }
}

fn answer(outcome: &Outcome) -> Answer {
    match outcome.answer {
        Decided::Applied if outcome.repeated => Answer::AlreadyConfirmed,
        Decided::Applied => Answer::Applied,
        Decided::AlreadyConfirmed => Answer::AlreadyConfirmed,
        Decided::UnknownOrder => Answer::UnknownOrder,
        Decided::InvalidAmount => Answer::InvalidAmount,
    }
}

const fn ended(outcome: &Outcome) -> Ended {
    match outcome.answer {
        Decided::UnknownOrder => Ended::Refused("unknown_order"),
        Decided::InvalidAmount => Ended::Refused("amount"),
        Decided::AlreadyConfirmed => Ended::Repeated,
        Decided::Applied if outcome.repeated => Ended::Repeated,
        Decided::Applied => Ended::Applied,
    }
}

const fn reason(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::BadSignature => "bad_signature",
        Rejection::UnknownTerminal => "unknown_terminal",
        Rejection::Malformed(_) => "malformed",
        Rejection::Amount => "amount",
    }
}

/// What was signed: the query of a GET, the body of a POST.
fn raw_bytes(callback: &RawCallback) -> Vec<u8> {
    if callback.body.is_empty() {
        callback.query.clone().into_bytes()
    } else {
        callback.body.clone()
    }
}

/// The headers that belong to the proof; nothing else is kept.
fn headers(callback: &RawCallback) -> serde_json::Value {
    let kept = callback.headers.iter().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name == "content-type" || name.starts_with("x-sepay-")
    });
    let kept = kept
        .map(|(name, value)| (name.to_ascii_lowercase(), serde_json::Value::String(value.clone())));
    serde_json::Value::Object(kept.collect())
}
