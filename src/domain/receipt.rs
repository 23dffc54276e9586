//! Receipts: numbered at settlement, which is their issue; what becomes of them after; the seal
//! beside (decisions 4, procedure 5).

pub mod paper;
mod read;
pub mod record;
pub mod series;

pub use record::{Collector, ContentHash, Facts, FactsError, LookupCode, Masked, Method, Person};
pub use series::{NumberBlock, Numbering, ReceiptNumber, Series, SeriesError, SeriesKey, Taken};

use super::{
    id::{ReceiptId, StaffId},
    time::Timestamp,
};

/// A receipt: what it says, which never changes, what became of it, and its seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    facts: Facts,
    standing: Standing,
    seal: Option<Seal>,
}

/// What became of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Issued, as it was.
    Numbered,
    /// A note says what was wrong in name, address or words (TT91 article 20); the last one.
    Corrected(Act),
    /// Another receipt stands in its place.
    Replaced {
        /// That receipt.
        by: ReceiptId,
        /// Why and by whom.
        act: Act,
    },
    /// No money came, or it went back.
    Voided(Act),
}

/// The name of a standing, as tables and errors write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StandingName {
    /// [`Standing::Numbered`].
    Numbered,
    /// [`Standing::Corrected`].
    Corrected,
    /// [`Standing::Replaced`].
    Replaced,
    /// [`Standing::Voided`].
    Voided,
}

/// Why a receipt was changed, by whom: one proposes, another approves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    reason: String,
    proposed_by: StaffId,
    approved_by: StaffId,
    at: Timestamp,
}

/// The two persons of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoPersons {
    /// Who proposed it.
    pub proposed_by: StaffId,
    /// Who approved it.
    pub approved_by: StaffId,
}

/// The agency's digital seal or the assigned officer's signature, kept beside the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Who signed, as the certificate says.
    pub signer: String,
    /// When.
    pub at: Timestamp,
}

/// What can happen to a receipt after its issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A note of error.
    Correct(Act),
    /// Another receipt takes its place.
    Replace {
        /// That receipt.
        by: ReceiptId,
        /// Why and by whom.
        act: Act,
    },
    /// It counts no more.
    Void(Act),
}

/// Why a receipt refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// No way leads from one standing to the other.
    #[error("a {from} receipt can not become {to}")]
    Transition {
        /// As it is.
        from: StandingName,
        /// As it was to be.
        to: StandingName,
    },
    /// Only a live receipt is sealed.
    #[error("a {0} receipt can not be sealed")]
    SealOf(StandingName),
    /// It has its seal.
    #[error("the receipt is sealed already")]
    Sealed,
    /// One person did both.
    #[error("who approves is not who proposed")]
    OnePerson,
    /// No reason given.
    #[error("a reason is needed")]
    NoReason,
}

impl Act {
    /// An act of two persons with a reason.
    pub fn new(reason: &str, persons: TwoPersons, at: Timestamp) -> Result<Self, ReceiptError> {
        let TwoPersons { proposed_by, approved_by } = persons;
        if proposed_by == approved_by {
            return Err(ReceiptError::OnePerson);
        }
        if reason.trim().is_empty() {
            return Err(ReceiptError::NoReason);
        }
        Ok(Self { reason: reason.trim().to_owned(), proposed_by, approved_by, at })
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// By whom.
    pub const fn persons(&self) -> TwoPersons {
        TwoPersons { proposed_by: self.proposed_by, approved_by: self.approved_by }
    }

    /// When.
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

/// The one table of what may become of a receipt. A corrected receipt is live, so it can be
/// corrected again, replaced or voided; replaced and voided are the end, the number stays used.
const fn leads(from: StandingName, to: StandingName) -> bool {
    use StandingName::{Corrected, Numbered, Replaced, Voided};
    match (from, to) {
        (Numbered | Corrected, Corrected | Replaced | Voided) => true,
        (Numbered | Corrected, Numbered) | (Replaced | Voided, _) => false,
    }
}

impl Receipt {
    /// A receipt just issued, neither changed nor sealed.
    pub fn issue(facts: Facts) -> Result<Self, FactsError> {
        facts.check()?;
        Ok(Self { facts, standing: Standing::Numbered, seal: None })
    }

    /// A receipt as it was kept.
    pub const fn kept(facts: Facts, standing: Standing, seal: Option<Seal>) -> Self {
        Self { facts, standing, seal }
    }

    /// The receipt after a change.
    pub fn change(self, change: Change) -> Result<Self, ReceiptError> {
        let standing = match change {
            Change::Correct(act) => Standing::Corrected(act),
            Change::Replace { by, act } => Standing::Replaced { by, act },
            Change::Void(act) => Standing::Voided(act),
        };
        let (from, to) = (self.standing.name(), standing.name());
        if leads(from, to) {
            Ok(Self { standing, ..self })
        } else {
            Err(ReceiptError::Transition { from, to })
        }
    }

    /// The receipt with its seal; once, and only while it is live.
    pub fn sealed(self, seal: Seal) -> Result<Self, ReceiptError> {
        if !self.is_live() {
            return Err(ReceiptError::SealOf(self.standing.name()));
        }
        if self.seal.is_some() {
            return Err(ReceiptError::Sealed);
        }
        Ok(Self { seal: Some(seal), ..self })
    }

    /// Counts as the notice's one receipt (I-04).
    pub const fn is_live(&self) -> bool {
        matches!(self.standing, Standing::Numbered | Standing::Corrected(_))
    }

    /// What it says.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What became of it.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Its seal, if it has one.
    pub const fn seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }
}

impl Standing {
    /// Its name.
    pub const fn name(&self) -> StandingName {
        match self {
            Self::Numbered => StandingName::Numbered,
            Self::Corrected(_) => StandingName::Corrected,
            Self::Replaced { .. } => StandingName::Replaced,
            Self::Voided(_) => StandingName::Voided,
        }
    }
}

impl StandingName {
    /// Every standing.
    pub const ALL: [Self; 4] = [Self::Numbered, Self::Corrected, Self::Replaced, Self::Voided];

