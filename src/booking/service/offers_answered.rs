//! An offer is answered: taken, so that the place is kept for the form or a booking moves there, or declined, so that it
//! goes to the next.

use crate::auth::Actor;
use crate::base::words;
use crate::booking::log::{BookingEntry, OfferTaken};
use crate::booking::model::state::{Action, Side};
use crate::booking::model::waiting_list::stands;
use crate::booking::service::transition::{Transition, take_step};
use crate::booking::service::waiting_list::{WaitingShown, seen, stand};
use crate::booking::service::{Booking, Fault, WantedTime};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::waiting_entry::{Model, WaitingState};
use crate::booking::store::{appointments, waiting_list, write};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use uuid::Uuid;

impl Booking {
    /// Says no to an offer, which goes to the next at once.
    pub async fn decline_offer(&self, actor: &Actor, id: Uuid) -> Result<(), Problem> {
        self.end_waiting(actor, id, WaitingState::Declined).await
    }

    /// Ends one's waiting with this state; a place that is held for it is given back.
    pub(super) async fn end_waiting(
        &self,
        actor: &Actor,
        id: Uuid,
        state: WaitingState,
    ) -> Result<(), Problem> {
        loop {
            let mine = self.entry_for(actor, id).await?;
            // Once more if it was offered at this very moment: bookings are locked first.
            if self.end_seen(mine, actor.evidence(), state).await? {
                return Ok(());
            }
        }
    }

