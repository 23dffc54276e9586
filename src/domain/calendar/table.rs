//! The file form of the table of days off, and what makes a table unfit.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Weekday;
use serde::Deserialize;
use toml::Spanned;

use super::{Calendar, DayOff, IsoDay, Standing, WeeklyRest, Year};
use crate::domain::time::Day;

/// Why a table is unfit, and the byte of the text where it shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct CalendarError {
    /// Offset into the text.
    pub at: usize,
    /// What is wrong.
    pub fault: CalendarFault,
}

/// What is wrong with a table of days off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    /// Not TOML, or not of the table's form; the reader's own words.
    #[error("{0}")]
    Form(String),
    /// Another format number than 1.
    #[error("this program reads format 1 of the table of days off")]
    Format,
    /// Another time zone than Asia/Ho_Chi_Minh.
    #[error("the days are those of the time zone Asia/Ho_Chi_Minh")]
    TimeZone,
    /// No weekly rest, a repeated weekday, or seven of them.
    #[error("weekly_rest names from one to six different weekdays")]
    WeeklyRest,
    /// No year at all.
    #[error("the table holds no year")]
    NoYear,
    /// A year that is not the one after the year before it.
    #[error("the years follow one another without a gap")]
    YearOrder,
    /// A year whose notices are not named.
    #[error("the year names no source")]
    NoSource,
    /// A day in the list of another year.
    #[error("{0} is not a day of the year {1}")]
    OtherYear(Day, i32),
    /// A day that is not after the one before it.
    #[error("{0} does not come after the day before it in the list")]
    DayOrder(Day),
    /// A day both off and worked.
    #[error("{0} is named both as a day off and as a working day")]
    OffAndWork(Day),
    /// A swapped working day that is no weekly rest day.
    #[error("{0} is an ordinary working day, so nothing is worked in exchange on it")]
    WorkOnWeekday(Day),
    /// A proposed day that is decided or changes nothing.
    #[error("{0} stands open though it is decided already or changes nothing")]
    OpenDecided(Day),
    /// A day off without a name.
    #[error("{0} has no name")]
    NoName(Day),
    /// `status` of a day in an announced year.
    #[error("{0} has a status, but its year is announced whole")]
    StatusInAnnounced(Day),
    /// A day without `status` in a partly announced year.
    #[error("{0} needs a status, firm or provisional: its year is announced in part")]
    StatusMissing(Day),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: Spanned<u32>,
    timezone: Spanned<String>,
    updated: IsoDay,
    weekly_rest: Spanned<Vec<RestDay>>,
    #[serde(default)]
    year: Vec<YearRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearRow {
    year: Spanned<i32>,
    status: YearStatus,
    sources: Spanned<Vec<String>>,
    open: Option<Open>,
    work: Vec<Spanned<IsoDay>>,
    off: Vec<OffRow>,
}

