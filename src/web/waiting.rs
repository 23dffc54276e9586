//! What the listeners say while there is no database yet: the process lives and cannot work.

use axum::{
    Json, Router,
    extract::{Path, Request},
    http::{StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    assets, callbacks,
    headers::{OverTls, guard},
    health,
    pages::{
        self,
        errors::{PublicErrorPage, Refusal},
        frame::{Menu, PublicFrame, Responsible, Switch},
    },
    problem::{self, Code, Problem},
};
use crate::{
    app::{callbacks::ProviderKind, clock::SystemClock},
    domain::time::Clock,
    words::Lang,
};

/// Seconds after which trying again may help.
const RETRY: u64 = 5;

/// The public listener before the service can start.
pub fn public() -> Router {
    let api = Router::new()
        .fallback(async || Problem::new(Code::Unavailable).after(RETRY))
        .layer(from_fn(problem::finish));
    let pages = Router::new()
        .route("/assets/{name}", get(assets::asset))
        .fallback(page)
        .layer(from_fn(guarded));
    second().route("/callbacks/{provider}/{account}", any(callback)).nest("/api", api).merge(pages)
}

/// The second listener, likewise.
pub fn second() -> Router {
    Router::new().route("/healthz", get(health::alive)).route("/readyz", get(not_ready))
}

async fn not_ready() -> (StatusCode, Json<Value>) {
    let body = json!({ "status": "not_ready", "database": "away" });
    (StatusCode::SERVICE_UNAVAILABLE, Json(body))
}

/// "Try again" as the provider knows it: nothing is kept, so nothing is acknowledged.
async fn callback(Path((provider, _)): Path<(String, String)>) -> Response {
    match provider.parse::<ProviderKind>() {
        Ok(kind) => callbacks::answered(kind.try_again()),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn page(uri: Uri) -> Response {
    let now = SystemClock.now();
    let english = uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "lang=en"));
    let nobody = Responsible {
        court: String::new(),
        address: String::new(),
        hotline: String::new(),
        email: String::new(),
    };
    let page = PublicErrorPage {
        frame: PublicFrame {
            lang: if english { Lang::En } else { Lang::Vi },
            path: uri.path().to_owned(),
            switch: Switch::Link,
            menu: Menu::Full,
            responsible: nobody,
            now,
            test_data: false,
        },
        error: Refusal::Maintenance { until: now.plus(TimeDelta::minutes(1)) },
        hotline: String::new(),
        request_id: None,
    };
    let mut answer = pages::answer(StatusCode::SERVICE_UNAVAILABLE, &page);
    answer.headers_mut().insert(header::RETRY_AFTER, RETRY.into());
    answer
}

async fn guarded(request: Request, next: Next) -> Response {
    let over_tls = request.extensions().get::<OverTls>().copied();
    let mut answer = next.run(request).await;
    guard(&mut answer, &[], over_tls);
    answer
}
