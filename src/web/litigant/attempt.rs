//! One attempt in all its states at one address, and the way back from a gateway.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::{
    notice::{due, wait},
    visit::{Visit, file, see},
};
use crate::{
    app::{
        App, Error,
        holder::{Held, Order},
    },
    domain::{
        notice::NoticeState,
        order::{OrderKind, OrderState},
    },
    web::pages::{
        self,
        attempt::{AtCourt, AttemptPage, Outcome, Paid, Short, Transfer},
        badge::Badge,
        frame::{Step, Switch},
        qr::QrPath,
    },
};

/// Pixels a module of the saved picture.
const PICTURE_SCALE: u8 = 8;

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
    let Some(order) = held.order(&reference) else {
        return visit.refuse(&Error::NotFound);
    };
    let outcome = outcome(&app, &held, order);
    let step = if matches!(outcome, Outcome::Paid(_)) { Step::Receipt } else { Step::Pay };
    let amount = match order.kind {
        OrderKind::Standing if held.receipt.is_none() => due(&held),
        OrderKind::Standing | OrderKind::Attempt => order.amount,
    };
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

/// What is known of the order. Its notice wins: paid is paid, by whatever way.
fn outcome(app: &App, held: &Held, order: &Order) -> Outcome {
    let notice = held.notice();
    if let Some(receipt) = &held.receipt {
        let known = held.receipt_facts.as_ref();
        return Outcome::Paid(Paid {
            receipt: format!("{} số {}", receipt.symbol, receipt.number),
            badge: if receipt.sealed_at.is_some() { Badge::Sealed } else { Badge::ToSeal },
            at: known.map_or(notice.paid_at, |facts| facts.paid_at),
            on: known.map_or_else(|| receipt.issued_at.day(), |facts| facts.paid_on),
            court: AtCourt::Has {
                name: held.court.name.clone(),
                at: notice.receipt_at_court.unwrap_or(receipt.issued_at),
            },
            late_days: late_days(held),
            over: None,
        });
    }
    match order.state {
        OrderState::Failed => Outcome::Failed {
            gateway: "VNPAY".to_owned(),
            at: order.expires_at.unwrap_or(order.created_at),
        },
        OrderState::Cancelled => Outcome::Cancelled,
        OrderState::Expired => Outcome::Expired,
        _ if notice.waiting.is_positive() || notice.allocated.is_positive() => {
            Outcome::Short(Short {
                received: notice.allocated.checked_add(notice.waiting).unwrap_or(notice.waiting),
                missing: due(held),
                pay_by: notice.pay_by,
            })
        }
        _ if !matches!(notice.state, NoticeState::Issued | NoticeState::Served) => Outcome::Expired,
        _ if order.kind == OrderKind::Standing => Outcome::Transfer(transfer(app, held, order)),
        OrderState::Created | OrderState::Pending | OrderState::Seen | OrderState::Paid => {
            Outcome::Pending
        }
    }
}

fn late_days(held: &Held) -> Option<u32> {
    let (paid, last) = (held.notice().paid_on?, held.notice().lapse_after?);
    let days = paid.date().signed_duration_since(last.date()).num_days();
    u32::try_from(days).ok().filter(|days| *days > 0)
}

fn transfer(app: &App, held: &Held, order: &Order) -> Transfer {
    let code = app.transfer_text(order, due(held)).and_then(|text| app.drawn(&text));
    Transfer {
        qr: code.map(|(side, path)| QrPath::drawn(side, path)),
        collector: held.agency.name.clone(),
        bank: app.tables.bank_name(order.bank_bin.as_deref().unwrap_or_default()),
        account: order.number.clone().unwrap_or_default(),
        holder: order.holder.clone().unwrap_or_default(),
        content: held.notice().reference.to_string(),
        wait: wait(held),
    }
}

/// `GET /n/{lookup}/lenh/{reference}/qr.png`: the picture for phones.
pub(super) async fn picture(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((lookup, reference)): Path<(String, String)>,
) -> Response {
    let drawn = async {
        let held = app.held(&lookup).await?;
        let order = held.order(&reference).ok_or(Error::NotFound)?;
        let open = matches!(held.notice().state, NoticeState::Issued | NoticeState::Served);
        let text = app.transfer_text(order, due(&held)).filter(|_| open).ok_or(Error::NotFound)?;
        app.picture(&text, PICTURE_SCALE).ok_or(Error::NotFound)
    };
    match drawn.await {
        Ok(bytes) => file("image/png", &format!("vietqr-{reference}.png"), bytes),
        Err(error) => visit.refuse(&error),
    }
}

/// `GET /n/{lookup}/ve`: nothing of what the browser brings is believed; the provider is asked.
pub(super) async fn back(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    let held = match app.held(&lookup).await {
        Ok(held) => held,
        Err(error) => return visit.refuse(&error),
    };
    let Some(order) = &held.opened.order else {
        return see(&visit.href(&format!("/n/{lookup}")));
    };
    if order.state.is_open() && app.ask_now(order.id).await.is_err() {
        tracing::debug!("the provider could not be asked; the page says what is known");
    }
    see(&visit.href(&format!("/n/{lookup}/lenh/{}", order.provider_ref))).into_response()
}
