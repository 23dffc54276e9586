//! Staff and what they are granted.

use super::{StoreError, Tx, execute, fetch_all, fetch_optional, statements};
use crate::domain::{
    id::{AgencyId, CourtId, GrantId, StaffId},
    staff::{Role, Scope, StaffState},
    time::Timestamp,
};

macro_rules! columns {
    () => {
        "select id, login, name, password_hash, totp, totp_last_step, state, active_since,
        last_sign_in_at from staff "
    };
}

statements! {
    INSERT = "insert into staff (id, login, name, password_hash, state, active_since, created_at)
        values ($1, $2, $3, $4, 'active', $5, $5) on conflict do nothing";
    BY_LOGIN = concat!(columns!(), "where login = $1");
    BY_ID = concat!(columns!(), "where id = $1");
    ALL = concat!(columns!(), "order by login");
    SET_PASSWORD = "update staff set password_hash = $2 where id = $1";
    DISABLE = "update staff set state = 'disabled' where id = $1 and state = 'active'";
    RESET = "update staff set password_hash = $2, totp = null, totp_last_step = null,
        state = 'active', active_since = $3 where id = $1";
    ENROL = "update staff set totp = $2, totp_last_step = $3 where id = $1 and totp is null";
    USE_STEP = "update staff set totp_last_step = $2
        where id = $1 and (totp_last_step is null or totp_last_step < $2)";
    SIGNED_IN = "update staff set last_sign_in_at = $2 where id = $1";
    GRANT = "insert into staff_grant (id, staff_id, role, scope, court_id, agency_id, children,
        granted_at, granted_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    WITHDRAW = "update staff_grant set revoked_at = $2 where id = $1 and revoked_at is null";
    GRANTS = "select g.id, g.role, g.scope, g.court_id, g.agency_id, g.children,
        coalesce(c.name, a.name, '') as place from staff_grant g
        left join court c on c.id = g.court_id left join agency a on a.id = g.agency_id
        where g.staff_id = $1 and g.revoked_at is null order by g.granted_at, g.id";
}

/// A member of staff; the second factor is still sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct StaffRow {
    pub id: StaffId,
    pub login: String,
    pub name: String,
    pub password_hash: String,
    pub totp: Option<Vec<u8>>,
    pub totp_last_step: Option<i64>,
    pub state: StaffState,
    /// Since when: made, or last reset.
    pub active_since: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

/// A member of staff about to be added.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewStaffRow<'a> {
    pub id: StaffId,
    pub login: &'a str,
    pub name: &'a str,
    pub password_hash: &'a str,
}

/// A role granted for a court, an agency or all.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct GrantRow {
    pub id: GrantId,
    pub role: Role,
    pub scope: String,
    pub court_id: Option<CourtId>,
    pub agency_id: Option<AgencyId>,
    pub children: bool,
    /// Name of the court or agency.
    pub place: String,
}

impl GrantRow {
    /// Whose things.
    pub fn scope(&self) -> Result<Scope, StoreError> {
        let children = self.children;
        match (self.scope.as_str(), self.court_id, self.agency_id) {
            ("all", None, None) => Ok(Scope::All),
            ("court", Some(id), None) => Ok(Scope::Court { id, children }),
            ("agency", None, Some(id)) => Ok(Scope::Agency { id, children }),
            _ => Err(StoreError::Inconsistent {
                table: "staff_grant",
                column: "scope",
                row: self.id.to_string(),
            }),
        }
    }
}

/// A grant about to be made.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewGrant<'a> {
    pub id: GrantId,
    pub staff: StaffId,
    pub role: Role,
    pub scope: Scope,
    pub by: &'a str,
}

impl Tx {
    /// Adds a member of staff; `false` when the name is taken.
    pub async fn insert_staff(
        &mut self,
        row: &NewStaffRow<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = execute!(self, INSERT, row.id, row.login, row.name, row.password_hash, now);
        Ok(rows == 1)
    }

    /// A member of staff by login name.
    pub async fn staff_by_login(&mut self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        Ok(fetch_optional!(self, BY_LOGIN, login))
    }

    /// A member of staff.
    pub async fn staff(&mut self, id: StaffId) -> Result<Option<StaffRow>, StoreError> {
        Ok(fetch_optional!(self, BY_ID, id))
    }

    /// Everybody, by login name.
    pub async fn all_staff(&mut self) -> Result<Vec<StaffRow>, StoreError> {
        Ok(fetch_all!(self, ALL))
    }

    /// Sets a password.
    pub async fn set_password(&mut self, id: StaffId, hash: &str) -> Result<(), StoreError> {
        let rows = execute!(self, SET_PASSWORD, id, hash);
        super::expect_rows("staff password", 1, rows)
    }

    /// Shuts somebody out; `false` when they were before.
    pub async fn disable_staff(&mut self, id: StaffId) -> Result<bool, StoreError> {
        Ok(execute!(self, DISABLE, id) == 1)
    }

    /// A new password and no second factor; whoever was shut out comes in again.
    pub async fn reset_staff(
        &mut self,
        id: StaffId,
        hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = execute!(self, RESET, id, hash, now);
        super::expect_rows("staff reset", 1, rows)
    }

    /// Sets the sealed second factor and the last step used; `false` when there is one already.
    pub async fn enrol_staff(
        &mut self,
        id: StaffId,
        sealed: &[u8],
        step: Option<i64>,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, ENROL, id, sealed, step) == 1)
    }

    /// Uses a step of the second factor; `false` when it, or a later one, was used before.
    pub async fn use_totp_step(&mut self, id: StaffId, step: i64) -> Result<bool, StoreError> {
        Ok(execute!(self, USE_STEP, id, step) == 1)
    }

    /// Keeps when someone last signed in.
    pub async fn staff_signed_in(&mut self, id: StaffId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, SIGNED_IN, id, now);
        Ok(())
    }

    /// Grants a role.
    pub async fn grant(&mut self, grant: &NewGrant<'_>, now: Timestamp) -> Result<(), StoreError> {
        let (word, court, agency, children) = match grant.scope {
            Scope::All => ("all", None, None, true),
            Scope::Court { id, children } => ("court", Some(id), None, children),
            Scope::Agency { id, children } => ("agency", None, Some(id), children),
        };
        execute!(
            self,
            GRANT,
            grant.id,
            grant.staff,
            grant.role,
            word,
            court,
            agency,
            children,
            now,
            grant.by
        );
        Ok(())
    }

    /// Takes a grant back; `false` when it was before.
    pub async fn withdraw_grant(
        &mut self,
        id: GrantId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, WITHDRAW, id, now) == 1)
    }

    /// The grants of a member of staff that hold now, oldest first.
    pub async fn grants(&mut self, staff: StaffId) -> Result<Vec<GrantRow>, StoreError> {
        Ok(fetch_all!(self, GRANTS, staff))
    }
}
