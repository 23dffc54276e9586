//! Forms of the desk: their one-time ids, bound to session and action, and what they send.
//!
//! An id is a nonce, its moment and a code over both, the session and the address that the form is
//! sent to. It needs no row of its own; that it was used is remembered as long as it could be valid.

use std::sync::Arc;

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::header,
    response::Response,
};

use super::{memory::FORM_LIVES, session::Visit};
use crate::{
    app::{App, vault::Purpose},
    domain::{id::SessionId, money::Dong, time::Day, time::Timestamp},
    web::{
        pages::form::{DayField, Field, Item, Wrong},
        request::{from_here, is_clean},
    },
};

/// The largest form without a file.
const LARGEST_FORM: usize = 256 * 1024;

const NONCE: usize = 12;
const MOMENT: usize = 8;
const CODE: usize = 16;

/// What makes a form's id its own.
pub(super) type Nonce = [u8; NONCE];

/// Why a form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormFault {
    /// Not an id of ours for this session and action, or too old.
    Unknown,
    /// Sent before.
    Used,
}

/// A new id for a form of `session` that is sent to `action`.
pub(super) fn new_form_id(app: &App, session: SessionId, action: &str) -> String {
    let mut nonce: Nonce = [0; NONCE];
    app.random.fill(&mut nonce);
    let moment = app.now().unix().to_be_bytes();
    let code = code_of(app, session, action, (&nonce, &moment));
    [nonce.as_slice(), &moment, &code].map(hex::encode).concat()
}

/// The nonce of an id of this session and action.
pub(super) fn nonce_of(
    app: &App,
    session: SessionId,
    action: &str,
    id: &str,
) -> Result<Nonce, FormFault> {
    let unknown = || FormFault::Unknown;
    let mut bytes = [0; NONCE + MOMENT + CODE];
    hex::decode_to_slice(id, &mut bytes).map_err(|_| unknown())?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or_else(unknown)?;
    let (moment, code) = rest.split_first_chunk::<MOMENT>().ok_or_else(unknown)?;
    let expected = code_of(app, session, action, (nonce, moment));
    let fits: bool = subtle::ConstantTimeEq::ct_eq(expected.as_slice(), code).into();
    let made = Timestamp::from_unix(i64::from_be_bytes(*moment)).ok_or_else(unknown)?;
    if fits && app.now().since(made) <= FORM_LIVES { Ok(*nonce) } else { Err(unknown()) }
}

fn code_of(
    app: &App,
    session: SessionId,
    action: &str,
    (nonce, moment): (&Nonce, &[u8; MOMENT]),
) -> [u8; CODE] {
    let text = format!("{}{}{action}", hex::encode(nonce), hex::encode(moment));
    let whole = app.vault.index(Purpose::Form, &session.to_string(), &text);
    whole.first_chunk().copied().unwrap_or_default()
}

/// The fields of a posted form, in their order. A browser that says where the form came from must
/// name us.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    /// From fields that were read elsewhere.
    pub(super) const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// A field as typed, without blanks around it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, text)| text.trim())
    }

    /// A field exactly as typed.
    pub(super) fn untrimmed(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, text)| text)
    }

    /// Every value of a field that may come several times.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, text)| text.trim())
    }

    /// A field, empty where it is missing.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A field of a page with what was typed.
    pub(super) fn field(&self, name: &str) -> Field {
        Field::of(self.text(name))
    }

    /// A field that must not be empty.
    pub(super) fn needed(&self, name: &str, wrong: Wrong) -> Field {
        let field = self.field(name);
        if field.value.is_empty() { field.but(wrong) } else { field }
    }

    /// The three boxes of a day, and the day when there is one.
    pub(super) fn day(&self, name: &str) -> (DayField, Option<Day>) {
        let part = |of: &str| self.text(&format!("{name}-{of}"));
        let field =
            DayField { day: part("day"), month: part("month"), year: part("year"), wrong: None };
        let is_empty = field.day.is_empty() && field.month.is_empty() && field.year.is_empty();
        let day = match (field.year.parse(), field.month.parse(), field.day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Day::of(year, month, day),
            _ => None,
        };
        match (day, is_empty) {
            (Some(day), _) => (field, Some(day)),
            (None, true) => (field.but(Wrong::Enter(Item::Day)), None),
            (None, false) => (field.but(Wrong::NoSuchDay), None),
        }
    }

    /// A sum in whole đồng, points and blanks between the digits allowed.
    pub(super) fn sum(&self, name: &str) -> Option<Dong> {
        let digits: String =
            self.get(name)?.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        Dong::new(digits.parse().ok().filter(|_| plain)?)
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form =
            kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form || !from_here(&parts.headers) {
            return Err(visit.unreadable());
        }
        let bytes = to_bytes(body, LARGEST_FORM).await.map_err(|_| visit.unreadable())?;
        let fields: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
        let clean = fields.iter().all(|(_, value)| is_clean(value));
        if clean { Ok(Self(fields)) } else { Err(visit.unreadable()) }
    }
}
