//! Every case of decisions 1 and 2 as one row.

use super::*;
use crate::domain::{
    id::{PaymentId, Reference},
    payment::{Address, Counterparty, PaidBasis, Source},
    time::Day,
};
use uuid::Uuid;

fn dong(amount: i64) -> Dong {
    Dong::new(amount).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn account() -> AccountFacts {
    AccountFacts {
        id: AccountId::new(id(1)),
        agency: AgencyId::new(id(2)),
        issue: IssueMode::AtSettlement,
        parts: PartsMode::Join,
    }
}

/// Notice `number` of 300 đồng, served.
fn notice(number: u32) -> NoticeFacts {
    NoticeFacts {
        id: NoticeId::new(id(u128::from(number) + 100)),
        reference: Reference::from_number(number),
        agency: AgencyId::new(id(2)),
        account: Some(AccountId::new(id(1))),
        amount: dong(300),
        allocated: Dong::ZERO,
        state: NoticeState::Served,
        waiting: Vec::new(),
    }
}

fn report(source: Source, amount: i64) -> Report {
    Report {
        source,
        source_id: "T1".to_owned(),
        direction: Direction::Credit,
        amount: dong(amount),
        standing: Standing::Received,
        address: Address::Memo(String::new()),
        bank_reference: None,
        counterparty: Counterparty::default(),
        paid_at: None,
        paid_on: Day::of(2026, 11, 23).unwrap(),
        paid_basis: PaidBasis::Provider,
        value_date: None,
    }
}

/// The effect in one line, so that a table shows it.
fn told(decision: &Decision) -> String {
    let effect = match &decision.effect {
        Effect::Keep => "keep".to_owned(),
        Effect::Order { event, exception, .. } => match exception {
            Some(rest) => format!("order {event}, {} {}", rest.kind, rest.amount.get()),
            None => format!("order {event}"),
        },
        Effect::Seen(notices) => format!("seen {}", notices.len()),
        Effect::Money { order, settlements, rest } => {
            let mut parts: Vec<String> = settlements
                .iter()
                .map(|s| {
                    let joined: i64 = s.joined.iter().map(|part| part.amount.get()).sum();
                    format!("{} {}+{joined}", s.rule, s.amount.get())
                })
                .collect();
            parts.extend(order.map(|_| "order paid".to_owned()));
            parts.extend(rest.map(|rest| format!("{} {}", rest.kind, rest.amount.get())));
            parts.join(", ")
        }
    };
    format!("{}: {effect}", decision.answer)
}

#[expect(clippy::unnecessary_wraps, reason = "a column of the tables is `Option`")]
fn with_state(state: NoticeState) -> Option<NoticeFacts> {
    let allocated = if state == NoticeState::Paid { dong(300) } else { Dong::ZERO };
    Some(NoticeFacts { allocated, state, ..notice(1) })
}

#[expect(clippy::unnecessary_wraps, reason = "a column of the tables is `Option`")]
fn with_waiting(parts: &[i64]) -> Option<NoticeFacts> {
    let waiting = parts
        .iter()
        .map(|part| WaitingPart {
            payment: PaymentId::new(id(9)),
            amount: dong(*part),
            paid: report(Source::Push, *part).paid(),
        })
        .collect();
    Some(NoticeFacts { waiting, ..notice(1) })
}

#[test]
fn money_in_a_bank_account() {
    use NoticeState as S;
    let other = Some(NoticeFacts { agency: AgencyId::new(id(3)), ..notice(1) });
    let two = || vec![Some(notice(1)), Some(notice(2))];
    for (name, notices, amount, expected) in [
        ("exact", vec![with_state(S::Served)], 300, "applied: exact 300+0"),
        ("not yet served", vec![with_state(S::Issued)], 300, "applied: exact 300+0"),
        ("too little", vec![with_state(S::Served)], 299, "applied: short 299"),
        ("too much", vec![with_state(S::Served)], 301, "applied: exact 300+0, over 1"),
        ("again", vec![with_state(S::Paid)], 300, "applied: double 300"),
        ("lapsed", vec![with_state(S::Lapsed)], 300, "applied: closed_notice 300"),
        ("withdrawn", vec![with_state(S::Withdrawn)], 300, "applied: closed_notice 300"),
        ("replaced", vec![with_state(S::Replaced)], 300, "applied: closed_notice 300"),
        ("exempted", vec![with_state(S::Exempted)], 300, "applied: closed_notice 300"),
        ("closed", vec![with_state(S::Closed)], 300, "applied: closed_notice 300"),
        ("a draft", vec![with_state(S::Draft)], 300, "applied: closed_notice 300"),
        ("other agency", vec![other], 300, "applied: other_agency 300"),
        ("no reference", vec![], 300, "applied: no_reference 300"),
        ("unknown reference", vec![None], 300, "applied: unknown_reference 300"),
        ("the rest of parts", vec![with_waiting(&[100, 150])], 50, "applied: parts 50+250"),
        ("a further part", vec![with_waiting(&[100])], 50, "applied: short 50"),
        ("whole after a part", vec![with_waiting(&[100])], 300, "applied: exact 300+0"),
        ("parts past the sum", vec![with_waiting(&[100])], 250, "applied: short 250"),
        ("two that add up", two(), 600, "applied: several 300+0, several 300+0"),
        ("two that do not", two(), 599, "applied: sum_differs 599"),
        ("one of two unknown", vec![Some(notice(1)), None], 600, "applied: unknown_reference 600"),
        ("one of two paid", vec![with_state(S::Paid), Some(notice(2))], 600, "applied: double 600"),
    ] {
        let named = Named::References { notices, rule: Rule::Exact };
        let decision = decide(&account(), &report(Source::Push, amount), &named);
        assert_eq!(told(&decision), expected, "{name}");
    }
}

#[test]
fn an_agency_may_refuse_parts() {
    let account = AccountFacts { parts: PartsMode::Refund, ..account() };
    let named = Named::References { notices: vec![with_waiting(&[100])], rule: Rule::Exact };
    let decision = decide(&account, &report(Source::Push, 200), &named);
    assert_eq!(told(&decision), "applied: short 200");
}

#[test]
fn after_match_only_the_statement_settles() {
    let account = AccountFacts { issue: IssueMode::AfterMatch, ..account() };
    let named = Named::References { notices: vec![Some(notice(1))], rule: Rule::Exact };
    for (source, expected) in
        [(Source::Push, "applied: seen 1"), (Source::Statement, "applied: exact 300+0")]
    {
        assert_eq!(told(&decide(&account, &report(source, 300), &named)), expected);
    }
    for state in [OrderState::Pending, OrderState::Failed, OrderState::Expired] {
        let order = OrderFacts { id: OrderId::new(id(7)), amount: dong(300), state };
        let named = Named::Attempt(Some((order, notice(1))));
        let decision = decide(&account, &report(Source::Gateway, 300), &named);
        assert_eq!(told(&decision), "applied: order see", "{state}");
    }
}

#[test]
fn an_unsigned_push_is_seen_and_settles_nothing() {
    let unsigned = Report { standing: Standing::Pending, ..report(Source::Push, 300) };
    for (notices, expected) in [
        (vec![Some(notice(1))], "applied: seen 1"),
        (vec![Some(notice(1)), None], "applied: seen 1"),
        (vec![], "applied: seen 0"),
    ] {
        let named = Named::References { notices, rule: Rule::Exact };
        assert_eq!(told(&decide(&account(), &unsigned, &named)), expected);
    }
}

#[test]
fn debits_are_no_payments() {
    let debit = Report { direction: Direction::Debit, ..report(Source::Push, 300) };
    let named = Named::References { notices: vec![Some(notice(1))], rule: Rule::Exact };
    assert_eq!(told(&decide(&account(), &debit, &named)), "applied: keep");
}

#[test]
fn messages_of_a_gateway() {
    use NoticeState as N;
    use OrderState as O;
    let received = Standing::Received;
    let failed = Standing::NotReceived("24".to_owned());
    let held = Standing::Held("07".to_owned());
    for (name, order, notice_state, amount, standing, expected) in [
        ("success", O::Pending, N::Served, 300, &received, "applied: order 300+0, order paid"),
        ("created", O::Created, N::Issued, 300, &received, "applied: order 300+0, order paid"),
        ("after failure", O::Failed, N::Served, 300, &received, "applied: order 300+0, order paid"),
        ("after expiry", O::Expired, N::Served, 300, &received, "applied: order 300+0, order paid"),
        ("cancelled", O::Cancelled, N::Served, 300, &received, "applied: order 300+0, order paid"),
        ("paid before", O::Paid, N::Paid, 300, &received, "applied: double 300"),
        ("paid elsewhere", O::Pending, N::Paid, 300, &received, "applied: double 300"),
        ("lapsed", O::Pending, N::Lapsed, 300, &received, "applied: closed_notice 300"),
        ("less", O::Pending, N::Served, 299, &received, "invalid_amount: amount_differs 299"),
        (
            "times a hundred",
            O::Pending,
            N::Served,
            30_000,
            &received,
            "invalid_amount: amount_differs 30000",
        ),
        ("failure", O::Pending, N::Served, 300, &failed, "applied: order fail"),
        ("failure of another sum", O::Pending, N::Served, 1, &failed, "invalid_amount: keep"),
        ("failure after success", O::Paid, N::Paid, 300, &failed, "already_confirmed: keep"),
        ("failure twice", O::Failed, N::Served, 300, &failed, "applied: keep"),
        ("suspected fraud", O::Pending, N::Served, 300, &held, "applied: order see, held 300"),
        ("not known yet", O::Pending, N::Served, 300, &Standing::Pending, "applied: keep"),
    ] {
        let facts = OrderFacts { id: OrderId::new(id(7)), amount: dong(300), state: order };
        let named = Named::Attempt(Some((facts, with_state(notice_state).unwrap())));
        let report = Report { standing: standing.clone(), ..report(Source::Gateway, amount) };
        assert_eq!(told(&decide(&account(), &report, &named)), expected, "{name}");
    }
}

#[test]
fn an_order_that_we_never_opened_is_money_to_look_at() {
    let decision = decide(&account(), &report(Source::Gateway, 300), &Named::Attempt(None));
    assert_eq!(told(&decision), "unknown_order: unknown_order 300");
    let failed =
        Report { standing: Standing::NotReceived("24".to_owned()), ..report(Source::Gateway, 300) };
    assert_eq!(told(&decide(&account(), &failed, &Named::Attempt(None))), "unknown_order: keep");
}

#[test]
fn an_order_for_the_missing_sum_joins_the_parts() {
    let order =
        OrderFacts { id: OrderId::new(id(7)), amount: dong(50), state: OrderState::Pending };
    let named = Named::Attempt(Some((order, with_waiting(&[250]).unwrap())));
    let decision = decide(&account(), &report(Source::Gateway, 50), &named);
    assert_eq!(told(&decision), "applied: parts 50+250, order paid");
}

proptest::proptest! {
    /// Whatever comes, every đồng of a received payment is either allocated or left in an exception.
    #[test]
    fn every_dong_is_accounted_for(
        amount in 1i64..2_000, waiting in proptest::collection::vec(1i64..400, 0..3),
        state in 0usize..NoticeState::ALL.len(), twice in proptest::bool::ANY,
    ) {
        let first = NoticeFacts { state: NoticeState::ALL[state], ..with_waiting(&waiting).unwrap() };
        let mut notices = vec![Some(first.clone())];
        if twice { notices.push(Some(notice(2))); }
        let named = Named::References { notices, rule: Rule::Exact };
        let decision = decide(&account(), &report(Source::Push, amount), &named);
        let Effect::Money { settlements, rest, .. } = decision.effect else { panic!("{decision:?}") };
        let given: i64 = settlements.iter().map(|s| s.amount.get()).sum();
        let left = rest.map_or(0, |rest| rest.amount.get());
        proptest::prop_assert_eq!(given + left, amount);
        for settlement in &settlements {
            let joined: i64 = settlement.joined.iter().map(|part| part.amount.get()).sum();
            proptest::prop_assert_eq!(settlement.amount.get() + joined, 300);
        }
    }
}
