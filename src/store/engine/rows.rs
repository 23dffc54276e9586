//! The rows that a settlement batch writes, as the JSON that both engines open.
//!
//! Ids and bytes are hexadecimal, moments the text that SQLite columns hold.

use serde::{Serialize, Serializer};

use crate::{
    domain::{
        audit::{ActorKind, Chain, ChainKind, Entry},
        exception::{ExceptionKind, ExceptionState},
        id::{
            AccountId, AgencyId, AllocationId, CaseId, CourtId, ExceptionId, InboxId,
            LedgerAccountId, LineId, NoticeId, OrderId, OutboxId, PaymentId, PostingGroupId,
            ReceiptId, SeriesId, SightingId,
        },
        ledger::{PostingCause, Side},
        money::Dong,
        notice::NoticeState,
        order::OrderState,
        payment::{PaidBasis, Source},
        settle::{Answer, Rule},
        time::{Day, Timestamp},
    },
    store::columns::moment_text,
};
use uuid::Uuid;

/// An id as 32 hexadecimal digits.
pub(super) fn id<S: Serializer, T: Copy + Into<Uuid>>(
    id: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let id: Uuid = (*id).into();
    serializer.collect_str(&id.as_simple())
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn some_id<S: Serializer, T: Copy + Into<Uuid>>(
    id: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => self::id(id, serializer),
        None => serializer.serialize_none(),
    }
}

fn hex<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(bytes))
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn some_hex<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => hex(bytes, serializer),
        None => serializer.serialize_none(),
    }
}

fn at<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&moment_text(*at))
}

#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn some_at<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => self::at(at, serializer),
        None => serializer.serialize_none(),
    }
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $name { $($(#[$attribute])* #[expect(missing_docs, reason = "named as its column")] pub $field: $type),+ }
    )+};
}

