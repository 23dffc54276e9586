//! Sessions: opaque tokens, read from the database at every request, so that whoever is shut out
//! or loses a role is out at the next one.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{App, Caller, Deed, Error, random::token};
use crate::{
    config::Security,
    domain::{
        audit::{Actor, ActorKind, Chain},
        id::{GrantId, SessionId, StaffId},
        staff::{Operation, Role, Scope, StaffState},
        time::Timestamp,
    },
    store::{
        StoreError, Tx,
        columns::Hash,
        session::{NewSession, SessionRow},
        staff::GrantRow,
    },
};

/// A code that was just given opens binding acts for this long.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// A session without a verified code serves only to give or enrol one.
const UNVERIFIED: TimeDelta = TimeDelta::minutes(10);

/// How long sessions last: the settings of `[security]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimes {
    /// A session without a request ends after this.
    pub idle: TimeDelta,
    /// An administrator's sooner.
    pub administrator: TimeDelta,
    /// No session lives longer.
    pub absolute: TimeDelta,
}

impl SessionTimes {
    /// What the default file says (reliability 5).
    pub const BUILT_IN: Self = Self {
        idle: TimeDelta::minutes(15),
        administrator: TimeDelta::minutes(5),
        absolute: TimeDelta::hours(12),
    };

    /// The times of the settings.
    pub fn of(security: &Security) -> Self {
        let minutes = |count: u32| TimeDelta::minutes(count.into());
        Self {
            idle: minutes(security.session_idle_minutes),
            administrator: minutes(security.session_administrator_idle_minutes),
            absolute: minutes(security.session_absolute_minutes),
        }
    }

    /// How long a session may do nothing.
    fn idle(self, grants: &[GrantRow]) -> TimeDelta {
        let administrator = grants.iter().any(|grant| grant.role == Role::Administrator);
        if administrator { self.administrator } else { self.idle }
    }
}

/// Requests within this time count as one, so that reading does not write each time.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(10);

/// A request with a living session.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub staff: StaffId,
    /// Their login name.
    pub login: String,
    /// Their name.
    pub name: String,
    /// A code was verified in this session.
    pub verified: bool,
    /// A code was given within the last minutes.
    pub fresh: bool,
    /// When the session ends if nothing is done.
    pub ends: Timestamp,
    /// Where it was opened.
    pub address: String,
    /// Everything granted, oldest first; nothing before a code was verified.
    pub grants: Vec<Granted>,
}

/// A role, for whose things, and where.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The grant.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// Whose things.
    pub scope: Scope,
    /// Name of the court or agency.
    pub place: String,
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug)]
pub struct OwnSession {
    /// The session.
    pub id: SessionId,
    /// Where it was opened.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
    /// Its last request.
    pub last: Timestamp,
    /// The one that asks.
    pub this: bool,
}

impl Seat {
    /// The first grant whose role may do `operation`.
    pub fn granted(&self, operation: Operation) -> Option<&Granted> {
        self.grants.iter().find(|granted| granted.role.may(operation))
    }

    /// A grant of this person, to act under.
    pub fn grant(&self, id: GrantId) -> Option<&Granted> {
        self.grants.iter().find(|granted| granted.id == id)
    }

    /// The caller of a use case under one grant.
    pub fn caller(&self, granted: &Granted, address: &str, request_id: Option<String>) -> Caller {
        Caller { scope: granted.scope, ..self.own(address, request_id) }
    }

    /// The caller of acts on one's own account.
    pub(super) fn own(&self, address: &str, request_id: Option<String>) -> Caller {
        Caller {
            actor: Actor {
                kind: ActorKind::Staff,
                id: self.staff.to_string(),
                address: Some(address.to_owned()),
                request_id,
            },
            scope: Scope::All,
            staff: Some(self.staff),
            name: self.name.clone(),
        }
    }
}

