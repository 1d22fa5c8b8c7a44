//! Every query of the review: the search here, what one case holds in [`case`], a walk through
//! everything in [`all`].

pub mod all;
pub mod case;
pub mod entities;
mod evident;

use crate::auth::entities::{account, enterprise};
use crate::booking::entities::booking;
use crate::directory::entities::{service, venue};
use crate::evidence::entities::entry;
use crate::review::model::{self, Search};
use crate::review::store::entities::playback;
use crate::video::entities::participant::{self, ParticipantRole};
use crate::video::entities::{publication, recording, recording_gap, video_session};
use crate::video::midnight;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoColumnRef, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A session with its booking.
pub type Pair = (video_session::Model, booking::Model);

/// Sessions that fit, latest first, after the place `after`; one more than a page.
pub async fn search(
    conn: &impl ConnectionTrait,
    search: &Search,
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<Pair>, DbErr> {
    let mut fits = Condition::all();
    if search.from.is_some() || search.to.is_some() {
        fits = fits.add(on_days(conn, search).await?);
    }
    if let Some(part) = &search.enterprise {
        let enterprises = enterprise::Entity::find()
            .select_only()
            .column(enterprise::Column::Id)
            .filter(
                Condition::any()
                    .add(contains((enterprise::Entity, enterprise::Column::Name), part))
                    .add(contains((enterprise::Entity, enterprise::Column::Uscc), part)),
            )
            .into_query();
        fits = fits.add(booking::Column::EnterpriseId.in_subquery(enterprises));
    }
    if let Some(part) = &search.officer {
        let badge = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::BadgeNo.eq(part.as_str()))
            .into_query();
        let sessions = participant::Entity::find()
            .select_only()
            .column(participant::Column::SessionId)
            .filter(participant::Column::Role.eq(ParticipantRole::Officer))
            .filter(
                Condition::any()
                    .add(contains((participant::Entity, participant::Column::Name), part))
                    .add(participant::Column::AccountId.in_subquery(badge)),
            )
            .into_query();
        fits = fits.add(video_session::Column::Id.in_subquery(sessions));
    }
    if let Some(part) = &search.reference {
        fits = fits.add(contains((booking::Entity, booking::Column::Reference), part));
    }
    if let Some((starts_at, id)) = after {
        let same_start = Condition::all()
            .add(booking::Column::StartsAt.eq(starts_at))
            .add(video_session::Column::Id.lt(id));
        fits = fits.add(Condition::any().add(booking::Column::StartsAt.lt(starts_at)).add(same_start));
    }
    let rows = video_session::Entity::find()
        .join(JoinType::InnerJoin, booking_of_session())
        .select_also(booking::Entity)
        .filter(fits)
        .order_by_desc(booking::Column::StartsAt)
        .order_by_desc(video_session::Column::Id)
        .limit(model::PAGE as u64 + 1)
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(session, booking)| booking.map(|booking| (session, booking))).collect())
}

fn booking_of_session() -> RelationDef {
    video_session::Entity::belongs_to(booking::Entity)
        .from(video_session::Column::BookingId)
        .to(booking::Column::Id)
        .into()
}

/// Bookings that start on the days asked for, each in the zone of its service's venue.
async fn on_days(conn: &impl ConnectionTrait, search: &Search) -> Result<Condition, DbErr> {
    let venues = venue::Entity::find().all(conn).await?;
    let zones: HashMap<Uuid, Tz> =
        venues.into_iter().filter_map(|row| row.zone.parse().ok().map(|zone| (row.id, zone))).collect();
    let mut by_zone: HashMap<Tz, Vec<Uuid>> = HashMap::new();
    for service in service::Entity::find().all(conn).await? {
        let zone = zones.get(&service.venue_id).copied().unwrap_or(Tz::UTC);
        by_zone.entry(zone).or_default().push(service.id);
    }
    // No service at all: nothing fits.
    let mut any = Condition::any().add(Expr::value(1).eq(0));
    for (zone, services) in by_zone {
        let mut days = Condition::all().add(booking::Column::ServiceId.is_in(services));
        if let Some(from) = search.from {
            days = days.add(booking::Column::StartsAt.gte(midnight(from, zone)));
        }
        if let Some(end) = search.to.and_then(|to| to.succ_opt()) {
            days = days.add(booking::Column::StartsAt.lt(midnight(end, zone)));
        }
        any = any.add(days);
    }
    Ok(any)
}

/// Whether a column holds `part`, whatever the case of its letters.
fn contains(column: impl IntoColumnRef, part: &str) -> Expr {
    let mut pattern = String::from("%");
    for character in part.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(pattern).escape('\\'))
}

/// What a list shows of its sessions beside their own rows.
#[derive(Debug, Default)]
pub struct Beside {
    pub officers: HashMap<Uuid, Vec<String>>,
    pub recordings: HashMap<Uuid, Vec<recording::Model>>,
    pub publications: HashMap<Uuid, Vec<publication::Model>>,
    pub gaps: Vec<recording_gap::Model>,
    pub plays: HashMap<Uuid, usize>,
    /// Entries that tell who was in the call, by case.
    pub entries: HashMap<Uuid, Vec<entry::Model>>,
}

/// Officers, recordings, gaps, plays and comings and goings of some sessions.
pub async fn beside(conn: &impl ConnectionTrait, pairs: &[Pair]) -> Result<Beside, DbErr> {
    let sessions = || pairs.iter().map(|(session, _)| session.id);
    let mut beside = Beside::default();
    let officers = participant::Entity::find()
        .filter(participant::Column::SessionId.is_in(sessions()))
        .filter(participant::Column::Role.eq(ParticipantRole::Officer))
        .order_by_asc(participant::Column::Id)
        .all(conn)
        .await?;
    for person in officers {
        beside.officers.entry(person.session_id).or_default().push(person.name);
    }
    let recordings = recording::Entity::find()
        .filter(recording::Column::SessionId.is_in(sessions()))
        .filter(recording::Column::StartedAt.is_not_null())
        .all(conn)
        .await?;
    let publications = publication::Entity::find()
        .filter(publication::Column::SessionId.is_in(sessions()))
        .all(conn)
        .await?;
    for row in publications {
        beside.publications.entry(row.session_id).or_default().push(row);
    }
    beside.gaps = recording_gap::Entity::find()
        .filter(recording_gap::Column::RecordingId.is_in(recordings.iter().map(|row| row.id)))
        .all(conn)
        .await?;
    for row in recordings {
        beside.recordings.entry(row.session_id).or_default().push(row);
    }
    let plays =
        playback::Entity::find().filter(playback::Column::SessionId.is_in(sessions())).all(conn).await?;
    for play in plays {
        *beside.plays.entry(play.session_id).or_default() += 1;
    }
    let entries = entry::Entity::find()
        .filter(entry::Column::CaseId.is_in(pairs.iter().map(|(_, booking)| booking.id)))
        .filter(entry::Column::Kind.is_in([
            "session.admitted",
            "session.left",
            "session.declined",
            "session.ended",
        ]))
        .order_by_asc(entry::Column::Seq)
        .all(conn)
        .await?;
    for row in entries {
        beside.entries.entry(row.case_id).or_default().push(row);
    }
    Ok(beside)
}
