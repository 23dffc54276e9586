//! Bank statements as CSV, by the column maps of [`super::column_map`].
//!
//! The preamble is searched for labels, the heading row for columns; lines follow until a row of
//! totals, after which only labels are read.

use std::io::Read as _;

use csv::{Position, Reader, ReaderBuilder, StringRecord};

use super::{
    bank_text::{self, Amounts, When},
    column_map::{Column, Label, Layout, Maps},
};
use crate::domain::{
    fold::folded,
    money::Dong,
    payment::{Counterparty, Direction},
    refusal::{Field, Refusal, Why},
    statement::{Closing, Draft, Line, Period, Stated, Statement},
    time::Day,
};

/// Rows within which the heading must stand.
const PREAMBLE: usize = 200;
/// What may part the cells.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// A last row of our own: when it does not come back alone, a quote was left open before it.
const SENTINEL: &str = "\u{1e}";
/// A row with at most this many filled cells and no amount is a page's text, not a line.
const TEXT_CELLS: usize = 2;

/// Reads a statement; only by the map of `bank`, where one is named.
pub fn read(text: &str, maps: &Maps, bank: Option<&str>) -> Result<Draft, Refusal> {
    let heading = DELIMITERS
        .into_iter()
        .find_map(|delimiter| Heading::find(text, delimiter, maps, bank))
        .ok_or_else(|| Why::UnknownFormat.at(1))?;
    let mut table = Table::new(maps, &heading);
    let mut rows = rows(text, heading.delimiter);
    let (mut row, mut complete, mut line) = (StringRecord::new(), false, 1);
    while read_row(&mut rows, &mut row)? {
        line = row.position().map_or(1, |start| line_number(start, text));
        complete = row.len() == 1 && row.get(0) == Some(SENTINEL);
        if !complete {
            table.take(&row, line)?;
        }
    }
    if !complete {
        return Err(Why::Truncated.at(line));
    }
    Ok(Draft { end: table.end, ..table.draft })
}

type Rows<'a> = Reader<std::io::Chain<&'a [u8], &'static [u8]>>;

fn rows(text: &str, delimiter: u8) -> Rows<'_> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes().chain(b"\n\x1e\n".as_slice()))
}

/// `false` at the end. The text is UTF-8 and rows may have any length, so the reader cannot fail.
fn read_row(rows: &mut Rows<'_>, row: &mut StringRecord) -> Result<bool, Refusal> {
    rows.read_record(row).map_err(|_| Why::Encoding.at(1))
}

/// The line on which a row begins: its position lies before the blank lines that precede it.
fn line_number(start: &Position, text: &str) -> u32 {
    let from = usize::try_from(start.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let blank = u64::try_from(breaks.filter(|byte| **byte == b'\n').count()).unwrap_or(0);
    u32::try_from(start.line().saturating_add(blank)).unwrap_or(u32::MAX)
}

/// The row of headings: how to know it again, and where it puts the columns.
struct Heading {
    delimiter: u8,
    row: StringRecord,
    layout: Layout,
}

impl Heading {
    fn find(text: &str, delimiter: u8, maps: &Maps, bank: Option<&str>) -> Option<Self> {
        let mut rows = rows(text, delimiter);
        let mut row = StringRecord::new();
        (0..PREAMBLE).find_map(|_| {
            let more = rows.read_record(&mut row).unwrap_or(false);
            let layout = more.then(|| maps.layout(row.iter(), bank)).flatten()?;
            Some(Self { delimiter, row: row.clone(), layout })
        })
    }
}

/// The table as it is read, row by row.
struct Table<'a> {
    maps: &'a Maps,
    heading: &'a Heading,
    amounts: Amounts,
    part: Part,
    from: Option<Day>,
    to: Option<Day>,
    end: u32,
    draft: Draft,
}

/// Where in the file a row stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Preamble,
    Lines,
    AfterTotals,
}

impl<'a> Table<'a> {
    fn new(maps: &'a Maps, heading: &'a Heading) -> Self {
        let draft = Draft {
            format: format!("csv/{}", heading.layout.bank()),
            account: None,
            opening: None,
            closing: None,
            closes: Closing::WithOpening,
            total_credit: None,
            total_debit: None,
            period: None,
            lines: Vec::new(),
            end: 1,
        };
        Self {
            maps,
            heading,
            amounts: Amounts::default(),
            part: Part::Preamble,
            from: None,
            to: None,
            end: 1,
            draft,
        }
    }

