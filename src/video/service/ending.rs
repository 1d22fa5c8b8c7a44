//! How people leave a session and how it ends: by their own word, or because nobody is there any more.

use crate::auth::{Actor, Right};
use crate::base::words;
use crate::booking::Booking;
use crate::booking::entities::booking::BookingState;
use crate::booking::model::state::JOIN_LATE;
use crate::db::Tx;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::video::log::{EndedBecause, LeftBecause, SessionEntry};
use crate::video::model::{self, Step};
use crate::video::service::steps::{StepContext, step};
use crate::video::service::unrecorded::{end_unwritten, end_with_session};
use crate::video::service::{SessionView, Video, role_in_session};
use crate::video::store;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::words::problems;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use sea_orm::DbErr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use uuid::Uuid;

impl Video {
    /// The caller goes. Coming back is possible until the session ends.
    pub async fn leave(&self, actor: &Arc<Actor>, id: Uuid) -> Result<(), Problem> {
        let this = self.clone();
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                let notice = this.0.settings.notice_version;
                if step(&room.me, notice, Step::Leave)? == room.me.state {
                    return Ok(()); // gone already
                }
                this.close_media_of(tx, &room.me);
                Ok(out(tx, room.me, Attribution::of(&context), LeftBecause::Asked).await?)
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
            return Err(Problem::invalid("reason", words::video::too_long_reason(model::MAX_REASON)));
        }
        let this = self.clone();
        self.in_room(actor, id, move |tx, mut room, context| {
            Box::pin(async move {
                let what = SessionEntry::Declined {
                    participant: room.me.id,
                    notice_version: this.0.settings.notice_version,
                };
                this.close_media_of(tx, &room.me);
                // Who comes back after a refusal reads the notice again.
                room.me.notice_version = None;
                room.me.acknowledged_at = None;
                walk_out(tx, room.me, context.now).await?;
                let mut entry = context.entry(&what);
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
        let this = self.clone();
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                let opened = room.session.opened_at.is_some();
                // Locked before anything of its chain is: whoever works on the booking does it in that order.
                let state = Booking::lock(tx, context.case).await?;
                this.end_in(tx, room.session, Attribution::of(&context), EndedBecause::Asked).await?;
                // A session in which nobody was admitted settles nothing about the booking.
                if opened && state == Some(BookingState::CheckedIn) {
                    let officer = context.actor.account_id;
                    Booking::complete(tx, context.case, context.actor.evidence(), Some(officer), context.now)
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// Puts out who has been away too long, and ends sessions that no officer came back to, or that were
    /// never opened in their time; those of this node only, which knows who is there. `app` calls it every few seconds. One that fails holds up no other: the
    /// first error is told when all have had their turn.
    pub async fn sweep(&self) -> Result<(), DbErr> {
        if self.0.stopping.load(Ordering::Relaxed) {
            return Ok(());
        }
        let now = self.0.clock.now();
        let (gone, abandoned, unopened) =
            tokio::join!(self.sweep_gone(now), self.sweep_abandoned(now), self.sweep_unopened(now));
        gone.and(abandoned).and(unopened)
    }

    async fn sweep_gone(&self, now: DateTime<Utc>) -> Result<(), DbErr> {
        let mut outcome = Ok(());
        let away = self.presence().away(now);
        for (session, participant) in away {
            // An event stream that broke alone is no absence: what they send still comes in.
            if !self.0.engine.is_publishing(session, participant) {
                let out = self.put_out(session, participant, now).await;
                if out.is_ok() {
                    self.presence().forget(participant);
                }
                outcome = outcome.and(out);
            }
        }
        outcome
    }

    async fn sweep_abandoned(&self, now: DateTime<Utc>) -> Result<(), DbErr> {
        let mut outcome = Ok(());
        for session in
            store::sessions_in(self.0.db.reader(), self.0.settings.node, SessionState::Open).await?
        {
            let ended = match store::people(self.0.db.reader(), session.id).await {
                Ok(people) if model::is_abandoned(&people, now) => self.end_abandoned(session.id, now).await,
                other => other.map(drop),
            };
            outcome = outcome.and(ended);
        }
        outcome
    }

    async fn sweep_unopened(&self, now: DateTime<Utc>) -> Result<(), DbErr> {
        let mut outcome = Ok(());
        for session in store::unopened(self.0.db.reader(), self.0.settings.node, now - JOIN_LATE).await? {
            outcome = outcome.and(self.end_unopened(session, now).await);
        }
        outcome
    }

    async fn put_out(&self, id: Uuid, participant: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
        let this = self.clone();
        self.by_itself(id, move |tx, session| {
            Box::pin(async move {
                let person = store::participant(tx.conn(), participant).await?;
                let Some(person) = person.filter(|row| row.state != ParticipantState::Left) else {
                    return Ok(());
                };
                this.close_media_of(tx, &person);
                out(tx, person, Attribution::program(&session, now), LeftBecause::Away).await
            })
        })
        .await
    }

    /// The booking stays checked in: what became of the matter is for an officer to say.
    async fn end_abandoned(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
        let this = self.clone();
        self.by_itself(id, move |tx, session| {
            Box::pin(async move {
                // Somebody may have come back meanwhile.
                if !model::is_abandoned(&store::people(tx.conn(), id).await?, now) {
                    return Ok(());
                }
                let by = Attribution::program(&session, now);
                this.end_in(tx, session, by, EndedBecause::NoOfficer).await
            })
        })
        .await
    }

    /// Nothing happened in it: whether somebody should have come is for an officer to say.
    async fn end_unopened(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
        let this = self.clone();
        self.by_itself(id, move |tx, session| {
            Box::pin(async move {
                if session.state != SessionState::Waiting {
                    return Ok(()); // opened at the last moment
                }
                let by = Attribution::program(&session, now);
                this.end_in(tx, session, by, EndedBecause::NotOpened).await
            })
        })
        .await
    }

    /// What the program does by itself in a session that has not ended, in one transaction.
    pub(super) async fn by_itself<F>(&self, id: Uuid, work: F) -> Result<(), DbErr>
    where
        F: for<'a> FnOnce(&'a Tx, video_session::Model) -> BoxFuture<'a, Result<(), DbErr>>
            + Clone
            + Send
            + 'static,
    {
        let this = self.clone();
        self.0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let session = store::lock_session(tx.conn(), id).await?;
                    if let Some(session) = session.filter(|row| row.state != SessionState::Ended) {
                        work(tx, session).await?;
                        tx.after_commit(move || this.tell(id));
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Ends a locked session: everybody out, nothing live, recordings finalised once that is durable.
    async fn end_in(
        &self,
        tx: &Tx,
        mut session: video_session::Model,
        by: Attribution,
        cause: EndedBecause,
    ) -> Result<(), DbErr> {
        let (id, opened, now) = (session.id, session.opened_at, by.now);
        session.state = SessionState::Ended;
        session.ended_at = Some(now);
        store::save_session(tx, session).await?;
        let mut inside = Vec::new();
        for person in store::people(tx.conn(), id).await? {
            if person.state != ParticipantState::Left {
                inside.push(person.id);
                walk_out(tx, person, now).await?;
            }
        }
        store::media::clear_live(tx.conn(), id).await?;
        end_with_session(tx, id, now).await?;
        let duration_ms = opened.map_or(0, |opened| (now - opened).num_milliseconds());
        let what = SessionEntry::Ended { session: id, people: inside, duration_ms, cause };
        evidence::append(tx, by.entry(&what)).await?;
        let engine = self.0.engine.clone();
        tx.after_commit(move || {
            tokio::spawn(async move { engine.close_session(id).await });
        });
        Ok(())
    }

    /// Closes what somebody sends and plays, once it is certain that they are out.
    pub(in crate::video) fn close_media_of(&self, tx: &Tx, person: &participant::Model) {
        let (engine, session, person) = (self.0.engine.clone(), person.session_id, person.id);
        tx.after_commit(move || {
            tokio::spawn(async move { engine.close_participant(session, person).await });
        });
    }
}

/// Nobody is in the call any more after a restart; they may come back.
pub async fn everybody_out(tx: &Tx, session: &video_session::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    for person in store::people(tx.conn(), session.id).await? {
        if person.state != ParticipantState::Left {
            out(tx, person, Attribution::program(session, now), LeftBecause::Restart).await?;
        }
    }
    end_unwritten(tx, session, now).await
}

/// Who does something in a session of a case, and when.
#[derive(Clone, Copy)]
pub struct Attribution {
    pub case: Uuid,
    pub actor: evidence::Actor,
    pub now: DateTime<Utc>,
}

impl Attribution {
    fn of(context: &StepContext) -> Self {
        Self { case: context.case, actor: context.actor.evidence(), now: context.now }
    }

    fn program(session: &video_session::Model, now: DateTime<Utc>) -> Self {
        Self { case: session.booking_id, actor: evidence::Actor::PROGRAM, now }
    }

    fn entry(self, what: &SessionEntry) -> NewEntry {
        NewEntry::new(self.case, what, self.actor, self.now)
    }
}

/// Somebody leaves. Whom the program put out in the waiting room or in the call may go back to their place.
pub async fn out(
    tx: &Tx,
    mut person: participant::Model,
    by: Attribution,
    cause: LeftBecause,
) -> Result<(), DbErr> {
    person.resumes =
        cause.resumes() && matches!(person.state, ParticipantState::Waiting | ParticipantState::Admitted);
    let what = SessionEntry::Left { participant: person.id, cause };
    walk_out(tx, person, by.now).await?;
    evidence::append(tx, by.entry(&what)).await
}

/// Marks somebody as gone.
async fn walk_out(tx: &Tx, mut person: participant::Model, now: DateTime<Utc>) -> Result<(), DbErr> {
    person.state = ParticipantState::Left;
    person.left_at = Some(now);
    person.waiting_since = None;
    store::save_participant(tx, person).await
}
