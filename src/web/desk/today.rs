//! The court's work of today, a claim group a row; and acceptance in one click.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use uuid::Uuid;

use super::{
    badges::{Stand, asked, parties, register},
    forms::Sent,
    session::Seated,
};
use crate::{
    app::{App, Caller, Error, desk::WorkRow},
    domain::{
        case::CaseKind,
        id::NoticeId,
        money::Dong,
        notice::NoticeState,
        staff::{Operation, Role, Scope},
        time::Day,
    },
    web::pages::{
        self,
        badge::Badge,
        clerk::{Held, Paging, RowAct, Tab, TodayFilter, TodayPage, TodayRow},
        form::{Choice, Field},
        frame::{Banner, Switch},
    },
};

/// Rows of a page.
const ROWS: usize = 100;

/// The notices of one claim group.
type Group = Vec<WorkRow>;

/// Which rows of a list stand on a page, and where that page stands.
pub(super) fn paging(seated: &Seated, total: usize) -> (std::ops::Range<usize>, Paging) {
    let page: usize = seated.visit.asked("page").and_then(|text| text.parse().ok()).unwrap_or(1);
    let last = total.div_ceil(ROWS).max(1);
    let page = page.clamp(1, last);
    let (start, end) = ((page - 1) * ROWS, (page * ROWS).min(total));
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let paging = Paging {
        from: small(if total == 0 { 0 } else { start + 1 }),
        to: small(end),
        total: small(total),
        previous: (page > 1).then(|| seated.visit.at_page(page - 1)),
        next: (page < last).then(|| seated.visit.at_page(page + 1)),
    };
    (start..end, paging)
}

