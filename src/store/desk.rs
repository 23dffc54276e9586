//! What the desk's pages list across cases, notices and receipts.

use chrono::TimeDelta;

use super::{StoreError, Tx, fetch_one, statements};
use crate::domain::time::Timestamp;

statements! {
    FAILED_TRIES = "select cast(count(*) as bigint) from sign_in w where w.login = $1
        and w.address = $2 and w.outcome in ('password_wrong', 'code_wrong', 'locked', 'disabled')
        and w.at > $3 and not exists (select 1 from sign_in r where r.login = w.login
          and r.address = w.address and r.outcome = 'code_ok' and r.at > w.at)";
}

impl Tx {
    /// Tries of a name from an address that failed within `span` before `now`, for whatever reason.
    pub async fn failed_tries(
        &mut self,
        (login, address): (&str, &str),
        (now, span): (Timestamp, TimeDelta),
    ) -> Result<i64, StoreError> {
        let (count,): (i64,) = fetch_one!(self, FAILED_TRIES, login, address, now.plus(-span));
        Ok(count)
    }
}