    fn take(&mut self, row: &StringRecord, line: u32) -> Result<(), Refusal> {
        let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
        if filled == 0 {
            return Ok(());
        }
        self.end = line;
        // Long exports print the heading again on each page.
        if *row == self.heading.row {
            self.part = if self.part == Part::Preamble { Part::Lines } else { self.part };
            return Ok(());
        }
        let row = Row { cells: row, layout: &self.heading.layout, line };
        if self.part == Part::Lines
            && let Some(when) = row.cell(Column::Date).and_then(bank_text::when)
        {
            let entry = self.entry(&row, when)?;
            self.draft.lines.push(entry);
            return Ok(());
        }
        if self.labels(&row)? || self.part != Part::Lines {
            return Ok(());
        }
        let sums = [Column::Debit, Column::Credit, Column::Amount];
        let has_sum = sums.into_iter().any(|column| row.cell(column).is_some());
        match row.cell(Column::Date) {
            _ if !has_sum && filled <= TEXT_CELLS => Ok(()),
            Some(text) => Err(Why::Date(text.to_owned()).at(line)),
            None => Err(Why::Missing(Field::Date).at(line)),
        }
    }

    fn entry(&mut self, row: &Row<'_>, when: When) -> Result<Line, Refusal> {
        let line = row.line;
        let more = row.cells.iter().skip(self.heading.row.len());
        if more.into_iter().any(|cell| !cell.trim().is_empty()) {
            return Err(Why::Cells.at(line));
        }
        if let Some(currency) = row.cell(Column::Currency) {
            vnd(currency, line)?;
        }
        let (direction, amount) = self.movement(row)?;
        let balance_after = match row.cell(Column::Balance) {
            Some(text) => Some(self.amount(text, line)?),
            None => None,
        };
        let day = |column| match row.cell(column) {
            Some(text) => {
                bank_text::when(text).map(Some).ok_or_else(|| Why::Date(text.to_owned()).at(line))
            }
            None => Ok(None),
        };
        let value_date = day(Column::ValueDate)?.map(|value| value.day);
        let transfer = day(Column::Moment)?.and_then(|moment| moment.moment);
        let time = row.cell(Column::Time).and_then(bank_text::time);
        let moment = transfer
            .or(when.moment)
            .or_else(|| time.and_then(|time| bank_text::at(when.day, time)));
        let reference = if row.layout.place(Column::Reference) == row.layout.place(Column::Date) {
            Some(when.rest).filter(|rest| !rest.is_empty())
        } else {
            row.cell(Column::Reference).map(str::to_owned)
        };
        Ok(Line {
            number: row.cell(Column::Number).and_then(|text| text.parse().ok()).unwrap_or(0),
            file_line: line,
            booking_date: when.day,
            value_date,
            moment,
            direction,
            amount,
            reversal: false,
            bank_reference: reference,
            counterparty: Counterparty {
                name: row.cell(Column::Party).map(str::to_owned),
                account: row.cell(Column::PartyAccount).map(str::to_owned),
            },
            description: row.cell(Column::Text).unwrap_or_default().to_owned(),
            balance_after,
        })
    }

    /// One of debit and credit, or the signed amount. Some exports print debits negative: the
    /// column says the side. A negative credit says nothing certain and is refused.
    fn movement(&mut self, row: &Row<'_>) -> Result<(Direction, Dong), Refusal> {
        let mut sum =
            |column| match row.cell(column) {
                Some(text) => Ok(Some((text, self.amount(text, row.line)?))
                    .filter(|(_, amount)| !amount.is_zero())),
                None => Ok(None),
            };
        let (text, direction, amount) =
            match (sum(Column::Debit)?, sum(Column::Credit)?, sum(Column::Amount)?) {
                (Some((text, debit)), None, None) => (text, Direction::Debit, debit.magnitude()),
                (None, Some((text, credit)), None) => (text, Direction::Credit, credit),
                (None, None, Some((text, amount))) if amount.is_positive() => {
                    (text, Direction::Credit, amount)
                }
                (None, None, Some((text, amount))) => (text, Direction::Debit, amount.negated()),
                (None, None, None) => return Err(Why::Missing(Field::Amount).at(row.line)),
                _ => return Err(Why::TwoSides.at(row.line)),
            };
        if amount.is_positive() && amount <= Dong::LARGEST_POSTING {
            Ok((direction, amount))
        } else {
            Err(Why::Amount(text.to_owned()).at(row.line))
        }
    }

