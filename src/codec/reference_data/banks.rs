//! The list of banks, JSON.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

use super::ReferenceError;
use crate::domain::reference_data::BankRow;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Format,
    #[serde(rename = "about")]
    _about: String,
    #[serde(deserialize_with = "different_banks")]
    banks: Vec<BankRow>,
}

#[derive(Deserialize)]
#[serde(try_from = "u32")]
struct Format;

impl TryFrom<u32> for Format {
    type Error = &'static str;

    fn try_from(format: u32) -> Result<Self, Self::Error> {
        if format == 1 { Ok(Self) } else { Err("this program reads format 1 of the list of banks") }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    bin: String,
    short_name: String,
    full_name: String,
    former_names: Vec<String>,
    swift: Option<String>,
    vietqr_transfer: bool,
    note: Option<String>,
}

impl TryFrom<Row> for BankRow {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let bin = row.bin.parse().map_err(|error| format!("{:?}: {error}", row.bin))?;
        let fits = |name: &String| !name.is_empty() && name.trim() == name && name.len() <= 200;
        if ![&row.short_name, &row.full_name].into_iter().chain(&row.former_names).all(fits) {
            return Err(format!("bank {bin}: a name is empty, too long or has blanks around it"));
        }
        let letters = |code: &String| {
            matches!(code.len(), 8 | 11)
                && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        if !row.swift.as_ref().is_none_or(letters) {
            return Err(format!("bank {bin}: a SWIFT code has 8 or 11 capitals and digits"));
        }
        Ok(Self {
            bin,
            short_name: row.short_name,
            full_name: row.full_name,
            former_names: row.former_names,
            swift: row.swift,
            vietqr_transfer: row.vietqr_transfer,
            note: row.note,
        })
    }
}

pub(super) fn banks(text: &str) -> Result<Vec<BankRow>, ReferenceError> {
    let File { format: Format, banks, .. } = serde_json::from_str(text).map_err(|error| {
        // serde_json ends its message with the place, which stands apart here.
        let message = error.to_string();
        let fault = message.split(" at line ").next().unwrap_or_default().to_owned();
        ReferenceError { line: error.line(), column: error.column(), fault }
    })?;
    if banks.is_empty() {
        return Err(ReferenceError::at(text, text.len(), "the list holds no bank"));
    }
    Ok(banks)
}

/// Reads row by row, so that a repeated BIN is refused at its place.
fn different_banks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<BankRow>, D::Error> {
    deserializer.deserialize_seq(Rows)
}

struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<BankRow>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of banks")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<BankRow>, A::Error> {
        let (mut rows, mut bins) = (Vec::new(), BTreeSet::new());
        while let Some(row) = seq.next_element::<Row>()? {
            let row = BankRow::try_from(row).map_err(A::Error::custom)?;
            if !bins.insert(row.bin.clone()) {
                return Err(A::Error::custom(format!("the BIN {} stands twice", row.bin)));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}
