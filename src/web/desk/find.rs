//! The search of every page: a full code opens its item, anything else lists what fits.

use std::{collections::BTreeSet, sync::Arc};

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    badges::{Stand, parties, receipt_badge},
    money::kind_of,
    session::{No, Seated},
};
use crate::{
    app::{
        App, Caller,
        find::{Found, FoundCase, FoundMoney, FoundNotice, FoundReceipt},
    },
    domain::{
        notice::NoticeState,
        staff::{Operation, Scope},
        time::Day,
    },
    web::pages::{
        self,
        clerk::{FindPage, FoundKind, FoundRow},
        frame::{DeskFrame, Switch},
    },
};

/// `GET /desk/find?q=`.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let text = seated.visit.asked("q").unwrap_or_default().to_owned();
    let mut rows = Vec::new();
    for caller in callers(&seated)? {
        let found = app.find(&caller, &text).await.map_err(|error| seated.refuse(&error))?;
        rows.extend(listed(&caller, &found, app.now().day()));
    }
    let paths: BTreeSet<&str> = rows.iter().map(|row: &FoundRow| row.path.as_str()).collect();
    // One item, whether by its own code or by those of its notice and receipt: no list of one. A
    // paper opens by a click only.
    let is_page =
        |path: &str| ["/desk/cases/", "/desk/exceptions/"].iter().any(|p| path.starts_with(p));
    if let (1, Some(only)) = (paths.len(), paths.first().filter(|path| is_page(path))) {
        return Ok(seated.visit.see(only));
    }
    let frame = DeskFrame { search: text, ..seated.frame(Switch::Link) };
    Ok(pages::answer(StatusCode::OK, &FindPage { frame, rows }))
}

/// One caller for each scope in which the one who asks may read cases or money.
fn callers(seated: &Seated) -> Result<Vec<Caller>, No> {
    let mut callers: Vec<Caller> = Vec::new();
    for operation in [Operation::ReadCases, Operation::ReadStatements, Operation::ReadMoney] {
        if seated.seat.granted(operation).is_none() {
            continue;
        }
        let caller = seated.acting(operation)?;
        if !callers.iter().any(|known| known.scope == caller.scope) {
            callers.push(caller);
        }
    }
    if callers.is_empty() {
        Err(seated.forbidden(Operation::ReadMoney).into())
    } else {
        Ok(callers)
    }
}

/// The rows of what one caller finds. Who works for an agency has no case pages: there a notice or
/// receipt leads to its paper.
fn listed(caller: &Caller, found: &Found, today: Day) -> Vec<FoundRow> {
    let has_cases = !matches!(caller.scope, Scope::Agency { .. });
    let cases = found.cases.iter().map(|row| case_row(row, today));
    let notices = found.notices.iter().map(|row| notice_row(row, today, has_cases));
    let receipts = found.receipts.iter().map(|row| receipt_row(row, has_cases));
    cases.chain(notices).chain(receipts).chain(found.money.iter().map(money_row)).collect()
}

fn case_row(row: &FoundCase, today: Day) -> FoundRow {
    let stand = Stand {
        state: row.last_state.unwrap_or(NoticeState::Draft),
        pay_by: None,
        lapse_after: None,
        timeliness: None,
        accepted: row.locked_at.is_some(),
        at_court: false,
    };
    FoundRow {
        kind: FoundKind::Case,
        path: format!("/desk/cases/{}", row.id),
        name: row.number.clone(),
        parties: parties(
            row.asking.as_deref().unwrap_or_default(),
            row.against.as_deref().unwrap_or_default(),
        ),
        amount: None,
        badge: stand.badge(today),
    }
}

fn notice_row(row: &FoundNotice, today: Day, has_cases: bool) -> FoundRow {
    let stand = Stand {
        state: row.state,
        pay_by: row.pay_by,
        lapse_after: row.lapse_after,
        timeliness: row.timeliness.as_deref(),
        accepted: row.accepted_at.is_some(),
        at_court: row.receipt_at_court.is_some(),
    };
    FoundRow {
        kind: FoundKind::Notice,
        path: if has_cases {
            format!("/desk/cases/{}", row.case_id)
        } else {
            format!("/desk/notices/{}/thong-bao.pdf", row.id)
        },
        name: row.reference.spaced(),
        parties: row.payers.clone().unwrap_or_default(),
        amount: Some(row.amount),
        badge: stand.badge(today),
    }
}

fn receipt_row(row: &FoundReceipt, has_cases: bool) -> FoundRow {
    FoundRow {
        kind: FoundKind::Receipt,
        path: if has_cases {
            format!("/desk/cases/{}", row.case_id)
        } else {
            format!("/desk/receipts/{}/bien-lai.pdf", row.id)
        },
        name: format!("{} số {}", row.symbol, row.number),
        parties: row.payers.clone().unwrap_or_default(),
        amount: Some(row.amount),
        badge: receipt_badge(&row.state, row.used_for.is_some()),
    }
}

fn money_row(row: &FoundMoney) -> FoundRow {
    let reference = row.bank_reference.clone().filter(|text| !text.is_empty());
    FoundRow {
        kind: FoundKind::Exception,
        path: format!("/desk/exceptions/{}", row.id),
        name: reference.unwrap_or_else(|| row.bank_day.slashed()),
        parties: row.payer.clone().unwrap_or_default(),
        amount: Some(row.amount),
        badge: kind_of(row.kind).badge(),
    }
}
