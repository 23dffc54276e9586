//! The form of a case: its facts, its parties, its claims; and a new case from it.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    forms::Sent,
    session::{No, Seated},
};
use crate::{
    app::{
        App, Caller, Error,
        cases::{Foreign, NewCase, NewClaim, NewParty, NewRelief},
    },
    domain::{
        case::{CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure},
        fee::{Law, LawChoice},
        id::{CourtId, StaffId},
        money::Dong,
        staff::{Operation, Scope},
        time::Day,
    },
    web::pages::{
        self,
        case_form::{CaseFields, CaseFormPage, ClaimFields, Edited, PartyFields},
        cases,
        form::{Choice, DayField, Field, Item, Wrong},
        frame::{Banner, Switch},
    },
};

/// Parties and claims that one form takes.
pub(super) const MOST: usize = 50;

/// `GET /desk/cases/new`.
pub(super) async fn new(State(app): State<Arc<App>>, seated: Seated) -> Result<Response, Response> {
    let caller = seated.acting(Operation::WriteCases)?;
    let court = court_of(&seated, &caller)?;
    let today = app.now().day();
    let parties = [cases::PartyRole::Plaintiff, cases::PartyRole::Defendant];
    let facts = Facts {
        case: CaseFields::new(&seated.seat.staff.to_string(), today),
        parties: parties.map(PartyFields::new).to_vec(),
        claims: vec![ClaimFields::new()],
        whole_wrong: None,
    };
    shown(&seated, (court, None), facts, StatusCode::OK).await
}

/// The court whose cases the one who asks writes.
pub(super) fn court_of(seated: &Seated, caller: &Caller) -> Result<CourtId, No> {
    match caller.scope {
        Scope::Court { id, .. } => Ok(id),
        Scope::All | Scope::Agency { .. } => Err(seated.forbidden(Operation::WriteCases).into()),
    }
}

/// What the form holds.
pub(super) struct Facts {
    pub(super) case: CaseFields,
    pub(super) parties: Vec<PartyFields>,
    pub(super) claims: Vec<ClaimFields>,
    pub(super) whole_wrong: Option<Wrong>,
}

/// The form of a court's case; of one that there is, when it is changed.
pub(super) async fn shown(
    seated: &Seated,
    (court, edited): (CourtId, Option<Edited>),
    facts: Facts,
    status: StatusCode,
) -> Result<Response, Response> {
    let app = &seated.visit.app;
    let law = app.tables.law.choose(&LawChoice::Auto, app.now().day()).ok();
    let fees = law.map(Law::fees).unwrap_or_default();
    let charges = fees.iter().filter(|fee| fee.cases.contains(&CaseKind::Charge));
    let reliefs = law.map(Law::reliefs).unwrap_or_default();
    let clerks = app.clerks_of(court).await.map_err(|error| seated.refuse(&error))?;
    let page = CaseFormPage {
        frame: seated.frame(Switch::Form),
        edited,
        form_id: seated.own_form_id(),
        case: facts.case,
        parties: facts.parties,
        claims: facts.claims,
        whole_wrong: facts.whole_wrong,
        warnings: Vec::new(),
        checked: false,
        charges: charges.map(|fee| Choice::of(&fee.code, &fee.title_vi)).collect(),
        reliefs: reliefs.iter().map(|it| Choice::of(&it.code, &it.title_vi)).collect(),
        clerks: clerks.iter().map(|row| Choice::of(row.id.to_string(), &row.name)).collect(),
    };
    Ok(pages::answer(status, &page))
}

