//! Messages whose sender is not proven.

use super::{StoreError, Tx, execute, fetch_one, statements};
use crate::domain::time::Timestamp;

statements! {
    COUNT = "insert into refused_count (account, hour, reason, count) values ($1, $2, $3, $4)
        on conflict (account, hour, reason) do update set count = refused_count.count + excluded.count";
    NEXT_SLOT = "select cast(coalesce(max(serial), 0) + 1 as bigint) from refused_message";
    KEEP = "insert into refused_message (slot, serial, account, reason, received_at, raw)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (slot) do update set serial = excluded.serial, account = excluded.account,
        reason = excluded.reason, received_at = excluded.received_at, raw = excluded.raw";
    TOTAL = "select cast(coalesce(sum(count), 0) as bigint) from refused_count";
}

impl Tx {
    /// Adds to the count of an account, hour and reason.
    pub async fn count_refused(
        &mut self,
        account: &str,
        hour: Timestamp,
        (reason, count): (&str, i64),
    ) -> Result<(), StoreError> {
        execute!(self, COUNT, account, hour, reason, count);
        Ok(())
    }

    /// The next place of a ring of `size`, with the number of the message.
    pub async fn next_refused_slot(&mut self, size: i64) -> Result<(i64, i64), StoreError> {
        let (serial,): (i64,) = fetch_one!(self, NEXT_SLOT);
        Ok((serial % size, serial))
    }

    /// Puts a message into the ring; the one before in that place goes.
    pub async fn keep_refused(
        &mut self,
        (slot, serial): (i64, i64),
        (account, reason): (&str, &str),
        (at, raw): (Timestamp, &[u8]),
    ) -> Result<(), StoreError> {
        execute!(self, KEEP, slot, serial, account, reason, at, raw);
        Ok(())
    }

    /// How many were refused since the beginning.
    pub async fn refused_total(&mut self) -> Result<i64, StoreError> {
        let (count,): (i64,) = fetch_one!(self, TOTAL);
        Ok(count)
    }
}
