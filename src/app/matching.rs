//! Matching: every line of a statement gets its outcome, and what is left over its suggestions.

use serde_json::json;

use super::{
    App, Caller, Error,
    settle::{Booking, Item, LaneError},
    statements::{bank_and, book_error, two_lines},
    vault::Purpose,
};
use crate::{
    domain::{
        exception::{ExceptionKind, ExceptionState},
        ledger::{LedgerKind, PostingCause, PostingGroup},
        name::Name,
        notice::NoticeState,
        payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
        reconcile::{Candidate, Kind, Movement, NoticeStanding, Rules, suggest},
        reference_scan::scan,
        staff::Scope,
        statement::Line,
        time::Day,
    },
    store::{
        Tx,
        account::AccountRow,
        engine::rows,
        notice::NoticeFilter,
        statement::{ExceptionFilter, LineRow},
    },
};

/// Notices that suggestions look at, at most.
const CANDIDATES: i64 = 10_000;

/// What matching brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Lines that got their outcome now.
    pub lines: usize,
    /// Exceptions raised now.
    pub exceptions: usize,
}

impl App {
    /// Matches every line of an account that has no outcome yet, up to a day where one is named.
    /// Run again, it changes nothing.
    pub async fn reconcile(
        &self,
        caller: &Caller,
        account: &AccountRow,
        until: Option<Day>,
    ) -> Result<Reconciled, Error> {
        let rules = Rules::built_in().map_err(Error::internal)?;
        let mut tx = self.store.read().await?;
        let waiting = tx.waiting_lines(account.id, until).await?;
        tx.rollback().await?;
        if waiting.is_empty() {
            self.suggest_for(account).await?;
            return Ok(Reconciled::default());
        }
        self.open_books(account).await?;
        let mut money = Vec::new();
        let mut others = Vec::new();
        for row in &waiting {
            let line = line_of(self, row)?;
            let named = scan(&line.description).named();
            let kind = rules.kind_of(Movement::from(&line), &named);
            if kind == Kind::Money && row.direction == Direction::Credit {
                money.push((row, line));
            } else {
                others.push((row, kind));
            }
        }
        let items: Vec<Item> =
            money.iter().map(|(row, line)| self.line_item(caller, row, line)).collect();
        let outcomes = self.lane.settle_lines(items).await.map_err(lane_error)?;
        let mut exceptions = outcomes.iter().filter(|outcome| outcome.raised().is_some()).count();
        if !others.is_empty() {
            exceptions += self.book_others(caller, account, &others).await?;
        }
        self.suggest_for(account).await?;
        Ok(Reconciled { lines: waiting.len(), exceptions })
    }

    fn line_item(&self, caller: &Caller, row: &LineRow, line: &Line) -> Item {
        Item {
            account: row.account_id,
            actor: caller.actor.clone(),
            report: Report {
                source: Source::Statement,
                source_id: row.source_id.clone(),
                direction: row.direction,
                amount: row.amount,
                standing: Standing::Received,
                address: Address::Memo(row.memo.clone()),
                bank_reference: row.bank_reference.clone(),
                counterparty: line.counterparty.clone(),
                paid_at: row.booked_at,
                paid_on: row.booked_on,
                paid_basis: PaidBasis::Statement,
                value_date: row.value_date,
            },
            received_at: self.now(),
            message: None,
            line: Some(row.id),
            gateway: None,
        }
    }

    /// Posts what is no payment: fees and interest by rule, everything else to be explained.
    async fn book_others(
        &self,
        caller: &Caller,
        account: &AccountRow,
        others: &[(&LineRow, Kind)],
    ) -> Result<usize, Error> {
        let mut booking = Booking {
            agency: account.agency_id,
            actor: caller.actor.clone(),
            action: "lines.booked",
            entity: ("account", account.id.uuid()),
            payload: json!({ "lines": others.iter().map(|(row, _)| row.id).collect::<Vec<_>>() }),
            booked_on: self.now().day(),
            groups: Vec::new(),
            lines: Vec::new(),
            exceptions: Vec::new(),
        };
        for (row, kind) in others {
            let (against, outcome, rule, raised) = match kind {
                Kind::BankFee => (LedgerKind::Fees, "fee", "bank_fee", None),
                Kind::Interest => (LedgerKind::Interest, "interest", "interest", None),
                Kind::ProviderSettlement { .. } => (
                    LedgerKind::Unidentified,
                    "unmatched",
                    "provider_settlement",
                    Some(ExceptionKind::ProviderSettlement),
                ),
                Kind::Returned if row.direction == Direction::Credit => (
                    LedgerKind::Unidentified,
                    "unmatched",
                    "returned",
                    Some(ExceptionKind::NoReference),
                ),
                Kind::Money | Kind::Returned | Kind::UnexplainedDebit => (
                    LedgerKind::Unidentified,
                    "unmatched",
                    "unexplained",
                    Some(ExceptionKind::UnexplainedDebit),
                ),
            };
            booking.groups.push((line_group(account, row, against)?, Some(row.id)));
            booking.lines.push(rows::Line {
                id: row.id,
                outcome,
                rule: Some(rule.to_owned()),
                payment_id: None,
            });
            booking.exceptions.extend(raised.map(|kind| self.line_exception(account, row, kind)));
        }
        let raised = booking.exceptions.len();
        let mut tx = self.store.begin().await?;
        self.lane.settler().book(&mut tx, booking).await.map_err(book_error)?;
        tx.commit().await?;
        Ok(raised)
    }

