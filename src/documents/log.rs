//! The entries of documents, each in its booking's case. No file is named in them, and nothing of what is in it.

use crate::base::words::{self, Text};
use crate::evidence::{Logged, Names};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The kind of [`DocumentEntry::Opened`].
pub const OPENED: &str = "document.opened";

/// What happens to a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum DocumentEntry {
    #[serde(rename = "document.uploaded")]
    Uploaded { document: Uuid, item: String },
    /// In the place of another one.
    #[serde(rename = "document.replaced")]
    Replaced { document: Uuid, replaces: Uuid, item: String },
    #[serde(rename = "document.removed")]
    Removed { document: Uuid, item: String },
    /// Somebody other than its booker looked at it.
    #[serde(rename = "document.opened")]
    Opened { document: Uuid },
    /// Its time was over.
    #[serde(rename = "document.erased")]
    Erased { documents: usize },
}

impl Logged for DocumentEntry {
    fn is_for_booker(&self, _: bool) -> bool {
        !matches!(self, Self::Opened { .. })
    }

    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Uploaded { .. } => words::log::document_uploaded(),
            Self::Replaced { .. } => words::log::document_replaced(),
            Self::Removed { .. } => words::log::document_removed(),
            Self::Opened { .. } => words::log::document_opened(),
            Self::Erased { documents } => words::log::document_erased(documents),
        }
    }
}
