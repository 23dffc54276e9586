//! The tables of courts and agencies: comma, header line, every column there.

use std::collections::BTreeMap;

use csv::StringRecord;
use unicode_normalization::is_nfc;

use super::ReferenceError;
use crate::domain::{
    calendar::iso_day,
    reference_data::{AgencyKind, AgencyRow, BodyCode, CourtLevel, CourtRow},
    time::Day,
};

const COURT_COLUMNS: [&str; 18] = [
    "code",
    "name_vi",
    "short_vi",
    "level",
    "parent_code",
    "province_code",
    "province",
    "seat",
    "territory",
    "territory_codes",
    "territory_basis",
    "old_districts",
    "subject_matter",
    "evidence",
    "inferred",
    "valid_from",
    "source",
    "note",
];

const AGENCY_COLUMNS: [&str; 13] = [
    "code",
    "name_vi",
    "level",
    "parent_code",
    "province_code",
    "province",
    "court_code",
    "court_name_vi",
    "evidence",
    "inferred",
    "valid_from",
    "source",
    "note",
];

/// No cell of reference data is longer.
const CELL_CHARS_MAX: usize = 4_000;

pub(super) fn courts(text: &str) -> Result<Vec<CourtRow>, ReferenceError> {
    let mut seen = Seen::default();
    let mut rows: Vec<CourtRow> = Vec::new();
    for line in lines(text, &COURT_COLUMNS)? {
        let row = court(&line)?;
        seen.take(&line, &row.code, &row.name)?;
        check_court_above(&line, &row, &rows)?;
        rows.push(row);
    }
    some(rows)
}

fn court(line: &Line<'_>) -> Result<CourtRow, ReferenceError> {
    let level = line.word("level", CourtLevel::from_code, &words(CourtLevel::ALL, |l| l.code()))?;
    let within_province = matches!(level, CourtLevel::Provincial | CourtLevel::Regional);
    Ok(CourtRow {
        code: line.code("code")?,
        name: line.needed("name_vi")?,
        short_name: line.needed("short_vi")?,
        level,
        parent: match level.above() {
            Some(_) => Some(line.code("parent_code")?),
            None => line.empty("parent_code", "a court of this level has none above it")?,
        },
        province_code: line.province("province_code", within_province)?,
        province: if within_province {
            Some(line.needed("province")?)
        } else {
            line.optional("province")
        },
        seat: line.optional("seat"),
        territory: line.optional("territory"),
        territory_codes: line.commune_codes("territory_codes")?,
        subject_matter: line.optional("subject_matter"),
        valid_from: line.day("valid_from")?,
        source: line.needed("source")?,
        note: line.optional("note"),
        active: !line.yes("inferred")?,
    })
}

/// A court above that stands in this file stands above in it too, and is of the right level and
/// province. One that does not stand here is known from an earlier file, which the import checks.
fn check_court_above(
    line: &Line<'_>,
    row: &CourtRow,
    above: &[CourtRow],
) -> Result<(), ReferenceError> {
    let (Some(parent), Some(level)) = (&row.parent, row.level.above()) else { return Ok(()) };
    if *parent == row.code {
        return Err(line.fault("parent_code", "a court is not above itself"));
    }
    let Some(parent) = above.iter().find(|court| court.code == *parent) else { return Ok(()) };
    if parent.level != level {
        let fault =
            format!("{} is {}, but a {level} court stands above", parent.code, parent.level);
        return Err(line.fault("parent_code", fault));
    }
    if level == CourtLevel::Provincial && parent.province_code != row.province_code {
        return Err(line.fault("parent_code", format!("{} is of another province", parent.code)));
    }
    Ok(())
}

