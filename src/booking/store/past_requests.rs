//! Requests of the past, for trying terms on them.

use crate::booking::store::entities::booking::{self, BookingState, Channel};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What is read of a booking that was requested.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Row {
    pub id: Uuid,
    pub reference: String,
    pub service_id: Uuid,
    pub account_id: Uuid,
    pub enterprise_id: Option<Uuid>,
    pub state: BookingState,
    pub channel: Channel,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub people: Option<i32>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub explain_by: Option<DateTime<Utc>>,
    pub explained_at: Option<DateTime<Utc>>,
}

/// Of all services, the latest first, at most `limit`. What was only held is not among them.
pub async fn since(conn: &impl ConnectionTrait, from: DateTime<Utc>, limit: u64) -> Result<Vec<Row>, DbErr> {
    use booking::Column as Of;
    booking::Entity::find()
        .select_only()
        .columns([
            Of::Id,
            Of::Reference,
            Of::ServiceId,
            Of::AccountId,
            Of::EnterpriseId,
            Of::State,
            Of::Channel,
            Of::People,
        ])
        .columns([Of::StartsAt, Of::EndsAt, Of::CreatedAt, Of::UpdatedAt, Of::ExplainBy, Of::ExplainedAt])
        .filter(Of::CreatedAt.gte(from))
        .filter(Of::ContactName.is_not_null())
        .order_by_desc(Of::CreatedAt)
        .limit(limit)
        .into_model()
        .all(conn)
        .await
}

/// The forms of the requests of a service, by booking.
pub async fn forms(
    conn: &impl ConnectionTrait,
    service: Uuid,
    from: DateTime<Utc>,
) -> Result<HashMap<Uuid, serde_json::Value>, DbErr> {
    use booking::Column as Of;
    let rows: Vec<(Uuid, serde_json::Value)> = booking::Entity::find()
        .select_only()
        .columns([Of::Id, Of::Fields])
        .filter(Of::ServiceId.eq(service))
        .filter(Of::CreatedAt.gte(from))
        .filter(Of::ContactName.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
