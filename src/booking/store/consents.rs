//! The words that were agreed to, the bookings whose answers are to be sealed, and those whose results are due.

use crate::booking::model::consent::{ConsentWords, GivenConsent};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::consent_text;
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use serde_json::json;
use uuid::Uuid;

/// Keeps words under their version, unless they are kept already.
pub fn keep(tx: &Tx, given: &GivenConsent, created_at: DateTime<Utc>) {
    let row = consent_text::Model { version: given.version.clone(), text: json!(given.words), created_at };
    let once = OnConflict::column(consent_text::Column::Version).do_nothing().to_owned();
    tx.put(consent_text::Entity::insert(row.into_active_model()).on_conflict(once).into_query());
}

/// The words of a version.
pub async fn words(conn: &impl ConnectionTrait, version: &str) -> Result<Vec<ConsentWords>, DbErr> {
    let row = consent_text::Entity::find_by_id(version).one(conn).await?;
    Ok(row.and_then(|row| serde_json::from_value(row.text).ok()).unwrap_or_default())
}

/// The next bookings of some services by id.
pub async fn bookings_after(
    conn: &impl ConnectionTrait,
    services: &[Uuid],
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::ServiceId.is_in(services.iter().copied()))
        .apply_if(after, |rows, after| rows.filter(booking::Column::Id.gt(after)))
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await
}

/// Completed bookings of some services that began after `since` and of whose results nothing was said, oldest first.
pub async fn without_results(
    conn: &impl ConnectionTrait,
    services: &[Uuid],
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    booking::Entity::find()
        .filter(booking::Column::ServiceId.is_in(services.iter().copied()))
        .filter(booking::Column::State.eq(BookingState::Completed))
        .filter(booking::Column::ResultsReadyAt.is_null())
        .filter(booking::Column::StartsAt.gt(since))
        .order_by_asc(booking::Column::StartsAt)
        .order_by_asc(booking::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}