/// A swap that was proposed and whose decision is not known.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    off: Vec<Spanned<IsoDay>>,
    work: Vec<Spanned<IsoDay>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OffRow {
    date: Spanned<IsoDay>,
    name: String,
    status: Option<Standing>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum YearStatus {
    Announced,
    Partly,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RestDay {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<RestDay> for Weekday {
    fn from(day: RestDay) -> Self {
        match day {
            RestDay::Mon => Self::Mon,
            RestDay::Tue => Self::Tue,
            RestDay::Wed => Self::Wed,
            RestDay::Thu => Self::Thu,
            RestDay::Fri => Self::Fri,
            RestDay::Sat => Self::Sat,
            RestDay::Sun => Self::Sun,
        }
    }
}

fn at<T>(place: &Spanned<T>, fault: CalendarFault) -> CalendarError {
    CalendarError { at: place.span().start, fault }
}

pub(super) fn read(text: &str) -> Result<Calendar, CalendarError> {
    let file: File = toml::from_str(text).map_err(|error| CalendarError {
        at: error.span().map_or(0, |span| span.start),
        fault: CalendarFault::Form(error.message().to_owned()),
    })?;
    if *file.format.get_ref() != 1 {
        return Err(at(&file.format, CalendarFault::Format));
    }
    if file.timezone.get_ref() != "Asia/Ho_Chi_Minh" {
        return Err(at(&file.timezone, CalendarFault::TimeZone));
    }
    let weekly_rest = weekly_rest(&file.weekly_rest)?;
    let mut years = BTreeMap::new();
    for row in file.year {
        let number = *row.year.get_ref();
        if years.last_key_value().is_some_and(|(last, _)| last + 1 != number) {
            return Err(at(&row.year, CalendarFault::YearOrder));
        }
        years.insert(number, year(row, &weekly_rest)?);
    }
    if years.is_empty() {
        return Err(CalendarError { at: text.len(), fault: CalendarFault::NoYear });
    }
    Ok(Calendar { updated: file.updated.0, weekly_rest, years })
}

fn weekly_rest(listed: &Spanned<Vec<RestDay>>) -> Result<WeeklyRest, CalendarError> {
    let days: Vec<Weekday> = listed.get_ref().iter().map(|day| Weekday::from(*day)).collect();
    let different: BTreeSet<u32> = days.iter().map(Weekday::num_days_from_monday).collect();
    if different.len() != days.len() || !(1..=6).contains(&days.len()) {
        return Err(at(listed, CalendarFault::WeeklyRest));
    }
    Ok(WeeklyRest(days))
}

fn year(row: YearRow, rest: &WeeklyRest) -> Result<Year, CalendarError> {
    let number = *row.year.get_ref();
    if row.sources.get_ref().iter().all(|source| source.trim().is_empty()) {
        return Err(at(&row.sources, CalendarFault::NoSource));
    }
    ordered(number, row.off.iter().map(|off| &off.date))?;
    let mut off = BTreeMap::new();
    for day in &row.off {
        let (date, named) = day_off(day, row.status).map_err(|fault| at(&day.date, fault))?;
        off.insert(date, named);
    }
    let work = ordered(number, &row.work)?;
    for place in &row.work {
        let day = place.get_ref().0;
        if off.contains_key(&day) {
            return Err(at(place, CalendarFault::OffAndWork(day)));
        }
        if !rest.holds(day) {
            return Err(at(place, CalendarFault::WorkOnWeekday(day)));
        }
    }
    let open = row.open.unwrap_or_default();
    let (open_off, open_work) = (ordered(number, &open.off)?, ordered(number, &open.work)?);
    let decided = |day: &Day| off.contains_key(day) || work.contains(day);
    let idle = |place: &&Spanned<IsoDay>| decided(&place.get_ref().0);
    if let Some(place) =
        open.off.iter().find(|place| idle(place) || rest.holds(place.get_ref().0)).or_else(|| {
            open.work.iter().find(|place| idle(place) || !rest.holds(place.get_ref().0))
        })
    {
        return Err(at(place, CalendarFault::OpenDecided(place.get_ref().0)));
    }
    Ok(Year { off, work, open_off, open_work })
}

/// The days of a list, each after the one before it and within the year.
fn ordered<'a>(
    year: i32,
    list: impl IntoIterator<Item = &'a Spanned<IsoDay>>,
) -> Result<BTreeSet<Day>, CalendarError> {
    let mut days = BTreeSet::new();
    for place in list {
        let day = place.get_ref().0;
        if day.year() != year {
            return Err(at(place, CalendarFault::OtherYear(day, year)));
        }
        if days.last().is_some_and(|last| *last >= day) {
            return Err(at(place, CalendarFault::DayOrder(day)));
        }
        days.insert(day);
    }
    Ok(days)
}

fn day_off(row: &OffRow, year: YearStatus) -> Result<(Day, DayOff), CalendarFault> {
    let day = row.date.get_ref().0;
    let standing = match (year, row.status) {
        (YearStatus::Announced, None) => Standing::Firm,
        (YearStatus::Announced, Some(_)) => return Err(CalendarFault::StatusInAnnounced(day)),
        (YearStatus::Partly, Some(standing)) => standing,
        (YearStatus::Partly, None) => return Err(CalendarFault::StatusMissing(day)),
    };
    let name = row.name.trim();
    if name.is_empty() {
        return Err(CalendarFault::NoName(day));
    }
    Ok((day, DayOff { name: name.to_owned(), standing }))
}
