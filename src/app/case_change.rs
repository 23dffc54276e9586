//! Changing the facts of a case, as long as no notice stands on them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    App, Caller, Deed, Error,
    case_facts::check,
    cases::{CaseFilter, CaseRow, CaseView, NewCase, PartyView},
    vault::Purpose,
};
use crate::{
    domain::{
        id::{CaseId, CourtId},
        staff::Scope,
    },
    store::Tx,
};

/// What of a party is kept sealed, opened for whoever writes the case.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// Number of the document.
    pub document: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
}

impl App {
    /// What of a party is kept sealed. The case was read within the caller's scope.
    pub fn opened(&self, party: &PartyView) -> Result<Opened, Error> {
        let open = |purpose, sealed: Option<&Vec<u8>>| {
            sealed.map(|sealed| self.vault.open_text(purpose, sealed)).transpose()
        };
        let row = &party.row;
        Ok(Opened {
            document: open(Purpose::Document, row.document.as_ref()).map_err(Error::internal)?,
            phone: open(Purpose::Phone, row.phone.as_ref()).map_err(Error::internal)?,
            email: open(Purpose::Email, row.email.as_ref()).map_err(Error::internal)?,
        })
    }

    /// Puts new facts in the place of a case's old ones. `revision` is that of the version which
    /// the caller saw.
    ///
    /// # Errors
    /// `Changed` when somebody changed the case since; refused once a notice stands on the facts or
    /// the case is accepted.
    pub async fn change_case(
        &self,
        caller: &Caller,
        (id, revision): (CaseId, i64),
        new: &NewCase,
    ) -> Result<(), Error> {
        let now = self.now();
        check(new, now.day())?;
        let mut tx = self.store.begin().await?;
        let case = tx.case(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let number = new.number.as_deref().map_or(case.number.as_str(), str::trim).to_owned();
        let changed = CaseRow {
            number,
            kind: new.kind,
            instance: new.instance,
            procedure: new.procedure,
            subject: new.subject.trim().to_owned(),
            charge_code: new.charge_code.clone(),
            filed_on: new.filed_on,
            clerk_id: new.clerk.or(case.clerk_id),
            ..case.clone()
        };
        if changed.number != case.number && is_taken(&mut tx, case.court_id, &changed).await? {
            return Err(Error::refused("number", "number_taken"));
        }
        if !tx.notices_of_case(caller.scope, id).await?.is_empty() || case.locked_at.is_some() {
            return Err(Error::refused("case", "notice_exists"));
        }
        let before = self.case_view(&mut tx, case).await?;
        if !tx.change_case(&changed, revision).await? {
            return Err(Error::Changed);
        }
        tx.drop_facts(id).await?;
        let new = NewCase { judge: before.case.judge_id, ..new.clone() };
        self.insert_facts(&mut tx, caller, id, &new).await?;
        let after = self.case_in(&mut tx, id).await?;
        let texts = (self.texts(&before)?, self.texts(&after)?);
        let texts = differing(&texts.0, &texts.1);
        let deed = Deed::of_court(new.court, "case.changed", ("case", id.uuid())).with(json!({
            "before": facts(&before),
            "after": facts(&after),
            "texts": texts,
        }));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Texts that the audit only names: they may hold persons.
    fn texts(&self, view: &CaseView) -> Result<BTreeMap<String, String>, Error> {
        let mut texts = BTreeMap::from([("subject".to_owned(), view.case.subject.clone())]);
        for party in &view.parties {
            let Opened { document, phone, email } = self.opened(party)?;
            let whole = [
                ("name", Some(party.row.name.clone())),
                ("address", Some(party.row.address.clone())),
                ("document", document),
                ("phone", phone),
                ("email", email),
            ];
            for (name, text) in whole {
                let place = format!("parties[{}].{name}", party.row.position);
                texts.insert(place, text.unwrap_or_default());
            }
        }
        for (claim, _) in &view.claims {
            texts.insert(format!("claims[{}].text", claim.position), claim.text.clone());
        }
        Ok(texts)
    }
}

async fn is_taken(tx: &mut Tx, court: CourtId, case: &CaseRow) -> Result<bool, Error> {
    let filter = CaseFilter { number: Some(&case.number), external_id: None, limit: 1, offset: 0 };
    let scope = Scope::Court { id: court, children: false };
    let found = tx.cases(scope, &filter).await?;
    Ok(found.iter().any(|other| other.id != case.id))
}

/// The names of texts that are not the same in both, or in one only.
fn differing<'a>(
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a str> {
    let names = before.keys().chain(after.keys());
    names.filter(|name| before.get(*name) != after.get(*name)).map(String::as_str).collect()
}

/// Everything of a case that no text is.
fn facts(view: &CaseView) -> Value {
    let case = &view.case;
    let parties = view.parties.iter().map(|party| {
        let row = &party.row;
        json!({ "role": row.role, "kind": row.kind, "document_kind": row.document_kind,
            "birth_year": row.birth_year, "pays": row.pays })
    });
    let position = |id| {
        let party = view.parties.iter().find(|party| party.row.id == id);
        party.map(|party| party.row.position)
    };
    let claims = view.claims.iter().map(|(claim, by)| {
        let by: Vec<Value> = by
            .iter()
            .map(|one| json!({ "party": position(one.party_id), "share": one.share }))
            .collect();
        let group = view.groups.iter().find(|group| group.id == claim.group_id);
        json!({ "group": group.map(|group| group.kind), "amount": claim.amount, "by": by,
            "currency": claim.currency, "foreign_amount": claim.foreign_amount,
            "foreign_rate": claim.foreign_rate, "share": claim.share, "part": claim.part,
            "relief": claim.relief, "separate": claim.separate, "ancillary": claim.ancillary })
    });
    let reliefs = view.reliefs.iter().map(|relief| {
        json!({ "party": position(relief.party_id), "code": relief.code, "rate": relief.rate,
            "decision": relief.decision_number, "decided_on": relief.decided_on.to_string() })
    });
    json!({
        "number": case.number, "kind": case.kind, "instance": case.instance,
        "procedure": case.procedure, "charge": case.charge_code,
        "filed_on": case.filed_on.to_string(), "clerk": case.clerk_id,
        "revision": case.revision,
        "parties": parties.collect::<Vec<_>>(),
        "claims": claims.collect::<Vec<_>>(),
        "reliefs": reliefs.collect::<Vec<_>>(),
    })
}
