//! Queries that only look.

use super::Scope;
use crate::entity::booking::{self, BookingState};
use crate::entity::{commitment, entry};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The sort key of a booking in lists.
pub type Place = (DateTime<Utc>, Uuid);

/// Which half of somebody's bookings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// What is still to come, soonest first.
    Coming,
    /// What is over or came to nothing, latest first.
    Past,
}

/// A booking by id, without a scope: for the program itself.
pub async fn any(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).one(conn).await
}

pub async fn by_id(
    conn: &impl ConnectionTrait,
    scope: Scope,
    id: Uuid,
) -> Result<Option<booking::Model>, DbErr> {
    scope.find().filter(booking::Column::Id.eq(id)).one(conn).await
}

pub async fn by_reference(
    conn: &impl ConnectionTrait,
    scope: Scope,
    reference: &str,
) -> Result<Option<booking::Model>, DbErr> {
    scope.find().filter(booking::Column::Reference.eq(reference)).one(conn).await
}

/// One page of a scope's bookings behind `after`.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: Scope,
    view: View,
    now: DateTime<Utc>,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    use booking::Column::{EndsAt, HoldExpiresAt, Id, StartsAt, State};
    let lapsed = Condition::all().add(State.eq(BookingState::Held)).add(HoldExpiresAt.lte(now));
    let live = [BookingState::Held, BookingState::Requested, BookingState::Accepted, BookingState::CheckedIn];
    let coming = Condition::all().add(EndsAt.gt(now)).add(State.is_in(live)).add(lapsed.not());
    let query = scope.find().limit(limit);
    let query = match view {
        View::Coming => query.filter(coming).order_by_asc(StartsAt).order_by_asc(Id),
        View::Past => query.filter(coming.not()).order_by_desc(StartsAt).order_by_desc(Id),
    };
    let query = match (view, after) {
        (_, None) => query,
        (View::Coming, Some((at, id))) => query.filter(
            Condition::any().add(StartsAt.gt(at)).add(Condition::all().add(StartsAt.eq(at)).add(Id.gt(id))),
        ),
        (View::Past, Some((at, id))) => query.filter(
            Condition::any().add(StartsAt.lt(at)).add(Condition::all().add(StartsAt.eq(at)).add(Id.lt(id))),
        ),
    };
    query.all(conn).await
}

/// Bookings of the office that start in `from..to`. Holds are not the office's business yet.
pub async fn starting(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lt(to))
        .filter(booking::Column::State.is_not_in([BookingState::Held, BookingState::Expired]))
        // Cancelled while it was still a hold: the office never heard of it.
        .filter(booking::Column::ContactName.is_not_null())
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Requests that wait for a decision, soonest first.
pub async fn undecided(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Requested))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Holds whose time is over, longest first.
pub async fn lapsed(conn: &impl ConnectionTrait, now: DateTime<Utc>, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::State.eq(BookingState::Held))
        .filter(booking::Column::HoldExpiresAt.lte(now))
        .order_by_asc(booking::Column::HoldExpiresAt)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// What happened to some bookings: their entries about booking and session, oldest first.
pub async fn entries(conn: &impl ConnectionTrait, cases: &[Uuid]) -> Result<Vec<entry::Model>, DbErr> {
    let kinds = Condition::any()
        .add(entry::Column::Kind.starts_with("booking."))
        .add(entry::Column::Kind.starts_with("session."));
    entry::Entity::find()
        .filter(entry::Column::CaseId.is_in(cases.iter().copied()))
        .filter(kinds)
        .order_by_asc(entry::Column::CaseId)
        .order_by_asc(entry::Column::Seq)
        .all(conn)
        .await
}

/// The reasons behind those entries, as far as they have not been deleted.
pub async fn reasons(conn: &impl ConnectionTrait, cases: &[Uuid]) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.is_in(cases.iter().copied()))
        .filter(commitment::Column::Name.eq("reason"))
        .all(conn)
        .await
}
