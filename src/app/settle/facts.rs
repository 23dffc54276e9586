//! What a batch loaded, in the form that planning works on and changes as it goes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{
    domain::{
        audit::Head,
        id::{
            AccountId, AgencyId, CaseId, CourtId, ExceptionId, LedgerAccountId, NoticeId, OrderId,
            PaymentId,
        },
        ledger::LedgerRef,
        money::Dong,
        notice::{NoticeFacts, NoticeState, WaitingPart},
        order::{OrderFacts, OrderKind, OrderState},
        payment::Paid,
        settle::AccountFacts,
        time::Timestamp,
    },
    store::engine::{NoticeOrder, SeriesRow, WaitingRow},
};

/// How a notice came to be paid, as its row keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PaidFacts {
    pub(super) by: Paid,
    pub(super) timeliness: &'static str,
    pub(super) receipt_at: Timestamp,
}

/// A notice as the batch found it and as it leaves it.
#[derive(Clone, Debug)]
pub(super) struct NoticeWork {
    pub(super) facts: NoticeFacts,
    pub(super) court: CourtId,
    pub(super) case: CaseId,
    pub(super) from_state: NoticeState,
    pub(super) from_allocated: Dong,
    pub(super) from_waiting: Dong,
    pub(super) pay_before: Option<Timestamp>,
    pub(super) lapses_at: Option<Timestamp>,
    pub(super) receipt_facts: Option<String>,
    pub(super) parts: Vec<(ExceptionId, WaitingPart)>,
    pub(super) orders: Vec<OrderId>,
    pub(super) paid: Option<PaidFacts>,
}

/// An order as the batch found it and as it leaves it.
#[derive(Clone, Debug)]
pub(super) struct OrderWork {
    pub(super) facts: OrderFacts,
    pub(super) notice: NoticeId,
    pub(super) kind: OrderKind,
    pub(super) from_state: OrderState,
    pub(super) failure_code: Option<String>,
    pub(super) payer_name: Option<String>,
    pub(super) payer_address: Option<String>,
}

/// An agency's open series and the head of its audit chain.
#[derive(Clone, Debug)]
pub(super) struct AgencyWork {
    pub(super) series: Vec<SeriesRow>,
    pub(super) head: Head,
    /// Which series, by its place, carries the head.
    pub(super) head_at: usize,
    /// Numbers and head as loaded, by place in `series`.
    pub(super) from: Vec<(i64, i64)>,
}

/// Everything a batch needs to know.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) accounts: HashMap<AccountId, AccountFacts>,
    pub(super) notices: BTreeMap<NoticeId, NoticeWork>,
    pub(super) by_reference: HashMap<String, NoticeId>,
    pub(super) orders: BTreeMap<OrderId, OrderWork>,
    pub(super) by_provider_ref: HashMap<(AccountId, String), OrderId>,
    pub(super) agencies: BTreeMap<AgencyId, AgencyWork>,
    pub(super) ledger: Arc<HashMap<LedgerRef, LedgerAccountId>>,
    /// Payments that reports of this batch are further sightings of, by place in the batch.
    pub(super) sighted: HashMap<usize, PaymentId>,
}

impl Facts {
    /// Takes the rows of `lock_notices`: one a notice and order.
    pub(super) fn add_notices(&mut self, rows: Vec<NoticeOrder>) {
        for row in rows {
            let notice = self.notices.entry(row.id).or_insert_with(|| notice_work(&row));
            self.by_reference.insert(row.reference.to_string(), row.id);
            let (
                Some(order),
                Some(account),
                Some(kind),
                Some(provider_ref),
                Some(amount),
                Some(state),
            ) = (
                row.order_id,
                row.order_account,
                row.order_kind,
                row.provider_ref,
                row.order_amount,
                row.order_state,
            )
            else {
                continue;
            };
            notice.orders.push(order);
            self.by_provider_ref.insert((account, provider_ref), order);
            let work = OrderWork {
                facts: OrderFacts { id: order, amount, state },
                notice: row.id,
                kind,
                from_state: state,
                failure_code: None,
                payer_name: row.payer_name,
                payer_address: row.payer_address,
            };
            self.orders.insert(order, work);
        }
    }

    /// Takes the open parts of notices.
    pub(super) fn add_waiting(&mut self, rows: &[WaitingRow]) {
        for row in rows {
            if let Some(notice) = self.notices.get_mut(&row.notice_id) {
                let paid = Paid { at: row.paid_at, on: row.paid_on, basis: row.paid_basis };
                let part = WaitingPart { payment: row.payment_id, amount: row.amount, paid };
                notice.parts.push((row.id, part));
                notice.facts.waiting.push(part);
            }
        }
    }

    /// Takes the locked series, agency by agency.
    pub(super) fn add_series(&mut self, rows: Vec<SeriesRow>) {
        for row in rows {
            let agency = self.agencies.entry(row.agency_id).or_insert_with(|| AgencyWork {
                series: Vec::new(),
                head: Head::EMPTY,
                head_at: 0,
                from: Vec::new(),
            });
            if row.carries_head {
                agency.head = Head { seq: row.audit_seq, hash: row.audit_hash.0 };
                agency.head_at = agency.series.len();
            }
            agency.from.push((row.last_number, row.audit_seq));
            agency.series.push(row);
        }
    }
}

fn notice_work(row: &NoticeOrder) -> NoticeWork {
    NoticeWork {
        facts: NoticeFacts {
            id: row.id,
            reference: row.reference.clone(),
            agency: row.agency_id,
            account: row.account_id,
            amount: row.amount,
            allocated: row.allocated,
            state: row.state,
            waiting: Vec::new(),
        },
        court: row.court_id,
        case: row.case_id,
        from_state: row.state,
        from_allocated: row.allocated,
        from_waiting: row.waiting,
        pay_before: row.pay_before,
        lapses_at: row.lapses_at,
        receipt_facts: row.receipt_facts.clone(),
        parts: Vec::new(),
        orders: Vec::new(),
        paid: None,
    }
}
