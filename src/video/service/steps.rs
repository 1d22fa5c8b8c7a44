//! What people do in a session: enter, acknowledge, wait, admit. How they leave is in [`crate::video::service::ending`].
//!
//! Each step is one transaction that locks the session first, so that the steps of one session
//! happen one after the other in both stores.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::base::local_time;
use crate::booking::Booking;
use crate::booking::entities::booking::BookingState;
use crate::booking::model::join_window;
use crate::db::Tx;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::video::engine::MediaKind;
use crate::video::log::SessionEntry;
use crate::video::model::{self, Standing, Step, StepRefused};
use crate::video::service::{Found, SessionView, Video, role_in_session};
use crate::video::store;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::publication::Source;
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::words::problems;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

/// A session inside a transaction, locked, with the caller's place in it.
pub struct Room {
    pub session: video_session::Model,
    pub me: participant::Model,
}

impl Room {
    async fn lock(tx: &Tx, session: Uuid, account: Uuid) -> Result<Self, Problem> {
        let session = store::lock_session(tx.conn(), session).await?.ok_or_else(Problem::not_found)?;
        if session.state == SessionState::Ended {
            return Err(problems::ended());
        }
        let me = store::participant_of(tx.conn(), session.id, account)
            .await?
            .ok_or_else(|| problems::refused(StepRefused::Outside))?;
        Ok(Self { session, me })
    }

    /// The caller must be an officer who is in the call.
    pub fn needs_officer_inside(&self) -> Result<(), Problem> {
        let inside = self.me.role == ParticipantRole::Officer && self.me.state == ParticipantState::Admitted;
        if inside { Ok(()) } else { Err(problems::officer_not_admitted()) }
    }
}

/// The state after a step, in words if it is refused.
pub fn step(person: &participant::Model, notice: i32, step: Step) -> Result<ParticipantState, Problem> {
    model::after(Standing::of(person, notice), step).map_err(problems::refused)
}

/// Who did something in which case, and when.
#[derive(Clone)]
pub struct StepContext {
    pub actor: Arc<Actor>,
    pub case: Uuid,
    /// Who booked it: a place is kept for them.
    pub booker: Uuid,
    pub now: DateTime<Utc>,
}

impl StepContext {
    pub fn entry(&self, what: &SessionEntry) -> NewEntry {
        NewEntry::new(self.case, what, self.actor.evidence(), self.now)
    }
}