rows! {
    /// A verified message on its way into the inbox.
    Inbox {
        #[serde(serialize_with = "id")]
        id: InboxId,
        #[serde(serialize_with = "id")]
        account_id: AccountId,
        message_key: String,
        #[serde(serialize_with = "hex")]
        raw: Vec<u8>,
        headers: serde_json::Value,
        #[serde(serialize_with = "at")]
        received_at: Timestamp,
        deliveries: i64,
    }
    /// What became of a message.
    InboxOutcome {
        #[serde(serialize_with = "id")]
        id: InboxId,
        outcome: &'static str,
        answer: Option<Answer>,
    }
    /// Money that moved.
    Payment {
        #[serde(serialize_with = "id")]
        id: PaymentId,
        #[serde(serialize_with = "id")]
        account_id: AccountId,
        #[serde(serialize_with = "id")]
        agency_id: AgencyId,
        source: Source,
        amount: Dong,
        #[serde(serialize_with = "some_id")]
        order_id: Option<OrderId>,
        #[serde(serialize_with = "some_at")]
        paid_at: Option<Timestamp>,
        paid_on: Day,
        paid_basis: PaidBasis,
        #[serde(serialize_with = "at")]
        received_at: Timestamp,
        value_date: Option<Day>,
        #[serde(serialize_with = "at")]
        recorded_at: Timestamp,
        payer_name: Option<String>,
        #[serde(serialize_with = "some_hex")]
        payer_account: Option<Vec<u8>>,
        #[serde(serialize_with = "some_hex")]
        payer_account_index: Option<Vec<u8>>,
        memo: Option<String>,
        bank_reference: Option<String>,
    }
    /// One source's report of it.
    Sighting {
        #[serde(serialize_with = "id")]
        id: SightingId,
        #[serde(serialize_with = "id")]
        payment_id: PaymentId,
        #[serde(serialize_with = "id")]
        account_id: AccountId,
        source: Source,
        source_id: String,
        #[serde(serialize_with = "some_id")]
        inbox_id: Option<InboxId>,
        #[serde(serialize_with = "some_id")]
        line_id: Option<LineId>,
        #[serde(serialize_with = "at")]
        seen_at: Timestamp,
    }
    /// Part of a payment given to a notice.
    Allocation {
        #[serde(serialize_with = "id")]
        id: AllocationId,
        #[serde(serialize_with = "id")]
        payment_id: PaymentId,
        #[serde(serialize_with = "id")]
        notice_id: NoticeId,
        amount: Dong,
        rule: Rule,
        #[serde(serialize_with = "at")]
        made_at: Timestamp,
    }
    /// A notice that moved.
    Notice {
        #[serde(serialize_with = "id")]
        id: NoticeId,
        from_state: NoticeState,
        from_allocated: Dong,
        state: NoticeState,
        allocated: Dong,
        waiting: Dong,
        #[serde(serialize_with = "some_at")]
        paid_at: Option<Timestamp>,
        paid_on: Option<Day>,
        paid_basis: Option<PaidBasis>,
        timeliness: Option<&'static str>,
        #[serde(serialize_with = "some_at")]
        receipt_at_court: Option<Timestamp>,
    }
    /// An order that moved.
    Order {
        #[serde(serialize_with = "id")]
        id: OrderId,
        from_state: OrderState,
        state: OrderState,
        failure_code: Option<String>,
    }
    /// A receipt.
    Receipt {
        #[serde(serialize_with = "id")]
        id: ReceiptId,
        #[serde(serialize_with = "id")]
        series_id: SeriesId,
        number: i64,
        #[serde(serialize_with = "id")]
        agency_id: AgencyId,
        #[serde(serialize_with = "id")]
        court_id: CourtId,
        #[serde(serialize_with = "id")]
        notice_id: NoticeId,
        amount: Dong,
        #[serde(serialize_with = "at")]
        issued_at: Timestamp,
        code: String,
        form_version: String,
        record: String,
        #[serde(serialize_with = "hex")]
        content_hash: [u8; 32],
    }
    /// A series whose counter or audit head moved.
    Series {
        #[serde(serialize_with = "id")]
        id: SeriesId,
        from_number: i64,
        from_seq: i64,
        last_number: i64,
        #[serde(serialize_with = "some_at")]
        last_issued_at: Option<Timestamp>,
        audit_seq: i64,
        #[serde(serialize_with = "hex")]
        audit_hash: [u8; 32],
    }
    /// A balanced group.
    Group {
        #[serde(serialize_with = "id")]
        id: PostingGroupId,
        #[serde(serialize_with = "id")]
        agency_id: AgencyId,
        cause: PostingCause,
        booked_on: Day,
        #[serde(serialize_with = "at")]
        posted_at: Timestamp,
        #[serde(serialize_with = "some_id")]
        payment_id: Option<PaymentId>,
        #[serde(serialize_with = "some_id")]
        line_id: Option<LineId>,
        #[serde(serialize_with = "hex")]
        digest: [u8; 32],
    }
    /// One line of a group.
    Posting {
        #[serde(serialize_with = "id")]
        group_id: PostingGroupId,
        position: i64,
        #[serde(serialize_with = "id")]
        ledger_account_id: LedgerAccountId,
        side: Side,
        amount: Dong,
        #[serde(serialize_with = "some_id")]
        notice_id: Option<NoticeId>,
        #[serde(serialize_with = "some_id")]
        payment_id: Option<PaymentId>,
        #[serde(serialize_with = "some_id")]
        case_id: Option<CaseId>,
    }
    /// What a batch adds to a ledger account's balance.
    Balance {
        #[serde(serialize_with = "id")]
        id: LedgerAccountId,
        delta: Dong,
    }
    /// Something that a person must decide.
    Exception {
        #[serde(serialize_with = "id")]
        id: ExceptionId,
        #[serde(serialize_with = "id")]
        agency_id: AgencyId,
        #[serde(serialize_with = "some_id")]
        court_id: Option<CourtId>,
        kind: ExceptionKind,
        amount: Dong,
        #[serde(serialize_with = "some_id")]
        payment_id: Option<PaymentId>,
        #[serde(serialize_with = "some_id")]
        line_id: Option<LineId>,
        #[serde(serialize_with = "some_id")]
        notice_id: Option<NoticeId>,
        #[serde(serialize_with = "some_id")]
        order_id: Option<OrderId>,
        #[serde(serialize_with = "some_id")]
        inbox_id: Option<InboxId>,
        reason: Option<String>,
        state: ExceptionState,
        bank_day: Day,
        #[serde(serialize_with = "at")]
        raised_at: Timestamp,
        #[serde(serialize_with = "some_at")]
        cleared_at: Option<Timestamp>,
        cleared_by: Option<String>,
        cleared_why: Option<String>,
    }
    /// An exception of before that this batch ends.
    Cleared {
        #[serde(serialize_with = "id")]
        id: ExceptionId,
        #[serde(serialize_with = "at")]
        cleared_at: Timestamp,
        cleared_by: String,
        cleared_why: String,
    }
    /// An audit entry.
    Audit {
        id: String,
        chain: ChainKind,
        chain_id: String,
        seq: i64,
        #[serde(serialize_with = "at")]
        at: Timestamp,
        actor_kind: ActorKind,
        actor: String,
        address: Option<String>,
        request_id: Option<String>,
        action: &'static str,
        entity: &'static str,
        entity_id: String,
        payload: String,
        #[serde(serialize_with = "hex")]
        payload_digest: [u8; 32],
        effects: serde_json::Value,
        #[serde(serialize_with = "hex")]
        effects_digest: [u8; 32],
        #[serde(serialize_with = "hex")]
        previous: [u8; 32],
        #[serde(serialize_with = "hex")]
        hash: [u8; 32],
    }
    /// A step in the life of a machine.
    StateChange {
        id: String,
        machine: &'static str,
        entity_id: String,
        from_state: Option<&'static str>,
        to_state: &'static str,
        #[serde(serialize_with = "at")]
        at: Timestamp,
        audit_id: String,
    }
    /// An event on its way out.
    Outbox {
        #[serde(serialize_with = "id")]
        id: OutboxId,
        event: &'static str,
        #[serde(serialize_with = "some_id")]
        court_id: Option<CourtId>,
        #[serde(serialize_with = "some_id")]
        agency_id: Option<AgencyId>,
        entity_id: String,
        payload: serde_json::Value,
        #[serde(serialize_with = "at")]
        at: Timestamp,
    }
    /// What a statement line turned out to be.
    Line {
        #[serde(serialize_with = "id")]
        id: LineId,
        outcome: &'static str,
        rule: Option<String>,
        #[serde(serialize_with = "some_id")]
        payment_id: Option<PaymentId>,
    }
}

