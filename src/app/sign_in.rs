//! Signing in: password, then a code; sessions; who acts as what.
//!
//! Unknown, wrong, locked and disabled get the same words and cost the same work.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use totp_rs::{Algorithm as TotpAlgorithm, Builder, Totp};

use super::{App, Caller, Deed, Error, random::token, vault::Purpose};
use crate::{
    domain::{
        audit::{Actor, ActorKind},
        id::{SessionId, StaffId},
        staff::{Operation, Role, Scope},
    },
    store::{
        Tx,
        columns::Hash,
        staff::{GrantRow, NewSession, SessionRow, StaffRow},
    },
};

/// The shortest password (reliability 5).
const SHORTEST: usize = 14;

/// Hashes that run at once; each takes 19 MiB.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Wrong tries that lock a name from an address, and for how long.
const WRONG_HERE: i64 = 5;
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// Wrong tries of a name in a day after which new addresses ask an administrator.
const WRONG_ANYWHERE: i64 = 20;

/// A code that was just given opens binding acts for this long.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// A session without a verified code serves only to give one.
const UNVERIFIED: TimeDelta = TimeDelta::minutes(10);

/// No session lives longer.
const ABSOLUTE: TimeDelta = TimeDelta::hours(12);

/// A session without a request ends after this; an administrator's sooner.
const IDLE: TimeDelta = TimeDelta::minutes(15);
const IDLE_ADMINISTRATOR: TimeDelta = TimeDelta::minutes(5);

/// Common passwords, folded to small letters, one a line.
static COMMON: LazyLock<std::collections::HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../assets/data/passwords.txt")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .collect()
});

/// What follows a right password.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The new session's token, for the cookie.
    pub token: String,
    /// A second factor is enrolled: ask for its code, else lead to enrolment.
    pub enrolled: bool,
}

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
    /// Everything granted, in order.
    pub grants: Vec<Granted>,
}

/// A role, for whose things, and where.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The role.
    pub role: Role,
    /// Whose things.
    pub scope: Scope,
    /// Name of the court or agency.
    pub place: String,
}

impl Seat {
    /// The first grant whose role may do `operation`.
    pub fn granted(&self, operation: Operation) -> Option<&Granted> {
        self.grants.iter().find(|granted| granted.role.may(operation))
    }

    /// The caller of a use case under one grant.
    pub fn caller(&self, granted: &Granted, address: &str, request_id: Option<String>) -> Caller {
        Caller {
            actor: Actor {
                kind: ActorKind::Staff,
                id: self.staff.to_string(),
                address: Some(address.to_owned()),
                request_id,
            },
            scope: granted.scope,
            staff: Some(self.staff),
            name: self.name.clone(),
        }
    }
}

/// A member of staff about to be added.
#[derive(Clone, Debug)]
pub struct NewStaff<'a> {
    /// Login name.
    pub login: &'a str,
    /// Name.
    pub name: &'a str,
    /// The first password.
    pub password: &'a str,
    /// What they may do.
    pub grants: &'a [(Role, Scope)],
}

