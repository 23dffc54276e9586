//! The readings of doubtful points, and the assessment that keeps them.

use anphi::domain::{
    assessment::{Assessment, further_advance},
    fee::{
        Claim, ClaimValue, JointRelief, LawChoice, LawSettings, QuoteInput, Subject,
        law::{CaseKind, Procedure},
    },
    money::Dong,
    time::Day,
};
use serde_json::{Value, json};

use super::{ask_with, first, tables};

fn settings(value: Value) -> LawSettings {
    serde_json::from_value(value).unwrap()
}

fn advances(settings: &LawSettings, input: &Value) -> Vec<i64> {
    let answer = ask_with(settings, input).unwrap();
    let payers = answer["payers"].as_array().unwrap();
    payers.iter().map(|payer| payer["advance"].as_i64().unwrap()).collect()
}

#[test]
fn fees_are_rounded_as_set() {
    // 5% of 10,001,230 is 500,061.5 đồng, half of it 250,030.75.
    let claims = json!([{"id": "c1", "by": ["p1"], "value": 10_001_230}]);
    for (unit, mode, fee) in [
        (1, "half_up", 500_062),
        (1, "down", 500_061),
        (1, "up", 500_062),
        (1_000, "half_up", 500_000),
        (1_000, "down", 500_000),
        (1_000, "up", 501_000),
    ] {
        let settings = settings(json!({"rounding": {"unit": unit, "mode": mode}}));
        let answer = ask_with(&settings, &first("civil", claims.clone())).unwrap();
        assert_eq!(answer["fee"], fee, "{unit} {mode}");
        assert_eq!(answer["lines"][0]["base"], 10_001_230, "values are never rounded");
    }
}

#[test]
fn the_floor_of_an_advance_is_read_as_set() {
    let claims = json!([{"id": "c1", "by": ["p1"], "value": 45_000_000}]);
    let now = first("commercial", claims);
    let mut then = now.clone();
    then["date"] = json!("2016-12-31");
    for (floor, advance, under_the_old_law) in [
        ("no_value_fee_of_the_case_kind", 3_000_000, 1_125_000),
        ("no_value_fee_of_a_civil_case", 1_500_000, 1_125_000),
        ("none", 1_500_000, 1_125_000),
    ] {
        let settings = settings(json!({"advance": {"value_floor": floor}}));
        assert_eq!(advances(&settings, &now), [advance], "{floor}");
        assert_eq!(advances(&settings, &then), [under_the_old_law], "no floor: {floor}");
    }
}

#[test]
fn joint_payers_carry_a_relief_as_set() {
    let mut input = first("civil", json!([{"id": "c1", "by": ["p1", "p2", "p3"], "value": null}]));
    let by_part = LawSettings::default();
    let none = settings(json!({"joint_relief": "none"}));
    let granted = |codes: &[(&str, &str)]| -> Value {
        codes.iter().map(|(party, code)| json!({"party": party, "code": code})).collect()
    };
    for (reliefs, each, carried) in [
        (granted(&[]), [100_000, 100_000, 100_000], [100_000, 100_000, 100_000]),
        (granted(&[("p1", "elderly")]), [0, 100_000, 100_000], [0, 150_000, 150_000]),
        (
            granted(&[("p1", "elderly"), ("p2", "force_majeure")]),
            [0, 50_000, 100_000],
            [0, 50_000, 250_000],
        ),
        (granted(&[("p1", "elderly"), ("p2", "child"), ("p3", "disabled")]), [0, 0, 0], [0, 0, 0]),
    ] {
        input["reliefs"] = reliefs;
        assert_eq!(advances(&by_part, &input), each, "{input}");
        assert_eq!(advances(&none, &input), carried, "{input}");
    }
}

#[test]
fn settings_that_do_not_exist_are_refused() {
    for value in [
        json!({"rounding": {"unit": 10}}),
        json!({"rounding": {"mode": "even"}}),
        json!({"joint_relief": "half"}),
        json!({"floor": "none"}),
    ] {
        assert!(serde_json::from_value::<LawSettings>(value.clone()).is_err(), "{value}");
    }
}

fn question(value: i64) -> QuoteInput {
    let claim = Claim {
        id: "c1".into(),
        by: vec!["p1".into()],
        value: ClaimValue::Dong(Dong::new(value).unwrap()),
        share: None,
        separate: false,
        ancillary: false,
        relief: None,
        part: None,
        role: None,
    };
    QuoteInput {
        law: LawChoice::Auto,
        date: Day::of(2026, 11, 24).unwrap(),
        procedure: Procedure::Ordinary,
        subject: Subject::Claims { case: CaseKind::Civil, claims: vec![claim] },
        shares: Vec::new(),
        reliefs: Vec::new(),
    }
}

#[test]
fn an_assessment_keeps_what_it_stands_on() {
    let settings = LawSettings { joint_relief: Some(JointRelief::None), ..LawSettings::default() };
    let kept = Assessment::of(tables(), &settings, question(500_000_000)).unwrap();
    let row = serde_json::to_value(&kept).unwrap();
    assert_eq!(row["schedule"]["id"], "nq326_2016");
    let file = tables().get("nq326_2016").unwrap().hash().to_string();
    assert_eq!(row["schedule"]["sha256"], file);
    assert_eq!(
        row["settings"],
        json!({
            "rounding": {"unit": 1, "mode": "half_up"},
            "value_floor": "no_value_fee_of_the_case_kind",
            "joint_relief": "none",
        })
    );
    assert_eq!(row["engine"], "1");
    // The kept question, asked again, has the kept answer.
    assert_eq!(ask_with(&settings, &row["input"]).unwrap(), row["result"]);
}

#[test]
fn a_raised_claim_asks_only_for_the_difference() {
    let dong = |amount| Dong::new(amount).unwrap();
    assert_eq!(further_advance(dong(18_000_000), dong(12_000_000)), dong(6_000_000));
    assert_eq!(further_advance(dong(12_000_000), dong(18_000_000)), Dong::ZERO);
}
