//! Bank lines and what became of them: reconciliation and money to be decided.

use askama::Template;

use super::{
    badge::Badge,
    clerk::Paging,
    form::{Choice, Field},
    frame::{DeskFrame, Frame},
};
use crate::{
    domain::{
        id::Reference,
        money::Dong,
        time::{Day, Timestamp},
    },
    words::{Lang, Phrase},
};

/// A part of a transfer text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoPart<'a> {
    /// Its text.
    pub text: &'a str,
    /// A reference that was found.
    pub is_code: bool,
}

/// The whole transfer text as the bank carried it, with the references found in it.
#[derive(Clone, Debug, Default)]
pub struct Memo {
    text: String,
    codes: Vec<String>,
}

impl Memo {
    /// A text, and the references as they are written in it.
    pub fn new(text: impl Into<String>, codes: Vec<String>) -> Self {
        Self { text: text.into(), codes }
    }

    /// The text cut at its references, in order.
    pub fn parts(&self) -> Vec<MemoPart<'_>> {
        let mut parts = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((before, code, after)) = self.next_code(rest) {
            if !before.is_empty() {
                parts.push(MemoPart { text: before, is_code: false });
            }
            parts.push(MemoPart { text: code, is_code: true });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(MemoPart { text: rest, is_code: false });
        }
        parts
    }

    fn next_code<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
        let found = self.codes.iter().filter(|code| !code.is_empty());
        let (at, length) = found
            .filter_map(|code| text.find(code.as_str()).map(|at| (at, code.len())))
            .min_by_key(|(at, _)| *at)?;
        Some((text.get(..at)?, text.get(at..at + length)?, text.get(at + length..)?))
    }
}

/// A line of a statement, or a push that no line has shown yet.
#[derive(Clone, Debug)]
pub struct BankLine {
    /// Its number in the file.
    pub number: u32,
    /// The bank's time, where the line has one.
    pub at: Option<Timestamp>,
    /// The bank's day.
    pub on: Day,
    /// Money in, or out below zero.
    pub amount: Dong,
    /// The balance after it, where the line has one.
    pub balance: Option<Dong>,
    /// The other side.
    pub payer: String,
    /// The transfer text.
    pub memo: Memo,
    /// Matched, suggested, exception.
    pub badge: Badge,
    /// What became of it; nothing in a preview, and where the page is about that itself.
    pub outcome: Outcome,
}

impl BankLine {
    /// Money in that is for a notice, or may be, gets a receipt; fees, interest, money out, and what
    /// a gateway pays out of receipts that it had before get none.
    fn awaits_receipt(&self) -> bool {
        let outcome = &self.outcome;
        let may_pay = |left: &Left| left.kind != ExceptionKind::ProviderSettlement;
        let for_a_notice = !outcome.references.is_empty() || outcome.left.iter().any(may_pay);
        self.amount.is_positive() && for_a_notice
    }
}

/// What became of a line.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The notices that it pays.
    pub references: Vec<Reference>,
    /// By which rule, in words: "mã đứng riêng trong nội dung, đúng số tiền", "phí ngân hàng".
    pub why: String,
    /// The receipts of those notices.
    pub receipts: Vec<String>,
    /// What of it waits for a person, or did.
    pub left: Vec<Left>,
}

/// Money of a line that waits for a person, or did.
#[derive(Clone, Debug)]
pub struct Left {
    /// The id of the exception.
    pub id: String,
    /// Its kind.
    pub kind: ExceptionKind,
    /// How much.
    pub amount: Dong,
    /// The notice that it names.
    pub meant: Option<Reference>,
    /// Decided, or cleared by a later line.
    pub ended: bool,
    /// What it may belong to.
    pub suggestions: Vec<Suggestion>,
    /// It should go back to the payer.
    pub refund: bool,
}

impl Left {
    pub(super) fn path(&self) -> String {
        format!("/desk/exceptions/{}", self.id)
    }
}

/// What a line may belong to, and why.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The notice's reference.
    pub reference: Reference,
    /// Its state word.
    pub badge: Badge,
    /// Who owes.
    pub payer: String,
    /// Its sum.
    pub amount: Dong,
    /// Its last day.
    pub pay_by: Option<Day>,
    /// "đúng số tiền; tên người chuyển giống đương sự".
    pub reasons: String,
}

/// Outcomes of statement lines as the sums list them (I-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Payments of notices.
    Payment,
    /// Unmatched money, in or out.
    Unmatched,
    /// Bank fees.
    Fee,
    /// Interest.
    Interest,
}

impl OutcomeKind {
    fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::Payment => lang.t("outcome-payment"),
            Self::Unmatched => lang.t("outcome-unmatched"),
            Self::Fee => lang.t("outcome-fee"),
            Self::Interest => lang.t("outcome-interest"),
        }
    }
}

/// Count and sum of one outcome.
#[derive(Clone, Debug)]
pub struct OutcomeSum {
    /// Which.
    pub kind: OutcomeKind,
    /// How many lines.
    pub count: u32,
    /// Their sum.
    pub amount: Dong,
}

/// The proof that every line has one outcome.
#[derive(Clone, Debug)]
pub struct Balance {
    /// The account's name.
    pub account: String,
    /// Opening balance.
    pub opening: Dong,
    /// One row an outcome.
    pub outcomes: Vec<OutcomeSum>,
    /// Lines in all.
    pub lines: u32,
    /// Closing balance.
    pub closing: Dong,
    /// Opening and outcomes less closing; zero when all is well.
    pub difference: Dong,
}

/// The filter line: `day`, `statement`, `show` = all, matched, open.
#[derive(Clone, Debug, Default)]
pub struct ReconFilter {
    /// The chosen day.
    pub day: Field,
    /// The days that have lines.
    pub days: Vec<Choice>,
    /// The chosen statement.
    pub statement: Field,
    /// The statements there are.
    pub statements: Vec<Choice>,
    /// Which lines.
    pub show: Field,
}

