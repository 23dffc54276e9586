//! Notices: drafted by the clerk, signed and issued by the judge, served, accepted when paid.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use uuid::Uuid;

use super::{App, Caller, Deed, Error, cases::CaseView, random::token, vault::Purpose};
use crate::{
    domain::{
        assessment::Assessment,
        case::{CaseKind, DocumentKind, GroupKind, Instance, ServiceMethod},
        deadline::{self, Deadline, DeadlineInput, LimitKind, PaidTime, Rule, Service},
        fee::{Quote, QuoteCode},
        id::{AssessmentId, CaseId, NoticeId, PartyId, Reference},
        money::Dong,
        notice::{FactKind, NoticeEvent, NoticeState, second_fact},
        order::{OrderKind, OrderState},
        time::Day,
    },
    store::{
        Tx,
        account::AccountRow,
        columns::{Hash, Json},
        notice::{Accepted, AssessmentRow, Issued, NewNotice, NoticeRow, Served, ServiceRow},
        order::NewOrder,
    },
};

/// Digits of a printed PIN.
const PIN_DIGITS: u32 = 4;

/// Why an advance could not be worked out; the engine's own code.
pub fn refused_quote(code: QuoteCode, field: String) -> Error {
    Error::Refused { field, reason: code.code() }
}

/// What a clerk decides when drafting.
#[derive(Clone, Copy, Debug, Default)]
pub struct DraftOptions {
    /// One notice each, even where they could pay together (the judge's tick "Tách riêng").
    pub apart: bool,
}

/// A notice of a payer or of several who pay together.
struct Debt {
    parts: Vec<(PartyId, Dong, Option<String>)>,
}

impl Debt {
    fn total(&self) -> Result<Dong, Error> {
        let parts = self.parts.iter().map(|(_, part, _)| *part);
        Dong::total(parts).ok_or_else(|| Error::refused("group", "value_too_large"))
    }
}

/// A service about to be recorded.
#[derive(Clone, Debug)]
pub struct NewService {
    /// Who was served.
    pub party: PartyId,
    /// How.
    pub method: ServiceMethod,
    /// When.
    pub on: Day,
    /// By whom.
    pub by: String,
}

impl App {
    /// Drafts the notices of a claim group: one a payer, or one joint debt where a claim is common.
    pub(super) async fn draft_notices_in(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (view, group): (&CaseView, Uuid),
        options: DraftOptions,
    ) -> Result<Vec<NoticeId>, Error> {
        let case = view.case.id;
        let kind = view.groups.iter().find(|row| row.id == group).ok_or(Error::NotFound)?.kind;
        if !tx.hold_case(case, view.case.revision).await? {
            return Err(Error::Changed);
        }
        let now = self.now();
        let assessment = self
            .assess(view, group, now.day())?
            .map_err(|error| refused_quote(error.code, error.field))?;
        let debts = debts(view, assessment.result(), options);
        if debts.is_empty() {
            return Err(Error::refused("group", "nothing_to_pay"));
        }
        let court = tx.court(view.case.court_id).await?.ok_or(Error::NotFound)?;
        let collector =
            court.collector_id.ok_or_else(|| Error::refused("court", "no_collector"))?;
        refuse_second(tx, group).await?;
        let assessment_id = self.keep_assessment(tx, caller, case, &assessment).await?;
        let charge = view.case.charge_code.as_deref();
        let limit = limit_kind(view.case.kind, view.case.instance, charge).code();
        let mut ids = Vec::with_capacity(debts.len());
        for debt in &debts {
            let id: NoticeId = self.new_id();
            let reference = self.new_reference(tx).await?;
            let amount = debt.total()?;
            let (fact_kind, fact) = self.fact_for(view, debt);
            let lookup = token(&*self.random);
            tx.insert_notice(&NewNotice {
                id,
                reference: reference.clone(),
                court_id: view.case.court_id,
                agency_id: collector,
                office_id: court.office_id,
                case_id: case,
                group_id: group,
                assessment_id,
                limit_kind: limit.to_owned(),
                form_code: form_code(view.case.kind, view.case.instance).to_owned(),
                amount,
                fact_kind,
                fact: self.vault.seal(Purpose::Fact, fact.as_bytes(), &*self.random),
                fact_index: self.fact_index(&reference, &fact),
                lookup: self.vault.seal(Purpose::Lookup, lookup.as_bytes(), &*self.random),
                lookup_index: self.lookup_index(&lookup),
                judge_id: view.case.judge_id,
                drafted_by: caller.staff,
                drafted_at: now,
            })
            .await?;
            for (position, (party, part, relief)) in (1i64..).zip(&debt.parts) {
                tx.add_addressee(id, *party, (position, *part, relief.as_deref())).await?;
            }
            let deed = Deed::of_court(view.case.court_id, "notice.drafted", ("notice", id.uuid()))
                .with(json!({ "reference": reference.as_str(), "amount": amount, "group": kind }))
                .moving("notice", id.uuid(), (None, NoticeState::Draft.code()));
            self.record(tx, caller, deed, now).await?;
            ids.push(id);
        }
        Ok(ids)
    }