/// `POST /desk/cases/new`: saves, or changes the form itself.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    seated: Seated,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::WriteCases)?;
    let act = form.text("act");
    let mut facts = read(&form);
    let court = court_of(&seated, &caller)?;
    if switched || changes_form(&mut facts, &act) {
        return shown(&seated, (court, None), unmarked(facts), StatusCode::OK).await;
    }
    seated.once(&form)?;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(case) = new_case(&form, &mut facts, (court, app.now().day())) else {
        return shown(&seated, (court, None), facts, wrong).await;
    };
    match app.create_case(&caller, case).await {
        Ok(id) if act == "save" => {
            Ok(seated.done(Banner::DraftSaved, &format!("/desk/cases/{id}")))
        }
        Ok(id) => Ok(seated.visit.see(&format!("/desk/cases/{id}/assessment"))),
        Err(Error::Refused { field, reason }) => {
            mark(&mut facts, &field, reason);
            shown(&seated, (court, None), facts, wrong).await
        }
        Err(error) => Err(seated.refuse(&error)),
    }
}

/// A submit that only adds or removes a part of the form.
pub(super) fn changes_form(facts: &mut Facts, act: &str) -> bool {
    let place = |text: &str| text.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    if act == "add-party" && facts.parties.len() < MOST {
        let fresh = PartyFields::new(cases::PartyRole::Defendant);
        facts.parties.push(PartyFields { is_new: true, ..fresh });
    } else if act == "add-claim" && facts.claims.len() < MOST {
        facts.claims.push(ClaimFields { is_new: true, ..ClaimFields::new() });
    } else if let Some(at) = act.strip_prefix("remove-party-").and_then(place) {
        if at < facts.parties.len() && facts.parties.len() > 1 {
            facts.parties.remove(at);
            for claim in &mut facts.claims {
                claim.by.retain(|number| *number != at + 1);
                for number in claim.by.iter_mut().filter(|number| **number > at + 1) {
                    *number -= 1;
                }
            }
        }
    } else if let Some(at) = act.strip_prefix("remove-claim-").and_then(place) {
        if at < facts.claims.len() && facts.claims.len() > 1 {
            facts.claims.remove(at);
        }
    } else {
        return false;
    }
    true
}

/// What was typed, nothing judged yet.
pub(super) fn read(form: &Sent) -> Facts {
    let field = |name: &str| form.field(name);
    let case = CaseFields {
        number: field("number"),
        kind: field("kind"),
        stage: field("stage"),
        procedure: field("procedure"),
        charge: field("charge"),
        subject: field("subject"),
        clerk: field("clerk"),
        filed: form.day("filed").0,
    };
    let parties = (1..=MOST).take_while(|n| form.get(&format!("party-{n}-name")).is_some());
    let claims = (1..=MOST).take_while(|n| form.get(&format!("claim-{n}-text")).is_some());
    Facts {
        case,
        parties: parties.map(|n| read_party(form, n)).collect(),
        claims: claims.map(|n| read_claim(form, n)).collect(),
        whole_wrong: None,
    }
}

fn read_party(form: &Sent, n: usize) -> PartyFields {
    let field = |name: &str| form.field(&format!("party-{n}-{name}"));
    PartyFields {
        role: field("role"),
        kind: field("type"),
        name: field("name"),
        document: field("document"),
        document_number: field("document-number"),
        born: field("born"),
        address: field("address"),
        ward: field("ward"),
        province: field("province"),
        phone: field("phone"),
        email: field("email"),
        relief: field("relief"),
        relief_decision: field("relief-decision"),
        relief_day: form.day(&format!("party-{n}-relief-day")).0,
        was: form.text(&format!("party-{n}-was")),
        is_new: false,
    }
}

fn read_claim(form: &Sent, n: usize) -> ClaimFields {
    let field = |name: &str| form.field(&format!("claim-{n}-{name}"));
    ClaimFields {
        text: field("text"),
        side: field("side"),
        valued: field("valued"),
        amount: field("amount"),
        by: form.all(&format!("claim-{n}-by")).filter_map(|text| text.parse().ok()).collect(),
        share: field("share"),
        parts: field("parts"),
        currency: field("currency"),
        foreign: field("foreign"),
        rate: field("rate"),
        rate_source: field("rate-source"),
        relief: field("relief"),
        ancillary: form.get(&format!("claim-{n}-ancillary")).is_some(),
        was: form.text(&format!("claim-{n}-was")),
        is_new: false,
    }
}

