//! What is done later: films of all recordings are made.

use crate::db::jobs::{Claim, Job, NotDone, Run};
use crate::review::Review;
use crate::review::model::film;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// Makes a film that was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakeComposite {
    pub composite: Uuid,
}

impl Job for MakeComposite {
    const KIND: &'static str = "review.make_composite";
}

/// After so many attempts in vain it has failed: what ffmpeg cannot do it will not do tomorrow either.
pub const MOST_ATTEMPTS: i32 = 3;

impl Run<Review> for MakeComposite {
    /// It takes a core for minutes, which meetings need more.
    const SIDE_BY_SIDE: usize = 1;
    const WITHIN: Duration = Duration::from_secs(13 * 60 * 60);
    const LEASE: TimeDelta = film::LONGEST.checked_add(&TimeDelta::hours(2)).expect("it is short");

    fn wait_after(attempts: u32) -> Option<TimeDelta> {
        (attempts < MOST_ATTEMPTS.unsigned_abs()).then(|| TimeDelta::seconds(20))
    }

    async fn run(self, review: Review, claim: Claim) -> Result<(), NotDone> {
        review.make_composite(self.composite, &claim).await
    }
}
