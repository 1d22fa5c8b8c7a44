//! What other features ask about sessions, their people and recordings.

pub use crate::video::store::glance::sessions_of;
pub use crate::video::store::line::qualities;
pub use crate::video::store::media::recording;
pub use crate::video::store::{people, publications, session};

use crate::db::contains;
use crate::evidence::told_or;
use crate::video::store::entities::participant::{self, ParticipantRole};
use crate::video::store::entities::{
    invitation, line_check, publication, recording, recording_gap, session_check, unrecorded_stretch,
    video_session,
};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The bookings that have a session, as part of a query; of one officer: by a part of the name, or by account.
pub fn bookings_with_session(officer: Option<(&str, SelectStatement)>) -> SelectStatement {
    let mut sessions = video_session::Entity::find().select_only().column(video_session::Column::BookingId);
    if let Some((name, accounts)) = officer {
        let people = participant::Entity::find()
            .select_only()
            .column(participant::Column::SessionId)
            .filter(participant::Column::Role.eq(ParticipantRole::Officer))
            .filter(
                Condition::any()
                    .add(contains((participant::Entity, participant::Column::Name), name))
                    .add(participant::Column::AccountId.in_subquery(accounts)),
            )
            .into_query();
        sessions = sessions.filter(video_session::Column::Id.in_subquery(people));
    }
    sessions.into_query()
}

