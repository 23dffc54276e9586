//! What the desk's pages show: reads over cases, notices, money and receipts, each within a scope.

use chrono::TimeDelta;

use super::{App, Error, sign_in::Seat};

/// Failed tries older than this are forgotten.
const TRIES_COUNT_FOR: TimeDelta = TimeDelta::minutes(15);

impl App {
    /// Whether somebody has a second factor.
    pub async fn is_enrolled(&self, seat: &Seat) -> Result<bool, Error> {
        let row = self.store.read().await?.staff(seat.staff).await?;
        Ok(row.ok_or(Error::Unauthenticated)?.totp.is_some())
    }

    /// Lately failed tries of a name from an address, whatever the reason: so what is said of them
    /// tells nothing of the name or its password.
    pub async fn failed_tries(&self, login: &str, address: &str) -> Result<u32, Error> {
        let mut tx = self.store.read().await?;
        let failed = tx.failed_tries((login, address), (self.now(), TRIES_COUNT_FOR)).await?;
        Ok(u32::try_from(failed).unwrap_or(u32::MAX))
    }
}
