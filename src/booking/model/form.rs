//! What a booking form may hold, checked against the questions of its service.
//!
//! The first thing that is wrong is named with the field it is in (`fields.hs_codes`). What passes
//! is stored in its normal form: trimmed, numbers as numbers, empty answers left out.

use crate::auth::model::name_rules;
use crate::base::words;
use crate::directory::model::customs::is_code;
use crate::directory::model::identifiers;
use crate::directory::model::{FieldKind, FieldSpec};
use crate::http::Problem;
use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Number, Value};

/// Longest name and longest free text where a service sets no length of its own.
const NAME_LENGTH: usize = 60;
const TEXT_LENGTH: usize = 200;
const LONG_TEXT_LENGTH: usize = 2000;
const REASON_LENGTH: usize = 500;
const EXPLANATION_LENGTH: usize = 2000;
const SOURCE_LENGTH: usize = 200;

/// Checks the answers of a form and brings them into their stored form. `in_stages`: what the stages tell is not asked.
pub fn check_fields(
    spec: &[FieldSpec],
    given: &Map<String, Value>,
    in_stages: bool,
) -> Result<Map<String, Value>, Problem> {
    let asked = || spec.iter().filter(|field| !(in_stages && field.without_stages));
    if let Some(key) = given.keys().find(|key| !asked().any(|field| field.key == **key)) {
        let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
        return Err(Problem::invalid(format!("fields.{key}"), words::booking::unknown_field()));
    }
    let mut stored = Map::new();
    for field in asked() {
        let answer = given.get(&field.key).filter(|value| !is_empty(value));
        match answer {
            Some(value) => {
                stored.insert(field.key.clone(), check_value(field, value)?);
            }
            None if field.required && field.kind == FieldKind::Consent => return Err(not_consented(field)),
            None if field.required => {
                return Err(wrong(field, words::booking::required()));
            }
            None => {}
        }
    }
    Ok(stored)
}

/// The same for who calls or stands at the counter: nothing is required, and what needs a consent that nobody can give
/// by telephone is not asked.
pub fn check_fields_at_desk(
    spec: &[FieldSpec],
    given: &Map<String, Value>,
    in_stages: bool,
) -> Result<Map<String, Value>, Problem> {
    let asked = spec.iter().filter(|field| field.kind != FieldKind::Consent && !field.sensitive);
    let asked: Vec<FieldSpec> = asked.map(|field| FieldSpec { required: false, ..field.clone() }).collect();
    check_fields(&asked, given, in_stages)
}

/// The name of the person to contact.
pub fn check_contact_name(name: &str) -> Result<String, Problem> {
    let name = plain_text(name, NAME_LENGTH, false)
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Problem::invalid("contact_name", words::booking::invalid_name(NAME_LENGTH)))?;
    name_rules::person("contact_name", &name)
}

/// The mobile number of the person to contact.
pub fn check_contact_mobile(mobile: &str) -> Result<String, Problem> {
    identifiers::mobile(mobile).map_err(|fault| fault.problem("contact_mobile"))
}

/// A reason that the other side will read. `None` if nothing was written.
pub fn check_reason(reason: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(reason) = reason else { return Ok(None) };
    let text = plain_text(reason, REASON_LENGTH, true)
        .ok_or_else(|| Problem::invalid("reason", words::booking::too_long_reason(REASON_LENGTH)))?;
    Ok((!text.is_empty()).then_some(text))
}

/// The same, where one must be given.
pub fn require_reason(reason: Option<&str>) -> Result<String, Problem> {
    check_reason(reason)?.ok_or_else(|| Problem::invalid("reason", words::booking::reason_required()))
}

/// Why something was cancelled late.
pub fn require_explanation(text: &str) -> Result<String, Problem> {
    let text = plain_text(text, EXPLANATION_LENGTH, true)
        .ok_or_else(|| Problem::invalid("explanation", words::booking::too_long(EXPLANATION_LENGTH)))?;
    if text.is_empty() {
        return Err(Problem::invalid("explanation", words::booking::required()));
    }
    Ok(text)
}

/// From where a calendar was taken: the notice's number or address.
pub fn require_source(source: &str) -> Result<String, Problem> {
    let text = plain_text(source, SOURCE_LENGTH, false)
        .ok_or_else(|| Problem::invalid("source", words::booking::too_long_source(SOURCE_LENGTH)))?;
    if text.is_empty() {
        return Err(Problem::invalid("source", words::booking::calendar_source_required()));
    }
    Ok(text)
}

/// From which system times were taken.
pub fn require_clearance_source(source: &str) -> Result<String, Problem> {
    let text = plain_text(source, SOURCE_LENGTH, false)
        .ok_or_else(|| Problem::invalid("source", words::booking::too_long_source(SOURCE_LENGTH)))?;
    if text.is_empty() {
        return Err(Problem::invalid("source", words::clearance::clearance_source_required()));
    }
    Ok(text)
}

