//! The settlement lane on both engines: one story a rule, and many messages at once.

use std::collections::BTreeMap;

use anphi::{
    app::{
        Caller,
        checkout::{Leaving, Payer},
        settle::{Item, LaneError, Message, Outcome, Verdict},
    },
    domain::{
        audit::{Actor, ActorKind},
        exception::{ExceptionKind, ExceptionState},
        id::{AccountId, NoticeId},
        money::Dong,
        notice::NoticeState,
        order::{OrderKind, OrderState},
        payment::{Address, Counterparty, Direction, PaidBasis, Report, Source, Standing},
        settle::Answer,
        staff::Scope,
        time::Timestamp,
    },
    store::statement::ExceptionFilter,
};
use chrono::TimeDelta;

use crate::harness::{World, on_both};

/// A push of the bank about a transfer of `amount` with `memo`.
pub fn push(world: &World, id: &str, amount: i64, memo: &str) -> Item {
    item(
        world,
        world.bank,
        Report {
            source: Source::Push,
            source_id: id.to_owned(),
            direction: Direction::Credit,
            amount: Dong::new(amount).unwrap(),
            standing: Standing::Received,
            address: Address::Memo(memo.to_owned()),
            bank_reference: Some(format!("FT{id}")),
            counterparty: Counterparty {
                name: Some("NGUYEN VAN VI DU".to_owned()),
                account: Some("0000000000101".to_owned()),
            },
            paid_at: Some(world.app.now()),
            paid_on: world.app.now().day(),
            paid_basis: PaidBasis::Provider,
            value_date: None,
        },
    )
}

pub fn item(world: &World, account: AccountId, report: Report) -> Item {
    let key = format!("{}/{}", report.source_id, report.amount.get());
    Item {
        account,
        actor: Actor {
            kind: ActorKind::Provider,
            id: "sepay".to_owned(),
            address: Some("203.0.113.7:5000".to_owned()),
            request_id: None,
        },
        message: Some(Message {
            key,
            raw: format!("{report:?}").into_bytes(),
            headers: serde_json::json!({}),
        }),
        report,
        received_at: world.app.now(),
        line: None,
        gateway: None,
    }
}

async fn settle(world: &World, item: Item) -> Outcome {
    world.app.lane.settle(item).await.unwrap()
}

fn exception_of(outcome: &Outcome) -> Option<ExceptionKind> {
    outcome.raised()
}

async fn count(world: &World, text: &'static str) -> i64 {
    use anphi::store::Store;
    let row: (i64,) = match &world.app.store {
        Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
    };
    row.0
}

async fn open_exceptions(world: &World) -> Vec<(ExceptionKind, i64)> {
    let filter = ExceptionFilter {
        state: Some(ExceptionState::Open),
        limit: 100,
        ..ExceptionFilter::default()
    };
    let mut tx = world.app.store.read().await.unwrap();
    let rows = tx.exceptions(Scope::All, &filter).await.unwrap();
    rows.iter().map(|row| (row.kind, row.amount.get())).collect()
}

