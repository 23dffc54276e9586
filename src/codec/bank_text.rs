//! Amounts, days and moments as bank exports print them.

use chrono::NaiveTime;

use crate::domain::{
    money::Dong,
    time::{Day, Timestamp},
};

/// Reads amounts of one file, which parts thousands by one sign throughout.
#[derive(Clone, Debug, Default)]
pub struct Amounts {
    thousands: Option<char>,
}

impl Amounts {
    /// Whole đồng with their sign: `300,000`, `300.000`, `25,000.00`, `-11.000 VND`, `(5,000)`.
    /// `None` for anything else: fractions, words, groups of other than three digits, another
    /// sign between thousands than before in the file.
    pub fn read(&mut self, text: &str) -> Option<Dong> {
        let (negative, number) = signed(text);
        let (whole, separator) = whole_part(&number)?;
        if let Some(separator) = separator
            && *self.thousands.get_or_insert(separator) != separator
        {
            return None;
        }
        let amount = Dong::new(whole.parse().ok()?)?;
        Some(if negative { amount.negated() } else { amount })
    }
}

/// The sign and the digits with their separators; blanks of every kind and the unit are dropped.
fn signed(text: &str) -> (bool, String) {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = compact.to_lowercase();
    let unit = ["vnd", "vnđ", "đ", "₫"].iter().find_map(|unit| lower.strip_suffix(unit));
    let number = unit.unwrap_or(&lower);
    if let Some(inner) = number.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return (true, inner.to_owned());
    }
    match number.strip_prefix('-').or_else(|| number.strip_suffix('-')) {
        Some(rest) => (true, rest.to_owned()),
        None => (false, number.strip_prefix('+').unwrap_or(number).to_owned()),
    }
}

/// The digits before the fraction, which must be zeros, and the sign between thousands.
fn whole_part(number: &str) -> Option<(String, Option<char>)> {
    if !number.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let last = number.rfind(['.', ',']);
    let whole = match last.and_then(|place| number.split_at_checked(place)) {
        Some((before, after)) => {
            let fraction = after.get(1..).unwrap_or_default();
            let sign = after.chars().next();
            let alone = !before.contains(['.', ',']);
            let other = !before.contains(|c| Some(c) == sign);
            if fraction.len() == 3 && (alone || !other) {
                number
            } else if other && !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0') {
                before
            } else {
                return None;
            }
        }
        None => number,
    };
    let separator = whole.chars().find(|c| !c.is_ascii_digit());
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let grouped = whole.chars().filter(|c| !c.is_ascii_digit()).all(|c| Some(c) == separator)
        && groups.all(|group| group.len() == 3)
        && !first.is_empty()
        && (separator.is_none() || first.len() <= 3);
    grouped.then(|| (whole.replace(['.', ','], ""), separator))
}

/// A day, the time beside it, and what else stood in the cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// The day.
    pub day: Day,
    /// The moment, where a time stands there. Midnight is no time: exports pad dates with it.
    pub moment: Option<Timestamp>,
    /// Words after day and time.
    pub rest: String,
}

/// Reads `24/11/2026 08:17:55`, `24-11-2026`, `24.11.26`, `2026-11-24T08:17`, `20261124`; words may
/// follow. `None` when no day begins the text.
pub fn when(text: &str) -> Option<When> {
    let mut words = text.split_whitespace().peekable();
    let first = words.next()?;
    let (date, clock) = first.split_once('T').map_or((first, None), |(d, t)| (d, Some(t)));
    let day = day(date)?;
    let time = match clock {
        Some(clock) => time(clock),
        None => words.peek().and_then(|word| time(word)),
    };
    if clock.is_none() && time.is_some() {
        words.next();
    }
    let rest: Vec<&str> = words.collect();
    let moment = time.and_then(|time| at(day, time));
    Some(When { day, moment, rest: rest.join(" ") })
}

/// The moment of a day and a time of day; `None` at midnight.
pub fn at(day: Day, time: NaiveTime) -> Option<Timestamp> {
    (time != NaiveTime::MIN).then(|| Timestamp::from_vietnam(day.date().and_time(time))).flatten()
}

fn day(text: &str) -> Option<Day> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let number = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        let digits = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse::<u32>().ok() } else { None }
    };
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => {
            (number(whole.get(..4)?, 4..=4)?, whole.get(4..6)?, whole.get(6..8)?)
        }
        [year, month, day] if year.len() == 4 => (number(year, 4..=4)?, *month, *day),
        [day, month, year] if year.len() == 2 => (2000 + number(year, 2..=2)?, *month, *day),
        [day, month, year] => (number(year, 4..=4)?, *month, *day),
        _ => return None,
    };
    let year = i32::try_from(year).ok().filter(|year| (1990..2200).contains(year))?;
    Day::of(year, number(month, 1..=2)?, number(day, 1..=2)?)
}

