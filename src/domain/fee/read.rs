//! Reading the input in the order in which the law's list of errors is checked (section 7, step 1):
//! date and law, op, case, instance, procedure, reliefs, then claims, appeals or charge one by one,
//! shares. A wrong shape is found where it stands in that order.

use std::collections::HashSet;

use serde::Serialize;

use super::{
    draft,
    error::{QuoteCode, QuoteError},
    input::{
        AdvancePaid, Appeal, Bearer, ChargeAsked, Claim, ClaimValue, End, Op, OutcomeInput,
        PartClaimed, PartyRelief, QuoteInput, Subject,
    },
    law::{CaseKind, Instance, Law, Procedure},
    outcome::{self, Outcome, outcome},
    quote::{self, Quote, quote},
    ratio::{Ratio, RatioError},
    relief,
    settings::LawSettings,
    tables::{LawChoice, LawTables},
    tree::{Fields, Tree},
};
use crate::domain::{money::Dong, time::Day};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// What is to be paid now.
    Advance(Quote),
    /// Who bears what at the end.
    Outcome(Outcome),
}

/// Answers one input of the form of `law.md` section 7.
pub fn answer(
    tables: &LawTables,
    settings: &LawSettings,
    tree: &Tree,
) -> Result<Answer, QuoteError> {
    match read(tables, tree)? {
        Question::Advance(input) => quote(tables, settings, &input).map(Answer::Advance),
        Question::Outcome(input) => outcome(tables, settings, &input).map(Answer::Outcome),
    }
}

/// Reads one input of op "advance" without answering it.
pub fn advance_question(tables: &LawTables, tree: &Tree) -> Result<QuoteInput, QuoteError> {
    match read(tables, tree)? {
        Question::Advance(input) => Ok(input),
        Question::Outcome(_) => {
            Err(QuoteError::new(QuoteCode::UnknownOp, "op", "an advance is asked here"))
        }
    }
}

/// A question that was read; its values are still checked by who answers it.
enum Question {
    Advance(QuoteInput),
    Outcome(OutcomeInput),
}

const COMMON: [&str; 7] = ["op", "law", "date", "case", "instance", "procedure", "reliefs"];
const OF_CHARGE: [&str; 4] = ["charge", "by", "quantity", "relief"];
const OF_OUTCOME: [&str; 4] = ["ending", "bears", "disposal", "advances"];

fn known() -> Vec<&'static str> {
    let rest = ["claims", "appeals", "shares"];
    COMMON.into_iter().chain(OF_CHARGE).chain(OF_OUTCOME).chain(rest).collect()
}

fn read(tables: &LawTables, tree: &Tree) -> Result<Question, QuoteError> {
    let top = Fields::of(tree, String::new(), &known())?;
    let date = top.word("date", QuoteCode::BadDate, day)?;
    let choice = top.word("law", QuoteCode::UnknownLaw, |id| {
        Some(if id == "auto" { LawChoice::Auto } else { LawChoice::Named(id.to_owned()) })
    })?;
    let law = tables.choose(&choice, date)?;
    let op = top.word("op", QuoteCode::UnknownOp, Op::from_code)?;
    let case = top.word("case", QuoteCode::UnknownCase, CaseKind::from_code)?;
    let instance = match top.get("instance") {
        // Each charge has its own instance in the list.
        None if case == CaseKind::Charge => Instance::First,
        _ => top.word("instance", QuoteCode::UnknownInstance, Instance::from_code)?,
    };
    let procedure = match top.get("procedure") {
        None => Procedure::Ordinary,
        _ => top.word("procedure", QuoteCode::UnknownProcedure, Procedure::from_code)?,
    };
    quote::procedure_open(law, case, procedure, date)?;
    let reliefs = reliefs(law, &top)?;
    let place = Place { law, case, instance };
    match op {
        Op::Advance => {
            let subject = place.subject(&top)?;
            let shares = shares(&top)?;
            let law = choice;
            Ok(Question::Advance(QuoteInput { law, date, procedure, subject, shares, reliefs }))
        }
        Op::Outcome => {
            let (end, advances) = (place.end(&top)?, advances(&top)?);
            let law = choice;
            Ok(Question::Outcome(OutcomeInput {
                law,
                date,
                case,
                instance,
                procedure,
                end,
                advances,
                reliefs,
            }))
        }
    }
}

/// `2026-11-24` and nothing looser.
fn day(text: &str) -> Option<Day> {
    text.parse().ok()
}

fn bad<T>(field: String, detail: &str) -> Result<T, QuoteError> {
    Err(QuoteError::new(QuoteCode::BadInput, field, detail))
}

fn whole(field: String, value: Option<&Tree>) -> Result<i64, QuoteError> {
    match value {
        Some(Tree::Whole(number)) => Ok(*number),
        Some(Tree::Huge) => Ok(i64::MAX),
        Some(Tree::HugeNegative) => Ok(i64::MIN),
        Some(_) => bad(field, "a whole number without point or exponent is needed"),
        None => bad(field, "missing"),
    }
}

