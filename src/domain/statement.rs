//! A bank statement in one normal form, and the checks that let it in whole or not at all.
//!
//! A reader of some format fills a [`Draft`]; [`Draft::check`] makes the [`Statement`]. Each
//! refusal names its line in the file and has one of the stable codes of contract 2.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{
    card,
    fold::folded,
    money::Dong,
    payment::{Counterparty, Direction},
    refusal::{Limit, Refusal, Why},
    text::plain,
    time::{Day, Timestamp},
};

/// The longest transfer text or name that is taken, in characters. Banks carry a few hundred.
const LONGEST_TEXT: usize = 4096;

/// A value and the line of the file that states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// The line, from 1.
    pub line: u32,
}

/// First and last day of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
}

/// One movement of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bank's number of the line where it gives one, else its place, from 1; 0 until checked.
    pub number: u32,
    /// The line of the file.
    pub file_line: u32,
    /// The day on which the bank booked it, in Vietnam.
    pub booking_date: Day,
    /// The day from which it counts for interest.
    pub value_date: Option<Day>,
    /// The moment of the transfer, where the bank gives one.
    pub moment: Option<Timestamp>,
    /// Into or out of the account.
    pub direction: Direction,
    /// The amount, above zero.
    pub amount: Dong,
    /// The bank takes back an earlier movement; `direction` already says which way money went.
    pub reversal: bool,
    /// The bank's reference of the movement.
    pub bank_reference: Option<String>,
    /// The other side.
    pub counterparty: Counterparty,
    /// The transfer text, whole, in NFC, card numbers masked.
    pub description: String,
    /// The balance after the line, where the file carries one.
    pub balance_after: Option<Dong>,
}

impl Line {
    /// The amount with the sign of its direction.
    pub const fn signed(&self) -> Dong {
        match self.direction {
            Direction::Credit => self.amount,
            Direction::Debit => self.amount.negated(),
        }
    }

    fn tidy(&mut self) -> Result<(), Refusal> {
        let line = self.file_line;
        let tidied = |text: &Option<String>| {
            let text = text.as_deref().map(|text| tidy(text, line)).transpose()?;
            Ok::<_, Refusal>(text.filter(|text| !text.is_empty()))
        };
        self.description = masked(&tidy(&self.description, line)?);
        let Counterparty { name, account } = &self.counterparty;
        self.counterparty = Counterparty {
            name: tidied(name)?.as_deref().map(masked),
            account: tidied(account)?.as_deref().map(masked),
        };
        self.bank_reference = tidied(&self.bank_reference)?;
        Ok(())
    }
}

fn masked(text: &str) -> String {
    card::masked(text).into_owned()
}

fn tidy(text: &str, line: u32) -> Result<String, Refusal> {
    let plain = plain(text);
    if plain.chars().nth(LONGEST_TEXT).is_some() {
        return Err(Why::TooLarge(Limit::Text).at(line));
    }
    Ok(plain)
}

/// Where a format carries its closing balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Stated in every file, as is the opening one.
    Always,
    /// Stated wherever an opening balance is; else the balance after the last line stands for it.
    WithOpening,
    /// Never: notifications of movements.
    Never,
}

/// What a reader found, before the checks.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The format, `camt.053.001.08` or `csv/vietcombank`.
    pub format: String,
    /// The account number in the file.
    pub account: Option<Stated<String>>,
    /// The opening balance in the file.
    pub opening: Option<Stated<Dong>>,
    /// The closing balance in the file.
    pub closing: Option<Stated<Dong>>,
    /// Where the closing balance is to be found.
    pub closes: Closing,
    /// The sum of the credits in the file.
    pub total_credit: Option<Stated<Dong>>,
    /// The sum of the debits in the file.
    pub total_debit: Option<Stated<Dong>>,
    /// The days in the file.
    pub period: Option<Period>,
    /// The movements in the order of the file.
    pub lines: Vec<Line>,
    /// The last line of the file that belongs to the statement.
    pub end: u32,
}

