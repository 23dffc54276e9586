//! Bank lines and what became of them: reconciliation.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    exceptions::{suggestions, suggests_refund},
    session::Seated,
    today::paging,
};
use crate::{
    app::{
        App, Caller, Error,
        desk::{LineMatch, LineRow, StatementSheet},
        money::Page,
    },
    domain::{
        exception::{ExceptionKind as Kind, ExceptionState},
        id::StatementId,
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
            self, Balance, BankLine, Left, Memo, Outcome, OutcomeKind, OutcomeSum, ReconFilter,
            ReconPage,
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
    let settled = sheet.matches.iter().filter(|one| one.line_id == line.id);
    let settled: Vec<&LineMatch> = settled.collect();
    let left = sheet.exceptions_of(line.id).map(|one| Left {
        id: one.id.to_string(),
        kind: kind_of(one.kind),
        amount: one.amount,
        meant: one.meant.clone(),
        ended: one.state == ExceptionState::Cleared,
        suggestions: Vec::new(),
        refund: false,
    });
    BankLine {
        number: u32::try_from(line.n).unwrap_or(u32::MAX),
        at: line.booked_at,
        on: line.booked_on,
        amount: signed(line),
        balance: line.balance_after,
        payer: line.payer_name.clone().unwrap_or_default(),
        memo: memo(&line.memo),
        badge: if sheet.waits(line.id) || line.outcome.is_none() {
            Badge::Exception
        } else {
            Badge::Matched
        },
        outcome: Outcome {
            references: settled.iter().map(|one| one.reference.clone()).collect(),
            why: why(lang, sheet, line, settled.first().copied()),
            receipts: settled.iter().filter_map(|one| receipt(one)).collect(),
            left: left.collect(),
        },
    }
}

/// The receipt of a notice that a line pays.
fn receipt(paid: &LineMatch) -> Option<String> {
    Some(format!("{} số {}", paid.symbol.as_ref()?, paid.number?))
}

/// By which rule a line got its outcome, in words: that the bank had told of it before, then how
/// its money found a notice, or what it is instead.
fn why(lang: Lang, sheet: &StatementSheet, line: &LineRow, settled: Option<&LineMatch>) -> String {
    let Some(code) = line.rule.as_deref() else { return lang.t("rule-waiting").to_string() };
    let mut left = sheet.exceptions_of(line.id).map(|one| one.kind);
    let found = settled.and_then(|one| Rule::from_code(&one.rule)).map(|rule| {
        let over = sheet.exceptions_of(line.id).any(|one| one.kind == Kind::Over);
        settled_by(lang, rule, if over { Sum::Above } else { Sum::Exact })
    });
    match (code, found) {
        ("sighting", found) => {
            let found = found.or_else(|| left.next().map(|kind| unsettled(lang, kind)));
            let told = lang.t("rule-sighting").to_string();
            found.map_or(told.clone(), |found| format!("{told}; {found}"))
        }
        (_, Some(found)) => found,
        (code, None) => told_apart(lang, code),
    }
}

/// What the money is to the sum that is due.
#[derive(Clone, Copy)]
enum Sum {
    Exact,
    Above,
}

fn settled_by(lang: Lang, rule: Rule, sum: Sum) -> String {
    let named = match rule {
        Rule::Order => lang.t("rule-order"),
        Rule::Exact => lang.t("rule-exact"),
        Rule::Lenient => lang.t("rule-lenient"),
        Rule::Several => return lang.t("rule-several").to_string(),
        Rule::Parts => return lang.t("rule-parts").to_string(),
        Rule::Chosen => return lang.t("rule-chosen").to_string(),
    };
    match sum {
        Sum::Exact => lang.t("rule-sum-exact").with("rule", named),
        Sum::Above => lang.t("rule-sum-above").with("rule", named),
    }
    .to_string()
}

/// What a line is that pays no notice.
fn told_apart(lang: Lang, code: &str) -> String {
    match code {
        "bank_fee" => lang.t("rule-bank-fee").to_string(),
        "interest" => lang.t("rule-interest").to_string(),
        "returned" => lang.t("rule-returned").to_string(),
        "unexplained" => unsettled(lang, Kind::UnexplainedDebit),
        code => match (Kind::from_code(code), Rule::from_code(code)) {
            (Some(kind), _) => unsettled(lang, kind),
            (None, Some(rule)) => settled_by(lang, rule, Sum::Exact),
            (None, None) => code.to_owned(),
        },
    }
}

/// Why money is left over, in words: one text for each kind of the domain.
pub(super) fn unsettled(lang: Lang, kind: Kind) -> String {
    match kind {
        Kind::NoReference => lang.t("left-no-reference"),
        Kind::UnknownReference => lang.t("left-unknown-reference"),
        Kind::UnknownOrder => lang.t("left-unknown-order"),
        Kind::Short => lang.t("left-short"),
        Kind::Over => lang.t("left-over"),
        Kind::Double => lang.t("left-double"),
        Kind::ClosedNotice => lang.t("left-closed-notice"),
        Kind::AmountDiffers => lang.t("left-amount-differs"),
        Kind::SumDiffers => lang.t("left-sum-differs"),
        Kind::OtherAgency => lang.t("left-other-agency"),
        Kind::Held => lang.t("left-held"),
        Kind::ProviderSettlement => lang.t("left-provider-settlement"),
        Kind::UnexplainedDebit => lang.t("left-unexplained-debit"),
        Kind::Poisoned => lang.t("left-poisoned"),
    }
    .to_string()
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
    let is_open = |row: &BankLine| row.badge == Badge::Exception;
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

/// A line with what may be done about what is left of it.
async fn recon_row(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    (sheet, line): (&StatementSheet, &LineRow),
) -> Result<BankLine, Response> {
    let lang = seated.visit.lang;
    let said = |error: Error| seated.refuse(&error);
    let mut row = line_row(lang, sheet, line);
    for (left, one) in row.outcome.left.iter_mut().zip(sheet.exceptions_of(line.id)) {
        if one.state == ExceptionState::Open {
            let (exception, _) = app.money_to_decide(caller, one.id).await.map_err(said)?;
            left.suggestions = suggestions(app, caller, lang, &exception).await.map_err(said)?;
            left.refund = suggests_refund(&exception);
        }
    }
    Ok(row)
}

/// The proof that every line has one outcome; none for a part of a statement.
fn balance(sheet: &StatementSheet) -> Option<Balance> {
    if i64::try_from(sheet.lines.len()) != Ok(sheet.statement.line_count) {
        return None;
    }
    let mut outcomes: Vec<OutcomeSum> = Vec::new();
    let mut difference = sheet.statement.opening;
    for line in &sheet.lines {
        let waits = sheet.waits(line.id);
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
