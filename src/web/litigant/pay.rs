//! Payer and method. The amount is never a field.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Extension,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use chrono::TimeDelta;

use super::{
    attempt::GATEWAY,
    door::{Door, form_id, is_form_id},
    notice::{named, wait},
    visit::{Sent, Visit, see},
};
use crate::{
    app::{
        App, Caller, Error,
        checkout::{Leaving, Payer},
        holder::Held,
    },
    domain::notice::NoticeState,
    web::{
        pages::{
            self,
            form::{Field, Item, Wrong},
            frame::{Step, Switch},
            notice::{Method, MethodKind, PayForm, PayPage, PayRefusal, Wait},
        },
        request::Peer,
    },
    words::Lang,
};

/// What the form does, as its id knows it.
const ACTION: &str = "pay";

/// The form of a notice, nothing filled in.
pub(super) fn fresh(app: &App, held: &Held) -> PayForm {
    let mut methods = Vec::new();
    if held.standing().is_some_and(|order| order.number.is_some()) {
        methods.push(Method { kind: MethodKind::VietQr, wait: wait(held), stopped: false });
    }
    if let Some(gateway) = held.gateways.first() {
        let stopped = gateway.state != "live";
        methods.push(Method { kind: MethodKind::Vnpay, wait: Wait::Query, stopped });
    }
    let first = methods.iter().find(|method| !method.stopped);
    PayForm {
        form_id: form_id(app, ACTION),
        who: Field::of("self"),
        name: Field::default(),
        address: Field::default(),
        id: Field::default(),
        method: Field::of(first.map_or("", |method| method.kind.value())),
        methods,
        refund_to: named(held),
    }
}

/// `GET /n/{lookup}/thanh-toan`.
pub(super) async fn form(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    match app.held(&lookup).await {
        Ok(held) if payable(&held) => {
            shown(&visit, &held, StatusCode::OK, fresh(&app, &held), None)
        }
        Ok(held) => see(&visit.href(&format!("/n/{}", held.opened.lookup))),
        Err(error) => visit.refuse(&error),
    }
}

const fn payable(held: &Held) -> bool {
    matches!(held.notice().state, NoticeState::Issued | NoticeState::Served)
}

/// `POST /n/{lookup}/thanh-toan`: to the transfer's page, or straight to the gateway's.
pub(super) async fn choose(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
    peer: Peer,
    Extension(door): Extension<Arc<Door>>,
    sent: Sent,
) -> Response {
    let visit = visit.switched(sent.get("switch"));
    let held = match app.held(&lookup).await {
        Ok(held) if payable(&held) => held,
        Ok(held) => return see(&visit.href(&format!("/n/{}", held.opened.lookup))),
        Err(error) => return visit.refuse(&error),
    };
    let form = read(&app, &held, &sent);
    if sent.get("switch").is_some() {
        return shown(&visit, &held, StatusCode::OK, unmarked(form), None);
    }
    let faulty = [&form.who, &form.name, &form.address, &form.id, &form.method]
        .iter()
        .any(|field| field.wrong.is_some());
    // A page that was left open too long, or a form that is not of ours: again, with a new id.
    let sent_id = sent.text("form_id");
    if faulty || !is_form_id(&app, ACTION, &sent_id) {
        return shown(&visit, &held, StatusCode::UNPROCESSABLE_ENTITY, form, None);
    }
    if form.method.is("vietqr") {
        let Some(reference) = held.transfer_ref() else { return visit.refuse(&Error::NotFound) };
        return see(&visit.href(&format!("/n/{}/lenh/{reference}", held.opened.lookup)));
    }
    // Pressed twice, it opens one attempt and leads to it both times.
    let pressed = door.pressed(&sent_id, visit.now());
    let mut first = pressed.lock().await;
    if let Some(address) = first.as_deref() {
        return see(address);
    }
    match leave(&app, &visit, &held, form, peer.address).await {
        Ok(address) => {
            let response = see(&address);
            *first = Some(address);
            response
        }
        Err(response) => *response,
    }
}

