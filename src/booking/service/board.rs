//! The office's board: some days of everybody's bookings beside the hours in which services are open.

use crate::auth::{Actor, Right};
use crate::base::{local_time, words};
use crate::booking::service::{Booking, plan_of};
use crate::booking::store::entities::{appointment, booking};
use crate::booking::store::{appointments, read};
use crate::booking::wire::dto::{
    BoardBookingDto, BoardDayDto, BoardDto, BoardPlaceDto, BoardServiceDto, OpenSpanDto,
};
use crate::directory::model::calendar::Calendar;
use crate::directory::{ServiceInfo, office};
use crate::http::Problem;
use crate::places;
use chrono::{NaiveDate, TimeDelta};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// As many days are on a board at most.
pub const MOST_DAYS: i64 = 7;
/// Most bookings on one board.
const BOARD_LIMIT: usize = 2_000;

impl Booking {
    /// What stands from one date to another in the office's zone: today, where none is given. As many queries however
    /// many bookings there are.
    pub async fn board(
        &self,
        actor: &Actor,
        from: Option<NaiveDate>,
        to: Option<NaiveDate>,
    ) -> Result<BoardDto, Problem> {
        actor.may(Right::HandleBookings)?;
        let now = self.0.clock.now();
        let zone = office().zone;
        let from = from.unwrap_or_else(|| local_time::local_date(zone, now));
        let to = to.unwrap_or(from);
        if !(0..MOST_DAYS).contains(&(to - from).num_days()) {
            return Err(Problem::invalid("to", words::booking::bad_range(MOST_DAYS)));
        }
        let bounds = local_time::day_bounds(zone, from).zip(local_time::day_bounds(zone, to));
        let ((begins_at, _), (_, ends_at)) =
            bounds.ok_or_else(|| Problem::invalid("from", words::booking::bad_date()))?;
        let conn = self.0.db.reader();
        let offered = self.0.directory.services().await?;
        let limit = BOARD_LIMIT as u64 + 1;
        let mut rows = read::standing_between(conn, begins_at, ends_at, longest(&offered), limit).await?;
        let is_cut_short = rows.len() > BOARD_LIMIT;
        rows.truncate(BOARD_LIMIT);
        let mut places = self.places_of(&rows).await?;
        let presented = self.present(actor, &rows, &[]).await?;
        let calendar = self.0.directory.calendar().await?;
        let dates: Vec<NaiveDate> = from.iter_days().take_while(|date| *date <= to).collect();
        // What is offered no more is shown where something of it still stands.
        let gone = presented.services.values().filter(|info| !info.row.active);
        let services = offered.iter().chain(gone).map(|info| on_board(info, &dates, &calendar)).collect();
        let entry = |row: &booking::Model| {
            let booking = presented.show(row)?;
            Some(BoardBookingDto { booking, places: places.remove(&row.id).unwrap_or_default() })
        };
        let bookings = rows.iter().filter_map(entry).collect();
        let day = |date: &NaiveDate| BoardDayDto {
            date: *date,
            kind: calendar.class(*date),
            name: calendar.name(*date).map(str::to_owned),
        };
        let days = dates.iter().map(day).collect();
        Ok(BoardDto { now, zone: zone.name().to_owned(), days, services, bookings, is_cut_short })
    }

    /// The seats that bookings have, booking by booking in the order of their appointments.
    async fn places_of(&self, rows: &[booking::Model]) -> Result<HashMap<Uuid, Vec<BoardPlaceDto>>, Problem> {
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let conn = self.0.db.reader();
        let ids = || rows.iter().map(|row| row.id);
        let mut seats: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
        for (owner, resource, seat) in places::ask::seats_of(conn, appointments::owners_of(ids())).await? {
            seats.entry(owner).or_default().push((resource, seat));
        }
        let mut places: HashMap<Uuid, Vec<BoardPlaceDto>> = HashMap::new();
        for appointment::Model { id, booking_id, stage, officer_id, .. } in
            appointments::of(conn, ids()).await?
        {
            let mut of_one = seats.remove(&id).unwrap_or_default();
            // Whoever holds it is told by the stage.
            of_one.retain(|(resource, _)| Some(*resource) != officer_id);
            of_one.sort_unstable();
            let place = |(resource_id, seat)| BoardPlaceDto { stage, resource_id, seat };
            places.entry(booking_id).or_default().extend(of_one.into_iter().map(place));
        }
        Ok(places)
    }
}

/// How long a booking lasts at most: its stages with all that may lie between them.
fn longest(services: &[Arc<ServiceInfo>]) -> TimeDelta {
    let of_stages = |info: &ServiceInfo| -> i64 {
        let minutes = |row: &crate::directory::entities::service_stage::Model| {
            i64::from(row.duration_minutes) + i64::from(row.gap_most_minutes)
        };
        info.stages.iter().map(|stage| minutes(&stage.row)).sum()
    };
    let minutes = services.iter().map(|info| of_stages(info).max(i64::from(info.row.duration_minutes)));
    // A day for what was booked when a service was longer than it is.
    TimeDelta::minutes(minutes.max().unwrap_or(0)).max(TimeDelta::days(1))
}

fn on_board(info: &ServiceInfo, dates: &[NaiveDate], calendar: &Calendar) -> BoardServiceDto {
    let plan = plan_of(info);
    let on = |date: &NaiveDate| plan.open_on(*date, |date| calendar.is_working(date)).unwrap_or_default();
    let span = |open: std::ops::Range<_>| OpenSpanDto { starts_at: open.start, ends_at: open.end };
    BoardServiceDto {
        id: info.row.id,
        code: info.row.code.clone(),
        kind: info.row.kind,
        name: info.name(),
        zone: info.zone.name().to_owned(),
        resource_id: info.row.resource_id,
        seats: info.seats,
        grid_minutes: info.venue.grid_minutes,
        open: dates.iter().flat_map(on).map(span).collect(),
    }
}
