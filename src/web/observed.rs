//! What every request leaves for those who run the service: its time, and one line where asked for.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusHandle;
use tracing::Instrument;

use super::request::RequestId;
use crate::app::{App, metric};

/// The text form that Prometheus reads.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Times a request; its events in the log carry its id. Comes inside of `identify`.
pub(super) async fn observed(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "(none)".to_owned());
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let span = tracing::info_span!("request", request_id = id.as_str());
    let method = request.method().clone();
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (taken, status) = (begun.elapsed(), response.status().as_u16());
    span.in_scope(|| {
        let milliseconds = taken.as_millis();
        tracing::debug!(%method, route, status, milliseconds, "answered");
    });
    let labels = [("route", route), ("status", status.to_string())];
    metrics::histogram!(metric::REQUESTS, &labels).record(taken);
    response
}

/// `GET /metrics`. Without the database it still tells what this process has counted.
pub(super) async fn metrics(
    State((app, recorded)): State<(std::sync::Arc<App>, PrometheusHandle)>,
) -> Response {
    if let Err(error) = app.measure().await {
        tracing::warn!(%error, "the gauges could not be brought up to date");
    }
    (StatusCode::OK, [(header::CONTENT_TYPE, EXPOSITION)], recorded.render()).into_response()
}
