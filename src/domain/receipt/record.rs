//! What a receipt says, its canonical record, and the hash of that.
//!
//! The record is UTF-8 text: the line `anphi receipt record 1`, then one line `key=value` for each
//! fact that there is, sorted by the bytes of the key, each line ended by a line feed. Values are
//! NFC; a backslash stands as `\\`, a line feed as `\n`, any other control character (and U+FFFE,
//! U+FFFF) as `\u{hex}`. Amounts are digits, days ISO, moments RFC 3339 with +07:00. The keys are those of [`Facts::record`]. A
//! record of another layout gets another number in its first line; this one never changes.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::series::ReceiptNumber;
use crate::domain::{
    document::FormVersion,
    money::{Dong, in_words},
    payment::PaidBasis,
    time::{Day, Timestamp},
};

/// The first line of a record of this layout.
pub(super) const HEADING: &str = "anphi receipt record 1\n";

/// What a receipt says (procedure 9; 254 article 23(2), TT04 articles 14-15). Fixed at issue. The
/// payment's id is not on it: a receipt is for a notice, whatever money paid it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The form that it is written on.
    pub form: FormVersion,
    /// Who collects.
    pub collector: Collector,
    /// The series' symbol, `SM/26E`.
    pub symbol: String,
    /// The number in the series.
    pub number: ReceiptNumber,
    /// Who paid: the name as the bank gave it, the address as the payer said. No document.
    pub payer: Person,
    /// Who is paid for; of a joint notice all, in the notice's order.
    pub persons: Vec<Person>,
    /// Who gets the money if it is returned, in words.
    pub refund_to: String,
    /// For what: `tạm ứng án phí dân sự sơ thẩm`.
    pub purpose: String,
    /// The notice's number, `12/2026/TB-TA`.
    pub notice_number: String,
    /// The notice's day.
    pub notice_day: Day,
    /// The court that gave the notice.
    pub court: String,
    /// How much.
    pub amount: Dong,
    /// By which way.
    pub method: Method,
    /// The bank's or provider's own code of the transfer.
    pub transaction: Option<String>,
    /// When it was paid, where known to the moment.
    pub paid_at: Option<Timestamp>,
    /// The day on which it was paid.
    pub paid_on: Day,
    /// What these two rest on.
    pub paid_basis: PaidBasis,
    /// When the receipt was issued.
    pub issued_at: Timestamp,
    /// The officer who answers for it.
    pub officer: String,
    /// The code by which its state is looked up.
    pub code: LookupCode,
}

/// Who collects: the legal collector is the provincial agency, the office a unit inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    /// The body above it.
    pub superior: String,
    /// The agency.
    pub agency: String,
    /// Its office, if an office takes the money.
    pub office: Option<String>,
    /// The agency's tax code.
    pub tax_code: Option<String>,
    /// Where it sits, for the line of place and date.
    pub place: String,
}

/// A person or organisation on a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address, where known.
    pub address: Option<String>,
    /// The identity document's number, masked.
    pub document: Option<Masked>,
}

/// The way the money came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// A bank transfer.
    Transfer,
    /// Cash at the counter.
    Cash,
    /// Through a gateway or wallet of this name.
    Gateway(String),
}

impl Method {
    /// As the receipt says it.
    pub fn spoken(&self) -> String {
        match self {
            Self::Transfer => "chuyển khoản".to_owned(),
            Self::Cash => "tiền mặt".to_owned(),
            Self::Gateway(name) => format!("chuyển khoản qua {name}"),
        }
    }
}

/// A document's number with its middle hidden: `001•••••2345`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked(String);

impl Masked {
    /// Hides all but the first three (of nine or more) and the last four characters.
    pub fn of(number: &str) -> Self {
        let letters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
        let shown = if letters.len() >= 9 { 3 } else { 0 };
        let hidden = letters.len().saturating_sub(4).max(shown);
        let letter = |(index, c): (usize, &char)| {
            if (shown..hidden).contains(&index) { '•' } else { *c }
        };
        Self(letters.iter().enumerate().map(letter).collect())
    }
}

