//! Cases, their parties, claim groups, claims and reliefs already decided.

use super::{
    StoreError, Tx, execute, fetch_all, fetch_optional,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    case::{CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure},
    id::{CaseId, ClaimId, CourtId, PartyId, StaffId},
    money::Dong,
    staff::Scope,
    time::{Day, Timestamp},
};
use uuid::Uuid;

statements! {
    INSERT_CASE = "insert into court_case (id, court_id, number, kind, instance, procedure,
        subject, charge_code, filed_on, clerk_id, judge_id, state, external_id, revision, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, 1, $13)
        on conflict do nothing";
    CASE = concat!("select c.id, c.court_id, c.number, c.kind, c.instance, c.procedure, c.subject,
        c.charge_code, c.filed_on, c.clerk_id, c.judge_id, c.state, c.locked_at, c.external_id,
        c.revision, c.created_at
        from (select x.*, x.court_id as agency_id from court_case x) c
        where ", scoped!("c"), " and c.id = $4");
    CASES = concat!("select c.id, c.court_id, c.number, c.kind, c.instance, c.procedure, c.subject,
        c.charge_code, c.filed_on, c.clerk_id, c.judge_id, c.state, c.locked_at, c.external_id,
        c.revision, c.created_at
        from (select x.*, x.court_id as agency_id from court_case x) c
        where ", scoped!("c"), " and (cast($4 as text) is null or c.number = $4)
          and (cast($5 as text) is null or c.external_id = $5)
        order by c.created_at desc, c.id desc limit $6 offset $7");
    INSERT_PARTY = "insert into party (id, case_id, position, role, kind, name, name_folded,
        document_kind, document, document_index, birth_year, address, phone, email, pays, eservice_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    PARTIES = "select id, case_id, position, role, kind, name, document_kind, document, birth_year,
        address, phone, email, pays, eservice_on from party where case_id = $1 order by position";
    INSERT_GROUP = "insert into claim_group (id, case_id, kind, position, judge_id)
        values ($1, $2, $3, $4, $5)";
    GROUPS = "select id, case_id, kind, position, register_number, register_year, accepted_on,
        accepted_at from claim_group where case_id = $1 order by position";
    INSERT_CLAIM = "insert into claim (id, case_id, group_id, position, text, amount, currency,
        foreign_amount, foreign_rate, foreign_source, share, part, relief, separate, ancillary)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    CLAIMS = "select id, group_id, position, text, amount, currency, foreign_amount, foreign_rate,
        foreign_source, share, part, relief, separate, ancillary from claim where case_id = $1 order by position";
    INSERT_CLAIM_PARTY = "insert into claim_party (claim_id, party_id, share) values ($1, $2, $3)";
    CLAIM_PARTIES = "select cp.claim_id, cp.party_id, cp.share from claim_party cp
        join claim c on c.id = cp.claim_id join party p on p.id = cp.party_id
        where c.case_id = $1 order by c.position, p.position";
    INSERT_RELIEF = "insert into relief (id, case_id, party_id, code, rate, decision_number,
        decided_on, recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    RELIEFS = "select party_id, code, rate, decision_number, decided_on from relief
        where case_id = $1 order by recorded_at, id";
    NEXT_NUMBER = "insert into register (court_id, book, year, last_number) values ($1, $2, $3, 1)
        on conflict (court_id, book, year) do update set last_number = register.last_number + 1
        returning last_number";
    PEEK_NUMBER = "select last_number from register where court_id = $1 and book = $2 and year = $3";
    CHANGE_CASE = "update court_case set number = $3, kind = $4, instance = $5, procedure = $6,
        subject = $7, charge_code = $8, filed_on = $9, clerk_id = $10, revision = revision + 1
        where id = $1 and revision = $2 and state = 'open'";
    HOLD_CASE = "update court_case set revision = revision where id = $1 and revision = $2";
    DROP_CLAIM_PARTIES = "delete from claim_party where claim_id in
        (select c.id from claim c where c.case_id = $1)";
    DROP_CLAIMS = "delete from claim where case_id = $1";
    DROP_RELIEFS = "delete from relief where case_id = $1";
    DROP_GROUPS = "delete from claim_group where case_id = $1";
    DROP_PARTIES = "delete from party where case_id = $1";
    LOCK_CASE = "update court_case set state = 'accepted', locked_at = $2, revision = revision + 1
        where id = $1 and state = 'open'";
}

