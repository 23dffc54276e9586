//! VietQR: the text of a NAPAS 247 transfer code (EMVCo merchant-presented, template 38).
//!
//! Source: NAPAS, "Technical specifications on QR switching, part IV: QR code format" 1.5.2. The
//! text is a list of two-digit id, two-digit length, value; lengths count characters, the CRC runs
//! over UTF-8. The CRC finds slips of a reader, never a forgery: whoever swaps the account can
//! compute a fresh one, so pages show bank, number and holder beside the code.
//!
//! Where sources are silent we decided: the builder strips Vietnamese accents (banks fold or cut
//! them anyway), and the reader takes a CRC in small letters.

use std::{collections::BTreeMap, fmt, str::FromStr};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::domain::money::Dong;

/// NAPAS's identifier of the transfer service, field 00 of template 38.
const NAPAS: &str = "A000000727";
/// The closing field with its length; the CRC runs up to and including it.
const CRC_HEAD: &str = "6304";

/// Point of initiation, field 01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiation {
    /// `11`, a code that may be used again.
    Static,
    /// `12`, a code for one order.
    Dynamic,
}

/// Service of the transfer, field 38.02.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Service {
    /// `QRIBFTTA`, to an account.
    #[default]
    Account,
    /// `QRIBFTTC`, to a card.
    Card,
    /// `QRPUSH`, payment at a merchant.
    Push,
    /// `QRCASH`, withdrawal at a machine.
    Cash,
}

/// What a transfer code says, read or to be written. Only [`VietQr::build`] and [`VietQr::parse`]
/// hold it to the rules, so a value made by hand claims nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VietQr {
    /// 01, which EMVCo lets a code leave out; when left to the builder, dynamic with an amount and
    /// static without.
    pub initiation: Option<Initiation>,
    /// 38.01.00, six digits of the receiving bank.
    pub bin: String,
    /// 38.01.01, account or card, up to 19 letters and digits.
    pub account: String,
    /// 38.02.
    pub service: Service,
    /// 54; without it the payer types the amount.
    pub amount: Option<Dong>,
    /// 52, merchant category, four digits.
    pub category: Option<String>,
    /// 59, up to 25 characters.
    pub merchant_name: Option<String>,
    /// 60, up to 15 characters.
    pub city: Option<String>,
    /// 61, up to 10 characters.
    pub postcode: Option<String>,
    /// 62.01, up to 25 characters.
    pub bill_number: Option<String>,
    /// 62.03, up to 25 characters.
    pub store_label: Option<String>,
    /// 62.05, up to 25 characters.
    pub reference: Option<String>,
    /// 62.07, up to 25 characters.
    pub terminal_label: Option<String>,
    /// 62.08, the transfer's memo, up to 25 characters.
    pub purpose: Option<String>,
}

/// The text of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    checked: String,
    crc: u16,
}

/// Why a text is no VietQR, or why a code cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VietQrError {
    /// Ids, lengths and values do not fit each other, or an id comes twice.
    #[error("tlv")]
    Tlv,
    /// The text does not end in `6304` and four hex digits.
    #[error("crc field not last")]
    CrcNotLast,
    /// The CRC is another one.
    #[error("crc")]
    Crc,
    /// 00 is not first, or not `01`.
    #[error("format indicator")]
    Format,
    /// 01 is neither `11` nor `12`.
    #[error("point of initiation")]
    Initiation,
    /// No template 38 of NAPAS.
    #[error("not VietQR")]
    NotVietQr,
    /// The bank is not six digits.
    #[error("bank identifier")]
    Bin,
    /// The account is not 1 to 19 letters and digits.
    #[error("account")]
    Account,
    /// A service that NAPAS does not list.
    #[error("service")]
    Service,
    /// 53 is not 704.
    #[error("currency")]
    Currency,
    /// 54 is not whole đồng of 1 to 13 digits.
    #[error("amount")]
    Amount,
    /// 58 is not `VN`.
    #[error("country")]
    Country,
    /// A text to be built is empty, too long, or not printable ASCII after folding.
    #[error("text of {0}")]
    Text(&'static str),
}

impl VietQr {
    /// The code of one notice: to an account, an exact sum, the reference as memo.
    pub fn transfer(bin: &str, account: &str, due: Option<Dong>, memo: &str) -> Self {
        Self {
            bin: bin.to_owned(),
            account: account.to_owned(),
            amount: due,
            purpose: Some(memo.to_owned()),
            ..Self::default()
        }
    }

