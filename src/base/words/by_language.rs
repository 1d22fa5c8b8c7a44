//! Texts that an office wrote in each of its languages.

use super::{Language, Text};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The same text in every language, by the language's tag.
#[derive(Clone, Debug, PartialEq, Eq, FromJsonQueryResult)]
pub struct ByLanguage(BTreeMap<Language, Cow<'static, str>>);

impl ByLanguage {
    pub fn of<T: Into<Cow<'static, str>>>(texts: impl IntoIterator<Item = (Language, T)>) -> Self {
        Self(texts.into_iter().map(|(language, text)| (language, text.into())).collect())
    }

    /// What is the same in all languages: a name, a number.
    pub fn same(text: impl Into<Cow<'static, str>>) -> Self {
        let text = text.into();
        Self::of(Language::ALL.map(|language| (language, text.clone())))
    }

    /// What was written in `language`, if anything.
    pub fn get(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(|text| &**text)
    }

    /// What was written, in whatever language.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|text| &**text)
    }

    /// The same for readers of every language: what was not written in one stands there as it was written.
    pub fn for_all(&self) -> Self {
        Self::of(Language::ALL.map(|language| (language, self.in_language(language).to_owned())))
    }

    /// The text for a reader of `language`; where it was not written in it, in the first that it was written in.
    pub fn in_language(&self, language: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.values().next()).map_or("", |text| text)
    }
}

impl Serialize for ByLanguage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(language, text)| (language.tag(), text)))
    }
}

/// A language that this version does not speak is passed over; one that was called by less than its tag (`zh`, as
/// it was stored once) is known all the same.
impl<'de> Deserialize<'de> for ByLanguage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
        Ok(Self::of(texts.into_iter().filter_map(|(tag, text)| Some((Language::from_tag(&tag)?, text)))))
    }
}

/// Our own words for readers of any language.
impl From<Text> for ByLanguage {
    fn from(text: Text) -> Self {
        Self::of(Language::ALL.map(|language| (language, text.in_language(language))))
    }
}

impl PartialSchema for ByLanguage {
    fn schema() -> RefOr<Schema> {
        let each = Language::ALL.into_iter().fold(ObjectBuilder::new(), |object, language| {
            object
                .property(language.tag(), ObjectBuilder::new().schema_type(Type::String))
                .required(language.tag())
        });
        each.description(Some("The same text in every language, by the language's tag.")).into()
    }
}

impl ToSchema for ByLanguage {
    fn name() -> Cow<'static, str> {
        "Text".into()
    }
}
