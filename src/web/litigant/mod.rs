//! The public pages: everything between a notice and its receipt. No cookie, nothing to sign in to.

mod attempt;
mod calculator;
mod check;
mod notice;
mod open_pages;
mod pay;
mod receipt;
mod visit;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::app::App;

/// Every page of `web::pages::paths::PUBLIC`, without what is embedded.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(open_pages::start))
        .route("/tra-cuu", get(open_pages::ask).post(open_pages::find))
        .route("/huong-dan", get(open_pages::help))
        .route("/kha-nang-tiep-can", get(open_pages::accessibility))
        .route("/du-lieu-ca-nhan", get(open_pages::personal_data))
        .route("/tinh-an-phi", get(calculator::question))
        .route("/tinh-an-phi/ket-qua", get(calculator::result))
        .route("/n/{lookup}", get(notice::page))
        .route("/n/{lookup}/thong-bao.pdf", get(notice::paper))
        .route("/n/{lookup}/thanh-toan", get(pay::form).merge(post(pay::choose)))
        .route("/n/{lookup}/lenh/{reference}", get(attempt::page))
        .route("/n/{lookup}/lenh/{reference}/qr.png", get(attempt::picture))
        .route("/n/{lookup}/ve", get(attempt::back))
        .route("/n/{lookup}/bien-lai", get(receipt::page))
        .route("/n/{lookup}/bien-lai.pdf", get(receipt::paper))
        .route("/bien-lai", get(check::form).merge(post(check::judge)))
        .route("/bien-lai/khoa-cong-khai", get(check::public_key))
        .route("/bien-lai/{code}", get(check::by_code))
        .fallback(visit::not_found)
}
