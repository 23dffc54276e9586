//! Bytes of a file to text: byte order marks, UTF-16, windows-1258, XML's own declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};

use crate::domain::refusal::{Refusal, Why};

/// Bytes of an XML file within which its declaration must end.
const DECLARATION: usize = 256;

/// The text of a file, without its byte order mark. XML says its encoding; other files are UTF-8,
/// UTF-16, or else windows-1258, the one 8-bit code page of Vietnamese that programs still write.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(encoding) = bare_utf16(bytes) {
        return decode_as(encoding, bytes);
    }
    if bytes.trim_ascii_start().starts_with(b"<") {
        return decode_as(declared(bytes)?, bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => plain(Cow::Borrowed(text)),
        // A broken UTF-8 file must not pass for windows-1258 and import garbled names.
        Err(_) if has_utf8_letters(bytes) => decode_as(UTF_8, bytes),
        Err(_) => decode_as(WINDOWS_1258, bytes),
    }
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Refusal> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.map_or_else(|| Err(Why::Encoding.at(bad_line(bytes))), plain)
}

/// Text has neither NUL nor C1 controls: with them it is another encoding, or no text.
fn plain(text: Cow<'_, str>) -> Result<Cow<'_, str>, Refusal> {
    let odd = |c: char| matches!(c, '\0' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}');
    match text.find(odd) {
        Some(place) => {
            let before = text.get(..place).unwrap_or_default();
            Err(Why::Encoding.at(line_of(before.as_bytes())))
        }
        None => Ok(text),
    }
}

/// The line of the first byte that is not UTF-8; the first line for other encodings.
fn bad_line(bytes: &[u8]) -> u32 {
    let good = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to());
    line_of(bytes.get(..good).unwrap_or_default())
}

/// The number of the line on which a text that begins with `before` goes on.
pub fn line_of(before: &[u8]) -> u32 {
    let lines = before.split(|byte| *byte == b'\n').count();
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// UTF-16 without a mark: statements begin with a character below U+0100, whose other byte is NUL.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, first, ..] if *first != 0 => Some(UTF_16BE),
        [first, 0, ..] if *first != 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// The encoding that an XML declaration names; UTF-8 without one.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, Refusal> {
    let head = bytes.get(..DECLARATION.min(bytes.len())).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let Some((declaration, _)) =
        head.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"))
    else {
        return Ok(UTF_8);
    };
    let Some((_, after)) = declaration.split_once("encoding") else { return Ok(UTF_8) };
    let label = after.trim_start_matches(['=', ' ', '\t', '\r', '\n']);
    let label = label.get(1..).and_then(|rest| rest.split(['"', '\'']).next()).unwrap_or_default();
    match Encoding::for_label(label.as_bytes()) {
        // The declaration was read byte by byte, so the file is not UTF-16 whatever it says.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(UTF_8),
        Some(encoding) => Ok(encoding),
        None => Err(Why::Encoding.at(1)),
    }
}

/// Whether bytes hold a well-formed UTF-8 sequence of three bytes, as most Vietnamese letters
/// are: in windows-1258 such a row of signs has no meaning.
fn has_utf8_letters(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|three| {
        matches!(three, [0xe1..=0xef, 0x80..=0xbf, 0x80..=0xbf])
            && std::str::from_utf8(three).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<String, (u32, &'static str)> {
        decode(bytes).map(Cow::into_owned).map_err(|refusal| (refusal.line, refusal.why.code()))
    }

    fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        mark.encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn files_are_read_in_the_encodings_that_banks_write() {
        let text = "Số dư đầu kỳ;1";
        assert_eq!(read(text.as_bytes()), Ok(text.into()));
        assert_eq!(read(format!("\u{feff}{text}").as_bytes()), Ok(text.into()));
        for mark in [true, false] {
            assert_eq!(read(&utf16(text, mark, u16::to_le_bytes)), Ok(text.into()));
            assert_eq!(read(&utf16(text, mark, u16::to_be_bytes)), Ok(text.into()));
        }
        // "Số dư" of windows-1258: o with circumflex, then the acute as a mark of its own.
        assert_eq!(read(b"S\xf4\xec d\xfd"), Ok("Sô\u{301} dư".into()));
        let xml = b"<?xml version='1.0' encoding='windows-1258'?><a>\xf0</a>";
        assert!(read(xml).unwrap().ends_with("<a>đ</a>"));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        for (bytes, line) in [
            (b"\xef\xbb\xbfa\nb\xff".as_slice(), 2),
            (b"S\xe1\xbb\x91\n\n\xff", 3),
            (b"a\nb\0", 2),
            (b"abc\x81", 1),
            (b"<a>\n\xff</a>", 2),
            (b"<?xml version='1.0' encoding='klingon'?><a/>", 1),
        ] {
            assert_eq!(read(bytes), Err((line, "encoding")), "{bytes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(0u8.., 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
