//! Opening, checking and migrating the database.

use std::{path::PathBuf, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Executor, PgPool, Row, SqlitePool,
    migrate::{Migrate, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Store;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// A silent cut to the server is noticed within this time (reliability rule 12), early enough for
/// whoever asked to be answered within two seconds (P11).
const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(1_500);
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Pages of the write-ahead log (64 MiB) after which the writer folds it itself. It seldom comes to
/// that: [`fold_beside`] does it meanwhile, so that no settlement waits for the pages' way home.
const FOLD_PAGES: &str = "16384";
/// How often the log is folded beside the writer.
const FOLD: Duration = Duration::from_millis(500);
/// Batches of the settlement lane under way on PostgreSQL, each with a connection.
const LANE_BATCHES: u32 = 2;
/// Memory for the writer's pages, in KiB: the hot ones of a batch.
const WRITER_CACHE: &str = "-16384";

/// How to open the database.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:/path` or `postgres://…`.
    pub url: String,
    /// Connections for readers (SQLite) or for all (PostgreSQL).
    pub connections: u32,
}

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is neither form.
    #[error("database.url must begin with sqlite: or postgres://")]
    Url,
    /// The database is away.
    #[error("the database is away")]
    Away(#[source] sqlx::Error),
    /// A setting of the server that would lose what was acknowledged.
    #[error("PostgreSQL runs with {0}: what we acknowledge could be lost; turn it on")]
    Unsafe(&'static str),
    /// The schema is older than this program.
    #[error("the schema is older than this program: run `anphi migrate` first")]
    Older,
    /// The schema is newer than this program.
    #[error("the schema is newer than this program: use the newer anphi")]
    Newer,
    /// A migration failed; nothing of it stays.
    #[error("a migration failed")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// Another `serve` owns the file.
    #[error(
        "another `anphi serve` owns {0}; stop it first, or use PostgreSQL for several processes"
    )]
    Owned(PathBuf),
}

/// Where the schema stands against this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// Nothing there yet.
    Empty,
    /// Some migrations are missing.
    Older,
    /// Exactly this program's.
    Current,
    /// It has migrations that this program does not know.
    Newer,
}

impl Store {
    /// Opens the database and refuses unsafe settings. The schema is not touched.
    pub async fn open(options: &Options) -> Result<Self, StartError> {
        if options.url.starts_with("sqlite:") {
            open_sqlite(options).await
        } else if options.url.starts_with("postgres:") || options.url.starts_with("postgresql:") {
            open_postgres(options).await
        } else {
            Err(StartError::Url)
        }
    }

    /// The same database for the settlement lane, which on PostgreSQL has connections of its own.
    #[must_use]
    pub fn for_lane(&self) -> Self {
        match self {
            Self::Sqlite { .. } => self.clone(),
            Self::Postgres { lane, .. } => {
                Self::Postgres { pool: lane.clone(), lane: lane.clone() }
            }
        }
    }

    /// How many batches of the lane may be under way at once. On PostgreSQL one waits for the disk
    /// while the other is worked on; rows are locked in one order, as between processes. SQLite has
    /// one writer.
    pub const fn batches_at_once(&self) -> u32 {
        match self {
            Self::Sqlite { .. } => 1,
            Self::Postgres { .. } => LANE_BATCHES,
        }
    }

    /// Where the schema stands.
    pub async fn schema(&self) -> Result<SchemaState, StartError> {
        let applied = match self {
            Self::Sqlite { write, .. } => {
                let mut conn = write.acquire().await.map_err(StartError::Away)?;
                applied(&mut *conn).await?
            }
            Self::Postgres { pool, .. } => {
                let mut conn = pool.acquire().await.map_err(StartError::Away)?;
                applied(&mut *conn).await?
            }
        };
        let known: Vec<i64> = self.migrator().iter().map(|migration| migration.version).collect();
        Ok(if applied.is_empty() {
            SchemaState::Empty
        } else if applied.iter().any(|version| !known.contains(version)) {
            SchemaState::Newer
        } else if applied.len() < known.len() {
            SchemaState::Older
        } else {
            SchemaState::Current
        })
    }

    /// Names of the migrations that are still to run, in order.
    pub async fn pending(&self) -> Result<Vec<String>, StartError> {
        let applied = match self {
            Self::Sqlite { write, .. } => {
                let mut conn = write.acquire().await.map_err(StartError::Away)?;
                applied(&mut *conn).await?
            }
            Self::Postgres { pool, .. } => {
                let mut conn = pool.acquire().await.map_err(StartError::Away)?;
                applied(&mut *conn).await?
            }
        };
        let pending = self.migrator().iter().filter(|m| !applied.contains(&m.version));
        Ok(pending
            .map(|m| format!("{:04}_{}", m.version, m.description.replace(' ', "_")))
            .collect())
    }

    /// Brings the schema up to this program's.
    pub async fn migrate(&self) -> Result<(), StartError> {
        match self {
            Self::Sqlite { write, .. } => SQLITE.run(write).await,
            Self::Postgres { pool, .. } => POSTGRES.run(pool).await,
        }
        .map_err(StartError::Migration)
    }

    fn migrator(&self) -> &'static Migrator {
        match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres { .. } => &POSTGRES,
        }
    }
}

