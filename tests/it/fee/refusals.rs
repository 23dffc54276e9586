//! What is refused, with which code, where, and in which order.

use serde_json::{Value, json};

use super::{ask, first, question};

fn refused(input: &Value) -> (String, String) {
    match ask(input) {
        Ok(answer) => panic!("answered {answer} to {input}"),
        Err(error) => (error.code.code().to_owned(), error.field),
    }
}

/// Sets fields; "absent" takes one away.
fn change(object: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        if value == "absent" {
            object.as_object_mut().unwrap().remove(&name);
        } else {
            object[name] = value;
        }
    }
}

/// A good civil question with some of its fields replaced.
fn with(changes: Value) -> Value {
    let mut input = first("civil", json!([{"id": "c1", "by": ["p1"], "value": 5_000_000}]));
    change(&mut input, changes);
    input
}

/// The same with its one claim changed.
fn claim(changes: Value) -> Value {
    let mut claim = json!({"id": "c1", "by": ["p1"], "value": 5_000_000});
    change(&mut claim, changes);
    with(json!({"claims": [claim]}))
}

fn charge(changes: Value) -> Value {
    let mut input = question(json!({"case": "charge", "charge": "copies", "by": ["p1"]}));
    change(&mut input, changes);
    input
}

fn appeal(case: &str, changes: Value) -> Value {
    let mut appeal = json!({"id": "a1", "by": ["p1"]});
    change(&mut appeal, changes);
    question(json!({"case": case, "instance": "appeal", "appeals": [appeal]}))
}

fn outcome(changes: Value) -> Value {
    let mut input = json!({
        "op": "outcome", "law": "nq326_2016", "date": "2026-11-24", "case": "civil",
        "instance": "first", "ending": "judgment", "bears": [{"party": "p1", "base": null}],
        "advances": [],
    });
    change(&mut input, changes);
    input
}

