//! Statements: importing a bank's file, and matching its lines.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    App, Caller, Error,
    settle::{BatchError, Booking, Item, LaneError},
    vault::Purpose,
};
use crate::{
    codec::{column_map::Maps, statement as codec},
    domain::{
        exception::{ExceptionKind, ExceptionState},
        id::{AccountId, LineId, StatementId},
        ledger::{LedgerKind, LedgerRef, Posting, PostingCause, PostingGroup, Side, Subject},
        money::Dong,
        name::Name,
        notice::NoticeState,
        payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
        reconcile::{Candidate, Kind, Movement, NoticeStanding, Rules, suggest},
        reference_scan::scan,
        refusal::Refusal,
        staff::Scope,
        statement::{Line, Statement},
        time::Day,
    },
    store::{
        Tx,
        account::AccountRow,
        columns::Hash,
        engine::rows,
        notice::NoticeFilter,
        statement::{ExceptionFilter, LineRow, NewStatement},
    },
};

/// Notices that suggestions look at, at most.
const CANDIDATES: i64 = 10_000;

/// Why a file was not imported; nothing of it stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file does not read, or is not whole.
    #[error("{0}")]
    File(Refusal),
    /// A file of the account came before with the same bytes.
    #[error("this file was imported on {on} by {by}")]
    SameFile {
        /// When.
        on: Day,
        /// By whom.
        by: String,
    },
    /// Its period meets that of another file.
    #[error("the period meets that of {file} ({from} to {to})")]
    Overlaps {
        /// The other file.
        file: String,
        /// Its first day.
        from: Day,
        /// Its last day.
        to: Day,
    },
    /// The balance before does not chain with the statement before or after.
    #[error("the statement beside it ({file}) has the balance {theirs}, this one {ours}")]
    Chain {
        /// The other file.
        file: String,
        /// Its balance at the seam.
        theirs: Dong,
        /// Ours.
        ours: Dong,
    },
    /// The format carries no balances, so nothing could be proven.
    #[error("the file carries no balances; import a statement that does")]
    NoBalances,
    /// A line of the file stands in another file already.
    #[error("line {0} stands in another file already")]
    LineAgain(u32),
    /// No account of ours has that number.
    #[error("no account has the number or name {0}")]
    UnknownAccount(String),
    /// Anything else.
    #[error(transparent)]
    App(#[from] Error),
}

impl From<crate::store::StoreError> for ImportError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::App(error.into())
    }
}

/// A file on its way in.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// `auto` or a format's name.
    pub format: &'a str,
    /// The account's name or number; a file that names its account must agree.
    pub account: Option<&'a str>,
}

/// What an import brought.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The statement.
    pub statement: StatementId,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// How many lines.
    pub lines: usize,
}

/// What matching brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Lines that got their outcome now.
    pub lines: usize,
    /// Exceptions raised now.
    pub exceptions: usize,
}

impl App {
    /// Reads a file as the account's statement; nothing is written.
    pub async fn read_statement(
        &self,
        caller: &Caller,
        file: File<'_>,
    ) -> Result<(AccountRow, Statement), ImportError> {
        let maps = Maps::built_in().map_err(|error| Error::internal(error.to_string()))?;
        let format = codec::Format::named(file.format, &maps)
            .ok_or_else(|| Error::refused("format", "unknown_format"))?;
        let accounts = self.store.read().await?.accounts().await?;
        let named = match file.account {
            Some(wanted) => Some(
                find_account(&accounts, wanted)
                    .ok_or_else(|| ImportError::UnknownAccount(wanted.to_owned()))?,
            ),
            None => None,
        };
        let number = named.and_then(|account| account.number.as_deref());
        let statement =
            codec::read(file.bytes, &format, number, &maps).map_err(ImportError::File)?;
        let account = match (named, statement.account()) {
            (Some(account), _) => account,
            (None, Some(number)) => find_account(&accounts, number)
                .ok_or_else(|| ImportError::UnknownAccount(masked_number(number)))?,
            (None, None) => return Err(Error::refused("account", "account_needed").into()),
        };
        if !holds_agency(self, caller, account).await? {
            return Err(Error::NotFound.into());
        }
        Ok((account.clone(), statement))
    }

