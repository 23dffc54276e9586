//! Bank lines and what became of them: reconciliation, and money to be decided.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{session::Seated, today::paging};
use crate::{
    app::{
        App, Caller, Error,
        desk::{ExceptionFilter, ExceptionRow, LineRow, StatementSheet},
        money::Page,
    },
    domain::{
        exception::{ExceptionKind as Kind, ExceptionState},
        id::{ExceptionId, Reference, StatementId},
        money::Dong,
        payment::Direction,
        reconcile::Reason,
        reference_scan::scan,
        staff::Operation,
    },
    web::pages::{
        self,
        badge::Badge,
        cases::FourTimes,
        form::{Choice, Field},
        frame::Switch,
        money::{
            self, Balance, BankLine, ExceptionPage, ExceptionSummary, ExceptionTab, ExceptionsPage,
            Found, Memo, OutcomeKind, OutcomeSum, ReconFilter, ReconPage, ReconRow, Suggestion,
        },
    },
    words::Lang,
};

/// Rows that a list reads, at most.
const MOST: i64 = 10_000;

/// A transfer text with its references marked as they stand in it.
pub(super) fn memo(text: &str) -> Memo {
    let codes = scan(text).strict().iter().map(|hit| hit.code().to_owned()).collect();
    Memo::new(text, codes)
}

fn signed(line: &LineRow) -> Dong {
    match line.direction {
        Direction::Credit => line.amount,
        Direction::Debit => Dong::ZERO.checked_sub(line.amount).unwrap_or(line.amount),
    }
}

/// A line of a statement with what became of it.
pub(super) fn line_row(lang: Lang, sheet: &StatementSheet, line: &LineRow) -> BankLine {
    let exception = sheet.exceptions.iter().find(|one| one.line_id == line.id);
    let receipts = sheet
        .matches
        .iter()
        .filter(|one| one.line_id == line.id)
        .filter_map(|one| Some(format!("{} số {}", one.symbol.as_ref()?, one.number?)));
    let receipts: Vec<String> = receipts.collect();
    let outcome = match (exception, line.outcome.as_deref()) {
        (Some(one), _) => kind_of(one.kind).badge().word(lang).to_string(),
        (None, Some("fee")) => lang.t("outcome-fee").to_string(),
        (None, Some("interest")) => lang.t("outcome-interest").to_string(),
        (None, _) => receipts.join(", "),
    };
    BankLine {
        number: u32::try_from(line.n).unwrap_or(u32::MAX),
        at: line.booked_at,
        on: line.booked_on,
        amount: signed(line),
        balance: line.balance_after,
        payer: line.payer_name.clone().unwrap_or_default(),
        memo: memo(&line.memo),
        badge: if exception.is_some() || line.outcome.is_none() {
            Badge::Exception
        } else {
            Badge::Matched
        },
        outcome,
        exception: exception.map(|one| one.id.to_string()),
    }
}

/// The domain's kinds as the page's fewer ones.
const fn kind_of(kind: Kind) -> money::ExceptionKind {
    match kind {
        Kind::NoReference | Kind::UnknownReference | Kind::UnknownOrder | Kind::Poisoned => {
            money::ExceptionKind::UnknownCode
        }
        Kind::Short => money::ExceptionKind::Short,
        Kind::Over => money::ExceptionKind::Over,
        Kind::Double => money::ExceptionKind::Double,
        Kind::ClosedNotice => money::ExceptionKind::NoticeClosed,
        Kind::AmountDiffers | Kind::SumDiffers | Kind::OtherAgency | Kind::Held => {
            money::ExceptionKind::WrongAmount
        }
        Kind::ProviderSettlement => money::ExceptionKind::ProviderSettlement,
        Kind::UnexplainedDebit => money::ExceptionKind::UnexplainedDebit,
    }
}

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

