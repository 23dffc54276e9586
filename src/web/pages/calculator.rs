//! The public calculator: one question a page, the answers in the address.

use askama::Template;

use super::{
    assessment::Assessment,
    form::{Choice, DayField, Field, Problem, Problems},
    frame::{Frame, PublicFrame},
};
use crate::{
    domain::money::Dong,
    words::{Lang, Phrase},
};

/// A question with what was answered so far. The field's name is the query parameter.
#[derive(Clone, Debug)]
pub enum Question {
    /// `kind`: civil, family, commercial, labour, administrative, criminal, matter, charge.
    Kind(Field),
    /// `charge`: which of the other charges; the list is the schedule's.
    Charge {
        /// The answer.
        field: Field,
        /// The schedule's charges.
        charges: Vec<Choice>,
    },
    /// `stage`: first or appeal; `simplified` = 1 where the kind has it.
    Stage {
        /// The answer.
        field: Field,
        /// Ticked or not; none where the kind knows no simplified procedure.
        simplified: Option<bool>,
    },
    /// `priced`: yes, no, both.
    Priced(Field),
    /// `amount`, `amount-2`, …: the sums claimed; `act` = add-claim asks for one more.
    Amounts(Vec<Field>),
    /// `relief`: none or a code of the schedule; `filed-day`, `-month`, `-year`.
    Relief {
        /// The answer.
        field: Field,
        /// The schedule's grounds.
        reliefs: Vec<Choice>,
        /// The day of filing, today at first.
        filed: DayField,
    },
}

impl Question {
    fn title(&self, lang: Lang) -> Phrase {
        match self {
            Self::Kind(_) => lang.t("ask-kind"),
            Self::Charge { .. } => lang.t("ask-charge"),
            Self::Stage { .. } => lang.t("ask-stage"),
            Self::Priced(_) => lang.t("ask-priced"),
            Self::Amounts(_) => lang.t("ask-amounts"),
            Self::Relief { .. } => lang.t("ask-relief"),
        }
    }
}

/// An answer given before.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The question, shortly.
    pub question: String,
    /// The answer, in words.
    pub value: String,
    /// The address that asks it again.
    pub change: String,
}

/// `/tinh-an-phi`: one question.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/question.html")]
pub struct QuestionPage {
    /// Frame.
    pub frame: PublicFrame,
    /// The question.
    pub question: Question,
    /// Earlier answers, shown.
    pub answers: Vec<Answer>,
    /// Earlier answers, carried as name and value.
    pub carried: Vec<(String, String)>,
}

impl QuestionPage {
    const fn action(&self) -> &'static str {
        // Relief is the last question: its answer leads to the result.
        if matches!(self.question, Question::Relief { .. }) {
            "/tinh-an-phi/ket-qua"
        } else {
            "/tinh-an-phi"
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let problems = Problems::new(self.frame.lang);
        match &self.question {
            Question::Kind(field) => problems.field("kind", field),
            Question::Charge { field, .. } => problems.field("charge", field),
            Question::Stage { field, .. } => problems.field("stage", field),
            Question::Priced(field) => problems.field("priced", field),
            Question::Amounts(fields) => {
                fields.iter().zip(1u32..).fold(problems, |problems, (field, number)| match number {
                    1 => problems.field("amount", field),
                    _ => problems.field(format_args!("amount-{number}"), field),
                })
            }
            Question::Relief { field, filed, .. } => {
                problems.field("relief", field).day("filed", filed)
            }
        }
        .list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}

/// What came out. Three of these are no sum, and none of them is 0 ₫.
#[derive(Clone, Debug)]
pub enum Quoted {
    /// An estimate.
    Sum {
        /// The advance.
        advance: Dong,
        /// Its steps.
        assessment: Assessment,
        /// The advance if the asked relief is granted.
        with_relief: Option<Dong>,
    },
    /// The law asks for no advance here.
    NothingDue {
        /// Its article, in words.
        article: String,
    },
    /// The schedule has no such item: the court fixes it.
    NotListed,
    /// It cannot be worked out.
    Unknown {
        /// Why, as a sentence part.
        reason: String,
    },
}

/// `/tinh-an-phi/ket-qua`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/result.html")]
pub struct ResultPage {
    /// Frame.
    pub frame: PublicFrame,
    /// What came out.
    pub result: Quoted,
    /// The answers it rests on.
    pub answers: Vec<Answer>,
    /// The full address of this result, to be copied.
    pub link: String,
}

impl ResultPage {
    fn title(&self) -> String {
        match self.result {
            Quoted::Sum { .. } => self.frame.t("result-title"),
            Quoted::NothingDue { .. } => self.frame.t("result-nothing-title"),
            Quoted::NotListed => self.frame.t("result-not-listed-title"),
            Quoted::Unknown { .. } => self.frame.t("result-unknown-title"),
        }
        .to_string()
    }
}
