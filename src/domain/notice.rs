//! The notice to pay an advance: its life, and when money for it counts.

use super::{
    IllegalTransition,
    id::{AccountId, AgencyId, NoticeId, PaymentId, Reference},
    money::Dong,
    payment::Paid,
};

codes! {
    /// Where a notice stands (decisions 1, procedure 1).
    NoticeState {
        /// The clerk writes it.
        Draft = "draft",
        /// Sent to the judge.
        ToSign = "to_sign",
        /// Signed by the judge; paying is open.
        Issued = "issued",
        /// Served on every addressee; the days count.
        Served = "served",
        /// Allocations reach the amount; one live receipt.
        Paid = "paid",
        /// Nothing more follows.
        Closed = "closed",
        /// Taken back by the judge.
        Withdrawn = "withdrawn",
        /// Another notice took its place.
        Replaced = "replaced",
        /// The payer is exempt.
        Exempted = "exempted",
        /// Not paid in time, and a person recorded the consequence.
        Lapsed = "lapsed",
    }
}

codes! {
    /// What happens to a notice.
    NoticeEvent {
        /// The clerk sends it to the judge.
        SendToSign = "send_to_sign",
        /// The judge sends it back.
        SendBack = "send_back",
        /// The judge signs.
        Issue = "issue",
        /// The last addressee is served.
        Serve = "serve",
        /// Its allocations reach its amount.
        Settle = "settle",
        /// The case is done with it.
        Close = "close",
        /// The judge takes it back.
        Withdraw = "withdraw",
        /// A new notice takes its place.
        Replace = "replace",
        /// Relief frees the payer.
        Exempt = "exempt",
        /// A person records the consequence of not paying.
        Lapse = "lapse",
        /// The judge accepts money that came for a lapsed notice.
        AcceptLate = "accept_late",
        /// The money went away again; it was not yet served.
        ReverseToIssued = "reverse_to_issued",
        /// The money went away again.
        ReverseToServed = "reverse_to_served",
    }
}

impl NoticeState {
    /// The state after `event`: the one table of a notice's life.
    ///
    /// Reversals and `paid → exempted` need a decision by two persons; the caller holds that.
    pub fn after(self, event: NoticeEvent) -> Result<Self, IllegalTransition> {
        use NoticeEvent as E;
        use NoticeState as S;
        match (self, event) {
            (S::Draft, E::SendToSign) => Ok(S::ToSign),
            (S::ToSign, E::SendBack) => Ok(S::Draft),
            (S::ToSign, E::Issue) | (S::Paid, E::ReverseToIssued) => Ok(S::Issued),
            (S::Issued, E::Serve) | (S::Paid, E::ReverseToServed) => Ok(S::Served),
            (S::Issued | S::Served, E::Settle) | (S::Lapsed, E::AcceptLate) => Ok(S::Paid),
            (S::Paid | S::Lapsed, E::Close) => Ok(S::Closed),
            (S::Issued | S::Served, E::Withdraw) => Ok(S::Withdrawn),
            (S::Issued | S::Served | S::Paid, E::Replace) => Ok(S::Replaced),
            (S::Issued | S::Served | S::Paid, E::Exempt) => Ok(S::Exempted),
            (S::Served, E::Lapse) => Ok(S::Lapsed),
            _ => Err(IllegalTransition {
                machine: "notice",
                state: self.code(),
                event: event.code(),
            }),
        }
    }

    /// Proven money of the right amount settles a notice in these states, also past its day.
    pub const fn is_payable(self) -> bool {
        matches!(self, Self::Issued | Self::Served)
    }
}

codes! {
    /// The second fact that the paper names for looking a notice up by hand.
    FactKind {
        /// The last four characters of the payer's document.
        DocumentTail = "document_tail",
        /// Digits 7 to 10 of the tax code.
        TaxDigits = "tax_digits",
        /// A four-digit number printed on the paper.
        Pin = "pin",
    }
}

