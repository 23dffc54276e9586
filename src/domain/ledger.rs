//! Double entry in whole đồng. A group of postings that does not balance cannot be built.

use sha2::{Digest, Sha256};

use super::{
    id::{AccountId, AgencyId, CaseId, NoticeId, PaymentId},
    money::Dong,
};

codes! {
    /// The kinds of ledger account (decisions 6). Official numbers (111, 112, 337 …) are a mapping.
    LedgerKind {
        /// Tiền gửi ngân hàng, kho bạc.
        Bank = "bank",
        /// Tiền mặt.
        Cash = "cash",
        /// Money taken by a gateway and not yet paid out to the bank account.
        Clearing = "clearing",
        /// Các khoản tạm giữ: advances held for the courts.
        AdvancesHeld = "advances_held",
        /// Money nobody can be matched to yet.
        Unidentified = "unidentified",
        /// Phải trả đương sự.
        RefundsPayable = "refunds_payable",
        /// Các khoản nộp ngân sách.
        BudgetPayable = "budget_payable",
        /// Owed to another agency whose money came here.
        SisterAgency = "sister_agency",
        /// Bank fees, borne by the agency.
        Fees = "fees",
        /// Interest paid by the bank.
        Interest = "interest",
        /// A fee that a provider netted from custody money, to be topped up.
        FeeDueBack = "fee_due_back",
        /// Balances from before anphi.
        Opening = "opening",
    }
}

codes! {
    /// The side of a posting.
    Side {
        /// Nợ.
        Debit = "debit",
        /// Có.
        Credit = "credit",
    }
}

codes! {
    /// What caused a group of postings.
    PostingCause {
        /// Money came.
        Payment = "payment",
        /// Waiting money was given to a notice.
        Allocation = "allocation",
        /// A statement line that is no payment.
        Line = "line",
        /// An account's first statement.
        OpeningBalance = "opening_balance",
    }
}

/// Which ledger account: an agency's, of a kind, for one bank account or provider or for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerRef {
    /// Whose books.
    pub agency: AgencyId,
    /// The bank account or provider, where the kind has one.
    pub account: Option<AccountId>,
    /// The kind.
    pub kind: LedgerKind,
}

/// What a posting is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The notice.
    pub notice: Option<NoticeId>,
    /// The payment.
    pub payment: Option<PaymentId>,
    /// The case.
    pub case: Option<CaseId>,
}

/// One line of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub ledger: LedgerRef,
    /// Its side.
    pub side: Side,
    /// The amount, above zero.
    pub amount: Dong,
    /// What it is about.
    pub subject: Subject,
}

impl Posting {
    /// What it adds to the account's balance, which is debits less credits.
    pub fn effect(&self) -> Dong {
        match self.side {
            Side::Debit => self.amount,
            Side::Credit => self.amount.negated(),
        }
    }
}

/// Why postings form no group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// Nothing in it.
    #[error("a group has at least two postings")]
    Empty,
    /// An amount is not above zero or beyond 10^13 đồng.
    #[error("a posting is above zero and at most 10^13 đồng")]
    Amount,
    /// Debits and credits differ.
    #[error("debits and credits differ")]
    Unbalanced,
}

/// A balanced group of postings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingGroup {
    cause: PostingCause,
    postings: Vec<Posting>,
}

impl PostingGroup {
    /// A group, or the reason why it is none.
    pub fn new(cause: PostingCause, postings: Vec<Posting>) -> Result<Self, PostingError> {
        if postings.len() < 2 {
            return Err(PostingError::Empty);
        }
        let fits = |amount: Dong| amount.is_positive() && amount <= Dong::LARGEST_POSTING;
        if !postings.iter().all(|posting| fits(posting.amount)) {
            return Err(PostingError::Amount);
        }
        match Dong::total(postings.iter().map(Posting::effect)) {
            Some(Dong::ZERO) => Ok(Self { cause, postings }),
            _ => Err(PostingError::Unbalanced),
        }
    }

    /// What caused it.
    pub const fn cause(&self) -> PostingCause {
        self.cause
    }

    /// Its lines.
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// SHA-256 over the lines in order, bound into the audit entry that is written with them.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.cause.code());
        for posting in &self.postings {
            hash.update(canonical(posting));
        }
        hash.finalize().into()
    }
}

/// `kind|agency|account|side|amount|notice|payment|case`, one line a posting, `-` for none.
fn canonical(posting: &Posting) -> String {
    let or_dash = |id: Option<String>| id.unwrap_or_else(|| "-".to_owned());
    format!(
        "\n{}|{}|{}|{}|{}|{}|{}|{}",
        posting.ledger.kind,
        posting.ledger.agency,
        or_dash(posting.ledger.account.map(|id| id.to_string())),
        posting.side,
        posting.amount.get(),
        or_dash(posting.subject.notice.map(|id| id.to_string())),
        or_dash(posting.subject.payment.map(|id| id.to_string())),
        or_dash(posting.subject.case.map(|id| id.to_string())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(side: Side, amount: i64) -> Posting {
        let agency = AgencyId::new(uuid::Uuid::nil());
        Posting {
            ledger: LedgerRef { agency, account: None, kind: LedgerKind::Bank },
            side,
            amount: Dong::new(amount).unwrap(),
            subject: Subject::default(),
        }
    }

    #[test]
    fn only_balanced_groups_can_be_built() {
        use Side::{Credit, Debit};
        for (lines, expected) in [
            (vec![(Debit, 5), (Credit, 5)], Ok(())),
            (vec![(Debit, 5), (Credit, 3), (Credit, 2)], Ok(())),
            (vec![(Debit, 5), (Credit, 4)], Err(PostingError::Unbalanced)),
            (vec![(Debit, 5)], Err(PostingError::Empty)),
            (vec![], Err(PostingError::Empty)),
            (vec![(Debit, 0), (Credit, 0)], Err(PostingError::Amount)),
            (vec![(Debit, -5), (Credit, -5)], Err(PostingError::Amount)),
            (
                vec![(Debit, 10_000_000_000_001), (Credit, 10_000_000_000_001)],
                Err(PostingError::Amount),
            ),
        ] {
            let postings = lines.iter().map(|(side, amount)| posting(*side, *amount)).collect();
            let built = PostingGroup::new(PostingCause::Payment, postings).map(|_| ());
            assert_eq!(built, expected, "{lines:?}");
        }
    }

    #[test]
    fn the_digest_covers_every_amount_and_side() {
        use Side::{Credit, Debit};
        let digest = |first: (Side, i64), second: (Side, i64)| {
            let lines = [first, second].map(|(side, amount)| posting(side, amount));
            PostingGroup::new(PostingCause::Payment, lines.to_vec()).unwrap().digest()
        };
        let five = digest((Debit, 5), (Credit, 5));
        // Whoever checks the chain later builds the group anew.
        assert_eq!(digest((Debit, 5), (Credit, 5)), five);
        for (first, second) in [((Debit, 6), (Credit, 6)), ((Credit, 5), (Debit, 5))] {
            assert_ne!(digest(first, second), five, "{first:?} {second:?}");
        }
    }
}
