//! The readings of doubtful points that an installation may choose (law.md section 8).

use serde::{Deserialize, Serialize};

use super::{
    law::{CaseKind, Law, ValueFloor},
    ratio::{Rounding, RoundingMode, RoundingUnit},
};
use crate::domain::money::Dong;

codes! {
    /// What one of several joint payers being relieved does to the others (law.md D7).
    JointRelief {
        /// Their equal part falls away; the others pay theirs.
        ByPart = "by_part",
        /// Nothing falls away: the others carry it.
        None = "none",
    }
}

/// Section `[law]` of the settings file. What is left out is as the law's table has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LawSettings {
    /// Rounding of fees (D2).
    pub rounding: RoundingSettings,
    /// Advances (D14).
    pub advance: AdvanceSettings,
    /// Joint payers (D7); `by_part` when left out.
    pub joint_relief: Option<JointRelief>,
}

/// `law.rounding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoundingSettings {
    /// 1 or 1000 đồng.
    pub unit: Option<RoundingUnit>,
    /// To which side.
    pub mode: Option<RoundingMode>,
}

/// `law.advance`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvanceSettings {
    /// The reading of the least advance, where the law has one at all.
    pub value_floor: Option<ValueFloor>,
}

/// What the settings come to for one law: kept with each assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// Rounding of fees.
    pub rounding: Rounding,
    /// The least advance of a claim with value.
    pub value_floor: ValueFloor,
    /// Joint payers.
    pub joint_relief: JointRelief,
}

impl LawSettings {
    /// The settings as they work on this law. A law without a floor is given none.
    pub fn effective(&self, law: &Law) -> Effective {
        let table = law.rounding();
        let floor = law.advance().value_floor;
        Effective {
            rounding: Rounding {
                unit: self.rounding.unit.unwrap_or(table.unit),
                mode: self.rounding.mode.unwrap_or(table.mode),
            },
            value_floor: match floor {
                ValueFloor::None => ValueFloor::None,
                ValueFloor::SameKind | ValueFloor::Civil => {
                    self.advance.value_floor.unwrap_or(floor)
                }
            },
            joint_relief: self.joint_relief.unwrap_or(JointRelief::ByPart),
        }
    }
}

/// A law together with the settings that work on it: all that a computation asks.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) law: &'a Law,
    pub(super) effective: Effective,
}

impl<'a> Rules<'a> {
    pub(super) fn new(law: &'a Law, settings: &LawSettings) -> Self {
        Self { law, effective: settings.effective(law) }
    }

    pub(super) fn rounding(&self) -> Rounding {
        self.effective.rounding
    }

    /// The least advance of a claim with value in this kind of case.
    pub(super) fn advance_floor(&self, case: CaseKind) -> Option<Dong> {
        match self.effective.value_floor {
            ValueFloor::SameKind => self.law.no_value_fee(case),
            ValueFloor::Civil => self.law.no_value_fee(CaseKind::Civil),
            ValueFloor::None => None,
        }
    }
}
