//! Audit chains of courts and of the installation, and the life of states. An agency's chain is
//! written by the settlement lane, on the series row that carries its head.

use uuid::Uuid;

use super::{StoreError, Tx, columns::Hash, execute, fetch_one, fetch_optional, statements};
use crate::domain::{
    audit::{Chain, Entry, Head},
    time::Timestamp,
};

statements! {
    OPEN = "insert into audit_head (chain, chain_id, seq, hash) values ($1, $2, 0, $3)
        on conflict do nothing";
    LOCK = "update audit_head set seq = seq where chain = $1 and chain_id = $2
        returning seq, hash";
    MOVE = "update audit_head set seq = $3, hash = $4 where chain = $1 and chain_id = $2
        and seq = $5";
    ADD = "insert into audit_entry (id, chain, chain_id, seq, at, actor_kind, actor, address,
        request_id, action, entity, entity_id, payload, payload_digest, effects, effects_digest,
        previous, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    CHANGE = "insert into state_change (id, machine, entity_id, from_state, to_state, at, audit_id)
        values ($1, $2, $3, $4, $5, $6, $7)";
    ENTERED = "select at from state_change where entity_id = $1 and to_state = $2
        order by at desc limit 1";
    ANNOUNCE = "insert into outbox (id, event, court_id, agency_id, entity_id, payload, state,
        tries, next_at, lease, created_at) values ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, 0, $7)";
}

/// A step in the life of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// `notice`, `order`, `receipt`, `case`.
    pub machine: &'static str,
    /// Whose.
    pub entity: Uuid,
    /// The state before; none when it was made.
    pub from: Option<&'static str>,
    /// The state after.
    pub to: &'static str,
}

/// An event on its way out.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its id.
    pub id: Uuid,
    /// `notice.issued`, `case.accepted`.
    pub name: &'static str,
    /// The court that it concerns.
    pub court: Option<Uuid>,
    /// The agency that it concerns.
    pub agency: Option<Uuid>,
    /// The thing.
    pub entity: Uuid,
    /// Ids, amounts and states; never a name.
    pub payload: serde_json::Value,
}

impl Tx {
    /// Locks the head of a court's or the system's chain until the transaction ends.
    pub async fn lock_chain(&mut self, chain: Chain) -> Result<Head, StoreError> {
        execute!(self, OPEN, chain.kind, chain.id, Hash(Head::EMPTY.hash));
        let (seq, hash): (i64, Hash) = fetch_one!(self, LOCK, chain.kind, chain.id);
        Ok(Head { seq, hash: hash.0 })
    }

    /// Adds an entry behind the locked head and moves the head.
    pub async fn add_entry(
        &mut self,
        id: Uuid,
        chain: Chain,
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let act = &entry.act;
        execute!(
            self,
            ADD,
            id,
            chain.kind,
            chain.id,
            entry.seq,
            act.at,
            act.actor.kind,
            &act.actor.id,
            &act.actor.address,
            &act.actor.request_id,
            act.action,
            act.entity,
            act.entity_id,
            &act.payload,
            Hash(entry.payload_digest),
            sqlx::types::Json(serde_json::json!({ "receipts": [], "postings": [] })),
            Hash(entry.effects_digest),
            Hash(entry.previous),
            Hash(entry.hash)
        );
        let moved =
            execute!(self, MOVE, chain.kind, chain.id, entry.seq, Hash(entry.hash), entry.seq - 1);
        super::expect_rows("audit head", 1, moved)
    }

    /// Writes a step in the life of a machine, bound to its act.
    pub async fn add_change(
        &mut self,
        id: Uuid,
        change: Change,
        (audit, at): (Uuid, Timestamp),
    ) -> Result<(), StoreError> {
        let Change { machine, entity, from, to } = change;
        execute!(self, CHANGE, id, machine, entity, from, to, at, audit);
        Ok(())
    }

    /// Puts an event on its way out.
    pub async fn announce(&mut self, event: Event, at: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            ANNOUNCE,
            event.id,
            event.name,
            event.court,
            event.agency,
            event.entity,
            sqlx::types::Json(event.payload),
            at
        );
        Ok(())
    }

    /// When a thing last came to a state; the thing was read within a scope or by a secret.
    pub async fn entered(
        &mut self,
        entity: Uuid,
        state: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(Timestamp,)> = fetch_optional!(self, ENTERED, entity, state);
        Ok(row.map(|(at,)| at))
    }
}
