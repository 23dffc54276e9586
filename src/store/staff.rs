//! Staff, their grants, sessions and the record of sign-ins.

use super::{
    StoreError, Tx, columns::Hash, execute, fetch_all, fetch_one, fetch_optional, statements,
};
use crate::domain::{
    id::{AgencyId, CourtId, GrantId, SessionId, StaffId},
    staff::Role,
    time::Timestamp,
};
use uuid::Uuid;

statements! {
    INSERT = "insert into staff (id, login, name, password_hash, state, created_at)
        values ($1, $2, $3, $4, 'active', $5) on conflict do nothing";
    BY_LOGIN = "select id, login, name, password_hash, totp, totp_last_step, state,
        last_sign_in_at from staff where login = $1";
    BY_ID = "select id, login, name, password_hash, totp, totp_last_step, state,
        last_sign_in_at from staff where id = $1";
    ALL = "select id, login, name, password_hash, totp, totp_last_step, state,
        last_sign_in_at from staff order by login";
    SET_PASSWORD = "update staff set password_hash = $2 where id = $1";
    SET_STATE = "update staff set state = $2 where id = $1";
    SET_TOTP = "update staff set totp = $2, totp_last_step = $3 where id = $1";
    USE_STEP = "update staff set totp_last_step = $2
        where id = $1 and (totp_last_step is null or totp_last_step < $2)";
    SIGNED_IN = "update staff set last_sign_in_at = $2 where id = $1";
    GRANT = "insert into staff_grant (id, staff_id, role, scope, court_id, agency_id, children,
        granted_at, granted_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    GRANTS = "select g.id, g.role, g.scope, g.court_id, g.agency_id, g.children,
        coalesce(c.name, a.name, '') as place from staff_grant g
        left join court c on c.id = g.court_id left join agency a on a.id = g.agency_id
        where g.staff_id = $1 and g.revoked_at is null order by g.granted_at, g.id";
    OPEN_SESSION = "insert into session (id, staff_id, token_hash, verified, created_at, seen_at,
        ends_at, fresh_until, address) values ($1, $2, $3, $4, $5, $5, $6, $7, $8)";
    SESSION = "select s.id, s.staff_id, s.verified, s.created_at, s.seen_at, s.ends_at,
        s.fresh_until, s.ended_at from session s where s.token_hash = $1";
    SEE = "update session set seen_at = $2 where id = $1 and ended_at is null";
    FRESHEN = "update session set fresh_until = $2 where id = $1 and ended_at is null";
    END = "update session set ended_at = $2, end_cause = $3 where id = $1 and ended_at is null";
    END_ALL = "update session set ended_at = $2, end_cause = $3
        where staff_id = $1 and ended_at is null";
    NOTE = "insert into sign_in (id, login, staff_id, address, outcome, at)
        values ($1, $2, $3, $4, $5, $6)";
    WRONG_HERE = "select cast(count(*) as bigint) from sign_in w where w.login = $1
        and w.address = $2 and w.outcome in ('password_wrong', 'code_wrong') and w.at > $3
        and not exists (select 1 from sign_in r where r.login = w.login
          and r.address = w.address and r.outcome = 'code_ok' and r.at > w.at)";
    WRONG_ANYWHERE = "select cast(count(*) as bigint) from sign_in where login = $1
        and outcome in ('password_wrong', 'code_wrong') and at > $2";
    KNOWN_ADDRESS = "select cast(count(*) as bigint) from sign_in where login = $1
        and address = $2 and outcome = 'code_ok'";
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
    pub state: String,
    pub last_sign_in_at: Option<Timestamp>,
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

/// A session.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct SessionRow {
    pub id: SessionId,
    pub staff_id: StaffId,
    pub verified: bool,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub ends_at: Timestamp,
    pub fresh_until: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// A session about to be opened.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewSession<'a> {
    pub id: SessionId,
    pub staff_id: StaffId,
    pub token_hash: Hash,
    pub verified: bool,
    pub at: Timestamp,
    pub ends_at: Timestamp,
    pub fresh_until: Option<Timestamp>,
    pub address: &'a str,
}

