//! What a push that pays one notice makes of it: decided and reckoned by `domain`, no I/O.

use anphi::{
    app::{App, callbacks::RawCallback, settle::ReceiptFacts},
    domain::{
        audit::{Act, Actor, Chain, ChainKind, Entry, Head, link},
        document::FormVersion,
        id::{
            AccountId, AgencyId, CaseId, CourtId, LedgerAccountId, NoticeId, OrderId, PaymentId,
            PostingGroupId, ReceiptId, SeriesId,
        },
        ledger::{LedgerRef, Posting, PostingCause, PostingGroup, Side, Subject},
        notice::{NoticeEvent, NoticeFacts, NoticeState},
        order::{OrderEvent, OrderState},
        payment::{Address, Report},
        receipt::{
            Collector, ContentHash, Facts, LookupCode, Masked, Method, Numbering, Person,
            ReceiptNumber,
        },
        reference_scan::scan,
        settle::{AccountFacts, Effect, Named, Rule, decide},
        time::Timestamp,
    },
    store::{
        columns::Hash,
        engine::{NoticeOrder, SeriesRow},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Refused;

/// A proven push.
pub(super) struct Came {
    pub(super) account: AccountId,
    pub(super) agency: AgencyId,
    pub(super) actor: Actor,
    pub(super) report: Report,
    pub(super) callback: RawCallback,
    pub(super) now: Timestamp,
}

impl Came {
    /// One transaction and sum are one message, however often it is sent.
    pub(super) fn message_key(&self) -> String {
        format!("paid/{}/{}", self.report.source_id, self.report.amount.get())
    }

    /// The headers that belong to the proof.
    pub(super) fn headers(&self) -> Value {
        let kept = self
            .callback
            .headers
            .iter()
            .filter(|(name, _)| name == "content-type" || name.starts_with("x-sepay-"));
        Value::Object(kept.map(|(n, v)| (n.clone(), Value::String(v.clone()))).collect())
    }

    pub(super) fn memo(&self) -> Option<&str> {
        match &self.report.address {
            Address::Memo(memo) => Some(memo),
            Address::Attempt(_) => None,
        }
    }

    /// The first reference that the memo names.
    pub(super) fn reference(&self) -> Option<String> {
        Some(scan(self.memo()?).named().references().first()?.to_string())
    }
}

/// The ledger accounts of a transfer, with what they stand for.
pub(super) struct Books {
    pub(super) bank: (LedgerRef, LedgerAccountId),
    pub(super) held: (LedgerRef, LedgerAccountId),
}

/// What the database knows of it.
pub(super) struct Found {
    pub(super) notice: NoticeOrder,
    pub(super) series: SeriesRow,
    pub(super) books: Books,
}

/// The new receipt.
pub(super) struct NewReceipt {
    pub(super) id: ReceiptId,
    pub(super) series: SeriesId,
    pub(super) number: i64,
    pub(super) issued_at: Timestamp,
    pub(super) code: String,
    pub(super) form_version: String,
    pub(super) record: String,
    pub(super) hash: Hash,
}

/// Everything that is written.
pub(super) struct Rows {
    pub(super) payment: PaymentId,
    pub(super) sighting: Uuid,
    pub(super) allocation: Uuid,
    pub(super) rule: Rule,
    pub(super) notice: NoticeId,
    pub(super) notice_was: NoticeState,
    pub(super) timeliness: &'static str,
    pub(super) case: CaseId,
    pub(super) court: CourtId,
    pub(super) order: OrderId,
    pub(super) order_was: OrderState,
    pub(super) group: PostingGroupId,
    pub(super) group_digest: Hash,
    pub(super) books: Books,
    pub(super) receipt: NewReceipt,
    pub(super) audit: Uuid,
    pub(super) entry: Entry,
    pub(super) effects: Value,
    pub(super) steps: [Uuid; 3],
    pub(super) outbox: Uuid,
    pub(super) event: Value,
}

/// Decides, and makes every row.
pub(super) fn plan(app: &App, came: &Came, found: Found) -> Result<Rows, Refused> {
    let Found { notice, series, books } = found;
    let rule = settled_by(came, &notice, &series)?;
    notice.state.after(NoticeEvent::Settle)?;
    let (order, order_was) =
        notice.order_id.zip(notice.order_state).ok_or("a notice without an order")?;
    order_was.after(OrderEvent::Settle)?;
    let payment: PaymentId = app.new_id();
    let receipt = receipt(app, came, &notice, &series)?;
    let postings = postings(came, &books, (payment, &notice))?;
    let group: PostingGroupId = app.new_id();
    let mut head = Head { seq: series.audit_seq, hash: series.audit_hash.0 };
    let chain = Chain { kind: ChainKind::Agency, id: came.agency.uuid() };
    let act = act(came, notice.id, (receipt.hash, postings.digest()));
    let timeliness = timeliness(came, &notice);
    Ok(Rows {
        payment,
        sighting: app.new_id(),
        allocation: app.new_id(),
        rule,
        notice: notice.id,
        notice_was: notice.state,
        timeliness,
        case: notice.case_id,
        court: notice.court_id,
        order,
        order_was,
        group,
        group_digest: Hash(postings.digest()),
        books,
        audit: app.new_id(),
        entry: link(chain, &mut head, act),
        effects: json!({ "receipts": [receipt.id], "postings": [group] }),
        steps: [app.new_id(), app.new_id(), app.new_id()],
        outbox: app.new_id(),
        event: json!({
            "notice": notice.id,
            "reference": notice.reference.as_str(),
            "amount": notice.amount,
            "receipt": { "symbol": series.symbol, "number": receipt.number },
            "timeliness": timeliness,
        }),
        receipt,
    })
}

/// The rule by which the whole of the money settles the notice.
fn settled_by(came: &Came, row: &NoticeOrder, series: &SeriesRow) -> Result<Rule, Refused> {
    let SeriesRow { issue, parts, .. } = *series;
    let account = AccountFacts { id: came.account, agency: came.agency, issue, parts };
    let facts = NoticeFacts {
        id: row.id,
        reference: row.reference.clone(),
        agency: row.agency_id,
        account: row.account_id,
        amount: row.amount,
        allocated: row.allocated,
        state: row.state,
        waiting: Vec::new(),
    };
    let named = Named::References { notices: vec![Some(facts)], rule: Rule::Exact };
    let effect = decide(&account, &came.report, &named).effect;
    if let Effect::Money { settlements, rest: None, .. } = &effect
        && let [only] = settlements.as_slice()
    {
        return Ok(only.rule);
    }
    Err(format!("{effect:?} is not measured").into())
}

fn timeliness(came: &Came, notice: &NoticeOrder) -> &'static str {
    let moment = came.report.paid_at.unwrap_or_else(|| came.report.paid_on.start());
    match (notice.pay_before, notice.lapses_at) {
        (Some(pay_before), _) if moment < pay_before => "in_time",
        (Some(_), Some(lapses_at)) if moment < lapses_at => "tolerated",
        (Some(_), _) => "late",
        (None, _) => "in_time",
    }
}

fn postings(
    came: &Came,
    books: &Books,
    (payment, notice): (PaymentId, &NoticeOrder),
) -> Result<PostingGroup, Refused> {
    let amount = came.report.amount;
    let paid = Subject { payment: Some(payment), ..Subject::default() };
    let held = Subject { notice: Some(notice.id), case: Some(notice.case_id), ..paid };
    let lines = vec![
        Posting { ledger: books.bank.0, side: Side::Debit, amount, subject: paid },
        Posting { ledger: books.held.0, side: Side::Credit, amount, subject: held },
    ];
    Ok(PostingGroup::new(PostingCause::Payment, lines)?)
}

fn act(came: &Came, notice: NoticeId, (receipt, group): (Hash, [u8; 32])) -> Act {
    let report = &came.report;
    let payload = json!({
        "account": came.account,
        "source": report.source,
        "source_id": report.source_id,
        "amount": report.amount,
        "paid_at": report.paid_at.map(|at| at.to_string()),
        "paid_on": report.paid_on.to_string(),
    });
    Act {
        at: came.now,
        actor: came.actor.clone(),
        action: "notice.paid",
        entity: "notice",
        entity_id: notice.uuid(),
        payload: payload.to_string(),
        receipts: vec![receipt.0],
        postings: vec![group],
    }
}

fn receipt(
    app: &App,
    came: &Came,
    notice: &NoticeOrder,
    series: &SeriesRow,
) -> Result<NewReceipt, Refused> {
    let number = series.last_number + 1;
    let issued_at = series.last_issued_at.map_or(came.now, |last| last.max(came.now));
    let mut bytes = [0; 12];
    app.random.fill(&mut bytes);
    let code = LookupCode::from_random(bytes);
    let printed: ReceiptFacts =
        serde_json::from_str(notice.receipt_facts.as_deref().ok_or("a notice never issued")?)?;
    let facts = facts(came, printed, (series, number), (&code, issued_at))?;
    let record = facts.record();
    Ok(NewReceipt {
        id: app.new_id(),
        series: series.id,
        number,
        issued_at,
        code: code.to_string(),
        form_version: format!("{} {}", facts.form.code, facts.form.effective),
        hash: Hash(*ContentHash::of(&record).bytes()),
        record,
    })
}

fn facts(
    came: &Came,
    printed: ReceiptFacts,
    (series, number): (&SeriesRow, i64),
    (code, issued_at): (&LookupCode, Timestamp),
) -> Result<Facts, Refused> {
    let persons: Vec<Person> = printed
        .paid_for
        .into_iter()
        .map(|person| Person {
            name: person.name,
            address: Some(person.address).filter(|address| !address.is_empty()),
            document: person.document.as_deref().map(Masked::of),
        })
        .collect();
    let named = persons.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("; ");
    let number = ReceiptNumber::new(u32::try_from(number)?, Numbering::Electronic);
    let report = &came.report;
    let facts = Facts {
        form: FormVersion { code: printed.form, effective: printed.form_effective },
        collector: Collector {
            superior: printed.superior,
            agency: printed.collector,
            office: printed.office,
            tax_code: printed.tax_code,
            place: printed.place,
        },
        symbol: series.symbol.clone(),
        number: number.ok_or("no number is left in the series")?,
        payer: Person {
            name: report.counterparty.name.clone().unwrap_or_else(|| named.clone()),
            address: None,
            document: None,
        },
        refund_to: named,
        persons,
        purpose: printed.purpose,
        notice_number: printed.notice_number,
        notice_day: printed.notice_on,
        court: printed.court,
        amount: report.amount,
        method: Method::Transfer,
        transaction: report.bank_reference.clone().or_else(|| Some(report.source_id.clone())),
        paid_at: report.paid_at,
        paid_on: report.paid_on,
        paid_basis: report.paid_basis,
        issued_at,
        officer: printed.officer,
        code: code.clone(),
    };
    facts.check()?;
    Ok(facts)
}
