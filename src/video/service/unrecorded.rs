//! What of a session is not recorded: paused by an officer, or not written and then noted by one. Everybody in the
//! session sees it as long as it lasts, and each beginning, note and end is an entry.

use crate::auth::{Actor, Right};
use crate::base::ids;
use crate::booking::model::form;
use crate::db::Tx;
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::video::engine::recording::Medium;
use crate::video::log::{SessionEntry, Unwritten};
use crate::video::service::{SessionView, Video};
use crate::video::store;
use crate::video::store::entities::unrecorded_stretch::{self, UnrecordedCause};
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::words::problems;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::sync::Arc;
use uuid::Uuid;

impl Video {
    /// An officer in the call pauses the recording of everybody. What did not reach the disk and was not noted yet is
    /// answered by it.
    pub async fn pause_recording(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        reason: &str,
    ) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let reason = form::require_reason(Some(reason))?;
        let engine = self.0.engine.clone();
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                if room.session.state != SessionState::Open {
                    return Err(problems::not_begun());
                }
                let pending = store::unrecorded::pending(tx.conn(), id).await?;
                if pending.iter().any(is_pause) {
                    return Ok(());
                }
                let (officer, now) = (context.actor.account_id, context.now);
                for row in pending.into_iter().filter(|row| row.noted_at.is_none()) {
                    store::unrecorded::save(tx, noted(row, &reason, officer, now)).await?;
                }
                let row = began(id, UnrecordedCause::Paused, Medium::Both, now);
                let what = SessionEntry::RecordingPaused { stretch: row.id, participant: room.me.id };
                store::unrecorded::insert(tx, noted(row, &reason, officer, now)).await?;
                evidence::append(tx, context.entry(&what)).await?;
                tx.after_commit(move || engine.pause(id, true));
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// An officer in the call lets the recording go on.
    pub async fn resume_recording(&self, actor: &Arc<Actor>, id: Uuid) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let engine = self.0.engine.clone();
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                let pending = store::unrecorded::pending(tx.conn(), id).await?;
                if let Some(mut row) = pending.into_iter().find(is_pause) {
                    row.ended_at = Some(context.now);
                    let what = SessionEntry::RecordingResumed {
                        stretch: row.id,
                        participant: room.me.id,
                        duration_ms: (context.now - row.began_at).num_milliseconds(),
                    };
                    store::unrecorded::save(tx, row).await?;
                    evidence::append(tx, context.entry(&what)).await?;
                }
                // In any case: what the engine does must not depend on how a row came to its end.
                tx.after_commit(move || engine.pause(id, false));
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// An officer in the call notes why the session goes on, or went on, without reaching the disk.
    pub async fn note_unrecorded(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        reason: &str,
    ) -> Result<SessionView, Problem> {
        actor.may(Right::HoldSessions)?;
        let reason = form::require_reason(Some(reason))?;
        self.in_room(actor, id, move |tx, room, context| {
            Box::pin(async move {
                room.needs_officer_inside()?;
                let pending = store::unrecorded::pending(tx.conn(), id).await?;
                let rows: Vec<_> = pending.into_iter().filter(|row| row.noted_at.is_none()).collect();
                if rows.is_empty() {
                    return Err(problems::nothing_to_note());
                }
                let stretches = rows.iter().map(|row| row.id).collect();
                let what = SessionEntry::UnrecordedNoted { stretches, participant: room.me.id };
                for row in rows {
                    let officer = context.actor.account_id;
                    store::unrecorded::save(tx, noted(row, &reason, officer, context.now)).await?;
                }
                evidence::append(tx, context.entry(&what)).await?;
                Ok(())
            })
        })
        .await?;
        self.view(actor, id).await
    }

    /// A pause outlives the process that knew of it.
    pub(super) async fn restore_pauses(&self, sessions: &[video_session::Model]) -> Result<(), DbErr> {
        for session in sessions {
            if store::unrecorded::is_paused(self.0.db.reader(), session.id).await? {
                self.0.engine.pause(session.id, true);
            }
        }
        Ok(())
    }

