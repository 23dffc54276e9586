//! A whole installation for a test: real engine, set clock, seeded randomness, fictional bodies.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anphi::{
    app::{
        App, Caller,
        cases::{NewCase, NewClaim, NewParty},
        channels::Channels,
        clock::SetClock,
        notices::{DraftOptions, NewService},
        random::{Random, SeededRandom, new_id},
        refused::Refused,
        settle::{Lane, Settler},
        tables::Tables,
        vault::Vault,
    },
    codec::receipt_text::SecretKey,
    config::{Account, BankAccount, Channel, SepayAuth},
    domain::{
        audit::{Actor, ActorKind},
        case::{
            CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure,
            ServiceMethod,
        },
        fee::LawSettings,
        id::{AccountId, AgencyId, CourtId, NoticeId, StaffId},
        money::Dong,
        settle::{IssueMode, PartsMode},
        staff::Scope,
        time::{Clock, Timestamp},
    },
    store::{
        Options, Store,
        court::{AgencySettings, PutAgency, PutCourt},
        notice::NoticeRow,
    },
};
use sqlx::{ConnectOptions, Connection, Executor};

/// Stamps each story for both engines: `sqlite::name` and `postgres::name`.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: World) $body:block)+) => {
        $(async fn $name($world: crate::harness::World) $body)+
        mod sqlite {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::harness::World::on_sqlite().await).await;
            })+
        }
        mod postgres {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(world) = crate::harness::World::on_postgres().await {
                    super::$name(world).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;

/// An installation of tỉnh Sông Mơ, where nothing exists.
pub struct World {
    pub app: Arc<App>,
    pub clock: Arc<SetClock>,
    pub court: CourtId,
    pub agency: AgencyId,
    /// The bank account that notices print, with pushes.
    pub bank: AccountId,
    /// The terminal at VNPAY.
    pub vnpay: AccountId,
    pub clerk: Caller,
    pub judge: Caller,
    url: String,
    /// Dropped last.
    _keeper: Keeper,
}

/// Takes the database away when the test ends.
enum Keeper {
    Folder(PathBuf),
    Database { admin: String, name: String },
}

impl Drop for Keeper {
    fn drop(&mut self) {
        match self {
            Self::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Self::Database { admin, name } => {
                let (admin, name) = (admin.clone(), name.clone());
                let dropped = std::thread::spawn(move || {
                    let mut builder = tokio::runtime::Builder::new_current_thread();
                    builder.enable_all().build().unwrap().block_on(async {
                        let mut conn = admin_connection(&admin).await;
                        let text = format!("drop database if exists {name} with (force)");
                        conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
                    });
                });
                let _ = dropped.join();
            }
        }
    }
}

async fn admin_connection(url: &str) -> sqlx::PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

/// An empty database on the server, dropped with this.
pub struct EmptyDatabase {
    pub url: String,
    _keeper: Keeper,
}

impl EmptyDatabase {
    /// `None`, said loudly, where no server is named.
    pub async fn on_postgres() -> Option<Self> {
        let admin = postgres_url().or_else(not_run)?;
        let (name, url) = fresh_database(&admin).await;
        Some(Self { url, _keeper: Keeper::Database { admin, name } })
    }
}

fn not_run() -> Option<String> {
    eprintln!("NOT RUN ON POSTGRESQL: set TEST_POSTGRES_URL (scripts/postgres prints one)");
    None
}

/// Tests run beside each other; each has a name of its own.
pub fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("anphi_test_{}_{count}", std::process::id())
}

/// 08:00 on Monday 23 November 2026, the day of the demo.
pub fn morning() -> Timestamp {
    "2026-11-23T08:00:00+07:00".parse().unwrap()
}

impl World {
    pub async fn on_sqlite() -> Self {
        let folder = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("anphi.db").display());
        let store = open(&url).await;
        store.migrate().await.unwrap();
        Self::build(store, url, Keeper::Folder(folder)).await
    }

    /// `None`, said loudly, where no server is named.
    pub async fn on_postgres() -> Option<Self> {
        let admin = postgres_url().or_else(not_run)?;
        let (name, url) = fresh_database(&admin).await;
        let store = open(&url).await;
        Some(Self::build(store, url, Keeper::Database { admin, name }).await)
    }

    async fn build(store: Store, url: String, keeper: Keeper) -> Self {
        let clock = Arc::new(SetClock::at(morning()));
        let random = Arc::new(SeededRandom::new(42));
        // The client for providers needs the process's one cryptography.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let vault = Arc::new(Vault::new(&[7; 32]));
        let dyn_clock: Arc<dyn Clock> = clock.clone();
        let dyn_random: Arc<dyn Random> = random.clone();
        let settler = Settler::new(&store, dyn_clock.clone(), dyn_random.clone(), vault.clone());
        let (lane, _writer) = Lane::start(settler);
        let bodies = Bodies::seed(&store, &clock, &random).await;
        let accounts = accounts("http://127.0.0.1:9");
        let started = Channels::start(&store, &accounts, (clock.now(), &*random)).await;
        let channels = started.unwrap();
        let app = Arc::new(App {
            store,
            clock: dyn_clock,
            random: dyn_random,
            vault,
            tables: Tables::shipped(LawSettings::default()).unwrap(),
            lane,
            channels,
            refused: Refused::default(),
            receipt_key: SecretKey::from_seed(&[9; 32]),
            site: "https://anphi.vidu.invalid".to_owned(),
            session_times: anphi::app::session::SessionTimes::BUILT_IN,
            health: anphi::app::health::Health::default(),
            papers_made: anphi::app::papers::PapersMade::default(),
            tries: anphi::app::tries::Tries::default(),
            test_data: false,
        });
        let account = |name| app.channels.account(name).unwrap();
        Self {
            clerk: staff(bodies.court, "thuky.kv1"),
            judge: staff(bodies.court, "thamphan.kv1"),
            court: bodies.court,
            agency: bodies.agency,
            bank: account("bank"),
            vnpay: account("vnpay"),
            app,
            clock,
            url,
            _keeper: keeper,
        }
    }

    /// The address of the database, for a second program on it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a statement that the program has none for.
    pub async fn execute(&self, text: &'static str) {
        match &self.app.store {
            Store::Sqlite { write, .. } => {
                write.execute(text).await.unwrap();
            }
            Store::Postgres { pool, .. } => {
                pool.execute(text).await.unwrap();
            }
        }
    }

    /// A civil case whose plaintiff owes `advance` đồng: drafted, signed and issued.
    pub async fn issued(&self, advance: i64) -> NoticeId {
        let case = self.app.create_case(&self.clerk, self.claim_for(advance)).await.unwrap();
        let view = self.app.case(&self.clerk, case).await.unwrap();
        let group = view.groups[0].id;
        let options = DraftOptions::default();
        let drafted = self.app.draft_notices(&self.clerk, case, group, options).await.unwrap();
        self.app.send_to_sign(&self.clerk, drafted[0]).await.unwrap();
        self.app.issue_notice(&self.judge, drafted[0]).await.unwrap();
        drafted[0]
    }

    /// The same, served today.
    pub async fn served(&self, advance: i64) -> NoticeRow {
        let id = self.issued(advance).await;
        let payer = self.app.store.read().await.unwrap().addressees(id).await.unwrap()[0].party_id;
        let service = NewService {
            party: payer,
            method: ServiceMethod::ByHand,
            on: self.clock.today(),
            by: "Tống đạt viên Mẫu".to_owned(),
        };
        self.app.record_service(&self.clerk, id, service).await.unwrap();
        self.notice(id).await
    }

    pub async fn notice(&self, id: NoticeId) -> NoticeRow {
        let mut tx = self.app.store.read().await.unwrap();
        tx.notice(Scope::All, id).await.unwrap().unwrap()
    }

    /// A claim whose advance is `advance`: the least one (300,000), else half of five per cent.
    pub fn claim_for(&self, advance: i64) -> NewCase {
        let value = if advance == 300_000 { 5_000_000 } else { advance * 40 };
        NewCase {
            court: self.court,
            number: None,
            kind: CaseKind::Civil,
            instance: Instance::First,
            procedure: Procedure::Ordinary,
            subject: "Tranh chấp hợp đồng vay tài sản".to_owned(),
            charge_code: None,
            filed_on: self.clock.today(),
            clerk: None,
            judge: self.judge.staff,
            external_id: None,
            parties: vec![
                person(PartyRole::Plaintiff, "Nguyễn Văn Ví Dụ", "000000000001"),
                person(PartyRole::Defendant, "Trần Thị Thí Dụ", "000000000002"),
            ],
            claims: vec![NewClaim {
                text: "Đòi nợ vay".to_owned(),
                group: GroupKind::Main,
                amount: Dong::new(value),
                foreign: None,
                by: vec![(0, None)],
                share: None,
                part: None,
                relief: None,
                separate: false,
                ancillary: false,
            }],
            reliefs: Vec::new(),
        }
    }
}

