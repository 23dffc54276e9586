//! Payment orders: standing ones and attempts.

use super::{
    StoreError, Tx,
    columns::Hash,
    execute, fetch_all, fetch_optional,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    id::{AccountId, AccountVersionId, AgencyId, CourtId, NoticeId, OrderId},
    money::Dong,
    order::{OrderKind, OrderState},
    staff::Scope,
    time::Timestamp,
};

macro_rules! columns {
    () => {
        "o.id, o.notice_id, o.court_id, o.agency_id, o.kind, o.account_id, o.account_version_id,
        o.attempt, o.provider_ref, o.amount, o.state, o.payer_name, o.payer_address,
        o.cancel_reason, o.failure_code, o.created_at, o.expires_at, o.next_query_at, o.queries,
        o.last_query, a.name as account_name, a.provider, v.bank_bin, v.number, v.holder"
    };
}

macro_rules! tables {
    () => {
        " from payment_order o join account a on a.id = o.account_id
        join account_version v on v.id = o.account_version_id "
    };
}

statements! {
    INSERT = "insert into payment_order (id, notice_id, court_id, agency_id, kind, account_id,
        account_version_id, attempt, provider_ref, amount, state, payer_name, payer_address,
        payer_document, payer_email, created_at, expires_at, next_query_at, return_index)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19)";
    OF_NOTICE = concat!("select ", columns!(), tables!(), "where o.notice_id = $1 order by o.attempt");
    BY_REF = concat!("select ", columns!(), tables!(),
        "where o.notice_id = $1 and o.provider_ref = $2");
    BY_RETURN = concat!("select ", columns!(), tables!(), "where o.return_index = $1");
    LIST = concat!("select ", columns!(), tables!(), "where ", scoped!("o"), "
        and o.notice_id = $4 order by o.attempt");
    BY_ID = concat!("select ", columns!(), tables!(), "where o.id = $1");
    MOVE = "update payment_order set state = $3, cancel_reason = $4 where id = $1 and state = $2";
    QUERIED = "update payment_order set queries = queries + 1, last_query = $2, next_query_at = $3,
        query_lease = null where id = $1";
    EXPIRED = concat!("select ", columns!(), tables!(), "where o.kind = 'attempt'
        and o.state in ('created', 'pending', 'seen') and o.expires_at <= $1
        and o.next_query_at is null order by o.expires_at, o.id limit 100");
    RECENT_ATTEMPTS = "select cast(count(*) as bigint) as count from payment_order
        where notice_id = $1 and kind = 'attempt' and created_at > $2";
}

/// An order with the account that it goes to.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct OrderRow {
    pub id: OrderId,
    pub notice_id: NoticeId,
    pub court_id: CourtId,
    pub agency_id: AgencyId,
    pub kind: OrderKind,
    pub account_id: AccountId,
    pub account_version_id: AccountVersionId,
    pub attempt: i64,
    pub provider_ref: String,
    pub amount: Dong,
    pub state: OrderState,
    pub payer_name: Option<String>,
    pub payer_address: Option<String>,
    pub cancel_reason: Option<String>,
    pub failure_code: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub next_query_at: Option<Timestamp>,
    pub queries: i64,
    pub last_query: Option<String>,
    pub account_name: String,
    pub provider: String,
    pub bank_bin: Option<String>,
    pub number: Option<String>,
    pub holder: Option<String>,
}

/// An order about to be opened.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewOrder {
    pub id: OrderId,
    pub notice_id: NoticeId,
    pub court_id: CourtId,
    pub agency_id: AgencyId,
    pub kind: OrderKind,
    pub account_id: AccountId,
    pub account_version_id: AccountVersionId,
    pub attempt: i64,
    pub provider_ref: String,
    pub amount: Dong,
    pub state: OrderState,
    pub payer_name: Option<String>,
    pub payer_address: Option<String>,
    pub payer_document: Option<Vec<u8>>,
    pub payer_email: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub next_query_at: Option<Timestamp>,
    pub return_index: Option<Hash>,
}

impl Tx {
    /// Opens an order.
    pub async fn insert_order(&mut self, order: &NewOrder) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT,
            order.id,
            order.notice_id,
            order.court_id,
            order.agency_id,
            order.kind,
            order.account_id,
            order.account_version_id,
            order.attempt,
            &order.provider_ref,
            order.amount,
            order.state,
            &order.payer_name,
            &order.payer_address,
            &order.payer_document,
            &order.payer_email,
            order.created_at,
            order.expires_at,
            order.next_query_at,
            order.return_index
        );
        Ok(())
    }

    /// A notice's orders, the standing one first. The notice was read within a scope or by its
    /// secret.
    pub async fn orders_of(&mut self, notice: NoticeId) -> Result<Vec<OrderRow>, StoreError> {
        Ok(fetch_all!(self, OF_NOTICE, notice))
    }

    /// A notice's orders within the scope.
    pub async fn orders(
        &mut self,
        scope: Scope,
        notice: NoticeId,
    ) -> Result<Vec<OrderRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, LIST, bounds.kind, bounds.id, bounds.children, notice))
    }

    /// One order of a notice by its own reference.
    pub async fn order_by_ref(
        &mut self,
        notice: NoticeId,
        provider_ref: &str,
    ) -> Result<Option<OrderRow>, StoreError> {
        Ok(fetch_optional!(self, BY_REF, notice, provider_ref))
    }

    /// The order of a return token.
    pub async fn order_by_return(&mut self, index: Hash) -> Result<Option<OrderRow>, StoreError> {
        Ok(fetch_optional!(self, BY_RETURN, index))
    }

    /// An order, for the program itself.
    pub async fn order(&mut self, id: OrderId) -> Result<Option<OrderRow>, StoreError> {
        Ok(fetch_optional!(self, BY_ID, id))
    }

    /// Moves an order by compare-and-set; `false` when it is no longer in `from`.
    pub async fn move_order(
        &mut self,
        id: OrderId,
        (from, to): (OrderState, OrderState),
        cancel_reason: Option<&str>,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, MOVE, id, from, to, cancel_reason) == 1)
    }

    /// Keeps what a query of an order brought, and when to ask next (never, when `None`).
    pub async fn record_query(
        &mut self,
        id: OrderId,
        outcome: &str,
        next: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(self, QUERIED, id, outcome, next);
        Ok(())
    }

    /// Open attempts past their end that need not be asked about any more.
    pub async fn expired_orders(&mut self, now: Timestamp) -> Result<Vec<OrderRow>, StoreError> {
        Ok(fetch_all!(self, EXPIRED, now))
    }

    /// How many attempts a notice had since a moment.
    pub async fn attempts_since(
        &mut self,
        notice: NoticeId,
        since: Timestamp,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = fetch_optional!(self, RECENT_ATTEMPTS, notice, since);
        Ok(row.map_or(0, |(count,)| count))
    }
}
