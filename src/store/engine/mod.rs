//! What differs by engine, and nothing else: the settlement lane's batch and the claim of jobs.
//!
//! The lane takes a whole batch through a fixed number of statements whose texts do not grow with
//! it (contract 5). Each gets one JSON parameter: PostgreSQL opens it with `jsonb_to_recordset`,
//! SQLite with `json_each`. Rows are locked in one order everywhere: inbox by (account, message),
//! notices by (agency, id), series by agency.

mod postgres;
pub mod rows;
mod sqlite;

use serde::Serialize;
use sqlx::{FromRow, types::Json};

use super::{StoreError, Tx, columns::Hash, expect_rows};
use crate::domain::{
    id::{
        AccountId, AgencyId, CaseId, CourtId, ExceptionId, InboxId, NoticeId, OrderId, PaymentId,
        Reference, SeriesId,
    },
    money::Dong,
    notice::NoticeState,
    order::{OrderKind, OrderState},
    payment::{PaidBasis, Source},
    settle::{Answer, IssueMode, PartsMode},
    time::{Day, Timestamp},
};

/// A message as the inbox has it after this batch took it in.
#[derive(Clone, Debug, FromRow)]
pub struct InboxEntry {
    /// The row; the proposed one when the message is new.
    pub id: InboxId,
    /// The account.
    pub account_id: AccountId,
    /// The message.
    pub message_key: String,
    /// `applied`, `refused` or `waiting`.
    pub outcome: String,
    /// What the first delivery was answered.
    pub answer: Option<Answer>,
}

/// A notice with one of its orders (or none), locked for this batch.
#[derive(Clone, Debug, FromRow)]
pub struct NoticeOrder {
    /// The notice.
    pub id: NoticeId,
    /// Its reference.
    pub reference: Reference,
    /// Its court.
    pub court_id: CourtId,
    /// Who collects.
    pub agency_id: AgencyId,
    /// Its case.
    pub case_id: CaseId,
    /// Its amount.
    pub amount: Dong,
    /// What is allocated.
    pub allocated: Dong,
    /// What waits in open parts.
    pub waiting: Dong,
    /// Where it stands.
    pub state: NoticeState,
    /// The first moment after the day to pay by; none before service.
    pub pay_before: Option<Timestamp>,
    /// The first moment after the last day on the longest reading.
    pub lapses_at: Option<Timestamp>,
    /// What a receipt prints, fixed at issue.
    pub receipt_facts: Option<String>,
    /// The printed account.
    pub account_id: Option<AccountId>,
    /// An order of it.
    pub order_id: Option<OrderId>,
    /// The order's account.
    pub order_account: Option<AccountId>,
    /// Standing or attempt.
    pub order_kind: Option<OrderKind>,
    /// The order's own reference.
    pub provider_ref: Option<String>,
    /// The order's sum.
    pub order_amount: Option<Dong>,
    /// Where the order stands.
    pub order_state: Option<OrderState>,
    /// Who pays, as told before paying.
    pub payer_name: Option<String>,
    /// The payer's address, as told.
    pub payer_address: Option<String>,
}

/// Money that waits for the rest of its notice.
#[derive(Clone, Debug, FromRow)]
pub struct WaitingRow {
    /// The exception that holds it.
    pub id: ExceptionId,
    /// The notice.
    pub notice_id: NoticeId,
    /// The payment.
    pub payment_id: PaymentId,
    /// How much.
    pub amount: Dong,
    /// The moment it was paid, where it is known.
    pub paid_at: Option<Timestamp>,
    /// The day it was paid.
    pub paid_on: Day,
    /// What both rest on.
    pub paid_basis: PaidBasis,
}

/// An open series of an agency, or the row that carries its audit head, locked for this batch.
#[derive(Clone, Debug, FromRow)]
pub struct SeriesRow {
    /// The series.
    pub id: SeriesId,
    /// Whose.
    pub agency_id: AgencyId,
    /// The office, where the series is an office's.
    pub office_id: Option<AgencyId>,
    /// The form of its receipts.
    pub form_code: String,
    /// Its year.
    pub year: i64,
    /// Its symbol.
    pub symbol: String,
    /// Whether numbers are given.
    pub open: bool,
    /// The last number given.
    pub last_number: i64,
    /// When it was given.
    pub last_issued_at: Option<Timestamp>,
    /// Whether it carries the agency's audit head.
    pub carries_head: bool,
    /// The head's number.
    pub audit_seq: i64,
    /// The head's hash.
    pub audit_hash: Hash,
    /// The agency's setting.
    pub parts: PartsMode,
    /// The agency's setting.
    pub issue: IssueMode,
}

/// A payment that a bank report may be another sighting of.
#[derive(Clone, Debug, FromRow)]
pub struct KnownPayment {
    /// Which item of the batch asked.
    pub item: i64,
    /// The payment.
    pub id: PaymentId,
    /// Its amount.
    pub amount: Dong,
    /// Its bank reference.
    pub bank_reference: Option<String>,
    /// Its day.
    pub paid_on: Day,
    /// How it was first known.
    pub source: Source,
    /// References of the notices that it pays or waits for, comma-separated.
    pub notices: String,
    /// Sources that have sighted it, comma-separated.
    pub sighted_by: String,
}

