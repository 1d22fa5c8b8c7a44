//! Short ways to write down a form.

use crate::base::words::Text;
use crate::directory::model::{FieldKind, FieldOption, FieldSpec};

/// A required field.
pub(super) fn field(key: &str, kind: FieldKind, label: Text) -> FieldSpec {
    let max_length = match kind {
        FieldKind::Text => Some(100),
        FieldKind::LongText => Some(500),
        FieldKind::HsCodes => Some(240),
        _ => None,
    };
    FieldSpec {
        key: key.to_owned(),
        kind,
        label: label.into(),
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

/// A required choice of values with their labels.
pub(super) fn choice<const N: usize>(key: &str, label: Text, options: [(&str, Text); N]) -> FieldSpec {
    let option = |(value, label): (&str, Text)| FieldOption { value: value.to_owned(), label: label.into() };
    let options = Some(options.into_iter().map(option).collect());
    FieldSpec { options, ..field(key, FieldKind::Choice, label) }
}

impl FieldSpec {
    pub(super) fn hint(self, hint: Text) -> Self {
        Self { hint: Some(hint.into()), ..self }
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