    /// The text of this code, or the first rule that it breaks.
    pub fn build(&self) -> Result<Payload, VietQrError> {
        let initiation = self.initiation.unwrap_or(match self.amount {
            Some(_) => Initiation::Dynamic,
            None => Initiation::Static,
        });
        check_bin(&self.bin)?;
        check_account(&self.account)?;
        let mut text = tlv("00", "01") + &tlv("01", initiation.code());
        let beneficiary = tlv("00", &self.bin) + &tlv("01", &self.account);
        let napas = tlv("00", NAPAS) + &tlv("01", &beneficiary) + &tlv("02", self.service.code());
        text += &tlv("38", &napas);
        if let Some(category) = &self.category {
            if category.len() != 4 || !category.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VietQrError::Text("category"));
            }
            text += &tlv("52", category);
        }
        text += &tlv("53", "704");
        if let Some(amount) = self.amount {
            let digits = amount.get().to_string();
            read_amount(&digits)?;
            text += &tlv("54", &digits);
        }
        text += &tlv("58", "VN");
        text += &label("59", "merchant name", self.merchant_name.as_deref(), 25)?;
        text += &label("60", "city", self.city.as_deref(), 15)?;
        text += &label("61", "postcode", self.postcode.as_deref(), 10)?;
        let additional = label("01", "bill number", self.bill_number.as_deref(), 25)?
            + &label("03", "store label", self.store_label.as_deref(), 25)?
            + &label("05", "reference", self.reference.as_deref(), 25)?
            + &label("07", "terminal label", self.terminal_label.as_deref(), 25)?
            + &label("08", "purpose", self.purpose.as_deref(), 25)?;
        if additional.len() > 99 {
            return Err(VietQrError::Text("additional data"));
        }
        if !additional.is_empty() {
            text += &tlv("62", &additional);
        }
        text += CRC_HEAD;
        Ok(Payload { crc: crc(text.as_bytes()), checked: text })
    }

    /// Reads a text strictly: every field is walked, the CRC is computed anew, templates of other
    /// networks beside 38 are passed over.
    pub fn parse(text: &str) -> Result<(Self, Payload), VietQrError> {
        let payload = Payload::split(text)?;
        let fields = Fields::read(text)?;
        if !text.starts_with("000201") {
            return Err(VietQrError::Format);
        }
        let initiation = match fields.get("01") {
            None => None,
            Some("11") => Some(Initiation::Static),
            Some("12") => Some(Initiation::Dynamic),
            Some(_) => return Err(VietQrError::Initiation),
        };
        let napas = Fields::read(fields.required("38", VietQrError::NotVietQr)?)?;
        if napas.get("00") != Some(NAPAS) {
            return Err(VietQrError::NotVietQr);
        }
        let beneficiary = Fields::read(napas.required("01", VietQrError::NotVietQr)?)?;
        let (bin, account) = (
            beneficiary.required("00", VietQrError::Bin)?,
            beneficiary.required("01", VietQrError::Account)?,
        );
        check_bin(bin)?;
        check_account(account)?;
        let service = napas.required("02", VietQrError::Service)?.parse()?;
        if fields.get("53") != Some("704") {
            return Err(VietQrError::Currency);
        }
        if fields.get("58") != Some("VN") {
            return Err(VietQrError::Country);
        }
        let additional = Fields::read(fields.get("62").unwrap_or_default())?;
        let code = Self {
            initiation,
            bin: bin.to_owned(),
            account: account.to_owned(),
            service,
            amount: fields.get("54").map(read_amount).transpose()?,
            category: fields.owned("52"),
            merchant_name: fields.owned("59"),
            city: fields.owned("60"),
            postcode: fields.owned("61"),
            bill_number: additional.owned("01"),
            store_label: additional.owned("03"),
            reference: additional.owned("05"),
            terminal_label: additional.owned("07"),
            purpose: additional.owned("08"),
        };
        Ok((code, payload))
    }
}

impl Payload {
    /// The part that the CRC runs over, `6304` included.
    pub fn checked(&self) -> &str {
        &self.checked
    }

    /// The CRC, four hex digits in capitals.
    pub fn crc(&self) -> String {
        format!("{:04X}", self.crc)
    }

