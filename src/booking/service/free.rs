//! What is free: answered from memory and the kept directory, without a query.

use crate::auth::Actor;
use crate::base::local_time::local_date;
use crate::booking::model::bookable::{DayReason, DayTotal, Free, Lack, NoneFree, Offer, OpenState, Terms};
use crate::booking::model::slots::{Plan, Slot};
use crate::booking::service::drawing::{Shared, kept_of};
use crate::booking::service::terms::{Excluded, tier_of};
use crate::booking::service::{Booking, Drawing, in_sight, lead_of, plan_of, scope_of, seats_over, terms_of};
use crate::booking::store::appointments;
use crate::booking::store::entities::booking::Channel;
use crate::directory::ServiceInfo;
use crate::directory::model::calendar::{Calendar, DayClass};
use crate::http::Problem;
use crate::places::{self, Board, Places, Taken, cells};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::iter;
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

impl ServiceBoards<'_> {
    /// All that a slot takes, each with its board and cells.
    fn all_of(&self, slot: &Slot, cells: Range<i64>) -> impl Iterator<Item = (Shared, &Board, Range<i64>)> {
        let (board, info) = self.seats;
        let date = local_date(info.zone, slot.starts_at);
        let of_day = self.quota.zip(Shared::of_day(info, date));
        iter::once((Shared::of_slot(info, slot, &cells), board, cells))
            .chain(of_day.map(|(board, shared)| (shared, board, cells::of_day(date))))
    }
}

impl Free for ServiceBoards<'_> {
    fn seats(&self, slot: &Slot, cells: Range<i64>) -> i32 {
        let (board, info) = self.seats;
        Shared::of_slot(info, slot, &cells).free(self.drawing, board, &cells)
    }

    fn quota(&self, date: NaiveDate) -> Option<i32> {
        let (board, shared) = self.quota.zip(Shared::of_day(self.seats.1, date))?;
        Some(shared.free(self.drawing, board, &cells::of_day(date)))
    }

    fn all(&self, cells: Range<i64>) -> Option<i32> {
        Some(seats_over(self.seats.1, &cells))
    }

    fn lack(&self, slot: &Slot, cells: Range<i64>) -> Lack {
        let all: Vec<_> = self.all_of(slot, cells).collect();
        if all.iter().any(|(shared, board, cells)| board.free_seats(shared.all, cells.clone()) == 0) {
            return Lack::Places;
        }
        // Of what is lacking there is some, so it is kept.
        kept_of(self.drawing, &all, i32::MAX).map_or(Lack::Places, Lack::Kept)
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

    /// What is free on each date from `from` to `to`, by how long ahead the caller has to book: nothing for whom the terms
    /// exclude, with why.
    pub async fn days(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<(Arc<ServiceInfo>, Vec<DayOfPlaces>, Option<Excluded>), Problem> {
        let info = self.offered(service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(&info);
        let lead = lead_of(&info, caller.and_then(tier_of));
        let now = self.0.clock.now();
        let terms = Terms { lead, ..terms_of(&info, &plan, &calendar, now) };
        let excluded = self.excluded(&info, caller).await?;
        let roomless = self.unrecordable_until(&info, now).await?.map(|until| local_date(info.zone, until));
        let barred = |date| match excluded {
            Some(_) => Some(DayReason::Terms),
            None => roomless.filter(|until| date < *until).map(|_| DayReason::RecordingSpace),
        };
        let dates = from.iter_days().take_while(|date| *date <= to);
        let days = with_boards(&self.0.places, &info, Drawing::online(now), |boards| {
            dates
                .map(|date| {
                    let total = terms.day(date, info.quota_on(date), boards);
                    DayOfPlaces {
                        date,
                        class: calendar.class(date),
                        name: calendar.name(date).map(str::to_owned),
                        total: barred(date).map_or(total, |reason| total.without(reason)),
                    }
                })
                .collect()
        });
        Ok((info, days, excluded))
    }

    /// The slots of a date, and why there are none or none is free. What the booking has that is to be `moved` does not
    /// count.
    pub async fn slots(
        &self,
        caller: Option<&Actor>,
        service_id: Uuid,
        date: NaiveDate,
        moved: Option<Uuid>,
    ) -> Result<(Arc<ServiceInfo>, Vec<Offer>, Option<DayReason>), Problem> {
        let info = self.offered(service_id).await?;
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(&info);
        let lead = lead_of(&info, caller.and_then(tier_of));
        let drawing = Drawing::online(self.0.clock.now());
        let own = match self.movable(caller, &info, moved).await? {
            Some(id) => places::ask::taken_by(self.0.db.reader(), appointments::owners(id)).await?,
            None => Vec::new(),
        };
        let (offers, reason) = self.drawn(&info, &plan, &calendar, (lead, drawing), date, &own);
        Ok((info, offers, reason))
    }

    /// The slots of a date for who draws from the places, and books so long ahead. `own` cells do not count as taken.
    pub(super) fn drawn(
        &self,
        info: &ServiceInfo,
        plan: &Plan,
        calendar: &Calendar,
        (lead, drawing): (TimeDelta, Drawing),
        date: NaiveDate,
        own: &[Taken],
    ) -> (Vec<Offer>, Option<DayReason>) {
        let usual = Terms { lead, ..terms_of(info, plan, calendar, drawing.now) };
        // At the desk it can be booked against the horizon too.
        let terms = if drawing.channel == Channel::Online { usual } else { in_sight(usual) };
        with_boards_but(own, &self.0.places, info, drawing, |boards| {
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
        let lead = self.lead_with_room(info, lead, now).await?;
        let terms = Terms { lead, ..terms_of(info, &plan, &calendar, now) };
        let last = to.min(terms.last_date());
        let dates = from.max(terms.today()).iter_days().take_while(|date| *date <= last);
        Ok(with_boards(&self.0.places, info, Drawing::online(now), |boards| {
            let of_day = |date| terms.offers(date, boards).unwrap_or_default();
            dates.flat_map(of_day).filter(|offer| offer.reason.is_none()).map(|offer| offer.slot).collect()
        }))
    }

    /// A booking of a service that the caller may see; to everybody else there is none.
    pub(super) async fn movable(
        &self,
        caller: Option<&Actor>,
        info: &ServiceInfo,
        moved: Option<Uuid>,
    ) -> Result<Option<Uuid>, Problem> {
        let Some(id) = moved else { return Ok(None) };
        let caller = caller.filter(|actor| scope_of(actor).is_ok()).ok_or_else(Problem::not_found)?;
        let row = self.find_for(caller, id).await?;
        if row.service_id == info.row.id { Ok(Some(row.id)) } else { Err(Problem::not_found()) }
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
        let with_room = Terms { lead: self.lead_with_room(info, terms.lead, now).await?, ..terms };
        let next =
            with_boards(&self.0.places, info, Drawing::online(now), |boards| with_room.next_free(boards));
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
    with_boards_but(&[], places, info, drawing, ask)
}

/// The same without some cells, which do not count as taken.
fn with_boards_but<T>(
    own: &[Taken],
    places: &Places,
    info: &ServiceInfo,
    drawing: Drawing,
    ask: impl FnOnce(&ServiceBoards<'_>) -> T,
) -> T {
    let (resource, quota) = (info.row.resource_id, info.row.quota_resource_id);
    let quota = quota.filter(|_| info.quota_seats.is_some());
    places.look([Some(resource), quota], |[seats, limit]| {
        let (seats, limit) = (seats.without(resource, own), quota.map(|id| limit.without(id, own)));
        ask(&ServiceBoards { drawing, seats: (&seats, info), quota: limit.as_deref() })
    })
}
