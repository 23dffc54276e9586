//! VNPAY's operations.

use serde_json::{Map, Value, json};

use super::{Line, Refused, Verdict, body_of, unreadable};
use crate::providers::{
    Answer, json as strict,
    vnpay::{
        ipn, pay, reply,
        sign::{self, Barred},
    },
};

pub(super) fn verdict(line: &Line) -> Result<Verdict, Refused> {
    match line.op.as_str() {
        "pay_url" => pay_url(line),
        "ipn" | "return" => callback(line),
        "querydr_request" => request(line, Barred::QueryRequest),
        "refund_request" => request(line, Barred::RefundRequest),
        "querydr_response" => response(line, Barred::QueryAnswer),
        "refund_response" => response(line, Barred::RefundAnswer),
        "shape_only" => shape(line),
        _ => Err(line.unknown_op()),
    }
}

fn pay_url(line: &Line) -> Result<Verdict, Refused> {
    let keys = line.keys(None)?;
    let mut parameters = Vec::new();
    for (name, value) in line.object("params")? {
        let value = strict::signed_form(Some(value))
            .ok_or_else(|| unreadable("input", format!("{name} is neither text nor number")))?;
        parameters.push((name.clone(), value));
    }
    let signed = pay::sign(line.text("base_url")?, &parameters, &keys);
    Ok(Verdict::made(signed.text, signed.hash).expecting(json!({ "url": signed.url })))
}

/// `valid` is the hash alone. What a good hash covers may still be off its pattern: then `expect`
/// says how that is answered.
fn callback(line: &Line) -> Result<Verdict, Refused> {
    let (keys, query) = (line.keys(None)?, line.text("raw_query")?);
    let answer = |answer: Answer| match line.op.as_str() {
        "ipn" => body_of(&reply(answer)),
        _ => Value::Null,
    };
    Ok(match ipn::prove(query, &keys) {
        Ok(proven) => {
            let refused = proven.read().err().map(|rejection| answer(rejection.answer()));
            Verdict::made(proven.text, proven.hash.to_owned())
                .expecting(refused.unwrap_or_default())
        }
        Err(rejection) => Verdict {
            signature: ipn::Proven::carried_hash(query).map(str::to_owned),
            expect: answer(rejection.answer()),
            ..Verdict::default()
        },
    })
}

fn request(line: &Line, message: Barred) -> Result<Verdict, Refused> {
    let keys = line.keys(None)?;
    let text = message.text(line.object("body_without_hash")?).ok_or_else(|| {
        Refused::Unmakeable("a field is neither text nor number, or carries a bar".to_owned())
    })?;
    let hash = sign::hash(&text, &keys);
    Ok(Verdict::made(text, hash))
}

fn response(line: &Line, message: Barred) -> Result<Verdict, Refused> {
    let (keys, body) = (line.keys(None)?, line.object("body")?);
    Ok(match sign::prove(message, body, &keys) {
        Some(proof) => Verdict::made(proof.text, proof.hash),
        None => Verdict { signature: carried(body), ..Verdict::default() },
    })
}

fn carried(body: &Map<String, Value>) -> Option<String> {
    strict::text(body.get(sign::HASH)).map(str::to_owned)
}

/// A pay URL whose key nobody published: sorted, in form style, the hash last.
fn shape(line: &Line) -> Result<Verdict, Refused> {
    let url = line.text("url")?;
    let parts = url.split_once('?').and_then(|(_, query)| {
        let (text, hash) = query.rsplit_once("&vnp_SecureHash=")?;
        Some((text.to_owned(), hash.to_owned()))
    });
    let Some((text, hash)) = parts else { return Ok(Verdict::default()) };
    let pairs: Vec<_> = text.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let formed = pairs.iter().all(|(_, value)| {
        sign::decode(value).is_some_and(|plain| !plain.is_empty() && sign::encode(&plain) == *value)
    });
    let whole = hash.len() == 128 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let valid = formed && whole && sign::join(pairs.iter().copied()) == text;
    Ok(Verdict { valid, ..Verdict::made(text, hash) })
}