    async fn end_seen(&self, mine: Model, by: evidence::Actor, state: WaitingState) -> Result<bool, Problem> {
        let (this, now) = (self.clone(), self.0.clock.now());
        let ended: Result<bool, Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let booking = match mine.offered_booking_id {
                        Some(held) => write::lock(tx, held).await?,
                        None => None,
                    };
                    let row = waiting_list::lock(tx, mine.id).await?.ok_or_else(Problem::not_found)?;
                    if row.offered_booking_id != mine.offered_booking_id {
                        return Ok(false);
                    }
                    match stands(row.state, seen(booking.as_ref(), now)) {
                        WaitingState::Waiting if state == WaitingState::Withdrawn => {}
                        WaitingState::Offered => {
                            if let Some(booking) = booking {
                                this.give_back(tx, booking, by, now).await?;
                            }
                        }
                        other => return Err(not_offered(other).into()),
                    }
                    stand(tx, &this, row, state, by).await?;
                    Ok(true)
                })
            })
            .await;
        Ok(ended?)
    }

    async fn give_back(
        &self,
        tx: &Tx,
        held: booking::Model,
        by: evidence::Actor,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let id = held.id;
        let step =
            Transition { side: Side::Booker, actor: by, ..Transition::by_program(Action::Cancel, now) };
        take_step(tx, held, step).await?;
        Ok(self.0.places.vacate(tx, appointments::owners(id)).await?)
    }

    /// Takes what is offered: the place is kept for the form, or the booking that was to be earlier moves there.
    pub async fn take_offer(
        &self,
        actor: &Actor,
        id: Uuid,
    ) -> Result<(WaitingShown, booking::Model), Problem> {
        let mine = self.entry_for(actor, id).await?;
        let shown = self.as_shown(mine.clone(), self.info(mine.service_id).await?).await?;
        let (WaitingState::Offered, Some(held)) = (shown.row.state, shown.offered) else {
            return Err(not_offered(shown.row.state));
        };
        let row = match mine.earlier_than_id {
            None => self.take_held(actor, &mine, &held, &shown.info).await?,
            Some(moved) => self.take_earlier(actor, &mine, &held, moved).await?,
        };
        let entry = self.entry_for(actor, id).await?;
        Ok((self.as_shown(entry, shown.info).await?, row))
    }

    /// They have as long for the form as everybody who holds a place.
    async fn take_held(
        &self,
        actor: &Actor,
        mine: &Model,
        held: &booking::Model,
        info: &ServiceInfo,
    ) -> Result<booking::Model, Problem> {
        let (this, by, now) = (self.clone(), actor.evidence(), self.0.clock.now());
        let (id, held) = (mine.id, held.id);
        let for_the_form = now + TimeDelta::minutes(i64::from(info.row.hold_minutes));
        let taken: Result<booking::Model, Fault> = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let (before, entry) = locked_offer(tx, held, id, now).await?;
                    let until = before.hold_expires_at.unwrap_or(for_the_form).max(for_the_form);
                    let hold_expires_at = Some(until.min(before.starts_at));
                    let row = booking::Model { hold_expires_at, ..before.clone() };
                    let what = BookingEntry::OfferTaken(OfferTaken {
                        reference: row.reference.clone(),
                        hold_expires_at: row.hold_expires_at,
                    });
                    let told = NewEntry::new(held, &what, by, now);
                    // An offer that lasts longer than filling in a form does stays as it is.
                    match row == before {
                        true => evidence::append(tx, told).await?,
                        false => {
                            evidence::append(tx, told.row(evidence::changed(&before, &row))).await?;
                            write::update(tx, before, &row)?;
                        }
                    }
                    stand(tx, &this, entry, WaitingState::Taken, by).await?;
                    Ok(row)
                })
            })
            .await;
        Ok(taken?)
    }

    /// In one step: the held place is given back and the booking moves to it, or all stays as it was.
    async fn take_earlier(
        &self,
        actor: &Actor,
        mine: &Model,
        held: &booking::Model,
        moved: Uuid,
    ) -> Result<booking::Model, Problem> {
        let (now, by) = (self.0.clock.now(), actor.evidence());
        let stages = appointments::of(self.0.db.reader(), [held.id]).await?;
        let time = WantedTime::of_appointments(held, &stages);
        let moving = self.moving(actor, moved, Some(time), true, None).await.map_err(cannot_move)?;
        let mut tries = moving.tries();
        let moving = Arc::new(moving);
        let (id, held) = (mine.id, held.id);
        let turn = self.0.db.turn(&moving.parties()).await?;
        loop {
            let (this, moving, spread) = (self.clone(), moving.clone(), tries.spread);
            let attempt = self.0.db.write_in(turn.as_ref(), move |tx| {
                Box::pin(async move {
                    moving.lock_party(tx).await?;
                    // Both, in one order with everybody else.
                    let mut both = [held, moved];
                    both.sort();
                    for one in both {
                        write::lock(tx, one).await?;
                    }
                    let (before, entry) = locked_offer(tx, held, id, now).await?;
                    this.give_back(tx, before, by, now).await?;
                    let row = this.move_in(tx, &moving, spread).await?;
                    stand(tx, &this, entry, WaitingState::Taken, by).await?;
                    Ok(row)
                })
            });
            match attempt.await {
                Ok(row) => return Ok(row),
                Err(fault) => tries.again(fault).map_err(cannot_move)?,
            }
        }
    }
}

/// Why a booking did not move to what was offered: it cannot be moved, or the time cannot be had by rule any more.
fn cannot_move(problem: Problem) -> Problem {
    let is_told = ["wrong_state", "offer_taken", "offer_over"].contains(&problem.code);
    if is_told || !problem.status.is_client_error() { problem } else { not_offered(WaitingState::Passed) }
}

/// The held booking and its entry, locked, while the offer stands.
async fn locked_offer(
    tx: &Tx,
    held: Uuid,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(booking::Model, Model), Fault> {
    let booking = write::lock(tx, held).await?;
    let row = waiting_list::lock(tx, id).await?.ok_or_else(Problem::not_found)?;
    let is_this = row.offered_booking_id == Some(held);
    match (stands(row.state, seen(booking.as_ref(), now)), booking) {
        (WaitingState::Offered, Some(booking)) if is_this && booking.state == BookingState::Held => {
            Ok((booking, row))
        }
        (state, _) => Err(not_offered(state).into()),
    }
}

/// Why there is nothing to take or to decline.
fn not_offered(state: WaitingState) -> Problem {
    Problem::conflict(match state {
        WaitingState::Waiting => words::booking::not_offered(),
        WaitingState::Taken => words::booking::offer_taken(),
        _ => words::booking::offer_over(),
    })
}
