//! `anphi check` on both engines: a busy installation is clean, each broken row is named under its
//! invariant, and no edit of audit, ledger or receipts goes unseen.

mod anchor;
mod broken;
mod command;
mod edits;
mod story;

use std::fmt::Write;

use anphi::{
    app::{
        Caller,
        anchor::Anchored,
        check::{Asked, Finding, Reach, check},
        statements::File,
    },
    store::Store,
};

use crate::harness::{World, on_both};

/// Every invariant of a store, as this installation's clock and tables see it.
async fn checked(world: &World, store: &Store, anchor: Option<&Anchored>) -> Vec<Finding> {
    let now = world.app.now();
    let asked = Asked { now, tables: &world.app.tables, anchor, reach: Reach::Sample(1) };
    check(store, &asked).await.unwrap()
}

/// Those that are violated, with their rows.
fn violated(findings: &[Finding]) -> Vec<(&'static str, Vec<String>)> {
    findings.iter().filter(|f| !f.ok).map(|f| (f.invariant, f.rows.clone())).collect()
}

/// Holds that no invariant is violated.
pub async fn assert_clean(world: &World) {
    let findings = checked(world, &world.app.store, None).await;
    assert_eq!(violated(&findings), []);
}

/// A day of the account as Vietcombank writes it.
fn bank_file(day: &str, opening: i64, rows: &[(&str, i64)]) -> Vec<u8> {
    let mut text = format!(
        "Tên tài khoản/Account name:,THI HANH AN\nSố tài khoản/Account number:,9990001112223\n\
         Loại tiền/Currency:,VND\nTừ/From:,{day},Đến/To:,{day}\n\
         Số dư đầu kỳ/Opening balance:,{opening}\n\
         STT/No.,Ngày GD/TNX Date,Số CT/Doc No,Số tiền ghi nợ/Debit,Số tiền ghi có/Credit,\
         Số dư/Balance,Nội dung chi tiết/Transactions in detail\n"
    );
    let (mut balance, mut debits, mut credits) = (opening, 0, 0);
    for (n, (reference, amount)) in (1..).zip(rows) {
        balance += amount;
        let (debit, credit) = ((-amount).max(0), (*amount).max(0));
        (debits, credits) = (debits + debit, credits + credit);
        let cell = |sum: i64| if sum == 0 { String::new() } else { sum.to_string() };
        let (debit, credit) = (cell(debit), cell(credit));
        writeln!(text, "{n},{day},{reference},{debit},{credit},{balance},khong ro").unwrap();
    }
    writeln!(text, ",Tổng cộng/Total,,{debits},{credits},,").unwrap();
    writeln!(text, "Số dư cuối kỳ/Closing balance:,{balance}").unwrap();
    text.into_bytes()
}

on_both! {
    async fn a_busy_installation_is_clean(world: World) {
        story::busy(&world).await;
        let findings = checked(&world, &world.app.store, None).await;
        assert_eq!(violated(&findings), []);
        let names: Vec<String> = (1..=24).map(|n| format!("I-{n:02}")).collect();
        let told: Vec<&str> = findings.iter().map(|finding| finding.invariant).collect();
        assert_eq!(told, names);
    }

    async fn statements_that_come_newest_first_are_clean(world: World) {
        for (day, opening, rows) in [
            ("24/11/2026", 500_000, &[("FT4", 200_000), ("FT4", 200_000)][..]),
            ("23/11/2026", 800_000, &[("FT2", -300_000)]),
            ("20/11/2026", -100_000, &[("FT1", 900_000)]),
        ] {
            let file = File {
                name: day,
                bytes: &bank_file(day, opening, rows),
                format: "auto",
                account: None,
            };
            let caller = Caller::system("test");
            world.app.import_statement(&caller, file).await.unwrap();
            let account = world.app.store.read().await.unwrap().accounts().await.unwrap();
            let account = account.iter().find(|account| account.id == world.bank).unwrap();
            world.app.reconcile(&caller, account, None).await.unwrap();
            assert_clean(&world).await;
        }
    }

    async fn an_empty_installation_is_clean(world: World) {
        let findings = checked(&world, &world.app.store, None).await;
        assert_eq!(violated(&findings), []);
    }
}
