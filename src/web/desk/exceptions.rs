//! Money to be decided: the list, one of them, and what a person decides about it.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    forms::Sent,
    money::{kind_of, memo, unsettled},
    session::Seated,
    today::paging,
};
use crate::{
    app::{
        App, Caller, Error,
        desk::{ExceptionFilter, ExceptionRow},
        exceptions::{ExceptionSheet, Possible, REASON, Refusal},
        settle::Assigned,
    },
    domain::{
        exception::ExceptionState,
        id::{ExceptionId, Reference, ReferenceError},
        money::Dong,
        reconcile::Reason,
        staff::Operation,
    },
    web::pages::{
        self,
        cases::{Event, FourTimes},
        exception::{Act, AssignForm, Decided, Effect, ExceptionPage, Review},
        form::{Field, Item, Wrong},
        frame::{Banner, Switch},
        money::{
            self, BankLine, ExceptionSummary, ExceptionTab, ExceptionsPage, Outcome, Suggestion,
        },
    },
    words::Lang,
};

/// Rows that a list reads, at most.
const MOST: i64 = 10_000;

/// Every kind that the page has, in its order.
const KINDS: [money::ExceptionKind; 9] = [
    money::ExceptionKind::NoMoneyYet,
    money::ExceptionKind::Short,
    money::ExceptionKind::Over,
    money::ExceptionKind::Double,
    money::ExceptionKind::NoticeClosed,
    money::ExceptionKind::UnknownCode,
    money::ExceptionKind::WrongAmount,
    money::ExceptionKind::ProviderSettlement,
    money::ExceptionKind::UnexplainedDebit,
];

