//! Places that came free are offered to who waits, one after the other. An offer is a held booking: it is taken by the
//! same door as every place, so nobody else can have it meanwhile, and ends as holds end.

use crate::auth::model::actor;
use crate::auth::{self, Actor, Right};
use crate::base::local_time::midnight;
use crate::booking::jobs::OfferOver;
use crate::booking::log::WaitingEntry;
use crate::booking::model::slots::Slot;
use crate::booking::model::waiting_list::{Suits, next, offer_until, stands};
use crate::booking::service::stages::WaysAsked;
use crate::booking::service::take::Wish;
use crate::booking::service::terms::{Question, tier_of, whom_of};
use crate::booking::service::transition::expire;
use crate::booking::service::view::Fresh;
use crate::booking::service::waiting_list::{can_be_had, can_move, parties, seen, stand, waited};
use crate::booking::service::{Booking, Drawing, Fault, WantedTime, lead_of};
use crate::booking::store::entities::appointment::Site;
use crate::booking::store::entities::waiting_entry::{Model, WaitingState};
use crate::booking::store::{read, waiting_list, write};
use crate::booking::words::mail_waiting;
use crate::booking::words::mails::News;
use crate::booking::words::problems::slot_taken;
use crate::db::{Tx, jobs};
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use crate::places::cells;
use crate::places::jobs::PlacesFreed;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// How it is said that there is no place any more.
const FASTER: [&str; 3] = ["slot_taken", "places_reserved", "no_officer_free"];

/// Somebody who waits, with all that is needed to offer them a place.
struct Waiter {
    row: Model,
    actor: Arc<Actor>,
    suits: Suits,
    /// What they want together; empty: the service as a whole.
    stages: Vec<(Stage, Site)>,
}

/// What cannot be offered in this round.
#[derive(Default)]
struct Unoffered {
    /// To nobody: somebody who does not wait was faster.
    gone: HashSet<DateTime<Utc>>,
    /// To one of those who wait.
    to: HashSet<(Uuid, DateTime<Utc>)>,
}

impl Waiter {
    /// Whether what begins with a slot can be offered to them.
    fn may(&self, info: &ServiceInfo, slot: &Slot, unoffered: &Unoffered, now: DateTime<Utc>) -> bool {
        let at = slot.starts_at;
        self.suits.fits(info.zone, slot)
            && !unoffered.gone.contains(&at)
            && !unoffered.to.contains(&(self.row.id, at))
            && until(info, &self.actor, at, now).is_some()
    }
}

impl Booking {
    /// Offers what may have come free of a resource to who waits for the services of it, until nothing suits anybody.
    pub async fn offer_freed(&self, freed: PlacesFreed) -> Result<(), Problem> {
        let services = self.0.directory.services().await?;
        for info in services.iter() {
            if info.row.resource_id == freed.resource {
                self.look_again(info, freed.from_cell..freed.to_cell).await?;
                self.offer_of(info).await?;
            } else if info.stages.iter().any(|stage| stage.needs().any(|one| one == freed.resource)) {
                self.0.places.look_again(freed.resource, freed.from_cell..freed.to_cell).await?;
                self.offer_of(info).await?;
            }
        }
        Ok(())
    }

    /// Has every service looked at for which somebody waits: what was missed, what opened, what is over.
    pub async fn look_after_waiting(&self) -> Result<(), Problem> {
        for service in waiting_list::services(self.0.db.reader()).await? {
            let Some(info) = self.0.directory.service(service).await? else { continue };
            let (places, resource) = (self.0.places.clone(), info.row.resource_id);
            self.0
                .db
                .write(move |tx| Box::pin(async move { places.have_looked_at(tx, resource).await }))
                .await?;
        }
        Ok(())
    }

