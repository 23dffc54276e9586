//! Use cases and transaction borders: what the program does, without saying how it is shown.

mod act;
pub mod anchor;
pub mod api_keys;
pub mod callbacks;
pub mod case_change;
mod case_facts;
pub mod cases;
pub mod channels;
pub mod check;
pub mod checked;
pub mod checkout;
pub mod clock;
pub mod desk;
pub mod drafts;
pub mod error;
pub mod exceptions;
pub mod find;
pub mod health;
pub mod holder;
pub mod idempotency;
pub mod jobs;
pub mod lookup;
pub mod matching;
pub mod metric;
pub mod money;
pub mod notices;
pub mod papers;
mod passwords;
mod question;
pub mod random;
pub mod reference;
pub mod refused;
pub mod refused_files;
mod responsible;
pub mod session;
pub mod settle;
pub mod sign_in;
pub mod staff;
pub mod start;
pub mod statements;
pub mod tables;
pub mod totp;
pub mod tries;
pub mod vault;
pub mod worked;

use std::sync::Arc;

use uuid::Uuid;

pub use act::Deed;
pub use error::Error;

use self::{
    channels::Channels, health::Health, random::Random, refused::Refused, session::SessionTimes,
    settle::Lane, tables::Tables, tries::Tries, vault::Vault,
};
use crate::{
    codec::receipt_text::SecretKey,
    domain::{
        audit::{Actor, ActorKind},
        id::StaffId,
        staff::Scope,
        time::{Clock, Timestamp},
    },
    store::Store,
};

/// Everything that use cases work with. One a process; clones of the `Arc` share it.
pub struct App {
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
    /// Keys of personal data.
    pub vault: Arc<Vault>,
    /// The law, the calendar, the forms.
    pub tables: Arc<Tables>,
    /// The settlement lane.
    pub lane: Lane,
    /// The ways to pay.
    pub channels: Channels,
    /// Messages whose sender is not proven.
    pub refused: Refused,
    /// The key that signs receipts.
    pub receipt_key: SecretKey,
    /// The address under which people reach this installation, without a slash at its end.
    pub site: String,
    /// How long sessions last.
    pub session_times: SessionTimes,
    /// Wrong tries at the look-up.
    pub tries: Tries,
    /// What the jobs notice about the machine.
    pub health: Health,
    /// How far the receipts' papers are made.
    pub papers_made: papers::PapersMade,
    /// Everything in here is made up: every page and paper says so.
    pub test_data: bool,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("site", &self.site).finish_non_exhaustive()
    }
}

/// Who asks, and whose things they may touch.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For the audit.
    pub actor: Actor,
    /// Whose things.
    pub scope: Scope,
    /// The member of staff, where one asks.
    pub staff: Option<StaffId>,
    /// How papers and pages name the caller.
    pub name: String,
}

impl Caller {
    /// The program itself, by the name of its job or command.
    pub fn system(job: &str) -> Self {
        Self { actor: Actor::system(job), scope: Scope::All, staff: None, name: job.to_owned() }
    }

    /// Whoever holds a notice's secret.
    pub fn payer(address: Option<String>, request_id: Option<String>) -> Self {
        let actor = Actor { kind: ActorKind::System, id: "payer".to_owned(), address, request_id };
        Self { actor, scope: Scope::All, staff: None, name: String::new() }
    }
}

impl App {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id that sorts by time.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        random::new_id(self.now(), &*self.random)
    }
}
