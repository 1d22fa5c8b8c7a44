//! What a booker is warned of before requesting, by the rules that the service declares. Pure.

use crate::base::words::ByLanguage;
use crate::directory::model::WarningRule;
use chrono::{Days, NaiveDate};
use serde::Serialize;
use serde_json::{Map, Value};

/// Something that a form says and its writer may not have thought of. It can be requested all the
/// same, once it is acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormWarning {
    /// Goes into `acknowledged` of the request.
    pub code: String,
    /// As it is spelled in the API: `fields.departure_on`.
    pub field: String,
    pub text: ByLanguage,
}

/// The warnings about checked answers for an appointment on `date`.
pub fn warnings(rules: &[WarningRule], fields: &Map<String, Value>, date: NaiveDate) -> Vec<FormWarning> {
    let warning = |rule: &WarningRule| FormWarning {
        code: rule.code.clone(),
        field: format!("fields.{}", rule.field),
        text: rule.text.clone(),
    };
    rules.iter().filter(|rule| applies(rule, fields, date)).map(warning).collect()
}

fn applies(rule: &WarningRule, fields: &Map<String, Value>, date: NaiveDate) -> bool {
    let answer = |key: &str| fields.get(key).and_then(Value::as_str);
    if rule.when.as_ref().is_some_and(|when| answer(&when.field) != Some(&when.value)) {
        return false;
    }
    let given = answer(&rule.field).and_then(|text| text.parse::<NaiveDate>().ok());
    let earliest = date.checked_add_days(Days::new(rule.days.into()));
    given.zip(earliest).is_some_and(|(given, earliest)| given < earliest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use crate::directory::model::WarningCondition;
    use serde_json::json;

    fn codes(item: &str, departure: &str) -> Vec<String> {
        let rule = WarningRule {
            code: "too_soon".into(),
            field: "departure_on".into(),
            days: 10,
            when: Some(WarningCondition { field: "item".into(), value: "yellow_fever".into() }),
            text: ByLanguage::of([(Language::ZhCn, "太早"), (Language::En, "Too soon")]),
        };
        let fields = json!({"item": item, "departure_on": departure});
        let date = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let warnings = warnings(&[rule], fields.as_object().unwrap(), date);
        warnings.into_iter().map(|warning| warning.code).collect()
    }

    #[test]
    fn who_leaves_before_the_tenth_day_is_warned_and_on_it_not() {
        assert_eq!(codes("yellow_fever", "2026-12-02"), ["too_soon"]);
        assert_eq!(codes("yellow_fever", "2026-12-06"), ["too_soon"]);
        for (item, departure) in
            [("yellow_fever", "2026-12-07"), ("cholera", "2026-12-02"), ("yellow_fever", "soon"), ("", "")]
        {
            assert!(codes(item, departure).is_empty(), "{item} {departure}");
        }
    }
}
