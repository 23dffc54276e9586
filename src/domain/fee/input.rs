//! What is asked: the typed form of the input, and its one way back to JSON.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    law::{CaseKind, Instance, Procedure},
    ratio::Ratio,
    tables::LawChoice,
};
use crate::domain::{money::Dong, time::Day};

codes! {
    /// The part of a case that has a fee of its own (22, 31(2), 33).
    PartClaimed {
        /// Bồi thường: damages in an administrative or criminal case, under the civil items.
        Damages = "damages",
    }

    /// What is asked of the engine.
    Op {
        /// What is to be paid now.
        Advance = "advance",
        /// Who bears what at the end, and what becomes of the advances.
        Outcome = "outcome",
    }
}

/// The role that pays no advance in a criminal case (22(1)). Other roles are only noted.
pub(super) const ACCUSED: &str = "accused";

/// A question about fee and advance (`op` "advance").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteInput {
    /// Which law.
    pub law: LawChoice,
    /// Acceptance day of the instance; before acceptance, the day of the notice.
    pub date: Day,
    /// The procedure.
    pub procedure: Procedure,
    /// What is claimed, appealed or requested.
    pub subject: Subject,
    /// How joint payers share, for lines that exactly these parties pay; equal when empty.
    pub shares: Vec<(String, Ratio)>,
    /// Reliefs granted to persons.
    pub reliefs: Vec<PartyRelief>,
}

/// What is before the court. The instance follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// First instance of a suit or civil matter.
    Claims {
        /// Any kind but a charge.
        case: CaseKind,
        /// At least one that stands on its own.
        claims: Vec<Claim>,
    },
    /// Appeal.
    Appeals {
        /// Any kind but a charge.
        case: CaseKind,
        /// One for each petition.
        appeals: Vec<Appeal>,
    },
    /// A request that bears a charge of list B, section II.
    Charge(ChargeAsked),
}

impl Subject {
    /// The kind of case.
    pub fn case(&self) -> CaseKind {
        match self {
            Self::Claims { case, .. } | Self::Appeals { case, .. } => *case,
            Self::Charge(_) => CaseKind::Charge,
        }
    }
}

/// One claim, counterclaim or independent claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Its name within the input.
    pub id: String,
    /// Who claims, together.
    pub by: Vec<String>,
    /// What it is worth.
    #[serde(flatten, serialize_with = "worth")]
    pub value: ClaimValue,
    /// The part of that value which is claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Ratio>,
    /// The judge keeps it apart from other claims of value (D3).
    #[serde(skip_serializing_if = "is_false")]
    pub separate: bool,
    /// It only follows from another claim and has no fee (D4).
    #[serde(skip_serializing_if = "is_false")]
    pub ancillary: bool,
    /// Relief granted to this claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relief: Option<String>,
    /// Damages in an administrative or criminal case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<PartClaimed>,
    /// The role of those who claim, as noted; `accused` matters in criminal cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// The worth of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimValue {
    /// Không có giá ngạch, or not known yet (24(2)).
    None,
    /// In đồng.
    Dong(Dong),
    /// In foreign money, at the rate of the notice day.
    Foreign {
        /// ISO 4217 code.
        currency: String,
        /// Amount in that currency.
        amount: Ratio,
        /// Đồng for one of its units.
        rate: Ratio,
    },
}

/// One appeal petition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Appeal {
    /// Its name within the input.
    pub id: String,
    /// Who appeals, together.
    pub by: Vec<String>,
    /// Damages in an administrative or criminal case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<PartClaimed>,
    /// The role of those who appeal, as noted; `accused` matters in criminal cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Relief granted to this appeal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relief: Option<String>,
}

/// A request that bears a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeAsked {
    /// Its code in the list, `ship.arrest`.
    pub code: String,
    /// Who asks, together.
    pub by: Vec<String>,
    /// How many pieces, for a charge that is counted; one when left out.
    pub quantity: Option<i64>,
    /// Relief granted to this request.
    pub relief: Option<String>,
}

