//! I-09: every history is a path in the transition table, and ends in the state of its thing.
//!
//! The table stands here a second time, as data. Steps are not taken in the order of their moments,
//! which a clock may turn round: the steps of one thing form a path when one begins it, each is
//! allowed, and every state is left as often as it is reached, but the last one.

use std::collections::{BTreeMap, BTreeSet};

use super::findings::Findings;
use crate::store::{StoreError, Tx};

/// From, to; an empty word before the first state.
type Steps = &'static [(&'static str, &'static str)];

const NOTICE: Steps = &[
    ("", "draft"),
    ("draft", "to_sign"),
    ("to_sign", "draft"),
    ("to_sign", "issued"),
    ("issued", "served"),
    ("issued", "paid"),
    ("issued", "withdrawn"),
    ("issued", "replaced"),
    ("issued", "exempted"),
    ("served", "paid"),
    ("served", "withdrawn"),
    ("served", "replaced"),
    ("served", "exempted"),
    ("served", "lapsed"),
    ("lapsed", "paid"),
    ("lapsed", "closed"),
    ("paid", "closed"),
    ("paid", "replaced"),
    ("paid", "exempted"),
    ("paid", "issued"),
    ("paid", "served"),
];

const ORDER: Steps = &[
    ("", "created"),
    ("created", "pending"),
    ("created", "seen"),
    ("created", "paid"),
    ("created", "failed"),
    ("created", "expired"),
    ("created", "cancelled"),
    ("pending", "seen"),
    ("pending", "paid"),
    ("pending", "failed"),
    ("pending", "expired"),
    ("pending", "cancelled"),
    ("seen", "paid"),
    ("seen", "failed"),
    ("seen", "expired"),
    ("seen", "cancelled"),
    ("failed", "paid"),
    ("expired", "paid"),
    ("cancelled", "paid"),
];

const RECEIPT: Steps = &[
    ("", "numbered"),
    ("numbered", "corrected"),
    ("numbered", "replaced"),
    ("numbered", "voided"),
    ("corrected", "corrected"),
    ("corrected", "replaced"),
    ("corrected", "voided"),
];

const CASE: Steps = &[("", "open"), ("open", "accepted")];

const MACHINES: [(&str, &str, Steps); 4] = [
    ("notice", "notice", NOTICE),
    ("order", "payment_order", ORDER),
    ("receipt", "receipt", RECEIPT),
    ("case", "court_case", CASE),
];

/// Judges every kind of life once, whatever the number of things that led it.
pub(super) async fn judge(tx: &mut Tx, found: &mut Findings) -> Result<(), StoreError> {
    for life in tx.lives().await? {
        let (machine, state, taken) = &life;
        if machine.is_empty() {
            for id in tx.who_lived(&life).await? {
                found.add("I-18", format!("state_change: entity_id {id} is no thing: {taken}"));
            }
            continue;
        }
        let Some((_, table, steps)) = MACHINES.iter().find(|(name, ..)| name == machine) else {
            continue;
        };
        let Err(wrong) = path(machine, state, taken, steps) else { continue };
        for id in tx.who_lived(&life).await? {
            found.add("I-09", format!("{table} {id}: {wrong}"));
        }
    }
    Ok(())
}

/// Whether the steps `taken` lead through the table to `state`.
fn path(machine: &str, state: &str, taken: &str, steps: Steps) -> Result<(), String> {
    if taken.is_empty() {
        return Err(format!("is {state} and has no history"));
    }
    // How much oftener a state is reached than left, and which states each leads to.
    let mut balance = BTreeMap::<&str, i64>::new();
    let mut leads = BTreeMap::<&str, BTreeSet<&str>>::new();
    for step in taken.split(',') {
        let parts = step.split_once(':').and_then(|(of, step)| Some((of, step.split_once('>')?)));
        let Some((of, (from, to))) = parts else { return Err(format!("step {step} is none")) };
        if of != machine {
            return Err(format!("has a step of a {of}"));
        }
        if !steps.contains(&(from, to)) {
            return Err(format!("the step from {} to {to} is not allowed", word(from)));
        }
        *balance.entry(from).or_default() -= 1;
        *balance.entry(to).or_default() += 1;
        leads.entry(from).or_default().insert(to);
    }
    let whole = balance.iter().all(|(at, balance)| match *at {
        "" => *balance == -1,
        at if at == state => *balance == 1,
        _ => *balance == 0,
    });
    if !whole || !balance.contains_key(state) {
        return Err(format!("is {state}, its steps {taken} lead elsewhere"));
    }
    let mut reached = BTreeSet::new();
    let mut next = vec![""];
    while let Some(at) = next.pop() {
        if reached.insert(at) {
            next.extend(leads.get(at).into_iter().flatten().copied());
        }
    }
    match leads.keys().find(|at| !reached.contains(*at)) {
        Some(at) => Err(format!("its steps from {} hang on nothing", word(at))),
        None => Ok(()),
    }
}

fn word(state: &str) -> &str {
    if state.is_empty() { "nothing" } else { state }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_path_is_a_history() {
        for (state, taken, whole) in [
            ("open", "case:>open", true),
            ("accepted", "case:>open,case:open>accepted", true),
            ("accepted", "case:open>accepted,case:>open", true),
            ("accepted", "case:>open", false),
            ("open", "case:>open,case:open>accepted", false),
            ("accepted", "case:open>accepted", false),
            ("open", "", false),
            ("open", "case:>open,case:>open", false),
            ("open", "order:>open", false),
            ("open", "case:accepted>open", false),
        ] {
            assert_eq!(path("case", state, taken, CASE).is_ok(), whole, "{state} {taken}");
        }
    }

    #[test]
    fn a_way_back_needs_a_way_there() {
        let back = "notice:>draft,notice:draft>to_sign,notice:to_sign>issued,notice:issued>served,\
            notice:served>paid,notice:paid>served";
        assert_eq!(path("notice", "served", back, NOTICE), Ok(()));
        let ring = "notice:>draft,notice:issued>paid,notice:paid>issued";
        assert!(path("notice", "draft", ring, NOTICE).is_err());
    }
}
