//! Moving several bookings alike, all of them or none: each by the rules by which an officer moves one, and what they free
//! among themselves counts as free. What would come of it is told by doing it and taking it back.

use crate::auth::{self, Actor, Right};
use crate::base::words;
use crate::booking::model::moves::{MOST_MINUTES, MOST_MOVED, Shift};
use crate::booking::model::stages::WantedStage;
use crate::booking::model::state::{Action, Side};
use crate::booking::model::{display_reference, form};
use crate::booking::service::reschedule::Move;
use crate::booking::service::wish::Tries;
use crate::booking::service::{Booking, Fault, WantedTime};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{appointments, write};
use crate::booking::words::problems::not_a_slot;
use crate::db::{StoreFault, Tx, WriteError};
use crate::http::Problem;
use crate::places::Taken;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::DbErr;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// What a booking is refused for although it can be moved by who knows and wants it.
const PASSES_ANYWAY: [&str; 2] = ["already_yours", "officer_busy"];

/// A booking as whoever picked it saw it.
#[derive(Clone, Copy, Debug)]
pub struct Picked {
    pub id: Uuid,
    pub updated_at: DateTime<Utc>,
}

/// Which bookings are to be moved, and to when; none if that was not said in one way.
#[derive(Clone, Debug)]
pub struct MovesAsked {
    pub picked: Vec<Picked>,
    pub shift: Option<Shift>,
}

/// What comes of one of them.
#[derive(Debug)]
pub struct MoveOutcome {
    pub before: booking::Model,
    /// When it is to start then; none where there is no such time.
    pub starts_at: Option<DateTime<Utc>>,
    /// As it is then, if it can be moved.
    pub after: Option<booking::Model>,
    /// Why not, or what its officer or booker has at that time beside.
    pub refusal: Option<Problem>,
}

impl MoveOutcome {
    /// Whether it is moved by who wants it in spite of what is told.
    pub fn passes_anyway(&self) -> bool {
        self.refusal.as_ref().is_some_and(|problem| PASSES_ANYWAY.contains(&problem.code))
    }
}

/// One of them, worked out.
struct One {
    seen: booking::Model,
    starts_at: Option<DateTime<Utc>>,
    /// Why not, where that shows without looking at what is taken.
    moving: Result<Move, Problem>,
}

/// All of them, in the order in which they are moved: by their new starts, so that each gets a seat wherever there is one.
struct Several {
    all: Vec<One>,
    anyway: bool,
    /// Otherwise all is taken back.
    stands: bool,
}

/// One that lies on other seats.
struct Settled {
    row: booking::Model,
    new: Vec<appointment::Model>,
    was: BookingState,
}

/// How it ended without being kept.
enum Ended {
    TakenBack(Vec<MoveOutcome>),
    Failed(Fault),
}

impl From<DbErr> for Ended {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl WriteError for Ended {
    fn store_fault(&self) -> Option<StoreFault> {
        match self {
            Self::TakenBack(_) => None,
            Self::Failed(fault) => fault.store_fault(),
        }
    }
}

impl Booking {
    /// What would come of moving some bookings, one by one. Nothing is changed.
    pub async fn preview_moves(
        &self,
        actor: &Actor,
        asked: &MovesAsked,
    ) -> Result<Vec<MoveOutcome>, Problem> {
        actor.may(Right::HandleBookings)?;
        let shift = checked(asked)?;
        let all = self.several(actor, asked, shift, None).await?;
        self.move_together(Several { all, anyway: false, stands: false }).await
    }

