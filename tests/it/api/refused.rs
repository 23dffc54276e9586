//! What bad input gets (reliability 4): the expected answer, and not a row more than before.

use serde_json::{Value, json};

use super::{
    a_case,
    client::{Asked, Client, get, post, raw, row_counts},
};
use crate::harness::on_both;

/// The case with one thing changed: a JSON pointer and what stands there instead.
fn changed(pointer: &str, value: Value) -> Asked {
    let mut case = a_case();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    case.pointer_mut(parent).unwrap()[name] = value;
    post("/cases", &case)
}

/// The case as text with the amount written so.
fn amount(text: &str) -> Asked {
    raw("/cases", a_case().to_string().replace("120000000", text).into_bytes())
}

/// The case with these bytes in its subject.
fn subject(bytes: &[u8]) -> Asked {
    let text = a_case().to_string();
    let (before, after) = text.split_once("Tranh chấp").unwrap();
    raw("/cases", [before.as_bytes(), bytes, after.as_bytes()].concat())
}

fn nested(levels: usize) -> Asked {
    raw("/cases", format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes())
}

/// What is sent, and what it is told.
pub type Row = (&'static str, Asked, &'static str);

/// Every row of this table.
pub fn rows() -> impl Iterator<Item = Row> {
    [shapes(), texts(), bodies(), addresses()].into_iter().flatten()
}

fn shapes() -> Vec<Row> {
    let amount_refused = "422 invalid claims[0].amount:invalid_value";
    vec![
        ("unknown field", changed("/colour", json!(1)), "422 invalid colour:unknown_field"),
        (
            "unknown field below",
            changed("/parties/0/colour", json!(1)),
            "422 invalid parties[0].colour:unknown_field",
        ),
        ("missing field", raw("/cases", b"{}".to_vec()), "422 invalid court:missing_field"),
        ("wrong word", changed("/kind", json!("tax")), "422 invalid kind:invalid_value"),
        (
            "loose day",
            changed("/filed_on", json!("2026-1-1")),
            "422 invalid filed_on:invalid_value",
        ),
        ("no day", changed("/filed_on", json!("2026-02-30")), "422 invalid filed_on:invalid_value"),
        ("money 1.0", amount("1.0"), amount_refused),
        ("money 1e5", amount("1e5"), amount_refused),
        ("money as text", amount("\"100\""), amount_refused),
        ("money 2^53+1", amount("9007199254740993"), amount_refused),
        ("money 10^13+1", amount("10000000000001"), amount_refused),
        ("money beyond 64 bits", amount("99999999999999999999"), amount_refused),
        ("money -1", amount("-1"), amount_refused),
        ("money 0", amount("0"), amount_refused),
    ]
}

fn texts() -> Vec<Row> {
    vec![
        ("bad UTF-8", subject(b"\xc3\x28"), "400 malformed"),
        ("NUL", subject(br"\u0000"), "400 bad_text subject:bad_text"),
        ("control", subject(br"\u0007"), "400 bad_text subject:bad_text"),
        ("line feed", subject(br"\n"), "400 bad_text subject:bad_text"),
        ("override", subject("\u{202e}".as_bytes()), "400 bad_text subject:bad_text"),
        ("isolate", subject("\u{2066}".as_bytes()), "400 bad_text subject:bad_text"),
        ("half a pair", subject(br"\ud800"), "400 malformed"),
        ("card", subject(b"the 4111 1111 1111 1111"), "422 refused subject:card_number"),
        ("card of NAPAS", subject(b"9704198526191432198"), "422 refused subject:card_number"),
        ("long text", subject("x".repeat(2_001).as_bytes()), "422 invalid subject:too_long"),
    ]
}