/// Wrong tries, as the lockout reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongTries {
    /// Of this name from this address lately.
    pub here: i64,
    /// Of this name from anywhere in the last day.
    pub anywhere: i64,
    /// Whether the name signed in from this address before.
    pub known_address: bool,
}

impl Tx {
    /// Adds a member of staff; `false` when the name is taken.
    pub async fn insert_staff(
        &mut self,
        row: &StaffRow,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = execute!(self, INSERT, row.id, &row.login, &row.name, &row.password_hash, now);
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
        execute!(self, SET_PASSWORD, id, hash);
        Ok(())
    }

    /// `active` or `disabled`.
    pub async fn set_staff_state(&mut self, id: StaffId, state: &str) -> Result<(), StoreError> {
        execute!(self, SET_STATE, id, state);
        Ok(())
    }

    /// Sets the sealed second factor and the last step used, or takes both away.
    pub async fn set_totp(
        &mut self,
        id: StaffId,
        sealed: Option<&[u8]>,
        step: Option<i64>,
    ) -> Result<(), StoreError> {
        execute!(self, SET_TOTP, id, sealed, step);
        Ok(())
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
    pub async fn grant(
        &mut self,
        staff: StaffId,
        grant: &GrantRow,
        (now, by): (Timestamp, &str),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            GRANT,
            grant.id,
            staff,
            grant.role,
            &grant.scope,
            grant.court_id,
            grant.agency_id,
            grant.children,
            now,
            by
        );
        Ok(())
    }

    /// The grants of a member of staff that hold now, oldest first.
    pub async fn grants(&mut self, staff: StaffId) -> Result<Vec<GrantRow>, StoreError> {
        Ok(fetch_all!(self, GRANTS, staff))
    }

    /// Opens a session.
    pub async fn open_session(&mut self, session: &NewSession<'_>) -> Result<(), StoreError> {
        execute!(
            self,
            OPEN_SESSION,
            session.id,
            session.staff_id,
            session.token_hash,
            session.verified,
            session.at,
            session.ends_at,
            session.fresh_until,
            session.address
        );
        Ok(())
    }

    /// The session of a token.
    pub async fn session(&mut self, token_hash: Hash) -> Result<Option<SessionRow>, StoreError> {
        Ok(fetch_optional!(self, SESSION, token_hash))
    }

    /// Keeps a session awake.
    pub async fn see_session(&mut self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, SEE, id, now);
        Ok(())
    }

    /// A fresh code was given.
    pub async fn freshen_session(
        &mut self,
        id: SessionId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, FRESHEN, id, until);
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(
        &mut self,
        id: SessionId,
        now: Timestamp,
        cause: &str,
    ) -> Result<(), StoreError> {
        execute!(self, END, id, now, cause);
        Ok(())
    }

    /// Ends every session of a member of staff.
    pub async fn end_sessions(
        &mut self,
        staff: StaffId,
        now: Timestamp,
        cause: &str,
    ) -> Result<(), StoreError> {
        execute!(self, END_ALL, staff, now, cause);
        Ok(())
    }

    /// Records a try to sign in.
    pub async fn note_sign_in(
        &mut self,
        (id, staff): (Uuid, Option<StaffId>),
        (login, address): (&str, &str),
        (outcome, at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(self, NOTE, id, login, staff, address, outcome, at);
        Ok(())
    }

    /// Wrong tries of a name: from this address since `lately`, from anywhere since `day`.
    pub async fn wrong_tries(
        &mut self,
        (login, address): (&str, &str),
        (lately, day): (Timestamp, Timestamp),
    ) -> Result<WrongTries, StoreError> {
        let (here,): (i64,) = fetch_one!(self, WRONG_HERE, login, address, lately);
        let (anywhere,): (i64,) = fetch_one!(self, WRONG_ANYWHERE, login, day);
        let (known,): (i64,) = fetch_one!(self, KNOWN_ADDRESS, login, address);
        Ok(WrongTries { here, anywhere, known_address: known > 0 })
    }
}
