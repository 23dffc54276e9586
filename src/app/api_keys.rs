//! Keys of other systems: made once, shown once, kept as a hash, ended at once.

use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{App, Caller, Deed, Error, random::token, staff::check_name};
use crate::{
    domain::{
        audit::{Actor, ActorKind},
        id::ApiKeyId,
        staff::Scope,
        time::Timestamp,
    },
    store::{
        api_key::{ApiKeyRow, NewApiKey},
        columns::Hash,
    },
};

/// What every key begins with, so that a key left in a text can be found.
const PREFIX: &str = "anphi_";
/// Characters of a key: the prefix and 32 bytes in base64url.
const LENGTH: usize = PREFIX.len() + 43;
/// The last use of a key is noted at most so often: reading must not write each time.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A key about to be made.
#[derive(Clone, Debug)]
pub struct KeyWanted {
    /// How lists name it: the system that will hold it.
    pub name: String,
    /// Whose things it may touch.
    pub scope: Scope,
    /// What it may do there.
    pub access: Access,
    /// When it ends; never, when `None`.
    pub expires_at: Option<Timestamp>,
}

/// What a key may do within its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads.
    Read,
    /// Reads and writes.
    Write,
}

/// A key just made. Its text is shown now and never again.
#[derive(Debug)]
pub struct MadeKey {
    /// Its id, to revoke it by.
    pub id: ApiKeyId,
    /// The text that the other system sends.
    pub text: String,
}

/// Who stands behind a verified key.
#[derive(Clone, Debug)]
pub struct KeyHolder {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Whose things.
    pub scope: Scope,
    /// What it may do.
    pub access: Access,
}

impl KeyHolder {
    /// The holder as the caller of use cases.
    pub fn caller(&self, address: Option<String>, request_id: Option<String>) -> Caller {
        let id = self.id.to_string();
        Caller {
            actor: Actor { kind: ActorKind::ApiKey, id, address, request_id },
            scope: self.scope,
            staff: None,
            name: self.name.clone(),
        }
    }
}

impl App {
    /// Makes a key.
    pub async fn new_api_key(&self, caller: &Caller, wanted: KeyWanted) -> Result<MadeKey, Error> {
        let name = wanted.name.trim();
        check_name(name)?;
        let now = self.now();
        if wanted.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::refused("expires", "in_the_past"));
        }
        let text = format!("{PREFIX}{}", token(&*self.random));
        let id: ApiKeyId = self.new_id();
        let mut tx = self.store.begin().await?;
        tx.insert_api_key(&NewApiKey {
            id,
            name,
            key_hash: hash(&text),
            scope: wanted.scope,
            can_write: wanted.access == Access::Write,
            created_at: now,
            created_by: &caller.actor.id,
            expires_at: wanted.expires_at,
        })
        .await?;
        let deed = Deed::of_system("api_key.created", ("api_key", id.uuid())).with(json!({
            "name": name, "scope": wanted.scope, "write": wanted.access == Access::Write,
            "expires_at": wanted.expires_at,
        }));
        self.record(&mut tx, caller, deed, now).await?;
        tx.commit().await?;
        Ok(MadeKey { id, text })
    }

    /// Who holds a key. What is unknown, revoked or expired is nobody.
    pub async fn verify_api_key(&self, text: &str) -> Result<KeyHolder, Error> {
        if text.len() != LENGTH || !text.starts_with(PREFIX) {
            return Err(Error::Unauthenticated);
        }
        let now = self.now();
        let mut tx = self.store.read().await?;
        let row = tx.api_key_by_hash(hash(text)).await?;
        tx.rollback().await?;
        let row = row.filter(|row| is_live(row, now)).ok_or(Error::Unauthenticated)?;
        self.note_use(&row, now).await?;
        let access = if row.can_write { Access::Write } else { Access::Read };
        Ok(KeyHolder { id: row.id, scope: row.scope()?, name: row.name, access })
    }

    async fn note_use(&self, row: &ApiKeyRow, now: Timestamp) -> Result<(), Error> {
        let stale = now.plus(-NOTED_EVERY);
        if row.last_used_at.is_some_and(|last| last > stale) {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        tx.use_api_key(row.id, (now, stale)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends a key at once.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), Error> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        if !tx.revoke_api_key(id, now).await? {
            return Err(Error::NotFound);
        }
        let deed = Deed::of_system("api_key.revoked", ("api_key", id.uuid()));
        self.record(&mut tx, caller, deed, now).await?;
        Ok(tx.commit().await?)
    }

    /// Every key, oldest first, ended ones too.
    pub async fn api_keys(&self) -> Result<Vec<ApiKeyRow>, Error> {
        Ok(self.store.read().await?.api_keys().await?)
    }
}

/// Neither revoked nor expired.
fn is_live(row: &ApiKeyRow, now: Timestamp) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|end| now < end)
}

fn hash(text: &str) -> Hash {
    Hash(Sha256::digest(text.as_bytes()).into())
}