/// The second fact of a document number, or `None` when only a printed PIN can serve.
pub fn second_fact(kind: FactKind, document: &str) -> Option<String> {
    let characters: Vec<char> = document.chars().filter(|c| c.is_alphanumeric()).collect();
    let part = match kind {
        FactKind::DocumentTail => characters.get(characters.len().checked_sub(4)?..)?,
        FactKind::TaxDigits => characters.get(6..10)?,
        FactKind::Pin => return None,
    };
    Some(part.iter().collect::<String>().to_uppercase())
}

/// Money that came for a notice, too little to settle it alone, still waiting for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingPart {
    /// The payment.
    pub payment: PaymentId,
    /// What of it waits.
    pub amount: Dong,
    /// When it was paid.
    pub paid: Paid,
}

/// What settling needs to know of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeFacts {
    /// Its id.
    pub id: NoticeId,
    /// Its reference.
    pub reference: Reference,
    /// Who collects it.
    pub agency: AgencyId,
    /// The collecting account printed on it.
    pub account: Option<AccountId>,
    /// Its amount.
    pub amount: Dong,
    /// What is allocated to it.
    pub allocated: Dong,
    /// Where it stands.
    pub state: NoticeState,
    /// Parts that came before and wait for the rest, oldest first.
    pub waiting: Vec<WaitingPart>,
}

impl NoticeFacts {
    /// What is still due; zero when paid.
    pub fn due(&self) -> Dong {
        self.amount.checked_sub(self.allocated).unwrap_or(Dong::ZERO)
    }

    /// The sum of the waiting parts.
    pub fn waiting_sum(&self) -> Dong {
        Dong::total(self.waiting.iter().map(|part| part.amount)).unwrap_or(Dong::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every legal step; what is not listed is refused.
    const STEPS: &[(&str, &str, &str)] = &[
        ("draft", "send_to_sign", "to_sign"),
        ("to_sign", "send_back", "draft"),
        ("to_sign", "issue", "issued"),
        ("issued", "serve", "served"),
        ("issued", "settle", "paid"),
        ("issued", "withdraw", "withdrawn"),
        ("issued", "replace", "replaced"),
        ("issued", "exempt", "exempted"),
        ("served", "settle", "paid"),
        ("served", "withdraw", "withdrawn"),
        ("served", "replace", "replaced"),
        ("served", "exempt", "exempted"),
        ("served", "lapse", "lapsed"),
        ("lapsed", "accept_late", "paid"),
        ("lapsed", "close", "closed"),
        ("paid", "close", "closed"),
        ("paid", "replace", "replaced"),
        ("paid", "exempt", "exempted"),
        ("paid", "reverse_to_issued", "issued"),
        ("paid", "reverse_to_served", "served"),
    ];

    #[test]
    fn the_life_of_a_notice_is_exactly_this_table() {
        for state in NoticeState::ALL {
            for event in NoticeEvent::ALL {
                let expected = STEPS
                    .iter()
                    .find(|(from, by, _)| *from == state.code() && *by == event.code())
                    .map(|(_, _, to)| *to);
                let reached = state.after(*event).ok().map(NoticeState::code);
                assert_eq!(reached, expected, "{state} {event}");
            }
        }
    }

    #[test]
    fn the_second_fact_is_what_the_paper_names() {
        for (kind, document, fact) in [
            (FactKind::DocumentTail, "000000000001", Some("0001")),
            (FactKind::DocumentTail, "B 12c4567x", Some("567X")),
            (FactKind::DocumentTail, "12", None),
            (FactKind::TaxDigits, "0000000024", Some("0024")),
            (FactKind::TaxDigits, "0000000024-001", Some("0024")),
            (FactKind::TaxDigits, "00000", None),
            (FactKind::Pin, "1234", None),
        ] {
            assert_eq!(second_fact(kind, document).as_deref(), fact, "{kind} {document}");
        }
    }
}
