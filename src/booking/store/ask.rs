//! What other features ask about bookings. Not scoped: for those who may see every booking, and for the program.

use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::db::contains;
use crate::evidence::told_or;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Statement,
};
use std::collections::HashMap;
use uuid::Uuid;

pub async fn booking(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).one(conn).await
}

/// The appointments of a case: those that are there, and those that its entries tell of by their ids.
pub async fn appointments(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: &impl Fn(&str) -> Vec<Uuid>,
) -> Result<Vec<appointment::Model>, DbErr> {
    told_or(conn, told, appointment::Column::Id, appointment::Column::BookingId, &[case]).await
}

pub async fn by_reference(
    conn: &impl ConnectionTrait,
    reference: &str,
) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find().filter(booking::Column::Reference.eq(reference)).one(conn).await
}

/// The references, as stored, of those cases that are bookings.
pub async fn references(
    conn: &impl ConnectionTrait,
    cases: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    let cases: Vec<Uuid> = cases.into_iter().collect();
    if cases.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = booking::Entity::find()
        .select_only()
        .columns([booking::Column::Id, booking::Column::Reference])
        .filter(booking::Column::Id.is_in(cases))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// What officers took for somebody and has begun since `since` or is to begin, the latest first; nothing that came to
/// nothing.
pub async fn taken_at_desk_since(
    conn: &impl ConnectionTrait,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::StartsAt.gte(since))
        .filter(booking::Column::Channel.ne(Channel::Online))
        .filter(booking::Column::State.is_not_in([
            BookingState::Expired,
            BookingState::Refused,
            BookingState::Cancelled,
        ]))
        .order_by_desc(booking::Column::StartsAt)
        .limit(limit)
        .all(conn)
        .await
}

/// The ids of bookings that have been in a state since before `before`, as part of a query.
pub fn in_state_since(state: BookingState, before: DateTime<Utc>) -> SelectStatement {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::State.eq(state))
        .filter(booking::Column::UpdatedAt.lte(before))
        .into_query()
}

/// Whether there is any booking.
pub async fn is_any(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let any = booking::Entity::find().select_only().column(booking::Column::Id).limit(1);
    Ok(any.into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// The next bookings by id.
pub async fn ids_after(conn: &impl ConnectionTrait, after: Uuid, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::Id.gt(after))
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// Those of some bookings that start in `[from, to)`.
pub async fn starting_within(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::Id.is_in(ids))
        .filter(booking::Column::StartsAt.gte(from))
        .filter(booking::Column::StartsAt.lt(to))
        .all(conn)
        .await
}

/// How many bookings have an answer that is sealed under each data key. It reads all of them.
pub async fn under_each_key(conn: &impl ConnectionTrait) -> Result<Vec<(String, u64)>, DbErr> {
    let backend = conn.get_database_backend();
    // An answer is an object only where it is sealed.
    let sql = match backend {
        DbBackend::Postgres => {
            "select answer.value->>'key', count(distinct booking.id) from booking, \
             jsonb_each(case jsonb_typeof(booking.fields) when 'object' then booking.fields else '{}' end) as answer \
             where jsonb_typeof(answer.value) = 'object' and answer.value->>'key' is not null group by 1"
        }
        _ => {
            "select json_extract(answer.value, '$.key'), count(distinct booking.id) from booking, \
             json_each(case when json_valid(booking.fields) then booking.fields else '{}' end) as answer \
             where answer.type = 'object' and json_extract(answer.value, '$.key') is not null group by 1"
        }
    };
    let rows = conn.query_all_raw(Statement::from_string(backend, sql)).await?;
    let counted = |row: &QueryResult| {
        Ok((row.try_get_by_index::<String>(0)?, row.try_get_by_index::<i64>(1)?.unsigned_abs()))
    };
    rows.iter().map(counted).collect()
}

/// The ids of bookings that ended before `before`, as part of a query.
pub fn ended_before(before: DateTime<Utc>) -> SelectStatement {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::EndsAt.lt(before))
        .into_query()
}

/// Services, with the half-open times between which their bookings start; no time is no limit.
pub type Span = (Vec<Uuid>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// What a search of bookings looks for; all of it has to fit.
pub struct Wanted {
    /// Queries of ids, one of which they have to be among.
    pub among: SelectStatement,
    pub spans: Option<Vec<Span>>,
    pub enterprises: Option<SelectStatement>,
    /// A part of the reference.
    pub reference: Option<String>,
}

/// Bookings that fit, latest start first, behind the place `after`.
pub async fn search(
    conn: &impl ConnectionTrait,
    wanted: Wanted,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    let Wanted { among, spans, enterprises, reference } = wanted;
    let mut fits = Condition::all().add(booking::Column::Id.in_subquery(among));
    if let Some(spans) = spans {
        fits = fits.add(spans.into_iter().fold(nothing(), |any, (services, from, to)| {
            let mut span = Condition::all().add(booking::Column::ServiceId.is_in(services));
            span = span.add_option(from.map(|from| booking::Column::StartsAt.gte(from)));
            any.add(span.add_option(to.map(|to| booking::Column::StartsAt.lt(to))))
        }));
    }
    fits = fits.add_option(enterprises.map(|ids| booking::Column::EnterpriseId.in_subquery(ids)));
    fits =
        fits.add_option(reference.map(|part| contains((booking::Entity, booking::Column::Reference), &part)));
    if let Some((starts_at, id)) = after {
        let same_start =
            Condition::all().add(booking::Column::StartsAt.eq(starts_at)).add(booking::Column::Id.lt(id));
        fits = fits.add(Condition::any().add(booking::Column::StartsAt.lt(starts_at)).add(same_start));
    }
    booking::Entity::find()
        .filter(fits)
        .order_by_desc(booking::Column::StartsAt)
        .order_by_desc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// An alternative without any case.
fn nothing() -> Condition {
    Condition::any().add(Expr::value(1).eq(0))
}
