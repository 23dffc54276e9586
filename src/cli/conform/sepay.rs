//! SePay's operations.

use serde_json::{Value, json};

use super::{Line, Refused, Verdict, body_of, unreadable};
use crate::{
    domain::{reference_scan::scan, time::Timestamp},
    providers::{
        Answer, Rejection, json as strict,
        sepay::{Push, TOLERANCE_SECONDS, Window, gateway, prove_api_key, prove_hmac, reply},
    },
};

pub(super) fn verdict(line: &Line) -> Result<Verdict, Refused> {
    match line.op.as_str() {
        "webhook_apikey" => api_key(line),
        "webhook_hmac" => hmac(line),
        "pg_checkout" => checkout(line),
        "pg_ipn" => ipn(line),
        _ => Err(line.unknown_op()),
    }
}

fn api_key(line: &Line) -> Result<Verdict, Refused> {
    let callback = line.callback()?;
    let proof = prove_api_key(&callback, &line.keys(None)?);
    let expect = told(proof.and_then(|()| Push::read(&callback.body)));
    Ok(Verdict { valid: proof.is_ok(), expect, ..Verdict::default() })
}

fn hmac(line: &Line) -> Result<Verdict, Refused> {
    let callback = line.callback()?;
    let now = line.input.get("now").and_then(Value::as_i64).and_then(Timestamp::from_unix);
    let now = now.ok_or_else(|| unreadable("input", "input.now is no Unix time".to_owned()))?;
    let window = Window { past_seconds: TOLERANCE_SECONDS };
    Ok(match prove_hmac(&callback, &line.keys(None)?, window, now) {
        Ok(proof) => {
            let text = String::from_utf8_lossy(&proof.text).into_owned();
            let expect = told(Push::read(&callback.body));
            Verdict::made(text, proof.signature).expecting(expect)
        }
        Err(rejection) => Verdict {
            signature: callback.sole_header("X-SePay-Signature").map(str::to_owned),
            expect: told(Err(rejection)),
            ..Verdict::default()
        },
    })
}

/// The answer to SePay, and the reference where the memo has one.
fn told(push: Result<Push, Rejection>) -> Value {
    let answer = push.as_ref().map_or_else(|rejection| rejection.answer(), |_| Answer::Applied);
    let reply = reply(answer);
    let mut expect = json!({ "http": reply.status, "reply": body_of(&reply) });
    if let (Ok(push), Some(object)) = (push, expect.as_object_mut())
        && let Some(code) = strict_code(push.content())
    {
        object.insert("order_code".to_owned(), code.into());
    }
    expect
}

/// The first `AP` and ten digits that stand alone in a memo.
fn strict_code(memo: &str) -> Option<String> {
    scan(memo).strict().first().map(|hit| hit.code().to_owned())
}

fn checkout(line: &Line) -> Result<Verdict, Refused> {
    let malformed =
        || unreadable("input", "form_fields_in_order is not a list of pairs".to_owned());
    let pairs = line.input.get("form_fields_in_order").and_then(Value::as_array);
    let mut fields = Vec::new();
    for pair in pairs.ok_or_else(malformed)? {
        let (Some(name), Some(value)) = (strict::text(pair.get(0)), pair.get(1)) else {
            return Err(malformed());
        };
        fields.push((name.to_owned(), strict::signed_form(Some(value)).ok_or_else(malformed)?));
    }
    let signed = gateway::sign_checkout(&fields, &line.keys(Some("secretKey"))?);
    Ok(Verdict::made(signed.text, signed.signature))
}

fn ipn(line: &Line) -> Result<Verdict, Refused> {
    let proof = gateway::prove_ipn(&line.callback()?, &line.keys(Some("secretKey"))?);
    let answer = proof.map_or_else(Rejection::answer, |()| Answer::Applied);
    let expect = json!({ "http": reply(answer).status });
    Ok(Verdict { valid: proof.is_ok(), expect, ..Verdict::default() })
}
