//! Exact fractions and the rounding of đồng. A fee is never touched by a float.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::money::Dong;

/// Digits of a rate or share. Two of them times the largest amount still fit an `i128`.
const RATE_DIGITS: usize = 12;
/// Digits of an amount in foreign money, or of its rate.
const AMOUNT_DIGITS: usize = 18;

/// A fraction that is not negative, in lowest terms: a rate, a share, an amount in foreign money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    den: i128,
}

/// Why a text is no fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RatioError {
    /// Neither `1/2` nor `0.5`.
    #[error("a fraction is written like 1/2 or 0.5")]
    Form,
    /// More whole digits than any amount of the law has.
    #[error("the number is too large")]
    TooLarge,
    /// More decimals than are reckoned with.
    #[error("the number has too many decimals")]
    TooFine,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// The whole.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// One of `count` equal parts; the whole for a count of zero.
    pub fn one_of(count: usize) -> Self {
        Self { num: 1, den: i128::try_from(count.max(1)).unwrap_or(i128::MAX) }
    }

    /// The part that one amount is of another; none of nothing.
    pub fn of(part: Dong, whole: Dong) -> Option<Self> {
        let (part, whole) = (i128::from(part.get()), i128::from(whole.get()));
        (part >= 0 && whole > 0).then(|| lowest(part, whole))
    }

    /// A decimal amount of foreign money or its rate, such as `26149.5`, up to 18 digits.
    pub fn amount(text: &str) -> Result<Self, RatioError> {
        decimal(text, AMOUNT_DIGITS)
    }

    /// Exactly nothing.
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// The sum, or `None` where it cannot be held exactly.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let left = self.num.checked_mul(other.den)?;
        let right = other.num.checked_mul(self.den)?;
        Some(lowest(left.checked_add(right)?, self.den.checked_mul(other.den)?))
    }

    /// The sum of all, or `None` where it cannot be held exactly.
    pub fn total(ratios: impl IntoIterator<Item = Self>) -> Option<Self> {
        ratios.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// The whole đồng in this share of an amount, and what is left over as a fraction of a đồng.
    pub(super) fn floor_of(self, amount: Dong) -> Option<(Dong, Self)> {
        let parts = i128::from(amount.get()).checked_mul(self.num)?;
        let rest = Self { num: parts % self.den, den: self.den };
        Some((dong(parts / self.den)?, rest))
    }

    /// The decimals that write this fraction exactly, or `None` where none do (1/3).
    fn decimals(self) -> Option<(i128, usize)> {
        let mut scaled = self.num;
        let mut decimals = 0;
        while scaled % self.den != 0 {
            scaled = scaled.checked_mul(10)?;
            decimals += 1;
            if decimals > AMOUNT_DIGITS {
                return None;
            }
        }
        Some((scaled / self.den, decimals))
    }

    /// The fraction in hundredths with a decimal comma, `0,1%`; `None` where no decimals write it.
    pub fn percent(self) -> Option<String> {
        let hundredfold = lowest(self.num.checked_mul(100)?, self.den);
        hundredfold.decimals()?;
        Some(format!("{}%", hundredfold.to_string().replace('.', ",")))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        // Whole parts first, so that the products below stay under (10^18)^2.
        (self.num / self.den).cmp(&(other.num / other.den)).then_with(|| {
            ((self.num % self.den) * other.den).cmp(&((other.num % other.den) * self.den))
        })
    }
}

/// Decimals where they are exact, else the fraction: `0.05`, `1/3`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimals() {
            Some((whole, 0)) => write!(f, "{whole}"),
            Some((scaled, decimals)) => {
                let digits = format!("{scaled:0>width$}", width = decimals + 1);
                let (whole, fraction) = digits.split_at(digits.len() - decimals);
                write!(f, "{whole}.{fraction}")
            }
            None => write!(f, "{}/{}", self.num, self.den),
        }
    }
}

/// `1/2`, `0.5` or `1`, digits only; at most 12 of them on a side.
impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let Some((over, under)) = text.split_once('/') else {
            return decimal(text, RATE_DIGITS);
        };
        let (num, den) = (whole(over, RATE_DIGITS)?, whole(under, RATE_DIGITS)?);
        if den == 0 { Err(RatioError::Form) } else { Ok(lowest(num, den)) }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn decimal(text: &str, digits: usize) -> Result<Ratio, RatioError> {
    let (integer, fraction) = match text.split_once('.') {
        Some((_, "")) => return Err(RatioError::Form),
        Some(parts) => parts,
        None => (text, ""),
    };
    let integer_value = whole(integer, digits)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RatioError::Form);
    }
    let fraction = fraction.trim_end_matches('0');
    let used = integer.trim_start_matches('0').len() + fraction.len();
    if used > digits {
        return Err(RatioError::TooFine);
    }
    let scale = fraction.bytes().fold(1, |scale, _| scale * 10);
    let fraction_value = if fraction.is_empty() { 0 } else { whole(fraction, digits)? };
    Ok(lowest(integer_value * scale + fraction_value, scale))
}

fn whole(text: &str, digits: usize) -> Result<i128, RatioError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RatioError::Form);
    }
    if text.trim_start_matches('0').len() > digits {
        return Err(RatioError::TooLarge);
    }
    text.parse().map_err(|_| RatioError::Form)
}

fn lowest(num: i128, den: i128) -> Ratio {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.max(1);
    Ratio { num: num / divisor, den: den / divisor }
}