/// `GET /desk/today`.
pub(super) async fn today(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadCases)?;
    let said = |error| seated.refuse(&error);
    let rows = app.work(&caller).await.map_err(said)?;
    let registers = app.registers(&caller).await.map_err(said)?;
    let kind = seated.visit.asked("kind").unwrap_or_default();
    let clerk = seated.visit.asked("clerk").unwrap_or_default();
    let groups: Vec<Group> = groups(rows)
        .into_iter()
        .filter(|group| kind.is_empty() || group.iter().all(|row| row.case_kind.code() == kind))
        .filter(|group| {
            let by = |row: &WorkRow| row.clerk_id.is_some_and(|id| id.to_string() == clerk);
            clerk.is_empty() || group.iter().all(by)
        })
        .collect();
    let today = app.now().day();
    let chosen = seated.visit.asked("tab");
    let tab = Tab::ALL.into_iter().find(|tab| Some(tab.value()) == chosen).unwrap_or(Tab::ToAccept);
    let counts = Tab::ALL.map(|tab| {
        let count = groups.iter().filter(|group| belongs(tab, group, today)).count();
        (tab, u32::try_from(count).unwrap_or(u32::MAX))
    });
    let shown: Vec<&Group> = groups.iter().filter(|group| belongs(tab, group, today)).collect();
    let (range, paging) = paging(&seated, shown.len());
    let rows = shown.get(range).unwrap_or_default().iter();
    let rows = rows.filter_map(|group| row(&seated, &caller, group)).collect();
    let clerks = match caller.scope {
        Scope::Court { id, .. } => app.clerks_of(id).await.map_err(said)?,
        Scope::All | Scope::Agency { .. } => Vec::new(),
    };
    let clerks = clerks.iter().map(|row| Choice::of(row.id.to_string(), &row.name)).collect();
    let next_numbers = registers.iter().filter_map(|row| {
        let kind = CaseKind::from_code(row.book.split('.').nth(1)?)?;
        let name = format!("{}-ST {}", register(kind), today.year());
        Some((name, row.last_number.saturating_add(1).to_string()))
    });
    let page = TodayPage {
        frame: seated.frame(Switch::Link),
        tab,
        counts: counts.to_vec(),
        filter: TodayFilter { clerk: Field::of(clerk), clerks, kind: Field::of(kind) },
        next_numbers: next_numbers.collect(),
        rows,
        paging,
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// Notices by claim group, the oldest group first.
pub(super) fn groups(rows: Vec<WorkRow>) -> Vec<Group> {
    let mut order: Vec<Uuid> = Vec::new();
    let mut groups: BTreeMap<Uuid, Group> = BTreeMap::new();
    for row in rows {
        if !groups.contains_key(&row.group_id) {
            order.push(row.group_id);
        }
        groups.entry(row.group_id).or_default().push(row);
    }
    order.iter().filter_map(|id| groups.remove(id)).collect()
}

fn belongs(tab: Tab, group: &Group, today: Day) -> bool {
    let unpaid = |row: &&WorkRow| matches!(row.state, NoticeState::Issued | NoticeState::Served);
    let mut open = group.iter().filter(unpaid);
    let past = |day: Option<Day>| day.is_some_and(|day| today > day);
    match tab {
        Tab::ToAccept => group.iter().any(|row| row.state == NoticeState::Paid),
        Tab::DueToday => open.any(|row| row.pay_by == Some(today)),
        Tab::Tolerated => open.any(|row| past(row.pay_by) && !past(row.lapse_after)),
        Tab::PastDue => open.any(|row| past(row.lapse_after)),
        Tab::NotServed => open.any(|row| row.state == NoticeState::Issued),
        Tab::All => true,
    }
}

/// The badges of a row in a list.
pub(super) fn badges(row: &WorkRow, today: Day) -> Vec<Badge> {
    let stand = Stand {
        state: row.state,
        pay_by: row.pay_by,
        lapse_after: row.lapse_after,
        timeliness: row.timeliness.as_deref(),
        accepted: false,
        at_court: row.receipt_at_court.is_some(),
    };
    stand.badges(today)
}

/// The parties of a row's case.
pub(super) fn row_parties(row: &WorkRow) -> String {
    parties(row.asking.as_deref().unwrap_or_default(), row.against.as_deref().unwrap_or_default())
}

fn row(seated: &Seated, caller: &Caller, group: &Group) -> Option<TodayRow> {
    let first = group.first()?;
    let today = seated.visit.now().day();
    Some(TodayRow {
        case_id: first.case_id.to_string(),
        notice: first.id.to_string(),
        file: first.case_number.clone(),
        references: group.iter().map(|row| row.reference.clone()).collect(),
        parties: row_parties(first),
        what: asked(seated.visit.lang, first.group_kind, first.claim.as_deref()),
        amount: Dong::total(group.iter().map(|row| row.amount))?,
        pay_by: group.iter().filter_map(|row| row.pay_by).min(),
        earliest_return: group.iter().filter_map(|row| row.lapse_after?.plus(1)).max(),
        paid: group.iter().filter_map(|row| row.paid_at).max(),
        badges: badges(first, today),
        act: act(seated, caller, group),
    })
}

/// The button of a group, or why there is none.
fn act(seated: &Seated, caller: &Caller, group: &Group) -> RowAct {
    let Some(first) = group.first() else { return RowAct::Nothing };
    let may = |operation| seated.seat.granted(operation).is_some_and(|it| it.scope == caller.scope);
    let paid = group.iter().filter(|row| row.state == NoticeState::Paid).count();
    if paid == 0 {
        let unserved = first.state == NoticeState::Issued && may(Operation::RecordService);
        return if unserved { RowAct::RecordService } else { RowAct::Nothing };
    }
    if let Some(case) = group.iter().find_map(|row| row.used_for.clone()) {
        return RowAct::Said(Held::ReceiptUsed { case });
    }
    if paid < group.len() {
        let receipts = u32::try_from(group.len() - paid).unwrap_or(u32::MAX);
        return RowAct::Said(Held::Awaiting { receipts });
    }
    if !may(Operation::AcceptCase) {
        return RowAct::Nothing;
    }
    if !accepts(seated, &first.accept_by) {
        return RowAct::Said(Held::WithJudge);
    }
    let action = format!("/desk/notices/{}/accept", first.id);
    RowAct::Accept { form_id: seated.form_id(&action), number: None }
}

/// Whether the one who asks accepts at a court: its judge always, its clerk where the court lets the
/// clerk record it.
pub(super) fn accepts(seated: &Seated, accept_by: &str) -> bool {
    let role = seated.seat.granted(Operation::AcceptCase).map(|granted| granted.role);
    match role {
        Some(Role::Judge) => true,
        Some(Role::Clerk) => accept_by == "clerk_records" || seated.holds(Role::Judge),
        Some(_) | None => false,
    }
}

const fn is_not_paid(error: &Error) -> bool {
    matches!(error, Error::Refused { reason, .. } if matches!(reason.as_bytes(), b"not_paid"))
}

/// `POST /desk/notices/{id}/accept`: the notice's whole claim group.
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::AcceptCase)?;
    let said = |error: Error| seated.refuse(&error);
    let id: NoticeId = seated.id(&id)?;
    let sheet = app.case_of(&caller, id).await.map_err(said)?;
    if !accepts(&seated, &sheet.court.accept_by) {
        return Err(seated.forbidden(Operation::IssueNotice));
    }
    let one = sheet.notices.iter().find(|one| one.notice.id == id);
    let group = one.ok_or_else(|| said(Error::NotFound))?.notice.group_id;
    seated.once(&form)?;
    let case = &sheet.view.case;
    let number = match app.accept_group(&caller, case.id, group).await {
        Ok(number) => number,
        // Paid or not accepted a moment ago, and no longer: the page is old.
        Err(error) if error.is_conflict() || is_not_paid(&error) => {
            return Err(seated.changed(case.id.uuid(), &format!("/desk/cases/{}", case.id)).await);
        }
        Err(error) => return Err(said(error)),
    };
    let year = app.now().day().year();
    let number = number.map_or_else(
        || case.number.clone(),
        |number| format!("{number}/{year}/TLST-{}", register(case.kind)),
    );
    let clerk = caller.staff.is_some() && seated.seat.granted(Operation::WriteCases).is_some();
    let back = if clerk { "/desk/today" } else { "/desk/judge?tab=to-accept" };
    Ok(seated.done(Banner::Accepted { number }, back))
}
