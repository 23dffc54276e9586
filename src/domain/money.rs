//! Whole đồng. Every amount in anphi is one of these; rates are `rust_decimal`, floats exist nowhere.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in whole đồng, positive, zero or negative, never beyond [`Dong::LIMIT`] either way.
///
/// The limit lies above the largest claim that the law tables accept and below 2^53, so that an
/// amount survives every JSON reader and spreadsheet unchanged. Arithmetic is checked: there is no
/// operator that can wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dong(i64);

impl Dong {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount, 9,000,000,000,000,000 đồng.
    pub const LIMIT: i64 = 9_000_000_000_000_000;
    /// The largest amount that one payment, notice or posting may have (I-01): 10^13 đồng.
    pub const LARGEST_POSTING: Self = Self(10_000_000_000_000);

    /// An amount, or `None` beyond the limit.
    pub const fn new(amount: i64) -> Option<Self> {
        if amount > Self::LIMIT || amount < -Self::LIMIT { None } else { Some(Self(amount)) }
    }

    /// The number of đồng.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Above zero.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Exactly zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or `None` beyond the limit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::new)
    }

    /// The difference, or `None` beyond the limit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::new)
    }

    /// The same amount with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    /// The sum of all, or `None` when it passes the limit.
    pub fn total(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// Vietnamese grouping, `1.234.567`, without a unit.
impl fmt::Display for Dong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(self.0, '.'))
    }
}

/// Digits in groups of three, the sign first: `grouped(-1234567, ',')` is `-1,234,567`.
pub fn grouped(amount: i64, separator: char) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if amount < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DongError {
    /// Anything but digits (and the separators that people type).
    #[error("an amount is whole digits only")]
    NotDigits,
    /// Beyond [`Dong::LIMIT`].
    #[error("the amount is too large")]
    TooLarge,
}

/// Reads what a person types: dots, spaces, no-break spaces, a closing `đ`, `₫`, `đồng` or `VND`.
/// Machines never send these; their doors read JSON integers or plain digits.
impl FromStr for Dong {
    type Err = DongError;

    fn from_str(text: &str) -> Result<Self, DongError> {
        let lower = text.trim().to_lowercase();
        let number = ["đồng", "vnd", "vnđ", "đ", "₫"]
            .iter()
            .find_map(|unit| lower.strip_suffix(unit))
            .unwrap_or(&lower);
        // Marks stand between thousands only: whoever types 1,5 means no fifteen.
        let groups = number.trim().split(['.', ',', ' ', '\u{a0}', '\u{202f}']);
        let groups: Vec<&str> = groups.collect();
        let of_three = |(place, group): (usize, &&str)| match place {
            0 => groups.len() == 1 || (1..=3).contains(&group.len()),
            _ => group.len() == 3,
        };
        let digits = groups.concat();
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !plain || !groups.iter().enumerate().all(of_three) {
            return Err(DongError::NotDigits);
        }
        digits.parse().ok().and_then(Self::new).ok_or(DongError::TooLarge)
    }
}

impl Serialize for Dong {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

/// JSON integers only: `1.0`, `1e5` and `"100"` are refused by the integer reader.
impl<'de> Deserialize<'de> for Dong {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = i64::deserialize(deserializer)?;
        Self::new(amount).ok_or_else(|| de::Error::custom(DongError::TooLarge))
    }
}

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// The amount in Vietnamese words as documents write it: "Một triệu không trăm linh năm nghìn đồng".
///
/// Rules: `linh` for a zero ten, `mốt` after a ten from twenty on, `tư` likewise, `lăm` after any
/// ten, "không trăm" inside a larger number, groups nghìn, triệu, tỷ (and nghìn tỷ, triệu tỷ).
pub fn in_words(amount: Dong) -> String {
    let mut words = if amount.is_zero() { "không".to_owned() } else { number_words(amount) };
    if amount.get() < 0 {
        words.insert_str(0, "âm ");
    }
    words.push_str(" đồng");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or(words)
}