    /// Imports a statement, whole or not at all. Matching is another act.
    pub async fn import_statement(
        &self,
        caller: &Caller,
        file: File<'_>,
    ) -> Result<Imported, ImportError> {
        let (account, statement) = self.read_statement(caller, file).await?;
        let (Some(opening), Some(closing)) = (statement.opening(), statement.closing()) else {
            return Err(ImportError::NoBalances);
        };
        let period = period_of(&statement, self.now().day());
        self.open_books(&account).await?;
        let hash = Hash(Sha256::digest(file.bytes).into());
        let now = self.now();
        let mut tx = self.store.begin().await?;
        refuse_repeats(&mut tx, &account, hash, period).await?;
        let first = refuse_breaks(&mut tx, &account, period, (opening, closing)).await?;
        tx.put_blob(hash, ("application/octet-stream", file.bytes), now).await?;
        let id: StatementId = self.new_id();
        let kept = tx
            .insert_statement(&NewStatement {
                id,
                account_id: account.id,
                agency_id: account.agency_id,
                format: statement.format(),
                file_name: file.name,
                sha256: hash,
                period_from: period.0,
                period_to: period.1,
                opening,
                closing,
                sum_credit: statement.sum_credit(),
                sum_debit: statement.sum_debit(),
                line_count: i64::try_from(statement.lines().len()).unwrap_or(i64::MAX),
                imported_by: &caller.name,
                imported_at: now,
            })
            .await?;
        if !kept {
            return Err(ImportError::SameFile { on: now.day(), by: caller.name.clone() });
        }
        self.insert_lines(&mut tx, &account, id, &statement).await?;
        let groups = if first { opening_groups(&account, opening)? } else { Vec::new() };
        let booking = Booking {
            agency: account.agency_id,
            actor: caller.actor.clone(),
            action: "statement.imported",
            entity: ("statement", id.uuid()),
            payload: json!({
                "account": account.id, "sha256": hex::encode(hash.0), "opening": opening,
                "closing": closing, "lines": statement.lines().len(),
            }),
            booked_on: period.0,
            groups,
            lines: Vec::new(),
            exceptions: Vec::new(),
        };
        self.lane.settler().book(&mut tx, booking).await.map_err(book_error)?;
        tx.commit().await?;
        Ok(Imported {
            statement: id,
            account: account.id,
            account_name: account.name,
            lines: statement.lines().len(),
        })
    }

    async fn insert_lines(
        &self,
        tx: &mut Tx,
        account: &AccountRow,
        statement_id: StatementId,
        statement: &Statement,
    ) -> Result<(), ImportError> {
        let source_ids = statement.source_ids();
        for ((n, line), source_id) in (1i64..).zip(statement.lines()).zip(source_ids) {
            let row = LineRow {
                id: self.new_id(),
                statement_id,
                account_id: account.id,
                agency_id: account.agency_id,
                n,
                booked_on: line.booking_date,
                booked_at: line.moment,
                value_date: line.value_date,
                direction: line.direction,
                amount: line.amount,
                bank_reference: line.bank_reference.clone(),
                payer_name: line.counterparty.name.clone(),
                payer_account: line.counterparty.account.as_deref().map(|number| {
                    self.vault.seal(Purpose::BankAccount, number.as_bytes(), &*self.random)
                }),
                memo: line.description.clone(),
                balance_after: line.balance_after,
                reversal: line.reversal,
                source_id,
                outcome: None,
                rule: None,
                payment_id: None,
            };
            if !tx.insert_line(&row).await? {
                return Err(ImportError::LineAgain(line.number));
            }
        }
        Ok(())
    }

    async fn open_books(&self, account: &AccountRow) -> Result<(), Error> {
        let settler = self.lane.settler();
        settler.open_books(account.id, account.agency_id).await?;
        Ok(settler.ensure_series(account.agency_id).await?)
    }

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

/// An account by its name, else by its number without blanks and dots.
fn find_account<'a>(accounts: &'a [AccountRow], wanted: &str) -> Option<&'a AccountRow> {
    let digits: String = wanted.chars().filter(char::is_ascii_alphanumeric).collect();
    let by_name = accounts.iter().find(|account| account.name == wanted);
    by_name.or_else(|| {
        accounts.iter().find(|account| account.number.as_deref() == Some(digits.as_str()))
    })
}

