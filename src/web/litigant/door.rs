//! What the public pages remember between requests, in memory only: tries, and forms that were
//! pressed.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

use chrono::TimeDelta;

use crate::{
    app::App,
    domain::{id::OrderId, time::Timestamp},
};

/// A form lives as long as the longest token of a notice's page.
const FORM_LIFE: TimeDelta = TimeDelta::hours(12);

/// How long a pressed form still shows its first result.
const PRESSED_LIFE: TimeDelta = TimeDelta::minutes(30);

/// So many keys are kept before old ones are swept out.
const SWEEP_AT: usize = 4_096;

/// Counts tries in a sliding time.
#[derive(Debug)]
pub(super) struct Window<K> {
    limit: usize,
    span: TimeDelta,
    tries: Mutex<HashMap<K, VecDeque<Timestamp>>>,
}

impl<K: Eq + Hash> Window<K> {
    fn new(limit: usize, span: TimeDelta) -> Self {
        Self { limit, span, tries: Mutex::default() }
    }

    /// When the next try is taken, if not now.
    pub(super) fn closed(&self, key: &K, now: Timestamp) -> Option<Timestamp> {
        let mut tries = unpoisoned(&self.tries);
        let times = tries.get_mut(key)?;
        times.retain(|time| now.since(*time) < self.span);
        if times.len() < self.limit {
            return None;
        }
        times.front().map(|first| first.plus(self.span))
    }

    /// Counts a try.
    pub(super) fn count(&self, key: K, now: Timestamp) {
        let mut tries = unpoisoned(&self.tries);
        if tries.len() >= SWEEP_AT {
            tries.retain(|_, times| times.back().is_some_and(|last| now.since(*last) < self.span));
        }
        tries.entry(key).or_default().push_back(now);
    }

    /// Counts a try unless there were too many; then says when the next is taken.
    pub(super) fn take(&self, key: K, now: Timestamp) -> Result<(), Timestamp> {
        if let Some(again) = self.closed(&key, now) {
            return Err(again);
        }
        self.count(key, now);
        Ok(())
    }
}

/// The result of a form that was pressed, awaited by whoever presses it again.
pub(super) type Pressed = Arc<tokio::sync::Mutex<Option<String>>>;

/// The memory of the public pages.
pub(super) struct Door {
    /// Look-ups by address: 20 a minute (reliability 4).
    pub(super) lookups: Window<IpAddr>,
    /// Questions to a provider by order, asked for by a browser that comes back.
    pub(super) asked: Window<OrderId>,
    pressed: Mutex<HashMap<String, (Timestamp, Pressed)>>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            lookups: Window::new(20, TimeDelta::minutes(1)),
            asked: Window::new(6, TimeDelta::minutes(1)),
            pressed: Mutex::default(),
        }
    }
}

impl Door {
    /// The result of the form with this id, empty before it was first pressed.
    pub(super) fn pressed(&self, form_id: &str, now: Timestamp) -> Pressed {
        let mut pressed = unpoisoned(&self.pressed);
        if pressed.len() >= SWEEP_AT {
            pressed.retain(|_, (at, _)| now.since(*at) < PRESSED_LIFE);
        }
        let (_, result) =
            pressed.entry(form_id.to_owned()).or_insert_with(|| (now, Pressed::default()));
        result.clone()
    }
}

/// A one-time id for a form that does `action`.
pub(super) fn form_id(app: &App, action: &str) -> String {
    app.form_token(action)
}

/// Whether a form id is ours, for this action, and not too old.
pub(super) fn is_form_id(app: &App, action: &str, id: &str) -> bool {
    app.form_made(action, id).is_some_and(|made| app.now().since(made) < FORM_LIFE)
}

/// Addresses of one household or office count as one: of IPv6 the first half.
pub(super) fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

/// What a panicking holder left is still a map of times.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_in_a_sliding_time() {
        let at = |second: i64| Timestamp::from_unix(1_700_000_000 + second).unwrap();
        let window = Window::new(2, TimeDelta::minutes(1));
        assert_eq!(window.take("a", at(0)), Ok(()));
        assert_eq!(window.take("a", at(30)), Ok(()));
        assert_eq!(window.take("a", at(40)), Err(at(60)));
        assert_eq!(window.take("b", at(40)), Ok(()));
        assert_eq!(window.take("a", at(60)), Ok(()));
        assert_eq!(window.take("a", at(61)), Err(at(90)));
    }

    #[test]
    fn the_second_half_of_an_ipv6_address_is_anybodys_choice() {
        for (address, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(neighbourhood(address).to_string(), counted);
        }
    }
}
