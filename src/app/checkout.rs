//! Attempts at a gateway: opened before the payer leaves, asked about until their end.

use std::net::IpAddr;

use chrono::TimeDelta;
use serde_json::json;

use super::{
    App, Caller, Deed, Error,
    callbacks::{gateway_name, message_key},
    random::{code, token},
    settle::{Item, Message},
    vault::Purpose,
};
use crate::{
    domain::{
        audit::{Actor, ActorKind},
        id::{Attempt, NoticeId, OrderId, provider_ref},
        money::Dong,
        order::{OrderEvent, OrderKind, OrderState},
        settle::PartsMode,
        staff::Scope,
    },
    providers::{self, Answered, Checkout, CheckoutRequest, Locale, Question, http::CallError},
    store::{
        Tx,
        columns::Hash,
        notice::NoticeRow,
        order::{NewOrder, OrderRow},
    },
};

/// The provider's page ends after this time; ours lives five minutes longer, since money can land
/// after their end (protocols 0.5).
const PROVIDER_PAGE: TimeDelta = TimeDelta::minutes(15);
const ATTEMPT_LIFE: TimeDelta = TimeDelta::minutes(20);

/// An attempt is first asked about after this time, and again after each such time.
const QUERY_EVERY: TimeDelta = TimeDelta::minutes(5);

/// After this time nothing more is asked; a late callback still settles.
const QUERY_UNTIL: TimeDelta = TimeDelta::hours(24);

/// A query that was begun is another worker's for this long.
const QUERY_LEASE: TimeDelta = TimeDelta::seconds(60);

/// Attempts of one notice within an hour.
const ATTEMPTS_AN_HOUR: i64 = 10;

/// Who pays, as told before paying.
#[derive(Clone, Debug, Default)]
pub struct Payer {
    /// Name, when another than the person named pays.
    pub name: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Identity or tax number.
    pub document: Option<String>,
    /// Where the receipt may be sent.
    pub email: Option<String>,
}

/// Where and how the payer leaves.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// Name of the gateway's account.
    pub account: String,
    /// The payer's address, as the trusted hop gives it.
    pub address: IpAddr,
    /// The language of the provider's page.
    pub english: bool,
}

impl App {
    /// Opens an attempt and gives the address of the provider's page. Earlier attempts are
    /// superseded and still asked about.
    pub async fn open_attempt(
        &self,
        caller: &Caller,
        notice: NoticeId,
        payer: Payer,
        leaving: &Leaving,
    ) -> Result<String, Error> {
        let provider = self
            .channels
            .registry()
            .get(&leaving.account)
            .ok_or_else(|| Error::refused("method", "unknown_method"))?;
        let checkout =
            provider.checkout().ok_or_else(|| Error::refused("method", "unknown_method"))?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let row = tx.notice(Scope::All, notice).await?.ok_or(Error::NotFound)?;
        if tx.attempts_since(notice, now.plus(-TimeDelta::hours(1))).await? >= ATTEMPTS_AN_HOUR {
            return Err(Error::TooMany { retry_after: 3_600 });
        }
        let attempt = tx.next_attempt(notice).await?;
        let attempt = attempt.ok_or_else(|| Error::refused("notice", "not_payable"))?;
        let attempt_number = u32::try_from(attempt)
            .ok()
            .and_then(Attempt::new)
            .ok_or_else(|| Error::internal("attempt numbers begin at 1"))?;
        let account = tx
            .accounts()
            .await?
            .into_iter()
            .find(|account| account.name == leaving.account && account.agency_id == row.agency_id)
            .ok_or_else(|| Error::refused("method", "unknown_method"))?;
        let version =
            account.current_version_id.ok_or_else(|| Error::refused("method", "unknown_method"))?;
        let back = token(&*self.random);
        let amount = due(&mut tx, &row, checkout).await?;
        let order =
            self.attempt_row(&row, (account.id, version), (attempt, amount), (&payer, &back));
        let request = CheckoutRequest {
            provider_ref: order.provider_ref.clone(),
            amount: order.amount,
            info: format!("Nop tam ung an phi {}", provider_ref(&row.reference, attempt_number)),
            payer_address: leaving.address,
            locale: if leaving.english { Locale::English } else { Locale::Vietnamese },
            return_url: format!("{}/n/{back}/ve", self.site),
            opened_at: now,
            expires_at: now.plus(PROVIDER_PAGE),
        };
        let url = checkout.pay_url(&request).map_err(Error::internal)?;
        let mut deed = Deed::of_court(row.court_id, "order.opened", ("order", order.id.uuid()))
            .with(json!({ "notice": notice, "ref": order.provider_ref, "amount": order.amount, "account": account.id }))
            .moving("order", order.id.uuid(), (None, OrderState::Created.code()))
            .moving("order", order.id.uuid(), (Some(OrderState::Created.code()), OrderState::Pending.code()));
        for earlier in tx.orders_of(notice).await? {
            if earlier.kind != OrderKind::Attempt || !earlier.state.is_open() {
                continue;
            }
            let to = earlier.state.after(OrderEvent::Cancel)?;
            if tx.move_order(earlier.id, (earlier.state, to), Some("superseded")).await? {
                let step = (Some(earlier.state.code()), to.code());
                deed = deed.moving("order", earlier.id.uuid(), step);
            }
        }
        tx.insert_order(&order).await?;
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(url)
    }

