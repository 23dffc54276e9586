//! Signing in: a password, then a code; when a name is locked (decisions 7).
//!
//! Unknown, wrong and shut out get the same words at the same cost, and count alike. Every writer
//! here takes the head of the installation's audit chain first: tries are decided one after
//! another, so the fifth wrong one is the fifth however many come at once.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{App, Caller, Deed, Error, passwords, session::Seat, totp, vault::Purpose};
use crate::{
    domain::{
        audit::{Actor, ActorKind, Chain},
        id::StaffId,
        sign_in::{Outcome, Standing},
        staff::{Scope, StaffState},
        time::Timestamp,
    },
    store::{Tx, sign_in::NewTry, staff::StaffRow},
};

/// Somebody who stays away so long is shut out until reset (reliability 5).
const AWAY: TimeDelta = TimeDelta::days(45);

/// A locked name is noted at most so often, else whoever knocks on it fills the record.
const LOCKED_NOTED: TimeDelta = TimeDelta::minutes(1);

/// What a caller is told to wait where only an administrator can help, in seconds.
const ASK: u64 = 900;

/// What follows a right password.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The new session's token, for the cookie.
    pub token: String,
    /// A second factor is enrolled: ask for its code, else lead to enrolment.
    pub enrolled: bool,
}

/// Who tries, as the record knows them.
struct Knock<'a> {
    /// The login name; the blind index of what was typed where nobody has it.
    login: String,
    staff: Option<StaffRow>,
    /// Without a port: a lock must not be passed by opening another connection.
    address: &'a str,
}

