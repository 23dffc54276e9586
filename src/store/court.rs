//! Courts and collecting agencies, as reference data brought them and settings changed them.

use super::{StoreError, Tx, execute, fetch_all, fetch_one, fetch_optional, statements};
use crate::domain::{
    id::{AgencyId, CourtId},
    settle::{IssueMode, PartsMode},
    time::Timestamp,
};

statements! {
    COURT = "select id, code, name, short_name, level, parent_id, address, phone, active,
        accept_by, collector_id, office_id from court where id = $1";
    COURT_BY_CODE = "select id, code, name, short_name, level, parent_id, address, phone, active,
        accept_by, collector_id, office_id from court where code = $1";
    COURTS = "select id, code, name, short_name, level, parent_id, address, phone, active,
        accept_by, collector_id, office_id from court order by code";
    PUT_COURT = "insert into court (id, code, name, short_name, level, parent_id, province_code,
        address, active, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (code) do update set name = excluded.name, short_name = excluded.short_name,
        level = excluded.level, parent_id = excluded.parent_id,
        province_code = excluded.province_code, address = excluded.address";
    SET_ACCEPT = "update court set accept_by = $2, phone = $3 where code = $1";
    SET_COLLECTOR = "update court set collector_id = $2, office_id = $3 where id = $1";
    AGENCY = "select id, code, name, kind, parent_id, superior_name, address, phone, hours,
        tax_code, place, active, parts, issue, receipt_symbol, officer from agency where id = $1";
    AGENCY_BY_CODE = "select id, code, name, kind, parent_id, superior_name, address, phone, hours,
        tax_code, place, active, parts, issue, receipt_symbol, officer from agency where code = $1";
    AGENCIES = "select id, code, name, kind, parent_id, superior_name, address, phone, hours,
        tax_code, place, active, parts, issue, receipt_symbol, officer from agency order by code";
    PUT_AGENCY = "insert into agency (id, code, name, kind, parent_id, court_id, active, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (code) do update set name = excluded.name, kind = excluded.kind,
        parent_id = excluded.parent_id, court_id = excluded.court_id";
    SET_AGENCY = "update agency set superior_name = $2, address = $3, phone = $4, hours = $5,
        tax_code = $6, place = $7, parts = $8, issue = $9, receipt_symbol = $10, officer = $11
        where code = $1";
    BEGIN_COURT = "update court set accept_by = $2 where id = $1";
    BEGIN_AGENCY = "update agency set parts = $2, issue = $3 where id = $1";
    COUNT = "select cast(count(*) as bigint) from court";
}

/// A court.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct CourtRow {
    pub id: CourtId,
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub level: String,
    pub parent_id: Option<CourtId>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub active: bool,
    /// `judge` or `clerk_records`.
    pub accept_by: String,
    /// The legal collector of its advances.
    pub collector_id: Option<AgencyId>,
    /// The collector's office for this court.
    pub office_id: Option<AgencyId>,
}

/// A collecting body.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct AgencyRow {
    pub id: AgencyId,
    pub code: String,
    pub name: String,
    /// `enforcement`, `office` or `court`.
    pub kind: String,
    pub parent_id: Option<AgencyId>,
    pub superior_name: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub hours: Option<String>,
    pub tax_code: Option<String>,
    pub place: Option<String>,
    pub active: bool,
    pub parts: PartsMode,
    pub issue: IssueMode,
    pub receipt_symbol: Option<String>,
    /// Who answers for its receipts.
    pub officer: Option<String>,
}

/// What reference data says of a court.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PutCourt<'a> {
    pub id: CourtId,
    pub code: &'a str,
    pub name: &'a str,
    pub short_name: &'a str,
    pub level: &'a str,
    pub parent_id: Option<CourtId>,
    pub province_code: Option<&'a str>,
    pub address: Option<&'a str>,
    pub active: bool,
}

/// What reference data says of an agency.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PutAgency<'a> {
    pub id: AgencyId,
    pub code: &'a str,
    pub name: &'a str,
    pub kind: &'a str,
    pub parent_id: Option<AgencyId>,
    pub court_id: Option<CourtId>,
    pub active: bool,
}

