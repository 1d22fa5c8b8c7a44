//! What is free: answered from memory and the kept directory, without a query.

use crate::auth::Actor;
use crate::booking::model::bookable::{DayReason, DayTotal, Free, NoneFree, Offer, OpenState, Terms};
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::service::terms::tier_of;
use crate::booking::service::{Booking, Drawing, lead_of, plan_of, seats_over, terms_of};
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::{Calendar, DayClass};
use crate::http::Problem;
use crate::places::{Board, Places, cells};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// A date, what it is by the calendar, and what is free on it.
pub struct DayOfPlaces {
    pub date: NaiveDate,
    pub class: DayClass,
    pub name: Option<String>,
    pub total: DayTotal,
}

/// What a service is at this moment.
#[derive(Clone, Copy, Debug)]
pub struct ServiceNow {
    pub state: OpenState,
    /// The next free slot, or why there is none up to the horizon.
    pub next_free: Result<Slot, NoneFree>,
    /// The first date up to the horizon that is not bookable because its year is unpublished.
    pub unpublished_from: Option<NaiveDate>,
    /// At the venue.
    pub today: NaiveDate,
}

/// Boards and quota of one service, looked at under one lock each.
pub(super) struct ServiceBoards<'a> {
    drawing: Drawing,
    seats: (&'a Board, &'a ServiceInfo),
    quota: Option<&'a Board>,
}

impl Free for ServiceBoards<'_> {
    fn seats(&self, cells: Range<i64>) -> i32 {
        self.drawing.free(self.seats.0, self.seats.1, &cells)
    }

    fn all(&self, cells: Range<i64>) -> Option<i32> {
        Some(seats_over(self.seats.1, &cells))
    }

    fn kept(&self, cells: Range<i64>) -> i32 {
        let all = seats_over(self.seats.1, &cells);
        self.seats.0.free_seats(all, cells.clone()) - self.seats(cells)
    }

    fn quota(&self, cells: Range<i64>) -> Option<i32> {
        let seats = self.seats.1.quota_on(cells::date_of(cells.start))?;
        self.quota.map(|board| board.free_seats(seats, cells))
    }
}

impl Booking {
    /// The services that are offered.
    pub async fn services(&self) -> Result<Vec<(Arc<ServiceInfo>, ServiceNow)>, Problem> {
        let mut services = Vec::new();
        for info in self.0.directory.services().await?.iter() {
            services.push((info.clone(), self.service_now(info).await?));
        }
        Ok(services)
    }

    /// A service that is offered.
    pub async fn service(&self, id: Uuid) -> Result<(Arc<ServiceInfo>, ServiceNow), Problem> {
        let info = self.offered(id).await?;
        let now = self.service_now(&info).await?;
        Ok((info, now))
    }

    /// What is free on each date from `from` to `to`, by how long ahead the caller has to book.
    pub async fn days(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<(Arc<ServiceInfo>, Vec<DayOfPlaces>), Problem> {
        let info = self.offered(service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(&info);
        let lead = lead_of(&info, caller.and_then(tier_of));
        let now = self.0.clock.now();
        let terms = Terms { lead, ..terms_of(&info, &plan, &calendar, now) };
        let dates = from.iter_days().take_while(|date| *date <= to);
        let days = with_boards(&self.0.places, &info, Drawing::online(now), |boards| {
            dates
                .map(|date| DayOfPlaces {
                    date,
                    class: calendar.class(date),
                    name: calendar.name(date).map(str::to_owned),
                    total: terms.day(date, info.quota_on(date), boards),
                })
                .collect()
        });
        Ok((info, days))
    }

    /// The slots of a date, and why there are none or none is free.
    pub async fn slots(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        date: NaiveDate,
    ) -> Result<(Arc<ServiceInfo>, Vec<Offer>, Option<DayReason>), Problem> {
        let info = self.offered(service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(&info);
        let lead = lead_of(&info, caller.and_then(tier_of));
        let drawing = Drawing::online(self.0.clock.now());
        let (offers, reason) = self.drawn(&info, &plan, &calendar, (lead, drawing), date);
        Ok((info, offers, reason))
    }

    /// The slots of a date for who draws from the places, and books so long ahead.
    pub(super) fn drawn(
        &self,
        info: &ServiceInfo,
        plan: &Plan,
        calendar: &Calendar,
        (lead, drawing): (TimeDelta, Drawing),
        date: NaiveDate,
    ) -> (Vec<Offer>, Option<DayReason>) {
        let terms = Terms { lead, ..terms_of(info, plan, calendar, drawing.now) };
        with_boards(&self.0.places, info, drawing, |boards| {
            let reason = terms.day(date, info.quota_on(date), boards).reason;
            (terms.offers(date, boards).unwrap_or_default(), reason)
        })
    }

    /// The slots from a date to another in which something is free for whoever has to book so long ahead, in order.
    pub(super) async fn free_slots(
        &self,
        info: &ServiceInfo,
        (from, to): (NaiveDate, NaiveDate),
        lead: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Vec<Slot>, Problem> {
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(info);
        let terms = Terms { lead, ..terms_of(info, &plan, &calendar, now) };
        let last = to.min(terms.last_date());
        let dates = from.max(terms.today()).iter_days().take_while(|date| *date <= last);
        Ok(with_boards(&self.0.places, info, Drawing::online(now), |boards| {
            let of_day = |date| terms.offers(date, boards).unwrap_or_default();
            dates.flat_map(of_day).filter(|offer| offer.reason.is_none()).map(|offer| offer.slot).collect()
        }))
    }

    pub(super) async fn offered(&self, id: Uuid) -> Result<Arc<ServiceInfo>, Problem> {
        let info = self.0.directory.service(id).await?;
        info.filter(|info| info.row.active).ok_or_else(Problem::not_found)
    }

    async fn service_now(&self, info: &ServiceInfo) -> Result<ServiceNow, Problem> {
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(info);
        let now = self.0.clock.now();
        let terms: Terms = terms_of(info, &plan, &calendar, now);
        let next = with_boards(&self.0.places, info, Drawing::online(now), |boards| terms.next_free(boards));
        Ok(ServiceNow {
            state: terms.open_now(),
            next_free: next,
            unpublished_from: terms.unpublished_from(),
            today: terms.today(),
        })
    }
}

pub(super) fn with_boards<T>(
    places: &Places,
    info: &ServiceInfo,
    drawing: Drawing,
    ask: impl FnOnce(&ServiceBoards<'_>) -> T,
) -> T {
    let quota = info.row.quota_resource_id.filter(|_| info.quota_seats.is_some());
    places.look([Some(info.row.resource_id), quota], |[seats, limit]| {
        ask(&ServiceBoards { drawing, seats: (seats, info), quota: quota.map(|_| limit) })
    })
}
