//! Receipts, their papers, and where they are used.

use super::{
    StoreError, Tx,
    columns::Hash,
    execute, fetch_all, fetch_one, fetch_optional,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    id::{AgencyId, CourtId, NoticeId, ReceiptId, SeriesId},
    money::Dong,
    staff::Scope,
    time::Timestamp,
};

macro_rules! columns {
    () => {
        "r.id, r.series_id, r.number, r.agency_id, r.court_id, r.notice_id, r.amount, r.state,
        r.issued_at, r.sealed_at, r.code, r.form_version, r.record, r.content_hash, s.symbol,
        s.year, n.reference, (select c.number from receipt_use u
          join court_case c on c.id = u.case_id
          where u.receipt_id = r.id and u.ended_at is null) as used_for"
    };
}

macro_rules! tables {
    () => {
        " from receipt r join receipt_series s on s.id = r.series_id
        join notice n on n.id = r.notice_id "
    };
}

statements! {
    BY_ID = concat!("select ", columns!(), tables!(), "where ", scoped!("r"), " and r.id = $4");
    LIVE_OF_NOTICE = concat!("select ", columns!(), tables!(), "where r.notice_id = $1
        and r.state in ('numbered', 'corrected')");
    BY_CODE = concat!("select ", columns!(), tables!(), "where r.code = $1");
    LIST = concat!("select ", columns!(), tables!(), "where ", scoped!("r"), "
        and (cast($4 as text) is null or n.reference = $4)
        order by r.issued_at desc, r.number desc, r.id desc limit $5 offset $6");
    COUNT = concat!("select cast(count(*) as bigint) from receipt r where ", scoped!("r"));
    WITHOUT_PAPER = concat!("select ", columns!(), tables!(), "where r.id >= $1 and not exists
        (select 1 from receipt_paper p where p.receipt_id = r.id)
        order by r.id limit $2");
    ADD_PAPER = "insert into receipt_paper (receipt_id, format, sha256, signed_text, key_id, made_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
    PAPER = "select p.format, p.sha256, p.signed_text, p.key_id, b.bytes from receipt_paper p
        join blob b on b.sha256 = p.sha256 where p.receipt_id = $1 and p.format = $2";
    PUT_BLOB = "insert into blob (sha256, content_type, bytes, created_at) values ($1, $2, $3, $4)
        on conflict do nothing";
    BLOB = "select bytes from blob where sha256 = $1";
}

/// A receipt.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ReceiptRow {
    pub id: ReceiptId,
    pub series_id: SeriesId,
    pub number: i64,
    pub agency_id: AgencyId,
    pub court_id: CourtId,
    pub notice_id: NoticeId,
    pub amount: Dong,
    pub state: String,
    pub issued_at: Timestamp,
    pub sealed_at: Option<Timestamp>,
    pub code: String,
    pub form_version: String,
    pub record: String,
    pub content_hash: Hash,
    pub symbol: String,
    pub year: i64,
    pub reference: String,
    /// Number of the case that it is used for.
    pub used_for: Option<String>,
}

/// The issued paper of a receipt.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct PaperRow {
    pub format: String,
    pub sha256: Hash,
    pub signed_text: String,
    pub key_id: String,
    pub bytes: Vec<u8>,
}

/// A paper about to be kept.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewPaper<'a> {
    pub receipt_id: ReceiptId,
    pub format: &'a str,
    pub sha256: Hash,
    pub signed_text: &'a str,
    pub key_id: &'a str,
}

impl Tx {
    /// How many receipts there are within the scope.
    pub async fn count_receipts(&mut self, scope: Scope) -> Result<i64, StoreError> {
        let bounds = Bounds::from(scope);
        let (count,): (i64,) = fetch_one!(self, COUNT, bounds.kind, bounds.id, bounds.children);
        Ok(count)
    }

    /// A receipt within the scope.
    pub async fn receipt(
        &mut self,
        scope: Scope,
        id: ReceiptId,
    ) -> Result<Option<ReceiptRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, BY_ID, bounds.kind, bounds.id, bounds.children, id))
    }

    /// The live receipt of a notice that was read within a scope or by its secret.
    pub async fn receipt_of(&mut self, notice: NoticeId) -> Result<Option<ReceiptRow>, StoreError> {
        Ok(fetch_optional!(self, LIVE_OF_NOTICE, notice))
    }

    /// The receipt of a check code: anyone who holds the paper may check it.
    pub async fn receipt_by_code(&mut self, code: &str) -> Result<Option<ReceiptRow>, StoreError> {
        Ok(fetch_optional!(self, BY_CODE, code))
    }

    /// Receipts within the scope, newest first, of one reference where given.
    pub async fn receipts(
        &mut self,
        scope: Scope,
        reference: Option<&str>,
        (limit, offset): (i64, i64),
    ) -> Result<Vec<ReceiptRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            LIST,
            bounds.kind,
            bounds.id,
            bounds.children,
            reference,
            limit,
            offset
        ))
    }

    /// Receipts from `first` on whose paper is still to be made, oldest first.
    pub async fn receipts_without_paper(
        &mut self,
        first: ReceiptId,
        limit: i64,
    ) -> Result<Vec<ReceiptRow>, StoreError> {
        Ok(fetch_all!(self, WITHOUT_PAPER, first, limit))
    }

    /// Keeps a receipt's paper; the first one made stays.
    pub async fn add_paper(
        &mut self,
        paper: &NewPaper<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            ADD_PAPER,
            paper.receipt_id,
            paper.format,
            paper.sha256,
            paper.signed_text,
            paper.key_id,
            now
        );
        Ok(())
    }

    /// A receipt's paper.
    pub async fn paper(
        &mut self,
        receipt: ReceiptId,
        format: &str,
    ) -> Result<Option<PaperRow>, StoreError> {
        Ok(fetch_optional!(self, PAPER, receipt, format))
    }

    /// Keeps bytes under their SHA-256.
    pub async fn put_blob(
        &mut self,
        hash: Hash,
        (content_type, bytes): (&str, &[u8]),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, PUT_BLOB, hash, content_type, bytes, now);
        Ok(())
    }

    /// Bytes by their SHA-256.
    pub async fn blob(&mut self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let row: Option<(Vec<u8>,)> = fetch_optional!(self, BLOB, hash);
        Ok(row.map(|(bytes,)| bytes))
    }
}