    /// The word in tables and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Numbered => "numbered",
            Self::Corrected => "corrected",
            Self::Replaced => "replaced",
            Self::Voided => "voided",
        }
    }
}

impl std::fmt::Display for StandingName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn staff(number: u128) -> StaffId {
        StaffId::new(Uuid::from_u128(number))
    }

    fn act() -> Act {
        let persons = TwoPersons { proposed_by: staff(1), approved_by: staff(2) };
        Act::new("sai tên", persons, "2026-11-24T08:00:00+07:00".parse().unwrap()).unwrap()
    }

    fn standings() -> [Standing; 4] {
        let by = ReceiptId::new(Uuid::from_u128(9));
        [
            Standing::Numbered,
            Standing::Corrected(act()),
            Standing::Replaced { by, act: act() },
            Standing::Voided(act()),
        ]
    }

    #[test]
    fn every_pair_of_standings_is_decided() {
        use StandingName::{Corrected, Numbered, Replaced, Voided};
        let by = ReceiptId::new(Uuid::from_u128(9));
        let allowed = [
            (Numbered, Corrected),
            (Numbered, Replaced),
            (Numbered, Voided),
            (Corrected, Corrected),
            (Corrected, Replaced),
            (Corrected, Voided),
        ];
        for standing in standings() {
            for change in
                [Change::Correct(act()), Change::Replace { by, act: act() }, Change::Void(act())]
            {
                let from = standing.name();
                let to = match change {
                    Change::Correct(_) => Corrected,
                    Change::Replace { .. } => Replaced,
                    Change::Void(_) => Voided,
                };
                let receipt = Receipt::kept(record::tests::facts(), standing.clone(), None);
                let expected = if allowed.contains(&(from, to)) {
                    Ok(to)
                } else {
                    Err(ReceiptError::Transition { from, to })
                };
                let got = receipt.change(change).map(|receipt| receipt.standing.name());
                assert_eq!(got, expected, "{from} to {to}");
            }
        }
    }

    #[test]
    fn the_error_names_both_standings() {
        let receipt = Receipt::kept(record::tests::facts(), Standing::Voided(act()), None);
        let error = receipt.change(Change::Correct(act())).unwrap_err();
        assert_eq!(error.to_string(), "a voided receipt can not become corrected");
    }

    #[test]
    fn a_live_receipt_is_sealed_once() {
        let seal = || Seal { signer: "Thủ quỹ Mẫu".to_owned(), at: act().at() };
        for standing in standings() {
            let receipt = Receipt::kept(record::tests::facts(), standing.clone(), None);
            let live = receipt.is_live();
            match receipt.sealed(seal()) {
                Ok(sealed) => {
                    assert!(live);
                    assert_eq!(sealed.sealed(seal()), Err(ReceiptError::Sealed));
                }
                Err(error) => {
                    assert!(!live);
                    assert_eq!(error, ReceiptError::SealOf(standing.name()));
                }
            }
        }
    }

    #[test]
    fn a_change_takes_two_persons_and_a_reason() {
        let at = act().at();
        let one = TwoPersons { proposed_by: staff(1), approved_by: staff(1) };
        assert_eq!(Act::new("sai tên", one, at), Err(ReceiptError::OnePerson));
        assert_eq!(Act::new("  ", act().persons(), at), Err(ReceiptError::NoReason));
    }
}
