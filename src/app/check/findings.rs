//! What a check found, gathered by invariant.

use std::collections::BTreeMap;

use super::cause;
use crate::store::{
    StoreError,
    check::{Broken, ROWS_MAX, Rule, is_unreadable},
};

/// Every invariant, in order, with what is to be said of those that nothing of the database can
/// break yet.
const INVARIANTS: [(&str, Option<&str>); 24] = [
    ("I-01", None),
    ("I-02", None),
    ("I-03", None),
    ("I-04", None),
    ("I-05", None),
    ("I-06", None),
    ("I-07", None),
    ("I-08", None),
    ("I-09", None),
    ("I-10", None),
    ("I-11", None),
    ("I-12", None),
    ("I-13", Some("subscriptions are not built: only that a dead event has its reason")),
    ("I-14", None),
    ("I-15", Some("refunds are not built")),
    ("I-16", Some("disposals are not built")),
    ("I-17", None),
    ("I-18", None),
    ("I-19", None),
    ("I-20", None),
    ("I-21", None),
    ("I-22", None),
    ("I-23", Some("days are not closed yet")),
    ("I-24", None),
];

/// One invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `I-01`.
    pub invariant: &'static str,
    /// Nothing breaks it.
    pub ok: bool,
    /// Rows that break it: table, key, and what is wrong.
    pub rows: Vec<String>,
    /// What else is to be said.
    pub note: Option<String>,
}

/// Findings in the making.
#[derive(Debug)]
pub(super) struct Findings {
    rows: BTreeMap<&'static str, Vec<String>>,
    more: BTreeMap<&'static str, usize>,
    notes: BTreeMap<&'static str, String>,
}

impl Findings {
    pub(super) fn new() -> Self {
        let notes = INVARIANTS.iter().filter_map(|(name, note)| Some((*name, (*note)?.to_owned())));
        Self { rows: BTreeMap::new(), more: BTreeMap::new(), notes: notes.collect() }
    }

    /// Adds a row that breaks an invariant.
    pub(super) fn add(&mut self, invariant: &'static str, row: String) {
        let rows = self.rows.entry(invariant).or_default();
        if rows.len() < ROWS_MAX {
            rows.push(row);
        } else {
            *self.more.entry(invariant).or_default() += 1;
        }
    }

    /// Says something about an invariant without breaking it.
    pub(super) fn note(&mut self, invariant: &'static str, note: impl Into<String>) {
        self.notes.insert(invariant, note.into());
    }

    /// Adds what a rule found.
    pub(super) fn take(
        &mut self,
        rule: &Rule,
        broken: Result<Vec<Broken>, StoreError>,
    ) -> Result<(), StoreError> {
        match broken {
            Ok(rows) => {
                for (id, wrong) in rows {
                    let key = id.map_or_else(String::new, |id| format!(" {id}"));
                    self.add(rule.invariant, format!("{}{key}: {wrong}", rule.table));
                }
                Ok(())
            }
            Err(error) if is_unreadable(&error) => {
                let text = format!("{}: a row does not read: {}", rule.table, cause(&error));
                self.add(rule.invariant, text);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// One invariant.
    pub(super) fn of(&self, invariant: &'static str) -> Finding {
        let mut rows = self.rows.get(invariant).cloned().unwrap_or_default();
        let ok = rows.is_empty();
        if let Some(more) = self.more.get(invariant) {
            rows.push(format!("and {more} more"));
        }
        Finding { invariant, ok, rows, note: self.notes.get(invariant).cloned() }
    }

    /// Every invariant, in order.
    pub(super) fn listed(&self) -> Vec<Finding> {
        INVARIANTS.iter().map(|(name, _)| self.of(name)).collect()
    }
}
