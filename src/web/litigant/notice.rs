//! The notice as its holder sees it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    pay,
    visit::{Visit, file},
};
use crate::{
    app::{App, Error, holder::Held, lookup::Key, worked},
    domain::{
        case::{CaseKind, GroupKind, Instance, PartyKind},
        deadline::Unit,
        notice::NoticeState,
        order::OrderKind,
        receipt_text::initials,
    },
    web::pages::{
        self,
        assessment::{Assessment, WorkedRow},
        badge::Badge,
        frame::{Step, Switch},
        notice::{
            AcceptedAs, Addressee, AdvanceOf, Consequence, Deadline, Limit, NoticeFacts,
            NoticePage, OpenAttempt, PaidNotice, PartPaid, Standing, Wait, Why,
        },
    },
    words::Lang,
};

/// `GET /n/{lookup}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    match app.held(&lookup).await {
        Ok(held) => shown(&app, &visit, &held),
        Err(error) => visit.refuse(&error),
    }
}

fn shown(app: &App, visit: &Visit, held: &Held) -> Response {
    let standing = standing(visit, held);
    let payable = matches!(standing, Standing::Payable(_));
    let switch = if payable { Switch::Form } else { Switch::Link };
    let frame = visit.paying(held, Step::Notice, switch);
    let lookup = &held.opened.lookup;
    let page = NoticePage {
        frame,
        lookup: lookup.clone(),
        notice: facts(app, visit, held),
        badge: badge(visit, held),
        part: part(held),
        attempt: unfinished(held),
        assessment: assessment(
            &held.rows,
            &schedule(visit.lang, &held.worked.schedule, (&held.worked.from, &held.worked.day)),
        ),
        wait: wait(held),
        pay: payable.then(|| pay::fresh(app, held)),
        pdf: (held.opened.key != Key::Return).then(|| format!("/n/{lookup}/thong-bao.pdf")),
        standing,
    };
    pages::answer(StatusCode::OK, &page)
}

/// `GET /n/{lookup}/thong-bao.pdf`: the paper that was issued. A return token does not lead there.
pub(super) async fn paper(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    let paper = async {
        let held = app.held(&lookup).await?;
        if held.opened.key == Key::Return {
            return Err(Error::NotFound);
        }
        let bytes = app.issued_paper(held.notice()).await?;
        Ok((held.notice().reference.to_string(), bytes))
    };
    match paper.await {
        Ok((reference, bytes)) => {
            file("application/pdf", &format!("thong-bao-{reference}.pdf"), bytes)
        }
        Err(error) => visit.refuse(&error),
    }
}

/// Names of those who owe, or their initials under a return token.
pub(super) fn named(held: &Held) -> String {
    let names: Vec<String> = held
        .addressees
        .iter()
        .map(|row| match held.opened.key {
            Key::Return => initials(&row.name),
            Key::Secret | Key::Token => row.name.clone(),
        })
        .collect();
    names.join("; ")
}

fn facts(app: &App, visit: &Visit, held: &Held) -> NoticeFacts {
    let notice = held.notice();
    let person = held.addressees.first().is_none_or(|row| row.kind == PartyKind::Person);
    let share = held.addressees.first().filter(|_| held.addressees.len() > 1);
    let bank = held.standing().and_then(|order| order.bank_bin.as_deref()).unwrap_or_default();
    NoticeFacts {
        advance_of: match held.kind {
            CaseKind::Matter | CaseKind::Charge => AdvanceOf::Charge,
            CaseKind::Civil
            | CaseKind::Family
            | CaseKind::Commercial
            | CaseKind::Labour
            | CaseKind::Administrative
            | CaseKind::Criminal => AdvanceOf::CourtFee,
        },
        number: held.number(),
        day: notice.issued_at.unwrap_or(notice.drafted_at).day(),
        court: held.court.name.clone(),
        payer: named(held),
        addressee: if person { Addressee::Person } else { Addressee::Organisation },
        reference: notice.reference.clone(),
        amount: notice.amount,
        joint_share: share.map(|row| row.part),
        why: why(held),
        consequence: consequence(held),
        consequence_article: article(held, visit.lang),
        collector: held.agency.name.clone(),
        bank: app.tables.bank_name(bank),
        hotline: visit.hotline(held),
    }
}

fn why(held: &Held) -> Why {
    match (held.instance, held.kind, held.group_kind()) {
        (Instance::Appeal, _, _) => Why::Appellant,
        (_, _, GroupKind::Counterclaim) => Why::Counterclaim,
        (_, _, GroupKind::Independent) => Why::IndependentClaim,
        (_, CaseKind::Administrative, _) => Why::Administrative,
        (_, CaseKind::Matter | CaseKind::Charge, _) => Why::Requester,
        (_, _, GroupKind::Main) => Why::Plaintiff,
    }
}

fn consequence(held: &Held) -> Consequence {
    match (held.instance, held.group_kind()) {
        (Instance::Appeal, _) => Consequence::AppealWaived,
        (_, GroupKind::Counterclaim | GroupKind::Independent) => Consequence::ClaimNotTaken,
        (_, GroupKind::Main) => Consequence::PetitionReturned,
    }
}

/// The article of the consequence (procedure 2).
fn article(held: &Held, lang: Lang) -> String {
    let administrative = held.kind == CaseKind::Administrative;
    let phrase = match (consequence(held), held.kind) {
        (Consequence::AppealWaived, _) if administrative => "article-appeal-administrative",
        (Consequence::AppealWaived, _) => "article-appeal-civil",
        (Consequence::PetitionReturned, _) if administrative => "article-returned-administrative",
        (Consequence::PetitionReturned, CaseKind::Matter) => "article-returned-matter",
        (Consequence::PetitionReturned, _) => "article-returned-civil",
        (Consequence::ClaimNotTaken | Consequence::ClaimNotConsidered, _) if administrative => {
            "article-claim-administrative"
        }
        (Consequence::ClaimNotTaken | Consequence::ClaimNotConsidered, _) => "article-claim-civil",
    };
    lang.t(phrase).to_string()
}

