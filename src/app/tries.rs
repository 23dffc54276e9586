//! Wrong tries at a code: after ten within an hour only its QR code leads to a notice, so that four
//! characters cannot be guessed.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;

use crate::domain::time::Timestamp;

/// Wrong tries that are let through within [`WINDOW`].
const MOST: usize = 10;

/// How long a wrong try counts.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Codes that are watched at once; past that, those without a recent try are forgotten.
const WATCHED: usize = 100_000;

/// Wrong tries by code, in this process.
#[derive(Debug, Default)]
pub struct Tries(Mutex<HashMap<String, Vec<Timestamp>>>);

impl Tries {
    /// Whether another try is taken.
    pub fn open(&self, code: &str, now: Timestamp) -> bool {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |times: &Vec<Timestamp>| {
            times.iter().filter(|time| now.since(**time) < WINDOW).count() < MOST
        };
        tries.get(code).is_none_or(recent)
    }

    /// Counts a wrong one.
    pub fn wrong(&self, code: &str, now: Timestamp) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= WATCHED {
            tries.retain(|_, times| times.iter().any(|time| now.since(*time) < WINDOW));
        }
        let times = tries.entry(code.to_owned()).or_default();
        times.retain(|time| now.since(*time) < WINDOW);
        times.push(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_wrong_tries_an_hour_close_one_code_and_no_other() {
        let (tries, start) = (Tries::default(), Timestamp::from_unix(1_800_000_000).unwrap());
        for _ in 0..MOST {
            assert!(tries.open("AP0000000001", start));
            tries.wrong("AP0000000001", start);
        }
        assert!(!tries.open("AP0000000001", start.plus(TimeDelta::minutes(59))));
        assert!(tries.open("AP0000000002", start));
        assert!(tries.open("AP0000000001", start.plus(WINDOW)));
    }
}
