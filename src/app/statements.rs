//! Statements: importing a bank's file.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    App, Caller, Error,
    settle::{BatchError, Booking},
    vault::Purpose,
};
use crate::{
    codec::{column_map::Maps, statement as codec},
    domain::{
        id::{AccountId, LineId, StatementId},
        ledger::{LedgerKind, LedgerRef, Posting, PostingCause, PostingGroup, Side, Subject},
        money::Dong,
        refusal::Refusal,
        staff::Scope,
        statement::Statement,
        time::Day,
    },
    store::{
        Tx,
        account::AccountRow,
        columns::Hash,
        statement::{LineRow, NewStatement},
    },
};

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
        let brought = refuse_breaks(&mut tx, &account, period, (opening, closing)).await?;
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
        let groups = opening_groups(&account, brought)?;
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

    pub(super) async fn open_books(&self, account: &AccountRow) -> Result<(), Error> {
        let settler = self.lane.settler();
        settler.open_books(account.id, account.agency_id).await?;
        Ok(settler.ensure_series(account.agency_id).await?)
    }
}

/// An account by its name, else by its number without blanks and dots.
pub(super) fn find_account<'a>(accounts: &'a [AccountRow], wanted: &str) -> Option<&'a AccountRow> {
    let digits: String = wanted.chars().filter(char::is_ascii_alphanumeric).collect();
    let by_name = accounts.iter().find(|account| account.name == wanted);
    by_name.or_else(|| {
        accounts.iter().find(|account| account.number.as_deref() == Some(digits.as_str()))
    })
}

/// The last four characters: account numbers stay out of messages.
pub(super) fn masked_number(number: &str) -> String {
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

/// Balances must chain with the statements before and after. What the books lack of the balance
/// before: all of it for an account's first statement; for one that becomes the earliest, what the
/// money of its own lines was taken for when the books were opened with the later one.
async fn refuse_breaks(
    tx: &mut Tx,
    account: &AccountRow,
    (from, to): (Day, Day),
    (opening, closing): (Dong, Dong),
) -> Result<Dong, ImportError> {
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
    match (before, after) {
        (Some(_), _) => Ok(Dong::ZERO),
        (None, None) => Ok(opening),
        (None, Some(after)) => opening
            .checked_sub(after.opening)
            .ok_or_else(|| Error::internal("balances beyond the limit").into()),
    }
}

pub(super) fn bank_and(account: &AccountRow, against: LedgerKind) -> (LedgerRef, LedgerRef) {
    let agency = account.agency_id;
    (
        LedgerRef { agency, account: Some(account.id), kind: LedgerKind::Bank },
        LedgerRef { agency, account: None, kind: against },
    )
}

pub(super) fn two_lines(
    cause: PostingCause,
    (debit, credit): (LedgerRef, LedgerRef),
    amount: Dong,
) -> Result<PostingGroup, Error> {
    let line = |ledger, side| Posting { ledger, side, amount, subject: Subject::default() };
    PostingGroup::new(cause, vec![line(debit, Side::Debit), line(credit, Side::Credit)])
        .map_err(Error::internal)
}

/// An account's earliest statement brings what was there before.
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

pub(super) fn book_error(error: BatchError) -> Error {
    match error {
        BatchError::Store(error) => error.into(),
        BatchError::Plan(error) => Error::Internal(error),
    }
}
