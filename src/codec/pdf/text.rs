//! Breaking text into lines.

use super::fonts::{Fonts, Glyph, UNITS};
use crate::domain::document::{Face, Text};

/// A letter in a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    pub(super) character: char,
    pub(super) face: Face,
    pub(super) glyph: Glyph,
}

/// A line of letters. The space at which it was broken stays at its end, so that copied text keeps
/// its words apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) letters: Vec<Letter>,
    /// The last line of its paragraph, or broken on purpose: never stretched.
    pub(super) ends: bool,
}

impl Line {
    /// The letters without spaces at the end.
    fn inked(&self) -> &[Letter] {
        let count = self.letters.iter().rposition(|letter| letter.character != ' ');
        count.and_then(|last| self.letters.get(..=last)).unwrap_or_default()
    }

    /// Its width at a type size, without spaces at the end.
    pub(super) fn width(&self, size: i64) -> i64 {
        width(self.inked(), size)
    }

    /// The spaces that can be stretched.
    pub(super) fn gaps(&self) -> i64 {
        let gaps = self.inked().iter().filter(|letter| letter.character == ' ').count();
        i64::try_from(gaps).unwrap_or(i64::MAX)
    }
}

/// The width of letters at a type size.
pub(super) fn width(letters: &[Letter], size: i64) -> i64 {
    letters.iter().map(|letter| letter.glyph.advance).sum::<i64>() * size / UNITS
}

/// Widths in which a paragraph is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measure {
    /// The type size.
    pub(super) size: i64,
    /// Of the first line.
    pub(super) first: i64,
    /// Of the other lines.
    pub(super) rest: i64,
}

/// The letters of a text.
pub(super) fn letters(text: &Text, fonts: &Fonts) -> Vec<Letter> {
    let letter = |character: char, face: Face| {
        if character == '\n' {
            return Letter { character, face, glyph: Glyph { id: 0, advance: 0 } };
        }
        let (character, glyph) = fonts.letter(character, face);
        Letter { character, face, glyph }
    };
    text.0.iter().flat_map(|run| run.text.chars().map(move |c| letter(c, run.face))).collect()
}

/// Breaks letters into lines: at spaces and line feeds, and a word too long for a line after one of
/// `/ - . # ; ,`, else anywhere.
pub(super) fn lines(letters: &[Letter], measure: Measure) -> Vec<Line> {
    let mut lines = Vec::new();
    for part in letters.split(|letter| letter.character == '\n') {
        let mut rest = part;
        loop {
            let wide = if lines.is_empty() { measure.first } else { measure.rest };
            let count = fitting(rest, wide * UNITS / measure.size);
            let (line, after) = rest.split_at(count);
            rest = after;
            lines.push(Line { letters: line.to_vec(), ends: rest.is_empty() });
            if rest.is_empty() {
                break;
            }
        }
    }
    lines
}

/// How many of the letters stand on a line of so many font units; at least one of any.
fn fitting(letters: &[Letter], units: i64) -> usize {
    let (mut used, mut space, mut mark) = (0, None, None);
    for (index, letter) in letters.iter().enumerate() {
        if letter.character == ' ' {
            space = Some(index + 1);
        } else if used + letter.glyph.advance > units {
            return space.or(mark).unwrap_or(index.max(1));
        } else if matches!(letter.character, '/' | '-' | '.' | '#' | ';' | ',') {
            mark = Some(index + 1);
        }
        used += letter.glyph.advance;
    }
    letters.len()
}

#[cfg(test)]
mod tests {
    use super::{super::fonts::fonts, *};
    use crate::domain::document::Run;

    fn broken(text: &str, wide: i64) -> Vec<String> {
        let text = Text(vec![Run { text: text.to_owned(), face: Face::Regular }]);
        let letters = letters(&text, fonts().unwrap());
        let measure = Measure { size: 10_000, first: wide, rest: wide };
        let plain = |line: &Line| line.letters.iter().map(|letter| letter.character).collect();
        lines(&letters, measure).iter().map(plain).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_on_purpose_and_inside_words_only_when_they_must() {
        for (text, wide, expected) in [
            ("", 100_000, vec![""]),
            ("một hai", 100_000, vec!["một hai"]),
            ("một hai", 20_000, vec!["một ", "hai"]),
            ("một\nhai", 100_000, vec!["một", "hai"]),
            ("12/2026/TB", 30_000, vec!["12/", "2026/", "TB"]),
            ("WWWW", 10_000, vec!["W", "W", "W", "W"]),
            ("W", 1, vec!["W"]),
        ] {
            assert_eq!(broken(text, wide), expected, "{text} in {wide}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_is_too_wide(text in "[a-zĐẾỘ ]{0,80}", wide in 12_000i64..200_000) {
            let broken = broken(&text, wide);
            proptest::prop_assert_eq!(broken.concat(), text);
            for line in broken {
                let run = Run { text: line.trim_end().to_owned(), face: Face::Regular };
                let letters = letters(&Text(vec![run]), fonts().unwrap());
                proptest::prop_assert!(width(&letters, 10_000) <= wide);
            }
        }
    }
}