#[test]
fn each_code_stands_at_its_field() {
    let usd = |amount: &str, rate: &str| {
        let foreign = json!({"currency": "USD", "amount": amount, "rate": rate});
        claim(json!({"value": null, "foreign": foreign}))
    };
    #[rustfmt::skip]
    let refusals = [
        (with(json!({"date": "2026-02-30"})), "bad_date", "date"),
        (with(json!({"date": "2026-2-3"})), "bad_date", "date"),
        (with(json!({"date": "24/11/2026"})), "bad_date", "date"),
        (with(json!({"date": 20_261_124})), "bad_date", "date"),
        (with(json!({"date": "absent"})), "bad_date", "date"),
        (with(json!({"law": "nq999"})), "unknown_law", "law"),
        (with(json!({"law": null})), "unknown_law", "law"),
        (with(json!({"date": "2009-06-30"})), "no_law_for_date", "date"),
        (with(json!({"law": "pl10_2009"})), "law_not_in_force", "date"),
        (with(json!({"op": "refund"})), "unknown_op", "op"),
        (with(json!({"op": "absent"})), "unknown_op", "op"),
        (with(json!({"case": "Civil"})), "unknown_case", "case"),
        (with(json!({"case": ["civil"]})), "unknown_case", "case"),
        (with(json!({"instance": "cassation"})), "unknown_instance", "instance"),
        (with(json!({"instance": "absent"})), "unknown_instance", "instance"),
        (with(json!({"procedure": "fast"})), "unknown_procedure", "procedure"),
        (with(json!({"case": "criminal", "procedure": "simplified"})), "procedure_not_available", "procedure"),
        (charge(json!({"procedure": "simplified"})), "procedure_not_available", "procedure"),
        (with(json!({"claims": null})), "no_claims", "claims"),
        (claim(json!({"ancillary": true})), "no_claims", "claims"),
        (with(json!({"instance": "appeal", "claims": "absent"})), "no_appeals", "appeals"),
        (claim(json!({"part": "damages"})), "part_not_allowed", "claims[0].part"),
        (first("administrative", json!([{"id": "c1", "by": ["p1"], "part": "costs"}])), "part_not_allowed", "claims[0].part"),
        (appeal("matter", json!({"part": "damages"})), "part_not_allowed", "appeals[0].part"),
        (claim(json!({"value": 0})), "value_not_positive", "claims[0].value"),
        (claim(json!({"value": i64::MIN})), "value_not_positive", "claims[0].value"),
        (claim(json!({"value": 1_000_000_000_000_000_i64})), "value_too_large", "claims[0].value"),
        (claim(json!({"value": u64::MAX})), "value_too_large", "claims[0].value"),
        (usd("0", "26150"), "value_not_positive", "claims[0].value"),
        (usd("0.00001", "26150"), "value_not_positive", "claims[0].value"),
        (usd("999999999999", "26150"), "value_too_large", "claims[0].value"),
        (usd("99999999999999999999", "1"), "value_too_large", "claims[0].value"),
        (claim(json!({"value": 1, "share": "1/3"})), "value_not_positive", "claims[0].value"),
        (claim(json!({"share": "0"})), "bad_share", "claims[0].share"),
        (claim(json!({"share": "3/2"})), "bad_share", "claims[0].share"),
        (claim(json!({"share": "half"})), "bad_share", "claims[0].share"),
        (claim(json!({"share": "1/0"})), "bad_share", "claims[0].share"),
        (claim(json!({"share": 0.5})), "bad_share", "claims[0].share"),
        (claim(json!({"value": null, "share": "1/2"})), "bad_share", "claims[0].share"),
        (first("matter", json!([{"id": "c1", "by": ["p1"], "value": 1}])), "value_not_allowed", "claims"),
        (claim(json!({"relief": "rich"})), "unknown_relief", "claims[0].relief"),
        (appeal("civil", json!({"relief": "rich"})), "unknown_relief", "appeals[0].relief"),
        (charge(json!({"relief": "rich"})), "unknown_relief", "relief"),
        (with(json!({"reliefs": [{"party": "p1", "code": "elderly"}, {"party": "p1", "code": ""}]})), "unknown_relief", "reliefs[1].code"),
        (with(json!({"reliefs": [{"party": "p1", "code": "force_majeure", "rate": "0.6"}]})), "relief_rate_too_high", "reliefs[0].rate"),
        (with(json!({"reliefs": [{"party": "p1", "code": "force_majeure", "rate": "0.4"}]})), "relief_rate_fixed", "reliefs[0].rate"),
        (with(json!({"reliefs": [{"party": "p1", "code": "elderly", "rate": "0.4"}]})), "relief_rate_fixed", "reliefs[0].rate"),
        (with(json!({"shares": {"p1": "1/2", "p2": "0.49"}})), "shares_do_not_sum", "shares"),
        (with(json!({"shares": {"p1": "2/3", "p2": "2/3"}})), "shares_do_not_sum", "shares"),
        (with(json!({"shares": {"p1": "2"}})), "bad_share", "shares.p1"),
        (with(json!({"shares": {"p1": "all"}})), "bad_share", "shares.p1"),
        (charge(json!({"charge": "bankruptcy.recovery"})), "unknown_charge", "charge"),
        (charge(json!({"charge": "civil.appeal"})), "unknown_charge", "charge"),
        (charge(json!({"charge": null})), "unknown_charge", "charge"),
        (charge(json!({"quantity": -1})), "quantity_not_positive", "quantity"),
        (charge(json!({"quantity": 1_000_001})), "quantity_too_large", "quantity"),
    ];
    for (input, code, field) in refusals {
        assert_eq!(refused(&input), (code.to_owned(), field.to_owned()), "{input}");
    }
}

