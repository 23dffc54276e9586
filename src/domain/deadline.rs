//! Time limits: the last day to pay, the day before which nothing lapses, and whether a payment was in time.
//!
//! Counting follows Civil Code 2015 Art. 145-148 (by Code of Civil Procedure 2015 Art. 183): the day
//! of service is not counted, the limit ends at 24:00 of its last day, and a last day of rest moves
//! to the next working day. Two laws may give two limits and an unannounced year two calendars;
//! one pays by the earliest end and nothing lapses before the latest.

mod limits;

use std::{collections::BTreeSet, fmt, num::NonZeroU64};

use super::{
    calendar::{Calendar, CalendarUnknown, Reading},
    time::{Day, Timestamp},
};
use chrono::{Months, NaiveDate};
pub use limits::{Basis, CitedLimit, FIRST_VERSION, LimitKind, LimitLaw, Limits, LimitsError};

codes! {
    /// What a limit is counted in.
    Unit {
        /// Days of the calendar.
        Day = "day",
        /// Working days of State bodies.
        WorkingDay = "working_day",
        /// Months, ending on the same day number or on the last day of the month.
        Month = "month",
        /// Years, ending likewise.
        Year = "year",
    }
}

/// A length of time that the law gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Limit {
    /// How many, at least one.
    pub n: NonZeroU64,
    /// Of what.
    pub unit: Unit,
}

/// `7 days`, `1 working day`.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => "day",
            Unit::WorkingDay => "working day",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        let plural = if self.n.get() == 1 { "" } else { "s" };
        write!(f, "{} {unit}{plural}", self.n)
    }
}

/// Which limit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// One that the law names.
    Kind(LimitKind),
    /// One that a judge or a decision sets.
    Custom(Limit),
}

/// What starts the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Served on the day (handing over, post, refusal).
    On(Day),
    /// Served at the moment, at any hour of any day (electronic service).
    At(Timestamp),
    /// Posted in public on the day; service is the end of the posting.
    Posted(Day),
}

/// All that a deadline is reckoned from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineInput {
    /// The limit.
    pub rule: Rule,
    /// Its start.
    pub service: Service,
    /// Days of an incident or obstacle, which do not count. They do not lengthen a public posting.
    pub not_counted: BTreeSet<Day>,
}

/// A reckoned time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    served_on: Day,
    pay_by: Day,
    lapse_after: Day,
    tentative: bool,
}

/// When money was paid, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaidTime {
    /// At the moment.
    At(Timestamp),
    /// On the day. The hour is not known, and the whole day belongs to the limit, so such a payment
    /// counts as of that day however late in it.
    On(Day),
}

impl PaidTime {
    /// How the two time columns of a payment are read: the moment where there is one, else the day.
    pub fn new(paid_at: Option<Timestamp>, paid_on: Day) -> Self {
        paid_at.map_or(Self::On(paid_on), Self::At)
    }

    fn day(self) -> Day {
        match self {
            Self::At(moment) => moment.day(),
            Self::On(day) => day,
        }
    }
}

impl From<Timestamp> for PaidTime {
    fn from(moment: Timestamp) -> Self {
        Self::At(moment)
    }
}

impl From<Day> for PaidTime {
    fn from(day: Day) -> Self {
        Self::On(day)
    }
}

codes! {
    /// Whether a payment kept the limit: a fact for the judge, which holds back no receipt.
    Timeliness {
        /// Before the end of the shown limit.
        InTime = "in_time",
        /// After it, but before the longest lawful limit ended.
        Tolerated = "tolerated",
        /// After that.
        Late = "late",
    }
}

impl Deadline {
    /// The day of service; for a public posting by the early reading of the calendar.
    pub fn served_on(&self) -> Day {
        self.served_on
    }

    /// The last day of the shown limit by the early reading: the day to print and count down to.
    pub fn pay_by(&self) -> Day {
        self.pay_by
    }

    /// The first moment after [`Self::pay_by`].
    pub fn pay_before(&self) -> Timestamp {
        end(self.pay_by)
    }

    /// The last day of the longest limit by the late reading: nothing lapses before it is over.
    pub fn lapse_after(&self) -> Day {
        self.lapse_after
    }

