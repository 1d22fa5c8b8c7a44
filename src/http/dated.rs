//! Dates that somebody sends. Stores fail far outside of the years that anybody can mean, so every field that *is* a
//! date is read by [`dated`] (`tests/it/text.rs` walks them). A text that only looks like a date is a text.

use crate::base::words;
use crate::http::Problem;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

/// Years that a date of this service can have.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// How a date that is out of range is told through serde.
const MARK: &str = "date_out_of_range";

/// What has a year, or may have one.
pub trait Dated {
    fn year(&self) -> Option<i32>;
}

impl Dated for NaiveDate {
    fn year(&self) -> Option<i32> {
        Some(Datelike::year(self))
    }
}

impl Dated for DateTime<Utc> {
    fn year(&self) -> Option<i32> {
        Some(Datelike::year(self))
    }
}

impl<T: Dated> Dated for Option<T> {
    fn year(&self) -> Option<i32> {
        self.as_ref().and_then(Dated::year)
    }
}

/// For `#[serde(deserialize_with = "dated")]`, with `default` where the date may be left out.
pub fn dated<'de, D: Deserializer<'de>, T: Dated + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let date = T::deserialize(deserializer)?;
    if date.year().is_none_or(|year| YEARS.contains(&year)) { Ok(date) } else { Err(D::Error::custom(MARK)) }
}

/// Whether it was [`dated`] that refused, by what serde or the extractor behind it says.
pub fn is_out_of_range(said: &str) -> bool {
    said == MARK || said.strip_suffix(MARK).is_some_and(|before| before.ends_with(": "))
}

/// 422 for a date that cannot be meant.
pub fn out_of_range(field: String) -> Problem {
    Problem::invalid(field, words::http::date_out_of_range(*YEARS.start(), *YEARS.end()))
}

/// Whether a date of a year that cannot be meant stands anywhere in a value of which only the texts are known.
pub fn contains_date_out_of_range(value: &Value) -> bool {
    match value {
        Value::String(text) => year_in(text).is_some_and(|year| !YEARS.contains(&year)),
        Value::Array(items) => items.iter().any(contains_date_out_of_range),
        Value::Object(fields) => fields.values().any(contains_date_out_of_range),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn year_in(text: &str) -> Option<i32> {
    let date = text.parse::<NaiveDate>().ok();
    date.map(|date| Datelike::year(&date)).or_else(|| Dated::year(&text.parse::<DateTime<Utc>>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(serde::Deserialize)]
    struct Asked {
        #[serde(deserialize_with = "dated")]
        day: NaiveDate,
        #[serde(default, deserialize_with = "dated")]
        at: Option<DateTime<Utc>>,
    }

    #[test]
    fn only_dates_that_can_be_meant_are_taken() {
        for (day, out) in [
            ("-9999-01-01", true),
            ("0001-01-01", true),
            ("1800-01-01", true),
            ("+262142-12-31", true),
            ("1900-01-01", false),
            ("2026-11-26", false),
            ("2200-12-31", false),
            ("2201-01-01", true),
        ] {
            for body in [json!({"day": day}), json!({"day": "2026-11-26", "at": format!("{day}T00:00:00Z")})]
            {
                let read = serde_json::from_value::<Asked>(body.clone());
                let refused = read.as_ref().err().map(|error| is_out_of_range(&error.to_string()));
                assert_eq!(refused, out.then_some(true), "{body}");
                assert_eq!(contains_date_out_of_range(&json!([7, body])), out);
            }
        }
        let without = serde_json::from_value::<Asked>(json!({"day": "2026-11-26"})).unwrap();
        assert!(without.at.is_none() && Datelike::year(&without.day) == 2026);
        let nonsense = serde_json::from_value::<Asked>(json!({"day": "date_out_of_range"})).err().unwrap();
        assert!(!is_out_of_range(&nonsense.to_string()));
        assert!(!contains_date_out_of_range(&json!(["1800", "见 1800-01-01", 1])));
    }
}
