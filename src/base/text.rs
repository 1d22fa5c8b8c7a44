//! Words that exist in both languages of the service.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// The same text in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Text {
    #[schema(value_type = String)]
    pub zh: Cow<'static, str>,
    #[schema(value_type = String)]
    pub en: Cow<'static, str>,
}

impl Text {
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The text for a reader of `language`; everything that is not English reads Chinese.
    pub fn for_language(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// A moment as it is said in a sentence: by the clocks of a zone, with the zone named.
pub fn moment(at: DateTime<Utc>, zone: Tz) -> Text {
    let (local, name) = (at.with_timezone(&zone), zone_name(zone));
    Text::new(
        format!("{}（{}）", local.format("%Y年%-m月%-d日 %H:%M"), name.zh),
        format!("{} ({})", local.format("%-d %B %Y, %H:%M"), name.en),
    )
}

/// What the time of a zone is called.
pub fn zone_name(zone: Tz) -> Text {
    match zone {
        Tz::Asia__Shanghai => Text::new("北京时间", "Beijing time"),
        other => Text::new(format!("{other} 时间"), format!("{other} time")),
    }
}

/// The two languages in which the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    /// The reader's language from an `Accept-Language` header: the first of ours that is named wins,
    /// Chinese when none is. Weights are not weighed: browsers list in order of preference.
    pub fn from_accept_language(header: &str) -> Self {
        for part in header.split(',') {
            let tag = part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            if tag == "zh" || tag.starts_with("zh-") {
                return Self::Zh;
            }
            if tag == "en" || tag.starts_with("en-") {
                return Self::En;
            }
        }
        Self::Zh
    }

    /// The language tag as it stands in `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_wins() {
        for (header, language) in [
            ("", Language::Zh),
            ("en", Language::En),
            ("ru, en;q=0.8, zh;q=0.5", Language::En),
            ("zh-Hans-CN,en", Language::Zh),
            ("fr,de;q=0.4", Language::Zh),
            (";;;,,,", Language::Zh),
        ] {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }
}
