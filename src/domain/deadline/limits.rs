//! The limits that the law names, as dated data.

use std::{collections::BTreeMap, fmt, num::NonZeroU64};

use serde::Deserialize;

use super::{Limit, Unit};
use crate::domain::{calendar::IsoDay, time::Day};

/// The table that the program ships.
pub const FIRST_VERSION: &str = include_str!("../../../assets/data/limits.toml");

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:ident),+ $(,)?) => {
        /// A time limit that the law names. For kinds where nothing is paid, "pay by" is the last day.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub enum LimitKind {$(
            $(#[$doc])*
            $kind,
        )+}

        impl LimitKind {
            /// All kinds, in the order of their course through a case.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The stable code, `civil_first_advance`.
            pub const fn code(self) -> &'static str {
                match self {$(Self::$kind => stringify!($name)),+}
            }

            /// The kind of a code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().find(|kind| kind.code() == code).copied()
            }
        }

        /// One value for each kind, so that looking a kind up cannot fail.
        #[derive(Clone, Debug, PartialEq, Eq)]
        struct ByKind<T> {$($name: T),+}

        impl<T> ByKind<T> {
            fn from_map(mut map: BTreeMap<LimitKind, T>) -> Result<Self, LimitsError> {
                Ok(Self {$(
                    $name: map
                        .remove(&LimitKind::$kind)
                        .ok_or(LimitsError::Missing(LimitKind::$kind))?
                ),+})
            }

            fn get(&self, kind: LimitKind) -> &T {
                match kind {$(LimitKind::$kind => &self.$name),+}
            }
        }
    };
}

kinds! {
    /// Advance, civil first instance.
    CivilFirstAdvance = civil_first_advance,
    /// Advance, civil appeal.
    CivilAppealAdvance = civil_appeal_advance,
    /// Advance, administrative first instance.
    AdminFirstAdvance = admin_first_advance,
    /// Advance, administrative appeal.
    AdminAppealAdvance = admin_appeal_advance,
    /// Charge of a civil matter.
    CivilMatterCharge = civil_matter_charge,
    /// Charge of the appeal in a civil matter.
    CivilMatterAppealCharge = civil_matter_appeal_charge,
    /// Charge of the appeal about a foreign judgment or an arbitral award.
    ForeignOrArbitrationAppealCharge = foreign_or_arbitration_appeal_charge,
    /// Complaint about a notice or about the answer to an application for relief.
    FeeNoticeComplaint = fee_notice_complaint,
    /// The chief judge's answer to it.
    FeeComplaintAnswer = fee_complaint_answer,
    /// The judge's answer to an application for exemption or reduction.
    ExemptionAnswer = exemption_answer,
    /// Notice of acceptance to parties and procuracy.
    AcceptanceNotice = acceptance_notice,
    /// Examination of a petition by its judge.
    PetitionExamination = petition_examination,
    /// Explanation of a receipt handed in late on appeal.
    LateAppealExplanation = late_appeal_explanation,
    /// Complaint about a returned petition, civil.
    CivilReturnComplaint = civil_return_complaint,
    /// Complaint about a returned petition, administrative.
    AdminReturnComplaint = admin_return_complaint,
    /// Appeal of a judgment.
    CivilAppeal = civil_appeal,
    /// Appeal of a decision that suspends or stops the case.
    SuspensionAppeal = suspension_appeal,
    /// The enforcement agency's decision after it received the judgment.
    EnforcementOrder = enforcement_order,
    /// Word to the person who gets money back.
    RefundNotice = refund_notice,
    /// Paying it out.
    RefundPayout = refund_payout,
    /// Depositing what nobody claimed.
    RefundUnclaimedDeposit = refund_unclaimed_deposit,
    /// Its falling to the budget.
    RefundForfeit = refund_forfeit,
}

impl fmt::Display for LimitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for LimitKind {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::from_code(&code).ok_or_else(|| format!("no time limit has the name {code:?}"))
    }
}

