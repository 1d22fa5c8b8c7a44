//! Moving a booking to another time: the new place is taken and the old one given back in one transaction, so that
//! whoever comes too late for the new one still has the old.

use crate::auth::{Actor, Right};
use crate::booking::log::{BookedStage, Moved, Times};
use crate::booking::model::state::{self, Action, Side};
use crate::booking::model::{form, late};
use crate::booking::service::decide::People;
use crate::booking::service::terms::Question;
use crate::booking::service::transition::{Transition, take_steps};
use crate::booking::service::wish::{Asked, Tries, Wanted, WantedAll, WantedTime};
use crate::booking::service::{Booking, Drawing, Fault, scope_of};
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write::{Party, Standing};
use crate::booking::store::{Scope, appointments, write};
use crate::booking::words::mails;
use crate::booking::words::problems::{already_theirs, already_yours, same_time};
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::evidence;
use crate::http::Problem;
use crate::places::Taken;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::iter;
use std::sync::Arc;
use uuid::Uuid;

/// What is to be moved, worked out.
pub(super) struct Move {
    pub seen: booking::Model,
    info: Arc<ServiceInfo>,
    wanted: WantedAll,
    question: Question,
    /// They know that they have the same place already.
    anyway: bool,
    step: Transition,
    scope: Scope,
    people: People,
    /// Only if it is still at the time at which it was seen.
    only_from: Option<DateTime<Utc>>,
}

impl Booking {
    /// Moves a booking to another time. Of a service where officers decide, what was accepted is decided anew, unless
    /// an officer moves it: they have decided, and tell the booker why.
    pub async fn reschedule(
        &self,
        actor: &Actor,
        id: Uuid,
        time: Option<WantedTime>,
        anyway: bool,
        reason: Option<&str>,
    ) -> Result<booking::Model, Problem> {
        let wanted = time.as_ref().map(WantedTime::starts_at);
        let moved = match self.moving(actor, id, time, anyway, reason).await {
            Ok(moving) => self.swap_places(moving).await,
            Err(refusal) => Err(refusal),
        };
        self.counted_of(moved, id, wanted).await
    }

    /// The same by an officer, unless it is not at `from` any more.
    pub(super) async fn reschedule_from(
        &self,
        actor: &Actor,
        (id, from): (Uuid, DateTime<Utc>),
        time: WantedTime,
        reason: &str,
    ) -> Result<booking::Model, Problem> {
        let moving = self.moving(actor, id, Some(time), true, Some(reason)).await?;
        self.swap_places(Move { only_from: Some(from), ..moving }).await
    }

    async fn swap_places(&self, moving: Move) -> Result<booking::Model, Problem> {
        let moving = Arc::new(moving);
        let mut tries = moving.tries();
        let turn = self.0.db.turn(&moving.parties()).await?;
        loop {
            let (this, moving, spread) = (self.clone(), moving.clone(), tries.spread);
            let attempt = self.0.db.write_in(turn.as_ref(), move |tx| {
                Box::pin(async move { this.move_in(tx, &moving, spread).await })
            });
            match attempt.await {
                Ok(row) => return Ok(row),
                Err(fault) => tries.again(fault)?,
            }
        }
    }

    /// What is to be moved, if it can be.
    pub(super) async fn moving(
        &self,
        actor: &Actor,
        id: Uuid,
        time: Option<WantedTime>,
        anyway: bool,
        reason: Option<&str>,
    ) -> Result<Move, Problem> {
        let side = if actor.has(Right::HandleBookings) { Side::Officer } else { Side::Booker };
        let reason = match side {
            Side::Officer => Some(form::require_reason(reason)?),
            _ => {
                actor.may(Right::Book)?;
                form::check_reason(reason)?
            }
        };
        let seen = self.find_for(actor, id).await?;
        self.moving_seen(actor, side, seen, time, anyway, reason).await
    }

