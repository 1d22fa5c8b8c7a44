//! What the form of a service asks for, as chiefs set it: what is wrong with it, and what of it has to be remembered for
//! the bookings that were made by it. Pure.

use crate::base::words::ByLanguage;
use crate::directory::model::documents::{
    DocumentSpec, DocumentWay, FileKind, LEAST_BYTES, MOST_BYTES, MOST_FILES, MOST_PAGES, STAMPED_FORM,
};
use crate::directory::model::settings::{
    Checked, Faults, MOST_LINES, SettingsFaultKind as Kind, TEXT_LENGTH, fault, in_range, text,
};
use crate::directory::model::terms::{ServiceTerms, TermsContext, TermsFaultKind};
use crate::directory::model::{FieldKind, FieldOption, FieldSpec, ServiceSpec, WarningRule};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;

/// So many questions, and so many documents, a form may have.
pub const MOST_QUESTIONS: usize = 40;
const LABEL_LENGTH: usize = 200;
const KEY_LENGTH: usize = 40;
const LONGEST_TEXT: i32 = 2000;
pub const LINK_LENGTH: usize = 300;

/// What a form is checked against, beside itself.
#[derive(Clone, Copy, Debug)]
pub struct FormContext<'a> {
    /// What was asked until now.
    pub asked: &'a [FieldSpec],
    /// What was asked once, and is not any more.
    pub former: &'a [FieldSpec],
    pub terms: &'a ServiceTerms,
    pub warnings: &'a [WarningRule],
    pub horizon_days: i32,
}

/// What is wrong with the questions of a form.
pub(super) fn check_fields(fields: &[FieldSpec], context: &FormContext<'_>, faults: &mut Faults) {
    if fields.len() > MOST_QUESTIONS {
        faults.add("fields", Kind::TooManyLines(MOST_QUESTIONS));
    }
    let mut keys = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        let at = |what: &str| format!("fields[{index}].{what}");
        faults.take(key(at("key"), &field.key, &mut keys));
        let before = context.asked.iter().chain(context.former).find(|before| before.key == field.key);
        // Answers that are there would be read as something that they are not.
        if before.is_some_and(|before| before.kind != field.kind) {
            faults.add(at("kind"), Kind::KindFixed);
        }
        faults.take(text(&at("label"), &field.label, LABEL_LENGTH));
        if let Some(hint) = &field.hint {
            faults.take(text(&at("hint"), hint, TEXT_LENGTH));
        }
        if let Some(length) = field.max_length {
            let length = i32::try_from(length).unwrap_or(i32::MAX);
            faults.take(in_range(at("max_length"), length, 1, LONGEST_TEXT));
        }
        faults.take(check_link(at("link"), field));
        check_options(index, field, faults);
    }
    let has_consent = fields.iter().any(|field| field.kind == FieldKind::Consent && field.required);
    if !has_consent {
        for (index, _) in fields.iter().enumerate().filter(|(_, field)| field.is_sealed()) {
            faults.add(format!("fields[{index}].sensitive"), Kind::NoConsent);
        }
    }
    faults.take(check_uses(fields, context));
}

/// A link leads away from here, to where a number is known: over TLS, to a host by name, with nothing secret in it.
fn check_link(at: String, field: &FieldSpec) -> Checked {
    let Some(link) = &field.link else { return Ok(()) };
    if !field.kind.is_of_another_system() {
        return fault(at, Kind::OnlyNumbers);
    }
    let host =
        link.strip_prefix("https://").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_host = |host: &str| {
        host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':'))
    };
    let is_plain = link.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '`'));
    let is_good = host.is_some_and(is_host) && is_plain && link.len() <= LINK_LENGTH;
    if is_good { Ok(()) } else { fault(at, Kind::Link) }
}

fn check_options(index: usize, field: &FieldSpec, faults: &mut Faults) {
    let at = |what: &str| format!("fields[{index}].{what}");
    let options = field.options.as_deref().unwrap_or_default();
    if field.kind != FieldKind::Choice {
        if !options.is_empty() || field.default.is_some() {
            faults.add(at("options"), Kind::OnlyChoice);
        }
        return;
    }
    if options.is_empty() {
        faults.add(at("options"), Kind::NoOptions);
    }
    if options.len() > MOST_LINES {
        faults.add(at("options"), Kind::TooManyLines(MOST_LINES));
    }
    let mut values = BTreeSet::new();
    for (number, option) in options.iter().enumerate() {
        faults.take(key(at(&format!("options[{number}].value")), &option.value, &mut values));
        faults.take(text(&at(&format!("options[{number}].label")), &option.label, LABEL_LENGTH));
    }
    if field.default.as_ref().is_some_and(|value| !values.contains(value.as_str())) {
        faults.add(at("default"), Kind::NoSuchOption);
    }
}

