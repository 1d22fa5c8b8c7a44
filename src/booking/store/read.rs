//! Queries that only look.

use crate::booking::model::state::LIVE;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::{Scope, appointments, write};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// The sort key of a booking in lists.
pub type ListKey = (DateTime<Utc>, Uuid);

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

pub async fn by_ids(
    conn: &impl ConnectionTrait,
    scope: Scope,
    ids: &[Uuid],
) -> Result<Vec<booking::Model>, DbErr> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    scope.find().filter(booking::Column::Id.is_in(ids.iter().copied())).all(conn).await
}

pub async fn by_reference(
    conn: &impl ConnectionTrait,
    scope: Scope,
    reference: &str,
) -> Result<Option<booking::Model>, DbErr> {
    scope.find().filter(booking::Column::Reference.eq(reference)).one(conn).await
}

/// Bookings by their references, for staff.
pub async fn by_references(
    conn: &impl ConnectionTrait,
    references: impl IntoIterator<Item = String>,
) -> Result<Vec<booking::Model>, DbErr> {
    Scope::Office.find().filter(booking::Column::Reference.is_in(references)).all(conn).await
}

/// What has come to its end by itself, whether or not it has been swept yet: `model::state::lapse`, as a query asks it.
pub(super) fn has_lapsed(now: DateTime<Utc>) -> Condition {
    use booking::Column::{HoldExpiresAt, StartsAt, State};
    let held = Condition::all().add(State.eq(BookingState::Held)).add(HoldExpiresAt.lte(now));
    let requested = Condition::all().add(State.eq(BookingState::Requested)).add(StartsAt.lte(now));
    Condition::any().add(held).add(requested)
}

/// One page of a scope's bookings behind `after`.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: Scope,
    view: View,
    now: DateTime<Utc>,
    after: Option<ListKey>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    use booking::Column::{EndsAt, Id, StartsAt, State};
    let coming = Condition::all().add(EndsAt.gt(now)).add(State.is_in(LIVE)).add(has_lapsed(now).not());
    let query = scope.find().limit(limit);
    let query = match view {
        View::Coming => query.filter(coming).order_by_asc(StartsAt).order_by_asc(Id),
        View::Past => query.filter(coming.not()).order_by_desc(StartsAt).order_by_desc(Id),
    };
    let query = match (view, after) {
        (_, None) => query,
        (View::Coming, Some((at, id))) => query.filter(behind(StartsAt, at, id)),
        (View::Past, Some((at, id))) => query.filter(before(StartsAt, at, id)),
    };
    query.all(conn).await
}

/// What an officer has decided about, or of which they hold a stage.
pub fn on_desk(officer: Uuid) -> Condition {
    Condition::any()
        .add(booking::Column::OfficerId.eq(officer))
        .add(booking::Column::Id.in_subquery(appointments::held_by(officer)))
}

/// Bookings of the office that start in `from..to`, with `desk` only an officer's own. Holds are not
/// the office's business yet; what nobody decided is.
pub async fn starting(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    desk: Option<Uuid>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lt(to))
        .filter(booking::Column::State.ne(BookingState::Held))
        // Cancelled or expired while it was still a hold: the office never heard of it.
        .filter(booking::Column::ContactName.is_not_null())
        .apply_if(desk, |query, officer| query.filter(on_desk(officer)))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// What stands in the office's book and touches `from..to`, if it begins not long before: `longest` is how long a
/// booking lasts at most.
pub async fn standing_between(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    longest: TimeDelta,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    use BookingState::{Accepted, CheckedIn, Completed, NoShow, Requested};
    overlapping(from, to)
        // Without it the store would look at all that ever was.
        .filter(booking::Column::StartsAt.gte(from - longest))
        .filter(booking::Column::State.is_in([Requested, Accepted, CheckedIn, Completed, NoShow]))
        .limit(limit)
        .all(conn)
        .await
}

/// In which order undecided requests are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By their appointment, the soonest first.
    Soonest,
    /// By their arrival, the newest first.
    Newest,
}

/// The sort key of a booking in this order.
pub fn list_key(order: Order, row: &booking::Model) -> ListKey {
    match order {
        Order::Soonest => (row.starts_at, row.id),
        Order::Newest => (row.created_at, row.id),
    }
}

fn waiting_for_decision(now: DateTime<Utc>) -> Select<booking::Entity> {
    booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Requested))
        .filter(booking::Column::StartsAt.gt(now))
}

/// One page of the requests that can still be decided, behind `after`.
pub async fn undecided(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    order: Order,
    after: Option<ListKey>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    use booking::Column::{CreatedAt, Id, StartsAt};
    let query = waiting_for_decision(now).limit(limit);
    let query = match order {
        Order::Soonest => query.order_by_asc(StartsAt).order_by_asc(Id),
        Order::Newest => query.order_by_desc(CreatedAt).order_by_desc(Id),
    };
    let query = match (order, after) {
        (_, None) => query,
        (Order::Soonest, Some((at, id))) => query.filter(behind(StartsAt, at, id)),
        (Order::Newest, Some((at, id))) => query.filter(before(CreatedAt, at, id)),
    };
    query.all(conn).await
}

