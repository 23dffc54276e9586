//! Numbers for receipts, and the event that tells of them.

use super::{Item, Plan, PlanError, record};
use crate::{
    domain::{
        id::{NoticeId, OrderId, ReceiptId},
        receipt::{ContentHash, LookupCode},
        time::Timestamp,
    },
    store::engine::rows,
};

/// A receipt that got its number.
pub(super) struct Numbered {
    pub(super) id: ReceiptId,
    pub(super) hash: [u8; 32],
    pub(super) issued_at: Timestamp,
    symbol: String,
    number: i64,
}

impl Plan<'_> {
    pub(super) fn number(
        &mut self,
        item: &Item,
        notice: NoticeId,
        order: Option<OrderId>,
    ) -> Result<Numbered, PlanError> {
        let agency_id = self.agency(item.account)?;
        let id: ReceiptId = self.id();
        let mut bytes = [0; 12];
        self.tools.random.fill(&mut bytes);
        let code = LookupCode::from_random(bytes);
        let work = self.facts.notices.get(&notice).ok_or(PlanError::Missing("the notice"))?;
        let order = order.and_then(|id| self.facts.orders.get(&id));
        let agency =
            self.facts.agencies.get_mut(&agency_id).ok_or(PlanError::Missing("the series"))?;
        let year = self.tools.now.day().year();
        let series = agency
            .series
            .iter_mut()
            .find(|s| s.open && s.office_id.is_none() && s.year == i64::from(year))
            .ok_or(PlanError::NoSeries { agency: agency_id, year })?;
        // The issue time never falls as the number rises, even when the clock steps back (I-06).
        let issued_at =
            series.last_issued_at.map_or(self.tools.now, |last| last.max(self.tools.now));
        series.last_number += 1;
        series.last_issued_at = Some(issued_at);
        let facts = work.receipt_facts.as_deref().ok_or(PlanError::Missing("receipt facts"))?;
        let payer = order
            .and_then(|o| o.payer_name.as_deref().map(|name| (name, o.payer_address.as_deref())));
        let printed = record::facts(record::Issue {
            facts: &serde_json::from_str(facts)?,
            series,
            code: code.clone(),
            issued_at,
            amount: work.facts.amount,
            report: &item.report,
            gateway: item.gateway.as_deref(),
            payer,
        })?;
        printed.check().map_err(PlanError::Receipt)?;
        let record = printed.record();
        let hash = *ContentHash::of(&record).bytes();
        let numbered = Numbered {
            id,
            hash,
            issued_at,
            symbol: series.symbol.clone(),
            number: series.last_number,
        };
        self.writes.receipts.push(rows::Receipt {
            id,
            series_id: series.id,
            number: series.last_number,
            agency_id,
            court_id: work.court,
            notice_id: notice,
            amount: work.facts.amount,
            issued_at,
            code: code.to_string(),
            form_version: format!("{} {}", printed.form.code, printed.form.effective),
            record,
            content_hash: hash,
        });
        Ok(numbered)
    }

    pub(super) fn announce(
        &mut self,
        notice: NoticeId,
        receipt: &Numbered,
    ) -> Result<(), PlanError> {
        let id = self.id();
        let work = self.notice(notice)?;
        let payload = serde_json::json!({
            "notice": notice,
            "reference": work.facts.reference.as_str(),
            "amount": work.facts.amount,
            "receipt": { "symbol": receipt.symbol, "number": receipt.number },
            "timeliness": work.paid.map(|paid| paid.timeliness),
        });
        let (court_id, agency_id) = (Some(work.court), Some(work.facts.agency));
        self.writes.outbox.push(rows::Outbox {
            id,
            event: "notice.paid",
            court_id,
            agency_id,
            entity_id: notice.uuid().as_simple().to_string(),
            payload,
            at: self.tools.now,
        });
        Ok(())
    }
}