    /// The first moment after [`Self::lapse_after`].
    pub fn lapses_at(&self) -> Timestamp {
        end(self.lapse_after)
    }

    /// Days off that are not announced yet can still move the end.
    pub fn is_tentative(&self) -> bool {
        self.tentative
    }

    /// Whether a payment of this moment, or of this day when its hour is not known, is in time.
    pub fn timeliness(&self, paid: impl Into<PaidTime>) -> Timeliness {
        let day = paid.into().day();
        if day <= self.pay_by {
            Timeliness::InTime
        } else if day <= self.lapse_after {
            Timeliness::Tolerated
        } else {
            Timeliness::Late
        }
    }
}

/// 24:00 of the day. A day of the calendar's table always has a next one.
fn end(day: Day) -> Timestamp {
    day.plus(1).unwrap_or(day).start()
}

/// Reckons a time limit. The only refusal is a day that the table of days off does not hold.
pub fn compute(
    calendar: &Calendar,
    limits: &Limits,
    input: &DeadlineInput,
) -> Result<Deadline, CalendarUnknown> {
    let run = |reading| Run { calendar, input, posting: limits.posting().limit, reading };
    let (early, late) = (run(Reading::Early), run(Reading::Late));
    let served_on = early.served()?;
    let (shown, longest) = match input.rule {
        Rule::Custom(limit) => (limit, limit),
        Rule::Kind(kind) => {
            let law = limits.of(kind, served_on);
            (law.shown.limit, law.longest().limit)
        }
    };
    let pay_by = early.last_day(shown)?;
    let shown_late = late.last_day(shown)?;
    let (longest_early, longest_late) = (early.last_day(longest)?, late.last_day(longest)?);
    Ok(Deadline {
        served_on,
        pay_by,
        lapse_after: longest_late.max(shown_late),
        tentative: pay_by != shown_late || longest_early != longest_late,
    })
}

/// One walk through the calendar by one reading.
struct Run<'a> {
    calendar: &'a Calendar,
    input: &'a DeadlineInput,
    posting: Limit,
    reading: Reading,
}

impl Run<'_> {
    fn served(&self) -> Result<Day, CalendarUnknown> {
        match self.input.service {
            Service::On(day) => Ok(day),
            Service::At(moment) => Ok(moment.day()),
            Service::Posted(day) => self.end_of(self.posting, day, &BTreeSet::new()),
        }
    }

    fn last_day(&self, limit: Limit) -> Result<Day, CalendarUnknown> {
        self.end_of(limit, self.served()?, &self.input.not_counted)
    }

    fn end_of(
        &self,
        limit: Limit,
        start: Day,
        skipped: &BTreeSet<Day>,
    ) -> Result<Day, CalendarUnknown> {
        let n = limit.n.get();
        let end = match limit.unit {
            Unit::WorkingDay => {
                return self.calendar.counted_day_after(start, n, self.reading, skipped);
            }
            Unit::Day => i64::try_from(n).ok().and_then(|n| start.plus(n)),
            Unit::Month => later_by_months(start, n),
            Unit::Year => n.checked_mul(12).and_then(|months| later_by_months(start, months)),
        };
        let end = end.ok_or(CalendarUnknown(Day::new(NaiveDate::MAX)))?;
        let end = lengthened(start, end, skipped).ok_or(CalendarUnknown(end))?;
        self.calendar.counted_day_from(end, self.reading, skipped)
    }
}

/// The same day number `count` months later, else the last day of that month (Civil Code 148).
fn later_by_months(start: Day, count: u64) -> Option<Day> {
    let months = Months::new(u32::try_from(count).ok()?);
    start.date().checked_add_months(months).map(Day::new)
}

/// The end moved by the skipped days within the limit, and by those that the move brings within it.
fn lengthened(start: Day, end: Day, skipped: &BTreeSet<Day>) -> Option<Day> {
    let mut moved = end;
    loop {
        let within = skipped.iter().filter(|day| (start..=moved).contains(day) && **day != start);
        let next = end.plus(i64::try_from(within.count()).ok()?)?;
        if next == moved {
            return Some(moved);
        }
        moved = next;
    }
}