    fn amount(&mut self, text: &str, line: u32) -> Result<Dong, Refusal> {
        self.amounts.read(text).ok_or_else(|| Why::Amount(text.to_owned()).at(line))
    }

    /// Takes what a row announces; whether it announces anything.
    fn labels(&mut self, row: &Row<'_>) -> Result<bool, Refusal> {
        let mut any = false;
        for (place, cell) in row.cells.iter().enumerate() {
            let Some((label, inside)) = self.maps.label(cell) else { continue };
            any = true;
            let after = row.cells.iter().skip(place + 1).map(str::trim);
            let value = inside.or_else(|| after.into_iter().find(|cell| !cell.is_empty()));
            self.announced(label, value, row)?;
        }
        Ok(any)
    }

    fn announced(
        &mut self,
        label: Label,
        value: Option<&str>,
        row: &Row<'_>,
    ) -> Result<(), Refusal> {
        let line = row.line;
        if label == Label::Total {
            return self.totals(row);
        }
        // A summary may have the words as headings and the sums in the row below.
        let digits = |value: &&str| value.contains(|c: char| c.is_ascii_digit());
        let value = if label == Label::Currency { value } else { value.filter(digits) };
        let Some(value) = value else { return Ok(()) };
        let day = || bank_text::when(value).map(|when| when.day);
        match label {
            Label::Account if self.part == Part::Preamble => {
                let number = account(value);
                self.draft.account = number.map(|value| Stated { value, line });
            }
            Label::Currency => vnd(value, line)?,
            Label::From if self.part == Part::Preamble => self.from = day(),
            Label::To if self.part == Part::Preamble => self.to = day(),
            Label::Opening if self.draft.opening.is_none() => {
                self.draft.opening = Some(Stated { value: self.amount(value, line)?, line });
            }
            Label::Closing => {
                self.draft.closing = Some(Stated { value: self.amount(value, line)?, line });
                self.end_lines();
            }
            Label::TotalDebit => {
                self.draft.total_debit =
                    Some(Stated { value: self.amount(value, line)?.magnitude(), line });
                self.end_lines();
            }
            Label::TotalCredit => {
                self.draft.total_credit = Some(Stated { value: self.amount(value, line)?, line });
                self.end_lines();
            }
            Label::Account | Label::From | Label::To | Label::Opening | Label::Total => {}
        }
        if let (Some(from), Some(to)) = (self.from, self.to) {
            self.draft.period = (from <= to).then_some(Period { from, to });
        }
        Ok(())
    }

    fn totals(&mut self, row: &Row<'_>) -> Result<(), Refusal> {
        if self.part != Part::Lines {
            return Ok(());
        }
        if let Some(text) = row.cell(Column::Debit) {
            let value = self.amount(text, row.line)?.magnitude();
            self.draft.total_debit = Some(Stated { value, line: row.line });
        }
        if let Some(text) = row.cell(Column::Credit) {
            let value = self.amount(text, row.line)?;
            self.draft.total_credit = Some(Stated { value, line: row.line });
        }
        self.end_lines();
        Ok(())
    }

    /// A preamble may state totals and closing too; there they end nothing.
    fn end_lines(&mut self) {
        if self.part == Part::Lines {
            self.part = Part::AfterTotals;
        }
    }
}

/// A row with its columns.
struct Row<'a> {
    cells: &'a StringRecord,
    layout: &'a Layout,
    line: u32,
}

impl Row<'_> {
    /// A column's cell, `None` when absent or blank.
    fn cell(&self, column: Column) -> Option<&str> {
        let cell = self.cells.get(self.layout.place(column)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// The number in front of a cell such as `0011001932418 (VND)`, or `'0011001932418` as
/// spreadsheets keep leading zeros.
fn account(value: &str) -> Option<String> {
    let number: String = value
        .trim_start_matches(['\'', '=', '"'])
        .split_whitespace()
        .take_while(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    (!number.is_empty()).then_some(number)
}

fn vnd(value: &str, line: u32) -> Result<(), Refusal> {
    let words = folded(value);
    let known = words.starts_with(Statement::CURRENCY) || matches!(words.as_str(), "D" | "DONG");
    if known { Ok(()) } else { Err(Why::Currency(value.to_owned()).at(line)) }
}