/// What the terms and warnings of the service go by has to stay.
fn check_uses(fields: &[FieldSpec], context: &FormContext<'_>) -> Checked {
    let found = |key: &str| fields.iter().find(|field| field.key == key);
    let terms = TermsContext { fields, horizon_days: context.horizon_days };
    let missing = context
        .terms
        .check(&terms)
        .is_err_and(|fault| matches!(fault.kind, TermsFaultKind::NoChoice | TermsFaultKind::UnknownCategory));
    // What is sealed is no category any more.
    let category = context.terms.category_field.as_deref().and_then(found);
    if missing || category.is_some_and(|field| field.sensitive) {
        return fault("fields", Kind::UsedByTerms);
    }
    for rule in context.warnings {
        let dated = found(&rule.field).is_some_and(|field| field.kind == FieldKind::Date);
        let applies = rule.when.as_ref().is_none_or(|when| {
            let options = found(&when.field).and_then(|field| field.options.as_deref()).unwrap_or_default();
            options.iter().any(|option| option.value == when.value)
        });
        if !dated || !applies {
            return fault("fields", Kind::UsedByWarning);
        }
    }
    Ok(())
}

/// What is wrong with the documents that are asked for.
pub(super) fn check_documents(documents: &[DocumentSpec], faults: &mut Faults) {
    if documents.len() > MOST_QUESTIONS {
        faults.add("documents", Kind::TooManyLines(MOST_QUESTIONS));
    }
    let mut keys = BTreeSet::new();
    for (index, one) in documents.iter().enumerate() {
        let at = |what: &str| format!("documents[{index}].{what}");
        faults.take(key(at("key"), &one.key, &mut keys));
        if one.key == STAMPED_FORM {
            faults.add(at("key"), Kind::KeyReserved);
        }
        faults.take(text(&at("label"), &one.label, LABEL_LENGTH));
        if let Some(hint) = &one.hint {
            faults.take(text(&at("hint"), hint, TEXT_LENGTH));
        }
        let is_once = |kind: &FileKind| one.kinds.iter().filter(|other| *other == kind).count() == 1;
        if one.way == DocumentWay::Upload && one.kinds.is_empty() || !one.kinds.iter().all(is_once) {
            faults.add(at("kinds"), Kind::FileKinds);
        }
        if !(LEAST_BYTES..=MOST_BYTES).contains(&one.most_bytes) {
            faults.add(at("most_bytes"), Kind::DocumentSize);
        }
        let number = |of: u32| i32::try_from(of).unwrap_or(i32::MAX);
        faults.take(in_range(at("most_pages"), number(one.most_pages), 1, number(MOST_PAGES)));
        faults.take(in_range(at("most_files"), number(one.most_files), 1, number(MOST_FILES)));
    }
}

/// By what answers and files are kept, for programs: never seen by bookers.
fn key<'a>(field: String, key: &'a str, seen: &mut BTreeSet<&'a str>) -> Checked {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_good = key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(is_inner);
    if !is_good || key.len() > KEY_LENGTH {
        return fault(field, Kind::Key(KEY_LENGTH));
    }
    if seen.insert(key) { Ok(()) } else { fault(field, Kind::KeyTwice) }
}

/// What was asked once and has to be known for the answers that are there: questions that are gone, options that cannot
/// be chosen any more, and that something was sensitive.
pub fn remembered(former: &[FieldSpec], before: &[FieldSpec], after: &[FieldSpec]) -> Vec<FieldSpec> {
    let added = before.iter().filter(|field| !former.iter().any(|other| other.key == field.key));
    let all = former.iter().chain(added).map(|field| {
        let Some(last) = before.iter().find(|last| last.key == field.key) else { return field.clone() };
        let sensitive = field.sensitive || last.sensitive;
        FieldSpec { options: with_options(last, field), sensitive, ..last.clone() }
    });
    all.filter(|field| {
        let Some(now) = after.iter().find(|now| now.key == field.key) else { return true };
        let has = |value: &str| now.options.iter().flatten().any(|option| option.value == value);
        field.sensitive && !now.sensitive || field.options.iter().flatten().any(|option| !has(&option.value))
    })
    .collect()
}

/// The documents that were asked for once, for the files that are there.
pub fn remembered_documents(
    former: &[DocumentSpec],
    before: &[DocumentSpec],
    after: &[DocumentSpec],
) -> Vec<DocumentSpec> {
    let gone = |one: &&DocumentSpec, among: &[DocumentSpec]| !among.iter().any(|other| other.key == one.key);
    let former = former.iter().filter(|one| gone(one, before));
    former.chain(before).filter(|one| gone(one, after)).cloned().collect()
}

