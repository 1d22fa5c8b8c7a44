//! A filled-in form in a few words, for lists: what it is about, without what is sensitive. Pure.

use crate::base::words::ByLanguage;
use crate::directory::entities::service::ServiceKind;
use crate::directory::model::{FieldKind, FieldSpec};
use serde::Serialize;
use serde_json::Value;

/// As many answers as a row of a list has room for.
const MOST: usize = 3;
/// Longer words are cut there, in characters.
const LONGEST: usize = 120;

/// One answer with the question's label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub key: String,
    pub label: ByLanguage,
    /// In words: of a choice the option's label.
    pub value: ByLanguage,
}

/// The first answers of a form in the order of its questions.
pub fn summary(spec: &[FieldSpec], fields: &Value) -> Vec<Answer> {
    let told = |field: &&FieldSpec| !field.sensitive && field.kind != FieldKind::Consent;
    let answer = |field: &FieldSpec| {
        let value = in_words(field, fields.get(&field.key)?)?;
        Some(Answer { key: field.key.clone(), label: field.label.clone(), value })
    };
    spec.iter().filter(told).filter_map(answer).take(MOST).collect()
}

/// What it is about, in one line: the subject that was chosen, else the first words that were written. What somebody
/// has examined is sensitive, and the document that they bring is no subject: there the service's name says enough.
pub fn topic(service: ServiceKind, spec: &[FieldSpec], fields: &Value) -> Option<ByLanguage> {
    if service == ServiceKind::Health {
        return None;
    }
    let of = |kinds: &[FieldKind]| {
        let fit = |field: &&FieldSpec| !field.sensitive && kinds.contains(&field.kind);
        spec.iter().filter(fit).find_map(|field| in_words(field, fields.get(&field.key)?))
    };
    of(&[FieldKind::Choice]).or_else(|| of(&[FieldKind::Text, FieldKind::LongText]))
}

fn in_words(field: &FieldSpec, value: &Value) -> Option<ByLanguage> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let option = field.options.iter().flatten().find(|option| option.value == text);
    Some(option.map_or_else(|| ByLanguage::same(cut(&text)), |option| option.label.clone()))
}

/// One line, cut with an ellipsis where it is too long.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use crate::directory::model::FieldOption;
    use serde_json::json;

    fn field(key: &str, kind: FieldKind) -> FieldSpec {
        let option = FieldOption {
            value: "grain".into(),
            label: ByLanguage::of([(Language::ZhCn, "粮食进口"), (Language::En, "Grain imports")]),
        };
        FieldSpec {
            key: key.into(),
            kind,
            label: ByLanguage::of([(Language::ZhCn, "项"), (Language::En, "Field")]),
            hint: None,
            required: true,
            options: (kind == FieldKind::Choice).then(|| vec![option]),
            sensitive: key == "illness",
            max_length: None,
            default: None,
            without_stages: false,
            link: None,
        }
    }

    #[test]
    fn a_row_says_what_it_is_about_and_nothing_sensitive() {
        use FieldKind::*;
        let spec = [
            field("illness", Choice),
            field("topic", Choice),
            field("about", LongText),
            field("ok", Consent),
        ];
        let fields = json!({"illness": "grain", "topic": "grain", "about": "第一行\n第二行", "ok": true});
        let words: Vec<_> = summary(&spec, &fields)
            .into_iter()
            .map(|answer| answer.value.in_language(Language::ZhCn).to_owned())
            .collect();
        assert_eq!(words, ["粮食进口", "第一行 第二行"]);
        assert_eq!(
            topic(ServiceKind::Video, &spec, &fields).unwrap().in_language(Language::En),
            "Grain imports"
        );
        assert_eq!(topic(ServiceKind::Health, &spec, &fields), None, "no document as a headline");
        let long = json!({"about": "长".repeat(300)});
        assert_eq!(
            topic(ServiceKind::Video, &spec, &long).unwrap().in_language(Language::ZhCn).chars().count(),
            LONGEST
        );
        assert_eq!(topic(ServiceKind::Video, &spec, &json!({})), None);
        assert_eq!(summary(&spec, &json!({})), []);
    }
}
