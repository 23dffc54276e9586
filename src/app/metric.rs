//! Names of metrics, one meaning each, and what is counted in the database when somebody asks.
//!
//! Labels are words of our own code: `provider`, `reason`, `state`, `series` (its id), `route` (the
//! pattern, not the path).

use metrics::{counter, gauge};

use super::{App, Error, callbacks::ProviderKind};

/// Counter by `provider`: callbacks that verified and were kept. It equals the sum of the next
/// three and of those set aside (P8).
pub const CALLBACKS_RECEIVED: &str = "anphi_callbacks_received_total";
/// Counter by `provider`: of these, settled or recorded for the first time.
pub const CALLBACKS_APPLIED: &str = "anphi_callbacks_applied_total";
/// Counter by `provider`: of these, repeats that got the first answer again.
pub const CALLBACKS_REPEATED: &str = "anphi_callbacks_repeated_total";
/// Counter by `provider` and `reason`: of these, answered as not found or of a wrong amount.
pub const CALLBACKS_REFUSED: &str = "anphi_callbacks_refused_total";
/// Counter by `provider`: of these, kept in the inbox for a person, since settling them failed.
pub const CALLBACKS_SET_ASIDE: &str = "anphi_callbacks_set_aside_total";
/// Gauge: messages in the inbox that are not decided.
pub const CALLBACKS_WAITING: &str = "anphi_callbacks_waiting";
/// Counter by `provider`: verified, but not kept: the sender was told to send again.
pub const CALLBACKS_POSTPONED: &str = "anphi_callbacks_postponed_total";
/// Counter by `provider` and `reason`: messages that did not verify. They count in none of the
/// above.
pub const CALLBACKS_FORGED: &str = "anphi_callbacks_forged_total";
/// Gauge by `state`: events on their way out.
pub const OUTBOX: &str = "anphi_outbox_events";
/// Gauge, seconds: age of the oldest money that no notice is found for; 0 where there is none.
pub const UNMATCHED_AGE: &str = "anphi_unmatched_age_seconds";
/// Counter by `series`: receipts issued.
pub const RECEIPTS: &str = "anphi_receipts_issued_total";
/// Gauge: reports that wait before the lane.
pub const LANE_WAITING: &str = "anphi_lane_waiting";
/// Histogram, items: what one settlement transaction took.
pub const LANE_BATCH: &str = "anphi_lane_batch_items";
/// Histogram, seconds: one settlement transaction, COMMIT included.
pub const LANE_TIME: &str = "anphi_lane_seconds";
/// Histogram, seconds, by `route` and `status`: requests.
pub const REQUESTS: &str = "anphi_request_seconds";

/// Names of those that measure a time, for the exporter's buckets.
pub const TIMES: [&str; 2] = [LANE_TIME, REQUESTS];

/// How a verified callback ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Applied,
    Repeated,
    Refused(&'static str),
    SetAside,
    Postponed,
}

/// Counts a verified callback.
pub(super) fn count(provider: ProviderKind, ended: Ended) {
    let provider = provider.word();
    if ended == Ended::Postponed {
        return counter!(CALLBACKS_POSTPONED, "provider" => provider).increment(1);
    }
    counter!(CALLBACKS_RECEIVED, "provider" => provider).increment(1);
    let name = match ended {
        Ended::Refused(reason) => {
            let labels = [("provider", provider), ("reason", reason)];
            return counter!(CALLBACKS_REFUSED, &labels).increment(1);
        }
        Ended::Repeated => CALLBACKS_REPEATED,
        Ended::SetAside => CALLBACKS_SET_ASIDE,
        Ended::Applied | Ended::Postponed => CALLBACKS_APPLIED,
    };
    counter!(name, "provider" => provider).increment(1);
}

/// Counts a message that did not verify.
pub(super) fn count_forged(provider: ProviderKind, reason: &'static str) {
    let labels = [("provider", provider.word()), ("reason", reason)];
    counter!(CALLBACKS_FORGED, &labels).increment(1);
}

impl App {
    /// Brings the gauges to what stands in the database now.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a gauge is a float")]
    pub async fn measure(&self) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        let found = tx.gauges().await?;
        tx.rollback().await?;
        gauge!(CALLBACKS_WAITING).set(found.waiting as f64);
        for (state, count) in found.outbox {
            gauge!(OUTBOX, "state" => state).set(count as f64);
        }
        let age = found.unmatched_since.map_or(0, |since| self.now().since(since).num_seconds());
        gauge!(UNMATCHED_AGE).set(age as f64);
        for (series, last) in found.receipts {
            let issued = u64::try_from(last).unwrap_or(0);
            counter!(RECEIPTS, "series" => series.to_string()).absolute(issued);
        }
        gauge!(LANE_WAITING).set(self.lane.waiting() as f64);
        Ok(())
    }
}
