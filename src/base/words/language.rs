//! Which language somebody reads.

use super::Language;

impl Language {
    /// The reader's language from an `Accept-Language` header: the first of ours that is named wins, the default
    /// one when none is. Weights are not weighed: browsers list in order of preference.
    pub fn from_accept_language(header: &str) -> Self {
        let tags = header.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        tags.filter_map(Self::from_tag).next().unwrap_or_default()
    }

    /// The language of a tag: the one that is called so, else one of the same primary language (RFC 4647).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = |tag: &str| tag.split(['-', '_', '.']).next().unwrap_or_default().to_ascii_lowercase();
        let exact = Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag));
        exact.or_else(|| Self::ALL.into_iter().find(|language| primary(language.tag()) == primary(tag)))
    }
}
