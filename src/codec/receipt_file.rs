//! A receipt's PDF, signed as a file and checked offline.
//!
//! The file carries the QR code's signed text (`pdf:Keywords`) and the canonical record
//! (`dc:description`) in its XMP metadata, where PDF/A-2 allows them, and one comment line before
//! its last `startxref`, `%anphi-file 1 <key id> <signature>`: an Ed25519 signature over all other
//! bytes. No offset moves by it, and a PDF reader does not see it.
//!
//! What [`verify`] proves: these are the bytes that the holder of the key issued, so every letter
//! and line on its pages is as issued; and the text and the record in it are one receipt's. What it
//! does not prove: that the receipt still counts (it may have been corrected, replaced or voided
//! since: only the check page knows), nor the agency's own digital seal, which stands beside the
//! file. A file that went through a program that writes it anew, or was printed and scanned, is
//! altered in this sense; its signed text, if it can be read, is still verified and says which
//! facts the page must show.

use quick_xml::{Reader, events::Event};

use super::receipt_text::{self, KeyRing, SecretKey, Unverified, Use};
use crate::domain::{
    receipt::ContentHash,
    receipt_text::{KeyId, SignedText},
};

/// Begins the signature's line.
const MARK: &str = "%anphi-file 1 ";
/// Before what the signature's line stands.
const ANCHOR: &[u8] = b"startxref";

/// Why a file is not a receipt as issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not a PDF file.
    #[error("this is no PDF file")]
    NotPdf,
    /// No signed text in it: not a receipt of anphi, or all of that was taken out.
    #[error("the file carries no signed text of a receipt")]
    NoText,
    /// The signed text in it is not taken.
    #[error("the signed text in the file is not taken: {0}")]
    Text(Unverified),
    /// The file was changed after issue. The text in it is genuine: what it claims is what the
    /// page must show.
    #[error("the file was changed after it was issued")]
    Altered(Box<SignedText>),
}

/// Signs a file that `codec::pdf` drew. The same file and key give the same bytes.
pub fn sign(pdf: &[u8], key: &SecretKey) -> Result<Vec<u8>, FileError> {
    let at = rfind(pdf, ANCHOR).ok_or(FileError::NotPdf)?;
    let (before, after) = pdf.split_at_checked(at).ok_or(FileError::NotPdf)?;
    let signature = key.sign(Use::File, pdf);
    let line = format!("{MARK}{} {signature}\n", key.public().id());
    Ok([before, line.as_bytes(), after].concat())
}

/// Checks a receipt's file; what comes back is what its text claims.
pub fn verify(pdf: &[u8], keys: &KeyRing) -> Result<SignedText, FileError> {
    if !pdf.starts_with(b"%PDF-") {
        return Err(FileError::NotPdf);
    }
    let carried = carried(pdf).ok_or(FileError::NoText)?;
    let text = receipt_text::verify(&carried.text, keys).map_err(FileError::Text)?;
    let same = ContentHash::of(&carried.record) == text.claims.hash;
    if same && whole(pdf, keys, &text.key) {
        Ok(text)
    } else {
        Err(FileError::Altered(Box::new(text)))
    }
}

/// The file has its signature line, by the key of its text, and all other bytes are as signed.
fn whole(pdf: &[u8], keys: &KeyRing, id: &KeyId) -> bool {
    let signed = || {
        let (before, tail) = pdf.split_at_checked(rfind(pdf, ANCHOR)?)?;
        let start = rfind(before, MARK.as_bytes())?;
        let (body, line) = before.split_at_checked(start)?;
        let line = std::str::from_utf8(line).ok()?.strip_prefix(MARK)?.strip_suffix('\n')?;
        let signature = line.strip_prefix(&id.to_string())?.strip_prefix(' ')?;
        Some(keys.find(id)?.signed(Use::File, &[body, tail].concat(), signature))
    };
    signed().unwrap_or(false)
}

/// What the metadata carries.
struct Carried {
    text: String,
    record: String,
}