impl App {
    /// Adds a member of staff.
    pub async fn add_staff(&self, caller: &Caller, new: NewStaff<'_>) -> Result<StaffId, Error> {
        check_password(new.password, new.login)?;
        let hash = hashed(new.password.to_owned()).await?;
        let now = self.now();
        let id: StaffId = self.new_id();
        let mut tx = self.store.begin().await?;
        let row = StaffRow {
            id,
            login: new.login.to_owned(),
            name: new.name.to_owned(),
            password_hash: hash,
            totp: None,
            totp_last_step: None,
            state: "active".to_owned(),
            last_sign_in_at: None,
        };
        if !tx.insert_staff(&row, now).await? {
            return Err(Error::refused("login", "login_taken"));
        }
        for (role, scope) in new.grants {
            let (word, court_id, agency_id, children) = match *scope {
                Scope::All => ("all", None, None, true),
                Scope::Court { id, children } => ("court", Some(id), None, children),
                Scope::Agency { id, children } => ("agency", None, Some(id), children),
            };
            let grant = GrantRow {
                id: self.new_id(),
                role: *role,
                scope: word.to_owned(),
                court_id,
                agency_id,
                children,
                place: String::new(),
            };
            tx.grant(id, &grant, (now, &caller.name)).await?;
        }
        let roles: Vec<Role> = new.grants.iter().map(|(role, _)| *role).collect();
        let deed = Deed::of_system("staff.added", ("staff", id.uuid()))
            .with(serde_json::json!({ "login": new.login, "roles": roles }));
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Shuts a member of staff out; sessions end at once.
    pub async fn disable_staff(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let row = tx.staff_by_login(login).await?.ok_or(Error::NotFound)?;
        tx.set_staff_state(row.id, "disabled").await?;
        tx.end_sessions(row.id, now, "disabled").await?;
        let deed = Deed::of_system("staff.disabled", ("staff", row.id.uuid()));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// A new password, and the second factor to be enrolled again.
    pub async fn reset_staff(
        &self,
        caller: &Caller,
        login: &str,
        password: &str,
    ) -> Result<(), Error> {
        check_password(password, login)?;
        let hash = hashed(password.to_owned()).await?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let row = tx.staff_by_login(login).await?.ok_or(Error::NotFound)?;
        tx.set_password(row.id, &hash).await?;
        tx.set_totp(row.id, None, None).await?;
        tx.set_staff_state(row.id, "active").await?;
        tx.end_sessions(row.id, now, "reset").await?;
        let deed = Deed::of_system("staff.reset", ("staff", row.id.uuid()));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// The password step. The same error for every reason.
    pub async fn sign_in(
        &self,
        login: &str,
        password: &str,
        address: &str,
    ) -> Result<SignedIn, Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let row = tx.staff_by_login(login).await?;
        let tries = tx
            .wrong_tries((login, address), (now.plus(-LOCKED_FOR), now.plus(-TimeDelta::days(1))))
            .await?;
        tx.rollback().await?;
        let locked =
            tries.here >= WRONG_HERE || (tries.anywhere >= WRONG_ANYWHERE && !tries.known_address);
        let known = row.as_ref().map(|row| row.password_hash.clone());
        let right = verified(known, password.to_owned()).await?;
        let active = row.as_ref().is_some_and(|row| row.state == "active");
        let outcome = match (&row, right, locked, active) {
            (_, _, true, _) => "locked",
            (Some(_), true, false, true) => "password_ok",
            (Some(_), true, false, false) => "disabled",
            _ => "password_wrong",
        };
        let mut tx = self.store.begin().await?;
        let staff = row.as_ref().map(|row| row.id);
        tx.note_sign_in((self.new_id(), staff), (login, address), (outcome, now)).await?;
        let Some(row) = row.filter(|_| outcome == "password_ok") else {
            tx.commit().await?;
            return Err(Error::Unauthenticated);
        };
        let token = self.session_for(&mut tx, &row, (false, address)).await?;
        tx.commit().await?;
        Ok(SignedIn { token, enrolled: row.totp.is_some() })
    }

    /// The code step: a session that was opened by a password becomes a new, verified one.
    pub async fn give_code(&self, seat: &Seat, code: &str, address: &str) -> Result<String, Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let row = tx.staff(seat.staff).await?.ok_or(Error::Unauthenticated)?;
        if !self.code_fits(&mut tx, &row, code, address).await? {
            tx.commit().await?;
            return Err(Error::Unauthenticated);
        }
        tx.end_session(seat.session, now, "code").await?;
        let token = self.session_for(&mut tx, &row, (true, address)).await?;
        tx.staff_signed_in(row.id, now).await?;
        let deed = Deed::of_system("staff.signed_in", ("staff", row.id.uuid()));
        let granted = Granted { role: Role::Inspector, scope: Scope::All, place: String::new() };
        self.record(&mut tx, &seat.caller(&granted, address, None), deed, now).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// A fresh code for an act that binds, within a verified session.
    pub async fn give_fresh_code(
        &self,
        seat: &Seat,
        code: &str,
        address: &str,
    ) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        let row = tx.staff(seat.staff).await?.ok_or(Error::Unauthenticated)?;
        let fits = self.code_fits(&mut tx, &row, code, address).await?;
        if fits {
            tx.freshen_session(seat.session, self.now().plus(FRESH)).await?;
        }
        tx.commit().await?;
        if fits { Ok(()) } else { Err(Error::refused("code", "wrong_code")) }
    }

    async fn code_fits(
        &self,
        tx: &mut Tx,
        row: &StaffRow,
        code: &str,
        address: &str,
    ) -> Result<bool, Error> {
        let now = self.now();
        let tries = tx
            .wrong_tries(
                (&row.login, address),
                (now.plus(-LOCKED_FOR), now.plus(-TimeDelta::days(1))),
            )
            .await?;
        let step = match &row.totp {
            Some(sealed) => {
                let seed = self.vault.open(Purpose::Totp, sealed).map_err(Error::internal)?;
                step_of(&seed, code, now.unix())
            }
            None => None,
        };
        let fits = match step {
            Some(step) if tries.here < WRONG_HERE && row.state == "active" => {
                tx.use_totp_step(row.id, step).await?
            }
            _ => false,
        };
        let outcome = if fits { "code_ok" } else { "code_wrong" };
        let note = (row.login.as_str(), address);
        tx.note_sign_in((self.new_id(), Some(row.id)), note, (outcome, now)).await?;
        Ok(fits)
    }

    /// A seed for enrolment, in base 32; nothing is kept until a code of it is given.
    pub fn new_totp_seed(&self) -> String {
        let mut bytes = [0; 20];
        self.random.fill(&mut bytes);
        base32(&bytes)
    }

    /// Enrols a second factor, once a code of it was given; for the command line without one.
    pub async fn enrol(&self, staff: StaffId, seed: &str, code: Option<&str>) -> Result<(), Error> {
        let bytes = from_base32(seed).ok_or_else(|| Error::refused("seed", "bad_seed"))?;
        let step = match code {
            Some(code) => Some(
                step_of(&bytes, code, self.now().unix())
                    .ok_or_else(|| Error::refused("code", "wrong_code"))?,
            ),
            None => None,
        };
        let now = self.now();
        let sealed = self.vault.seal(Purpose::Totp, &bytes, &*self.random);
        let mut tx = self.store.begin().await?;
        // The code that proves the enrolment still opens the session.
        tx.set_totp(staff, Some(&sealed), step.map(|step| step - 1)).await?;
        let deed = Deed::of_system("staff.enrolled", ("staff", staff.uuid()));
        self.record(&mut tx, &Caller::system("enrolment"), deed, now).await?;
        Ok(tx.commit().await?)
    }

    async fn session_for(
        &self,
        tx: &mut Tx,
        row: &StaffRow,
        (verified, address): (bool, &str),
    ) -> Result<String, Error> {
        let now = self.now();
        let token = token(&*self.random);
        tx.open_session(&NewSession {
            id: self.new_id(),
            staff_id: row.id,
            token_hash: token_hash(&token),
            verified,
            at: now,
            ends_at: now.plus(if verified { ABSOLUTE } else { UNVERIFIED }),
            fresh_until: verified.then(|| now.plus(FRESH)),
            address,
        })
        .await?;
        Ok(token)
    }

    /// The seat of a token: session, staff and grants as they stand at this moment.
    pub async fn seat(&self, token: &str) -> Result<Seat, Error> {
        let now = self.now();
        let mut tx = self.store.read().await?;
        let session = tx.session(token_hash(token)).await?.ok_or(Error::Unauthenticated)?;
        let row = tx.staff(session.staff_id).await?.ok_or(Error::Unauthenticated)?;
        let grants = tx.grants(row.id).await?;
        tx.rollback().await?;
        let administrator = grants.iter().any(|grant| grant.role == Role::Administrator);
        if !lives(&session, administrator, now) || row.state != "active" {
            return Err(Error::Unauthenticated);
        }
        if now.since(session.seen_at) > TimeDelta::seconds(30) {
            let mut tx = self.store.begin().await?;
            tx.see_session(session.id, now).await?;
            tx.commit().await?;
        }
        Ok(Seat {
            session: session.id,
            staff: row.id,
            login: row.login,
            name: row.name,
            verified: session.verified,
            fresh: session.fresh_until.is_some_and(|until| now < until),
            grants: grants.iter().filter_map(granted).collect(),
        })
    }

    /// Ends the session.
    pub async fn sign_out(&self, seat: &Seat) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.end_session(seat.session, now, "signed_out").await?;
        tx.note_sign_in((self.new_id(), Some(seat.staff)), (&seat.login, "-"), ("signed_out", now))
            .await?;
        Ok(tx.commit().await?)
    }
}

