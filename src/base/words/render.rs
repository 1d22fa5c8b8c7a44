//! A text in a language. The files of a language are read when something of them is said for the first time.

use super::{Key, Language, Moment, Said, Text, base};
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::sync::OnceLock;

type Bundle = FluentBundle<FluentResource>;

/// A file of a language, read once.
fn bundle(language: Language, file: usize) -> &'static Bundle {
    static BUNDLES: [OnceLock<Vec<OnceLock<Bundle>>>; Language::ALL.len()] =
        [const { OnceLock::new() }; Language::ALL.len()];
    let files = language.files();
    let of_language =
        BUNDLES[language as usize].get_or_init(|| files.iter().map(|_| OnceLock::new()).collect());
    of_language[file].get_or_init(|| {
        let tag = language.tag().parse().unwrap_or_default();
        let mut bundle = Bundle::new_concurrent(vec![tag]);
        // Marks around arguments would stand in mails, calendars and headers as characters.
        bundle.set_use_isolating(false);
        // The build refuses a file that cannot be read, or names a message twice.
        let resource = FluentResource::try_new(files[file].to_owned()).unwrap_or_else(|(read, _)| read);
        bundle.add_resource_overriding(resource);
        bundle
    })
}

/// The text in a language.
pub(super) fn message(text: &Text, language: Language) -> String {
    let Key { file, id, attribute } = *text.key;
    let bundle = bundle(language, file);
    let found = bundle.get_message(id);
    let pattern = found.as_ref().and_then(|message| match attribute {
        Some(attribute) => message.get_attribute(attribute).map(|attribute| attribute.value()),
        None => message.value(),
    });
    let mut arguments = FluentArgs::with_capacity(text.arguments.len());
    for (name, said) in &text.arguments {
        arguments.set(*name, value(said, language));
    }
    let mut errors: Vec<FluentError> = Vec::new();
    let said =
        pattern.map(|pattern| bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned());
    debug_assert!(errors.is_empty() && said.is_some(), "{id}: {errors:?}");
    said.unwrap_or_else(|| id.to_owned())
}

fn value(said: &Said, language: Language) -> FluentValue<'static> {
    match said {
        Said::Number(number) => number.0.into(),
        other => plain(other, language).into(),
    }
}

fn plain(said: &Said, language: Language) -> String {
    let each = |several: &[Said]| several.iter().map(|one| plain(one, language)).collect::<Vec<_>>();
    match said {
        Said::Plain(text) => text.to_string(),
        Said::Number(number) => number.0.to_string(),
        Said::Text(text) => text.in_language(language),
        Said::ByLanguage(text) => text.in_language(language).to_owned(),
        Said::Date(date) => day(*date).in_language(language),
        Said::Moment(moment) => instant(*moment).in_language(language),
        Said::List(several) => each(several).join(&base::comma().in_language(language)),
        Said::Lines(several) => each(several).join("\n"),
    }
}

/// A day as it is written in a sentence.
fn day(date: NaiveDate) -> Text {
    base::date(date.year(), date.month(), date.day())
}

fn instant(Moment(at, zone): Moment) -> Text {
    let local = at.with_timezone(&zone);
    base::moment(local.date_naive(), local.format("%H:%M").to_string(), zone_name(zone))
}

/// What the time of a zone is called.
pub fn zone_name(zone: Tz) -> Text {
    match zone {
        Tz::Asia__Shanghai => base::zone_china(),
        other => base::zone_other(other.name()),
    }
}
