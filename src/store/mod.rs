//! The database, in one SQL text for two engines (style 3).
//!
//! [`Store`] owns the pools, [`Tx`] is one transaction. Queries are methods of `Tx`, one file a
//! noun; each file's SQL stands at its top in `statements!`. What must differ by engine is in
//! [`engine`] and nowhere else.

pub mod account;
pub mod api_key;
pub mod case;
pub mod chain;
pub mod check;
pub mod columns;
mod connect;
pub mod court;
pub mod desk;
pub mod engine;
pub mod exception;
pub mod find;
pub mod gauges;
pub mod idempotency;
pub mod installation;
pub mod ledger;
pub mod notice;
pub mod order;
pub mod receipt;
pub mod reference;
pub mod refused;
pub mod refused_file;
mod scope;
pub mod series;
pub mod session;
pub mod sign_in;
pub mod staff;
pub mod statement;

use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use connect::{Options, Ownership, SchemaState, StartError, own, sqlite_path, sqlite_pool};

/// Runs the same body on either engine. `$conn` is `&mut SqliteConnection` in one arm and
/// `&mut PgConnection` in the other, so every type stays native.
macro_rules! run {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
            $crate::store::Tx::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use run;

/// Runs a write with its bound values; gives how many rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::run!($tx, conn =>
            sqlx::query($sql)$(.bind($value))*.execute(conn).await?.rows_affected())
    };
}
pub(crate) use execute;

/// Runs a read with its bound values; gives every row as the type that the caller expects.
macro_rules! fetch_all {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::run!($tx, conn =>
            sqlx::query_as($sql)$(.bind($value))*.fetch_all(conn).await?)
    };
}
pub(crate) use fetch_all;

/// Like `fetch_all!`, for a row that may be missing.
macro_rules! fetch_optional {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::run!($tx, conn =>
            sqlx::query_as($sql)$(.bind($value))*.fetch_optional(conn).await?)
    };
}
pub(crate) use fetch_optional;

/// Like `fetch_all!`, for a row that must be there.
macro_rules! fetch_one {
    ($tx:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        $crate::store::run!($tx, conn =>
            sqlx::query_as($sql)$(.bind($value))*.fetch_one(conn).await?)
    };
}
pub(crate) use fetch_one;

/// The SQL of a file, by name, so that a test prepares each text on both migrated engines.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)+) => {
        $($(#[$doc])* const $name: &str = $sql;)+
        /// Every text of this file, with its name.
        pub(crate) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

/// Every statement that both engines must prepare.
pub fn all_statements() -> Vec<(&'static str, &'static str)> {
    [
        account::STATEMENTS,
        api_key::STATEMENTS,
        case::STATEMENTS,
        chain::STATEMENTS,
        court::STATEMENTS,
        desk::STATEMENTS,
        exception::STATEMENTS,
        find::STATEMENTS,
        gauges::STATEMENTS,
        idempotency::STATEMENTS,
        installation::STATEMENTS,
        ledger::STATEMENTS,
        notice::STATEMENTS,
        order::STATEMENTS,
        receipt::STATEMENTS,
        reference::STATEMENTS,
        refused::STATEMENTS,
        refused_file::STATEMENTS,
        series::STATEMENTS,
        session::STATEMENTS,
        sign_in::STATEMENTS,
        staff::STATEMENTS,
        statement::STATEMENTS,
        &check::statements(),
    ]
    .concat()
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database or the way to it failed.
    #[error("the database failed")]
    Driver(#[from] sqlx::Error),
    /// A row that cannot become a domain value.
    #[error("table {table}, row {row}: {column} holds no valid value")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// A write touched another number of rows than it must.
    #[error("{what}: {found} rows instead of {expected}")]
    Rows {
        /// The write.
        what: &'static str,
        /// How many it must touch.
        expected: u64,
        /// How many it did.
        found: u64,
    },
}

impl StoreError {
    /// The database is away or busy, so that trying again later may help.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "sqlx may add errors; they are ours to mend"
    )]
    pub fn is_away(&self) -> bool {
        match self {
            Self::Driver(error) => match error {
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Protocol(_) => true,
                sqlx::Error::Database(database) => {
                    database.code().is_some_and(|code| is_away_code(&code))
                }
                _ => false,
            },
            Self::Inconsistent { .. } | Self::Rows { .. } => false,
        }
    }
}

/// PostgreSQL's five characters: classes 08 (connection), 53 (resources), 57 (operator), 40
/// (rollback) and 55P03 (lock timeout). SQLite's numbers by their low byte: 5 (busy), 6 (locked),
/// 8 (read-only), 10 (I/O), 13 (full), 14 (cannot open).
fn is_away_code(code: &str) -> bool {
    if code.len() == 5 {
        return code == "55P03" || ["08", "53", "57", "40"].iter().any(|c| code.starts_with(c));
    }
    code.parse::<i32>().is_ok_and(|number| matches!(number & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

/// Refuses a write that touched another number of rows than it must.
pub fn expect_rows(what: &'static str, expected: u64, found: u64) -> Result<(), StoreError> {
    if expected == found { Ok(()) } else { Err(StoreError::Rows { what, expected, found }) }
}

/// The database.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file: one writer connection, several readers.
    Sqlite {
        /// Readers.
        read: SqlitePool,
        /// The one writer.
        write: SqlitePool,
    },
    /// A server.
    Postgres {
        /// For everything but the lane.
        pool: PgPool,
        /// Connections of the settlement lane, made when they are first used.
        lane: PgPool,
    },
}

/// One transaction. Dropped without [`Tx::commit`] it changes nothing.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Store {
    /// Begins a writing transaction; on SQLite `begin immediate`, since a deferred one fails at
    /// once on its first write when another writer was faster.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { write, .. } => {
                Ok(Tx::Sqlite(write.begin_with("begin immediate").await?))
            }
            Self::Postgres { pool, .. } => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// Begins a transaction that only reads, on one snapshot.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite { read, .. } => Ok(Tx::Sqlite(read.begin().await?)),
            Self::Postgres { pool, .. } => Ok(Tx::Postgres(
                pool.begin_with("begin isolation level repeatable read read only").await?,
            )),
        }
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file first.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                let folded = sqlx::query("pragma wal_checkpoint(truncate)").execute(write).await;
                if let Err(error) = folded {
                    tracing::warn!(%error, "the write-ahead log could not be folded");
                }
                write.close().await;
            }
            Self::Postgres { pool, lane } => {
                lane.close().await;
                pool.close().await;
            }
        }
    }

    /// Bytes free beside an SQLite file; `None` for a server, or where it cannot be told.
    pub async fn free_room(&self) -> Option<u64> {
        let Self::Sqlite { read, .. } = self else { return None };
        let file = sqlx::query_as("select file from pragma_database_list where name = 'main'");
        let (file,): (String,) = file.fetch_one(read).await.ok()?;
        let folder = std::path::Path::new(&file).parent()?.to_owned();
        let asked = tokio::task::spawn_blocking(move || rustix::fs::statvfs(&folder)).await;
        let found = asked.ok()?.ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// `sqlite` or `postgres`, for messages and metrics.
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }
}

impl Tx {
    /// Commits. When the answer never comes the outcome is unknown: look the key up again.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Rolls back now instead of when dropped.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}
