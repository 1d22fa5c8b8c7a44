//! What people read from the server, in their language.
//!
//! The words stand in `words/LANGUAGE/FEATURE.ftl` (Project Fluent). `build.rs` makes a function of each message:
//! code says `words::booking::slot_taken()` and hands the [`Text`] on; only where the reader's language is known
//! ([`Text::in_language`]) it becomes a string. A key that a language lacks, that has other arguments there, or
//! that nobody says does not build (`catalogue/`). A directory more in `words/` is a language more.
//!
//! What an office wrote itself (names of services and venues, its notices) is data: [`ByLanguage`].

mod by_language;
mod language;
mod render;
mod said;

pub use by_language::ByLanguage;
pub use render::zone_name;
use said::Message;
pub use said::{Key, Moment, Number, Said, Text, every};

use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

#[cfg(test)]
mod tests;
