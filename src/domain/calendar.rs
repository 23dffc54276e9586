//! Working days of State bodies: courts, enforcement agencies, State Treasury.
//!
//! The days off are data, because the Prime Minister fixes Tết and swaps working days year by year
//! (Labour Code 2019 Art. 111-112). While a year is not fully announced there are two readings, and
//! beyond the table there is no answer, rather than a guess.

mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use chrono::Datelike;
use serde::Deserialize;

use super::time::Day;
pub use table::{CalendarError, CalendarFault};

/// The table that the program ships, first version of the reference data `days-off`.
pub const FIRST_VERSION: &str = include_str!("../../assets/data/working_days.toml");

/// How days are read that are assumed or proposed but not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// They are working days: limits end as early as they may. By it one should pay.
    Early,
    /// They are days off: limits end as late as they may. Before it nothing lapses.
    Late,
}

/// Whether a day off is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Fixed by law or announced.
    Firm,
    /// Our assumption until the notice is out.
    Provisional,
}

/// A day off and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOff {
    /// The name as pages show it, "Giỗ Tổ Hùng Vương".
    pub name: String,
    /// Whether it is certain.
    pub standing: Standing,
}

/// A day was needed that the table does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table of days off has no year {}: load that year before reckoning with it", .0.year())]
pub struct CalendarUnknown(pub Day);

/// The working days of the years in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    updated: Day,
    weekly_rest: WeeklyRest,
    years: BTreeMap<i32, Year>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Year {
    off: BTreeMap<Day, DayOff>,
    work: BTreeSet<Day>,
    open_off: BTreeSet<Day>,
    open_work: BTreeSet<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct WeeklyRest(Vec<chrono::Weekday>);

impl WeeklyRest {
    fn holds(&self, day: Day) -> bool {
        self.0.contains(&day.weekday())
    }
}

impl Calendar {
    /// Reads and checks a table of the form of `assets/data/working_days.toml`.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        table::read(text)
    }

    /// When the table was last brought up to date.
    pub fn updated(&self) -> Day {
        self.updated
    }

    /// The first and the last year of the table.
    pub fn span(&self) -> Option<(i32, i32)> {
        Some((*self.years.first_key_value()?.0, *self.years.last_key_value()?.0))
    }

    /// Whether State bodies work on the day.
    pub fn is_working_day(&self, day: Day, reading: Reading) -> Result<bool, CalendarUnknown> {
        let year = self.years.get(&day.year()).ok_or(CalendarUnknown(day))?;
        let late = reading == Reading::Late;
        if year.work.contains(&day) || (year.open_work.contains(&day) && !late) {
            return Ok(true);
        }
        let off = year.off.get(&day).is_some_and(|off| off.standing == Standing::Firm || late);
        Ok(!(off || (year.open_off.contains(&day) && late) || self.weekly_rest.holds(day)))
    }

    /// The day itself when State bodies work on it, else the next day on which they do.
    pub fn working_day_from(&self, day: Day, reading: Reading) -> Result<Day, CalendarUnknown> {
        first(day, 1, |day| self.is_working_day(day, reading))
    }

    /// The last working day before the day.
    pub fn previous_working_day(&self, day: Day, reading: Reading) -> Result<Day, CalendarUnknown> {
        self.working_day_before(day, 1, reading)
    }

    /// The `count`-th working day before the day; the day itself for 0.
    pub fn working_day_before(
        &self,
        day: Day,
        count: u64,
        reading: Reading,
    ) -> Result<Day, CalendarUnknown> {
        nth(day, -1, count, |day| self.is_working_day(day, reading))
    }

    /// The `count`-th working day after the day; the day itself for 0.
    pub fn working_day_after(
        &self,
        day: Day,
        count: u64,
        reading: Reading,
    ) -> Result<Day, CalendarUnknown> {
        nth(day, 1, count, |day| self.is_working_day(day, reading))
    }

    /// The `count`-th day after the day that is a working day and not among `skipped`.
    pub(super) fn counted_day_after(
        &self,
        day: Day,
        count: u64,
        reading: Reading,
        skipped: &BTreeSet<Day>,
    ) -> Result<Day, CalendarUnknown> {
        nth(day, 1, count, |day| Ok(self.is_working_day(day, reading)? && !skipped.contains(&day)))
    }

    /// The first day from `day` on that is a working day and not among `skipped`.
    pub(super) fn counted_day_from(
        &self,
        day: Day,
        reading: Reading,
        skipped: &BTreeSet<Day>,
    ) -> Result<Day, CalendarUnknown> {
        first(day, 1, |day| Ok(self.is_working_day(day, reading)? && !skipped.contains(&day)))
    }

    /// The holiday (or swapped day off) of the day, also when it falls on a weekly rest day.
    pub fn day_off(&self, day: Day) -> Option<&DayOff> {
        self.years.get(&day.year())?.off.get(&day)
    }

    /// The days off from the first to the last of these days, both included, with their names.
    pub fn days_off(&self, from: Day, to: Day) -> impl Iterator<Item = (Day, &DayOff)> {
        self.years
            .values()
            .flat_map(|year| &year.off)
            .map(|(day, off)| (*day, off))
            .filter(move |(day, _)| (from..=to).contains(day))
    }

    /// The year to load now: the running one when it is missing, from 1 October also the next one.
    pub fn missing_year(&self, today: Day) -> Option<i32> {
        let year = today.year();
        let needed = if today.date().month() >= 10 { year..=year + 1 } else { year..=year };
        needed.into_iter().find(|year| !self.years.contains_key(year))
    }
}

/// The first day from `from` on, step by step, that fits; the table ends a walk that finds none.
fn first(
    from: Day,
    step: i64,
    fits: impl Fn(Day) -> Result<bool, CalendarUnknown>,
) -> Result<Day, CalendarUnknown> {
    let mut day = from;
    while !fits(day)? {
        day = day.plus(step).ok_or(CalendarUnknown(day))?;
    }
    Ok(day)
}

/// The `count`-th day that fits, after `from` in the direction of `step`.
fn nth(
    from: Day,
    step: i64,
    count: u64,
    fits: impl Fn(Day) -> Result<bool, CalendarUnknown>,
) -> Result<Day, CalendarUnknown> {
    (0..count)
        .try_fold(from, |day, _| first(day.plus(step).ok_or(CalendarUnknown(day))?, step, &fits))
}

/// An ISO day written in full, `2026-06-01`: `2026-6-1` and day numbers beyond year 9999 are none.
pub fn iso_day(text: &str) -> Option<Day> {
    text.parse().ok()
}

/// [`iso_day`] for files of dated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct IsoDay(pub(super) Day);

impl TryFrom<String> for IsoDay {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        iso_day(&text).map(Self).ok_or(NotADay(text))
    }
}

/// A text that is no day.
#[derive(Debug)]
pub(super) struct NotADay(String);

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no day of the form 2026-11-24", self.0)
    }
}
