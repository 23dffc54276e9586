//! The bank over HTTP: transfers, the test control, the day's statements.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::{Bank, Due, Telling, Transfer};
use crate::{
    domain::{
        money::Dong,
        payment::{Counterparty, Direction},
        time::Day,
    },
    sim::{ActError, camt_writer, csv_writer},
};

pub(super) fn router() -> Router<Bank> {
    Router::new()
        .route("/transfers", post(transfer))
        .route("/control/{act}", post(control))
        .route("/statements/{account}/{day}/camt053.xml", get(camt053))
        .route("/statements/{account}/{day}/vietcombank.csv", get(vietcombank))
}

/// `{"account", "amount", "memo", "payer", "payer_account", "qr"}`; `qr` in place of the first
/// three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    account: Option<String>,
    amount: Option<Dong>,
    memo: Option<String>,
    payer: Option<String>,
    payer_account: Option<String>,
    qr: Option<String>,
}

impl Order {
    fn due(self, bank: &Bank) -> Result<Due, ActError> {
        let payer = Counterparty { name: self.payer, account: self.payer_account };
        match (self.qr, self.account, self.amount) {
            (Some(payload), None, None) => bank.scan(&payload, payer),
            (None, Some(account), Some(amount)) if amount.is_positive() => {
                Ok(Due { account, reference: self.memo.unwrap_or_default(), amount, payer })
            }
            _ => Err(ActError::Malformed),
        }
    }
}

async fn transfer(State(bank): State<Bank>, Json(order): Json<Order>) -> Response {
    let due = match order.due(&bank) {
        Ok(due) => due,
        Err(error) => return refused(error),
    };
    let transfer = Transfer {
        account: due.account,
        direction: Direction::Credit,
        amount: due.amount,
        memo: due.reference,
        counterparty: due.payer,
        at: None,
        bank_reference: None,
        telling: Telling::AtOnce,
    };
    match bank.transfer(transfer).await {
        Ok(movement) => Json(serde_json::json!({
            "id": movement.id,
            "bank_reference": movement.entry.bank_reference,
        }))
        .into_response(),
        Err(error) => refused(error),
    }
}

async fn control(
    State(bank): State<Bank>,
    Path(act): Path<String>,
    Json(order): Json<Order>,
) -> Response {
    let played = async { bank.act(order.due(&bank)?, act.parse()?).await };
    match played.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(error),
    }
}

async fn camt053(State(bank): State<Bank>, Path((account, day)): Path<(String, Day)>) -> Response {
    match bank.statement(&account, day) {
        Ok(statement) => {
            ([(header::CONTENT_TYPE, "application/xml")], camt_writer::camt053(&statement))
                .into_response()
        }
        Err(error) => refused(error),
    }
}

async fn vietcombank(
    State(bank): State<Bank>,
    Path((account, day)): Path<(String, Day)>,
) -> Response {
    match bank.statement(&account, day) {
        Ok(statement) => (
            [(header::CONTENT_TYPE, "text/csv; charset=utf-8")],
            csv_writer::vietcombank(&statement),
        )
            .into_response(),
        Err(error) => refused(error),
    }
}

fn refused(error: ActError) -> Response {
    let status = match error {
        ActError::Unknown => StatusCode::NOT_FOUND,
        ActError::NoSuchAct | ActError::Malformed => StatusCode::BAD_REQUEST,
        ActError::Done => StatusCode::CONFLICT,
    };
    (status, error.to_string()).into_response()
}