codes! {
    /// How well we know that the law says so.
    Basis {
        /// The law's text was read.
        Text = "text",
        /// Another's account of it.
        Secondary = "secondary",
        /// Memory only: to be checked.
        Memory = "memory",
    }
}

/// A limit and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "LimitRow")]
pub struct CitedLimit {
    /// The limit.
    pub limit: Limit,
    /// The articles, "BLTTDS 195(2)".
    pub article: String,
    /// How well we know.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitRow {
    n: NonZeroU64,
    unit: Unit,
    article: String,
    basis: Basis,
}

impl TryFrom<LimitRow> for CitedLimit {
    type Error = &'static str;

    fn try_from(row: LimitRow) -> Result<Self, Self::Error> {
        if row.article.trim().is_empty() {
            return Err("a limit names its article");
        }
        let limit = Limit { n: row.n, unit: row.unit };
        Ok(Self { limit, article: row.article, basis: row.basis })
    }
}

/// What the law says of one kind from a day of service on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitLaw {
    /// The limit to print and count down to.
    pub shown: CitedLimit,
    longest: Option<CitedLimit>,
}

impl LimitLaw {
    /// The longest limit that any law in force gives, often the shown one.
    pub fn longest(&self) -> &CitedLimit {
        self.longest.as_ref().unwrap_or(&self.shown)
    }
}

/// The law of all kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    posting: CitedLimit,
    kinds: ByKind<Dated>,
}

/// The law of one kind: at first, and from the days on which it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dated {
    first: LimitLaw,
    later: BTreeMap<Day, LimitLaw>,
}

/// Why a table of limits is unfit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitsError {
    /// Not TOML, or not of the table's form; the reader's own words.
    #[error("{0}")]
    Form(String),
    /// Another format number than 1.
    #[error("this program reads format 1 of the table of limits")]
    Format,
    /// A kind that the table leaves out.
    #[error("the table has no limit {0}")]
    Missing(LimitKind),
    /// A kind whose rows do not follow one another: the first has no `from`, each later one a later day.
    #[error("the rows of {0} do not follow one another by day")]
    Order(LimitKind),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    #[serde(rename = "updated")]
    _updated: IsoDay,
    posting: CitedLimit,
    limit: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: LimitKind,
    from: Option<IsoDay>,
    shown: CitedLimit,
    longest: Option<CitedLimit>,
}

impl Limits {
    /// Reads and checks a table of the form of `assets/data/limits.toml`.
    pub fn parse(text: &str) -> Result<Self, LimitsError> {
        let file: File =
            toml::from_str(text).map_err(|error| LimitsError::Form(error.message().to_owned()))?;
        if file.format != 1 {
            return Err(LimitsError::Format);
        }
        let mut kinds: BTreeMap<LimitKind, Dated> = BTreeMap::new();
        for Row { kind, from, shown, longest } in file.limit {
            let law = LimitLaw { shown, longest };
            match (kinds.get_mut(&kind), from) {
                (None, None) => {
                    kinds.insert(kind, Dated { first: law, later: BTreeMap::new() });
                }
                (Some(dated), Some(IsoDay(day)))
                    if dated.later.last_key_value().is_none_or(|(last, _)| *last < day) =>
                {
                    dated.later.insert(day, law);
                }
                _ => return Err(LimitsError::Order(kind)),
            }
        }
        Ok(Self { posting: file.posting, kinds: ByKind::from_map(kinds)? })
    }

    /// The law of a kind for a service of the day.
    pub fn of(&self, kind: LimitKind, served_on: Day) -> &LimitLaw {
        let dated = self.kinds.get(kind);
        dated.later.range(..=served_on).next_back().map_or(&dated.first, |(_, law)| law)
    }

    /// How long a public posting lasts until it is service.
    pub fn posting(&self) -> &CitedLimit {
        &self.posting
    }
}
