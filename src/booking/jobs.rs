//! What bookings cause elsewhere, which whoever stands higher takes up; and what is done about them again and again.

use crate::booking::Booking;
use crate::db::jobs::{Claim, Job, NotDone, Run};
use crate::directory::jobs::CalendarCorrected;
use crate::http::Problem;
use crate::places::jobs::PlacesFreed;
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

/// The time to answer an offer is over, unless it was answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfferOver {
    pub waiting_id: Uuid,
}

impl Job for OfferOver {
    const KIND: &'static str = "waiting.offer_over";
}

impl Run<Booking> for OfferOver {
    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.settle(self.waiting_id).await.map_err(failed)
    }
}

/// Offers what came free to who waits.
impl Run<Booking> for PlacesFreed {
    /// Each offer is a transaction of its own.
    const WITHIN: Duration = Duration::from_secs(60);
    const LEASE: TimeDelta = TimeDelta::seconds(90);

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.offer_freed(self).await.map_err(failed)
    }
}

/// Has looked at what nobody gave back: days that came within the horizon, hours that were opened, days gone by.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAfterWaiting {}

impl Job for LookAfterWaiting {
    const KIND: &'static str = "waiting.look";
}

impl Run<Booking> for LookAfterWaiting {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::minutes(1));

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.look_after_waiting().await.map_err(failed)
    }
}

/// Brings sensitive answers under the newest key.
#[derive(Debug, Serialize, Deserialize)]
pub struct SealAnswers {}

impl Job for SealAnswers {
    const KIND: &'static str = "booking.seal_answers";
}

impl Run<Booking> for SealAnswers {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::seconds(30));
    const WITHIN: Duration = Duration::from_secs(120);
    const LEASE: TimeDelta = TimeDelta::seconds(150);

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.seal_answers().await.map_err(failed)
    }
}

/// Reminds bookers of what comes soon.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemindBookers {}

impl Job for RemindBookers {
    const KIND: &'static str = "booking.remind";
}

impl Run<Booking> for RemindBookers {
    const EVERY: Option<TimeDelta> = Some(TimeDelta::minutes(1));
    const WITHIN: Duration = Duration::from_secs(60);
    const LEASE: TimeDelta = TimeDelta::seconds(90);

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.remind().await.map_err(failed)
    }
}

/// A service is closed at times at which somebody has booked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServiceClosed {
    pub closing_id: Uuid,
}

impl Job for ServiceClosed {
    const KIND: &'static str = "service.closed";
}

/// Moves or cancels what is booked then, and tells everybody.
impl Run<Booking> for ServiceClosed {
    /// There may be hundreds, each with a transaction of its own.
    const WITHIN: Duration = Duration::from_secs(300);
    const LEASE: TimeDelta = TimeDelta::seconds(360);

    async fn run(self, booking: Booking, _: Claim) -> Result<(), NotDone> {
        booking.clear_closed(self.closing_id).await.map_err(failed)
    }
}

fn failed(problem: Problem) -> NotDone {
    NotDone::Failed(problem.code.to_owned())
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

/// A question of a service has become sensitive: what was answered to it before is to be sealed too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealService {
    pub service_id: Uuid,
    /// The last booking that was looked at.
    pub after: Option<Uuid>,
}

impl Job for SealService {
    const KIND: &'static str = "booking.seal_service";
}

impl Run<Booking> for SealService {
    const WITHIN: Duration = Duration::from_secs(60);
    const LEASE: TimeDelta = TimeDelta::seconds(90);

    async fn run(self, booking: Booking, claim: Claim) -> Result<(), NotDone> {
        let Some(after) = booking.seal_service(self.service_id, self.after).await.map_err(failed)? else {
            return Ok(());
        };
        let rest = Self { after: Some(after), ..self };
        booking.go_on_sealing(rest, claim).await.map_err(failed)
    }
}
