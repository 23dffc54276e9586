//! The public calculator: one question a page; the answers live in the address and nowhere else.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    notice::{assessment, schedule},
    visit::{Visit, see},
};
use crate::{
    app::{App, worked},
    domain::{
        fee::{
            Appeal, ChargeAsked, Claim, ClaimValue, LawChoice, PartyRelief, QuoteCode, QuoteInput,
            Subject,
            law::{CaseKind, Cover, Effect, Group, Instance, Law, Procedure, Tariff},
            quote,
        },
        money::Dong,
        time::Day,
    },
    web::pages::{
        self,
        calculator::{Answer, Question, QuestionPage, Quoted, ResultPage},
        form::{Choice, DayField, Field, Item, Wrong},
        frame::Switch,
    },
    words::Lang,
};

/// The one who pays, in every question of the public calculator.
const PAYER: &str = "payer";

/// Claims that one address may carry.
const MOST_CLAIMS: usize = 50;

/// Names the question that a page asked, so that no answer to it can be told from no visit.
const ASKED: &str = "asked";

/// The answers of an address.
struct Answers<'a> {
    visit: &'a Visit,
    law: &'a Law,
}

/// `GET /tinh-an-phi`: the first question without an answer.
pub(super) async fn question(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Some(law) = law_of(&app, &visit) else { return no_law(&visit) };
    let answers = Answers { visit: &visit, law };
    match answers.next() {
        Some(question) => asked(&answers, question),
        None => see(&visit.href(&answers.address("/tinh-an-phi/ket-qua", usize::MAX))),
    }
}

/// `GET /tinh-an-phi/ket-qua`: what comes out, or the question that is still open.
pub(super) async fn result(State(app): State<Arc<App>>, visit: Visit) -> Response {
    let Some(law) = law_of(&app, &visit) else { return no_law(&visit) };
    let answers = Answers { visit: &visit, law };
    if let Some(question) = answers.next() {
        return asked(&answers, question);
    }
    let result = answers.quoted(&app);
    let address = answers.address("/tinh-an-phi/ket-qua", usize::MAX);
    let page = ResultPage {
        frame: visit.frame(Switch::Link),
        result,
        answers: answers.given(),
        link: format!("{}{}", app.site, visit.href(&address)),
    };
    pages::answer(StatusCode::OK, &page)
}

fn asked(answers: &Answers<'_>, question: Question) -> Response {
    let faulty = match &question {
        Question::Kind(field)
        | Question::Priced(field)
        | Question::Charge { field, .. }
        | Question::Stage { field, .. } => field.wrong.is_some(),
        Question::Amounts(fields) => fields.iter().any(|field| field.wrong.is_some()),
        Question::Relief { field, filed, .. } => field.wrong.is_some() || filed.wrong.is_some(),
    };
    let name = match &question {
        Question::Kind(_) => "kind",
        Question::Charge { .. } => "charge",
        Question::Stage { .. } => "stage",
        Question::Priced(_) => "priced",
        Question::Amounts(_) => "amount",
        Question::Relief { .. } => "relief",
    };
    let status = if faulty { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut carried = answers.before(name);
    carried.push((ASKED.to_owned(), name.to_owned()));
    let page = QuestionPage {
        frame: answers.visit.frame(Switch::Link),
        question,
        answers: answers.given(),
        carried,
    };
    pages::answer(status, &page)
}

fn no_law(visit: &Visit) -> Response {
    let day = filed(visit).unwrap_or_else(|| visit.now().day());
    let reason = visit.lang.t("reason-no-law").with("day", day).to_string();
    let page = ResultPage {
        frame: visit.frame(Switch::Link),
        result: Quoted::Unknown { reason },
        answers: Vec::new(),
        link: String::new(),
    };
    pages::answer(StatusCode::OK, &page)
}

fn law_of<'a>(app: &'a App, visit: &Visit) -> Option<&'a Law> {
    let day = filed(visit).unwrap_or_else(|| visit.now().day());
    app.tables.law.choose(&LawChoice::Auto, day).ok()
}

