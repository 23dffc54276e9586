//! The text in a receipt's QR code: an address that opens the check page, and behind `#` the
//! receipt's facts and an Ed25519 signature over all that stands before it.
//!
//! ```text
//! https://anphi.example/bien-lai/K7QM2XRD9HTW#1;5f0c2a91;SM/26E;4;300000;20261123T080213;
//!   0000000099;1/2026/TB-TA;N.V.V.D.;N.V.V.D.;<hash>;<signature>
//! ```
//!
//! (one line). The fields after the version `1` are: key id, symbol, number, amount in đồng, issue
//! time of Vietnam to the second, collector (tax code, else its code), notice number, initials of
//! the payer and of the persons paid for, SHA-256 of the canonical record in hexadecimal, signature
//! in base64url without padding. Every field is UTF-8 in NFC with all bytes but
//! `A-Z a-z 0-9 - . _ / : ,` written as `%XX`. A text is read strictly: what is read, written again,
//! is the same text. Printed texts can never change, so this layout stays; another gets another
//! version.
//!
//! What stands behind `#` never reaches the server when a telephone opens the address; full names,
//! addresses and documents are not in it at all.

use std::{fmt, str::FromStr};

use chrono::{NaiveDateTime, SubsecRound};
use sha2::{Digest, Sha256};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{
    money::Dong,
    receipt::{ContentHash, Facts, LookupCode},
    time::Timestamp,
};

/// The most bytes that a text has: a code of level M at 28 mm stays readable by a telephone.
pub const BYTES_MAX: usize = 400;

/// What a text claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    site: String,
    /// The look-up code.
    pub code: LookupCode,
    /// The series' symbol.
    pub symbol: String,
    /// The number, as the receipt writes it.
    pub number: String,
    /// The amount.
    pub amount: Dong,
    issued_at: Timestamp,
    /// The collector's tax code, else its own code.
    pub collector: String,
    /// The notice's number.
    pub notice: String,
    /// The payer's initials.
    pub payer: String,
    /// The initials of the persons paid for, between commas; after four the number of the others.
    pub persons: String,
    /// The hash of the canonical record.
    pub hash: ContentHash,
}

/// The id of a signing key: the first four bytes of the SHA-256 of its public half, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// A text with its signature, read but not verified: `codec::receipt_text` does that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedText {
    /// What it claims.
    pub claims: Claims,
    /// By which key it says that it is signed.
    pub key: KeyId,
    /// The signature, 86 characters of base64url.
    pub signature: String,
}

/// Why a text is none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not an address of a check page with something behind `#`.
    #[error("this is no address of a receipt")]
    Address,
    /// A version that this program does not know.
    #[error("the text is of a version that this program does not know")]
    Version,
    /// Too few or too many fields, or a field that is not written as it must be; it is named.
    #[error("the text's {0} is not well formed")]
    Field(&'static str),
    /// Longer than [`BYTES_MAX`].
    #[error("the text is too long")]
    Long,
}

impl Claims {
    /// The claims of a receipt. `site` is the public origin, `https://host` without a slash at the
    /// end; `collector` stands for an agency without tax code.
    pub fn of(facts: &Facts, site: &str, collector: &str) -> Result<Self, TextError> {
        let names = facts.persons.iter().map(|person| initials(&person.name));
        let mut persons: Vec<String> = names.take(PERSONS_MAX).collect();
        if facts.persons.len() > PERSONS_MAX {
            persons.push(format!("+{}", facts.persons.len() - PERSONS_MAX));
        }
        let site = origin(site).ok_or(TextError::Address)?;
        Ok(Self {
            site: site.to_owned(),
            code: facts.code.clone(),
            symbol: facts.symbol.clone(),
            number: facts.number.to_string(),
            amount: facts.amount,
            issued_at: Timestamp::new(facts.issued_at.utc().trunc_subsecs(0)),
            collector: facts.collector.tax_code.as_deref().unwrap_or(collector).to_owned(),
            notice: facts.notice_number.clone(),
            payer: initials(&facts.payer.name),
            persons: persons.join(","),
            hash: facts.hash(),
        })
    }

    /// The address of the check page, without what stands behind `#`.
    pub fn address(&self) -> String {
        format!("{}{PATH}{}", self.site, self.code)
    }

    /// When the receipt was issued, to the second.
    pub const fn issued_at(&self) -> Timestamp {
        self.issued_at
    }

    /// What is signed: the text up to the signature.
    pub fn unsigned(&self, key: &KeyId) -> Result<String, TextError> {
        let text = self.written(key);
        if text.len() + 1 + SIGNATURE > BYTES_MAX { Err(TextError::Long) } else { Ok(text) }
    }

