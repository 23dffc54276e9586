//! The anchor: heads of the audit chains and last receipt numbers, kept in a file outside the
//! database within a second of the commit and at shutdown (decisions 6). Rows that vanish from the
//! end of a chain later are missed here; a tail cut newer than the anchor is not promised.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::store::{Store, StoreError, Tx};

/// The file's name.
pub const FILE_NAME: &str = "anchor.json";

/// Commits within this time share one write.
const GATHER: Duration = Duration::from_millis(200);

/// Commits of other programs on the same database are seen at this pace.
const LOOK: Duration = Duration::from_millis(800);

/// What is anchored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchored {
    /// Heads of the audit chains.
    pub heads: Vec<AnchoredHead>,
    /// Last numbers of the receipt series.
    pub series: Vec<AnchoredSeries>,
}

/// The head of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchoredHead {
    /// `agency`, `court` or `system`.
    pub chain: String,
    /// Whose.
    pub id: Uuid,
    /// Number of the last entry.
    pub seq: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// How far a series has counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnchoredSeries {
    /// The series.
    pub id: Uuid,
    /// Whose.
    pub agency: Uuid,
    /// Its symbol.
    pub symbol: String,
    /// The last number given.
    pub last_number: i64,
}

/// Why an anchor could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The file cannot be read or written.
    #[error("{0} cannot be read or written")]
    File(PathBuf, #[source] std::io::Error),
    /// The file is no anchor.
    #[error("{0} is no anchor of this program")]
    Form(PathBuf, #[source] serde_json::Error),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Anchored {
    /// What stands in the database now.
    pub async fn of(tx: &mut Tx) -> Result<Self, StoreError> {
        let heads = tx.check_heads().await?.into_iter().map(|row| AnchoredHead {
            chain: row.of.chain,
            id: row.of.chain_id,
            seq: row.seq,
            hash: hex::encode(row.hash),
        });
        let series = tx.check_series().await?.into_iter().map(|row| AnchoredSeries {
            id: row.id,
            agency: row.agency_id,
            symbol: row.symbol,
            last_number: row.last_number,
        });
        Ok(Self { heads: heads.collect(), series: series.collect() })
    }

    /// The anchor in a file; `None` where there is no file yet.
    pub fn read(path: &Path) -> Result<Option<Self>, AnchorError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(AnchorError::File(path.to_owned(), error)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| AnchorError::Form(path.to_owned(), error))
    }

    /// Writes the file whole or not at all: beside it, synced, then renamed over it.
    pub fn write(&self, path: &Path) -> Result<(), AnchorError> {
        let failed = |error| AnchorError::File(path.to_owned(), error);
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| AnchorError::Form(path.to_owned(), error))?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut file = std::fs::File::create(&beside).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&beside, path).map_err(failed)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        std::fs::File::open(folder.unwrap_or(Path::new(".")))
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

/// Tells the keeper of the anchor that something was committed. Clones share it.
#[derive(Clone, Debug)]
pub struct Anchor {
    changed: Arc<Notify>,
    ended: CancellationToken,
}

/// The task that keeps the file.
#[derive(Debug)]
pub struct Keeper {
    anchor: Anchor,
    task: JoinHandle<()>,
}

impl Anchor {
    /// Starts keeping the anchor of `store` in `path`.
    pub fn start(store: Store, path: PathBuf) -> Keeper {
        let anchor = Self { changed: Arc::new(Notify::new()), ended: CancellationToken::new() };
        let task = tokio::spawn(keep(store, path, anchor.clone()));
        Keeper { anchor, task }
    }

    /// Something was committed. Costs nothing to call often.
    pub fn poke(&self) {
        self.changed.notify_one();
    }
}

impl Keeper {
    /// What committing code holds.
    pub fn anchor(&self) -> Anchor {
        self.anchor.clone()
    }

    /// Writes the file a last time and ends; the store must still be open.
    pub async fn finish(self) {
        self.anchor.ended.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the anchor's task ended badly");
        }
    }
}

async fn keep(store: Store, path: PathBuf, anchor: Anchor) {
    let mut written = None;
    loop {
        renew(&store, &path, &mut written).await;
        tokio::select! {
            () = anchor.ended.cancelled() => break,
            () = anchor.changed.notified() => {
                let _ = time::timeout(GATHER, anchor.ended.cancelled()).await;
            }
            () = time::sleep(LOOK) => {}
        }
    }
    renew(&store, &path, &mut written).await;
}

/// Writes the file when it would differ. A failure is told and tried again at the next turn.
async fn renew(store: &Store, path: &Path, written: &mut Option<Anchored>) {
    let anchored = async {
        let mut tx = store.read().await?;
        let anchored = Anchored::of(&mut tx).await?;
        tx.rollback().await?;
        Ok::<_, StoreError>(anchored)
    };
    let anchored = match anchored.await {
        Ok(anchored) => anchored,
        Err(error) => return tracing::warn!(%error, "the anchor could not be renewed"),
    };
    if written.as_ref() == Some(&anchored) {
        return;
    }
    let (path, copy) = (path.to_owned(), anchored.clone());
    match tokio::task::spawn_blocking(move || copy.write(&path)).await {
        Ok(Ok(())) => *written = Some(anchored),
        Ok(Err(error)) => tracing::error!(%error, "the anchor could not be written"),
        Err(error) => tracing::error!(%error, "the anchor could not be written"),
    }
}
