//! What holds for every input (law.md section 7, properties to test).

use anphi::domain::fee::{Answer, LawSettings, Tree, answer};
use proptest::{
    collection::vec, prelude::Strategy, prop_assert, prop_assert_eq, proptest, sample::select,
};
use serde_json::{Value, json};

use super::{ask, ask_with, first, tables};

const LARGEST: i64 = 999_999_999_999_999;

/// Values crowd around the ends of bands, where rules change.
fn value() -> impl Strategy<Value = i64> {
    let ends = select(vec![
        1,
        4_000_000,
        6_000_000,
        40_000_000,
        60_000_000,
        400_000_000,
        800_000_000,
        2_000_000_000,
        4_000_000_000,
        LARGEST,
    ]);
    (ends, -50_i64..50, 1..=LARGEST, 0..3).prop_map(|(end, near, any, which)| match which {
        0 => any,
        1 => any % 5_000_000_000 + 1,
        _ => (end + near).clamp(1, LARGEST),
    })
}

fn suit() -> impl Strategy<Value = &'static str> {
    select(vec!["civil", "family", "commercial", "labour"])
}

fn day() -> impl Strategy<Value = &'static str> {
    select(vec!["2026-11-24", "2016-09-01"])
}

fn procedure() -> impl Strategy<Value = &'static str> {
    select(vec!["ordinary", "simplified"])
}

fn rounding() -> impl Strategy<Value = LawSettings> {
    let modes = select(vec!["half_up", "down", "up"]);
    (select(vec![1, 1_000]), modes).prop_map(|(unit, mode)| {
        serde_json::from_value(json!({"rounding": {"unit": unit, "mode": mode}})).unwrap()
    })
}

fn relief() -> impl Strategy<Value = &'static str> {
    select(vec!["elderly", "force_majeure", "consumer", "worker_claim", "strike_union", "accused"])
}

fn amount(answer: &Value, field: &str) -> i64 {
    answer[field].as_i64().unwrap()
}

fn sum(list: &Value, field: &str) -> i64 {
    list.as_array().unwrap().iter().map(|entry| amount(entry, field)).sum()
}

/// Joint and own claims of three parties, with shares of the three.
fn case() -> impl Strategy<Value = Value> {
    let claim = (value(), 1_usize..8, 0..4).prop_map(|(value, who, kind)| {
        let by: Vec<&str> = ["p1", "p2", "p3"]
            .into_iter()
            .enumerate()
            .filter(|(i, _)| who >> i & 1 == 1)
            .map(|(_, party)| party)
            .collect();
        match kind {
            0 => json!({"by": by, "value": null}),
            1 => json!({"by": by, "value": value, "separate": true}),
            _ => json!({"by": by, "value": value}),
        }
    });
    let shares = (1_u32..50, 1_u32..50, 0_u32..50).prop_map(|(a, b, c)| {
        let whole = a + b + c;
        json!({"p1": format!("{a}/{whole}"), "p2": format!("{b}/{whole}"), "p3": format!("{c}/{whole}")})
    });
    (suit(), day(), procedure(), vec(claim, 1..6), shares).prop_map(
        |(suit, day, procedure, mut claims, shares)| {
            for (index, claim) in claims.iter_mut().enumerate() {
                claim["id"] = json!(format!("c{index}"));
            }
            let mut input = first(suit, json!(claims));
            input["date"] = json!(day);
            input["procedure"] = json!(procedure);
            input["shares"] = shares;
            input
        },
    )
}

