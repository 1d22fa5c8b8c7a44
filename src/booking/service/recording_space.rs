//! Room for what is to be recorded: sessions of today and tomorrow are booked only while the disk can hold them all.

use crate::base::local_time::{instant, local_date};
use crate::booking::service::Booking;
use crate::directory::ServiceInfo;
use crate::directory::entities::service::ServiceKind;
use crate::http::Problem;
use crate::places::cells;
use chrono::{DateTime, Days, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Today and so many days more: until then nobody is sure to find more room.
const RESERVED_AHEAD: Days = Days::new(2);

impl Booking {
    /// Until when nothing more of a service could be recorded beside what is booked already; none where it can, or is
    /// not recorded.
    pub(super) async fn unrecordable_until(
        &self,
        info: &ServiceInfo,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        if info.row.kind != ServiceKind::Video {
            return Ok(None);
        }
        let Some(room) = self.0.waiting_room.get().and_then(|room| room.minutes_left()) else {
            return Ok(None);
        };
        let end = local_date(info.zone, now).checked_add_days(RESERVED_AHEAD);
        let Some(until) = end.and_then(|date| instant(info.zone, date, 0)) else { return Ok(None) };
        let needed = self.booked_minutes(now, until).await? + i64::from(info.row.duration_minutes);
        Ok((room < needed).then_some(until))
    }

    /// How long ahead a service is booked by whoever has to book so long ahead: not before there is room to record it.
    pub(super) async fn lead_with_room(
        &self,
        info: &ServiceInfo,
        lead: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<TimeDelta, Problem> {
        let until = self.unrecordable_until(info, now).await?;
        Ok(until.map_or(lead, |until| lead.max(until - now)))
    }

    /// How many minutes of places of recorded services are taken in a span. Services that share a place count once.
    async fn booked_minutes(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<i64, Problem> {
        let services = self.0.directory.services().await?;
        let recorded = services.iter().filter(|info| info.row.kind == ServiceKind::Video);
        let grids: BTreeMap<_, _> =
            recorded.map(|info| (info.row.resource_id, i64::from(info.venue.grid_minutes))).collect();
        let resources: Vec<_> = grids.keys().copied().collect();
        Ok(self.0.places.look_at(&resources, |boards| {
            let minutes = boards.iter().zip(grids.values());
            minutes.map(|(board, grid)| grid * board.taken(cells::of_span(*grid, &(from..to)))).sum()
        }))
    }
}
