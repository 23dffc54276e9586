//! `anphi check`: every invariant of the database, each with the rows that break it.
//!
//! It shares neither SQL nor the code of digests with what wrote the rows (decisions 7): the
//! statements are in `store::check`, the digests in `digest`, the paths of states in `history`.
//! Only the recomputation of assessments and the drawing of papers ask the engine.

mod chain;
mod digest;
mod engine;
mod findings;
mod history;
mod receipts;
mod sample;

pub use findings::Finding;

use self::findings::Findings;
use super::{anchor::Anchored, tables::Tables};
use crate::{
    domain::time::Timestamp,
    store::{
        Store, StoreError, Tx,
        check::{ahead_rules, all_rules, is_unreadable},
    },
};

/// How far ahead of the clock a row may be dated (I-20).
const AHEAD_MAX: chrono::TimeDelta = chrono::TimeDelta::minutes(2);

/// What a check is made with.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The present moment.
    pub now: Timestamp,
    /// Law and forms, for what the engine computes again.
    pub tables: &'a Tables,
    /// What was anchored outside the database, where there is an anchor.
    pub anchor: Option<&'a Anchored>,
    /// How much the engine computes again.
    pub reach: Reach,
}

/// How much of the assessments and papers is computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A thousand of each, chosen by this seed.
    Sample(u64),
    /// All.
    Full,
}

/// Checks every invariant on one snapshot, in their order. An error means that it could not tell.
pub async fn check(store: &Store, asked: &Asked<'_>) -> Result<Vec<Finding>, StoreError> {
    let mut found = Findings::new();
    let mut tx = store.read().await?;
    tx.check_patiently().await?;
    for rule in all_rules() {
        let broken = tx.broken(rule).await;
        found.take(rule, broken)?;
    }
    ahead(&mut tx, asked.now, &mut found).await?;
    let histories = history::judge(&mut tx, &mut found).await;
    tell(histories, "I-09", "state_change", &mut found)?;
    let chains = chain::judge(&mut tx, asked.anchor, &mut found).await;
    tell(chains, "I-12", "audit_entry", &mut found)?;
    let receipts = receipts::judge(&mut tx, asked.anchor, &mut found).await;
    tell(receipts, "I-19", "receipt", &mut found)?;
    let assessments = engine::assessments(&mut tx, asked, &mut found).await;
    tell(assessments, "I-17", "assessment", &mut found)?;
    let papers = engine::papers(&mut tx, asked, &mut found).await;
    tell(papers, "I-19", "receipt_paper", &mut found)?;
    engine::database(&mut tx, &mut found).await?;
    tx.rollback().await?;
    Ok(found.listed())
}

/// Checks the audit chains alone, with what they bind and the anchor (I-12).
pub async fn verify_audit(store: &Store, anchor: Option<&Anchored>) -> Result<Finding, StoreError> {
    let mut found = Findings::new();
    let mut tx = store.read().await?;
    tx.check_patiently().await?;
    for rule in all_rules().filter(|rule| rule.invariant == "I-12") {
        let broken = tx.broken(rule).await;
        found.take(rule, broken)?;
    }
    let chains = chain::judge(&mut tx, anchor, &mut found).await;
    tell(chains, "I-12", "audit_entry", &mut found)?;
    tx.rollback().await?;
    Ok(found.of("I-12"))
}

/// A row that does not even read is a finding; any other failure ends the check.
fn tell(
    outcome: Result<(), StoreError>,
    invariant: &'static str,
    table: &str,
    found: &mut Findings,
) -> Result<(), StoreError> {
    match outcome {
        Err(error) if is_unreadable(&error) => {
            found.add(invariant, format!("{table}: a row does not read: {}", cause(&error)));
            Ok(())
        }
        other => other,
    }
}

fn cause(error: &StoreError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

async fn ahead(tx: &mut Tx, now: Timestamp, found: &mut Findings) -> Result<(), StoreError> {
    let latest = now.plus(AHEAD_MAX);
    let steps = tx.clock_steps().await?;
    for rule in ahead_rules() {
        let broken = tx.ahead_of(rule, latest).await;
        match &broken {
            Ok(rows) if steps > 0 && !rows.is_empty() => {
                found.note("I-20", "rows are dated ahead; the audit records a step of the clock");
            }
            _ => found.take(rule, broken)?,
        }
    }
    Ok(())
}