    fn attempt_row(
        &self,
        notice: &NoticeRow,
        (account, version): (crate::domain::id::AccountId, crate::domain::id::AccountVersionId),
        (attempt, amount): (i64, Dong),
        (payer, back): (&Payer, &str),
    ) -> NewOrder {
        let now = self.now();
        let seal = |purpose, text: &Option<String>| {
            text.as_deref().map(|text| self.vault.seal(purpose, text.as_bytes(), &*self.random))
        };
        NewOrder {
            id: self.new_id(),
            notice_id: notice.id,
            court_id: notice.court_id,
            agency_id: notice.agency_id,
            kind: OrderKind::Attempt,
            account_id: account,
            account_version_id: version,
            attempt,
            provider_ref: format!("{}-{attempt}", notice.reference),
            amount,
            state: OrderState::Pending,
            payer_name: payer.name.clone(),
            payer_address: payer.address.clone(),
            payer_document: seal(Purpose::Document, &payer.document),
            payer_email: seal(Purpose::Email, &payer.email),
            created_at: now,
            expires_at: Some(now.plus(ATTEMPT_LIFE)),
            next_query_at: Some(now.plus(QUERY_EVERY)),
            return_index: Some(Hash(self.lookup_index(back).0)),
        }
    }

    /// Claims attempts about which it is time to ask; nobody else asks while the lease lasts.
    pub(super) async fn due_queries(&self, limit: i64) -> Result<Vec<OrderId>, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let claimed = tx.claim_queries(now, now.plus(QUERY_LEASE), limit).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Asks about attempts that are due, one after another; how many were asked about.
    pub async fn ask_due(&self, limit: i64) -> Result<usize, Error> {
        let claimed = self.due_queries(limit).await?;
        for id in &claimed {
            self.ask(*id).await?;
        }
        Ok(claimed.len())
    }

