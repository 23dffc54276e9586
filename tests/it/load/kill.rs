//! The program killed under load (F-01, F-02): it comes back quickly and alone, and nothing that it
//! acknowledged is missing.

use std::{
    collections::{BTreeSet, VecDeque},
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anphi::{
    app::{check::verify_audit, clock::SystemClock},
    domain::time::Clock,
    store::{Options, Store},
};
use tokio::sync::mpsc;

use super::{
    Dice, assert_clean, assert_kept, assert_numbered,
    callbacks::Heard,
    deck::{Message, Truth, about},
    orders::orders,
    wire::{self, Wire},
};
use crate::harness::{SEPAY_KEY, VNPAY_KEY, World, on_both};

const KILLS: usize = 20;
const ORDERS_A_ROUND: usize = 20;
/// Copies of each message in a round, before all are sent again.
const COPIES: usize = 3;
const AT_ONCE: usize = 16;
/// After every so many-th kill all invariants are computed; each receipt is drawn twice for it.
const WHOLE_LOOK: usize = 7;
/// Ready again within this time (P10).
const READY: Duration = Duration::from_secs(5);

/// What `serve` is started from; its folder goes when the test ends.
struct Installation {
    folder: PathBuf,
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Installation {
    /// The harness's accounts and master key as files, on the same database.
    fn of(world: &World) -> Self {
        let name = format!("anphi_kill_{}_{}", world.app.store.engine(), std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("master"), "07".repeat(32)).unwrap();
        let url = world.url();
        let config = format!(
            r#"
            database.url = "{url}"
            security.key_FILE = "master"
            server.log = "warn"
            [[account]]
            name = "bank"
            provider = "sepay"
            agency = "DEMO-THADS-00"
            bank = "970499"
            number = "9990001112223"
            holder = "THI HANH AN DAN SU TINH SONG MO"
            keys = ["{SEPAY_KEY}"]
            window_seconds = 2100
            [[account]]
            name = "vnpay"
            provider = "vnpay"
            agency = "DEMO-THADS-00"
            merchant = "COURT001"
            keys = ["{VNPAY_KEY}"]
            endpoint = "http://127.0.0.1:9/paymentv2/vpcpay.html"
            query_endpoint = "http://127.0.0.1:9/merchant_webapi/api/transaction"
            settles_to = "bank"
            "#
        );
        fs::write(folder.join("config.toml"), config).unwrap();
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// A program that is ready, and how long that took.
    async fn start(&self) -> (Running, Duration) {
        loop {
            let mut running = Running::start(&self.folder.join("config.toml"), &self.log());
            let began = Instant::now();
            loop {
                if running.is_ready().await {
                    return (running, began.elapsed());
                }
                if running.child.try_wait().unwrap().is_some() {
                    break;
                }
                assert!(began.elapsed() < READY, "not ready: {}", self.told());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            // Another program was faster to take the port; anything else is a failure of ours.
            assert!(self.told().contains("cannot listen on"), "{}", self.told());
        }
    }

    fn told(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }
}

/// The program at work.
struct Running {
    child: Child,
    server: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Running {
    fn start(config: &Path, log: &Path) -> Self {
        let free = || std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let listeners = [free(), free()];
        let [server, second] = listeners.map(|listener| listener.local_addr().unwrap());
        let log = File::create(log).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_anphi"))
            .args(["serve", "--config"])
            .arg(config)
            .env_clear()
            .env("ANPHI_SERVER__LISTEN", server.to_string())
            .env("ANPHI_ADMIN__LISTEN", second.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, server }
    }

    async fn is_ready(&self) -> bool {
        let Ok(mut wire) = Wire::open(self.server).await else { return false };
        wire.ask(&wire::get("/readyz")).await.is_ok_and(|reply| reply.status == 200)
    }

    /// SIGKILL.
    fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

/// How closely the database is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What was acknowledged, the numbers, the audit.
    Quick,
    /// Every invariant as well.
    Whole,
}

/// Those who send, and what they know.
struct Senders {
    messages: Arc<Vec<Message>>,
    /// Places of the messages that were answered as recorded.
    acknowledged: BTreeSet<usize>,
}

impl Senders {
    /// Genuine messages of which nobody has heard that they are recorded.
    fn unheard(&self) -> Vec<usize> {
        let genuine = |place: &usize| self.messages[*place].truth != Truth::Forged;
        let open = |place: &usize| !self.acknowledged.contains(place);
        (0..self.messages.len()).filter(genuine).filter(open).collect()
    }

    fn heard(&mut self, place: usize, answer: Heard) {
        if answer.is_acknowledged() {
            self.acknowledged.insert(place);
        }
    }

    /// Sends a deck round and round until the program is gone; each answer comes out.
    fn send(
        &self,
        server: SocketAddr,
        deck: VecDeque<usize>,
    ) -> mpsc::UnboundedReceiver<(usize, Heard)> {
        let (tell, told) = mpsc::unbounded_channel();
        let deck = Arc::new(Mutex::new(deck));
        for _ in 0..AT_ONCE {
            let (messages, deck, tell) = (self.messages.clone(), deck.clone(), tell.clone());
            tokio::spawn(async move {
                let Ok(mut wire) = Wire::open(server).await else { return };
                loop {
                    let place = {
                        let mut deck = deck.lock().unwrap();
                        deck.rotate_left(1);
                        *deck.back().unwrap()
                    };
                    let message = &messages[place];
                    let Ok(reply) = wire.ask(&message.request).await else { return };
                    tell.send((place, Heard::of(message.door, &reply))).unwrap();
                }
            });
        }
        told
    }

    /// Sends until the program was killed, which is `micros` after so many `answers`; gives how many
    /// came in all.
    async fn send_and_kill(
        &mut self,
        running: &mut Running,
        deck: Vec<usize>,
        (answers, micros): (u64, u64),
    ) -> u64 {
        let mut told = self.send(running.server, deck.into());
        let mut heard = 0;
        while let Some((place, answer)) = told.recv().await {
            self.heard(place, answer);
            heard += 1;
            if heard == answers {
                tokio::time::sleep(Duration::from_micros(micros)).await;
                running.kill();
            }
        }
        heard
    }

    /// Sends what nobody has heard of, until somebody has.
    async fn send_the_rest(&mut self, server: SocketAddr) {
        let mut wire = Wire::open(server).await.unwrap();
        while let Some(place) = self.unheard().first().copied() {
            let message = &self.messages[place];
            let reply = wire.ask(&message.request).await.unwrap();
            self.heard(place, Heard::of(message.door, &reply));
        }
    }

    /// Compares with the database, beside the program or after it; gives how many receipts it has.
    async fn look(&self, world: &World, look: Look) -> i64 {
        let options = Options { url: world.url().to_owned(), connections: 2 };
        let store = Store::open(&options).await.unwrap();
        let acknowledged = self.acknowledged.iter().map(|place| &self.messages[*place]);
        assert_kept(&store, acknowledged).await;
        let receipts = assert_numbered(&store).await;
        let audit = verify_audit(&store, None).await.unwrap();
        assert!(audit.ok, "{:?}", audit.rows);
        if look == Look::Whole {
            assert_clean(world, &store, &SystemClock).await;
        }
        // Not `Store::close`, which would fold the log of the program's file.
        match &store {
            Store::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Store::Postgres { pool, .. } => pool.close().await,
        }
        receipts
    }
}

on_both! {
    async fn twenty_kills_lose_nothing_acknowledged(world: World) {
        world.clock.set(SystemClock.now());
        let world = Arc::new(world);
        let orders = orders(&world, KILLS * ORDERS_A_ROUND).await;
        world.app.store.close().await;
        let (mut messages, mut rounds) = (Vec::new(), Vec::new());
        for round in orders.chunks(ORDERS_A_ROUND) {
            let first = messages.len();
            messages.extend(round.iter().flat_map(|order| about(&world, order)));
            rounds.push((first..messages.len()).collect::<Vec<_>>());
        }
        let mut senders = Senders { messages: Arc::new(messages), acknowledged: BTreeSet::new() };
        let (installation, dice) = (Installation::of(&world), Dice::new(5));
        let (mut answered, mut slowest) = (0, Duration::ZERO);
        for (round, own) in rounds.iter().enumerate() {
            let (mut running, ready) = installation.start().await;
            slowest = slowest.max(ready);
            let whole = round % WHOLE_LOOK == WHOLE_LOOK - 1;
            senders.look(&world, if whole { Look::Whole } else { Look::Quick }).await;
            // Those of earlier rounds that nobody has heard of are sent again.
            let mut deck = own.repeat(COPIES);
            deck.extend(senders.unheard().into_iter().filter(|place| *place < own[0]));
            dice.shuffle(&mut deck);
            let when = (dice.roll(100) + 1, dice.roll(4_000));
            let heard = senders.send_and_kill(&mut running, deck, when).await;
            assert!(heard >= when.0, "round {round}: gone by itself: {}", installation.told());
            answered += heard;
        }
        let unheard = senders.unheard().len();
        let (mut running, ready) = installation.start().await;
        slowest = slowest.max(ready);
        senders.send_the_rest(running.server).await;
        running.kill();
        assert_eq!(senders.look(&world, Look::Whole).await, i64::try_from(orders.len()).unwrap());
        eprintln!("{KILLS} kills, {answered} answers, {unheard} unheard, ready in {slowest:?}");
    }
}