/// The last four characters: account numbers stay out of messages.
fn masked_number(number: &str) -> String {
    let tail: String = number.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    format!("••••{tail}")
}

async fn holds_agency(app: &App, caller: &Caller, account: &AccountRow) -> Result<bool, Error> {
    match caller.scope {
        Scope::All => Ok(true),
        Scope::Court { .. } => Ok(false),
        Scope::Agency { id, children } => {
            if account.agency_id == id || account.office_id == Some(id) {
                return Ok(true);
            }
            let agency = app.store.read().await?.agency(account.agency_id).await?;
            Ok(children && agency.is_some_and(|agency| agency.parent_id == Some(id)))
        }
    }
}

/// The period that the file states, else that of its lines, else today.
fn period_of(statement: &Statement, today: Day) -> (Day, Day) {
    if let Some(period) = statement.period() {
        return (period.from, period.to);
    }
    let days = || statement.lines().iter().map(|line| line.booking_date);
    (days().min().unwrap_or(today), days().max().unwrap_or(today))
}

async fn refuse_repeats(
    tx: &mut Tx,
    account: &AccountRow,
    hash: Hash,
    period: (Day, Day),
) -> Result<(), ImportError> {
    if let Some(before) = tx.imported_before(account.id, hash).await? {
        return Err(ImportError::SameFile { on: before.imported_at.day(), by: before.imported_by });
    }
    match tx.overlapping_statement(account.id, period).await? {
        Some(other) => Err(ImportError::Overlaps {
            file: other.file_name,
            from: other.period_from,
            to: other.period_to,
        }),
        None => Ok(()),
    }
}

/// Balances must chain with the statements before and after. `true` for an account's first.
async fn refuse_breaks(
    tx: &mut Tx,
    account: &AccountRow,
    (from, to): (Day, Day),
    (opening, closing): (Dong, Dong),
) -> Result<bool, ImportError> {
    let before = tx.statement_before(account.id, from).await?;
    if let Some(before) = before.as_ref().filter(|before| before.closing != opening) {
        let (file, theirs) = (before.file_name.clone(), before.closing);
        return Err(ImportError::Chain { file, theirs, ours: opening });
    }
    let after = tx.statement_after(account.id, to).await?;
    if let Some(after) = after.as_ref().filter(|after| after.opening != closing) {
        let (file, theirs) = (after.file_name.clone(), after.opening);
        return Err(ImportError::Chain { file, theirs, ours: closing });
    }
    Ok(before.is_none() && after.is_none())
}

fn bank_and(account: &AccountRow, against: LedgerKind) -> (LedgerRef, LedgerRef) {
    let agency = account.agency_id;
    (
        LedgerRef { agency, account: Some(account.id), kind: LedgerKind::Bank },
        LedgerRef { agency, account: None, kind: against },
    )
}

fn two_lines(
    cause: PostingCause,
    (debit, credit): (LedgerRef, LedgerRef),
    amount: Dong,
) -> Result<PostingGroup, Error> {
    let line = |ledger, side| Posting { ledger, side, amount, subject: Subject::default() };
    PostingGroup::new(cause, vec![line(debit, Side::Debit), line(credit, Side::Credit)])
        .map_err(Error::internal)
}

/// An account's first statement brings what was there before.
fn opening_groups(
    account: &AccountRow,
    opening: Dong,
) -> Result<Vec<(PostingGroup, Option<LineId>)>, Error> {
    let (bank, other) = bank_and(account, LedgerKind::Opening);
    let sides = match opening.get() {
        0 => return Ok(Vec::new()),
        1.. => (bank, other),
        _ => (other, bank),
    };
    Ok(vec![(two_lines(PostingCause::OpeningBalance, sides, opening.magnitude())?, None)])
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

fn book_error(error: BatchError) -> Error {
    match error {
        BatchError::Store(error) => error.into(),
        BatchError::Plan(error) => Error::Internal(error),
    }
}

fn lane_error(error: LaneError) -> Error {
    match error {
        LaneError::Away => Error::Busy,
        LaneError::SetAside => Error::internal("a line was set aside"),
    }
}
