//! Whose rows a query may see. Every query of an item or a list of cases, notices, orders,
//! payments, receipts, lines or exceptions binds the three values of a [`Scope`].

use uuid::Uuid;

use crate::domain::staff::Scope;

/// A scope as three bound values: its kind, the court or agency, and whether children count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) kind: &'static str,
    pub(super) id: Option<Uuid>,
    pub(super) children: bool,
}

impl From<Scope> for Bounds {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::All => Self { kind: "all", id: None, children: true },
            Scope::Court { id, children } => Self { kind: "court", id: Some(id.uuid()), children },
            Scope::Agency { id, children } => {
                Self { kind: "agency", id: Some(id.uuid()), children }
            }
        }
    }
}

/// The condition over `$t`, a table alias with `court_id` and `agency_id`; the scope stands in $1
/// (kind), $2 (id), $3 (children). An office sees the notices that it collects as an office.
macro_rules! scoped {
    ($t:literal) => {
        concat!(
            "($1 = 'all' or ($1 = 'court' and (", $t, ".court_id = $2 or ($3 and ", $t,
            ".court_id in (select c.id from court c where c.parent_id = $2)))) or ($1 = 'agency' and (",
            $t, ".agency_id = $2 or ($3 and ", $t,
            ".agency_id in (select g.id from agency g where g.parent_id = $2)))))"
        )
    };
}
pub(super) use scoped;