fn check_value(field: &FieldSpec, value: &Value) -> Result<Value, Problem> {
    match (field.kind, value) {
        (FieldKind::Consent, Value::Bool(true)) => Ok(Value::Bool(true)),
        (FieldKind::Consent, Value::Bool(false)) if !field.required => Ok(Value::Bool(false)),
        (FieldKind::Consent, _) => Err(not_consented(field)),
        (FieldKind::Number, Value::Number(number)) => {
            check_number(field, number.as_f64()).map(|()| value.clone())
        }
        (FieldKind::Number, Value::String(text)) => {
            let text = identifiers::plain(text);
            let number: Option<f64> = text.parse().ok();
            check_number(field, number)?;
            // Whole numbers stay whole.
            let whole = text.parse::<i64>().ok().map(Number::from);
            let number = whole.or_else(|| number.and_then(Number::from_f64));
            number.map(Value::Number).ok_or_else(|| not_a_number(field))
        }
        (FieldKind::Number, _) => Err(not_a_number(field)),
        (_, Value::String(text)) => check_text(field, text).map(Value::String),
        _ => Err(wrong(field, words::booking::invalid_field())),
    }
}

fn check_text(field: &FieldSpec, text: &str) -> Result<String, Problem> {
    let default = if field.kind == FieldKind::LongText { LONG_TEXT_LENGTH } else { TEXT_LENGTH };
    let longest = field.max_length.map_or(default, |length| length as usize);
    let text = plain_text(text, longest, field.kind == FieldKind::LongText)
        .ok_or_else(|| wrong(field, words::booking::too_long(longest)))?;
    match field.kind {
        FieldKind::Choice => {
            let known = field.options.iter().flatten().any(|option| option.value == text);
            let refuse = || wrong(field, words::booking::not_an_option());
            known.then_some(text).ok_or_else(refuse)
        }
        FieldKind::PortCode => {
            let code = identifiers::plain(&text);
            let refuse = || wrong(field, words::booking::invalid_port_code());
            is_code(&code).then_some(code).ok_or_else(refuse)
        }
        FieldKind::HsCodes => identifiers::hs_codes(&text)
            .map(|codes| codes.join(", "))
            .map_err(|fault| fault.problem(name(field))),
        FieldKind::DeclarationNo => {
            identifiers::declaration_no(&text).map_err(|fault| fault.problem(name(field)))
        }
        FieldKind::ExternalNo => identifiers::external_no(&text).map_err(|fault| fault.problem(name(field))),
        FieldKind::Date => {
            let date = (text.len() == 10).then(|| text.parse::<NaiveDate>().ok()).flatten();
            let near = date.is_some_and(|date| (1900..=2199).contains(&date.year()));
            let refuse = || wrong(field, words::booking::invalid_date());
            near.then_some(text).ok_or_else(refuse)
        }
        _ => Ok(text),
    }
}

fn check_number(field: &FieldSpec, number: Option<f64>) -> Result<(), Problem> {
    let sane = number.is_some_and(|number| number.is_finite() && number.abs() <= 1e12);
    if sane { Ok(()) } else { Err(not_a_number(field)) }
}