pub fn person(role: PartyRole, name: &str, document: &str) -> NewParty {
    NewParty {
        role,
        kind: PartyKind::Person,
        name: name.to_owned(),
        document_kind: DocumentKind::CitizenId,
        document: Some(document.to_owned()),
        birth_year: None,
        address: "số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".to_owned(),
        phone: None,
        email: None,
        eservice_on: None,
    }
}

fn staff(court: CourtId, name: &str) -> Caller {
    let id = StaffId::new(uuid_of(name));
    Caller {
        actor: Actor {
            kind: ActorKind::Staff,
            id: id.to_string(),
            address: None,
            request_id: None,
        },
        scope: Scope::Court { id: court, children: false },
        staff: Some(id),
        name: name.to_owned(),
    }
}

fn uuid_of(name: &str) -> uuid::Uuid {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
    uuid::Uuid::from_bytes(bytes)
}

async fn open(url: &str) -> Store {
    Store::open(&Options { url: url.to_owned(), connections: 8 }).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the server that tests may use")]
fn postgres_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty())
}

/// A database copied from a migrated template, which the first test on the server makes.
async fn fresh_database(admin: &str) -> (String, String) {
    let at = |name: &str| {
        let base = admin.rsplit_once('/').map_or(admin, |(base, _)| base);
        format!("{base}/{name}")
    };
    let template = format!("anphi_template_{}", migrations_digest());
    let mut conn = admin_connection(admin).await;
    conn.execute("select pg_advisory_lock(4711)").await.unwrap();
    let made: (bool,) =
        sqlx::query_as("select exists (select 1 from pg_database where datname = $1)")
            .bind(&template)
            .fetch_one(&mut conn)
            .await
            .unwrap();
    if !made.0 {
        let making = format!("{template}_making");
        let run = |text: String| sqlx::AssertSqlSafe(text);
        conn.execute(run(format!("drop database if exists {making}"))).await.unwrap();
        conn.execute(run(format!("create database {making}"))).await.unwrap();
        let store = open(&at(&making)).await;
        store.migrate().await.unwrap();
        store.close().await;
        let rename = format!("alter database {making} rename to {template}");
        conn.execute(run(rename)).await.unwrap();
    }
    let name = unique();
    let drop = format!("drop database if exists {name} with (force)");
    conn.execute(sqlx::AssertSqlSafe(drop)).await.unwrap();
    let text = format!("create database {name} template {template}");
    conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    conn.execute("select pg_advisory_unlock(4711)").await.unwrap();
    conn.close().await.unwrap();
    let url = at(&name);
    (name, url)
}

