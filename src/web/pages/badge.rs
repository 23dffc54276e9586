//! States as people read them: a word, and one of five kinds of look. Never colour alone.

use crate::words::{Lang, Phrase};

macro_rules! badges {
    ($($(#[$doc:meta])* $name:ident = $key:literal, $kind:ident;)+) => {
        /// A state word. Which state of the domain shows as which is for the handlers to say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Badge {
            $($(#[$doc])* $name,)+
        }

        impl Badge {
            /// Every badge there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word.
            pub fn word(self, lang: Lang) -> Phrase {
                match self {
                    $(Self::$name => lang.t($key),)+
                }
            }

            /// The look.
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$name => Kind::$kind,)+
                }
            }
        }
    };
}

badges! {
    /// Notice: the clerk's draft.
    Draft = "badge-draft", Off;
    /// Notice: waits for the judge.
    ToSign = "badge-to-sign", Wait;
    /// Notice: signed and issued.
    Issued = "badge-issued", Info;
    /// Notice: served (desk only).
    Served = "badge-served", Info;
    /// Notice: two days or fewer are left.
    DueSoon = "badge-due-soon", Wait;
    /// Notice: past the seven days, within the seven working days.
    PayNow = "badge-pay-now", Wait;
    /// Notice: past both days.
    PastDue = "badge-past-due", Bad;
    /// Notice: paid in full.
    PaidInFull = "badge-paid-in-full", Ok;
    /// Notice: nothing is left to do.
    Closed = "badge-closed", Off;
    /// Notice: the court has the receipt.
    ReceiptAtCourt = "badge-receipt-at-court", Ok;
    /// Notice: its claim group is accepted.
    Accepted = "badge-accepted", Ok;
    /// Notice: nothing is to be paid.
    Exempt = "badge-exempt", Ok;
    /// Notice: withdrawn.
    Withdrawn = "badge-withdrawn", Off;
    /// Notice: replaced by another.
    Replaced = "badge-replaced", Off;
    /// Notice lapsed: the petition went back.
    PetitionReturned = "badge-petition-returned", Off;
    /// Notice lapsed: the appeal counts as waived.
    AppealWaived = "badge-appeal-waived", Off;
    /// Notice lapsed: the claim is not taken.
    ClaimNotTaken = "badge-claim-not-taken", Off;
    /// Order: open.
    ToPay = "badge-to-pay", Info;
    /// Order: at the provider.
    InProgress = "badge-in-progress", Wait;
    /// Order: a transfer was reported, not yet proven.
    Reported = "badge-reported", Wait;
    /// Order: paid.
    Paid = "badge-paid", Ok;
    /// Order: proven not completed.
    NotCompleted = "badge-not-completed", Off;
    /// Order: expired.
    Expired = "badge-expired", Off;
    /// Order: cancelled or superseded.
    Cancelled = "badge-cancelled", Off;
    /// Order: its notice collects no more, so nothing is waited for.
    NotAwaited = "badge-not-awaited", Off;
    /// Time: within the limit.
    InTime = "badge-in-time", Ok;
    /// Time: within the working-day reading of the limit.
    Tolerated = "badge-tolerated", Wait;
    /// Time: after both; a fact for the judge.
    Late = "badge-late", Wait;
    /// Money: less than due.
    Short = "badge-short", Bad;
    /// Money: more than due.
    Over = "badge-over", Wait;
    /// Money: for a paid notice.
    Double = "badge-double", Wait;
    /// Money: for a notice that no longer collects.
    NoticeClosed = "badge-notice-closed", Wait;
    /// Money: no reference, or an unknown one.
    UnknownCode = "badge-unknown-code", Bad;
    /// Money: a gateway reports another sum than its order's.
    WrongAmount = "badge-wrong-amount", Bad;
    /// Money: in another agency's account.
    OtherAgency = "badge-other-agency", Bad;
    /// Money: the bank took it back.
    ReturnedByBank = "badge-returned-by-bank", Bad;
    /// Money: a receipt whose money no statement shows.
    NoMoneyYet = "badge-no-money-yet", Bad;
    /// Line: a provider's settlement that nobody has split.
    ProviderSettlement = "badge-provider-settlement", Wait;
    /// Line: money out that nobody has explained.
    UnexplainedDebit = "badge-unexplained-debit", Bad;
    /// Receipt: live.
    Valid = "badge-valid", Ok;
    /// Receipt: without its digital seal.
    ToSeal = "badge-to-seal", Wait;
    /// Receipt: sealed.
    Sealed = "badge-sealed", Ok;
    /// Receipt: used for an acceptance.
    Used = "badge-used", Info;
    /// Receipt: with a note of correction.
    Corrected = "badge-corrected", Wait;
    /// Receipt: another took its place.
    ReceiptReplaced = "badge-receipt-replaced", Bad;
    /// Receipt: void.
    Voided = "badge-voided", Bad;
    /// Relief: granted by a decision.
    ReliefGranted = "badge-relief-granted", Ok;
    /// Line: matched.
    Matched = "badge-matched", Ok;
    /// Line: a suggestion waits for a person.
    Suggested = "badge-suggested", Info;
    /// Line: unexplained.
    Exception = "badge-exception", Bad;
}

/// The five looks of a badge, each a class of the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Done, good.
    Ok,
    /// Waits for somebody.
    Wait,
    /// Plain news.
    Info,
    /// Needs a person now.
    Bad,
    /// Over.
    Off,
}

impl Kind {
    /// The class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wait => "wait",
            Self::Info => "info",
            Self::Bad => "bad",
            Self::Off => "off",
        }
    }
}
