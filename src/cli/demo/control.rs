//! The test control, on the second listener: a visitor says what a payer does, and sees the money
//! come. It acts upon the played gateway and bank, never upon the installation.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Form, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;

use super::cast::ACCOUNT;
use crate::{
    app::{App, Error},
    domain::{id::Reference, notice::NoticeState, payment::Counterparty, staff::Scope},
    sim::{
        Act, ActError, Simulator,
        bank::{Bank, Due},
        vnpay::Vnpay,
    },
    store::notice::{NoticeFilter, NoticeRow},
};

/// What a visitor may play, with its button.
const ACTS: [(Act, &str, &str); 4] = [
    (Act::Pay, "pay", "Nộp đủ"),
    (Act::Short, "short", "Nộp thiếu 1.000 đ"),
    (Act::Late, "late", "Nộp ngay, báo sau 5 giây"),
    (Act::Fail, "fail", "Thanh toán không thành"),
];

#[derive(Clone)]
struct Control {
    app: Arc<App>,
    vnpay: Vnpay,
    bank: Bank,
}

/// `GET /control`, `POST /control` with `reference` and `act`, `POST /control/{reference}/{act}`.
pub(super) fn router(app: Arc<App>, sim: &Simulator) -> Router {
    Router::new()
        .route("/control", get(page).post(chosen))
        .route("/control/{reference}/{act}", post(named))
        .with_state(Control { app, vnpay: sim.vnpay.clone(), bank: sim.bank.clone() })
}

#[derive(Deserialize)]
struct Chosen {
    reference: String,
    act: String,
}

async fn chosen(State(control): State<Control>, Form(chosen): Form<Chosen>) -> Response {
    played(&control, &chosen.reference, &chosen.act).await
}

async fn named(
    State(control): State<Control>,
    Path((reference, act)): Path<(String, String)>,
) -> Response {
    played(&control, &reference, &act).await
}

async fn page(State(control): State<Control>) -> Response {
    shown(&control, StatusCode::OK, "").await
}

async fn played(control: &Control, reference: &str, act: &str) -> Response {
    let (status, said) = match play(control, reference, act).await {
        Ok(said) => (StatusCode::OK, said),
        Err(refused) => refused,
    };
    shown(control, status, &said).await
}

type Refused = (StatusCode, String);

/// Plays an act: upon the order that a payer brought to the gateway, else as a transfer of what is
/// still missing.
async fn play(control: &Control, reference: &str, act: &str) -> Result<String, Refused> {
    let unknown = |what: &str| (StatusCode::NOT_FOUND, format!("Không có {what}."));
    let Some((act, ..)) = ACTS.iter().find(|(_, word, _)| *word == act).copied() else {
        return Err(unknown("hành động này: pay, short, late, fail"));
    };
    let parsed = Reference::from_typed(reference).map_err(|_| unknown("thông báo này"))?;
    let reference = parsed.as_str();
    let row = notice(&control.app, reference).await.map_err(|error| away(&error))?;
    let row = row.ok_or_else(|| unknown("thông báo này"))?;
    match control.vnpay.act(reference, act).await {
        Ok(call) => {
            let answer = call.and_then(|call| call.answer).unwrap_or_else(|| "chưa có".to_owned());
            Ok(format!("VNPAY {reference}: {act:?}, trả lời {answer}."))
        }
        Err(ActError::Unknown | ActError::Done) => transfer(control, &row, act).await,
        Err(error) => Err((StatusCode::CONFLICT, format!("{reference}: {error}."))),
    }
}

async fn transfer(control: &Control, row: &NoticeRow, act: Act) -> Result<String, Refused> {
    let missing = row.amount.checked_sub(row.allocated).filter(|sum| sum.is_positive());
    let due = Due {
        account: ACCOUNT.to_owned(),
        reference: row.reference.to_string(),
        // A notice that is paid can be paid once more, as people do.
        amount: missing.unwrap_or(row.amount),
        payer: Counterparty {
            name: Some("NGUOI NOP THU".to_owned()),
            account: Some("0000000009999".to_owned()),
        },
    };
    let said = format!("Chuyển khoản {}: {act:?}, {} đ cần nộp.", due.reference, due.amount);
    let acted = control.bank.act(due, act).await;
    acted.map(|()| said).map_err(|error| (StatusCode::CONFLICT, error.to_string()))
}

fn away(error: &Error) -> Refused {
    (StatusCode::SERVICE_UNAVAILABLE, error.to_string())
}

async fn notice(app: &App, reference: &str) -> Result<Option<NoticeRow>, Error> {
    let mut tx = app.store.read().await?;
    Ok(tx.notice_by_reference(Scope::All, reference).await?)
}

/// The page: what was done, and a button for each act upon each notice that can be paid.
async fn shown(control: &Control, status: StatusCode, said: &str) -> Response {
    let rows = match payable(&control.app).await {
        Ok(rows) => rows,
        Err(error) => return (away(&error)).into_response(),
    };
    let mut body = String::from(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Điều khiển thử</title>\
         <h1>Điều khiển thử</h1><p>Ngân hàng và cổng thanh toán giả lập: tiền và người đều không có thật.</p>",
    );
    let site = &control.app.site;
    let _ = write!(body, "<p role=\"status\"><strong>{said}</strong></p><table border>");
    for row in &rows {
        let (reference, amount) = (row.reference.as_str(), row.amount);
        let _ = write!(body, "<tr><th>{}<td>{amount} đ<td>", row.reference.spaced());
        let _ = write!(
            body,
            "<form method=\"post\" action=\"/control\"><input type=\"hidden\" name=\"reference\" value=\"{reference}\">"
        );
        for (_, word, label) in ACTS {
            let _ = write!(body, "<button name=\"act\" value=\"{word}\">{label}</button> ");
        }
        body.push_str("</form>");
    }
    let _ = write!(body, "</table><p><a href=\"{site}/tra-cuu\">Tra cứu thông báo</a></html>");
    let policy = "default-src 'none'; form-action 'self'";
    (status, [(header::CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response()
}

async fn payable(app: &App) -> Result<Vec<NoticeRow>, Error> {
    let filter =
        NoticeFilter { state: Some(NoticeState::Served), limit: 100, ..Default::default() };
    let mut tx = app.store.read().await?;
    let rows = tx.notices(Scope::All, &filter).await?;
    Ok(rows.into_iter().map(|row| row.notice).collect())
}
