//! Many notices with an order each, made by the use cases that staff and payers use.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex},
};

use anphi::{
    app::{
        Caller,
        checkout::{Leaving, Payer},
    },
    store::Store,
};
use sqlx::Executor;
use tokio::task::JoinSet;

use super::callbacks::{Door, Told};
use crate::harness::World;

/// What each notice is for, in đồng.
pub const DUE: i64 = 300_000;

/// Those who make orders side by side.
const MAKERS: usize = 3;

/// An order that waits for its money.
#[derive(Clone, Debug)]
pub struct Order {
    pub door: Door,
    /// The notice's reference.
    pub reference: String,
    /// The look-up secret of the notice's page.
    pub lookup: String,
    /// The number under which its money moves.
    pub number: u64,
}

impl Order {
    /// The payment of the sum due.
    pub fn paid(&self, world: &World) -> Told {
        let reference = match self.door {
            Door::Vnpay => format!("{}-1", self.reference),
            Door::Sepay => self.reference.clone(),
        };
        let at = world.app.now();
        Told { door: self.door, reference, amount: DUE, number: self.number, at }
    }
}

/// Makes `wanted` orders: every second an attempt at VNPAY, the others transfers that SePay tells of.
pub async fn orders(world: &Arc<World>, wanted: usize) -> Vec<Order> {
    flush(world, LATER).await;
    let numbers = Arc::new(Mutex::new((1..).take(wanted)));
    let mut makers = JoinSet::new();
    for _ in 0..MAKERS {
        let (world, numbers) = (world.clone(), numbers.clone());
        makers.spawn(async move {
            let mut made = Vec::new();
            loop {
                let Some(number) = numbers.lock().unwrap().next() else { return made };
                made.push(order(&world, number).await);
            }
        });
    }
    let mut made: Vec<Order> = makers.join_all().await.into_iter().flatten().collect();
    made.sort_by_key(|order| order.number);
    flush(world, AT_COMMIT).await;
    made
}

async fn order(world: &World, number: u64) -> Order {
    let id = world.issued(DUE).await;
    let notice = world.notice(id).await;
    let door = if number.is_multiple_of(2) { Door::Vnpay } else { Door::Sepay };
    if door == Door::Vnpay {
        let leaving = Leaving {
            account: "vnpay".to_owned(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            english: false,
        };
        let payer = Caller::payer(None, None);
        world.app.open_attempt(&payer, id, Payer::default(), &leaving).await.unwrap();
    }
    let address = world.app.lookup_address(&notice).unwrap();
    let lookup = address.rsplit('/').next().unwrap().to_owned();
    Order { door, reference: notice.reference.to_string(), lookup, number }
}

/// What is made before the test begins need not survive a power cut: no commit of it waits for the
/// disk. Every connection is told, since none is promised to anybody.
async fn flush(world: &World, flush: Flush) {
    match &world.app.store {
        Store::Sqlite { write, .. } => {
            write.execute(flush.sqlite).await.unwrap();
        }
        Store::Postgres { pool, .. } => {
            let mut held = Vec::new();
            for _ in 0..pool.options().get_max_connections() {
                let mut connection = pool.acquire().await.unwrap();
                connection.execute(flush.postgres).await.unwrap();
                held.push(connection);
            }
        }
    }
}

/// Whether commits wait for the disk.
struct Flush {
    sqlite: &'static str,
    postgres: &'static str,
}

const LATER: Flush =
    Flush { sqlite: "pragma synchronous = off", postgres: "set synchronous_commit = off" };
const AT_COMMIT: Flush =
    Flush { sqlite: "pragma synchronous = full", postgres: "set synchronous_commit = on" };
