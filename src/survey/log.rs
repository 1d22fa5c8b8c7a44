//! The entries of ratings.

use crate::base::words::{self, Text};
use crate::evidence::{Logged, Names};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What happens around the rating of a service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum RatingEntry {
    #[serde(rename = "rating.invited")]
    Invited {
        #[serde(default)]
        expires_at: Option<DateTime<Utc>>,
        #[serde(default)]
        mailed: bool,
    },
    /// In the chain `system`, where it leads to no case: a salted commitment and nothing else.
    #[serde(rename = "rating.answered")]
    Answered {},
}

impl Logged for RatingEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Invited { .. } => words::log::rating_invited(),
            Self::Answered {} => words::log::rating_answered(),
        }
    }
}