/// Trimmed text of at most `longest` characters without control characters (line breaks where
/// `lines`): PostgreSQL refuses NUL, and nothing else of them belongs in a form.
fn plain_text(text: &str, longest: usize, lines: bool) -> Option<String> {
    let text = text.trim().replace("\r\n", "\n");
    let clean = text.chars().all(|c| !c.is_control() || (lines && matches!(c, '\n' | '\t')));
    (clean && text.chars().count() <= longest).then_some(text)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn not_consented(field: &FieldSpec) -> Problem {
    wrong(field, words::booking::consent_required())
}

fn not_a_number(field: &FieldSpec) -> Problem {
    wrong(field, words::booking::invalid_number())
}

fn wrong(field: &FieldSpec, title: words::Text) -> Problem {
    Problem::invalid(name(field), title)
}

/// The field as it is spelled in the API.
fn name(field: &FieldSpec) -> String {
    format!("fields.{}", field.key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::{ByLanguage, Language};
    use crate::directory::model::FieldOption;
    use proptest::prelude::*;
    use serde_json::json;

    fn field(key: &str, kind: FieldKind, required: bool) -> FieldSpec {
        let option = FieldOption {
            value: "sea".into(),
            label: ByLanguage::of([(Language::ZhCn, "海运"), (Language::En, "Sea")]),
        };
        FieldSpec {
            key: key.into(),
            kind,
            label: ByLanguage::of([(Language::ZhCn, "甲"), (Language::En, "A")]),
            hint: None,
            required,
            options: (kind == FieldKind::Choice).then(|| vec![option]),
            sensitive: false,
            max_length: (kind == FieldKind::Text).then_some(5),
            default: None,
            without_stages: false,
            link: None,
        }
    }

    fn check(kind: FieldKind, required: bool, value: Value) -> Result<Value, &'static str> {
        let given = json!({ "x": value });
        check_fields(&[field("x", kind, required)], given.as_object().unwrap(), false)
            .map(Value::Object)
            .map_err(|problem| {
                assert_eq!(problem.field.as_deref(), Some("fields.x"));
                problem.code
            })
    }

    #[test]
    fn each_kind_of_field_takes_what_it_should() {
        use FieldKind::*;
        for (kind, given, stored) in [
            (Text, json!(" 苹果 "), json!("苹果")),
            (LongText, json!("a\r\nb"), json!("a\nb")),
            (Choice, json!("sea"), json!("sea")),
            (PortCode, json!("0101"), json!("0101")),
            // As a Chinese keyboard writes digits.
            (PortCode, json!(" １９ ０１"), json!("1901")),
            (HsCodes, json!("０１０１２１，0102"), json!("010121, 0102")),
            (DeclarationNo, json!("１９９９２０２６ 1000000001"), json!("199920261000000001")),
            (Number, json!("１２"), json!(12)),
            (Date, json!("2026-02-28"), json!("2026-02-28")),
            (Number, json!(3), json!(3)),
            (Number, json!("12"), json!(12)),
            (Number, json!("1.5"), json!(1.5)),
            (Consent, json!(true), json!(true)),
        ] {
            assert_eq!(check(kind, true, given), Ok(json!({ "x": stored })), "{kind:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        use FieldKind::*;
        for (kind, given, code) in [
            (Text, json!("六个字的长文"), "too_long"),
            (Text, json!("a\u{0}"), "too_long"),
            (Text, json!("a\nb"), "too_long"),
            (Text, json!(7), "invalid_field"),
            (Text, json!(["a"]), "invalid_field"),
            (Text, json!("  "), "required"),
            (Text, json!(null), "required"),
            (Choice, json!("air"), "not_an_option"),
            (PortCode, json!("101"), "invalid_port_code"),
            (PortCode, json!("哈尔滨"), "invalid_port_code"),
            (HsCodes, json!("abc"), "wrong_character"),
            (DeclarationNo, json!("123"), "wrong_length"),
            (Date, json!("2026-02-30"), "invalid_date"),
            (Date, json!("+22026-01-01"), "invalid_date"),
            (Number, json!("1e400"), "invalid_number"),
            (Number, json!("NaN"), "invalid_number"),
            (Number, json!(true), "invalid_number"),
            (Consent, json!(false), "consent_required"),
            (Consent, json!("yes"), "consent_required"),
            (Consent, json!(null), "consent_required"),
        ] {
            assert_eq!(check(kind, true, given.clone()), Err(code), "{kind:?} {given}");
        }
    }

    #[test]
    fn optional_answers_may_be_left_out_and_unknown_ones_not_sneaked_in() {
        assert_eq!(check(FieldKind::Text, false, json!("")), Ok(json!({})));
        let given = json!({ "y": 1 });
        let problem = check_fields(&[field("x", FieldKind::Text, false)], given.as_object().unwrap(), false);
        let problem = problem.unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), ("unknown_field", Some("fields.y")));
    }

    #[test]
    fn at_the_desk_nothing_is_required_and_nothing_asked_that_needs_a_consent() {
        let sensitive = FieldSpec { sensitive: true, ..field("illness", FieldKind::Text, true) };
        let spec =
            [field("x", FieldKind::PortCode, true), field("agree", FieldKind::Consent, true), sensitive];
        let checked = |given: Value| check_fields_at_desk(&spec, given.as_object().unwrap(), false);
        assert_eq!(checked(json!({})).unwrap(), Map::new());
        assert_eq!(checked(json!({"x": "0101"})).unwrap()["x"], "0101");
        assert_eq!(checked(json!({"x": "101"})).unwrap_err().code, "invalid_port_code");
        for key in ["agree", "illness"] {
            assert_eq!(checked(json!({key: true})).unwrap_err().code, "unknown_field");
        }
    }

    #[test]
    fn contacts_are_checked() {
        assert_eq!(check_contact_name(" 买买提·吐尔逊 ").unwrap(), "买买提·吐尔逊");
        assert!(check_contact_name(" ").is_err());
        assert!(check_contact_name("请登录 https://evil.example/x").is_err());
        assert!(check_contact_name(&"长".repeat(61)).is_err());
        assert!(check_contact_mobile("15412345678").is_ok());
        assert!(check_contact_mobile("1541234567").is_err());
        assert_eq!(require_reason(Some(" ")).unwrap_err().code, "reason_required");
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(text in any::<String>(), kind in 0usize..9) {
            use FieldKind::*;
            let kind = [Text, LongText, Choice, PortCode, HsCodes, DeclarationNo, Date, Number, Consent][kind];
            let _ = check(kind, false, Value::String(text));
        }
    }
}
