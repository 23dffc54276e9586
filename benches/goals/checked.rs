//! `anphi check` over many payments.

use std::time::Instant;

use anphi::{
    app::{
        callbacks::{ProviderKind, RawCallback},
        clock::SystemClock,
        settle::{Item, Message, settle_batch},
    },
    domain::{
        audit::{Actor, ActorKind},
        time::Clock,
    },
};
use tokio::runtime::Runtime;

use crate::{
    goal::{Row, Thousandths, Wanted},
    installation::{Engine, Installation, account},
    same_rows, seed,
};

pub(crate) const SQLITE: &str = "SQLite: check of 200,000 payments, seconds";
pub(crate) const SQLITE_MILLION: &str = "SQLite: check of 1,000,000 payments, seconds";
pub(crate) const POSTGRES: &str = "PostgreSQL: check of 200,000 payments, seconds";
pub(crate) const POSTGRES_MILLION: &str = "PostgreSQL: check of 1,000,000 payments, seconds";

const AGENCIES: usize = 63;
/// Seconds for a million (reliability 2).
const SECONDS: usize = 60;
/// Payments that one transaction makes here.
const AT_ONCE: usize = 2_000;

pub(crate) fn sqlite() -> Vec<Row> {
    vec![measured(SQLITE, Engine::Sqlite, 200_000)]
}

pub(crate) fn sqlite_million() -> Vec<Row> {
    vec![measured(SQLITE_MILLION, Engine::Sqlite, 1_000_000)]
}

pub(crate) fn postgres() -> Vec<Row> {
    vec![measured(POSTGRES, Engine::Postgres, 200_000)]
}

pub(crate) fn postgres_million() -> Vec<Row> {
    vec![measured(POSTGRES_MILLION, Engine::Postgres, 1_000_000)]
}

fn measured(name: &'static str, engine: Engine, payments: usize) -> Row {
    let runtime = Runtime::new().unwrap();
    let installation = runtime.block_on(Installation::found(engine, AGENCIES, payments));
    runtime.block_on(settle(&installation, payments));
    let began = Instant::now();
    same_rows::clean(&installation);
    let taken = Thousandths(u64::try_from(began.elapsed().as_millis()).unwrap());
    let most = u64::try_from(SECONDS * payments / 1000).unwrap();
    Row::alone(name, taken, Wanted::AtMost(Thousandths(most)))
}

/// Settles every notice by the lane's own code, in large batches.
async fn settle(installation: &Installation, payments: usize) {
    let store = installation.open().await;
    let app = seed::app(&installation.settings_file(), &store).await;
    for first in (0..payments).step_by(AT_ONCE) {
        let places = first..(first + AT_ONCE).min(payments);
        let items: Vec<Item> = places.map(|place| item(&app, installation, place)).collect();
        settle_batch(app.lane.settler(), &items).await.unwrap();
    }
    drop(app);
    store.close().await;
}

/// The push for a notice, proven and read as the callback's door does.
fn item(app: &anphi::app::App, installation: &Installation, place: usize) -> Item {
    let now = SystemClock.now();
    let name = account(place % installation.agencies);
    let wire = String::from_utf8(installation.push(place, now)).unwrap();
    let (head, body) = wire.split_once("\r\n\r\n").unwrap();
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let callback = RawCallback {
        method: "POST".to_owned(),
        query: String::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: body.as_bytes().to_vec(),
    };
    let provider = app.channels.registry().at_path(ProviderKind::Sepay, &name).unwrap();
    let report = provider.verify(&callback, now).unwrap().report;
    Item {
        account: app.channels.account(&name).unwrap(),
        actor: Actor { kind: ActorKind::Provider, id: name, address: None, request_id: None },
        received_at: now,
        message: Some(Message {
            key: format!("paid/{}/{}", report.source_id, report.amount.get()),
            raw: callback.body,
            headers: serde_json::json!({}),
        }),
        report,
        line: None,
        gateway: None,
    }
}
