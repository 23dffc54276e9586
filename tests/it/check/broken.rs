//! For each invariant rows broken by SQL behind the program's back, and what `check` says.

use std::path::PathBuf;

use anphi::store::{Options, Store};
use sqlx::{ConnectOptions, Connection, Executor, Row};

use super::{checked, story, violated};
use crate::harness::{World, on_both};

/// What is done, which invariants are violated then, and a word of the row that is named.
/// `{uuid}` is an id of nothing, `{false}` the engine's word.
const BREAKS: &[(&str, &[&str], &[&str], &str)] = &[
    (
        "a posting is made greater",
        &["update posting set amount = amount + 1 where side = 'credit' and position = 2
           and group_id = (select group_id from posting order by group_id limit 1)"],
        &["I-01", "I-02", "I-12"],
        "posting_group",
    ),
    (
        "a posting goes",
        &["delete from posting where position = 2
           and group_id = (select group_id from posting order by group_id limit 1)"],
        &["I-01", "I-02", "I-12"],
        "posting_group",
    ),
    (
        "a balance is altered",
        &["update ledger_account set balance = balance + 1 where kind = 'unidentified'"],
        &["I-02"],
        "unidentified: balance",
    ),
    (
        "the bank's balance is altered",
        &["update ledger_account set balance = balance + 1 where kind = 'bank'
           and balance > 1000000"],
        &["I-02", "I-03"],
        "bank: balance",
    ),
    (
        "a line loses its payment",
        &["update statement_line set outcome = 'unmatched' where n = 1"],
        &["I-03"],
        "statement_line",
    ),
    (
        "a line counts for another payment",
        &["update statement_line set payment_id = (
             select l.payment_id from statement_line l where l.n = 2) where n = 1"],
        &["I-03"],
        "statement_line",
    ),
    (
        "a notice keeps another sum",
        &["update notice set allocated = allocated - 1 where id = (
             select id from notice where state = 'paid' order by id limit 1)"],
        &["I-04"],
        "notice",
    ),
    (
        "a receipt is voided on the quiet",
        &["update receipt set state = 'voided' where number = 1"],
        &["I-04", "I-09"],
        "live receipts 0",
    ),
    (
        "a notice is unpaid on the quiet",
        &["update notice set state = 'served' where id = (
             select notice_id from receipt where number = 1)"],
        &["I-04", "I-09"],
        "served, amount 300000, allocations 300000",
    ),
    (
        "a receipt was numbered by another act",
        &["update state_change set audit_id = (select id from audit_entry where chain = 'agency'
             and action = 'payment.excepted' order by seq limit 1)
           where machine = 'receipt' and entity_id = (select id from receipt where number = 1)"],
        &["I-04"],
        "numbered by another act",
    ),
    (
        "more is allocated than is due",
        &["update allocation set amount = amount + 1 where id = (
             select id from allocation order by id limit 1)"],
        &["I-05", "I-04", "I-08"],
        "exceed the amount",
    ),
    (
        "a notice keeps a waiting part that is none",
        &["update notice set waiting = waiting + 1 where state = 'draft'"],
        &["I-05"],
        "as waiting",
    ),
    (
        "the counter runs ahead",
        &["update receipt_series set last_number = last_number + 1"],
        &["I-06"],
        "counts to",
    ),
    (
        "a number is left out",
        &["update receipt set number = number + 100 where number = (select max(number) from receipt)"],
        &["I-06", "I-19"],
        "follows",
    ),
    (
        "a second series is open",
        &[
            "drop index receipt_series_open",
            "insert into receipt_series (id, agency_id, form_code, year, symbol, state, last_number,
               carries_head, audit_seq, audit_hash)
             select {uuid}, agency_id, form_code, year, 'XX/26E', 'open', 0, {false}, 0, audit_hash
             from receipt_series",
        ],
        &["I-06"],
        "several open series",
    ),
    (
        "a payment has no sighting of its source",
        &["update sighting set source = 'counter' where source = 'gateway'"],
        &["I-07"],
        "never sighted",
    ),
    (
        "a payment lost its sighting",
        &["delete from sighting where source = 'gateway'"],
        &["I-07"],
        "never sighted",
    ),
    (
        "an exception is made smaller",
        &["update exception set amount = amount - 1 where kind = 'no_reference'"],
        &["I-08"],
        "payment",
    ),
    (
        "an exception is cleared without an outcome",
        &["update exception set state = 'cleared' where kind = 'double'"],
        &["I-08"],
        "open exceptions 0",
    ),
    (
        "a notice is withdrawn without a step",
        &["update notice set state = 'withdrawn' where state = 'issued'"],
        &["I-09"],
        "is withdrawn",
    ),
    (
        "a step leads where none may",
        &["update state_change set from_state = 'draft' where machine = 'notice'
           and to_state = 'paid' and entity_id = (select notice_id from receipt where number = 1)"],
        &["I-09"],
        "the step from draft to paid is not allowed",
    ),
    (
        "a history goes",
        &["delete from state_change where machine = 'case'"],
        &["I-09"],
        "has no history",
    ),
    (
        "a message waits and nobody knows",
        &["update inbox set outcome = 'waiting', answer = null where id = (
             select id from inbox where outcome = 'applied' order by id limit 1)"],
        &["I-10"],
        "nobody was told",
    ),
    (
        "a message has no answer",
        &["update inbox set answer = null where id = (
             select id from inbox where outcome = 'applied' order by id limit 1)"],
        &["I-10"],
        "answer none",
    ),
    (
        "an answered key has no answer",
        &["insert into idempotency (scope, key, request_hash, state, claimed_at)
           select 'test', 'key', content_hash, 'answered', issued_at from receipt where number = 1"],
        &["I-11"],
        "without an answer",
    ),
    (
        "an entry names another actor",
        &["update audit_entry set actor = 'somebody' where chain = 'court' and seq = 3"],
        &["I-12"],
        "entry 3: its facts have another hash",
    ),
    (
        "an entry's payload is altered",
        &["update audit_entry set payload = '[]' where chain = 'court' and seq = 3"],
        &["I-12"],
        "entry 3: its payload has another digest",
    ),
    (
        "two entries change places",
        &[
            "update audit_entry set seq = 1000 where chain = 'court' and seq = 3",
            "update audit_entry set seq = 3 where chain = 'court' and seq = 4",
            "update audit_entry set seq = 4 where chain = 'court' and seq = 1000",
        ],
        &["I-12"],
        "does not follow",
    ),
    (
        "an entry goes",
        &["delete from audit_entry where chain = 'agency' and action = 'payment.excepted'
           and seq = (select min(seq) from audit_entry where action = 'payment.excepted')"],
        &["I-12"],
        "is missing",
    ),
    (
        "a step is bound to nothing",
        &["update state_change set audit_id = {uuid} where machine = 'case' and to_state = 'accepted'"],
        &["I-12"],
        "is bound to no audit entry",
    ),
    (
        "an agency has two heads",
        &[
            "drop index receipt_series_head",
            "insert into receipt_series (id, agency_id, form_code, year, symbol, state, last_number,
               carries_head, audit_seq, audit_hash)
             select {uuid}, agency_id, form_code, year, 'XX/26E', 'closed', 0, carries_head,
               audit_seq, audit_hash from receipt_series",
        ],
        &["I-12"],
        "2 of its series carry its audit head",
    ),
    (
        "a head is behind its chain",
        &["update audit_head set seq = seq - 1"],
        &["I-12"],
        "the head is at",
    ),
    (
        "a group of postings that nobody made",
        &[
            "insert into posting_group (id, agency_id, cause, booked_on, posted_at, payment_id, digest)
             select {uuid}, agency_id, cause, booked_on, posted_at, payment_id, digest
             from posting_group where id = (select id from posting_group where cause = 'allocation')",
            "insert into posting (group_id, position, ledger_account_id, side, amount)
             select {uuid}, n.position, p.ledger_account_id, n.side, 5 from posting p
             join (select 1 as position, 'debit' as side union all select 2, 'credit') n on 1 = 1
             where p.position = 1 and p.group_id = (
               select id from posting_group where cause = 'allocation' and id <> {uuid})",
        ],
        &["I-12"],
        "is bound to no audit entry",
    ),
    (
        "a dead event has no reason",
        &["update outbox set state = 'dead' where id = (select id from outbox order by id limit 1)"],
        &["I-13"],
        "dead without a reason",
    ),
    (
        "a statement counts other lines",
        &["update statement set line_count = line_count + 1"],
        &["I-14"],
        "2 lines with",
    ),
    (
        "a statement closes otherwise",
        &["update statement set closing = closing + 1"],
        &["I-14", "I-03"],
        "and closing 600001",
    ),
    (
        "a bank reference came twice",
        &["update statement_line set bank_reference = 'FT1' where n = 2"],
        &["I-14"],
        "was imported before",
    ),
    (
        "an assessment says something else",
        &["update assessment set result = input where id = (
             select id from assessment order by id limit 1)"],
        &["I-17"],
        "gives another result",
    ),
    (
        "an exception names no line",
        &["update exception set line_id = {uuid} where kind = 'no_reference'"],
        &["I-18"],
        "line_id points to no statement_line",
    ),
    (
        "a service names no party",
        &["update service set party_id = {uuid} where id = (
             select id from service order by id limit 1)"],
        &["I-18"],
        "party_id points to no party",
    ),
    (
        "steps belong to nothing",
        &["insert into state_change (id, machine, entity_id, to_state, at, audit_id)
           select {uuid}, 'case', {uuid}, 'open', at, audit_id from state_change
           where machine = 'case' and to_state = 'accepted'"],
        &["I-18"],
        "is no thing",
    ),
    (
        "a record is altered",
        &["update receipt set record = record || 'x=y' where number = 1"],
        &["I-19"],
        "its record has another hash",
    ),
    (
        "a receipt's code is altered",
        &["update receipt set code = 'AAAAAAAAAAAA' where number = 1"],
        &["I-19"],
        "its code is not what its record says",
    ),
    (
        "a paper's bytes are altered",
        &["update blob set bytes = sha256 where sha256 in (select sha256 from receipt_paper)"],
        &["I-19"],
        "its bytes have another hash",
    ),
    (
        "a paper is given to another receipt",
        &["update receipt_paper set receipt_id = (select id from receipt where number = 3)
           where receipt_id <> (select id from receipt where number = 3)"],
        &["I-19"],
        "shows another receipt",
    ),
    (
        "a message comes from tomorrow",
        &["update inbox set received_at = '2026-11-24T02:00:00+00:00' where id = (
             select id from inbox order by id limit 1)"],
        &["I-20"],
        "received_at",
    ),
    (
        "an order goes to another account",
        &["update payment_order set account_version_id = (
             select v.id from account_version v join account a on a.id = v.account_id
             where a.name = 'vnpay') where id = (select id from payment_order order by id limit 1)"],
        &["I-21"],
        "another account",
    ),
    (
        "order and notice go to another version",
        &[
            "insert into account_version (id, account_id, version, created_at)
             select {uuid}, account_id, 9, created_at from account_version
             where number is not null",
            "update payment_order set account_version_id = {uuid} where state = 'created'",
            "update notice set account_version_id = {uuid} where account_version_id is not null",
            "update payment_order set account_version_id = {uuid}",
        ],
        &["I-21"],
        "another account version than was issued",
    ),
];

/// Copies of one closed database, each to be broken in its own way.
pub struct Copies {
    url: String,
}

/// A copy.
pub struct Copy {
    pub store: Store,
    url: String,
}

impl Copies {
    /// Closes the installation's own store, so that its database can be copied.
    pub async fn of(world: &World) -> Self {
        world.app.store.close().await;
        Self { url: world.url().to_owned() }
    }

    /// A copy after `texts`, run without triggers and without foreign keys.
    pub async fn broken_by(&self, texts: &[&str]) -> Copy {
        let copy = self.copied().await;
        break_rows(&copy.store, &copy.url, texts).await;
        copy
    }

    async fn copied(&self) -> Copy {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let url = format!("{}_{count}", self.url);
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            std::fs::copy(path, format!("{path}_{count}")).unwrap();
        } else {
            let (server, name) = self.url.rsplit_once('/').unwrap();
            on_server(server, format!("create database {name}_{count} template {name}")).await;
        }
        let store = Store::open(&Options { url: url.clone(), connections: 2 }).await.unwrap();
        Copy { store, url }
    }
}

impl Copy {
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes it away.
    pub async fn drop(self) {
        self.store.close().await;
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            std::fs::remove_file(PathBuf::from(path)).unwrap();
        } else {
            let (server, name) = self.url.rsplit_once('/').unwrap();
            on_server(server, format!("drop database {name} with (force)")).await;
        }
    }
}

async fn on_server(server: &str, text: String) {
    let options: sqlx::postgres::PgConnectOptions = format!("{server}/postgres").parse().unwrap();
    let mut conn = options.disable_statement_logging().connect().await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    conn.close().await.unwrap();
}

/// Runs `texts` on a connection of its own, past triggers and foreign keys, which stay.
pub async fn break_rows(store: &Store, url: &str, texts: &[&str]) {
    const ID: &str = "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000";
    if let Store::Postgres { .. } = store {
        let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
        let mut conn = options.disable_statement_logging().connect().await.unwrap();
        conn.execute("set session_replication_role = replica").await.unwrap();
        for text in texts {
            let id = format!("cast('{ID}' as uuid)");
            let text = text.replace("{uuid}", &id).replace("{false}", "false");
            conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
        }
        conn.close().await.unwrap();
        return;
    }
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    let mut conn = options.foreign_keys(false).connect().await.unwrap();
    let triggers = sqlx::query("select name, sql from sqlite_master where type = 'trigger'")
        .fetch_all(&mut conn)
        .await
        .unwrap();
    for row in &triggers {
        let text = format!("drop trigger {}", row.get::<String, _>(0));
        conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    }
    for text in texts {
        let id = format!("x'{}'", ID.replace('-', ""));
        let text = text.replace("{uuid}", &id).replace("{false}", "0");
        conn.execute(sqlx::AssertSqlSafe(text)).await.unwrap();
    }
    for row in &triggers {
        conn.execute(sqlx::AssertSqlSafe(row.get::<String, _>(1))).await.unwrap();
    }
    conn.close().await.unwrap();
}

on_both! {
    async fn each_broken_row_is_named(world: World) {
        story::busy(&world).await;
        let copies = Copies::of(&world).await;
        for (what, texts, expected, word) in BREAKS {
            let copy = copies.broken_by(texts).await;
            let found = violated(&checked(&world, &copy.store, None).await);
            copy.drop().await;
            let mut names: Vec<&str> = expected.to_vec();
            names.sort_unstable();
            let told: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
            assert_eq!(told, names, "{what}: {found:#?}");
            let (_, rows) = found.iter().find(|(name, _)| name == &expected[0]).unwrap();
            assert!(rows.iter().any(|row| row.contains(word)), "{what}: {rows:#?}");
        }
    }

    async fn a_missing_trigger_is_named(world: World) {
        let text = match &world.app.store {
            Store::Sqlite { .. } => "drop trigger receipt_stays",
            Store::Postgres { .. } => "alter table receipt disable trigger receipt_stays",
        };
        match &world.app.store {
            Store::Sqlite { write, .. } => { write.execute(text).await.unwrap(); }
            Store::Postgres { pool, .. } => { pool.execute(text).await.unwrap(); }
        }
        let found = violated(&checked(&world, &world.app.store, None).await);
        let rows = vec!["receipt: the trigger receipt_stays is missing or off".to_owned()];
        assert_eq!(found, [("I-24", rows)]);
    }
}
