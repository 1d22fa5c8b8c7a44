//! Reads a JSON body: one object, each of whose names is given once. What `serde_json` makes of a repeated name is
//! the last value, which is not what whoever looked at the first one took it for.

use crate::base::words;
use crate::http::Problem;
use axum::http::StatusCode;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The object that the bytes say, as deep as the parser lets it be.
pub fn read(bytes: &[u8]) -> Result<Value, Problem> {
    // Whatever is no JSON is a fault of syntax; the one fault of meaning is our own.
    let Unrepeated(value) = serde_json::from_slice(bytes)
        .map_err(|error: serde_json::Error| if error.is_data() { repeated() } else { no_json() })?;
    if value.is_object() { Ok(value) } else { Err(no_object()) }
}

fn no_json() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, words::http::bad_json())
}

fn repeated() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, words::http::bad_json_repeated())
}

fn no_object() -> Problem {
    Problem { field: None, ..Problem::invalid("", words::http::invalid_field_no_object()) }
}

/// Any JSON in which no object has a name twice.
struct Unrepeated(Value);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        while let Some(Unrepeated(item)) = items.next_element()? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if read.contains_key(&name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            let Unrepeated(value) = fields.next_value()?;
            read.insert(name, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn an_object_is_read_and_everything_else_is_refused() {
        let read = |text: &str| {
            crate::http::json::read(text.as_bytes())
                .map_err(|problem| (problem.status.as_u16(), problem.code))
        };
        let text = r#" {"a": [1, -2, 2.5, "é", null, true, {"a": {}}], "b": 18446744073709551615} "#;
        let value = json!({"a": [1, -2, 2.5, "é", null, true, {"a": {}}], "b": u64::MAX});
        assert_eq!(read(text), Ok(value));
        for text in ["", "{", "{}x", "{\"a\":1,}", "{\"a\":\"\\ud800\"}", "{'a':1}", "{\"a\":1e999}", "nul"] {
            assert_eq!(read(text), Err((400, "bad_json")), "{text}");
        }
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"b":2,"a":null}}"#,
            r#"[{"a":[{"b":1,"b":2}]}]"#,
        ] {
            assert_eq!(read(text), Err((400, "bad_json")), "{text}");
        }
        for text in ["[]", "[\"lin\",\"mianqia-demo\"]", "7", "\"x\"", "null", "true", "[{}]"] {
            assert_eq!(read(text), Err((422, "invalid_field")), "{text}");
        }
        let deep = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth) + "1", "}".repeat(depth));
        assert!(read(&deep(100)).is_ok());
        assert_eq!(read(&deep(10_000)), Err((400, "bad_json")));
    }

    proptest! {
        /// Beside that rule nothing is read differently.
        #[test]
        fn what_is_taken_says_the_same_as_to_everybody(text in r#"\{"[ab]": ?(-?[0-9]{1,20}(\.[0-9]{1,4})?|"[^"\\\x00-\x1f]{0,9}"|\[[0-9, ]{0,5}\]),"c":null\}"#) {
            let plain = serde_json::from_str::<Value>(&text).ok();
            prop_assert_eq!(read(text.as_bytes()).ok(), plain);
        }
    }
}
