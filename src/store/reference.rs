//! Versions of reference data.

use super::{StoreError, Tx, columns::Hash, execute, fetch_all, fetch_one, statements};
use crate::domain::{id::ReferenceDataId, time::Timestamp};

statements! {
    NEWEST = "select r.kind, r.name, r.version, r.sha256, r.content, r.origin, r.imported_by,
        r.imported_at from reference_data r where r.version = (select max(x.version)
          from reference_data x where x.kind = r.kind and x.name = r.name)
        order by r.kind, r.name";
    LAST_VERSION = "select cast(coalesce(max(version), 0) as bigint) from reference_data
        where kind = $1 and name = $2";
    INSERT = "insert into reference_data (id, kind, name, version, sha256, content, origin,
        imported_by, imported_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

/// A version in force.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct VersionRow {
    pub kind: String,
    pub name: String,
    pub version: i64,
    pub sha256: Hash,
    pub content: Vec<u8>,
    pub origin: String,
    pub imported_by: String,
    pub imported_at: Timestamp,
}

impl Tx {
    /// The newest version of every file, by kind and name.
    pub async fn reference_versions(&mut self) -> Result<Vec<VersionRow>, StoreError> {
        Ok(fetch_all!(self, NEWEST))
    }

    /// Adds a version and gives its number.
    pub async fn add_reference_version(
        &mut self,
        id: ReferenceDataId,
        row: &VersionRow,
    ) -> Result<i64, StoreError> {
        let (last,): (i64,) = fetch_one!(self, LAST_VERSION, &row.kind, &row.name);
        execute!(
            self,
            INSERT,
            id,
            &row.kind,
            &row.name,
            last + 1,
            row.sha256,
            &row.content,
            &row.origin,
            &row.imported_by,
            row.imported_at
        );
        Ok(last + 1)
    }
}
