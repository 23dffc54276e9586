//! Series of receipt numbers: consecutive by construction, a gap is a fault (procedure 5).

use std::fmt;

use crate::domain::{id::AgencyId, time::Timestamp};

/// What one open series belongs to: there is at most one open series of a key (decisions 4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// The collecting agency.
    pub agency: AgencyId,
    /// Its office, where the office keeps a series of its own.
    pub office: Option<AgencyId>,
    /// A counter that must work offline and has a block of numbers.
    pub counter: Option<String>,
    /// The form's code, `C21-THADS-DVC`.
    pub form: String,
    /// The year of issue in Vietnam; numbers begin again each year.
    pub year: i32,
}

/// How numbers of a series are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// At most 8 digits, without leading zeros (NĐ 254/2026 article 23(2)).
    Electronic,
    /// Seven digits from 0000001 (TT 303/2016, TT 04/2023 article 14).
    Paper,
}

impl Numbering {
    const fn largest(self) -> u32 {
        match self {
            Self::Electronic => 99_999_999,
            Self::Paper => 9_999_999,
        }
    }
}

/// The numbers that a series may give out, both ends among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberBlock {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

/// A number of a series, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptNumber {
    number: u32,
    numbering: Numbering,
}

impl ReceiptNumber {
    /// A number from 1 to the largest of its numbering.
    pub const fn new(number: u32, numbering: Numbering) -> Option<Self> {
        if number == 0 || number > numbering.largest() {
            None
        } else {
            Some(Self { number, numbering })
        }
    }

    /// The bare number.
    pub const fn get(self) -> u32 {
        self.number
    }
}

/// As the receipt shows it.
impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.numbering {
            Numbering::Electronic => write!(f, "{}", self.number),
            Numbering::Paper => write!(f, "{:07}", self.number),
        }
    }
}

/// A series: whose, its symbol, its numbers, and the last one given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    key: SeriesKey,
    symbol: String,
    numbering: Numbering,
    block: NumberBlock,
    next: u32,
    last_issued: Option<Timestamp>,
}

/// Why a series gave no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// A block that is empty, begins at 0 or passes the largest number; or a next number outside.
    #[error("the numbers of the series do not fit")]
    Numbers,
    /// No symbol, or one with letters other than capitals, digits, `/` and `-`.
    #[error("the symbol of the series is not one")]
    Symbol,
    /// The issue is in another year: a new series is opened first.
    #[error("the series is of {series}, the issue in {issue}")]
    Year {
        /// The year of the series.
        series: i32,
        /// The year of issue.
        issue: i32,
    },
    /// All numbers are given out.
    #[error("the series has no number left")]
    Exhausted,
}

/// A number just taken, with the moment of issue that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The number.
    pub number: ReceiptNumber,
    /// The moment of issue: the clock's, or that of the number before it where the clock went back.
    pub issued_at: Timestamp,
}

impl Series {
    /// A new series that begins with its block's first number. Without a block: 1 to the largest.
    pub fn open(
        key: SeriesKey,
        symbol: &str,
        numbering: Numbering,
        block: Option<NumberBlock>,
    ) -> Result<Self, SeriesError> {
        let block = block.unwrap_or(NumberBlock { first: 1, last: numbering.largest() });
        let next = block.first;
        let symbol = symbol.to_owned();
        Self { key, symbol, numbering, block, next, last_issued: None }.checked()
    }

    /// A series as it was kept.
    pub fn kept(self, next: u32, last_issued: Option<Timestamp>) -> Result<Self, SeriesError> {
        Self { next, last_issued, ..self }.checked()
    }

    fn checked(self) -> Result<Self, SeriesError> {
        let NumberBlock { first, last } = self.block;
        let after = last.checked_add(1).ok_or(SeriesError::Numbers)?;
        if first == 0 || first > last || last > self.numbering.largest() {
            return Err(SeriesError::Numbers);
        }
        if self.next < first || self.next > after {
            return Err(SeriesError::Numbers);
        }
        let letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if self.symbol.is_empty() || !self.symbol.bytes().all(|b| letter(b) || b"/-".contains(&b)) {
            return Err(SeriesError::Symbol);
        }
        Ok(self)
    }