/// Changes whenever a migration does, so that an old template is never used.
fn migrations_digest() -> String {
    use sha2::{Digest, Sha256};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(std::fs::read(file).unwrap());
    }
    hex::encode(&hash.finalize()[..6])
}

/// The secret that the bank's pushes are signed with.
pub const SEPAY_KEY: &str = "sepay-secret-of-the-tests-0001";
/// The secret of the terminal.
pub const VNPAY_KEY: &str = "COURTSANDBOXSECRETSHARED00000001";

/// The agency's bank account with pushes, and its terminal at a VNPAY that answers at `gateway`.
pub fn accounts(gateway: &str) -> Vec<Account> {
    let agency: anphi::domain::reference_data::BodyCode = "DEMO-THADS-00".parse().unwrap();
    vec![
        Account {
            name: "bank".to_owned(),
            agency: agency.clone(),
            channel: Channel::Sepay {
                watched: BankAccount {
                    bank: "970499".parse().unwrap(),
                    number: "9990001112223".to_owned(),
                    holder: "THI HANH AN DAN SU TINH SONG MO".to_owned(),
                },
                auth: SepayAuth::Hmac,
                keys: vec![SEPAY_KEY.to_owned().into()],
                window_seconds: 300,
            },
        },
        Account {
            name: "vnpay".to_owned(),
            agency,
            channel: Channel::Vnpay {
                merchant: "COURT001".to_owned(),
                keys: vec![VNPAY_KEY.to_owned().into()],
                endpoint: format!("{gateway}/paymentv2/vpcpay.html").parse().unwrap(),
                query_endpoint: format!("{gateway}/merchant_webapi/api/transaction")
                    .parse()
                    .unwrap(),
                settles_to: "bank".to_owned(),
            },
        },
    ]
}

struct Bodies {
    court: CourtId,
    agency: AgencyId,
}

impl Bodies {
    /// One court and its agency.
    async fn seed(store: &Store, clock: &SetClock, random: &SeededRandom) -> Self {
        let now = clock.now();
        let mut tx = store.begin().await.unwrap();
        let (court, agency): (CourtId, AgencyId) = (new_id(now, random), new_id(now, random));
        tx.put_court(
            &PutCourt {
                id: court,
                code: "DEMO-TAND-00-KV01",
                name: "Tòa án nhân dân khu vực 1 - Sông Mơ",
                short_name: "TAND khu vực 1 - Sông Mơ",
                level: "regional",
                parent_id: None,
                province_code: Some("00"),
                address: Some("số 1 đường Tòa Án, xã Bến Mơ"),
                active: true,
            },
            now,
        )
        .await
        .unwrap();
        tx.put_agency(
            &PutAgency {
                id: agency,
                code: "DEMO-THADS-00",
                name: "Thi hành án dân sự tỉnh Sông Mơ",
                kind: "enforcement",
                parent_id: None,
                court_id: None,
                active: true,
            },
            now,
        )
        .await
        .unwrap();
        tx.set_agency(&AgencySettings {
            code: "DEMO-THADS-00",
            superior_name: Some("Cục Quản lý Thi hành án dân sự"),
            address: Some("số 2 đường Tòa Án, xã Bến Mơ"),
            phone: Some("0000 000 000"),
            hours: Some("7:30-16:30 ngày làm việc"),
            tax_code: Some("0000000099"),
            place: Some("Sông Mơ"),
            parts: PartsMode::Join,
            issue: IssueMode::AtSettlement,
            receipt_symbol: Some("SM"),
            officer: Some("Kế toán Mẫu"),
        })
        .await
        .unwrap();
        tx.set_collector(court, agency, None).await.unwrap();
        tx.commit().await.unwrap();
        Self { court, agency }
    }
}
