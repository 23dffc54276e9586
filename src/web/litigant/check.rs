//! The check of any receipt: by its short code, the text of its QR code, or its file.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{receipt::public_facts, visit::Visit};
use crate::{
    app::{App, checked::Checked},
    domain::receipt_text::initials,
    web::{
        pages::{
            self,
            errors::Refusal,
            form::{Field, Wrong},
            frame::Switch,
            receipt::{CheckedFacts, ReceiptCheckPage, Verdict, VerdictPage},
        },
        request::{from_here, is_clean},
    },
};

/// The largest file that is checked.
const LARGEST_FILE: usize = 2 * 1024 * 1024;

/// `GET /bien-lai`.
pub(super) async fn form(visit: Visit) -> Response {
    asked(&visit, StatusCode::OK, Field::default(), None)
}

fn asked(visit: &Visit, status: StatusCode, text: Field, file_wrong: Option<Wrong>) -> Response {
    let page = ReceiptCheckPage {
        frame: visit.frame(Switch::Form),
        form_id: String::new(),
        text,
        file_wrong,
        public_key: Some("/bien-lai/khoa-cong-khai".to_owned()),
    };
    pages::answer(status, &page)
}

/// What a posted check holds.
#[derive(Default)]
struct Posted {
    text: String,
    file: Vec<u8>,
    switch: Option<String>,
    clean: bool,
}

/// `POST /bien-lai`: what is given is judged and not kept.
pub(super) async fn judge(State(app): State<Arc<App>>, visit: Visit, request: Request) -> Response {
    let unreadable = || visit.error_page(StatusCode::UNPROCESSABLE_ENTITY, Refusal::Unreadable);
    if !from_here(request.headers()) {
        return unreadable();
    }
    let Ok(parts) = Multipart::from_request(request, &app).await else { return unreadable() };
    let Ok(posted) = read(parts).await else { return unreadable() };
    if !posted.clean {
        return visit.error_page(StatusCode::BAD_REQUEST, Refusal::Unreadable);
    }
    let text = Field::of(posted.text.trim());
    if let Some(code) = &posted.switch {
        return asked(&visit.switched(Some(code)), StatusCode::OK, text, None);
    }
    if posted.file.len() > LARGEST_FILE {
        let wrong = Some(Wrong::FileSize(2));
        return asked(&visit, StatusCode::UNPROCESSABLE_ENTITY, text, wrong);
    }
    let checked = match (text.value.as_str(), posted.file.as_slice()) {
        ("", []) => {
            let text = text.but(Wrong::TextOrFile);
            return asked(&visit, StatusCode::UNPROCESSABLE_ENTITY, text, None);
        }
        ("", file) => app.check_receipt_file(file).await,
        (text, _) => app.check_receipt_text(text).await,
    };
    verdict(&visit, checked)
}

async fn read(mut parts: Multipart) -> Result<Posted, axum::extract::multipart::MultipartError> {
    let mut posted = Posted { clean: true, ..Posted::default() };
    while let Some(part) = parts.next_field().await? {
        match part.name() {
            Some("text") => {
                posted.text = part.text().await?;
                posted.clean &= is_clean(&posted.text);
            }
            Some("switch") => posted.switch = Some(part.text().await?),
            Some("file") => posted.file = part.bytes().await?.to_vec(),
            _ => {}
        }
    }
    Ok(posted)
}

/// `GET /bien-lai/{code}`.
pub(super) async fn by_code(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(code): Path<String>,
) -> Response {
    verdict(&visit, app.check_receipt_text(&code).await)
}

fn verdict(visit: &Visit, checked: Result<Checked, crate::app::Error>) -> Response {
    let (status, verdict) = match checked {
        Ok(Checked::Ours { receipt, facts, agency, key_id }) => {
            let void = matches!(receipt.state.as_str(), "voided" | "replaced");
            let facts = CheckedFacts {
                receipt: public_facts(&receipt, &agency),
                payer_initials: initials(&facts.payer.name),
                replaced_by: None,
                key_id,
            };
            let verdict = if void { Verdict::Voided(facts) } else { Verdict::Genuine(facts) };
            (StatusCode::OK, verdict)
        }
        Ok(Checked::Altered) => (StatusCode::OK, Verdict::Altered),
        Ok(Checked::NotOurs) => (StatusCode::NOT_FOUND, Verdict::NotOurs),
        Err(error) => return visit.refuse(&error),
    };
    pages::answer(status, &VerdictPage { frame: visit.frame(Switch::Link), verdict })
}

/// `GET /bien-lai/khoa-cong-khai`: the key for checks without a network.
pub(super) async fn public_key(State(app): State<Arc<App>>) -> Response {
    let text = format!("{}\n", app.receipt_key.public().published());
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"anphi-receipt-key.txt\""),
    ];
    (headers, text).into_response()
}