impl ReconFilter {
    fn is_on(&self) -> bool {
        let chosen = [&self.day, &self.statement, &self.show];
        chosen.iter().any(|field| !field.value.is_empty())
    }
}

/// `/desk/recon`: bank line, notice, receipt.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/recon.html")]
pub struct ReconPage {
    /// Frame.
    pub frame: DeskFrame,
    /// Whether the one who looks may import a statement.
    pub can_import: bool,
    /// Lines matched without hands.
    pub matched: u32,
    /// Lines that need a person.
    pub open: u32,
    /// The filter.
    pub filter: ReconFilter,
    /// The sums of each whole statement.
    pub balances: Vec<Balance>,
    /// The lines.
    pub rows: Vec<BankLine>,
    /// Where the rows stand.
    pub paging: Paging,
}

impl ReconPage {
    fn shows(&self) -> Vec<(&'static str, Phrase)> {
        vec![
            ("open", self.frame.t("recon-show-open")),
            ("matched", self.frame.t("recon-show-matched")),
        ]
    }
}

/// Kinds of money to be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptionKind {
    /// A receipt whose money no statement shows; first and red.
    NoMoneyYet,
    /// Less than due.
    Short,
    /// More than due.
    Over,
    /// A paid notice, paid again.
    Double,
    /// A notice that no longer collects.
    NoticeClosed,
    /// No reference, or an unknown one.
    UnknownCode,
    /// A gateway reports another sum.
    WrongAmount,
    /// A provider's settlement.
    ProviderSettlement,
    /// Money out.
    UnexplainedDebit,
}

impl ExceptionKind {
    /// The value of `kind` in the address.
    pub const fn value(self) -> &'static str {
        match self {
            Self::NoMoneyYet => "no-money",
            Self::Short => "short",
            Self::Over => "over",
            Self::Double => "double",
            Self::NoticeClosed => "closed",
            Self::UnknownCode => "unknown",
            Self::WrongAmount => "amount",
            Self::ProviderSettlement => "settlement",
            Self::UnexplainedDebit => "debit",
        }
    }

    /// Its badge.
    pub const fn badge(self) -> Badge {
        match self {
            Self::NoMoneyYet => Badge::NoMoneyYet,
            Self::Short => Badge::Short,
            Self::Over => Badge::Over,
            Self::Double => Badge::Double,
            Self::NoticeClosed => Badge::NoticeClosed,
            Self::UnknownCode => Badge::UnknownCode,
            Self::WrongAmount => Badge::WrongAmount,
            Self::ProviderSettlement => Badge::ProviderSettlement,
            Self::UnexplainedDebit => Badge::UnexplainedDebit,
        }
    }

    fn path(self) -> String {
        format!("/desk/exceptions?kind={}", self.value())
    }

    pub(super) fn word(self, lang: Lang) -> Phrase {
        self.badge().word(lang)
    }

    pub(super) fn meaning(self, lang: Lang) -> Phrase {
        match self {
            Self::NoMoneyYet => lang.t("meaning-no-money"),
            Self::Short => lang.t("meaning-short"),
            Self::Over => lang.t("meaning-over"),
            Self::Double => lang.t("meaning-double"),
            Self::NoticeClosed => lang.t("meaning-closed"),
            Self::UnknownCode => lang.t("meaning-unknown"),
            Self::WrongAmount => lang.t("meaning-amount"),
            Self::ProviderSettlement => lang.t("meaning-settlement"),
            Self::UnexplainedDebit => lang.t("meaning-debit"),
        }
    }
}

/// A kind with how much is open.
#[derive(Clone, Debug)]
pub struct ExceptionTab {
    /// Which.
    pub kind: ExceptionKind,
    /// How many.
    pub count: u32,
}

/// Count, sum and oldest day of what is listed.
#[derive(Clone, Debug)]
pub struct ExceptionSummary {
    /// How many.
    pub count: u32,
    /// Their sum.
    pub amount: Dong,
    /// The oldest, by the bank's day.
    pub oldest: Day,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct ExceptionRow {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: ExceptionKind,
    /// The money.
    pub line: BankLine,
    /// The best suggestion.
    pub suggestion: Option<Suggestion>,
    /// It should go back to the payer.
    pub refund: bool,
}

/// `/desk/exceptions`.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/exceptions.html")]
pub struct ExceptionsPage {
    /// Frame.
    pub frame: DeskFrame,
    /// Kinds that have rows, `NoMoneyYet` first.
    pub tabs: Vec<ExceptionTab>,
    /// The chosen kind.
    pub kind: Option<ExceptionKind>,
    /// The sum of what is listed.
    pub summary: Option<ExceptionSummary>,
    /// The rows, oldest first.
    pub rows: Vec<ExceptionRow>,
    /// Where the rows stand.
    pub paging: Paging,
}

impl ExceptionsPage {
    fn total(&self) -> u32 {
        self.tabs.iter().map(|tab| tab.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_marked_where_they_stand() {
        let memo = Memo::new(
            "AP2611900075 AP2611900088 thuan tinh",
            vec!["AP2611900088".into(), "AP2611900075".into()],
        );
        let parts: Vec<_> = memo.parts().iter().map(|part| (part.text, part.is_code)).collect();
        assert_eq!(
            parts,
            [("AP2611900075", true), (" ", false), ("AP2611900088", true), (" thuan tinh", false)]
        );
        assert_eq!(Memo::new("", vec![String::new()]).parts(), []);
        assert_eq!(Memo::new("nop tien", vec![]).parts().len(), 1);
    }
}
