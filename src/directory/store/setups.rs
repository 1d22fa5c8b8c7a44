//! Queries about what chiefs set of services and venues, and of the changes to it.

use crate::base::ids;
use crate::db::Tx;
use crate::directory::ServiceInfo;
use crate::directory::store::entities::resource::{self, CellKind};
use crate::directory::store::entities::{opening_rule, service, service_stage, setup_change, venue};
use crate::directory::store::{insert_resource, insert_service};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// As many changes of one subject are told.
const TOLD: u64 = 20;

/// A service, locked until the transaction ends.
pub async fn lock_service(tx: &Tx, id: Uuid) -> Result<Option<service::Model>, DbErr> {
    super::lock_service(tx, id).await
}

/// A venue, locked until the transaction ends.
pub async fn lock_venue(tx: &Tx, id: Uuid) -> Result<Option<venue::Model>, DbErr> {
    venue::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

/// Every venue, in the order in which they were made.
pub async fn venues(conn: &impl ConnectionTrait) -> Result<Vec<venue::Model>, DbErr> {
    venue::Entity::find().order_by_asc(venue::Column::Id).all(conn).await
}

pub async fn venue(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<venue::Model>, DbErr> {
    venue::Entity::find_by_id(id).one(conn).await
}

/// The latest changes of a service or venue, the newest first.
pub async fn changes(conn: &impl ConnectionTrait, subject: Uuid) -> Result<Vec<setup_change::Model>, DbErr> {
    setup_change::Entity::find()
        .filter(setup_change::Column::SubjectId.eq(subject))
        .order_by_desc(setup_change::Column::Version)
        .limit(TOLD)
        .all(conn)
        .await
}

/// The newest change of each service and venue that was ever changed.
pub async fn newest_changes(
    conn: &impl ConnectionTrait,
) -> Result<HashMap<Uuid, setup_change::Model>, DbErr> {
    let all = setup_change::Entity::find().order_by_asc(setup_change::Column::Version).all(conn).await?;
    Ok(all.into_iter().map(|row| (row.subject_id, row)).collect())
}

pub async fn insert_change(tx: &Tx, row: setup_change::Model) -> Result<(), DbErr> {
    setup_change::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(drop)
}

pub async fn insert_venue(tx: &Tx, row: venue::Model) -> Result<(), DbErr> {
    super::insert_venue(tx, row).await
}

pub async fn update_venue(tx: &Tx, row: venue::Model) -> Result<(), DbErr> {
    venue::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map(drop)
}

/// The codes of venues that are taken.
pub async fn venue_codes(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let codes = venue::Entity::find().select_only().column(venue::Column::Code);
    codes.into_tuple().all(conn).await
}

/// Writes a service that is there with what was changed of it; tells what it is now, with the ids of what is new.
pub async fn write_service(
    tx: &Tx,
    before: &ServiceInfo,
    after: &ServiceInfo,
    now: DateTime<Utc>,
) -> Result<ServiceInfo, DbErr> {
    let mut after = after.clone();
    if after.seats != before.seats {
        set_seats(tx, after.row.resource_id, after.seats).await?;
    }
    if let Some(seats) = after.quota_seats {
        let code = quota_code(&after.row);
        let known = before.row.quota_resource_id;
        let id = with_seats(tx, &after.row, known, code, (seats, CellKind::Day), now).await?;
        after.row.quota_resource_id = Some(id);
    }
    let row = service::Model { spec: spec_of(&after)?, ..after.row.clone() };
    service::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await?;
    if after.settings().opening_rules != before.settings().opening_rules {
        replace_rules(tx, &mut after, now).await?;
    }
    if after.settings().stages != before.settings().stages {
        replace_stages(tx, &mut after, now).await?;
    }
    Ok(after)
}

/// Writes a service that is not there yet, with all that belongs to it.
pub async fn write_new_service(tx: &Tx, new: &ServiceInfo, now: DateTime<Utc>) -> Result<(), DbErr> {
    let mut new = new.clone();
    let code = new.row.code.clone();
    let places = (new.seats, CellKind::Grid);
    new.row.resource_id = with_seats(tx, &new.row, None, code.clone(), places, now).await?;
    new.row.quota_resource_id = match new.quota_seats {
        Some(seats) => {
            let code = quota_code(&new.row);
            Some(with_seats(tx, &new.row, None, code, (seats, CellKind::Day), now).await?)
        }
        None => None,
    };
    insert_service(tx, service::Model { spec: spec_of(&new)?, ..new.row.clone() }).await?;
    replace_rules(tx, &mut new, now).await?;
    replace_stages(tx, &mut new, now).await
}

fn spec_of(info: &ServiceInfo) -> Result<serde_json::Value, DbErr> {
    serde_json::to_value(&info.spec).map_err(|error| DbErr::Json(error.to_string()))
}

async fn set_seats(tx: &Tx, resource: Uuid, seats: i32) -> Result<(), DbErr> {
    let row = resource::ActiveModel { id: Set(resource), seats: Set(seats), ..Default::default() };
    resource::Entity::update(row).exec(tx.conn()).await.map(drop)
}

/// What the days of a service are counted by: as it is, or as it was when there was a number for a day.
pub async fn quota_resource(
    conn: &impl ConnectionTrait,
    service: &service::Model,
) -> Result<Option<Uuid>, DbErr> {
    match service.quota_resource_id {
        Some(id) => Ok(Some(id)),
        None => by_code(conn, &quota_code(service)).await,
    }
}

fn quota_code(service: &service::Model) -> String {
    format!("{}-day", service.code)
}

async fn by_code(conn: &impl ConnectionTrait, code: &str) -> Result<Option<Uuid>, DbErr> {
    let found = resource::Entity::find().filter(resource::Column::Code.eq(code)).one(conn).await?;
    Ok(found.map(|row| row.id))
}

/// A resource with so many seats: the one that is known, that of a former time by its code, or a new one.
async fn with_seats(
    tx: &Tx,
    service: &service::Model,
    known: Option<Uuid>,
    code: String,
    (seats, cell): (i32, CellKind),
    now: DateTime<Utc>,
) -> Result<Uuid, DbErr> {
    let found = match known {
        Some(id) => Some(id),
        None => by_code(tx.conn(), &code).await?,
    };
    if let Some(id) = found {
        set_seats(tx, id, seats).await?;
        return Ok(id);
    }
    let row = resource::Model { id: ids::new_id(now), venue_id: service.venue_id, code, seats, cell };
    let id = row.id;
    insert_resource(tx, row).await?;
    Ok(id)
}

async fn replace_rules(tx: &Tx, info: &mut ServiceInfo, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = opening_rule::Column::ServiceId.eq(info.row.id);
    opening_rule::Entity::delete_many().filter(old).exec(tx.conn()).await?;
    for rule in &mut info.rules {
        (rule.id, rule.service_id) = (ids::new_id(now), info.row.id);
        super::insert_rule(tx, rule.clone()).await?;
    }
    Ok(())
}

async fn replace_stages(tx: &Tx, info: &mut ServiceInfo, now: DateTime<Utc>) -> Result<(), DbErr> {
    let old = service_stage::Column::ServiceId.eq(info.row.id);
    service_stage::Entity::delete_many().filter(old).exec(tx.conn()).await?;
    for stage in &mut info.stages {
        (stage.row.id, stage.row.service_id) = (ids::new_id(now), info.row.id);
        if let Some(seats) = stage.seats {
            let code = format!("{}-{}", info.row.code, stage.row.stage.to_value());
            let known = stage.row.resource_id.filter(|id| !id.is_nil());
            let id = with_seats(tx, &info.row, known, code, (seats, CellKind::Grid), now).await?;
            stage.row.resource_id = Some(id);
        }
        super::insert_stage(tx, stage.row.clone()).await?;
    }
    Ok(())
}