impl Draft {
    /// Checks everything and gives the statement: the account is `asked` (a file that carries
    /// none takes it), stated totals and balances are what the lines give, the closing balance is
    /// there. Lines that run backwards in time by their balances are turned round.
    pub fn check(mut self, asked: Option<&str>) -> Result<Statement, Refusal> {
        let account = self.account_for(asked)?;
        for line in &mut self.lines {
            line.tidy()?;
        }
        let credit = self.sum(Direction::Credit)?;
        let debit = self.sum(Direction::Debit)?;
        for (stated, found) in [(&self.total_credit, credit), (&self.total_debit, debit)] {
            if let Some(stated) = stated {
                agree(stated, found)?;
            }
        }
        self.put_in_order()?;
        let closing = self.close(credit, debit)?;
        number(&mut self.lines);
        Ok(Statement {
            period: self.period.or_else(|| period_of(&self.lines)),
            format: self.format,
            account,
            opening: self.opening,
            closing,
            credit,
            debit,
            lines: self.lines,
        })
    }

    fn account_for(&self, asked: Option<&str>) -> Result<Option<String>, Refusal> {
        let asked = asked.map(account_number);
        match (&self.account, asked) {
            (Some(found), Some(asked)) if account_number(&found.value) != asked => {
                Err(Why::Account { found: found.value.clone(), asked }.at(found.line))
            }
            (Some(found), _) => Ok(Some(account_number(&found.value))),
            (None, asked) => Ok(asked),
        }
    }

    fn sum(&self, direction: Direction) -> Result<Dong, Refusal> {
        let mut sum = Dong::ZERO;
        for line in self.lines.iter().filter(|line| line.direction == direction) {
            sum = sum
                .checked_add(line.amount)
                .ok_or_else(|| Why::Amount(line.amount.to_string()).at(line.file_line))?;
        }
        Ok(sum)
    }

    fn put_in_order(&mut self) -> Result<(), Refusal> {
        let opening = self.opening.as_ref().map(|opening| opening.value);
        let Err(refusal) = balances_follow(opening, self.lines.iter()) else { return Ok(()) };
        balances_follow(opening, self.lines.iter().rev()).map_err(|_| refusal)?;
        self.lines.reverse();
        Ok(())
    }

    fn close(&self, credit: Dong, debit: Dong) -> Result<Option<Dong>, Refusal> {
        let last = self.lines.last().and_then(|line| line.balance_after);
        let Some(closing) = &self.closing else {
            return match (self.closes, &self.opening) {
                (Closing::Always, _) | (Closing::WithOpening, Some(_)) => {
                    Err(Why::NoClosing.at(self.end))
                }
                (Closing::WithOpening, None) => Ok(last),
                (Closing::Never, _) => Ok(None),
            };
        };
        if self.closes == Closing::Always && self.opening.is_none() {
            return Err(Why::NoOpening.at(closing.line));
        }
        if let Some(opening) = &self.opening {
            let found = opening
                .value
                .checked_add(credit)
                .and_then(|sum| sum.checked_sub(debit))
                .ok_or_else(|| Why::Amount(opening.value.to_string()).at(opening.line))?;
            agree(closing, found)?;
        }
        if let Some(last) = last {
            agree(closing, last)?;
        }
        Ok(Some(closing.value))
    }
}

fn agree(stated: &Stated<Dong>, found: Dong) -> Result<(), Refusal> {
    if stated.value == found {
        Ok(())
    } else {
        Err(Why::Sum { stated: stated.value, found }.at(stated.line))
    }
}

/// Whether each balance is the one before it and the movements since.
fn balances_follow<'a>(
    opening: Option<Dong>,
    lines: impl Iterator<Item = &'a Line>,
) -> Result<(), Refusal> {
    let mut balance = opening;
    for line in lines {
        let found = balance.and_then(|balance| balance.checked_add(line.signed()));
        if let (Some(found), Some(stated)) = (found, line.balance_after) {
            agree(&Stated { value: stated, line: line.file_line }, found)?;
        }
        balance = line.balance_after.or(found);
    }
    Ok(())
}

