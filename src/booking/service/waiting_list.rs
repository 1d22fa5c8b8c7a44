//! Who waits for a place of a service: joining, where one stands, leaving.

use crate::auth::{Actor, Right, ask};
use crate::base::ids;
use crate::base::local_time::local_date;
use crate::base::words;
use crate::booking::log::{Waited, WaitingEntry};
use crate::booking::model::state::{self, hold_lapsed};
use crate::booking::model::waiting_list::{MOST_DAYS, stands};
use crate::booking::service::booker::may_book;
use crate::booking::service::stages::{positions, stage_of};
use crate::booking::service::terms::whom_of;
use crate::booking::service::{Booking, Fault, scope_of};
use crate::booking::store::entities::appointment::{self, Site};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::waiting_entry::{Model, WaitedStages, WaitingState};
use crate::booking::store::{appointments, read, waiting_list};
use crate::booking::words::problems::stages_needed;
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::entities::service_stage::Stage;
use crate::evidence::{self, NewEntry, SYSTEM};
use crate::http::Problem;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::DbErr;
use std::collections::BTreeSet;
use std::iter;
use std::sync::Arc;
use uuid::Uuid;

/// So long one still sees what became of one's waiting.
const SHOWN_FOR: TimeDelta = TimeDelta::days(7);
/// As many entries are listed.
const MOST_SHOWN: u64 = 200;

/// What somebody waits for.
#[derive(Clone, Debug)]
pub enum WaitingWish {
    /// Any place on these days, which begins in these minutes of the day; where stages are named, these together.
    Days { from: NaiveDate, to: NaiveDate, minutes: Option<(i32, i32)>, stages: Vec<(Stage, Site)> },
    /// An earlier one than that of this booking.
    EarlierThan(Uuid),
}

/// An entry as those see it who may.
#[derive(Clone, Debug)]
pub struct WaitingShown {
    /// As it stands now, whether or not that was written down yet.
    pub row: Model,
    pub info: Arc<ServiceInfo>,
    /// 1 is who is next; none once a place is offered.
    pub position: Option<u64>,
    /// What holds the place that is or was offered.
    pub offered: Option<booking::Model>,
    /// Its appointments.
    pub appointments: Vec<appointment::Model>,
}

