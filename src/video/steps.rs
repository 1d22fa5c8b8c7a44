//! What people do in a session: enter, acknowledge, wait, admit, leave, decline, end.
//!
//! Each step is one transaction that locks the session first, so that the steps of one session
//! happen one after the other in both stores.

use super::model::{self, MAX_PEOPLE, Refusal, Step};
use super::service::{Found, SessionView, Video, role_in_session};
use super::{problems, store};
use crate::auth::{Actor, Right};
use crate::booking::{Booking, model::join_window};
use crate::db::Tx;
use crate::entity::booking::BookingState;
use crate::entity::participant::{self, ParticipantRole, ParticipantState};
use crate::entity::video_session::{self, SessionState};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::ids;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// A session inside a transaction, locked, with the caller's place in it.
struct Room {
    session: video_session::Model,
    me: participant::Model,
}

impl Room {
    async fn lock(tx: &Tx, session: Uuid, account: Uuid) -> Result<Self, Problem> {
        let session = store::lock_session(tx.conn(), session).await?.ok_or_else(Problem::not_found)?;
        if session.state == SessionState::Ended {
            return Err(problems::ended());
        }
        let me = store::participant_of(tx.conn(), session.id, account)
            .await?
            .ok_or_else(|| problems::refused(Refusal::Outside))?;
        Ok(Self { session, me })
    }

    /// The caller must be an officer who is in the call.
    fn needs_officer_inside(&self) -> Result<(), Problem> {
        let inside = self.me.role == ParticipantRole::Officer && self.me.state == ParticipantState::Admitted;
        if inside { Ok(()) } else { Err(problems::officer_not_admitted()) }
    }
}

/// The state after a step, in words if it is refused.
fn step(person: &participant::Model, notice: i32, step: Step) -> Result<ParticipantState, Problem> {
    model::after(person.role, person.state, model::has_acknowledged(person, notice), step)
        .map_err(problems::refused)
}

/// Who did something in which case, and when.
#[derive(Clone)]
struct Doing {
    actor: Arc<Actor>,
    case: Uuid,
    now: DateTime<Utc>,
}

impl Doing {
    fn entry(&self, kind: &'static str) -> NewEntry {
        NewEntry::new(self.case, kind, self.actor.evidence(), self.now)
    }
}