/// Keeps the bank's numbers when each line has its own, else counts from 1.
fn number(lines: &mut [Line]) {
    let own: BTreeSet<u32> = lines.iter().map(|line| line.number).filter(|n| *n > 0).collect();
    if own.len() < lines.len() {
        for (number, line) in (1..).zip(lines) {
            line.number = number;
        }
    }
}

fn period_of(lines: &[Line]) -> Option<Period> {
    let days = || lines.iter().map(|line| line.booking_date);
    Some(Period { from: days().min()?, to: days().max()? })
}

/// What identifies a line without a bank reference; hashed, since account and text are personal.
fn unnamed_key(line: &Line) -> String {
    let account = line.counterparty.account.as_deref().unwrap_or_default();
    let key = format!("{} {account} {}", line.booking_date, folded(&line.description));
    let digest = Sha256::digest(key.as_bytes());
    let front = digest.as_slice().first_chunk().copied().map_or(0, u128::from_be_bytes);
    format!("~{front:032x}")
}

/// A number as compared: banks print blanks, dots and hyphens into it.
fn account_number(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A statement that passed every check; its currency is VND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    format: String,
    account: Option<String>,
    opening: Option<Stated<Dong>>,
    closing: Option<Dong>,
    credit: Dong,
    debit: Dong,
    period: Option<Period>,
    lines: Vec<Line>,
}

impl Statement {
    /// The one currency of anphi.
    pub const CURRENCY: &'static str = "VND";

    /// The format, `camt.053.001.08` or `csv/vietcombank`.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The account: that of the file, else the one asked for, if any.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The balance before the first line.
    pub fn opening(&self) -> Option<Dong> {
        self.opening.as_ref().map(|opening| opening.value)
    }

    /// The balance after the last line.
    pub const fn closing(&self) -> Option<Dong> {
        self.closing
    }

    /// The sum of the credits.
    pub const fn sum_credit(&self) -> Dong {
        self.credit
    }

    /// The sum of the debits.
    pub const fn sum_debit(&self) -> Dong {
        self.debit
    }

    /// Its days: stated, else from the first to the last line; `None` when empty.
    pub const fn period(&self) -> Option<Period> {
        self.period
    }

    /// The lines, earliest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// This and the next statement of the same file as one: same account, balances that chain.
    pub fn followed_by(mut self, next: Self) -> Result<Self, Refusal> {
        let line = next.opening.as_ref().map_or(1, |opening| opening.line);
        if self.account != next.account {
            let [asked, found] = [self.account, next.account].map(Option::unwrap_or_default);
            return Err(Why::Account { found, asked }.at(line));
        }
        if let (Some(closing), Some(opening)) = (self.closing, &next.opening) {
            agree(opening, closing)?;
        }
        let sum = |one: Dong, two: Dong| {
            one.checked_add(two).ok_or_else(|| Why::Amount(two.to_string()).at(line))
        };
        self.credit = sum(self.credit, next.credit)?;
        self.debit = sum(self.debit, next.debit)?;
        self.closing = next.closing;
        self.period = match (self.period, next.period) {
            (Some(one), Some(two)) => {
                Some(Period { from: one.from.min(two.from), to: one.to.max(two.to) })
            }
            (one, two) => one.or(two),
        };
        self.lines.extend(next.lines);
        number(&mut self.lines);
        Ok(self)
    }

    /// An id of each line that is the same in every file which carries the line: the bank's
    /// reference (a fee may share that of its transfer) with direction and amount; without a
    /// reference day and text. Identical lines are told apart by their order.
    pub fn source_ids(&self) -> Vec<String> {
        let mut seen = BTreeMap::<String, u32>::new();
        let ids = self.lines.iter().map(|line| {
            let key = line.bank_reference.as_ref().map_or_else(|| unnamed_key(line), String::clone);
            let base = format!("{key}/{}", line.signed().get());
            let times = seen.entry(base.clone()).or_insert(0);
            *times += 1;
            if *times == 1 { base } else { format!("{base}#{times}") }
        });
        ids.collect()
    }
}