    /// Moves some bookings, all or none; their bookers read the reason. What an officer or booker has beside at that time
    /// is in the way unless `anyway`.
    pub async fn move_several(
        &self,
        actor: &Actor,
        asked: &MovesAsked,
        anyway: bool,
        reason: Option<&str>,
    ) -> Result<Vec<booking::Model>, Problem> {
        actor.may(Right::HandleBookings)?;
        let shift = checked(asked)?;
        let reason = form::require_reason(reason)?;
        let all = self.several(actor, asked, shift, Some(reason)).await?;
        let outcomes = self.move_together(Several { all, anyway, stands: true }).await?;
        let refused = outcomes.iter().find_map(|one| Some((one, one.refusal.as_ref()?)));
        match refused {
            Some((one, problem)) => Err(impossible(&one.before, problem)),
            None => Ok(outcomes.into_iter().filter_map(|one| one.after).collect()),
        }
    }

    /// Works them out. Who is not there is a mistake; what was changed since it was picked has to be looked at again.
    async fn several(
        &self,
        actor: &Actor,
        asked: &MovesAsked,
        shift: Shift,
        reason: Option<String>,
    ) -> Result<Vec<One>, Problem> {
        let ids: Vec<Uuid> = asked.picked.iter().map(|one| one.id).collect();
        let mut found: HashMap<Uuid, booking::Model> =
            self.find_all(actor, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        for (index, one) in asked.picked.iter().enumerate() {
            let row = found.get(&one.id).ok_or_else(|| unknown(index))?;
            if row.updated_at != one.updated_at {
                return Err(changed(row));
            }
        }
        let mut stages = by_booking(appointments::of(self.0.db.reader(), ids.iter().copied()).await?);
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            // Of one that is picked twice the first is enough.
            let Some(seen) = found.remove(&id) else { continue };
            let zone = self.info(seen.service_id).await?.zone;
            let time = moved(&stages.remove(&id).unwrap_or_default(), shift, zone);
            let starts_at = time.as_ref().map(WantedTime::starts_at);
            let moving = match time {
                Some(_) => {
                    let (seen, reason) = (seen.clone(), reason.clone());
                    self.moving_seen(actor, Side::Officer, seen, time, true, reason).await
                }
                None => Err(not_a_slot()),
            };
            match moving {
                Err(problem) if problem.status.is_server_error() => return Err(problem),
                moving => all.push(One { seen, starts_at, moving }),
            }
        }
        all.sort_by_key(|one| (one.starts_at, one.seen.id));
        Ok(all)
    }

    async fn move_together(&self, several: Several) -> Result<Vec<MoveOutcome>, Problem> {
        let several = Arc::new(several);
        let Some(mut tries) = several.moves().map(Move::tries).max_by_key(Tries::left) else {
            return Ok(several.outcomes(BTreeMap::new(), BTreeMap::new()));
        };
        let turn = self.0.db.turn(&several.parties()).await?;
        loop {
            let (this, all) = (self.clone(), several.clone());
            let attempt = self
                .0
                .db
                .write_in(turn.as_ref(), move |tx| Box::pin(async move { this.move_all_in(tx, &all).await }));
            match attempt.await {
                Ok(outcomes) | Err(Ended::TakenBack(outcomes)) => return Ok(outcomes),
                Err(Ended::Failed(fault)) => match (tries.again(fault), several.moves().next()) {
                    (Ok(()), _) => {}
                    // Others were faster again and again.
                    (Err(problem), Some(first)) if problem.code == "slot_taken" => {
                        let refusals = BTreeMap::from([(first.seen.id, problem)]);
                        return Ok(several.outcomes(BTreeMap::new(), refusals));
                    }
                    (Err(problem), _) => return Err(problem),
                },
            }
        }
    }