impl App {
    /// The seat of a token: session, staff and grants as they stand at this moment.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is unknown, ended, idle or too old, or whose owner is
    /// shut out.
    pub async fn seat(&self, token: &str) -> Result<Seat, Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let session = tx.session(token_hash(token)).await?.ok_or(Error::Unauthenticated)?;
        let row = tx.staff(session.staff_id).await?.ok_or(Error::Unauthenticated)?;
        let grants = tx.grants(row.id).await?;
        tx.rollback().await?;
        let idle = self.session_times.idle(&grants);
        if !lives(&session, idle, now) || row.state != StaffState::Active {
            return Err(Error::Unauthenticated);
        }
        if now.since(session.seen_at) >= SEEN_EVERY {
            let mut tx = self.store.begin().await?;
            tx.see_session(session.id, now).await?;
            tx.commit().await?;
        }
        let grants = if session.verified { grants } else { Vec::new() };
        let grants = grants.iter().map(granted).collect::<Result<_, _>>()?;
        Ok(Seat {
            session: session.id,
            staff: row.id,
            login: row.login,
            name: row.name,
            verified: session.verified,
            fresh: session.fresh_until.is_some_and(|until| now < until),
            ends: session.ends_at.min(now.plus(idle)),
            address: session.address,
            grants,
        })
    }

    /// Ends the session.
    pub async fn sign_out(&self, seat: &Seat) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let ended = (self.now(), "signed_out");
        if tx.end_session((seat.session, seat.staff), ended).await? {
            self.note_sign_out(&mut tx, seat).await?;
        }
        Ok(tx.commit().await?)
    }

    /// One's living sessions, oldest first.
    pub async fn own_sessions(&self, seat: &Seat) -> Result<Vec<OwnSession>, Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let grants = tx.grants(seat.staff).await?;
        let rows = tx.open_sessions(seat.staff, now).await?;
        tx.rollback().await?;
        let idle = self.session_times.idle(&grants);
        let own = rows.into_iter().filter(|row| lives(row, idle, now)).map(|row| OwnSession {
            this: row.id == seat.session,
            id: row.id,
            address: row.address,
            since: row.created_at,
            last: row.seen_at,
        });
        Ok(own.collect())
    }

    /// Ends another of one's sessions.
    ///
    /// # Errors
    /// `NotFound` when it is another's or has ended.
    pub async fn end_own_session(&self, seat: &Seat, id: SessionId) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        if !tx.end_session((id, seat.staff), (now, "ended_by_owner")).await? {
            return Err(Error::NotFound);
        }
        let deed = Deed::of_system("staff.session_ended", ("staff", seat.staff.uuid()))
            .with(serde_json::json!({ "session": id }));
        self.record(&mut tx, &seat.own(&seat.address, None), deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Ends one's sessions but this one; how many.
    pub async fn end_other_sessions(&self, seat: &Seat) -> Result<u64, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let mine = (seat.session, seat.staff);
        let ended = tx.end_other_sessions(mine, (now, "ended_by_owner")).await?;
        let deed = Deed::of_system("staff.sessions_ended", ("staff", seat.staff.uuid()))
            .with(serde_json::json!({ "sessions": ended }));
        self.record(&mut tx, &seat.own(&seat.address, None), deed, now).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// A session for someone who gave the right password; gives its token.
    pub(super) async fn open_unverified(
        &self,
        tx: &mut Tx,
        staff: StaffId,
        address: &str,
    ) -> Result<String, Error> {
        let now = self.now();
        let token = token(&*self.random);
        tx.open_session(&NewSession {
            id: self.new_id(),
            staff_id: staff,
            token_hash: token_hash(&token),
            verified: false,
            at: now,
            ends_at: now.plus(UNVERIFIED),
            fresh_until: None,
            address,
        })
        .await?;
        Ok(token)
    }

    /// A session for someone who gave the right code too; gives its token.
    pub(super) async fn open_verified(
        &self,
        tx: &mut Tx,
        staff: StaffId,
        address: &str,
    ) -> Result<String, Error> {
        let now = self.now();
        let token = token(&*self.random);
        tx.open_session(&NewSession {
            id: self.new_id(),
            staff_id: staff,
            token_hash: token_hash(&token),
            verified: true,
            at: now,
            ends_at: now.plus(self.session_times.absolute),
            fresh_until: Some(now.plus(FRESH)),
            address,
        })
        .await?;
        Ok(token)
    }

    /// A fresh code was given; `false` when the session has ended.
    pub(super) async fn freshen(&self, tx: &mut Tx, seat: &Seat) -> Result<bool, StoreError> {
        tx.freshen_session(seat.session, self.now().plus(FRESH)).await
    }
}

fn lives(session: &SessionRow, idle: TimeDelta, now: Timestamp) -> bool {
    session.ended_at.is_none() && now < session.ends_at && now.since(session.seen_at) < idle
}

fn granted(row: &GrantRow) -> Result<Granted, StoreError> {
    Ok(Granted { id: row.id, role: row.role, scope: row.scope()?, place: row.place.clone() })
}

fn token_hash(token: &str) -> Hash {
    Hash(Sha256::digest(token.as_bytes()).into())
}