impl Video {
    /// Opens the session of a booking for the caller, making it on the first call.
    pub async fn enter(&self, actor: &Arc<Actor>, booking_id: Uuid) -> Result<SessionView, Problem> {
        self.refuse_when_stopping()?;
        let role = role_in_session(actor)?;
        let booking = self.reach(actor, booking_id).await?;
        let service = self.service_of(&booking).await?;
        let now = self.0.clock.now();
        let existing = store::session_of_booking(self.0.db.reader(), booking.id).await?;
        let state = existing.as_ref().map(|session| session.state);
        if state == Some(SessionState::Ended) {
            return Err(problems::ended());
        }
        match booking.state {
            BookingState::Accepted | BookingState::CheckedIn => {}
            BookingState::Completed | BookingState::NoShow => return Err(problems::ended()),
            _ => return Err(problems::not_accepted()),
        }
        let window = join_window(&booking);
        if !model::may_enter_at(state, window, now) {
            return Err(problems::not_open(window, service.zone));
        }
        let context =
            StepContext { actor: Arc::clone(actor), case: booking.id, booker: booking.account_id, now };
        let (today, _) = local_time::day_around(service.zone, now);
        let notice = Notice { version: self.0.settings.notice_version, today };
        let (this, node) = (self.clone(), self.0.settings.node);
        let session = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let (session, made) =
                        store::session_for_booking(tx, context.case, (ids::new_id(now), node), now).await?;
                    if session.state == SessionState::Ended {
                        return Err(problems::ended());
                    }
                    if made {
                        let entry = context.entry(&SessionEntry::Created { session: session.id });
                        evidence::append(tx, entry).await?;
                    }
                    enter_in(tx, &session, &context, role, notice).await?;
                    let id = session.id;
                    tx.after_commit(move || this.tell(id));
                    Ok::<_, Problem>(id)
                })
            })
            .await?;
        let view = self.view(actor, session).await?;
        self.presence().entered(session, view.me.id, now);
        Ok(view)
    }

    /// The caller takes note of the recording notice.
    pub async fn acknowledge(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        notice_version: i32,
    ) -> Result<SessionView, Problem> {
        let notice = self.0.settings.notice_version;
        if notice_version != notice {
            self.find(actor, id).await?;
            return Err(problems::notice_changed(notice));
        }
        self.in_room(actor, id, move |tx, mut room, context| {
            Box::pin(async move {
                let state = step(&room.me, notice, Step::Acknowledge)?;
                if model::has_acknowledged(&room.me, notice) {
                    return Ok(());
                }
                room.me.state = state;
                room.me.notice_version = Some(notice);
                room.me.acknowledged_at = Some(context.now);
                let what = SessionEntry::Acknowledged { participant: room.me.id, notice_version: notice };
                store::save_participant(tx, room.me).await?;
                evidence::append(tx, context.entry(&what)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// The caller is ready: a guest goes to the waiting room, an officer into the call.
    pub async fn wait(&self, actor: &Arc<Actor>, id: Uuid) -> Result<SessionView, Problem> {
        let notice = self.0.settings.notice_version;
        self.in_room(actor, id, move |tx, mut room, context| {
            Box::pin(async move {
                let state = step(&room.me, notice, Step::Wait)?;
                if state == room.me.state {
                    return Ok(());
                }
                if room.me.role == ParticipantRole::Guest {
                    let people = store::people(tx.conn(), room.session.id).await?;
                    if !model::has_place(&people, room.me.account_id, context.booker) {
                        return Err(problems::full());
                    }
                }
                room.me.state = state;
                let participant = room.me.id;
                let what = if state == ParticipantState::Admitted {
                    room.me.admitted_at = Some(context.now);
                    room.me.admitted_by = Some(context.actor.account_id);
                    SessionEntry::Admitted {
                        participant,
                        role: ParticipantRole::Officer,
                        by: None,
                        opens: false,
                    }
                } else {
                    room.me.waiting_since = Some(context.now);
                    SessionEntry::Waiting { participant }
                };
                store::save_participant(tx, room.me).await?;
                evidence::append(tx, context.entry(&what)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// An officer in the call lets a waiting guest in. The first one opens the session.
    pub async fn admit(&self, actor: &Arc<Actor>, id: Uuid, guest: Uuid) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let notice = self.0.settings.notice_version;
        self.in_room(actor, id, move |tx, mut room, context| {
            Box::pin(async move {
                let found = store::participant(tx.conn(), guest).await?;
                let mut guest = found
                    .filter(|guest| guest.session_id == room.session.id)
                    .ok_or_else(Problem::not_found)?;
                room.needs_officer_inside()?;
                let state = step(&guest, notice, Step::Admit)?;
                if state == guest.state {
                    return Ok(());
                }
                let opens = room.session.state == SessionState::Waiting;
                if opens {
                    room.session.state = SessionState::Open;
                    room.session.opened_at = Some(context.now);
                    store::save_session(tx, room.session).await?;
                    let officer = context.actor.account_id;
                    Booking::check_in(tx, context.case, context.actor.evidence(), Some(officer), context.now)
                        .await?;
                }
                guest.state = state;
                guest.admitted_at = Some(context.now);
                guest.admitted_by = Some(context.actor.account_id);
                let what = SessionEntry::Admitted {
                    participant: guest.id,
                    role: ParticipantRole::Guest,
                    by: Some(room.me.id),
                    opens,
                };
                store::save_participant(tx, guest).await?;
                evidence::append(tx, context.entry(&what)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// Whether the caller's microphone and camera are on, for the others to see.
    pub async fn media_state(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        microphone: bool,
        camera: bool,
    ) -> Result<(), Problem> {
        let engine = self.0.engine.clone();
        self.in_room_telling(actor, id, Self::tell_inside, move |tx, room, _| {
            Box::pin(async move {
                if (room.me.camera, room.me.microphone) != (camera, microphone)
                    && let Some(row) =
                        store::media::publication_of(tx.conn(), room.me.id, Source::Camera).await?
                {
                    // The recording marks that this is no picture of anybody, and that silence is wanted.
                    tx.after_commit(move || {
                        engine.switched(row.id, MediaKind::Video, camera);
                        engine.switched(row.id, MediaKind::Audio, microphone);
                    });
                }
                Ok(store::save_media_state(tx.conn(), room.me.id, microphone, camera).await?)
            })
        })
        .await
    }

    /// Runs one step of the caller in one transaction and tells the pages afterwards.
    pub(in crate::video) async fn in_room<F>(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        work: F,
    ) -> Result<(), Problem>
    where
        F: for<'a> FnOnce(&'a Tx, Room, StepContext) -> futures::future::BoxFuture<'a, Result<(), Problem>>
            + Clone
            + Send
            + 'static,
    {
        self.in_room_telling(actor, id, Self::tell, work).await
    }

    async fn in_room_telling<F>(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        tell: fn(&Self, Uuid),
        work: F,
    ) -> Result<(), Problem>
    where
        F: for<'a> FnOnce(&'a Tx, Room, StepContext) -> futures::future::BoxFuture<'a, Result<(), Problem>>
            + Clone
            + Send
            + 'static,
    {
        self.refuse_when_stopping()?;
        let Found { booking, .. } = self.find(actor, id).await?;
        let now = self.0.clock.now();
        let context =
            StepContext { actor: Arc::clone(actor), case: booking.id, booker: booking.account_id, now };
        let this = self.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let room = Room::lock(tx, id, context.actor.account_id).await?;
                    work(tx, room, context).await?;
                    tx.after_commit(move || tell(&this, id));
                    Ok(())
                })
            })
            .await
    }
}

/// The notice in force, and when the day began: officers, who read it in each of their sessions, are asked once a
/// day.
#[derive(Clone, Copy)]
struct Notice {
    version: i32,
    today: DateTime<Utc>,
}

/// Puts the caller into the session: new, back after a break, or still there.
async fn enter_in(
    tx: &Tx,
    session: &video_session::Model,
    context: &StepContext,
    role: ParticipantRole,
    notice: Notice,
) -> Result<(), Problem> {
    let people = store::people(tx.conn(), session.id).await?;
    let account = context.actor.account_id;
    let mine = people.iter().find(|person| person.account_id == account);
    let has_place = role == ParticipantRole::Officer || model::has_place(&people, account, context.booker);
    let mut me = mine.cloned().unwrap_or_else(|| newcomer(session, context, role));
    let before = mine.map(|me| me.state);
    if role == ParticipantRole::Officer && !model::has_acknowledged(&me, notice.version) {
        let earlier = store::acknowledged_since(tx.conn(), account, notice.version, notice.today).await?;
        if earlier.is_some() {
            me.notice_version = Some(notice.version);
            me.acknowledged_at = earlier;
        }
    }
    me.state = match before {
        // As if they had just come through the door.
        None => ParticipantState::Left,
        Some(state) => state,
    };
    let mut state = step(&me, notice.version, Step::Enter)?;
    if state == ParticipantState::Waiting && before != Some(state) && !has_place {
        state = ParticipantState::Acknowledged;
    }
    if before == Some(state) {
        return Ok(());
    }
    if !has_place && before.is_none_or(|state| state == ParticipantState::Left) {
        return Err(problems::full());
    }
    me.state = state;
    me.resumes = false;
    me.left_at = None;
    me.waiting_since = (state == ParticipantState::Waiting).then_some(context.now);
    if state == ParticipantState::Admitted {
        me.admitted_at = Some(context.now);
        me.admitted_by = Some(account);
    }
    let what = SessionEntry::Entered {
        participant: me.id,
        role,
        again: before.is_some(),
        state,
        acknowledged_at: me.acknowledged_at,
    };
    if before.is_some() {
        store::save_participant(tx, me).await?;
    } else {
        store::insert_participant(tx, me).await?;
    }
    evidence::append(tx, context.entry(&what)).await?;
    Ok(())
}

/// Somebody who has not been in this session before.
fn newcomer(
    session: &video_session::Model,
    context: &StepContext,
    role: ParticipantRole,
) -> participant::Model {
    participant::Model {
        id: ids::new_id(context.now),
        session_id: session.id,
        account_id: context.actor.account_id,
        name: context.actor.name.clone(),
        role,
        state: ParticipantState::Entered,
        notice_version: None,
        acknowledged_at: None,
        waiting_since: None,
        admitted_at: None,
        admitted_by: None,
        left_at: None,
        resumes: false,
        microphone: true,
        camera: true,
    }
}
