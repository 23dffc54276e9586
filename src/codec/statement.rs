//! A statement file of any supported format to a checked [`Statement`].

use super::{camt, column_map::Maps, delimited, text};
use crate::domain::{
    refusal::{Limit, Refusal, Why},
    statement::Statement,
};

/// The largest file taken, 20 MiB (reliability 3, rule 17).
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;

/// Which reader to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// By the first character: XML or a table.
    Auto,
    /// camt.053 or camt.054.
    Camt,
    /// CSV, by the map of this bank or the best fitting one.
    Csv(Option<String>),
}

impl Format {
    /// `auto`, `camt`, `camt.053`, `camt.054`, `csv`, `csv/BANK` or `BANK`; `None` for others.
    pub fn named(name: &str, maps: &Maps) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "camt" | "camt.053" | "camt.054" => Some(Self::Camt),
            "csv" => Some(Self::Csv(None)),
            other => {
                let bank = other.strip_prefix("csv/").unwrap_or(other);
                maps.banks().any(|known| known == bank).then(|| Self::Csv(Some(bank.to_owned())))
            }
        }
    }
}

/// Reads and checks a file. `account` is the number that the file must carry, or takes when it
/// carries none.
pub fn read(
    bytes: &[u8],
    format: &Format,
    account: Option<&str>,
    maps: &Maps,
) -> Result<Statement, Refusal> {
    if bytes.len() > LARGEST_FILE {
        return Err(Why::TooLarge(Limit::File).at(1));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Why::UnknownFormat.at(1));
    }
    let text = text::decode(bytes)?;
    let is_xml = match format {
        Format::Auto => text.trim_start().starts_with('<'),
        Format::Camt => true,
        Format::Csv(_) => false,
    };
    if is_xml {
        return camt::read(&text, account);
    }
    let bank = match format {
        Format::Csv(bank) => bank.as_deref(),
        Format::Auto | Format::Camt => None,
    };
    delimited::read(&text, maps, bank)?.check(account)
}
