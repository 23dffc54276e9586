//! Bank files that were refused and kept aside.

use uuid::Uuid;

use super::{
    StoreError, Tx,
    columns::{Hash, Json},
    execute, fetch_all,
    scope::Bounds,
    statements,
};
use crate::domain::{
    file_refusal::FileRefusal,
    id::{AccountId, AgencyId},
    staff::Scope,
    time::Timestamp,
};

statements! {
    KEEP = "insert into refused_file (id, account_id, agency_id, file_name, sha256, reason,
        refusal, refused_by, refused_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict do nothing";
    LIST = "select f.id, a.name as account_name, f.file_name, f.sha256, f.refusal, f.refused_by,
        f.refused_at from refused_file f join account a on a.id = f.account_id
        where ($1 = 'all' or ($1 = 'agency' and (f.agency_id = $2 or ($3 and f.agency_id in
        (select g.id from agency g where g.parent_id = $2)))))
        order by f.refused_at desc, f.id desc limit $4";
}

/// A file about to be kept aside.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewRefusedFile<'a> {
    pub id: Uuid,
    pub account_id: AccountId,
    pub agency_id: AgencyId,
    pub file_name: &'a str,
    pub sha256: Hash,
    pub refusal: &'a FileRefusal,
    pub refused_by: &'a str,
    pub refused_at: Timestamp,
}

/// A file that was refused.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct RefusedFileRow {
    pub id: Uuid,
    pub account_name: String,
    pub file_name: String,
    pub sha256: Hash,
    pub refusal: Json<FileRefusal>,
    pub refused_by: String,
    pub refused_at: Timestamp,
}

impl Tx {
    /// Keeps a refused file, whose bytes are a blob; `false` when it was refused so before.
    pub async fn keep_refused_file(
        &mut self,
        file: &NewRefusedFile<'_>,
    ) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            KEEP,
            file.id,
            file.account_id,
            file.agency_id,
            file.file_name,
            file.sha256,
            file.refusal.code(),
            Json(file.refusal),
            file.refused_by,
            file.refused_at
        );
        Ok(rows == 1)
    }

    /// Refused files within the scope, newest first.
    pub async fn refused_files(
        &mut self,
        scope: Scope,
        limit: i64,
    ) -> Result<Vec<RefusedFileRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, LIST, bounds.kind, bounds.id, bounds.children, limit))
    }
}
