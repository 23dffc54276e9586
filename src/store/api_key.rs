//! Keys by which other systems sign in; only their hashes.

use uuid::Uuid;

use super::{
    StoreError, Tx, columns::Hash, execute, expect_rows, fetch_all, fetch_optional, statements,
};
use crate::domain::{
    id::{AgencyId, ApiKeyId, CourtId},
    staff::Scope,
    time::Timestamp,
};

macro_rules! columns {
    () => {
        "k.id, k.name, k.scope, k.court_id, k.agency_id, k.can_write, k.created_at, k.created_by,
        k.expires_at, k.last_used_at, k.revoked_at, c.code as court_code, a.code as agency_code
        from api_key k left join court c on c.id = k.court_id
        left join agency a on a.id = k.agency_id "
    };
}

statements! {
    INSERT = "insert into api_key (id, name, key_hash, scope, court_id, agency_id, can_write,
        created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    BY_HASH = concat!("select ", columns!(), "where k.key_hash = $1");
    LIST = concat!("select ", columns!(), "order by k.created_at, k.id");
    REVOKE = "update api_key set revoked_at = $2 where id = $1 and revoked_at is null";
    USED = "update api_key set last_used_at = $2
        where id = $1 and (last_used_at is null or last_used_at <= $3)";
}

/// A key, without what it is made of.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ApiKeyRow {
    pub id: ApiKeyId,
    pub name: String,
    /// `court`, `agency` or `all`.
    pub scope: String,
    pub court_id: Option<CourtId>,
    pub agency_id: Option<AgencyId>,
    pub can_write: bool,
    pub created_at: Timestamp,
    pub created_by: String,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub court_code: Option<String>,
    pub agency_code: Option<String>,
}

impl ApiKeyRow {
    /// Whose things the key may touch: a court's or agency's key does not reach those below it.
    pub fn scope(&self) -> Result<Scope, StoreError> {
        match (self.scope.as_str(), self.court_id, self.agency_id) {
            ("all", None, None) => Ok(Scope::All),
            ("court", Some(id), None) => Ok(Scope::Court { id, children: false }),
            ("agency", None, Some(id)) => Ok(Scope::Agency { id, children: false }),
            _ => Err(StoreError::Inconsistent {
                table: "api_key",
                column: "scope",
                row: self.id.to_string(),
            }),
        }
    }
}

/// A key about to be made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewApiKey<'a> {
    pub id: ApiKeyId,
    pub name: &'a str,
    pub key_hash: Hash,
    pub scope: Scope,
    pub can_write: bool,
    pub created_at: Timestamp,
    pub created_by: &'a str,
    pub expires_at: Option<Timestamp>,
}

impl Tx {
    /// Writes a key.
    pub async fn insert_api_key(&mut self, key: &NewApiKey<'_>) -> Result<(), StoreError> {
        let (scope, court, agency): (&str, Option<Uuid>, Option<Uuid>) = match key.scope {
            Scope::All => ("all", None, None),
            Scope::Court { id, .. } => ("court", Some(id.uuid()), None),
            Scope::Agency { id, .. } => ("agency", None, Some(id.uuid())),
        };
        let rows = execute!(
            self,
            INSERT,
            key.id,
            key.name,
            key.key_hash,
            scope,
            court,
            agency,
            key.can_write,
            key.created_at,
            key.created_by,
            key.expires_at
        );
        expect_rows("api_key", 1, rows)
    }

    /// The key of a hash, live or not.
    pub async fn api_key_by_hash(&mut self, hash: Hash) -> Result<Option<ApiKeyRow>, StoreError> {
        Ok(fetch_optional!(self, BY_HASH, hash))
    }

    /// Every key, oldest first.
    pub async fn api_keys(&mut self) -> Result<Vec<ApiKeyRow>, StoreError> {
        Ok(fetch_all!(self, LIST))
    }

    /// Revokes a key; `false` when there is none or it was revoked before.
    pub async fn revoke_api_key(
        &mut self,
        id: ApiKeyId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, REVOKE, id, now) == 1)
    }

    /// Notes that a key was used, unless that was noted after `stale`.
    pub async fn use_api_key(
        &mut self,
        id: ApiKeyId,
        (now, stale): (Timestamp, Timestamp),
    ) -> Result<(), StoreError> {
        execute!(self, USED, id, now, stale);
        Ok(())
    }
}
