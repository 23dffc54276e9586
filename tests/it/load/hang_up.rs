//! Clients that hang up 0 to 30 ms after sending, while PostgreSQL is 5 ms away (F-24).
//!
//! hyper drops the handler of a client that is gone; a transaction that is dropped while it begins
//! must not stay open in the pool (sqlx #4393), and what the lane took must be settled all the same.
//! SQLite has neither a server that is away nor a pool of writers, so this is PostgreSQL's alone.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use anphi::{
    app::{
        App,
        start::{Parts, start},
    },
    domain::fee::LawSettings,
    store::{Options, Store},
};
use sqlx::{Connection, PgConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::Instant,
};

use super::{
    Dice, assert_clean, assert_kept, assert_numbered,
    callbacks::{Door, Heard},
    count,
    deck::{Message, Truth, about, in_dollars},
    orders::{Order, orders},
    served,
    wire::{self, Wire},
};
use crate::harness::{World, accounts};

const HANG_UPS: usize = 2_000;
/// Every so many-th client waits for its answer.
const STAYS: usize = 6;
const ORDERS: usize = 400;
const AT_ONCE: usize = 16;
/// After so many clients nobody comes until all is quiet: a connection that was left inside a
/// transaction must show before the next one uses it.
const WAVE: usize = 60;
/// The last of each wave come one after the other and ask for pages, which read in their handler:
/// many of them are gone just while a transaction begins.
const LAST: usize = 4;
/// The way to PostgreSQL and back takes twice this.
const EACH_WAY: Duration = Duration::from_micros(2_500);
/// No transaction waits for its client this long: statements follow each other at once. The server
/// itself ends one that is idle for 5 s.
const IDLE_MAX: f64 = 3.0;

/// One client.
#[derive(Clone, Copy)]
struct Visit {
    what: What,
    /// When it hangs up; otherwise it waits for the answer.
    hangs_up: Option<Duration>,
}

#[derive(Clone, Copy)]
enum What {
    /// A message, by its place.
    Callback(usize),
    /// The page of a notice, by its order's place: it reads in its handler.
    Page(usize),
}

/// A way to `server` that takes longer.
async fn longer_way(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(server).await.unwrap();
            near.set_nodelay(true).unwrap();
            far.set_nodelay(true).unwrap();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_in, far_out));
            tokio::spawn(carry(far_in, near_out));
        }
    });
    address
}

/// Carries bytes, each [`EACH_WAY`] late.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let (sent, mut under_way) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((due, bytes)) = under_way.recv().await {
            tokio::time::sleep_until(due).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    loop {
        let mut bytes = vec![0; 16 * 1024];
        let Ok(read @ 1..) = from.read(&mut bytes).await else { return };
        bytes.truncate(read);
        if sent.send((Instant::now() + EACH_WAY, bytes)).is_err() {
            return;
        }
    }
}

/// The installation once more, far from its database.
async fn far_away(world: &World) -> Arc<App> {
    let mut url: url::Url = world.url().parse().unwrap();
    let host = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
    let server = tokio::net::lookup_host(host).await.unwrap().next().unwrap();
    let way = longer_way(server).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(way.port())).unwrap();
    let store = Store::open(&Options { url: url.to_string(), connections: 6 }).await.unwrap();
    let began = Instant::now();
    count(&store, "select count(*) from notice where false").await;
    assert!(began.elapsed() >= EACH_WAY * 2, "the proxy delays nothing");
    let parts = Parts {
        store,
        clock: world.app.clock.clone(),
        random: world.app.random.clone(),
        vault: world.app.vault.clone(),
        law: LawSettings::default(),
        site: world.app.site.clone(),
        test_data: false,
    };
    start(parts, &accounts("http://127.0.0.1:9")).await.unwrap().0
}

fn visits(orders: &[Order], messages: &[Message], dice: &Dice) -> Vec<Visit> {
    let mut hang_ups = 0;
    let mut visits = Vec::new();
    while hang_ups < HANG_UPS {
        let last = visits.len() % WAVE >= WAVE - LAST;
        let what = if last || dice.roll(4) == 0 {
            What::Page(dice.one_of(orders.len()))
        } else {
            What::Callback(dice.one_of(messages.len()))
        };
        let stays = !last && visits.len().is_multiple_of(STAYS);
        let latest = if last { 20_000 } else { 30_000 };
        let hangs_up = (!stays).then(|| Duration::from_micros(dice.roll(latest)));
        hang_ups += usize::from(!stays);
        visits.push(Visit { what, hangs_up });
    }
    visits
}

/// Plays the visits, so many at once; gives the messages that were acknowledged.
async fn play(
    (server, at_once): (SocketAddr, usize),
    visits: Vec<Visit>,
    (messages, orders): (&Arc<Vec<Message>>, &Arc<Vec<Order>>),
) -> BTreeSet<usize> {
    let visits = Arc::new(Mutex::new(visits.into_iter()));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (visits, messages, orders) = (visits.clone(), messages.clone(), orders.clone());
        clients.spawn(async move {
            let mut acknowledged = Vec::new();
            loop {
                let Some(visit) = visits.lock().unwrap().next() else { return acknowledged };
                let page = |at: usize| wire::get(&format!("/n/{}", orders[at].lookup));
                let request = match visit.what {
                    What::Callback(place) => messages[place].request.clone(),
                    What::Page(at) => page(at),
                };
                let mut wire = Wire::open(server).await.unwrap();
                if let Some(after) = visit.hangs_up {
                    wire.send(&request).await.unwrap();
                    tokio::time::sleep(after).await;
                    continue;
                }
                let reply = wire.ask(&request).await.unwrap();
                match visit.what {
                    What::Page(_) => assert_eq!(reply.status, 200, "{}", reply.body),
                    What::Callback(place) => {
                        if Heard::of(messages[place].door, &reply).is_acknowledged() {
                            acknowledged.push(place);
                        }
                    }
                }
            }
        });
    }
    clients.join_all().await.into_iter().flatten().collect()
}

