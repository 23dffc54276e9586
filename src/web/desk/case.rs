//! A case: its page and its assessment.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    badges::{Stand, kind_words, order_badge, parties, role_of},
    session::Seated,
    today::accepts,
};
use crate::{
    app::{
        App, Caller, Error,
        desk::{CaseSheet, GroupSheet, NoticeSheet, SightedRow, open_groups},
        worked::Row,
    },
    domain::{
        case::PartyRole,
        id::CaseId,
        money::Dong,
        notice::NoticeState,
        order::{OrderKind, OrderState},
        payment::Source,
        staff::Operation,
        time::Timestamp,
    },
    web::pages::{
        self,
        assessment::{Assessment, WorkedRow},
        badge::Badge,
        cases::{
            AssessmentPage, CaseBar, CasePage, Event, FourTimes, NoticeAct, NoticeSection,
            OrderMoney, OrderRow, PartyLine, PayerAssessment, ReceiptLink,
        },
        clerk::Held,
        frame::Switch,
    },
    words::Lang,
};

/// `GET /desk/cases/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadCases)?;
    let id: CaseId = seated.id(&id)?;
    let sheet = app.case_sheet(&caller, id).await.map_err(|error| seated.refuse(&error))?;
    let case = &sheet.view.case;
    let lang = seated.visit.lang;
    let assessed = sums(&app, &sheet).map_err(|error| seated.refuse(&error))?;
    let open = case.locked_at.is_none() && !open_groups(&sheet).is_empty();
    let parties = sheet.view.parties.iter().map(|party| PartyLine {
        role: role_of(party.row.role),
        line: named(&party.row.name, &party.row.address),
    });
    let reliefs = sheet.view.reliefs.iter().map(|relief| {
        let party = sheet.view.parties.iter().find(|party| party.row.id == relief.party_id);
        let name = party.map(|party| party.row.name.as_str()).unwrap_or_default();
        let day = relief.decided_on.slashed();
        format!("{name}: {}, quyết định {} ngày {day}", relief.code, relief.decision_number)
    });
    let events = sheet.acts.iter().map(|(act, who)| Event {
        at: act.at,
        what: act_words(lang, &act.action),
        who: who.clone(),
    });
    let page = CasePage {
        frame: seated.frame(Switch::Link),
        case: bar(&seated, &sheet),
        subject: case.subject.clone(),
        kind: kind_words(lang, (case.kind, case.instance, case.procedure)),
        filed: case.filed_on,
        parties: parties.collect(),
        locked: case.locked_at.map(Timestamp::day),
        assessed,
        reliefs: reliefs.collect(),
        notices: sheet
            .notices
            .iter()
            .rev()
            .map(|one| section(&seated, &caller, &sheet, one))
            .collect(),
        can_change: may_change(&seated, &sheet),
        can_issue: open && seated.seat.granted(Operation::DraftNotice).is_some(),
        events: events.collect(),
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// Facts are changed as long as no notice stands on them.
pub(super) fn may_change(seated: &Seated, sheet: &CaseSheet) -> bool {
    let writes = seated.seat.granted(Operation::WriteCases).is_some();
    writes && sheet.notices.is_empty() && sheet.view.case.locked_at.is_none()
}

/// A name with its address.
pub(super) fn named(name: &str, address: &str) -> String {
    if address.is_empty() { name.to_owned() } else { format!("{name}, {address}") }
}

/// What all groups advance; none while one of them cannot be worked out.
fn sums(app: &App, sheet: &CaseSheet) -> Result<Option<Dong>, Error> {
    let mut total = Dong::ZERO;
    for group in &sheet.view.groups {
        let Ok(worked) = app.group_sheet(&sheet.view, group.id)? else { return Ok(None) };
        let Some(sum) = total.checked_add(worked.advance) else { return Ok(None) };
        total = sum;
    }
    Ok(Some(total))
}

/// The words of an act in the history.
fn act_words(lang: Lang, action: &str) -> String {
    match action {
        "case.created" => lang.t("act-case-created"),
        "case.changed" => lang.t("act-case-changed"),
        "case.judge_assigned" => lang.t("act-judge-assigned"),
        "notice.drafted" => lang.t("act-notice-drafted"),
        "notice.sent_to_sign" => lang.t("act-notice-sent"),
        "notice.issued" => lang.t("act-notice-issued"),
        "notice.served" => lang.t("act-notice-served"),
        "notice.paid" => lang.t("act-notice-paid"),
        "group.accepted" => lang.t("act-group-accepted"),
        other => return other.to_owned(),
    }
    .to_string()
}

/// The bar at the top of every page of a case.
pub(super) fn bar(seated: &Seated, sheet: &CaseSheet) -> CaseBar {
    let case = &sheet.view.case;
    let names = |roles: &[PartyRole]| {
        let found = sheet.view.parties.iter().filter(|party| roles.contains(&party.row.role));
        found.map(|party| party.row.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let asking = names(&[PartyRole::Plaintiff, PartyRole::Petitioner, PartyRole::Appellant]);
    let last = sheet.notices.last();
    CaseBar {
        id: case.id.to_string(),
        number: case.number.clone(),
        parties: parties(&asking, &names(&[PartyRole::Defendant])),
        badge: last.map_or(Badge::Draft, |one| stand(sheet, one).badge(seated.visit.now().day())),
        pay_by: sheet
            .notices
            .iter()
            .filter(|one| is_due(one))
            .filter_map(|one| one.notice.pay_by)
            .min(),
    }
}

/// Whether money is still awaited.
fn is_due(one: &NoticeSheet) -> bool {
    matches!(one.notice.state, NoticeState::Issued | NoticeState::Served)
}

fn stand<'a>(sheet: &CaseSheet, one: &'a NoticeSheet) -> Stand<'a> {
    let group = sheet.view.groups.iter().find(|group| group.id == one.notice.group_id);
    Stand {
        state: one.notice.state,
        pay_by: one.notice.pay_by,
        lapse_after: one.notice.lapse_after,
        timeliness: one.notice.timeliness.as_deref(),
        accepted: group.is_some_and(|group| group.accepted_at.is_some()),
        at_court: one.notice.receipt_at_court.is_some(),
    }
}

fn section(
    seated: &Seated,
    caller: &Caller,
    sheet: &CaseSheet,
    one: &NoticeSheet,
) -> NoticeSection {
    let notice = &one.notice;
    let names: Vec<&str> = one.addressees.iter().map(|row| row.name.as_str()).collect();
    NoticeSection {
        id: notice.id.to_string(),
        number: one.number.clone(),
        reference: notice.reference.clone(),
        badges: stand(sheet, one).badges(seated.visit.now().day()),
        payer: names.join("; "),
        amount: notice.amount,
        received: notice.served_on,
        pay_by: notice.pay_by,
        earliest_return: notice.lapse_after.filter(|_| is_due(one)).and_then(|day| day.plus(1)),
        orders: orders(one),
        act: act(seated, caller, sheet, one),
        print: Some(format!("/desk/notices/{}/thong-bao.pdf", notice.id)),
    }
}

fn orders(one: &NoticeSheet) -> Vec<OrderRow> {
    let receipt = one.receipt.as_ref().map(|row| ReceiptLink {
        name: format!("{} số {}", row.symbol, row.number),
        path: format!("/desk/receipts/{}/bien-lai.pdf", row.id),
    });
    let told = |row: &&SightedRow| row.source != Source::Statement;
    let row = |order: &crate::app::holder::Order| {
        let paid = order.state == OrderState::Paid;
        let times = FourTimes {
            bank: one.notice.paid_at,
            message: one.sighted.iter().rfind(told).map(|row| row.seen_at),
            statement: one.sighted.iter().filter_map(|row| row.booked_on).max(),
            court: one.notice.receipt_at_court,
        };
        let awaited = awaits(one, order);
        OrderRow {
            reference: order.provider_ref.clone(),
            way: match order.kind {
                OrderKind::Standing => "VietQR".to_owned(),
                OrderKind::Attempt => order.provider.to_uppercase(),
            },
            badge: if order.state.is_open() && !awaited {
                Badge::NotAwaited
            } else {
                order_badge(order.state)
            },
            money: match (paid, awaited) {
                (true, _) => OrderMoney::Came { times, receipt: receipt.clone() },
                (false, true) => OrderMoney::Awaited,
                (false, false) => OrderMoney::None,
            },
        }
    };
    one.orders.iter().map(row).collect()
}

/// Whether money may still come by an order. A standing order lives as long as its notice, so that
/// money that names it is recognised whenever it comes; but for a notice that collects no more, it
/// waits for nothing.
fn awaits(one: &NoticeSheet, order: &crate::app::holder::Order) -> bool {
    match order.kind {
        OrderKind::Standing => is_due(one) || order.state == OrderState::Seen,
        OrderKind::Attempt => order.state.is_open(),
    }
}

/// What can be done with a notice: its whole group is accepted on its first notice.
fn act(seated: &Seated, caller: &Caller, sheet: &CaseSheet, one: &NoticeSheet) -> NoticeAct {
    let may = |operation| seated.seat.granted(operation).is_some_and(|it| it.scope == caller.scope);
    let notice = &one.notice;
    let group = sheet.view.groups.iter().find(|group| group.id == notice.group_id);
    let open = |other: &&NoticeSheet| {
        let asks = matches!(
            other.notice.state,
            NoticeState::ToSign | NoticeState::Issued | NoticeState::Served
        );
        other.notice.group_id == notice.group_id && asks
    };
    match notice.state {
        NoticeState::Issued | NoticeState::Served
            if may(Operation::RecordService) && one.services.len() < one.addressees.len() =>
        {
            NoticeAct::RecordService
        }
        NoticeState::Paid if group.is_none_or(|group| group.accepted_at.is_some()) => {
            NoticeAct::Nothing
        }
        NoticeState::Paid => match sheet.notices.iter().filter(open).count() {
            0 if !may(Operation::AcceptCase) => NoticeAct::Nothing,
            0 if !accepts(seated, &sheet.court.accept_by) => NoticeAct::Said(Held::WithJudge),
            0 => NoticeAct::Accept(seated.form_id(&format!("/desk/notices/{}/accept", notice.id))),
            count => {
                let receipts = u32::try_from(count).unwrap_or(u32::MAX);
                NoticeAct::Said(Held::Awaiting { receipts })
            }
        },
        NoticeState::Draft
        | NoticeState::ToSign
        | NoticeState::Issued
        | NoticeState::Served
        | NoticeState::Closed
        | NoticeState::Withdrawn
        | NoticeState::Replaced
        | NoticeState::Exempted
        | NoticeState::Lapsed => NoticeAct::Nothing,
    }
}

/// Steps as pages show them; the last is the sum.
pub(super) fn steps(rows: &[Row]) -> Vec<WorkedRow> {
    let last = rows.len().saturating_sub(1);
    let row = |(place, row): (usize, &Row)| WorkedRow {
        step: row.step.clone(),
        article: row.article.clone(),
        formula: row.sum.clone(),
        amount: row.amount,
        is_total: place == last,
    };
    rows.iter().enumerate().map(row).collect()
}

/// By which schedule, and for which day.
pub(super) fn schedule(worked: &crate::app::papers::Worked) -> String {
    format!("{}, hiệu lực {}, tính cho ngày {}", worked.schedule, worked.from, worked.day)
}

/// A kept computation as pages show it.
pub(super) fn kept(rows: &[Row], worked: &crate::app::papers::Worked) -> Assessment {
    Assessment { rows: steps(rows), schedule: schedule(worked) }
}

/// `GET /desk/cases/{id}/assessment`: the sum that the law gives. Nothing is kept.
pub(super) async fn assessment(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadCases)?;
    let id: CaseId = seated.id(&id)?;
    let said = |error: Error| seated.refuse(&error);
    let sheet = app.case_sheet(&caller, id).await.map_err(said)?;
    let mut missing = Vec::new();
    let mut groups: Vec<GroupSheet> = Vec::new();
    for group in &sheet.view.groups {
        match app.group_sheet(&sheet.view, group.id).map_err(said)? {
            Ok(worked) => groups.push(worked),
            Err(error) => missing.push((String::new(), error.detail)),
        }
    }
    let payers = groups.iter().flat_map(|group| &group.payers).map(|payer| PayerAssessment {
        name: payer.name.clone(),
        rows: steps(&payer.rows),
        advance: payer.advance,
    });
    let drafts = seated.seat.granted(Operation::DraftNotice).is_some();
    let page = AssessmentPage {
        frame: seated.frame(Switch::Link),
        case: bar(&seated, &sheet),
        payers: payers.collect(),
        schedule: groups.first().map(|group| schedule(&group.worked)).unwrap_or_default(),
        differs: None,
        can_issue: drafts && missing.is_empty() && !open_groups(&sheet).is_empty(),
        can_change: may_change(&seated, &sheet),
        missing,
    };
    Ok(pages::answer(StatusCode::OK, &page))
}
