//! What ratings do later.

use crate::booking::jobs::BookingCompleted;
use crate::db::jobs::{Claim, NotDone, Run};
use crate::survey::Survey;

/// Invites the booker to rate.
impl Run<Survey> for BookingCompleted {
    async fn run(self, survey: Survey, claim: Claim) -> Result<(), NotDone> {
        survey.invite(self.booking_id, &claim).await.map_err(NotDone::from)
    }
}
