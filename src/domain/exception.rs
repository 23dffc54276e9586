//! Money and statement lines that a person must decide on (khoản thu chờ xử lý).

codes! {
    /// Why money or a line is not settled.
    ExceptionKind {
        /// The transfer text names no notice.
        NoReference = "no_reference",
        /// The reference belongs to no notice.
        UnknownReference = "unknown_reference",
        /// A gateway reports an order that we never opened.
        UnknownOrder = "unknown_order",
        /// Less than what is due.
        Short = "short",
        /// The rest above what was due.
        Over = "over",
        /// Money for a notice that is paid.
        Double = "double",
        /// Money for a notice that is lapsed, withdrawn, replaced, exempted or closed.
        ClosedNotice = "closed_notice",
        /// A gateway's sum is not its order's.
        AmountDiffers = "amount_differs",
        /// Several references whose sums do not add up to the money.
        SumDiffers = "sum_differs",
        /// Money for a notice of another agency.
        OtherAgency = "other_agency",
        /// Taken but held by the provider (suspected fraud).
        Held = "held",
        /// A provider pays out a day's orders in one line.
        ProviderSettlement = "provider_settlement",
        /// Money that left and nothing explains.
        UnexplainedDebit = "unexplained_debit",
        /// A message that makes its batch fail; kept waiting.
        Poisoned = "poisoned",
    }
}

codes! {
    /// Where an exception stands.
    ExceptionState {
        /// Waits for a person or a later line.
        Open = "open",
        /// Ended by a later line or a person's decision.
        Cleared = "cleared",
    }
}

impl ExceptionKind {
    /// Whether a person may say to which notice money of this kind belongs. A part that waits is
    /// with its notice already; the rest above a sum and money for a closed notice are refunded or
    /// moved by a recorded decision; money of another agency is paid over; the others are no money
    /// in our account yet.
    pub const fn may_be_assigned(self) -> bool {
        match self {
            Self::NoReference | Self::UnknownReference | Self::SumDiffers | Self::Double => true,
            Self::UnknownOrder
            | Self::Short
            | Self::Over
            | Self::ClosedNotice
            | Self::AmountDiffers
            | Self::OtherAgency
            | Self::Held
            | Self::ProviderSettlement
            | Self::UnexplainedDebit
            | Self::Poisoned => false,
        }
    }
}
