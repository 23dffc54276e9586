//! A law table: what one legal text charges, on what, since when.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ratio::{Ratio, Rounding};
use crate::domain::{money::Dong, time::Day};

pub use super::{
    kind::{
        Basis, CaseKind, ClaimKind, Collector, Cover, Destination, Group, Instance, Procedure,
        Scope, ValueFloor,
    },
    table::{LawError, LawFault},
};

/// The legal text behind a table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalText {
    /// Its number, `326/2016/UBTVQH14`.
    pub number: String,
    /// Its Vietnamese title.
    pub title_vi: String,
    /// Its title in English.
    pub title_en: String,
    /// Who passed it.
    pub issuer_vi: String,
    /// The day on which it was passed.
    pub issued: Day,
    /// How well the articles are founded.
    pub articles_basis: Basis,
    /// How well the list of fees is founded.
    pub list_basis: Basis,
    /// Where it can be read.
    pub url: String,
}

/// The days on which an instance must have been accepted for a law to rule it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First day.
    pub from: Day,
    /// Last day; none while the law is in force.
    pub to: Option<Day>,
    /// The article that says so.
    pub article: String,
    /// The last year in which it was seen cited as in force (law.md D1).
    pub cited_as_in_force_in: String,
}

impl Validity {
    /// Whether an instance accepted on this day is ruled by the law.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether one day has both laws.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.holds(other.from) || other.holds(self.from)
    }
}

/// The amounts and counts that a table computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Smallest value of a claim, in đồng.
    pub value_min: Dong,
    /// Largest value of a claim, in đồng.
    pub value_max: Dong,
    /// Most pages or pieces of a counted charge.
    pub quantity_max: i64,
}

/// What is paid in advance, and where that stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvanceRule {
    /// Share of the fee of a claim without value.
    pub no_value_rate: Ratio,
    /// Share of the fee of a claim with value.
    pub value_rate: Ratio,
    /// The least advance of a claim with value.
    pub value_floor: ValueFloor,
    /// Share of the fee of an appeal.
    pub appeal_rate: Ratio,
    /// Share of a charge.
    pub charge_rate: Ratio,
    /// First instance of a suit.
    pub article_first: String,
    /// Appeal in a suit.
    pub article_appeal: String,
    /// Administrative cases.
    pub article_administrative: String,
    /// Appeals against the civil part of a criminal judgment.
    pub article_criminal_appeal: String,
    /// Simplified procedure.
    pub article_simplified: String,
    /// Civil matters, first instance.
    pub article_matter_first: String,
    /// Civil matters, appeal.
    pub article_matter_appeal: String,
}

/// The simplified procedure (thủ tục rút gọn).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimplifiedRule {
    /// First day on which it was open.
    pub available_from: Day,
    /// Share of the fee that stays.
    pub fee_rate: Ratio,
    /// Where that stands.
    pub fee_article: String,
    /// Share of the advance that stays.
    pub advance_rate: Ratio,
    /// Where that stands.
    pub advance_article: String,
    /// The kinds of case to which it is open.
    pub cases: Vec<CaseKind>,
}

/// One item of the list of fees and charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Our stable code, `civil.first.value`.
    pub code: String,
    /// The list's own number, `A.II.1.3`.
    pub item: String,
    /// The article that makes it due.
    pub article: String,
    /// Its group, by which reliefs reach it.
    pub group: Group,
    /// The kinds of case that pay it.
    pub cases: Vec<CaseKind>,
    /// The instance.
    pub instance: Instance,
    /// The claims that pay it.
    pub claim: ClaimKind,
    /// Its Vietnamese name.
    pub title_vi: String,
    /// Its name in English.
    pub title_en: String,
    /// Who collects it.
    pub collector: Collector,
    /// How much it is.
    pub tariff: Tariff,
    /// How well the figure is founded.
    pub basis: Basis,
}

/// How an item's amount is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tariff {
    /// Always the same.
    Fixed(Dong),
    /// So much a piece.
    PerUnit {
        /// A piece.
        amount: Dong,
        /// What is counted, `page_a4`.
        unit: String,
    },
    /// By the value of the claim.
    Progressive {
        /// Never less than this.
        floor: Dong,
        /// From nothing upwards, without a hole; the last one has no upper end.
        bands: Vec<Band>,
    },
}

/// One band: `fixed + rate x (value - over)` for a value above `above` up to and including `up_to`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The list's letter; `đ` stands between d and e.
    pub letter: String,
    /// The value must be above this.
    pub above: Dong,
    /// And not above this.
    pub up_to: Option<Dong>,
    /// Fixed part.
    pub fixed: Dong,
    /// Rate of the rest.
    pub rate: Ratio,
    /// What is taken off the value first.
    pub over: Dong,
}

impl Band {
    /// Whether the value lies in this band.
    pub fn holds(&self, value: Dong) -> bool {
        self.above < value && self.up_to.is_none_or(|up_to| value <= up_to)
    }

