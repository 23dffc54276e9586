//! Moments that lie ahead (I-20), and the lives of states (I-09).

use uuid::Uuid;

use super::rules;
use crate::store::{StoreError, Tx, fetch_all};

macro_rules! histories {
    ($rest:literal) => {
        concat!(
            "with things as (
              select 'notice' as machine, id, state from notice
              union all select 'order', id, state from payment_order
              union all select 'receipt', id, state from receipt
              union all select 'case', id, state from court_case
            ), steps as (
              select entity_id, string_agg(
                machine || ':' || coalesce(from_state, '') || '>' || to_state, ',') as taken
              from state_change group by entity_id
            ), lives as (
              select t.machine, t.id, t.state, coalesce(s.taken, '') as taken
              from things t left join steps s on s.entity_id = t.id
              union all select '', s.entity_id, '', s.taken
              from steps s left join things t on t.id = s.entity_id where t.id is null
            ) ",
            $rest
        )
    };
}

/// Kinds of lives there are, which are few, whatever the number of things.
const LIVES: &str = histories!("select machine, state, taken from lives group by 1, 2, 3");
const WHO_LIVED: &str =
    histories!("select id from lives where machine = $1 and state = $2 and taken = $3 limit 1001");

/// The two texts above, with their names.
pub(super) const LIFE_STATEMENTS: &[(&str, &str)] = &[("LIVES", LIVES), ("WHO_LIVED", WHO_LIVED)];

rules! {
    AHEAD_AUDIT: "I-20" "audit_entry" = "select id, 'at ' || cast(at as text) from audit_entry
        where at > $1";
    AHEAD_INBOX: "I-20" "inbox" = "select id, 'received_at ' || cast(received_at as text) from inbox
        where received_at > $1";
    AHEAD_PAYMENT: "I-20" "payment" = "select id, 'recorded_at ' || cast(recorded_at as text)
        from payment where recorded_at > $1";
    AHEAD_RECEIPT: "I-20" "receipt" = "select id, 'issued_at ' || cast(issued_at as text)
        from receipt where issued_at > $1";
    AHEAD_GROUP: "I-20" "posting_group" = "select id, 'posted_at ' || cast(posted_at as text)
        from posting_group where posted_at > $1";
    AHEAD_EXCEPTION: "I-20" "exception" = "select id, 'raised_at ' || cast(raised_at as text)
        from exception where raised_at > $1";
    AHEAD_NOTICE: "I-20" "notice" = "select id, 'drafted_at ' || cast(drafted_at as text)
        from notice where drafted_at > $1";
    AHEAD_STATEMENT: "I-20" "statement" = "select id, 'imported_at ' || cast(imported_at as text)
        from statement where imported_at > $1";
}

/// A machine, the state it is in, and the steps that led there as `machine:from>to`, by commas. Of
/// steps that belong to no thing machine and state are empty.
pub type Life = (String, String, String);

impl Tx {
    /// Every kind of life that things have led.
    pub async fn lives(&mut self) -> Result<Vec<Life>, StoreError> {
        Ok(fetch_all!(self, LIVES))
    }

    /// Who led it.
    pub async fn who_lived(&mut self, life: &Life) -> Result<Vec<Uuid>, StoreError> {
        let found: Vec<(Uuid,)> = fetch_all!(self, WHO_LIVED, &life.0, &life.1, &life.2);
        Ok(found.into_iter().map(|(id,)| id).collect())
    }
}