/// A relief granted to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartyRelief {
    /// The person.
    pub party: String,
    /// Its code in the law.
    pub code: String,
    /// The part taken off, where the law leaves it to the judge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Ratio>,
}

/// A question about the end of a case (`op` "outcome").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeInput {
    /// Which law.
    pub law: LawChoice,
    /// Acceptance day of the instance.
    pub date: Day,
    /// The kind of case.
    pub case: CaseKind,
    /// The instance.
    pub instance: Instance,
    /// The procedure.
    pub procedure: Procedure,
    /// How it ended.
    pub end: End,
    /// What was paid in advance.
    pub advances: Vec<AdvancePaid>,
    /// Reliefs granted to persons.
    pub reliefs: Vec<PartyRelief>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was decided or agreed: the court says who bears which part.
    Ending {
        /// Its code in the law.
        code: String,
        /// Who bears what.
        bears: Vec<Bearer>,
    },
    /// It was stopped: the code of the disposal.
    Disposal(String),
}

/// What one party bears, as the court decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The party.
    pub party: String,
    /// The value they bear the fee of; none for a claim without value, and on appeal.
    pub base: Option<Dong>,
    /// Which part of that fee; the whole when left out.
    pub part: Option<Ratio>,
    /// The kind of case whose items apply, where it is not the case's own.
    pub of: Option<CaseKind>,
    /// The article that says so, where it is another than the ending's.
    pub article: Option<String>,
    /// Relief granted to the claim.
    pub relief: Option<String>,
    /// Taken over from another party by agreement: no relief (12(3), 13(3)).
    pub assumed: bool,
}

/// One advance that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdvancePaid {
    /// Whose it is.
    pub party: String,
    /// How much, in đồng.
    pub paid: Dong,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The worth of a claim as the input names it.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Worth<'a> {
    Value(Option<Dong>),
    Foreign { currency: &'a str, amount: Ratio, rate: Ratio },
}

fn worth<S: Serializer>(value: &ClaimValue, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        ClaimValue::None => Worth::Value(None),
        ClaimValue::Dong(value) => Worth::Value(Some(*value)),
        ClaimValue::Foreign { currency, amount, rate } => {
            Worth::Foreign { currency, amount: *amount, rate: *rate }
        }
    }
    .serialize(serializer)
}

impl Serialize for LawChoice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Named(id) => serializer.serialize_str(id),
        }
    }
}

/// The form that [`super::answer`] reads back to the same question; defaults are left out.
impl Serialize for QuoteInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = serializer.serialize_map(None)?;
        entries.serialize_entry("op", &Op::Advance)?;
        entries.serialize_entry("law", &self.law)?;
        entries.serialize_entry("date", &self.date)?;
        entries.serialize_entry("case", &self.subject.case())?;
        match &self.subject {
            Subject::Claims { claims, .. } => {
                entries.serialize_entry("instance", &Instance::First)?;
                entries.serialize_entry("claims", claims)?;
            }
            Subject::Appeals { appeals, .. } => {
                entries.serialize_entry("instance", &Instance::Appeal)?;
                entries.serialize_entry("appeals", appeals)?;
            }
            Subject::Charge(charge) => {
                entries.serialize_entry("charge", &charge.code)?;
                entries.serialize_entry("by", &charge.by)?;
                if let Some(quantity) = charge.quantity {
                    entries.serialize_entry("quantity", &quantity)?;
                }
                if let Some(relief) = &charge.relief {
                    entries.serialize_entry("relief", relief)?;
                }
            }
        }
        if self.procedure != Procedure::Ordinary {
            entries.serialize_entry("procedure", &self.procedure)?;
        }
        if !self.shares.is_empty() {
            entries.serialize_entry("shares", &Shares(&self.shares))?;
        }
        if !self.reliefs.is_empty() {
            entries.serialize_entry("reliefs", &self.reliefs)?;
        }
        entries.end()
    }
}

struct Shares<'a>(&'a [(String, Ratio)]);

impl Serialize for Shares<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(party, share)| (party, share)))
    }
}
