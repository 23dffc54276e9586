//! Work that nobody waits for: asking providers, ending attempts, making papers, counting refusals,
//! and a look at the clock.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{App, Caller, Deed, Error};
use crate::domain::time::Timestamp;

/// How often each job looks for work.
const TICK: Duration = Duration::from_secs(1);

/// Work taken at once.
const AT_ONCE: i64 = 20;

/// How often what has served its time is forgotten.
const DAY: Duration = Duration::from_hours(24);

/// A clock that goes so much otherwise than time does was set by somebody (reliability rule 15).
const STEP: TimeDelta = TimeDelta::seconds(2);

/// Runs the jobs until `stop`; each failure is logged and tried again at the next tick. A provider
/// that does not answer holds up nothing but the questions to it.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let asking = tokio::spawn(asking(app.clone(), stop.clone()));
    let mut ticks = ticks();
    let mut clock = ClockWatch::new(app.now(), Instant::now());
    let mut cleaned: Option<Instant> = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = ticks.tick() => {}
        }
        let (wall, time) = (app.now(), Instant::now());
        if let Some(step) = clock.step(wall, time) {
            told("clock", app.record_step(step, wall).await);
        }
        at_home(&app).await;
        if cleaned.is_none_or(|at| time.duration_since(at) >= DAY) {
            told("answers", app.forget_answers().await.map(|_| ()));
            cleaned = Some(time);
        }
    }
    if let Err(error) = app.refused.flush(&app.store).await {
        tracing::warn!(%error, "refused messages could not be counted at the end");
    }
    if let Err(error) = asking.await {
        tracing::error!(%error, "the task that asks providers ended badly");
    }
}

fn ticks() -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

/// Asks providers about the attempts that are due, those of a round side by side.
async fn asking(app: Arc<App>, stop: CancellationToken) {
    let mut ticks = ticks();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let due = match app.due_queries(AT_ONCE).await {
            Ok(due) => due,
            Err(error) => {
                told("queries", Err(error));
                continue;
            }
        };
        let mut asked = JoinSet::new();
        for id in due {
            let app = app.clone();
            asked.spawn(async move { told("queries", app.ask(id).await) });
        }
        tokio::select! {
            // Each ends within the client's patience; at a stop nobody waits for it.
            () = stop.cancelled() => return,
            _ = asked.join_all() => {}
        }
    }
}

/// One round of every job.
pub async fn once(app: &App) {
    told("queries", app.ask_due(AT_ONCE).await.map(|_| ()));
    at_home(app).await;
}

/// What asks nobody outside.
async fn at_home(app: &App) {
    told("expiry", app.expire_due().await.map(|_| ()));
    told("papers", app.make_missing_papers(AT_ONCE).await.map(|_| ()));
    told("refused", app.refused.flush(&app.store).await.map_err(Error::from));
}

/// Compares the wall's clock with the time that has passed.
#[derive(Debug)]
struct ClockWatch {
    wall: Timestamp,
    time: Instant,
}

impl ClockWatch {
    const fn new(wall: Timestamp, time: Instant) -> Self {
        Self { wall, time }
    }

    /// By how much the clock was set since the last look, if it was.
    fn step(&mut self, wall: Timestamp, time: Instant) -> Option<TimeDelta> {
        let passed = TimeDelta::from_std(time.duration_since(self.time)).unwrap_or(TimeDelta::MAX);
        let step = wall.since(self.wall).checked_sub(&passed).unwrap_or(TimeDelta::MAX);
        *self = Self::new(wall, time);
        (step.abs() > STEP).then_some(step)
    }
}

impl App {
    /// Records that the machine's clock was set: dates after it may lie before dates of before.
    async fn record_step(&self, step: TimeDelta, at: Timestamp) -> Result<(), Error> {
        let milliseconds = step.num_milliseconds();
        tracing::error!(milliseconds, "the clock of this machine was set");
        self.health.clock_stepped(at);
        let mut tx = self.store.begin().await?;
        let deed = Deed::of_system("clock.stepped", ("installation", uuid::Uuid::nil()))
            .with(serde_json::json!({ "milliseconds": milliseconds }));
        self.record(&mut tx, &Caller::system("clock"), deed, at).await?;
        Ok(tx.commit().await?)
    }
}

fn told(job: &'static str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        tracing::warn!(job, code = error.code(), %error, "a job failed and is tried again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clock_that_was_set_counts() {
        let (begin, time) = (Timestamp::EPOCH, Instant::now());
        for (passed, shown, step) in [
            (1_000, 1_000, None),
            (60_000, 61_900, None),
            (60_000, 58_100, None),
            (1_000, 3_601_000, Some(3_600_000)),
            (1_000, -86_399_000, Some(-86_400_000)),
            (90_000, 0, Some(-90_000)),
        ] {
            let mut watch = ClockWatch::new(begin, time);
            let (wall, later) =
                (begin.plus(TimeDelta::milliseconds(shown)), time + Duration::from_millis(passed));
            let found = watch.step(wall, later).map(|step| step.num_milliseconds());
            assert_eq!(found, step, "{passed} ms passed, the clock went {shown}");
            assert_eq!(watch.step(wall, later), None, "a step is told once");
        }
    }
}