    /// One try: all of it stands, or all of it is taken back.
    async fn move_all_in(&self, tx: &Tx, several: &Several) -> Result<Vec<MoveOutcome>, Ended> {
        let (mut settled, mut refusals) = (BTreeMap::new(), BTreeMap::new());
        let locked = self.lock_several(tx, several).await?;
        let mut to_move: Vec<Uuid> = several.moves().map(|moving| moving.seen.id).collect();
        let mut old = by_booking(appointments::of(tx.conn(), to_move.iter().copied()).await?);
        // All at once, so that each can have what another one leaves.
        self.0.places.vacate(tx, appointments::owners_of(to_move.iter().copied())).await?;
        for moving in several.moves() {
            let id = moving.seen.id;
            let (Some(before), old) = (locked.get(&id), old.remove(&id).unwrap_or_default()) else {
                continue;
            };
            let was = before.state;
            let seats = self.seats_or_why(tx, moving, &old, &to_move, several.anyway).await?;
            let (warning, seats) = match seats {
                Ok(found) => found,
                Err(problem) => {
                    refusals.insert(id, problem);
                    continue;
                }
            };
            let (row, new) = match self.put_onto(tx, moving, before.clone(), &old, seats).await {
                Ok(put) => put,
                // Its time ran out while this was worked out.
                Err(Fault::Told(problem)) if problem.code == "wrong_state" => {
                    refusals.insert(id, problem);
                    continue;
                }
                Err(fault) => return Err(fault.into()),
            };
            to_move.retain(|one| *one != id);
            refusals.extend(warning.map(|problem| (id, problem)));
            settled.insert(id, Settled { row, new, was });
        }
        // When all are where they go: what one leaves is in nobody's way, and what one comes to is.
        if !several.anyway {
            refusals.extend(self.busy_officers(tx, &settled).await?);
        }
        if several.stands && refusals.is_empty() && several.are_all(settled.len()) {
            for moving in several.moves() {
                if let Some(Settled { row, new, was }) = settled.get(&moving.seen.id) {
                    self.tell_booker(tx, moving, row, new, *was).await?;
                }
            }
            self.0.tell_office(tx);
            return Ok(several.outcomes(settled, refusals));
        }
        Err(Ended::TakenBack(several.outcomes(settled, refusals)))
    }

    /// All parties and bookings, locked in one order with everybody else; and none of them was changed.
    async fn lock_several(&self, tx: &Tx, several: &Several) -> Result<HashMap<Uuid, booking::Model>, Fault> {
        let accounts: BTreeSet<Uuid> = several.all.iter().map(|one| one.seen.account_id).collect();
        let enterprises: BTreeSet<Uuid> =
            several.all.iter().filter_map(|one| one.seen.enterprise_id).collect();
        auth::ask::lock_parties(tx, &accounts, &enterprises).await?;
        let ids = several.all.iter().map(|one| one.seen.id);
        let locked: HashMap<Uuid, booking::Model> =
            write::lock_all(tx, ids).await?.into_iter().map(|row| (row.id, row)).collect();
        for One { seen, .. } in &several.all {
            if locked.get(&seen.id).is_none_or(|row| row.updated_at != seen.updated_at) {
                return Err(changed(seen).into());
            }
        }
        Ok(locked)
    }

    /// The seats of one, with what is warned of; or why there are none.
    async fn seats_or_why(
        &self,
        tx: &Tx,
        moving: &Move,
        old: &[appointment::Model],
        to_move: &[Uuid],
        anyway: bool,
    ) -> Result<Result<Found, Problem>, Fault> {
        // The lowest free ones, whoever else tries: that is how neighbours find room beside each other.
        let (warning, found) = match self.seats_for(tx, moving, old, to_move, anyway, false).await {
            Err(Fault::Told(problem)) if PASSES_ANYWAY.contains(&problem.code) => {
                (Some(problem), self.seats_for(tx, moving, old, to_move, true, false).await)
            }
            found => (None, found),
        };
        match found {
            Ok(seats) => Ok(Ok((warning, seats))),
            Err(Fault::Told(problem)) if problem.status.is_client_error() => Ok(Err(problem)),
            Err(fault) => Err(fault),
        }
    }

