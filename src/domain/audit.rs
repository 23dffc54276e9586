//! The audit chains: one a scope, each entry bound to the one before it (I-12).

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::time::Timestamp;

codes! {
    /// Which chain an entry belongs to.
    ChainKind {
        /// An agency's; its head lives on one of its receipt series.
        Agency = "agency",
        /// A court's.
        Court = "court",
        /// The installation's.
        System = "system",
    }
}

/// A chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chain {
    /// The kind.
    pub kind: ChainKind,
    /// The court or agency; nil for the system.
    pub id: Uuid,
}

impl Chain {
    /// The installation's.
    pub const SYSTEM: Self = Self { kind: ChainKind::System, id: Uuid::nil() };
}

/// The last link of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 when there is none.
    pub seq: i64,
    /// Its hash; zeros when there is none.
    pub hash: [u8; 32],
}

impl Head {
    /// Before the first entry.
    pub const EMPTY: Self = Self { seq: 0, hash: [0; 32] };
}

codes! {
    /// Who acted.
    ActorKind {
        /// A member of staff.
        Staff = "staff",
        /// A provider or bank, by a verified message.
        Provider = "provider",
        /// Another system, by its API key.
        ApiKey = "api_key",
        /// The program itself: a job, the command line.
        System = "system",
    }
}

/// Who acted, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The kind.
    pub kind: ActorKind,
    /// Staff id, API key id, or the name of account or job.
    pub id: String,
    /// Network address and source port, where there is one.
    pub address: Option<String>,
    /// The request that carried the act.
    pub request_id: Option<String>,
}

impl Actor {
    /// The program itself, by the name of the job or command.
    pub fn system(job: &str) -> Self {
        Self { kind: ActorKind::System, id: job.to_owned(), address: None, request_id: None }
    }
}

/// One act, before it is linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What, as a stable word: `notice.paid`, `staff.signed_in`.
    pub action: &'static str,
    /// The thing's kind and id.
    pub entity: &'static str,
    /// The thing's id.
    pub entity_id: Uuid,
    /// Facts before and after, masked, as JSON. Erasure can blank it; the digest stays.
    pub payload: String,
    /// Content hashes of receipts written with the act.
    pub receipts: Vec<[u8; 32]>,
    /// Digests of posting groups written with the act.
    pub postings: Vec<[u8; 32]>,
}

/// An act linked into its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The act.
    pub act: Act,
    /// Its number in the chain, from 1.
    pub seq: i64,
    /// SHA-256 of the payload.
    pub payload_digest: [u8; 32],
    /// SHA-256 over the receipts' hashes and the posting groups' digests, in order.
    pub effects_digest: [u8; 32],
    /// Hash of the entry before.
    pub previous: [u8; 32],
    /// Hash of this entry.
    pub hash: [u8; 32],
}

/// Links `act` behind `head` and moves the head.
pub fn link(chain: Chain, head: &mut Head, act: Act) -> Entry {
    let seq = head.seq + 1;
    let payload_digest: [u8; 32] = Sha256::digest(act.payload.as_bytes()).into();
    let effects_digest = effects(&act.receipts, &act.postings);
    let previous = head.hash;
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(header(chain, seq, &act));
    hash.update(payload_digest);
    hash.update(effects_digest);
    let hash: [u8; 32] = hash.finalize().into();
    *head = Head { seq, hash };
    Entry { act, seq, payload_digest, effects_digest, previous, hash }
}

/// The digest of what was written with an act.
pub fn effects(receipts: &[[u8; 32]], postings: &[[u8; 32]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (tag, digests) in [("receipts", receipts), ("postings", postings)] {
        hash.update(tag);
        for digest in digests {
            hash.update(digest);
        }
    }
    hash.finalize().into()
}

/// One line of everything but the payload. Fields that could hold a `|` come from our own lists.
fn header(chain: Chain, seq: i64, act: &Act) -> String {
    format!(
        "{}|{}|{seq}|{}|{}|{}|{}|{}|{}|{}|{}\n",
        chain.kind,
        chain.id,
        act.at,
        act.actor.kind,
        act.actor.id,
        act.actor.address.as_deref().unwrap_or("-"),
        act.actor.request_id.as_deref().unwrap_or("-"),
        act.action,
        act.entity,
        act.entity_id,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(payload: &str) -> Act {
        Act {
            at: Timestamp::from_unix(1_795_000_000).unwrap(),
            actor: Actor::system("test"),
            action: "notice.paid",
            entity: "notice",
            entity_id: Uuid::nil(),
            payload: payload.to_owned(),
            receipts: vec![[1; 32]],
            postings: Vec::new(),
        }
    }

    #[test]
    fn every_entry_hangs_on_the_one_before() {
        let chain = Chain { kind: ChainKind::System, id: Uuid::nil() };
        let mut head = Head::EMPTY;
        let first = link(chain, &mut head, act("{}"));
        let second = link(chain, &mut head, act("{}"));
        assert_eq!((first.seq, second.seq), (1, 2));
        assert_eq!(second.previous, first.hash);
        assert_ne!(first.hash, second.hash);
        assert_eq!(head, Head { seq: 2, hash: second.hash });
    }

    #[test]
    fn payload_receipts_and_chain_are_all_bound() {
        let system = Chain { kind: ChainKind::System, id: Uuid::nil() };
        let court = Chain { kind: ChainKind::Court, id: Uuid::nil() };
        let hash = |chain, act| link(chain, &mut Head::EMPTY.clone(), act).hash;
        let base = hash(system, act("{}"));
        assert_ne!(base, hash(court, act("{}")));
        assert_ne!(base, hash(system, act("{\"a\":1}")));
        assert_ne!(base, hash(system, Act { receipts: vec![[2; 32]], ..act("{}") }));
        assert_ne!(base, hash(system, Act { postings: vec![[1; 32]], ..act("{}") }));
    }
}