/// `08:17:55`, `8:17`, `081755`, `81755` (a spreadsheet drops the zero).
pub fn time(text: &str) -> Option<NaiveTime> {
    let padded = if matches!(text.len(), 1..=6) && text.bytes().all(|b| b.is_ascii_digit()) {
        let digits = format!("{text:0>6}");
        let (hours, rest) = digits.split_at_checked(2)?;
        let (minutes, seconds) = rest.split_at_checked(2)?;
        format!("{hours}:{minutes}:{seconds}")
    } else {
        text.to_owned()
    };
    NaiveTime::parse_from_str(&padded, "%H:%M:%S")
        .or_else(|_| NaiveTime::parse_from_str(&padded, "%H:%M"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_whole_dong_in_any_grouping() {
        for (text, expected) in [
            ("300000", Some(300_000)),
            ("300,000", Some(300_000)),
            ("300.000", Some(300_000)),
            ("10.000.000", Some(10_000_000)),
            ("25,000.00", Some(25_000)),
            ("25.000,00", Some(25_000)),
            ("25000.0", Some(25_000)),
            ("1\u{a0}234\u{202f}567", Some(1_234_567)),
            (" 5 000 VND", Some(5_000)),
            ("-11.000 đ", Some(-11_000)),
            ("11,000-", Some(-11_000)),
            ("(11,000)", Some(-11_000)),
            ("+7", Some(7)),
            ("0", Some(0)),
            ("300000.50", None),
            ("1,234.5", None),
            ("30,00", Some(30)),
            ("30,01", None),
            ("1,23,456", None),
            ("1234,567", None),
            ("1,234.567", None),
            ("1.234,567.00", None),
            (",000", None),
            ("1.", None),
            ("--5", None),
            ("1,5tr", None),
            ("1e5", None),
            ("", None),
            ("12345678901234567890", None),
        ] {
            assert_eq!(Amounts::default().read(text).map(Dong::get), expected, "{text:?}");
        }
    }

    #[test]
    fn one_file_has_one_sign_between_thousands() {
        let mut amounts = Amounts::default();
        let read = ["1,000", "500", "2.000", "2,000.00"].map(|text| amounts.read(text));
        assert_eq!(
            read.map(|amount| amount.map(Dong::get)),
            [Some(1000), Some(500), None, Some(2000)]
        );
    }

    #[test]
    fn days_and_moments_in_the_orders_that_banks_print() {
        for (text, expected) in [
            ("24/11/2026", "2026-11-24 - "),
            ("4/1/2026", "2026-01-04 - "),
            ("24-11-2026 08:17:55", "2026-11-24 2026-11-24T08:17:55+07:00 "),
            ("24.11.26", "2026-11-24 - "),
            ("2026-11-24T08:17", "2026-11-24 2026-11-24T08:17:00+07:00 "),
            ("20261124", "2026-11-24 - "),
            ("24/11/2026 00:00:00", "2026-11-24 - "),
            ("24/11/2026\n5078 - 12345", "2026-11-24 - 5078 - 12345"),
            ("24/11/2026 08:17:55 FT1", "2026-11-24 2026-11-24T08:17:55+07:00 FT1"),
            ("31/02/2026", ""),
            ("24/13/2026", ""),
            ("2411", ""),
            ("Tổng cộng", ""),
            ("", ""),
        ] {
            let read = when(text).map_or_else(String::new, |when| {
                let moment = when.moment.map_or_else(|| "-".to_owned(), |m| m.to_string());
                format!("{} {moment} {}", when.day, when.rest)
            });
            assert_eq!(read, expected, "{text:?}");
        }
        let read = ["081755", "81755", "8:17", "250000", "x"].map(time);
        assert_eq!(read.map(|time| time.is_some()), [true, true, true, false, false]);
    }

    proptest::proptest! {
        #[test]
        fn grouped_amounts_read_back(amount in 0i64..=Dong::LIMIT, dots: bool, cents: bool) {
            let (sign, point) = if dots { ('.', ',') } else { (',', '.') };
            let mut text = crate::domain::money::grouped(amount, sign);
            if cents {
                text.push(point);
                text.push_str("00");
            }
            let read = Amounts::default().read(&text).map(Dong::get);
            proptest::prop_assert_eq!(read, Some(amount), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_not(text in "\\PC{0,40}") {
            let _ = (Amounts::default().read(&text), when(&text), time(&text));
        }
    }
}