    /// Takes the next number for an issue at `now`. Nothing is taken on error.
    pub fn take(&mut self, now: Timestamp) -> Result<Taken, SeriesError> {
        let issued_at = self.last_issued.map_or(now, |last| last.max(now));
        let issue = issued_at.day().year();
        if issue != self.key.year {
            return Err(SeriesError::Year { series: self.key.year, issue });
        }
        if self.next > self.block.last {
            return Err(SeriesError::Exhausted);
        }
        let number = ReceiptNumber::new(self.next, self.numbering).ok_or(SeriesError::Exhausted)?;
        self.next += 1;
        self.last_issued = Some(issued_at);
        Ok(Taken { number, issued_at })
    }

    /// Whose it is.
    pub const fn key(&self) -> &SeriesKey {
        &self.key
    }

    /// Its symbol, `SM/26E`.
    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// How its numbers are written.
    pub const fn numbering(&self) -> Numbering {
        self.numbering
    }

    /// Its numbers.
    pub const fn block(&self) -> NumberBlock {
        self.block
    }

    /// The number that is next.
    pub const fn next_number(&self) -> u32 {
        self.next
    }

    /// When the last number was given out.
    pub const fn last_issued(&self) -> Option<Timestamp> {
        self.last_issued
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn key(year: i32) -> SeriesKey {
        SeriesKey {
            agency: AgencyId::new(Uuid::from_u128(1)),
            office: None,
            counter: None,
            form: "C21-THADS-DVC".to_owned(),
            year,
        }
    }

    fn series(block: Option<NumberBlock>) -> Result<Series, SeriesError> {
        Series::open(key(2026), "SM/26E", Numbering::Electronic, block)
    }

    #[test]
    fn numbers_follow_each_other_and_time_never_goes_back() {
        let mut series = series(None).unwrap().kept(4, None).unwrap();
        for (now, number, issued) in [
            ("2026-11-23T08:00:00+07:00", "4", "2026-11-23T08:00:00+07:00"),
            ("2026-11-23T07:59:00+07:00", "5", "2026-11-23T08:00:00+07:00"),
            ("2026-11-23T08:01:00+07:00", "6", "2026-11-23T08:01:00+07:00"),
        ] {
            let taken = series.take(at(now)).unwrap();
            assert_eq!(taken.number.to_string(), number);
            assert_eq!(taken.issued_at, at(issued));
        }
    }

    #[test]
    fn the_year_turns_at_midnight_of_vietnam() {
        let mut series = series(None).unwrap();
        assert!(series.take(at("2026-12-31T16:59:59Z")).is_ok());
        let error = series.take(at("2026-12-31T17:00:00Z"));
        assert_eq!(error, Err(SeriesError::Year { series: 2026, issue: 2027 }));
        assert_eq!(series.next_number(), 2, "nothing is taken on error");
    }

    #[test]
    fn a_block_ends() {
        let mut series = series(Some(NumberBlock { first: 501, last: 502 })).unwrap();
        let now = at("2026-11-23T08:00:00+07:00");
        let taken = [series.take(now), series.take(now), series.take(now)];
        let numbers = taken.map(|taken| taken.map(|taken| taken.number.get()));
        assert_eq!(numbers, [Ok(501), Ok(502), Err(SeriesError::Exhausted)]);
        assert!(series.clone().kept(503, None).is_ok(), "as kept after its last number");
    }

    #[test]
    fn numbers_and_symbols_that_do_not_fit_are_refused() {
        let numbers = |first, last| series(Some(NumberBlock { first, last })).err();
        assert_eq!(numbers(0, 5), Some(SeriesError::Numbers));
        assert_eq!(numbers(6, 5), Some(SeriesError::Numbers));
        assert_eq!(numbers(1, 100_000_000), Some(SeriesError::Numbers));
        assert_eq!(numbers(1, 99_999_999), None);
        assert_eq!(series(None).unwrap().kept(0, None), Err(SeriesError::Numbers));
        for symbol in ["", "sm/26E", "SM 26E", "SM/26Đ"] {
            let opened = Series::open(key(2026), symbol, Numbering::Paper, None);
            assert_eq!(opened, Err(SeriesError::Symbol), "{symbol:?}");
        }
    }

    #[test]
    fn paper_numbers_have_seven_digits() {
        let written = |number| ReceiptNumber::new(number, Numbering::Paper).map(|n| n.to_string());
        assert_eq!(written(1).as_deref(), Some("0000001"));
        assert_eq!(written(10_000_000), None);
        assert_eq!(written(0), None);
    }
}
