//! Short ways to write down a form.

use crate::base::words::{ByLanguage, Language};
use crate::directory::model::{FieldKind, FieldOption, FieldSpec};

/// Text in both languages.
pub(super) fn t(zh: &'static str, en: &'static str) -> ByLanguage {
    ByLanguage::of([(Language::ZhCn, zh), (Language::En, en)])
}

/// A required field.
pub(super) fn field(key: &str, kind: FieldKind, zh: &'static str, en: &'static str) -> FieldSpec {
    let max_length = match kind {
        FieldKind::Text => Some(100),
        FieldKind::LongText => Some(500),
        FieldKind::HsCodes => Some(240),
        _ => None,
    };
    FieldSpec {
        key: key.to_owned(),
        kind,
        label: t(zh, en),
        hint: None,
        required: true,
        options: None,
        sensitive: false,
        max_length,
        default: None,
        without_stages: false,
        link: None,
    }
}

/// A required choice: (value, Chinese, English).
pub(super) fn choice(
    key: &str,
    zh: &'static str,
    en: &'static str,
    options: &[(&str, &'static str, &'static str)],
) -> FieldSpec {
    let options = options
        .iter()
        .map(|(value, zh, en)| FieldOption { value: (*value).to_owned(), label: t(zh, en) })
        .collect();
    FieldSpec { options: Some(options), ..field(key, FieldKind::Choice, zh, en) }
}

impl FieldSpec {
    pub(super) fn hint(self, zh: &'static str, en: &'static str) -> Self {
        Self { hint: Some(t(zh, en)), ..self }
    }

    pub(super) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub(super) fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    pub(super) fn without_stages(self) -> Self {
        Self { without_stages: true, ..self }
    }

    /// Where a number of another system is looked up.
    pub(super) fn link(self, address: &str) -> Self {
        Self { link: Some(address.to_owned()), ..self }
    }

    /// What a choice stands at until somebody chooses.
    pub(super) fn preset(self, value: &str) -> Self {
        Self { default: Some(value.to_owned()), ..self }
    }

    pub(super) fn at_most(self, characters: u32) -> Self {
        Self { max_length: Some(characters), ..self }
    }
}
