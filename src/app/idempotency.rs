//! One effect for one request, however often it is sent.
//!
//! A use case claims the request's key, does its work and keeps the answer, all in one transaction:
//!
//! ```text
//! let mut tx = self.store.begin().await?;
//! let answer = async {
//!     if let Some(answer) = self.claim(&mut tx, once).await? { return Ok(answer); }
//!     … the effect …
//!     let answer = render(&what_came_of_it);
//!     self.keep_answer(&mut tx, once, &answer).await?;
//!     Ok(answer)
//! };
//! let answer = answer.await;
//! ended(tx, answer).await
//! ```
//!
//! Where a call to a provider stands between, the claim belongs to the transaction of the intent and
//! the answer to that of the result; a repeat in the meantime finds the claim and is told to wait.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{App, Error};
use crate::{
    domain::time::Timestamp,
    store::{
        Tx,
        columns::Hash,
        idempotency::{Claim, NewAnswer},
    },
};

/// How long an answer is kept (reliability 4).
const KEPT_DAYS: i64 = 7;
/// The longest key.
const KEY_MAX: usize = 255;

/// A request that must have one effect: whose key, the key, and what was asked under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    scope: String,
    key: String,
    hash: [u8; 32],
}

/// A key that is empty, longer than 255 characters, or not visible ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to 255 visible ASCII characters")]
pub struct BadKey;

impl Once {
    /// A request under `key`, which belongs to `scope` (`api:{key id}`, `form:{session}:{action}`).
    /// `request` is everything that makes it this request, part by part.
    pub fn new(scope: String, key: &str, request: &[&[u8]]) -> Result<Self, BadKey> {
        let fits = (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(BadKey);
        }
        let mut hash = Sha256::new();
        for part in request {
            // Lengths keep parts apart: ("ab", "c") is another request than ("a", "bc").
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        Ok(Self { scope, key: key.to_owned(), hash: hash.finalize().into() })
    }
}

/// An answer as it goes out, and goes out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The type of the body.
    pub content_type: String,
    /// Where the new thing is read.
    pub location: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl App {
    /// Claims the key of a request in the transaction of its effect. `Some` is the answer that the
    /// same request got before: nothing else is then to be done.
    pub async fn claim(&self, tx: &mut Tx, once: Option<&Once>) -> Result<Option<Answer>, Error> {
        let Some(once) = once else { return Ok(None) };
        let now = self.now();
        let name = (once.scope.as_str(), once.key.as_str());
        let kept = match tx.claim_key(name, Hash(once.hash), (now, oldest(now))).await? {
            Claim::Ours => return Ok(None),
            Claim::Running => return Err(Error::StillRunning),
            Claim::Kept(kept) => kept,
        };
        if kept.request_hash.0 != once.hash {
            return Err(Error::KeyReused);
        }
        let (Some(status), Some(content_type), Some(body)) =
            (kept.status, kept.content_type, kept.body)
        else {
            return Err(Error::StillRunning);
        };
        let status = u16::try_from(status).map_err(Error::internal)?;
        Ok(Some(Answer { status, content_type, location: kept.location, body }))
    }

    /// Keeps the answer of a claimed request, in the transaction of its effect.
    pub async fn keep_answer(
        &self,
        tx: &mut Tx,
        once: Option<&Once>,
        answer: &Answer,
    ) -> Result<(), Error> {
        let Some(once) = once else { return Ok(()) };
        let row = NewAnswer {
            status: i64::from(answer.status),
            content_type: &answer.content_type,
            location: answer.location.as_deref(),
            body: &answer.body,
        };
        Ok(tx.answer_key((&once.scope, &once.key), &row, self.now()).await?)
    }

    /// Forgets the answers that are older than 7 days; how many. A daily job.
    pub async fn forget_answers(&self) -> Result<u64, Error> {
        let mut tx = self.store.begin().await?;
        let forgotten = tx.forget_keys(oldest(self.now())).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

/// Ends the transaction of a request before its answer goes out: left to be dropped, it would hold
/// the key a moment longer, and whoever asks again at once would be told to wait.
pub(super) async fn ended(tx: Tx, answer: Result<Answer, Error>) -> Result<Answer, Error> {
    match &answer {
        Ok(_) => tx.commit().await?,
        Err(_) => tx.rollback().await?,
    }
    answer
}

fn oldest(now: Timestamp) -> Timestamp {
    now.plus(TimeDelta::days(-KEPT_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_plain() {
        for (key, fits) in [
            ("a", true),
            (&*"k".repeat(255), true),
            (&*"k".repeat(256), false),
            ("", false),
            ("two words", false),
            ("khóa", false),
            ("tab\t", false),
        ] {
            assert_eq!(Once::new("api".to_owned(), key, &[]).is_ok(), fits, "{key}");
        }
    }

    #[test]
    fn parts_of_a_request_do_not_run_together() {
        let once = |parts: &[&[u8]]| Once::new("api".to_owned(), "k", parts).unwrap();
        assert_eq!(once(&[b"ab", b"c"]), once(&[b"ab", b"c"]));
        assert_ne!(once(&[b"ab", b"c"]), once(&[b"a", b"bc"]));
        assert_ne!(once(&[b"ab"]), once(&[b"ab", b""]));
    }
}
