//! Answers that nobody wrote: of a panic, a time-out, the router and its extractors. Whoever asked
//! gets them in words of their own: a person as a page, a provider in its dialect.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::task::JoinError;
use tracing::Instrument;

use super::{callbacks, desk, form, litigant, pages::errors::Refusal};
use crate::{
    app::{App, callbacks::ProviderKind},
    domain::time::Timestamp,
};

/// Nothing hangs longer than this (P11).
const LONGEST: Duration = Duration::from_secs(30);

/// Minutes after which a page that could not be shown may be there again.
const BACK_IN: i64 = 5;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Its task broke.
    Broke(JoinError),
    /// It took too long; the task goes on to its end, and so must wait for nothing of the client's.
    TooLong,
}

/// Runs a request in a task of its own: a client that hangs up does not stop it half-way, where a
/// connection would go back to the pool inside its transaction (reliability rule 10). What panics is
/// caught (rule 19).
pub(super) async fn in_own_task(
    request: Request,
    next: Next,
    longest: Option<Duration>,
) -> Result<Response, Unanswered> {
    let task = tokio::spawn(next.run(request).instrument(tracing::Span::current()));
    let ended = match longest {
        None => task.await,
        Some(longest) => {
            tokio::time::timeout(longest, task).await.map_err(|_| Unanswered::TooLong)?
        }
    };
    ended.map_err(Unanswered::Broke)
}

/// The same for pages and callbacks; the words come from [`for_people`] and [`for_providers`].
pub(super) async fn bare(request: Request, next: Next) -> Response {
    match in_own_task(request, next, Some(LONGEST)).await {
        Ok(answer) => answer,
        Err(Unanswered::TooLong) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(Unanswered::Broke(error)) => {
            tracing::error!(%error, "a request broke");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Every refusal as a page. An address with what no text may hold leads nowhere.
pub(super) async fn for_people(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = parts.clone();
    let answer = if form::is_clean_address(&parts.uri) {
        next.run(Request::from_parts(parts, body)).await
    } else {
        StatusCode::BAD_REQUEST.into_response()
    };
    let status = answer.status();
    if !is_refusal(status) || is_of(&answer, "text/html") {
        return answer;
    }
    let refusal = refusal(status, app.now());
    let mut page = if asked.uri.path().starts_with("/desk") {
        desk::refused(&mut asked, &app, (status, refusal)).await
    } else {
        litigant::refused(&mut asked, &app, (status, refusal)).await
    };
    // The router wrote it on a wrong method.
    if let Some(allow) = answer.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, allow.clone());
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        page.headers_mut().insert(header::RETRY_AFTER, (BACK_IN * 60).into());
    }
    page
}

fn refusal(status: StatusCode, now: Timestamp) -> Refusal {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Refusal::NotFound,
        StatusCode::SERVICE_UNAVAILABLE => {
            Refusal::Maintenance { until: now.plus(chrono::TimeDelta::minutes(BACK_IN)) }
        }
        status if status.is_server_error() => Refusal::Broken,
        _ => Refusal::Unreadable,
    }
}

/// What broke is answered "try again" as the provider knows it.
pub(super) async fn for_providers(request: Request, next: Next) -> Response {
    let kind = request.uri().path().split('/').nth(2).and_then(|word| word.parse().ok());
    let answer = next.run(request).await;
    match kind {
        Some(kind) if answer.status().is_server_error() && !is_of(&answer, "application/json") => {
            callbacks::answered(ProviderKind::try_again(kind))
        }
        _ => answer,
    }
}

fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn is_of(answer: &Response, kind: &str) -> bool {
    let found = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    found.is_some_and(|found| found.starts_with(kind))
}
