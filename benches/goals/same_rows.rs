//! Before anything is measured: the program and what it is compared with write the same rows for
//! the same callbacks, and both leave a database that `anphi check` finds nothing wrong with.

use std::{process::Command, time::Duration};

use anphi::{app::clock::SystemClock, domain::time::Clock, store::Store};
use tokio::runtime::Runtime;

use crate::{
    installation::{Engine, Installation},
    load::{self, Effort},
    server::Server,
};

const AGENCIES: usize = 3;
const CALLBACKS: usize = 60;

/// Every table that a callback writes to, but for new ids, moments and what is drawn by lot. The
/// moment and the code within a receipt's record are lines of their own, which are left out.
/// `id(..)` stands for an id as text.
const WRITTEN: [(&str, &str); 14] = [
    ("inbox", "select id(account_id) || message_key || cast(raw as text) ||
        cast(headers as text) || cast(deliveries as text) || outcome || answer from inbox"),
    ("payment", "select id(account_id) || id(agency_id) || source ||
        cast(amount as text) || cast(paid_at as text) || cast(paid_on as text) || paid_basis || memo ||
        bank_reference || coalesce(payer_name, '-') || coalesce(id(order_id), '-') ||
        coalesce(cast(value_date as text), '-') from payment"),
    ("sighting", "select id(s.account_id) || s.source || s.source_id || p.bank_reference ||
        i.message_key from sighting s join payment p on p.id = s.payment_id
        join inbox i on i.id = s.inbox_id"),
    ("allocation", "select id(a.notice_id) || cast(a.amount as text) || a.rule ||
        p.bank_reference from allocation a join payment p on p.id = a.payment_id"),
    ("notice", "select id(id) || state || cast(allocated as text) || cast(waiting as text) ||
        coalesce(cast(paid_at as text) || cast(paid_on as text) || paid_basis || timeliness, '-')
        from notice"),
    ("payment_order", "select id(id) || state || coalesce(failure_code, '-')
        from payment_order"),
    ("receipt", "select id(series_id) || cast(number as text) || id(agency_id) ||
        id(court_id) || id(notice_id) || cast(amount as text) || state ||
        form_version || record from receipt"),
    ("receipt_series", "select id(id) || cast(last_number as text) ||
        cast(audit_seq as text) from receipt_series"),
    ("ledger_account", "select id(id) || cast(balance as text) from ledger_account"),
    ("posting_group", "select id(g.agency_id) || g.cause || cast(g.booked_on as text) ||
        p.bank_reference from posting_group g join payment p on p.id = g.payment_id"),
    ("posting", "select cast(x.position as text) || id(x.ledger_account_id) || x.side ||
        cast(x.amount as text) || coalesce(id(x.notice_id), '-') ||
        coalesce(id(x.case_id), '-') || p.bank_reference
        from posting x join payment p on p.id = x.payment_id"),
    ("audit_entry", "select chain || id(chain_id) || cast(seq as text) || actor_kind || actor ||
        coalesce(request_id, '-') || action || entity || id(entity_id) || payload
        from audit_entry where chain = 'agency'"),
    ("state_change", "select machine || coalesce(from_state, '-') || to_state ||
        case machine when 'receipt' then '-' else id(entity_id) end from state_change"),
    ("outbox", "select event || id(court_id) || id(agency_id) ||
        id(entity_id) || cast(payload as text) || state || cast(tries as text) ||
        cast(lease as text) from outbox where event = 'notice.paid'"),
];

/// Stops the run where the two sides are not the same.
pub(crate) fn hold(engine: Engine) {
    let runtime = Runtime::new().unwrap();
    let ours = runtime.block_on(Installation::found(engine, AGENCIES, CALLBACKS));
    let other = runtime.block_on(ours.copy());
    let now = SystemClock.now();
    let pushes: Vec<_> = (0..CALLBACKS).map(|place| ours.push(place, now)).collect();
    let written = [(&ours, Server::ours(&ours)), (&other, Server::baseline(&other))];
    let written = written.map(|(installation, server)| {
        // One after the other, so that both give the same numbers.
        let effort = Effort { connections: 1, lasting: Duration::from_mins(1) };
        let answers = runtime.block_on(load::each_once(&[server.address], effort, pushes.clone()));
        assert_eq!(answers.count, CALLBACKS);
        drop(server);
        clean(installation);
        runtime.block_on(rows(installation))
    });
    for (at, (table, _)) in WRITTEN.iter().enumerate() {
        assert_eq!(written[0][at], written[1][at], "the sides differ in {table}");
    }
}

/// `anphi check` finds nothing.
pub(crate) fn clean(installation: &Installation) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
    command.arg("check").arg("--json").arg("--config").arg(installation.settings_file());
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "check: {told}{}", String::from_utf8_lossy(&output.stderr));
}

async fn rows(installation: &Installation) -> Vec<Vec<String>> {
    let store = installation.open().await;
    let mut tables = Vec::new();
    for (_, text) in WRITTEN {
        let written_as = |id: &str| sqlx::AssertSqlSafe(text.replace("id(", id));
        let rows: Vec<(String,)> = match &store {
            Store::Sqlite { read, .. } => {
                sqlx::query_as(written_as("hex(")).fetch_all(read).await.unwrap()
            }
            Store::Postgres { pool, .. } => {
                sqlx::query_as(written_as("text(")).fetch_all(pool).await.unwrap()
            }
        };
        let mut rows: Vec<String> = rows.iter().map(|(row,)| lasting(row)).collect();
        rows.sort_unstable();
        assert!(rows.len() >= AGENCIES, "nothing to compare");
        tables.push(rows);
    }
    store.close().await;
    tables
}

/// A row without the lines of a record that no two runs have in common.
fn lasting(row: &str) -> String {
    let varies = |line: &&str| line.starts_with("issued_at=") || line.starts_with("code=");
    row.lines().filter(|line| !varies(line)).collect::<Vec<_>>().join("\n")
}
