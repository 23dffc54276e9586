//! Which payment references a transfer text names (contract 3, "Matching of money by reference").
//!
//! A reference stands alone when no letter or digit is glued to either side of it. It is *strict*
//! when written whole (`AP` and ten digits), *lenient* when case or blanks and `. - _ /` between
//! its characters must be folded away first. The text is read once, whatever it holds.

use std::collections::HashSet;

use unicode_normalization::char::is_combining_mark;

use super::id::{Reference, damm};

/// Digits of a reference after `AP`: nine random ones and the check digit.
const DIGITS: usize = 10;

/// `AP` and ten digits found in a text; the check digit need not fit, since a payer mistypes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hit(String);

impl Hit {
    /// `AP` and ten digits.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The ten digits.
    pub fn digits(&self) -> &str {
        self.0.get(2..).unwrap_or_default()
    }

    /// Whether the last digit is the Damm check digit of the nine before it.
    pub fn check_fits(&self) -> bool {
        damm(self.digits()) == Some(0)
    }

    /// The reference, `None` when the check digit does not fit: no notice can carry it.
    pub fn reference(&self) -> Option<Reference> {
        self.0.parse().ok()
    }
}

/// All references of one text, each once, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    strict: Vec<Hit>,
    lenient: Vec<Hit>,
}

/// What a text names, as the settlement rules ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// No reference at all.
    Nothing,
    /// References that stand whole; they settle when account and amounts fit.
    Strict(Vec<Hit>),
    /// The only reference, found leniently, its check digit fits: settles as rule `lenient`.
    Lenient(Reference),
    /// Found leniently, but several or with a wrong check digit: these only suggest.
    Unsure(Vec<Hit>),
}

impl Scan {
    /// Whole references standing alone.
    pub fn strict(&self) -> &[Hit] {
        &self.strict
    }

    /// All references, the strict ones included.
    pub fn lenient(&self) -> &[Hit] {
        &self.lenient
    }

    /// What the text names. Strict hits win over lenient ones beside them.
    pub fn named(&self) -> Named {
        if !self.strict.is_empty() {
            return Named::Strict(self.strict.clone());
        }
        match self.lenient.as_slice() {
            [] => Named::Nothing,
            [only] => {
                only.reference().map_or_else(|| Named::Unsure(self.lenient.clone()), Named::Lenient)
            }
            _ => Named::Unsure(self.lenient.clone()),
        }
    }
}

impl Named {
    /// The references that may settle, those that no notice can carry left out.
    pub fn references(&self) -> Vec<Reference> {
        match self {
            Self::Nothing | Self::Unsure(_) => Vec::new(),
            Self::Strict(hits) => hits.iter().filter_map(Hit::reference).collect(),
            Self::Lenient(reference) => vec![reference.clone()],
        }
    }

    /// Every code named, settling or not.
    pub fn codes(&self) -> Vec<&str> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Strict(hits) | Self::Unsure(hits) => hits.iter().map(Hit::code).collect(),
            Self::Lenient(reference) => vec![reference.as_str()],
        }
    }
}

/// Finds the references of a text.
pub fn scan(text: &str) -> Scan {
    let mut found = Scan::default();
    let (mut strict, mut lenient) = (HashSet::new(), HashSet::new());
    let mut before = None;
    for (at, c) in text.char_indices() {
        if matches!(c, 'A' | 'a') && !before.is_some_and(glues) {
            let rest = text.get(at..).unwrap_or_default();
            if let Some((hit, whole)) = reference_at(rest) {
                if whole && strict.insert(hit.clone()) {
                    found.strict.push(hit.clone());
                }
                if lenient.insert(hit.clone()) {
                    found.lenient.push(hit);
                }
            }
        }
        before = Some(c);
    }
    found
}

/// The reference that `text` begins with, and whether it is written whole. Stops at the first
/// character that cannot belong to it, so no stretch is read by more than two attempts.
fn reference_at(text: &str) -> Option<(Hit, bool)> {
    let mut code = String::with_capacity(2 + DIGITS);
    let mut whole = true;
    let mut chars = text.chars();
    while code.len() < 2 + DIGITS {
        let c = chars.next()?;
        match (code.len(), c) {
            (0, 'A') | (1, 'P') | (2.., '0'..='9') => code.push(c),
            (0, 'a') | (1, 'p') => {
                code.push(c.to_ascii_uppercase());
                whole = false;
            }
            (_, c) if separates(c) => whole = false,
            _ => return None,
        }
    }
    match chars.next() {
        Some(after) if glues(after) => None,
        _ => Some((Hit(code), whole)),
    }
}

fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '-' | '_' | '/')
}

/// A letter (a decomposed one ends in a mark) or a digit beside a code makes it part of a word.
fn glues(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(hits: &[Hit]) -> String {
        hits.iter().map(Hit::code).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn references_stand_alone_strictly_or_leniently() {
        let wrapped = "MBVCB.3278907687.032551.AP2611000124 tam ung an.CT tu 1988944725";
        for (text, strict, lenient) in [
            ("AP2611000123 nop tam ung", "AP2611000123", "AP2611000123"),
            (wrapped, "AP2611000124", "AP2611000124"),
            ("ap 2611 000125 nop tien", "", "AP2611000125"),
            ("A P-2611_000.12/5", "", "AP2611000125"),
            ("ap2611000125", "", "AP2611000125"),
            ("AP2611000123\u{a0}4", "AP2611000123", "AP2611000123"),
            ("(AP2611000123)", "AP2611000123", "AP2611000123"),
            ("AP2611000123_AP2611000123", "AP2611000123", "AP2611000123"),
            (
                "AP2611900075 AP2611900088 thuan tinh",
                "AP2611900075 AP2611900088",
                "AP2611900075 AP2611900088",
            ),
            ("AP2611900075 ap 2611900088", "AP2611900075", "AP2611900075 AP2611900088"),
            ("xAP2611000123", "", ""),
            ("ếAP2611000123", "", ""),
            ("e\u{301}AP2611000123", "", ""),
            ("AP2611000123x", "", ""),
            ("AP26110001234", "", ""),
            ("AP 2611 0001234", "", ""),
            ("AP261100012", "", ""),
            ("AP261100012 ", "", ""),
            ("AP２６１１０００１２３", "", ""),
            ("AAP2611000123", "", ""),
            ("A AP2611000123", "AP2611000123", "AP2611000123"),
            ("", "", ""),
        ] {
            let found = scan(text);
            assert_eq!(codes(found.strict()), strict, "strict in {text:?}");
            assert_eq!(codes(found.lenient()), lenient, "lenient in {text:?}");
        }
    }

    #[test]
    fn a_lenient_hit_names_only_alone_and_with_its_check_digit() {
        for (text, expected) in [
            ("nop an phi", "nothing"),
            ("AP2611000123", "strict AP2611000123"),
            ("AP2611000123 ap 2611 000125", "strict AP2611000123"),
            ("ap 2611 000125", "lenient AP2611000125"),
            ("ap 2611 000125, ap2611000125", "lenient AP2611000125"),
            ("ap 2611 000123", "unsure AP2611000123"),
            ("ap 2611 000125 ap 2611 900034", "unsure AP2611000125 AP2611900034"),
        ] {
            let named = scan(text).named();
            let word = match &named {
                Named::Nothing => "nothing",
                Named::Strict(_) => "strict",
                Named::Lenient(_) => "lenient",
                Named::Unsure(_) => "unsure",
            };
            let read = format!("{word} {}", named.codes().join(" "));
            assert_eq!(read.trim_end(), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_scanned_and_strict_is_within_lenient(text in "\\PC*") {
            let found = scan(&text);
            proptest::prop_assert!(found.strict().iter().all(|hit| found.lenient().contains(hit)));
        }

        #[test]
        fn a_reference_among_noise_is_found(
            number in 0u32..1_000_000_000,
            head in "([ .;/-][A-Za-z0-9 ]{0,20}[ .;/-])?",
            tail in "([ .;/-][A-Za-z0-9 .;-]{0,40})?",
        ) {
            let reference = Reference::from_number(number);
            let found = scan(&format!("{head}{reference}{tail}"));
            proptest::prop_assert!(
                found.strict().iter().any(|hit| hit.reference().as_ref() == Some(&reference))
            );
        }
    }
}
