//! Postings that settle nothing: bank fees, interest, lines that a person must explain, opening
//! balances. They lock rows in the lane's order, so that they may run beside it.

use uuid::Uuid;

use super::batch::{BatchError, Settler};
use crate::{
    app::random::new_id,
    domain::{
        audit::{Act, Actor, Chain, ChainKind, Head, link},
        id::{AgencyId, LineId, PostingGroupId},
        ledger::{PostingError, PostingGroup},
        money::Dong,
        time::Day,
    },
    store::{
        StoreError, Tx,
        engine::{SeriesRow, rows},
    },
};

/// What is posted outside the lane, in one transaction and one audit entry.
#[derive(Debug)]
pub struct Booking {
    /// Whose books.
    pub agency: AgencyId,
    /// Who books.
    pub actor: Actor,
    /// What is done, `statement.imported`.
    pub action: &'static str,
    /// The thing that it is done to.
    pub entity: (&'static str, Uuid),
    /// Facts for the audit.
    pub payload: serde_json::Value,
    /// The day to which it belongs.
    pub booked_on: Day,
    /// The postings, each with the statement line that caused it.
    pub groups: Vec<(PostingGroup, Option<LineId>)>,
    /// What lines turned out to be.
    pub lines: Vec<rows::Line>,
    /// What a person must decide.
    pub exceptions: Vec<rows::Exception>,
}

impl Settler {
    /// Writes a booking within `tx`; the caller commits. The agency's books must be open.
    pub async fn book(&self, tx: &mut Tx, booking: Booking) -> Result<(), BatchError> {
        let now = self.now();
        let rows = tx.lock_series(&[booking.agency]).await?;
        let series = rows.iter().find(|row| row.carries_head).ok_or_else(|| {
            BatchError::Plan("the agency has no receipt series to carry its audit".into())
        })?;
        let mut writes = rows::Writes {
            lines: booking.lines,
            exceptions: booking.exceptions,
            ..rows::Writes::default()
        };
        let mut digests = Vec::with_capacity(booking.groups.len());
        let mut ids = Vec::with_capacity(booking.groups.len());
        for (group, line) in &booking.groups {
            let id: PostingGroupId = new_id(now, self.random());
            digests.push(group.digest());
            ids.push(id);
            writes.groups.push(rows::Group {
                id,
                agency_id: booking.agency,
                cause: group.cause(),
                booked_on: booking.booked_on,
                posted_at: now,
                payment_id: None,
                line_id: *line,
                digest: group.digest(),
            });
            self.post(&mut writes, id, group)?;
        }
        let mut head = Head { seq: series.audit_seq, hash: series.audit_hash.0 };
        let act = Act {
            at: now,
            actor: booking.actor,
            action: booking.action,
            entity: booking.entity.0,
            entity_id: booking.entity.1,
            payload: booking.payload.to_string(),
            receipts: Vec::new(),
            postings: digests,
        };
        let chain = Chain { kind: ChainKind::Agency, id: booking.agency.uuid() };
        let entry = link(chain, &mut head, act);
        let effects = serde_json::json!({ "receipts": [], "postings": ids });
        writes.audits.push(rows::Audit::new(new_id(now, self.random()), chain, entry, effects));
        writes.series.push(moved(series, head));
        Ok(tx.write_batch(&writes).await?)
    }

    /// Adds a group's lines, and what they add to each account.
    fn post(
        &self,
        writes: &mut rows::Writes,
        group_id: PostingGroupId,
        group: &PostingGroup,
    ) -> Result<(), BatchError> {
        for (position, posting) in (1i64..).zip(group.postings()) {
            let ledger = self
                .ledger_account(&posting.ledger)
                .ok_or_else(|| BatchError::Plan("a ledger account is not open".into()))?;
            writes.postings.push(rows::Posting {
                group_id,
                position,
                ledger_account_id: ledger,
                side: posting.side,
                amount: posting.amount,
                notice_id: posting.subject.notice,
                payment_id: posting.subject.payment,
                case_id: posting.subject.case,
            });
            let effect = posting.effect();
            match writes.balances.iter_mut().find(|row| row.id == ledger) {
                Some(row) => row.delta = added(row.delta, effect)?,
                None => writes.balances.push(rows::Balance { id: ledger, delta: effect }),
            }
        }
        Ok(())
    }

    /// Makes sure that the agency has a series for this year, which also carries its audit head.
    pub async fn ensure_series(&self, agency: AgencyId) -> Result<(), StoreError> {
        self.open_series(agency, self.now().day().year()).await
    }
}

fn added(sum: Dong, effect: Dong) -> Result<Dong, BatchError> {
    sum.checked_add(effect).ok_or_else(|| BatchError::Plan(Box::new(PostingError::Amount)))
}

fn moved(series: &SeriesRow, head: Head) -> rows::Series {
    rows::Series {
        id: series.id,
        from_number: series.last_number,
        from_seq: series.audit_seq,
        last_number: series.last_number,
        last_issued_at: series.last_issued_at,
        audit_seq: head.seq,
        audit_hash: head.hash,
    }
}