    /// The rate as results show it: none where the band is a fixed sum.
    pub fn shown_rate(&self) -> Option<Ratio> {
        (!self.rate.is_zero()).then_some(self.rate)
    }
}

/// A ground on which a party pays nothing or less (11-13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relief {
    /// Our stable code, `poor_household`.
    pub code: String,
    /// Where it stands.
    pub article: String,
    /// What it does.
    pub effect: Effect,
    /// Whether it reaches the advance, the final fee, or both.
    pub covers: Vec<Cover>,
    /// The groups of the list that it reaches.
    pub groups: Vec<Group>,
    /// Whether it belongs to a claim or to a person. Says where to ask for it; the computation
    /// takes it wherever the judge granted it.
    pub scope: Scope,
    /// Whether it must be applied for, with proof (14).
    pub application: bool,
    /// Its Vietnamese name.
    pub title_vi: String,
    /// How well it is founded.
    pub basis: Option<Basis>,
}

/// What a relief does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Không phải nộp: no application is needed.
    NotPayable,
    /// Miễn.
    Exempt,
    /// Giảm: a part is taken off.
    Reduced {
        /// At most this part.
        rate_max: Ratio,
        /// Exactly this part, no less.
        fixed: bool,
    },
}

/// How a case can end, and which part of the fee is then borne.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Our stable code.
    pub code: String,
    /// The instance in which it happens.
    pub instance: Instance,
    /// The part of the fee.
    pub factor: Ratio,
    /// Where it stands.
    pub article: String,
}

/// What becomes of the advances of a stopped case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// Our stable code.
    pub code: String,
    /// Where the money goes.
    pub to: Destination,
    /// Where it stands.
    pub article: String,
    /// The provision by which the case was stopped.
    pub ground: Option<String>,
    /// Its Vietnamese name, where the ground does not say enough.
    pub title_vi: Option<String>,
}

/// SHA-256 of the bytes of a table's file: which figures a kept assessment stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableHash(pub(super) [u8; 32]);

impl TableHash {
    /// The bytes.
    pub const fn bytes(self) -> [u8; 32] {
        self.0
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for TableHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for TableHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One checked law table. Made only by [`Law::load`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    pub(super) id: String,
    pub(super) hash: TableHash,
    pub(super) text: LegalText,
    pub(super) validity: Validity,
    pub(super) rounding: Rounding,
    pub(super) limits: Limits,
    pub(super) advance: AdvanceRule,
    pub(super) simplified: SimplifiedRule,
    pub(super) fees: Vec<Fee>,
    pub(super) reliefs: Vec<Relief>,
    pub(super) endings: Vec<Ending>,
    pub(super) disposals: Vec<Disposal>,
}

impl Law {
    /// The table's id, `nq326_2016`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The hash of the file that it was loaded from.
    pub fn hash(&self) -> TableHash {
        self.hash
    }

    /// The legal text.
    pub fn text(&self) -> &LegalText {
        &self.text
    }

    /// The days of its force.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// Its rounding, before settings.
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Its rule of advances.
    pub fn advance(&self) -> &AdvanceRule {
        &self.advance
    }

    /// Its rule of the simplified procedure.
    pub fn simplified(&self) -> &SimplifiedRule {
        &self.simplified
    }

    /// Its list, in order.
    pub fn fees(&self) -> &[Fee] {
        &self.fees
    }

    /// Its reliefs, in order.
    pub fn reliefs(&self) -> &[Relief] {
        &self.reliefs
    }

    /// Its endings, in order.
    pub fn endings(&self) -> &[Ending] {
        &self.endings
    }

    /// Its disposals, in order.
    pub fn disposals(&self) -> &[Disposal] {
        &self.disposals
    }

    /// The item that a claim of this kind pays; none for a charge, which is found by its code.
    pub fn fee_for(&self, case: CaseKind, instance: Instance, claim: ClaimKind) -> Option<&Fee> {
        self.fees.iter().find(|fee| {
            fee.instance == instance
                && case != CaseKind::Charge
                && fee.cases.contains(&case)
                && (fee.claim == claim || fee.claim == ClaimKind::Any)
        })
    }

    /// The item of this code.
    pub fn fee(&self, code: &str) -> Option<&Fee> {
        self.fees.iter().find(|fee| fee.code == code)
    }

    /// The charge of this code.
    pub fn charge(&self, code: &str) -> Option<&Fee> {
        self.fee(code).filter(|fee| fee.cases.contains(&CaseKind::Charge))
    }

    /// The relief of this code.
    pub fn relief(&self, code: &str) -> Option<&Relief> {
        self.reliefs.iter().find(|relief| relief.code == code)
    }

    /// The ending of this code, if it can happen in this instance.
    pub fn ending(&self, code: &str, instance: Instance) -> Option<&Ending> {
        self.endings.iter().find(|ending| ending.code == code && ending.instance == instance)
    }

    /// The disposal of this code.
    pub fn disposal(&self, code: &str) -> Option<&Disposal> {
        self.disposals.iter().find(|disposal| disposal.code == code)
    }
}
