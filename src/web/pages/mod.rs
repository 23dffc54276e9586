//! What every page is given: one struct a page, plain values only, each with a template of its own
//! in `templates/`. Handlers fill the structs; no page knows the application or the store.
//!
//! Money, days and moments come as domain values and are written by the frame in the page's
//! language; every word comes from `locales/`.

pub mod account;
pub mod accountant;
pub mod assessment;
pub mod attempt;
pub mod badge;
pub mod calculator;
pub mod case_form;
pub mod cases;
pub mod clerk;
pub mod errors;
pub mod exception;
pub mod form;
pub mod frame;
pub mod judge;
pub mod litigant;
pub mod money;
pub mod notice;
pub mod notices;
pub mod paths;
pub mod qr;
pub mod receipt;
pub mod receipts;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// A page as an answer. Templates are checked by the compiler; what is left to fail is the writing
/// into memory, answered 500 without a body.
pub fn answer(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(header::CACHE_CONTROL, "no-store")], Html(text)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Bytes of a part's hash in its entity tag: enough to tell the states of one attempt apart.
const TAG_BYTES: usize = 8;

/// A live part as an answer to the poll of a page: 304 without a body while it is what the browser
/// has already.
pub fn part(request: &HeaderMap, part: &impl Template) -> Response {
    let Ok(text) = part.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let hash = Sha256::digest(&text);
    let tag = format!("\"{}\"", hex::encode(hash.get(..TAG_BYTES).unwrap_or_default()));
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let headers =
        [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".into())];
    if known == Some(tag.as_str()) {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, Html(text)).into_response()
    }
}