    /// The engine says that something of a publication does not reach the disk. It may say so again.
    pub(super) async fn unwritten(
        &self,
        session: Uuid,
        publication: Uuid,
        medium: Medium,
        at: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        self.by_itself(session, move |tx, session| {
            Box::pin(async move {
                let pending = store::unrecorded::pending(tx.conn(), session.id).await?;
                let Some(of) = store::media::publication(tx.conn(), publication).await? else {
                    return Ok(());
                };
                if pending.iter().any(|row| is_of(row, publication)) {
                    return Ok(());
                }
                let mut row = began(session.id, UnrecordedCause::NotWritten, medium, at);
                row.publication_id = Some(publication);
                let what = SessionEntry::Unrecorded(Unwritten {
                    stretch: row.id,
                    publication,
                    participant: of.participant_id,
                    source: of.source,
                    medium: row.medium.clone(),
                });
                store::unrecorded::insert(tx, row).await?;
                let entry = NewEntry::new(session.booking_id, &what, evidence::Actor::PROGRAM, at);
                evidence::append(tx, entry).await
            })
        })
        .await
    }

    /// It reaches the disk again, or nothing is sent any more.
    pub(super) async fn unwritten_over(&self, publication: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
        let Some(of) = store::media::publication(self.0.db.reader(), publication).await? else {
            return Ok(());
        };
        self.by_itself(of.session_id, move |tx, session| {
            Box::pin(async move {
                let pending = store::unrecorded::pending(tx.conn(), session.id).await?;
                for row in pending.into_iter().filter(|row| is_of(row, publication)) {
                    end(tx, &session, row, at).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// What a publication does not write comes to its end with an entry of its own.
async fn end(
    tx: &Tx,
    session: &video_session::Model,
    mut row: unrecorded_stretch::Model,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let of = match row.publication_id {
        Some(id) => store::media::publication(tx.conn(), id).await?,
        None => None,
    };
    let Some(of) = of else { return Ok(()) };
    let ended_at = at.max(row.began_at);
    row.ended_at = Some(ended_at);
    let what = SessionEntry::UnrecordedOver {
        of: Unwritten {
            stretch: row.id,
            publication: of.id,
            participant: of.participant_id,
            source: of.source,
            medium: row.medium.clone(),
        },
        duration_ms: (ended_at - row.began_at).num_milliseconds(),
    };
    store::unrecorded::save(tx, row).await?;
    evidence::append(tx, NewEntry::new(session.booking_id, &what, evidence::Actor::PROGRAM, at)).await
}

/// Nobody sends any more: the process that did not write it is gone. A pause goes on until an officer ends it.
pub async fn end_unwritten(tx: &Tx, session: &video_session::Model, at: DateTime<Utc>) -> Result<(), DbErr> {
    let pending = store::unrecorded::pending(tx.conn(), session.id).await?;
    for row in pending.into_iter().filter(|row| row.ended_at.is_none() && row.publication_id.is_some()) {
        end(tx, session, row, at).await?;
    }
    Ok(())
}

/// The session ends, and with it all that is not recorded of it; the next entry tells it.
pub async fn end_with_session(tx: &Tx, session: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let pending = store::unrecorded::pending(tx.conn(), session).await?;
    for mut row in pending.into_iter().filter(|row| row.ended_at.is_none()) {
        row.ended_at = Some(at.max(row.began_at));
        store::unrecorded::save(tx, row).await?;
    }
    Ok(())
}

fn is_pause(row: &unrecorded_stretch::Model) -> bool {
    row.cause == UnrecordedCause::Paused && row.ended_at.is_none()
}

fn is_of(row: &unrecorded_stretch::Model, publication: Uuid) -> bool {
    row.publication_id == Some(publication) && row.ended_at.is_none()
}

fn began(
    session: Uuid,
    cause: UnrecordedCause,
    medium: Medium,
    at: DateTime<Utc>,
) -> unrecorded_stretch::Model {
    unrecorded_stretch::Model {
        id: ids::new_id(at),
        session_id: session,
        publication_id: None,
        cause,
        medium: medium.as_str().to_owned(),
        began_at: at,
        ended_at: None,
        reason: None,
        noted_by: None,
        noted_at: None,
    }
}

fn noted(
    row: unrecorded_stretch::Model,
    reason: &str,
    officer: Uuid,
    at: DateTime<Utc>,
) -> unrecorded_stretch::Model {
    unrecorded_stretch::Model {
        reason: Some(reason.to_owned()),
        noted_by: Some(officer),
        noted_at: Some(at),
        ..row
    }
}
