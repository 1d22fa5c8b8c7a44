//! What an import causes elsewhere, which whoever stands higher takes up.

use crate::db::jobs::Job;
use crate::directory::model::calendar_changes::Reclassified;
use serde::{Deserialize, Serialize};

/// A new version of a year made some dates another kind of day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CalendarCorrected {
    pub year: i32,
    /// The number of the version.
    pub number: i32,
    /// In order.
    pub dates: Vec<Reclassified>,
    /// Done once more after a while, for places that were taken by a calendar that another process still had in mind.
    #[serde(default)]
    pub is_second_look: bool,
}

impl Job for CalendarCorrected {
    const KIND: &'static str = "calendar.corrected";

    /// One version after the other, so that the last one has the last word.
    fn key(&self) -> Option<String> {
        (!self.is_second_look).then(|| Self::KIND.to_owned())
    }
}
