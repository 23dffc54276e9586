//! The worked computation: what a clerk could check with a calculator, one row a step.
//!
//! Steps are data without words, so that the calculator, the assessment page, its print and the
//! terminal draw the same thing.

use serde::Serialize;

use super::ratio::Ratio;
use crate::domain::money::Dong;

codes! {
    /// Which part of the computation a step belongs to, in their order.
    Stage {
        /// The value that the fee is reckoned on.
        Base = "base",
        /// The fee or charge.
        Fee = "fee",
        /// The advance on it.
        Advance = "advance",
        /// A payer's part.
        Payer = "payer",
    }
}

/// One row: how an amount came about, and where that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The article, as the law's table cites it; none for plain arithmetic.
    pub article: Option<String>,
    /// The sum.
    #[serde(flatten)]
    pub sum: Sum,
    /// What it comes to.
    pub amount: Dong,
}

impl Step {
    /// A step by an article of the law.
    pub(super) fn by(article: &str, sum: Sum, amount: Dong) -> Self {
        Self { article: Some(article.to_owned()), sum, amount }
    }

    /// A step of plain arithmetic.
    pub(super) fn plain(sum: Sum, amount: Dong) -> Self {
        Self { article: None, sum, amount }
    }
}

/// The sum of a step, with all its parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Sum {
    /// The value as claimed.
    Value {
        /// The claim.
        claim: String,
    },
    /// Foreign money at the rate of the notice day (D9).
    Foreign {
        /// The claim.
        claim: String,
        /// ISO 4217 code.
        currency: String,
        /// Amount in that currency.
        units: Ratio,
        /// Đồng for one of its units.
        rate: Ratio,
    },
    /// The part of a thing that the party claims (D5).
    Share {
        /// The claim.
        claim: String,
        /// Value of the whole.
        value: Dong,
        /// The part claimed.
        share: Ratio,
    },
    /// Several claims of the same parties together (D3).
    Added {
        /// Their values.
        bases: Vec<Dong>,
    },
    /// A fee that is always the same.
    Fixed {
        /// Item of the list.
        item: String,
    },
    /// So many pieces.
    PerUnit {
        /// Item of the list.
        item: String,
        /// One piece.
        each: Dong,
        /// How many.
        quantity: i64,
        /// What is counted.
        unit: String,
    },
    /// `fixed + rate x (base - over)`.
    Band {
        /// Item of the list.
        item: String,
        /// Letter of the band.
        letter: String,
        /// The band begins above this.
        above: Dong,
        /// And ends here.
        up_to: Option<Dong>,
        /// Fixed part.
        fixed: Dong,
        /// Rate of the rest.
        rate: Ratio,
        /// The value.
        base: Dong,
        /// Taken off the value first.
        over: Dong,
    },
    /// The fee lies under the least fee of its item.
    FeeFloor {
        /// What the band gave.
        computed: Dong,
    },
    /// The simplified procedure leaves a part of the fee.
    SimplifiedFee {
        /// The ordinary fee.
        fee: Dong,
        /// The part that stays.
        rate: Ratio,
    },
    /// The part of the (ordinary) fee that is paid in advance.
    Advance {
        /// The fee.
        fee: Dong,
        /// The part.
        rate: Ratio,
    },
    /// The advance lies under the least advance of the kind of case.
    AdvanceFloor {
        /// What the part gave.
        computed: Dong,
    },
    /// The law asks for no advance here.
    NoAdvance,
    /// The simplified procedure leaves a part of the advance.
    SimplifiedAdvance {
        /// The ordinary advance.
        advance: Dong,
        /// The part that stays.
        rate: Ratio,
    },
    /// A payer's part of a line's advance.
    Part {
        /// The line, counted from 0.
        line: usize,
        /// Its advance.
        of: Dong,
        /// The share agreed, none for equal parts.
        share: Option<Ratio>,
        /// How many pay it.
        among: usize,
    },
    /// What a relief takes off (12, 13).
    Relief {
        /// The line, counted from 0.
        line: usize,
        /// Its code.
        code: String,
        /// What it reaches: the payer's own part, at most the equal one (12(3), 13(3)).
        reached: Dong,
        /// The part of that which falls away.
        rate: Ratio,
    },
    /// What a relief of a joint payer lays on the others, where settings say so (D7).
    Carried {
        /// The line, counted from 0.
        line: usize,
    },
}

impl Sum {
    /// Which part of the computation it belongs to.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Value { .. } | Self::Foreign { .. } | Self::Share { .. } | Self::Added { .. } => {
                Stage::Base
            }
            Self::Fixed { .. }
            | Self::PerUnit { .. }
            | Self::Band { .. }
            | Self::FeeFloor { .. }
            | Self::SimplifiedFee { .. } => Stage::Fee,
            Self::Advance { .. }
            | Self::AdvanceFloor { .. }
            | Self::NoAdvance
            | Self::SimplifiedAdvance { .. } => Stage::Advance,
            Self::Part { .. } | Self::Relief { .. } | Self::Carried { .. } => Stage::Payer,
        }
    }
}
