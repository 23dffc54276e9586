//! Fees and advances: the vectors, the demo's notices, worked examples, and what always holds.

mod law;
mod properties;
mod refusals;
mod settings;

use std::sync::LazyLock;

use anphi::domain::fee::{Answer, LawSettings, LawTables, QuoteError, Tree, answer};
use serde_json::{Value, json};

static TABLES: LazyLock<LawTables> =
    LazyLock::new(|| LawTables::shipped().expect("the shipped tables load"));

pub fn tables() -> &'static LawTables {
    &TABLES
}

/// The answer to an input, as JSON, by the default settings.
pub fn ask(input: &Value) -> Result<Value, QuoteError> {
    ask_with(&LawSettings::default(), input)
}

pub fn ask_with(settings: &LawSettings, input: &Value) -> Result<Value, QuoteError> {
    let tree: Tree = serde_json::from_str(&input.to_string()).unwrap();
    let answered: Answer = answer(tables(), settings, &tree)?;
    Ok(serde_json::to_value(answered).unwrap())
}

/// A question of 24/11/2026, the rest as given.
pub fn question(rest: Value) -> Value {
    let mut question = json!({"op": "advance", "law": "auto", "date": "2026-11-24"});
    let Value::Object(rest) = rest else { panic!("an object") };
    question.as_object_mut().unwrap().extend(rest);
    question
}

/// A first-instance case of these claims.
pub fn first(case: &str, claims: Value) -> Value {
    let mut input = question(json!({"case": case, "instance": "first"}));
    input["claims"] = claims;
    input
}

