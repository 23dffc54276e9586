//! Every vector of the protocols that are built, by the code that `anphi conform` runs.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use anphi::cli::conform::{Answer, Built, answer};
use serde_json::{Value, json};

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/data/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

fn asked(protocol: Built, vector: &Value) -> Value {
    let line = json!({ "op": vector["op"], "key": vector["key"], "input": vector["input"] });
    match answer(protocol, line.to_string().as_bytes()) {
        Answer::Read(value) => value,
        Answer::Unreadable(value) => panic!("{}: {value}", vector["name"]),
    }
}

/// Operations that make a message; their refused vectors show what must not be made.
fn makes(op: &str) -> bool {
    op.ends_with("_request") || matches!(op, "pay_url" | "pg_checkout" | "build")
}

/// What of `expect` needs no order to be known.
fn known_without_an_order(vector: &Value) -> Vec<(String, Value)> {
    let Some(expect) = vector["expect"].as_object() else { return Vec::new() };
    let refused = vector["valid"] == false;
    let of_a_code = vector["op"] == "parse" && !refused;
    let needs_none = |name: &str| {
        let answer = refused && matches!(name, "RspCode" | "http" | "reply");
        of_a_code || answer || matches!(name, "url" | "payload" | "order_code")
    };
    let kept = expect.iter().filter(|(name, _)| needs_none(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn hold(name: &str, protocol: Built) {
    for vector in vectors(name) {
        if !vector["policy"].is_null() {
            continue;
        }
        let (answered, name) = (asked(protocol, &vector), &vector["name"]);
        for (field, expected) in known_without_an_order(&vector) {
            assert_eq!(answered["expect"][&field], expected, "{name}: {field}");
        }
        if makes(vector["op"].as_str().unwrap()) {
            assert_eq!(answered["valid"], true, "{name}");
            for part in ["string_to_sign", "signature"] {
                let same = answered[part] == vector[part];
                assert_eq!(same, vector["valid"] == true, "{name}: {part}");
            }
            continue;
        }
        assert_eq!(answered["valid"], vector["valid"], "{name}");
        if vector["valid"] == true {
            assert_eq!(answered["string_to_sign"], vector["string_to_sign"], "{name}");
            assert_eq!(answered["signature"], vector["signature"], "{name}");
        } else if vector["op"] == "parse" {
            assert!(answered["expect"]["error"].is_string(), "{name}");
        }
    }
}

#[test]
fn vnpay_as_the_vectors_say() {
    hold("vnpay", Built::Vnpay);
}

#[test]
fn sepay_as_the_vectors_say() {
    hold("sepay", Built::Sepay);
}

#[test]
fn vietqr_as_the_vectors_say() {
    hold("vietqr", Built::Vietqr);
}

/// Where sources disagree: what we decided, each argued where it is coded.
#[test]
fn undecided_cases_are_decided() {
    let decisions = [
        ("vnpay", Built::Vnpay, "ipn_uppercase_hash", true),
        ("vnpay", Built::Vnpay, "ipn_empty_value_signed_php_style", true),
        ("vnpay", Built::Vnpay, "ipn_signed_over_percent20", true),
        ("vnpay", Built::Vnpay, "official_sample_pay_url_shape", true),
        ("sepay", Built::Sepay, "hmac_too_old", false),
        ("sepay", Built::Sepay, "hmac_without_prefix", false),
        ("sepay", Built::Sepay, "pg_checkout_null_and_unsigned", true),
        ("vietqr", Built::Vietqr, "vietnamese_memo_raw", true),
        ("vietqr", Built::Vietqr, "lowercase_crc", true),
    ];
    for (file, protocol, name, valid) in decisions {
        let vector = vectors(file).into_iter().find(|vector| vector["name"] == name).unwrap();
        assert_eq!(asked(protocol, &vector)["valid"], valid, "{name}");
    }
    let left = |file: &str| vectors(file).iter().filter(|v| !v["policy"].is_null()).count();
    assert_eq!(["vnpay", "sepay", "vietqr"].map(left).iter().sum::<usize>(), decisions.len());
}

#[test]
fn what_a_good_hash_covers_can_still_be_off_its_pattern() {
    let query = |amount: &str, reference: &str| {
        let text = format!(
            "vnp_Amount={amount}&vnp_ResponseCode=00&vnp_TmnCode=COURT001\
             &vnp_TransactionNo=1&vnp_TransactionStatus=00&vnp_TxnRef={reference}"
        );
        let hash = anphi::sim::sign::hmac_sha512("COURTSANDBOXSECRETSHARED00000001", &text);
        json!({
            "op": "ipn",
            "key": "COURTSANDBOXSECRETSHARED00000001",
            "input": { "raw_query": format!("{text}&vnp_SecureHash={hash}") },
        })
    };
    for (amount, reference, code) in [
        ("30000000", "AP0123456786-1", Value::Null),
        ("30000000", "AP%261", "97".into()),
        ("30000000", "AP%0A1", "97".into()),
        ("-30000000", "AP1", "97".into()),
        ("300000.5", "AP1", "97".into()),
        ("3e7", "AP1", "97".into()),
        ("0", "AP1", "04".into()),
        ("30000050", "AP1", "04".into()),
        ("9223372036854775808", "AP1", "04".into()),
    ] {
        let answered = asked(Built::Vnpay, &query(amount, reference));
        assert_eq!(answered["valid"], true, "{amount} {reference}");
        assert_eq!(answered["expect"]["RspCode"], code, "{amount} {reference}");
    }
}

fn run(protocol: &str, lines: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .args(["conform", protocol])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refused protocol ends without reading.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn the_command_answers_line_by_line_and_tells_by_its_exit() {
    let vectors = vectors("vietqr");
    let lines: Vec<String> = vectors.iter().map(Value::to_string).collect();
    let output = run("vietqr", &lines.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), vectors.len());

    let output = run("vnpay", "{}\n");
    assert_eq!(output.status.code(), Some(1));
    let answered: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answered["valid"], false);
    assert!(answered["error"]["code"].is_string());

    for protocol in ["momo", "zalopay", "payos", "casso", "standard-webhooks"] {
        let output = run(protocol, "");
        assert_eq!(output.status.code(), Some(2), "{protocol}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("not built yet"));
    }
    assert_eq!(run("paypal", "").status.code(), Some(2));
}
