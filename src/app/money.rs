//! What has been asked for, paid and receipted, read for other systems.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, Caller, Error, cases::CaseView};
use crate::{
    domain::{
        fee::{self, Answer, QuoteError, Tree},
        id::{CourtId, ReceiptId},
        receipt::Facts,
        staff::Scope,
    },
    store::{
        Tx,
        court::{AgencyRow, CourtRow},
        notice::AddresseeRow,
        order::OrderRow,
        receipt::ReceiptRow,
    },
};

pub use crate::store::{
    notice::{ListedNotice, NoticeFilter, NoticeRow},
    statement::PaymentRow,
};

/// Which rows of a list.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// At most so many rows.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

/// A notice with all that hangs on it.
#[derive(Clone, Debug)]
pub struct NoticeDetail {
    /// The notice.
    pub notice: NoticeRow,
    /// Its case.
    pub case: CaseView,
    /// Its court.
    pub court: CourtRow,
    /// Who collects.
    pub collector: AgencyRow,
    /// Who owes it, each with the number of the document where the caller may see it.
    pub payers: Vec<(AddresseeRow, Option<String>)>,
    /// The link that the paper carries, once issued.
    pub lookup_url: Option<String>,
    /// Its orders, the standing one first.
    pub orders: Vec<OrderRow>,
    /// Its live receipt.
    pub receipt: Option<ReceiptDetail>,
}

/// A receipt and what it says.
#[derive(Clone, Debug)]
pub struct ReceiptDetail {
    /// The row.
    pub row: ReceiptRow,
    /// What it says.
    pub facts: Facts,
    /// Where anyone checks it.
    pub check_url: String,
}

impl App {
    /// Answers a question to the fee engine; nothing is kept.
    pub fn quote(&self, question: &Tree) -> Result<Answer, QuoteError> {
        fee::answer(&self.tables.law, &self.tables.law_settings, question)
    }

    /// Every court, by code, each with who collects its advances.
    pub async fn courts(&self, page: Page) -> Result<Vec<(CourtRow, Option<AgencyRow>)>, Error> {
        let mut tx = self.store.read().await?;
        let courts = tx.courts().await?;
        let agencies = tx.agencies().await?;
        let (skip, take) = (count(page.offset), count(page.limit));
        let shown = courts.into_iter().skip(skip).take(take).map(|court| {
            let by = agencies.iter().find(|agency| Some(agency.id) == court.collector_id);
            (court, by.cloned())
        });
        Ok(shown.collect())
    }

    /// The codes of courts.
    pub async fn court_codes(
        &self,
        courts: impl IntoIterator<Item = CourtId>,
    ) -> Result<BTreeMap<CourtId, String>, Error> {
        let courts: BTreeSet<CourtId> = courts.into_iter().collect();
        let mut tx = self.store.read().await?;
        let mut codes = BTreeMap::new();
        for id in courts {
            if let Some(court) = tx.court(id).await? {
                codes.insert(id, court.code);
            }
        }
        Ok(codes)
    }

    /// Notices within the caller's scope, newest first.
    pub async fn notices(
        &self,
        caller: &Caller,
        filter: &NoticeFilter<'_>,
    ) -> Result<Vec<ListedNotice>, Error> {
        Ok(self.store.read().await?.notices(caller.scope, filter).await?)
    }

    /// A notice within the caller's scope, by its reference.
    pub async fn notice_detail(
        &self,
        caller: &Caller,
        reference: &str,
    ) -> Result<NoticeDetail, Error> {
        let mut tx = self.store.read().await?;
        let notice = notice_of(&mut tx, caller, reference).await?;
        let case = self.case_in(&mut tx, notice.case_id).await?;
        let court = tx.court(notice.court_id).await?.ok_or(Error::NotFound)?;
        let collector = tx.agency(notice.agency_id).await?.ok_or(Error::NotFound)?;
        let addressees = tx.addressees(notice.id).await?;
        let orders = tx.orders_of(notice.id).await?;
        let receipt = tx.receipt_of(notice.id).await?;
        let payers = addressees.into_iter().map(|row| self.payer(caller, &case, row));
        let lookup_url = notice.issued_at.map(|_| self.lookup_address(&notice)).transpose()?;
        Ok(NoticeDetail {
            payers: payers.collect::<Result<_, _>>()?,
            receipt: receipt.map(|row| self.receipt_detail(row)).transpose()?,
            notice,
            case,
            court,
            collector,
            lookup_url,
            orders,
        })
    }

    /// A court's own system gave the numbers and gets them whole; an agency sees them masked.
    fn payer(
        &self,
        caller: &Caller,
        case: &CaseView,
        row: AddresseeRow,
    ) -> Result<(AddresseeRow, Option<String>), Error> {
        let document = match caller.scope {
            Scope::All | Scope::Court { .. } => self.document_of(row.document.as_deref())?,
            Scope::Agency { .. } => {
                let party = case.parties.iter().find(|party| party.row.id == row.party_id);
                party.and_then(|party| party.document.clone())
            }
        };
        Ok((row, document))
    }

    /// The payments of a notice within the caller's scope, newest first.
    pub async fn payments_of(
        &self,
        caller: &Caller,
        reference: &str,
        page: Page,
    ) -> Result<Vec<PaymentRow>, Error> {
        let mut tx = self.store.read().await?;
        let notice = notice_of(&mut tx, caller, reference).await?;
        let of = Some(notice.reference.as_str());
        Ok(tx.payments(caller.scope, of, (page.limit, page.offset)).await?)
    }

    /// Payments within the caller's scope, newest first, one row a payment and notice.
    pub async fn payments(
        &self,
        caller: &Caller,
        reference: Option<&str>,
        page: Page,
    ) -> Result<Vec<PaymentRow>, Error> {
        let mut tx = self.store.read().await?;
        Ok(tx.payments(caller.scope, reference, (page.limit, page.offset)).await?)
    }

    /// Receipts within the caller's scope, newest first.
    pub async fn receipts(
        &self,
        caller: &Caller,
        reference: Option<&str>,
        page: Page,
    ) -> Result<Vec<ReceiptDetail>, Error> {
        let mut tx = self.store.read().await?;
        let rows = tx.receipts(caller.scope, reference, (page.limit, page.offset)).await?;
        rows.into_iter().map(|row| self.receipt_detail(row)).collect()
    }

    /// How many receipts there are within the caller's scope.
    pub async fn receipt_count(&self, caller: &Caller) -> Result<usize, Error> {
        Ok(count(self.store.read().await?.count_receipts(caller.scope).await?))
    }

    /// A receipt within the caller's scope.
    pub async fn receipt(&self, caller: &Caller, id: ReceiptId) -> Result<ReceiptDetail, Error> {
        let row = self.store.read().await?.receipt(caller.scope, id).await?;
        self.receipt_detail(row.ok_or(Error::NotFound)?)
    }

    fn receipt_detail(&self, row: ReceiptRow) -> Result<ReceiptDetail, Error> {
        let facts = Facts::from_record(&row.record)
            .ok_or_else(|| Error::internal(format!("receipt {} does not read", row.id)))?;
        let check_url = format!("{}/bien-lai/{}", self.site, row.code);
        Ok(ReceiptDetail { row, facts, check_url })
    }
}

async fn notice_of(tx: &mut Tx, caller: &Caller, reference: &str) -> Result<NoticeRow, Error> {
    tx.notice_by_reference(caller.scope, reference).await?.ok_or(Error::NotFound)
}

fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
}