fn lives(session: &SessionRow, administrator: bool, now: crate::domain::time::Timestamp) -> bool {
    let idle = if administrator { IDLE_ADMINISTRATOR } else { IDLE };
    session.ended_at.is_none()
        && now < session.ends_at
        && now.since(session.seen_at) <= idle + TimeDelta::seconds(30)
}

fn granted(row: &GrantRow) -> Option<Granted> {
    let children = row.children;
    let scope = match (row.scope.as_str(), row.court_id, row.agency_id) {
        ("all", _, _) => Scope::All,
        ("court", Some(id), _) => Scope::Court { id, children },
        ("agency", _, Some(id)) => Scope::Agency { id, children },
        _ => return None,
    };
    Some(Granted { role: row.role, scope, place: row.place.clone() })
}

fn token_hash(token: &str) -> Hash {
    Hash(Sha256::digest(token.as_bytes()).into())
}

/// At least 14 characters, not the login name, not a common one.
fn check_password(password: &str, login: &str) -> Result<(), Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::refused("password", "password_too_short"));
    }
    let folded = password.to_lowercase();
    if COMMON.contains(folded.as_str()) || folded.contains(&login.to_lowercase()) {
        return Err(Error::refused("password", "password_too_common"));
    }
    let mut letters: Vec<char> = folded.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 5 {
        return Err(Error::refused("password", "password_too_common"));
    }
    Ok(())
}

