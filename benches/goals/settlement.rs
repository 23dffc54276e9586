//! Durable settlements through HTTP, over one transaction a callback on the same rows.

use std::{net::SocketAddr, time::Duration};

use anphi::{app::clock::SystemClock, domain::time::Clock, store::Store};
use tokio::runtime::Runtime;

use crate::{
    flush,
    goal::{Paired, Row, Thousandths, Wanted, in_turns},
    installation::{Engine, Installation},
    load::{self, Answers, Effort},
    same_rows,
    server::Server,
};

pub(crate) const POSTGRES: &str = "PostgreSQL: settlements a second over one transaction a callback (nine statements, pool of 16)";
pub(crate) const POSTGRES_P99: &str = "PostgreSQL: p99 of the same";
pub(crate) const SQLITE: &str =
    "SQLite: settlements a second over one transaction a callback (one writer)";
pub(crate) const SQLITE_P99: &str = "SQLite: p99 of the same";
pub(crate) const ONE_AGENCY: &str =
    "PostgreSQL: all notices in one agency over notices of 400 agencies";
pub(crate) const TWO_PROCESSES: &str = "PostgreSQL: two processes over one";
pub(crate) const TOGETHER: &str =
    "the same two processes: deadlocks, gaps in series, broken links of audit";

const ROUNDS: usize = 5;
const EFFORT: Effort = Effort { connections: 64, lasting: Duration::from_secs(2) };
/// Notices of a round; a side that pays them all before its time is over ends early.
const ENOUGH: usize = 12_000;
/// On PostgreSQL, where the baseline's transactions would wait for each other's series.
const AGENCIES: usize = 400;
/// On SQLite, which is for an installation of its own.
const AGENCIES_SQLITE: usize = 1;
/// A flush of so many microseconds is that of a plain disk, for which other goals hold.
const SLOW_FLUSH: u64 = 2_000;

/// Servers on one database, and how many of its notices are paid. They are halted between rounds.
struct Side<'a> {
    runtime: &'a Runtime,
    installation: &'a Installation,
    servers: &'a [Server],
    paid: &'a std::cell::Cell<usize>,
}

impl Side<'_> {
    fn round(&self) -> Answers {
        let now = SystemClock.now();
        let first = self.paid.get();
        let pushes = (first..first + ENOUGH).map(|place| self.installation.push(place, now));
        let pushes = pushes.collect();
        let addresses: Vec<SocketAddr> = self.servers.iter().map(|server| server.address).collect();
        self.servers.iter().for_each(Server::resume);
        let answers = self.runtime.block_on(load::each_once(&addresses, EFFORT, pushes));
        self.servers.iter().for_each(Server::pause);
        self.paid.set(first + answers.count);
        answers
    }
}

