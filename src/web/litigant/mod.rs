//! The public pages: everything between a notice and its receipt. No cookie, nothing to sign in to.

mod attempt;
mod calculator;
mod check;
mod door;
mod notice;
mod open_pages;
mod pay;
mod receipt;
mod visit;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use self::door::Door;
pub(super) use self::visit::refused;
use crate::app::App;

/// The largest form: a receipt's file with its fields, a little more than what is taken, so that
/// the page can say what is too large.
const LARGEST_FORM: usize = 4 * 1024 * 1024;

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
        .route("/robots.txt", get(open_pages::robots))
        .fallback(visit::not_found)
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(Extension(Arc::new(Door::default())))
}
