//! The office's day: what is on, what is undecided, who waits.

use crate::auth::{Actor, Right};
use crate::base::{local_time, words};
use crate::booking::model::sealed;
use crate::booking::service::Booking;
use crate::booking::store::entities::booking;
use crate::booking::store::read::{self, ListKey, Order};
use crate::booking::store::{refusals, touched};
use crate::booking::wire::dto::{DayBookingDto, MissingYear, OfficeDayDto};
use crate::directory::office;
use crate::http::{Page, Problem};
use chrono::{NaiveDate, TimeDelta};

/// Most bookings on one sheet of the office's day.
const DAY_LIMIT: u64 = 500;
/// As many undecided requests are told at a time.
const DECISIONS: usize = 50;
/// So far back one counts what nobody decided.
const COUNTED_FOR: TimeDelta = TimeDelta::days(30);
/// Who waits to be let in for longer stands out on the officers' day.
const WAITING_LATE: TimeDelta = TimeDelta::minutes(15);

impl Booking {
    /// The office's day: today's, if no date is given; with `mine` what lies on the caller's desk.
    pub async fn day(
        &self,
        actor: &Actor,
        date: Option<NaiveDate>,
        mine: bool,
    ) -> Result<OfficeDayDto, Problem> {
        actor.may(Right::HandleBookings)?;
        let now = self.0.clock.now();
        let zone = office().zone;
        let date = date.unwrap_or_else(|| local_time::local_date(zone, now));
        let (from, to) = local_time::day_bounds(zone, date)
            .ok_or_else(|| Problem::invalid("date", words::booking::bad_date()))?;
        let conn = self.0.db.reader();
        let desk = mine.then_some(actor.account_id);
        let rows = read::starting(conn, from, to, desk, DAY_LIMIT).await?;
        let undecided = self.decisions(actor, Order::Soonest, None).await?;
        let mut waiting = match self.0.waiting_room.get() {
            Some(room) => room.waiting().await?,
            None => Vec::new(),
        };
        if mine {
            let ids: Vec<_> = waiting.iter().map(|person| person.booking_id).collect();
            let own = read::on_desk_or_none(conn, &ids, actor.account_id).await?;
            waiting.retain(|person| own.contains(&person.booking_id));
        }
        let calendar = self.0.directory.calendar().await?;
        Ok(OfficeDayDto {
            date,
            kind: calendar.class(date),
            name: calendar.name(date).map(str::to_owned),
            now,
            bookings: self.sheet(actor, rows).await?,
            undecided: undecided.items,
            undecided_total: read::count_undecided(conn, now).await?,
            undecided_next_cursor: undecided.next_cursor,
            nobody_decided: read::count_never_decided(conn, now - COUNTED_FOR, now).await?,
            nobody_decided_days: COUNTED_FOR.num_days(),
            waiting,
            touched_total: touched::count_open(conn).await?,
            missing_year: self.missing_year(actor).await?,
            waiting_late_minutes: WAITING_LATE.num_minutes(),
        })
    }

    /// Told to whoever can mend it.
    async fn missing_year(&self, actor: &Actor) -> Result<Option<MissingYear>, Problem> {
        if !actor.has(Right::ImportCalendar) {
            return Ok(None);
        }
        let Some(year) = self.0.directory.year_missing().await? else { return Ok(None) };
        let refused = refusals::for_missing_year(self.0.db.reader(), year).await?;
        Ok(Some(MissingYear { year, refused }))
    }

    /// One page of the requests that wait for a decision. What nobody can decide any more is not in it.
    pub async fn decisions(
        &self,
        actor: &Actor,
        order: Order,
        after: Option<ListKey>,
    ) -> Result<Page<DayBookingDto>, Problem> {
        actor.may(Right::HandleBookings)?;
        let now = self.0.clock.now();
        let rows = read::undecided(self.0.db.reader(), now, order, after, DECISIONS as u64 + 1).await?;
        let page = Page::of(rows, DECISIONS, |row| read::list_key(order, row), |row| row);
        Ok(Page { items: self.sheet(actor, page.items).await?, next_cursor: page.next_cursor })
    }

    async fn sheet(&self, actor: &Actor, rows: Vec<booking::Model>) -> Result<Vec<DayBookingDto>, Problem> {
        let presented = self.present(actor, &rows, &[]).await?;
        let entry = |row: booking::Model| {
            let booking = presented.show(&row)?;
            let info = presented.services.get(&row.service_id)?;
            let fields = sealed::masked(&info.spec.every_field(), &row.fields).into();
            let booking::Model { contact_name, contact_mobile, .. } = row;
            Some(DayBookingDto { booking, contact_name, contact_mobile, fields })
        };
        Ok(rows.into_iter().filter_map(entry).collect())
    }
}