impl Masked {
    /// A masked number as it was kept.
    pub(super) const fn kept(masked: String) -> Self {
        Self(masked)
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code by which anyone looks a receipt's state up: twelve letters and digits, 60 random bits,
/// none of them easily misread. Written `K7QM-2XRD-9HTW`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LookupCode(String);

/// Thirty-two, without 0, O, 1 and I.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A text that is no look-up code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a look-up code is twelve letters and digits")]
pub struct NoLookupCode;

impl LookupCode {
    /// The code of random bytes; of each its low five bits.
    pub fn from_random(bytes: [u8; 12]) -> Self {
        let letter =
            |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('2', char::from);
        Self(bytes.into_iter().map(letter).collect())
    }

    /// What a person typed: spaces, dashes and small letters taken.
    pub fn from_typed(text: &str) -> Result<Self, NoLookupCode> {
        let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
        letters.collect::<String>().to_ascii_uppercase().parse()
    }

    /// The twelve characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, for reading and typing.
    pub fn spaced(&self) -> String {
        match (self.0.get(..4), self.0.get(4..8), self.0.get(8..)) {
            (Some(a), Some(b), Some(c)) => format!("{a}-{b}-{c}"),
            _ => self.0.clone(),
        }
    }
}

impl fmt::Display for LookupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LookupCode {
    type Err = NoLookupCode;

    fn from_str(text: &str) -> Result<Self, NoLookupCode> {
        if text.len() == 12 && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoLookupCode)
        }
    }
}

/// Why facts make no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// The amount is not above zero or above the largest posting.
    #[error("the amount of a receipt is not one")]
    Amount,
    /// A fact that must be there is empty; its key says which.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Nobody is paid for.
    #[error("a receipt is for somebody")]
    NoPerson,
}

/// SHA-256 of a canonical record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of a record.
    pub fn of(record: &str) -> Self {
        Self(Sha256::digest(record.as_bytes()).into())
    }

    /// A hash as it was kept.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Lower hexadecimal digits.
impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 64 lower hexadecimal digits")]
pub struct NoHash;

impl FromStr for ContentHash {
    type Err = NoHash;

    fn from_str(text: &str) -> Result<Self, NoHash> {
        let digit = |c: char| c.to_digit(16).filter(|_| !c.is_ascii_uppercase());
        let digits: Vec<u32> = text.chars().map(digit).collect::<Option<_>>().ok_or(NoHash)?;
        let byte = |pair: &[u32]| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        let bytes: Vec<u8> = digits.chunks(2).map(byte).collect::<Option<_>>().ok_or(NoHash)?;
        bytes.try_into().map(Self).map_err(|_| NoHash)
    }
}

impl Facts {
    /// Refuses facts that make no receipt.
    pub fn check(&self) -> Result<(), FactsError> {
        if !self.amount.is_positive() || self.amount > Dong::LARGEST_POSTING {
            return Err(FactsError::Amount);
        }
        if self.persons.is_empty() {
            return Err(FactsError::NoPerson);
        }
        let needed = [
            ("superior", &self.collector.superior),
            ("agency", &self.collector.agency),
            ("place", &self.collector.place),
            ("symbol", &self.symbol),
            ("payer.name", &self.payer.name),
            ("refund_to", &self.refund_to),
            ("purpose", &self.purpose),
            ("notice.number", &self.notice_number),
            ("court", &self.court),
            ("officer", &self.officer),
        ];
        let names = self.persons.iter().map(|person| ("person.name", &person.name));
        let empty = needed.into_iter().chain(names).find(|(_, text)| text.trim().is_empty());
        empty.map_or(Ok(()), |(key, _)| Err(FactsError::Empty(key)))
    }

