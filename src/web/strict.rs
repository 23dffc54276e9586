//! JSON of strangers, read strictly (reliability 4): what it may not hold is refused before any of
//! it is believed, and a field that does not fit is named.

use std::fmt::{self, Write as _};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor, value},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use super::problem::{Code, Problem};
use crate::domain::{card::holds_card, text::turns_direction};

/// How deep a body may nest (reliability rule 17).
const DEPTH_MAX: usize = 64;
/// Entries of one list or object.
const ENTRIES_MAX: usize = 1_000;
/// Characters of one text.
const TEXT_MAX: usize = 2_000;

/// One JSON value, whole: no doubled names, no deeper than 64, its texts clean and in NFC.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Problem::new(Code::Malformed).because("the body is not UTF-8"))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let malformed = |error: serde_json::Error| {
        // serde_json's own words name what it expected and where, never what stood there.
        Problem::new(Code::Malformed).because(position(&error))
    };
    let value = Level(0).deserialize(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    clean(value, &mut String::new())
}

fn position(error: &serde_json::Error) -> String {
    format!("the body is not strict JSON: line {}, column {}", error.line(), error.column())
}

/// Reads a value that stands so many levels deep.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.0 < DEPTH_MAX { Ok(Self(self.0 + 1)) } else { Err(E::custom("too deep")) }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let level = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(level)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let level = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if object.insert(name, map.next_value_seed(level)?).is_some() {
                return Err(de::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The value with every text in NFC; refuses what no text may hold. `at` is the path so far.
fn clean(value: Value, at: &mut String) -> Result<Value, Problem> {
    let length = at.len();
    let too_many = |count: usize, at: &str| {
        let problem = Problem::new(Code::Invalid).at(at, "too_many_entries");
        if count > ENTRIES_MAX { Err(problem) } else { Ok(()) }
    };
    let cleaned = match value {
        Value::String(text) => Value::String(clean_text(&text, at)?),
        Value::Array(items) => {
            too_many(items.len(), at)?;
            let items = items.into_iter().enumerate().map(|(place, item)| {
                let _ = write!(at, "[{place}]");
                let item = clean(item, at);
                at.truncate(length);
                item
            });
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(entries) => {
            too_many(entries.len(), at)?;
            let entries = entries.into_iter().map(|(name, item)| {
                let name = clean_text(&name, "")?;
                if length > 0 {
                    at.push('.');
                }
                at.push_str(&name);
                let item = clean(item, at);
                at.truncate(length);
                Ok((name, item?))
            });
            Value::Object(entries.collect::<Result<_, Problem>>()?)
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    };
    Ok(cleaned)
}

/// A text in NFC. Control and direction-override characters are refused, and so are payment card
/// numbers, which must rest nowhere.
pub(super) fn clean_text(text: &str, at: &str) -> Result<String, Problem> {
    if text.chars().any(is_forbidden) {
        return Err(Problem::new(Code::BadText).at(at, "bad_text"));
    }
    let text: String = text.nfc().collect();
    if text.chars().count() > TEXT_MAX {
        return Err(Problem::new(Code::Invalid).at(at, "too_long"));
    }
    // An id is no free text, and its digits may happen to look like a card's.
    if holds_card(&text) && uuid::Uuid::try_parse(&text).is_err() {
        return Err(Problem::new(Code::Refused).at(at, "card_number"));
    }
    Ok(text)
}

/// Controls (NUL among them), and what turns the direction of text.
fn is_forbidden(c: char) -> bool {
    c.is_control() || turns_direction(c)
}

/// Why a value does not fit its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Nothing has this name.
    Unknown,
    /// This name is missing.
    Missing(&'static str),
    /// Another type or form.
    Value,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown_field",
            Self::Missing(_) => "missing_field",
            Self::Value => "invalid_value",
        })
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Value
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Unknown
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// A parsed value as a typed one; the field that does not fit is named.
pub(super) fn typed<T: de::DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Tree(value)).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        let problem = Problem::new(Code::Invalid);
        match *error.inner() {
            Misfit::Unknown => problem.at(path, "unknown_field"),
            Misfit::Missing(name) if path.is_empty() => problem.at(name, "missing_field"),
            Misfit::Missing(name) => problem.at(format!("{path}.{name}"), "missing_field"),
            Misfit::Value => problem.at(path, "invalid_value"),
        }
    })
}

