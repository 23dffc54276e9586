//! Without the database, and when the program itself breaks: everybody is told soon, in their own
//! words, and nobody is told success.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
    time::{Duration, Instant},
};

use anphi::{
    app::{
        App,
        api_keys::Access,
        start::{Parts, start},
    },
    domain::{
        fee::LawSettings,
        notice::NoticeState,
        staff::{Role, Scope},
        time::{Clock, Timestamp},
    },
    store::{Options, Store},
};
use sqlx::{Connection, Executor};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::{
    api::with_key,
    callbacks::{Ipn, YES, attempt, body, push},
    desk::{of_court, signed_in},
    door::{Ask, Reply, Site},
    pages::page_of,
    tables,
};
use crate::harness::{World, accounts, on_both};

const VNPAY_LATER: &str = r#"200 {"RspCode":"99","Message":"Try again later"}"#;
const BANK_LATER: &str = r#"503 {"success":false}"#;
/// The longest that anybody waits for the word that something is away (P11).
const SOON: Duration = Duration::from_secs(2);

/// An answer that must come soon.
async fn soon(site: &Site, ask: Ask) -> Reply {
    let (begun, path) = (Instant::now(), ask.path.clone());
    let reply = site.send(ask).await;
    assert!(begun.elapsed() < SOON, "{path} took {:?}", begun.elapsed());
    reply
}

/// The same installation on other parts.
async fn on_parts(world: &World, store: Store, clock: Arc<dyn Clock>) -> Arc<App> {
    let parts = Parts {
        store,
        clock,
        random: world.app.random.clone(),
        vault: world.app.vault.clone(),
        law: LawSettings::default(),
        site: world.app.site.clone(),
        test_data: false,
    };
    start(parts, &accounts("http://127.0.0.1:9")).await.unwrap().0
}

/// A way to a server that can be cut without a word: from then on no byte passes.
async fn cuttable(to: String) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (to, mut is_cut) = (to.clone(), is_cut.clone());
            tokio::spawn(async move {
                let mut far = TcpStream::connect(&to).await.unwrap();
                tokio::select! {
                    biased;
                    _ = is_cut.wait_for(|cut| *cut) => {}
                    _ = copy_bidirectional(&mut near, &mut far) => return,
                }
                // Both ends stay open and hear nothing.
                std::future::pending::<()>().await;
            });
        }
    });
    (port, cut)
}

/// The installation behind a cuttable way; `None` on an engine that is no server.
async fn behind_a_cut(world: &World) -> Option<(Arc<App>, watch::Sender<bool>)> {
    let url: url::Url = world.url().parse().ok().filter(|url: &url::Url| url.has_host())?;
    let to = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let (port, cut) = cuttable(to).await;
    let mut near = url;
    near.set_host(Some("127.0.0.1")).unwrap();
    near.set_port(Some(port)).unwrap();
    let options = Options { url: near.to_string(), connections: 4 };
    let store = Store::open(&options).await.unwrap();
    Some((on_parts(world, store, world.clock.clone()).await, cut))
}

/// Panics at a look that is told beforehand.
struct Broken {
    clock: Arc<dyn Clock>,
    looks: AtomicI32,
}

impl Broken {
    /// Whoever gives the request its id looks first; the next one sees it fall.
    fn arm(&self) {
        self.looks.store(2, Ordering::SeqCst);
    }
}

impl Clock for Broken {
    fn now(&self) -> Timestamp {
        let look = self.looks.fetch_sub(1, Ordering::SeqCst);
        assert_ne!(look, 1, "the clock fell off the wall");
        self.clock.now()
    }
}

