//! Text of strangers: what may not stand in it where a person types, and how the text of a transfer
//! is kept, which may hold anything (reliability 4).

use unicode_normalization::UnicodeNormalization;

use super::card;

/// Marks, embeddings, overrides and isolates of the bidirectional algorithm, line and paragraph
/// separators, and a stray BOM: a name must read the same on paper as it was typed.
pub const fn turns_direction(c: char) -> bool {
    matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// The text of a transfer as it is kept: plain, card numbers masked.
pub fn of_transfer(text: &str) -> String {
    card::masked(&plain(text)).into_owned()
}

/// NFC, control characters (line breaks among them) as blanks, what turns the direction dropped, no
/// blanks around.
pub fn plain(text: &str) -> String {
    let plain: String = text
        .nfc()
        .filter(|c| !turns_direction(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_transfer_is_kept_plain() {
        for (text, kept) in [
            (" AP2611900016 a&b=c ", "AP2611900016 a&b=c"),
            ("truoc\0sau\r\nhet", "truoc sau  het"),
            ("ten \u{202e}oahp na\u{feff}", "ten oahp na"),
            ("Nguye\u{302}\u{303}n", "Nguyễn"),
            ("the 4111 1111 1111 1111 nop", "the 4111 11** **** 1111 nop"),
            ("", ""),
        ] {
            assert_eq!(of_transfer(text), kept, "{text:?}");
        }
    }
}