/// argon2id with 19 MiB, two passes, one lane (reliability 5).
fn hasher() -> Result<Argon2<'static>, Error> {
    let params =
        Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn hashed(password: String) -> Result<String, Error> {
    let _permit = HASHING.acquire().await.map_err(Error::internal)?;
    let hashed = tokio::task::spawn_blocking(move || {
        let hash = hasher()?.hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(error.to_string()))
    });
    hashed.await.map_err(Error::internal)?
}

/// A hash to verify against where there is no such name, so that both cost the same.
static NOBODY: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();

async fn verified(known: Option<String>, password: String) -> Result<bool, Error> {
    let nobody = NOBODY.get_or_try_init(|| hashed("nobody has this password".to_owned())).await?;
    let exists = known.is_some();
    let hash = known.unwrap_or_else(|| nobody.clone());
    let _permit = HASHING.acquire().await.map_err(Error::internal)?;
    let right = tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
        Ok::<_, Error>(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
    });
    Ok(right.await.map_err(Error::internal)?? && exists)
}

/// The step of the second factor that a code belongs to: this one, the last or the next.
fn step_of(seed: &[u8], code: &str, unix: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let totp = totp(seed)?;
    let unix = u64::try_from(unix).ok()?;
    totp.check(&digits, unix).and_then(|step| i64::try_from(step).ok())
}

fn totp(seed: &[u8]) -> Option<Totp> {
    Builder::new()
        .with_algorithm(TotpAlgorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(seed.to_vec())
        .build()
        .ok()
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 base 32 without padding, as authenticator programs take it.
fn base32(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let index = usize::try_from((buffer >> bits) & 31).unwrap_or(0);
            out.extend(BASE32.get(index).map(|letter| char::from(*letter)));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        let index = usize::try_from((buffer << (5 - bits)) & 31).unwrap_or(0);
        out.extend(BASE32.get(index).map(|letter| char::from(*letter)));
    }
    out
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut buffer, mut bits) = (0u32, 0u32);
    for letter in text.bytes().filter(|byte| *byte != b' ' && *byte != b'=') {
        let value = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        buffer = (buffer << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((buffer >> bits) & 255).ok()?);
            buffer &= (1 << bits) - 1;
        }
    }
    (out.len() >= 16).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_32_is_that_of_rfc_4648() {
        for (bytes, text) in [("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        let seed = b"12345678901234567890";
        assert_eq!(from_base32(&base32(seed)).unwrap(), seed);
        assert_eq!(from_base32("A!"), None);
    }

    /// RFC 6238 appendix B, SHA-1: at 59 s the eight digits are 94287082.
    #[test]
    fn codes_are_those_of_rfc_6238() {
        let seed = b"12345678901234567890";
        assert_eq!(step_of(seed, "287082", 59), Some(1));
        assert_eq!(step_of(seed, "287 082", 59 + 30), Some(1));
        assert_eq!(step_of(seed, "287082", 59 + 120), None);
        assert_eq!(step_of(seed, "28708", 59), None);
    }

    #[test]
    fn weak_passwords_are_refused() {
        for (password, fits) in [
            ("short", false),
            ("aaaaaaaaaaaaaaaa", false),
            ("thuky.kv1-thuky.kv1", false),
            ("passwordpassword", false),
            ("sông mơ đêm trăng 7", true),
        ] {
            assert_eq!(check_password(password, "thuky.kv1").is_ok(), fits, "{password}");
        }
    }
}