pub(super) fn agencies(text: &str) -> Result<Vec<AgencyRow>, ReferenceError> {
    let mut seen = Seen::default();
    let mut rows: Vec<AgencyRow> = Vec::new();
    for line in lines(text, &AGENCY_COLUMNS)? {
        let row = agency(&line)?;
        seen.take(&line, &row.code, &row.name)?;
        let above = rows.iter().find(|agency| Some(&agency.code) == row.parent.as_ref());
        if above.is_some_and(|agency| agency.kind != AgencyKind::Enforcement) {
            return Err(line.fault("parent_code", "an office belongs to a provincial agency"));
        }
        if above.is_some_and(|agency| agency.province_code != row.province_code) {
            return Err(line.fault("parent_code", "the agency is of another province"));
        }
        rows.push(row);
    }
    some(rows)
}

fn agency(line: &Line<'_>) -> Result<AgencyRow, ReferenceError> {
    let kind = |word: &str| match word {
        "provincial" => Some(AgencyKind::Enforcement),
        "regional_office" => Some(AgencyKind::Office),
        "court" => Some(AgencyKind::Court),
        _ => None,
    };
    let kind = line.word("level", kind, "provincial, regional_office, court")?;
    let (code, court) = (line.code("code")?, line.code("court_code")?);
    if kind == AgencyKind::Court && code != court {
        return Err(line.fault("code", "a court that collects has the court's own code"));
    }
    line.needed("court_name_vi")?;
    Ok(AgencyRow {
        code,
        name: line.needed("name_vi")?,
        kind,
        parent: match kind {
            AgencyKind::Office => Some(line.code("parent_code")?),
            AgencyKind::Enforcement | AgencyKind::Court => {
                line.empty("parent_code", "only an office belongs to an agency")?
            }
        },
        province_code: line.province("province_code", true)?.unwrap_or_default(),
        province: line.needed("province")?,
        court,
        valid_from: line.day("valid_from")?,
        inferred: line.yes("inferred")?,
        source: line.needed("source")?,
        note: line.optional("note"),
    })
}

/// Codes and names that stand once, with the line on which they stood.
#[derive(Default)]
struct Seen {
    codes: BTreeMap<String, usize>,
    names: BTreeMap<String, usize>,
}

impl Seen {
    fn take(&mut self, line: &Line<'_>, code: &BodyCode, name: &str) -> Result<(), ReferenceError> {
        if let Some(before) = self.codes.insert(code.to_string(), line.number) {
            return Err(line.fault("code", format!("{code} stands on line {before} already")));
        }
        if let Some(before) = self.names.insert(name.to_owned(), line.number) {
            return Err(line.fault("name_vi", format!("the name stands on line {before} already")));
        }
        Ok(())
    }
}

fn some<T>(rows: Vec<T>) -> Result<Vec<T>, ReferenceError> {
    if rows.is_empty() {
        return Err(ReferenceError {
            line: 2,
            column: 1,
            fault: "the table has no row".to_owned(),
        });
    }
    Ok(rows)
}

fn words<T>(all: &[T], word: impl Fn(&T) -> &'static str) -> String {
    all.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// One line of a table.
struct Line<'a> {
    number: usize,
    columns: &'a [&'static str],
    cells: StringRecord,
}

/// The lines below the header, each cell fit to be kept.
fn lines<'a>(text: &str, columns: &'a [&'static str]) -> Result<Vec<Line<'a>>, ReferenceError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().transpose().map_err(|error| unread(&error))?.unwrap_or_default();
    if let Some((index, column)) =
        columns.iter().enumerate().find(|(index, column)| header.get(*index) != Some(**column))
    {
        let fault = format!("the column {column} stands here, in the order {}", columns.join(","));
        return Err(ReferenceError { line: 1, column: index + 1, fault });
    }
    if header.len() > columns.len() {
        let fault = "no further column is known".to_owned();
        return Err(ReferenceError { line: 1, column: columns.len() + 1, fault });
    }
    records
        .map(|record| {
            let cells = record.map_err(|error| unread(&error))?;
            let number = cells.position().map_or(0, csv::Position::line);
            let line = Line { number: usize::try_from(number).unwrap_or_default(), columns, cells };
            line.check_cells().map(|()| line)
        })
        .collect()
}