/// Versions in the migrations table; empty when there is none.
async fn applied<C: Migrate + Send>(conn: &mut C) -> Result<Vec<i64>, StartError> {
    const TABLE: &str = "_sqlx_migrations";
    conn.ensure_migrations_table(TABLE).await.map_err(StartError::Migration)?;
    let listed = conn.list_applied_migrations(TABLE).await.map_err(StartError::Migration)?;
    Ok(listed.iter().map(|migration| migration.version).collect())
}

async fn open_sqlite(options: &Options) -> Result<Store, StartError> {
    let connect = SqliteConnectOptions::from_str(&options.url)
        .map_err(|_| StartError::Url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(SQLITE_BUSY_TIMEOUT)
        .pragma("trusted_schema", "off")
        .pragma("wal_autocheckpoint", FOLD_PAGES)
        .disable_statement_logging();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(SQLITE_BUSY_TIMEOUT)
        .after_release(|conn, _| Box::pin(async move { Ok(rolled_back_sqlite(conn).await) }))
        .connect_with(connect.clone().pragma("cache_size", WRITER_CACHE))
        .await
        .map_err(StartError::Away)?;
    let read = SqlitePoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|conn, _| Box::pin(async move { Ok(rolled_back_sqlite(conn).await) }))
        .connect_lazy_with(connect);
    tokio::spawn(fold_beside(read.clone()));
    Ok(Store::Sqlite { read, write })
}

/// Brings pages from the write-ahead log home while the writer goes on, until the store is closed.
async fn fold_beside(pool: SqlitePool) {
    while !pool.is_closed() {
        tokio::select! {
            () = pool.close_event() => return,
            () = tokio::time::sleep(FOLD) => {}
        }
        // Away or busy: the next turn does it, in the end the writer.
        let _ = sqlx::query("pragma wal_checkpoint(passive)").execute(&pool).await;
    }
}

/// A connection whose user was dropped in the middle of BEGIN must not stay in a transaction. On
/// SQLite a rollback outside a transaction is an error, which then is the good case.
async fn rolled_back_sqlite(conn: &mut sqlx::SqliteConnection) -> bool {
    let _ = conn.execute("rollback").await;
    true
}

/// Ends whatever transaction a connection was left in (reliability rule 10). A bare `rollback` would
/// have the server warn, in its log too, each time there is none, which is nearly always.
const ROLLED_BACK: &str = "begin; rollback";

async fn open_postgres(options: &Options) -> Result<Store, StartError> {
    let connect = PgConnectOptions::from_str(&options.url)
        .map_err(|_| StartError::Url)?
        .application_name("anphi")
        .options([
            ("idle_in_transaction_session_timeout", "5s"),
            ("statement_timeout", "30s"),
            ("lock_timeout", "10s"),
            ("tcp_keepalives_idle", "5"),
            ("tcp_keepalives_interval", "2"),
            ("tcp_keepalives_count", "2"),
            ("tcp_user_timeout", "10000"),
            ("timezone", "UTC"),
        ])
        .disable_statement_logging();
    let lane = postgres_pool(LANE_BATCHES).connect_lazy_with(by_index(connect.clone()));
    let pool = postgres_pool(options.connections).connect_with(connect).await;
    let pool = pool.map_err(StartError::Away)?;
    refuse_unsafe(&pool).await?;
    Ok(Store::Postgres { pool, lane })
}

/// Connections whose plans go by index and never read a table whole.
///
/// A connection keeps the plan that it once made: one made while tables were nearly empty would read
/// all of every table for as long as the connection lives, for foreign keys too.
fn by_index(connect: PgConnectOptions) -> PgConnectOptions {
    connect.options([
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("plan_cache_mode", "force_generic_plan"),
        ("jit", "off"),
    ])
}

fn postgres_pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_release(|conn, _| {
            Box::pin(async move { Ok(conn.execute(ROLLED_BACK).await.is_ok()) })
        })
}

/// Settings under which a power cut loses acknowledged commits (reliability rule 12).
async fn refuse_unsafe(pool: &PgPool) -> Result<(), StartError> {
    for (setting, told) in [
        ("fsync", "fsync=off"),
        ("full_page_writes", "full_page_writes=off"),
        ("synchronous_commit", "synchronous_commit=off"),
    ] {
        let row = sqlx::query("select current_setting($1)")
            .bind(setting)
            .fetch_one(pool)
            .await
            .map_err(StartError::Away)?;
        if row.try_get::<String, _>(0).map_err(StartError::Away)? == "off" {
            return Err(StartError::Unsafe(told));
        }
    }
    Ok(())
}

/// The SQLite file of an address, if it is one.
pub fn sqlite_path(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
}

/// Holds the file for one `serve`; the lock ends with the process, however it ends.
#[derive(Debug)]
pub struct Ownership(#[expect(dead_code, reason = "held for its lock")] std::fs::File);

/// Takes the file for this process, or says that another one has it.
pub fn own(path: &std::path::Path) -> Result<Ownership, StartError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".owner");
    let owned = || StartError::Owned(path.to_path_buf());
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(|error| StartError::Away(sqlx::Error::Io(error)))?;
    file.try_lock().map_err(|_| owned())?;
    Ok(Ownership(file))
}

/// The pool of an SQLite store, for pragmas of `check`.
pub fn sqlite_pool(store: &Store) -> Option<&SqlitePool> {
    match store {
        Store::Sqlite { read, .. } => Some(read),
        Store::Postgres { .. } => None,
    }
}