/// Reads the last XMP packet of the file.
fn carried(pdf: &[u8]) -> Option<Carried> {
    let (_, packet) = pdf.split_at_checked(rfind(pdf, b"<?xpacket begin")?)?;
    let (packet, _) = packet.split_at_checked(rfind(packet, b"<?xpacket end")?)?;
    let packet = std::str::from_utf8(packet).ok()?;
    let (mut text, mut record) = (String::new(), String::new());
    let mut path: Vec<String> = Vec::new();
    let mut reader = Reader::from_str(packet);
    loop {
        let piece = match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Text(piece) => piece.to_string(),
            Event::GeneralRef(entity) => match &*entity {
                "lt" => "<".to_owned(),
                "gt" => ">".to_owned(),
                "amp" => "&".to_owned(),
                "quot" => "\"".to_owned(),
                "apos" => "'".to_owned(),
                _ => entity.resolve_char_ref().ok()??.to_string(),
            },
            Event::Eof => break,
            Event::DocType(_) => return None,
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => continue,
        };
        if path.iter().any(|name| name == "pdf:Keywords") {
            text.push_str(&piece);
        } else if path.iter().any(|name| name == "dc:description") {
            record.push_str(&piece);
        }
    }
    (!text.is_empty() && !record.is_empty()).then_some(Carried { text, record })
}

/// The last place of a needle.
fn rfind(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{pdf, receipt_text::tests::key};
    use crate::domain::{
        document::{Document, Form, shipped},
        receipt::{Facts, paper, record::tests::facts},
        receipt_text::Claims,
    };

    fn keys() -> KeyRing {
        KeyRing::new(vec![key().public()])
    }

    fn paper(facts: &Facts) -> Document {
        let claims = Claims::of(facts, "https://anphi.vidu.invalid", "KV1").unwrap();
        let text = receipt_text::sign(&claims, &key()).unwrap();
        let form = Form::parse(shipped("C21-THADS-DVC").unwrap()).unwrap();
        let print = paper::Print {
            sheet: "a5",
            signed_text: &text,
            site: "anphi.vidu.invalid",
            steps: &[],
            phone: None,
        };
        paper::issued(facts, &form, &print).unwrap()
    }

    fn issued() -> Vec<u8> {
        sign(&pdf::render(&paper(&facts())).unwrap(), &key()).unwrap()
    }

    #[test]
    fn an_issued_file_is_genuine_and_the_same_twice() {
        let file = issued();
        assert_eq!(verify(&file, &keys()).unwrap().claims.hash, facts().hash());
        assert_eq!(file, issued());
    }

    #[test]
    fn names_with_marks_of_xml_come_back() {
        let mut facts = facts();
        facts.payer.name = "CTY <A> & \"B\" 'C'\u{1}".to_owned();
        let file = sign(&pdf::render(&paper(&facts)).unwrap(), &key()).unwrap();
        assert_eq!(verify(&file, &keys()).unwrap().claims.hash, facts.hash());
    }

    #[test]
    fn every_changed_byte_is_found() {
        let file = issued();
        for index in (0..file.len()).step_by(1499).chain(file.len() - 160..file.len()) {
            let mut changed = file.clone();
            changed[index] ^= 1;
            assert!(verify(&changed, &keys()).is_err(), "byte {index} of {}", file.len());
        }
    }

    #[test]
    fn another_page_with_the_genuine_text_is_altered() {
        let genuine = paper(&facts());
        let mut facts = facts();
        facts.amount = crate::domain::money::Dong::new(900_000).unwrap();
        let mut forged = paper(&facts);
        forged.carried = genuine.carried.clone();
        let drawn = pdf::render(&forged).unwrap();
        let other = SecretKey::from_seed(&[9; 32]);
        let appended = [issued(), drawn.clone()].concat();
        for file in [drawn.clone(), sign(&drawn, &other).unwrap(), appended] {
            assert!(matches!(verify(&file, &keys()), Err(FileError::Altered(_))));
        }
    }

    #[test]
    fn what_is_no_receipt_is_told_apart() {
        let mut bare = paper(&facts());
        bare.carried = None;
        let bare = sign(&pdf::render(&bare).unwrap(), &key()).unwrap();
        assert_eq!(verify(&bare, &keys()), Err(FileError::NoText));
        assert_eq!(verify(b"PK", &keys()), Err(FileError::NotPdf));
        let others = KeyRing::new(vec![SecretKey::from_seed(&[9; 32]).public()]);
        assert_eq!(verify(&issued(), &others), Err(FileError::Text(Unverified::UnknownKey)));
    }
}
