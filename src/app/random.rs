//! Randomness and what is made of it: ids, references, tokens, look-up codes.

use std::sync::Mutex;

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::time::Timestamp;

/// Where randomness comes from. Tests and the demo have their own source.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// The nine digits of the next reference.
    fn reference_number(&self) -> u32 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u32::try_from(u64::from_be_bytes(bytes) % 1_000_000_000).unwrap_or(0)
    }
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the operating system has no randomness: nothing safe can be done without it.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    #[expect(clippy::panic, reason = "no key, token or nonce may be made without randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

/// A repeatable source: SHA-256 over a seed and a counter.
#[derive(Debug)]
pub struct SeededRandom {
    seed: u64,
    counter: Mutex<u64>,
}

impl SeededRandom {
    /// The source of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, counter: Mutex::new(0) }
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let mut counter = match self.counter.lock() {
                Ok(counter) => counter,
                Err(poisoned) => poisoned.into_inner(),
            };
            *counter += 1;
            let mut hash = Sha256::new();
            hash.update(self.seed.to_be_bytes());
            hash.update(counter.to_be_bytes());
            for (byte, random) in chunk.iter_mut().zip(hash.finalize()) {
                *byte = random;
            }
        }
    }
}

/// A new id that sorts by time (UUID version 7).
pub fn new_id<T: From<Uuid>>(now: Timestamp, random: &dyn Random) -> T {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.utc().timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().into()
}

/// The smallest id that [`new_id`] could make at `moment`.
pub fn first_id<T: From<Uuid>>(moment: Timestamp) -> T {
    let millis = u64::try_from(moment.utc().timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid().into()
}

/// 32 random bytes as an opaque token for cookies and keys; only its SHA-256 is stored.
pub fn token(random: &dyn Random) -> String {
    use base64::Engine;
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// Digits and letters that nobody misreads (no I, L, O, U).
const READABLE: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of `length` characters, five random bits each: 16 of them are 80 bits.
pub fn code(length: usize, random: &dyn Random) -> String {
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
        .iter()
        .filter_map(|byte| READABLE.get(usize::from(byte % 32)))
        .map(|byte| char::from(*byte))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ() {
        let random = SeededRandom::new(1);
        let early = Timestamp::from_unix(1_700_000_000).unwrap();
        let late = Timestamp::from_unix(1_700_000_001).unwrap();
        let first: Uuid = new_id(early, &random);
        let second: Uuid = new_id(late, &random);
        assert!(first < second);
        assert_ne!(first, new_id::<Uuid>(early, &random));
    }

    #[test]
    fn a_seed_repeats_and_codes_are_readable() {
        let (one, two) = (SeededRandom::new(7), SeededRandom::new(7));
        assert_eq!(code(16, &one), code(16, &two));
        assert_eq!(one.reference_number(), two.reference_number());
        assert!(code(64, &one).bytes().all(|byte| READABLE.contains(&byte)));
    }
}
