//! The entries that looking at a case leaves in it.

use crate::base::words::{self, Text};
use crate::evidence::{Logged, Names};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an auditor does with a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum ReviewEntry {
    #[serde(rename = "review.opened")]
    Opened { session: Uuid },
    /// The same where there need not have been a session.
    #[serde(rename = "review.case_opened")]
    CaseOpened {},
    /// The recordings were opened for playing; the purpose is committed to.
    #[serde(rename = "playback.opened")]
    PlaybackOpened { playback: Uuid, session: Uuid },
    /// One film of all recordings was asked for, through an opened playback.
    #[serde(rename = "composite.asked")]
    CompositeAsked { composite: Uuid, session: Uuid, playback: Uuid },
    /// It was made: a derivative, with what it was made of.
    #[serde(rename = "composite.made")]
    CompositeMade { composite: Uuid, session: Uuid, sha256: String, bytes: i64, originals: Vec<Original> },
    #[serde(rename = "composite.cancelled")]
    CompositeCancelled { composite: Uuid, session: Uuid },
    #[serde(rename = "composite.failed")]
    CompositeFailed { composite: Uuid, session: Uuid },
    /// Its time was over; it can be made again.
    #[serde(rename = "composite.removed")]
    CompositeRemoved { composite: Uuid, session: Uuid },
}

/// A recording that a composite was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    pub recording: Uuid,
    /// What the chain holds of it; none where the entry of its end is missing or cannot be read.
    pub manifest_sha256: Option<String>,
    /// Why not all of it is in the composite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Logged for ReviewEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Opened { .. } => words::log::review_opened(),
            Self::CaseOpened {} => words::log::review_case_opened(),
            Self::PlaybackOpened { .. } => words::log::playback_opened(),
            Self::CompositeAsked { .. } => words::log::composite_asked(),
            Self::CompositeMade { originals, .. } if originals.iter().any(|one| one.fault.is_some()) => {
                words::log::composite_made_with_faults()
            }
            Self::CompositeMade { .. } => words::log::composite_made(),
            Self::CompositeCancelled { .. } => words::log::composite_cancelled(),
            Self::CompositeFailed { .. } => words::log::composite_failed(),
            Self::CompositeRemoved { .. } => words::log::composite_removed(),
        }
    }
}