fn bodies() -> Vec<Row> {
    let case = || post("/cases", &a_case());
    vec![
        ("many", changed("/claims", json!(vec![1; 1_001])), "422 invalid claims:too_many_entries"),
        ("doubled name", raw("/cases", br#"{"court":"a","court":"a"}"#.to_vec()), "400 malformed"),
        ("not JSON", raw("/cases", b"court=a".to_vec()), "400 malformed"),
        ("empty", raw("/cases", Vec::new()), "400 malformed"),
        ("two values", raw("/cases", b"{} {}".to_vec()), "400 malformed"),
        ("too deep", nested(65), "400 malformed"),
        ("far too deep", nested(100_000), "400 malformed"),
        ("not an object", nested(64), "422 invalid :invalid_value"),
        ("too big", raw("/cases", vec![b' '; 1024 * 1024 + 1]), "413 too_large"),
        (
            "form",
            case().with("content-type", "application/x-www-form-urlencoded"),
            "415 unsupported_media_type",
        ),
        ("no type", case().with("content-type", ""), "415 unsupported_media_type"),
        (
            "charset",
            case().with("content-type", "application/json; charset=utf-16"),
            "415 unsupported_media_type",
        ),
        ("compressed", case().with("content-encoding", "gzip"), "415 unsupported_media_type"),
        ("long key", case().with("idempotency-key", &"k".repeat(256)), "400 bad_idempotency_key"),
        ("empty key", case().with("idempotency-key", ""), "400 bad_idempotency_key"),
        ("rule", changed("/parties", json!([])), "422 refused parties:no_parties"),
        (
            "document",
            changed("/parties/0/document", json!("12")),
            "422 refused parties[0].document:bad_document",
        ),
        (
            "year",
            changed("/parties/0/birth_year", json!(1)),
            "422 invalid parties[0].birth_year:out_of_range",
        ),
        (
            "phone",
            changed("/parties/0/phone", json!("123")),
            "422 invalid parties[0].phone:invalid_value",
        ),
        (
            "email",
            changed("/parties/0/email", json!("at home")),
            "422 invalid parties[0].email:invalid_value",
        ),
        ("no such court", changed("/court", json!("X")), "404 not_found"),
        ("group", post("/notices", &json!({ "case": "x" })), "422 invalid case:invalid_value"),
        (
            "quote",
            post("/quotes", &json!({ "op": "advance", "law": "auto", "date": "2026-02-30" })),
            "422 refused date:bad_date",
        ),
        (
            "quote, unknown field",
            post("/quotes", &json!({ "colour": 1 })),
            "422 refused colour:bad_input",
        ),
    ]
}

/// Facts of another system that no case can have: nobody could mend them there later.
fn facts() -> Vec<(&'static str, Asked)> {
    let halves = json!([{ "party": 0, "share": "1/2" }, { "party": 1, "share": "1/3" }]);
    let told = |first: &str, second: &str| {
        let by = json!([{ "party": 0, "share": first }, { "party": 1, "share": second }]);
        json!({ "text": "Đòi nợ", "amount": 9_000_000, "by": by })
    };
    let otherwise = json!([told("1/2", "0.5"), told("0.5", "1/2"), told("2/3", "1/3")]);
    [
        ("/claims", otherwise, "claims[2].by:shares_differ"),
        ("/claims/0/by", json!([{ "party": 0 }, { "party": 0 }]), "claims[0].by:party_twice"),
        ("/claims/0/by", json!([{ "party": 2 }]), "claims[0].by:unknown_party"),
        ("/claims/0/by", halves, "claims:shares_do_not_sum"),
        ("/claims/0/share", json!("3/2"), "claims[0].share:bad_share"),
        ("/claims/0/part", json!("damages"), "claims[0].part:part_not_allowed"),
        ("/claims/0/relief", json!("rich"), "claims[0].relief:unknown_relief"),
        ("/claims/0/ancillary", json!(true), "claims:no_claims"),
        ("/reliefs", relief("code", "rich"), "reliefs[0].code:unknown_relief"),
        ("/reliefs", relief("rate", "1/3"), "reliefs[0].rate:relief_rate_fixed"),
        ("/reliefs", relief("decision_number", " "), "reliefs[0].decision_number:empty"),
        ("/reliefs", relief("decided_on", "2030-01-01"), "reliefs[0].decided_on:in_the_future"),
        ("/filed_on", json!("2030-01-01"), "filed_on:in_the_future"),
        ("/number", json!(" "), "number:empty"),
        ("/kind", json!("charge"), "charge_code:missing_field"),
        ("/kind", json!("matter"), "claims:value_not_allowed"),
        ("/charge_code", json!("copies"), "charge_code:not_a_charge"),
    ]
    .into_iter()
    .map(|(pointer, value, told)| (told, changed(pointer, value)))
    .collect()
}

/// A relief of the plaintiff with one thing changed.
fn relief(name: &str, value: &str) -> Value {
    let mut relief = json!({
        "party": 0, "code": "poor_household", "decision_number": "1/QD", "decided_on": "2026-11-20",
    });
    relief[name] = value.into();
    json!([relief])
}

fn addresses() -> Vec<Row> {
    vec![
        ("method", post("/cases", &a_case()).by("DELETE"), "405 method_not_allowed"),
        ("query name", get("/cases?colour=1"), "422 invalid colour:unknown_field"),
        ("query twice", get("/cases?limit=1&limit=1"), "400 malformed"),
        ("query bytes", get("/cases?number=%ff"), "400 malformed"),
        ("query NUL", get("/cases?number=%00"), "400 bad_text number:bad_text"),
        ("limit 0", get("/cases?limit=0"), "422 invalid limit:out_of_range"),
        ("limit 101", get("/cases?limit=101"), "422 invalid limit:out_of_range"),
        ("limit -1", get("/cases?limit=-1"), "422 invalid limit:invalid_value"),
        ("limit +1", get("/cases?limit=%2B1"), "422 invalid limit:invalid_value"),
        ("offset", get("/cases?offset=1000001"), "422 invalid offset:out_of_range"),
        ("state", get("/notices?state=lost"), "422 invalid state:invalid_value"),
    ]
}

on_both! {
    async fn bad_input_is_refused_and_changes_nothing(world: World) {
        let client = Client::of_court(&world).await;
        client.ask(200, get("/cases")).await;
        let before = row_counts(&world).await;
        for (what, asked, expected) in rows() {
            assert_eq!(client.send(asked).await.told(), expected, "{what}");
        }
        for (told, asked) in facts() {
            assert_eq!(client.send(asked).await.told(), format!("422 refused {told}"));
        }
        assert_eq!(row_counts(&world).await, before);
        let allowed = client.send(post("/cases", &a_case()).by("DELETE")).await;
        assert_eq!(allowed.header("allow"), Some("GET,HEAD,POST"));
    }

    async fn text_is_kept_composed(world: World) {
        let client = Client::of_court(&world).await;
        let case = client.ask(201, changed("/parties/0/name", json!("Le\u{302} Thi\u{323} Thử"))).await;
        assert_eq!(case["parties"][0]["name"], "Lê Thị Thử");
    }

    async fn a_number_is_given_once(world: World) {
        let client = Client::of_court(&world).await;
        client.ask(201, changed("/number", json!("7/2026"))).await;
        let reply = client.send(changed("/number", json!("7/2026"))).await;
        assert_eq!(reply.told(), "409 conflict number:number_taken");
    }

    async fn a_notice_is_of_a_group(world: World) {
        let client = Client::of_court(&world).await;
        let case = client.ask(201, post("/cases", &a_case())).await;
        let group = json!({ "case": case["id"], "group": case["id"] });
        assert_eq!(client.send(post("/notices", &group)).await.told(), "404 not_found");
    }
}
