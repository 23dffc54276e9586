//! One batch: load, plan, write, commit.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    Item,
    facts::Facts,
    plan::{Outcome, Plan, PlanError, Tools, Verdict},
};
use crate::{
    app::{
        random::{Random, new_id},
        vault::Vault,
    },
    domain::{
        audit::Head,
        exception::{ExceptionKind, ExceptionState},
        id::{AccountId, AgencyId, InboxId, LedgerAccountId, SeriesId},
        ledger::{LedgerKind, LedgerRef},
        payment::{Address, Direction, Source},
        reference_scan::scan,
        settle::{AccountFacts, Answer},
        sighting::{Recorded, Sighting, Trace, sightings},
        time::{Clock, Timestamp},
    },
    store::{
        Store, StoreError, Tx,
        columns::Hash,
        engine::{InboxEntry, KnownPayment, KnownQuery, rows},
        series::NewSeries,
    },
};

/// The form of receipts for advances paid online (TT 04/2023/TT-BTP).
pub const RECEIPT_FORM: &str = "C21-THADS-DVC";

/// The symbol of an agency that has none of its own yet.
const DEFAULT_SYMBOL: &str = "AP";

/// What the lane works with.
pub struct Settler {
    pub(super) store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(super) vault: Arc<Vault>,
    agencies: Mutex<HashMap<AccountId, AgencyId>>,
    /// Every batch takes the whole of it, so it is copied when it grows and shared otherwise.
    ledger: Mutex<Arc<HashMap<LedgerRef, LedgerAccountId>>>,
}

/// Why a batch was not written; nothing of it stays.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The store refused or is away.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The facts do not allow the plan.
    #[error(transparent)]
    Plan(Box<dyn std::error::Error + Send + Sync>),
}

impl BatchError {
    /// The database is away: nothing is wrong with the items.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_away())
    }
}

impl Settler {
    /// A settler on a store, with connections of its own where the engine has use for them.
    pub fn new(
        store: &Store,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        vault: Arc<Vault>,
    ) -> Self {
        let (agencies, ledger) = (Mutex::default(), Mutex::default());
        Self { store: store.for_lane(), clock, random, vault, agencies, ledger }
    }

    /// The present moment.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The source of randomness.
    pub(super) fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// Every ledger account that is open here, with its id.
    pub(super) fn ledger(&self) -> Arc<HashMap<LedgerRef, LedgerAccountId>> {
        Arc::clone(&locked(&self.ledger))
    }

    /// The id of an open ledger account.
    pub(super) fn ledger_account(&self, ledger: &LedgerRef) -> Option<LedgerAccountId> {
        locked(&self.ledger).get(ledger).copied()
    }

    async fn agency_of(&self, account: AccountId) -> Result<Option<AgencyId>, StoreError> {
        if let Some(agency) = locked(&self.agencies).get(&account) {
            return Ok(Some(*agency));
        }
        let accounts = self.store.read().await?.accounts().await?;
        let mut known = locked(&self.agencies);
        known.extend(accounts.iter().map(|row| (row.id, row.agency_id)));
        Ok(known.get(&account).copied())
    }

    /// Opens the books that items of `account` post to. Ids never change, so they are kept.
    pub async fn open_books(&self, account: AccountId, agency: AgencyId) -> Result<(), StoreError> {
        let wanted = [
            (LedgerKind::Bank, Some(account)),
            (LedgerKind::Clearing, Some(account)),
            (LedgerKind::Cash, Some(account)),
            (LedgerKind::AdvancesHeld, None),
            (LedgerKind::Unidentified, None),
            (LedgerKind::Fees, None),
            (LedgerKind::Interest, None),
            (LedgerKind::Opening, None),
        ]
        .map(|(kind, account)| LedgerRef { agency, account, kind });
        let known = Arc::clone(&locked(&self.ledger));
        if wanted.iter().all(|ledger| known.contains_key(ledger)) {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        for ledger in &wanted {
            tx.open_ledger_account(new_id(self.clock.now(), &*self.random), ledger).await?;
        }
        let accounts = tx.ledger_accounts(agency).await?;
        tx.commit().await?;
        Arc::make_mut(&mut locked(&self.ledger)).extend(accounts);
        Ok(())
    }

    /// Opens the agency's series for `year` and moves its audit head there.
    pub(super) async fn open_series(&self, agency: AgencyId, year: i32) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        let rows = tx.lock_series(&[agency]).await?;
        let year = i64::from(year);
        if rows.iter().any(|row| row.open && row.office_id.is_none() && row.year == year) {
            return tx.rollback().await;
        }
        let head = rows.iter().find(|row| row.carries_head);
        let symbol = tx.receipt_symbol(agency).await?;
        let symbol = symbol.as_deref().unwrap_or(DEFAULT_SYMBOL);
        tx.open_series(&NewSeries {
            id: new_id::<SeriesId>(self.clock.now(), &*self.random),
            agency,
            form_code: RECEIPT_FORM.to_owned(),
            year,
            symbol: format!("{symbol}/{:02}E", year % 100),
            last_number: 0,
            last_issued_at: None,
            head: head.map_or((0, Hash(Head::EMPTY.hash)), |row| (row.audit_seq, row.audit_hash)),
        })
        .await?;
        tx.commit().await
    }

