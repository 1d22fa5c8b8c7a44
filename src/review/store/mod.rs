//! Every query of the review: the search here, what one case holds in [`case`], a walk through
//! everything in [`all`], films of all recordings in [`composites`].

pub mod all;
pub mod case;
pub mod composites;
pub mod entities;
mod evident;

use crate::base::local_time::midnight;
use crate::booking::ask::{Span, Wanted};
use crate::booking::entities::booking;
use crate::evidence::entities::entry;
use crate::review::model::{self, Search};
use crate::review::store::entities::playback;
use crate::video::entities::{publication, recording, recording_gap, video_session};
use crate::video::log::SessionEntry;
use crate::{auth, booking as bookings, directory, documents, evidence, video};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// A session with its booking.
pub type Pair = (video_session::Model, booking::Model);

/// Sessions that fit, latest first, after the place `after` (start and id of a booking); one more than a page.
pub async fn search(
    conn: &impl ConnectionTrait,
    search: &Search,
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<Pair>, DbErr> {
    let officer = search.officer.as_deref().map(|part| (part, auth::ask::accounts_with_badge(part)));
    let among = video::ask::bookings_with_session(officer);
    let found = bookings_among(conn, among, search, after).await?;
    let ids: Vec<Uuid> = found.iter().map(|booking| booking.id).collect();
    let sessions = video::ask::sessions_of(conn, &ids).await?;
    let mut sessions: HashMap<Uuid, video_session::Model> =
        sessions.into_iter().map(|session| (session.booking_id, session)).collect();
    Ok(found.into_iter().filter_map(|booking| Some((sessions.remove(&booking.id)?, booking))).collect())
}

/// Bookings that have documents and fit, in the same order, whether anybody met or not; of their officers nothing is asked.
pub async fn cases(
    conn: &impl ConnectionTrait,
    search: &Search,
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<booking::Model>, DbErr> {
    bookings_among(conn, documents::ask::bookings_with_documents(), search, after).await
}

async fn bookings_among(
    conn: &impl ConnectionTrait,
    among: SelectStatement,
    search: &Search,
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<booking::Model>, DbErr> {
    let wanted = Wanted {
        among,
        spans: if search.from.is_some() || search.to.is_some() {
            Some(spans(conn, search).await?)
        } else {
            None
        },
        enterprises: search.enterprise.as_deref().map(auth::ask::enterprises_holding),
        reference: search.reference.clone(),
    };
    bookings::ask::search(conn, wanted, after, model::PAGE as u64 + 1).await
}

/// The days asked for, each in the zone of its service's venue.
async fn spans(conn: &impl ConnectionTrait, search: &Search) -> Result<Vec<Span>, DbErr> {
    let mut by_zone: HashMap<Tz, Vec<Uuid>> = HashMap::new();
    for (service, zone) in directory::ask::zones(conn).await? {
        by_zone.entry(zone).or_default().push(service);
    }
    let end = search.to.and_then(|to| to.succ_opt());
    let span = |(zone, services)| {
        let at = |date| midnight(zone, date);
        (services, search.from.map(at), end.map(at))
    };
    Ok(by_zone.into_iter().map(span).collect())
}

/// What a list shows of its sessions beside their own rows.
#[derive(Debug, Default)]
pub struct RelatedRows {
    pub officers: HashMap<Uuid, Vec<String>>,
    pub recordings: HashMap<Uuid, Vec<recording::Model>>,
    pub publications: HashMap<Uuid, Vec<publication::Model>>,
    pub gaps: Vec<recording_gap::Model>,
    pub plays: HashMap<Uuid, usize>,
    /// Entries that tell who was in the call, by case.
    pub entries: HashMap<Uuid, Vec<entry::Model>>,
}

/// Officers, recordings, gaps, plays and comings and goings of some sessions.
pub async fn related_rows(conn: &impl ConnectionTrait, pairs: &[Pair]) -> Result<RelatedRows, DbErr> {
    let sessions: Vec<Uuid> = pairs.iter().map(|(session, _)| session.id).collect();
    let mut recordings = video::ask::recordings_of(conn, &sessions).await?;
    recordings.retain(|row| row.started_at.is_some());
    let mut related = RelatedRows {
        officers: video::ask::officers_of(conn, &sessions).await?,
        publications: video::ask::publications_of(conn, &sessions).await?,
        gaps: video::ask::gaps_of(conn, recordings.iter().map(|row| row.id)).await?,
        entries: evidence::ask::entries_of_kinds(
            conn,
            pairs.iter().map(|(_, booking)| booking.id),
            &SessionEntry::IN_AND_OUT,
        )
        .await?,
        ..RelatedRows::default()
    };
    for row in recordings {
        related.recordings.entry(row.session_id).or_default().push(row);
    }
    for play in playback::Entity::find().filter(playback::Column::SessionId.is_in(sessions)).all(conn).await?
    {
        *related.plays.entry(play.session_id).or_default() += 1;
    }
    Ok(related)
}
