//! A case as a question to the fee engine.

use serde_json::{Value, json};
use uuid::Uuid;

use super::cases::CaseView;
use crate::{
    domain::{case::Instance, id::PartyId, time::Day},
    store::case::{ClaimPartyRow, ClaimRow, ReliefRow},
};

/// The question to the fee engine, in the form of `docs/law.md` section 7. Parties are `p1`, `p2` …
/// by their place, claims `c1`, `c2` ….
pub fn quote_input(view: &CaseView, group: Uuid, day: Day) -> Value {
    let case = &view.case;
    let party = |id: PartyId| {
        let row = view.parties.iter().find(|party| party.row.id == id);
        row.map_or_else(String::new, |party| format!("p{}", party.row.position))
    };
    let claims: Vec<&(ClaimRow, Vec<ClaimPartyRow>)> =
        view.claims.iter().filter(|(claim, _)| claim.group_id == group).collect();
    let shares: serde_json::Map<String, Value> = claims
        .iter()
        .flat_map(|(_, by)| by)
        .filter_map(|row| row.share.clone().map(|share| (party(row.party_id), share.into())))
        .collect();
    let names = |by: &[ClaimPartyRow]| -> Vec<String> {
        by.iter().map(|row| party(row.party_id)).collect()
    };
    let reliefs: Vec<Value> =
        view.reliefs.iter().map(|row| relief_entry(&party(row.party_id), row)).collect();
    let mut input = json!({
        "op": "advance",
        "law": "auto",
        "date": day.to_string(),
        "case": case.kind,
        "instance": case.instance,
        "procedure": case.procedure,
    });
    let Value::Object(fields) = &mut input else { return input };
    if let Some(code) = &case.charge_code {
        let mut by: Vec<String> = Vec::new();
        for name in claims.iter().flat_map(|(_, by)| names(by)) {
            if !by.contains(&name) {
                by.push(name);
            }
        }
        fields.insert("charge".to_owned(), code.as_str().into());
        fields.insert("by".to_owned(), by.into());
        if let Some(code) = claims.iter().find_map(|(claim, _)| claim.relief.as_deref()) {
            fields.insert("relief".to_owned(), code.into());
        }
    } else if case.instance == Instance::Appeal {
        let appeals = claims.iter().map(|(claim, by)| {
            let mut entry = json!({ "id": format!("c{}", claim.position), "by": names(by) });
            put(&mut entry, "part", claim.part.as_deref());
            put(&mut entry, "relief", claim.relief.as_deref());
            entry
        });
        fields.insert("appeals".to_owned(), appeals.collect());
    } else {
        let claims = claims.iter().map(|(claim, by)| claim_entry(claim, &names(by)));
        fields.insert("claims".to_owned(), claims.collect());
    }
    if !shares.is_empty() {
        fields.insert("shares".to_owned(), Value::Object(shares));
    }
    if !reliefs.is_empty() {
        fields.insert("reliefs".to_owned(), Value::Array(reliefs));
    }
    input
}

fn claim_entry(claim: &ClaimRow, by: &[String]) -> Value {
    let mut entry = json!({
        "id": format!("c{}", claim.position),
        "by": by,
    });
    match (&claim.currency, &claim.foreign_amount, &claim.foreign_rate) {
        (Some(currency), Some(amount), Some(rate)) => put_value(
            &mut entry,
            "foreign",
            json!({ "currency": currency, "amount": amount, "rate": rate }),
        ),
        _ => put_value(&mut entry, "value", json!(claim.amount)),
    }
    put(&mut entry, "share", claim.share.as_deref());
    put(&mut entry, "part", claim.part.as_deref());
    put(&mut entry, "relief", claim.relief.as_deref());
    for (name, set) in [("separate", claim.separate), ("ancillary", claim.ancillary)] {
        if set {
            put_value(&mut entry, name, Value::Bool(true));
        }
    }
    entry
}

fn relief_entry(party: &str, relief: &ReliefRow) -> Value {
    let mut entry = json!({ "party": party, "code": relief.code });
    put(&mut entry, "rate", relief.rate.as_deref());
    entry
}

fn put(entry: &mut Value, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        put_value(entry, name, text.into());
    }
}

fn put_value(entry: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = entry {
        fields.insert(name.to_owned(), value);
    }
}
