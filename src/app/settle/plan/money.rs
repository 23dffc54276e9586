//! The rows of a payment: where the money is booked, what it settles, what is left.

use uuid::Uuid;

use super::{Effects, Item, Money, Plan, PlanError, Tools, Verdict};
use crate::{
    app::{settle::facts::PaidFacts, vault::Purpose},
    domain::{
        exception::{ExceptionKind, ExceptionState},
        id::{
            AllocationId, CaseId, CourtId, ExceptionId, InboxId, NoticeId, OrderId, PaymentId,
            PostingGroupId, ReceiptId, SightingId,
        },
        ledger::{
            LedgerKind, LedgerRef, Posting, PostingCause, PostingError, PostingGroup, Side, Subject,
        },
        money::Dong,
        notice::{NoticeEvent, WaitingPart},
        order::OrderEvent,
        payment::{Address, Paid, Source},
        settle::{Rest, Rule, Settlement},
        time::Timestamp,
    },
    store::engine::rows,
};

impl Plan<'_> {
    pub(super) fn money(
        &mut self,
        item: &Item,
        inbox: Option<InboxId>,
        money: &Money,
    ) -> Result<Verdict, PlanError> {
        let payment: PaymentId = self.id();
        self.writes.payments.push(self.payment_row(payment, item, money.order)?);
        let (source_id, rule) = identity(item, money);
        self.sight(item, inbox, payment, (source_id, rule));
        let group = self.book_payment(item, payment, money)?;
        let mut effects = Effects::default();
        effects.add_group(group);
        let mut settled = Vec::new();
        for settlement in &money.settlements {
            let with = std::mem::take(&mut effects);
            let receipt = self.settle(item, payment, settlement, money.order, with)?;
            settled.push((settlement.notice, receipt));
        }
        let exception = match &money.rest {
            Some(rest) => {
                self.leave(item, payment, rest, &effects, inbox)?;
                Some(rest.kind)
            }
            None => None,
        };
        Ok(Verdict::Money { payment, settled, exception })
    }

    fn payment_row(
        &self,
        id: PaymentId,
        item: &Item,
        order: Option<OrderId>,
    ) -> Result<rows::Payment, PlanError> {
        let account =
            self.facts.accounts.get(&item.account).ok_or(PlanError::Missing("the account"))?;
        let report = &item.report;
        let Tools { vault, random, now } = self.tools;
        let payer_account = report.counterparty.account.as_deref();
        Ok(rows::Payment {
            id,
            account_id: item.account,
            agency_id: account.agency,
            source: report.source,
            amount: report.amount,
            order_id: order,
            paid_at: report.paid_at,
            paid_on: report.paid_on,
            paid_basis: report.paid_basis,
            received_at: item.received_at,
            value_date: report.value_date,
            recorded_at: now,
            payer_name: report.counterparty.name.clone(),
            payer_account: payer_account
                .map(|number| vault.seal(Purpose::BankAccount, number.as_bytes(), random)),
            payer_account_index: payer_account
                .map(|number| vault.index(Purpose::BankAccount, "", number).to_vec()),
            memo: match &report.address {
                Address::Memo(memo) => Some(memo.clone()),
                Address::Attempt(_) => None,
            },
            bank_reference: report.reference().map(str::to_owned),
        })
    }

    pub(super) fn sight(
        &mut self,
        item: &Item,
        inbox: Option<InboxId>,
        payment: PaymentId,
        (source_id, rule): (String, &'static str),
    ) {
        let id: SightingId = self.id();
        self.writes.sightings.push(rows::Sighting {
            id,
            payment_id: payment,
            account_id: item.account,
            source: item.report.source,
            source_id,
            inbox_id: inbox,
            line_id: item.line,
            seen_at: item.received_at,
        });
        if let Some(line) = item.line {
            self.writes.lines.push(rows::Line {
                id: line,
                outcome: "payment",
                rule: Some(rule.to_owned()),
                payment_id: Some(payment),
            });
        }
    }

    /// Debit the place where the money is, credit each notice's advance, the rest unidentified.
    fn book_payment(
        &mut self,
        item: &Item,
        payment: PaymentId,
        money: &Money,
    ) -> Result<(PostingGroupId, [u8; 32]), PlanError> {
        let agency = self.agency(item.account)?;
        let place = match item.report.source {
            Source::Gateway => LedgerKind::Clearing,
            Source::Push | Source::Statement => LedgerKind::Bank,
            Source::Counter => LedgerKind::Cash,
        };
        let ledger = |kind, account| LedgerRef { agency, account, kind };
        let paid = Some(payment);
        let mut lines = vec![Posting {
            ledger: ledger(place, Some(item.account)),
            side: Side::Debit,
            amount: item.report.amount,
            subject: Subject { payment: paid, ..Subject::default() },
        }];
        for settlement in &money.settlements {
            let case = self.facts.notices.get(&settlement.notice).map(|work| work.case);
            lines.push(Posting {
                ledger: ledger(LedgerKind::AdvancesHeld, None),
                side: Side::Credit,
                amount: settlement.amount,
                subject: Subject { notice: Some(settlement.notice), payment: paid, case },
            });
        }
        if let Some(rest) = &money.rest {
            lines.push(Posting {
                ledger: ledger(LedgerKind::Unidentified, None),
                side: Side::Credit,
                amount: rest.amount,
                subject: Subject { payment: paid, ..Subject::default() },
            });
        }
        self.book(item, paid, &PostingGroup::new(PostingCause::Payment, lines)?)
    }

    /// Waiting money becomes part of an advance.
    pub(super) fn book_part(
        &mut self,
        item: &Item,
        part: &WaitingPart,
        notice: NoticeId,
        case: CaseId,
    ) -> Result<(PostingGroupId, [u8; 32]), PlanError> {
        let agency = self.agency(item.account)?;
        let paid = Some(part.payment);
        let line = |kind, side, subject| Posting {
            ledger: LedgerRef { agency, account: None, kind },
            side,
            amount: part.amount,
            subject,
        };
        let from = Subject { payment: paid, ..Subject::default() };
        let to = Subject { notice: Some(notice), payment: paid, case: Some(case) };
        let lines = vec![
            line(LedgerKind::Unidentified, Side::Debit, from),
            line(LedgerKind::AdvancesHeld, Side::Credit, to),
        ];
        self.book(item, paid, &PostingGroup::new(PostingCause::Allocation, lines)?)
    }

    fn book(
        &mut self,
        item: &Item,
        payment: Option<PaymentId>,
        group: &PostingGroup,
    ) -> Result<(PostingGroupId, [u8; 32]), PlanError> {
        let id: PostingGroupId = self.id();
        let digest = group.digest();
        self.writes.groups.push(rows::Group {
            id,
            agency_id: self.agency(item.account)?,
            cause: group.cause(),
            booked_on: self.tools.now.day(),
            posted_at: self.tools.now,
            payment_id: payment,
            line_id: item.line,
            digest,
        });
        for (position, posting) in (1i64..).zip(group.postings()) {
            let ledger = *self
                .facts
                .ledger
                .get(&posting.ledger)
                .ok_or(PlanError::Missing("a ledger account"))?;
            let balance = self.balances.entry(ledger).or_insert(Dong::ZERO);
            *balance = balance.checked_add(posting.effect()).ok_or(PostingError::Amount)?;
            self.writes.postings.push(rows::Posting {
                group_id: id,
                position,
                ledger_account_id: ledger,
                side: posting.side,
                amount: posting.amount,
                notice_id: posting.subject.notice,
                payment_id: posting.subject.payment,
                case_id: posting.subject.case,
            });
        }
        Ok((id, digest))
    }

    /// One notice becomes paid: allocations, state, order, receipt, audit, event.
    pub(super) fn settle(
        &mut self,
        item: &Item,
        payment: PaymentId,
        settlement: &Settlement,
        order: Option<OrderId>,
        mut effects: Effects,
    ) -> Result<ReceiptId, PlanError> {
        let notice = settlement.notice;
        self.allocate(payment, notice, settlement.amount, settlement.rule);
        for part in &settlement.joined {
            self.allocate(part.payment, notice, part.amount, settlement.rule);
            let case = self.notice(notice)?.case;
            let group = self.book_part(item, part, notice, case)?;
            effects.add_group(group);
            self.clear_part(item, notice, part)?;
        }
        let order = order.or_else(|| {
            self.standing_order(notice).filter(|id| {
                let order = self.facts.orders.get(id);
                order.is_some_and(|o| o.facts.state.after(OrderEvent::Settle).is_ok())
            })
        });
        let numbered = self.number(item, notice, order)?;
        effects.receipts.push(numbered.hash);
        effects.receipt_ids.push(numbered.id);
        let chain = self.chain(item.account)?;
        let audit = self.act(item, chain, ("notice.paid", "notice", notice.uuid()), &effects);
        let parts = settlement.joined.iter().map(|part| part.paid);
        let paid = parts.fold(item.report.paid(), Paid::later);
        self.pay_notice(paid, notice, numbered.issued_at, audit)?;
        if let Some(order) = order {
            self.step_order(order, OrderEvent::Settle, audit, None)?;
        }
        self.change(("receipt", numbered.id.uuid()), (None, "numbered"), audit);
        self.announce(notice, &numbered)?;
        Ok(numbered.id)
    }

    fn allocate(&mut self, payment: PaymentId, notice: NoticeId, amount: Dong, rule: Rule) {
        let id: AllocationId = self.id();
        self.writes.allocations.push(rows::Allocation {
            id,
            payment_id: payment,
            notice_id: notice,
            amount,
            rule,
            made_at: self.tools.now,
        });
    }

    /// The exception that held a part ends; it may be one of this very batch.
    fn clear_part(
        &mut self,
        item: &Item,
        notice: NoticeId,
        part: &WaitingPart,
    ) -> Result<(), PlanError> {
        let work = self.facts.notices.get_mut(&notice).ok_or(PlanError::Missing("the notice"))?;
        let place = work.parts.iter().position(|(_, held)| held == part);
        let (exception, _) =
            work.parts.remove(place.ok_or(PlanError::Missing("the waiting part"))?);
        work.facts.waiting.retain(|held| held != part);
        let (by, why) = (item.actor.id.clone(), "the parts add up".to_owned());
        if let Some(row) = self.writes.exceptions.iter_mut().find(|row| row.id == exception) {
            row.state = ExceptionState::Cleared;
            row.cleared_at = Some(self.tools.now);
            row.cleared_by = Some(by);
            row.cleared_why = Some(why);
        } else {
            self.writes.cleared.push(rows::Cleared {
                id: exception,
                cleared_at: self.tools.now,
                cleared_by: by,
                cleared_why: why,
            });
        }
        Ok(())
    }

    fn pay_notice(
        &mut self,
        paid: Paid,
        notice: NoticeId,
        receipt_at: Timestamp,
        audit: Uuid,
    ) -> Result<(), PlanError> {
        let work = self.facts.notices.get_mut(&notice).ok_or(PlanError::Missing("the notice"))?;
        let from = work.facts.state;
        work.facts.state = from.after(NoticeEvent::Settle)?;
        work.facts.allocated = work.facts.amount;
        let moment = paid.moment();
        let timeliness = match (work.pay_before, work.lapses_at) {
            (Some(pay_before), _) if moment < pay_before => "in_time",
            (Some(_), Some(lapses_at)) if moment < lapses_at => "tolerated",
            (Some(_), _) => "late",
            (None, _) => "in_time",
        };
        work.paid = Some(PaidFacts { by: paid, timeliness, receipt_at });
        let to = work.facts.state.code();
        self.change(("notice", notice.uuid()), (Some(from.code()), to), audit);
        Ok(())
    }

    pub(super) fn leave(
        &mut self,
        item: &Item,
        payment: PaymentId,
        rest: &Rest,
        effects: &Effects,
        inbox: Option<InboxId>,
    ) -> Result<(), PlanError> {
        let id: ExceptionId = self.id();
        let mut row = self.exception_row(id, item, rest, Some(payment), None)?;
        row.inbox_id = inbox;
        self.writes.exceptions.push(row);
        if let (ExceptionKind::Short, Some(notice)) = (rest.kind, rest.notice) {
            let work =
                self.facts.notices.get_mut(&notice).ok_or(PlanError::Missing("the notice"))?;
            let part = WaitingPart { payment, amount: rest.amount, paid: item.report.paid() };
            work.parts.push((id, part));
            work.facts.waiting.push(part);
        }
        let chain = self.chain(item.account)?;
        self.act(item, chain, ("payment.excepted", "payment", payment.uuid()), effects);
        Ok(())
    }

    pub(super) fn exception_row(
        &self,
        id: ExceptionId,
        item: &Item,
        rest: &Rest,
        payment: Option<PaymentId>,
        order: Option<OrderId>,
    ) -> Result<rows::Exception, PlanError> {
        let court: Option<CourtId> =
            rest.notice.and_then(|notice| self.facts.notices.get(&notice)).map(|work| work.court);
        Ok(rows::Exception {
            id,
            agency_id: self.agency(item.account)?,
            court_id: court,
            kind: rest.kind,
            amount: rest.amount,
            payment_id: payment,
            line_id: item.line,
            notice_id: rest.notice,
            order_id: order,
            inbox_id: None,
            reason: None,
            state: ExceptionState::Open,
            bank_day: item.report.paid_on,
            raised_at: self.tools.now,
            cleared_at: None,
            cleared_by: None,
            cleared_why: None,
        })
    }
}

/// Under which id the payment is sighted, and by which rule it was placed.
///
/// A gateway's message with another sum than its order's (or for no order of ours) keeps its sum in
/// the id: should the gateway then report the same transaction with the right sum, that one is
/// money of its own and settles.
fn identity(item: &Item, money: &Money) -> (String, &'static str) {
    let rest = money.rest.as_ref().map(|rest| rest.kind);
    let source_id = match rest {
        Some(ExceptionKind::AmountDiffers | ExceptionKind::UnknownOrder) => {
            format!("{}/{}", item.report.source_id, item.report.amount.get())
        }
        _ => item.report.source_id.clone(),
    };
    let settled = money.settlements.first().map(|settlement| settlement.rule.code());
    (source_id, settled.or(rest.map(ExceptionKind::code)).unwrap_or("payment"))
}
