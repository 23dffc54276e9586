//! Changing the facts of a case before a notice stands on them.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::{
    case::may_change,
    case_form::{Facts, changes_form, court_of, mark, new_case, read, shown, unmarked},
    forms::Sent,
    session::Seated,
};
use crate::{
    app::{
        App, Caller, Error,
        case_change::Opened,
        cases::{CaseView, NewCase, PartyView},
        desk::CaseSheet,
    },
    domain::{
        case::{GroupKind, Instance, PartyRole},
        id::CaseId,
        money::grouped,
        staff::Operation,
    },
    web::pages::{
        case_form::{CaseFields, ClaimFields, Difference, Edited, Meanwhile, PartyFields},
        form::{DayField, Field},
        frame::Banner,
    },
    words::Lang,
};

/// `GET /desk/cases/{id}/edit`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::WriteCases)?;
    let court = court_of(&seated, &caller)?;
    let sheet = changeable(&app, &seated, (&caller, &id)).await?;
    let facts = facts_of(&app, &sheet.view).map_err(|error| seated.refuse(&error))?;
    let edited = edited(&sheet, None);
    shown(&seated, (court, Some(edited)), facts, StatusCode::OK).await
}

/// A case whose facts may still be changed.
async fn changeable(
    app: &App,
    seated: &Seated,
    (caller, id): (&Caller, &str),
) -> Result<CaseSheet, Response> {
    let id: CaseId = seated.id(id)?;
    let sheet = app.case_sheet(caller, id).await.map_err(|error| seated.refuse(&error))?;
    if !may_change(seated, &sheet) {
        return Err(seated.changed(id.uuid(), &format!("/desk/cases/{id}")).await);
    }
    Ok(sheet)
}

fn edited(sheet: &CaseSheet, meanwhile: Option<Meanwhile>) -> Edited {
    let case = &sheet.view.case;
    Edited { id: case.id.to_string(), revision: case.revision, meanwhile }
}

/// `POST /desk/cases/{id}/edit`: saves, or changes the form itself.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::WriteCases)?;
    let court = court_of(&seated, &caller)?;
    let sheet = changeable(&app, &seated, (&caller, &id)).await?;
    let seen = form.text("revision").parse().unwrap_or(0);
    let of_form = Edited { revision: seen, ..edited(&sheet, None) };
    let act = form.text("act");
    let mut facts = read(&form);
    if switched || changes_form(&mut facts, &act) {
        return shown(&seated, (court, Some(of_form)), unmarked(facts), StatusCode::OK).await;
    }
    seated.once(&form)?;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(case) = new_case(&form, &mut facts, (court, app.now().day())) else {
        return shown(&seated, (court, Some(of_form)), facts, wrong).await;
    };
    let case = with_the_rest(case, &facts, &sheet.view);
    let case_id = sheet.view.case.id;
    match app.change_case(&caller, (case_id, seen), &case).await {
        Ok(()) if act == "save" => {
            Ok(seated.done(Banner::CaseChanged, &format!("/desk/cases/{case_id}")))
        }
        Ok(()) => {
            let path = format!("/desk/cases/{case_id}/assessment");
            Ok(seated.done(Banner::CaseChanged, &path))
        }
        Err(Error::Changed) => overtaken(&app, &seated, (&caller, &id), facts).await,
        Err(Error::Refused { field, reason }) if reason != "notice_exists" => {
            mark(&mut facts, &field, reason);
            shown(&seated, (court, Some(of_form)), facts, wrong).await
        }
        Err(error) if error.is_conflict() => {
            Err(seated.changed(case_id.uuid(), &format!("/desk/cases/{case_id}")).await)
        }
        Err(error) => Err(seated.refuse(&error)),
    }
}

/// Somebody was faster: their version beside the input, which is kept. Sent again it wins, since
/// now it was seen.
async fn overtaken(
    app: &App,
    seated: &Seated,
    (caller, id): (&Caller, &str),
    facts: Facts,
) -> Result<Response, Response> {
    let court = court_of(seated, caller)?;
    let sheet = changeable(app, seated, (caller, id)).await?;
    let said = |error: Error| seated.refuse(&error);
    let theirs = facts_of(app, &sheet.view).map_err(said)?;
    let by = app.last_act(sheet.view.case.id.uuid()).await.map_err(said)?;
    let differences = differences(seated.visit.lang, &theirs, &facts);
    let edited = edited(&sheet, Some(Meanwhile { by, differences }));
    shown(seated, (court, Some(edited)), facts, StatusCode::CONFLICT).await
}

