//! Sessions of staff; only the hash of a token is kept.

use super::{StoreError, Tx, columns::Hash, execute, fetch_all, fetch_optional, statements};
use crate::domain::{
    id::{SessionId, StaffId},
    time::Timestamp,
};

macro_rules! columns {
    () => {
        "select id, staff_id, verified, created_at, seen_at, ends_at, fresh_until, address, ended_at
        from session "
    };
}

statements! {
    OPEN = "insert into session (id, staff_id, token_hash, verified, created_at, seen_at,
        ends_at, fresh_until, address) values ($1, $2, $3, $4, $5, $5, $6, $7, $8)";
    OF_TOKEN = concat!(columns!(), "where token_hash = $1");
    OF_STAFF = concat!(columns!(), "where staff_id = $1 and ended_at is null and ends_at > $2
        order by created_at, id");
    SEE = "update session set seen_at = $2 where id = $1 and ended_at is null and seen_at < $2";
    FRESHEN = "update session set fresh_until = $2 where id = $1 and ended_at is null";
    END = "update session set ended_at = $3, end_cause = $4
        where id = $1 and staff_id = $2 and ended_at is null";
    END_ALL = "update session set ended_at = $2, end_cause = $3
        where staff_id = $1 and ended_at is null";
    END_OTHERS = "update session set ended_at = $3, end_cause = $4
        where staff_id = $1 and id <> $2 and ended_at is null";
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
    /// Where it was opened.
    pub address: String,
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

impl Tx {
    /// Opens a session.
    pub async fn open_session(&mut self, session: &NewSession<'_>) -> Result<(), StoreError> {
        execute!(
            self,
            OPEN,
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

    /// The session of a token, also one that has ended.
    pub async fn session(&mut self, token_hash: Hash) -> Result<Option<SessionRow>, StoreError> {
        Ok(fetch_optional!(self, OF_TOKEN, token_hash))
    }

    /// The sessions of a member of staff that nobody ended, oldest first.
    pub async fn open_sessions(
        &mut self,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<Vec<SessionRow>, StoreError> {
        Ok(fetch_all!(self, OF_STAFF, staff, now))
    }

    /// Keeps a session awake.
    pub async fn see_session(&mut self, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, SEE, id, now);
        Ok(())
    }

    /// A fresh code was given; `false` when the session has ended.
    pub async fn freshen_session(
        &mut self,
        id: SessionId,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, FRESHEN, id, until) == 1)
    }

    /// Ends a session of a member of staff; `false` when it has ended or is another's.
    pub async fn end_session(
        &mut self,
        (id, staff): (SessionId, StaffId),
        (now, cause): (Timestamp, &str),
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, END, id, staff, now, cause) == 1)
    }

    /// Ends every session of a member of staff.
    pub async fn end_sessions(
        &mut self,
        staff: StaffId,
        (now, cause): (Timestamp, &str),
    ) -> Result<u64, StoreError> {
        Ok(execute!(self, END_ALL, staff, now, cause))
    }

    /// Ends every session of a member of staff but one.
    pub async fn end_other_sessions(
        &mut self,
        (id, staff): (SessionId, StaffId),
        (now, cause): (Timestamp, &str),
    ) -> Result<u64, StoreError> {
        Ok(execute!(self, END_OTHERS, staff, id, now, cause))
    }
}
