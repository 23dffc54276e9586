//! The nine texts for each engine. PostgreSQL takes several writes as one statement through `with`,
//! SQLite as several statements in one text.

/// The statements of one callback, in their order.
pub(super) struct Texts {
    pub(super) inbox: &'static str,
    pub(super) known: &'static str,
    pub(super) notice: &'static str,
    pub(super) series: &'static str,
    pub(super) money: &'static str,
    pub(super) books: &'static str,
    pub(super) receipt: &'static str,
    pub(super) audit: &'static str,
    pub(super) states: &'static str,
    /// How many rows the engine says that `states` touched.
    pub(super) moved: u64,
}

const INBOX: &str =
    "insert into inbox (id, account_id, message_key, raw, headers, received_at, outcome)
    values ($1, $2, $3, $4, $5, $6, 'waiting') on conflict (account_id, message_key) do nothing";
const KNOWN: &str = "select id from payment where account_id = $1 and bank_reference = $2 limit 1";

macro_rules! notice {
    ($lock:literal) => {
        concat!(
            "select n.id, n.reference, n.court_id, n.agency_id, n.case_id, n.amount, n.allocated,
               n.waiting, n.state, n.pay_before, n.lapses_at, n.receipt_facts, v.account_id,
               o.id as order_id, o.account_id as order_account, o.kind as order_kind,
               o.provider_ref, o.amount as order_amount, o.state as order_state, o.payer_name,
               o.payer_address
             from notice n join account_version v on v.id = n.account_version_id
             join payment_order o on o.notice_id = n.id
             where n.reference = $1 and o.kind = 'standing'",
            $lock
        )
    };
}

macro_rules! series {
    ($lock:literal) => {
        concat!(
            "select s.id, s.agency_id, s.office_id, s.form_code, s.year, s.symbol,
               s.state = 'open' as open, s.last_number, s.last_issued_at, s.carries_head,
               s.audit_seq, s.audit_hash, a.parts, a.issue
             from receipt_series s join agency a on a.id = s.agency_id
             where s.agency_id = $1 and s.carries_head",
            $lock
        )
    };
}

/// Several writes as one statement (PostgreSQL) and as one text (SQLite).
macro_rules! writes {
    ($($name:literal = $write:literal),+; $last:literal) => {
        [
            concat!("with ", $($name, " as (", $write, " returning 1), ",)+ "done as (select 1) ", $last),
            concat!($($write, "; ",)+ $last),
        ]
    };
}

const MONEY: [&str; 2] = writes!(
    "p" = "insert into payment (id, account_id, agency_id, source, amount, paid_at, paid_on,
        paid_basis, received_at, recorded_at, memo, bank_reference)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11)",
    "s" = "insert into sighting (id, payment_id, account_id, source, source_id, inbox_id, seen_at)
        values ($12, $1, $2, $4, $13, $14, $9)";
    "insert into allocation (id, payment_id, notice_id, amount, rule, made_at)
        values ($15, $1, $16, $5, $17, $9)"
);
const BOOKS: [&str; 2] = writes!(
    "g" = "insert into posting_group (id, agency_id, cause, booked_on, posted_at, payment_id, digest)
        values ($1, $2, 'payment', $3, $4, $5, $6)",
    "p" = "insert into posting (group_id, position, ledger_account_id, side, amount, notice_id,
        payment_id, case_id)
        values ($1, 1, $7, 'debit', $9, null, $5, null), ($1, 2, $8, 'credit', $9, $10, $5, $11)",
    "b" = "update ledger_account set balance = balance + $9 where id = $7";
    "update ledger_account set balance = balance - $9 where id = $8"
);
const RECEIPT: [&str; 2] = writes!(
    "r" = "insert into receipt (id, series_id, number, agency_id, court_id, notice_id, amount, state,
        issued_at, code, form_version, record, content_hash)
        values ($1, $2, $3, $4, $5, $6, $7, 'numbered', $8, $9, $10, $11, $12)";
    "insert into outbox (id, event, court_id, agency_id, entity_id, payload, state, tries, lease,
        next_at, created_at)
        values ($13, 'notice.paid', $5, $4, $6, $14, 'waiting', 0, 0, $15, $15)"
);
const AUDIT: [&str; 2] = writes!(
    "a" = "insert into audit_entry (id, chain, chain_id, seq, at, actor_kind, actor, address, action,
        entity, entity_id, payload, payload_digest, effects, effects_digest, previous, hash)
        values ($1, 'agency', $2, $3, $4, 'provider', $5, $6, 'notice.paid', 'notice', $7, $8, $9,
        $10, $11, $12, $13)";
    "insert into state_change (id, machine, entity_id, from_state, to_state, at, audit_id)
        values ($14, 'notice', $7, $17, 'paid', $4, $1), ($15, 'order', $18, $19, 'paid', $4, $1),
        ($16, 'receipt', $20, null, 'numbered', $4, $1)"
);
const STATES: [&str; 2] = writes!(
    "o" = "update payment_order set state = 'paid' where id = $9 and state = $10",
    "s" = "update receipt_series set last_number = $12, last_issued_at = $8, audit_seq = $13,
        audit_hash = $14 where id = $11",
    "i" = "update inbox set outcome = 'applied', answer = 'applied' where id = $15";
    "update notice set state = 'paid', allocated = $3, paid_at = $4, paid_on = $5, paid_basis = $6,
        timeliness = $7, receipt_at_court = $8 where id = $1 and state = $2"
);

/// On PostgreSQL the last write's rows are counted.
pub(super) const POSTGRES: Texts = Texts {
    inbox: INBOX,
    known: KNOWN,
    notice: notice!(" for update of n"),
    series: series!(" for update of s"),
    money: MONEY[0],
    books: BOOKS[0],
    receipt: RECEIPT[0],
    audit: AUDIT[0],
    states: STATES[0],
    moved: 1,
};
/// On SQLite the rows of all of a text's statements are.
pub(super) const SQLITE: Texts = Texts {
    inbox: INBOX,
    known: KNOWN,
    notice: notice!(""),
    series: series!(""),
    money: MONEY[1],
    books: BOOKS[1],
    receipt: RECEIPT[1],
    audit: AUDIT[1],
    states: STATES[1],
    moved: 4,
};