impl Video {
    /// Opens the session of a booking for the caller, making it on the first call.
    pub async fn enter(&self, actor: &Arc<Actor>, booking_id: Uuid) -> Result<SessionView, Problem> {
        self.refuse_when_stopping()?;
        let role = role_in_session(actor)?;
        let booking = self.0.booking.find_for(actor, booking_id).await?;
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
        let doing = Doing { actor: Arc::clone(actor), case: booking.id, now };
        let notice = self.0.settings.notice_version;
        let this = self.clone();
        let session = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let (session, made) =
                        store::session_for_booking(tx.conn(), doing.case, ids::new_id(now), now).await?;
                    if session.state == SessionState::Ended {
                        return Err(problems::ended());
                    }
                    if made {
                        let entry = doing.entry("session.created").data(json!({ "session": session.id }));
                        evidence::append(tx, entry).await?;
                    }
                    enter_in(tx, &session, &doing, role, notice).await?;
                    let id = session.id;
                    tx.after_commit(move || this.tell(id));
                    Ok::<_, Problem>(id)
                })
            })
            .await?;
        self.view(actor, session).await
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
        self.in_room(actor, id, move |tx, mut room, doing| {
            Box::pin(async move {
                let state = step(&room.me, notice, Step::Acknowledge)?;
                if model::has_acknowledged(&room.me, notice) {
                    return Ok(());
                }
                room.me.state = state;
                room.me.notice_version = Some(notice);
                room.me.acknowledged_at = Some(doing.now);
                let data = json!({ "participant": room.me.id, "notice_version": notice });
                store::save_participant(tx.conn(), room.me).await?;
                evidence::append(tx, doing.entry("session.acknowledged").data(data)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// The caller is ready: a guest goes to the waiting room, an officer into the call.
    pub async fn wait(&self, actor: &Arc<Actor>, id: Uuid) -> Result<SessionView, Problem> {
        let notice = self.0.settings.notice_version;
        self.in_room(actor, id, move |tx, mut room, doing| {
            Box::pin(async move {
                let state = step(&room.me, notice, Step::Wait)?;
                if state == room.me.state {
                    return Ok(());
                }
                room.me.state = state;
                let (kind, data) = if state == ParticipantState::Admitted {
                    room.me.admitted_at = Some(doing.now);
                    room.me.admitted_by = Some(doing.actor.account_id);
                    (
                        "session.admitted",
                        json!({ "participant": room.me.id, "role": "officer", "opens": false }),
                    )
                } else {
                    room.me.waiting_since = Some(doing.now);
                    ("session.waiting", json!({ "participant": room.me.id }))
                };
                store::save_participant(tx.conn(), room.me).await?;
                evidence::append(tx, doing.entry(kind).data(data)).await?;
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
        self.in_room(actor, id, move |tx, mut room, doing| {
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
                    room.session.opened_at = Some(doing.now);
                    store::save_session(tx.conn(), room.session).await?;
                    let officer = doing.actor.account_id;
                    Booking::check_in(tx, doing.case, doing.actor.evidence(), Some(officer), doing.now)
                        .await?;
                }
                guest.state = state;
                guest.admitted_at = Some(doing.now);
                guest.admitted_by = Some(doing.actor.account_id);
                let data = json!({
                    "participant": guest.id, "role": "guest", "by": room.me.id, "opens": opens,
                });
                store::save_participant(tx.conn(), guest).await?;
                evidence::append(tx, doing.entry("session.admitted").data(data)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// The caller goes. Coming back is possible until the session ends.
    pub async fn leave(&self, actor: &Arc<Actor>, id: Uuid) -> Result<(), Problem> {
        let this = self.clone();
        self.in_room(actor, id, move |tx, room, doing| {
            Box::pin(async move {
                let notice = this.0.settings.notice_version;
                if step(&room.me, notice, Step::Leave)? == room.me.state {
                    return Ok(()); // gone already
                }
                let data = json!({ "participant": room.me.id, "cause": "asked" });
                this.close_media_of(tx, &room.me);
                walk_out(tx, room.me, doing.now).await?;
                evidence::append(tx, doing.entry("session.left").data(data)).await?;
                Ok(())
            })
        })
        .await
    }

    /// The caller refuses to be recorded: written down, and the matter goes on at a window or by
    /// phone. The booking stays as it is; the officer decides.
    pub async fn decline(&self, actor: &Arc<Actor>, id: Uuid, reason: Option<String>) -> Result<(), Problem> {
        if role_in_session(actor)? == ParticipantRole::Officer {
            self.find(actor, id).await?;
            return Err(problems::guests_only());
        }
        let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > model::MAX_REASON) {
            return Err(Problem::invalid(
                "reason",
                "too_long",
                format!("原因最多 {} 个字。", model::MAX_REASON),
                format!("The reason may have {} characters at most.", model::MAX_REASON),
            ));
        }
        let this = self.clone();
        self.in_room(actor, id, move |tx, mut room, doing| {
            Box::pin(async move {
                let data = json!({
                    "participant": room.me.id, "notice_version": this.0.settings.notice_version,
                });
                this.close_media_of(tx, &room.me);
                // Who comes back after a refusal reads the notice again.
                room.me.notice_version = None;
                room.me.acknowledged_at = None;
                walk_out(tx, room.me, doing.now).await?;
                let mut entry = doing.entry("session.declined").data(data);
                if let Some(reason) = reason {
                    entry = entry.personal("reason", reason);
                }
                evidence::append(tx, entry).await?;
                Ok(())
            })
        })
        .await
    }

    /// An officer in the call ends the session for everybody.
    pub async fn end(&self, actor: &Arc<Actor>, id: Uuid) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let engine = self.0.engine.clone();
        self.in_room(actor, id, move |tx, mut room, doing| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                let opened = room.session.opened_at;
                room.session.state = SessionState::Ended;
                room.session.ended_at = Some(doing.now);
                store::save_session(tx.conn(), room.session).await?;
                let mut inside = Vec::new();
                for person in store::people(tx.conn(), id).await? {
                    if person.state != ParticipantState::Left {
                        inside.push(person.id);
                        walk_out(tx, person, doing.now).await?;
                    }
                }
                store::media::clear_live(tx.conn(), Some(id)).await?;
                let duration_ms = opened.map_or(0, |opened| (doing.now - opened).num_milliseconds());
                let data = json!({ "session": id, "people": inside, "duration_ms": duration_ms });
                evidence::append(tx, doing.entry("session.ended").data(data)).await?;
                // A session in which nobody was admitted settles nothing about the booking.
                let state = store::booking_state(tx.conn(), doing.case).await?;
                if opened.is_some() && state == Some(BookingState::CheckedIn) {
                    let officer = doing.actor.account_id;
                    Booking::complete(tx, doing.case, doing.actor.evidence(), Some(officer), doing.now)
                        .await?;
                }
                tx.after_commit(move || {
                    tokio::spawn(async move { engine.close_session(id).await });
                });
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
        self.in_room(actor, id, move |tx, mut room, _| {
            Box::pin(async move {
                room.me.microphone = microphone;
                room.me.camera = camera;
                Ok(store::save_participant(tx.conn(), room.me).await?)
            })
        })
        .await
    }

    /// Runs one step of the caller in one transaction and tells the pages afterwards.
    async fn in_room<F>(&self, actor: &Arc<Actor>, id: Uuid, work: F) -> Result<(), Problem>
    where
        F: for<'a> FnOnce(&'a Tx, Room, Doing) -> futures::future::BoxFuture<'a, Result<(), Problem>>
            + Send
            + 'static,
    {
        self.refuse_when_stopping()?;
        let Found { booking, .. } = self.find(actor, id).await?;
        let doing = Doing { actor: Arc::clone(actor), case: booking.id, now: self.0.clock.now() };
        let this = self.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let room = Room::lock(tx, id, doing.actor.account_id).await?;
                    work(tx, room, doing).await?;
                    tx.after_commit(move || this.tell(id));
                    Ok(())
                })
            })
            .await
    }

    /// Closes what somebody sends and plays, once it is certain that they are out.
    fn close_media_of(&self, tx: &Tx, person: &participant::Model) {
        let (engine, session, person) = (self.0.engine.clone(), person.session_id, person.id);
        tx.after_commit(move || {
            tokio::spawn(async move { engine.close_participant(session, person).await });
        });
    }
}

/// Puts the caller into the session: new, back after a break, or still there.
async fn enter_in(
    tx: &Tx,
    session: &video_session::Model,
    doing: &Doing,
    role: ParticipantRole,
    notice: i32,
) -> Result<(), Problem> {
    let people = store::people(tx.conn(), session.id).await?;
    let mine = people.iter().find(|person| person.account_id == doing.actor.account_id);
    let others = people.iter().filter(|person| {
        person.account_id != doing.actor.account_id && person.state != ParticipantState::Left
    });
    let state = match mine {
        Some(me) => step(me, notice, Step::Enter)?,
        None => ParticipantState::Entered,
    };
    if mine.is_some_and(|me| me.state == state) {
        return Ok(());
    }
    if others.count() >= MAX_PEOPLE {
        return Err(problems::full());
    }
    let id = match mine {
        Some(me) => {
            let me = participant::Model { state, left_at: None, waiting_since: None, ..me.clone() };
            let id = me.id;
            store::save_participant(tx.conn(), me).await?;
            id
        }
        None => {
            let id = ids::new_id(doing.now);
            let me = participant::Model {
                id,
                session_id: session.id,
                account_id: doing.actor.account_id,
                name: doing.actor.name.clone(),
                role,
                state,
                notice_version: None,
                acknowledged_at: None,
                waiting_since: None,
                admitted_at: None,
                admitted_by: None,
                left_at: None,
                microphone: true,
                camera: true,
            };
            store::insert_participant(tx.conn(), me).await?;
            id
        }
    };
    let data = json!({ "participant": id, "role": role, "again": mine.is_some() });
    evidence::append(tx, doing.entry("session.entered").data(data)).await?;
    Ok(())
}

/// Marks somebody as gone.
async fn walk_out(tx: &Tx, mut person: participant::Model, now: DateTime<Utc>) -> Result<(), Problem> {
    person.state = ParticipantState::Left;
    person.left_at = Some(now);
    person.waiting_since = None;
    Ok(store::save_participant(tx.conn(), person).await?)
}