impl App {
    /// The password step. `address` is the client's, without a port.
    ///
    /// # Errors
    /// `Unauthenticated` when name and password do not fit, whatever the reason; `TooMany` where
    /// the name is locked.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        address: &str,
    ) -> Result<SignedIn, Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let first = self.knock(&mut tx, login, address).await?;
        let standing = tx.sign_in_tries(&first.login, address).await?.standing(now);
        let noted = (first.login.as_str(), address);
        let noted = tx.was_noted(noted, Outcome::Locked, now.plus(-LOCKED_NOTED)).await?;
        tx.rollback().await?;
        let locked = locked(standing, now);
        if let (Err(told), true) = (&locked, noted) {
            return Err(Error::TooMany { retry_after: *told });
        }
        // No transaction is open while the password is hashed.
        let known = first.staff.as_ref().map(|row| row.password_hash.as_str());
        let fits = locked.is_ok() && passwords::fits(known, password).await?;
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let knock = self.knock(&mut tx, login, address).await?;
        let tries = tx.sign_in_tries(&knock.login, address).await?;
        let outcome = match (&knock.staff, self::locked(tries.standing(now), now)) {
            (_, Err(retry_after)) => {
                self.note(&mut tx, &knock, Outcome::Locked, now).await?;
                tx.commit().await?;
                return Err(Error::TooMany { retry_after });
            }
            // The password may have been changed while the old one was tried.
            (Some(row), Ok(())) if fits && Some(row.password_hash.as_str()) == known => {
                if may_come(row, now) { Outcome::PasswordOk } else { Outcome::Disabled }
            }
            (_, Ok(())) => Outcome::PasswordWrong,
        };
        self.note(&mut tx, &knock, outcome, now).await?;
        let Some(row) = knock.staff.filter(|_| outcome == Outcome::PasswordOk) else {
            tx.commit().await?;
            return Err(Error::Unauthenticated);
        };
        let token = self.open_unverified(&mut tx, row.id, address).await?;
        tx.commit().await?;
        Ok(SignedIn { token, enrolled: row.totp.is_some() })
    }

    /// Whether a name may be tried from an address: what a page says beside a refusal. Names that
    /// nobody has stand like those that somebody has.
    pub async fn sign_in_standing(&self, login: &str, address: &str) -> Result<Standing, Error> {
        let mut tx = self.store.read().await?;
        let knock = self.knock(&mut tx, login, address).await?;
        let tries = tx.sign_in_tries(&knock.login, address).await?;
        tx.rollback().await?;
        Ok(tries.standing(self.now()))
    }

    /// The code step: the session that a password opened ends, a verified one begins.
    ///
    /// # Errors
    /// `Refused` on `code` (`wrong_code`, `code_used`); `TooMany` where the name is locked;
    /// `Unauthenticated` when the session has ended or its owner is shut out.
    pub async fn give_code(&self, seat: &Seat, code: &str, address: &str) -> Result<String, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        if let Some(refused) = self.try_code(&mut tx, seat, code, address).await? {
            tx.commit().await?;
            return Err(refused);
        }
        if !tx.end_session((seat.session, seat.staff), (now, "code")).await? {
            return Err(Error::Unauthenticated);
        }
        tx.staff_signed_in(seat.staff, now).await?;
        let token = self.open_verified(&mut tx, seat.staff, address).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// A fresh code for an act that binds, within a verified session; it lasts five minutes.
    ///
    /// # Errors
    /// Those of [`App::give_code`].
    pub async fn give_fresh_code(
        &self,
        seat: &Seat,
        code: &str,
        address: &str,
    ) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        if let Some(refused) = self.try_code(&mut tx, seat, code, address).await? {
            tx.commit().await?;
            return Err(refused);
        }
        if !self.freshen(&mut tx, seat).await? {
            return Err(Error::Unauthenticated);
        }
        Ok(tx.commit().await?)
    }

    /// Uses a code and notes it; what is to be told once that is committed, unless it fits.
    async fn try_code(
        &self,
        tx: &mut Tx,
        seat: &Seat,
        code: &str,
        address: &str,
    ) -> Result<Option<Error>, Error> {
        let now = self.now();
        let row = tx.staff(seat.staff).await?.filter(|row| row.state == StaffState::Active);
        let row = row.ok_or(Error::Unauthenticated)?;
        let tries = tx.sign_in_tries(&row.login, address).await?;
        let step = match &row.totp {
            Some(sealed) => {
                let seed = self.vault.open(Purpose::Totp, sealed).map_err(Error::internal)?;
                totp::step_of(&seed, code, now.unix())
            }
            None => None,
        };
        let (outcome, refused) = match (locked(tries.standing(now), now), step) {
            (Err(retry_after), _) => (Outcome::Locked, Some(Error::TooMany { retry_after })),
            (Ok(()), Some(step)) if tx.use_totp_step(row.id, step).await? => {
                (Outcome::CodeOk, None)
            }
            (Ok(()), Some(_)) => (Outcome::CodeWrong, Some(Error::refused("code", "code_used"))),
            (Ok(()), None) => (Outcome::CodeWrong, Some(Error::refused("code", "wrong_code"))),
        };
        let knock = Knock { login: row.login.clone(), staff: Some(row), address };
        self.note(tx, &knock, outcome, now).await?;
        Ok(refused)
    }

    /// Whether a signed-in person still knows their password; a wrong one counts as a try.
    pub(super) async fn try_password(
        &self,
        seat: &Seat,
        password: &str,
        address: &str,
    ) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let row = tx.staff(seat.staff).await?.ok_or(Error::Unauthenticated)?;
        let tries = tx.sign_in_tries(&row.login, address).await?;
        tx.rollback().await?;
        locked(tries.standing(now), now).map_err(|retry_after| Error::TooMany { retry_after })?;
        if passwords::fits(Some(&row.password_hash), password).await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let knock = Knock { login: row.login.clone(), staff: Some(row), address };
        self.note(&mut tx, &knock, Outcome::PasswordWrong, now).await?;
        tx.commit().await?;
        Err(Error::refused("old", "wrong_password"))
    }

    /// Who stands behind a typed name. Both ways cost the same.
    async fn knock<'a>(
        &self,
        tx: &mut Tx,
        typed: &str,
        address: &'a str,
    ) -> Result<Knock<'a>, Error> {
        let login = typed.trim().to_lowercase();
        let nobody = self.vault.index(Purpose::Login, "", &login);
        let staff = tx.staff_by_login(&login).await?;
        let login = if staff.is_some() { login } else { format!("?{}", hex::encode(nobody)) };
        Ok(Knock { login, staff, address })
    }

    /// Notes what came of a try, in the record and in the installation's chain.
    async fn note(
        &self,
        tx: &mut Tx,
        knock: &Knock<'_>,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), Error> {
        let Knock { login, staff, address } = knock;
        let staff_id = staff.as_ref().map(|row| row.id);
        let id: Uuid = self.new_id();
        let note = NewTry { id, login, staff: staff_id, address, outcome, at };
        tx.note_sign_in(&note).await?;
        let entity = staff_id.map_or(Uuid::nil(), StaffId::uuid);
        let deed = Deed::of_system("staff.sign_in", ("staff", entity))
            .with(serde_json::json!({ "outcome": outcome }));
        let proven = matches!(outcome, Outcome::PasswordOk | Outcome::CodeOk | Outcome::SignedOut);
        let (kind, id) = match staff_id.filter(|_| proven) {
            Some(id) => (ActorKind::Staff, id.to_string()),
            None => (ActorKind::System, "sign-in".to_owned()),
        };
        let actor = Actor { kind, id, address: Some((*address).to_owned()), request_id: None };
        let caller = Caller { actor, scope: Scope::All, staff: staff_id, name: String::new() };
        self.record(tx, &caller, deed, at).await
    }

    /// Notes that somebody signed out.
    pub(super) async fn note_sign_out(&self, tx: &mut Tx, seat: &Seat) -> Result<(), Error> {
        let staff = tx.staff(seat.staff).await?;
        let knock = Knock { login: seat.login.clone(), staff, address: &seat.address };
        self.note(tx, &knock, Outcome::SignedOut, self.now()).await
    }

    /// Opens a locked name everywhere, by an administrator.
    pub(super) async fn open_name(
        &self,
        tx: &mut Tx,
        row: &StaffRow,
        at: Timestamp,
    ) -> Result<(), Error> {
        let id: Uuid = self.new_id();
        let (login, outcome) = (row.login.as_str(), Outcome::Unlocked);
        let note = NewTry { id, login, staff: Some(row.id), address: "-", outcome, at };
        Ok(tx.note_sign_in(&note).await?)
    }
}

/// An error with the seconds to wait, where a name is locked.
fn locked(standing: Standing, now: Timestamp) -> Result<(), u64> {
    match standing {
        Standing::Open { .. } => Ok(()),
        Standing::Locked { until } => {
            let millis = u64::try_from(until.since(now).num_milliseconds()).unwrap_or(0);
            Err(millis.div_ceil(1_000).max(1))
        }
        Standing::Closed => Err(ASK),
    }
}

/// Neither shut out nor away too long.
fn may_come(row: &StaffRow, now: Timestamp) -> bool {
    row.state == StaffState::Active && !is_away(row, now)
}

/// Whether somebody has not signed in for so long that they must be reset first.
pub fn is_away(row: &StaffRow, now: Timestamp) -> bool {
    let last = row.last_sign_in_at.map_or(row.active_since, |at| at.max(row.active_since));
    now.since(last) > AWAY
}
