//! Which rows the engine computes again: all, or a thousand at places that a seed chooses.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Reach;
use crate::store::check::Extent;

/// Rows in a sample.
const SAMPLE: i64 = 1_000;

/// Rows that are read at once.
pub(super) const PAGE: i64 = 20;

/// Where reading begins, and whether it goes on from each place to the end.
pub(super) enum Places {
    /// Everything, from the first row.
    All,
    /// One page after each of these ids.
    Some(Vec<Uuid>),
}

/// The places of a table. A table no longer than a sample is read whole.
pub(super) fn places((count, ends): Extent, reach: Reach) -> Places {
    let (Reach::Sample(seed), Some((low, high)), true) = (reach, ends, count > SAMPLE) else {
        return Places::All;
    };
    let (low, span) = (low.as_u128(), high.as_u128().saturating_sub(low.as_u128()));
    let place = |n: i64| {
        let mut bytes = [0; 16];
        let hash = Sha256::digest([seed.to_be_bytes(), n.to_be_bytes()].concat());
        bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        let offset = u128::from_be_bytes(bytes).checked_rem(span).unwrap_or(0);
        Uuid::from_u128(low.saturating_add(offset))
    };
    let mut places: Vec<Uuid> = (0..SAMPLE / PAGE).map(place).collect();
    places.sort_unstable();
    Places::Some(places)
}
