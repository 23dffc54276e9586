//! What every use case leaves behind: one audit entry, the state changes bound to it, its events.

use uuid::Uuid;

use super::{App, Caller, Error};
use crate::{
    domain::{
        audit::{Act, Chain, ChainKind, link},
        id::CourtId,
        time::Timestamp,
    },
    store::{
        Tx,
        chain::{Change, Event},
    },
};

/// An act in the making.
#[derive(Debug)]
pub struct Deed {
    chain: Chain,
    action: &'static str,
    entity: (&'static str, Uuid),
    payload: serde_json::Value,
    changes: Vec<Change>,
    event: Option<(&'static str, serde_json::Value, Option<Uuid>)>,
}

impl Deed {
    /// An act in a court's chain.
    pub fn of_court(court: CourtId, action: &'static str, entity: (&'static str, Uuid)) -> Self {
        Self::new(Chain { kind: ChainKind::Court, id: court.uuid() }, action, entity)
    }

    /// An act in the installation's chain.
    pub fn of_system(action: &'static str, entity: (&'static str, Uuid)) -> Self {
        Self::new(Chain { kind: ChainKind::System, id: Uuid::nil() }, action, entity)
    }

    fn new(chain: Chain, action: &'static str, entity: (&'static str, Uuid)) -> Self {
        let payload = serde_json::json!({});
        Self { chain, action, entity, payload, changes: Vec::new(), event: None }
    }

    /// With the facts of the act: ids, sums, days and states, no names and no numbers of persons.
    #[must_use]
    pub fn with(mut self, payload: serde_json::Value) -> Self {
        self.payload = payload;
        self
    }

    /// With a step in the life of the entity's machine.
    #[must_use]
    pub fn moving(
        mut self,
        machine: &'static str,
        entity: Uuid,
        (from, to): (Option<&'static str>, &'static str),
    ) -> Self {
        self.changes.push(Change { machine, entity, from, to });
        self
    }

    /// With an event for other systems.
    #[must_use]
    pub fn announcing(
        mut self,
        event: &'static str,
        payload: serde_json::Value,
        agency: Option<Uuid>,
    ) -> Self {
        self.event = Some((event, payload, agency));
        self
    }
}

impl App {
    /// Writes an act behind its chain's head, in the transaction of its effect. The head is locked
    /// until that transaction ends, so call it last.
    pub async fn record(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        deed: Deed,
        at: Timestamp,
    ) -> Result<(), Error> {
        let Deed { chain, action, entity, payload, changes, event } = deed;
        let mut head = tx.lock_chain(chain).await?;
        let act = Act {
            at,
            actor: caller.actor.clone(),
            action,
            entity: entity.0,
            entity_id: entity.1,
            payload: payload.to_string(),
            receipts: Vec::new(),
            postings: Vec::new(),
        };
        let entry = link(chain, &mut head, act);
        let audit: Uuid = self.new_id();
        tx.add_entry(audit, chain, &entry).await?;
        for change in changes {
            tx.add_change(self.new_id(), change, (audit, at)).await?;
        }
        if let Some((name, payload, agency)) = event {
            let court = (chain.kind == ChainKind::Court).then_some(chain.id);
            let event = Event { id: self.new_id(), name, court, agency, entity: entity.1, payload };
            tx.announce(event, at).await?;
        }
        Ok(())
    }
}
