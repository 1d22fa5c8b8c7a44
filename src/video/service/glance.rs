//! What others are told of sessions: who waits, and each session in a few figures.

use crate::auth;
use crate::booking::model::figures::WaitKind;
use crate::booking::{GlanceState, SessionGlance, Wait, WaitingPerson, WaitingRoom, Waits};
use crate::db::Tx;
use crate::evidence;
use crate::video::log::SessionEntry;
use crate::video::model;
use crate::video::service::Video;
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::video_session::{self, SessionState};
use crate::video::store::{self, glance as rows};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use std::collections::HashMap;
use std::ops::Range;
use uuid::Uuid;

#[async_trait::async_trait]
impl Waits for Video {
    fn kind(&self) -> WaitKind {
        WaitKind::WaitingRoom
    }

    async fn ended(&self, within: Range<DateTime<Utc>>) -> Result<Vec<Wait>, DbErr> {
        rows::let_in(self.0.db.reader(), within).await
    }
}

#[async_trait::async_trait]
impl WaitingRoom for Video {
    fn minutes_left(&self) -> Option<i64> {
        Self::minutes_left(self)
    }

    fn shows_booker(&self, bytes: &[u8], by_program: bool) -> Option<bool> {
        evidence::shown::<SessionEntry>(bytes, by_program)
    }

    async fn waiting(&self) -> Result<Vec<WaitingPerson>, DbErr> {
        let conn = self.0.db.reader();
        let now = self.0.clock.now();
        let sessions =
            store::running_sessions(conn, now - model::WAITING_SHOWN_FOR, now + model::WAITING_SHOWN_FOR)
                .await?;
        let ids: Vec<Uuid> =
            sessions.iter().filter(|(s, _)| s.state != SessionState::Ended).map(|(s, _)| s.id).collect();
        let people = store::waiting_in(conn, &ids).await?;
        let enterprises: Vec<Uuid> = sessions.iter().filter_map(|(_, b)| b.enterprise_id).collect();
        let enterprises = auth::ask::enterprises(self.0.db.reader(), &enterprises).await?;
        let mut waiting = Vec::with_capacity(people.len());
        for person in people {
            let Some((session, booking)) = sessions.iter().find(|(s, _)| s.id == person.session_id) else {
                continue;
            };
            let Some(service) = self.0.directory.service(booking.service_id).await? else { continue };
            waiting.push(WaitingPerson {
                session_id: session.id,
                booking_id: booking.id,
                participant_id: person.id,
                name: person.name,
                enterprise_name: booking
                    .enterprise_id
                    .and_then(|id| enterprises.get(&id))
                    .map(|enterprise| enterprise.name.clone()),
                service: service.name(),
                starts_at: booking.starts_at,
                since: person.waiting_since.unwrap_or(now),
                present: self.presence().is_here(person.id),
            });
        }
        Ok(waiting)
    }

    async fn glances(&self, bookings: &[Uuid]) -> Result<HashMap<Uuid, SessionGlance>, DbErr> {
        let conn = self.0.db.reader();
        let sessions = rows::sessions_of(conn, bookings).await?;
        let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
        let people = rows::people_in(conn, &ids).await?;
        let recording = rows::recording_since(conn, &ids).await?;
        let glance =
            |session: video_session::Model| (session.booking_id, glance(&session, &people, &recording));
        Ok(sessions.into_iter().map(glance).collect())
    }

    async fn glance_in(&self, tx: &Tx, booking: Uuid) -> Result<Option<SessionGlance>, DbErr> {
        let conn = tx.conn();
        let Some(session) = store::session_of_booking(conn, booking).await? else { return Ok(None) };
        let people = rows::people_in(conn, &[session.id]).await?;
        Ok(Some(glance(&session, &people, &HashMap::new())))
    }
}

fn glance(
    session: &video_session::Model,
    people: &[participant::Model],
    recording: &HashMap<Uuid, DateTime<Utc>>,
) -> SessionGlance {
    let here = |state| people.iter().filter(move |p| p.session_id == session.id && p.state == state);
    let waiting = || here(ParticipantState::Waiting).filter(|p| p.role == ParticipantRole::Guest);
    let count = |people: usize| u32::try_from(people).unwrap_or(u32::MAX);
    SessionGlance {
        session_id: session.id,
        state: match session.state {
            SessionState::Waiting => GlanceState::Waiting,
            SessionState::Open => GlanceState::Open,
            SessionState::Ended => GlanceState::Ended,
        },
        opened_at: session.opened_at,
        recording_since: recording.get(&session.id).copied(),
        waiting: count(waiting().count()),
        waiting_since: waiting().filter_map(|p| p.waiting_since).min(),
        inside: count(here(ParticipantState::Admitted).count()),
    }
}