fn dong(amount: i128) -> Option<Dong> {
    i64::try_from(amount).ok().and_then(Dong::new)
}

codes! {
    /// To which side an amount between two units is rounded (law.md D2).
    RoundingMode {
        /// To the nearest unit, a half upwards. Amounts of fees are never negative.
        HalfUp = "half_up",
        /// To the unit below.
        Down = "down",
        /// To the unit above.
        Up = "up",
    }
}

/// The unit of rounded amounts: 1 đồng or 1,000 đồng (law.md D2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RoundingUnit(i64);

impl RoundingUnit {
    /// Whole đồng.
    pub const DONG: Self = Self(1);
    /// Whole thousands.
    pub const THOUSAND: Self = Self(1_000);

    /// The unit in đồng.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for RoundingUnit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            1 => Ok(Self::DONG),
            1_000 => Ok(Self::THOUSAND),
            other => Err(de::Error::custom(format!("the rounding unit is 1 or 1000, not {other}"))),
        }
    }
}

/// How each shown step becomes a whole amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Rounding {
    /// The unit.
    pub unit: RoundingUnit,
    /// The side.
    pub mode: RoundingMode,
}

impl Rounding {
    /// `half_up` of law.md section 7: the nearest đồng, a half upwards. Values of claims are always
    /// rounded so; only fees follow the setting.
    pub const NEAREST_DONG: Self = Self { unit: RoundingUnit::DONG, mode: RoundingMode::HalfUp };

    /// A part of an amount.
    pub fn part(self, amount: Dong, part: Ratio) -> Option<Dong> {
        self.parts(amount, part, Ratio::ONE)
    }

    /// A part of a part of an amount, rounded once.
    pub fn parts(self, amount: Dong, first: Ratio, second: Ratio) -> Option<Dong> {
        let num = i128::from(amount.get()).checked_mul(first.num)?.checked_mul(second.num)?;
        self.round(num, first.den.checked_mul(second.den)?)
    }

    /// `fixed + rate x above`, the form of every band.
    pub fn band(self, fixed: Dong, rate: Ratio, above: Dong) -> Option<Dong> {
        let whole = i128::from(fixed.get()).checked_mul(rate.den)?;
        let part = i128::from(above.get()).checked_mul(rate.num)?;
        self.round(whole.checked_add(part)?, rate.den)
    }

    /// The product of two fractions, an amount of foreign money and its rate.
    pub fn product(self, amount: Ratio, rate: Ratio) -> Option<Dong> {
        self.round(amount.num.checked_mul(rate.num)?, amount.den.checked_mul(rate.den)?)
    }

    fn round(self, num: i128, den: i128) -> Option<Dong> {
        let unit = i128::from(self.unit.0);
        let den = den.checked_mul(unit)?;
        let units = match self.mode {
            RoundingMode::Down => num / den,
            RoundingMode::Up => num.checked_add(den - 1)? / den,
            RoundingMode::HalfUp => num.checked_mul(2)?.checked_add(den)? / den.checked_mul(2)?,
        };
        dong(units.checked_mul(unit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn fractions_are_read_and_written_exactly() {
        for (text, written) in [
            ("0.05", "0.05"),
            ("0.001", "0.001"),
            ("1/2", "0.5"),
            ("0.50", "0.5"),
            ("1/3", "1/3"),
            ("2/6", "1/3"),
            ("007", "7"),
            ("0", "0"),
            ("5/4", "1.25"),
        ] {
            assert_eq!(ratio(text).to_string(), written, "{text}");
        }
        for text in
            ["", "/", "1/", "/2", "1/0", "-1/2", "+1", "1e3", "0,5", ".5", "1.", " 1", "1/2/3", "½"]
        {
            assert_eq!(text.parse::<Ratio>(), Err(RatioError::Form), "{text:?}");
        }
        assert_eq!("1234567890123".parse::<Ratio>(), Err(RatioError::TooLarge));
        assert_eq!("0.1234567890123".parse::<Ratio>(), Err(RatioError::TooFine));
        assert_eq!(Ratio::amount("1234567890123456789"), Err(RatioError::TooLarge));
    }

    #[test]
    fn rounding_takes_unit_and_side() {
        let amount = Dong::new(2_500).unwrap();
        for (unit, mode, part, expected) in [
            (RoundingUnit::DONG, RoundingMode::HalfUp, "1/3", 833),
            (RoundingUnit::DONG, RoundingMode::Up, "1/3", 834),
            (RoundingUnit::DONG, RoundingMode::Down, "2/3", 1_666),
            (RoundingUnit::THOUSAND, RoundingMode::HalfUp, "1", 3_000),
            (RoundingUnit::THOUSAND, RoundingMode::Down, "1", 2_000),
            (RoundingUnit::THOUSAND, RoundingMode::HalfUp, "0.5", 1_000),
            (RoundingUnit::THOUSAND, RoundingMode::Up, "0", 0),
        ] {
            let rounding = Rounding { unit, mode };
            let got = rounding.part(amount, ratio(part)).unwrap();
            assert_eq!(got.get(), expected, "{rounding:?} {part}");
        }
    }

    #[test]
    fn percents_read_as_vietnamese_writes_them() {
        assert_eq!(ratio("0.001").percent().unwrap(), "0,1%");
        assert_eq!(ratio("0.5").percent().unwrap(), "50%");
        assert_eq!(ratio("1/3").percent(), None);
    }
}
