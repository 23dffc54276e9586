//! Members of staff: made, granted roles, shut out, rescued; their passwords and second factors.
//!
//! Every writer takes the head of the installation's audit chain first, as signing in does.

use super::{App, Caller, Deed, Error, passwords, session::Seat, totp, vault::Purpose};
use crate::{
    domain::{
        audit::{Actor, ActorKind, Chain},
        id::StaffId,
        staff::{Role, Scope},
        text::turns_direction,
    },
    store::{
        Tx,
        staff::{NewGrant, NewStaffRow, StaffRow},
    },
};

/// The longest name of a person or a system, in characters.
const NAME_MAX: usize = 200;
/// The longest login name.
const LOGIN_MAX: usize = 64;

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
    ///
    /// # Errors
    /// `Refused` on `login` (`bad_login`, `login_taken`), `name` (`empty`, `too_long`, `bad_text`) or
    /// `password`.
    pub async fn add_staff(&self, caller: &Caller, new: NewStaff<'_>) -> Result<StaffId, Error> {
        check_login(new.login)?;
        check_name(new.name.trim())?;
        passwords::check(new.password, new.login)?;
        let hash = passwords::hashed(new.password).await?;
        let now = self.now();
        let id: StaffId = self.new_id();
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let (login, name) = (new.login, new.name.trim());
        let row = NewStaffRow { id, login, name, password_hash: &hash };
        if !tx.insert_staff(&row, now).await? {
            return Err(Error::refused("login", "login_taken"));
        }
        for (role, scope) in new.grants {
            let (id_of_grant, by) = (self.new_id(), caller.name.as_str());
            let grant = NewGrant { id: id_of_grant, staff: id, role: *role, scope: *scope, by };
            tx.grant(&grant, now).await?;
        }
        let deed = Deed::of_system("staff.added", ("staff", id.uuid()))
            .with(serde_json::json!({ "login": login, "grants": new.grants }));
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Grants a further role.
    ///
    /// # Errors
    /// `NotFound` for an unknown login; `Refused` on `role` (`granted_before`).
    pub async fn grant_role(
        &self,
        caller: &Caller,
        login: &str,
        (role, scope): (Role, Scope),
    ) -> Result<(), Error> {
        let now = self.now();
        let (mut tx, row) = self.for_staff(login).await?;
        for grant in tx.grants(row.id).await? {
            if (grant.role, grant.scope()?) == (role, scope) {
                return Err(Error::refused("role", "granted_before"));
            }
        }
        let grant = NewGrant { id: self.new_id(), staff: row.id, role, scope, by: &caller.name };
        tx.grant(&grant, now).await?;
        let deed = Deed::of_system("staff.granted", ("staff", row.id.uuid()))
            .with(serde_json::json!({ "role": role, "scope": scope }));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a role back; it is gone at the next request.
    ///
    /// # Errors
    /// `NotFound` for an unknown login; `Refused` on `role` (`not_granted`).
    pub async fn withdraw_role(
        &self,
        caller: &Caller,
        login: &str,
        (role, scope): (Role, Scope),
    ) -> Result<(), Error> {
        let now = self.now();
        let (mut tx, row) = self.for_staff(login).await?;
        let mut withdrawn = false;
        for grant in tx.grants(row.id).await? {
            if (grant.role, grant.scope()?) == (role, scope) {
                withdrawn |= tx.withdraw_grant(grant.id, now).await?;
            }
        }
        if !withdrawn {
            return Err(Error::refused("role", "not_granted"));
        }
        let deed = Deed::of_system("staff.withdrawn", ("staff", row.id.uuid()))
            .with(serde_json::json!({ "role": role, "scope": scope }));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Shuts a member of staff out; sessions end at once. Again, it changes nothing.
    ///
    /// # Errors
    /// `NotFound` for an unknown login.
    pub async fn disable_staff(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        let now = self.now();
        let (mut tx, row) = self.for_staff(login).await?;
        let disabled = tx.disable_staff(row.id).await?;
        let ended = tx.end_sessions(row.id, (now, "disabled")).await?;
        if disabled || ended > 0 {
            let deed = Deed::of_system("staff.disabled", ("staff", row.id.uuid()))
                .with(serde_json::json!({ "sessions": ended }));
            self.record(&mut tx, caller, deed, now).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A new password, and the second factor to be enrolled again; opens what was locked or shut.
    ///
    /// # Errors
    /// `NotFound` for an unknown login; `Refused` on `password`.
    pub async fn reset_staff(
        &self,
        caller: &Caller,
        login: &str,
        password: &str,
    ) -> Result<(), Error> {
        passwords::check(password, login)?;
        let hash = passwords::hashed(password).await?;
        let now = self.now();
        let (mut tx, row) = self.for_staff(login).await?;
        tx.reset_staff(row.id, &hash, now).await?;
        tx.end_sessions(row.id, (now, "reset")).await?;
        self.open_name(&mut tx, &row, now).await?;
        let deed = Deed::of_system("staff.reset", ("staff", row.id.uuid()));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Opens a name that wrong tries have locked.
    ///
    /// # Errors
    /// `NotFound` for an unknown login.
    pub async fn unlock_staff(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        let now = self.now();
        let (mut tx, row) = self.for_staff(login).await?;
        self.open_name(&mut tx, &row, now).await?;
        let deed = Deed::of_system("staff.unlocked", ("staff", row.id.uuid()));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// A new password of one's own; one's other sessions end.
    ///
    /// # Errors
    /// `Refused` on `old` (`wrong_password`) or `password` (also `used_before`); `TooMany` where
    /// the name is locked; `Forbidden` before a code was given.
    pub async fn change_password(
        &self,
        seat: &Seat,
        (old, new): (&str, &str),
        address: &str,
    ) -> Result<(), Error> {
        if !seat.verified {
            return Err(Error::Forbidden);
        }
        self.try_password(seat, old, address).await?;
        passwords::check(new, &seat.login)?;
        if old == new {
            return Err(Error::refused("password", "used_before"));
        }
        let hash = passwords::hashed(new).await?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        tx.set_password(seat.staff, &hash).await?;
        tx.end_other_sessions((seat.session, seat.staff), (now, "password_changed")).await?;
        let deed = Deed::of_system("staff.password_changed", ("staff", seat.staff.uuid()));
        self.record(&mut tx, &seat.own(address, None), deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// A seed for enrolment, in base 32; nothing is kept until a code of it is given.
    pub fn new_totp_seed(&self) -> String {
        let mut bytes = zeroize::Zeroizing::new([0; totp::SEED]);
        self.random.fill(&mut *bytes);
        totp::shown(&*bytes)
    }

    /// Enrols a second factor, once a code of it was given; for the command line without one.
    /// Who has one already must be reset first, or a stolen password would be enough to change it.
    ///
    /// # Errors
    /// `Refused` on `seed` (`bad_seed`) or `code` (`wrong_code`, `enrolled_before`).
    pub async fn enrol(&self, staff: StaffId, seed: &str, code: Option<&str>) -> Result<(), Error> {
        let seed = totp::read(seed).ok_or_else(|| Error::refused("seed", "bad_seed"))?;
        let now = self.now();
        let step = match code {
            Some(code) => {
                let step = totp::step_of(&seed, code, now.unix());
                Some(step.ok_or_else(|| Error::refused("code", "wrong_code"))?)
            }
            None => None,
        };
        let sealed = self.vault.seal(Purpose::Totp, &seed, &*self.random);
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        // The code that proves the enrolment still opens the session.
        if !tx.enrol_staff(staff, &sealed, step.map(|step| step - 1)).await? {
            return Err(Error::refused("code", "enrolled_before"));
        }
        let caller = match code {
            Some(_) => by_themselves(staff),
            None => Caller::system("enrolment"),
        };
        let deed = Deed::of_system("staff.enrolled", ("staff", staff.uuid()));
        self.record(&mut tx, &caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that holds the installation's chain, and the member of staff it is about.
    async fn for_staff(&self, login: &str) -> Result<(Tx, StaffRow), Error> {
        let mut tx = self.store.begin().await?;
        tx.lock_chain(Chain::SYSTEM).await?;
        let row = tx.staff_by_login(login).await?.ok_or(Error::NotFound)?;
        Ok((tx, row))
    }
}

fn by_themselves(staff: StaffId) -> Caller {
    let (kind, id) = (ActorKind::Staff, staff.to_string());
    Caller {
        actor: Actor { kind, id, address: None, request_id: None },
        scope: Scope::All,
        staff: Some(staff),
        name: String::new(),
    }
}

/// Small letters, digits and `. _ -`, as everybody can type them.
fn check_login(login: &str) -> Result<(), Error> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let begins = login.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if begins && login.len() <= LOGIN_MAX && login.chars().all(fits) {
        Ok(())
    } else {
        Err(Error::refused("login", "bad_login"))
    }
}

/// A name as papers and lists print it: a line of readable text.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let refused = |reason| Err(Error::refused("name", reason));
    if name.is_empty() {
        return refused("empty");
    }
    if name.chars().count() > NAME_MAX {
        return refused("too_long");
    }
    if name.chars().any(|c| c.is_control() || turns_direction(c)) {
        return refused("bad_text");
    }
    Ok(())
}