/// How many requests can still be decided.
pub async fn count_undecided(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    waiting_for_decision(now).count(conn).await
}

/// How many requests for a time in `from..=to` ended because nobody decided.
pub async fn count_never_decided(
    conn: &impl ConnectionTrait,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let ended = Condition::any()
        .add(booking::Column::State.eq(BookingState::Expired))
        // Not swept yet.
        .add(
            Condition::all()
                .add(booking::Column::State.eq(BookingState::Requested))
                .add(booking::Column::StartsAt.lte(to)),
        );
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lte(to))
        .filter(booking::Column::ContactName.is_not_null())
        .filter(ended)
        .count(conn)
        .await
}

fn overlapping(from: DateTime<Utc>, to: DateTime<Utc>) -> Select<booking::Entity> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.lt(to))
        .filter(booking::Column::EndsAt.gt(from))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
}

/// What stands of a service for times that touch `from..to`.
pub async fn live_of_service_between(
    conn: &impl ConnectionTrait,
    service: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<booking::Model>, DbErr> {
    overlapping(from, to)
        .filter(booking::Column::ServiceId.eq(service))
        .filter(booking::Column::State.is_in(LIVE))
        .all(conn)
        .await
}

/// Whether anything was ever booked of some services.
pub async fn was_ever_booked(
    conn: &impl ConnectionTrait,
    services: impl IntoIterator<Item = Uuid>,
) -> Result<bool, DbErr> {
    let of_services = booking::Entity::find().filter(booking::Column::ServiceId.is_in(services));
    Ok(of_services.one(conn).await?.is_some())
}

/// What an officer has accepted for times that touch `from..to`.
pub async fn on_desk_between(
    conn: &impl ConnectionTrait,
    officer: Uuid,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<booking::Model>, DbErr> {
    overlapping(from, to)
        .filter(booking::Column::OfficerId.eq(officer))
        .filter(booking::Column::State.is_in([BookingState::Accepted, BookingState::CheckedIn]))
        .all(conn)
        .await
}

/// What some people and enterprises have booked or hold for times that touch `from..to`.
pub async fn of_bookers_between(
    conn: &impl ConnectionTrait,
    accounts: &[Uuid],
    enterprises: &[Uuid],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<booking::Model>, DbErr> {
    let of_account = booking::Column::AccountId.is_in(accounts.iter().copied());
    let of_enterprise = booking::Column::EnterpriseId.is_in(enterprises.iter().copied());
    overlapping(from, to)
        .filter(Condition::any().add(of_account).add(of_enterprise))
        // What is long over is not looked at, however much of it there is.
        .filter(booking::Column::StartsAt.gt(from - write::LONGEST))
        .filter(booking::Column::State.is_in(LIVE))
        .all(conn)
        .await
}

/// Those of `ids` that lie on an officer's desk or on nobody's.
pub async fn on_desk_or_none(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    officer: Uuid,
) -> Result<Vec<Uuid>, DbErr> {
    let desk = booking::Column::OfficerId;
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::Id.is_in(ids.iter().copied()))
        .filter(Condition::any().add(desk.eq(officer)).add(desk.is_null()))
        .into_tuple()
        .all(conn)
        .await
}

/// The last thing that somebody requested, of any service or of one.
pub async fn last_request(
    conn: &impl ConnectionTrait,
    scope: Scope,
    account: Uuid,
    service: Option<Uuid>,
) -> Result<Option<booking::Model>, DbErr> {
    scope
        .find()
        .filter(booking::Column::AccountId.eq(account))
        .filter(booking::Column::ContactName.is_not_null())
        .apply_if(service, |query, service| query.filter(booking::Column::ServiceId.eq(service)))
        .order_by_desc(booking::Column::CreatedAt)
        .order_by_desc(booking::Column::Id)
        .one(conn)
        .await
}

/// Requests that have begun without a decision, longest ago first.
pub async fn never_decided(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::State.eq(BookingState::Requested))
        .filter(booking::Column::StartsAt.lte(now))
        .order_by_asc(booking::Column::StartsAt)
        .limit(limit)
        .all(conn)
        .await
}

/// Behind a row in ascending order of `column`, then id.
fn behind(column: booking::Column, at: DateTime<Utc>, id: Uuid) -> Condition {
    let tie = Condition::all().add(column.eq(at)).add(booking::Column::Id.gt(id));
    Condition::any().add(column.gt(at)).add(tie)
}

/// Behind a row in descending order of `column`, then id.
fn before(column: booking::Column, at: DateTime<Utc>, id: Uuid) -> Condition {
    let tie = Condition::all().add(column.eq(at)).add(booking::Column::Id.lt(id));
    Condition::any().add(column.lt(at)).add(tie)
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