    fn written(&self, key: &KeyId) -> String {
        let mut text = format!("{}#1;{}", self.address(), key.0);
        let issued = self.issued_at.in_vietnam().format(TIME).to_string();
        for field in [
            self.symbol.as_str(),
            &self.number,
            &self.amount.get().to_string(),
            &issued,
            &self.collector,
            &self.notice,
            &self.payer,
            &self.persons,
            &self.hash.to_string(),
        ] {
            text.push(';');
            push_escaped(&mut text, field);
        }
        text
    }
}

/// The path of the check page.
const PATH: &str = "/bien-lai/";
/// Persons named by their initials.
const PERSONS_MAX: usize = 4;
/// The form of the issue time.
const TIME: &str = "%Y%m%dT%H%M%S";
/// Characters of a signature.
const SIGNATURE: usize = 86;

impl KeyId {
    /// The id of a public key.
    pub fn of(public: &[u8; 32]) -> Self {
        let digest = Sha256::digest(public);
        Self(digest.iter().take(4).flat_map(|byte| digits(*byte)).collect())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 8 && text.bytes().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Field("key id"))
        }
    }
}

impl fmt::Display for SignedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.claims.written(&self.key), self.signature)
    }
}

impl FromStr for SignedText {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.len() > BYTES_MAX {
            return Err(TextError::Long);
        }
        let (address, facts) = text.split_once('#').ok_or(TextError::Address)?;
        let (site, code) = address.split_once(PATH).ok_or(TextError::Address)?;
        let site = origin(site).ok_or(TextError::Address)?.to_owned();
        let code = code.parse().map_err(|_| TextError::Address)?;
        let (version, facts) = facts.split_once(';').ok_or(TextError::Version)?;
        if version != "1" {
            return Err(TextError::Version);
        }
        let fields: Vec<&str> = facts.split(';').collect();
        let [key, symbol, number, amount, issued, collector, notice, payer, persons, hash, signed] =
            fields.as_slice()
        else {
            return Err(TextError::Field("number of fields"));
        };
        let amount: i64 = amount.parse().map_err(|_| TextError::Field("amount"))?;
        let issued = NaiveDateTime::parse_from_str(issued, TIME).ok();
        let claims = Claims {
            site,
            code,
            symbol: unescaped(symbol, "symbol")?,
            number: unescaped(number, "number")?,
            amount: Dong::new(amount).ok_or(TextError::Field("amount"))?,
            issued_at: issued
                .and_then(Timestamp::from_vietnam)
                .ok_or(TextError::Field("issue time"))?,
            collector: unescaped(collector, "collector")?,
            notice: unescaped(notice, "notice")?,
            payer: unescaped(payer, "payer")?,
            persons: unescaped(persons, "person")?,
            hash: hash.parse().map_err(|_| TextError::Field("content hash"))?,
        };
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if signed.len() != SIGNATURE || !signed.bytes().all(letter) {
            return Err(TextError::Field("signature"));
        }
        let read = Self { claims, key: key.parse()?, signature: (*signed).to_owned() };
        // Leading zeros, small hexadecimal digits, letters escaped without need: one text, one form.
        let again = read.claims.unsigned(&read.key)?;
        if text.strip_prefix(&again).and_then(|rest| rest.strip_prefix(';')) != Some(*signed) {
            return Err(TextError::Field("form"));
        }
        Ok(read)
    }
}

/// A public origin: `http` or `https`, host and perhaps port, nothing more.
fn origin(text: &str) -> Option<&str> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = host.bytes().all(|byte| letter(byte) || b"-.:[]".contains(&byte));
    (fits && !host.is_empty()).then_some(text)
}

/// The two hexadecimal digits of a byte, lower.
fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
}

fn push_escaped(text: &mut String, field: &str) {
    let field: String = field.nfc().collect();
    for byte in field.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._/:,".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.extend(digits(byte).map(|digit| digit.to_ascii_uppercase()));
        }
    }
}

fn unescaped(field: &str, name: &'static str) -> Result<String, TextError> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].map(|byte| byte.map(char::from));
            let [Some(high), Some(low)] = digits.map(|digit| digit.and_then(|c| c.to_digit(16)))
            else {
                return Err(TextError::Field(name));
            };
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| TextError::Field(name))?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| TextError::Field(name))
}

