//! What figures of operation are counted from.

use crate::booking::log::AGAINST_TERMS;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState, Channel};
use crate::directory::entities::service_stage::Stage;
use crate::evidence;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::ops::Range;
use uuid::Uuid;

/// How many bookings whose time begins within a stretch are in which state and came by which way, by service. What was
/// only held is not among them.
pub async fn states(
    conn: &impl ConnectionTrait,
    within: &Range<DateTime<Utc>>,
) -> Result<Vec<(Uuid, BookingState, Channel, i64)>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::ServiceId)
        .column(booking::Column::State)
        .column(booking::Column::Channel)
        .column_as(booking::Column::Id.count(), "number")
        .filter(booking::Column::StartsAt.gte(within.start))
        .filter(booking::Column::StartsAt.lt(within.end))
        .filter(booking::Column::ContactName.is_not_null())
        .group_by(booking::Column::ServiceId)
        .group_by(booking::Column::State)
        .group_by(booking::Column::Channel)
        .into_tuple()
        .all(conn)
        .await
}

/// How many bookings whose time begins within a stretch an officer took against the terms, by service.
pub async fn against_terms(
    conn: &impl ConnectionTrait,
    within: &Range<DateTime<Utc>>,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::ServiceId)
        .column_as(booking::Column::Id.count(), "number")
        .filter(booking::Column::StartsAt.gte(within.start))
        .filter(booking::Column::StartsAt.lt(within.end))
        .filter(booking::Column::Id.in_subquery(evidence::ask::cases_with(AGAINST_TERMS)))
        .group_by(booking::Column::ServiceId)
        .into_tuple()
        .all(conn)
        .await
}

/// When the stages that ended within a stretch really began and ended.
pub async fn clocks(
    conn: &impl ConnectionTrait,
    within: &Range<DateTime<Utc>>,
) -> Result<Vec<(Stage, DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    appointment::Entity::find()
        .select_only()
        .column(appointment::Column::Stage)
        .column(appointment::Column::BeganAt)
        .column(appointment::Column::EndedAt)
        .filter(appointment::Column::Stage.is_not_null())
        .filter(appointment::Column::BeganAt.is_not_null())
        .filter(appointment::Column::EndedAt.gte(within.start))
        .filter(appointment::Column::EndedAt.lt(within.end))
        .order_by_asc(appointment::Column::Stage)
        .into_tuple()
        .all(conn)
        .await
}