/// A case.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct CaseRow {
    pub id: CaseId,
    pub court_id: CourtId,
    pub number: String,
    pub kind: CaseKind,
    pub instance: Instance,
    pub procedure: Procedure,
    pub subject: String,
    pub charge_code: Option<String>,
    pub filed_on: Day,
    pub clerk_id: Option<StaffId>,
    pub judge_id: Option<StaffId>,
    pub state: String,
    pub locked_at: Option<Timestamp>,
    pub external_id: Option<String>,
    pub revision: i64,
    pub created_at: Timestamp,
}

/// A party; its document is still sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PartyRow {
    pub id: PartyId,
    pub case_id: CaseId,
    pub position: i64,
    pub role: PartyRole,
    pub kind: PartyKind,
    pub name: String,
    pub document_kind: DocumentKind,
    pub document: Option<Vec<u8>>,
    pub birth_year: Option<i64>,
    pub address: String,
    /// Sealed.
    pub phone: Option<Vec<u8>>,
    /// Sealed.
    pub email: Option<Vec<u8>>,
    pub pays: bool,
    pub eservice_on: Option<Day>,
}

/// A party about to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewParty {
    pub id: PartyId,
    pub position: i64,
    pub role: PartyRole,
    pub kind: PartyKind,
    pub name: String,
    pub name_folded: String,
    pub document_kind: DocumentKind,
    pub document: Option<Vec<u8>>,
    pub document_index: Option<Vec<u8>>,
    pub birth_year: Option<i64>,
    pub address: String,
    pub phone: Option<Vec<u8>>,
    pub email: Option<Vec<u8>>,
    pub pays: bool,
    pub eservice_on: Option<Day>,
}

/// A claim group.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct GroupRow {
    pub id: Uuid,
    pub case_id: CaseId,
    pub kind: GroupKind,
    pub position: i64,
    pub register_number: Option<i64>,
    pub register_year: Option<i64>,
    pub accepted_on: Option<Day>,
    pub accepted_at: Option<Timestamp>,
}

/// A claim.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ClaimRow {
    pub id: ClaimId,
    pub group_id: Uuid,
    pub position: i64,
    pub text: String,
    pub amount: Option<Dong>,
    pub currency: Option<String>,
    pub foreign_amount: Option<String>,
    pub foreign_rate: Option<String>,
    pub foreign_source: Option<String>,
    pub share: Option<String>,
    pub part: Option<String>,
    pub relief: Option<String>,
    pub separate: bool,
    pub ancillary: bool,
}

/// A claim's party, with its agreed share.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ClaimPartyRow {
    pub claim_id: ClaimId,
    pub party_id: PartyId,
    pub share: Option<String>,
}

/// A relief already decided.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ReliefRow {
    pub party_id: PartyId,
    pub code: String,
    pub rate: Option<String>,
    pub decision_number: String,
    pub decided_on: Day,
}

