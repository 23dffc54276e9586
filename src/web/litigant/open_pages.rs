//! Pages for anybody: start, look-up, help.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::visit::{Sent, Visit, see};
use crate::{
    app::{App, Error},
    domain::id::{Reference, ReferenceError},
    web::pages::{
        self,
        form::{Field, Item, Wrong},
        frame::Switch,
        litigant::{
            AccessibilityPage, HelpPage, LookupForm, LookupPage, LookupRefusal, PersonalDataPage,
            StartPage,
        },
    },
};

/// `GET /`.
pub(super) async fn start(visit: Visit) -> Response {
    let frame = visit.frame(Switch::Form);
    let page = StartPage { frame, lookup: LookupForm::default(), stopped: Vec::new() };
    pages::answer(StatusCode::OK, &page)
}

/// `GET /tra-cuu`.
pub(super) async fn ask(visit: Visit) -> Response {
    lookup(&visit, StatusCode::OK, LookupForm::default(), None)
}

/// `POST /tra-cuu`: to the notice of the two facts.
pub(super) async fn find(State(app): State<Arc<App>>, visit: Visit, sent: Sent) -> Response {
    let switches = sent.get("switch").is_some();
    let visit = visit.switched(sent.get("switch"));
    let mut form = LookupForm {
        form_id: sent.text("form_id"),
        reference: Field::of(sent.text("ref")),
        fact: Field::of(sent.text("fact")),
    };
    if switches {
        return lookup(&visit, StatusCode::OK, form, None);
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
            lookup(&visit, StatusCode::NOT_FOUND, form, Some(refused))
        }
        Err(Error::TooMany { .. }) => {
            let refused = LookupRefusal::QrOnly;
            lookup(&visit, StatusCode::TOO_MANY_REQUESTS, form, Some(refused))
        }
        Err(error) => visit.refuse(&error),
    }
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
