//! The form of a case: its facts, its parties, its claims.

use askama::Template;

use super::{
    cases::PartyRole,
    clerk::kinds,
    form::{Choice, DayField, Field, Problem, Problems, Wrong},
    frame::{DeskFrame, Frame},
};
use crate::{
    domain::time::{Day, Timestamp},
    words::{Lang, Phrase},
};

/// The case's own fields: `number`, `kind`, `stage`, `procedure`, `charge`, `subject`, `clerk`,
/// `filed-day`, `filed-month`, `filed-year`.
#[derive(Clone, Debug, Default)]
pub struct CaseFields {
    /// File number; empty takes the next.
    pub number: Field,
    /// civil, family, commercial, labour, administrative, criminal, matter, charge.
    pub kind: Field,
    /// first, appeal.
    pub stage: Field,
    /// ordinary, simplified.
    pub procedure: Field,
    /// Which other charge, when `kind` is charge.
    pub charge: Field,
    /// What it is about.
    pub subject: Field,
    /// The clerk in charge.
    pub clerk: Field,
    /// When the petition was received.
    pub filed: DayField,
}

impl CaseFields {
    /// What a new form begins with: first instance, ordinary, this clerk, today.
    pub fn new(clerk: &str, today: Day) -> Self {
        Self {
            stage: Field::of("first"),
            procedure: Field::of("ordinary"),
            clerk: Field::of(clerk),
            filed: DayField::of(today),
            ..Self::default()
        }
    }
}

/// A party: `party-{n}-role`, `-type`, `-name`, `-document`, `-document-number`, `-born`,
/// `-address`, `-ward`, `-province`, `-phone`, `-email`, and a relief already decided:
/// `-relief`, `-relief-decision`, `-relief-day-day|month|year`. Numbers run from 1.
#[derive(Clone, Debug, Default)]
pub struct PartyFields {
    /// plaintiff, defendant, related, petitioner, appellant.
    pub role: Field,
    /// person, organisation.
    pub kind: Field,
    /// The name.
    pub name: Field,
    /// citizen-id, old-id, passport, tax-code, none.
    pub document: Field,
    /// Its number.
    pub document_number: Field,
    /// Year of birth, optional.
    pub born: Field,
    /// House and street.
    pub address: Field,
    /// Commune or ward.
    pub ward: Field,
    /// Province.
    pub province: Field,
    /// Telephone, optional.
    pub phone: Field,
    /// E-mail, optional.
    pub email: Field,
    /// Ground of a relief that a judge decided.
    pub relief: Field,
    /// Number of that decision.
    pub relief_decision: Field,
    /// Its day.
    pub relief_day: DayField,
    /// Its place in the case that is changed, for what the form does not show.
    pub was: String,
    /// Just added: the focus goes here.
    pub is_new: bool,
}

impl PartyFields {
    /// What a new party begins with: a person with a citizen's card.
    pub fn new(role: PartyRole) -> Self {
        Self {
            role: Field::of(role.value()),
            kind: Field::of("person"),
            document: Field::of("citizen-id"),
            ..Self::default()
        }
    }

    fn has_relief(&self) -> bool {
        let typed = [&self.relief, &self.relief_decision];
        typed.iter().any(|field| !field.value.is_empty() || field.wrong.is_some())
            || self.relief_day.wrong.is_some()
    }

    fn name_or_number(&self, lang: Lang, number: usize) -> String {
        if self.name.value.is_empty() {
            lang.t("party-n").with("n", number.to_string()).to_string()
        } else {
            self.name.value.clone()
        }
    }

    fn problems(&self, lang: Lang, number: u32) -> Vec<Problem> {
        let id = |name: &str| format!("party-{number}-{name}");
        Problems::new(lang)
            .field(id("role"), &self.role)
            .field(id("type"), &self.kind)
            .field(id("name"), &self.name)
            .field(id("document"), &self.document)
            .field(id("document-number"), &self.document_number)
            .field(id("born"), &self.born)
            .field(id("address"), &self.address)
            .field(id("ward"), &self.ward)
            .field(id("province"), &self.province)
            .field(id("phone"), &self.phone)
            .field(id("email"), &self.email)
            .field(id("relief"), &self.relief)
            .field(id("relief-decision"), &self.relief_decision)
            .day(id("relief-day"), &self.relief_day)
            .list()
    }
}