    /// Another node may have changed them.
    async fn look_again(&self, info: &ServiceInfo, cells: std::ops::Range<i64>) -> Result<(), Problem> {
        if cells.is_empty() {
            return Ok(());
        }
        let grid = i64::from(info.venue.grid_minutes).max(1) * 60;
        if let Some(quota) = info.row.quota_resource_id {
            let day = |cell: i64| {
                let at = DateTime::from_timestamp(cell * grid, 0).unwrap_or_default();
                cells::of_day(crate::base::local_time::local_date(info.zone, at))
            };
            self.0.places.look_again(quota, day(cells.start).start..day(cells.end - 1).end).await?;
        }
        Ok(self.0.places.look_again(info.row.resource_id, cells).await?)
    }

    async fn offer_of(&self, info: &Arc<ServiceInfo>) -> Result<(), Problem> {
        let mut waiters = self.waiters(info).await?;
        let mut unoffered = Unoffered::default();
        loop {
            let now = self.0.clock.now();
            let free = self.free_for(info, &waiters, now).await?;
            let ways = self.ways_for(info, &waiters, &unoffered, now).await?;
            let earliest = |one: &Waiter| match one.stages.is_empty() {
                true => {
                    let slot = free.iter().find(|slot| one.may(info, slot, &unoffered, now))?;
                    Some(WantedTime::Slot(slot.starts_at))
                }
                false => ways.get(&one.row.id).cloned(),
            };
            let Some((one, time)) = next(&waiters, earliest) else { break };
            let (id, at, is_whole) = (one.row.id, time.starts_at(), one.stages.is_empty());
            match self.offer(info, one, time, now).await {
                Ok(()) => waiters.retain(|other| other.row.id != id),
                Err(problem) if problem.status.is_server_error() => {
                    return Err(problem);
                }
                // Somebody who does not wait was faster, and the next may still want another one.
                Err(problem) if is_whole && FASTER.contains(&problem.code) => {
                    unoffered.gone.insert(at);
                }
                // Of stages any may be gone: who waits for others may still begin then.
                Err(problem) if problem.code == "already_yours" || FASTER.contains(&problem.code) => {
                    unoffered.to.insert((id, at));
                }
                // Their limit is reached, or they may not book any more: they go on waiting.
                Err(problem) => {
                    tracing::info!(code = problem.code, "somebody who waits could not be offered a place");
                    waiters.retain(|other| other.row.id != id);
                }
            }
        }
        Ok(())
    }

    /// What is free of a service as a whole on the days that suit any who wait for that.
    async fn free_for(
        &self,
        info: &ServiceInfo,
        waiters: &[Waiter],
        now: DateTime<Utc>,
    ) -> Result<Vec<Slot>, Problem> {
        let whole = || waiters.iter().filter(|one| one.stages.is_empty());
        let days = (whole().map(|one| one.suits.from).min(), whole().map(|one| one.suits.to).max());
        let (Some(from), Some(to)) = days else { return Ok(Vec::new()) };
        // As near as the one who has to book the least ahead may have it; of the others each by their own.
        let lead = whole().map(|one| lead_of(info, tier_of(&one.actor))).min().unwrap_or_default();
        self.free_slots(info, (from, to), lead, now).await
    }

    /// How those who wait for stages could have them the soonest, by their entries.
    async fn ways_for(
        &self,
        info: &ServiceInfo,
        waiters: &[Waiter],
        unoffered: &Unoffered,
        now: DateTime<Utc>,
    ) -> Result<HashMap<Uuid, WantedTime>, Problem> {
        let mut found = HashMap::new();
        for one in waiters.iter().filter(|one| !one.stages.is_empty()) {
            let from = midnight(info.zone, one.suits.from);
            let asked = WaysAsked { wanted: &one.stages, from, drawing: Drawing::online(now), moved: None };
            let leads = [lead_of(info, tier_of(&one.actor))];
            let may_begin = |slot: &Slot| one.may(info, slot, unoffered, now);
            let [ways] = self.ways(info, asked, leads, may_begin).await?;
            found.extend(ways.first().map(|way| (one.row.id, WantedTime::of_way(way))));
        }
        Ok(found)
    }

