//! Column maps of banks' CSV exports: which heading words name which column, as data.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::fold::folded;

/// What a column of a bank's table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The bank's number of the line.
    Number,
    /// The booking day, a time beside it at times.
    Date,
    /// The time of day, where it has a column of its own.
    Time,
    /// The moment of the transfer, where it stands apart from the booking day.
    Moment,
    /// The day from which the money counts.
    ValueDate,
    /// The bank's reference.
    Reference,
    /// Money out.
    Debit,
    /// Money in.
    Credit,
    /// Money with its sign, instead of the two.
    Amount,
    /// The balance after the line.
    Balance,
    /// The transfer text.
    Text,
    /// The other side's name.
    Party,
    /// The other side's account.
    PartyAccount,
    /// The currency of the line.
    Currency,
}

/// What a word before or after the table announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The account number.
    Account,
    /// The currency.
    Currency,
    /// The first day.
    From,
    /// The last day.
    To,
    /// The balance before the first line.
    Opening,
    /// The balance after the last line.
    Closing,
    /// The row of sums.
    Total,
    /// The sum of debits, beside its own words.
    TotalDebit,
    /// The sum of credits, beside its own words.
    TotalCredit,
}

/// All maps and labels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maps {
    labels: BTreeMap<Label, Vec<String>>,
    map: Vec<Map>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Map {
    bank: String,
    columns: BTreeMap<Column, Vec<String>>,
}

impl Maps {
    /// The maps of a text in the form of `assets/data/statement_maps.toml`.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        let mut maps: Self = toml::from_str(text)?;
        let columns = maps.map.iter_mut().flat_map(|map| map.columns.values_mut());
        for word in columns.chain(maps.labels.values_mut()).flatten() {
            *word = folded(word);
        }
        Ok(maps)
    }

    /// The maps that the program ships.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        Self::from_toml(include_str!("../../assets/data/statement_maps.toml"))
    }

    /// The banks that have a map.
    pub fn banks(&self) -> impl Iterator<Item = &str> {
        self.map.iter().map(|map| map.bank.as_str())
    }

    /// The layout of the table that this row heads, by the map that knows most of its cells;
    /// only that of `bank` where one is named. `None` when no map finds all that it must have.
    pub fn layout<'a>(
        &self,
        heading: impl Iterator<Item = &'a str>,
        bank: Option<&str>,
    ) -> Option<Layout> {
        let cells: Vec<Vec<String>> = heading.map(names).collect();
        let layouts = self
            .map
            .iter()
            .filter(|map| bank.is_none_or(|bank| map.bank == bank))
            .filter_map(|map| map.layout(&cells));
        // The first of equals: the order of the maps decides.
        layouts.reduce(|best, next| if next.places.len() > best.places.len() { next } else { best })
    }

    /// What a cell announces, and the value in the same cell, if one follows its words.
    pub fn label<'a>(&self, cell: &'a str) -> Option<(Label, Option<&'a str>)> {
        let (words, value) = cell.split_once([':', '：']).unwrap_or((cell, ""));
        let names = names(words);
        let (label, _) =
            self.labels.iter().find(|(_, known)| known.iter().any(|word| names.contains(word)))?;
        Some((*label, Some(value.trim()).filter(|value| !value.is_empty())))
    }
}

/// Bytes that a heading or label has at most; longer cells are texts, however many there are.
const LONGEST_HEADING: usize = 300;

/// A heading's names: its halves and the whole, folded.
fn names(cell: &str) -> Vec<String> {
    if cell.len() > LONGEST_HEADING {
        return Vec::new();
    }
    let halves = cell.split(['/', '\n', '(', ')', '|']);
    halves.chain([cell]).map(folded).filter(|name| !name.is_empty()).collect()
}

impl Map {
    fn layout(&self, heading: &[Vec<String>]) -> Option<Layout> {
        let mut places = BTreeMap::new();
        for (column, words) in &self.columns {
            let place =
                heading.iter().position(|names| names.iter().any(|name| words.contains(name)));
            if let Some(place) = place {
                places.insert(*column, place);
            }
        }
        let has = |column| places.contains_key(&column);
        let sums = has(Column::Amount) || (has(Column::Debit) && has(Column::Credit));
        (has(Column::Date) && has(Column::Text) && sums)
            .then(|| Layout { bank: self.bank.clone(), places })
    }
}

/// Where the columns of one table stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    bank: String,
    places: BTreeMap<Column, usize>,
}

impl Layout {
    /// The bank whose map fits.
    pub fn bank(&self) -> &str {
        &self.bank
    }

    /// The place of a column, from 0.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(heading: &str) -> Option<String> {
        let maps = Maps::built_in().unwrap();
        let layout = maps.layout(heading.split(';'), None)?;
        let mut places: Vec<(usize, String)> =
            layout.places.iter().map(|(c, place)| (*place, format!("{c:?}"))).collect();
        places.sort();
        let columns: Vec<String> = places.into_iter().map(|(n, c)| format!("{n}{c}")).collect();
        Some(format!("{} {}", layout.bank(), columns.join(" ")))
    }

    #[test]
    fn headings_are_known_by_either_half_in_any_order() {
        for (heading, expected) in [
            (
                "Nội dung chi tiết;Số tiền ghi có/Credit;Số tiền ghi nợ;Ngày GD/TNX Date",
                Some("vietcombank 0Text 1Credit 2Debit 3Date"),
            ),
            (
                "NO.;TNX DATE/\nDOC NO;DEBIT;CREDIT;BALANCE;TRANSACTIONS IN DETAIL",
                Some("vietcombank 0Number 1Date 1Reference 2Debit 3Credit 4Balance 5Text"),
            ),
            ("trdt;rem;acctccyamt", Some("agribank 0Date 1Text 2Amount")),
            ("Ngày GD;Số tiền ghi nợ;Nội dung chi tiết", None),
            ("", None),
        ] {
            assert_eq!(layout(heading).as_deref(), expected, "{heading}");
        }
    }

    #[test]
    fn labels_have_their_value_in_the_cell_or_after_it() {
        let maps = Maps::built_in().unwrap();
        for (cell, expected) in [
            ("Số tài khoản/Account number:", Some((Label::Account, None))),
            ("Account No: 0011 001", Some((Label::Account, Some("0011 001")))),
            ("Số dư cuối kỳ/Closing balance:", Some((Label::Closing, None))),
            ("Tổng cộng/Total", Some((Label::Total, None))),
            ("Tổng phát sinh có: 5.000", Some((Label::TotalCredit, Some("5.000")))),
            ("Nội dung", None),
            ("", None),
        ] {
            assert_eq!(maps.label(cell), expected, "{cell}");
        }
    }
}