    /// The same of what was found, for a reason that was looked at.
    pub(super) async fn moving_seen(
        &self,
        actor: &Actor,
        side: Side,
        seen: booking::Model,
        time: Option<WantedTime>,
        anyway: bool,
        reason: Option<String>,
    ) -> Result<Move, Problem> {
        let now = self.0.clock.now();
        let info = self.info(seen.service_id).await?;
        // First whether it can be moved at all.
        state::step(&seen, Action::Reschedule, side, now).map_err(|refusal| refusal.problem(info.zone))?;
        // From the share of the way by which it came, whoever moves it.
        let drawing = Drawing { channel: seen.channel, now };
        let wanted = self.wanted(&info, time.as_ref(), drawing).await?.for_people(seen.people.unwrap_or(1));
        // Who held a stage holds it at its new time too, if they are free then.
        let wanted = match info.stages.iter().all(|stage| stage.officers.is_empty()) {
            true => wanted,
            false => wanted.held_as(&appointments::of(self.0.db.reader(), [seen.id]).await?),
        };
        if let (Side::Booker, Some(_), Some(terms)) = (side, seen.people, info.spec.groups) {
            self.far_enough(&info, terms, wanted.span().starts_at)?;
        }
        let question = self.question_of_move(&info, &seen, now).await?;
        let scope = scope_of(actor)?;
        let step = Transition {
            side,
            actor: actor.evidence(),
            reason,
            zone: info.zone,
            ..Transition::by_program(Action::Reschedule, now)
        };
        let people = self.people_of(&info, &seen).await?;
        Ok(Move { seen, info, wanted, question, anyway, step, scope, people, only_from: None })
    }

    /// One try: the booking is moved and everybody told.
    pub(super) async fn move_in(&self, tx: &Tx, asked: &Move, spread: bool) -> Result<booking::Model, Fault> {
        let (row, new, was) = self.swap(tx, asked, spread).await?;
        if asked.step.side == Side::Officer {
            self.0.hindered(tx, &row, Action::Reschedule, row.officer_id, asked.anyway).await?;
        }
        self.tell_booker(tx, asked, &row, &new, was).await?;
        self.0.tell_office(tx);
        Ok(row)
    }

    /// Tells the booker to when it was moved.
    pub(super) async fn tell_booker(
        &self,
        tx: &Tx,
        asked: &Move,
        row: &booking::Model,
        new: &[appointment::Model],
        was: BookingState,
    ) -> Result<(), DbErr> {
        let by_office = asked.step.side == Side::Officer;
        let people = asked.people.about(new);
        let news = people.news(&self.0.installation, &asked.info, row, asked.step.now);
        match row.state {
            BookingState::Accepted => mails::moved(tx, &news, by_office).await,
            _ => mails::moved_undecided(tx, &news, was == BookingState::Accepted, by_office).await,
        }
    }

    /// The booking keeps its own seats where the new time wants them again.
    async fn swap(
        &self,
        tx: &Tx,
        asked: &Move,
        spread: bool,
    ) -> Result<(booking::Model, Vec<appointment::Model>, BookingState), Fault> {
        let id = asked.seen.id;
        asked.lock_party(tx).await?;
        let before = write::lock_scoped(tx, asked.scope, id).await?.ok_or_else(Problem::not_found)?;
        if asked.only_from.is_some_and(|from| before.starts_at != from) {
            return Err(state::wrong_state().into());
        }
        let was = before.state;
        let old = appointments::of(tx.conn(), [id]).await?;
        let taken = self.seats_for(tx, asked, &old, &[id], asked.anyway, spread).await?;
        self.0.places.vacate(tx, appointments::owners(id)).await?;
        let (row, new) = self.put_onto(tx, asked, before, &old, taken).await?;
        Ok((row, new, was))
    }

