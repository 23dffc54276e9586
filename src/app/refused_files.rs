//! Bank files that were refused: kept aside with their bytes, who tried them and why they were not
//! taken. Nothing of them is imported.

use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    App, Caller, Error,
    settle::Booking,
    statements::{File, ImportError, book_error, find_account, masked_number},
};
use crate::{
    domain::{file_refusal::FileRefusal, refusal::Why},
    store::{columns::Hash, refused_file::NewRefusedFile},
};

pub use crate::store::refused_file::RefusedFileRow;

/// Files that a list shows.
const SHOWN: i64 = 20;

/// A file that was kept aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
}

impl ImportError {
    /// What is kept and told of a refused file; none where no file was refused.
    pub fn refusal(&self) -> Option<FileRefusal> {
        Some(match self {
            Self::App(_) | Self::UnknownAccount(_) => return None,
            Self::SameFile { on, by } => FileRefusal::Already { day: *on, who: by.clone() },
            Self::Overlaps { file, from, .. } => {
                FileRefusal::Overlaps { file: file.clone(), day: *from }
            }
            Self::Chain { file, theirs, ours } => {
                FileRefusal::DoesNotChain { file: file.clone(), theirs: *theirs, ours: *ours }
            }
            Self::NoBalances => FileRefusal::NoClosing,
            Self::LineAgain(line) => FileRefusal::LineAgain { line: *line },
            Self::File(refusal) => match &refusal.why {
                Why::Account { found, .. } => {
                    FileRefusal::OtherAccount { number: masked_number(found) }
                }
                Why::Sum { stated, found } => {
                    FileRefusal::DoesNotAdd { sum: *found, says: *stated }
                }
                Why::NoOpening | Why::NoClosing => FileRefusal::NoClosing,
                Why::Currency(_) => FileRefusal::Currency,
                Why::Doctype | Why::Entity => FileRefusal::Unsafe,
                Why::TooLarge(_) => FileRefusal::TooLarge,
                Why::Markup
                | Why::Truncated
                | Why::UnknownFormat
                | Why::Missing(_)
                | Why::Amount(_)
                | Why::Date(_)
                | Why::TwoSides
                | Why::Cells
                | Why::Count { .. }
                | Why::Encoding => FileRefusal::Unreadable { line: refusal.line },
            },
        })
    }
}

impl App {
    /// Keeps a refused file aside, once for each reason. The file's account must be the caller's.
    pub async fn set_aside(
        &self,
        caller: &Caller,
        file: File<'_>,
        refusal: &FileRefusal,
    ) -> Result<SetAside, Error> {
        let accounts = self.statement_accounts(caller).await?;
        let account = file.account.and_then(|wanted| find_account(&accounts, wanted));
        let account = account.ok_or(Error::NotFound)?;
        let hash = Hash(Sha256::digest(file.bytes).into());
        let kept = SetAside { sha256: hash.to_hex() };
        self.lane.settler().ensure_series(account.agency_id).await?;
        let id: Uuid = self.new_id();
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.put_blob(hash, ("application/octet-stream", file.bytes), now).await?;
        let new = NewRefusedFile {
            id,
            account_id: account.id,
            agency_id: account.agency_id,
            file_name: file.name,
            sha256: hash,
            refusal,
            refused_by: &caller.name,
            refused_at: now,
        };
        if !tx.keep_refused_file(&new).await? {
            tx.rollback().await?;
            return Ok(kept);
        }
        let booking = Booking {
            agency: account.agency_id,
            actor: caller.actor.clone(),
            action: "statement.refused",
            entity: ("refused_file", id),
            payload: json!({
                "account": account.id, "sha256": kept.sha256, "reason": refusal.code(),
            }),
            booked_on: now.day(),
            groups: Vec::new(),
            lines: Vec::new(),
            exceptions: Vec::new(),
        };
        self.lane.settler().book(&mut tx, booking).await.map_err(book_error)?;
        tx.commit().await?;
        Ok(kept)
    }

    /// Files that were refused within the caller's scope, newest first.
    pub async fn refused_files(&self, caller: &Caller) -> Result<Vec<RefusedFileRow>, Error> {
        Ok(self.store.read().await?.refused_files(caller.scope, SHOWN).await?)
    }
}
