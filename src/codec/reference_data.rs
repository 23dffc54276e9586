//! Files of reference data to plain values, strictly: a file is taken whole or refused at a place.

mod banks;
mod table;

use std::fmt;

use crate::domain::{
    calendar::Calendar,
    document::{Form, FormError},
    fee::{
        Law,
        law::{LawError, LawFault},
    },
    reference_data::{AgencyRow, BankRow, CourtRow, ReferenceKind},
};

/// The files that the program ships, first versions of their kinds. Fee schedules and forms come
/// one file a law or form, from their own folders.
pub const FIRST_VERSIONS: [(ReferenceKind, &str); 4] = [
    (ReferenceKind::Courts, include_str!("../../assets/data/courts.csv")),
    (ReferenceKind::Agencies, include_str!("../../assets/data/enforcement_agencies.csv")),
    (ReferenceKind::DaysOff, crate::domain::calendar::FIRST_VERSION),
    (ReferenceKind::Banks, include_str!("../../assets/data/banks.json")),
];

/// A file of reference data, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceFile {
    /// Courts, those above before those below.
    Courts(Vec<CourtRow>),
    /// Agencies before their offices.
    Agencies(Vec<AgencyRow>),
    /// Days off.
    DaysOff(Calendar),
    /// Banks.
    Banks(Vec<BankRow>),
    /// A fee schedule that the fee rules take. Whether its days meet another's shows beside those.
    Fees(NamedText),
    /// A form that papers can be filled from.
    Forms(NamedText),
}

impl ReferenceFile {
    /// The name under which versions of this file follow one another: the schedule's `id`, the
    /// form's `code`, else the kind.
    pub fn name(&self) -> &str {
        match self {
            Self::Courts(_) => ReferenceKind::Courts.code(),
            Self::Agencies(_) => ReferenceKind::Agencies.code(),
            Self::DaysOff(_) => ReferenceKind::DaysOff.code(),
            Self::Banks(_) => ReferenceKind::Banks.code(),
            Self::Fees(text) | Self::Forms(text) => &text.name,
        }
    }

    /// How many entries the file has, for the person who imports it.
    pub fn entries(&self) -> usize {
        match self {
            Self::Courts(rows) => rows.len(),
            Self::Agencies(rows) => rows.len(),
            Self::DaysOff(calendar) => calendar
                .span()
                .map_or(0, |(first, last)| usize::try_from(last - first + 1).unwrap_or_default()),
            Self::Banks(rows) => rows.len(),
            Self::Fees(_) | Self::Forms(_) => 1,
        }
    }
}

/// A text with the name that it gives itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedText {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Why a file is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ReferenceError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1: the cell's number in a table, the character's in other texts.
    pub column: usize,
    /// What is wrong, as a sentence without its end.
    pub fault: String,
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.fault)
    }
}

impl ReferenceError {
    /// At a byte of the text.
    fn at(text: &str, offset: usize, fault: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, fault: fault.into() }
    }
}

/// Reads a file of a kind. UTF-8, with or without its mark at the beginning.
pub fn parse(kind: ReferenceKind, bytes: &[u8]) -> Result<ReferenceFile, ReferenceError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(valid);
        ReferenceError::at(&before, before.len(), "the file is not UTF-8 from here on")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match kind {
        ReferenceKind::Courts => table::courts(text).map(ReferenceFile::Courts),
        ReferenceKind::Agencies => table::agencies(text).map(ReferenceFile::Agencies),
        ReferenceKind::DaysOff => Calendar::parse(text)
            .map(ReferenceFile::DaysOff)
            .map_err(|error| ReferenceError::at(text, error.at, error.fault.to_string())),
        ReferenceKind::Banks => banks::banks(text).map(ReferenceFile::Banks),
        ReferenceKind::Fees => fees(text).map(ReferenceFile::Fees),
        ReferenceKind::Forms => forms(text).map(ReferenceFile::Forms),
    }
}

/// A schedule is named and whole. The fee rules tell the place by the entry's code, which is then
/// looked for in the text.
fn fees(text: &str) -> Result<NamedText, ReferenceError> {
    let file = named(text, "id")?;
    let (place, fault) = match Law::load(text) {
        Ok(_) => return Ok(file),
        Err(LawError { fault: LawFault::Form(told), .. }) => return Err(told_by_toml(&told)),
        Err(LawError { place, fault, .. }) => (place, fault),
    };
    let quoted = place.split_whitespace().map(|word| format!("\"{word}\""));
    let sections = place.split_whitespace().map(|word| format!("[{word}]"));
    let offset = quoted.chain(sections).find_map(|mark| text.find(&mark)).unwrap_or_default();
    Err(ReferenceError::at(text, offset, format!("{place}: {fault}")))
}

/// A form is named and whole. Its errors tell the text or name at fault, which is looked for.
fn forms(text: &str) -> Result<NamedText, ReferenceError> {
    let file = named(text, "code")?;
    let Err(error) = Form::parse(text) else { return Ok(file) };
    let mark = match &error {
        FormError::Shape(told) => return Err(told_by_toml(told)),
        FormError::Day => "effective",
        FormError::Mark(mark)
        | FormError::Undeclared(mark)
        | FormError::Unused(mark)
        | FormError::Kind(mark)
        | FormError::Variant(mark) => mark,
        FormError::Columns => "",
    };
    Err(ReferenceError::at(text, text.find(mark).unwrap_or_default(), error.to_string()))
}

/// From `toml`'s own words: "TOML parse error at line 30, column 8", the line drawn, the fault.
fn told_by_toml(told: &str) -> ReferenceError {
    let mut lines = told.lines();
    let head = lines.next().unwrap_or_default();
    let mut numbers =
        head.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
    let fault = lines.rfind(|line| !line.trim().is_empty()).unwrap_or(head).to_owned();
    ReferenceError { line, column, fault }
}

fn named(text: &str, key: &str) -> Result<NamedText, ReferenceError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ReferenceError::at(text, at, error.message())
    })?;
    match table.get(key).and_then(toml::Value::as_str).map(str::trim) {
        Some(name) if !name.is_empty() => {
            Ok(NamedText { name: name.to_owned(), text: text.to_owned() })
        }
        _ => Err(ReferenceError::at(text, 0, format!("the file names itself by `{key}`"))),
    }
}
