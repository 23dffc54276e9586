//! An installation in which most things have happened.

use anphi::{
    app::settle::Item,
    domain::{
        id::{LineId, StatementId},
        payment::{Address, Direction, Source},
    },
    store::{
        columns::Hash,
        statement::{LineRow, NewStatement},
    },
};
use sha2::{Digest, Sha256};

use crate::{
    harness::World,
    lane::{item, push},
};

/// Paid, short, in parts, over, double, several at once, nobody's, by a gateway, by a statement;
/// drafted, to sign, issued, served, accepted; papers, events, a message that was repeated.
pub async fn busy(world: &World) {
    let paid = world.served(300_000).await;
    let settle = async |item: Item| world.app.lane.settle(item).await.unwrap();
    let first = push(world, "1", 300_000, paid.reference.as_str());
    settle(first.clone()).await;
    settle(first.clone()).await;
    settle(push(world, "2", 300_000, paid.reference.as_str())).await;
    let parts = world.served(1_500_000).await;
    settle(push(world, "3", 1_000_000, parts.reference.as_str())).await;
    settle(push(world, "4", 500_000, parts.reference.as_str())).await;
    let over = world.served(1_500_000).await;
    settle(push(world, "5", 1_600_000, over.reference.as_str())).await;
    let (one, two) = (world.served(300_000).await, world.served(1_500_000).await);
    settle(push(world, "6", 1_800_000, &format!("{} {}", one.reference, two.reference))).await;
    settle(push(world, "7", 10_000_000, "nop an phi")).await;
    settle(push(world, "8", 10_000_000, "AP0000000000")).await;
    let waiting = world.served(1_500_000).await;
    settle(push(world, "9", 1_000_000, waiting.reference.as_str())).await;
    settle(by_gateway(world)).await;
    world.issued(300_000).await;
    draft(world).await;
    statement(world, &first).await;
    world.app.make_missing_papers(1).await.unwrap();
    let group = paid.group_id;
    world.app.accept_group(&world.judge, paid.case_id, group).await.unwrap();
}

/// Money for an order that we never opened.
fn by_gateway(world: &World) -> Item {
    let mut gateway = push(world, "G1", 300_000, "").report;
    gateway.source = Source::Gateway;
    gateway.address = Address::Attempt("AP0000000000-1".to_owned());
    item(world, world.vnpay, gateway)
}

/// One notice that waits for the judge, one that was only drafted.
async fn draft(world: &World) {
    for send in [true, false] {
        let app = &world.app;
        let case = app.create_case(&world.clerk, world.claim_for(300_000)).await.unwrap();
        let group = app.case(&world.clerk, case).await.unwrap().groups[0].id;
        let options = anphi::app::notices::DraftOptions::default();
        let drafted = app.draft_notices(&world.clerk, case, group, options).await.unwrap();
        if send {
            app.send_to_sign(&world.clerk, drafted[0]).await.unwrap();
        }
    }
}

/// The day's statement: the first push again, and money for a notice that nobody pushed.
async fn statement(world: &World, pushed: &Item) {
    let app = &world.app;
    let known = world.served(300_000).await;
    let fresh = push(world, "11", 300_000, known.reference.as_str());
    let (id, today, now): (StatementId, _, _) = (app.new_id(), app.now().day(), app.now());
    let file = b"the day's statement";
    let sha256 = Hash(Sha256::digest(file).into());
    let mut tx = app.store.begin().await.unwrap();
    tx.put_blob(sha256, ("application/xml", file), now).await.unwrap();
    let dong = |amount| anphi::domain::money::Dong::new(amount).unwrap();
    let row = NewStatement {
        id,
        account_id: world.bank,
        agency_id: world.agency,
        format: "camt",
        file_name: "sao-ke.xml",
        sha256,
        period_from: today,
        period_to: today,
        opening: dong(0),
        closing: dong(600_000),
        sum_credit: dong(600_000),
        sum_debit: dong(0),
        line_count: 2,
        imported_by: "test",
        imported_at: now,
    };
    assert!(tx.insert_statement(&row).await.unwrap());
    let mut items = vec![pushed.clone(), fresh];
    for (n, item) in (1i64..).zip(&mut items) {
        let line: LineId = app.new_id();
        item.line = Some(line);
        item.message = None;
        item.report.source = Source::Statement;
        item.report.source_id = line.to_string();
        let Address::Memo(memo) = &item.report.address else { panic!("a memo") };
        let row = LineRow {
            id: line,
            statement_id: id,
            account_id: world.bank,
            agency_id: world.agency,
            n,
            booked_on: today,
            booked_at: Some(now),
            value_date: Some(today),
            direction: Direction::Credit,
            amount: item.report.amount,
            bank_reference: item.report.bank_reference.clone(),
            payer_name: item.report.counterparty.name.clone(),
            payer_account: None,
            memo: memo.clone(),
            balance_after: None,
            reversal: false,
            source_id: line.to_string(),
            outcome: None,
            rule: None,
            payment_id: None,
        };
        tx.insert_line(&row).await.unwrap();
    }
    tx.commit().await.unwrap();
    app.lane.settle_lines(items).await.unwrap();
}