    /// Asks the provider about one attempt; its answer settles through the lane like a callback.
    pub async fn ask(&self, id: OrderId) -> Result<(), Error> {
        let Some(order) = self.store.read().await?.order(id).await? else { return Ok(()) };
        let provider = self.channels.registry().get(&order.account_name);
        let Some((provider, query)) =
            provider.and_then(|provider| provider.query().map(|query| (provider, query)))
        else {
            return Ok(());
        };
        let now = self.now();
        let question = Question {
            provider_ref: order.provider_ref.clone(),
            opened_at: order.created_at,
            request_id: code(32, &*self.random),
            asked_at: now,
            from: IpAddr::from([127, 0, 0, 1]),
        };
        let asked = providers::ask(query, self.channels.http(), &question).await;
        let (outcome, done) = match asked {
            Ok(Answered::Known(verified)) => {
                let (word, done) = standing_word(&verified.report.standing);
                let item = Item {
                    account: order.account_id,
                    actor: Actor {
                        kind: ActorKind::Provider,
                        id: order.account_name.clone(),
                        address: None,
                        request_id: Some(question.request_id.clone()),
                    },
                    message: Some(Message {
                        key: message_key(&verified),
                        raw: question.request_id.clone().into_bytes(),
                        headers: json!({ "door": "query" }),
                    }),
                    report: verified.report,
                    received_at: now,
                    line: None,
                    gateway: gateway_name(provider.kind()),
                };
                match self.lane.settle(item).await {
                    Ok(_) => (word, done),
                    Err(_) => ("not_recorded", false),
                }
            }
            Ok(Answered::NeverBegun) => {
                ("never_begun", order.expires_at.is_none_or(|end| end <= now))
            }
            Err(CallError::Unverified) => ("unverified", false),
            Err(CallError::Malformed(_)) => ("malformed", false),
            Err(CallError::Refused(_)) => ("refused", false),
            Err(CallError::Unreachable) => ("unreachable", false),
        };
        let given_up = now.since(order.created_at) > QUERY_UNTIL;
        let next = (!done && !given_up).then(|| now.plus(QUERY_EVERY));
        let mut tx = self.store.begin().await?;
        tx.record_query(id, outcome, next).await?;
        Ok(tx.commit().await?)
    }

    /// Ends attempts whose time ran out. They still settle when proven money arrives.
    pub async fn expire_due(&self) -> Result<usize, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let due: Vec<OrderRow> = tx.expired_orders(now).await?;
        for order in &due {
            let to = order.state.after(OrderEvent::Expire)?;
            if tx.move_order(order.id, (order.state, to), None).await? {
                let deed =
                    Deed::of_court(order.court_id, "order.expired", ("order", order.id.uuid()))
                        .moving("order", order.id.uuid(), (Some(order.state.code()), to.code()));
                self.record(&mut tx, &Caller::system("expiry"), deed, now).await?;
            }
        }
        tx.commit().await?;
        Ok(due.len())
    }
}

/// What a gateway is to ask for: something that it takes, by the rule of the notice's agency.
async fn due(tx: &mut Tx, notice: &NoticeRow, gateway: &dyn Checkout) -> Result<Dong, Error> {
    let agency = tx.agency(notice.agency_id).await?.ok_or(Error::NotFound)?;
    let due = missing(notice, agency.parts);
    let due = due.ok_or_else(|| Error::refused("notice", "nothing_missing"))?;
    if gateway.takes(due) { Ok(due) } else { Err(Error::refused("method", "too_large")) }
}

/// What came in parts and waits for the rest; nothing where the agency sends parts back.
pub(super) fn waiting(notice: &NoticeRow, parts: PartsMode) -> Dong {
    match parts {
        PartsMode::Join => notice.waiting,
        PartsMode::Refund => Dong::ZERO,
    }
}

/// What is still to be paid, if anything is.
pub(super) fn missing(notice: &NoticeRow, parts: PartsMode) -> Option<Dong> {
    let due = notice.amount.checked_sub(notice.allocated)?;
    due.checked_sub(waiting(notice, parts)).filter(|missing| missing.is_positive())
}

fn standing_word(standing: &crate::domain::payment::Standing) -> (&'static str, bool) {
    use crate::domain::payment::Standing;
    match standing {
        Standing::Received => ("received", true),
        Standing::NotReceived(_) => ("not_received", true),
        Standing::Held(_) => ("held", false),
        Standing::Pending => ("pending", false),
    }
}