/// The days of a form that nobody judged yet carry no fault.
pub(super) fn unmarked(mut facts: Facts) -> Facts {
    facts.case.filed.wrong = None;
    for party in &mut facts.parties {
        party.relief_day.wrong = None;
    }
    facts
}

/// The case that the form describes; `None` when a field is marked.
pub(super) fn new_case(
    form: &Sent,
    facts: &mut Facts,
    (court, today): (CourtId, Day),
) -> Option<NewCase> {
    let case = &mut facts.case;
    let kind = chosen(&mut case.kind, CaseKind::from_code, Item::Kind);
    let instance = chosen(&mut case.stage, Instance::from_code, Item::Stage);
    let procedure = chosen(&mut case.procedure, Procedure::from_code, Item::Procedure);
    needed(&mut case.subject, Item::Subject);
    let charge = Some(case.charge.value.clone()).filter(|code| !code.is_empty());
    if kind == Some(CaseKind::Charge) && charge.is_none() {
        case.charge.wrong = Some(Wrong::Choose(Item::Charge));
    }
    let filed = form.day("filed").1;
    if filed.is_some_and(|day| day > today) {
        case.filed.wrong = Some(Wrong::AfterToday);
    }
    let mut reliefs = Vec::new();
    let mut parties = Vec::new();
    for (place, fields) in facts.parties.iter_mut().enumerate() {
        let day = form.day(&format!("party-{}-relief-day", place + 1)).1;
        parties.push(new_party(fields));
        reliefs.extend(new_relief(place, fields, day));
    }
    let known = facts.parties.len();
    let claims: Vec<Option<NewClaim>> = (1..)
        .zip(&mut facts.claims)
        .map(|(number, fields)| new_claim(form, (number, known), fields))
        .collect();
    let nobody = facts.claims.iter().any(|claim| claim.by.is_empty()) || facts.claims.is_empty();
    facts.whole_wrong = (nobody || facts.parties.is_empty()).then_some(Wrong::NoPayer);
    let is_charge = kind == Some(CaseKind::Charge);
    let marked = form.holds_card()
        || facts.whole_wrong.is_some()
        || facts.case.charge.wrong.is_some()
        || facts.case.filed.wrong.is_some()
        || facts.case.subject.wrong.is_some()
        || facts.parties.iter().any(is_marked);
    if marked {
        return None;
    }
    Some(NewCase {
        court,
        number: Some(facts.case.number.value.clone()).filter(|number| !number.is_empty()),
        kind: kind?,
        instance: instance?,
        procedure: procedure?,
        subject: facts.case.subject.value.clone(),
        charge_code: charge.filter(|_| is_charge),
        filed_on: filed?,
        clerk: facts.case.clerk.value.parse::<StaffId>().ok(),
        judge: None,
        external_id: None,
        parties: parties.into_iter().collect::<Option<_>>()?,
        claims: claims.into_iter().collect::<Option<_>>()?,
        reliefs,
    })
}

fn is_marked(party: &PartyFields) -> bool {
    let relief = [&party.relief_decision, &party.born];
    relief.iter().any(|field| field.wrong.is_some()) || party.relief_day.wrong.is_some()
}

fn chosen<T>(field: &mut Field, read: impl Fn(&str) -> Option<T>, item: Item) -> Option<T> {
    let found = read(&field.value);
    if found.is_none() {
        field.wrong = Some(Wrong::Choose(item));
    }
    found
}

fn needed(field: &mut Field, item: Item) -> bool {
    if field.value.is_empty() {
        field.wrong = Some(Wrong::Enter(item));
    }
    !field.value.is_empty()
}