/// Throughput and p99 of the lane beside those of one transaction a callback.
fn over_the_baseline(engine: Engine, names: [&'static str; 2], wanted: [Wanted; 2]) -> Vec<Row> {
    same_rows::hold(engine);
    let runtime = Runtime::new().unwrap();
    let notices = ENOUGH * (ROUNDS + 1);
    let agencies = if engine == Engine::Sqlite { AGENCIES_SQLITE } else { AGENCIES };
    let ours = runtime.block_on(Installation::found(engine, agencies, notices));
    let other = runtime.block_on(ours.copy());
    let paid = [std::cell::Cell::new(0), std::cell::Cell::new(0)];
    let servers = [Server::ours(&ours), Server::baseline(&other)];
    let side = |at: usize, installation| Side {
        runtime: &runtime,
        installation,
        servers: &servers[at..=at],
        paid: &paid[at],
    };
    let (lane, baseline) = (side(0, &ours), side(1, &other));
    servers.iter().for_each(Server::pause);
    let rounds = in_turns(ROUNDS, [&mut || lane.round(), &mut || baseline.round()]);
    drop(servers);
    for (installation, paid) in [(&ours, &paid[0]), (&other, &paid[1])] {
        let kept = runtime.block_on(count(installation, "select count(*) from receipt"));
        assert_eq!(usize::try_from(kept).unwrap(), paid.get(), "an answer was not durable");
    }
    let [speed, p99] = [|a: Answers| a.a_second, |a: Answers| a.p99]
        .map(|figure| Paired::of(&rounds.iter().map(|r| r.map(figure)).collect::<Vec<_>>()));
    vec![
        Row {
            name: names[0],
            figures: speed.medians.map(|speed| format!("{speed}/s")),
            measured: speed.ratio,
            wanted: wanted[0],
        },
        Row {
            name: names[1],
            figures: p99.medians.map(|micros| format!("{micros} µs")),
            measured: p99.ratio,
            wanted: wanted[1],
        },
    ]
}

/// The goals where a flush takes microseconds, and where it takes four milliseconds.
fn by_flush(fast: Wanted, slow: Wanted) -> Wanted {
    if flush::median_micros(&std::env::temp_dir()) < SLOW_FLUSH { fast } else { slow }
}

pub(crate) fn postgres() -> Vec<Row> {
    let speed = by_flush(Wanted::AtLeast(Thousandths(3_500)), Wanted::AtLeast(Thousandths(2_500)));
    let p99 = by_flush(Wanted::AtMost(Thousandths(350)), Wanted::AtMost(Thousandths(450)));
    over_the_baseline(Engine::Postgres, [POSTGRES, POSTGRES_P99], [speed, p99])
}

pub(crate) fn sqlite() -> Vec<Row> {
    let speed =
        by_flush(Wanted::AtLeast(Thousandths::whole(6)), Wanted::AtLeast(Thousandths::whole(15)));
    let p99 = Wanted::AtMost(Thousandths(350));
    over_the_baseline(Engine::Sqlite, [SQLITE, SQLITE_P99], [speed, p99])
}

/// One series and one audit chain, which every batch locks, beside four hundred.
pub(crate) fn one_agency() -> Vec<Row> {
    let runtime = Runtime::new().unwrap();
    let notices = ENOUGH * (ROUNDS + 1);
    let one = runtime.block_on(Installation::found(Engine::Postgres, 1, notices));
    let spread = runtime.block_on(Installation::found(Engine::Postgres, AGENCIES, notices));
    let servers = [Server::ours(&one), Server::ours(&spread)];
    let paid = [std::cell::Cell::new(0), std::cell::Cell::new(0)];
    let side = |at: usize, installation| Side {
        runtime: &runtime,
        installation,
        servers: &servers[at..=at],
        paid: &paid[at],
    };
    let (one, spread) = (side(0, &one), side(1, &spread));
    servers.iter().for_each(Server::pause);
    let rounds = in_turns(ROUNDS, [&mut || one.round(), &mut || spread.round()]);
    let wanted = Wanted::AtLeast(Thousandths(900));
    vec![speeds(ONE_AGENCY, &rounds, wanted)]
}

/// Two processes on one database with the same agencies, and what they must not do to each other.
pub(crate) fn two_processes() -> Vec<Row> {
    let runtime = Runtime::new().unwrap();
    let notices = 2 * ENOUGH * (ROUNDS + 1);
    let shared = runtime.block_on(Installation::found(Engine::Postgres, AGENCIES, notices));
    let servers = [Server::ours(&shared), Server::ours(&shared)];
    let paid = std::cell::Cell::new(0);
    let side = |servers| Side { runtime: &runtime, installation: &shared, servers, paid: &paid };
    let (two, one) = (side(&servers), side(&servers[..1]));
    servers.iter().for_each(Server::pause);
    let rounds = in_turns(ROUNDS, [&mut || two.round(), &mut || one.round()]);
    drop(servers);
    let wrong: i64 = AMISS.iter().map(|text| runtime.block_on(count(&shared, text))).sum();
    let kept = runtime.block_on(count(&shared, "select count(*) from receipt"));
    assert_eq!(usize::try_from(kept).unwrap(), paid.get(), "an answer was not durable");
    let wrong = Thousandths::whole(u64::try_from(wrong).unwrap());
    vec![
        speeds(TWO_PROCESSES, &rounds, Wanted::AtLeast(Thousandths(1_200))),
        Row::alone(TOGETHER, wrong, Wanted::AtMost(Thousandths::whole(0))),
    ]
}

/// Deadlocks; receipts that a series counts and does not have; entries that do not follow.
const AMISS: [&str; 3] = [
    "select deadlocks from pg_stat_database where datname = current_database()",
    "select count(*) from receipt_series s left join (
       select series_id, count(*) as n, max(number) as last from receipt group by series_id
     ) r on r.series_id = s.id
     where s.last_number <> coalesce(r.n, 0) or s.last_number <> coalesce(r.last, 0)",
    "select count(*) from (
       select previous, lag(hash) over (partition by chain, chain_id order by seq) as hash
       from audit_entry
     ) e where e.hash is not null and e.previous <> e.hash",
];

fn speeds(name: &'static str, rounds: &[[Answers; 2]], wanted: Wanted) -> Row {
    let speeds: Vec<_> = rounds.iter().map(|round| round.map(|answers| answers.a_second)).collect();
    let paired = Paired::of(&speeds);
    let figures = paired.medians.map(|speed| format!("{speed}/s"));
    Row { name, figures, measured: paired.ratio, wanted }
}

async fn count(installation: &Installation, text: &'static str) -> i64 {
    let store = installation.open().await;
    let (count,): (i64,) = match &store {
        Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
    };
    store.close().await;
    count
}
