//! The documents that a service asks for. Pure.

use crate::base::words::{self, ByLanguage};
use sea_orm::entity::prelude::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// No file is larger, whatever a service says: all of it is in memory while it is looked at.
pub const MOST_BYTES: u32 = 10 << 20;
/// Nor is a limit so low that no picture passes.
pub const LEAST_BYTES: u32 = 100 << 10;
/// No document has more pages, nor more files.
pub const MOST_PAGES: u32 = 50;
pub const MOST_FILES: u32 = 8;
/// The stamped paper form of the emergency procedure: it goes with what an officer booked against the terms.
pub const STAMPED_FORM: &str = "stamped_form";

/// A document that a service asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentSpec {
    pub key: String,
    pub label: ByLanguage,
    #[serde(default)]
    pub hint: Option<ByLanguage>,
    pub way: DocumentWay,
    pub required: bool,
    #[serde(default = "every_kind")]
    pub kinds: Vec<FileKind>,
    /// Of each file.
    #[serde(default = "five_megabytes")]
    pub most_bytes: u32,
    /// Of a PDF.
    #[serde(default = "ten")]
    pub most_pages: u32,
    /// So many files make up the document at most: the two sides of a card.
    #[serde(default = "one")]
    pub most_files: u32,
}

/// Whether a document is brought to the appointment or uploaded before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentWay {
    Bring,
    Upload,
}

/// What a document is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    #[sea_orm(string_value = "pdf")]
    Pdf,
    #[sea_orm(string_value = "jpeg")]
    Jpeg,
    #[sea_orm(string_value = "png")]
    Png,
}

impl FileKind {
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Jpeg, Self::Png];

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Jpeg => "JPG",
            Self::Png => "PNG",
        }
    }

    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

impl DocumentSpec {
    /// What every service knows, for bookings against its terms.
    pub fn stamped_form() -> Self {
        Self {
            key: STAMPED_FORM.to_owned(),
            label: words::documents::stamped_form().into(),
            hint: None,
            way: DocumentWay::Upload,
            required: false,
            kinds: every_kind(),
            most_bytes: MOST_BYTES,
            most_pages: ten(),
            most_files: 4,
        }
    }
}

fn every_kind() -> Vec<FileKind> {
    FileKind::ALL.to_vec()
}

fn five_megabytes() -> u32 {
    5 << 20
}

fn ten() -> u32 {
    10
}

fn one() -> u32 {
    1
}