/// What a question, or an option of one, was called until something else was chosen for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormerLabel {
    /// Of the question.
    pub key: String,
    /// Of its option.
    #[serde(default)]
    pub option: Option<String>,
    pub label: ByLanguage,
    pub until: DateTime<Utc>,
}

/// What questions and options were called, with what they are called otherwise from `now` on, the oldest first. What is asked
/// again goes by what it was called when it was asked last.
pub fn remembered_labels(
    known: &[FormerLabel],
    before: &[FieldSpec],
    after: &[FieldSpec],
    now: DateTime<Utc>,
) -> Vec<FormerLabel> {
    let mut all = known.to_vec();
    let mut note = |key: &str, option: Option<&str>, was: &ByLanguage, is_now: &ByLanguage| {
        if was != is_now {
            let (key, option) = (key.to_owned(), option.map(str::to_owned));
            all.push(FormerLabel { key, option, label: was.clone(), until: now });
        }
    };
    for field in after {
        let Some(was) = before.iter().find(|was| was.key == field.key) else { continue };
        note(&field.key, None, &was.label, &field.label);
        for option in field.options.iter().flatten() {
            let former = was.options.iter().flatten().find(|former| former.value == option.value);
            if let Some(former) = former {
                note(&field.key, Some(&option.value), &former.label, &option.label);
            }
        }
    }
    all
}

/// The options of a question with those that an earlier form had.
fn with_options(field: &FieldSpec, former: &FieldSpec) -> Option<Vec<FieldOption>> {
    let mut options = field.options.clone().unwrap_or_default();
    for option in former.options.iter().flatten() {
        if !options.iter().any(|known| known.value == option.value) {
            options.push(option.clone());
        }
    }
    (!options.is_empty()).then_some(options)
}

impl ServiceSpec {
    /// Every question by which the answers of bookings are read, whenever they were given: as it is now, with the options
    /// of before, and then those that are not asked any more.
    pub fn every_field(&self) -> Cow<'_, [FieldSpec]> {
        if self.former_fields.is_empty() {
            return Cow::Borrowed(&self.fields);
        }
        let former = |key: &str| self.former_fields.iter().find(|field| field.key == key);
        let now = self.fields.iter().map(|field| match former(&field.key) {
            Some(former) => FieldSpec { options: with_options(field, former), ..field.clone() },
            None => field.clone(),
        });
        let gone = |field: &&FieldSpec| !self.fields.iter().any(|now| now.key == field.key);
        Cow::Owned(now.chain(self.former_fields.iter().filter(gone).cloned()).collect())
    }

    /// What questions and options were called at a time, where they are called otherwise now.
    pub fn labels_at(&self, at: DateTime<Utc>) -> Vec<FormerLabel> {
        let every = self.every_field();
        let now = |of: &FormerLabel| {
            let field = every.iter().find(|field| field.key == of.key)?;
            match &of.option {
                None => Some(&field.label),
                Some(value) => {
                    let option = field.options.iter().flatten().find(|option| option.value == *value);
                    option.map(|option| &option.label)
                }
            }
        };
        let mut then: Vec<FormerLabel> = Vec::new();
        for label in self.former_labels.iter().filter(|label| label.until > at) {
            // The oldest of them applied.
            if !then.iter().any(|known| (&known.key, &known.option) == (&label.key, &label.option)) {
                then.push(label.clone());
            }
        }
        then.retain(|label| now(label) != Some(&label.label));
        then
    }

    /// Whether bookings of it may hold something that is kept sealed: it asks for that, or did.
    pub fn is_ever_sensitive(&self) -> bool {
        // The persons of a group are sealed whatever is asked of them.
        let mut all = self.fields.iter().chain(&self.former_fields);
        self.groups.is_some() || all.any(FieldSpec::is_sealed)
    }

    /// The questions that are sensitive here and were not there: what is kept readable of them has to be sealed.
    pub fn newly_sensitive(&self, before: &Self) -> bool {
        let was = |field: &FieldSpec| before.fields.iter().find(|was| was.key == field.key);
        self.fields.iter().any(|field| field.is_sealed() && !was(field).is_some_and(FieldSpec::is_sealed))
    }
}

impl FieldSpec {
    /// Whether its answers are kept sealed: a tick is no answer that tells something.
    pub fn is_sealed(&self) -> bool {
        self.sensitive && self.kind != FieldKind::Consent
    }

    /// Whether a booking is found by its answer.
    pub fn is_searched(&self) -> bool {
        self.kind.is_of_another_system() && !self.sensitive
    }
}

impl FieldKind {
    /// Whether another system gave the number and knows it.
    pub fn is_of_another_system(self) -> bool {
        matches!(self, Self::DeclarationNo | Self::ExternalNo)
    }
}