    /// Keeps a report that makes its transaction fail: the message waits, a person is told once.
    pub(super) async fn set_aside(&self, item: &Item, why: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(agency) = self.agency_of(item.account).await? else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        let taken = take_in(self, &mut tx, std::slice::from_ref(item), now).await?;
        let inbox = match taken.first() {
            Some(Taken::Fresh(id)) => *id,
            Some(Taken::Repeat(_) | Taken::SameAs(_)) | None => None,
        };
        if !tx.is_set_aside(inbox, item.line).await? {
            let mut writes = rows::Writes::default();
            writes.exceptions.push(rows::Exception {
                id: self.new_id(now),
                agency_id: agency,
                court_id: None,
                kind: ExceptionKind::Poisoned,
                amount: item.report.amount,
                payment_id: None,
                line_id: item.line,
                notice_id: None,
                order_id: None,
                inbox_id: inbox,
                reason: Some(why.to_owned()),
                state: ExceptionState::Open,
                bank_day: item.report.paid_on,
                raised_at: now,
                cleared_at: None,
                cleared_by: None,
                cleared_why: None,
            });
            tx.write_batch(&writes).await?;
        }
        tx.commit().await
    }

    fn new_id<T: From<uuid::Uuid>>(&self, now: Timestamp) -> T {
        new_id(now, &*self.random)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Settles `items` in one transaction and says what became of each, in their order.
///
/// Statement lines and pushes must not be mixed in one batch: they may be two reports of one
/// transfer, and a batch looks only at what was recorded before it.
pub async fn settle_batch(settler: &Settler, items: &[Item]) -> Result<Vec<Outcome>, BatchError> {
    for _ in 0..2 {
        match try_batch(settler, items).await {
            Err(Failed::NoSeries { agency, year }) => settler.open_series(agency, year).await?,
            Err(Failed::Batch(error)) => return Err(error),
            Ok(outcomes) => return Ok(outcomes),
        }
    }
    Err(BatchError::Plan("the receipt series could not be opened".into()))
}

pub(super) enum Failed {
    NoSeries { agency: AgencyId, year: i32 },
    Batch(BatchError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Batch(error.into())
    }
}

impl From<PlanError> for Failed {
    fn from(error: PlanError) -> Self {
        match error {
            PlanError::NoSeries { agency, year } => Self::NoSeries { agency, year },
            PlanError::Missing(_)
            | PlanError::Illegal(_)
            | PlanError::Posting(_)
            | PlanError::ReceiptFacts(_)
            | PlanError::Receipt(_) => Self::Batch(BatchError::Plan(Box::new(error))),
        }
    }
}

async fn try_batch(settler: &Settler, items: &[Item]) -> Result<Vec<Outcome>, Failed> {
    let now = settler.clock.now();
    let mut agencies = HashMap::new();
    for account in items.iter().map(|item| item.account).collect::<BTreeSet<_>>() {
        let agency = settler.agency_of(account).await?;
        let agency = agency.ok_or(PlanError::Missing("the account"))?;
        settler.open_books(account, agency).await?;
        agencies.insert(account, agency);
    }
    let mut tx = settler.store.begin().await?;
    let inbox = take_in(settler, &mut tx, items, now).await?;
    let mut facts = load(settler, &mut tx, items, &inbox, &agencies).await?;
    let tools = Tools { now, random: &*settler.random, vault: &settler.vault };
    let mut plan = Plan::new(&mut facts, tools);
    let mut outcomes = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let outcome = match inbox.get(place) {
            Some(Taken::Fresh(id)) => plan.apply(place, item, *id)?,
            Some(Taken::Repeat(answer)) => repeat(*answer),
            Some(Taken::SameAs(first)) => {
                let answer = outcomes.get(*first).map(|first: &Outcome| first.answer);
                repeat(answer.unwrap_or(Answer::Applied))
            }
            None => return Err(PlanError::Missing("the inbox row").into()),
        };
        outcomes.push(outcome);
    }
    let writes = plan.finish();
    tx.write_batch(&writes).await?;
    tx.commit().await?;
    Ok(outcomes)
}

const fn repeat(answer: Answer) -> Outcome {
    Outcome { answer, repeated: true, verdict: Verdict::Kept }
}

/// What the inbox says of an item.
enum Taken {
    /// To be decided now; statement lines have no inbox row.
    Fresh(Option<InboxId>),
    /// Decided before; the first answer.
    Repeat(Answer),
    /// The same message as an item before it in this batch.
    SameAs(usize),
}

async fn take_in(
    settler: &Settler,
    tx: &mut Tx,
    items: &[Item],
    now: Timestamp,
) -> Result<Vec<Taken>, StoreError> {
    let mut first_at = HashMap::<(AccountId, &str), usize>::new();
    let mut messages = Vec::<rows::Inbox>::new();
    let mut row_of = HashMap::<usize, usize>::new();
    for (place, item) in items.iter().enumerate() {
        let Some(message) = &item.message else { continue };
        let first = *first_at.entry((item.account, &message.key)).or_insert(place);
        if let Some(row) = row_of.get(&first).and_then(|row| messages.get_mut(*row)) {
            row.deliveries += 1;
            continue;
        }
        row_of.insert(place, messages.len());
        messages.push(rows::Inbox {
            id: settler.new_id(now),
            account_id: item.account,
            message_key: message.key.clone(),
            raw: message.raw.clone(),
            headers: message.headers.clone(),
            received_at: item.received_at,
            deliveries: 1,
        });
    }
    let proposed: BTreeSet<InboxId> = messages.iter().map(|row| row.id).collect();
    messages.sort_by(|one, two| {
        (one.account_id, &one.message_key).cmp(&(two.account_id, &two.message_key))
    });
    let entries: Vec<InboxEntry> =
        if messages.is_empty() { Vec::new() } else { tx.take_in(&messages).await? };
    let by_key: HashMap<(AccountId, &str), &InboxEntry> = entries
        .iter()
        .map(|entry| ((entry.account_id, entry.message_key.as_str()), entry))
        .collect();
    let taken = items.iter().enumerate().map(|(place, item)| {
        let Some(message) = &item.message else { return Taken::Fresh(None) };
        let key = (item.account, message.key.as_str());
        match (first_at.get(&key), by_key.get(&key)) {
            (Some(first), _) if *first != place => Taken::SameAs(*first),
            (_, Some(entry)) if proposed.contains(&entry.id) || entry.outcome == "waiting" => {
                Taken::Fresh(Some(entry.id))
            }
            (_, Some(entry)) => Taken::Repeat(entry.answer.unwrap_or(Answer::Applied)),
            (_, None) => Taken::Repeat(Answer::Applied),
        }
    });
    Ok(taken.collect())
}

async fn load(
    settler: &Settler,
    tx: &mut Tx,
    items: &[Item],
    inbox: &[Taken],
    agencies: &HashMap<AccountId, AgencyId>,
) -> Result<Facts, Failed> {
    let mut facts = Facts::default();
    let fresh = || {
        items.iter().zip(inbox).enumerate().filter_map(|(place, (item, taken))| match taken {
            Taken::Fresh(_) => Some((place, item)),
            Taken::Repeat(_) | Taken::SameAs(_) => None,
        })
    };
    let references: BTreeSet<String> = fresh().flat_map(|(_, item)| references(item)).collect();
    if !references.is_empty() {
        let references: Vec<String> = references.into_iter().collect();
        facts.add_notices(tx.lock_notices(&references).await?);
    }
    let waiting: Vec<_> = facts
        .notices
        .values()
        .filter(|work| work.from_waiting.is_positive())
        .map(|work| work.facts.id)
        .collect();
    if !waiting.is_empty() {
        facts.add_waiting(&tx.waiting_parts(&waiting).await?);
    }
    let ids: BTreeSet<AgencyId> =
        fresh().filter_map(|(_, item)| agencies.get(&item.account).copied()).collect();
    if !ids.is_empty() {
        let ids: Vec<AgencyId> = ids.into_iter().collect();
        facts.add_series(tx.lock_series(&ids).await?);
    }
    for (account, agency) in agencies {
        let Some(work) = facts.agencies.get(agency) else {
            if fresh().any(|(_, item)| item.account == *account) {
                let year = settler.clock.now().day().year();
                return Err(Failed::NoSeries { agency: *agency, year });
            }
            continue;
        };
        if let Some(series) = work.series.first() {
            let (issue, parts) = (series.issue, series.parts);
            let known = AccountFacts { id: *account, agency: *agency, issue, parts };
            facts.accounts.insert(*account, known);
        }
    }
    facts.ledger = settler.ledger();
    let bank: Vec<(usize, &Item)> = fresh()
        .filter(|(_, item)| matches!(item.report.source, Source::Push | Source::Statement))
        .filter(|(_, item)| item.report.direction == Direction::Credit)
        .collect();
    if !bank.is_empty() {
        find_sightings(tx, &bank, &mut facts).await?;
    }
    Ok(facts)
}

/// The references that an item may settle, as text.
fn references(item: &Item) -> Vec<String> {
    match &item.report.address {
        Address::Attempt(provider_ref) => {
            provider_ref.split('-').next().map(str::to_owned).into_iter().collect()
        }
        Address::Memo(memo) => scan(memo).named().codes().into_iter().map(str::to_owned).collect(),
    }
}

/// Looks for payments that the bank reports of this batch are further sightings of.
async fn find_sightings(
    tx: &mut Tx,
    bank: &[(usize, &Item)],
    facts: &mut Facts,
) -> Result<(), StoreError> {
    let queries: Vec<KnownQuery> = bank
        .iter()
        .map(|(place, item)| {
            let day = item.report.paid_on;
            KnownQuery {
                item: i64::try_from(*place).unwrap_or(i64::MAX),
                account_id: item.account,
                bank_reference: item.report.reference().map(str::to_owned),
                amount: item.report.amount,
                from: day.plus(-1).unwrap_or(day),
                to: day.plus(1).unwrap_or(day),
            }
        })
        .collect();
    let known = tx.known_payments(&queries).await?;
    if known.is_empty() {
        return Ok(());
    }
    let account_of = |place: i64| {
        bank.iter()
            .find(|(at, _)| i64::try_from(*at) == Ok(place))
            .map(|(_, item)| (item.account, item.report.source))
    };
    for (account, source) in
        bank.iter().map(|(_, item)| (item.account, item.report.source)).collect::<BTreeSet<_>>()
    {
        let mut recorded: Vec<Recorded> = known
            .iter()
            .filter(|row| account_of(row.item) == Some((account, source)))
            .map(recorded)
            .collect();
        recorded.sort_by_key(|known| known.payment);
        recorded.dedup_by_key(|known| known.payment);
        let here: Vec<&(usize, &Item)> = bank
            .iter()
            .filter(|(_, item)| (item.account, item.report.source) == (account, source))
            .collect();
        let traces: Vec<Trace> = here.iter().map(|(_, item)| trace(item)).collect();
        for ((place, _), sighting) in here.iter().zip(sightings(source, &traces, &recorded)) {
            // The same bank reference with another amount is money of its own to look at.
            if let Sighting::Of(payment) = sighting {
                facts.sighted.insert(*place, payment);
            }
        }
    }
    Ok(())
}

fn trace(item: &Item) -> Trace {
    Trace {
        direction: item.report.direction,
        amount: item.report.amount,
        day: item.report.paid_on,
        bank_reference: item.report.reference().map(str::to_owned),
        notices: references(item).iter().filter_map(|code| code.parse().ok()).collect(),
    }
}

fn recorded(row: &KnownPayment) -> Recorded {
    let notices = row.notices.split(',').filter_map(|code| code.parse().ok()).collect();
    Recorded {
        payment: row.id,
        trace: Trace {
            direction: Direction::Credit,
            amount: row.amount,
            day: row.paid_on,
            bank_reference: row.bank_reference.clone(),
            notices,
        },
        sources: row.sighted_by.split(',').filter_map(Source::from_code).collect(),
    }
}