/// A value in đồng; what no amount can hold is told apart by its sign.
fn value(field: String, tree: &Tree) -> Result<Dong, QuoteError> {
    let number = whole(field.clone(), Some(tree))?;
    Dong::new(number).ok_or_else(|| {
        let code = if number > 0 { QuoteCode::ValueTooLarge } else { QuoteCode::ValueNotPositive };
        QuoteError::new(code, field, "no amount can hold it")
    })
}

/// A fraction, written as text or as a whole number.
fn ratio(tree: &Tree, parse: fn(&str) -> Result<Ratio, RatioError>) -> Result<Ratio, RatioError> {
    match tree {
        Tree::Text(text) => parse(text),
        Tree::Whole(number) => parse(&number.to_string()),
        Tree::Huge => Err(RatioError::TooLarge),
        Tree::Null
        | Tree::Flag(_)
        | Tree::HugeNegative
        | Tree::Fraction
        | Tree::List(_)
        | Tree::Object(_) => Err(RatioError::Form),
    }
}

fn share(field: String, tree: &Tree) -> Result<Ratio, QuoteError> {
    ratio(tree, str::parse)
        .map_err(|error| QuoteError::new(QuoteCode::BadShare, field, error.to_string()))
}

fn optional_share(fields: &Fields<'_>, name: &str) -> Result<Option<Ratio>, QuoteError> {
    fields.get(name).map(|tree| share(fields.at(name), tree)).transpose()
}

fn reliefs(law: &Law, top: &Fields<'_>) -> Result<Vec<PartyRelief>, QuoteError> {
    let mut reliefs = Vec::new();
    for (index, (path, tree)) in top.list("reliefs")?.enumerate() {
        let fields = Fields::of(tree, path, &["party", "code", "rate"])?;
        let party = fields.name("party")?;
        let code = fields.word("code", QuoteCode::UnknownRelief, |code| Some(code.to_owned()))?;
        let unreadable = |error: RatioError| {
            QuoteError::new(QuoteCode::BadInput, fields.at("rate"), error.to_string())
        };
        let rate = fields.get("rate").map(|tree| ratio(tree, str::parse)).transpose();
        let asked = PartyRelief { party, code, rate: rate.map_err(unreadable)? };
        relief::of_party(law, index, &asked)?;
        reliefs.push(asked);
    }
    Ok(reliefs)
}

fn shares(top: &Fields<'_>) -> Result<Vec<(String, Ratio)>, QuoteError> {
    let entries = top.map("shares")?;
    entries.map(|(path, party, tree)| Ok((party.to_owned(), share(path, tree)?))).collect()
}

fn advances(top: &Fields<'_>) -> Result<Vec<AdvancePaid>, QuoteError> {
    let mut advances = Vec::new();
    for (path, tree) in top.list("advances")? {
        let fields = Fields::of(tree, path, &["party", "paid"])?;
        let party = fields.name("party")?;
        let field = fields.at("paid");
        let paid = Dong::new(whole(field.clone(), fields.get("paid"))?);
        let Some(paid) = paid.filter(|paid| *paid >= Dong::ZERO) else {
            return bad(field, "an advance is not below 0, and no larger than an amount can be");
        };
        advances.push(AdvancePaid { party, paid });
    }
    Ok(advances)
}

/// Where in the law the question stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    law: &'a Law,
    case: CaseKind,
    instance: Instance,
}

