//! What `anphi check` reads. Its SQL is its own: nothing here is shared with the statements that
//! wrote the rows, so that one mistake does not hide another (decisions 7).
//!
//! A [`Rule`] is one statement that selects the rows that break an invariant: their id (none where
//! the table has another key, which then stands in the text) and what is wrong. The pages beside
//! the rules are for what only code can judge: digests, records, histories.

mod books;
mod lives;
mod money;
mod pages;
mod references;
mod samples;

use uuid::Uuid;

pub use lives::Life;
pub use pages::{
    ChainId, EntryRow, GroupRow, HeadRow, IssuedReceipt, PostingRow, SeriesNumbers, StandingVersion,
};
pub use samples::{Extent, KeptAssessment, KeptPaper};

use super::{StoreError, Tx, fetch_all};
use crate::domain::time::Timestamp;

/// A rule names at most so many rows; whoever breaks more has other troubles than a short list.
pub const ROWS_MAX: usize = 1_000;

/// Rows that break an invariant, found by one statement.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// `I-01`.
    pub invariant: &'static str,
    /// The table of the rows that it finds.
    pub table: &'static str,
    sql: &'static str,
}

/// A row that breaks a rule: its id, and what is wrong.
pub type Broken = (Option<Uuid>, String);

/// Rules as aligned text: invariant, table, statement.
macro_rules! rules {
    ($($name:ident: $invariant:literal $table:literal = $sql:expr;)+) => {
        $(const $name: &str = concat!($sql, " limit 1001");)+
        /// The rules of this file.
        pub(super) const RULES: &[$crate::store::check::Rule] = &[$($crate::store::check::Rule {
            invariant: $invariant,
            table: $table,
            sql: $name,
        }),+];
        /// Every text of this file, with its name.
        pub(super) const STATEMENTS: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use rules;

/// The texts that both engines must prepare.
pub(super) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        books::STATEMENTS,
        lives::STATEMENTS,
        lives::LIFE_STATEMENTS,
        money::STATEMENTS,
        pages::STATEMENTS,
        references::STATEMENTS,
        samples::STATEMENTS,
    ]
    .concat()
}

/// Every rule, in the order of its file.
pub fn all_rules() -> impl Iterator<Item = &'static Rule> {
    [books::RULES, money::RULES, references::RULES].into_iter().flatten()
}

/// Rules about moments that lie ahead of one that is given (I-20).
pub fn ahead_rules() -> impl Iterator<Item = &'static Rule> {
    lives::RULES.iter()
}

/// A row was found that no value of its columns' types could be made of: itself a sign of
/// tampering, while any other error says nothing about the rows.
pub fn is_unreadable(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Driver(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
            | StoreError::Inconsistent { .. }
    )
}

impl Tx {
    /// The rows that break a rule.
    pub async fn broken(&mut self, rule: &Rule) -> Result<Vec<Broken>, StoreError> {
        Ok(fetch_all!(self, rule.sql))
    }

    /// The rows that lie after `latest`.
    pub async fn ahead_of(
        &mut self,
        rule: &Rule,
        latest: Timestamp,
    ) -> Result<Vec<Broken>, StoreError> {
        Ok(fetch_all!(self, rule.sql, latest))
    }
}