fn unread(error: &csv::Error) -> ReferenceError {
    let line = error.position().map_or(0, csv::Position::line);
    let line = usize::try_from(line).unwrap_or_default();
    ReferenceError {
        line,
        column: 1,
        fault: "the line cannot be read as a row of the table".to_owned(),
    }
}

impl Line<'_> {
    fn check_cells(&self) -> Result<(), ReferenceError> {
        let (found, needed) = (self.cells.len(), self.columns.len());
        if found != needed {
            let fault = format!("the row has {found} cells, the header {needed}");
            return Err(ReferenceError { line: self.number, column: found.min(needed) + 1, fault });
        }
        for (cell, column) in self.cells.iter().zip(self.columns) {
            if cell.chars().any(hides) {
                return Err(
                    self.fault(column, "a control or direction character stands in the cell")
                );
            }
            if !is_nfc(cell) {
                return Err(
                    self.fault(column, "letters and marks stand apart: the text is not NFC")
                );
            }
            if cell.trim() != cell || cell.chars().count() > CELL_CHARS_MAX {
                return Err(self.fault(column, "blanks stand around the text, or it is too long"));
            }
        }
        Ok(())
    }

    fn fault(&self, column: &str, fault: impl Into<String>) -> ReferenceError {
        let index = self.columns.iter().position(|known| *known == column).unwrap_or_default();
        let fault = format!("{column}: {}", fault.into());
        ReferenceError { line: self.number, column: index + 1, fault }
    }

    fn cell(&self, column: &str) -> &str {
        let index = self.columns.iter().position(|known| *known == column);
        index.and_then(|index| self.cells.get(index)).unwrap_or_default()
    }

    fn needed(&self, column: &str) -> Result<String, ReferenceError> {
        self.optional(column).ok_or_else(|| self.fault(column, "is needed"))
    }

    fn optional(&self, column: &str) -> Option<String> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    fn empty<T>(&self, column: &str, why: &str) -> Result<Option<T>, ReferenceError> {
        if self.cell(column).is_empty() { Ok(None) } else { Err(self.fault(column, why)) }
    }

    fn code(&self, column: &str) -> Result<BodyCode, ReferenceError> {
        let cell = self.cell(column);
        cell.parse().map_err(|error| self.fault(column, format!("{cell:?}: {error}")))
    }

    fn word<T>(
        &self,
        column: &str,
        read: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Result<T, ReferenceError> {
        let cell = self.cell(column);
        read(cell).ok_or_else(|| self.fault(column, format!("{cell:?} is none of {words}")))
    }

    fn yes(&self, column: &str) -> Result<bool, ReferenceError> {
        let read = |word: &str| match word {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        self.word(column, read, "yes, no")
    }

    fn day(&self, column: &str) -> Result<Option<Day>, ReferenceError> {
        let Some(cell) = self.optional(column) else { return Ok(None) };
        let day = iso_day(&cell);
        day.map(Some)
            .ok_or_else(|| self.fault(column, format!("{cell:?} is no day such as 2025-07-01")))
    }

    fn province(&self, column: &str, needed: bool) -> Result<Option<String>, ReferenceError> {
        let cell = self.optional(column);
        let fits = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit());
        if cell.as_ref().map_or(!needed, fits) {
            return Ok(cell);
        }
        Err(self.fault(column, "the province's code of two digits is needed"))
    }

    fn commune_codes(&self, column: &str) -> Result<Vec<String>, ReferenceError> {
        let codes: Vec<String> = self.cell(column).split_whitespace().map(str::to_owned).collect();
        let unfit = |code: &&String| code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit());
        match codes.iter().find(unfit) {
            None => Ok(codes),
            Some(code) => {
                Err(self.fault(column, format!("{code:?} is no commune code of five digits")))
            }
        }
    }
}

/// Characters that a page or a paper would not show, or would show out of order.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
