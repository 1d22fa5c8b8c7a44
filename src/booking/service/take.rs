//! Taking a place: one short transaction, decided by the primary key of `occupied`.

use crate::auth::entities::account::Role;
use crate::auth::entities::enterprise::EnterpriseState;
use crate::auth::{Actor, Right};
use crate::base::local_time::local_date;
use crate::base::{ids, words};
use crate::booking::log::BookingEntry;
use crate::booking::model::bookable::{DayReason, SlotReason};
use crate::booking::model::reference::new_reference;
use crate::booking::model::slots::Slot;
use crate::booking::service::transition::expire;
use crate::booking::service::view::Fresh;
use crate::booking::service::{Booking, Fault, plan_of, terms_of};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write;
use crate::booking::store::write::{Party, Standing};
use crate::booking::words::problems::{
    already_yours, beyond_horizon, lead_time, not_a_slot, slot_past, slot_taken, too_many_bookings,
    too_many_holds, unknown_service, year_unpublished,
};
use crate::db::{Tx, is_unique_violation};
use crate::directory::ServiceInfo;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::places::{self, Need, Places, Taken, cells, choose};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use rand::RngExt;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// As many places as one person may hold at a time.
pub const MOST_HOLDS: i64 = 5;
/// References are drawn anew when one exists already.
const MOST_DRAWS: u32 = 50;

/// What somebody wants to take.
struct Wish {
    account: Uuid,
    enterprise: Option<Uuid>,
    actor: evidence::Actor,
    info: Arc<ServiceInfo>,
    slot: Slot,
    /// The resources to take a seat of: the place itself, and the day's quota where there is one.
    needs: Vec<Need>,
    anyway: bool,
    now: DateTime<Utc>,
}

