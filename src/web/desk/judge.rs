//! What waits for the judge, and the signature under a notice.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    badges::asked,
    case::{bar, kept, named},
    forms::Sent,
    notice::{found, paper},
    session::Seated,
    today::{groups, row_parties},
};
use crate::{
    app::{
        App, Error,
        desk::{CaseSheet, NoticeSheet, WorkRow},
    },
    domain::{notice::NoticeState, staff::Operation},
    web::pages::{
        self,
        form::{Field, Item, Wrong},
        frame::{Banner, Switch},
        judge::{JudgePage, JudgeRow, JudgeTab, SignPage},
        notices::PaperFacts,
    },
};

/// `GET /desk/judge`: what is assigned to the one who asks, and what is assigned to nobody.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::IssueNotice)?;
    let rows = app.work(&caller).await.map_err(|error| seated.refuse(&error))?;
    let mine = |row: &WorkRow| row.judge_id.is_none() || row.judge_id == caller.staff;
    let rows: Vec<WorkRow> = rows.into_iter().filter(mine).collect();
    let to_sign: Vec<WorkRow> =
        rows.iter().filter(|row| row.state == NoticeState::ToSign).cloned().collect();
    let paid = |group: &Vec<WorkRow>| {
        group.iter().all(|row| row.state == NoticeState::Paid && row.used_for.is_none())
    };
    let to_accept: Vec<WorkRow> = groups(rows)
        .into_iter()
        .filter(paid)
        .filter_map(|group| group.into_iter().next())
        .filter(|row| row.accept_by == "judge")
        .collect();
    let chosen = seated.visit.asked("tab");
    // Where nothing is to be signed, what is to be accepted comes first.
    let accepting = match chosen {
        Some(tab) => tab == JudgeTab::ToAccept.value(),
        None => to_sign.is_empty() && !to_accept.is_empty(),
    };
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let counts = vec![
        (JudgeTab::ToSign, small(to_sign.len())),
        (JudgeTab::ToAccept, small(to_accept.len())),
    ];
    let (tab, shown) =
        if accepting { (JudgeTab::ToAccept, to_accept) } else { (JudgeTab::ToSign, to_sign) };
    let rows = shown.iter().map(|row| JudgeRow {
        case_id: row.case_id.to_string(),
        notice: row.id.to_string(),
        file: row.case_number.clone(),
        reference: row.reference.clone(),
        parties: row_parties(row),
        what: asked(seated.visit.lang, row.group_kind, row.claim.as_deref()),
        amount: row.amount,
        clerk: row.clerk.clone().unwrap_or_default(),
        since: match tab {
            JudgeTab::ToSign => row.sent_at,
            JudgeTab::ToAccept => row.receipt_at_court,
        }
        .unwrap_or(row.drafted_at),
        accept: accepting.then(|| seated.form_id(&format!("/desk/notices/{}/accept", row.id))),
    });
    let rows = rows.collect();
    let page = JudgePage { frame: seated.frame(Switch::Link), tab, counts, rows };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// `GET /desk/notices/{id}/sign`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let (sheet, one) = signable(&app, &seated, &id).await?;
    sign_page(&app, &seated, (&sheet, &one), (StatusCode::OK, Field::default())).await
}

/// A notice that waits for the signature of the one who asks.
async fn signable(
    app: &App,
    seated: &Seated,
    id: &str,
) -> Result<(CaseSheet, NoticeSheet), Response> {
    let caller = seated.acting(Operation::IssueNotice)?;
    let (sheet, one) = found(app, seated, &caller, id).await?;
    if one.notice.judge_id.is_some() && one.notice.judge_id != caller.staff {
        return Err(seated.refuse(&Error::NotFound));
    }
    if one.notice.state != NoticeState::ToSign {
        let see = format!("/desk/cases/{}", sheet.view.case.id);
        return Err(seated.changed(one.notice.id.uuid(), &see).await);
    }
    Ok((sheet, one))
}

async fn sign_page(
    app: &App,
    seated: &Seated,
    (sheet, one): (&CaseSheet, &NoticeSheet),
    (status, code): (StatusCode, Field),
) -> Result<Response, Response> {
    let said = |error: Error| seated.refuse(&error);
    let (rows, worked) = app.kept_rows(&one.notice).await.map_err(said)?;
    let (collector, account) = app.collector_of(&sheet.court).await.map_err(said)?;
    let words = account.as_ref().map(|account| {
        let bank = app.tables.bank_name(account.bank_bin.as_deref().unwrap_or_default());
        format!("{collector}, số {}, {bank}", account.number.as_deref().unwrap_or_default())
    });
    let facts = paper(app, sheet, Some(one));
    let addressees = one.addressees.iter().map(|row| named(&row.name, &row.address));
    let page = SignPage {
        frame: seated.frame(Switch::Form),
        case: bar(seated, sheet),
        notice: one.notice.id.to_string(),
        form_id: seated.own_form_id(),
        paper: PaperFacts { account: words.clone().unwrap_or_default(), ..facts },
        addressees: addressees.collect(),
        amount: one.notice.amount,
        assessment: kept(&rows, &worked),
        preview: Some(format!("/desk/notices/{}/thong-bao.pdf", one.notice.id)),
        no_account: words.is_none().then_some(collector),
        code,
    };
    Ok(pages::answer(status, &page))
}

/// `POST /desk/notices/{id}/sign`: signs and issues, with a code given for this very act.
pub(super) async fn sign(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let (sheet, one) = signable(&app, &seated, &id).await?;
    let pair = (&sheet, &one);
    if switched {
        return sign_page(&app, &seated, pair, (StatusCode::OK, Field::default())).await;
    }
    let caller = seated.writing(Operation::IssueNotice, &form)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let code = form.needed("code", Wrong::Enter(Item::Code));
    if code.wrong.is_some() {
        return sign_page(&app, &seated, pair, (status, code)).await;
    }
    match app.give_fresh_code(&seated.seat, &code.value, &seated.visit.address).await {
        Ok(()) => {}
        Err(Error::Refused { reason, .. }) => {
            let wrong = if reason == "code_used" { Wrong::TotpUsed } else { Wrong::TotpCode };
            let code = Field::default().but(wrong);
            return sign_page(&app, &seated, pair, (status, code)).await;
        }
        Err(error) => return Err(seated.refuse(&error)),
    }
    let said = |error: Error| seated.refuse(&error);
    match app.issue_notice(&caller, one.notice.id).await {
        Ok(()) => {}
        Err(Error::Refused { reason: "no_live_account", .. }) => {
            return sign_page(&app, &seated, pair, (status, Field::default())).await;
        }
        Err(error) => return Err(said(error)),
    }
    let (_, issued) = found(&app, &seated, &caller, &id).await?;
    Ok(seated.done(Banner::Issued { number: issued.number }, "/desk/judge"))
}
