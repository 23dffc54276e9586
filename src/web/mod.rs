//! The HTTP side: pages and what they load, the API, callbacks, health.

pub mod api;
pub mod assets;
pub mod auth;
pub mod callbacks;
mod desk;
pub mod extract;
pub mod headers;
pub mod health;
mod litigant;
mod observed;
pub mod pages;
pub mod problem;
pub mod request;
mod strict;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

use self::request::{Identify, identify};
use crate::{app::App, config::Network};

/// Nothing hangs longer than this (P11).
const LONGEST: Duration = Duration::from_secs(30);

/// The largest upload (reliability rule 17).
const LARGEST_UPLOAD: usize = 20 * 1024 * 1024 + 64 * 1024;

/// The public listener, which no proxy stands before.
pub fn public(app: Arc<App>) -> Router {
    public_behind(app, Vec::new())
}

/// The public listener behind `proxies`, whose word about whom they speak for is taken.
pub fn public_behind(app: Arc<App>, proxies: Vec<Network>) -> Router {
    let identified = Identify::new(app.clone(), proxies);
    let callbacks = Router::new()
        .route("/callbacks/{provider}/{account}", get(callbacks::take).post(callbacks::take));
    let pages = Router::new()
        .merge(litigant::router())
        .merge(desk::router())
        .route("/assets/{name}", get(assets::asset))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), headers::guarded));
    let stateful = Router::new().merge(callbacks).merge(health::router()).merge(pages);
    let limited = stateful.with_state(app.clone()).layer(
        ServiceBuilder::new()
            .layer(CatchPanicLayer::new())
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
            .layer(RequestBodyLimitLayer::new(LARGEST_UPLOAD)),
    );
    // The API has limits of its own, and answers them in its own form.
    limited
        .merge(api::router(app))
        .layer(from_fn(observed::observed))
        .layer(from_fn_with_state(identified, identify))
}

/// The second listener: for those who run the installation.
pub fn second(app: Arc<App>, recorded: PrometheusHandle) -> Router {
    let metrics = get(observed::metrics).with_state((app.clone(), recorded));
    Router::new().merge(health::router()).with_state(app).route("/metrics", metrics)
}
