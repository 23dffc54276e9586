//! Opening what commands work on: the database, the master key, the whole `App`.

use std::{
    future::Future,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use super::{Failure, Outcome};
use crate::{
    app::{
        App, anchor,
        clock::SystemClock,
        random::SystemRandom,
        session::SessionTimes,
        start::{Parts, StartError, start_by},
        vault::Vault,
    },
    config::{Courts, Database, Settings},
    store::{Options, SchemaState, StartError as OpenError, Store},
};

/// Connections of a short command.
const COMMAND_CONNECTIONS: u32 = 4;

/// Runs a command's future; the one runtime of the process.
pub(super) fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Failure::Unknown(format!("the program cannot start its work: {error}")))?;
    runtime.block_on(command)
}

/// Prints a line to stdout.
pub(super) fn say(text: &str) -> Outcome {
    writeln!(std::io::stdout().lock(), "{text}")
        .map_err(|error| Failure::Unknown(format!("cannot write: {error}")))
}

/// The address of the database.
pub(super) fn url(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.expose_secret().to_owned(),
    }
}

/// The file of a database that is still to be made; its folder is there.
pub(super) fn missing(database: &Database) -> Option<&Path> {
    let Database::Sqlite(path) = database else { return None };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = path.exists() || folder.is_some_and(|folder| !folder.exists());
    (!made).then_some(path)
}

/// Opens the database without looking at its schema.
pub(super) async fn bare_store(settings: &Settings, connections: u32) -> Result<Store, Failure> {
    let options = Options { url: url(&settings.database), connections };
    Store::open(&options).await.map_err(open_failure)
}

/// An empty database that is gone with the command.
pub(super) async fn memory() -> Result<Store, Failure> {
    let options = Options { url: "sqlite::memory:".to_owned(), connections: 1 };
    Store::open(&options).await.map_err(open_failure)
}

/// Opens a database whose schema is this program's; a file that is not there is not made.
pub(super) async fn store(settings: &Settings) -> Result<Store, Failure> {
    if let Some(path) = missing(&settings.database) {
        return Err(Failure::Usage(format!(
            "there is no database at {}: run `anphi migrate`, or `anphi serve` which does it",
            path.display()
        )));
    }
    let store = bare_store(settings, COMMAND_CONNECTIONS).await?;
    match store.schema().await.map_err(open_failure)? {
        SchemaState::Current => Ok(store),
        SchemaState::Empty => Err(Failure::Usage(
            "the database is empty: run `anphi migrate`, or `anphi serve` which does it".to_owned(),
        )),
        SchemaState::Older => Err(open_failure(OpenError::Older)),
        SchemaState::Newer => Err(open_failure(OpenError::Newer)),
    }
}

/// Maps an error of opening to the command's exit.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(super) fn open_failure(error: OpenError) -> Failure {
    let told = match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    };
    match error {
        OpenError::Away(_) => Failure::Unknown(format!("{told}; try again when it is back")),
        OpenError::Url
        | OpenError::Unsafe(_)
        | OpenError::Older
        | OpenError::Newer
        | OpenError::Owned(_) => Failure::Usage(told),
        OpenError::Migration(_) => Failure::NotSo(told),
    }
}

/// Where the master key is: the setting's file, else `keys/master` beside the database (for a
/// server's: beside the settings file, else in the working folder).
fn key_file(settings: &Settings) -> PathBuf {
    let named = settings.security.key_file.clone();
    named.unwrap_or_else(|| state_folder(settings).join("keys").join("master"))
}

/// Heads of the audit chains, outside of the database.
pub(super) fn anchor_file(settings: &Settings) -> PathBuf {
    state_folder(settings).join(anchor::FILE_NAME)
}

fn state_folder(settings: &Settings) -> PathBuf {
    let beside = match &settings.database {
        Database::Sqlite(path) => path.parent().map(PathBuf::from),
        Database::Postgres(_) => settings.file().and_then(|file| file.parent()).map(PathBuf::from),
    };
    beside.unwrap_or_default()
}

/// The parts of an `App` on the machine's clock and randomness.
pub(super) fn parts(settings: &Settings, store: Store, site: String) -> Result<Parts, Failure> {
    let path = key_file(settings);
    let vault = Vault::open_or_make(&path, &SystemRandom)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    Ok(Parts {
        store,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        vault: Arc::new(vault),
        law: settings.law,
        site,
        test_data: false,
    })
}

/// What the settings say of new courts and of sessions.
pub(super) fn chosen(settings: &Settings) -> (Courts, SessionTimes) {
    (settings.courts, SessionTimes::of(&settings.security))
}

/// Starts an `App` for a command that reads and writes beside a running `serve`.
pub(super) async fn app(settings: &Settings) -> Result<(Arc<App>, JoinHandle<()>), Failure> {
    let store = store(settings).await?;
    let site = settings.server.public_url(settings.server.listen);
    start_by(parts(settings, store, site)?, &settings.accounts, chosen(settings))
        .await
        .map_err(starting)
}

/// Maps an error of starting to the command's exit.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(super) fn starting(error: StartError) -> Failure {
    match &error {
        StartError::Store(store) if store.is_away() => {
            Failure::Unknown("the database is away; try again when it is back".to_owned())
        }
        StartError::Store(_) => Failure::Unknown(format!("{error}")),
        StartError::Reference(_) | StartError::Channel(_) | StartError::ReceiptKey => {
            Failure::Usage(error.to_string())
        }
    }
}
