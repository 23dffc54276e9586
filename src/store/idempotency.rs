//! Requests that were answered, so that a repeat gets the first answer (decisions 6).

use super::{StoreError, Tx, columns::Hash, execute, expect_rows, fetch_optional, statements};
use crate::domain::time::Timestamp;

statements! {
    FORGET = "delete from idempotency where scope = $1 and key = $2 and claimed_at < $3";
    CLAIM = "insert into idempotency (scope, key, request_hash, state, claimed_at)
        values ($1, $2, $3, 'claimed', $4) on conflict do nothing";
    KEPT = "select request_hash, state, status, content_type, location, body from idempotency
        where scope = $1 and key = $2";
    ANSWER = "update idempotency set state = 'answered', status = $3, content_type = $4,
        location = $5, body = $6, answered_at = $7
        where scope = $1 and key = $2 and state = 'claimed'";
    FORGET_ALL = "delete from idempotency where claimed_at < $1";
}

/// A request that was seen before.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct KeptRow {
    pub request_hash: Hash,
    /// `claimed` or `answered`.
    pub state: String,
    pub status: Option<i64>,
    pub content_type: Option<String>,
    pub location: Option<String>,
    pub body: Option<Vec<u8>>,
}

/// An answer about to be kept.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewAnswer<'a> {
    pub status: i64,
    pub content_type: &'a str,
    pub location: Option<&'a str>,
    pub body: &'a [u8],
}

/// What came of a claim.
#[derive(Clone, Debug)]
pub enum Claim {
    /// The key is ours until this transaction ends, and for good if it commits.
    Ours,
    /// The key was claimed before.
    Kept(KeptRow),
    /// Another transaction holds the key and has not ended.
    Running,
}

impl Tx {
    /// Claims a key; what was claimed before `oldest` is forgotten first.
    pub async fn claim_key(
        &mut self,
        (scope, key): (&str, &str),
        hash: Hash,
        (now, oldest): (Timestamp, Timestamp),
    ) -> Result<Claim, StoreError> {
        if !self.try_lock_key(scope, key).await? {
            return Ok(Claim::Running);
        }
        execute!(self, FORGET, scope, key, oldest);
        if execute!(self, CLAIM, scope, key, hash, now) == 1 {
            return Ok(Claim::Ours);
        }
        let kept: Option<KeptRow> = fetch_optional!(self, KEPT, scope, key);
        Ok(kept.map_or(Claim::Running, Claim::Kept))
    }

    /// Keeps the answer of a claimed key.
    pub async fn answer_key(
        &mut self,
        (scope, key): (&str, &str),
        answer: &NewAnswer<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = execute!(
            self,
            ANSWER,
            scope,
            key,
            answer.status,
            answer.content_type,
            answer.location,
            answer.body,
            now
        );
        expect_rows("idempotency answer", 1, rows)
    }

    /// Forgets every key claimed before `oldest`; how many.
    pub async fn forget_keys(&mut self, oldest: Timestamp) -> Result<u64, StoreError> {
        Ok(execute!(self, FORGET_ALL, oldest))
    }
}
