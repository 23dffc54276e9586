//! Courts and cases as other systems read and write them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{extract::State, http::HeaderMap};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{BASE, Listed, Moment, created, listed, with_one_more};
use crate::{
    app::{
        App,
        cases::{CaseFilter, CaseRow, CaseView, NewCase, NewClaim, NewParty, NewRelief},
        idempotency::Answer,
    },
    domain::{
        case::{CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure},
        id::{CaseId, ClaimId, CourtId, PartyId, StaffId},
        money::Dong,
        time::Day,
    },
    web::{
        auth::{ApiCaller, ApiWriter},
        extract::{Json, PathId, Query, once, page},
        problem::{Code, Problem},
        strict::digits,
    },
};

/// The years of birth that a form may carry.
const BIRTH_YEARS: std::ops::RangeInclusive<i64> = 1850..=2100;

/// An amount of a claim: a whole number of 1 to 10^13 đồng.
#[derive(Clone, Copy)]
struct Amount(Dong);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = Dong::deserialize(deserializer)?;
        let fits = amount.is_positive() && amount <= Dong::LARGEST_POSTING;
        if fits { Ok(Self(amount)) } else { Err(de::Error::custom("not from 1 to 10^13")) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseBody {
    court: String,
    number: Option<String>,
    kind: CaseKind,
    instance: Instance,
    procedure: Option<Procedure>,
    subject: String,
    charge_code: Option<String>,
    filed_on: Day,
    judge: Option<String>,
    external_id: Option<String>,
    parties: Vec<PartyBody>,
    claims: Vec<ClaimBody>,
    #[serde(default)]
    reliefs: Vec<ReliefBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartyBody {
    role: PartyRole,
    kind: PartyKind,
    name: String,
    document_kind: Option<DocumentKind>,
    document: Option<String>,
    birth_year: Option<i64>,
    address: String,
    phone: Option<String>,
    email: Option<String>,
    eservice_on: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    text: String,
    group: Option<GroupKind>,
    amount: Option<Amount>,
    by: Vec<ByBody>,
    share: Option<String>,
    part: Option<String>,
    relief: Option<String>,
    #[serde(default)]
    separate: bool,
    #[serde(default)]
    ancillary: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByBody {
    party: usize,
    share: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReliefBody {
    party: usize,
    code: String,
    rate: Option<String>,
    decision_number: String,
    decided_on: Day,
}

impl CaseBody {
    fn into_case(self, court: CourtId, judge: Option<StaffId>) -> Result<NewCase, Problem> {
        let parties = self.parties.into_iter().enumerate();
        let parties = parties.map(|(place, party)| party.check(place).map(|()| party.into_party()));
        Ok(NewCase {
            court,
            number: self.number,
            kind: self.kind,
            instance: self.instance,
            procedure: self.procedure.unwrap_or(Procedure::Ordinary),
            subject: self.subject,
            charge_code: self.charge_code,
            filed_on: self.filed_on,
            clerk: None,
            judge,
            external_id: self.external_id,
            parties: parties.collect::<Result<_, _>>()?,
            claims: self.claims.into_iter().map(ClaimBody::into_claim).collect(),
            reliefs: self.reliefs.into_iter().map(ReliefBody::into_relief).collect(),
        })
    }
}

impl PartyBody {
    fn check(&self, place: usize) -> Result<(), Problem> {
        let refused = |field, code| {
            Err(Problem::new(Code::Invalid).at(format!("parties[{place}].{field}"), code))
        };
        if self.birth_year.is_some_and(|year| !BIRTH_YEARS.contains(&year)) {
            return refused("birth_year", "out_of_range");
        }
        if self.phone.as_deref().is_some_and(|text| !is_phone(text)) {
            return refused("phone", "invalid_value");
        }
        if self.email.as_deref().is_some_and(|text| !is_email(text)) {
            return refused("email", "invalid_value");
        }
        Ok(())
    }

    fn into_party(self) -> NewParty {
        NewParty {
            role: self.role,
            kind: self.kind,
            name: self.name,
            document_kind: self.document_kind.unwrap_or(DocumentKind::Without),
            document: self.document,
            birth_year: self.birth_year,
            address: self.address,
            phone: self.phone,
            email: self.email,
            eservice_on: self.eservice_on,
        }
    }
}

/// Ten digits from 0, as numbers in Vietnam are; blanks, dots and dashes between them.
fn is_phone(text: &str) -> bool {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    digits.len() == 10 && digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Something, an @, and a domain.
fn is_email(text: &str) -> bool {
    let plain = !text.contains(char::is_whitespace);
    text.split_once('@').is_some_and(|(name, domain)| {
        let labels = domain.split('.').all(|label| !label.is_empty());
        plain && !name.is_empty() && domain.contains('.') && labels && !domain.contains('@')
    })
}

impl ClaimBody {
    fn into_claim(self) -> NewClaim {
        NewClaim {
            text: self.text,
            group: self.group.unwrap_or(GroupKind::Main),
            amount: self.amount.map(|amount| amount.0),
            foreign: None,
            by: self.by.into_iter().map(|by| (by.party, by.share)).collect(),
            share: self.share,
            part: self.part,
            relief: self.relief,
            separate: self.separate,
            ancillary: self.ancillary,
        }
    }
}

impl ReliefBody {
    fn into_relief(self) -> NewRelief {
        NewRelief {
            party: self.party,
            code: self.code,
            rate: self.rate,
            decision_number: self.decision_number,
            decided_on: self.decided_on,
        }
    }
}

/// A case in a list, and the head of a whole one.
#[derive(Serialize)]
pub(super) struct CaseSummary {
    id: CaseId,
    court: String,
    number: String,
    kind: CaseKind,
    instance: Instance,
    procedure: Procedure,
    subject: String,
    charge_code: Option<String>,
    filed_on: Day,
    state: String,
    external_id: Option<String>,
    created_at: Moment,
}

impl CaseSummary {
    fn of(row: CaseRow, court: String) -> Self {
        Self {
            id: row.id,
            court,
            number: row.number,
            kind: row.kind,
            instance: row.instance,
            procedure: row.procedure,
            subject: row.subject,
            charge_code: row.charge_code,
            filed_on: row.filed_on,
            state: row.state,
            external_id: row.external_id,
            created_at: Moment(row.created_at),
        }
    }
}

#[derive(Serialize)]
pub(super) struct CaseJson {
    #[serde(flatten)]
    head: CaseSummary,
    parties: Vec<PartyJson>,
    groups: Vec<GroupJson>,
    claims: Vec<ClaimJson>,
    reliefs: Vec<ReliefJson>,
}

#[derive(Serialize)]
struct PartyJson {
    id: PartyId,
    role: PartyRole,
    kind: PartyKind,
    name: String,
    document_kind: DocumentKind,
    document: Option<String>,
    address: String,
    pays: bool,
}

#[derive(Serialize)]
struct GroupJson {
    id: uuid::Uuid,
    kind: GroupKind,
    register_number: Option<i64>,
    register_year: Option<i64>,
    accepted_on: Option<Day>,
}

#[derive(Serialize)]
struct ClaimJson {
    id: ClaimId,
    group: uuid::Uuid,
    text: String,
    amount: Option<Dong>,
    by: Vec<ByJson>,
    share: Option<String>,
    part: Option<String>,
    relief: Option<String>,
    separate: bool,
    ancillary: bool,
}

#[derive(Serialize)]
struct ByJson {
    party: PartyId,
    share: Option<String>,
}

#[derive(Serialize)]
struct ReliefJson {
    party: PartyId,
    code: String,
    rate: Option<String>,
    decision_number: String,
    decided_on: Day,
}

impl CaseJson {
    fn of(view: &CaseView, court: String) -> Self {
        let parties = view.parties.iter().map(|party| PartyJson {
            id: party.row.id,
            role: party.row.role,
            kind: party.row.kind,
            name: party.row.name.clone(),
            document_kind: party.row.document_kind,
            document: party.document.clone(),
            address: party.row.address.clone(),
            pays: party.row.pays,
        });
        let groups = view.groups.iter().map(|group| GroupJson {
            id: group.id,
            kind: group.kind,
            register_number: group.register_number,
            register_year: group.register_year,
            accepted_on: group.accepted_on,
        });
        let claims = view.claims.iter().map(|(claim, by)| ClaimJson {
            id: claim.id,
            group: claim.group_id,
            text: claim.text.clone(),
            amount: claim.amount,
            by: by
                .iter()
                .map(|by| ByJson { party: by.party_id, share: by.share.clone() })
                .collect(),
            share: claim.share.clone(),
            part: claim.part.clone(),
            relief: claim.relief.clone(),
            separate: claim.separate,
            ancillary: claim.ancillary,
        });
        let reliefs = view.reliefs.iter().map(|relief| ReliefJson {
            party: relief.party_id,
            code: relief.code.clone(),
            rate: relief.rate.clone(),
            decision_number: relief.decision_number.clone(),
            decided_on: relief.decided_on,
        });
        Self {
            head: CaseSummary::of(view.case.clone(), court),
            parties: parties.collect(),
            groups: groups.collect(),
            claims: claims.collect(),
            reliefs: reliefs.collect(),
        }
    }
}

/// `POST /cases`.
pub(super) async fn create(
    ApiWriter(by): ApiWriter,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    json: Json<CaseBody>,
) -> Result<Answer, Problem> {
    let once = once(&headers, by.idempotency_scope(), ["POST /cases", &json.canonical])?;
    let code = json.body.court.clone();
    let court = app.court_of_code(by.caller(), &code).await?;
    let judge = match &json.body.judge {
        Some(login) => Some(app.judge_of_court(court, login).await?),
        None => None,
    };
    let new = json.body.into_case(court, judge)?;
    let render = |view: &CaseView| {
        created(&CaseJson::of(view, code), Some(format!("{BASE}/cases/{}", view.case.id)))
    };
    Ok(app.create_case_once(by.caller(), &new, once.as_ref(), render).await?)
}

/// `GET /cases/{id}`.
pub(super) async fn read(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    PathId(id): PathId<CaseId>,
) -> Result<axum::Json<CaseJson>, Problem> {
    let view = app.case(by.caller(), id).await?;
    let mut codes = app.court_codes([view.case.court_id]).await?;
    let code = codes.remove(&view.case.court_id).unwrap_or_default();
    Ok(axum::Json(CaseJson::of(&view, code)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseQuery {
    number: Option<String>,
    external_id: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    limit: Option<i64>,
    #[serde(default, deserialize_with = "digits")]
    offset: Option<i64>,
}

/// `GET /cases`.
pub(super) async fn list(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    Query(query): Query<CaseQuery>,
) -> Result<axum::Json<Listed<CaseSummary>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let more = with_one_more(page);
    let filter = CaseFilter {
        number: query.number.as_deref(),
        external_id: query.external_id.as_deref(),
        limit: more.limit,
        offset: more.offset,
    };
    let rows = app.cases(by.caller(), &filter).await?;
    let codes: BTreeMap<CourtId, String> =
        app.court_codes(rows.iter().map(|row| row.court_id)).await?;
    Ok(listed(rows, page, |row| {
        let court = codes.get(&row.court_id).cloned().unwrap_or_default();
        CaseSummary::of(row, court)
    }))
}

#[derive(Serialize)]
pub(super) struct CourtJson {
    code: String,
    name: String,
    short_name: String,
    level: String,
    active: bool,
    address: Option<String>,
    phone: Option<String>,
    collector: Option<AgencyJson>,
}

/// A collecting body, as far as others name it.
#[derive(Serialize)]
pub(super) struct AgencyJson {
    pub(super) code: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    #[serde(default, deserialize_with = "digits")]
    pub(super) limit: Option<i64>,
    #[serde(default, deserialize_with = "digits")]
    pub(super) offset: Option<i64>,
}

/// `GET /courts`.
pub(super) async fn courts(
    _: ApiCaller,
    State(app): State<Arc<App>>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Listed<CourtJson>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let rows = app.courts(with_one_more(page)).await?;
    Ok(listed(rows, page, |(court, collector)| CourtJson {
        code: court.code,
        name: court.name,
        short_name: court.short_name,
        level: court.level,
        active: court.active,
        address: court.address,
        phone: court.phone,
        collector: collector.map(|agency| AgencyJson { code: agency.code, name: agency.name }),
    }))
}
