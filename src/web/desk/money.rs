//! Bank lines and what became of them: reconciliation.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{exceptions::suggestions, session::Seated, today::paging};
use crate::{
    app::{
        App, Caller, Error,
        desk::{LineRow, StatementSheet},
        money::Page,
    },
    domain::{
        exception::ExceptionKind as Kind,
        id::{Reference, StatementId},
        money::Dong,
        payment::Direction,
        reference_scan::scan,
        settle::Rule,
        staff::Operation,
        time::Day,
    },
    web::pages::{
        self,
        badge::Badge,
        form::{Choice, Field},
        frame::Switch,
        money::{
            self, Balance, BankLine, Found, Memo, OutcomeKind, OutcomeSum, ReconFilter, ReconPage,
            ReconRow,
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
    let outcome = match (exception, line.outcome.as_deref()) {
        (Some(one), _) => kind_of(one.kind).badge().word(lang).to_string(),
        (None, Some("fee")) => lang.t("outcome-fee").to_string(),
        (None, Some("interest")) => lang.t("outcome-interest").to_string(),
        (None, _) => receipts(sheet, line),
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

/// The receipts of the notices that a line pays.
fn receipts(sheet: &StatementSheet, line: &LineRow) -> String {
    let own = sheet.matches.iter().filter(|one| one.line_id == line.id);
    let told = own.filter_map(|one| Some(format!("{} số {}", one.symbol.as_ref()?, one.number?)));
    told.collect::<Vec<_>>().join(", ")
}

/// The domain's kinds as the page's fewer ones.
pub(super) const fn kind_of(kind: Kind) -> money::ExceptionKind {
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

/// `GET /desk/recon`: the lines of one day or one statement; the newest day where none is chosen.
pub(super) async fn recon(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let said = |error: Error| seated.refuse(&error);
    let all = app.statements(&caller, Page { limit: MOST, offset: 0 }).await.map_err(said)?;
    let days = app.line_days(&caller).await.map_err(said)?;
    let given = |name| seated.visit.asked(name).filter(|text: &&str| !text.is_empty());
    let (statement, mut day) =
        (given("statement"), given("day").and_then(|text| text.parse().ok()));
    if statement.is_none() && day.is_none() {
        day = days.first().copied();
    }
    let sheets = match (statement, day) {
        (Some(text), day) => {
            let id = seated.id::<StatementId>(text)?;
            let mut sheet = app.statement_sheet(&caller, id).await.map_err(said)?;
            sheet.lines.retain(|line| day.is_none_or(|day| line.booked_on == day));
            vec![sheet]
        }
        (None, Some(day)) => app.day_sheets(&caller, day).await.map_err(said)?,
        (None, None) => Vec::new(),
    };
    let show = seated.visit.asked("show").unwrap_or_default();
    let mut rows = Vec::new();
    for sheet in &sheets {
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
        can_import: seated.seat.granted(Operation::ImportStatement).is_some(),
        matched: small(matched),
        open: small(open),
        filter: ReconFilter {
            day: Field::of(day.map(|day: Day| day.to_string()).unwrap_or_default()),
            days: days.iter().map(|day| Choice::of(day.to_string(), day.slashed())).collect(),
            statement: Field::of(statement.unwrap_or_default()),
            statements: all
                .iter()
                .map(|row| Choice::of(row.id.to_string(), &row.file_name))
                .collect(),
            show: Field::of(show),
        },
        balances: sheets.iter().filter_map(balance).collect(),
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
        None => {
            let rule = sheet.matches.iter().find(|one| one.line_id == line.id);
            let rule = rule.and_then(|one| Rule::from_code(&one.rule));
            Found::Notice { references, why: rule.map(|rule| why(lang, rule)).unwrap_or_default() }
        }
    };
    // Money of which a part waits has paid its notice with the rest.
    let receipt = Some(receipts(sheet, line)).filter(|text| !text.is_empty());
    Ok(ReconRow { line: row, found, receipt })
}

/// By which rule money found its notice, in words.
fn why(lang: Lang, rule: Rule) -> String {
    match rule {
        Rule::Order => lang.t("rule-order"),
        Rule::Exact => lang.t("rule-exact"),
        Rule::Lenient => lang.t("rule-lenient"),
        Rule::Several => lang.t("rule-several"),
        Rule::Parts => lang.t("rule-parts"),
        Rule::Chosen => lang.t("rule-chosen"),
    }
    .to_string()
}

/// The proof that every line has one outcome; none for a part of a statement.
fn balance(sheet: &StatementSheet) -> Option<Balance> {
    if i64::try_from(sheet.lines.len()) != Ok(sheet.statement.line_count) {
        return None;
    }
    let mut outcomes: Vec<OutcomeSum> = Vec::new();
    let mut difference = sheet.statement.opening;
    for line in &sheet.lines {
        let waits = sheet.exceptions.iter().any(|one| one.line_id == line.id);
        let kind = match line.outcome.as_deref().filter(|_| !waits) {
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
        account: sheet.statement.account_name.clone(),
        opening: sheet.statement.opening,
        outcomes,
        lines: u32::try_from(sheet.lines.len()).unwrap_or(u32::MAX),
        closing: sheet.statement.closing,
        difference: difference.checked_sub(sheet.statement.closing)?,
    })
}