on_both! {
    async fn the_right_sum_settles_at_once(world: World) {
        let notice = world.served(300_000).await;
        let memo = format!("{} NGUYEN VAN VI DU nop tam ung", notice.reference);
        let outcome = settle(&world, push(&world, "1", 300_000, &memo)).await;
        assert_eq!(outcome.answer, Answer::Applied);
        let paid = world.notice(notice.id).await;
        assert_eq!(paid.state, NoticeState::Paid);
        assert_eq!(paid.allocated, paid.amount);
        assert_eq!(paid.timeliness.as_deref(), Some("in_time"));
        assert!(paid.receipt_at_court.is_some());
        let mut tx = world.app.store.read().await.unwrap();
        let receipt = tx.receipt_of(notice.id).await.unwrap().unwrap();
        assert_eq!((receipt.symbol.as_str(), receipt.number), ("SM/26E", 1));
        assert!(receipt.record.contains("payer.name=NGUYEN VAN VI DU\n"), "{}", receipt.record);
        let orders = tx.orders_of(notice.id).await.unwrap();
        assert_eq!(orders[0].state, OrderState::Paid);
    }

    async fn the_same_message_again_changes_nothing(world: World) {
        let notice = world.served(300_000).await;
        let first = push(&world, "1", 300_000, notice.reference.as_str());
        settle(&world, first.clone()).await;
        let again = settle(&world, first).await;
        assert!(again.repeated);
        assert_eq!(again.answer, Answer::Applied);
        assert_eq!(count(&world, "select count(*) from payment").await, 1);
        assert_eq!(count(&world, "select deliveries from inbox").await, 2);
    }

    async fn an_unsigned_push_is_seen_until_the_statement_agrees(world: World) {
        let notice = world.served(300_000).await;
        let mut pushed = push(&world, "1", 300_000, notice.reference.as_str());
        pushed.report.standing = Standing::Pending;
        let outcome = settle(&world, pushed.clone()).await;
        assert_eq!((outcome.answer, outcome.verdict), (Answer::Applied, Verdict::Seen));
        assert_eq!(count(&world, "select count(*) from payment").await, 0);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);
        let state = async || {
            let mut tx = world.app.store.read().await.unwrap();
            tx.orders_of(notice.id).await.unwrap()[0].state
        };
        assert_eq!(state().await, OrderState::Seen);
        let mut line = push(&world, "1", 300_000, notice.reference.as_str());
        line.report.source = Source::Statement;
        line.message = None;
        settle(&world, line).await;
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        assert_eq!(state().await, OrderState::Paid);
    }

    async fn short_then_the_rest(world: World) {
        let notice = world.served(1_500_000).await;
        let memo = notice.reference.as_str();
        let short = settle(&world, push(&world, "1", 1_000_000, memo)).await;
        assert_eq!(exception_of(&short), Some(ExceptionKind::Short));
        assert_eq!(open_exceptions(&world).await, [(ExceptionKind::Short, 1_000_000)]);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);
        let rest = settle(&world, push(&world, "2", 500_000, memo)).await;
        assert_eq!(exception_of(&rest), None);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        assert_eq!(open_exceptions(&world).await, []);
        assert_eq!(count(&world, "select count(*) from receipt").await, 1);
        assert_eq!(count(&world, "select count(*) from allocation").await, 2);
    }

    async fn parts_were_paid_when_the_last_of_them_was(world: World) {
        let notice = world.served(1_500_000).await;
        let last = notice.pay_before.unwrap();
        let part = |id, amount, paid_at: Timestamp| {
            let mut part = push(&world, id, amount, notice.reference.as_str());
            part.report.paid_at = Some(paid_at);
            part.report.paid_on = paid_at.day();
            part
        };
        // The bank's word of the part in time comes after that of the late one.
        settle(&world, part("1", 1_000_000, last)).await;
        settle(&world, part("2", 500_000, last.plus(TimeDelta::hours(-2)))).await;
        let paid = world.notice(notice.id).await;
        assert_eq!(paid.state, NoticeState::Paid);
        assert_eq!((paid.paid_at, paid.paid_on), (Some(last), Some(last.day())));
        assert_ne!(paid.timeliness.as_deref(), Some("in_time"));
    }

    async fn too_much_settles_and_leaves_the_rest(world: World) {
        let notice = world.served(1_500_000).await;
        let outcome = settle(&world, push(&world, "1", 1_600_000, notice.reference.as_str())).await;
        assert_eq!(exception_of(&outcome), Some(ExceptionKind::Over));
        assert_eq!(open_exceptions(&world).await, [(ExceptionKind::Over, 100_000)]);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
    }

    async fn money_for_a_paid_notice_waits(world: World) {
        let notice = world.served(300_000).await;
        settle(&world, push(&world, "1", 300_000, notice.reference.as_str())).await;
        let twice = settle(&world, push(&world, "2", 300_000, notice.reference.as_str())).await;
        assert_eq!(exception_of(&twice), Some(ExceptionKind::Double));
        assert_eq!(count(&world, "select count(*) from receipt").await, 1);
    }

    async fn several_references_that_add_up(world: World) {
        let (one, two) = (world.served(300_000).await, world.served(1_500_000).await);
        let memo = format!("{} {} hai khoan", one.reference, two.reference);
        settle(&world, push(&world, "1", 1_800_000, &memo)).await;
        for id in [one.id, two.id] {
            assert_eq!(world.notice(id).await.state, NoticeState::Paid);
        }
        let wrong = settle(&world, push(&world, "2", 1_700_000, &memo)).await;
        assert_eq!(exception_of(&wrong), Some(ExceptionKind::Double));
    }

    async fn a_folded_reference_settles_when_alone(world: World) {
        let notice = world.served(300_000).await;
        let digits = notice.reference.digits().to_owned();
        let memo = format!("ap {} {}", &digits[..4], &digits[4..]);
        settle(&world, push(&world, "1", 300_000, &memo)).await;
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
    }

    async fn what_nobody_can_place_waits(world: World) {
        for (id, memo, kind) in [
            ("1", "nop tam ung an phi", ExceptionKind::NoReference),
            ("2", "AP2611999999 nop an phi", ExceptionKind::UnknownReference),
            ("3", "AP0000000000", ExceptionKind::UnknownReference),
        ] {
            let outcome = settle(&world, push(&world, id, 10_000_000, memo)).await;
            assert_eq!((outcome.answer, exception_of(&outcome)), (Answer::Applied, Some(kind)), "{memo}");
        }
    }

    async fn a_line_of_the_statement_is_another_sighting(world: World) {
        let notice = world.served(300_000).await;
        let pushed = push(&world, "1", 300_000, notice.reference.as_str());
        settle(&world, pushed.clone()).await;
        let mut line = pushed.clone();
        line.report.source = Source::Statement;
        "line-1".clone_into(&mut line.report.source_id);
        line.message = None;
        let outcome = settle(&world, line).await;
        assert!(matches!(outcome.verdict, Verdict::Sighted(_)), "{outcome:?}");
        assert_eq!(count(&world, "select count(*) from payment").await, 1);
        assert_eq!(count(&world, "select count(*) from sighting").await, 2);
    }

    async fn the_gateway_is_asked_for_what_is_missing_by_the_rule_for_parts(world: World) {
        for (rule, text, missing) in [
            ("join", "update agency set parts = 'join'", 200_000),
            ("refund", "update agency set parts = 'refund'", 300_000),
        ] {
            let notice = world.served(300_000).await;
            settle(&world, push(&world, rule, 100_000, notice.reference.as_str())).await;
            world.execute(text).await;
            let leaving = Leaving {
                account: "vnpay".to_owned(),
                address: std::net::Ipv4Addr::LOCALHOST.into(),
                english: false,
            };
            let payer = Caller::payer(None, None);
            world.app.open_attempt(&payer, notice.id, Payer::default(), &leaving).await.unwrap();
            let mut tx = world.app.store.read().await.unwrap();
            let orders = tx.orders_of(notice.id).await.unwrap();
            let attempt = orders.iter().find(|order| order.kind == OrderKind::Attempt).unwrap();
            assert_eq!(attempt.amount.get(), missing, "{rule}");
        }
    }

    async fn a_poisoned_report_fails_alone(world: World) {
        let notice = world.served(300_000).await;
        let mut poisoned = push(&world, "1", 300_000, "x");
        poisoned.report.counterparty.name = Some("\0".to_owned());
        let good = push(&world, "2", 300_000, notice.reference.as_str());
        let lane = &world.app.lane;
        let (bad, fine) = tokio::join!(lane.settle(poisoned.clone()), lane.settle(good));
        assert!(fine.is_ok(), "{fine:?}");
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        if bad.is_err() {
            assert_eq!(bad, Err(LaneError::SetAside));
            let again = lane.settle(poisoned).await;
            assert_eq!(again, Err(LaneError::SetAside));
            assert_eq!(open_exceptions(&world).await, [(ExceptionKind::Poisoned, 300_000)]);
        }
    }

    /// Each message many times, many at the same instant: one payment, one receipt each, numbers
    /// without a hole.
    async fn many_at_once(world: World) {
        let notices = 60;
        let mut references = BTreeMap::<NoticeId, String>::new();
        for _ in 0..notices {
            let notice = world.served(300_000).await;
            references.insert(notice.id, notice.reference.to_string());
        }
        let mut sent = tokio::task::JoinSet::new();
        for (place, reference) in references.values().enumerate() {
            for _ in 0..10 {
                let one = push(&world, &format!("T{place}"), 300_000, reference);
                let lane = world.app.lane.clone();
                sent.spawn(async move { lane.settle(one).await });
            }
            let wrong = push(&world, &format!("W{place}"), 299_999, reference);
            let lane = world.app.lane.clone();
            sent.spawn(async move { lane.settle(wrong).await });
        }
        let mut repeated = 0;
        while let Some(outcome) = sent.join_next().await {
            repeated += i64::from(outcome.unwrap().unwrap().repeated);
        }
        assert_eq!(repeated, notices * 9);
        assert_eq!(count(&world, "select count(*) from receipt").await, notices);
        assert_eq!(count(&world, "select max(number) from receipt").await, notices);
        assert_eq!(count(&world, "select last_number from receipt_series").await, notices);
        assert_eq!(count(&world, "select count(*) from payment").await, notices * 2);
        let received = "select cast(sum(deliveries) as bigint) from inbox";
        assert_eq!(count(&world, received).await, notices * 11);
        let unpaid = "select count(*) from notice where state <> 'paid'";
        assert_eq!(count(&world, unpaid).await, 0);
        let books = "select cast(sum(balance) as bigint) from ledger_account";
        assert_eq!(count(&world, books).await, 0);
    }
}
