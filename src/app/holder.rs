//! What the holder of a notice may see of it, gathered in one read.

mod outcome;

use std::time::Duration;

use super::{
    App, Error, checkout,
    lookup::Opened,
    papers::{self, Worked, number_of},
    vault::Purpose,
    worked,
};
use crate::{
    codec::{qr::Qr, vietqr::VietQr},
    domain::{
        calendar::Reading,
        case::{CaseKind, GroupKind, Instance},
        deadline::{CitedLimit, LimitKind},
        exception::ExceptionKind,
        id::{NoticeId, OrderId},
        order::OrderKind,
        receipt::Facts,
        settle::IssueMode,
        staff::Scope,
        time::Timestamp,
    },
    store::{
        Tx,
        account::AccountRow,
        case::GroupRow,
        court::{AgencyRow, CourtRow},
        exception::OpenMoney,
        notice::{AddresseeRow, NoticeRow},
        order::OrderRow,
        receipt::ReceiptRow,
    },
};

pub use outcome::Outcome;

/// By this hour of the next working day its statement is imported at the latest.
const STATEMENT_HOUR: i64 = 17;

/// How long a payer who comes back waits for the provider to be asked.
const PATIENCE: Duration = Duration::from_secs(2);

/// An order as pages see it.
pub type Order = OrderRow;

/// A receipt as pages see it.
pub type Receipt = ReceiptRow;

/// A notice with everything that its pages show.
#[derive(Clone, Debug)]
pub struct Held {
    /// How it was opened.
    pub opened: Opened,
    /// The court that issued it.
    pub court: CourtRow,
    /// The collecting agency.
    pub agency: AgencyRow,
    /// What the case is.
    pub kind: CaseKind,
    /// At which instance.
    pub instance: Instance,
    /// What the notice is for.
    pub group: GroupRow,
    /// Who owes it.
    pub addressees: Vec<AddresseeRow>,
    /// Its orders, the standing one and every attempt.
    pub orders: Vec<OrderRow>,
    /// Its receipt.
    pub receipt: Option<ReceiptRow>,
    /// The receipt's facts.
    pub receipt_facts: Option<Facts>,
    /// The law's time limit.
    pub limit: CitedLimit,
    /// How the sum was worked out.
    pub rows: Vec<worked::Row>,
    /// By which schedule.
    pub worked: Worked,
    /// Gateways of the agency that take what is missing.
    pub gateways: Vec<AccountRow>,
    /// Pushes of the bank account that the notice prints settle it; else its statement does.
    pub pushes: bool,
    /// When the next statement is imported at the latest, by the working calendar.
    pub statement_by: Timestamp,
    /// When the notice came to where it stands.
    pub since: Option<Timestamp>,
    /// When each order came to where it stands.
    pub order_since: Vec<(OrderId, Timestamp)>,
    /// Money for this notice that waits for a person or for the rest.
    pub open_money: Vec<OpenMoney>,
    /// The other agency that holds such money.
    pub other_agency: Option<String>,
    /// The look-up secret of the notice that took this one's place; only for its own secret.
    pub replaced_by: Option<String>,
}

impl Held {
    /// The notice.
    pub const fn notice(&self) -> &NoticeRow {
        &self.opened.notice
    }

    /// `12/2026/TB-TA`.
    pub fn number(&self) -> String {
        number_of(self.notice())
    }

    /// The order that lives as long as the notice.
    pub fn standing(&self) -> Option<&OrderRow> {
        self.orders.iter().find(|order| order.kind == OrderKind::Standing)
    }

    /// An attempt, or the standing order, by its reference.
    pub fn order(&self, provider_ref: &str) -> Option<&OrderRow> {
        self.orders.iter().find(|order| order.provider_ref == provider_ref)
    }

    /// The kind of group.
    pub const fn group_kind(&self) -> GroupKind {
        self.group.kind
    }
}

impl App {
    /// Opens a notice by what stands in its address and gathers what its pages show.
    pub async fn held(&self, lookup: &str) -> Result<Held, Error> {
        let opened = self.open_notice(lookup).await?;
        let mut tx = self.store.read().await?;
        let notice = opened.notice.clone();
        let lost = || Error::internal(format!("notice {} lost what it points to", notice.id));
        let court = tx.court(notice.court_id).await?.ok_or_else(lost)?;
        let agency = tx.agency(notice.agency_id).await?.ok_or_else(lost)?;
        let case = tx.case(Scope::All, notice.case_id).await?.ok_or_else(lost)?;
        let groups = tx.groups(notice.case_id).await?;
        let group = groups.into_iter().find(|row| row.id == notice.group_id).ok_or_else(lost)?;
        let addressees = tx.addressees(notice.id).await?;
        let orders = tx.orders_of(notice.id).await?;
        let receipt = tx.receipt_of(notice.id).await?;
        let assessment = tx.assessment(notice.assessment_id).await?;
        let accounts = tx.accounts().await?;
        let replaced_by = match notice.replaced_by {
            Some(id) if opened.key == super::lookup::Key::Secret => {
                self.secret_of(&mut tx, id).await?
            }
            _ => None,
        };
        let order_since = order_since(&mut tx, &orders).await?;
        let since = tx.entered(notice.id.uuid(), notice.state.code()).await?;
        let open_money = tx.open_money_of(notice.id).await?;
        let other_agency = other_agency(&mut tx, &notice, &open_money).await?;
        tx.rollback().await?;
        let kind = LimitKind::from_code(&notice.limit_kind).ok_or_else(lost)?;
        let day = notice.issued_at.unwrap_or(notice.drafted_at).day();
        let limit = self.tables.limits.of(kind, notice.served_on.unwrap_or(day)).shown.clone();
        let (rows, worked) = self.worked_rows(&assessment)?;
        let gateways = self.gateways(accounts, (&notice, &agency));
        let provider = orders
            .iter()
            .find(|order| order.kind == OrderKind::Standing)
            .and_then(|order| self.channels.registry().get(&order.account_name));
        let pushes = agency.issue == IssueMode::AtSettlement
            && provider.is_some_and(|provider| provider.proves_money());
        let receipt_facts = receipt.as_ref().and_then(|row| Facts::from_record(&row.record));
        Ok(Held {
            opened,
            court,
            agency,
            kind: case.kind,
            instance: case.instance,
            group,
            addressees,
            orders,
            receipt,
            receipt_facts,
            limit,
            rows,
            worked,
            gateways,
            pushes,
            statement_by: self.statement_by(),
            since,
            order_since,
            open_money,
            other_agency,
            replaced_by,
        })
    }