impl Booking {
    /// Holds a place for somebody for some minutes. Who has the same place already must say that they
    /// want one more `anyway`.
    pub async fn take(
        &self,
        actor: &Actor,
        service_id: Uuid,
        starts_at: DateTime<Utc>,
        anyway: bool,
    ) -> Result<Fresh, Problem> {
        actor.may(Right::Book)?;
        let enterprise = may_book(actor)?;
        let now = self.0.clock.now();
        let info = self.0.directory.service(service_id).await?.filter(|info| info.row.active);
        let info = info.ok_or_else(unknown_service)?;
        let (slot, date) = self.slot_at(&info, starts_at, now).await?;
        let needs = needs_of(&info, &slot, date);
        // Each failed try means that somebody else took a seat meanwhile.
        let mut tries = 2 + needs.iter().map(|need| need.seats.max(0)).fold(0, i32::saturating_add);
        let (account, actor) = (actor.account_id, actor.evidence());
        let wish = Arc::new(Wish { account, enterprise, actor, info, slot, needs, anyway, now });
        let (mut spread, mut draws) = (false, 0);
        let parties: Vec<Uuid> = std::iter::once(account).chain(enterprise).collect();
        let turn = self.0.db.turn(&parties).await?;
        loop {
            let (places, wish) = (self.0.places.clone(), wish.clone());
            let attempt = self.0.db.write_in(turn.as_ref(), move |tx| {
                Box::pin(async move { attempt(tx, places, &wish, spread).await })
            });
            match attempt.await {
                Ok(fresh) => return Ok(fresh),
                Err(Fault::Store(error)) if is_unique_violation(&error) => {
                    if write::REFERENCE.is_violated_by(&error) {
                        draws += 1;
                        if draws > MOST_DRAWS {
                            return Err(error.into());
                        }
                        continue;
                    }
                    tries -= 1;
                    if tries <= 0 {
                        return Err(slot_taken());
                    }
                    // Whoever lost a seat tries any free one: all trying the lowest would go on colliding.
                    spread = true;
                }
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// The slot of a service that starts at an instant, if it can be booked now.
    async fn slot_at(
        &self,
        info: &ServiceInfo,
        starts_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(Slot, NaiveDate), Problem> {
        if starts_at < now {
            return Err(slot_past());
        }
        if starts_at.year() > 9000 {
            return Err(beyond_horizon(info));
        }
        let calendar = self.0.directory.calendar().await?;
        let plan = plan_of(info);
        let terms = terms_of(info, &plan, &calendar, now);
        let date = local_date(info.zone, starts_at);
        let slots = terms.slots(date).map_err(|reason| match reason {
            DayReason::YearUnpublished => year_unpublished(date),
            DayReason::BeyondHorizon => beyond_horizon(info),
            DayReason::Past => slot_past(),
            _ => not_a_slot(),
        })?;
        let slot = slots.into_iter().find(|slot| slot.starts_at == starts_at).ok_or_else(not_a_slot)?;
        match terms.too_late(&slot) {
            None => Ok((slot, date)),
            Some(SlotReason::LeadTime) => Err(lead_time(info)),
            Some(_) => Err(slot_past()),
        }
    }
}

/// One try: the whole use case in one transaction.
async fn attempt(tx: &Tx, places: Places, wish: &Wish, spread: bool) -> Result<Fresh, Fault> {
    // Locked first, so that two at once cannot both be the last one allowed.
    crate::auth::ask::lock_party(tx, wish.account, wish.enterprise).await?;
    let mut standing = standing(tx, wish).await?;
    if !anyway_or_once(wish, &standing) {
        let mine = write::same_place(tx, wish.party(), wish.now).await?;
        return Err(mine.map_or_else(slot_taken, |mine| already_yours(&mine)).into());
    }
    if !wish.is_free(&standing) {
        make_room(tx, &places, wish).await?;
        // Others may have made room as well.
        standing = self::standing(tx, wish).await?;
    }
    let taken = wish.choose(&standing, spread).ok_or_else(slot_taken)?;
    not_too_much(wish, &standing)?;
    let row = new_row(wish);
    write::insert(tx, row.clone());
    places.occupy(tx, row.id, taken);
    let held = BookingEntry::Held {
        reference: row.reference.clone(),
        service: wish.info.row.code.clone(),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        hold_expires_at: row.hold_expires_at,
    };
    let entry = NewEntry::new(row.id, &held, wish.actor, wish.now);
    evidence::begin(tx, entry.row(evidence::made(&row)))?;
    Ok(Fresh { row, is_beside_another: standing.beside > 0 })
}

async fn standing(tx: &Tx, wish: &Wish) -> Result<Standing, Fault> {
    let seats = wish.needs.iter().map(places::ask::taken_seats);
    Ok(write::standing(tx, wish.party(), seats, wish.now).await?)
}

/// Who has the same place already must say that they want one more.
fn anyway_or_once(wish: &Wish, standing: &Standing) -> bool {
    wish.anyway || standing.same_place == 0
}

/// Refuses more than one party may have.
fn not_too_much(wish: &Wish, standing: &Standing) -> Result<(), Problem> {
    if standing.holds >= MOST_HOLDS {
        return Err(too_many_holds());
    }
    let limits = wish.info.spec.limits;
    let most = if wish.enterprise.is_some() { limits.enterprise } else { limits.person };
    if standing.of_service >= i64::from(most) {
        return Err(too_many_bookings(most, wish.enterprise.is_some()));
    }
    Ok(())
}

/// Ends holds whose time is over and that sit on the cells.
async fn make_room(tx: &Tx, places: &Places, wish: &Wish) -> Result<(), Fault> {
    for need in &wish.needs {
        for id in write::lapsed(tx, places::ask::owners(need), wish.now).await? {
            expire(tx, places, id, wish.now).await?;
        }
    }
    Ok(())
}

impl Wish {
    fn party(&self) -> Party {
        Party {
            account: self.account,
            enterprise: self.enterprise,
            service: self.info.row.id,
            starts_at: self.slot.starts_at,
            ends_at: self.slot.ends_at,
        }
    }

    fn is_free(&self, standing: &Standing) -> bool {
        self.choose(standing, false).is_some()
    }

    /// A seat of each resource that is free over all cells.
    fn choose(&self, standing: &Standing, spread: bool) -> Option<Vec<Taken>> {
        let pick = |below| if spread { rand::rng().random_range(0..below) } else { 0 };
        choose(&self.needs, &standing.taken, pick)
    }
}

fn needs_of(info: &ServiceInfo, slot: &Slot, date: NaiveDate) -> Vec<Need> {
    let cells = plan_of(info).cells(slot);
    let mut needs = vec![Need { resource: info.row.resource_id, seats: info.seats, cells }];
    if let (Some(resource), Some(seats)) = (info.row.quota_resource_id, info.quota_seats) {
        needs.push(Need { resource, seats, cells: cells::of_day(date) });
    }
    needs
}

fn new_row(wish: &Wish) -> booking::Model {
    let hold = TimeDelta::minutes(i64::from(wish.info.row.hold_minutes));
    let today = local_date(wish.info.zone, wish.now);
    booking::Model {
        id: ids::new_id(wish.now),
        reference: new_reference(today, |below| rand::rng().random_range(0..below)),
        service_id: wish.info.row.id,
        account_id: wish.account,
        enterprise_id: wish.enterprise,
        state: BookingState::Held,
        starts_at: wish.slot.starts_at,
        ends_at: wish.slot.ends_at,
        hold_expires_at: Some(wish.slot.ends_at.min(wish.now + hold)),
        contact_name: None,
        contact_mobile: None,
        fields: json!({}),
        officer_id: None,
        reason: None,
        sequence: 0,
        created_at: wish.now,
        updated_at: wish.now,
    }
}

/// For which enterprise somebody books; one that has not been let in cannot.
fn may_book(actor: &Actor) -> Result<Option<Uuid>, Problem> {
    let enterprise = match &actor.enterprise {
        Some(enterprise) if actor.role != Role::Traveller => enterprise,
        _ => return Ok(None),
    };
    let title = match enterprise.state {
        EnterpriseState::Approved => return Ok(Some(enterprise.id)),
        EnterpriseState::Pending => words::booking::enterprise_pending(),
        EnterpriseState::Refused => words::booking::enterprise_refused(),
    };
    Err(Problem::forbidden().saying(title))
}