    /// Whose officer has accepted something else for the new time.
    async fn busy_officers(
        &self,
        tx: &Tx,
        settled: &BTreeMap<Uuid, Settled>,
    ) -> Result<BTreeMap<Uuid, Problem>, Fault> {
        let mut rows: Vec<&booking::Model> = settled.values().map(|one| &one.row).collect();
        // In one order, because each is locked.
        rows.sort_by_key(|row| (row.officer_id, row.id));
        let mut busy = BTreeMap::new();
        for row in rows {
            match self.0.hindered(tx, row, Action::Reschedule, row.officer_id, false).await {
                Ok(()) => {}
                Err(Fault::Told(problem)) if problem.status.is_client_error() => {
                    busy.insert(row.id, problem);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(busy)
    }
}

/// Seats appointment by appointment, with what was warned of.
type Found = (Option<Problem>, Vec<Vec<Taken>>);

impl Several {
    /// Those that can be moved as far as it shows without looking at what is taken.
    fn moves(&self) -> impl Iterator<Item = &Move> {
        self.all.iter().filter_map(|one| one.moving.as_ref().ok())
    }

    fn are_all(&self, settled: usize) -> bool {
        settled == self.all.len()
    }

    fn parties(&self) -> Vec<Uuid> {
        self.moves().flat_map(Move::parties).collect()
    }

    fn outcomes(
        &self,
        mut settled: BTreeMap<Uuid, Settled>,
        mut refusals: BTreeMap<Uuid, Problem>,
    ) -> Vec<MoveOutcome> {
        let outcome = |one: &One| MoveOutcome {
            before: one.seen.clone(),
            starts_at: one.starts_at,
            after: settled.remove(&one.seen.id).map(|settled| settled.row),
            refusal: refusals.remove(&one.seen.id).or_else(|| one.moving.as_ref().err().cloned()),
        };
        self.all.iter().map(outcome).collect()
    }
}

/// To when all of them are to go, if that was asked in one way and within bounds.
fn checked(asked: &MovesAsked) -> Result<Shift, Problem> {
    if asked.picked.is_empty() || asked.picked.len() > MOST_MOVED {
        return Err(Problem::invalid("bookings", words::booking::moves_count(MOST_MOVED)));
    }
    match asked.shift {
        None => Err(Problem::invalid("to_date", words::booking::moves_where())),
        Some(Shift::ByMinutes(minutes)) if minutes == 0 || minutes.unsigned_abs() > MOST_MINUTES => {
            Err(Problem::invalid("by_minutes", words::booking::moves_minutes(MOST_MINUTES / 60)))
        }
        Some(shift) => Ok(shift),
    }
}

/// The appointments of one booking at their new times; none where one of them has none.
fn moved(appointments: &[appointment::Model], shift: Shift, zone: Tz) -> Option<WantedTime> {
    let first = appointments.iter().map(|one| one.starts_at).min()?;
    let at = |one: &appointment::Model| shift.of(zone, first, one.starts_at);
    if let [appointment::Model { stage: None, .. }] = appointments {
        return at(&appointments[0]).map(WantedTime::Slot);
    }
    let stage = |one: &appointment::Model| {
        Some(WantedStage { stage: one.stage?, starts_at: at(one)?, site: one.site })
    };
    Some(WantedTime::Stages(appointments.iter().map(stage).collect::<Option<_>>()?))
}

fn by_booking(all: Vec<appointment::Model>) -> HashMap<Uuid, Vec<appointment::Model>> {
    let mut found: HashMap<Uuid, Vec<appointment::Model>> = HashMap::new();
    for one in all {
        found.entry(one.booking_id).or_default().push(one);
    }
    found
}

fn unknown(index: usize) -> Problem {
    Problem::invalid(format!("bookings[{index}].id"), words::booking::unknown_booking())
}

fn changed(row: &booking::Model) -> Problem {
    let reference = display_reference(&row.reference);
    Problem::conflict(words::booking::booking_changed(reference)).about(row.id)
}

/// One of them is in the way of all.
fn impossible(row: &booking::Model, why: &Problem) -> Problem {
    let reference = display_reference(&row.reference);
    Problem::conflict(words::booking::moves_impossible(reference, why.title.clone())).about(row.id)
}