proptest! {
    #[test]
    fn fee_and_advance_never_fall_when_a_claim_rises(
        (lower, higher) in (value(), value()), suit in suit(), day in day(),
        procedure in procedure(), settings in rounding(),
    ) {
        let (lower, higher) = (lower.min(higher), lower.max(higher));
        let of = |value: i64| {
            let mut input = first(suit, json!([{"id": "c1", "by": ["p1"], "value": value}]));
            input["date"] = json!(day);
            input["procedure"] = json!(procedure);
            let answer = ask_with(&settings, &input).unwrap();
            (amount(&answer, "fee"), amount(&answer, "advance"))
        };
        let (less, more) = (of(lower), of(higher));
        prop_assert!(less.0 <= more.0 && less.1 <= more.1, "{lower} {less:?}, {higher} {more:?}");
    }

    #[test]
    fn without_relief_the_payers_pay_the_lines(input in case(), settings in rounding()) {
        let answer = ask_with(&settings, &input).unwrap();
        let lines = sum(&answer["lines"], "advance");
        prop_assert_eq!(sum(&answer["payers"], "advance"), lines);
        prop_assert_eq!(sum(&answer["payers"], "before_relief"), lines);
        prop_assert_eq!(amount(&answer, "advance"), lines);
        prop_assert_eq!(amount(&answer, "fee"), sum(&answer["lines"], "amount"));
    }

    #[test]
    fn a_relief_never_makes_anybody_pay_more(input in case(), code in relief()) {
        let mut relieved = input.clone();
        relieved["reliefs"] = json!([{"party": "p1", "code": code}]);
        if relieved["date"] == "2016-09-01" {
            relieved["reliefs"] = json!([{"party": "p1", "code": "economic_hardship"}]);
        }
        let (plain, relieved) = (ask(&input).unwrap(), ask(&relieved).unwrap());
        prop_assert_eq!(&plain["lines"], &relieved["lines"]);
        let payers = plain["payers"].as_array().unwrap().iter();
        for (before, after) in payers.zip(relieved["payers"].as_array().unwrap()) {
            let (before, after) = (amount(before, "advance"), amount(after, "advance"));
            prop_assert!(0 <= after && after <= before, "{before} {after}");
        }
    }

    #[test]
    fn carried_reliefs_leave_the_sum_while_somebody_pays(input in case(), code in relief()) {
        let settings: LawSettings =
            serde_json::from_value(json!({"joint_relief": "none"})).unwrap();
        let mut input = input;
        input["date"] = json!("2026-11-24");
        for claim in input["claims"].as_array_mut().unwrap() {
            claim["by"] = json!(["p1", "p2", "p3"]);
        }
        input["reliefs"] = json!([{"party": "p2", "code": code}]);
        let answer = ask_with(&settings, &input).unwrap();
        prop_assert_eq!(amount(&answer, "advance"), sum(&answer["lines"], "advance"));
    }

    #[test]
    fn an_advance_is_at_least_its_floor(value in value(), suit in suit()) {
        let of = |value: Option<i64>| {
            let claims = json!([{"id": "c1", "by": ["p1"], "value": value}]);
            amount(&ask(&first(suit, claims)).unwrap(), "advance")
        };
        prop_assert!(of(Some(value)) >= of(None));
    }

    #[test]
    fn the_same_question_has_the_same_bytes_also_once_kept(input in case()) {
        let tree: Tree = serde_json::from_str(&input.to_string()).unwrap();
        let once = answer(tables(), &LawSettings::default(), &tree).unwrap();
        let again = answer(tables(), &LawSettings::default(), &tree).unwrap();
        prop_assert_eq!(serde_json::to_string(&once).unwrap(), serde_json::to_string(&again).unwrap());
        // Steps too, which are not in the JSON.
        prop_assert_eq!(&once, &again);
        let Answer::Advance(quote) = once else { panic!("a quote") };
        for line in &quote.lines {
            prop_assert_eq!(line.steps.last().unwrap().amount, line.advance);
        }
    }

    #[test]
    fn every_advance_paid_goes_somewhere(
        bases in vec((value(), 1_i64..4), 0..4), paid in vec((1_i64..4, 0_i64..10_000_000_000), 0..4),
        end in select(vec!["judgment", "agreement_before_trial", "suspended", "civil_limitation",
            "matter_request_dropped"]),
    ) {
        let mut input = json!({
            "op": "outcome", "law": "auto", "date": "2026-11-24", "case": "civil", "instance": "first",
        });
        let stopped = !["judgment", "agreement_before_trial"].contains(&end);
        if stopped {
            input["disposal"] = json!(end);
        } else {
            input["ending"] = json!(end);
            input["bears"] = bases.iter()
                .map(|(base, party)| json!({"party": format!("p{party}"), "base": base})).collect();
        }
        input["advances"] = paid.iter()
            .map(|(party, paid)| json!({"party": format!("p{party}"), "paid": paid})).collect();
        let answer = ask(&input).unwrap();
        for party in answer["parties"].as_array().unwrap() {
            let part = |field| amount(party, field);
            prop_assert_eq!(part("remit") + part("refund") + part("hold"), part("paid"));
            if !stopped {
                prop_assert_eq!(part("remit") + part("due"), part("bears"));
            }
        }
        let total: i64 = paid.iter().map(|(_, paid)| paid).sum();
        prop_assert_eq!(sum(&answer["parties"], "paid"), total);
    }
}
