//! What a handler takes from a request, each read strictly and refused in the API's one form.

use std::{str::FromStr, time::Duration};

use axum::{
    body::{self, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    problem::{Code, Problem},
    strict,
};
use crate::app::{idempotency::Once, money::Page};

/// The largest JSON body (reliability rule 17).
const JSON_MAX: usize = 1024 * 1024;
/// How long a body may take to arrive (reliability rule 17).
const BODY_TIME: Duration = Duration::from_secs(30);
/// Rows of a page when none are asked for, and at most (reliability rule 17).
const ROWS: i64 = 50;
const ROWS_MAX: i64 = 100;
/// Deeper into a list nobody pages; a filter finds what stands there.
const OFFSET_MAX: i64 = 1_000_000;

/// A JSON body, with what makes its request this one and no other.
#[derive(Debug)]
pub struct Json<T> {
    /// The body.
    pub body: T,
    /// The body as text with sorted names: two requests are the same when these are.
    pub canonical: String,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        is_plain_json(request.headers())?;
        let bytes = read(request, JSON_MAX).await?;
        let mut value = strict::parse(&bytes)?;
        let body = strict::typed(value.clone())?;
        value.sort_all_objects();
        Ok(Self { body, canonical: value.to_string() })
    }
}

/// `application/json` in UTF-8, not compressed.
fn is_plain_json(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if text(header::CONTENT_ENCODING).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity"))
    {
        let problem = Problem::new(Code::UnsupportedMediaType);
        return Err(problem.because("compressed bodies are not read"));
    }
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |part: &str| {
        part.to_ascii_lowercase().trim_start_matches("charset=").trim_matches('"') == "utf-8"
    };
    if is_json && parts.all(is_utf8) {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType).because("the body must be application/json"))
}

/// The whole body, when it is small enough and comes in time.
async fn read(request: Request, most: usize) -> Result<Bytes, Problem> {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > most) {
        return Err(Problem::new(Code::TooLarge));
    }
    let reading = body::to_bytes(request.into_body(), most);
    match tokio::time::timeout(BODY_TIME, reading).await {
        Err(_) => Err(Problem::new(Code::TooSlow)),
        // What else can break is the connection, and then nobody reads the answer.
        Ok(bytes) => bytes.map_err(|_| Problem::new(Code::TooLarge)),
    }
}

/// The parameters of a query: each at most once, none unknown.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = Map::new();
        let raw = parts.uri.query().unwrap_or_default().as_bytes();
        for (name, value) in form_urlencoded::parse(raw) {
            // The reader puts this character where the bytes were not UTF-8.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(Problem::new(Code::Malformed).because("the query is not UTF-8"));
            }
            let name = strict::clean_text(&name, "")?;
            let value = Value::String(strict::clean_text(&value, &name)?);
            if values.insert(name, value).is_some() {
                return Err(Problem::new(Code::Malformed).because("a parameter stands twice"));
            }
        }
        strict::typed(Value::Object(values)).map(Self)
    }
}

/// An id or reference in the path. One that cannot be is one that there is not.
#[derive(Debug)]
pub struct PathId<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        let id = text.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or(Problem::new(Code::NotFound))
    }
}

/// Which rows, from what the query says.
pub fn page(limit: Option<i64>, offset: Option<i64>) -> Result<Page, Problem> {
    let page = Page { limit: limit.unwrap_or(ROWS), offset: offset.unwrap_or(0) };
    let refused = |field| Err(Problem::new(Code::Invalid).at(field, "out_of_range"));
    match page {
        Page { limit, .. } if !(1..=ROWS_MAX).contains(&limit) => refused("limit"),
        Page { offset, .. } if offset > OFFSET_MAX => refused("offset"),
        page => Ok(page),
    }
}

/// The request as one that must have one effect, where it carries an Idempotency-Key.
pub fn once(
    headers: &HeaderMap,
    scope: String,
    request: [&str; 2],
) -> Result<Option<Once>, Problem> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let bad = || Problem::new(Code::BadIdempotencyKey);
    let key = key.to_str().map_err(|_| bad())?;
    if keys.next().is_some() {
        return Err(bad());
    }
    let request = request.map(str::as_bytes);
    Once::new(scope, key, &request).map(Some).map_err(|error| bad().because(error.to_string()))
}
