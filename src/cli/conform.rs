//! `anphi conform PROTOCOL`: test vectors in, the answers of the service's own code out.

mod sepay;
mod vietqr;
mod vnpay;

use std::io::{self, BufRead, Read, Write};

use clap::ValueEnum;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Failure, Outcome};
use crate::providers::{ProviderReply, RawCallback, json as strict, keys::Keys};

/// Longest line that is read.
const LINE_MAX: u64 = 1024 * 1024;

/// Arguments of `anphi conform`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each line of stdin is {\"op\", \"key\", \"input\"} of a vector; each line of \
                        stdout its answer.\n\nExample:\n  anphi conform vietqr <<'END'\n  \
                        {\"op\":\"build\",\"key\":null,\"input\":{\"bank_bin\":\"970436\",\
                        \"account\":\"0011001932418\"}}\n  END"
)]
pub struct Args {
    /// The protocol whose vectors are asked.
    protocol: Protocol,
}

/// The protocols of contract.md; those that are not built yet are refused by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names are the documentation, clap prints them")]
pub enum Protocol {
    Vnpay,
    Momo,
    Zalopay,
    Payos,
    Sepay,
    Casso,
    Vietqr,
    StandardWebhooks,
}

/// A protocol that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Built {
    /// VNPAY PAY 2.1.0.
    Vnpay,
    /// SePay's webhooks and gateway.
    Sepay,
    /// VietQR texts.
    Vietqr,
}

/// The answer to one line.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The line was read; this is what is printed.
    Read(Value),
    /// It could not be; this is printed all the same.
    Unreadable(Value),
}

/// Why a line gets an error instead of a verdict.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    /// The line is not of its form.
    Unreadable(&'static str, String),
    /// Well formed, yet no message can be made of it.
    Unmakeable(String),
}

/// What the service says of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    valid: bool,
    text: Option<String>,
    signature: Option<String>,
    expect: Value,
}

impl Verdict {
    /// A message that we made.
    fn made(text: String, signature: String) -> Self {
        let (text, signature) = (Some(text), Some(signature));
        Self { valid: true, text, signature, expect: Value::Null }
    }

    fn expecting(self, expect: Value) -> Self {
        Self { expect, ..self }
    }
}

/// Reads stdin to its end. Exit 1 when a line could not be read.
pub fn run(args: &Args) -> Outcome {
    let protocol = match args.protocol {
        Protocol::Vnpay => Built::Vnpay,
        Protocol::Sepay => Built::Sepay,
        Protocol::Vietqr => Built::Vietqr,
        absent @ (Protocol::Momo
        | Protocol::Zalopay
        | Protocol::Payos
        | Protocol::Casso
        | Protocol::StandardWebhooks) => {
            let name = absent.to_possible_value().map(|value| value.get_name().to_owned());
            return Err(Failure::Usage(format!(
                "{} is not built yet; ask for vnpay, sepay or vietqr",
                name.unwrap_or_default()
            )));
        }
    };
    match answer_lines(protocol, &mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(0) => Ok(()),
        Ok(count) => {
            Err(Failure::NotSo(format!("{count} lines could not be read; their answers say why")))
        }
        Err(error) => Err(Failure::Unknown(format!("the lines could not be passed on: {error}"))),
    }
}

/// One answer a line; gives back how many lines could not be read.
fn answer_lines(
    protocol: Built,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<usize> {
    let mut unreadable = 0;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(unreadable);
        }
        if !line.ends_with(b"\n") && !skip_line(input)? {
            line.clear();
        }
        let printed = match answer(protocol, &line) {
            Answer::Read(value) => value,
            Answer::Unreadable(value) => {
                unreadable += 1;
                value
            }
        };
        writeln!(output, "{printed}")?;
    }
}

/// Passes over what is left of a line; true when nothing was left.
fn skip_line(input: &mut impl BufRead) -> io::Result<bool> {
    let mut whole = true;
    loop {
        let waiting = input.fill_buf()?;
        let end = waiting.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(waiting.len(), |end| end + 1);
        if used == 0 {
            return Ok(whole);
        }
        whole = false;
        input.consume(used);
        if end.is_some() {
            return Ok(whole);
        }
    }
}

