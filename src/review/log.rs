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
}

impl Logged for ReviewEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Opened { .. } => words::log::review_opened(),
            Self::CaseOpened {} => words::log::review_case_opened(),
            Self::PlaybackOpened { .. } => words::log::playback_opened(),
        }
    }
}