/// A claim: `claim-{n}-text`, `-side`, `-valued`, `-amount`, `-by` (once a party ticked, its
/// number), and in details `-share`, `-parts`, `-currency`, `-foreign`, `-rate`, `-rate-source`,
/// `-relief`, `-ancillary`.
#[derive(Clone, Debug, Default)]
pub struct ClaimFields {
    /// What is asked.
    pub text: Field,
    /// claim, counterclaim, independent, appeal.
    pub side: Field,
    /// yes, no.
    pub valued: Field,
    /// The sum.
    pub amount: Field,
    /// Numbers of the parties that raise it.
    pub by: Vec<usize>,
    /// Part claimed, `1/2` or `0,5`.
    pub share: Field,
    /// Each one's part of a common claim.
    pub parts: Field,
    /// Foreign currency.
    pub currency: Field,
    /// Sum in it.
    pub foreign: Field,
    /// Rate.
    pub rate: Field,
    /// Bank and day of the rate.
    pub rate_source: Field,
    /// Relief that belongs to the claim.
    pub relief: Field,
    /// Follows from another claim and is not counted.
    pub ancillary: bool,
    /// Its place in the case that is changed, for what the form does not show.
    pub was: String,
    /// Just added: the focus goes here.
    pub is_new: bool,
}

impl ClaimFields {
    /// What a new claim begins with: with a price, raised by the first party.
    pub fn new() -> Self {
        Self { side: Field::of("claim"), valued: Field::of("yes"), by: vec![1], ..Self::default() }
    }

    fn details(&self) -> [&Field; 7] {
        [
            &self.share,
            &self.parts,
            &self.currency,
            &self.foreign,
            &self.rate,
            &self.rate_source,
            &self.relief,
        ]
    }

    fn has_details(&self) -> bool {
        let typed = |field: &&Field| !field.value.is_empty() || field.wrong.is_some();
        self.ancillary || self.details().iter().any(typed)
    }

    fn problems(&self, lang: Lang, number: u32) -> Vec<Problem> {
        let id = |name: &str| format!("claim-{number}-{name}");
        Problems::new(lang)
            .field(id("text"), &self.text)
            .field(id("side"), &self.side)
            .field(id("valued"), &self.valued)
            .field(id("amount"), &self.amount)
            .field(id("share"), &self.share)
            .field(id("parts"), &self.parts)
            .field(id("currency"), &self.currency)
            .field(id("foreign"), &self.foreign)
            .field(id("rate"), &self.rate)
            .field(id("rate-source"), &self.rate_source)
            .field(id("relief"), &self.relief)
            .list()
    }
}

/// What looks wrong but may be right: the clerk ticks `checked`.
#[derive(Clone, Debug)]
pub enum CaseWarning {
    /// The personal number does not fit the year of birth.
    BirthYear {
        /// Whose.
        name: String,
    },
    /// A case with the same parties and claim.
    SameCase {
        /// Its number.
        number: String,
    },
}

impl CaseWarning {
    fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::BirthYear { name } => lang.t("warn-birth-year").with("name", name),
            Self::SameCase { number } => lang.t("warn-same-case").with("number", number),
        }
    }
}

/// A field that somebody else changed while it was changed here.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The field's label.
    pub field: String,
    /// What stands there now.
    pub theirs: String,
    /// What was typed here.
    pub mine: String,
}

/// Who changed the case meanwhile, and what is different from what was typed.
#[derive(Clone, Debug)]
pub struct Meanwhile {
    /// Who, and when.
    pub by: Option<(String, Timestamp)>,
    /// Field by field.
    pub differences: Vec<Difference>,
}

/// The case that a form changes.
#[derive(Clone, Debug)]
pub struct Edited {
    /// Its id.
    pub id: String,
    /// The version that was seen.
    pub revision: i64,
    /// Somebody was faster.
    pub meanwhile: Option<Meanwhile>,
}