    /// Parts a text at its CRC and computes that anew.
    fn split(text: &str) -> Result<Self, VietQrError> {
        let place = text.len().checked_sub(4).ok_or(VietQrError::CrcNotLast)?;
        let (checked, carried) = text.split_at_checked(place).ok_or(VietQrError::CrcNotLast)?;
        let hex = carried.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !checked.ends_with(CRC_HEAD) {
            return Err(VietQrError::CrcNotLast);
        }
        let crc = crc(checked.as_bytes());
        if u16::from_str_radix(carried, 16) != Ok(crc) {
            return Err(VietQrError::Crc);
        }
        Ok(Self { checked: checked.to_owned(), crc })
    }
}

/// The whole text, as the QR carries it.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04X}", self.checked, self.crc)
    }
}

impl Initiation {
    /// The two digits of field 01.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Static => "11",
            Self::Dynamic => "12",
        }
    }
}

impl Service {
    /// The text of field 38.02.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Account => "QRIBFTTA",
            Self::Card => "QRIBFTTC",
            Self::Push => "QRPUSH",
            Self::Cash => "QRCASH",
        }
    }
}

impl FromStr for Service {
    type Err = VietQrError;

    fn from_str(text: &str) -> Result<Self, VietQrError> {
        [Self::Account, Self::Card, Self::Push, Self::Cash]
            .into_iter()
            .find(|service| service.code() == text)
            .ok_or(VietQrError::Service)
    }
}

/// The fields of one level, each id once, their lengths filling the text exactly.
struct Fields<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Fields<'a> {
    fn read(mut rest: &'a str) -> Result<Self, VietQrError> {
        let mut fields = BTreeMap::new();
        while !rest.is_empty() {
            let (id, tail) = rest.split_at_checked(2).ok_or(VietQrError::Tlv)?;
            let (length, tail) = tail.split_at_checked(2).ok_or(VietQrError::Tlv)?;
            if !(id.to_owned() + length).bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VietQrError::Tlv);
            }
            let count: usize = length.parse().map_err(|_| VietQrError::Tlv)?;
            let end = characters(tail, count).ok_or(VietQrError::Tlv)?;
            let (value, tail) = tail.split_at_checked(end).ok_or(VietQrError::Tlv)?;
            if value.is_empty() || fields.insert(id, value).is_some() {
                return Err(VietQrError::Tlv);
            }
            rest = tail;
        }
        Ok(Self(fields))
    }

    fn get(&self, id: &str) -> Option<&'a str> {
        self.0.get(id).copied()
    }

    fn required(&self, id: &str, missing: VietQrError) -> Result<&'a str, VietQrError> {
        self.get(id).ok_or(missing)
    }

    fn owned(&self, id: &str) -> Option<String> {
        self.get(id).map(str::to_owned)
    }
}

/// The byte length of the first `count` characters.
fn characters(text: &str, count: usize) -> Option<usize> {
    let starts = text.char_indices().map(|(start, _)| start).chain([text.len()]);
    starts.skip(count).take(1).next()
}

fn tlv(id: &str, value: &str) -> String {
    format!("{id}{:02}{value}", value.chars().count())
}

/// A free text that we supply: folded to ASCII, printable, not empty, within its limit.
fn label(
    id: &str,
    name: &'static str,
    text: Option<&str>,
    limit: usize,
) -> Result<String, VietQrError> {
    let Some(text) = text else { return Ok(String::new()) };
    let folded = unaccented(text);
    let printable = folded.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if folded.is_empty() || folded.len() > limit || !printable {
        return Err(VietQrError::Text(name));
    }
    Ok(tlv(id, &folded))
}

/// Vietnamese letters without their marks, `đ` as `d`.
fn unaccented(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'đ' => 'd',
            'Đ' => 'D',
            other => other,
        })
        .collect()
}

fn check_bin(bin: &str) -> Result<(), VietQrError> {
    let fits = bin.len() == 6 && bin.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(()) } else { Err(VietQrError::Bin) }
}

fn check_account(account: &str) -> Result<(), VietQrError> {
    let plain = account.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && (1..=19).contains(&account.len()) { Ok(()) } else { Err(VietQrError::Account) }
}

/// Whole đồng, above zero, digits only, no leading zero, at most 13 of them.
fn read_amount(digits: &str) -> Result<Dong, VietQrError> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || digits.starts_with('0') || digits.len() > 13 {
        return Err(VietQrError::Amount);
    }
    digits.parse().ok().and_then(Dong::new).ok_or(VietQrError::Amount)
}

/// CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected, no final xor.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc: u16, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> VietQr {
        VietQr::transfer("970499", "9990001112223", Dong::new(300_000), "AP2611900016")
    }

    /// The text with its CRC made good again.
    fn resealed(checked: &str) -> String {
        format!("{checked}{:04X}", crc(checked.as_bytes()))
    }

    #[test]
    fn the_crc_has_the_published_check_value() {
        assert_eq!(crc(b"123456789"), 0x29B1);
    }

    #[test]
    fn a_notice_reads_back_as_it_was_built() {
        let payload = notice().build().unwrap();
        let (read, parted) = VietQr::parse(&payload.to_string()).unwrap();
        assert_eq!(parted, payload);
        assert_eq!(read, VietQr { initiation: Some(Initiation::Dynamic), ..notice() });
    }

    #[test]
    fn what_a_code_cannot_carry_is_refused_by_name() {
        type Spoil = fn(&mut VietQr);
        let cases: [(Spoil, VietQrError); 9] = [
            (|code| code.bin = "97049".into(), VietQrError::Bin),
            (|code| code.bin = "97049x".into(), VietQrError::Bin),
            (|code| code.account = String::new(), VietQrError::Account),
            (|code| code.account = "1".repeat(20), VietQrError::Account),
            (|code| code.account = "12 34".into(), VietQrError::Account),
            (|code| code.amount = Dong::new(0), VietQrError::Amount),
            (|code| code.amount = Dong::new(-5), VietQrError::Amount),
            (|code| code.purpose = Some("A".repeat(26)), VietQrError::Text("purpose")),
            (|code| code.purpose = Some("AP\n".into()), VietQrError::Text("purpose")),
        ];
        for (spoil, expected) in cases {
            let mut code = notice();
            spoil(&mut code);
            assert_eq!(code.build(), Err(expected), "{code:?}");
        }
    }

    #[test]
    fn accents_are_stripped_before_they_reach_a_bank() {
        let code = VietQr { purpose: Some("Nộp án phí Đỗ".into()), ..notice() };
        let payload = code.build().unwrap();
        assert_eq!(payload.checked().matches("Nop an phi Do").count(), 1);
    }

    #[test]
    fn the_reader_names_what_is_wrong() {
        let good = notice().build().unwrap();
        let altered = |from: &str, to: &str| resealed(&good.checked().replace(from, to));
        for (text, expected) in [
            (altered("5303704", "5303840"), VietQrError::Currency),
            (altered("5802VN", "5802US"), VietQrError::Country),
            (altered("5802VN", "5803VN"), VietQrError::Tlv),
            (altered("5802VN", "5802VN5802VN"), VietQrError::Tlv),
            (altered("5406300000", "5406300.00"), VietQrError::Amount),
            (altered("5406300000", "5406030000"), VietQrError::Amount),
            (altered("5406300000", "5400"), VietQrError::Tlv),
            (altered("A000000727", "A000000775"), VietQrError::NotVietQr),
            (altered("QRIBFTTA", "QRIBFTTX"), VietQrError::Service),
            (altered("010212", "010213"), VietQrError::Initiation),
            (altered("000201", "000202"), VietQrError::Format),
            (good.to_string() + " ", VietQrError::CrcNotLast),
            (good.checked().to_owned(), VietQrError::CrcNotLast),
            ("6304".to_owned(), VietQrError::CrcNotLast),
            (String::new(), VietQrError::CrcNotLast),
        ] {
            assert_eq!(VietQr::parse(&text), Err(expected), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn one_altered_byte_never_reads(place in 0usize..200, byte in 0u8..128) {
            let mut bytes = notice().build().unwrap().to_string().into_bytes();
            let place = place % bytes.len();
            proptest::prop_assume!(!bytes[place].eq_ignore_ascii_case(&byte));
            bytes[place] = byte;
            proptest::prop_assert!(VietQr::parse(&String::from_utf8(bytes).unwrap()).is_err());
        }

        #[test]
        fn any_text_reads_or_is_refused_without_a_panic(text in "\\PC{0,60}|[0-9]{0,60}") {
            let _ = VietQr::parse(&resealed(&format!("{text}6304")));
            let _ = VietQr::parse(&text);
        }
    }
}