/// The answer to one line.
pub fn answer(protocol: Built, line: &[u8]) -> Answer {
    let verdict = Line::read(line).and_then(|line| match protocol {
        Built::Vnpay => vnpay::verdict(&line),
        Built::Sepay => sepay::verdict(&line),
        Built::Vietqr => vietqr::verdict(&line),
    });
    let error = |code: &str, detail: String| json!({ "valid": false, "error": { "code": code, "detail": detail } });
    match verdict {
        Ok(Verdict { valid, text, signature, expect }) => Answer::Read(json!({
            "valid": valid,
            "string_to_sign": text,
            "signature": signature,
            "expect": expect,
        })),
        Err(Refused::Unmakeable(detail)) => Answer::Read(error("cannot_be_made", detail)),
        Err(Refused::Unreadable(code, detail)) => Answer::Unreadable(error(code, detail)),
    }
}

/// A vector's line.
pub(crate) struct Line {
    op: String,
    key: Value,
    input: Map<String, Value>,
}

impl Line {
    fn read(line: &[u8]) -> Result<Self, Refused> {
        let mut line = strict::object(line)
            .ok_or_else(|| unreadable("json", "the line is not one JSON object".to_owned()))?;
        let op = strict::text(line.get("op")).map(str::to_owned);
        let Some(Value::Object(input)) = line.remove("input") else {
            return Err(unreadable("input", "input is not an object".to_owned()));
        };
        Ok(Self {
            op: op.ok_or_else(|| unreadable("op", "op is not a text".to_owned()))?,
            key: line.remove("key").unwrap_or_default(),
            input,
        })
    }

    /// The key, or the named part of it.
    fn keys(&self, part: Option<&str>) -> Result<Keys, Refused> {
        let key = part.map_or(Some(&self.key), |part| self.key.get(part));
        strict::text(key)
            .and_then(|key| Keys::new(vec![SecretString::from(key)]).ok())
            .ok_or_else(|| unreadable("key", "the key is not a text".to_owned()))
    }

    fn text(&self, name: &str) -> Result<&str, Refused> {
        let text = strict::text(self.input.get(name));
        text.ok_or_else(|| unreadable("input", format!("input.{name} is not a text")))
    }

    fn object(&self, name: &str) -> Result<&Map<String, Value>, Refused> {
        let object = self.input.get(name).and_then(Value::as_object);
        object.ok_or_else(|| unreadable("input", format!("input.{name} is not an object")))
    }

    /// A callback of headers and body.
    fn callback(&self) -> Result<RawCallback, Refused> {
        let headers = self.object("headers")?.iter().map(|(name, value)| {
            let value = strict::text(Some(value)).map(str::to_owned);
            value.map(|value| (name.clone(), value))
        });
        Ok(RawCallback {
            method: "POST".to_owned(),
            query: String::new(),
            headers: headers
                .collect::<Option<_>>()
                .ok_or_else(|| unreadable("input", "a header is not a text".to_owned()))?,
            body: self.text("raw_body")?.as_bytes().to_vec(),
        })
    }

    fn unknown_op(&self) -> Refused {
        unreadable("op", format!("{} is no operation of this protocol", self.op))
    }
}

fn unreadable(code: &'static str, detail: String) -> Refused {
    Refused::Unreadable(code, detail)
}

/// The body of a reply as JSON.
fn body_of(reply: &ProviderReply) -> Value {
    serde_json::from_str(&reply.body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(lines: &[u8]) -> (usize, Vec<Value>) {
        let mut output = Vec::new();
        let unreadable = answer_lines(Built::Vietqr, &mut &*lines, &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        (unreadable, output.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    const GOOD: &str = r#"{"op":"build","key":null,"input":{"bank_bin":"970436","account":"1"}}"#;

    #[test]
    fn every_line_has_its_answer_in_its_place() {
        let long = format!("{{\"op\":\"{}\"}}", "x".repeat(2 * 1024 * 1024));
        let lines = [GOOD, "", "{", &long, "[]", r#"{"op":"brew","input":{}}"#, GOOD].join("\n");
        let (unreadable, answers) = answered(lines.as_bytes());
        let valid: Vec<bool> = answers.iter().map(|answer| answer["valid"] == true).collect();
        assert_eq!(valid, [true, false, false, false, false, false, true]);
        assert_eq!(unreadable, 5);
        assert!(
            answers.iter().all(|answer| answer["error"].is_object() || answer["valid"] == true)
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_answered_too() {
        assert_eq!(answered(b"\xff\xfe\n").0, 1);
        assert_eq!(answered(b"").0, 0);
    }

    #[test]
    fn what_cannot_be_made_is_an_answer() {
        let line = GOOD.replace("970436", "9704");
        let (unreadable, answers) = answered(line.as_bytes());
        assert_eq!((unreadable, &answers[0]["valid"]), (0, &Value::Bool(false)));
    }
}
