//! Typed ids, one a kind, and the payment reference that people type and banks carry.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an id that was made or stored for this kind.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare id, for the store.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A court.
    CourtId,
    /// A collecting body: enforcement agency, its office, or a court that collects.
    AgencyId,
    /// A configured merchant or bank account.
    AccountId,
    /// One version of an account's bank, number and holder.
    AccountVersionId,
    /// A case or civil matter.
    CaseId,
    /// A party of a case.
    PartyId,
    /// What a party asks of the court.
    ClaimId,
    /// A kept quote.
    AssessmentId,
    /// A notice to pay.
    NoticeId,
    /// A payment order: the notice's standing transfer order or a further attempt.
    OrderId,
    /// A verified callback as received.
    InboxId,
    /// Money that moved.
    PaymentId,
    /// One source's report of a payment.
    SightingId,
    /// Part of a payment given to a notice.
    AllocationId,
    /// A series of receipt numbers.
    SeriesId,
    /// A receipt.
    ReceiptId,
    /// The use of a receipt for an acceptance.
    ReceiptUseId,
    /// An account of the ledger.
    LedgerAccountId,
    /// A balanced group of postings.
    PostingGroupId,
    /// A bank statement.
    StatementId,
    /// A line of a statement.
    LineId,
    /// Money or a line that a person must decide on.
    ExceptionId,
    /// A member of staff.
    StaffId,
    /// A role granted for a court, an agency or all.
    GrantId,
    /// A sign-in session.
    SessionId,
    /// An API key.
    ApiKeyId,
    /// An event on its way out.
    OutboxId,
    /// A version of reference data.
    ReferenceDataId,
}

/// Damm's quasigroup of order 10, the table of his thesis; 572 gives 4.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// The Damm check digit of decimal digits, or `None` when a byte is no digit.
pub fn damm(digits: &str) -> Option<u8> {
    digits.bytes().try_fold(0u8, |state, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        DAMM.get(usize::from(state))?.get(usize::from(digit)).copied()
    })
}

/// The payment reference of a notice (or basket): `AP`, nine random digits, a Damm check digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(String);

/// Why a text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Not `AP` and ten digits.
    #[error("a reference is AP and ten digits")]
    Form,
    /// The tenth digit does not fit the nine before it.
    #[error("the check digit does not fit")]
    CheckDigit,
}

impl Reference {
    /// The reference of nine digits (below 10^9); greater numbers are cut to their last nine.
    pub fn from_number(number: u32) -> Self {
        let digits = format!("{:09}", number % 1_000_000_000);
        let check = damm(&digits).unwrap_or(0);
        Self(format!("AP{digits}{check}"))
    }

    /// What a person typed: spaces, dots, dashes and small letters taken, a missing `AP` added.
    pub fn from_typed(text: &str) -> Result<Self, ReferenceError> {
        let folded: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '_' | '/' | '\u{a0}'))
            .collect::<String>()
            .to_ascii_uppercase();
        if folded.starts_with("AP") { folded.parse() } else { format!("AP{folded}").parse() }
    }

    /// The text, `AP0123456786`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ten digits after `AP`.
    pub fn digits(&self) -> &str {
        self.0.get(2..).unwrap_or_default()
    }

    /// For reading aloud: `AP 260 112 3456`.
    pub fn spaced(&self) -> String {
        let digits = self.digits();
        match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
            (Some(a), Some(b), Some(c)) => format!("AP {a} {b} {c}"),
            _ => self.0.clone(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let digits = text.strip_prefix("AP").ok_or(ReferenceError::Form)?;
        if digits.len() != 10 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ReferenceError::Form);
        }
        if damm(digits) == Some(0) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError::CheckDigit)
        }
    }
}

/// The number of a gateway attempt over its notice, from 1 (decisions 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempt(u32);

impl Attempt {
    /// An attempt number, `None` for 0.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// The reference of a gateway attempt as most providers carry it, `AP0123456786-2`.
pub fn provider_ref(reference: &Reference, attempt: Attempt) -> String {
    format!("{reference}-{}", attempt.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_damms() {
        assert_eq!(damm("572"), Some(4));
        assert_eq!(damm("5724"), Some(0));
        assert_eq!(damm("57x"), None);
    }

    #[test]
    fn references_of_the_demo_are_whole() {
        for text in ["AP2611900016", "AP2611900218", "AP2611000125", "AP0123456786"] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_typed_reference_is_folded_first() {
        for (text, expected) in [
            ("ap 261 190.0016", Ok("AP2611900016")),
            ("2611900016", Ok("AP2611900016")),
            ("AP2611900017", Err(ReferenceError::CheckDigit)),
            ("AP261190001", Err(ReferenceError::Form)),
            ("", Err(ReferenceError::Form)),
        ] {
            let read = Reference::from_typed(text);
            assert_eq!(read.as_ref().map(Reference::as_str).map_err(|e| *e), expected, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_single_wrong_digit_never_passes(number in 0u32..1_000_000_000, place in 0usize..10, step in 1u8..10) {
            let reference = Reference::from_number(number).to_string();
            let mut bytes = reference.into_bytes();
            let digit = &mut bytes[place + 2];
            *digit = b'0' + (*digit - b'0' + step) % 10;
            let altered = String::from_utf8(bytes).unwrap();
            proptest::prop_assert_eq!(altered.parse::<Reference>(), Err(ReferenceError::CheckDigit));
        }
    }
}
