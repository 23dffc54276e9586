//! `anphi serve`: pages, API, callbacks and workers in one process.

use std::{path::Path, sync::Arc, time::Duration};

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Failure, Outcome, config, listener, open};
use crate::{
    app::{App, anchor::Anchor, jobs, metric, start::start_by},
    config::{Database, Settings},
    store::{self, SchemaState, Store},
    telemetry, web,
};

/// Connections of a service; each is held for milliseconds.
const CONNECTIONS: u32 = 16;

/// Workers may take this long after a stop (reliability rule 18).
const GRACE: Duration = Duration::from_secs(10);

/// How often a database that is away is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// The service: pages, API, callbacks, workers.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi serve --config /etc/anphi/config.toml")]
pub struct Args {
    /// Leaves the workers to `anphi work` (PostgreSQL only).
    #[arg(long)]
    no_work: bool,
}

/// Only the workers.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi work --config /etc/anphi/config.toml")]
pub struct WorkArgs {}

/// Runs the service until it is told to stop.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    let sqlite = matches!(settings.database, Database::Sqlite(_));
    if args.no_work && sqlite {
        return Err(Failure::Usage(
            "--no-work needs PostgreSQL: on SQLite one `serve` does everything".to_owned(),
        ));
    }
    let _log =
        telemetry::start(&settings.server).map_err(|error| Failure::Usage(error.to_string()))?;
    let _owner = match &settings.database {
        Database::Sqlite(path) => Some(store::own(path).map_err(open::open_failure)?),
        Database::Postgres(_) => None,
    };
    open::block_on(serving(&settings, !args.no_work))
}

async fn serving(settings: &Settings, works: bool) -> Outcome {
    let stop = stopped();
    let recorded = telemetry::count(&metric::TIMES);
    let recorded = recorded.map_err(|error| Failure::Unknown(error.to_string()))?;
    let tls = match &settings.server.tls {
        Some(files) => Some(listener::tls(files, stop.clone()).await?),
        None => None,
    };
    let (public, address) = listener::bind(settings.server.listen).await?;
    let (second, inner_address) = listener::bind(settings.admin.listen).await?;
    // On loopback the second listener stays plain: what reads metrics there knows no certificate.
    let inner_tls = tls.clone().filter(|_| !settings.admin.listen.ip().is_loopback());
    let (public, door) = listener::shared(public)?;
    let (second, inner_door) = listener::shared(second)?;
    let doors = [
        (door, tls.clone(), web::waiting::public()),
        (inner_door, inner_tls.clone(), web::waiting::second()),
    ];
    let Some(store) = waited_for(settings, &stop, doors).await? else { return Ok(()) };
    let app = started(settings, store, settings.server.public_url(address)).await?;
    tracing::info!(listen = %address, admin = %inner_address, site = app.site, "serving");
    let anchor = Anchor::start(app.store.clone(), open::anchor_file(settings));
    let workers = works.then(|| tokio::spawn(jobs::run(app.clone(), stop.clone())));
    let pages = web::public_behind(app.clone(), settings.server.trusted_proxies.clone());
    let (one, two) = tokio::join!(
        listener::served(public, pages, tls, stop.clone()),
        listener::served(second, web::second(app.clone(), recorded), inner_tls, stop.clone()),
    );
    stop.cancel();
    if let Some(workers) = workers {
        let _ = tokio::time::timeout(GRACE, workers).await;
    }
    anchor.finish().await;
    app.store.close().await;
    one.and(two)
}

/// Runs only the workers.
pub fn work(_: &WorkArgs, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    if matches!(settings.database, Database::Sqlite(_)) {
        return Err(Failure::Usage(
            "`work` needs PostgreSQL: on SQLite one `serve` does everything".to_owned(),
        ));
    }
    let _log =
        telemetry::start(&settings.server).map_err(|error| Failure::Usage(error.to_string()))?;
    open::block_on(async {
        let (app, _writer) = open::app(&settings).await?;
        jobs::run(app.clone(), stopped()).await;
        app.store.close().await;
        Ok(())
    })
}

/// A listener's hold, its certificate, and what it says while there is no database.
type Door = (TcpListener, Option<RustlsConfig>, Router);

/// Waits for the database and brings an empty one up; whoever asks meanwhile is told so. `None` when
/// stopped before.
async fn waited_for(
    settings: &Settings,
    stop: &CancellationToken,
    doors: [Door; 2],
) -> Result<Option<Store>, Failure> {
    let waited = stop.child_token();
    // Until the first try has failed nobody is told anything: it is done at once, as a rule.
    let mut closed = Some(doors);
    loop {
        match ready_store(settings).await {
            Err(Failure::Unknown(why)) => {
                tracing::warn!(%why, "waiting for the database");
                for (door, tls, router) in closed.take().into_iter().flatten() {
                    tokio::spawn(listener::served(door, router, tls, waited.clone()));
                }
                tokio::select! {
                    () = stop.cancelled() => return Ok(None),
                    () = tokio::time::sleep(RETRY) => {}
                }
            }
            other => {
                waited.cancel();
                return other.map(Some);
            }
        }
    }
}

async fn started(settings: &Settings, store: Store, site: String) -> Result<Arc<App>, Failure> {
    let parts = open::parts(settings, store, site)?;
    let (app, _writer) = start_by(parts, &settings.accounts, open::chosen(settings))
        .await
        .map_err(open::starting)?;
    app.record_start()
        .await
        .map_err(|error| Failure::Unknown(format!("the start could not be recorded: {error}")))?;
    Ok(app)
}

async fn ready_store(settings: &Settings) -> Result<Store, Failure> {
    let store = open::bare_store(settings, CONNECTIONS).await?;
    match store.schema().await.map_err(open::open_failure)? {
        SchemaState::Empty => {
            store.migrate().await.map_err(open::open_failure)?;
            Ok(store)
        }
        SchemaState::Current => Ok(store),
        SchemaState::Older => Err(open::open_failure(store::StartError::Older)),
        SchemaState::Newer => Err(open::open_failure(store::StartError::Newer)),
    }
}

/// A token that is cancelled by SIGTERM or an interrupt.
pub(super) fn stopped() -> CancellationToken {
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        use tokio::signal::unix::{SignalKind, signal};
        let terminated = async {
            match signal(SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        told.cancel();
    });
    stop
}
