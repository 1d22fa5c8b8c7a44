//! A message with its arguments, not yet in a language.

use super::{ByLanguage, EVERY, Language, render};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use std::borrow::Cow;

/// By what a message is found: the number of its file, its id, and its attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub(super) file: usize,
    pub id: &'static str,
    pub attribute: Option<&'static str>,
}

/// A message of the word files.
pub(crate) struct Message {
    pub file: &'static str,
    pub key: Key,
    /// Their names, each with whether it is a number.
    pub arguments: &'static [(&'static str, bool)],
}

/// What somebody is to read. It becomes a string when the reader's language is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub(super) key: &'static Key,
    pub(super) arguments: Vec<(&'static str, Said)>,
}

impl Text {
    /// For the generated functions.
    pub(super) fn said(key: &'static Key, arguments: Vec<(&'static str, Said)>) -> Self {
        Self { key, arguments }
    }

    /// The id of the message; a problem's code is that of its words.
    pub fn id(&self) -> &'static str {
        self.key.id
    }

    /// The attribute of the message, where one id has several texts.
    pub fn attribute(&self) -> Option<&'static str> {
        self.key.attribute
    }

    pub fn in_language(&self, language: Language) -> String {
        render::message(self, language)
    }
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// As it is, in any language.
    Plain(Cow<'static, str>),
    Number(Number),
    /// Words of ours inside others.
    Text(Box<Text>),
    /// Words of the office.
    ByLanguage(ByLanguage),
    Date(NaiveDate),
    Moment(Moment),
    /// Several, with the language's comma between them.
    List(Vec<Said>),
    /// Several, on a line each.
    Lines(Vec<Said>),
}

/// A number, which may choose a plural form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub(super) i64);

macro_rules! numbers {
    ($($kind:ty),*) => { $(
        impl From<$kind> for Number {
            fn from(number: $kind) -> Self {
                Self(number.try_into().unwrap_or(i64::MAX))
            }
        }

        impl From<&$kind> for Number {
            fn from(number: &$kind) -> Self {
                Self::from(*number)
            }
        }
    )* };
}

numbers!(u8, u16, i32, u32, i64, u64, usize);

/// A moment as it is said in a sentence: by the clocks of a zone, with the zone named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub DateTime<Utc>, pub Tz);

impl From<&str> for Said {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned().into())
    }
}

impl From<&String> for Said {
    fn from(text: &String) -> Self {
        Self::Plain(text.clone().into())
    }
}

impl From<String> for Said {
    fn from(text: String) -> Self {
        Self::Plain(text.into())
    }
}

impl From<char> for Said {
    fn from(character: char) -> Self {
        Self::Plain(character.to_string().into())
    }
}

impl From<Text> for Said {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<ByLanguage> for Said {
    fn from(text: ByLanguage) -> Self {
        Self::ByLanguage(text)
    }
}

impl From<&ByLanguage> for Said {
    fn from(text: &ByLanguage) -> Self {
        Self::ByLanguage(text.clone())
    }
}

impl From<NaiveDate> for Said {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<Moment> for Said {
    fn from(moment: Moment) -> Self {
        Self::Moment(moment)
    }
}

/// Every message with sample arguments (numbers are `number`), for those who look through all of them: its file,
/// and the text.
pub fn every(number: i64) -> impl Iterator<Item = (&'static str, Text)> {
    EVERY.iter().map(move |message| {
        let sample = |(name, is_number): &(&'static str, bool)| match is_number {
            true => (*name, Said::Number(Number(number))),
            false => (*name, Said::Plain(format!("‹{name}›").into())),
        };
        let arguments = message.arguments.iter().map(sample).collect();
        (message.file, Text::said(&message.key, arguments))
    })
}