/// What an exception may belong to, with the reasons in words.
pub(super) async fn suggestions(
    app: &App,
    caller: &Caller,
    lang: Lang,
    row: &ExceptionRow,
) -> Result<Vec<Suggestion>, Error> {
    let kept = row.suggestion.as_ref().and_then(|kept| kept.0.get("notices")?.as_array().cloned());
    let mut found = Vec::new();
    for one in kept.unwrap_or_default() {
        let reference = one.get("reference").and_then(|text| text.as_str()).unwrap_or_default();
        let detail = match app.notice_detail(caller, reference).await {
            Ok(detail) => detail,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let codes = one.get("reasons").and_then(|codes| codes.as_array()).into_iter().flatten();
        let reasons: Vec<String> =
            codes.filter_map(|code| code.as_str()).map(|code| reason(lang, code)).collect();
        let names: Vec<&str> = detail.payers.iter().map(|(row, _)| row.name.as_str()).collect();
        let stand = super::badges::Stand {
            state: detail.notice.state,
            pay_by: detail.notice.pay_by,
            lapse_after: detail.notice.lapse_after,
            timeliness: None,
            accepted: false,
            at_court: false,
        };
        found.push(Suggestion {
            badge: stand.badge(app.now().day()),
            payer: names.join("; "),
            amount: detail.notice.amount,
            pay_by: detail.notice.pay_by,
            reasons: reasons.join("; "),
            reference: detail.notice.reference,
        });
    }
    Ok(found)
}

/// A reason of a suggestion in words.
fn reason(lang: Lang, code: &str) -> String {
    let Some(reason) = Reason::from_code(code) else { return code.to_owned() };
    match reason {
        Reason::CodeNamed => lang.t("reason-code-named"),
        Reason::CodeWithoutLetters => lang.t("reason-code-without-letters"),
        Reason::CodeOffByOneDigit => lang.t("reason-code-off"),
        Reason::CodeTransposed => lang.t("reason-code-transposed"),
        Reason::CodeLengthOff => lang.t("reason-code-length"),
        Reason::NameAgrees => lang.t("reason-name"),
        Reason::ExactAmount => lang.t("reason-amount"),
        Reason::AmountOnly => lang.t("reason-amount-only"),
    }
    .to_string()
}

/// Whether the money should go back to its payer.
pub(super) fn suggests_refund(row: &ExceptionRow) -> bool {
    let kept = row.suggestion.as_ref().and_then(|kept| kept.0.get("refund"));
    kept.and_then(serde_json::Value::as_bool).unwrap_or(false)
}

/// Why the money waits: its kind, and what a person or the program wrote beside it.
fn reason_of(lang: Lang, row: &ExceptionRow) -> String {
    let kind = unsettled(lang, row.kind);
    row.reason.as_ref().map_or(kind.clone(), |written| format!("{kind}; {written}"))
}

/// Why it waits no longer; what the program writes there, in words.
fn ended(lang: Lang, row: &ExceptionRow) -> String {
    match row.cleared_why.as_deref() {
        Some("the parts add up") => lang.t("rule-parts").to_string(),
        other => other.unwrap_or_default().to_owned(),
    }
}

fn exception_line(row: &ExceptionRow) -> BankLine {
    BankLine {
        number: row.line_number.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        at: row.paid_at,
        on: row.bank_day,
        amount: row.amount,
        balance: None,
        payer: row.payer.clone().unwrap_or_default(),
        memo: memo(row.text.as_deref().unwrap_or_default()),
        badge: kind_of(row.kind).badge(),
        outcome: Outcome::default(),
    }
}

/// `GET /desk/exceptions`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let said = |error: Error| seated.refuse(&error);
    let filter = ExceptionFilter {
        state: Some(ExceptionState::Open),
        limit: MOST,
        ..ExceptionFilter::default()
    };
    let all = app.open_money(&caller, &filter).await.map_err(said)?;
    let tabs = KINDS.iter().map(|kind| {
        let count = all.iter().filter(|row| kind_of(row.kind) == *kind).count();
        ExceptionTab { kind: *kind, count: u32::try_from(count).unwrap_or(u32::MAX) }
    });
    let tabs = tabs.filter(|tab| tab.count > 0).collect();
    let chosen = seated.visit.asked("kind");
    let kind = KINDS.into_iter().find(|kind| Some(kind.value()) == chosen);
    let shown: Vec<&ExceptionRow> =
        all.iter().filter(|row| kind.is_none_or(|kind| kind_of(row.kind) == kind)).collect();
    let sum = Dong::total(shown.iter().map(|row| row.amount));
    let summary = shown.first().zip(sum).map(|(oldest, amount)| ExceptionSummary {
        count: u32::try_from(shown.len()).unwrap_or(u32::MAX),
        amount,
        oldest: oldest.bank_day,
    });
    let (range, paging) = paging(&seated, shown.len());
    let mut rows = Vec::new();
    for row in shown.get(range).unwrap_or_default() {
        let lang = seated.visit.lang;
        let best = suggestions(&app, &caller, lang, row).await.map_err(said)?.into_iter().next();
        rows.push(money::ExceptionRow {
            id: row.id.to_string(),
            kind: kind_of(row.kind),
            line: exception_line(row),
            suggestion: best,
            refund: suggests_refund(row),
        });
    }
    let frame = seated.frame(Switch::Link);
    let page = ExceptionsPage { frame, tabs, kind, summary, rows, paging };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// `GET /desk/exceptions/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let sheet = sheet(&app, &seated, (&caller, &id)).await?;
    let form = AssignForm::default();
    shown(&seated, &caller, (&sheet, Typed::Fresh(form)), StatusCode::OK).await
}

async fn sheet(
    app: &App,
    seated: &Seated,
    (caller, id): (&Caller, &str),
) -> Result<ExceptionSheet, Response> {
    let id: ExceptionId = seated.id(id)?;
    app.exception_sheet(caller, id).await.map_err(|error| seated.refuse(&error))
}

/// What stands in the forms of the page.
enum Typed {
    /// Nothing yet, or what is wrong with it.
    Fresh(AssignForm),
    /// A choice to be looked at.
    Checked(AssignForm, Assigned, Reference),
    /// A reason for taking back, with its fault.
    TakeBack(Field),
}

