//! Text as banks print it: capitals without marks. The one folding behind every comparison of
//! names, headings and transfer texts.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Words in capitals without marks (NFD, marks dropped, `đ` to `D`), one blank between them;
/// whatever is neither letter nor digit parts words. Works on decomposed text (windows-1258) too.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        match c {
            // U+00D0 and U+00F0 stand for Đ in texts from old Vietnamese fonts.
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('D'),
            c if c.is_ascii_alphanumeric() => out.push(c.to_ascii_uppercase()),
            c if c.is_alphanumeric() => out.extend(c.to_uppercase()),
            _ if out.is_empty() || out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether `phrase` stands in `text` as whole words; both are folded already.
pub fn has_phrase(text: &str, phrase: &str) -> bool {
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(start, found)| {
            let before = text.get(..start).unwrap_or_default();
            let after = text.get(start + found.len()..).unwrap_or_default();
            (before.is_empty() || before.ends_with(' '))
                && (after.is_empty() || after.starts_with(' '))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_case_go_words_stay() {
        for (text, expected) in [
            ("Đỗ Thị Tưởng Tượng", "DO THI TUONG TUONG"),
            ("Do\u{302}\u{303} thi\u{323}", "DO THI"),
            ("  Số dư đầu kỳ/Opening balance: ", "SO DU DAU KY OPENING BALANCE"),
            ("Nguyễn\u{a0}Văn - Ví Dụ.", "NGUYEN VAN VI DU"),
            ("Ðơn", "DON"),
            ("...", ""),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_phrase_is_whole_words() {
        for (text, phrase, expected) in [
            ("PHI DICH VU TK", "PHI DICH VU", true),
            ("PHI DICH VUNG", "PHI DICH VU", false),
            ("AN PHI DICH", "PHI DICH", true),
            ("XAPHI DICH PHI DICH", "PHI DICH", true),
            ("PHI", "", false),
        ] {
            assert_eq!(has_phrase(text, phrase), expected, "{text} / {phrase}");
        }
    }
}
