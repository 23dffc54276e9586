//! Cases: taking one up, reading it, working out what its payers advance.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;

use super::{
    App, Caller, Deed, Error,
    case_facts::check,
    idempotency::{Answer, Once, ended},
    question::quote_input,
    vault::Purpose,
};
use crate::{
    domain::{
        assessment::Assessment,
        case::{CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure},
        fee::{self, QuoteError, Tree},
        fold::folded,
        id::{CaseId, ClaimId, CourtId, PartyId, StaffId},
        money::Dong,
        receipt::Masked,
        staff::Scope,
        time::Day,
    },
    store::{
        Tx,
        case::{ClaimPartyRow, ClaimRow, GroupRow, NewParty as PartyRowNew, PartyRow, ReliefRow},
        court::CourtRow,
    },
};

pub use crate::store::case::{CaseFilter, CaseRow};

/// A case about to be taken up.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// The court; must lie within the caller's scope.
    pub court: CourtId,
    /// The file number; none takes the next of the court's book.
    pub number: Option<String>,
    /// Its kind.
    pub kind: CaseKind,
    /// Which instance.
    pub instance: Instance,
    /// Which procedure.
    pub procedure: Procedure,
    /// What it is about.
    pub subject: String,
    /// The item of the list, for a charge.
    pub charge_code: Option<String>,
    /// When the petition came.
    pub filed_on: Day,
    /// The clerk in charge; none takes the one who writes.
    pub clerk: Option<StaffId>,
    /// The assigned judge.
    pub judge: Option<StaffId>,
    /// Its id in another system.
    pub external_id: Option<String>,
    /// At least one.
    pub parties: Vec<NewParty>,
    /// At least one.
    pub claims: Vec<NewClaim>,
    /// Reliefs that the judge has already decided.
    pub reliefs: Vec<NewRelief>,
}

/// A party about to be written.
#[derive(Clone, Debug)]
pub struct NewParty {
    /// Its part in the case.
    pub role: PartyRole,
    /// Person or organisation.
    pub kind: PartyKind,
    /// Its name.
    pub name: String,
    /// What identifies it.
    pub document_kind: DocumentKind,
    /// The number.
    pub document: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i64>,
    /// Its address.
    pub address: String,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Registered for electronic service on.
    pub eservice_on: Option<Day>,
}

/// A claim about to be written. Parties are named by their place in the list, from 0.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// What is asked.
    pub text: String,
    /// What it is to the case.
    pub group: GroupKind,
    /// Its value; none where it has none, or where it is in foreign money.
    pub amount: Option<Dong>,
    /// Its value in foreign money.
    pub foreign: Option<Foreign>,
    /// Who makes it, each with an agreed share where there is one.
    pub by: Vec<(usize, Option<String>)>,
    /// The part claimed of a whole, `1/2`.
    pub share: Option<String>,
    /// `damages`, in administrative and criminal cases.
    pub part: Option<String>,
    /// A relief that belongs to this claim.
    pub relief: Option<String>,
    /// The judge reckons it apart.
    pub separate: bool,
    /// It only follows from another claim.
    pub ancillary: bool,
}

/// A sum in foreign money, with the rate by which it is reckoned (NQ 326/2016 gives it in đồng).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// ISO 4217 code.
    pub currency: String,
    /// The sum, a decimal with a point.
    pub amount: String,
    /// Đồng for one unit, a decimal with a point.
    pub rate: String,
    /// Whose rate, and of which day.
    pub source: Option<String>,
}

/// A relief already decided by the judge.
#[derive(Clone, Debug)]
pub struct NewRelief {
    /// The party's place in the list.
    pub party: usize,
    /// Its ground, a code of the fee schedule.
    pub code: String,
    /// The share taken off, where the ground leaves it open.
    pub rate: Option<String>,
    /// Number of the decision.
    pub decision_number: String,
    /// Its day.
    pub decided_on: Day,
}