/// `GET /desk/recon`: the lines of one statement, the newest where none is chosen.
pub(super) async fn recon(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let said = |error: Error| seated.refuse(&error);
    let all = app.statements(&caller, Page { limit: MOST, offset: 0 }).await.map_err(said)?;
    let chosen = seated.visit.asked("statement").filter(|text| !text.is_empty());
    let id = match chosen {
        Some(text) => Some(seated.id::<StatementId>(text)?),
        None => all.first().map(|row| row.id),
    };
    let sheet = match id {
        Some(id) => Some(app.statement_sheet(&caller, id).await.map_err(said)?),
        None => None,
    };
    let show = seated.visit.asked("show").unwrap_or_default();
    let mut rows = Vec::new();
    if let Some(sheet) = &sheet {
        for line in &sheet.lines {
            rows.push(recon_row(&app, &seated, &caller, (sheet, line)).await?);
        }
    }
    let is_open = |row: &ReconRow| row.line.badge == Badge::Exception;
    let open = rows.iter().filter(|row| is_open(row)).count();
    let matched = rows.len() - open;
    rows.retain(|row| match show {
        "open" => is_open(row),
        "matched" => !is_open(row),
        _ => true,
    });
    let (range, paging) = paging(&seated, rows.len());
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let page = ReconPage {
        frame: seated.frame(Switch::Link),
        matched: small(matched),
        open: small(open),
        filter: ReconFilter {
            statement: Field::of(chosen.unwrap_or_default()),
            statements: all
                .iter()
                .map(|row| Choice::of(row.id.to_string(), &row.file_name))
                .collect(),
            show: Field::of(show),
        },
        balance: sheet.as_ref().and_then(balance),
        rows: rows.get(range).unwrap_or_default().to_vec(),
        paging,
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

async fn recon_row(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    (sheet, line): (&StatementSheet, &LineRow),
) -> Result<ReconRow, Response> {
    let lang = seated.visit.lang;
    let row = line_row(lang, sheet, line);
    let references: Vec<Reference> = sheet
        .matches
        .iter()
        .filter(|one| one.line_id == line.id)
        .map(|one| one.reference.clone())
        .collect();
    let exception = sheet.exceptions.iter().find(|one| one.line_id == line.id);
    let found = match exception {
        Some(one) => {
            let said = |error: Error| seated.refuse(&error);
            let (row, _) = app.money_to_decide(caller, one.id).await.map_err(said)?;
            Found::Exception {
                id: one.id.to_string(),
                what: kind_of(one.kind).badge().word(lang).to_string(),
                suggestions: suggestions(app, caller, lang, &row).await.map_err(said)?,
            }
        }
        None if references.is_empty() => Found::Other { what: row.outcome.clone() },
        None => Found::Notice { references, why: line.rule.clone().unwrap_or_default() },
    };
    let is_notice = matches!(found, Found::Notice { .. });
    let receipt = is_notice.then(|| row.outcome.clone()).filter(|text| !text.is_empty());
    Ok(ReconRow { line: row, found, receipt })
}

/// The proof that every line has one outcome.
fn balance(sheet: &StatementSheet) -> Option<Balance> {
    let mut outcomes: Vec<OutcomeSum> = Vec::new();
    let mut difference = sheet.statement.opening;
    for line in &sheet.lines {
        let kind = match line.outcome.as_deref() {
            Some("payment") => OutcomeKind::Payment,
            Some("fee") => OutcomeKind::Fee,
            Some("interest") => OutcomeKind::Interest,
            Some(_) | None => OutcomeKind::Unmatched,
        };
        let amount = signed(line);
        difference = difference.checked_add(amount)?;
        match outcomes.iter_mut().find(|sum| sum.kind == kind) {
            Some(sum) => {
                sum.count += 1;
                sum.amount = sum.amount.checked_add(amount)?;
            }
            None => outcomes.push(OutcomeSum { kind, count: 1, amount }),
        }
    }
    Some(Balance {
        opening: sheet.statement.opening,
        outcomes,
        lines: u32::try_from(sheet.lines.len()).unwrap_or(u32::MAX),
        closing: sheet.statement.closing,
        difference: difference.checked_sub(sheet.statement.closing)?,
    })
}

/// What an exception may belong to, with the reasons in words.
async fn suggestions(
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
        outcome: String::new(),
        exception: Some(row.id.to_string()),
    }
}

/// `GET /desk/exceptions`.
pub(super) async fn exceptions(
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
        });
    }
    let frame = seated.frame(Switch::Link);
    let page = ExceptionsPage { frame, tabs, kind, summary, rows, paging };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// `GET /desk/exceptions/{id}`.
pub(super) async fn exception(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let id: ExceptionId = seated.id(&id)?;
    let said = |error: Error| seated.refuse(&error);
    let (row, same_sum) = app.money_to_decide(&caller, id).await.map_err(said)?;
    let lang = seated.visit.lang;
    let on_statement = row.line_id.is_some();
    let page = ExceptionPage {
        frame: seated.frame(Switch::Link),
        kind: kind_of(row.kind),
        line: exception_line(&row),
        times: FourTimes {
            bank: row.paid_at,
            message: (!on_statement).then_some(row.raised_at),
            statement: on_statement.then_some(row.bank_day),
            court: None,
        },
        reason: row
            .reason
            .clone()
            .unwrap_or_else(|| kind_of(row.kind).badge().word(lang).to_string()),
        same_sum,
        suggestions: suggestions(&app, &caller, lang, &row).await.map_err(said)?,
        events: Vec::new(),
    };
    Ok(pages::answer(StatusCode::OK, &page))
}
