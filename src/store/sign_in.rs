//! The record of tries to sign in, and what a lock reads from it.

use uuid::Uuid;

use super::{StoreError, Tx, execute, fetch_one, statements};
use crate::domain::{
    id::StaffId,
    sign_in::{Outcome, Tries},
    time::Timestamp,
};

statements! {
    NOTE = "insert into sign_in (id, login, staff_id, address, outcome, at)
        values ($1, $2, $3, $4, $5, $6)";
    /// Wrong tries of a name from an address since the last right code there.
    HERE = "select cast(count(*) as bigint), max(at) from sign_in
        where login = $1 and address = $2
        and outcome in ('password_wrong', 'code_wrong', 'disabled')
        and at > coalesce((select max(r.at) from sign_in r where r.login = $1
          and (r.outcome = 'unlocked' or (r.address = $2 and r.outcome = 'code_ok'))), $3)";
    /// Wrong tries of a name from addresses where it was never right, since it was opened.
    FROM_NEW = "select cast(count(*) as bigint) from sign_in w
        where w.login = $1 and w.outcome in ('password_wrong', 'code_wrong', 'disabled')
        and w.at > coalesce((select max(r.at) from sign_in r
          where r.login = $1 and r.outcome = 'unlocked'), $2)
        and not exists (select 1 from sign_in k where k.login = w.login
          and k.address = w.address and k.outcome = 'code_ok')";
    COUNT = "select cast(count(*) as bigint) from sign_in
        where login = $1 and address = $2 and outcome = $3 and at > $4";
}

/// A try about to be noted.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewTry<'a> {
    pub id: Uuid,
    /// As typed, folded; the blind index of it where nobody has the name.
    pub login: &'a str,
    pub staff: Option<StaffId>,
    /// Without a port.
    pub address: &'a str,
    pub outcome: Outcome,
    pub at: Timestamp,
}

impl Tx {
    /// Notes a try.
    pub async fn note_sign_in(&mut self, note: &NewTry<'_>) -> Result<(), StoreError> {
        execute!(self, NOTE, note.id, note.login, note.staff, note.address, note.outcome, note.at);
        Ok(())
    }

    /// The tries of a name that count, as they look from an address.
    pub async fn sign_in_tries(&mut self, login: &str, address: &str) -> Result<Tries, StoreError> {
        let ever = Timestamp::EPOCH;
        let (here, last_here): (i64, Option<Timestamp>) =
            fetch_one!(self, HERE, login, address, ever);
        let (from_new,): (i64,) = fetch_one!(self, FROM_NEW, login, ever);
        let (right,): (i64,) = fetch_one!(self, COUNT, login, address, Outcome::CodeOk, ever);
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let known_address = right > 0;
        Ok(Tries { here: count(here), last_here, from_new: count(from_new), known_address })
    }

    /// Whether a try of a name from an address ended in `outcome` after `since`.
    pub async fn was_noted(
        &mut self,
        (login, address): (&str, &str),
        outcome: Outcome,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let (found,): (i64,) = fetch_one!(self, COUNT, login, address, outcome, since);
        Ok(found > 0)
    }
}
