//! What code has to judge, page by page: audit entries with what they bind, and receipts.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::store::{StoreError, Tx, fetch_all, fetch_one, run, statements};

/// Ids of one page that are looked up in one statement.
const IDS_MAX: usize = 1_000;

statements! {
    HEADS = "select 'agency' as chain, agency_id as chain_id, audit_seq as seq, audit_hash as hash
        from receipt_series where carries_head
        union all select chain, chain_id, seq, hash from audit_head order by 1, 2";
    CHAINS = "select distinct chain, chain_id from audit_entry order by 1, 2";
    ENTRIES = "select id, seq, at, actor_kind, actor, address, request_id, action, entity, entity_id,
        payload, payload_digest, cast(effects as text) as effects, effects_digest, previous, hash
        from audit_entry where chain = $1 and chain_id = $2 and seq > $3 order by seq limit $4";
    COUNT_BOUND = "select (select count(*) from receipt), (select count(*) from posting_group)";
    SERIES = "select id, agency_id, year, symbol, last_number, last_issued_at from receipt_series
        order by agency_id, year, id";
    RECEIPTS = "select id, number, agency_id, amount, issued_at, code, form_version, record,
        content_hash from receipt where series_id = $1 and number > $2 order by number limit $3";
}

const UNBOUND_SQLITE: &str = "select 'receipt', id from receipt where id not in (
      select unhex(replace(j.value, '-', '')) from audit_entry e, json_each(e.effects, '$.receipts') j)
    union all select 'posting_group', id from posting_group where id not in (
      select unhex(replace(j.value, '-', '')) from audit_entry e, json_each(e.effects, '$.postings') j)
    limit 1001";
const UNBOUND_POSTGRES: &str = "select 'receipt', id from receipt where id not in (
      select cast(j as uuid) from audit_entry e, jsonb_array_elements_text(e.effects -> 'receipts') j)
    union all select 'posting_group', id from posting_group where id not in (
      select cast(j as uuid) from audit_entry e, jsonb_array_elements_text(e.effects -> 'postings') j)
    limit 1001";

/// A chain of audit entries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct ChainId {
    /// `agency`, `court` or `system`.
    pub chain: String,
    /// Whose.
    pub chain_id: Uuid,
}

/// The head of a chain as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HeadRow {
    /// The chain.
    #[sqlx(flatten)]
    pub of: ChainId,
    /// Number of its last entry.
    pub seq: i64,
    /// Hash of its last entry.
    pub hash: Vec<u8>,
}

/// An audit entry as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct EntryRow {
    pub id: Uuid,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor: String,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub entity: String,
    pub entity_id: Uuid,
    pub payload: Option<String>,
    pub payload_digest: Vec<u8>,
    pub effects: String,
    pub effects_digest: Vec<u8>,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// A group of postings.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct GroupRow {
    pub id: Uuid,
    pub agency_id: Uuid,
    pub cause: String,
    pub booked_on: NaiveDate,
    pub posted_at: DateTime<Utc>,
    pub payment_id: Option<Uuid>,
    pub digest: Vec<u8>,
}

/// A posting with its ledger account.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PostingRow {
    pub group_id: Uuid,
    pub kind: String,
    pub agency_id: Uuid,
    pub account_id: Option<Uuid>,
    pub side: String,
    pub amount: i64,
    pub notice_id: Option<Uuid>,
    pub payment_id: Option<Uuid>,
    pub case_id: Option<Uuid>,
}

/// The account version of a notice's standing order.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingVersion {
    /// The order.
    pub id: Uuid,
    /// The notice.
    pub notice_id: Uuid,
    /// Where it is paid to.
    pub account_version_id: Uuid,
}

/// A series and how far it has counted.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct SeriesNumbers {
    pub id: Uuid,
    pub agency_id: Uuid,
    pub year: i64,
    pub symbol: String,
    pub last_number: i64,
    pub last_issued_at: Option<DateTime<Utc>>,
}

