//! The bare route that others are compared with, over itself: how far this run can be trusted.
//! A machine that does other work, or measures in too short a time, shows here first.

use std::{net::SocketAddr, time::Duration};

use axum::{Json, Router, routing::post};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    goal::{Ratio, Row, Wanted, paired},
    load,
};

pub(crate) const NAME: &str = "a bare route over itself, 64 connections";

/// Serves a route that reads JSON and sends it back, and gives its address.
pub(crate) fn bare(runtime: &Runtime) -> SocketAddr {
    let echo = |Json(body): Json<serde_json::Value>| async { Json(body) };
    let routes = Router::new().route("/echo", post(echo));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, routes).await.unwrap() });
    address
}

/// The row that tells how quiet the machine is.
pub(crate) fn measure() -> Row {
    let runtime = Runtime::new().unwrap();
    let servers = [bare(&runtime), bare(&runtime)];
    let request = load::post("/echo", r#"{"claim":{"amount":650000000},"kind":"civil"}"#);
    let lasting = Duration::from_secs(1);
    let [mut ours, mut other] = servers.map(|server| {
        let (runtime, request) = (&runtime, &request);
        move || runtime.block_on(load::answers_a_second(server, 64, lasting, request))
    });
    let paired = paired(5, [&mut ours, &mut other]);
    Row {
        name: NAME,
        figures: paired.medians.map(|answers| format!("{answers}/s")),
        ratio: paired.ratio,
        wanted: Wanted::AtLeast(Ratio(900)),
    }
}
