//! Messages whose sender is not proven: counted by account and hour, their bytes in a ring. They
//! never reach the lane, and a flood of them costs one write a second.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DurationRound, TimeDelta};

use crate::{
    domain::time::Timestamp,
    providers::RawCallback,
    store::{Store, StoreError},
};

/// Messages whose bytes are kept.
const RING: i64 = 10_000;

/// Bytes kept of one message.
const KEPT_BYTES: usize = 4_096;

/// Messages that wait to be written; what comes beyond is counted, its bytes are not kept.
const WAITING: usize = 1_000;

/// Counters and bytes on their way into the store.
#[derive(Debug, Default)]
pub struct Refused {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    counts: BTreeMap<(String, Timestamp, &'static str), i64>,
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    account: String,
    reason: &'static str,
    at: Timestamp,
    raw: Vec<u8>,
}

impl Refused {
    /// Counts a message and keeps its first bytes.
    pub fn note(
        &self,
        account: &str,
        reason: &'static str,
        callback: &RawCallback,
        now: Timestamp,
    ) {
        // A path may name anything; what is not of an account's form is counted under one word.
        let known = account.len() <= 64 && account.bytes().all(|b| b.is_ascii_graphic());
        let account = if known { account.to_owned() } else { "-".to_owned() };
        let hour = now.utc().duration_trunc(TimeDelta::hours(1)).map_or(now, Timestamp::new);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting.counts.entry((account.clone(), hour, reason)).or_insert(0) += 1;
        if waiting.messages.len() < WAITING {
            let mut raw = callback.query.clone().into_bytes();
            raw.extend(&callback.body);
            raw.truncate(KEPT_BYTES);
            waiting.messages.push(Message { account, reason, at: now, raw });
        }
    }

    /// Writes what waits; on failure it waits on.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let taken = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        if taken.counts.is_empty() {
            return Ok(());
        }
        let written = write(store, &taken).await;
        if written.is_err() {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in taken.counts {
                *waiting.counts.entry(key).or_insert(0) += count;
            }
            let room = WAITING.saturating_sub(waiting.messages.len());
            waiting.messages.extend(taken.messages.into_iter().take(room));
        }
        written
    }
}

async fn write(store: &Store, taken: &Waiting) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    for ((account, hour, reason), count) in &taken.counts {
        tx.count_refused(account, *hour, (*reason, *count)).await?;
    }
    for message in &taken.messages {
        let slot = tx.next_refused_slot(RING).await?;
        let (account, reason) = (message.account.as_str(), message.reason);
        tx.keep_refused(slot, (account, reason), (message.at, &message.raw)).await?;
    }
    tx.commit().await
}
