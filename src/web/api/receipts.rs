//! Receipts as other systems read them.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{Listed, Moment, listed, payments::MoneyQuery, with_one_more};
use crate::{
    app::{App, money::ReceiptDetail},
    domain::{id::ReceiptId, money::Dong},
    web::{
        auth::ApiCaller,
        extract::{PathId, Query, page},
        problem::Problem,
    },
};

#[derive(Serialize)]
pub(super) struct ReceiptJson {
    id: ReceiptId,
    number: i64,
    symbol: String,
    state: String,
    amount: Dong,
    notice: String,
    payer: String,
    r#for: Vec<String>,
    issued_at: Moment,
    sealed_at: Option<Moment>,
    code: String,
    check_url: String,
    content_hash: String,
    used_for: Option<String>,
}

impl ReceiptJson {
    pub(super) fn of(detail: ReceiptDetail) -> Self {
        let ReceiptDetail { row, facts, check_url } = detail;
        Self {
            id: row.id,
            number: row.number,
            symbol: row.symbol,
            state: row.state,
            amount: row.amount,
            notice: row.reference,
            payer: facts.payer.name,
            r#for: facts.persons.into_iter().map(|person| person.name).collect(),
            issued_at: Moment(row.issued_at),
            sealed_at: row.sealed_at.map(Moment),
            code: row.code,
            check_url,
            content_hash: row.content_hash.to_hex(),
            used_for: row.used_for,
        }
    }
}

/// `GET /receipts`.
pub(super) async fn list(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    Query(query): Query<MoneyQuery>,
) -> Result<axum::Json<Listed<ReceiptJson>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let of = query.reference.as_deref();
    let rows = app.receipts(by.caller(), of, with_one_more(page)).await?;
    Ok(listed(rows, page, ReceiptJson::of))
}

/// `GET /receipts/{id}`.
pub(super) async fn read(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    PathId(id): PathId<ReceiptId>,
) -> Result<axum::Json<ReceiptJson>, Problem> {
    let detail = app.receipt(by.caller(), id).await?;
    Ok(axum::Json(ReceiptJson::of(detail)))
}

/// `GET /receipts/{id}/pdf`.
pub(super) async fn pdf(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    PathId(id): PathId<ReceiptId>,
) -> Result<Response, Problem> {
    let detail = app.receipt(by.caller(), id).await?;
    let bytes = app.receipt_pdf(&detail.row, "a5").await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], bytes).into_response())
}