    /// The canonical record.
    pub fn record(&self) -> String {
        let mut lines = Vec::new();
        self.lines(&mut |key, value| lines.push((key, value)));
        lines.sort_unstable();
        let mut record = HEADING.to_owned();
        for (key, value) in lines {
            record.push_str(&key);
            record.push('=');
            for c in value.nfc() {
                match c {
                    '\\' => record.push_str("\\\\"),
                    '\n' => record.push_str("\\n"),
                    c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                        record.extend(c.escape_unicode());
                    }
                    c => record.push(c),
                }
            }
            record.push('\n');
        }
        record
    }

    /// The hash of the canonical record.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&self.record())
    }

    fn lines(&self, put: &mut impl FnMut(String, String)) {
        let mut text = |key: &str, value: &str| put(key.to_owned(), value.to_owned());
        text("agency", &self.collector.agency);
        text("amount", &self.amount.get().to_string());
        text("code", self.code.as_str());
        text("court", &self.court);
        text("form.code", &self.form.code);
        text("form.effective", &self.form.effective.to_string());
        text("issued_at", &self.issued_at.to_string());
        match &self.method {
            Method::Transfer => text("method", "transfer"),
            Method::Cash => text("method", "cash"),
            Method::Gateway(name) => {
                text("method", "gateway");
                text("method.name", name);
            }
        }
        text("notice.day", &self.notice_day.to_string());
        text("notice.number", &self.notice_number);
        text("number", &self.number.to_string());
        text("officer", &self.officer);
        text("paid.basis", self.paid_basis.code());
        text("paid.on", &self.paid_on.to_string());
        text("place", &self.collector.place);
        text("purpose", &self.purpose);
        text("refund_to", &self.refund_to);
        text("superior", &self.collector.superior);
        text("symbol", &self.symbol);
        text("words", &in_words(self.amount));
        if let Some(moment) = self.paid_at {
            text("paid.at", &moment.to_string());
        }
        let maybe = [
            ("office", &self.collector.office),
            ("tax_code", &self.collector.tax_code),
            ("transaction", &self.transaction),
        ];
        for (key, value) in maybe {
            if let Some(value) = value {
                text(key, value);
            }
        }
        let mut person = |prefix: String, person: &Person| {
            text(&format!("{prefix}.name"), &person.name);
            if let Some(address) = &person.address {
                text(&format!("{prefix}.address"), address);
            }
            if let Some(document) = &person.document {
                text(&format!("{prefix}.document"), &document.to_string());
            }
        };
        person("payer".to_owned(), &self.payer);
        for (index, of) in (1..).zip(&self.persons) {
            person(format!("person.{index}"), of);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::receipt::Numbering;

    /// The first receipt of the demo's day: line 1 of its statement.
    pub(crate) fn facts() -> Facts {
        let person = |name: &str, document: Option<&str>| Person {
            name: name.to_owned(),
            address: document.map(|_| "số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".to_owned()),
            document: document.map(Masked::of),
        };
        Facts {
            form: FormVersion {
                code: "C21-THADS-DVC".to_owned(),
                effective: Day::of(2023, 10, 1).unwrap(),
            },
            collector: Collector {
                superior: "Cục Quản lý Thi hành án dân sự".to_owned(),
                agency: "Thi hành án dân sự tỉnh Sông Mơ".to_owned(),
                office: Some("Phòng Thi hành án dân sự khu vực 1 - Sông Mơ".to_owned()),
                tax_code: Some("0000000099".to_owned()),
                place: "Sông Mơ".to_owned(),
            },
            symbol: "SM/26E".to_owned(),
            number: ReceiptNumber::new(4, Numbering::Electronic).unwrap(),
            payer: person("NGUYEN VAN VI DU", None),
            persons: vec![person("Nguyễn Văn Ví Dụ", Some("000000000001"))],
            refund_to: "Nguyễn Văn Ví Dụ".to_owned(),
            purpose: "tạm ứng án phí dân sự sơ thẩm".to_owned(),
            notice_number: "1/2026/TB-TA".to_owned(),
            notice_day: Day::of(2026, 11, 19).unwrap(),
            court: "Tòa án nhân dân khu vực 1 - Sông Mơ".to_owned(),
            amount: Dong::new(300_000).unwrap(),
            method: Method::Transfer,
            transaction: Some("FT26328900001".to_owned()),
            paid_at: Some("2026-11-23T08:02:11+07:00".parse().unwrap()),
            paid_on: Day::of(2026, 11, 23).unwrap(),
            paid_basis: PaidBasis::Provider,
            issued_at: "2026-11-23T08:02:13.5+07:00".parse().unwrap(),
            officer: "Kế Toán Mẫu".to_owned(),
            code: LookupCode::from_typed("k7qm-2xrd-9htw").unwrap(),
        }
    }

    #[test]
    fn the_record_is_this_text_for_ever() {
        let record = "\
anphi receipt record 1
agency=Thi hành án dân sự tỉnh Sông Mơ
amount=300000
code=K7QM2XRD9HTW
court=Tòa án nhân dân khu vực 1 - Sông Mơ
form.code=C21-THADS-DVC
form.effective=2023-10-01
issued_at=2026-11-23T08:02:13.500+07:00
method=transfer
notice.day=2026-11-19
notice.number=1/2026/TB-TA
number=4
office=Phòng Thi hành án dân sự khu vực 1 - Sông Mơ
officer=Kế Toán Mẫu
paid.at=2026-11-23T08:02:11+07:00
paid.basis=provider
paid.on=2026-11-23
payer.name=NGUYEN VAN VI DU
person.1.address=số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ
person.1.document=000•••••0001
person.1.name=Nguyễn Văn Ví Dụ
place=Sông Mơ
purpose=tạm ứng án phí dân sự sơ thẩm
refund_to=Nguyễn Văn Ví Dụ
superior=Cục Quản lý Thi hành án dân sự
symbol=SM/26E
tax_code=0000000099
transaction=FT26328900001
words=Ba trăm nghìn đồng
";
        assert_eq!(facts().record(), record);
        assert_eq!(facts().hash(), ContentHash::of(record));
    }

    #[test]
    fn decomposed_letters_give_the_same_record_and_line_feeds_make_no_line() {
        let mut other = facts();
        other.court = other.court.nfd().collect();
        assert_eq!(other.hash(), facts().hash());
        other.officer = "A\nwords=Một tỷ đồng\\\u{1}".to_owned();
        assert!(other.record().contains("officer=A\\nwords=Một tỷ đồng\\\\\\u{1}\n"));
        assert_eq!(other.record().lines().count(), facts().record().lines().count());
    }

    #[test]
    fn facts_that_make_no_receipt_are_refused() {
        let refused = |spoil: fn(&mut Facts)| {
            let mut facts = facts();
            spoil(&mut facts);
            facts.check()
        };
        assert_eq!(refused(|_| ()), Ok(()));
        assert_eq!(refused(|f| f.amount = Dong::ZERO), Err(FactsError::Amount));
        assert_eq!(refused(|f| f.persons.clear()), Err(FactsError::NoPerson));
        assert_eq!(refused(|f| f.court = " ".to_owned()), Err(FactsError::Empty("court")));
    }

    #[test]
    fn a_hash_reads_back() {
        let hash = facts().hash();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().to_uppercase().parse::<ContentHash>(), Err(NoHash));
        assert_eq!("ab".parse::<ContentHash>(), Err(NoHash));
    }

    #[test]
    fn documents_are_masked() {
        for (number, masked) in [
            ("001085012345", "001•••••2345"),
            ("0000000004", "000•••0004"),
            ("123456789", "123••6789"),
            ("B1234567", "••••4567"),
            ("1234", "1234"),
        ] {
            assert_eq!(Masked::of(number).to_string(), masked);
        }
    }

    #[test]
    fn a_typed_code_is_folded_first() {
        let code = LookupCode::from_random([0, 1, 2, 3, 28, 29, 30, 31, 32, 255, 64, 5]);
        assert_eq!(code.to_string(), "2345WXYZ2Z27");
        assert_eq!(code.spaced(), "2345-WXYZ-2Z27");
        assert_eq!(LookupCode::from_typed(" 2345-wxyz 2z27 "), Ok(code));
        assert_eq!("2345-WXYZ-2Z27".parse::<LookupCode>(), Err(NoLookupCode));
        assert_eq!(LookupCode::from_typed("2345WXYZ2Z20"), Err(NoLookupCode));
    }
}