/// The day of filing: as typed, today where nothing was typed, none for no real day.
fn filed(visit: &Visit) -> Option<Day> {
    let part = |name| visit.asked(name).map(str::trim).filter(|text| !text.is_empty());
    match (part("filed-day"), part("filed-month"), part("filed-year")) {
        (None, None, None) => Some(visit.now().day()),
        (Some(day), Some(month), Some(year)) => {
            Day::of(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        }
        _ => None,
    }
}

impl Answers<'_> {
    fn text(&self, name: &str) -> &str {
        self.visit.asked(name).map_or("", str::trim)
    }

    fn kind(&self) -> Option<CaseKind> {
        CaseKind::ALL.iter().copied().find(|kind| kind_word(*kind).0 == self.text("kind"))
    }

    fn instance(&self) -> Option<Instance> {
        match self.text("stage") {
            "first" => Some(Instance::First),
            "appeal" => Some(Instance::Appeal),
            _ => None,
        }
    }

    /// A field of the question `name`, marked where that question was asked and not answered.
    fn choice(&self, name: &str, item: Item) -> Field {
        let field = Field::of(self.text(name));
        if self.text(ASKED) == name { field.but(Wrong::Choose(item)) } else { field }
    }

    /// The first question that has no answer yet.
    fn next(&self) -> Option<Question> {
        let Some(kind) = self.kind() else {
            return Some(Question::Kind(self.choice("kind", Item::Kind)));
        };
        if kind == CaseKind::Charge {
            let charges = self.charges();
            if !charges.iter().any(|charge| charge.value == self.text("charge")) {
                let field = self.choice("charge", Item::Charge);
                return Some(Question::Charge { field, charges });
            }
        } else {
            let Some(instance) = self.instance() else {
                let field = self.choice("stage", Item::Stage);
                let known = self.law.simplified().cases.contains(&kind);
                let simplified = known.then(|| self.text("simplified") == "1");
                return Some(Question::Stage { field, simplified });
            };
            if instance == Instance::First && has_price(kind) {
                if !matches!(self.text("priced"), "yes" | "no" | "both") {
                    return Some(Question::Priced(self.choice("priced", Item::Priced)));
                }
                if let Some(question) = self.amounts_open() {
                    return Some(question);
                }
            }
        }
        self.relief_open(kind)
    }

    fn charges(&self) -> Vec<Choice> {
        let fees = self.law.fees().iter();
        fees.filter(|fee| fee.cases.contains(&CaseKind::Charge))
            .map(|fee| Choice::of(&fee.code, &fee.title_vi))
            .collect()
    }

    fn amount_fields(&self) -> Vec<Field> {
        let name = |n: usize| if n == 1 { "amount".to_owned() } else { format!("amount-{n}") };
        (1..=MOST_CLAIMS)
            .map_while(|n| self.visit.asked(&name(n)))
            .map(|text| Field::of(text.trim()))
            .collect()
    }

    fn amounts_open(&self) -> Option<Question> {
        if self.text("priced") == "no" {
            return None;
        }
        let mut fields = self.amount_fields();
        if fields.is_empty() {
            return Some(Question::Amounts(vec![Field::default()]));
        }
        let adds = self.text("act") == "add-claim" && fields.len() < MOST_CLAIMS;
        let mut open = adds;
        for field in &mut fields {
            let sum = field.value.parse::<Dong>().ok().filter(|sum| sum.is_positive());
            if sum.is_none() {
                open = true;
                if !(adds && field.value.is_empty()) {
                    field.wrong = Some(if field.value.is_empty() {
                        Wrong::Enter(Item::Amount)
                    } else {
                        Wrong::Money
                    });
                }
            }
        }
        if adds {
            fields.push(Field::default());
        }
        open.then_some(Question::Amounts(fields))
    }

    fn relief_open(&self, kind: CaseKind) -> Option<Question> {
        let reliefs = self.reliefs(kind);
        let chosen = self.text("relief");
        let answered = chosen == "none" || reliefs.iter().any(|relief| relief.value == chosen);
        let day = filed(self.visit);
        if answered && day.is_some() {
            return None;
        }
        let mut field = self.choice("relief", Item::Relief);
        if answered {
            field.wrong = None;
        }
        if field.value.is_empty() {
            "none".clone_into(&mut field.value);
            field.wrong = None;
        }
        let filed = day.map_or_else(
            || {
                let typed = |name| self.text(name).to_owned();
                DayField {
                    day: typed("filed-day"),
                    month: typed("filed-month"),
                    year: typed("filed-year"),
                    wrong: Some(Wrong::NoSuchDay),
                }
            },
            DayField::of,
        );
        Some(Question::Relief { field, reliefs, filed })
    }

    fn reliefs(&self, kind: CaseKind) -> Vec<Choice> {
        let group = match kind {
            CaseKind::Charge => Group::OtherCharge,
            CaseKind::Matter => Group::MatterCharge,
            CaseKind::Civil
            | CaseKind::Family
            | CaseKind::Commercial
            | CaseKind::Labour
            | CaseKind::Administrative
            | CaseKind::Criminal => Group::Fee,
        };
        let reliefs = self.law.reliefs().iter();
        reliefs
            .filter(|relief| relief.covers.contains(&Cover::Advance))
            .filter(|relief| relief.groups.contains(&group))
            .map(|relief| Choice::of(&relief.code, &relief.title_vi))
            .collect()
    }

    /// Every answered parameter in the order of the questions, with its question and words.
    fn steps(&self) -> Vec<Step> {
        let lang = self.visit.lang;
        let mut steps = Vec::new();
        let mut step =
            |name, question: &'static str, value: String, sent: Vec<(String, String)>| {
                let question = capitalised(&lang.t(question).to_string());
                steps.push(Step { name, question, value, sent });
            };
        let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let Some(kind) = self.kind() else { return steps };
        let (code, word) = kind_word(kind);
        step("kind", "item-kind", lang.t(word).to_string(), one("kind", code));
        let label = |choices: Vec<Choice>, value: &str| {
            choices.into_iter().find(|choice| choice.value == value).map(|choice| choice.label)
        };
        if let Some(charge) = label(self.charges(), self.text("charge")) {
            step("charge", "item-charge", charge, one("charge", self.text("charge")));
        }
        if let Some(instance) = self.instance() {
            let word = match instance {
                Instance::First => "stage-first",
                Instance::Appeal => "stage-appeal",
            };
            let mut said = lang.t(word).to_string();
            let mut sent = one("stage", self.text("stage"));
            if self.text("simplified") == "1" {
                said = format!("{said}; {}", lang.t("stage-simplified"));
                sent.extend(one("simplified", "1"));
            }
            step("stage", "item-stage", said, sent);
        }
        let priced = match self.text("priced") {
            "yes" => Some("priced-yes"),
            "no" => Some("priced-no"),
            "both" => Some("priced-both"),
            _ => None,
        };
        if let Some(word) = priced {
            let sent = one("priced", self.text("priced"));
            step("priced", "item-priced", lang.t(word).to_string(), sent);
        }
        let fields = self.amount_fields();
        let sums: Vec<Dong> = fields.iter().filter_map(|field| field.value.parse().ok()).collect();
        if !fields.is_empty() && sums.len() == fields.len() {
            let said: Vec<String> = sums.iter().map(|sum| lang.money(*sum)).collect();
            let name = |n| if n == 1 { "amount".to_owned() } else { format!("amount-{n}") };
            let sent = (1..).zip(&fields).map(|(n, field)| (name(n), field.value.clone()));
            step("amount", "item-amount", said.join(" + "), sent.collect());
        }
        let relief = self.text("relief");
        let said = match relief {
            "none" => Some(lang.t("relief-none").to_string()),
            code => label(self.reliefs(kind), code),
        };
        if let Some(said) = said {
            let mut sent = one("relief", relief);
            for name in ["filed-day", "filed-month", "filed-year"] {
                if !self.text(name).is_empty() {
                    sent.extend(one(name, self.text(name)));
                }
            }
            step("relief", "item-relief", said, sent);
        }
        steps
    }

    /// Answers up to the question `name`, as name and value.
    fn before(&self, name: &str) -> Vec<(String, String)> {
        let steps = self.steps().into_iter();
        steps.take_while(|step| step.name != name).flat_map(|step| step.sent).collect()
    }

    /// `path` with the first `count` answers.
    fn address(&self, path: &str, count: usize) -> String {
        let steps = self.steps().into_iter().take(count);
        let sent = steps.flat_map(|step| step.sent);
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(sent).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn given(&self) -> Vec<Answer> {
        let steps = self.steps();
        let answers = steps.into_iter().enumerate().map(|(place, step)| Answer {
            question: step.question,
            value: step.value,
            change: self.address("/tinh-an-phi", place),
        });
        answers.collect()
    }

    fn quoted(&self, app: &App) -> Quoted {
        let Some(input) = self.input() else {
            return Quoted::Unknown { reason: self.visit.lang.t("reason-other").to_string() };
        };
        let relief = match self.text("relief") {
            "none" => None,
            code => {
                Some(PartyRelief { party: PAYER.to_owned(), code: code.to_owned(), rate: None })
            }
        };
        let plain = match quote(&app.tables.law, &app.tables.law_settings, &input) {
            Ok(plain) => plain,
            Err(error) => return unanswered(error.code, self.visit.lang),
        };
        if plain.advance.is_zero() {
            let articles: Vec<String> =
                plain.lines.iter().map(|line| worked::cited(&line.article)).collect();
            return Quoted::NothingDue { article: articles.join("; ") };
        }
        // Where the law asks nothing of these people, nobody has to grant it.
        let spared = relief.as_ref().and_then(|relief| self.law.relief(&relief.code));
        if let Some(spared) = spared.filter(|relief| relief.effect == Effect::NotPayable) {
            return Quoted::NothingDue { article: worked::cited(&spared.article) };
        }
        let with_relief = relief.and_then(|relief| {
            let input = QuoteInput { reliefs: vec![relief], ..input.clone() };
            quote(&app.tables.law, &app.tables.law_settings, &input).ok()
        });
        let schedule = schedule(
            self.visit.lang,
            &format!("Nghị quyết số {}", self.law.text().number),
            (&self.law.validity().from.slashed(), &input.date.slashed()),
        );
        Quoted::Sum {
            advance: plain.advance,
            assessment: assessment(&worked::rows(self.law, &plain), &schedule),
            with_relief: with_relief.map(|quote| quote.advance),
        }
    }

    fn input(&self) -> Option<QuoteInput> {
        let case = self.kind()?;
        let simplified = self.text("simplified") == "1"
            && self.law.simplified().cases.contains(&case)
            && case != CaseKind::Charge;
        Some(QuoteInput {
            law: LawChoice::Named(self.law.id().to_owned()),
            date: filed(self.visit)?,
            procedure: if simplified { Procedure::Simplified } else { Procedure::Ordinary },
            subject: self.subject(case)?,
            shares: Vec::new(),
            reliefs: Vec::new(),
        })
    }

    fn subject(&self, case: CaseKind) -> Option<Subject> {
        if case == CaseKind::Charge {
            let code = self.text("charge").to_owned();
            let fee = self.law.fee(&code)?;
            let quantity = matches!(fee.tariff, Tariff::PerUnit { .. }).then_some(1);
            let by = vec![PAYER.to_owned()];
            return Some(Subject::Charge(ChargeAsked { code, by, quantity, relief: None }));
        }
        if self.instance()? == Instance::Appeal {
            let by = vec![PAYER.to_owned()];
            let appeal = Appeal { id: "1".to_owned(), by, part: None, role: None, relief: None };
            return Some(Subject::Appeals { case, appeals: vec![appeal] });
        }
        let mut values: Vec<ClaimValue> = match self.text("priced") {
            "yes" | "both" if has_price(case) => {
                let sums = self.amount_fields().into_iter();
                sums.map(|field| field.value.parse().ok().map(ClaimValue::Dong))
                    .collect::<Option<_>>()?
            }
            _ => Vec::new(),
        };
        if values.is_empty() || (self.text("priced") == "both" && has_price(case)) {
            values.push(ClaimValue::None);
        }
        let claim = |(n, value)| Claim {
            id: format!("{n}"),
            by: vec![PAYER.to_owned()],
            value,
            share: None,
            separate: false,
            ancillary: false,
            relief: None,
            part: None,
            role: None,
        };
        Some(Subject::Claims { case, claims: (1..).zip(values).map(claim).collect() })
    }
}