/// Looks over the shoulder of the program's connections, on one of its own.
struct Watch(PgConnection);

impl Watch {
    async fn of(world: &World) -> Self {
        Self(PgConnection::connect(world.url()).await.unwrap())
    }

    /// How many connections are idle inside a transaction, and for how many seconds at most.
    async fn idle_in_transaction(&mut self) -> (i64, f64) {
        sqlx::query_as(
            "select count(*), coalesce(max(cast(extract(epoch from clock_timestamp() - state_change)
              as double precision)), 0)
            from pg_stat_activity where datname = current_database()
              and application_name = 'anphi' and state like 'idle in transaction%'",
        )
        .fetch_one(&mut self.0)
        .await
        .unwrap()
    }

    async fn working(&mut self) -> i64 {
        let (working,) = sqlx::query_as(
            "select count(*) from pg_stat_activity where datname = current_database()
              and application_name = 'anphi' and state = 'active'",
        )
        .fetch_one(&mut self.0)
        .await
        .unwrap();
        working
    }

    /// Watches until `done`; gives the longest idle time inside a transaction.
    async fn until<T>(&mut self, done: tokio::task::JoinHandle<T>) -> (T, f64) {
        let mut longest = 0.0_f64;
        while !done.is_finished() {
            longest = longest.max(self.idle_in_transaction().await.1);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        (done.await.unwrap(), longest)
    }
}

/// The lane is empty and no connection has been at work for a while. What a client began goes on in
/// its own task after the client is gone, with a way to the server between its statements; but a
/// connection that was left inside a transaction stays there, and its time grows.
async fn assert_quiet(app: &App, watch: &mut Watch) {
    let began = Instant::now();
    let mut quiet = 0;
    while quiet < 5 {
        assert!(began.elapsed() < Duration::from_mins(1), "it never becomes quiet");
        let (idle, longest) = watch.idle_in_transaction().await;
        assert!(longest < IDLE_MAX, "{idle} connections idle in transaction for {longest} s");
        let is_quiet = app.lane.waiting() == 0 && idle == 0 && watch.working().await == 0;
        quiet = if is_quiet { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whatever was taken in is decided, and whatever is decided is whole.
async fn assert_whole(world: &World, store: &Store) -> i64 {
    for none in [
        "select count(*) from inbox where outcome = 'waiting'",
        "select count(*) from exception where kind = 'poisoned'",
    ] {
        assert_eq!(count(store, none).await, 0, "{none}");
    }
    assert_clean(world, store, &*world.clock).await;
    assert_numbered(store).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_hang_up_leave_nothing_open() {
    let Some(world) = World::on_postgres().await else { return };
    let world = Arc::new(world);
    let orders = Arc::new(orders(&world, ORDERS).await);
    let gateway = orders.iter().filter(|order| order.door == Door::Vnpay);
    let mut messages: Vec<Message> = gateway.map(|order| in_dollars(&world, order)).collect();
    messages.extend(orders.iter().flat_map(|order| about(&world, order)));
    messages.retain(|message| message.truth != Truth::Forged);
    let messages = Arc::new(messages);
    let app = far_away(&world).await;
    let (server, mut watch) = (served(app.clone()).await, Watch::of(&world).await);
    world.app.store.close().await;
    let mut acknowledged = BTreeSet::new();
    for wave in visits(&orders, &messages, &Dice::new(7)).chunks(WAVE) {
        let (crowd, last) = wave.split_at(wave.len().saturating_sub(LAST));
        let (crowd, last) = (crowd.to_vec(), last.to_vec());
        let (messages, orders) = (messages.clone(), orders.clone());
        let played = tokio::spawn(async move {
            let heard = play((server, AT_ONCE), crowd, (&messages, &orders)).await;
            play((server, 1), last, (&messages, &orders)).await;
            heard
        });
        let (heard, longest) = watch.until(played).await;
        assert!(longest < IDLE_MAX, "idle in transaction for {longest} s");
        assert_quiet(&app, &mut watch).await;
        acknowledged.extend(heard);
    }
    let near = Store::open(&Options { url: world.url().to_owned(), connections: 2 }).await.unwrap();
    assert_kept(&near, acknowledged.iter().map(|place| &messages[*place])).await;
    let receipts = assert_whole(&world, &near).await;
    let paid = acknowledged.iter().filter(|place| messages[**place].pays.is_some()).count();
    eprintln!("{} acknowledged, {paid} of them paid; {receipts} receipts", acknowledged.len());
    assert!(paid > 0 && receipts > i64::try_from(paid).unwrap(), "nothing of the gone was settled");

    // Whoever hung up sends again, and hears that it is recorded.
    let repeated =
        (0..messages.len()).map(|place| Visit { what: What::Callback(place), hangs_up: None });
    let heard = play((server, AT_ONCE), repeated.collect(), (&messages, &orders)).await;
    assert_eq!(heard.len(), messages.len());
    assert_kept(&near, messages.iter()).await;
    assert_eq!(assert_whole(&world, &near).await, i64::try_from(ORDERS).unwrap());
    assert_eq!(watch.idle_in_transaction().await.0, 0);
    near.close().await;
}