fn new_party(fields: &mut PartyFields) -> Option<NewParty> {
    let role = chosen(&mut fields.role, party_role, Item::Role);
    let kind = chosen(&mut fields.kind, PartyKind::from_code, Item::PartyType);
    let document = |value: &str| DocumentKind::from_code(&value.replace('-', "_"));
    let document_kind = chosen(&mut fields.document, document, Item::Document);
    let named = needed(&mut fields.name, Item::Name);
    let addressed = needed(&mut fields.address, Item::Address);
    let born = fields.born.value.parse::<i64>().ok().filter(|year| (1900..2100).contains(year));
    if born.is_none() && !fields.born.value.is_empty() {
        fields.born.wrong = Some(Wrong::NoSuchDay);
    }
    let identified = document_kind == Some(DocumentKind::Without)
        || needed(&mut fields.document_number, Item::DocumentNumber);
    let given = |field: &Field| Some(field.value.clone()).filter(|text| !text.is_empty());
    let parts = [&fields.address, &fields.ward, &fields.province];
    let address: Vec<String> = parts.iter().filter_map(|field| given(field)).collect();
    (named && addressed && identified).then_some(())?;
    Some(NewParty {
        role: role?,
        kind: kind?,
        name: fields.name.value.clone(),
        document_kind: document_kind?,
        document: given(&fields.document_number).map(|number| number.replace([' ', '.'], "")),
        birth_year: born,
        address: address.join(", "),
        phone: given(&fields.phone),
        email: given(&fields.email),
        eservice_on: None,
    })
}

fn party_role(value: &str) -> Option<PartyRole> {
    if value == "related" { Some(PartyRole::RelatedPerson) } else { PartyRole::from_code(value) }
}

/// A relief needs its decision; without a ground its fields are empty and stay unjudged.
fn new_relief(party: usize, fields: &mut PartyFields, day: Option<Day>) -> Option<NewRelief> {
    if fields.relief.value.is_empty() && fields.relief_decision.value.is_empty() {
        fields.relief_day = DayField { wrong: None, ..fields.relief_day.clone() };
        return None;
    }
    needed(&mut fields.relief_decision, Item::Decision);
    Some(NewRelief {
        party,
        code: fields.relief.value.clone(),
        rate: None,
        decision_number: fields.relief_decision.value.clone(),
        decided_on: day?,
    })
}

/// A claim; its parties are numbered from 1 on the page, from 0 behind it.
fn new_claim(
    form: &Sent,
    (number, parties): (usize, usize),
    fields: &mut ClaimFields,
) -> Option<NewClaim> {
    let texted = needed(&mut fields.text, Item::Claim);
    let side = |value: &str| match value {
        "claim" | "appeal" => Some(GroupKind::Main),
        "counterclaim" => Some(GroupKind::Counterclaim),
        "independent" => Some(GroupKind::Independent),
        _ => None,
    };
    let group = chosen(&mut fields.side, side, Item::Side);
    let valued = |value: &str| ["yes", "no"].contains(&value).then(|| value == "yes");
    let valued = chosen(&mut fields.valued, valued, Item::Valued);
    let sum = form
        .sum(&format!("claim-{number}-amount"))
        .filter(|sum| sum.is_positive() && *sum <= Dong::LARGEST_POSTING);
    let foreign = foreign(fields);
    let in_foreign = valued == Some(true) && !matches!(foreign, Ok(None));
    if in_foreign && !fields.amount.value.is_empty() {
        // One worth, not two.
        fields.amount.wrong = Some(Wrong::TwoSums);
    }
    if valued == Some(true) && sum.is_none() && !in_foreign {
        let wrong = match fields.amount.value.as_str() {
            "" => Wrong::ClaimSum(u32::try_from(number).unwrap_or(u32::MAX)),
            _ => Wrong::Money,
        };
        fields.amount.wrong = Some(wrong);
    }
    let places: Vec<usize> = fields.by.iter().filter_map(|number| number.checked_sub(1)).collect();
    let parts: Vec<String> = fields.parts.value.split_whitespace().map(str::to_owned).collect();
    if !parts.is_empty() && parts.len() != places.len() {
        fields.parts.wrong = Some(Wrong::Parts);
    }
    let given = |field: &Field| Some(field.value.clone()).filter(|text| !text.is_empty());
    let known = places.iter().all(|place| *place < parties);
    let marks = [&fields.amount, &fields.parts, &fields.currency, &fields.foreign, &fields.rate];
    let fits = texted && known && marks.iter().all(|field| field.wrong.is_none());
    fits.then_some(())?;
    let by = places.iter().enumerate().map(|(at, place)| (*place, parts.get(at).cloned()));
    Some(NewClaim {
        text: fields.text.value.clone(),
        group: group?,
        amount: sum.filter(|_| valued == Some(true)),
        foreign: foreign.ok().flatten().filter(|_| valued == Some(true)),
        by: by.collect(),
        share: given(&fields.share),
        part: None,
        relief: given(&fields.relief),
        separate: false,
        ancillary: fields.ancillary,
    })
}