impl Place<'_> {
    fn subject(self, top: &Fields<'_>) -> Result<Subject, QuoteError> {
        top.without(&OF_OUTCOME, "this belongs to op outcome")?;
        if self.case == CaseKind::Charge {
            top.without(&["claims", "appeals"], "a charge has neither claims nor appeals")?;
            return self.charge(top).map(Subject::Charge);
        }
        top.without(&OF_CHARGE, "this belongs to a charge")?;
        let case = self.case;
        match self.instance {
            Instance::First => {
                top.without(&["appeals"], "the first instance has no appeals")?;
                Ok(Subject::Claims { case, claims: self.claims(top)? })
            }
            Instance::Appeal => {
                top.without(&["claims"], "an appeal has no claims")?;
                Ok(Subject::Appeals { case, appeals: self.appeals(top)? })
            }
        }
    }

    fn charge(self, top: &Fields<'_>) -> Result<ChargeAsked, QuoteError> {
        let code = top.word("charge", QuoteCode::UnknownCharge, |code| {
            self.law.charge(code).map(|fee| fee.code.clone())
        })?;
        let quantity = top.get("quantity").map(|tree| whole(top.at("quantity"), Some(tree)));
        let quantity = quantity.transpose()?;
        let by = top.parties("by")?;
        let relief = relief_code(top)?;
        Ok(ChargeAsked { code, by, quantity, relief })
    }

    fn claims(self, top: &Fields<'_>) -> Result<Vec<Claim>, QuoteError> {
        const CLAIM: [&str; 10] = [
            "id",
            "by",
            "value",
            "foreign",
            "share",
            "separate",
            "ancillary",
            "relief",
            "part",
            "role",
        ];
        let mut claims = Vec::new();
        let mut ids = HashSet::new();
        for (index, (path, tree)) in top.list("claims")?.enumerate() {
            let fields = Fields::of(tree, path, &CLAIM)?;
            let claim = Claim {
                id: new_id(&fields, &mut ids)?,
                by: fields.parties("by")?,
                part: part(&fields)?,
                value: claim_value(&fields)?,
                share: optional_share(&fields, "share")?,
                separate: fields.flag("separate")?,
                ancillary: fields.flag("ancillary")?,
                relief: relief_code(&fields)?,
                role: fields.optional_name("role")?,
            };
            draft::of_claim(self.law, self.case, index, &claim)?;
            claims.push(claim);
        }
        Ok(claims)
    }

    fn appeals(self, top: &Fields<'_>) -> Result<Vec<Appeal>, QuoteError> {
        let mut appeals = Vec::new();
        let mut ids = HashSet::new();
        for (index, (path, tree)) in top.list("appeals")?.enumerate() {
            let fields = Fields::of(tree, path, &["id", "by", "part", "role", "relief"])?;
            let appeal = Appeal {
                id: new_id(&fields, &mut ids)?,
                by: fields.parties("by")?,
                part: part(&fields)?,
                role: fields.optional_name("role")?,
                relief: relief_code(&fields)?,
            };
            draft::of_appeal(self.law, self.case, index, &appeal)?;
            appeals.push(appeal);
        }
        Ok(appeals)
    }

    fn end(self, top: &Fields<'_>) -> Result<End, QuoteError> {
        top.without(&OF_CHARGE, "this belongs to op advance")?;
        top.without(&["claims", "appeals", "shares"], "this belongs to op advance")?;
        if top.get("disposal").is_some() {
            top.without(&["ending", "bears"], "a stopped case has a disposal only")?;
            let known = |code: &str| self.law.disposal(code).map(|found| found.code.clone());
            return top.word("disposal", QuoteCode::UnknownDisposal, known).map(End::Disposal);
        }
        let code = top.word("ending", QuoteCode::UnknownEnding, |code| Some(code.to_owned()))?;
        outcome::ending(self.law, &code, self.instance)?;
        Ok(End::Ending { code, bears: bears(top)? })
    }
}

fn bears(top: &Fields<'_>) -> Result<Vec<Bearer>, QuoteError> {
    const BEARER: [&str; 7] = ["party", "base", "part", "as", "article", "relief", "assumed"];
    let mut bears = Vec::new();
    for (path, tree) in top.list("bears")? {
        let fields = Fields::of(tree, path, &BEARER)?;
        let base = fields.get("base").map(|tree| value(fields.at("base"), tree));
        let of = fields
            .get("as")
            .map(|_| fields.word("as", QuoteCode::UnknownCase, CaseKind::from_code));
        bears.push(Bearer {
            party: fields.name("party")?,
            base: base.transpose()?,
            part: optional_share(&fields, "part")?,
            of: of.transpose()?,
            article: fields.optional_name("article")?,
            relief: relief_code(&fields)?,
            assumed: fields.flag("assumed")?,
        });
    }
    Ok(bears)
}

fn new_id(fields: &Fields<'_>, ids: &mut HashSet<String>) -> Result<String, QuoteError> {
    let id = fields.name("id")?;
    if ids.insert(id.clone()) { Ok(id) } else { bad(fields.at("id"), "this id stands twice") }
}

fn part(fields: &Fields<'_>) -> Result<Option<PartClaimed>, QuoteError> {
    let known = PartClaimed::from_code;
    let given = fields.get("part");
    given.map(|_| fields.word("part", QuoteCode::PartNotAllowed, known)).transpose()
}

/// A relief code of whatever text; whether the law has it is asked by the draft.
fn relief_code(fields: &Fields<'_>) -> Result<Option<String>, QuoteError> {
    let any = |code: &str| Some(code.to_owned());
    let given = fields.get("relief");
    given.map(|_| fields.word("relief", QuoteCode::UnknownRelief, any)).transpose()
}

fn claim_value(fields: &Fields<'_>) -> Result<ClaimValue, QuoteError> {
    let Some(foreign) = fields.get("foreign") else {
        return match fields.get("value") {
            None => Ok(ClaimValue::None),
            Some(tree) => value(fields.at("value"), tree).map(ClaimValue::Dong),
        };
    };
    fields.without(&["value"], "either value or foreign is given")?;
    let foreign = Fields::of(foreign, fields.at("foreign"), &["currency", "amount", "rate"])?;
    let currency = foreign.name("currency")?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return bad(foreign.at("currency"), "a code of three capital letters is needed");
    }
    let amount_of = |name: &str| match foreign.get(name).map(|tree| ratio(tree, Ratio::amount)) {
        Some(Ok(amount)) => Ok(amount),
        Some(Err(RatioError::TooLarge)) => {
            let detail = "above the largest value";
            Err(QuoteError::new(QuoteCode::ValueTooLarge, fields.at("value"), detail))
        }
        Some(Err(error)) => bad(foreign.at(name), &error.to_string()),
        None => bad(foreign.at(name), "missing"),
    };
    Ok(ClaimValue::Foreign { currency, amount: amount_of("amount")?, rate: amount_of("rate")? })
}
