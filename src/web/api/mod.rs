//! The API for the systems of courts and agencies, as `openapi.yaml` documents it.
//!
//! A handler reads its request strictly, asks `app`, and writes JSON. The structs of that JSON live
//! here and nowhere else.

mod cases;
mod notices;
mod payments;
mod quotes;
mod receipts;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRef, Request},
    http::{HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Serialize, Serializer};
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::Instrument;

use super::{
    auth::KeyRates,
    problem::{self, Code, Problem},
};
use crate::{
    app::{App, Error, idempotency::Answer, money::Page},
    domain::time::Timestamp,
};

/// Where the API begins.
pub const BASE: &str = "/api/v1";
/// How long a reading request may take (reliability rule 17).
const READ_TIME: Duration = Duration::from_secs(5);

/// What handlers work with.
#[derive(Clone, FromRef)]
struct Api {
    app: Arc<App>,
    rates: KeyRates,
}

macro_rules! operations {
    ($($method:ident $path:literal => $handler:path;)+) => {
        /// Every operation: its method and its path under [`BASE`].
        pub const OPERATIONS: &[(&str, &str)] = &[$((stringify!($method), $path)),+];

        fn routes() -> Router<Api> {
            Router::new()$(.route($path, $method($handler)))+
        }
    };
}

operations! {
    post "/quotes" => quotes::quote;
    get "/courts" => cases::courts;
    get "/cases" => cases::list;
    post "/cases" => cases::create;
    get "/cases/{id}" => cases::read;
    get "/notices" => notices::list;
    post "/notices" => notices::draft;
    get "/notices/{reference}" => notices::read;
    get "/notices/{reference}/payments" => payments::of_notice;
    get "/payments" => payments::list;
    get "/receipts" => receipts::list;
    get "/receipts/{id}" => receipts::read;
    get "/receipts/{id}/pdf" => receipts::pdf;
}

/// The API, to be merged into the whole router, which gives each request its id and peer.
pub fn router(app: Arc<App>) -> Router {
    let header =
        |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let inner = routes()
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .fallback(async || Problem::new(Code::NotFound))
        .with_state(Api { app, rates: KeyRates::default() });
    Router::new()
        .nest(BASE, inner)
        .layer(middleware::from_fn(own_task))
        .layer(middleware::from_fn(problem::finish))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
}

/// Runs a request in a task of its own: a client that hangs up does not stop it half-way, where a
/// connection would go back to the pool inside its transaction (reliability rule 10). What panics is
/// caught, logged with the rest and shown to nobody (rule 19).
async fn own_task(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let task = tokio::spawn(next.run(request).instrument(tracing::Span::current()));
    let ended = if reads {
        match tokio::time::timeout(READ_TIME, task).await {
            Ok(ended) => ended,
            Err(_) => {
                return Problem::new(Code::Unavailable).after(READ_TIME.as_secs()).into_response();
            }
        }
    } else {
        task.await
    };
    ended.unwrap_or_else(|error| Problem::from(Error::internal(error)).into_response())
}

/// A page of a list.
#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    limit: i64,
    offset: i64,
    more: bool,
}

/// One row more than asked for tells whether there are more.
const fn with_one_more(page: Page) -> Page {
    Page { limit: page.limit + 1, offset: page.offset }
}

/// The page of rows that were read with [`with_one_more`].
fn listed<R, T>(rows: Vec<R>, page: Page, show: impl FnMut(R) -> T) -> axum::Json<Listed<T>> {
    let limit = usize::try_from(page.limit).unwrap_or(0);
    let more = rows.len() > limit;
    let items = rows.into_iter().take(limit).map(show).collect();
    axum::Json(Listed { items, limit: page.limit, offset: page.offset, more })
}

/// A moment as JSON has it: RFC 3339 on Vietnam's clocks.
#[derive(Clone, Copy)]
struct Moment(Timestamp);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// 201 with what was made; these bytes are kept under the idempotency key.
fn created(thing: &impl Serialize, location: Option<String>) -> Result<Answer, Error> {
    let body = serde_json::to_vec(thing).map_err(Error::internal)?;
    Ok(Answer { status: 201, content_type: "application/json".to_owned(), location, body })
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.status);
        let (Ok(status), Ok(kind)) = (status, HeaderValue::try_from(self.content_type)) else {
            return Problem::new(Code::Internal).into_response();
        };
        let mut response = (status, self.body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(Ok(location)) = self.location.map(HeaderValue::try_from) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}