fn number_words(amount: Dong) -> String {
    let value = amount.get().unsigned_abs();
    let (billions, rest) = (value / 1_000_000_000, value % 1_000_000_000);
    let mut parts = Vec::new();
    if billions > 0 {
        push_below_billion(&mut parts, billions, false);
        parts.push("tỷ");
    }
    if rest > 0 {
        push_below_billion(&mut parts, rest, billions > 0);
    }
    parts.join(" ")
}

/// `inside`: a higher group was spoken before, so the hundreds of the first group are spoken too.
fn push_below_billion(parts: &mut Vec<&'static str>, value: u64, mut inside: bool) {
    for (divisor, unit) in [(1_000_000, "triệu"), (1_000, "nghìn"), (1, "")] {
        let group = value / divisor % 1_000;
        if group == 0 {
            continue;
        }
        push_group(parts, group, inside);
        if !unit.is_empty() {
            parts.push(unit);
        }
        inside = true;
    }
}

fn push_group(parts: &mut Vec<&'static str>, group: u64, inside: bool) {
    let (hundreds, tens, ones) = (group / 100, group / 10 % 10, group % 10);
    if hundreds > 0 || inside {
        parts.extend([digit(hundreds), "trăm"]);
    }
    match tens {
        0 if ones > 0 && (hundreds > 0 || inside) => parts.push("linh"),
        0 => {}
        1 => parts.push("mười"),
        _ => parts.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => parts.push("mốt"),
        (2.., 4) => parts.push("tư"),
        (1.., 5) => parts.push("lăm"),
        _ => parts.push(digit(ones)),
    }
}

fn digit(value: u64) -> &'static str {
    usize::try_from(value).ok().and_then(|index| DIGITS.get(index)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dong(amount: i64) -> Dong {
        Dong::new(amount).unwrap()
    }

    #[test]
    fn words_follow_the_spelling_of_documents() {
        for (amount, words) in [
            (0, "Không đồng"),
            (5, "Năm đồng"),
            (10, "Mười đồng"),
            (15, "Mười lăm đồng"),
            (21, "Hai mươi mốt đồng"),
            (24, "Hai mươi tư đồng"),
            (14, "Mười bốn đồng"),
            (105, "Một trăm linh năm đồng"),
            (300_000, "Ba trăm nghìn đồng"),
            (1_005_000, "Một triệu không trăm linh năm nghìn đồng"),
            (18_000_001, "Mười tám triệu không trăm linh một đồng"),
            (41_300_000, "Bốn mươi mốt triệu ba trăm nghìn đồng"),
            (2_000_000_000, "Hai tỷ đồng"),
            (2_000_015_000, "Hai tỷ không trăm mười lăm nghìn đồng"),
            (1_234_000_000_555, "Một nghìn hai trăm ba mươi tư tỷ năm trăm năm mươi lăm đồng"),
            (-11_000, "Âm mười một nghìn đồng"),
        ] {
            assert_eq!(in_words(dong(amount)), words, "{amount}");
        }
    }

    #[test]
    fn a_person_may_type_separators_and_the_unit() {
        for (text, amount) in [
            ("400.000.000", Some(400_000_000)),
            ("400 000 000 đ", Some(400_000_000)),
            ("1,234,567 VND", Some(1_234_567)),
            ("300000₫", Some(300_000)),
            ("-5", None),
            ("1e5", None),
            ("1.0", None),
            ("1,5", None),
            ("1.0000", None),
            ("1234.567", None),
            ("", None),
            ("đ", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(text.parse::<Dong>().ok().map(Dong::get), amount, "{text:?}");
        }
    }

    #[test]
    fn json_takes_whole_numbers_only() {
        for (text, ok) in [("100", true), ("1.0", false), ("1e5", false), ("\"100\"", false)] {
            assert_eq!(serde_json::from_str::<Dong>(text).is_ok(), ok, "{text}");
        }
        assert!(serde_json::from_str::<Dong>("9000000000000001").is_err());
    }

    proptest::proptest! {
        #[test]
        fn grouping_reads_back(amount in 0i64..=Dong::LIMIT) {
            proptest::prop_assert_eq!(dong(amount).to_string().parse::<Dong>(), Ok(dong(amount)));
        }
    }
}
