//! Why a file from a bank is refused, by the codes of contract 2 and the line of the file.

use std::fmt;

use super::money::Dong;

/// Why a file is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Refusal {
    /// The line of the file, from 1; where the whole file is meant, its first or last.
    pub line: u32,
    /// The reason.
    pub why: Why,
}

/// Reasons for a refusal. What a row lacks or garbles counts as `not_well_formed`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A DTD: the door to entity bombs and foreign files.
    #[error("the file has a document type declaration, which is refused")]
    Doctype,
    /// An entity that only a DTD could declare.
    #[error("the file uses a declared entity, which is refused")]
    Entity,
    /// Markup that breaks XML's grammar.
    #[error("the XML is not well-formed")]
    Markup,
    /// The file breaks off: open elements or an open quote.
    #[error("the file ends too early")]
    Truncated,
    /// No reader knows the file.
    #[error(
        "no known statement format: give a camt.053, a camt.054 or the CSV export of a known bank"
    )]
    UnknownFormat,
    /// A value that every line or statement has.
    #[error("{0} is missing")]
    Missing(Field),
    /// A text where whole đồng belong: a fraction, a sign, zero, more than 10^13, words.
    #[error("{0:?} is not a sum in whole đồng")]
    Amount(String),
    /// A text where a day or moment belongs.
    #[error("{0:?} is not a date")]
    Date(String),
    /// A row with a debit and a credit.
    #[error("the row has both a debit and a credit")]
    TwoSides,
    /// A row with more cells than headings: a quote or delimiter in it is not what it seems.
    #[error("the row has more cells than the heading")]
    Cells,
    /// A stated balance or total is not what the lines give.
    #[error("{stated} is stated, the lines give {found}")]
    Sum {
        /// What the file says.
        stated: Dong,
        /// What the lines add to.
        found: Dong,
    },
    /// A stated number of transactions is not that of the lines.
    #[error("{stated} transactions are stated, the file has {found}")]
    Count {
        /// What the file says.
        stated: u32,
        /// What it has.
        found: u32,
    },
    /// A statement without its opening balance: its closing one proves nothing.
    #[error("the opening balance is missing")]
    NoOpening,
    /// A statement without its closing balance.
    #[error("the closing balance is missing")]
    NoClosing,
    /// An amount or account in another currency.
    #[error("the currency is {0:?}, not VND")]
    Currency(String),
    /// Another account's file.
    #[error("the file is of account {found:?}, not of {asked:?}")]
    Account {
        /// The number in the file.
        found: String,
        /// The number asked for, or the first one of the file.
        asked: String,
    },
    /// Bytes that are no text in the encoding they claim or seem to have.
    #[error("the file is not readable text")]
    Encoding,
    /// A limit of reliability 3, rule 17.
    #[error("{0}")]
    TooLarge(Limit),
}

/// A value that a statement or line must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The booking date.
    Date,
    /// The amount.
    Amount,
    /// Credit or debit.
    Direction,
    /// Booked, pending or information.
    Status,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Date => "the date",
            Self::Amount => "the amount",
            Self::Direction => "credit or debit",
            Self::Status => "the status of the entry",
        })
    }
}

/// A limit that a file passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The size of the file.
    File,
    /// The depth of elements.
    Depth,
    /// The number of parts of one element.
    Parts,
    /// The length of one text.
    Text,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "the file is larger than 20 MiB",
            Self::Depth => "elements are nested more than 64 deep",
            Self::Parts => "one element has too many parts",
            Self::Text => "a text is longer than 4,096 characters",
        })
    }
}

impl Why {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Doctype | Self::Entity => "doctype",
            Self::Markup
            | Self::Truncated
            | Self::UnknownFormat
            | Self::Missing(_)
            | Self::Amount(_)
            | Self::Date(_)
            | Self::TwoSides
            | Self::Cells => "not_well_formed",
            Self::Sum { .. } | Self::Count { .. } | Self::NoOpening => "balance",
            Self::NoClosing => "no_closing",
            Self::Currency(_) => "currency",
            Self::Account { .. } => "account",
            Self::Encoding => "encoding",
            Self::TooLarge(_) => "too_large",
        }
    }

    /// This reason at a line.
    pub const fn at(self, line: u32) -> Refusal {
        Refusal { line, why: self }
    }
}