/// The address of the gateway's page, or the page that says why there is none.
async fn leave(
    app: &App,
    visit: &Visit,
    held: &Held,
    form: PayForm,
    address: IpAddr,
) -> Result<String, Box<Response>> {
    let Some(gateway) = held.gateways.first() else {
        return Err(Box::new(visit.refuse(&Error::NotFound)));
    };
    let other = form.who.is("other");
    let told = |field: &Field| Some(field.value.clone()).filter(|text| other && !text.is_empty());
    let payer = Payer {
        name: told(&form.name),
        address: told(&form.address),
        document: told(&form.id),
        email: None,
    };
    let leaving =
        Leaving { account: gateway.name.clone(), address, english: visit.lang == Lang::En };
    let caller = Caller::payer(Some(address.to_string()), None);
    let refused =
        |refusal| shown(visit, held, StatusCode::SERVICE_UNAVAILABLE, form.clone(), Some(refusal));
    let opened = app.open_attempt(&caller, held.notice().id, payer, &leaving).await;
    Err(Box::new(match opened {
        Ok(url) => return Ok(url),
        Err(Error::TooMany { .. }) => {
            let again = visit.now().plus(TimeDelta::hours(1));
            let refusal = Some(PayRefusal::TooMany { again });
            shown(visit, held, StatusCode::TOO_MANY_REQUESTS, form, refusal)
        }
        Err(Error::Refused { .. } | Error::State(_)) => {
            see(&visit.href(&format!("/n/{}", held.opened.lookup)))
        }
        Err(Error::Away(_) | Error::Busy) => {
            refused(PayRefusal::CannotOpen { name: GATEWAY.to_owned() })
        }
        Err(error) => visit.refuse(&error),
    }))
}

/// What was sent, each field with its fault.
fn read(app: &App, held: &Held, sent: &Sent) -> PayForm {
    let mut form = fresh(app, held);
    let field = |name| Field::of(sent.text(name));
    (form.who, form.method) = (field("who"), field("method"));
    (form.name, form.address, form.id) = (field("name"), field("address"), field("id"));
    if !form.who.is("self") && !form.who.is("other") {
        form.who.wrong = Some(Wrong::Choose(Item::Payer));
    }
    if form.who.is("other") {
        form.name.wrong = text_fault(&form.name.value, Item::PayerName);
        form.address.wrong = text_fault(&form.address.value, Item::Address);
        form.id.wrong = document_fault(&form.id.value);
    }
    let open = |method: &Method| form.method.is(method.kind.value()) && !method.stopped;
    if !form.methods.iter().any(open) {
        form.method.wrong = Some(Wrong::Choose(Item::Method));
    }
    form
}

fn text_fault(text: &str, item: Item) -> Option<Wrong> {
    if text.is_empty() {
        return Some(Wrong::Enter(item));
    }
    crate::domain::card::holds_card(text).then_some(Wrong::CardNumber)
}

/// A personal number has 12 digits, a tax code 10, or 10 and 3; a card number belongs nowhere.
fn document_fault(text: &str) -> Option<Wrong> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    if digits.is_empty() {
        return None;
    }
    if crate::domain::card::holds_card(text) {
        return Some(Wrong::CardNumber);
    }
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        10 | 12 | 13 if all_digits => None,
        11 | 14.. => Some(Wrong::PersonalId),
        _ => Some(Wrong::TaxCode),
    }
}

/// The same form without its faults: nothing was judged yet.
fn unmarked(mut form: PayForm) -> PayForm {
    for field in [&mut form.who, &mut form.name, &mut form.address, &mut form.id, &mut form.method]
    {
        field.wrong = None;
    }
    form
}

fn shown(
    visit: &Visit,
    held: &Held,
    status: StatusCode,
    form: PayForm,
    refused: Option<PayRefusal>,
) -> Response {
    let page = PayPage {
        frame: visit.paying(held, Step::Pay, Switch::Form),
        lookup: held.opened.lookup.clone(),
        reference: held.notice().reference.clone(),
        amount: held.missing(),
        collector: held.agency.name.clone(),
        form,
        refused,
    };
    pages::answer(status, &page)
}