/// Everything that one batch writes.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "each field is named as its table")]
pub struct Writes {
    pub inbox: Vec<InboxOutcome>,
    pub payments: Vec<Payment>,
    pub sightings: Vec<Sighting>,
    pub allocations: Vec<Allocation>,
    pub notices: Vec<Notice>,
    pub orders: Vec<Order>,
    pub receipts: Vec<Receipt>,
    pub series: Vec<Series>,
    pub groups: Vec<Group>,
    pub postings: Vec<Posting>,
    pub balances: Vec<Balance>,
    pub exceptions: Vec<Exception>,
    pub cleared: Vec<Cleared>,
    pub audits: Vec<Audit>,
    pub changes: Vec<StateChange>,
    pub outbox: Vec<Outbox>,
    pub lines: Vec<Line>,
}

impl Writes {
    /// How many rows the batch must touch; a row that moved meanwhile makes it fewer.
    pub fn row_count(&self) -> u64 {
        let count = [
            self.inbox.len(),
            self.payments.len(),
            self.sightings.len(),
            self.allocations.len(),
            self.notices.len(),
            self.orders.len(),
            self.receipts.len(),
            self.series.len(),
            self.groups.len(),
            self.postings.len(),
            self.balances.len(),
            self.exceptions.len(),
            self.cleared.len(),
            self.audits.len(),
            self.changes.len(),
            self.outbox.len(),
            self.lines.len(),
        ];
        u64::try_from(count.iter().sum::<usize>()).unwrap_or(u64::MAX)
    }
}

impl Audit {
    /// The row of a linked entry. `effects` lists the ids whose digests the entry binds.
    pub fn new(id: Uuid, chain: Chain, entry: Entry, effects: serde_json::Value) -> Self {
        let Entry { act, seq, payload_digest, effects_digest, previous, hash } = entry;
        Self {
            id: id.as_simple().to_string(),
            chain: chain.kind,
            chain_id: chain.id.as_simple().to_string(),
            seq,
            at: act.at,
            actor_kind: act.actor.kind,
            actor: act.actor.id,
            address: act.actor.address,
            request_id: act.actor.request_id,
            action: act.action,
            entity: act.entity,
            entity_id: act.entity_id.as_simple().to_string(),
            payload: act.payload,
            payload_digest,
            effects,
            effects_digest,
            previous,
            hash,
        }
    }
}
