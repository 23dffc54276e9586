//! Commands that read one JSON object a line and answer one line for each, in the same order.

use std::io::{self, BufRead, BufReader, Read, Write};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, json};

/// Longer lines are answered as unreadable: what we read of a stranger is bounded.
const LINE_BYTES_MAX: usize = 1 << 20;

/// Why a line gets no answer: a stable code, the place in the input, free words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) field: String,
    pub(super) detail: String,
}

impl Refusal {
    pub(super) fn new(code: &'static str, field: &str, detail: impl Into<String>) -> Self {
        Self { code, field: field.to_owned(), detail: detail.into() }
    }

    fn json(&self) -> Value {
        json!({"error": {"code": self.code, "field": self.field, "detail": self.detail}})
    }
}

/// How many lines were answered and how many of them refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) answered: u64,
    pub(super) refused: u64,
}

/// Answers every line of `input`; `bad_line` is the code for a line that is no JSON.
pub(super) fn answer_lines(
    input: impl Read,
    mut output: impl Write,
    bad_line: &'static str,
    mut answer: impl FnMut(Value) -> Result<Value, Refusal>,
) -> io::Result<Counts> {
    let mut input = BufReader::new(input);
    let mut output = io::BufWriter::new(&mut output);
    let mut counts = Counts::default();
    while let Some(line) = next_line(&mut input)? {
        let answered = line
            .and_then(|bytes| read(&bytes))
            .map_err(|detail| Refusal::new(bad_line, "", detail))
            .and_then(&mut answer);
        counts.answered += 1;
        let value = answered.unwrap_or_else(|refusal| {
            counts.refused += 1;
            refusal.json()
        });
        writeln!(output, "{value}")?;
        // Whoever writes a line and waits for its answer gets it; a stream is written in blocks.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(counts)
}

/// The next line without its end; an error for one that is too long, which is then passed over.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, String>>> {
    let mut line = Vec::new();
    let (mut length, mut ended) = (0usize, false);
    while !ended {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        let taken = chunk.iter().position(|byte| *byte == b'\n').map_or(chunk.len(), |end| end + 1);
        let (part, _) = chunk.split_at(taken);
        ended = part.ends_with(b"\n");
        length = length.saturating_add(taken);
        if length <= LINE_BYTES_MAX {
            line.extend_from_slice(part);
        }
        input.consume(taken);
    }
    Ok(match length {
        0 => None,
        1..=LINE_BYTES_MAX => Some(Ok(line)),
        _ => Some(Err(format!("a line has at most {LINE_BYTES_MAX} bytes"))),
    })
}

/// One JSON value, strictly: a repeated name in an object is an error, not the last one's word.
fn read(line: &[u8]) -> Result<Value, String> {
    serde_json::from_slice::<Strict>(line).map(|strict| strict.0).map_err(|error| error.to_string())
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if object.insert(name.clone(), value).is_some() {
                return Err(de::Error::custom(format!("{name:?} stands twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(input: &[u8]) -> (String, Counts) {
        let mut output = Vec::new();
        let counts = answer_lines(input, &mut output, "bad_input", Ok).unwrap();
        (String::from_utf8(output).unwrap(), counts)
    }

    #[test]
    fn every_line_has_its_answer_in_order() {
        let (output, counts) =
            echo(b"1\n{\"a\":[true,null,\"x\",-2,1.5]}\n\n{\xff}\r\n{\"a\":1,\"a\":2}\n7");
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(counts, Counts { answered: 6, refused: 3 });
        assert_eq!(lines[..2], ["1", "{\"a\":[true,null,\"x\",-2,1.5]}"]);
        for refused in &lines[2..5] {
            assert!(
                refused.starts_with("{\"error\":{\"code\":\"bad_input\",\"field\":\"\""),
                "{refused}"
            );
        }
        assert!(lines[4].contains("\\\"a\\\" stands twice"), "{}", lines[4]);
        assert_eq!(lines[5], "7");
    }

    #[test]
    fn a_line_without_end_costs_no_memory_and_one_answer() {
        let mut input = vec![b'['; LINE_BYTES_MAX + 1];
        input.extend(b"\n3\n");
        let (output, counts) = echo(&input);
        assert_eq!(counts, Counts { answered: 2, refused: 1 });
        assert_eq!(output.lines().nth(1), Some("3"));
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        let (_, counts) = echo("[".repeat(100_000).as_bytes());
        assert_eq!(counts, Counts { answered: 1, refused: 1 });
    }
}
