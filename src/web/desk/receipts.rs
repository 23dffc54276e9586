//! The receipts of an agency or a court, each with its paper.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{badges::receipt_badge, notice::file, session::Seated, today::paging};
use crate::{
    app::{
        App, Error,
        money::{Page, ReceiptDetail},
    },
    domain::{
        id::{ReceiptId, Reference},
        staff::Operation,
    },
    web::pages::{
        self,
        frame::Switch,
        receipts::{ReceiptRow, ReceiptsPage},
    },
};

/// `GET /desk/receipts`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadMoney)?;
    let said = |error: Error| seated.refuse(&error);
    let total = app.receipt_count(&caller).await.map_err(said)?;
    let (range, paging) = paging(&seated, total);
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let page = Page { limit: whole(range.len()), offset: whole(range.start) };
    let receipts = app.receipts(&caller, None, page).await.map_err(said)?;
    let rows = receipts.iter().filter_map(row).collect();
    let frame = seated.frame(Switch::Link);
    Ok(pages::answer(StatusCode::OK, &ReceiptsPage { frame, rows, paging }))
}

fn row(receipt: &ReceiptDetail) -> Option<ReceiptRow> {
    let ReceiptDetail { row, facts, .. } = receipt;
    let persons: Vec<&str> = facts.persons.iter().map(|person| person.name.as_str()).collect();
    Some(ReceiptRow {
        id: row.id.to_string(),
        name: format!("{} số {}", row.symbol, row.number),
        at: row.issued_at,
        payer: facts.payer.name.clone(),
        paid_for: persons.join("; "),
        reference: row.reference.parse::<Reference>().ok()?,
        amount: row.amount,
        badge: receipt_badge(&row.state, row.used_for.is_some()),
        used_for: row.used_for.clone(),
    })
}

/// `GET /desk/receipts/{id}/bien-lai.pdf`.
pub(super) async fn pdf(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadMoney)?;
    let id: ReceiptId = seated.id(&id)?;
    let said = |error: Error| seated.refuse(&error);
    let receipt = app.receipt(&caller, id).await.map_err(said)?.row;
    let paper = app.receipt_pdf(&receipt, "a5").await.map_err(said)?;
    Ok(file(&format!("bien-lai-{}.pdf", receipt.code), paper))
}
