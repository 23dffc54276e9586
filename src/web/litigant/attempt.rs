//! One attempt in all its states at one address, and the way back from a gateway.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::{
    door::Door,
    notice::wait,
    visit::{Visit, file, see},
};
use crate::{
    app::{
        App, Error,
        holder::{Held, Outcome as Known},
    },
    domain::money::Dong,
    web::pages::{
        self,
        attempt::{AtCourt, AttemptPage, Outcome, Over, Paid, Seen, Short, Transfer},
        badge::Badge,
        frame::{Step, Switch},
        qr::QrPath,
    },
};

/// Pixels a module of the saved picture.
const PICTURE_SCALE: u8 = 8;

/// How payers know the gateway.
pub(super) const GATEWAY: &str = "VNPAY";

/// `GET /n/{lookup}/lenh/{reference}`, and its live part under `?phan=trang-thai`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    headers: HeaderMap,
    Path((lookup, reference)): Path<(String, String)>,
) -> Response {
    let held = match app.held(&lookup).await {
        Ok(held) => held,
        Err(error) => return visit.refuse(&error),
    };
    let Some((order, known)) = held.outcome(&reference) else {
        return visit.refuse(&Error::NotFound);
    };
    let amount = match &known {
        Known::Transfer(sum) => *sum,
        Known::Paid { .. } | Known::Short { .. } | Known::Double { .. } => held.notice().amount,
        Known::Pending
        | Known::Seen { .. }
        | Known::Failed { .. }
        | Known::Cancelled
        | Known::Expired
        | Known::NoticeClosed { .. }
        | Known::OtherAgency { .. }
        | Known::CannotAsk
        | Known::Closed => order.amount,
    };
    let Some(outcome) = outcome(&app, &held, known) else {
        return see(&visit.href(&format!("/n/{}", held.opened.lookup)));
    };
    let step = if matches!(outcome, Outcome::Paid(_)) { Step::Receipt } else { Step::Pay };
    let page = AttemptPage {
        frame: visit.paying(&held, step, Switch::Link),
        lookup: held.opened.lookup.clone(),
        reference,
        amount,
        outcome,
        hotline: visit.hotline(&held),
    };
    if visit.asked("phan") == Some("trang-thai") {
        return pages::part(&headers, &page.part());
    }
    pages::answer(StatusCode::OK, &page)
}

/// What the page shows; `None` where the notice's own page says it all.
fn outcome(app: &App, held: &Held, known: Known) -> Option<Outcome> {
    Some(match known {
        Known::Transfer(sum) => Outcome::Transfer(transfer(app, held, sum)?),
        Known::Pending => Outcome::Pending,
        Known::Seen { amount, at, on } => {
            Outcome::Seen(Seen { amount, at, paid_on: on, receipt_by: held.statement_by })
        }
        Known::Paid { over } => Outcome::Paid(paid(held, over)?),
        Known::Failed { at } => Outcome::Failed { gateway: GATEWAY.to_owned(), at },
        Known::Cancelled => Outcome::Cancelled,
        Known::Expired => Outcome::Expired,
        Known::NoticeClosed { received, at } => Outcome::NoticeClosed { received, at },
        Known::Short { received, missing } => {
            Outcome::Short(Short { received, missing, pay_by: held.notice().pay_by })
        }
        Known::Double { second } => Outcome::Double { receipt: receipt_name(held)?, second },
        Known::OtherAgency { agency, on } => Outcome::OtherAgency { agency, paid_on: on },
        Known::CannotAsk => Outcome::CannotAsk,
        Known::Closed => return None,
    })
}

/// `SM/26E số 4`.
fn receipt_name(held: &Held) -> Option<String> {
    held.receipt.as_ref().map(|receipt| format!("{} số {}", receipt.symbol, receipt.number))
}

fn paid(held: &Held, over: Option<Dong>) -> Option<Paid> {
    let notice = held.notice();
    let receipt = held.receipt.as_ref()?;
    let known = held.receipt_facts.as_ref();
    Some(Paid {
        receipt: receipt_name(held)?,
        badge: if receipt.sealed_at.is_some() { Badge::Sealed } else { Badge::ToSeal },
        at: known.map_or(notice.paid_at, |facts| facts.paid_at),
        on: known.map_or_else(|| receipt.issued_at.day(), |facts| facts.paid_on),
        court: AtCourt::Has {
            name: held.court.name.clone(),
            at: notice.receipt_at_court.unwrap_or(receipt.issued_at),
        },
        late_days: late_days(held),
        over: over.and_then(|rest| Some(Over { received: notice.amount.checked_add(rest)?, rest })),
    })
}

fn late_days(held: &Held) -> Option<u32> {
    let (paid, last) = (held.notice().paid_on?, held.notice().lapse_after?);
    u32::try_from(paid.since(last)).ok().filter(|days| *days > 0)
}

fn transfer(app: &App, held: &Held, sum: Dong) -> Option<Transfer> {
    let order = held.standing()?;
    let code = app.transfer_text(order, sum).and_then(|text| app.drawn(&text));
    Some(Transfer {
        qr: code.map(|(side, path)| QrPath::drawn(side, path)),
        collector: held.agency.name.clone(),
        bank: app.tables.bank_name(order.bank_bin.as_deref().unwrap_or_default()),
        account: order.number.clone().unwrap_or_default(),
        holder: order.holder.clone().unwrap_or_default(),
        content: held.notice().reference.to_string(),
        wait: wait(held),
    })
}

/// `GET /n/{lookup}/lenh/{reference}/qr.png`: the picture for phones.
pub(super) async fn picture(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((lookup, reference)): Path<(String, String)>,
) -> Response {
    let drawn = async {
        let held = app.held(&lookup).await?;
        let Some((order, Known::Transfer(sum))) = held.outcome(&reference) else {
            return Err(Error::NotFound);
        };
        let text = app.transfer_text(order, sum).ok_or(Error::NotFound)?;
        app.picture(&text, PICTURE_SCALE).ok_or(Error::NotFound)
    };
    match drawn.await {
        Ok(bytes) => file("image/png", &format!("vietqr-{reference}.png"), bytes),
        Err(error) => visit.refuse(&error),
    }
}

/// `GET /n/{lookup}/ve`: nothing of what the browser brings is believed; the provider is asked, but
/// not more often than a person comes back.
pub(super) async fn back(
    State(app): State<Arc<App>>,
    Extension(door): Extension<Arc<Door>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    let opened = match app.open_notice(&lookup).await {
        Ok(opened) => opened,
        Err(error) => return visit.refuse(&error),
    };
    let Some(order) = &opened.order else {
        return see(&visit.href(&format!("/n/{lookup}")));
    };
    let may_ask = order.state.is_open() && door.asked.take(order.id, visit.now()).is_ok();
    if may_ask && app.ask_now(order.id).await.is_err() {
        tracing::debug!("the provider could not be asked; the page says what is known");
    }
    see(&visit.href(&format!("/n/{lookup}/lenh/{}", order.provider_ref))).into_response()
}
