//! The desk: pages of the staff, by role. Everything behind sign-in, nothing kept by the browser.

mod account;
mod badges;
mod case;
mod case_edit;
mod case_form;
mod exceptions;
mod find;
mod forms;
mod judge;
mod memory;
mod money;
mod notice;
mod receipts;
mod session;
mod statements;
mod today;

use std::sync::Arc;

use axum::{
    Extension, Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::{get, post},
};

use self::memory::Memory;
pub(super) use self::session::refused;
use crate::app::App;

/// Every page of `web::pages::paths::DESK`.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/desk", get(account::start))
        .route("/desk/login", get(account::login).post(account::give_password))
        .route("/desk/login/code", get(account::code).post(account::give_code))
        .route("/desk/logout", post(account::logout))
        .route("/desk/me/totp", get(account::totp).post(account::enrol))
        .route("/desk/find", get(find::find))
        .route("/desk/today", get(today::today))
        .route("/desk/cases/new", get(case_form::new).post(case_form::create))
        .route("/desk/cases/{id}", get(case::page))
        .route("/desk/cases/{id}/edit", get(case_edit::page).post(case_edit::save))
        .route("/desk/cases/{id}/assessment", get(case::assessment))
        .route("/desk/cases/{id}/notice/new", get(notice::draft).post(notice::send))
        .route("/desk/notices/{id}/served", get(notice::served).post(notice::serve))
        .route("/desk/notices/{id}/thong-bao.pdf", get(notice::notice_pdf))
        .route("/desk/receipts", get(receipts::list))
        .route("/desk/receipts/{id}/bien-lai.pdf", get(receipts::pdf))
        .route("/desk/judge", get(judge::list))
        .route("/desk/notices/{id}/sign", get(judge::page).post(judge::sign))
        .route("/desk/notices/{id}/accept", post(today::accept))
        .route("/desk/statements", get(statements::list))
        .route("/desk/statements/new", get(statements::new).post(statements::upload))
        .route("/desk/statements/new/{upload}", get(statements::preview).post(statements::import))
        .route("/desk/statements/{id}", get(statements::page))
        .route("/desk/recon", get(money::recon))
        .route("/desk/exceptions", get(exceptions::list))
        .route("/desk/exceptions/{id}", get(exceptions::page).post(exceptions::assign))
        .route("/desk/exceptions/{id}/take-back", post(exceptions::take_back))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(Extension(Memory::default()))
        .layer(map_response(unkept))
}

/// No answer of the desk is kept by anyone on its way.
async fn unkept(mut answer: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
    answer
}