/// `/desk/cases/new` and `/desk/cases/{id}/edit`. `POST` with `form_id` and `act`: work-out, save,
/// add-party, remove-party-{n}, add-claim, remove-claim-{n}.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/case_form.html")]
pub struct CaseFormPage {
    /// Frame; `Switch::Form`.
    pub frame: DeskFrame,
    /// The case that is changed; none for a new one. Its `revision` goes with the form.
    pub edited: Option<Edited>,
    /// One-time id.
    pub form_id: String,
    /// The case.
    pub case: CaseFields,
    /// Its parties, at least one.
    pub parties: Vec<PartyFields>,
    /// Its claims, at least one.
    pub claims: Vec<ClaimFields>,
    /// Nobody is ticked as payer, or the like.
    pub whole_wrong: Option<Wrong>,
    /// Soft warnings.
    pub warnings: Vec<CaseWarning>,
    /// The warnings were ticked as checked.
    pub checked: bool,
    /// The schedule's other charges.
    pub charges: Vec<Choice>,
    /// The schedule's grounds of relief.
    pub reliefs: Vec<Choice>,
    /// The court's clerks.
    pub clerks: Vec<Choice>,
}

impl CaseFormPage {
    fn title(&self) -> String {
        match self.edited {
            None => self.frame.t("case-new-title"),
            Some(_) => self.frame.t("case-edit-title"),
        }
        .to_string()
    }

    fn number_hint(&self) -> String {
        match self.edited {
            None => self.frame.t("case-number-hint").to_string(),
            Some(_) => String::new(),
        }
    }

    fn action(&self) -> String {
        match &self.edited {
            Some(case) => format!("/desk/cases/{}/edit", case.id),
            None => "/desk/cases/new".to_owned(),
        }
    }

    fn problems(&self) -> Vec<Problem> {
        let lang = self.frame.lang;
        let mut problems = Problems::new(lang)
            .field("number", &self.case.number)
            .field("kind", &self.case.kind)
            .field("stage", &self.case.stage)
            .field("procedure", &self.case.procedure)
            .field("charge", &self.case.charge)
            .field("subject", &self.case.subject)
            .field("clerk", &self.case.clerk)
            .day("filed", &self.case.filed);
        for (party, number) in self.parties.iter().zip(1..) {
            problems = problems.and(party.problems(lang, number));
        }
        problems = problems.place("party-1", self.whole_wrong.as_ref());
        for (claim, number) in self.claims.iter().zip(1..) {
            problems = problems.and(claim.problems(lang, number));
        }
        problems.list()
    }

    fn meanwhile(&self) -> Option<&Meanwhile> {
        self.edited.as_ref().and_then(|case| case.meanwhile.as_ref())
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty() || self.meanwhile().is_some()
    }

    fn kinds(&self) -> Vec<(&'static str, Phrase)> {
        kinds(self.frame.lang)
    }

    fn stages(&self) -> Vec<(&'static str, Phrase)> {
        vec![("first", self.frame.t("stage-first")), ("appeal", self.frame.t("stage-appeal"))]
    }

    fn procedures(&self) -> Vec<(&'static str, Phrase)> {
        vec![
            ("ordinary", self.frame.t("procedure-ordinary")),
            ("simplified", self.frame.t("procedure-simplified")),
        ]
    }

    fn roles(&self) -> Vec<(&'static str, Phrase)> {
        PartyRole::ALL.iter().map(|role| (role.value(), role.word(self.frame.lang))).collect()
    }

    fn party_kinds(&self) -> Vec<(&'static str, Phrase)> {
        vec![
            ("person", self.frame.t("party-person")),
            ("organisation", self.frame.t("party-organisation")),
        ]
    }

    fn documents(&self) -> Vec<(&'static str, Phrase)> {
        vec![
            ("citizen-id", self.frame.t("document-citizen-id")),
            ("old-id", self.frame.t("document-old-id")),
            ("passport", self.frame.t("document-passport")),
            ("tax-code", self.frame.t("document-tax-code")),
            ("none", self.frame.t("document-none")),
        ]
    }

    fn sides(&self) -> Vec<(&'static str, Phrase)> {
        vec![
            ("claim", self.frame.t("side-claim")),
            ("counterclaim", self.frame.t("side-counterclaim")),
            ("independent", self.frame.t("side-independent")),
            ("appeal", self.frame.t("side-appeal")),
        ]
    }

    fn valued(&self) -> Vec<(&'static str, Phrase)> {
        vec![("yes", self.frame.t("valued-yes")), ("no", self.frame.t("valued-no"))]
    }
}