/// A sum in foreign money: none of its fields, or all that the reckoning needs.
fn foreign(fields: &mut ClaimFields) -> Result<Option<Foreign>, ()> {
    let asked = [&fields.currency, &fields.foreign, &fields.rate];
    if asked.iter().all(|field| field.value.is_empty()) {
        return Ok(None);
    }
    let currency = fields.currency.value.to_ascii_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        fields.currency.wrong = Some(Wrong::Currency);
    }
    let amount = decimal(&fields.foreign.value);
    if amount.is_none() {
        fields.foreign.wrong = Some(Wrong::Decimal);
    }
    let rate = decimal(&fields.rate.value);
    if rate.is_none() {
        fields.rate.wrong = Some(Wrong::Decimal);
    }
    let source = Some(fields.rate_source.value.clone()).filter(|text| !text.is_empty());
    match (fields.currency.wrong.is_none(), amount, rate) {
        (true, Some(amount), Some(rate)) => Ok(Some(Foreign { currency, amount, rate, source })),
        _ => Err(()),
    }
}

/// `26.149,5` as people write it here, with a point for the engine: at most 18 digits.
fn decimal(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).collect();
    let (whole, part) = bare.split_once(',').unwrap_or((&bare, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() + part.len() <= 18;
    let is_number = fits && digits(whole) && digits(part) && !bare.ends_with(',');
    let point = if part.is_empty() { "" } else { "." };
    let positive = bare.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    (is_number && positive).then(|| format!("{whole}{point}{part}"))
}

/// Puts a refusal of the application on its field.
pub(super) fn mark(facts: &mut Facts, field: &str, reason: &str) {
    let place = field.split(['[', ']']).nth(1).and_then(|text| text.parse::<usize>().ok());
    let party = place.filter(|_| field.starts_with("parties"));
    match (party.and_then(|at| facts.parties.get_mut(at)), reason) {
        (Some(party), "bad_document") => {
            let wrong = match party.document.value.as_str() {
                "tax-code" => Wrong::TaxCode,
                "citizen-id" => Wrong::PersonalId,
                _ => Wrong::Enter(Item::DocumentNumber),
            };
            party.document_number.wrong = Some(wrong);
        }
        (Some(party), _) => party.name.wrong = Some(Wrong::Enter(Item::Name)),
        (None, "number_taken") => facts.case.number.wrong = Some(Wrong::NumberTaken),
        (None, _) => facts.whole_wrong = Some(Wrong::NoPayer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_as_they_are_written_here() {
        for (text, read) in [
            ("26.149,5", Some("26149.5")),
            ("1000", Some("1000")),
            ("1 000", Some("1000")),
            ("0,5", Some("0.5")),
            ("0", None),
            ("5,", None),
            (",5", None),
            ("1,2,3", None),
            ("-1", None),
            ("nhiều", None),
            ("", None),
            ("1234567890123456789", None),
        ] {
            assert_eq!(decimal(text).as_deref(), read, "{text}");
        }
    }
}
