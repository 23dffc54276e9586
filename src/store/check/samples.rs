//! Assessments and papers, a sample or all, and what the engine itself is asked.

use uuid::Uuid;

use crate::store::{StoreError, Tx, fetch_all, fetch_one, fetch_optional, statements};

statements! {
    ASSESSMENTS = "select id, cast(input as text) as input, cast(result as text) as result,
        schedule_id, schedule_sha256, cast(law_settings as text) as law_settings, engine_version
        from assessment where id > $1 order by id limit $2";
    ASSESSMENT_COUNT = "select count(*) from assessment";
    ASSESSMENT_ENDS = "select (select id from assessment order by id limit 1),
        (select id from assessment order by id desc limit 1)";
    PAPERS = "select p.receipt_id, p.format, p.sha256, p.signed_text, r.record, r.code, b.bytes
        from receipt_paper p join receipt r on r.id = p.receipt_id
        left join blob b on b.sha256 = p.sha256
        where p.receipt_id > $1 order by p.receipt_id, p.format limit $2";
    PAPER_COUNT = "select count(*) from receipt_paper";
    PAPER_ENDS = "select (select receipt_id from receipt_paper order by receipt_id limit 1),
        (select receipt_id from receipt_paper order by receipt_id desc limit 1)";
    CLOCK_STEPS = "select count(*) from audit_entry where action = 'clock.stepped'";
    OPEN_RETENTION = "select id from retention_run where closed_at is null limit 1";
}

const TRIGGERS_SQLITE: &str = "select name from sqlite_master
    where type = 'trigger' and sql like '%raise(abort%'";
const TRIGGERS_POSTGRES: &str = "select cast(t.tgname as text) from pg_trigger t
    join pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal and t.tgenabled in ('O', 'A') and p.proname = 'refuse_change'";
const NOT_VALID: &str = "select cast(conname as text) || ' on ' || cast(conrelid as regclass)
    || ' is not validated' from pg_constraint where contype = 'f' and not convalidated";
const IDLE: &str =
    "select 'session ' || cast(pid as text) || ' of ' || coalesce(application_name, '')
    || ' is idle in a transaction since ' || cast(state_change as text) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and state in ('idle in transaction', 'idle in transaction (aborted)')
      and extract(epoch from clock_timestamp() - state_change) > 5";
const PATIENCE: [&str; 2] =
    ["set local statement_timeout = '10min'", "set local work_mem = '64MB'"];
/// Joins of whole tables look up as many rows as there are: from memory, not by a call each.
const PATIENCE_SQLITE: [&str; 2] =
    ["pragma cache_size = -131072", "pragma mmap_size = 17179869184"];

/// An assessment as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct KeptAssessment {
    pub id: Uuid,
    pub input: String,
    pub result: String,
    pub schedule_id: String,
    pub schedule_sha256: Vec<u8>,
    pub law_settings: String,
    pub engine_version: String,
}

/// A receipt's paper with its bytes and the record that it shows.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct KeptPaper {
    pub receipt_id: Uuid,
    pub format: String,
    pub sha256: Vec<u8>,
    pub signed_text: String,
    pub record: String,
    pub code: String,
    pub bytes: Option<Vec<u8>>,
}

/// How many rows there are, and the least and the greatest id.
pub type Extent = (i64, Option<(Uuid, Uuid)>);

impl Tx {
    /// The check's statements read whole tables: they may take longer, and sort
    /// and hash more at once, than a request's.
    pub async fn check_patiently(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(tx) => {
                for text in PATIENCE {
                    sqlx::query(text).execute(&mut **tx).await?;
                }
            }
            Self::Sqlite(tx) => {
                for text in PATIENCE_SQLITE {
                    sqlx::query(text).execute(&mut **tx).await?;
                }
            }
        }
        Ok(())
    }

    /// How many assessments there are, and between which ids.
    pub async fn assessment_extent(&mut self) -> Result<Extent, StoreError> {
        let (count,): (i64,) = fetch_one!(self, ASSESSMENT_COUNT);
        let (low, high): (Option<Uuid>, Option<Uuid>) = fetch_one!(self, ASSESSMENT_ENDS);
        Ok((count, low.zip(high)))
    }

    /// The next assessments.
    pub async fn check_assessments(
        &mut self,
        (after, limit): (Uuid, i64),
    ) -> Result<Vec<KeptAssessment>, StoreError> {
        Ok(fetch_all!(self, ASSESSMENTS, after, limit))
    }

    /// How many papers there are, and between which receipts' ids.
    pub async fn paper_extent(&mut self) -> Result<Extent, StoreError> {
        let (count,): (i64,) = fetch_one!(self, PAPER_COUNT);
        let (low, high): (Option<Uuid>, Option<Uuid>) = fetch_one!(self, PAPER_ENDS);
        Ok((count, low.zip(high)))
    }

    /// The next papers.
    pub async fn check_papers(
        &mut self,
        (after, limit): (Uuid, i64),
    ) -> Result<Vec<KeptPaper>, StoreError> {
        Ok(fetch_all!(self, PAPERS, after, limit))
    }

    /// How many clock steps the audit has recorded.
    pub async fn clock_steps(&mut self) -> Result<i64, StoreError> {
        let (count,): (i64,) = fetch_one!(self, CLOCK_STEPS);
        Ok(count)
    }

    /// The retention run that is open, while which old rows may go.
    pub async fn open_retention(&mut self) -> Result<Option<Uuid>, StoreError> {
        let open: Option<(Uuid,)> = fetch_optional!(self, OPEN_RETENTION);
        Ok(open.map(|(id,)| id))
    }

    /// Names of the triggers that refuse changes and are switched on.
    pub async fn refusing_triggers(&mut self) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = match self {
            Self::Sqlite(tx) => sqlx::query_as(TRIGGERS_SQLITE).fetch_all(&mut **tx).await?,
            Self::Postgres(tx) => sqlx::query_as(TRIGGERS_POSTGRES).fetch_all(&mut **tx).await?,
        };
        Ok(found.into_iter().map(|(name,)| name).collect())
    }

    /// Foreign keys that the engine does not vouch for.
    pub async fn unproven_keys(&mut self) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = match self {
            Self::Sqlite(_) => Vec::new(),
            Self::Postgres(tx) => sqlx::query_as(NOT_VALID).fetch_all(&mut **tx).await?,
        };
        Ok(found.into_iter().map(|(text,)| text).collect())
    }

    /// Sessions that sit in a transaction and do nothing; `None` where the engine has no sessions.
    pub async fn idle_sessions(&mut self) -> Result<Option<Vec<String>>, StoreError> {
        Ok(match self {
            Self::Sqlite(_) => None,
            Self::Postgres(tx) => {
                let found: Vec<(String,)> = sqlx::query_as(IDLE).fetch_all(&mut **tx).await?;
                Some(found.into_iter().map(|(text,)| text).collect())
            }
        })
    }
}