async fn shown(
    seated: &Seated,
    caller: &Caller,
    (sheet, typed): (&ExceptionSheet, Typed),
    status: StatusCode,
) -> Result<Response, Response> {
    let app = &seated.visit.app;
    let lang = seated.visit.lang;
    let said = |error: Error| seated.refuse(&error);
    let row = &sheet.row;
    let suggestions = suggestions(app, caller, lang, row).await.map_err(said)?;
    let act = act(seated, caller, sheet, typed).await.map_err(said)?;
    let on_statement = row.line_id.is_some();
    let events = sheet.acts.iter().map(|(act, who)| Event {
        at: act.at,
        what: act_words(lang, &act.action),
        who: who.clone(),
    });
    let switch = if matches!(act, Act::Assign(_)) { Switch::Form } else { Switch::Link };
    let page = ExceptionPage {
        frame: seated.frame(switch),
        id: row.id.to_string(),
        kind: kind_of(row.kind),
        line: exception_line(row),
        times: FourTimes {
            bank: row.paid_at,
            message: (!on_statement).then_some(row.raised_at),
            statement: sheet.booked_on,
            court: None,
        },
        reason: reason_of(lang, row),
        meant: row.reference.as_ref().and_then(|code| code.parse().ok()),
        same_sum: if row.state == ExceptionState::Open { sheet.same_sum } else { 0 },
        suggestions,
        refund: row.state == ExceptionState::Open && suggests_refund(row),
        act,
        decided: sheet.decided_by.as_ref().map(|(who, at)| Decided {
            who: who.clone(),
            at: *at,
            why: ended(lang, row),
        }),
        events: events.collect(),
    };
    Ok(pages::answer(status, &page))
}

/// What can be done by the one who asks.
async fn act(
    seated: &Seated,
    caller: &Caller,
    sheet: &ExceptionSheet,
    typed: Typed,
) -> Result<Act, Error> {
    let decides = seated.seat.granted(Operation::ImportStatement);
    if decides.is_none_or(|granted| granted.scope != caller.scope) {
        return Ok(Act::Nothing);
    }
    let own = format!("/desk/exceptions/{}", sheet.row.id);
    let form_id = seated.form_id(&own);
    Ok(match (sheet.possible, typed) {
        (Possible::Assign, Typed::Checked(form, assigned, reference)) => {
            let app = &seated.visit.app;
            let detail = app.notice_detail(caller, reference.as_str()).await?;
            let names: Vec<&str> = detail.payers.iter().map(|(row, _)| row.name.as_str()).collect();
            let review = Review {
                payer: names.join("; "),
                due: detail.notice.amount,
                effect: match assigned {
                    Assigned::Settled { over, .. } => Effect::Settles { over },
                    Assigned::Waits { missing } => Effect::Waits { missing },
                },
                reference,
            };
            Act::Apply(AssignForm { form_id, ..form }, review)
        }
        (Possible::Assign, Typed::Fresh(form)) => Act::Assign(AssignForm { form_id, ..form }),
        (Possible::Assign, Typed::TakeBack(_)) => {
            Act::Assign(AssignForm { form_id, ..AssignForm::default() })
        }
        (Possible::TakeBack, typed) => {
            let reason =
                if let Typed::TakeBack(reason) = typed { reason } else { Field::default() };
            Act::TakeBack(seated.form_id(&format!("{own}/take-back")), reason)
        }
        (Possible::Nothing, _) => Act::Nothing,
    })
}

/// The words of an act in the history of money.
fn act_words(lang: Lang, action: &str) -> String {
    match action {
        "payment.excepted" => lang.t("act-payment-excepted"),
        "notice.paid" => lang.t("act-notice-paid"),
        "exception.assigned" => lang.t("act-exception-assigned"),
        "exception.taken_back" => lang.t("act-exception-taken-back"),
        other => return other.to_owned(),
    }
    .to_string()
}