#[test]
fn each_code_of_an_outcome_stands_at_its_field() {
    #[rustfmt::skip]
    let refusals = [
        (outcome(json!({"ending": "upheld"})), "unknown_ending", "ending"),
        (outcome(json!({"ending": null})), "unknown_ending", "ending"),
        (outcome(json!({"case": "charge"})), "no_schedule_item", "case"),
        (outcome(json!({"case": "matter", "bears": [{"party": "p1", "base": 5}]})), "value_not_allowed", "bears"),
        (outcome(json!({"bears": [{"party": "p1", "base": 0}]})), "value_not_positive", "bears[0].base"),
        (outcome(json!({"bears": [{"party": "p1", "part": "2"}]})), "bad_share", "bears[0].part"),
        (outcome(json!({"bears": [{"party": "p1", "as": "tax"}]})), "unknown_case", "bears[0].as"),
        (outcome(json!({"bears": [{"party": "p1", "relief": "rich"}]})), "unknown_relief", "bears[0].relief"),
    ];
    for (input, code, field) in refusals {
        assert_eq!(refused(&input), (code.to_owned(), field.to_owned()), "{input}");
    }
}

#[test]
fn what_no_input_has_is_bad_input() {
    #[rustfmt::skip]
    let refusals = [
        (json!(null), ""),
        (json!([]), ""),
        (json!("{}"), ""),
        (with(json!({"claim": []})), "claim"),
        (with(json!({"claims": {}})), "claims"),
        (with(json!({"claims": [null]})), "claims[0]"),
        (with(json!({"reliefs": [["p1", "elderly"]]})), "reliefs[0]"),
        (with(json!({"reliefs": [{"party": "p1", "code": "force_majeure", "rate": "half"}]})), "reliefs[0].rate"),
        (with(json!({"reliefs": [{"party": "p1", "code": "force_majeure", "rate": "0"}]})), "reliefs[0].rate"),
        (with(json!({"reliefs": [{"code": "elderly"}]})), "reliefs[0].party"),
        (with(json!({"shares": ["1/2"]})), "shares"),
        (claim(json!({"values": 5})), "claims[0].values"),
        (claim(json!({"id": null})), "claims[0].id"),
        (claim(json!({"id": 1})), "claims[0].id"),
        (claim(json!({"by": "p1"})), "claims[0].by"),
        (claim(json!({"by": []})), "claims[0].by"),
        (claim(json!({"by": ["p1", "p1"]})), "claims[0].by[1]"),
        (claim(json!({"by": [""]})), "claims[0].by[0]"),
        (claim(json!({"by": ["p\u{0}1"]})), "claims[0].by[0]"),
        (claim(json!({"by": ["p".repeat(201)]})), "claims[0].by[0]"),
        (claim(json!({"value": "5000000"})), "claims[0].value"),
        (claim(json!({"value": 5_000_000.0})), "claims[0].value"),
        (claim(json!({"value": true})), "claims[0].value"),
        (claim(json!({"separate": "yes"})), "claims[0].separate"),
        (claim(json!({"foreign": {"currency": "USD", "amount": "1", "rate": "1"}})), "claims[0].value"),
        (claim(json!({"value": null, "foreign": {"currency": "usd", "amount": "1", "rate": "1"}})), "claims[0].foreign.currency"),
        (claim(json!({"value": null, "foreign": {"currency": "USD", "amount": "1,5", "rate": "1"}})), "claims[0].foreign.amount"),
        (claim(json!({"value": null, "foreign": {"currency": "USD", "amount": "-1", "rate": "1"}})), "claims[0].foreign.amount"),
        (claim(json!({"value": null, "foreign": {"currency": "USD", "amount": "1"}})), "claims[0].foreign.rate"),
        (with(json!({"claims": [{"id": "c1", "by": ["p1"]}, {"id": "c1", "by": ["p1"]}]})), "claims[1].id"),
        (with(json!({"appeals": [{"id": "a1", "by": ["p1"]}]})), "appeals"),
        (with(json!({"quantity": 2})), "quantity"),
        (with(json!({"disposal": "suspended"})), "disposal"),
        (charge(json!({"by": null})), "by"),
        (charge(json!({"quantity": "2"})), "quantity"),
        (charge(json!({"quantity": 1.5})), "quantity"),
        (charge(json!({"charge": "ship.arrest", "quantity": 2})), "quantity"),
        (charge(json!({"claims": [{"id": "c1", "by": ["p1"]}]})), "claims"),
        (outcome(json!({"disposal": "suspended"})), "ending"),
        (outcome(json!({"claims": [1]})), "claims"),
        (outcome(json!({"advances": [{"party": "p1", "paid": -1}]})), "advances[0].paid"),
        (outcome(json!({"advances": [{"party": "p1", "paid": 1.5}]})), "advances[0].paid"),
        (outcome(json!({"advances": [{"party": "p1"}]})), "advances[0].paid"),
        (outcome(json!({"bears": [{"base": 5}]})), "bears[0].party"),
    ];
    for (input, field) in refusals {
        assert_eq!(refused(&input), ("bad_input".to_owned(), field.to_owned()), "{input}");
    }
}

