//! The queue before the writer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::{
    Item,
    batch::{BatchError, Settler, settle_batch},
    plan::Outcome,
};
use crate::app::metric;

/// The most reports that one transaction settles (contract 5).
const BATCH: usize = 256;

/// The most statement lines that one transaction settles.
const LINES: usize = 5_000;

/// Reports that may wait; beyond, callers are told to come back.
const QUEUE: usize = 4_096;

/// Why a report was not settled; the sender must send it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// The database is away, or too much waits.
    #[error("the database is away or too much waits")]
    Away,
    /// This report alone makes its transaction fail; it is kept, and a person is told.
    #[error("the report was set aside")]
    SetAside,
}

type Answered = Result<Vec<Outcome>, LaneError>;

struct Job {
    items: Vec<Item>,
    reply: oneshot::Sender<Answered>,
}

/// The door to the lane. Clones share it.
#[derive(Clone)]
pub struct Lane {
    queue: mpsc::Sender<Job>,
    settler: Arc<Settler>,
    /// Callers who wait for their answer.
    unanswered: Arc<AtomicUsize>,
    /// Callers whose report is in a batch that is under way.
    running: Arc<AtomicUsize>,
}

/// Counts something for as long as it lives.
struct Counted(Arc<AtomicUsize>, usize);

impl Counted {
    fn add(all: &Arc<AtomicUsize>, count: usize) -> Self {
        all.fetch_add(count, Ordering::Relaxed);
        Self(Arc::clone(all), count)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lane")
    }
}

impl Lane {
    /// Starts the writer. It ends when every `Lane` is gone and the queue is empty.
    pub fn start(settler: Settler) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let settler = Arc::new(settler);
        let (unanswered, running) = <(Arc<AtomicUsize>, Arc<AtomicUsize>)>::default();
        let writer = tokio::spawn(write(settler.clone(), jobs, running.clone()));
        (Self { queue, settler, unanswered, running }, writer)
    }

    /// Settles one report; answers after COMMIT.
    pub async fn settle(&self, item: Item) -> Result<Outcome, LaneError> {
        let outcomes = self.submit(vec![item]).await?;
        outcomes.into_iter().next().ok_or(LaneError::Away)
    }

    /// What the lane settles with: books that are no settlement are posted by it too.
    pub fn settler(&self) -> &Settler {
        &self.settler
    }

    /// Settles the credit lines of one account's statements. All that fit are looked at together,
    /// since bank references are looked for over a whole file first (decisions 2).
    pub async fn settle_lines(&self, items: Vec<Item>) -> Result<Vec<Outcome>, LaneError> {
        let mut outcomes = Vec::with_capacity(items.len());
        for chunk in items.chunks(LINES) {
            outcomes.extend(self.submit(chunk.to_vec()).await?);
        }
        Ok(outcomes)
    }

    /// Reports that wait now.
    pub fn waiting(&self) -> usize {
        let unanswered = self.unanswered.load(Ordering::Relaxed);
        unanswered.saturating_sub(self.running.load(Ordering::Relaxed))
    }

    /// Nobody waits for an answer: work that can wait may take the processor and the disk.
    pub fn is_idle(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) == 0
    }

    async fn submit(&self, items: Vec<Item>) -> Answered {
        let _unanswered = Counted::add(&self.unanswered, 1);
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Job { items, reply }).map_err(|_| LaneError::Away)?;
        answer.await.map_err(|_| LaneError::Away)?
    }
}

/// Settles what waits: at once when nothing is under way, and beside what is once as much waits as
/// that took, so that batches grow with the load instead of getting many and small.
async fn write(settler: Arc<Settler>, mut jobs: mpsc::Receiver<Job>, running: Arc<AtomicUsize>) {
    let at_once = usize::try_from(settler.store.batches_at_once()).unwrap_or(1);
    let (mut taken, mut under_way) = (Vec::with_capacity(BATCH), JoinSet::new());
    let mut open = true;
    while open || !taken.is_empty() || !under_way.is_empty() {
        let room = BATCH - taken.len();
        tokio::select! {
            more = jobs.recv_many(&mut taken, room), if open && room > 0 => open = more > 0,
            Some(_) = under_way.join_next() => {}
        }
        let is_worth_another =
            under_way.len() < at_once && taken.len() >= running.load(Ordering::Relaxed);
        if !taken.is_empty() && (under_way.is_empty() || is_worth_another) {
            let batch = next_batch(&mut taken);
            let counted = Counted::add(&running, batch.len());
            let settler = Arc::clone(&settler);
            under_way.spawn(async move {
                settle_jobs(&settler, batch).await;
                drop(counted);
            });
        }
    }
}

/// All that waits but statement lines, which settle apart from pushes that may report the same
/// transfers; when only those wait, the first file's.
fn next_batch(taken: &mut Vec<Job>) -> Vec<Job> {
    let is_statement = |job: &Job| job.items.iter().any(|item| item.line.is_some());
    let mut batch: Vec<Job> = taken.extract_if(.., |job| !is_statement(job)).collect();
    if batch.is_empty() {
        batch.extend(taken.drain(..taken.len().min(1)));
    }
    batch
}

/// Settles several jobs in one transaction; when it fails for a reason of its own, one by one.
async fn settle_jobs(settler: &Settler, jobs: Vec<Job>) {
    let items: Vec<Item> = jobs.iter().flat_map(|job| job.items.iter().cloned()).collect();
    let begun = Instant::now();
    let settled = settle_batch(settler, &items).await;
    metrics::histogram!(metric::LANE_TIME).record(begun.elapsed());
    metrics::histogram!(metric::LANE_BATCH).record(u32::try_from(items.len()).unwrap_or(u32::MAX));
    match settled {
        Ok(outcomes) => {
            let mut outcomes = outcomes.into_iter();
            for job in jobs {
                let mine = outcomes.by_ref().take(job.items.len()).collect();
                // A caller that went away gets its answer by asking again.
                let _ = job.reply.send(Ok(mine));
            }
        }
        Err(error) if error.is_away() => {
            tracing::warn!(error = chain(&error), items = items.len(), "the database is away");
            for job in jobs {
                let _ = job.reply.send(Err(LaneError::Away));
            }
        }
        Err(error) => {
            tracing::error!(error = chain(&error), items = items.len(), "a batch failed");
            for job in jobs {
                let answer = settle_singly(settler, &job.items).await;
                let _ = job.reply.send(answer);
            }
        }
    }
}

async fn settle_singly(settler: &Settler, items: &[Item]) -> Answered {
    let mut outcomes = Vec::with_capacity(items.len());
    for item in items {
        match settle_batch(settler, std::slice::from_ref(item)).await {
            Ok(one) => outcomes.extend(one),
            Err(error) if error.is_away() => return Err(LaneError::Away),
            Err(error) => {
                tracing::error!(error = chain(&error), "a report was set aside");
                settler.set_aside(item, &chain(&error)).await.map_err(|_| LaneError::Away)?;
                return Err(LaneError::SetAside);
            }
        }
    }
    Ok(outcomes)
}

/// An error with its causes, for one log line.
fn chain(error: &BatchError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