    /// The seats that a booking moves to; those of bookings that are yet `to_move`, it among them, are no hindrance.
    pub(super) async fn seats_for(
        &self,
        tx: &Tx,
        asked: &Move,
        old: &[appointment::Model],
        to_move: &[Uuid],
        anyway: bool,
        spread: bool,
    ) -> Result<Vec<Vec<Taken>>, Fault> {
        if asked.wanted.is_as(old) {
            return Err(same_time().into());
        }
        let same_place = match asked.step.side {
            Side::Officer => already_theirs,
            _ => already_yours,
        };
        let asking = Asked { party: asked.party(), but: to_move, anyway, same_place, now: asked.step.now };
        let (standing, taken) = asked.wanted.find_seats(tx, &self.0.places, &asking, spread).await?;
        asked.allow(&standing)?;
        Ok(taken)
    }

    /// Puts a booking whose former seats were given back onto others.
    pub(super) async fn put_onto(
        &self,
        tx: &Tx,
        asked: &Move,
        before: booking::Model,
        old: &[appointment::Model],
        taken: Vec<Vec<Taken>>,
    ) -> Result<(booking::Model, Vec<appointment::Model>), Fault> {
        let id = before.id;
        let new = asked.wanted.appointments(id, &taken, asked.step.now);
        appointments::replace(tx, id, new.iter().cloned()).await?;
        let owners = new.iter().map(|appointment| appointment.id);
        self.0.places.occupy(tx, &owners.zip(taken).collect::<Vec<_>>());
        Ok((asked.write(tx, before, old, &new).await?, new))
    }
}

impl Move {
    pub fn tries(&self) -> Tries {
        self.wanted.tries()
    }

    /// Whose rows are locked.
    pub fn parties(&self) -> Vec<Uuid> {
        iter::once(self.seen.account_id).chain(self.seen.enterprise_id).collect()
    }

    pub async fn lock_party(&self, tx: &Tx) -> Result<(), DbErr> {
        crate::auth::ask::lock_party(tx, self.seen.account_id, self.seen.enterprise_id).await
    }

    fn party(&self) -> Party {
        let span = self.wanted.span();
        Party {
            account: self.seen.account_id,
            enterprise: self.seen.enterprise_id,
            service: self.seen.service_id,
            starts_at: span.starts_at,
            ends_at: span.ends_at,
            facts: self.question.needs(span.starts_at),
        }
    }

    /// Refuses what the terms have against it; an officer knows what they do.
    fn allow(&self, standing: &Standing) -> Result<(), Problem> {
        if self.step.side == Side::Officer {
            return Ok(());
        }
        let allowed = self.question.allow(&self.wanted.span(), &standing.facts);
        allowed.map_err(|problem| self.wanted.in_its_words(problem))
    }

    /// The row and the entries. Where nobody decides, a booking that was accepted is so again; one that an officer
    /// moves stays so.
    async fn write(
        &self,
        tx: &Tx,
        before: booking::Model,
        old: &[appointment::Model],
        new: &[appointment::Model],
    ) -> Result<booking::Model, Fault> {
        let again = self.step.side == Side::Booker
            && !self.info.row.needs_decision
            && before.state == BookingState::Accepted;
        let span = self.wanted.span();
        let was =
            Times { starts_at: before.starts_at, ends_at: before.ends_at, stages: BookedStage::of(old) };
        let is = Times { starts_at: span.starts_at, ends_at: span.ends_at, stages: BookedStage::of(new) };
        let terms = self.info.spec.terms.cancelling.as_ref();
        let late_from = late::late_from(&before, terms, self.step.side, self.step.now);
        let step = Transition { moved: Some(Moved { was, is }), late_from, ..self.step.clone() };
        old.iter().for_each(|row| evidence::tell_gone(tx, row));
        new.iter().for_each(|row| evidence::tell_made(tx, row));
        let accepted = again.then(|| Transition::by_program(Action::Accept, self.step.now));
        take_steps(tx, before, std::iter::once(step).chain(accepted)).await
    }
}

impl WantedAll {
    /// Whether these are the very times and sites of some appointments.
    fn is_as(&self, of: &[appointment::Model]) -> bool {
        let one = |wanted: &Wanted| (wanted.stage, wanted.site, wanted.slot.starts_at);
        let other = |row: &appointment::Model| (row.stage, row.site, row.starts_at);
        self.all.iter().map(one).eq(of.iter().map(other))
    }
}
