//! What a process of ours takes: memory under many connections, and time until it serves.

use std::time::Duration;

use anphi::{app::clock::SystemClock, domain::time::Clock};
use tokio::runtime::Runtime;

use crate::{
    goal::{Row, Thousandths, Wanted, median},
    installation::{Engine, Installation},
    load::{self, Effort},
    server::Server,
};

pub(crate) const MEMORY_POSTGRES: &str = "PostgreSQL: peak memory at 256 connections, MB";
pub(crate) const MEMORY_SQLITE: &str = "SQLite: peak memory at 256 connections, MB";
pub(crate) const START_POSTGRES: &str = "PostgreSQL: start to listening, migrated, ms";
pub(crate) const START_SQLITE: &str = "SQLite: start to listening, migrated, ms";

const EFFORT: Effort = Effort { connections: 256, lasting: Duration::from_secs(5) };
const NOTICES: usize = 60_000;
const AGENCIES: usize = 63;
const STARTS: usize = 7;

pub(crate) fn memory_postgres() -> Vec<Row> {
    vec![Row::alone(MEMORY_POSTGRES, memory(Engine::Postgres), most(64))]
}

pub(crate) fn memory_sqlite() -> Vec<Row> {
    vec![Row::alone(MEMORY_SQLITE, memory(Engine::Sqlite), most(96))]
}

pub(crate) fn start_postgres() -> Vec<Row> {
    vec![Row::alone(START_POSTGRES, start(Engine::Postgres), most(200))]
}

pub(crate) fn start_sqlite() -> Vec<Row> {
    vec![Row::alone(START_SQLITE, start(Engine::Sqlite), most(200))]
}

const fn most(units: u64) -> Wanted {
    Wanted::AtMost(Thousandths::whole(units))
}

/// The most that settling for 256 connections at once ever took.
fn memory(engine: Engine) -> Thousandths {
    let runtime = Runtime::new().unwrap();
    let installation = runtime.block_on(Installation::found(engine, AGENCIES, NOTICES));
    let now = SystemClock.now();
    let pushes = (0..NOTICES).map(|place| installation.push(place, now)).collect();
    let server = Server::ours(&installation);
    let answers = runtime.block_on(load::each_once(&[server.address], EFFORT, pushes));
    assert!(answers.count >= EFFORT.connections, "too little was answered");
    Thousandths(server.peak_memory())
}

/// From the start of the process until it takes a connection, on a database that is up to date.
fn start(engine: Engine) -> Thousandths {
    let installation = Runtime::new().unwrap().block_on(Installation::found(engine, 1, 1));
    let starts = (0..STARTS).map(|_| Server::ours(&installation).ready_after.as_micros());
    Thousandths(u64::try_from(median(starts.collect())).unwrap())
}
