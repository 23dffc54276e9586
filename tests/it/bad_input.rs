//! What bad input gets (reliability 4): one row a case and door, with the expected answer and the
//! tables that may change by it. Everything else in the database stays as it was, to the byte.

mod api;
mod away;
mod callbacks;
mod commands;
mod desk;
mod door;
mod limits;
mod pages;
mod tables;
mod upload;

use door::{Ask, Site};

use crate::harness::World;

/// A case: what is sent, what is told, and the tables that change.
struct Case {
    what: String,
    ask: Ask,
    told: String,
    changes: &'static [&'static str],
}

/// A case that changes nothing.
fn refused(what: impl Into<String>, ask: Ask, told: impl Into<String>) -> Case {
    Case { what: what.into(), ask, told: told.into(), changes: &[] }
}

impl Case {
    /// The same, which leaves something in these tables.
    fn leaving(self, changes: &'static [&'static str]) -> Self {
        Self { changes, ..self }
    }
}

/// Sends each case; all that differ are told together.
async fn hold(world: &World, site: &Site, cases: Vec<Case>) {
    let mut wrong = Vec::new();
    let mut before = tables::read(world).await;
    for case in cases {
        let told = site.send(case.ask).await.told();
        world.app.refused.flush(&world.app.store).await.unwrap();
        let after = tables::read(world).await;
        let changed = tables::changed(&before, &after);
        if told != case.told || changed != case.changes {
            wrong.push(format!(
                "{}\n  told     {told}\n  expected {}\n  changed  {changed:?}\n  expected {:?}",
                case.what, case.told, case.changes
            ));
        }
        before = after;
    }
    assert!(wrong.is_empty(), "{} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