/// One question with everything wrong: each refusal, once mended, shows the next of the order.
#[test]
fn the_first_error_is_the_first_of_the_order() {
    let wrong = json!({"id": "c1", "by": ["p1"], "part": "damages", "value": 0, "share": "2"});
    let mut input = json!({
        "op": "refund", "law": "nq999", "date": "never", "case": "tax", "instance": "last",
        "procedure": "fast", "reliefs": [{"party": "p1", "code": "rich"}],
        "claims": [{"id": "c0", "by": ["p1"], "value": null}, wrong],
        "shares": {"p1": "1/3"},
    });
    #[rustfmt::skip]
    let mends: [(&str, &str, &str, Value); 14] = [
        ("bad_date", "date", "/date", json!("2026-11-24")),
        ("unknown_law", "law", "/law", json!("pl10_2009")),
        ("law_not_in_force", "date", "/law", json!("auto")),
        ("unknown_op", "op", "/op", json!("advance")),
        ("unknown_case", "case", "/case", json!("matter")),
        ("unknown_instance", "instance", "/instance", json!("first")),
        ("unknown_procedure", "procedure", "/procedure", json!("simplified")),
        ("procedure_not_available", "procedure", "/procedure", json!("ordinary")),
        ("unknown_relief", "reliefs[0].code", "/reliefs/0/code", json!("elderly")),
        ("part_not_allowed", "claims[1].part", "/claims/1/part", Value::Null),
        ("value_not_positive", "claims[1].value", "/claims/1/value", json!(5)),
        ("bad_share", "claims[1].share", "/claims/1/share", Value::Null),
        ("value_not_allowed", "claims", "/claims/1/value", Value::Null),
        ("shares_do_not_sum", "shares", "/shares/p1", json!("1")),
    ];
    for (code, field, pointer, mended) in mends {
        assert_eq!(refused(&input), (code.to_owned(), field.to_owned()));
        *input.pointer_mut(pointer).unwrap() = mended;
    }
    ask(&input).unwrap();
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    use anphi::domain::fee::Tree;

    let text = r#"{"op":"advance","law":"auto","date":"2026-11-24","date":"2016-11-24"}"#;
    let error = serde_json::from_str::<Tree>(text).unwrap_err();
    assert!(error.to_string().contains("\"date\" stands twice"), "{error}");
}

#[test]
fn many_of_the_largest_claims_are_summed_or_refused() {
    let claims = |count: usize| -> Value {
        let largest = 999_999_999_999_999_i64;
        (0..count).map(|i| json!({"id": format!("c{i}"), "by": ["p1"], "value": largest})).collect()
    };
    let nine = ask(&first("civil", claims(9))).unwrap();
    assert_eq!(nine["lines"][0]["base"], 8_999_999_999_999_991_i64);
    let ten = first("civil", claims(10));
    assert_eq!(refused(&ten), ("value_too_large".to_owned(), "claims".to_owned()));
}