    /// Gateways of the notice's agency that take what is missing.
    fn gateways(
        &self,
        accounts: Vec<AccountRow>,
        (notice, agency): (&NoticeRow, &AgencyRow),
    ) -> Vec<AccountRow> {
        let due = checkout::missing(notice, agency.parts);
        let takes = |account: &AccountRow| {
            let provider = self.channels.registry().get(&account.name);
            let door = provider.and_then(|provider| provider.checkout());
            door.zip(due).is_some_and(|(door, due)| door.takes(due))
        };
        let of_agency =
            accounts.into_iter().filter(|account| account.agency_id == notice.agency_id);
        of_agency.filter(takes).collect()
    }

    async fn secret_of(&self, tx: &mut Tx, id: NoticeId) -> Result<Option<String>, Error> {
        let Some(notice) = tx.notice(Scope::All, id).await? else { return Ok(None) };
        let secret = self.vault.open_text(Purpose::Lookup, &notice.lookup);
        secret.map(Some).map_err(Error::internal)
    }

    fn statement_by(&self) -> Timestamp {
        let today = self.clock.today();
        let next = self.tables.calendar.working_day_after(today, 1, Reading::Late).ok();
        // Where the year is not announced yet: no rest of ours, Tết among them, lasts longer.
        let day = next.or_else(|| today.plus(10)).unwrap_or(today);
        day.start().plus(chrono::TimeDelta::hours(STATEMENT_HOUR))
    }

    /// The text of the VietQR code of a transfer; none where the bank takes none.
    pub fn transfer_text(
        &self,
        order: &OrderRow,
        due: crate::domain::money::Dong,
    ) -> Option<String> {
        let bin = order.bank_bin.as_deref()?;
        let by_qr = self.tables.banks.get(bin).is_none_or(|bank| bank.by_qr);
        let number = order.number.as_deref().filter(|_| by_qr)?;
        let memo = order.provider_ref.split('-').next().unwrap_or_default();
        Some(VietQr::transfer(bin, number, Some(due), memo).build().ok()?.to_string())
    }

    /// A text as a QR code: its side in modules, quiet zone included, and one SVG path.
    pub fn drawn(&self, text: &str) -> Option<(usize, String)> {
        let code = Qr::of(text).ok()?;
        Some((code.side(), code.path()))
    }

    /// A text as a QR code in PNG, `scale` pixels a module.
    pub fn picture(&self, text: &str, scale: u8) -> Option<Vec<u8>> {
        Qr::of(text).ok()?.png(scale).ok()
    }

    /// The paper of a notice that its holder opened.
    pub async fn issued_paper(&self, notice: &NoticeRow) -> Result<Vec<u8>, Error> {
        let mut tx = self.store.read().await?;
        self.notice_paper(&mut tx, notice).await
    }

    /// Asks the provider about an order once, for no longer than a payer waits.
    pub async fn ask_now(&self, order: OrderId) -> Result<(), Error> {
        let asked = tokio::time::timeout(PATIENCE, self.ask(order)).await;
        asked.unwrap_or(Err(Error::Busy))
    }

    /// The host that people type.
    pub fn host(&self) -> &str {
        papers::host(&self.site)
    }

    /// The text of a receipt's QR code.
    pub fn receipt_text(&self, held: &Held) -> Option<String> {
        self.signed_text(held.receipt_facts.as_ref()?, &held.agency).ok()
    }
}

/// When each order came to where it stands.
async fn order_since(tx: &mut Tx, orders: &[OrderRow]) -> Result<Vec<(OrderId, Timestamp)>, Error> {
    let mut known = Vec::with_capacity(orders.len());
    for order in orders {
        let since = tx.entered(order.id.uuid(), order.state.code()).await?;
        known.extend(since.map(|since| (order.id, since)));
    }
    Ok(known)
}

async fn other_agency(
    tx: &mut Tx,
    notice: &NoticeRow,
    open: &[OpenMoney],
) -> Result<Option<String>, Error> {
    let elsewhere = |money: &&OpenMoney| {
        money.kind == ExceptionKind::OtherAgency && money.agency_id != notice.agency_id
    };
    let Some(money) = open.iter().find(elsewhere) else { return Ok(None) };
    Ok(tx.agency(money.agency_id).await?.map(|agency| agency.name))
}