    /// Who waits for a service, in their order. What is over by itself is ended on the way.
    async fn waiters(&self, info: &ServiceInfo) -> Result<Vec<Waiter>, Problem> {
        let conn = self.0.db.reader();
        let now = self.0.clock.now();
        let today = crate::base::local_time::local_date(info.zone, now);
        let mut waiters = Vec::new();
        for row in waiting_list::in_order(conn, info.row.id).await? {
            if row.state == WaitingState::Offered {
                self.settle(row.id).await?;
                continue;
            }
            let earlier = match row.earlier_than_id {
                Some(id) => read::any(conn, id).await?,
                None => None,
            };
            let stages = row.stages.at_sites();
            let is_over = row.to_date < today
                || can_be_had(info, &stages).is_err()
                || (row.earlier_than_id.is_some() && !earlier.as_ref().is_some_and(|row| can_move(row, now)));
            let Some(actor) = self.waiting_actor(&row).await?.filter(|_| !is_over) else {
                self.end(row.id).await?;
                continue;
            };
            let suits = Suits::of(&row, earlier.map(|row| row.starts_at));
            waiters.push(Waiter { row, actor: Arc::new(actor), suits, stages });
        }
        Ok(waiters)
    }

    /// For whom a place is held; none if they may not book any more.
    async fn waiting_actor(&self, row: &Model) -> Result<Option<Actor>, Problem> {
        let conn = self.0.db.reader();
        let account = auth::ask::accounts(conn, &[row.account_id]).await?.remove(&row.account_id);
        let Some(account) = account.filter(|account| account.active) else { return Ok(None) };
        let enterprise = match account.enterprise_id {
            Some(id) => auth::ask::enterprises(conn, &[id]).await?.remove(&id),
            None => None,
        };
        let actor = actor::of(account, enterprise, Uuid::nil());
        let acts_for = actor.enterprise.as_ref().map(|enterprise| enterprise.id);
        Ok(Some(actor).filter(|actor| actor.has(Right::Book) && acts_for == row.enterprise_id))
    }

    /// Holds a place for somebody who waits, and tells them.
    async fn offer(
        &self,
        info: &Arc<ServiceInfo>,
        one: &Waiter,
        time: WantedTime,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let Some(until) = until(info, &one.actor, time.starts_at(), now) else { return Err(slot_taken()) };
        // A group moves with everybody.
        let moves = match one.row.earlier_than_id {
            Some(id) => self.find(id).await?.and_then(|row| row.people),
            None => None,
        };
        let drawing = Drawing::online(now);
        let wanted = self.wanted(info, Some(&time), drawing).await?;
        let people = moves.unwrap_or(1);
        let wanted = wanted.for_people(people);
        let mut tries = wanted.tries();
        let question = self.question(info, whom_of(&one.actor), None, now).await?;
        let question = Question { people, ..question };
        let wish = Wish::offered(&one.actor, info, (wanted, question), one.row.earlier_than_id, until, now);
        let wish = Arc::new(wish);
        let parties = parties(&one.row);
        let turn = self.0.db.turn(&parties).await?;
        loop {
            let (this, wish, id, spread) = (self.clone(), wish.clone(), one.row.id, tries.spread);
            let attempt = self.0.db.write_in(turn.as_ref(), move |tx| {
                Box::pin(async move { this.offer_in(tx, &wish, id, until, spread).await })
            });
            match attempt.await {
                Ok(()) => return Ok(()),
                Err(fault) => tries.again(fault)?,
            }
        }
    }

