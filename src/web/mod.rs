//! The HTTP side: pages and what they load, the API, callbacks, health.

pub mod api;
pub mod assets;
pub mod auth;
pub mod callbacks;
mod desk;
pub mod extract;
mod form;
pub mod headers;
pub mod health;
mod litigant;
mod observed;
pub mod pages;
pub mod problem;
pub mod request;
mod strict;
pub mod waiting;
mod worded;

use std::sync::Arc;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
};

use self::request::{Identify, identify};
use crate::{app::App, config::Network};

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
        .route("/callbacks/{provider}/{account}", get(callbacks::take).post(callbacks::take))
        .layer(from_fn(worded::bare))
        .layer(from_fn(worded::for_providers));
    let pages = Router::new()
        .merge(litigant::router())
        .merge(desk::router())
        .route("/assets/{name}", get(assets::asset))
        .layer(from_fn(worded::bare))
        .layer(RequestBodyLimitLayer::new(LARGEST_UPLOAD))
        .layer(from_fn_with_state(app.clone(), worded::for_people))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), headers::guarded));
    let stateful = Router::new().merge(callbacks).merge(health::router()).merge(pages);
    // The API has limits of its own, and answers them in its own form.
    stateful
        .with_state(app.clone())
        .merge(api::router(app))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(observed::observed))
        .layer(from_fn_with_state(identified, identify))
}

/// The second listener: for those who run the installation.
pub fn second(app: Arc<App>, recorded: PrometheusHandle) -> Router {
    let metrics = get(observed::metrics).with_state((app.clone(), recorded));
    Router::new().merge(health::router()).with_state(app).route("/metrics", metrics)
}