    async fn keep_assessment(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        case: CaseId,
        assessment: &Assessment,
    ) -> Result<AssessmentId, Error> {
        let id: AssessmentId = self.new_id();
        let mut sha256 = [0; 32];
        hex::decode_to_slice(&assessment.schedule().sha256, &mut sha256)
            .map_err(Error::internal)?;
        let json = |value: Result<serde_json::Value, serde_json::Error>| {
            value.map(Json).map_err(Error::internal)
        };
        let row = AssessmentRow {
            id,
            case_id: case,
            input: json(serde_json::to_value(assessment.input()))?,
            result: json(serde_json::to_value(assessment.result()))?,
            schedule_id: assessment.schedule().id.clone(),
            schedule_sha256: Hash(sha256),
            law_settings: json(serde_json::to_value(assessment.settings()))?,
            engine_version: assessment.engine().to_owned(),
            made_at: self.now(),
        };
        tx.insert_assessment(&row, caller.staff).await?;
        Ok(id)
    }

    /// A reference that was never given: nine random digits, drawn again when taken.
    async fn new_reference(&self, tx: &mut Tx) -> Result<Reference, Error> {
        for _ in 0..100 {
            let reference = Reference::from_number(self.random.reference_number());
            if tx.give_reference(&reference, self.now()).await? {
                return Ok(reference);
            }
        }
        Err(Error::internal("a hundred references in a row were taken"))
    }

    /// The second fact that the paper names: from the first payer's document, else a PIN.
    fn fact_for(&self, view: &CaseView, debt: &Debt) -> (FactKind, String) {
        let first = debt.parts.first().map(|(party, _, _)| *party);
        let row = view.parties.iter().find(|party| Some(party.row.id) == first).map(|p| &p.row);
        let document = row
            .and_then(|row| self.document_of(row.document.as_deref()).ok().flatten())
            .unwrap_or_default();
        let kind = match row.map(|row| row.document_kind) {
            Some(DocumentKind::TaxCode) => FactKind::TaxDigits,
            Some(DocumentKind::Without) | None => FactKind::Pin,
            Some(DocumentKind::CitizenId | DocumentKind::OldId | DocumentKind::Passport) => {
                FactKind::DocumentTail
            }
        };
        match second_fact(kind, &document) {
            Some(fact) => (kind, fact),
            None => (FactKind::Pin, self.new_pin()),
        }
    }

    fn new_pin(&self) -> String {
        let number = self.random.reference_number() % 10u32.pow(PIN_DIGITS);
        format!("{number:04}")
    }

    /// The blind index of a notice's second fact; small letters are folded.
    pub(super) fn fact_index(&self, reference: &Reference, fact: &str) -> Hash {
        let fact: String = fact.chars().filter(|c| c.is_alphanumeric()).collect();
        Hash(self.vault.index(Purpose::Fact, reference.as_str(), &fact.to_uppercase()))
    }

    /// The blind index of a link's secret.
    pub(super) fn lookup_index(&self, lookup: &str) -> Hash {
        Hash(self.vault.index(Purpose::Lookup, "", lookup))
    }

