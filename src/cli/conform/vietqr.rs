//! VietQR's operations.

use serde_json::json;

use super::{Line, Refused, Verdict, unreadable};
use crate::{
    codec::vietqr::{Initiation, VietQr},
    domain::money::Dong,
    providers::json as strict,
};

pub(super) fn verdict(line: &Line) -> Result<Verdict, Refused> {
    match line.op.as_str() {
        "build" => build(line),
        "parse" => parse(line),
        _ => Err(line.unknown_op()),
    }
}

/// The fields of `input` by the names that the vectors give them.
const FIELDS: [&str; 14] = [
    "bank_bin",
    "account",
    "amount",
    "service",
    "initiation",
    "mcc",
    "merchant_name",
    "city",
    "postcode",
    "bill_number",
    "store_label",
    "reference",
    "terminal_label",
    "purpose",
];

fn build(line: &Line) -> Result<Verdict, Refused> {
    let unknown = line.input.keys().find(|name| !FIELDS.contains(&name.as_str()));
    if let Some(name) = unknown {
        return Err(unreadable("input", format!("input.{name} is no field of a code")));
    }
    let field = |name: &str| {
        strict::signed_form(line.input.get(name))
            .map(|text| Some(text).filter(|text| !text.is_empty()))
            .ok_or_else(|| unreadable("input", format!("input.{name} is not a text")))
    };
    let amount = field("amount")?.map(|digits| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let amount = digits.parse().ok().filter(|_| plain).and_then(Dong::new);
        amount.ok_or_else(|| Refused::Unmakeable("amount".to_owned()))
    });
    let initiation = match field("initiation")?.as_deref() {
        None => None,
        Some("11") => Some(Initiation::Static),
        Some("12") => Some(Initiation::Dynamic),
        Some(_) => return Err(Refused::Unmakeable("point of initiation".to_owned())),
    };
    let service = field("service")?.map(|code| code.parse()).transpose();
    let unmakeable =
        |error: crate::codec::vietqr::VietQrError| Refused::Unmakeable(error.to_string());
    let code = VietQr {
        initiation,
        bin: field("bank_bin")?.unwrap_or_default(),
        account: field("account")?.unwrap_or_default(),
        service: service.map_err(unmakeable)?.unwrap_or_default(),
        amount: amount.transpose()?,
        category: field("mcc")?,
        merchant_name: field("merchant_name")?,
        city: field("city")?,
        postcode: field("postcode")?,
        bill_number: field("bill_number")?,
        store_label: field("store_label")?,
        reference: field("reference")?,
        terminal_label: field("terminal_label")?,
        purpose: field("purpose")?,
    };
    let payload = code.build().map_err(unmakeable)?;
    Ok(Verdict::made(payload.checked().to_owned(), payload.crc())
        .expecting(json!({ "payload": payload.to_string() })))
}

fn parse(line: &Line) -> Result<Verdict, Refused> {
    let text = line.text("payload")?;
    let carried = text.len().checked_sub(4).and_then(|start| text.get(start..));
    let (code, payload) = match VietQr::parse(text) {
        Ok(read) => read,
        Err(error) => {
            return Ok(Verdict {
                signature: carried.map(str::to_owned),
                expect: json!({ "error": error.to_string() }),
                ..Verdict::default()
            });
        }
    };
    let signature = carried.unwrap_or_default().to_owned();
    Ok(Verdict::made(payload.checked().to_owned(), signature).expecting(json!({
        "initiation": code.initiation.map(Initiation::code),
        "bin": code.bin,
        "account": code.account,
        "service": code.service.code(),
        "amount": code.amount.map(|amount| amount.get().to_string()),
        "purpose": code.purpose,
        "bill_number": code.bill_number,
        "store_label": code.store_label,
        "reference": code.reference,
        "terminal_label": code.terminal_label,
        "merchant_name": code.merchant_name,
        "city": code.city,
        "postcode": code.postcode,
        "mcc": code.category,
    })))
}
