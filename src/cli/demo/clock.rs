//! The demo's clock: it stands where the story is, and is the machine's once the demo serves.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;

use crate::{
    app::{
        clock::{SetClock, SystemClock},
        random::{Random, SystemRandom},
    },
    domain::time::{Clock, Timestamp},
};

/// The story's clock, then the machine's.
pub(super) struct StoryClock {
    story: SetClock,
    over: AtomicBool,
}

impl StoryClock {
    pub(super) fn at(moment: Timestamp) -> Self {
        Self { story: SetClock::at(moment), over: AtomicBool::new(false) }
    }

    pub(super) fn set(&self, moment: Timestamp) {
        self.story.set(moment);
    }

    /// Moves the story on.
    pub(super) fn pass(&self, by: TimeDelta) {
        self.story.advance(by);
    }

    /// From now on the machine's clock.
    pub(super) fn release(&self) {
        self.over.store(true, Ordering::SeqCst);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        if self.over.load(Ordering::SeqCst) { SystemClock.now() } else { self.story.now() }
    }
}

/// The machine's randomness, but for the references of the story.
#[derive(Default)]
pub(super) struct StoryRandom {
    references: std::sync::Mutex<std::collections::VecDeque<u32>>,
}

impl StoryRandom {
    /// The references that are drawn next.
    pub(super) fn plan(&self, references: impl IntoIterator<Item = u32>) {
        let mut planned = self.references.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        planned.extend(references);
    }
}

impl Random for StoryRandom {
    fn fill(&self, bytes: &mut [u8]) {
        SystemRandom.fill(bytes);
    }

    fn reference_number(&self) -> u32 {
        let mut planned = self.references.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        planned.pop_front().unwrap_or_else(|| SystemRandom.reference_number())
    }
}