/// Whether claims of this kind may have a price: that of an administrative case or a civil matter
/// has none, and nothing is advanced on the civil part of a criminal case (22, 31).
const fn has_price(kind: CaseKind) -> bool {
    !matches!(kind, CaseKind::Matter | CaseKind::Administrative | CaseKind::Criminal)
}

/// What the engine's refusal means to whoever asks.
fn unanswered(code: QuoteCode, lang: Lang) -> Quoted {
    let reason = match code {
        QuoteCode::NoScheduleItem | QuoteCode::UnknownCharge => return Quoted::NotListed,
        QuoteCode::ProcedureNotAvailable => lang.t("reason-no-simplified"),
        QuoteCode::ValueTooLarge | QuoteCode::ValueNotPositive => lang.t("reason-value"),
        QuoteCode::BadInput
        | QuoteCode::BadDate
        | QuoteCode::UnknownLaw
        | QuoteCode::NoLawForDate
        | QuoteCode::LawNotInForce
        | QuoteCode::UnknownOp
        | QuoteCode::UnknownCase
        | QuoteCode::UnknownInstance
        | QuoteCode::UnknownProcedure
        | QuoteCode::NoClaims
        | QuoteCode::NoAppeals
        | QuoteCode::PartNotAllowed
        | QuoteCode::BadShare
        | QuoteCode::ValueNotAllowed
        | QuoteCode::UnknownRelief
        | QuoteCode::ReliefRateTooHigh
        | QuoteCode::ReliefRateFixed
        | QuoteCode::SharesDoNotSum
        | QuoteCode::QuantityNotPositive
        | QuoteCode::QuantityTooLarge
        | QuoteCode::UnknownEnding
        | QuoteCode::UnknownDisposal => lang.t("reason-other"),
    };
    Quoted::Unknown { reason: reason.to_string() }
}

/// An answered question: what was asked, what was said, and the parameters that say it.
struct Step {
    name: &'static str,
    question: String,
    value: String,
    sent: Vec<(String, String)>,
}

/// Words of a sentence as a heading of their own.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The submitted value of a kind, and its word.
const fn kind_word(kind: CaseKind) -> (&'static str, &'static str) {
    match kind {
        CaseKind::Civil => ("civil", "kind-civil"),
        CaseKind::Family => ("family", "kind-family"),
        CaseKind::Commercial => ("commercial", "kind-commercial"),
        CaseKind::Labour => ("labour", "kind-labour"),
        CaseKind::Administrative => ("administrative", "kind-administrative"),
        CaseKind::Criminal => ("criminal", "kind-criminal"),
        CaseKind::Matter => ("matter", "kind-matter"),
        CaseKind::Charge => ("charge", "kind-charge"),
    }
}
