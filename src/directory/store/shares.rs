//! Queries about the shares of a service.

use crate::db::Tx;
use crate::directory::model::Shares;
use crate::directory::store::entities::service::{ActiveModel, Entity};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait, QuerySelect};
use uuid::Uuid;

/// Sets the shares of a service, and tells the former ones; none if there is no such service.
pub async fn set(tx: &Tx, service: Uuid, shares: Shares) -> Result<Option<Shares>, DbErr> {
    let Some(row) = Entity::find_by_id(service).lock_exclusive().one(tx.conn()).await? else {
        return Ok(None);
    };
    let broken = |error: serde_json::Error| DbErr::Json(error.to_string());
    let was = match row.spec.get("shares") {
        Some(was) => serde_json::from_value(was.clone()).map_err(broken)?,
        None => Shares::default(),
    };
    // The rest of the spec stays as it is written.
    let mut spec = row.spec;
    spec["shares"] = serde_json::to_value(shares).map_err(broken)?;
    let row = ActiveModel { id: Set(service), spec: Set(spec), ..Default::default() };
    Entity::update(row).exec(tx.conn()).await?;
    Ok(Some(was))
}
