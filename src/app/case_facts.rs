//! What must hold of the facts of a case before they are kept.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{
    App, Error,
    cases::{CaseView, NewCase, NewClaim, NewParty, NewRelief},
};
use crate::domain::{
    case::{CaseKind, DocumentKind},
    fee::{QuoteCode, Ratio},
    time::Day,
};

/// Refuses facts that no case can have, the field named as callers name it.
pub(super) fn check(new: &NewCase, today: Day) -> Result<(), Error> {
    if new.parties.is_empty() {
        return Err(Error::refused("parties", "no_parties"));
    }
    if new.claims.is_empty() {
        return Err(Error::refused("claims", "no_claims"));
    }
    for (field, text) in [("subject", Some(&new.subject)), ("number", new.number.as_ref())] {
        if text.is_some_and(|text| text.trim().is_empty()) {
            return Err(Error::refused(field, "empty"));
        }
    }
    if new.filed_on > today {
        return Err(Error::refused("filed_on", "in_the_future"));
    }
    if (new.kind == CaseKind::Charge) != new.charge_code.is_some() {
        let reason = if new.charge_code.is_some() { "not_a_charge" } else { "missing_field" };
        return Err(Error::refused("charge_code", reason));
    }
    for (place, party) in new.parties.iter().enumerate() {
        check_party(place, party)?;
    }
    for (place, claim) in new.claims.iter().enumerate() {
        check_claim(place, claim, new.parties.len())?;
    }
    for (place, relief) in new.reliefs.iter().enumerate() {
        check_relief(place, relief, (new.parties.len(), today))?;
    }
    Ok(())
}

fn check_party(place: usize, party: &NewParty) -> Result<(), Error> {
    let refused = |field, reason| Err(Error::refused(format!("parties[{place}].{field}"), reason));
    if party.name.trim().is_empty() {
        return refused("name", "empty");
    }
    if !document_fits(party.document_kind, party.document.as_deref()) {
        return refused("document", "bad_document");
    }
    Ok(())
}

fn check_claim(place: usize, claim: &NewClaim, parties: usize) -> Result<(), Error> {
    let refused = |reason| Err(Error::refused(format!("claims[{place}].by"), reason));
    if claim.by.is_empty() {
        return refused("no_party");
    }
    let mut seen = BTreeSet::new();
    for (party, _) in &claim.by {
        if *party >= parties {
            return refused("unknown_party");
        }
        if !seen.insert(party) {
            return refused("party_twice");
        }
    }
    Ok(())
}

/// A relief was decided, by a decision that has a number.
fn check_relief(
    place: usize,
    relief: &NewRelief,
    (parties, today): (usize, Day),
) -> Result<(), Error> {
    let refused = |field, reason| Err(Error::refused(format!("reliefs[{place}].{field}"), reason));
    if relief.party >= parties {
        return refused("party", "unknown_party");
    }
    if relief.decision_number.trim().is_empty() {
        return refused("decision_number", "empty");
    }
    if relief.decided_on > today {
        return refused("decided_on", "in_the_future");
    }
    Ok(())
}

/// A citizen id has 12 digits, an old one 9; a tax code 10, or 10 and 3; a passport 6 to 12 letters
/// and digits; none has no number.
fn document_fits(kind: DocumentKind, number: Option<&str>) -> bool {
    let Some(number) = number else { return kind == DocumentKind::Without };
    let digits =
        |count: usize| number.len() == count && number.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        DocumentKind::CitizenId => digits(12),
        DocumentKind::OldId => digits(9),
        DocumentKind::TaxCode => {
            digits(10)
                || number.split_once('-').is_some_and(|(main, branch)| {
                    main.len() == 10
                        && branch.len() == 3
                        && (main.bytes().chain(branch.bytes())).all(|b| b.is_ascii_digit())
                })
        }
        DocumentKind::Passport => {
            (6..=12).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric())
        }
        DocumentKind::Without => false,
    }
}

impl App {
    /// Refuses facts from which no advance can be worked out. What the list does not have stays: the
    /// judge fixes it by hand (law.md 7).
    pub(super) fn computable(&self, new: &NewCase, view: &CaseView) -> Result<(), Error> {
        for group in &view.groups {
            one_share_each(view, group.id)?;
            let Err(error) = self.assess(view, group.id, self.now().day())? else { continue };
            if error.code != QuoteCode::NoScheduleItem {
                let field = field_of(new, view, (group.id, &error.field));
                return Err(Error::refused(field, error.code.code()));
            }
        }
        Ok(())
    }
}

/// The parties of a group share its advance once: two claims that tell a party's share differently
/// leave nobody to say which holds (law.md 7).
fn one_share_each(view: &CaseView, group: Uuid) -> Result<(), Error> {
    let mut told = BTreeMap::new();
    for (claim, by) in view.claims.iter().filter(|(claim, _)| claim.group_id == group) {
        for row in by {
            let Some(share) = &row.share else { continue };
            // What is no share is told by the engine.
            let share = share.parse::<Ratio>().ok();
            if *told.entry(row.party_id).or_insert(share) != share {
                let field = format!("claims[{}].by", claim.position - 1);
                return Err(Error::refused(field, "shares_differ"));
            }
        }
    }
    Ok(())
}

/// A field of the engine's question as the field of the case that it came from.
fn field_of(new: &NewCase, view: &CaseView, (group, field): (Uuid, &str)) -> String {
    let (list, rest) = field.split_once('[').unwrap_or((field, ""));
    let (index, name) = rest.split_once(']').unwrap_or_default();
    let index: Option<usize> = index.parse().ok();
    match (list, index) {
        ("claims" | "appeals", Some(index)) => {
            let mut of_group = view.claims.iter().filter(|(claim, _)| claim.group_id == group);
            let place = of_group.nth(index).map_or(1, |(claim, _)| claim.position) - 1;
            format!("claims[{place}]{}", name.replace(".value", ".amount"))
        }
        ("reliefs", Some(index)) => {
            let row = view.reliefs.get(index);
            let is_it = |relief: &NewRelief| row.is_some_and(|row| row.code == relief.code);
            let place = new.reliefs.iter().position(is_it).unwrap_or(index);
            format!("reliefs[{place}]{name}")
        }
        ("case", _) => "kind".to_owned(),
        ("charge", _) => "charge_code".to_owned(),
        ("appeals" | "by" | "quantity" | "relief", _) => "claims".to_owned(),
        (list, _) if list.starts_with("shares") => "claims".to_owned(),
        _ => field.to_owned(),
    }
}
