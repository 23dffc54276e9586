//! Work that nobody waits for: asking providers, ending attempts, making papers, counting refusals.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{App, Error};

/// How often each job looks for work.
const TICK: Duration = Duration::from_secs(1);

/// Work taken at once.
const AT_ONCE: i64 = 20;

/// Runs the jobs until `stop`; each failure is logged and tried again at the next tick.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = ticks.tick() => once(&app).await,
        }
    }
    if let Err(error) = app.refused.flush(&app.store).await {
        tracing::warn!(%error, "refused messages could not be counted at the end");
    }
}

/// One round of every job.
pub async fn once(app: &App) {
    told("queries", app.ask_due(AT_ONCE).await.map(|_| ()));
    told("expiry", app.expire_due().await.map(|_| ()));
    told("papers", app.make_missing_papers(AT_ONCE).await.map(|_| ()));
    told("refused", app.refused.flush(&app.store).await.map_err(Error::from));
}

fn told(job: &'static str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!(job, code = error.code(), %error, "a job failed and is tried again");
    }
}
