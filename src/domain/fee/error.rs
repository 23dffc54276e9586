//! Why a quote was refused: a code for programs, the field for forms, a sentence for people.

use serde::Serialize;

codes! {
    /// The codes of `law.md` section 7, in the order in which input is checked.
    QuoteCode {
        /// Not JSON, a name that no input has, a wrong type or form. Ours: the law's list has none.
        BadInput = "bad_input",
        /// No such day, or not written `2026-11-24`.
        BadDate = "bad_date",
        /// No table of this id.
        UnknownLaw = "unknown_law",
        /// `auto`, and no table was in force on the day.
        NoLawForDate = "no_law_for_date",
        /// The named table was not in force on the day.
        LawNotInForce = "law_not_in_force",
        /// Neither `advance` nor `outcome`.
        UnknownOp = "unknown_op",
        /// No such kind of case.
        UnknownCase = "unknown_case",
        /// Neither `first` nor `appeal`.
        UnknownInstance = "unknown_instance",
        /// Neither `ordinary` nor `simplified`.
        UnknownProcedure = "unknown_procedure",
        /// The simplified procedure is not open to this kind of case, or was not yet on the day.
        ProcedureNotAvailable = "procedure_not_available",
        /// Nothing claimed on its own.
        NoClaims = "no_claims",
        /// Nothing appealed.
        NoAppeals = "no_appeals",
        /// A part other than damages, or in a kind of case that has none.
        PartNotAllowed = "part_not_allowed",
        /// A value below the smallest (1 đồng).
        ValueNotPositive = "value_not_positive",
        /// A value above the largest, or a sum too large to be held.
        ValueTooLarge = "value_too_large",
        /// A share that is no fraction, nothing, or more than the whole.
        BadShare = "bad_share",
        /// A value in an administrative claim or a civil matter.
        ValueNotAllowed = "value_not_allowed",
        /// No relief of this code in the law.
        UnknownRelief = "unknown_relief",
        /// More than the law lets be taken off.
        ReliefRateTooHigh = "relief_rate_too_high",
        /// Another rate than the only one of the law.
        ReliefRateFixed = "relief_rate_fixed",
        /// Shares of the parties that are not the whole together.
        SharesDoNotSum = "shares_do_not_sum",
        /// No charge of this code in the law.
        UnknownCharge = "unknown_charge",
        /// Less than one page or piece.
        QuantityNotPositive = "quantity_not_positive",
        /// More than the law's table takes.
        QuantityTooLarge = "quantity_too_large",
        /// No ending of this code in the law, or not in this instance.
        UnknownEnding = "unknown_ending",
        /// No disposal of this code in the law.
        UnknownDisposal = "unknown_disposal",
        /// The law's list has nothing: the judge fixes it by hand, with a reason.
        NoScheduleItem = "no_schedule_item",
    }
}

/// A refusal. "No fee" is a result with its article; this is "cannot be computed".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code} at {field:?}: {detail}")]
pub struct QuoteError {
    /// Which rule refused.
    pub code: QuoteCode,
    /// Where, such as `claims[0].value`; empty for the input as a whole.
    pub field: String,
    /// What is wrong, in English.
    pub detail: String,
}

impl QuoteError {
    /// A refusal of `code` at `field`.
    pub fn new(code: QuoteCode, field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { code, field: field.into(), detail: detail.into() }
    }
}
