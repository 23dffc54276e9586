//! Whether the service can do its work: the database, room on its disk, the machine's clock.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use super::App;
use crate::{domain::time::Timestamp, store::SchemaState};

/// With less room than this beside the database nothing more can be promised to be kept.
const ROOM: u64 = 64 * 1024 * 1024;

/// So long a clock that was set is told to those who ask.
const TOLD: TimeDelta = TimeDelta::hours(1);

/// What the jobs notice about the machine.
#[derive(Debug, Default)]
pub struct Health {
    stepped: Mutex<Option<Timestamp>>,
}

impl Health {
    /// The clock was set at this moment, by itself.
    pub(super) fn clock_stepped(&self, at: Timestamp) {
        *self.stepped.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    fn stepped(&self) -> Option<Timestamp> {
        *self.stepped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl App {
    /// Whether the database answers and has this program's schema: `ok`, `away`, `older`, `newer`.
    pub async fn database_state(&self) -> &'static str {
        match self.store.schema().await {
            Ok(SchemaState::Current) => "ok",
            Ok(SchemaState::Empty | SchemaState::Older) => "older",
            Ok(SchemaState::Newer) => "newer",
            Err(_) => "away",
        }
    }

    /// Room beside an SQLite file: `ok`, `nearly_full`; a server's disk is the server's, so `ok`.
    pub async fn disk_state(&self) -> &'static str {
        match self.store.free_room().await {
            Some(room) if room < ROOM => "nearly_full",
            Some(_) | None => "ok",
        }
    }

    /// Whether the clock was set within the last hour: `ok`, `stepped`. A step is told, not a
    /// reason to stop (reliability rule 15).
    pub fn clock_state(&self) -> &'static str {
        let lately = |at: Timestamp| self.now().since(at).abs() < TOLD;
        if self.health.stepped().is_some_and(lately) { "stepped" } else { "ok" }
    }
}