on_both! {
    async fn while_the_database_is_closed_nobody_is_told_success(world: World) {
        let notice = world.served(300_000).await;
        let reference = attempt(&world, &notice).await;
        let page = page_of(&world, &notice);
        let clerk = signed_in(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let api = with_key(&world, of_court(&world), Access::Write).await;
        let site = Site::of(&world);
        let (ipn, bank) = (Ipn::of(&reference).ask(), push(&world, &body(1, "x")));
        world.app.store.close().await;
        assert_eq!(soon(&site, ipn).await.told(), VNPAY_LATER);
        assert_eq!(soon(&site, bank).await.told(), BANK_LATER);
        let odd = Ipn::of(&reference).with("vnp_Amount", "1").ask();
        assert_eq!(soon(&site, odd).await.told(), VNPAY_LATER);
        let unknown = Ipn::of(&reference).query().replace("30000000", "1");
        let told = soon(&site, Ask::get(format!("/callbacks/vnpay/vnpay?{unknown}"))).await.told();
        assert!(told.contains("97"), "{told}");
        let pay = [("who", "self"), ("method", "vietqr")];
        for (site, ask) in [
            (&site, Ask::get(&page)),
            (&site, Ask::get(format!("{page}/bien-lai.pdf"))),
            (&site, Ask::form(format!("{page}/thanh-toan"), &pay)),
            (&site, Ask::form("/tra-cuu", &[("ref", notice.reference.as_str()), ("fact", "0001")])),
            (&site, Ask::form("/desk/login", &[("username", "a"), ("password", "b")])),
            (&clerk, Ask::get("/desk/today")),
            (&clerk, Ask::form("/desk/cases/new", &[])),
        ] {
            let path = ask.path.clone();
            let seen = soon(site, ask).await;
            assert_eq!(seen.told(), "503 Đang bảo trì đến 08:05 ngày 23/11/2026", "{path}");
            assert!(!seen.header("retry-after").is_empty(), "{path}");
        }
        for ask in [
            Ask::get("/api/v1/cases"),
            Ask::new("POST", "/api/v1/cases").with("content-type", "application/json").holding("{}"),
        ] {
            let seen = soon(&api, ask).await;
            assert_eq!(seen.told(), "503 unavailable");
            assert_eq!(seen.header("retry-after"), "5");
        }
        // What needs no database goes on.
        assert_eq!(soon(&site, Ask::get("/huong-dan")).await.status, 200);
        assert_eq!(soon(&site, Ask::get("/healthz")).await.status, 200);
        let ready = soon(&site, Ask::get("/readyz")).await;
        assert_eq!(ready.status, 503);
    }

    /// The database holds a writer up (SQLite) or says nothing any more (PostgreSQL). What was told
    /// "later" has one effect in the end.
    async fn while_the_database_is_silent_nobody_is_told_success(world: World) {
        let notice = world.served(300_000).await;
        let reference = attempt(&world, &notice).await;
        let bank = || push(&world, &body(1, notice.reference.as_str()));
        let gateway = || Ipn::of(&reference).ask();
        if let Some((app, cut)) = behind_a_cut(&world).await {
            let site = Site::over(app);
            assert_eq!(site.get("/tra-cuu").await.status, 200);
            let before = tables::read(&world).await;
            cut.send(true).unwrap();
            assert_eq!(soon(&site, bank()).await.told(), BANK_LATER);
            assert_eq!(soon(&site, gateway()).await.told(), VNPAY_LATER);
            let after = tables::read(&world).await;
            assert_eq!(tables::changed(&before, &after), Vec::<String>::new());
        } else {
            let site = Site::of(&world);
            let mut holder = sqlx::SqliteConnection::connect(world.url()).await.unwrap();
            holder.execute("begin immediate").await.unwrap();
            assert_eq!(soon(&site, bank()).await.told(), BANK_LATER);
            assert_eq!(soon(&site, gateway()).await.told(), VNPAY_LATER);
            holder.execute("rollback").await.unwrap();
        }
        // It is back; the senders send again, and the money is there once.
        let site = Site::of(&world);
        let mut told = site.send(bank()).await.told();
        for _ in 0..50 {
            if told == YES {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            told = site.send(bank()).await.told();
        }
        assert_eq!(told, YES);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        let after = tables::read(&world).await;
        assert!(after["receipt"].starts_with("1 rows"), "{}", after["receipt"]);
    }

    async fn what_breaks_is_told_in_the_words_of_its_door(world: World) {
        let notice = world.served(300_000).await;
        let page = page_of(&world, &notice);
        let clerk = signed_in(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let scope = Scope::Court { id: world.court, children: false };
        let key = with_key(&world, scope, Access::Write).await.key;
        let clock = Arc::new(Broken { clock: world.clock.clone(), looks: AtomicI32::new(0) });
        let app = on_parts(&world, world.app.store.clone(), clock.clone()).await;
        let site = Site { cookie: clerk.cookie, key, ..Site::over(app) };
        let before = tables::read(&world).await;
        for (ask, told) in [
            (Ask::get(&page), "500 Trang gặp lỗi"),
            (Ask::get("/desk/today"), "500 Trang gặp lỗi"),
            (Ask::form("/desk/cases/new", &[]), "500 Trang gặp lỗi"),
            (Ask::get("/api/v1/cases"), "500 internal"),
            (Ipn::of("AP0123456786-2").ask(), VNPAY_LATER),
            (push(&world, &body(1, "x")), BANK_LATER),
        ] {
            let path = ask.path.clone();
            clock.arm();
            assert_eq!(site.send(ask).await.told(), told, "{path}");
            assert!(clock.looks.load(Ordering::SeqCst) < 1, "{path} never looked at the clock");
        }
        let after = tables::read(&world).await;
        assert_eq!(tables::changed(&before, &after), Vec::<String>::new());
        assert_eq!(site.get(&page).await.status, 200, "it goes on");
    }
}