    /// Signs and issues a notice: it gets its number, its account, its paper and its standing
    /// transfer order. The caller has just given a fresh code; the door holds that.
    pub async fn issue_notice(&self, caller: &Caller, id: NoticeId) -> Result<(), Error> {
        let judge = caller.staff.ok_or(Error::Forbidden)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let notice = tx.notice(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let to = notice.state.after(NoticeEvent::Issue)?;
        if notice.judge_id.is_some_and(|assigned| assigned != judge) {
            return Err(Error::NotFound);
        }
        let account = self.collecting_account(&mut tx, &notice).await?;
        let version = account.current_version_id.ok_or_else(no_account)?;
        let year = now.day().year();
        let number = tx.next_number(notice.court_id, "notice", year).await?;
        let numbered = NoticeRow {
            number: Some(number),
            number_year: Some(i64::from(year)),
            issued_at: Some(now),
            judge_id: Some(judge),
            account_version_id: Some(version),
            ..notice.clone()
        };
        let material = self.notice_material(&mut tx, &numbered, &account).await?;
        let paper = material.paper(self, &caller.name)?;
        let hash = self.keep_blob(&mut tx, "application/pdf", &paper).await?;
        let facts =
            serde_json::to_string(&material.receipt_facts(self)?).map_err(Error::internal)?;
        let issued = Issued {
            id,
            number,
            number_year: i64::from(year),
            account_version_id: version,
            judge_id: judge,
            issued_by: judge,
            issued_at: now,
            paper_hash: hash,
            receipt_facts: facts,
        };
        if !tx.issue_notice(&issued).await? {
            return Err(Error::Changed);
        }
        let order = self.standing_order(&notice, &account, version);
        tx.insert_order(&order).await?;
        let deed = Deed::of_court(notice.court_id, "notice.issued", ("notice", id.uuid()))
            .with(json!({
                "reference": notice.reference.as_str(), "number": number, "year": year,
                "amount": notice.amount, "account": account.id, "account_version": version,
                "paper": hex::encode(hash.0),
            }))
            .moving("notice", id.uuid(), (Some(notice.state.code()), to.code()))
            .moving("order", order.id.uuid(), (None, OrderState::Created.code()))
            .announcing(
                "notice.issued",
                json!({ "notice": id, "reference": notice.reference.as_str(), "amount": notice.amount }),
                Some(notice.agency_id.uuid()),
            );
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    fn standing_order(
        &self,
        notice: &NoticeRow,
        account: &AccountRow,
        version: crate::domain::id::AccountVersionId,
    ) -> NewOrder {
        NewOrder {
            id: self.new_id(),
            notice_id: notice.id,
            court_id: notice.court_id,
            agency_id: notice.agency_id,
            kind: OrderKind::Standing,
            account_id: account.id,
            account_version_id: version,
            attempt: 0,
            provider_ref: notice.reference.to_string(),
            amount: notice.amount,
            state: OrderState::Created,
            payer_name: None,
            payer_address: None,
            payer_document: None,
            payer_email: None,
            created_at: self.now(),
            expires_at: None,
            next_query_at: None,
            return_index: None,
        }
    }

    /// The live bank account into which the notice is paid: its office's, else its agency's.
    async fn collecting_account(
        &self,
        tx: &mut Tx,
        notice: &NoticeRow,
    ) -> Result<AccountRow, Error> {
        let accounts = tx.accounts().await?;
        let fits = |office: Option<crate::domain::id::AgencyId>| {
            accounts.iter().find(|account| {
                account.agency_id == notice.agency_id
                    && account.office_id == office
                    && account.state == "live"
                    && account.number.is_some()
            })
        };
        let found = notice.office_id.and_then(|office| fits(Some(office))).or_else(|| fits(None));
        found.cloned().ok_or_else(no_account)
    }

    /// Records that an addressee was served. The last one's day starts the time limit.
    pub async fn record_service(
        &self,
        caller: &Caller,
        id: NoticeId,
        service: NewService,
    ) -> Result<Option<Deadline>, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let notice = tx.notice(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let issued = notice.issued_at.ok_or_else(|| not_yet("not_issued"))?;
        if service.on < issued.day() {
            return Err(Error::refused("on", "before_issue"));
        }
        if service.on > now.day() {
            return Err(Error::refused("on", "in_the_future"));
        }
        let addressees = tx.addressees(id).await?;
        if !addressees.iter().any(|row| row.party_id == service.party) {
            return Err(Error::refused("party", "not_an_addressee"));
        }
        let earlier = tx.services(id).await?;
        if earlier.iter().any(|row| row.party_id == service.party) {
            return Err(Error::refused("party", "served_before"));
        }
        let row = ServiceRow {
            party_id: service.party,
            name: String::new(),
            method: service.method,
            served_on: service.on,
            served_by: service.by.trim().to_owned(),
            recorded_at: now,
        };
        tx.add_service(id, &row, (self.new_id(), caller.staff)).await?;
        let served: BTreeSet<PartyId> =
            earlier.iter().map(|row| row.party_id).chain([service.party]).collect();
        let whole = addressees.iter().all(|row| served.contains(&row.party_id));
        let last = earlier.iter().map(|row| row.served_on).chain([service.on]).max();
        let mut deed = Deed::of_court(notice.court_id, "notice.served", ("notice", id.uuid()))
            .with(json!({ "party": service.party, "method": service.method, "on": service.on.to_string() }));
        let mut deadline = None;
        if let (true, Some(last)) = (whole, last) {
            let days = self.deadline(&notice.limit_kind, last)?;
            let to = notice.state.after(NoticeEvent::Serve).unwrap_or(notice.state);
            if !tx.serve_notice(&served_row(&notice, to, &days)).await? {
                return Err(Error::Changed);
            }
            if to != notice.state {
                deed = deed.moving("notice", id.uuid(), (Some(notice.state.code()), to.code()));
            }
            deadline = Some(days);
        }
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(deadline)
    }

    /// The last days of a notice served on `day`.
    pub fn deadline(&self, limit_kind: &str, day: Day) -> Result<Deadline, Error> {
        let kind = LimitKind::from_code(limit_kind)
            .ok_or_else(|| Error::internal(format!("no time limit {limit_kind}")))?;
        let input = DeadlineInput {
            rule: Rule::Kind(kind),
            service: Service::On(day),
            not_counted: BTreeSet::new(),
        };
        deadline::compute(&self.tables.calendar, &self.tables.limits, &input)
            .map_err(|_| Error::refused("on", "calendar_unknown"))
    }

    /// Accepts a claim group whose advances are all paid, in one act: register number, receipts
    /// used, facts of the case locked. First instance only.
    pub async fn accept_group(
        &self,
        caller: &Caller,
        case: CaseId,
        group: Uuid,
    ) -> Result<Option<i64>, Error> {
        let by = caller.staff.ok_or(Error::Forbidden)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let row = tx.case(caller.scope, case).await?.ok_or(Error::NotFound)?;
        if row.instance != Instance::First {
            return Err(Error::refused("case", "appeals_come_later"));
        }
        let groups = tx.groups(case).await?;
        let kind = groups.iter().find(|one| one.id == group).ok_or(Error::NotFound)?.kind;
        let notices = tx.notices_of_group(group).await?;
        let owed: Vec<&NoticeRow> = notices.iter().filter(|notice| is_owed(notice)).collect();
        if owed.is_empty() || owed.iter().any(|notice| notice.state != NoticeState::Paid) {
            return Err(Error::refused("group", "not_paid"));
        }
        // The day on which the last receipt reached the court.
        let at = owed.iter().filter_map(|notice| notice.receipt_at_court).max().unwrap_or(now);
        let year = at.day().year();
        let number = match kind {
            GroupKind::Main => {
                let book = format!("acceptance.{}.{}", row.kind, row.instance);
                Some(tx.next_number(row.court_id, &book, year).await?)
            }
            GroupKind::Counterclaim | GroupKind::Independent => None,
        };
        let accepted = Accepted {
            register_number: number,
            register_year: number.map(|_| i64::from(year)),
            on: at.day(),
            at: now,
            by,
            judge: row.judge_id,
        };
        if !tx.accept_group(group, &accepted).await? {
            return Err(Error::refused("group", "accepted_before"));
        }
        for notice in &owed {
            let receipt = tx.receipt_of(notice.id).await?.ok_or(Error::Changed)?;
            let place = (case, row.court_id, group);
            let use_of_it = (self.new_id(), caller.name.as_str(), now);
            if !tx.use_receipt(receipt.id, place, use_of_it).await? {
                return Err(Error::refused("group", "receipt_in_use"));
            }
        }
        let mut deed = Deed::of_court(row.court_id, "group.accepted", ("case", case.uuid()))
            .with(json!({ "group": group, "kind": kind, "number": number, "year": year, "on": at.day().to_string() }))
            .announcing(
                "case.accepted",
                json!({ "case": case, "group": group, "kind": kind, "number": number, "on": at.day().to_string() }),
                None,
            );
        if kind == GroupKind::Main && tx.lock_case(case, now).await? {
            deed = deed.moving("case", case.uuid(), (Some("open"), "accepted"));
        }
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(number)
    }
}

/// Whether a notice still asks for its sum, or asked for it and got it.
const fn is_owed(notice: &NoticeRow) -> bool {
    !matches!(notice.state, NoticeState::Withdrawn | NoticeState::Replaced | NoticeState::Exempted)
}

fn no_account() -> Error {
    Error::refused("account", "no_live_account")
}

fn not_yet(reason: &'static str) -> Error {
    Error::refused("notice", reason)
}

/// One notice at a time stands for the same claims, also when two are drafted at one instant.
async fn refuse_second(tx: &mut Tx, group: Uuid) -> Result<(), Error> {
    if !tx.try_lock_key("draft", &group.to_string()).await? {
        return Err(Error::Changed);
    }
    if tx.notices_of_group(group).await?.iter().any(|notice| is_standing(notice.state)) {
        return Err(Error::refused("group", "notice_exists"));
    }
    Ok(())
}

/// A notice that still stands in the way of another one for the same claims.
const fn is_standing(state: NoticeState) -> bool {
    matches!(
        state,
        NoticeState::Draft
            | NoticeState::ToSign
            | NoticeState::Issued
            | NoticeState::Served
            | NoticeState::Paid
            | NoticeState::Closed
            | NoticeState::Lapsed
    )
}

fn served_row(notice: &NoticeRow, to: NoticeState, days: &Deadline) -> Served {
    // A notice paid before it was served is judged by the days that service now gives.
    let timeliness = notice
        .paid_on
        .map(|on| days.timeliness(PaidTime::new(notice.paid_at, on)).code().to_owned());
    Served {
        id: notice.id,
        from: notice.state,
        to,
        served_on: days.served_on(),
        pay_by: days.pay_by(),
        pay_before: days.pay_before(),
        lapse_after: days.lapse_after(),
        lapses_at: days.lapses_at(),
        tentative: days.is_tentative(),
        timeliness: timeliness.or_else(|| notice.timeliness.clone()),
    }
}

/// Who pays together: people who share a line of the quote owe one debt, all others their own. A
/// consensual divorce is asked by both, each for their half (326 article 36(1)).
fn debts(view: &CaseView, quote: &Quote, options: DraftOptions) -> Vec<Debt> {
    let apart = options.apart || view.case.kind == CaseKind::Matter;
    let mut leader: BTreeMap<&str, &str> = BTreeMap::new();
    for line in &quote.lines {
        let mut names = line.by.iter().map(String::as_str);
        let Some(first) = names.next() else { continue };
        let root = *leader.entry(first).or_insert(first);
        for name in names {
            let other = *leader.entry(name).or_insert(root);
            let target = if apart { name } else { root };
            for value in leader.values_mut().filter(|value| **value == other) {
                *value = target;
            }
        }
    }
    let mut debts: Vec<(&str, Debt)> = Vec::new();
    for payer in quote.payers.iter().filter(|payer| payer.advance.is_positive()) {
        let party = view
            .parties
            .iter()
            .find(|party| format!("p{}", party.row.position) == payer.party)
            .map(|party| party.row.id);
        let Some(party) = party else { continue };
        let root = if apart {
            payer.party.as_str()
        } else {
            leader.get(payer.party.as_str()).copied().unwrap_or(&payer.party)
        };
        let relief = payer.reliefs.first().map(|relief| relief.code.clone());
        let part = (party, payer.advance, relief);
        match debts.iter_mut().find(|(name, _)| *name == root) {
            Some((_, debt)) => debt.parts.push(part),
            None => debts.push((root, Debt { parts: vec![part] })),
        }
    }
    debts.into_iter().map(|(_, debt)| debt).collect()
}

/// Which time limit a notice has (procedure 2).
fn limit_kind(kind: CaseKind, instance: Instance, charge: Option<&str>) -> LimitKind {
    match (kind, instance) {
        (CaseKind::Administrative, Instance::First) => LimitKind::AdminFirstAdvance,
        (CaseKind::Administrative, Instance::Appeal) => LimitKind::AdminAppealAdvance,
        (CaseKind::Matter, Instance::Appeal) => LimitKind::CivilMatterAppealCharge,
        (CaseKind::Charge, _) if charge.is_some_and(|code| code.ends_with(".appeal")) => {
            LimitKind::ForeignOrArbitrationAppealCharge
        }
        (CaseKind::Charge, _) | (CaseKind::Matter, Instance::First) => LimitKind::CivilMatterCharge,
        (_, Instance::Appeal) => LimitKind::CivilAppealAdvance,
        (_, Instance::First) => LimitKind::CivilFirstAdvance,
    }
}

/// The form of a notice by kind and instance (procedure 1).
const fn form_code(kind: CaseKind, instance: Instance) -> &'static str {
    match (kind, instance) {
        (CaseKind::Administrative, _) => "04-HC",
        (CaseKind::Matter | CaseKind::Charge, _) => "05-VDS",
        (_, Instance::Appeal) => "61-DS",
        (_, Instance::First) => "29-DS",
    }
}
