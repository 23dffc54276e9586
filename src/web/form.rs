//! Forms as browsers send them, read alike for the public pages and for the desk.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode, Uri, header},
};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::domain::{card, text::turns_direction};

/// What a form without a file is sent as.
const FORM: &str = "application/x-www-form-urlencoded";

/// How long a body may take to arrive: a little less than an answer may, so that this is told.
const BODY_TIME: Duration = Duration::from_secs(29);

/// Characters of one text.
const TEXT_MAX: usize = 2_000;

/// The fields of a posted form in their order, composed (NFC); else the status that refuses it.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Vec<(String, String)>, StatusCode> {
    if !from_here(headers) {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let kind = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let packed = headers.contains_key(header::CONTENT_ENCODING);
    if packed || !kind.eq_ignore_ascii_case(FORM) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let bytes = in_time(to_bytes(body, most)).await?;
    let bytes = bytes.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let fields = form_urlencoded::parse(&bytes).map(|(name, value)| {
        let composed = |text: &str| text.nfc().collect();
        let clean = is_clean(&name) && is_clean(&value);
        clean.then(|| (composed(&name), composed(&value)))
    });
    let fields: Vec<(String, String)> =
        fields.collect::<Option<_>>().ok_or(StatusCode::BAD_REQUEST)?;
    let long = |(_, text): &(String, String)| text.chars().nth(TEXT_MAX).is_some();
    if fields.iter().any(long) { Err(StatusCode::UNPROCESSABLE_ENTITY) } else { Ok(fields) }
}

/// Waits for a body, but not for one that does not come: whoever waits holds its connection.
pub(super) async fn in_time<T>(reading: impl Future<Output = T>) -> Result<T, StatusCode> {
    tokio::time::timeout(BODY_TIME, reading).await.map_err(|_| StatusCode::REQUEST_TIMEOUT)
}

/// Whether a text may be taken in: nobody types control or direction-override characters, or bytes
/// that are no UTF-8 (the readers put U+FFFD there); line breaks and tabs stand in pasted text.
pub(super) fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || turns_direction(c)
            || c == '\u{fffd}'
    })
}

/// The same for the path and the query of an address.
pub(super) fn is_clean_address(address: &Uri) -> bool {
    let parts = [address.path(), address.query().unwrap_or_default()];
    let mut texts = parts.iter().flat_map(|part| form_urlencoded::parse(part.as_bytes()));
    texts.all(|(name, value)| is_clean(&name) && is_clean(&value))
}

/// Whether somebody typed the number of a payment card, which must rest nowhere. An id is no free
/// text, and its digits may happen to look like a card's.
pub(super) fn holds_card(text: &str) -> bool {
    card::holds_card(text) && Uuid::try_parse(text).is_err()
}

/// Whether a form was sent from a page of ours, as far as the browser says. Our pages send no
/// referrer, which makes the origin of their forms `null`: the fetch metadata decide where they are
/// sent, the origin only where they are not.
pub(super) fn from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, "sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text(headers, "origin"), text(headers, "host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// A header's value; empty where it is no text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}