/// `POST /desk/exceptions/{id}`: shows what the choice does, then applies it.
pub(super) async fn assign(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::ImportStatement)?;
    let sheet = sheet(&app, &seated, (&caller, &id)).await?;
    let see = format!("/desk/exceptions/{}", sheet.row.id);
    if switched {
        let (fields, _) = read(&form);
        let typed = Typed::Fresh(fields.unmarked());
        return shown(&seated, &caller, (&sheet, typed), StatusCode::OK).await;
    }
    seated.once(&form)?;
    let (fields, chosen) = read(&form);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(reference) = chosen else {
        return shown(&seated, &caller, (&sheet, Typed::Fresh(fields)), wrong).await;
    };
    let money = (sheet.row.id, reference.clone());
    let done = match form.text("act").as_str() {
        "back" => {
            let typed = Typed::Fresh(fields.unmarked());
            return shown(&seated, &caller, (&sheet, typed), StatusCode::OK).await;
        }
        "apply" => app.assign_money(&caller, money, &fields.reason.value).await.map(Some),
        _ => match app.weigh_money(&caller, money).await {
            Ok(assigned) => {
                let typed = Typed::Checked(fields, assigned, reference);
                return shown(&seated, &caller, (&sheet, typed), StatusCode::OK).await;
            }
            Err(refusal) => Err(refusal),
        },
    };
    match done {
        Ok(Some(Assigned::Settled { receipt, .. })) => {
            let receipt = app.receipt(&caller, receipt).await;
            let row = receipt.map_err(|error| seated.refuse(&error))?.row;
            let name = format!("{} số {}", row.symbol, row.number);
            let banner = Banner::Assigned { reference: reference.spaced(), receipt: name };
            Ok(seated.done(banner, &see))
        }
        Ok(_) => Ok(seated.done(Banner::AssignedPart { reference: reference.spaced() }, &see)),
        Err(refusal) => {
            let fields = marked(&seated, fields, refusal, (sheet.row.id, &see)).await?;
            shown(&seated, &caller, (&sheet, Typed::Fresh(fields)), wrong).await
        }
    }
}

/// The form with what is wrong with the choice, else the page that says no.
async fn marked(
    seated: &Seated,
    mut fields: AssignForm,
    refusal: Refusal,
    (id, see): (ExceptionId, &str),
) -> Result<AssignForm, Response> {
    let wrong = match refusal {
        Refusal::Decided | Refusal::NotMoney => return Err(seated.changed(id.uuid(), see).await),
        Refusal::Error(error) => return Err(seated.refuse(&error)),
        Refusal::NoNotice => Wrong::NoNotice,
        Refusal::Closed(kind) => Wrong::NoticeTakesNone(kind_of(kind).badge()),
    };
    if fields.notice.is("other") {
        fields.other.wrong = Some(wrong);
    } else {
        fields.notice.wrong = Some(wrong);
    }
    Ok(fields)
}

/// What was typed, and the notice that it names when every field fits.
fn read(form: &Sent) -> (AssignForm, Option<Reference>) {
    let mut notice = form.needed("notice", Wrong::Choose(Item::Notice));
    let mut other = form.field("other");
    let reason = reason_field(form);
    let typed = if notice.is("other") { other.value.clone() } else { notice.value.clone() };
    let reference = Reference::from_typed(&typed);
    if notice.wrong.is_none() && reference.is_err() {
        let wrong = match reference {
            Err(ReferenceError::CheckDigit) => Wrong::CheckDigit,
            _ if typed.is_empty() => Wrong::Enter(Item::Reference),
            _ => Wrong::CheckDigit,
        };
        let field = if notice.is("other") { &mut other } else { &mut notice };
        field.wrong = Some(wrong);
    }
    let fits = notice.wrong.is_none() && other.wrong.is_none() && reason.wrong.is_none();
    let form = AssignForm { form_id: String::new(), notice, other, reason };
    (form, reference.ok().filter(|_| fits))
}

fn reason_field(form: &Sent) -> Field {
    let reason = form.field("reason");
    let long = REASON.contains(&reason.value.chars().count());
    if long { reason } else { reason.but(Wrong::Reason) }
}

/// `POST /desk/exceptions/{id}/take-back`.
pub(super) async fn take_back(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ImportStatement)?;
    let sheet = sheet(&app, &seated, (&caller, &id)).await?;
    let id = sheet.row.id;
    seated.once(&form)?;
    let reason = reason_field(&form);
    if reason.wrong.is_some() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return shown(&seated, &caller, (&sheet, Typed::TakeBack(reason)), status).await;
    }
    match app.take_back_money(&caller, id, &reason.value).await {
        Ok(()) => Ok(seated.done(Banner::TakenBack, "/desk/exceptions")),
        Err(Refusal::Error(error)) => Err(seated.refuse(&error)),
        Err(_) => Err(seated.changed(id.uuid(), &format!("/desk/exceptions/{id}")).await),
    }
}