/// What the form does not show stays as it was.
fn with_the_rest(mut case: NewCase, facts: &Facts, view: &CaseView) -> NewCase {
    let place = |was: &str| was.parse::<i64>().ok();
    case.external_id.clone_from(&view.case.external_id);
    for (party, fields) in case.parties.iter_mut().zip(&facts.parties) {
        let was = place(&fields.was);
        let old = view.parties.iter().find(|old| Some(old.row.position) == was);
        party.eservice_on = old.and_then(|old| old.row.eservice_on);
    }
    for (claim, fields) in case.claims.iter_mut().zip(&facts.claims) {
        let was = place(&fields.was);
        if let Some((old, _)) = view.claims.iter().find(|(old, _)| Some(old.position) == was) {
            claim.part.clone_from(&old.part);
            claim.separate = old.separate;
        }
    }
    for relief in &mut case.reliefs {
        let was = facts.parties.get(relief.party).and_then(|fields| place(&fields.was));
        let party = view.parties.iter().find(|old| Some(old.row.position) == was);
        let old = view.reliefs.iter().find(|old| {
            party.is_some_and(|party| party.row.id == old.party_id) && old.code == relief.code
        });
        relief.rate = old.and_then(|old| old.rate.clone());
    }
    case
}

/// A case as its form shows it.
fn facts_of(app: &App, view: &CaseView) -> Result<Facts, Error> {
    let case = &view.case;
    let text = |text: Option<&String>| Field::of(text.cloned().unwrap_or_default());
    let mut parties = Vec::with_capacity(view.parties.len());
    for party in &view.parties {
        parties.push(party_fields(view, party, app.opened(party)?));
    }
    Ok(Facts {
        case: CaseFields {
            number: Field::of(&case.number),
            kind: Field::of(case.kind.code()),
            stage: Field::of(case.instance.code()),
            procedure: Field::of(case.procedure.code()),
            charge: text(case.charge_code.as_ref()),
            subject: Field::of(&case.subject),
            clerk: Field::of(case.clerk_id.map(|id| id.to_string()).unwrap_or_default()),
            filed: DayField::of(case.filed_on),
        },
        parties,
        claims: claim_fields(view),
        whole_wrong: None,
    })
}

fn party_fields(view: &CaseView, party: &PartyView, opened: Opened) -> PartyFields {
    let row = &party.row;
    let relief = view.reliefs.iter().find(|relief| relief.party_id == row.id);
    let role = match row.role {
        PartyRole::RelatedPerson => "related",
        PartyRole::Plaintiff
        | PartyRole::Defendant
        | PartyRole::Petitioner
        | PartyRole::Appellant => row.role.code(),
    };
    PartyFields {
        role: Field::of(role),
        kind: Field::of(row.kind.code()),
        name: Field::of(&row.name),
        document: Field::of(row.document_kind.code().replace('_', "-")),
        document_number: Field::of(opened.document.unwrap_or_default()),
        born: Field::of(row.birth_year.map(|year| year.to_string()).unwrap_or_default()),
        address: Field::of(&row.address),
        ward: Field::default(),
        province: Field::default(),
        phone: Field::of(opened.phone.unwrap_or_default()),
        email: Field::of(opened.email.unwrap_or_default()),
        relief: Field::of(relief.map(|it| it.code.clone()).unwrap_or_default()),
        relief_decision: Field::of(relief.map(|it| it.decision_number.clone()).unwrap_or_default()),
        relief_day: relief.map(|it| DayField::of(it.decided_on)).unwrap_or_default(),
        was: row.position.to_string(),
        is_new: false,
    }
}

fn claim_fields(view: &CaseView) -> Vec<ClaimFields> {
    let place = |id| view.parties.iter().position(|party| party.row.id == id);
    let text = |text: Option<&String>| Field::of(text.cloned().unwrap_or_default());
    // A point in the database is a comma on paper.
    let decimal = |number: Option<&String>| {
        Field::of(number.map(|number| number.replace('.', ",")).unwrap_or_default())
    };
    let claims = view.claims.iter().map(|(claim, by)| {
        let group = view.groups.iter().find(|group| group.id == claim.group_id);
        let side = match group.map(|group| group.kind) {
            Some(GroupKind::Counterclaim) => "counterclaim",
            Some(GroupKind::Independent) => "independent",
            Some(GroupKind::Main) | None if view.case.instance == Instance::Appeal => "appeal",
            Some(GroupKind::Main) | None => "claim",
        };
        let valued = claim.amount.is_some() || claim.currency.is_some();
        let shares: Vec<&str> = by.iter().filter_map(|one| one.share.as_deref()).collect();
        let by = by.iter().filter_map(|one| place(one.party_id)).map(|place| place + 1);
        ClaimFields {
            text: Field::of(&claim.text),
            side: Field::of(side),
            valued: Field::of(if valued { "yes" } else { "no" }),
            amount: Field::of(claim.amount.map(|it| grouped(it.get(), '.')).unwrap_or_default()),
            by: by.collect(),
            share: text(claim.share.as_ref()),
            parts: Field::of(shares.join(" ")),
            currency: text(claim.currency.as_ref()),
            foreign: decimal(claim.foreign_amount.as_ref()),
            rate: decimal(claim.foreign_rate.as_ref()),
            rate_source: text(claim.foreign_source.as_ref()),
            relief: text(claim.relief.as_ref()),
            ancillary: claim.ancillary,
            was: claim.position.to_string(),
            is_new: false,
        }
    });
    claims.collect()
}