/// A receipt as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct IssuedReceipt {
    pub id: Uuid,
    pub number: i64,
    pub agency_id: Uuid,
    pub amount: i64,
    pub issued_at: DateTime<Utc>,
    pub code: String,
    pub form_version: String,
    pub record: String,
    pub content_hash: Vec<u8>,
}

/// Rows of one page's ids, in statements of a bounded length.
macro_rules! of_ids {
    ($tx:expr, $ids:expr, $before:expr, $after:expr) => {{
        let mut found = Vec::new();
        for ids in $ids.chunks(IDS_MAX) {
            let some: Vec<_> = run!($tx, conn => {
                let mut query = sqlx::QueryBuilder::new($before);
                let mut list = query.separated(", ");
                for id in ids {
                    list.push_bind(*id);
                }
                query.push($after);
                query.build_query_as().persistent(false).fetch_all(conn).await?
            });
            found.extend(some);
        }
        found
    }};
}

impl Tx {
    /// Heads of all chains, each where it is kept.
    pub async fn check_heads(&mut self) -> Result<Vec<HeadRow>, StoreError> {
        Ok(fetch_all!(self, HEADS))
    }

    /// Chains that have entries.
    pub async fn check_chains(&mut self) -> Result<Vec<ChainId>, StoreError> {
        Ok(fetch_all!(self, CHAINS))
    }

    /// The next entries of a chain.
    pub async fn check_entries(
        &mut self,
        of: &ChainId,
        (after, limit): (i64, i64),
    ) -> Result<Vec<EntryRow>, StoreError> {
        Ok(fetch_all!(self, ENTRIES, &of.chain, of.chain_id, after, limit))
    }

    /// Content hashes of receipts.
    pub async fn check_receipt_hashes(
        &mut self,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Vec<u8>)>, StoreError> {
        Ok(of_ids!(self, ids, "select id, content_hash from receipt where id in (", ")"))
    }

    /// Groups of postings.
    pub async fn check_groups(&mut self, ids: &[Uuid]) -> Result<Vec<GroupRow>, StoreError> {
        Ok(of_ids!(
            self,
            ids,
            "select id, agency_id, cause, booked_on, posted_at, payment_id, digest
             from posting_group where id in (",
            ")"
        ))
    }

    /// The postings of groups, in their order.
    pub async fn check_postings(&mut self, groups: &[Uuid]) -> Result<Vec<PostingRow>, StoreError> {
        Ok(of_ids!(
            self,
            groups,
            "select p.group_id, l.kind, l.agency_id, l.account_id, p.side, p.amount, p.notice_id,
             p.payment_id, p.case_id from posting p
             join ledger_account l on l.id = p.ledger_account_id where p.group_id in (",
            ") order by p.group_id, p.position"
        ))
    }

    /// Where the standing orders of notices are paid to.
    pub async fn check_standing(
        &mut self,
        notices: &[Uuid],
    ) -> Result<Vec<StandingVersion>, StoreError> {
        Ok(of_ids!(
            self,
            notices,
            "select id, notice_id, account_version_id from payment_order
             where kind = 'standing' and notice_id in (",
            ")"
        ))
    }

    /// How many receipts and groups of postings there are for entries to bind.
    pub async fn check_to_bind(&mut self) -> Result<(i64, i64), StoreError> {
        Ok(fetch_one!(self, COUNT_BOUND))
    }

    /// Receipts and groups of postings that no entry binds: their table and id.
    pub async fn check_unbound(&mut self) -> Result<Vec<(String, Uuid)>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => sqlx::query_as(UNBOUND_SQLITE).fetch_all(&mut **tx).await?,
            Self::Postgres(tx) => sqlx::query_as(UNBOUND_POSTGRES).fetch_all(&mut **tx).await?,
        })
    }

    /// All series.
    pub async fn check_series(&mut self) -> Result<Vec<SeriesNumbers>, StoreError> {
        Ok(fetch_all!(self, SERIES))
    }

    /// The next receipts of a series.
    pub async fn check_receipts(
        &mut self,
        series: Uuid,
        (after, limit): (i64, i64),
    ) -> Result<Vec<IssuedReceipt>, StoreError> {
        Ok(fetch_all!(self, RECEIPTS, series, after, limit))
    }
}