    fn line_exception(
        &self,
        account: &AccountRow,
        row: &LineRow,
        kind: ExceptionKind,
    ) -> rows::Exception {
        rows::Exception {
            id: self.new_id(),
            agency_id: account.agency_id,
            court_id: None,
            kind,
            amount: row.amount,
            payment_id: None,
            line_id: Some(row.id),
            notice_id: None,
            order_id: None,
            inbox_id: None,
            reason: None,
            state: ExceptionState::Open,
            bank_day: row.booked_on,
            raised_at: self.now(),
            cleared_at: None,
            cleared_by: None,
            cleared_why: None,
        }
    }

    /// Looks for notices that open exceptions may belong to. Nothing of it settles.
    async fn suggest_for(&self, account: &AccountRow) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        let waiting = tx.unsuggested(account.agency_id).await?;
        if waiting.is_empty() {
            return Ok(tx.rollback().await?);
        }
        let scope = Scope::Agency { id: account.agency_id, children: true };
        let candidates = candidates(&mut tx, scope).await?;
        let filter = ExceptionFilter {
            state: Some(ExceptionState::Open),
            limit: CANDIDATES,
            ..ExceptionFilter::default()
        };
        let open = tx.exceptions(scope, &filter).await?;
        for row in open.iter().filter(|row| waiting.contains(&row.id)) {
            let found = match row.kind {
                ExceptionKind::NoReference
                | ExceptionKind::UnknownReference
                | ExceptionKind::UnknownOrder
                | ExceptionKind::AmountDiffers
                | ExceptionKind::SumDiffers
                | ExceptionKind::Double
                | ExceptionKind::ClosedNotice => {
                    let counterparty = Counterparty { name: row.payer.clone(), account: None };
                    let movement = Movement {
                        direction: Direction::Credit,
                        amount: row.amount,
                        memo: row.text.as_deref().unwrap_or_default(),
                        counterparty: &counterparty,
                        reversal: false,
                    };
                    suggest(movement, &candidates)
                }
                ExceptionKind::Short
                | ExceptionKind::Over
                | ExceptionKind::OtherAgency
                | ExceptionKind::Held
                | ExceptionKind::ProviderSettlement
                | ExceptionKind::UnexplainedDebit
                | ExceptionKind::Poisoned => Vec::new(),
            };
            let suggestions: Vec<_> = found
                .iter()
                .map(|one| {
                    let reasons: Vec<_> = one.reasons.iter().map(|reason| reason.code()).collect();
                    json!({ "reference": one.reference.as_str(), "reasons": reasons })
                })
                .collect();
            let refund = matches!(row.kind, ExceptionKind::Double | ExceptionKind::Over)
                && suggestions.is_empty();
            tx.suggest(row.id, json!({ "notices": suggestions, "refund": refund })).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Open notices of an agency, with what is missing on each and who owes it.
async fn candidates(tx: &mut Tx, scope: Scope) -> Result<Vec<Candidate>, Error> {
    let mut found = Vec::new();
    for state in [NoticeState::Issued, NoticeState::Served, NoticeState::Lapsed] {
        let filter =
            NoticeFilter { state: Some(state), limit: CANDIDATES, ..NoticeFilter::default() };
        for listed in tx.notices(scope, &filter).await? {
            let notice = listed.notice;
            let missing = notice
                .amount
                .checked_sub(notice.allocated)
                .and_then(|due| due.checked_sub(notice.waiting))
                .unwrap_or(notice.amount);
            let payers = listed.payers.unwrap_or_default();
            found.push(Candidate {
                reference: notice.reference,
                amount: missing,
                payers: payers.split("; ").map(Name::new).collect(),
                pay_by: notice.pay_by.unwrap_or_else(|| notice.drafted_at.day()),
                standing: if state == NoticeState::Lapsed {
                    NoticeStanding::Lapsed
                } else {
                    NoticeStanding::Payable
                },
            });
        }
    }
    Ok(found)
}

fn line_group(
    account: &AccountRow,
    row: &LineRow,
    against: LedgerKind,
) -> Result<PostingGroup, Error> {
    let (bank, other) = bank_and(account, against);
    let sides = match row.direction {
        Direction::Credit => (bank, other),
        Direction::Debit => (other, bank),
    };
    two_lines(PostingCause::Line, sides, row.amount)
}

fn line_of(app: &App, row: &LineRow) -> Result<Line, Error> {
    let account = row
        .payer_account
        .as_deref()
        .map(|sealed| app.vault.open_text(Purpose::BankAccount, sealed))
        .transpose()
        .map_err(Error::internal)?;
    Ok(Line {
        number: u32::try_from(row.n).unwrap_or(u32::MAX),
        file_line: 0,
        booking_date: row.booked_on,
        value_date: row.value_date,
        moment: row.booked_at,
        direction: row.direction,
        amount: row.amount,
        reversal: row.reversal,
        bank_reference: row.bank_reference.clone(),
        counterparty: Counterparty { name: row.payer_name.clone(), account },
        description: row.memo.clone(),
        balance_after: row.balance_after,
    })
}

fn lane_error(error: LaneError) -> Error {
    match error {
        LaneError::Away => Error::Busy,
        LaneError::SetAside => Error::internal("a line was set aside"),
    }
}