/// Field by field what another typed differently; parties and claims by their place.
fn differences(lang: Lang, theirs: &Facts, mine: &Facts) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |field: String, theirs: &str, mine: &str| {
        if theirs != mine {
            let (theirs, mine) = (theirs.to_owned(), mine.to_owned());
            found.push(Difference { field, theirs, mine });
        }
    };
    for ((name, theirs), (_, mine)) in
        case_texts(lang, theirs).into_iter().zip(case_texts(lang, mine))
    {
        compare(name, &theirs, &mine);
    }
    let nobody = PartyFields::default();
    for place in 0..theirs.parties.len().max(mine.parties.len()) {
        let of = lang.t("party-n").with("n", (place + 1).to_string());
        let (one, two) = (theirs.parties.get(place), mine.parties.get(place));
        let pairs = party_texts(lang, one.unwrap_or(&nobody))
            .into_iter()
            .zip(party_texts(lang, two.unwrap_or(&nobody)));
        for ((name, theirs), (_, mine)) in pairs {
            compare(format!("{of}, {name}"), &theirs, &mine);
        }
    }
    let nothing = ClaimFields::default();
    for place in 0..theirs.claims.len().max(mine.claims.len()) {
        let of = lang.t("claim-n").with("n", (place + 1).to_string());
        let (one, two) = (theirs.claims.get(place), mine.claims.get(place));
        let pairs = claim_texts(lang, one.unwrap_or(&nothing))
            .into_iter()
            .zip(claim_texts(lang, two.unwrap_or(&nothing)));
        for ((name, theirs), (_, mine)) in pairs {
            compare(format!("{of}, {name}"), &theirs, &mine);
        }
    }
    found
}

fn day(field: &DayField) -> String {
    format!("{:0>2}/{:0>2}/{}", field.day, field.month, field.year)
}

fn case_texts(lang: Lang, facts: &Facts) -> Vec<(String, String)> {
    let case = &facts.case;
    vec![
        (lang.t("case-number").to_string(), case.number.value.clone()),
        (lang.t("case-kind").to_string(), case.kind.value.clone()),
        (lang.t("case-stage").to_string(), case.stage.value.clone()),
        (lang.t("case-procedure").to_string(), case.procedure.value.clone()),
        (lang.t("case-charge").to_string(), case.charge.value.clone()),
        (lang.t("case-subject").to_string(), case.subject.value.clone()),
        (lang.t("case-filed").to_string(), day(&case.filed)),
    ]
}

fn party_texts(lang: Lang, party: &PartyFields) -> Vec<(String, String)> {
    let lines = [&party.address, &party.ward, &party.province];
    let address: Vec<&str> =
        lines.iter().map(|field| field.value.as_str()).filter(|text| !text.is_empty()).collect();
    vec![
        (lang.t("party-role").to_string(), party.role.value.clone()),
        (lang.t("party-type").to_string(), party.kind.value.clone()),
        (lang.t("party-name").to_string(), party.name.value.clone()),
        (lang.t("party-document").to_string(), party.document.value.clone()),
        (lang.t("party-document-number").to_string(), party.document_number.value.clone()),
        (lang.t("party-born").to_string(), party.born.value.clone()),
        (lang.t("party-address").to_string(), address.join(", ")),
        (lang.t("party-phone").to_string(), party.phone.value.clone()),
        (lang.t("party-email").to_string(), party.email.value.clone()),
        (lang.t("relief-ground").to_string(), party.relief.value.clone()),
        (lang.t("relief-decision").to_string(), party.relief_decision.value.clone()),
    ]
}

fn claim_texts(lang: Lang, claim: &ClaimFields) -> Vec<(String, String)> {
    let digits = |field: &Field| field.value.replace(['.', ' '], "");
    let by: Vec<String> = claim.by.iter().map(usize::to_string).collect();
    vec![
        (lang.t("claim-text").to_string(), claim.text.value.clone()),
        (lang.t("claim-side").to_string(), claim.side.value.clone()),
        (lang.t("claim-valued").to_string(), claim.valued.value.clone()),
        (lang.t("claim-amount").to_string(), digits(&claim.amount)),
        (lang.t("claim-by").to_string(), by.join(", ")),
        (lang.t("claim-share").to_string(), claim.share.value.clone()),
        (lang.t("claim-parts").to_string(), claim.parts.value.clone()),
        (lang.t("claim-foreign").to_string(), digits(&claim.foreign)),
        (lang.t("claim-rate").to_string(), digits(&claim.rate)),
        (lang.t("claim-relief").to_string(), claim.relief.value.clone()),
    ]
}
