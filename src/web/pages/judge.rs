//! What waits for the judge, and the signature under a notice.

use askama::Template;

use super::{
    assessment::Assessment,
    cases::CaseBar,
    form::{Field, Problem, Problems},
    frame::{DeskFrame, Frame},
    notices::PaperFacts,
};
use crate::{
    domain::{id::Reference, money::Dong, time::Timestamp},
    words::{Lang, Phrase},
};

/// The judge's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgeTab {
    /// Notices to sign.
    ToSign,
    /// Claim groups to accept, where the court accepts by its judge.
    ToAccept,
}

impl JudgeTab {
    /// The value of `tab` in the address.
    pub const fn value(self) -> &'static str {
        match self {
            Self::ToSign => "to-sign",
            Self::ToAccept => "to-accept",
        }
    }

    fn path(self) -> String {
        format!("/desk/judge?tab={}", self.value())
    }

    fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::ToSign => lang.t("judge-to-sign"),
            Self::ToAccept => lang.t("judge-to-accept"),
        }
    }
}

/// A row of the judge's list.
#[derive(Clone, Debug)]
pub struct JudgeRow {
    /// The case's id.
    pub case_id: String,
    /// The notice's id.
    pub notice: String,
    /// File number.
    pub file: String,
    /// The notice's reference.
    pub reference: Reference,
    /// The parties.
    pub parties: String,
    /// What is asked.
    pub what: String,
    /// The sum.
    pub amount: Dong,
    /// The clerk who sent it.
    pub clerk: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// On the second list: one-time id of the acceptance.
    pub accept: Option<String>,
}

/// `/desk/judge`: oldest first.
#[derive(Clone, Debug, Template)]
#[template(path = "judge/list.html")]
pub struct JudgePage {
    /// Frame.
    pub frame: DeskFrame,
    /// The tab shown.
    pub tab: JudgeTab,
    /// Every tab with its count; one alone where clerks accept.
    pub counts: Vec<(JudgeTab, u32)>,
    /// The rows.
    pub rows: Vec<JudgeRow>,
}

/// `/desk/notices/{id}/sign`: `POST` with `form_id` and a fresh `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "judge/sign.html")]
pub struct SignPage {
    /// Frame; `Switch::Form`.
    pub frame: DeskFrame,
    /// The bar.
    pub case: CaseBar,
    /// The notice's id.
    pub notice: String,
    /// One-time id.
    pub form_id: String,
    /// What the paper says.
    pub paper: PaperFacts,
    /// To whom it goes: name and address.
    pub addressees: Vec<String>,
    /// The sum.
    pub amount: Dong,
    /// How it was worked out.
    pub assessment: Assessment,
    /// Address of the paper as PDF.
    pub preview: Option<String>,
    /// The collector has no live account: it cannot be issued.
    pub no_account: Option<String>,
    /// The fresh code.
    pub code: Field,
}

impl SignPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang).field("code", &self.code).list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}
