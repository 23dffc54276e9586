//! How much stands where, for the metrics.

use super::{StoreError, Tx, fetch_all, fetch_one, statements};
use crate::domain::time::Timestamp;

statements! {
    WAITING = "
        select count(*) from exception e join inbox i on i.id = e.inbox_id
        where e.state = 'open' and e.kind = 'poisoned' and i.outcome = 'waiting'";
    OUTBOX = "select state, count(*) from outbox group by state order by state";
    OLDEST = "
        select raised_at from exception
        where state = 'open' and kind in ('no_reference', 'unknown_reference')
        order by raised_at limit 1";
    SERIES = "
        select series.id, series.last_number from receipt_series series
        where series.last_number > 0 order by series.id";
}

/// What stands where at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Messages kept and not yet decided.
    pub waiting: i64,
    /// Events by state.
    pub outbox: Vec<(String, i64)>,
    /// Since when the oldest money waits that no notice is found for.
    pub unmatched_since: Option<Timestamp>,
    /// The last number of each receipt series.
    pub receipts: Vec<(uuid::Uuid, i64)>,
}

impl Tx {
    /// Counts them all.
    pub async fn gauges(&mut self) -> Result<Gauges, StoreError> {
        let (waiting,): (i64,) = fetch_one!(self, WAITING);
        let outbox: Vec<(String, i64)> = fetch_all!(self, OUTBOX);
        let oldest: Vec<(Timestamp,)> = fetch_all!(self, OLDEST);
        let receipts: Vec<(uuid::Uuid, i64)> = fetch_all!(self, SERIES);
        let unmatched_since = oldest.first().map(|(at,)| *at);
        Ok(Gauges { waiting, outbox, unmatched_since, receipts })
    }
}
