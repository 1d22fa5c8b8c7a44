//! What bookings cause elsewhere, which whoever stands higher takes up; and what is done about them again and again.

use crate::booking::Booking;
use crate::db::jobs::{Claim, Job, NotDone, Run};
use crate::directory::jobs::CalendarCorrected;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// A booking was completed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BookingCompleted {
    pub booking_id: Uuid,
}

impl Job for BookingCompleted {
    const KIND: &'static str = "booking.completed";
}

/// Ends holds that ran out, and requests that nobody decided in time.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExpireBookings {}

impl Job for ExpireBookings {
    const KIND: &'static str = "booking.expire";
}

impl Run<Booking> for ExpireBookings {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(10));

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.sweep_expired().await?;
        Ok(())
    }
}

/// Lists the bookings that a correction of the calendar touches, and tells their bookers.
impl Run<Booking> for CalendarCorrected {
    /// There may be thousands, each with a transaction of its own.
    const WITHIN: Duration = Duration::from_secs(300);
    const LEASE: TimeDelta = TimeDelta::seconds(360);

    async fn run(self, booking: Booking, claim: Claim) -> Result<(), NotDone> {
        booking.list_touched(self, &claim).await.map_err(NotDone::from)
    }
}
