//! `/healthz`: the process lives. `/readyz`: it can do its work, or says what it lacks.

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde_json::{Value, json};

use crate::app::App;

/// A database that does not answer within this time counts as away.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Both paths; they stand on both listeners.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// The process lives.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let database = tokio::time::timeout(PATIENCE, app.database_state()).await;
    let database = database.unwrap_or("away");
    let disk = tokio::time::timeout(PATIENCE, app.disk_state()).await.unwrap_or("ok");
    let calendar = app.tables.calendar.missing_year(app.clock.today()).is_none();
    let works = database == "ok" && disk == "ok";
    let status = if works { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if status == StatusCode::OK { "ready" } else { "not_ready" },
        "database": database,
        "disk": disk,
        "clock": app.clock_state(),
        "calendar": if calendar { "ok" } else { "next year's days off are missing" },
        "lane_waiting": app.lane.waiting(),
    });
    (status, Json(body))
}
