//! Pages for anybody: start, look-up, help.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    door::{Door, form_id, neighbourhood},
    visit::{Sent, Visit, see},
};
use crate::{
    app::{App, Error},
    domain::{
        id::{Reference, ReferenceError},
        time::Timestamp,
    },
    web::{
        pages::{
            self,
            form::{Field, Item, Wrong},
            frame::Switch,
            litigant::{
                AccessibilityPage, HelpPage, LookupForm, LookupPage, LookupRefusal,
                PersonalDataPage, StartPage,
            },
        },
        request::Peer,
    },
};

/// `GET /`.
pub(super) async fn start(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let frame = visit.frame(Switch::Form);
    let page = StartPage { frame, lookup: empty(&app), stopped: Vec::new() };
    pages::answer(StatusCode::OK, &page)
}

/// `GET /tra-cuu`.
pub(super) async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Response {
    lookup(&visit, StatusCode::OK, empty(&app), None)
}

fn empty(app: &App) -> LookupForm {
    LookupForm { form_id: form_id(app, "lookup"), ..LookupForm::default() }
}

/// `POST /tra-cuu`: to the notice of the two facts.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    peer: Peer,
    Extension(door): Extension<Arc<Door>>,
    visit: Visit,
    sent: Sent,
) -> Response {
    let switches = sent.get("switch").is_some();
    let visit = visit.switched(sent.get("switch"));
    let mut form = LookupForm {
        reference: Field::of(sent.text("ref")),
        fact: Field::of(sent.text("fact")),
        ..empty(&app)
    };
    if switches {
        return lookup(&visit, StatusCode::OK, form, None);
    }
    if let Err(again) = door.lookups.take(neighbourhood(peer.address), visit.now()) {
        return too_many(&visit, form, again);
    }
    let reference = match Reference::from_typed(&form.reference.value) {
        Ok(reference) => Some(reference),
        Err(error) => {
            form.reference.wrong = Some(match error {
                _ if form.reference.value.is_empty() => Wrong::Enter(Item::Reference),
                ReferenceError::Form | ReferenceError::CheckDigit => Wrong::CheckDigit,
            });
            None
        }
    };
    if form.fact.value.is_empty() {
        form.fact.wrong = Some(Wrong::Enter(Item::Fact));
    }
    let Some(reference) = reference.filter(|_| form.fact.wrong.is_none()) else {
        return lookup(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, None);
    };
    match app.find_notice(&reference, &form.fact.value).await {
        Ok(token) => see(&visit.href(&format!("/n/{token}"))),
        Err(Error::NotFound) => {
            let refused = LookupRefusal::NoMatch { phone: visit.phone() };
            lookup(&visit, StatusCode::UNPROCESSABLE_ENTITY, form, Some(refused))
        }
        Err(Error::TooMany { .. }) => {
            let refused = LookupRefusal::QrOnly;
            lookup(&visit, StatusCode::TOO_MANY_REQUESTS, form, Some(refused))
        }
        Err(error) => visit.refuse(&error),
    }
}

fn too_many(visit: &Visit, form: LookupForm, again: Timestamp) -> Response {
    let seconds = again.since(visit.now()).num_seconds().max(1);
    let refused = Some(LookupRefusal::TooMany { again });
    let mut response = lookup(visit, StatusCode::TOO_MANY_REQUESTS, form, refused);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

fn lookup(
    visit: &Visit,
    status: StatusCode,
    lookup: LookupForm,
    refused: Option<LookupRefusal>,
) -> Response {
    let frame = visit.frame(Switch::Form);
    pages::answer(status, &LookupPage { frame, lookup, refused })
}

/// `GET /huong-dan`.
pub(super) async fn help(visit: Visit) -> Response {
    pages::answer(StatusCode::OK, &HelpPage { frame: visit.frame(Switch::Link) })
}

/// `GET /kha-nang-tiep-can`.
pub(super) async fn accessibility(visit: Visit) -> Response {
    pages::answer(StatusCode::OK, &AccessibilityPage { frame: visit.frame(Switch::Link) })
}

/// `GET /du-lieu-ca-nhan`.
pub(super) async fn personal_data(visit: Visit) -> Response {
    pages::answer(StatusCode::OK, &PersonalDataPage { frame: visit.frame(Switch::Link) })
}

/// `GET /robots.txt`: nothing here is for search engines.
pub(super) async fn robots() -> Response {
    "User-agent: *\nDisallow: /\n".into_response()
}
