//! JSON of providers, read strictly: a repeated key anywhere refuses the whole text, since readers
//! that keep the first and readers that keep the last would see two messages under one signature.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Deepest nesting that is read (reliability rule 17).
const DEPTH_MAX: usize = 64;

/// Reads a text as one JSON object. `None` for anything else.
pub fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<Strict>(text) {
        Ok(Strict(Value::Object(object))) => Some(object),
        _ => None,
    }
}

/// A whole number that was written as plain digits; `1.0`, `1e5`, `-1` and `"1"` are none.
pub fn whole(value: Option<&Value>) -> Option<u64> {
    value.and_then(Value::as_u64)
}

/// A text.
pub fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// What a field adds to a joined text to sign: texts and whole numbers as they stand, absent and
/// null as nothing. `None` for a value of another kind.
pub fn signed_form(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) if number.is_u64() => Some(number.to_string()),
        Some(_) => None,
    }
}

/// A value without repeated keys.
pub struct Strict(pub Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(DEPTH_MAX).deserialize(deserializer).map(Self)
    }
}

/// How many further levels may open.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: de::Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
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
        f.write_str("JSON without repeated keys")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let level = self.below()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(level)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let level = self.below()?;
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(level)?;
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a key is repeated"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_object_without_repeated_keys_is_read() {
        for (text, read) in [
            (r#"{"a":1,"b":{"a":2}}"#, true),
            (r#"{"a":1,"a":1}"#, false),
            (r#"{"a":1,"\u0061":2}"#, false),
            (r#"{"b":[{"a":1,"a":2}]}"#, false),
            ("[]", false),
            ("{}x", false),
            ("", false),
        ] {
            assert_eq!(object(text.as_bytes()).is_some(), read, "{text}");
        }
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(object(deep(63).as_bytes()).is_some());
        assert!(object(deep(64).as_bytes()).is_none());
    }

    #[test]
    fn whole_numbers_are_plain_digits() {
        let read = |token: &str| {
            object(format!("{{\"n\":{token}}}").as_bytes())
                .and_then(|object| whole(object.get("n")))
        };
        assert_eq!(read("300000"), Some(300_000));
        for token in ["300000.0", "3e5", "-1", "-0", "\"300000\"", "null", "99999999999999999999"] {
            assert_eq!(read(token), None, "{token}");
        }
    }
}