/// What a bank report asks the known payments for.
#[derive(Clone, Debug, Serialize)]
pub struct KnownQuery {
    /// Its place in the batch.
    pub item: i64,
    /// The account.
    #[serde(serialize_with = "rows::id")]
    pub account_id: AccountId,
    /// Its bank reference.
    pub bank_reference: Option<String>,
    /// Its amount.
    pub amount: Dong,
    /// The day before its day.
    pub from: Day,
    /// The day after its day.
    pub to: Day,
}

macro_rules! by_engine {
    ($tx:expr, $name:ident, $parameter:expr) => {
        match $tx {
            Tx::Sqlite(tx) => {
                sqlx::query_as(sqlite::$name).bind($parameter).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                sqlx::query_as(postgres::$name).bind($parameter).fetch_all(&mut **tx).await?
            }
        }
    };
}

impl Tx {
    /// Takes the lock of a key until the transaction ends; `false` when another transaction holds
    /// it. SQLite has one writer at a time, so nobody else can.
    pub async fn try_lock_key(&mut self, scope: &str, key: &str) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(tx) => {
                let (locked,): (bool,) = sqlx::query_as(postgres::TRY_LOCK_KEY)
                    .bind(scope)
                    .bind(key)
                    .fetch_one(&mut **tx)
                    .await?;
                Ok(locked)
            }
        }
    }

    /// Takes messages into the inbox, once each; a repeat counts its delivery and shows the first
    /// answer. `messages` must hold each (account, message) once.
    pub async fn take_in(
        &mut self,
        messages: &[rows::Inbox],
    ) -> Result<Vec<InboxEntry>, StoreError> {
        Ok(by_engine!(self, TAKE_IN, Json(messages)))
    }

    /// Locks the notices of `references`, each with all its orders.
    pub async fn lock_notices(
        &mut self,
        references: &[String],
    ) -> Result<Vec<NoticeOrder>, StoreError> {
        Ok(by_engine!(self, LOCK_NOTICES, Json(references)))
    }

    /// The open parts of notices.
    pub async fn waiting_parts(
        &mut self,
        notices: &[NoticeId],
    ) -> Result<Vec<WaitingRow>, StoreError> {
        let notices: Vec<String> =
            notices.iter().map(|id| id.uuid().as_simple().to_string()).collect();
        Ok(by_engine!(self, WAITING_PARTS, Json(&notices)))
    }

    /// Locks the series of agencies: the open ones and the one that carries the audit head.
    pub async fn lock_series(
        &mut self,
        agencies: &[AgencyId],
    ) -> Result<Vec<SeriesRow>, StoreError> {
        let agencies: Vec<String> =
            agencies.iter().map(|id| id.uuid().as_simple().to_string()).collect();
        Ok(by_engine!(self, LOCK_SERIES, Json(&agencies)))
    }

    /// Payments that bank reports may be further sightings of.
    pub async fn known_payments(
        &mut self,
        queries: &[KnownQuery],
    ) -> Result<Vec<KnownPayment>, StoreError> {
        Ok(by_engine!(self, KNOWN_PAYMENTS, Json(queries)))
    }

    /// Takes attempts that are due to be asked about, for this worker until `lease` ends.
    pub async fn claim_queries(
        &mut self,
        now: Timestamp,
        lease: Timestamp,
        limit: i64,
    ) -> Result<Vec<OrderId>, StoreError> {
        let rows: Vec<(OrderId,)> = match self {
            Self::Sqlite(tx) => {
                sqlx::query_as(sqlite::CLAIM_QUERIES)
                    .bind(now)
                    .bind(lease)
                    .bind(limit)
                    .fetch_all(&mut **tx)
                    .await?
            }
            Self::Postgres(tx) => {
                sqlx::query_as(postgres::CLAIM_QUERIES)
                    .bind(now)
                    .bind(lease)
                    .bind(limit)
                    .fetch_all(&mut **tx)
                    .await?
            }
        };
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Writes everything that a batch decided, in one round trip.
    ///
    /// Every update compares what the batch read (`from_…`); a row that has moved since makes the
    /// count differ, and the whole batch fails.
    pub async fn write_batch(&mut self, writes: &rows::Writes) -> Result<(), StoreError> {
        let found = match self {
            Self::Sqlite(tx) => sqlx::query(sqlite::WRITE_BATCH)
                .bind(Json(&writes.payments))
                .bind(Json(&writes.sightings))
                .bind(Json(&writes.allocations))
                .bind(Json(&writes.receipts))
                .bind(Json(&writes.groups))
                .bind(Json(&writes.postings))
                .bind(Json(&writes.exceptions))
                .bind(Json(&writes.audits))
                .bind(Json(&writes.changes))
                .bind(Json(&writes.outbox))
                .bind(Json(&writes.inbox))
                .bind(Json(&writes.notices))
                .bind(Json(&writes.orders))
                .bind(Json(&writes.series))
                .bind(Json(&writes.balances))
                .bind(Json(&writes.cleared))
                .bind(Json(&writes.lines))
                .execute(&mut **tx)
                .await?
                .rows_affected(),
            Self::Postgres(tx) => {
                let (count,): (i64,) = sqlx::query_as(postgres::WRITE_BATCH)
                    .bind(Json(writes))
                    .fetch_one(&mut **tx)
                    .await?;
                u64::try_from(count).unwrap_or(0)
            }
        };
        expect_rows("settlement batch", writes.row_count(), found)
    }
}