/// A name's initials without marks, `N.V.V.D.`: enough to compare with a paper, too little to
/// publish a name. Of long names the first eight.
pub fn initials(name: &str) -> String {
    let mut initials = String::new();
    for word in
        name.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).take(8)
    {
        let folded = word.nfd().find(|c| c.is_alphanumeric() && !is_combining_mark(*c));
        let letter = match folded {
            Some('đ' | 'Đ') => 'D',
            Some(c) => c.to_uppercase().next().unwrap_or(c),
            None => continue,
        };
        initials.push(letter);
        initials.push('.');
    }
    initials
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::receipt::record::tests::facts;

    /// A text whose signature is only of the right form.
    fn text() -> String {
        let claims = Claims::of(&facts(), "https://anphi.vidu.invalid", "KV1").unwrap();
        let key = "5f0c2a91".parse().unwrap();
        SignedText { claims, key, signature: "A".repeat(86) }.to_string()
    }

    #[test]
    fn the_text_is_this_for_ever() {
        let hash = facts().hash();
        assert_eq!(
            text(),
            format!(
                "https://anphi.vidu.invalid/bien-lai/K7QM2XRD9HTW#1;5f0c2a91;SM/26E;4;300000;\
                 20261123T080213;0000000099;1/2026/TB-TA;N.V.V.D.;N.V.V.D.;{hash};{}",
                "A".repeat(86)
            )
        );
    }

    #[test]
    fn a_text_reads_back() {
        let read: SignedText = text().parse().unwrap();
        let claims = Claims::of(&facts(), "https://anphi.vidu.invalid", "KV1").unwrap();
        assert_eq!(read.claims, claims);
        assert_eq!(read.to_string(), text());
        assert_eq!(read.claims.address(), "https://anphi.vidu.invalid/bien-lai/K7QM2XRD9HTW");
    }

    #[test]
    fn letters_beyond_ascii_are_escaped() {
        let mut facts = facts();
        facts.notice_number = "1/2026/TB-TĐ;x".to_owned();
        facts.collector.tax_code = None;
        let claims = Claims::of(&facts, "http://127.0.0.1:8080", "DEMO THADS").unwrap();
        let signed =
            SignedText { claims, key: "5f0c2a91".parse().unwrap(), signature: "A".repeat(86) };
        let text = signed.to_string();
        assert!(text.contains(";DEMO%20THADS;1/2026/TB-T%C4%90%3Bx;"), "{text}");
        assert_eq!(text.parse(), Ok(signed));
    }

    #[test]
    fn another_form_of_the_same_is_refused() {
        let field = |name| Err(TextError::Field(name));
        for (from, to, expected) in [
            ("#1;", "#2;", Err(TextError::Version)),
            ("#1;", "#", Err(TextError::Version)),
            ("/bien-lai/", "/bienlai/", Err(TextError::Address)),
            ("https", "ftp", Err(TextError::Address)),
            ("vidu", "VIDU", Err(TextError::Address)),
            ("vidu.invalid/", "vidu.invalid//", Err(TextError::Address)),
            ("K7QM", "K7QO", Err(TextError::Address)),
            (";5f0c", ";5F0C", field("key id")),
            (";4;", ";4;5;", field("number of fields")),
            (";300000;", ";0300000;", field("form")),
            (";300000;", ";+300000;", field("form")),
            (";300000;", ";3e5;", field("amount")),
            (";SM/26E;", ";SM%2F26E;", field("form")),
            (";SM/26E;", ";SM%2;", field("symbol")),
            (";SM/26E;", ";%FF;", field("symbol")),
            (";20261123T080213;", ";20261123T250213;", field("issue time")),
            (";AAAA", ";AAA", field("signature")),
            (";AAAA", ";AAA=", field("signature")),
        ] {
            let spoiled = text().replacen(from, to, 1);
            assert_ne!(spoiled, text());
            assert_eq!(spoiled.parse::<SignedText>().map(|_| ()), expected, "{spoiled}");
        }
        assert_eq!(
            format!("{} ", text()).parse::<SignedText>(),
            Err(TextError::Field("signature"))
        );
        assert_eq!("x".repeat(401).parse::<SignedText>(), Err(TextError::Long));
    }

    #[test]
    fn initials_are_plain_capitals() {
        for (name, expected) in [
            ("Nguyễn Văn Ví Dụ", "N.V.V.D."),
            ("Đỗ Thị Tưởng Tượng", "D.T.T.T."),
            ("Công ty TNHH Ví Dụ Một", "C.T.T.V.D.M."),
            ("ong ty - 2", "O.T.2."),
            ("Ủy ban nhân dân xã Mẫu (không có thật)", "U.B.N.D.X.M.K.C."),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected);
        }
    }

    #[test]
    fn many_persons_are_counted() {
        let mut facts = facts();
        let person = facts.persons.first().cloned().unwrap();
        facts.persons = vec![person; 6];
        let claims = Claims::of(&facts, "https://anphi.vidu.invalid", "KV1").unwrap();
        assert_eq!(claims.persons, "N.V.V.D.,N.V.V.D.,N.V.V.D.,N.V.V.D.,+2");
    }
}
