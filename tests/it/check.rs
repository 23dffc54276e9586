//! `anphi check` on both engines: a busy installation is clean, each broken row is named under its
//! invariant, and no edit of audit, ledger or receipts goes unseen.

mod anchor;
mod broken;
mod command;
mod edits;
mod story;

use anphi::{
    app::{
        anchor::Anchored,
        check::{Asked, Finding, Reach, check},
    },
    store::Store,
};

use crate::harness::{World, on_both};

/// Every invariant of a store, as this installation's clock and tables see it.
async fn checked(world: &World, store: &Store, anchor: Option<&Anchored>) -> Vec<Finding> {
    let now = world.app.now();
    let asked = Asked { now, tables: &world.app.tables, anchor, reach: Reach::Sample(1) };
    check(store, &asked).await.unwrap()
}

/// Those that are violated, with their rows.
fn violated(findings: &[Finding]) -> Vec<(&'static str, Vec<String>)> {
    findings.iter().filter(|f| !f.ok).map(|f| (f.invariant, f.rows.clone())).collect()
}

/// Holds that no invariant is violated.
pub async fn assert_clean(world: &World) {
    let findings = checked(world, &world.app.store, None).await;
    assert_eq!(violated(&findings), []);
}

on_both! {
    async fn a_busy_installation_is_clean(world: World) {
        story::busy(&world).await;
        let findings = checked(&world, &world.app.store, None).await;
        assert_eq!(violated(&findings), []);
        let names: Vec<String> = (1..=24).map(|n| format!("I-{n:02}")).collect();
        let told: Vec<&str> = findings.iter().map(|finding| finding.invariant).collect();
        assert_eq!(told, names);
    }

    async fn an_empty_installation_is_clean(world: World) {
        let findings = checked(&world, &world.app.store, None).await;
        assert_eq!(violated(&findings), []);
    }
}