#[test]
fn every_vector_is_answered_to_the_letter() {
    let file = include_str!("../data/vectors/fees.json");
    let vectors: Value = serde_json::from_str(file).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    let mut wrong = Vec::new();
    for vector in vectors {
        let expected = &vector["expect"];
        let got = match ask(&vector["input"]) {
            Ok(answer) => answer,
            Err(error) => json!({"error": {"code": error.code, "field": error.field}}),
        };
        // As text: keys in the same order, whole numbers without a point.
        let (got, expected) = (got.to_string(), expected.to_string());
        if got != expected {
            wrong.push(format!("{}: {got}", vector["name"]));
        }
    }
    assert_eq!(vectors.len(), 306);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Reference, kind, value in thousand đồng, what is special, fee, advance.
type Notice = (&'static str, &'static str, Option<i64>, &'static str, i64, i64);

/// The figures of the demo's 12 cases.
#[test]
fn the_demo_owes_its_21_advances() {
    #[rustfmt::skip]
    let notices: [Notice; 21] = [
        ("AP2611900016", "civil",          Some(5_000),      "",       300_000,     300_000),
        ("AP2611900027", "civil",          Some(120_000),    "reduced", 6_000_000,   1_500_000),
        ("AP2611900034", "civil",          Some(650_000),    "",       30_000_000,  15_000_000),
        ("AP2611900042", "civil",          Some(900_000),    "",       39_000_000,  19_500_000),
        ("AP2611900050", "civil",          Some(6_000_000),  "",       114_000_000, 57_000_000),
        ("AP2611900069", "family",         Some(2_500_000),  "divorce", 82_300_000,  41_300_000),
        ("AP2611900075", "matter",         None,             "half",   150_000,     150_000),
        ("AP2611900088", "matter",         None,             "half",   150_000,     150_000),
        ("AP2611900091", "commercial",     Some(45_000),     "",       3_000_000,   3_000_000),
        ("AP2611900109", "commercial",     Some(250_000),    "",       12_500_000,  6_250_000),
        ("AP2611900114", "commercial",     Some(500_000),    "",       24_000_000,  12_000_000),
        ("AP2611900123", "commercial",     Some(1_200_000),  "",       48_000_000,  24_000_000),
        ("AP2611900138", "commercial",     None,             "",       3_000_000,   3_000_000),
        ("AP2611900146", "commercial",     Some(3_200_000),  "",       96_000_000,  48_000_000),
        ("AP2611900151", "commercial",     Some(10_000_000), "",       118_000_000, 59_000_000),
        ("AP2611900167", "labour",         Some(200_000),    "",       6_000_000,   3_000_000),
        ("AP2611900172", "labour",         Some(5_000),      "",       300_000,     300_000),
        ("AP2611900180", "labour",         Some(2_400_000),  "",       44_400_000,  22_200_000),
        ("AP2611900195", "labour",         Some(800_000),    "",       20_000_000,  10_000_000),
        ("AP2611900205", "administrative", None,             "",       300_000,     300_000),
        ("AP2611900218", "commercial",     None,             "appeal", 2_000_000,   2_000_000),
    ];
    let mut sum = 0;
    for (notice, case, thousands, special, fee, advance) in notices {
        let claim =
            json!({"id": "c1", "by": ["p1"], "value": thousands.map(|value| value * 1_000)});
        let mut input = first(case, json!([claim]));
        match special {
            "reduced" => input["reliefs"] = json!([{"party": "p1", "code": "force_majeure"}]),
            "divorce" => {
                let divorce = json!({"id": "c0", "by": ["p1"], "value": null});
                input["claims"] = json!([divorce, input["claims"][0]]);
            }
            "half" => input["claims"][0]["by"] = json!(["p1", "p2"]),
            "appeal" => {
                let appeals = json!([{"id": "a1", "by": ["p1"]}]);
                input = question(json!({"case": case, "instance": "appeal", "appeals": appeals}));
            }
            _ => {}
        }
        let answer = ask(&input).unwrap();
        let paid = answer["payers"][0]["advance"].as_i64().unwrap();
        let whole = answer["fee"].as_i64().unwrap();
        let of_payer = if special == "half" { whole / 2 } else { whole };
        assert_eq!((of_payer, paid), (fee, advance), "{notice}: {answer}");
        sum += paid;
    }
    assert_eq!(sum, 327_950_000);
}

#[test]
fn wages_are_claimed_without_an_advance() {
    let claims = json!([{"id": "c1", "by": ["p1"], "value": 24_000_000, "relief": "worker_claim"}]);
    let answer = ask(&first("labour", claims)).unwrap();
    assert_eq!((&answer["fee"], &answer["advance"]), (&json!(720_000), &json!(0)));
    assert_eq!(answer["payers"][0]["reliefs"][0]["article"], "12(1)(a)");
}

/// By hand from the articles; amounts in đồng.
#[test]
fn worked_examples_of_the_resolution() {
    let p1 = json!(["p1"]);
    for (article, input, fee, advance) in [
        (
            "7(2): half the fee of 5% x 100m",
            first("civil", json!([{"id": "c1", "by": p1, "value": 100_000_000}])),
            5_000_000,
            2_500_000,
        ),
        (
            "7(2): half of 300,000 lies under the fee without value",
            first("civil", json!([{"id": "c1", "by": p1, "value": 6_000_000}])),
            300_000,
            300_000,
        ),
        (
            "25(2): two heirs who each ask for their own part pay two advances",
            first(
                "civil",
                json!([
                    {"id": "c1", "by": ["p1"], "value": 1_200_000_000, "share": "1/3"},
                    {"id": "c2", "by": ["p2"], "value": 1_200_000_000, "share": "1/3"},
                ]),
            ),
            40_000_000,
            20_000_000,
        ),
        (
            "27(3)(b): void the sale (no value) and give back 400m",
            first(
                "civil",
                json!([
                    {"id": "c1", "by": p1, "value": null},
                    {"id": "c2", "by": p1, "value": 400_000_000},
                ]),
            ),
            20_300_000,
            10_300_000,
        ),
        (
            "31(2), 7(3): damages in an administrative case have a fee, no advance",
            first(
                "administrative",
                json!([
                    {"id": "c1", "by": p1, "value": null},
                    {"id": "c2", "by": p1, "value": null, "part": "damages"},
                ]),
            ),
            600_000,
            300_000,
        ),
        (
            "22(2), 23(1): a victim's claim without value in a criminal case",
            first("criminal", json!([{"id": "c1", "by": ["victim"], "value": null}])),
            300_000,
            0,
        ),
        (
            "39(3), list B.II.2.b: setting aside an award",
            question(json!({"case": "charge", "charge": "arbitration.annulment", "by": p1})),
            500_000,
            500_000,
        ),
    ] {
        let answer = ask(&input).unwrap();
        let got = (answer["fee"].as_i64().unwrap(), answer["advance"].as_i64().unwrap());
        assert_eq!(got, (fee, advance), "{article}");
    }
}

/// Co-plaintiffs of 100m: the advance of 2,500,000, in parts.
#[test]
fn relief_is_personal_and_stops_at_the_equal_part() {
    for (article, shares, reliefs, parts) in [
        (
            "26(9): the others pay theirs",
            json!({}),
            json!(["elderly", "", ""]),
            [0, 833_333, 833_333],
        ),
        ("13(1)", json!({}), json!(["force_majeure", "", ""]), [416_667, 833_333, 833_333]),
        (
            "12(3): what exceeds the equal part is paid whole",
            json!({"p1": "1", "p2": "0", "p3": "0"}),
            json!(["elderly", "", ""]),
            [1_666_666, 0, 0],
        ),
        (
            "13(3)",
            json!({"p1": "1/2", "p2": "1/4", "p3": "1/4"}),
            json!(["force_majeure", "", ""]),
            [833_333, 625_000, 625_000],
        ),
        (
            "12(3): less than the equal part falls away whole",
            json!({"p1": "0.1", "p2": "0.5", "p3": "0.4"}),
            json!(["elderly", "", ""]),
            [0, 1_250_000, 1_000_000],
        ),
        (
            "12(2): an exemption beats a reduction, whichever was granted first",
            json!({}),
            json!(["force_majeure", "force_majeure", "disabled"]),
            [416_667, 416_666, 0],
        ),
    ] {
        let claim = json!({"id": "c1", "by": ["p1", "p2", "p3"], "value": 100_000_000});
        let mut input = first("civil", json!([claim]));
        input["shares"] = shares;
        let parties = ["p1", "p2", "p3"].into_iter().zip(reliefs.as_array().unwrap());
        let granted = parties.filter(|(_, code)| **code != "");
        let granted = granted.map(|(party, code)| json!({"party": party, "code": code}));
        input["reliefs"] = granted.collect();
        let answer = ask(&input).unwrap();
        let got: Vec<i64> = answer["payers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|payer| payer["advance"].as_i64().unwrap())
            .collect();
        assert_eq!(got, parts, "{article}");
    }
}

#[test]
fn a_relief_reaches_only_what_the_law_lets_it_reach() {
    let claim = |relief| json!([{"id": "c1", "by": ["p1"], "value": null, "relief": relief}]);
    let charge = |code: &str, relief| {
        question(json!({"case": "charge", "charge": code, "by": ["p1"], "relief": relief}))
    };
    for (why, input, advance) in [
        (
            "worker_claim is of fees, not of matters",
            first("matter", claim("worker_claim")),
            300_000,
        ),
        ("child reaches matters too", first("matter", claim("child")), 0),
        ("child does not reach other charges", charge("ship.arrest", "child"), 8_000_000),
        ("strike_union is of charges, not of fees", first("civil", claim("strike_union")), 300_000),
        ("consumer frees from every advance", charge("ship.arrest", "consumer"), 0),
        ("force_majeure reaches every charge", charge("copies", "force_majeure"), 750),
        ("accused as a relief frees the advance", first("civil", claim("accused")), 0),
    ] {
        let answer = ask(&input).unwrap();
        assert_eq!(answer["advance"], advance, "{why}");
        let worked = !answer["payers"][0]["reliefs"].as_array().unwrap().is_empty();
        let paid_less = answer["advance"] != answer["payers"][0]["before_relief"];
        assert_eq!(worked, paid_less, "{why}: only reliefs that worked are named");
    }
}

#[test]
fn claims_join_only_when_nothing_tells_them_apart() {
    let p1 = json!(["p1"]);
    for (why, claims, lines) in [
        (
            "the same parties in another order",
            json!([
                {"id": "c1", "by": ["p1", "p2"], "value": 1},
                {"id": "c2", "by": ["p2", "p1"], "value": 1},
            ]),
            json!([["c1", "c2"]]),
        ),
        (
            "other parties, another relief, kept apart by the judge, and a later one that joins",
            json!([
                {"id": "c1", "by": p1, "value": 1},
                {"id": "c2", "by": ["p2"], "value": 1},
                {"id": "c3", "by": p1, "value": 1, "relief": "consumer"},
                {"id": "c4", "by": p1, "value": 1, "separate": true},
                {"id": "c5", "by": p1, "value": 1},
            ]),
            json!([["c1", "c5"], ["c2"], ["c3"], ["c4"]]),
        ),
        (
            "claims without value never join, what is ancillary has no line",
            json!([
                {"id": "c1", "by": p1, "value": null},
                {"id": "c2", "by": p1, "value": 7, "ancillary": true},
                {"id": "c3", "by": p1},
            ]),
            json!([["c1"], ["c3"]]),
        ),
    ] {
        let answer = ask(&first("civil", claims)).unwrap();
        let got: Value =
            answer["lines"].as_array().unwrap().iter().map(|l| l["claims"].clone()).collect();
        assert_eq!(got, lines, "{why}");
    }
}

#[test]
fn shares_are_used_only_by_a_line_of_exactly_those_parties() {
    let mut input = first(
        "civil",
        json!([
            {"id": "c1", "by": ["p1", "p2"], "value": null},
            {"id": "c2", "by": ["p1", "p2", "p3"], "value": null},
            {"id": "c3", "by": ["p1"], "value": null},
        ]),
    );
    input["shares"] = json!({"p2": "1/6", "p1": "5/6"});
    let answer = ask(&input).unwrap();
    let parts: Vec<_> =
        answer["payers"].as_array().unwrap().iter().map(|p| &p["advance"]).collect();
    assert_eq!(
        parts,
        [&json!(250_000 + 100_000 + 300_000), &json!(50_000 + 100_000), &json!(100_000)]
    );
}