/// What an agency says of itself: printed on its papers, or a setting of its own.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct AgencySettings<'a> {
    pub code: &'a str,
    pub superior_name: Option<&'a str>,
    pub address: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub hours: Option<&'a str>,
    pub tax_code: Option<&'a str>,
    pub place: Option<&'a str>,
    pub parts: PartsMode,
    pub issue: IssueMode,
    pub receipt_symbol: Option<&'a str>,
    pub officer: Option<&'a str>,
}

impl Tx {
    /// A court.
    pub async fn court(&mut self, id: CourtId) -> Result<Option<CourtRow>, StoreError> {
        Ok(fetch_optional!(self, COURT, id))
    }

    /// A court by its code.
    pub async fn court_by_code(&mut self, code: &str) -> Result<Option<CourtRow>, StoreError> {
        Ok(fetch_optional!(self, COURT_BY_CODE, code))
    }

    /// Every court, by code.
    pub async fn courts(&mut self) -> Result<Vec<CourtRow>, StoreError> {
        Ok(fetch_all!(self, COURTS))
    }

    /// How many courts there are.
    pub async fn court_count(&mut self) -> Result<i64, StoreError> {
        let (count,): (i64,) = fetch_one!(self, COUNT);
        Ok(count)
    }

    /// Takes a court from reference data; settings made here and `active` stay.
    pub async fn put_court(
        &mut self,
        court: &PutCourt<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            PUT_COURT,
            court.id,
            court.code,
            court.name,
            court.short_name,
            court.level,
            court.parent_id,
            court.province_code,
            court.address,
            court.active,
            now
        );
        Ok(())
    }

    /// Sets who accepts cases at a court, and its telephone.
    pub async fn set_court(
        &mut self,
        code: &str,
        accept_by: &str,
        phone: Option<&str>,
    ) -> Result<(), StoreError> {
        execute!(self, SET_ACCEPT, code, accept_by, phone);
        Ok(())
    }

    /// What the settings say of a court that has just come in.
    pub async fn begin_court(&mut self, id: CourtId, accept_by: &str) -> Result<(), StoreError> {
        execute!(self, BEGIN_COURT, id, accept_by);
        Ok(())
    }

    /// The same of an agency.
    pub async fn begin_agency(
        &mut self,
        id: AgencyId,
        (parts, issue): (PartsMode, IssueMode),
    ) -> Result<(), StoreError> {
        execute!(self, BEGIN_AGENCY, id, parts, issue);
        Ok(())
    }

    /// Sets who collects a court's advances.
    pub async fn set_collector(
        &mut self,
        court: CourtId,
        collector: AgencyId,
        office: Option<AgencyId>,
    ) -> Result<(), StoreError> {
        execute!(self, SET_COLLECTOR, court, collector, office);
        Ok(())
    }

    /// An agency.
    pub async fn agency(&mut self, id: AgencyId) -> Result<Option<AgencyRow>, StoreError> {
        Ok(fetch_optional!(self, AGENCY, id))
    }

    /// An agency by its code.
    pub async fn agency_by_code(&mut self, code: &str) -> Result<Option<AgencyRow>, StoreError> {
        Ok(fetch_optional!(self, AGENCY_BY_CODE, code))
    }

    /// Every agency, by code.
    pub async fn agencies(&mut self) -> Result<Vec<AgencyRow>, StoreError> {
        Ok(fetch_all!(self, AGENCIES))
    }

    /// Takes an agency from reference data; its own settings and `active` stay.
    pub async fn put_agency(
        &mut self,
        agency: &PutAgency<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            PUT_AGENCY,
            agency.id,
            agency.code,
            agency.name,
            agency.kind,
            agency.parent_id,
            agency.court_id,
            agency.active,
            now
        );
        Ok(())
    }

    /// Sets what an agency prints of itself and its settings.
    pub async fn set_agency(&mut self, settings: &AgencySettings<'_>) -> Result<(), StoreError> {
        execute!(
            self,
            SET_AGENCY,
            settings.code,
            settings.superior_name,
            settings.address,
            settings.phone,
            settings.hours,
            settings.tax_code,
            settings.place,
            settings.parts,
            settings.issue,
            settings.receipt_symbol,
            settings.officer
        );
        Ok(())
    }
}
