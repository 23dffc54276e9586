//! A made-up installation with as many collecting agencies as asked for and any number of served
//! notices: its settings file, its database, and the pushes that its bank would send.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use anphi::{
    config::{Database, Settings},
    domain::{id::Reference, time::Timestamp},
    store::{Options, Store},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::ExposeSecret as _;
use sqlx::{ConnectOptions, Connection, Executor};

use crate::{load, seed};

/// What every notice asks for.
pub(crate) const AMOUNT: i64 = 300_000;
/// The secret of every account's pushes.
const KEY: &str = "made-up-secret-of-the-measurement";

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

/// An installation on disk. Nobody has its database open but who was handed its settings file.
pub(crate) struct Installation {
    folder: PathBuf,
    url: String,
    /// How many agencies collect, each with one account.
    pub(crate) agencies: usize,
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Some(name) =
            self.url.strip_prefix("postgres:").and_then(|url| url.rsplit('/').next())
        {
            let text = format!("drop database if exists {name} with (force)");
            run(async { admin(text).await });
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs on a thread of its own, since what is dropped may be so within a runtime.
fn run(future: impl Future<Output = ()> + Send) {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(future);
        });
    });
}

/// The server that measurements may use, as `scripts/postgres` starts it.
#[expect(clippy::disallowed_methods, reason = "not a setting of the program")]
fn server() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_| panic!("run scripts/bench, or set TEST_POSTGRES_URL"))
}

async fn admin(text: String) {
    let options: sqlx::postgres::PgConnectOptions = server().parse().unwrap();
    let mut conn = options.disable_statement_logging().connect().await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    conn.close().await.unwrap();
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("anphi_bench_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Installation {
    /// Agencies with their accounts, and `notices` served notices, spread over them in turns.
    pub(crate) async fn found(engine: Engine, agencies: usize, notices: usize) -> Self {
        let new = Self::place(engine, agencies, |name| format!("create database {name}")).await;
        let store = new.open().await;
        store.migrate().await.unwrap();
        seed::installation(&new, &store).await;
        seed::notices(&new, &store, notices).await;
        store.close().await;
        new
    }

    /// The same once more: every row with the same id.
    pub(crate) async fn copy(&self) -> Self {
        let template = self.url.rsplit('/').next().unwrap();
        let engine =
            if self.url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let copied = |name: &str| format!("create database {name} template {template}");
        let new = Self::place(engine, self.agencies, copied).await;
        if engine == Engine::Sqlite {
            std::fs::copy(self.folder.join("anphi.db"), new.folder.join("anphi.db")).unwrap();
        }
        std::fs::create_dir(new.folder.join("keys")).unwrap();
        std::fs::copy(self.folder.join("keys/master"), new.folder.join("keys/master")).unwrap();
        new
    }

    async fn place(engine: Engine, agencies: usize, create: impl FnOnce(&str) -> String) -> Self {
        let name = unique();
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.join("anphi.db").display()),
            Engine::Postgres => {
                admin(create(&name)).await;
                format!("{}/{name}", server().rsplit_once('/').unwrap().0)
            }
        };
        let new = Self { folder, url, agencies };
        std::fs::write(new.settings_file(), new.settings_text()).unwrap();
        new
    }

    /// Where its settings are.
    pub(crate) fn settings_file(&self) -> PathBuf {
        self.folder.join("config.toml")
    }

    fn settings_text(&self) -> String {
        let url = &self.url;
        let mut text = format!("server.log = \"warn\"\ndatabase.url = \"{url}\"\n");
        for at in 0..self.agencies {
            write!(
                text,
                "\n[[account]]\nname = \"{}\"\nprovider = \"sepay\"\nagency = \"{}\"\nbank = \"970499\"\n\
                 number = \"{}\"\nholder = \"THI HANH AN DAN SU MAU {at}\"\nkeys = [\"{KEY}\"]\n",
                account(at),
                agency(at),
                number(at)
            )
            .unwrap();
        }
        text
    }

    /// Its database, opened as a service does.
    pub(crate) async fn open(&self) -> Store {
        open(&self.settings_file()).await
    }

    /// The push that pays the notice at `place`, as it goes over the wire.
    pub(crate) fn push(&self, place: usize, now: Timestamp) -> Vec<u8> {
        let at = place % self.agencies;
        let (id, number, reference) = (place + 1, number(at), reference(place));
        let time = now.to_string().replace('T', " ");
        let date = &time[..19];
        let body = format!(
            r#"{{"id":{id},"gateway":"Ngan hang Thu Nghiem","transactionDate":"{date}","accountNumber":"{number}","subAccount":null,"code":null,"content":"{reference} NGUYEN VAN VI DU nop tam ung an phi","transferType":"in","description":"","transferAmount":{AMOUNT},"accumulated":0,"referenceCode":"FT{id:012}"}}"#
        );
        let unix = now.utc().timestamp();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
        mac.update(format!("{unix}.{body}").as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let proof =
            format!("x-sepay-signature: sha256={signature}\r\nx-sepay-timestamp: {unix}\r\n");
        load::post(&format!("/callbacks/sepay/{}", account(at)), &proof, &body)
    }
}

/// The database of the settings in `file`, opened as a service does.
pub(crate) async fn open(file: &Path) -> Store {
    let url = match settings(file).database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.expose_secret().to_owned(),
    };
    Store::open(&Options { url, connections: 16 }).await.unwrap()
}

/// The settings that a file holds.
pub(crate) fn settings(file: &Path) -> Settings {
    Settings::load(Some(file), []).unwrap()
}

/// The name of the account of the agency at `at`.
pub(crate) fn account(at: usize) -> String {
    format!("ngan-hang-{at}")
}

/// The code of the agency at `at`.
pub(crate) fn agency(at: usize) -> String {
    format!("DEMO-THADS-{at:03}")
}

fn number(at: usize) -> String {
    format!("99900{at:08}")
}

/// The reference of the notice at `place`. References are random; so these lie apart as well.
pub(crate) fn reference(place: usize) -> Reference {
    let apart = (u64::try_from(place).unwrap() + 1) * 387_420_489 % 1_000_000_000;
    Reference::from_number(u32::try_from(apart).unwrap())
}