/// A case with all that its page shows; document numbers masked.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// The case.
    pub case: CaseRow,
    /// Its parties.
    pub parties: Vec<PartyView>,
    /// Its claim groups.
    pub groups: Vec<GroupRow>,
    /// Its claims, each with its parties.
    pub claims: Vec<(ClaimRow, Vec<ClaimPartyRow>)>,
    /// Reliefs decided.
    pub reliefs: Vec<ReliefRow>,
}

/// A party as pages show it.
#[derive(Clone, Debug)]
pub struct PartyView {
    /// The row.
    pub row: PartyRow,
    /// The document's number, masked.
    pub document: Option<String>,
}

impl App {
    /// Takes up a case.
    pub async fn create_case(&self, caller: &Caller, new: NewCase) -> Result<CaseId, Error> {
        let mut tx = self.store.begin().await?;
        let id = self.create_case_in(&mut tx, caller, &new).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Takes up a case once, however often the request comes; `render` makes the answer. Another
    /// system cannot mend a case later, so facts that the fee engine refuses are refused here.
    pub async fn create_case_once(
        &self,
        caller: &Caller,
        new: &NewCase,
        once: Option<&Once>,
        render: impl FnOnce(&CaseView) -> Result<Answer, Error> + Send,
    ) -> Result<Answer, Error> {
        let mut tx = self.store.begin().await?;
        let answer = async {
            if let Some(answer) = self.claim(&mut tx, once).await? {
                return Ok(answer);
            }
            let id = self.create_case_in(&mut tx, caller, new).await?;
            let view = self.case_in(&mut tx, id).await?;
            self.computable(new, &view)?;
            let answer = render(&view)?;
            self.keep_answer(&mut tx, once, &answer).await?;
            Ok(answer)
        };
        let answer = answer.await;
        ended(tx, answer).await
    }

    async fn create_case_in(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        new: &NewCase,
    ) -> Result<CaseId, Error> {
        let now = self.now();
        check(new, now.day())?;
        let court = tx.court(new.court).await?.ok_or(Error::NotFound)?;
        if !holds_court(caller.scope, &court) {
            return Err(Error::NotFound);
        }
        let number = if let Some(number) = &new.number {
            number.trim().to_owned()
        } else {
            let year = now.day().year();
            format!("{}/{year}", tx.next_number(new.court, "case", year).await?)
        };
        let id: CaseId = self.new_id();
        let row = CaseRow {
            id,
            court_id: new.court,
            number,
            kind: new.kind,
            instance: new.instance,
            procedure: new.procedure,
            subject: new.subject.clone(),
            charge_code: new.charge_code.clone(),
            filed_on: new.filed_on,
            clerk_id: new.clerk.or(caller.staff),
            judge_id: new.judge,
            state: "open".to_owned(),
            locked_at: None,
            external_id: new.external_id.clone(),
            revision: 1,
            created_at: now,
        };
        if !tx.insert_case(&row).await? {
            return Err(Error::refused("number", "number_taken"));
        }
        self.insert_facts(tx, caller, id, new).await?;
        let deed = Deed::of_court(new.court, "case.created", ("case", id.uuid()))
            .with(json!({ "number": row.number, "kind": row.kind, "instance": row.instance }))
            .moving("case", id.uuid(), (None, "open"));
        self.record(tx, caller, deed, now).await?;
        Ok(id)
    }

    /// Parties, claims and reliefs of a case that has none.
    pub(super) async fn insert_facts(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: CaseId,
        new: &NewCase,
    ) -> Result<(), Error> {
        let now = self.now();
        let parties = self.insert_parties(tx, id, new).await?;
        self.insert_claims(tx, id, new, &parties).await?;
        for relief in &new.reliefs {
            let party = *parties
                .get(relief.party)
                .ok_or_else(|| Error::refused("reliefs", "unknown_party"))?;
            let row = ReliefRow {
                party_id: party,
                code: relief.code.clone(),
                rate: relief.rate.clone(),
                decision_number: relief.decision_number.clone(),
                decided_on: relief.decided_on,
            };
            tx.insert_relief(id, &row, (self.new_id(), caller.staff, now)).await?;
        }
        Ok(())
    }

    async fn insert_parties(
        &self,
        tx: &mut Tx,
        case: CaseId,
        new: &NewCase,
    ) -> Result<Vec<PartyId>, Error> {
        let payers: BTreeSet<usize> =
            new.claims.iter().flat_map(|claim| claim.by.iter().map(|(at, _)| *at)).collect();
        let mut ids = Vec::with_capacity(new.parties.len());
        for (place, party) in new.parties.iter().enumerate() {
            let id: PartyId = self.new_id();
            let seal = |purpose, text: &Option<String>| {
                text.as_deref().map(|text| self.vault.seal(purpose, text.as_bytes(), &*self.random))
            };
            let index = party
                .document
                .as_deref()
                .map(|text| self.vault.index(Purpose::Document, "", text).to_vec());
            let row = PartyRowNew {
                id,
                position: place_number(place),
                role: party.role,
                kind: party.kind,
                name: party.name.trim().to_owned(),
                name_folded: folded(&party.name),
                document_kind: party.document_kind,
                document: seal(Purpose::Document, &party.document),
                document_index: index,
                birth_year: party.birth_year,
                address: party.address.trim().to_owned(),
                phone: seal(Purpose::Phone, &party.phone),
                email: seal(Purpose::Email, &party.email),
                pays: payers.contains(&place),
                eservice_on: party.eservice_on,
            };
            tx.insert_party(case, &row).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// The case's own claims form one group; each counterclaim and independent claim of the same
    /// people forms one of its own, which never holds the case back (decisions 5).
    async fn insert_claims(
        &self,
        tx: &mut Tx,
        case: CaseId,
        new: &NewCase,
        parties: &[PartyId],
    ) -> Result<(), Error> {
        let mut groups = BTreeMap::<(GroupKind, BTreeSet<usize>), Uuid>::new();
        for (place, claim) in new.claims.iter().enumerate() {
            let people = match claim.group {
                GroupKind::Main => BTreeSet::new(),
                GroupKind::Counterclaim | GroupKind::Independent => {
                    claim.by.iter().map(|(at, _)| *at).collect()
                }
            };
            let position = place_number(groups.len());
            let key = (claim.group, people);
            let group = if let Some(group) = groups.get(&key) {
                *group
            } else {
                let id: Uuid = self.new_id();
                let row = GroupRow {
                    id,
                    case_id: case,
                    kind: claim.group,
                    position,
                    register_number: None,
                    register_year: None,
                    accepted_on: None,
                    accepted_at: None,
                };
                tx.insert_group(&row, new.judge).await?;
                groups.insert(key, id);
                id
            };
            let id: ClaimId = self.new_id();
            let foreign = claim.foreign.as_ref();
            let row = ClaimRow {
                id,
                group_id: group,
                position: place_number(place),
                text: claim.text.trim().to_owned(),
                amount: claim.amount,
                currency: foreign.map(|sum| sum.currency.clone()),
                foreign_amount: foreign.map(|sum| sum.amount.clone()),
                foreign_rate: foreign.map(|sum| sum.rate.clone()),
                foreign_source: foreign.and_then(|sum| sum.source.clone()),
                share: claim.share.clone(),
                part: claim.part.clone(),
                relief: claim.relief.clone(),
                separate: claim.separate,
                ancillary: claim.ancillary,
            };
            let by = claim.by.iter().map(|(at, share)| {
                parties
                    .get(*at)
                    .map(|party| (*party, share.clone()))
                    .ok_or_else(|| Error::refused(format!("claims[{place}].by"), "unknown_party"))
            });
            tx.insert_claim(case, &row, &by.collect::<Result<Vec<_>, _>>()?).await?;
        }
        Ok(())
    }

    /// A case within the caller's scope, with all that its page shows.
    pub async fn case(&self, caller: &Caller, id: CaseId) -> Result<CaseView, Error> {
        let mut tx = self.store.read().await?;
        let case = tx.case(caller.scope, id).await?.ok_or(Error::NotFound)?;
        self.case_view(&mut tx, case).await
    }

    /// A case that a notice, read before, points to.
    pub(super) async fn case_in(&self, tx: &mut Tx, id: CaseId) -> Result<CaseView, Error> {
        let all = Scope::All;
        let case = tx.case(all, id).await?.ok_or(Error::NotFound)?;
        self.case_view(tx, case).await
    }

    pub(super) async fn case_view(&self, tx: &mut Tx, case: CaseRow) -> Result<CaseView, Error> {
        let id = case.id;
        let parties = tx.parties(id).await?;
        let groups = tx.groups(id).await?;
        let claims = tx.claims(id).await?;
        let by = tx.claim_parties(id).await?;
        let reliefs = tx.reliefs(id).await?;
        let parties = parties.into_iter().map(|row| self.party_view(row));
        let claims = claims.into_iter().map(|claim| {
            let by = by.iter().filter(|row| row.claim_id == claim.id).cloned().collect();
            (claim, by)
        });
        Ok(CaseView {
            parties: parties.collect::<Result<_, _>>()?,
            claims: claims.collect(),
            case,
            groups,
            reliefs,
        })
    }

    /// The court of a code, for whoever may take up cases there.
    pub async fn court_of_code(&self, caller: &Caller, code: &str) -> Result<CourtId, Error> {
        let court = self.store.read().await?.court_by_code(code).await?;
        let court = court.filter(|court| holds_court(caller.scope, court));
        court.map(|court| court.id).ok_or(Error::NotFound)
    }

    /// The judge of a court by the name of the account; an account that is no judge there is
    /// refused like one that does not exist.
    pub async fn judge_of_court(&self, court: CourtId, login: &str) -> Result<StaffId, Error> {
        let mut tx = self.store.read().await?;
        let found = tx.staff_by_login(login).await?.map(|row| row.id);
        let judges = tx.judges(court).await?;
        let judge = found.filter(|id| judges.iter().any(|row| row.id == *id));
        judge.ok_or_else(|| Error::refused("judge", "unknown_judge"))
    }

    /// Cases within the caller's scope, newest first.
    pub async fn cases(
        &self,
        caller: &Caller,
        filter: &CaseFilter<'_>,
    ) -> Result<Vec<CaseRow>, Error> {
        Ok(self.store.read().await?.cases(caller.scope, filter).await?)
    }

    fn party_view(&self, row: PartyRow) -> Result<PartyView, Error> {
        let document = self.document_of(row.document.as_deref())?;
        Ok(PartyView { document: document.map(|number| Masked::of(&number).to_string()), row })
    }

    /// A sealed document number, opened.
    pub(super) fn document_of(&self, sealed: Option<&[u8]>) -> Result<Option<String>, Error> {
        sealed
            .map(|sealed| self.vault.open_text(Purpose::Document, sealed))
            .transpose()
            .map_err(Error::internal)
    }

    /// What the payers of a claim group advance on `day`, with every step. Nothing is kept.
    pub fn assess(
        &self,
        view: &CaseView,
        group: Uuid,
        day: Day,
    ) -> Result<Result<Assessment, QuoteError>, Error> {
        let input = quote_input(view, group, day);
        let tree: Tree = serde_json::from_value(input).map_err(Error::internal)?;
        let tables = &self.tables;
        Ok(fee::advance_question(&tables.law, &tree)
            .and_then(|input| Assessment::of(&tables.law, &tables.law_settings, input)))
    }
}

/// Whether a court lies within a scope.
fn holds_court(scope: Scope, court: &CourtRow) -> bool {
    match scope {
        Scope::All => true,
        Scope::Court { id, children } => {
            court.id == id || (children && court.parent_id == Some(id))
        }
        Scope::Agency { .. } => false,
    }
}

fn place_number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1)
}
