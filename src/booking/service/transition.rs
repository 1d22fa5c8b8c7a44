//! One step of a booking inside a transaction: the row, its evidence, its cells.

use crate::booking::jobs::BookingCompleted;
use crate::booking::log::{BookingEntry, Cause, Moved, Stepped};
use crate::booking::model::state::{self, Action, ExpiredBecause, NotNow, Side};
use crate::booking::service::request::Filled;
use crate::booking::service::{Booking, Fault, Inner, hindrances};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::write::Seen;
use crate::booking::store::{appointments, write};
use crate::db::live::Topic;
use crate::db::{Tx, jobs};
use crate::directory::office;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::places::Places;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::DbErr;
use serde_json::Value;
use uuid::Uuid;

/// A step to take.
#[derive(Clone, Debug)]
pub(super) struct Transition {
    pub action: Action,
    pub side: Side,
    pub actor: evidence::Actor,
    /// The officer on whose desk the booking comes to lie.
    pub officer: Option<Uuid>,
    pub reason: Option<String>,
    /// What the booker filled in.
    pub form: Option<Filled>,
    /// Codes of the warnings that were read before.
    pub acknowledged: Vec<String>,
    /// It is cancelled late: until when an explanation is due.
    pub explain_by: Option<DateTime<Utc>>,
    /// From when to when it is moved.
    pub moved: Option<Moved>,
    /// It is moved: the start from which its booker moved it late, then or before.
    pub late_from: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
    /// By whose clocks a refusal tells a time: the venue's, and the office's where nobody waits for an answer.
    pub zone: Tz,
}

impl Transition {
    /// Something the program does by itself.
    pub fn by_program(action: Action, now: DateTime<Utc>) -> Self {
        Self {
            action,
            side: Side::Program,
            actor: evidence::Actor::PROGRAM,
            officer: None,
            reason: None,
            form: None,
            acknowledged: Vec::new(),
            explain_by: None,
            moved: None,
            late_from: None,
            now,
            zone: office().zone,
        }
    }
}

/// Takes a step with a locked row: checks it, writes the row and the entry. Cells are the caller's.
pub(super) async fn take_step(
    tx: &Tx,
    row: booking::Model,
    step: Transition,
) -> Result<booking::Model, Fault> {
    let now = step.now;
    let row = take_steps(tx, row, [step]).await?;
    if row.state == BookingState::Completed {
        jobs::enqueue(tx, now, &BookingCompleted { booking_id: row.id }).await?;
    }
    Ok(row)
}

/// The same with steps one after the other; the row is written once, and each step has its entry.
pub(super) async fn take_steps(
    tx: &Tx,
    row: booking::Model,
    steps: impl IntoIterator<Item = Transition>,
) -> Result<booking::Model, Fault> {
    let before = row.clone();
    let (row, entries) = advance_all(row, steps)?;
    evidence::append_all(tx, entries).await?;
    write::update(tx, before, &row)?;
    Ok(row)
}

/// Takes steps one after the other with a row that was read but not locked; it is written once, and each step has
/// its entry.
pub(super) fn take_steps_behind(
    tx: &Tx,
    seen: Seen,
    steps: impl IntoIterator<Item = Transition>,
) -> Result<booking::Model, Fault> {
    let before = seen.row.clone();
    let (row, entries) = advance_all(seen.row, steps)?;
    evidence::append_behind(tx, seen.head, entries)?;
    write::update(tx, before, &row)?;
    Ok(row)
}

pub(super) fn advance_all(
    mut row: booking::Model,
    steps: impl IntoIterator<Item = Transition>,
) -> Result<(booking::Model, Vec<NewEntry>), Fault> {
    let mut entries = Vec::new();
    for step in steps {
        let zone = step.zone;
        entries.push(advance(&mut row, step).map_err(|refusal| refusal.problem(zone))?);
    }
    Ok((row, entries))
}