    async fn offer_in(
        &self,
        tx: &Tx,
        wish: &Wish,
        id: Uuid,
        until: DateTime<Utc>,
        spread: bool,
    ) -> Result<(), Fault> {
        wish.booker.lock(tx, wish.now).await?;
        let row = waiting_list::lock(tx, id).await?;
        // They left, or another node was faster.
        let Some(row) = row.filter(|row| row.state == WaitingState::Waiting) else { return Ok(()) };
        let Fresh { row: held, appointments, .. } = self.attempt(tx, wish, spread).await?;
        let row = Model { offered_booking_id: Some(held.id), offer_ends_at: Some(until), ..row };
        let people = wish.booker.people.about(&appointments);
        let news = people.news(&self.0.installation, &wish.info, &held, wish.now);
        let offered = Model { state: WaitingState::Offered, ..row.clone() };
        stand(tx, self, row, WaitingState::Offered, evidence::Actor::PROGRAM).await?;
        mail_waiting::offered(tx, &news, &offered).await?;
        jobs::enqueue_for(tx, wish.now, until, &OfferOver { waiting_id: id }).await?;
        Ok(())
    }

    /// Writes down where an offer stands, if it is over. The next is offered what was given back.
    pub async fn settle(&self, id: Uuid) -> Result<(), Problem> {
        let conn = self.0.db.reader();
        let Some(seen_row) = waiting_list::by_id(conn, crate::booking::store::Scope::Office, id).await?
        else {
            return Ok(());
        };
        let Some(held) = seen_row.offered_booking_id.filter(|_| seen_row.state == WaitingState::Offered)
        else {
            return Ok(());
        };
        let info = self.info(seen_row.service_id).await?;
        let Some(booking) = read::any(conn, held).await? else { return Ok(()) };
        let people = self.people_of(&info, &booking).await?;
        let (this, now) = (self.clone(), self.0.clock.now());
        let settled: Result<(), Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let booking = write::lock(tx, held).await?;
                    let row = waiting_list::lock(tx, id).await?;
                    let Some(row) = row.filter(|row| row.state == WaitingState::Offered) else {
                        return Ok(());
                    };
                    let state = stands(row.state, seen(booking.as_ref(), now));
                    if state == WaitingState::Offered {
                        return Ok(());
                    }
                    expire(tx, &this.0.places, held, now).await?;
                    if state == WaitingState::Passed
                        && let Some(booking) = booking
                    {
                        let news = people.news(&this.0.installation, &info, &booking, now);
                        mail_waiting::passed(tx, &news, &row).await?;
                    }
                    stand(tx, &this, row, state, evidence::Actor::PROGRAM).await
                })
            })
            .await;
        Ok(settled?)
    }

    /// Nothing can be offered any more.
    async fn end(&self, id: Uuid) -> Result<(), Problem> {
        let this = self.clone();
        let ended: Result<(), Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let row = waiting_list::lock(tx, id).await?;
                    let Some(row) = row.filter(|row| row.state == WaitingState::Waiting) else {
                        return Ok(());
                    };
                    stand(tx, &this, row, WaitingState::Ended, evidence::Actor::PROGRAM).await
                })
            })
            .await;
        Ok(ended?)
    }
}

/// Takes an offer back whose place cannot be had any more: whoever was to have it waits on in their old place, and is
/// told. `row` is locked, and the booking that held the place is cancelled.
pub(super) async fn withdraw_offer(
    tx: &Tx,
    booking: &Booking,
    news: &News<'_>,
    row: Model,
    by: evidence::Actor,
) -> Result<(), Fault> {
    let entry = WaitingEntry::OfferWithdrawn(waited(&row, None));
    evidence::append(tx, NewEntry::new(SYSTEM, &entry, by, news.now)).await?;
    let waits = Model {
        state: WaitingState::Waiting,
        offered_booking_id: None,
        offer_ends_at: None,
        updated_at: news.now,
        ..row
    };
    mail_waiting::withdrawn(tx, news, &waits).await?;
    booking.watch(tx, news.info, &waits).await?;
    Ok(waiting_list::update(tx, waits).await?)
}

/// Until when a slot is held for whoever is offered it; none if it is too near for how they stand.
fn until(
    info: &ServiceInfo,
    actor: &Actor,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let latest = starts_at - lead_of(info, tier_of(actor));
    offer_until(now, latest, TimeDelta::minutes(i64::from(info.spec.waiting.offer_minutes)))
}