impl Tx {
    /// Writes a case; `false` when the court has that number already.
    pub async fn insert_case(&mut self, case: &CaseRow) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            INSERT_CASE,
            case.id,
            case.court_id,
            &case.number,
            case.kind,
            case.instance,
            case.procedure,
            &case.subject,
            &case.charge_code,
            case.filed_on,
            case.clerk_id,
            case.judge_id,
            &case.external_id,
            case.created_at
        );
        Ok(rows == 1)
    }

    /// A case within the scope.
    pub async fn case(&mut self, scope: Scope, id: CaseId) -> Result<Option<CaseRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, CASE, bounds.kind, bounds.id, bounds.children, id))
    }

    /// Cases within the scope, newest first, by number or external id where given.
    pub async fn cases(
        &mut self,
        scope: Scope,
        filter: &CaseFilter<'_>,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            CASES,
            bounds.kind,
            bounds.id,
            bounds.children,
            filter.number,
            filter.external_id,
            filter.limit,
            filter.offset
        ))
    }

    /// Adds a party.
    pub async fn insert_party(&mut self, case: CaseId, party: &NewParty) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT_PARTY,
            party.id,
            case,
            party.position,
            party.role,
            party.kind,
            &party.name,
            &party.name_folded,
            party.document_kind,
            &party.document,
            &party.document_index,
            party.birth_year,
            &party.address,
            &party.phone,
            &party.email,
            party.pays,
            party.eservice_on
        );
        Ok(())
    }

    /// A case's parties, in order. The case itself was read within a scope.
    pub async fn parties(&mut self, case: CaseId) -> Result<Vec<PartyRow>, StoreError> {
        Ok(fetch_all!(self, PARTIES, case))
    }

    /// Adds a claim group.
    pub async fn insert_group(
        &mut self,
        group: &GroupRow,
        judge: Option<StaffId>,
    ) -> Result<(), StoreError> {
        execute!(self, INSERT_GROUP, group.id, group.case_id, group.kind, group.position, judge);
        Ok(())
    }

    /// A case's claim groups, in order.
    pub async fn groups(&mut self, case: CaseId) -> Result<Vec<GroupRow>, StoreError> {
        Ok(fetch_all!(self, GROUPS, case))
    }

    /// Adds a claim with its parties and their shares.
    pub async fn insert_claim(
        &mut self,
        case: CaseId,
        claim: &ClaimRow,
        parties: &[(PartyId, Option<String>)],
    ) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT_CLAIM,
            claim.id,
            case,
            claim.group_id,
            claim.position,
            &claim.text,
            claim.amount,
            &claim.currency,
            &claim.foreign_amount,
            &claim.foreign_rate,
            &claim.foreign_source,
            &claim.share,
            &claim.part,
            &claim.relief,
            claim.separate,
            claim.ancillary
        );
        for (party, share) in parties {
            execute!(self, INSERT_CLAIM_PARTY, claim.id, *party, share);
        }
        Ok(())
    }

    /// A case's claims, in order.
    pub async fn claims(&mut self, case: CaseId) -> Result<Vec<ClaimRow>, StoreError> {
        Ok(fetch_all!(self, CLAIMS, case))
    }

    /// Who makes which claim.
    pub async fn claim_parties(&mut self, case: CaseId) -> Result<Vec<ClaimPartyRow>, StoreError> {
        Ok(fetch_all!(self, CLAIM_PARTIES, case))
    }

    /// Records a relief that the judge has decided.
    pub async fn insert_relief(
        &mut self,
        case: CaseId,
        relief: &ReliefRow,
        by: (Uuid, Option<StaffId>, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT_RELIEF,
            by.0,
            case,
            relief.party_id,
            &relief.code,
            &relief.rate,
            &relief.decision_number,
            relief.decided_on,
            by.1,
            by.2
        );
        Ok(())
    }

    /// A case's reliefs.
    pub async fn reliefs(&mut self, case: CaseId) -> Result<Vec<ReliefRow>, StoreError> {
        Ok(fetch_all!(self, RELIEFS, case))
    }

    /// The next number of a court's book in a year, from 1 without a gap.
    pub async fn next_number(
        &mut self,
        court: CourtId,
        book: &str,
        year: i32,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = fetch_optional!(self, NEXT_NUMBER, court, book, i64::from(year));
        row.map(|(number,)| number).ok_or(StoreError::Rows {
            what: "register",
            expected: 1,
            found: 0,
        })
    }

    /// The last number given in a book, 0 for none. Not a promise of the next.
    pub async fn last_number(
        &mut self,
        court: CourtId,
        book: &str,
        year: i32,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = fetch_optional!(self, PEEK_NUMBER, court, book, i64::from(year));
        Ok(row.map_or(0, |(number,)| number))
    }

    /// Changes a case's own facts, as long as it is at `revision`; `false` when somebody was faster.
    pub async fn change_case(&mut self, case: &CaseRow, revision: i64) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            CHANGE_CASE,
            case.id,
            revision,
            &case.number,
            case.kind,
            case.instance,
            case.procedure,
            &case.subject,
            &case.charge_code,
            case.filed_on,
            case.clerk_id
        );
        Ok(rows == 1)
    }

    /// Keeps a case at `revision` until the transaction ends; `false` when it has moved on.
    pub async fn hold_case(&mut self, case: CaseId, revision: i64) -> Result<bool, StoreError> {
        Ok(execute!(self, HOLD_CASE, case, revision) == 1)
    }

    /// Takes away parties, claims and reliefs of a case that no notice stands for.
    pub async fn drop_facts(&mut self, case: CaseId) -> Result<(), StoreError> {
        execute!(self, DROP_CLAIM_PARTIES, case);
        execute!(self, DROP_CLAIMS, case);
        execute!(self, DROP_RELIEFS, case);
        execute!(self, DROP_GROUPS, case);
        execute!(self, DROP_PARTIES, case);
        Ok(())
    }

    /// Locks the facts of an accepted case; `false` when it was locked before.
    pub async fn lock_case(&mut self, case: CaseId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, LOCK_CASE, case, now) == 1)
    }
}

/// Which cases a list shows.
#[derive(Clone, Copy, Debug)]
pub struct CaseFilter<'a> {
    /// Exactly this number.
    pub number: Option<&'a str>,
    /// Exactly this id of another system.
    pub external_id: Option<&'a str>,
    /// At most so many rows.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}