/// What the page says of the notice as a whole.
fn standing(visit: &Visit, held: &Held) -> Standing {
    let notice = held.notice();
    let changed = held.since.unwrap_or(notice.drafted_at).day();
    match notice.state {
        NoticeState::Closed if !held.is_paid() => {
            Standing::Lapsed { consequence: consequence(held), day: changed }
        }
        NoticeState::Paid | NoticeState::Closed => Standing::Paid(PaidNotice {
            at: notice.paid_at.or(notice.receipt_at_court).unwrap_or(notice.drafted_at),
            accepted: accepted(held),
        }),
        NoticeState::Lapsed => Standing::Lapsed { consequence: consequence(held), day: changed },
        NoticeState::Withdrawn => Standing::Withdrawn(changed),
        NoticeState::Replaced => Standing::Replaced { day: changed, by: held.replaced_by.clone() },
        NoticeState::Exempted => Standing::Exempt,
        NoticeState::Draft | NoticeState::ToSign | NoticeState::Issued | NoticeState::Served => {
            Standing::Payable(deadline(visit, held))
        }
    }
}

fn accepted(held: &Held) -> Option<AcceptedAs> {
    let number = held.group.register_number?;
    let year = held.group.register_year?;
    Some(AcceptedAs { number: format!("{number}/{year}"), day: held.group.accepted_on? })
}

fn deadline(visit: &Visit, held: &Held) -> Deadline {
    let notice = held.notice();
    let n = u32::try_from(held.limit.limit.n.get()).unwrap_or(u32::MAX);
    let unserved = match held.limit.limit.unit {
        Unit::WorkingDay => Limit::WorkingDays(n),
        Unit::Day | Unit::Month | Unit::Year => Limit::Days(n),
    };
    let (Some(received), Some(pay_by), Some(lapse_after)) =
        (notice.served_on, notice.pay_by, notice.lapse_after)
    else {
        return Deadline::NotServed(unserved);
    };
    let today = visit.now().day();
    if today <= pay_by {
        let days = pay_by.date().signed_duration_since(today.date()).num_days();
        let days_left = u32::try_from(days).unwrap_or(0);
        return Deadline::Running { received, pay_by, days_left, moved: None };
    }
    if today <= lapse_after {
        Deadline::Tolerated { received, lapse_after }
    } else {
        Deadline::Past { since: pay_by }
    }
}

fn badge(visit: &Visit, held: &Held) -> Badge {
    let notice = held.notice();
    match notice.state {
        NoticeState::Draft => Badge::Draft,
        NoticeState::ToSign => Badge::ToSign,
        NoticeState::Issued | NoticeState::Served => match deadline(visit, held) {
            Deadline::Running { days_left: ..=2, .. } => Badge::DueSoon,
            Deadline::NotServed(_) | Deadline::Running { .. } => Badge::Issued,
            Deadline::Tolerated { .. } => Badge::PayNow,
            Deadline::Past { .. } => Badge::PastDue,
        },
        NoticeState::Paid | NoticeState::Closed if held.group.accepted_on.is_some() => {
            Badge::Accepted
        }
        NoticeState::Paid => Badge::PaidInFull,
        NoticeState::Closed => Badge::Closed,
        NoticeState::Lapsed => match consequence(held) {
            Consequence::PetitionReturned => Badge::PetitionReturned,
            Consequence::AppealWaived => Badge::AppealWaived,
            Consequence::ClaimNotTaken | Consequence::ClaimNotConsidered => Badge::ClaimNotTaken,
        },
        NoticeState::Withdrawn => Badge::Withdrawn,
        NoticeState::Replaced => Badge::Replaced,
        NoticeState::Exempted => Badge::Exempt,
    }
}

fn part(held: &Held) -> Option<PartPaid> {
    let (received, missing) = (held.waiting(), held.missing());
    (received.is_positive() && missing.is_positive()).then_some(PartPaid { received, missing })
}

fn unfinished(held: &Held) -> Option<OpenAttempt> {
    let open = |order: &&crate::app::holder::Order| {
        order.kind == OrderKind::Attempt && order.state.is_open()
    };
    held.orders
        .iter()
        .rfind(open)
        .map(|order| OpenAttempt { reference: order.provider_ref.clone(), since: order.created_at })
}

/// How long a confirmation takes at best.
pub(super) fn wait(held: &Held) -> Wait {
    if held.pushes { Wait::Push } else { Wait::Statement { by: held.statement_by } }
}

/// By which schedule, in force from when, for which day.
pub(super) fn schedule(lang: Lang, schedule: &str, (from, day): (&str, &str)) -> String {
    let phrase = lang.t("worked-schedule").with("schedule", schedule);
    phrase.with("from", from).with("day", day).to_string()
}

/// A computation as pages show it.
pub(super) fn assessment(rows: &[worked::Row], schedule: &str) -> Assessment {
    let last = rows.len().saturating_sub(1);
    let row = |(place, row): (usize, &worked::Row)| WorkedRow {
        step: row.step.clone(),
        article: row.article.clone(),
        formula: row.sum.clone(),
        amount: row.amount,
        is_total: place == last,
    };
    Assessment { rows: rows.iter().enumerate().map(row).collect(), schedule: schedule.to_owned() }
}
