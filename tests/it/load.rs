//! The settlement path under load, over HTTP: a storm of callbacks, `kill -9`, clients that hang up.
//!
//! Everything random comes from a seed that stands in the test. The senders keep a diary of what
//! they sent and heard; the database must agree with it.

mod callbacks;
mod deck;
mod hang_up;
mod kill;
mod orders;
mod storm;
mod wire;

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anphi::{
    app::{
        App,
        check::{Asked, Reach, check},
        random::{Random, SeededRandom},
    },
    domain::time::Clock,
    store::Store,
    web,
};
use tokio::net::TcpListener;

use self::deck::Message;
use crate::harness::World;

/// The public listener of an `App`, in this process.
async fn served(app: Arc<App>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = web::public(app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// Every invariant holds.
async fn assert_clean(world: &World, store: &Store, now: &dyn Clock) {
    let (now, tables) = (now.now(), &world.app.tables);
    let asked = Asked { now, tables, anchor: None, reach: Reach::Sample(1) };
    let findings = check(store, &asked).await.unwrap();
    let violated: Vec<_> =
        findings.iter().filter(|f| !f.ok).map(|f| (f.invariant, &f.rows)).collect();
    assert!(violated.is_empty(), "{violated:?}");
}

/// Receipts are numbered 1..n without a hole, one live one a notice; gives n.
async fn assert_numbered(store: &Store) -> i64 {
    let receipts = count(store, "select count(*) from receipt where state = 'numbered'").await;
    for text in [
        "select count(distinct notice_id) from receipt",
        "select count(distinct number) from receipt",
        "select coalesce(max(number), 0) from receipt",
        "select cast(coalesce(sum(last_number), 0) as bigint) from receipt_series",
        "select count(*) from notice where state = 'paid'",
    ] {
        assert_eq!(count(store, text).await, receipts, "{text}");
    }
    receipts
}

async fn count(store: &Store, text: &'static str) -> i64 {
    let (count,): (i64,) = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
    };
    count
}

/// A column of texts.
async fn texts(store: &Store, text: &'static str) -> BTreeSet<String> {
    let rows: Vec<(String,)> = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_all(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_all(pool).await.unwrap(),
    };
    rows.into_iter().map(|(text,)| text).collect()
}

/// Whatever a sender was told is recorded is there: the message with its outcome, its payment, the
/// receipt of the notice that it pays.
async fn assert_kept<'a>(store: &Store, acknowledged: impl IntoIterator<Item = &'a Message>) {
    let decided = texts(store, "select message_key from inbox where outcome <> 'waiting'").await;
    let seen = "select 'paid/' || s.source_id || '/' || cast(p.amount as text) from sighting s
        join payment p on p.id = s.payment_id";
    let paid = texts(store, seen).await;
    let receipts = "select n.reference from receipt r join notice n on n.id = r.notice_id
        where r.state = 'numbered' and n.state = 'paid' and n.allocated = n.amount";
    let receipts = texts(store, receipts).await;
    for Message { key, pays, .. } in acknowledged {
        assert!(decided.contains(key), "{key} was acknowledged and is not there");
        let Some(reference) = pays else { continue };
        assert!(paid.contains(key), "{key} has no payment");
        assert!(receipts.contains(reference), "{key} left no receipt");
    }
}

/// A seeded die.
struct Dice(SeededRandom);

impl Dice {
    const fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// One of 0..`sides`.
    fn roll(&self, sides: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes) % sides
    }

    /// A place in a list of `many`.
    fn one_of(&self, many: usize) -> usize {
        usize::try_from(self.roll(u64::try_from(many).unwrap())).unwrap()
    }

    fn shuffle<T>(&self, cards: &mut [T]) {
        for last in (1..cards.len()).rev() {
            cards.swap(last, self.one_of(last + 1));
        }
    }
}
