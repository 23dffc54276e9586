//! Moments and days. Vietnam keeps +07:00 all year, so a fixed offset replaces a zone database.

use std::{fmt, str::FromStr};

use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc,
    Weekday,
};
use serde::{Deserialize, Deserializer, Serialize, de};

/// Seconds from UTC to the time of Vietnam.
const VIETNAM_SECONDS: i32 = 7 * 3600;

/// The +07:00 offset of Vietnam, by which every day and every provider time is reckoned.
pub fn vietnam() -> FixedOffset {
    match FixedOffset::east_opt(VIETNAM_SECONDS) {
        Some(offset) => offset,
        None => unreachable_offset(),
    }
}

/// 25,200 seconds lie within a day, so `east_opt` cannot refuse them.
fn unreachable_offset() -> FixedOffset {
    use chrono::Offset;
    Utc.fix()
}

/// A moment, cut to microseconds because PostgreSQL keeps no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The first moment of 1970 (UTC): before anything of ours.
    pub const EPOCH: Self = Self(DateTime::<Utc>::UNIX_EPOCH);

    /// The moment, cut to microseconds.
    pub fn new(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(6))
    }

    /// From Unix seconds, or `None` outside the calendar.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        DateTime::from_timestamp(seconds, 0).map(Self)
    }

    /// A wall-clock time of Vietnam.
    pub fn from_vietnam(local: NaiveDateTime) -> Option<Self> {
        local.and_local_timezone(vietnam()).single().map(|moment| Self::new(moment.to_utc()))
    }

    /// The moment in UTC.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Unix seconds.
    pub fn unix(self) -> i64 {
        self.0.timestamp()
    }

    /// The same moment on Vietnam's clocks.
    pub fn in_vietnam(self) -> DateTime<FixedOffset> {
        self.0.with_timezone(&vietnam())
    }

    /// The day in Vietnam.
    pub fn day(self) -> Day {
        Day(self.in_vietnam().date_naive())
    }

    /// The moment `delta` later; saturates at the ends of the calendar.
    #[must_use]
    pub fn plus(self, delta: TimeDelta) -> Self {
        Self(self.0.checked_add_signed(delta).unwrap_or(if delta < TimeDelta::zero() {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        }))
    }

    /// The time from `earlier` to this moment.
    pub fn since(self, earlier: Self) -> TimeDelta {
        self.0 - earlier.0
    }

    /// `yyyyMMddHHmmss` in Vietnam's time, the form of VNPAY's dates.
    pub fn compact(self) -> String {
        self.in_vietnam().format("%Y%m%d%H%M%S").to_string()
    }

    /// `14:30 ngày 24/11/2026`, as Vietnamese pages write it.
    pub fn spoken(self) -> String {
        self.in_vietnam().format("%H:%M ngày %d/%m/%Y").to_string()
    }
}

/// RFC 3339 with Vietnam's offset, microseconds only where there are some.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.in_vietnam();
        f.write_str(&local.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false))
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|moment| Self::new(moment.to_utc()))
    }
}

/// A calendar day of Vietnam.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of a date.
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// A day by its numbers, or `None` where there is no such day.
    pub fn of(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The date.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The weekday.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// The day `count` days later (earlier when negative), or `None` beyond the calendar.
    pub fn plus(self, count: i64) -> Option<Self> {
        let days = Days::new(count.unsigned_abs());
        if count < 0 { self.0.checked_sub_days(days) } else { self.0.checked_add_days(days) }
            .map(Self)
    }

    /// Days from `earlier` to this day.
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// 00:00 of this day in Vietnam.
    pub fn start(self) -> Timestamp {
        let midnight = self.0.and_time(chrono::NaiveTime::MIN);
        Timestamp::from_vietnam(midnight).unwrap_or(Timestamp(DateTime::<Utc>::MIN_UTC))
    }

    /// `24/11/2026`.
    pub fn slashed(self) -> String {
        self.0.format("%d/%m/%Y").to_string()
    }

    /// `ngày 24 tháng 11 năm 2026`, two digits for days 1-9 and months 1-2 (Decree 30/2020).
    pub fn in_document(self) -> String {
        let month = if self.0.month() <= 2 {
            format!("{:02}", self.0.month())
        } else {
            self.0.month().to_string()
        };
        format!("ngày {:02} tháng {month} năm {}", self.0.day(), self.0.year())
    }
}

/// ISO form, `2026-11-24`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

/// A text that is no day, or not written `2026-11-24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written 2026-11-24")]
pub struct DayError;

/// `2026-11-24` and nothing looser: programs that read `2026-1-1` differ in what they make of it.
impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self);
        day.filter(|day| text.len() == 10 && day.to_string() == text).ok_or(DayError)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Where the program reads the time. The real clock lives in `app`; tests and the demo move theirs.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Today in Vietnam.
    fn today(&self) -> Day {
        self.now().day()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_of_vietnam() {
        let before: Timestamp = "2026-11-24T16:59:59Z".parse().unwrap();
        let after: Timestamp = "2026-11-24T17:00:00Z".parse().unwrap();
        assert_eq!(before.day().to_string(), "2026-11-24");
        assert_eq!(after.day().to_string(), "2026-11-25");
        assert_eq!(after.day().start(), after);
    }

    #[test]
    fn moments_are_cut_to_microseconds() {
        let moment: Timestamp = "2026-11-24T08:00:00.123456789+07:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-24T08:00:00.123456+07:00");
        assert_eq!(moment.compact(), "20261124080000");
    }

    #[test]
    fn documents_write_two_digits_for_small_days_and_months() {
        assert_eq!(Day::of(2026, 1, 5).unwrap().in_document(), "ngày 05 tháng 01 năm 2026");
        assert_eq!(Day::of(2026, 11, 24).unwrap().in_document(), "ngày 24 tháng 11 năm 2026");
    }
}
