//! Money to be decided: one exception, what it may belong to, and what a person decides.

use askama::Template;

use super::{
    cases::{Event, FourTimes},
    form::{Field, Problem, Problems},
    frame::{DeskFrame, Frame},
    money::{BankLine, ExceptionKind, Suggestion},
};
use crate::{
    domain::{id::Reference, money::Dong, time::Timestamp},
    words::{Lang, Phrase},
};

/// The form that gives the money to a notice: `notice` is a reference or `other`, then `other` has
/// it; `reason`; `act` = review, apply, back.
#[derive(Clone, Debug, Default)]
pub struct AssignForm {
    /// One-time id.
    pub form_id: String,
    /// The chosen radio.
    pub notice: Field,
    /// A reference typed by hand.
    pub other: Field,
    /// Why.
    pub reason: Field,
}

impl AssignForm {
    /// The same input, nothing judged.
    #[must_use]
    pub fn unmarked(mut self) -> Self {
        for field in [&mut self.notice, &mut self.other, &mut self.reason] {
            field.wrong = None;
        }
        self
    }
}

/// What a choice will do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// The notice is paid and its receipt issued.
    Settles {
        /// What is left over.
        over: Option<Dong>,
    },
    /// The money waits for the rest.
    Waits {
        /// What is missing.
        missing: Dong,
    },
}

impl Effect {
    fn sentences(&self, lang: Lang) -> Vec<Phrase> {
        match self {
            Self::Settles { over } => {
                let mut said = vec![lang.t("assign-settles")];
                said.extend(over.map(|over| lang.t("assign-over").with("amount", over)));
                said.push(lang.t("assign-no-undo"));
                said
            }
            Self::Waits { missing } => {
                vec![lang.t("assign-waits").with("amount", *missing), lang.t("assign-undo")]
            }
        }
    }
}

/// A choice before it is applied.
#[derive(Clone, Debug)]
pub struct Review {
    /// The notice.
    pub reference: Reference,
    /// Who owes it.
    pub payer: String,
    /// Its sum.
    pub due: Dong,
    /// What will happen.
    pub effect: Effect,
}

/// How an exception ended.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Who decided.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// What they wrote.
    pub why: String,
}

/// What can be done on the page.
#[derive(Clone, Debug)]
pub enum Act {
    /// Choose a notice.
    Assign(AssignForm),
    /// Check the choice, then apply it.
    Apply(AssignForm, Review),
    /// Take back a part that waits by a person's choice: one-time id, and why.
    TakeBack(String, Field),
    /// Nothing here.
    Nothing,
}

/// `/desk/exceptions/{id}`; `POST` chooses a notice, `/desk/exceptions/{id}/take-back` takes it back.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/exception.html")]
pub struct ExceptionPage {
    /// Frame.
    pub frame: DeskFrame,
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: ExceptionKind,
    /// The money.
    pub line: BankLine,
    /// The four times.
    pub times: FourTimes,
    /// Why the program did not match it, in words.
    pub reason: String,
    /// The notice that it is meant for, where it names one.
    pub meant: Option<Reference>,
    /// How many notices await this very sum.
    pub same_sum: u32,
    /// What it may belong to.
    pub suggestions: Vec<Suggestion>,
    /// It should go back to the payer.
    pub refund: bool,
    /// What can be done.
    pub act: Act,
    /// How it ended.
    pub decided: Option<Decided>,
    /// The history, newest first.
    pub events: Vec<Event>,
}

impl ExceptionPage {
    fn problems(&self) -> Vec<Problem> {
        let problems = Problems::new(self.frame.lang);
        match &self.act {
            Act::Assign(form) => problems
                .place("notice-other", form.notice.wrong.as_ref())
                .field("other", &form.other)
                .field("reason", &form.reason)
                .list(),
            Act::TakeBack(_, reason) => problems.field("reason", reason).list(),
            Act::Apply(..) | Act::Nothing => problems.list(),
        }
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }

    fn take_back(&self) -> String {
        format!("{}/take-back", self.path())
    }

    fn path(&self) -> String {
        format!("/desk/exceptions/{}", self.id)
    }
}
