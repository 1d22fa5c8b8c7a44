//! Every query of the directory.

pub mod announced;
pub mod ask;
pub mod calendar;
pub mod entities;
pub mod setups;
pub mod shares;

use crate::db::Tx;
use crate::directory::model::customs::CustomsList;
use crate::directory::store::entities::{
    announced_hours, customs_office, opening_rule, resource, service, service_stage, venue,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// The customs offices by code.
pub async fn customs(conn: &impl ConnectionTrait) -> Result<CustomsList, DbErr> {
    let rows = customs_office::Entity::find().all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.name)).collect())
}

/// Puts `list` in place of what is stored.
pub async fn replace_customs(tx: &Tx, list: &CustomsList) -> Result<(), DbErr> {
    customs_office::Entity::delete_many().exec(tx.conn()).await?;
    let rows: Vec<_> = list
        .iter()
        .map(|(code, name)| customs_office::ActiveModel { code: Set(code.clone()), name: Set(name.clone()) })
        .collect();
    // A statement takes some thousands of values at most.
    for part in rows.chunks(500) {
        customs_office::Entity::insert_many(part.to_vec()).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// A service as it is stored, in six tables.
pub struct ServiceRows {
    pub services: Vec<service::Model>,
    pub venues: HashMap<Uuid, venue::Model>,
    pub resources: HashMap<Uuid, resource::Model>,
    pub rules: Vec<opening_rule::Model>,
    pub stages: Vec<service_stage::Model>,
    pub announced: Vec<announced_hours::Model>,
}

/// Every service, by position, with what belongs to it.
pub async fn services(conn: &impl ConnectionTrait) -> Result<ServiceRows, DbErr> {
    // What services point to is read after them, so that nothing they point to is missing.
    let services = service::Entity::find()
        .order_by_asc(service::Column::Position)
        .order_by_asc(service::Column::Id)
        .all(conn)
        .await?;
    let venues = venue::Entity::find().all(conn).await?;
    let resources = resource::Entity::find().all(conn).await?;
    let rules = opening_rule::Entity::find()
        .order_by_asc(opening_rule::Column::FromMinute)
        .order_by_asc(opening_rule::Column::Id)
        .all(conn)
        .await?;
    let stages = service_stage::Entity::find()
        .order_by_asc(service_stage::Column::Position)
        .order_by_asc(service_stage::Column::Id)
        .all(conn)
        .await?;
    Ok(ServiceRows {
        services,
        venues: venues.into_iter().map(|row| (row.id, row)).collect(),
        resources: resources.into_iter().map(|row| (row.id, row)).collect(),
        rules,
        stages,
        announced: announced::standing(conn).await?,
    })
}

pub async fn venue_by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<venue::Model>, DbErr> {
    venue::Entity::find().filter(venue::Column::Code.eq(code)).one(conn).await
}

pub async fn service_by_code(
    conn: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<service::Model>, DbErr> {
    service::Entity::find().filter(service::Column::Code.eq(code)).one(conn).await
}

pub async fn insert_venue(tx: &Tx, row: venue::Model) -> Result<(), DbErr> {
    venue::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn insert_resource(tx: &Tx, row: resource::Model) -> Result<(), DbErr> {
    resource::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn insert_service(tx: &Tx, row: service::Model) -> Result<(), DbErr> {
    service::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn insert_rule(tx: &Tx, row: opening_rule::Model) -> Result<(), DbErr> {
    opening_rule::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

pub async fn insert_stage(tx: &Tx, row: service_stage::Model) -> Result<(), DbErr> {
    service_stage::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// A service, locked until the transaction ends.
pub async fn lock_service(tx: &Tx, id: Uuid) -> Result<Option<service::Model>, DbErr> {
    service::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

/// Writes what a service shows and asks for.
pub async fn set_spec(tx: &Tx, id: Uuid, spec: serde_json::Value) -> Result<(), DbErr> {
    service::Entity::update_many()
        .set(service::ActiveModel { spec: Set(spec), ..Default::default() })
        .filter(service::Column::Id.eq(id))
        .exec(tx.conn())
        .await
        .map(drop)
}

/// Whether a service is booked in stages.
pub async fn has_stages(conn: &impl ConnectionTrait, service: Uuid) -> Result<bool, DbErr> {
    let stages = service_stage::Entity::find().filter(service_stage::Column::ServiceId.eq(service));
    Ok(stages.one(conn).await?.is_some())
}
