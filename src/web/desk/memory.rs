//! What the desk remembers between two requests and need not survive a restart: form ids that were
//! used, what was just done, keys that are being enrolled, files that are being looked at.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;

use super::forms::Nonce;
use crate::{
    domain::{id::SessionId, time::Timestamp},
    web::pages::frame::Banner,
};

/// No session lives longer, and no form outlives its session.
pub(super) const FORM_LIVES: TimeDelta = TimeDelta::hours(12);

/// What waits for the next step is given up after this.
const WAITS: TimeDelta = TimeDelta::minutes(30);

/// Files under a preview at once; the oldest makes room.
const UPLOADS: usize = 16;

/// One a router; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    used: HashMap<Nonce, Timestamp>,
    banners: HashMap<SessionId, (Banner, Timestamp)>,
    seeds: HashMap<SessionId, (String, Timestamp)>,
    uploads: HashMap<SessionId, Upload>,
}

/// A file under a preview: one a session.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    /// Names it in its address.
    pub(super) id: String,
    /// The file's name.
    pub(super) file: String,
    /// The chosen account.
    pub(super) account: String,
    /// The bytes.
    pub(super) bytes: Arc<[u8]>,
    /// When it came.
    pub(super) at: Timestamp,
}

impl Memory {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses a form's id; `false` when it was used before.
    pub(super) fn spend(&self, nonce: Nonce, now: Timestamp) -> bool {
        let mut kept = self.kept();
        kept.used.retain(|_, at| now.since(*at) <= FORM_LIVES);
        kept.used.insert(nonce, now).is_none()
    }

    /// Keeps what was just done for the session's next page.
    pub(super) fn say(&self, session: SessionId, banner: Banner, now: Timestamp) {
        let mut kept = self.kept();
        kept.banners.retain(|_, (_, at)| now.since(*at) <= WAITS);
        kept.banners.insert(session, (banner, now));
    }

    /// What was just done, said once.
    pub(super) fn said(&self, session: SessionId) -> Option<Banner> {
        self.kept().banners.remove(&session).map(|(banner, _)| banner)
    }

    /// The key that a session enrols: the one it was shown before, else a new one.
    pub(super) fn seed(
        &self,
        session: SessionId,
        now: Timestamp,
        new: impl FnOnce() -> String,
    ) -> String {
        let mut kept = self.kept();
        kept.seeds.retain(|_, (_, at)| now.since(*at) <= WAITS);
        kept.seeds.entry(session).or_insert_with(|| (new(), now)).0.clone()
    }

    /// The key is enrolled.
    pub(super) fn forget_seed(&self, session: SessionId) {
        self.kept().seeds.remove(&session);
    }

    /// Keeps a file for its preview.
    pub(super) fn keep_upload(&self, session: SessionId, upload: Upload) {
        let now = upload.at;
        let mut kept = self.kept();
        kept.uploads.retain(|_, other| now.since(other.at) <= WAITS);
        while kept.uploads.len() >= UPLOADS {
            let oldest = kept.uploads.iter().min_by_key(|(_, upload)| upload.at);
            let Some(oldest) = oldest.map(|(session, _)| *session) else { break };
            kept.uploads.remove(&oldest);
        }
        kept.uploads.insert(session, upload);
    }

    /// The session's file of that name in the address.
    pub(super) fn upload(&self, session: SessionId, id: &str) -> Option<Upload> {
        self.kept().uploads.get(&session).filter(|upload| upload.id == id).cloned()
    }

    /// The file was imported, or given up.
    pub(super) fn drop_upload(&self, session: SessionId) {
        self.kept().uploads.remove(&session);
    }
}
