//! What ten times as many orders cost: the database's processor time for a settlement.

use std::time::Duration;

use anphi::{app::clock::SystemClock, domain::time::Clock, store::Store};
use tokio::runtime::Runtime;

use crate::{
    goal::{Row, Thousandths, Wanted, median},
    installation::{Engine, Installation},
    load::{self, Effort},
    server::Server,
};

pub(crate) const GROWTH: &str =
    "PostgreSQL: database CPU a settlement at 2,000,000 orders over 200,000 orders";

const ORDERS: [usize; 2] = [2_000_000, 200_000];
const AGENCIES: usize = 63;
const ROUNDS: usize = 5;
const EFFORT: Effort = Effort { connections: 64, lasting: Duration::from_secs(4) };
const ENOUGH: usize = 40_000;

pub(crate) fn growth() -> Vec<Row> {
    let runtime = Runtime::new().unwrap();
    let [large, small] = ORDERS.map(|orders| {
        let of = Installation::found(Engine::Postgres, AGENCIES, orders);
        cost(&runtime, &runtime.block_on(of))
    });
    vec![Row {
        name: GROWTH,
        figures: [large, small].map(|nanos| format!("{} µs", nanos / 1000)),
        measured: Thousandths::ratio(large, small),
        wanted: Wanted::AtMost(Thousandths(1_600)),
    }]
}

/// Nanoseconds of the server's processors for a settlement.
fn cost(runtime: &Runtime, installation: &Installation) -> u64 {
    let server = Server::ours(installation);
    let mut paid = 0;
    let mut costs = Vec::new();
    for round in 0..=ROUNDS {
        let now = SystemClock.now();
        let pushes = (paid..paid + ENOUGH).map(|place| installation.push(place, now)).collect();
        let before = runtime.block_on(processor_nanos(installation));
        let answers = runtime.block_on(load::each_once(&[server.address], EFFORT, pushes));
        let after = runtime.block_on(processor_nanos(installation));
        paid += answers.count;
        if round > 0 {
            costs.push((after - before) / u64::try_from(answers.count).unwrap());
        }
    }
    median(costs)
}

/// What every session on the database has used until now. Sessions of the service last.
async fn processor_nanos(installation: &Installation) -> u64 {
    const SESSIONS: &str = "select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    let store = installation.open().await;
    let Store::Postgres { pool, .. } = &store else { panic!("growth is measured on PostgreSQL") };
    let sessions: Vec<(i32,)> = sqlx::query_as(SESSIONS).fetch_all(pool).await.unwrap();
    store.close().await;
    sessions.iter().filter_map(|(pid,)| session_nanos(*pid)).sum()
}

/// The first figure of `schedstat`: nanoseconds on a processor. A session that ended has none.
fn session_nanos(pid: i32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    stat.split(' ').next()?.parse().ok()
}