/// Moves a row on by a step, and gives the entry that tells of it.
fn advance(row: &mut booking::Model, step: Transition) -> Result<NewEntry, NotNow> {
    let before = row.clone();
    // Before the step: afterwards nothing tells a hold from a request.
    let lapse = state::lapse(row, step.now).filter(|_| step.action == Action::Expire);
    row.state = state::step(row, step.action, step.side, step.now)?;
    row.updated_at = step.now;
    match (before.state, row.state) {
        (BookingState::Requested, BookingState::Accepted | BookingState::Refused) => {
            row.decided_at = Some(step.now);
        }
        (was, BookingState::Requested) if was != BookingState::Requested => {
            (row.requested_at, row.decided_at) = (Some(step.now), None);
        }
        _ => {}
    }
    // Why it was moved before is nothing that a new time or a decision is told with.
    if matches!(step.action, Action::Accept | Action::Reschedule) {
        row.reason = None;
    }
    match step.action {
        Action::Accept => row.officer_id = step.officer,
        Action::CheckIn | Action::Complete | Action::NoShow => {
            row.officer_id = row.officer_id.or(step.officer)
        }
        _ => {}
    }
    if let Some(reason) = step.reason {
        row.reason = Some(reason);
    }
    row.explain_by = row.explain_by.or(step.explain_by);
    if let Some(form) = step.form {
        row.contact_name = Some(form.contact_name);
        row.contact_mobile = Some(form.contact_mobile).filter(|mobile| !mobile.is_empty());
        row.fields = Value::Object(form.fields);
        row.people = form.people;
        row.consented_at = form.consent.as_ref().map(|_| step.now);
        row.consent_version = form.consent;
        row.consent_withdrawn_at = None;
    }
    if let Some(moved) = &step.moved {
        (row.starts_at, row.ends_at) = (moved.is.starts_at, moved.is.ends_at);
        row.late_from = step.late_from;
        // Who said yes, said it to another time.
        row.officer_id = row.officer_id.filter(|_| step.side == Side::Officer);
    }
    // The booker is told by mail of these; a calendar needs to know which word is the last.
    if matches!(step.action, Action::Accept | Action::Refuse | Action::Reschedule)
        || lapse == Some(ExpiredBecause::NobodyDecided)
        || (step.action == Action::Cancel && row.contact_name.is_some())
    {
        row.sequence += 1;
    }
    let stepped = Stepped {
        reference: row.reference.clone(),
        state: row.state,
        cause: (lapse == Some(ExpiredBecause::NobodyDecided)).then_some(Cause::Undecided),
        acknowledged: step.acknowledged,
        moved: step.moved,
    };
    let what = BookingEntry::of(step.action, stepped);
    Ok(NewEntry::new(row.id, &what, step.actor, step.now).row(evidence::changed(&before, row)))
}

/// Ends a hold whose time is over, and frees its cells; leaves every other booking alone.
pub(super) async fn expire(tx: &Tx, places: &Places, id: Uuid, now: DateTime<Utc>) -> Result<bool, Fault> {
    let Some(row) = write::lock(tx, id).await? else { return Ok(false) };
    if !state::hold_lapsed(&row, now) {
        return Ok(false);
    }
    take_step(tx, row, Transition::by_program(Action::Expire, now)).await?;
    places.vacate(tx, appointments::owners(id)).await?;
    Ok(true)
}

impl Booking {
    /// Locks a booking for the rest of another feature's transaction, and tells its state. Before the first
    /// entry of its case (ARCHITECTURE.md: the order of locks).
    pub async fn lock(tx: &Tx, booking_id: Uuid) -> Result<Option<BookingState>, DbErr> {
        Ok(write::lock(tx, booking_id).await?.map(|row| row.state))
    }

    /// Checks a booker in, inside another feature's transaction. Nothing happens if that was done
    /// already.
    pub async fn check_in(
        tx: &Tx,
        booking_id: Uuid,
        actor: evidence::Actor,
        officer_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        step_elsewhere(tx, booking_id, Action::CheckIn, actor, officer_id, now).await
    }

    /// Refuses while a stage of a booking has begun and is not done, inside another feature's transaction.
    pub async fn refuse_while_a_stage_runs(tx: &Tx, booking_id: Uuid) -> Result<(), Problem> {
        hindrances::refuse_while_a_stage_runs(tx, booking_id).await
    }

    /// Completes a booking, inside another feature's transaction. Nothing happens if that was done
    /// already.
    pub async fn complete(
        tx: &Tx,
        booking_id: Uuid,
        actor: evidence::Actor,
        officer_id: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<(), Problem> {
        step_elsewhere(tx, booking_id, Action::Complete, actor, officer_id, now).await
    }
}

async fn step_elsewhere(
    tx: &Tx,
    booking_id: Uuid,
    action: Action,
    actor: evidence::Actor,
    officer: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let row = write::lock(tx, booking_id).await?.ok_or_else(Problem::not_found)?;
    let done = match action {
        Action::CheckIn => matches!(row.state, BookingState::CheckedIn | BookingState::Completed),
        _ => row.state == BookingState::Completed,
    };
    if !done {
        let step = Transition { side: Side::Officer, actor, officer, ..Transition::by_program(action, now) };
        take_step(tx, row, step).await?;
    }
    Ok(())
}

impl Inner {
    /// Tells the office's pages once the transaction is durable.
    pub(super) fn tell_office(&self, tx: &Tx) {
        let live = self.live.clone();
        tx.after_commit(move || live.tell(Topic::Day));
    }
}