impl Booking {
    /// Waits for a place of a service; `wish` is none if it was not said in one way. One entry per party and service.
    pub async fn wait_for(
        &self,
        actor: &Actor,
        service: Uuid,
        wish: Option<WaitingWish>,
    ) -> Result<WaitingShown, Problem> {
        actor.may(Right::Book)?;
        let enterprise = may_book(actor)?;
        let wish = wish.ok_or_else(|| Problem::invalid("from", words::booking::waiting_for_one()))?;
        let info = self.offered(service).await?;
        let now = self.0.clock.now();
        // They would wait for what they are never offered.
        let question = self.question(&info, whom_of(actor), None, now).await?;
        self.counted(question.not_excluded(), service, None).await?;
        let today = local_date(info.zone, now);
        let (account, from, to, minutes, earlier, stages) = match wish {
            WaitingWish::Days { from, to, minutes, stages } => {
                check_days(today, (from, to), minutes)?;
                (actor.account_id, from, to, minutes, None, stages)
            }
            WaitingWish::EarlierThan(id) => {
                let row = self.find_for(actor, id).await?;
                let stages = self.earlier_stages(&info, &row, now).await?;
                (row.account_id, today, local_date(info.zone, row.starts_at), None, Some(id), stages)
            }
        };
        can_be_had(&info, &stages)?;
        let row = Model {
            id: ids::new_id(now),
            service_id: service,
            account_id: account,
            enterprise_id: enterprise,
            party_id: enterprise.unwrap_or(account),
            state: WaitingState::Waiting,
            stages: stages.into_iter().collect(),
            from_date: from,
            to_date: to,
            from_minute: minutes.map(|(from, _)| from),
            to_minute: minutes.map(|(_, to)| to),
            earlier_than_id: earlier,
            offered_booking_id: None,
            offer_ends_at: None,
            created_at: now,
            updated_at: now,
        };
        // An offer that is over does not stand in the way.
        if let Some(before) = waiting_list::of_party(self.0.db.reader(), service, row.party_id).await? {
            self.settle(before.id).await?;
        }
        let (this, by, of, new) = (self.clone(), actor.evidence(), info.clone(), row.clone());
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    ask::lock_party(tx, new.account_id, new.enterprise_id).await?;
                    if let Some(mine) =
                        waiting_list::of_party(tx.conn(), new.service_id, new.party_id).await?
                    {
                        return Err(Problem::conflict(words::booking::already_waiting())
                            .about(mine.id)
                            .into());
                    }
                    waiting_list::insert(tx, new.clone()).await?;
                    this.watch(tx, &of, &new).await?;
                    evidence::append(tx, told(&new, None, by, now)).await?;
                    // There may be one already.
                    this.0.places.have_looked_at(tx, of.row.resource_id).await?;
                    Ok::<(), Fault>(())
                })
            })
            .await?;
        self.as_shown(row, info).await
    }

    /// What one waits for, the latest first.
    pub async fn waited_for(&self, actor: &Actor) -> Result<Vec<WaitingShown>, Problem> {
        actor.may(Right::Book)?;
        let since = self.0.clock.now() - SHOWN_FOR;
        let rows = waiting_list::list(self.0.db.reader(), scope_of(actor)?, since, MOST_SHOWN).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let info = self.info(row.service_id).await?;
            shown.push(self.as_shown(row, info).await?);
        }
        Ok(shown)
    }

    /// Who waits for a service, in their order, for whoever serves them.
    pub async fn waiting_for(&self, actor: &Actor, service: Uuid) -> Result<Vec<WaitingShown>, Problem> {
        actor.may(Right::HandleBookings)?;
        let info = self.0.directory.service(service).await?.ok_or_else(Problem::not_found)?;
        let mut shown = Vec::new();
        for row in waiting_list::in_order(self.0.db.reader(), service).await? {
            shown.push(self.as_shown(row, info.clone()).await?);
        }
        Ok(shown)
    }

    /// Does not wait any more; what was offered is offered to the next.
    pub async fn leave_waiting(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        self.end_waiting(actor, id, WaitingState::Withdrawn).await
    }

    /// One's own entry, or not found.
    pub(super) async fn entry_for(&self, actor: &Actor, id: Uuid) -> Result<Model, Problem> {
        actor.may(Right::Book)?;
        let row = waiting_list::by_id(self.0.db.reader(), scope_of(actor)?, id).await?;
        row.ok_or_else(Problem::not_found)
    }

    pub(super) async fn as_shown(&self, row: Model, info: Arc<ServiceInfo>) -> Result<WaitingShown, Problem> {
        let conn = self.0.db.reader();
        let offered = match row.offered_booking_id {
            Some(id) => read::any(conn, id).await?,
            None => None,
        };
        let appointments = match &offered {
            Some(held) if !row.stages.is_empty() => appointments::of(conn, [held.id]).await?,
            _ => Vec::new(),
        };
        let state = stands(row.state, seen(offered.as_ref(), self.0.clock.now()));
        let position = match state {
            WaitingState::Waiting => Some(waiting_list::before(conn, &row).await? + 1),
            _ => None,
        };
        Ok(WaitingShown { row: Model { state, ..row }, info, position, offered, appointments })
    }

    /// The stages of a booking for which somebody can wait for an earlier time.
    async fn earlier_stages(
        &self,
        info: &ServiceInfo,
        row: &booking::Model,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Stage, Site)>, Problem> {
        if row.service_id != info.row.id {
            return Err(Problem::not_found());
        }
        if !can_move(row, now) {
            return Err(state::wrong_state());
        }
        let found = appointments::of(self.0.db.reader(), [row.id]).await?;
        Ok(found.iter().filter_map(|one| Some((one.stage?, one.site))).collect())
    }

    /// Who waits hears of everything that comes free and that they need.
    pub(super) async fn watch(&self, tx: &Tx, info: &ServiceInfo, row: &Model) -> Result<(), DbErr> {
        for resource in watched(info, &row.stages) {
            self.0.places.watch(tx, resource, row.id).await?;
        }
        Ok(())
    }
}

