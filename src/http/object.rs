//! The values of a body as serde takes them, with one difference: where a struct is meant, only an object is taken. What
//! serde makes of a list there is a struct filled in by order, which nobody who sends a list means.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

pub struct Strict(pub Value);

impl IntoDeserializer<'_, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(values) => {
                let mut values = SeqDeserializer::new(values.into_iter().map(Strict));
                let taken = visitor.visit_seq(&mut values)?;
                values.end()?;
                Ok(taken)
            }
            Value::Object(fields) => {
                let mut fields =
                    MapDeserializer::new(fields.into_iter().map(|(name, value)| (name, Strict(value))));
                let taken = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(taken)
            }
            simple => simple.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.0.is_array() {
            return Err(Error::invalid_type(Unexpected::Seq, &visitor));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Form {
        name: String,
        inner: Option<Inner>,
        #[serde(default)]
        all: Vec<Inner>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        count: i32,
    }

    fn read(value: Value) -> Result<Form, String> {
        Form::deserialize(Strict(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_no_object_wherever_one_is_meant() {
        let whole = Form { name: "a".into(), inner: Some(Inner { count: 1 }), all: vec![Inner { count: 2 }] };
        assert_eq!(read(json!({"name": "a", "inner": {"count": 1}, "all": [{"count": 2}]})), Ok(whole));
        let bare = Form { name: "a".into(), inner: None, all: vec![] };
        assert_eq!(read(json!({"name": "a", "inner": null})), Ok(bare));
        for list in
            [json!(["a", null, []]), json!({"name": "a", "inner": [1]}), json!({"name": "a", "all": [[1]]})]
        {
            let said = read(list.clone()).unwrap_err();
            assert!(said.contains("invalid type: sequence"), "{list}: {said}");
        }
    }
}