/// A value that reports a misfit as such and not as a sentence.
struct Tree(Value);

impl IntoDeserializer<'_, Misfit> for Tree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(flag),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => visitor.visit_i64(number),
                (None, Some(number)) => visitor.visit_u64(number),
                (None, None) => {
                    number.as_f64().map_or(Err(Misfit::Value), |n| visitor.visit_f64(n))
                }
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                value::SeqDeserializer::new(items.into_iter().map(Tree)).deserialize_any(visitor)
            }
            Value::Object(entries) => {
                let entries = entries.into_iter().map(|(name, item)| (name, Tree(item)));
                value::MapDeserializer::new(entries).deserialize_any(visitor)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// A list is no object, though its entries might fit the fields one by one.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if self.0.is_object() { self.deserialize_any(visitor) } else { Err(Misfit::Value) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A reference to search by: `AP` and ten digits, whether or not there is one.
pub(super) fn sought<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.strip_prefix("AP").unwrap_or_default();
    if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(Some(text))
    } else {
        Err(de::Error::custom("a reference is AP and ten digits"))
    }
}

/// Digits of a query parameter.
pub(super) fn digits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if plain => Ok(Some(number)),
        _ => Err(de::Error::custom("no whole number")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::money::Dong;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only its reading is tried")]
        sum: Dong,
        #[serde(default)]
        #[expect(dead_code, reason = "only its reading is tried")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its reading is tried")]
        text: Option<String>,
    }

    fn outcome(body: &[u8]) -> String {
        match parse(body).and_then(typed::<Order>) {
            Ok(_) => "fits".to_owned(),
            Err(problem) => format!("{problem:?}"),
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        for (body, words) in [
            (&br#"{"sum": 1, "lines": [{"text": "x"}, {"text": null}]}"#[..], &["fits"][..]),
            (br#"{"sum": 1, "total": 2}"#, &["Invalid", "\"total\"", "unknown_field"]),
            (br#"{"sum": 1, "lines": [{"txt": 2}]}"#, &["\"lines[0].txt\"", "unknown_field"]),
            (br#"{"lines": []}"#, &["Invalid", "\"sum\"", "missing_field"]),
            (br#"{"sum": 1.0}"#, &["\"sum\"", "invalid_value"]),
            (br#"{"sum": 1e5}"#, &["\"sum\"", "invalid_value"]),
            (br#"{"sum": "100"}"#, &["\"sum\"", "invalid_value"]),
            (br#"{"sum": 9007199254740993}"#, &["\"sum\"", "invalid_value"]),
            (br#"{"sum": 1, "sum": 1}"#, &["Malformed"]),
            (br#"{"sum": 1} 2"#, &["Malformed"]),
            (b"{\"sum\": 1, \"lines\": [{\"text\": \"\xff\"}]}", &["Malformed"]),
            (deep.as_bytes(), &["Malformed"]),
            (br#"{"sum": 1, "lines": [{"text": "a\u0000"}]}"#, &["BadText", "lines[0].text"]),
            (br#"{"sum": 1, "lines": [{"text": "a\u202e"}]}"#, &["BadText", "lines[0].text"]),
            (br#"{"sum": 1, "lines": [{"text": "\ud800"}]}"#, &["Malformed"]),
            (br#"{"sum": 1, "lines": [{"text": "4111 1111 1111 1111"}]}"#, &["card_number"]),
        ] {
            let outcome = outcome(body);
            for word in words {
                assert!(outcome.contains(word), "{}: {outcome}", String::from_utf8_lossy(body));
            }
        }
    }

    #[test]
    fn texts_are_kept_composed() {
        let value = parse("\"Nguye\u{302}\u{303}n\"".as_bytes()).unwrap();
        assert_eq!(value, Value::String("Nguyễn".to_owned()));
    }
}
