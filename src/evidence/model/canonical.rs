//! The canonical form of JSON (RFC 8785). Pure.

use serde_json::{Error, Number, Value};

/// Whole numbers up to here are doubles too, and written alike.
const LARGEST_WHOLE: u64 = 1 << 53;

/// The canonical bytes of a value. Nearly all entries are so plain that the library which writes JSON writes them
/// canonically, without sorting once more.
pub fn bytes(value: &Value) -> Result<Vec<u8>, Error> {
    if is_plain(value) { serde_json::to_vec(value) } else { serde_json_canonicalizer::to_vec(value) }
}

/// Whether nothing depends on how names are ordered beyond ASCII, or on how a number is written.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => is_plain_number(number),
        Value::Array(values) => values.iter().all(is_plain),
        Value::Object(members) => members.iter().all(|(name, value)| name.is_ascii() && is_plain(value)),
    }
}

fn is_plain_number(number: &Number) -> bool {
    let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    size.is_some_and(|size| size <= LARGEST_WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_value() -> impl Strategy<Value = Value> {
        let name = "[ -~é€😀\u{0}-\u{1f}\u{7f}\u{ffff}\\p{Greek}]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-9i64..9).prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            name.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(name, inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_is_what_the_library_for_the_canonical_form_writes(value in any_value()) {
            prop_assert_eq!(bytes(&value).unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn what_two_libraries_write_differently_is_left_to_the_one_that_knows() {
        for value in
            [json!({"\u{ffff}": 1, "😀": 2}), json!(1e21), json!(-0.0), json!(9_007_199_254_740_993_u64)]
        {
            assert!(!is_plain(&value), "{value}");
        }
        // No writer of entries keeps members in the order in which they came.
        assert!(is_plain(&json!({"b": [1, null], "a": {"c": "é\u{1f}\"\\/"}})));
        assert_eq!(bytes(&json!({"b": 1, "a": 2})).unwrap(), br#"{"a":2,"b":1}"#);
    }
}
