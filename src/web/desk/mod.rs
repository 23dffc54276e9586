//! The desk: pages of the staff, by role. Everything behind sign-in, nothing kept by the browser.

mod account;
mod forms;
mod memory;
mod session;

use std::sync::Arc;

use axum::{
    Extension, Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::{get, post},
};

use self::memory::Memory;
use crate::app::App;

/// Every page of `web::pages::paths::DESK`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/desk", get(account::start))
        .route("/desk/login", get(account::login).post(account::give_password))
        .route("/desk/login/code", get(account::code).post(account::give_code))
        .route("/desk/logout", post(account::logout))
        .route("/desk/me/totp", get(account::totp).post(account::enrol))
        .layer(Extension(Memory::default()))
        .layer(map_response(unkept))
}

/// No answer of the desk is kept by anyone on its way.
async fn unkept(mut answer: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}
