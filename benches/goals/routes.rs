//! A route of ours over a bare one that reads and writes the same JSON, in turns.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anphi::domain::fee::{self, LawSettings, LawTables, Tree};
use axum::{Json, Router, routing::post};
use serde_json::Value;
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{
    goal::{Paired, Row, Thousandths, Wanted, in_turns},
    load::{self, Effort},
};

/// How far a run can be trusted: a machine that does other work shows here first.
pub(crate) const QUIET: &str = "a bare route over itself";
/// Working out a fee may cost at most three tenths of what a bare answer does.
pub(crate) const QUOTE: &str = "fee quotes over a bare route with the same JSON";

const EFFORT: Effort = Effort { connections: 64, lasting: Duration::from_secs(2) };
const ROUNDS: usize = 5;
const QUESTION: &str = r#"{"op":"advance","law":"auto","date":"2026-11-24","case":"civil","instance":"first","claims":[{"id":"c1","by":["p1"],"value":650000000}]}"#;

/// The bare route over itself.
pub(crate) fn quiet() -> Vec<Row> {
    compare(QUIET, Thousandths(900), [bare(), bare()])
}

/// The quote of a civil claim in the second bracket.
pub(crate) fn quotes() -> Vec<Row> {
    compare(QUOTE, Thousandths(700), [quoting(), bare()])
}

fn law() -> (LawTables, LawSettings) {
    (LawTables::shipped().unwrap(), LawSettings::default())
}

fn quoting() -> Router {
    let law = Arc::new(law());
    let answer = |Json(question): Json<Tree>| async move {
        Json(fee::answer(&law.0, &law.1, &question).unwrap())
    };
    Router::new().route("/", post(answer))
}

/// Reads the question as any JSON and sends the answer that the engine would give.
fn bare() -> Router {
    let (tables, settings) = law();
    let answer = fee::answer(&tables, &settings, &serde_json::from_str(QUESTION).unwrap()).unwrap();
    let answer = Arc::new(serde_json::to_value(answer).unwrap());
    Router::new().route("/", post(|Json(_): Json<Value>| async move { Json(Arc::clone(&answer)) }))
}

fn serve(runtime: &Runtime, routes: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, routes).await.unwrap() });
    address
}

fn compare(name: &'static str, least: Thousandths, routers: [Router; 2]) -> Vec<Row> {
    let runtime = Runtime::new().unwrap();
    let request = load::post("/", "", QUESTION);
    let [mut ours, mut bare] = routers.map(|router| {
        let (server, runtime, request) = (serve(&runtime, router), &runtime, &request);
        move || runtime.block_on(load::repeated(server, EFFORT, request)).a_second
    });
    let paired = Paired::of(&in_turns(ROUNDS, [&mut ours, &mut bare]));
    vec![Row {
        name,
        figures: paired.medians.map(|answers| format!("{answers}/s")),
        measured: paired.ratio,
        wanted: Wanted::AtLeast(least),
    }]
}
