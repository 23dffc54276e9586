//! Payment card numbers do not rest here: refused where a person types them, masked where a bank
//! sends them (reliability 4).
//!
//! A card number is 16 or 19 digits in the number range of a card scheme, Luhn-valid, written in
//! one run or in groups of four (the last of a 19-digit one has three).

use std::borrow::Cow;

/// Digits that stay readable at the front and the back, as PCI DSS 3.4 allows.
const SHOWN: (usize, usize) = (6, 4);

/// Whether a text holds a card number; for free-text fields, which then are refused.
pub fn holds_card(text: &str) -> bool {
    !cards(text).is_empty()
}

/// The text with the middle digits of every card number replaced by `*`.
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = cards(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for places in found {
        let hidden = places.len().saturating_sub(SHOWN.0 + SHOWN.1);
        for place in places.into_iter().skip(SHOWN.0).take(hidden) {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = b'*';
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The byte places of the digits of each card number.
fn cards(text: &str) -> Vec<Vec<usize>> {
    let runs = digit_runs(text);
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(rest) = runs.get(next..).filter(|rest| !rest.is_empty()) {
        let taken = [5, 4, 1].into_iter().find_map(|count| {
            let places = card_of(text, rest.get(..count)?)?;
            found.push(places);
            Some(count)
        });
        next += taken.unwrap_or(1);
    }
    found
}

/// The digits of one run, or of the groups of one number, when they are a card number.
fn card_of(text: &str, runs: &[std::ops::Range<usize>]) -> Option<Vec<usize>> {
    let shape: Vec<usize> = runs.iter().map(ExactSizeIterator::len).collect();
    let shaped = matches!(shape.as_slice(), [16 | 19] | [4, 4, 4, 4] | [4, 4, 4, 4, 3]);
    let joined = runs.iter().zip(runs.iter().skip(1)).all(|(one, next)| {
        matches!(text.get(one.end..next.start), Some(" " | "-" | "." | "\u{a0}"))
    });
    if !shaped || !joined {
        return None;
    }
    let places: Vec<usize> = runs.iter().cloned().flatten().collect();
    let digits: Vec<u32> = places
        .iter()
        .filter_map(|place| text.as_bytes().get(*place))
        .map(|byte| u32::from(byte.saturating_sub(b'0')))
        .collect();
    (in_card_range(&digits) && luhn(&digits)).then_some(places)
}

fn digit_runs(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (place, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match runs.last_mut() {
            Some(run) if run.end == place => run.end = place + 1,
            _ => runs.push(place..place + 1),
        }
    }
    runs
}

/// Issuer ranges: NAPAS 9704; Visa 4; Mastercard 51-55, 2221-2720; JCB 3528-3589; UnionPay 62;
/// Discover 6011, 644-649, 65 (ISO/IEC 7812 as the schemes publish it).
fn in_card_range(digits: &[u32]) -> bool {
    let front = digits.iter().take(4).fold(0, |number, digit| number * 10 + digit);
    matches!(
        front,
        9704 | 4000..=4999 | 5100..=5599 | 2221..=2720 | 3528..=3589 | 6200..=6299 | 6011
            | 6440..=6599
    )
}

/// ISO/IEC 7812 Annex B: every second digit from the right doubled, digit sums, whole tens.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match digit * 2 {
            _ if index.is_multiple_of(2) => *digit,
            doubled @ 0..10 => doubled,
            doubled => doubled - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_lose_their_middle_and_nothing_else_changes() {
        for (text, expected) in [
            ("the 4111111111111111 nop", "the 411111******1111 nop"),
            ("9704198526191432198", "970419*********2198"),
            ("9704 1985 2619 1432 198 x", "9704 19** **** ***2 198 x"),
            ("4111-1111-1111-1111", "4111-11**-****-1111"),
            ("5 4111 1111 1111 1111 2026", "5 4111 11** **** 1111 2026"),
            ("x4111111111111111y", "x411111******1111y"),
            ("4111111111111112", "4111111111111112"),
            ("41111111111111111", "41111111111111111"),
            ("1111 4111 1111 1111 2026", "1111 4111 1111 1111 2026"),
            ("AP2611000125 tu 21510001234567", "AP2611000125 tu 21510001234567"),
            ("MBVCB.3278907687.032551.AP2611000124", "MBVCB.3278907687.032551.AP2611000124"),
            ("20261124090510 ệ 0702281569", "20261124090510 ệ 0702281569"),
            ("", ""),
        ] {
            assert_eq!(masked(text), expected);
            assert_eq!(holds_card(text), text != expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn masking_keeps_length_and_is_stable(text in "[0-9 .é-]{0,80}") {
            let once = masked(&text).into_owned();
            proptest::prop_assert_eq!(once.len(), text.len());
            proptest::prop_assert_eq!(masked(&once).into_owned(), once.clone());
        }
    }
}
