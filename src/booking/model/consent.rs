//! What somebody consents to: the very words, by a version that is made of them. Pure.

use crate::base::hex::hex;
use crate::base::words::ByLanguage;
use crate::directory::model::{FieldKind, FieldSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The words of one box that was ticked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConsentWords {
    pub key: String,
    pub label: ByLanguage,
    pub hint: Option<ByLanguage>,
}

/// Words that were agreed to.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenConsent {
    /// Other words have another version.
    pub version: String,
    pub words: Vec<ConsentWords>,
}

impl GivenConsent {
    /// The consent that a checked form gives; none where no box is ticked.
    pub fn of(spec: &[FieldSpec], fields: &Map<String, Value>) -> Option<Self> {
        let given = |field: &&FieldSpec| {
            field.kind == FieldKind::Consent && fields.get(&field.key) == Some(&Value::Bool(true))
        };
        let words = |field: &FieldSpec| ConsentWords {
            key: field.key.clone(),
            label: field.label.clone(),
            hint: field.hint.clone(),
        };
        let words: Vec<ConsentWords> = spec.iter().filter(given).map(words).collect();
        let text = serde_json_canonicalizer::to_vec(&words).ok().filter(|_| !words.is_empty())?;
        let version = hex(&Sha256::digest(text)[..8]);
        Some(Self { version, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use serde_json::json;

    #[test]
    fn other_words_are_another_version() {
        let mut field = FieldSpec {
            key: "health_consent".into(),
            kind: FieldKind::Consent,
            label: ByLanguage::of([(Language::ZhCn, "我单独同意"), (Language::En, "I separately agree")]),
            hint: None,
            required: true,
            options: None,
            sensitive: false,
            max_length: None,
            default: None,
            without_stages: false,
            link: None,
        };
        let (yes, no) = (json!({"health_consent": true}), json!({"health_consent": false}));
        let given = |field: &FieldSpec, fields: &Value| {
            GivenConsent::of(std::slice::from_ref(field), fields.as_object().unwrap())
        };
        let first = given(&field, &yes).unwrap();
        assert_eq!((&first, first.version.len()), (&given(&field, &yes).unwrap(), 16));
        assert_eq!(given(&field, &no), None);
        field.hint = Some(field.label.clone());
        assert_ne!(given(&field, &yes).unwrap().version, first.version);
    }
}