/// Whether what somebody waits for is offered at all: the service as a whole, or these stages of it together.
pub(super) fn can_be_had(info: &ServiceInfo, stages: &[(Stage, Site)]) -> Result<(), Problem> {
    match stages.is_empty() {
        true if info.spec.stages_only => Err(stages_needed()),
        true => Ok(()),
        false => positions(info, stages).map(drop),
    }
}

/// What is needed for a place: a seat of the service, and what its stages need beside it.
fn watched(info: &ServiceInfo, stages: &WaitedStages) -> BTreeSet<Uuid> {
    let wanted = stages.0.iter().filter_map(|one| stage_of(info, one.stage));
    let beside = wanted.flat_map(|stage| stage.needs());
    iter::once(info.row.resource_id).chain(beside).collect()
}

/// Whether a booking can still be moved to an earlier time.
pub(super) fn can_move(row: &booking::Model, now: DateTime<Utc>) -> bool {
    matches!(row.state, BookingState::Requested | BookingState::Accepted) && row.starts_at > now
}

/// The state of what holds a place, and whether its time is over.
pub(super) fn seen(offered: Option<&booking::Model>, now: DateTime<Utc>) -> Option<(BookingState, bool)> {
    offered.map(|row| (row.state, hold_lapsed(row, now)))
}

fn check_days(
    today: NaiveDate,
    (from, to): (NaiveDate, NaiveDate),
    minutes: Option<(i32, i32)>,
) -> Result<(), Problem> {
    if from > to || to < today || (to - from.max(today)).num_days() >= MOST_DAYS {
        return Err(Problem::invalid("to", words::booking::waiting_days(MOST_DAYS)));
    }
    if minutes.is_some_and(|(from, to)| !(0..to).contains(&from) || to > 1440) {
        return Err(Problem::invalid("to_minute", words::booking::waiting_minutes()));
    }
    Ok(())
}

/// The entry of evidence that tells where somebody stands who waits.
pub(super) fn told(row: &Model, offered: Option<Uuid>, by: evidence::Actor, now: DateTime<Utc>) -> NewEntry {
    NewEntry::new(SYSTEM, &WaitingEntry::of(row.state, waited(row, offered)), by, now)
}

/// Who waits for what, as entries have it; bookings by their ids.
pub(super) fn waited(row: &Model, offered: Option<Uuid>) -> Waited {
    Waited {
        waiting_id: row.id,
        service_id: row.service_id,
        enterprise_id: row.enterprise_id,
        booking_id: offered.or(row.offered_booking_id),
        earlier_than_id: row.earlier_than_id,
        stages: row.stages.clone(),
        offer_ends_at: row.offer_ends_at.filter(|_| row.state == WaitingState::Offered),
    }
}

/// Whose rows are locked before something is written about an entry.
pub(super) fn parties(row: &Model) -> Vec<Uuid> {
    iter::once(row.account_id).chain(row.enterprise_id).collect()
}

/// Writes where an entry stands from now on. Who does not wait any more watches nothing.
pub(super) async fn stand(
    tx: &Tx,
    booking: &Booking,
    row: Model,
    state: WaitingState,
    by: evidence::Actor,
) -> Result<(), Fault> {
    let now = booking.0.clock.now();
    let row = Model { state, updated_at: now, ..row };
    waiting_list::update(tx, row.clone()).await?;
    booking.0.places.unwatch(tx, row.id).await?;
    evidence::append(tx, told(&row, None, by, now)).await?;
    Ok(())
}