/// The names of the officers of some sessions, by session.
pub async fn officers_of(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let officers = participant::Entity::find()
        .filter(participant::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(participant::Column::Role.eq(ParticipantRole::Officer))
        .order_by_asc(participant::Column::Id)
        .all(conn)
        .await?;
    let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
    for person in officers {
        names.entry(person.session_id).or_default().push(person.name);
    }
    Ok(names)
}

/// Officers who took part in the session of a booking, or let somebody in.
pub async fn officers_in_session(conn: &impl ConnectionTrait, booking_id: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let session = video_session::Entity::find()
        .select_only()
        .column(video_session::Column::Id)
        .filter(video_session::Column::BookingId.eq(booking_id))
        .into_query();
    let people = participant::Entity::find()
        .filter(participant::Column::SessionId.in_subquery(session))
        .all(conn)
        .await?;
    let officers = people.iter().filter(|row| row.role == ParticipantRole::Officer).map(|row| row.account_id);
    Ok(officers.chain(people.iter().filter_map(|row| row.admitted_by)).collect())
}

/// What was published in some sessions, by session.
pub async fn publications_of(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<HashMap<Uuid, Vec<publication::Model>>, DbErr> {
    let of = publication::Column::SessionId.is_in(sessions.iter().copied());
    let mut found: HashMap<Uuid, Vec<publication::Model>> = HashMap::new();
    for row in publication::Entity::find().filter(of).all(conn).await? {
        found.entry(row.session_id).or_default().push(row);
    }
    Ok(found)
}

/// Recordings of some sessions in the order in which they began to be asked for.
pub async fn recordings_of(
    conn: &impl ConnectionTrait,
    sessions: &[Uuid],
) -> Result<Vec<recording::Model>, DbErr> {
    recording::Entity::find()
        .filter(recording::Column::SessionId.is_in(sessions.iter().copied()))
        .order_by_asc(recording::Column::CreatedAt)
        .order_by_asc(recording::Column::Id)
        .all(conn)
        .await
}

/// The gaps of some recordings, in their order.
pub async fn gaps_of(
    conn: &impl ConnectionTrait,
    recordings: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<recording_gap::Model>, DbErr> {
    recording_gap::Entity::find()
        .filter(recording_gap::Column::RecordingId.is_in(recordings))
        .order_by_asc(recording_gap::Column::FromMs)
        .order_by_asc(recording_gap::Column::Id)
        .all(conn)
        .await
}

/// The next bookings by id that have a session, whether or not they are there themselves.
pub async fn bookings_after(
    conn: &impl ConnectionTrait,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    video_session::Entity::find()
        .select_only()
        .column(video_session::Column::BookingId)
        .distinct()
        .filter(video_session::Column::BookingId.gt(after))
        .order_by_asc(video_session::Column::BookingId)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// Somebody whose session is not there, if there is one.
pub async fn stray_participant(conn: &impl ConnectionTrait) -> Result<Option<Uuid>, DbErr> {
    let sessions = video_session::Entity::find().select_only().column(video_session::Column::Id).into_query();
    participant::Entity::find()
        .select_only()
        .column(participant::Column::Id)
        .filter(participant::Column::SessionId.not_in_subquery(sessions))
        .order_by_asc(participant::Column::Id)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await
}

/// The files that rows of recordings name.
pub async fn recorded_files(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    recording::Entity::find().select_only().column(recording::Column::File).into_tuple().all(conn).await
}

/// Every row of this feature that belongs to a case, or of which its entries tell.
#[derive(Debug)]
pub struct CaseRows {
    pub sessions: Vec<video_session::Model>,
    pub people: Vec<participant::Model>,
    pub publications: Vec<publication::Model>,
    /// In the order in which they began to be asked for.
    pub recordings: Vec<recording::Model>,
    pub gaps: Vec<recording_gap::Model>,
    pub invitations: Vec<invitation::Model>,
    pub checks: Vec<session_check::Model>,
    pub unrecorded: Vec<unrecorded_stretch::Model>,
    pub line_checks: Vec<line_check::Model>,
}

impl CaseRows {
    /// Whether there is any row at all.
    pub fn is_any(&self) -> bool {
        let Self {
            sessions,
            people,
            publications,
            recordings,
            gaps,
            invitations,
            checks,
            unrecorded,
            line_checks,
        } = self;
        !(sessions.is_empty() && people.is_empty() && publications.is_empty() && recordings.is_empty())
            || !(gaps.is_empty() && invitations.is_empty() && checks.is_empty() && unrecorded.is_empty())
            || !line_checks.is_empty()
    }
}

/// Reads them; `told` gives the ids of the rows of a table of which the entries tell.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: impl Fn(&str) -> Vec<Uuid>,
) -> Result<CaseRows, DbErr> {
    let (id, owner) = (video_session::Column::Id, video_session::Column::BookingId);
    let sessions: Vec<video_session::Model> = told_or(conn, &told, id, owner, &[case]).await?;
    let session_ids: Vec<Uuid> = sessions.iter().map(|row| row.id).collect();
    let (id, owner) = (recording::Column::Id, recording::Column::SessionId);
    let mut recordings: Vec<recording::Model> = told_or(conn, &told, id, owner, &session_ids).await?;
    recordings.sort_by_key(|row| (row.created_at, row.id));
    let recording_ids: Vec<Uuid> = recordings.iter().map(|row| row.id).collect();
    let (id, owner) = (participant::Column::Id, participant::Column::SessionId);
    let people = told_or(conn, &told, id, owner, &session_ids).await?;
    let (id, owner) = (publication::Column::Id, publication::Column::SessionId);
    let publications = told_or(conn, &told, id, owner, &session_ids).await?;
    let (id, owner) = (recording_gap::Column::Id, recording_gap::Column::RecordingId);
    let gaps = told_or(conn, &told, id, owner, &recording_ids).await?;
    let (id, owner) = (invitation::Column::Id, invitation::Column::BookingId);
    let invitations = told_or(conn, &told, id, owner, &[case]).await?;
    let checks = session_check::Entity::find()
        .filter(session_check::Column::SessionId.is_in(session_ids.iter().copied()))
        .all(conn)
        .await?;
    let (id, owner) = (unrecorded_stretch::Column::Id, unrecorded_stretch::Column::SessionId);
    let unrecorded = told_or(conn, &told, id, owner, &session_ids).await?;
    let (id, owner) = (line_check::Column::Id, line_check::Column::BookingId);
    let line_checks = told_or(conn, &told, id, owner, &[case]).await?;
    Ok(CaseRows {
        sessions,
        people,
        publications,
        recordings,
        gaps,
        invitations,
        checks,
        unrecorded,
        line_checks,
    })
}
