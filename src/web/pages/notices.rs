//! Drafting a notice and recording its service.

use askama::Template;

use super::{
    cases::CaseBar,
    form::{Choice, DayField, Field, Problem, Problems},
    frame::{DeskFrame, Frame},
};
use crate::{
    domain::{
        money::Dong,
        time::{Day, Timestamp},
    },
    words::{Lang, Phrase},
};

/// What the paper will say, as the forms' data have it.
#[derive(Clone, Debug)]
pub struct PaperFacts {
    /// `12/TB-TA`.
    pub number: String,
    /// Form and title: "29-DS, Thông báo nộp tiền tạm ứng án phí".
    pub form: String,
    /// Articles it rests on.
    pub basis: String,
    /// Collector, bank, account number, holder.
    pub account: String,
    /// "07 ngày kể từ ngày nhận được thông báo này".
    pub limit: String,
    /// What follows if it is not paid.
    pub consequence: String,
    /// Nơi nhận.
    pub copies: String,
}

/// What the paper names as second fact for the look-up by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFact {
    /// Last four characters of the identity document.
    Document,
    /// Digits 7 to 10 of the tax code.
    TaxCode,
    /// A printed PIN of four digits.
    Pin,
}

impl SecondFact {
    fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::Document => lang.t("fact-document"),
            Self::TaxCode => lang.t("fact-tax-code"),
            Self::Pin => lang.t("fact-pin"),
        }
    }
}

/// Someone who will owe.
#[derive(Clone, Debug)]
pub struct DraftPayer {
    /// Name and role.
    pub name: String,
    /// Their part: "toàn bộ", "1/2".
    pub part: String,
    /// Relief, with its decision; empty where there is none.
    pub relief: String,
    /// What they pay.
    pub amount: Dong,
    /// The second fact that the paper names.
    pub fact: SecondFact,
}

/// `/desk/cases/{id}/notice/new`: `POST` with `form_id`, `judge`.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/notice_draft.html")]
pub struct NoticeDraftPage {
    /// Frame; `Switch::Form`.
    pub frame: DeskFrame,
    /// The bar.
    pub case: CaseBar,
    /// One-time id.
    pub form_id: String,
    /// Who will owe.
    pub payers: Vec<DraftPayer>,
    /// One debt of all of them.
    pub joint: bool,
    /// What the paper will say.
    pub paper: PaperFacts,
    /// The judge who signs.
    pub judge: Field,
    /// The judges there are.
    pub judges: Vec<Choice>,
    /// The collector has no live account: nothing can be sent.
    pub no_account: Option<String>,
    /// Address of the paper as PDF.
    pub preview: Option<String>,
}

impl NoticeDraftPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang).field("judge", &self.judge).list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}

/// Ways of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Handed over.
    ByHand,
    /// Refused, with a record of it.
    Refused,
}

impl Way {
    /// In the order of the form.
    pub const ALL: [Self; 2] = [Self::ByHand, Self::Refused];

    /// The submitted value of `way`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Refused => "refused",
        }
    }

    fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::ByHand => lang.t("way-by-hand"),
            Self::Refused => lang.t("way-refused"),
        }
    }

    fn line(self, lang: Lang) -> Phrase {
        match self {
            Self::ByHand => lang.t("way-by-hand-line"),
            Self::Refused => lang.t("way-refused-line"),
        }
    }
}

/// A try of service.
#[derive(Clone, Debug)]
pub struct ServiceTry {
    /// To whom.
    pub to: String,
    /// When.
    pub day: Day,
    /// How.
    pub way: Way,
    /// By whom.
    pub by: String,
}

/// What the recorded day leads to, shown before it is kept.
#[derive(Clone, Debug)]
pub struct ServicePreview {
    /// The last day to pay.
    pub pay_by: Day,
    /// The first day on which the petition may go back.
    pub earliest_return: Day,
    /// Days off between.
    pub days_off: Vec<Day>,
}

/// `/desk/notices/{id}/served`: `POST` with `form_id`, `to`, `way`, `day-day|month|year`, `by`,
/// `act`: preview, save.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/served.html")]
pub struct ServedPage {
    /// Frame; `Switch::Form`.
    pub frame: DeskFrame,
    /// The bar.
    pub case: CaseBar,
    /// The notice's id.
    pub notice: String,
    /// One-time id.
    pub form_id: String,
    /// Tries so far.
    pub tries: Vec<ServiceTry>,
    /// When the page was first opened online; not service.
    pub opened: Option<Timestamp>,
    /// The addressee; asked only where there are several.
    pub to: Field,
    /// The addressees there are.
    pub addressees: Vec<Choice>,
    /// How.
    pub way: Field,
    /// When.
    pub day: DayField,
    /// By whom.
    pub by: Field,
    /// What the day leads to.
    pub preview: Option<ServicePreview>,
    /// No calendar for this year: no day can be told.
    pub no_calendar: Option<String>,
}

impl ServedPage {
    fn days_off(&self, preview: &ServicePreview) -> String {
        let days: Vec<String> = preview.days_off.iter().map(|day| self.frame.day(day)).collect();
        days.join(", ")
    }

    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang)
            .field("to", &self.to)
            .field("way", &self.way)
            .day("day", &self.day)
            .field("by", &self.by)
            .list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}
