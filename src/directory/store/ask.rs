//! What other features ask about venues, resources and services, beside what [`crate::directory::Directory`] keeps.

use crate::directory::store::entities::resource::{self, CellKind};
use crate::directory::store::entities::{service, venue};
use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// A resource and what is needed to number its cells.
pub struct Numbering {
    pub resource: Uuid,
    pub cell: CellKind,
    pub zone: String,
    pub grid_minutes: i32,
}

/// Every resource there is.
pub async fn resources(conn: &impl ConnectionTrait) -> Result<Vec<Numbering>, DbErr> {
    let venues = venue::Entity::find().all(conn).await?;
    let resources = resource::Entity::find().all(conn).await?;
    let numbering = |resource: resource::Model| {
        let venue = venues.iter().find(|venue| venue.id == resource.venue_id)?;
        Some(Numbering {
            resource: resource.id,
            cell: resource.cell,
            zone: venue.zone.clone(),
            grid_minutes: venue.grid_minutes,
        })
    };
    Ok(resources.into_iter().filter_map(numbering).collect())
}

/// The zone of each service's venue, those no longer offered included.
pub async fn zones(conn: &impl ConnectionTrait) -> Result<Vec<(Uuid, Tz)>, DbErr> {
    let venues = venue::Entity::find().all(conn).await?;
    let zones: HashMap<Uuid, Tz> =
        venues.into_iter().filter_map(|row| row.zone.parse().ok().map(|zone| (row.id, zone))).collect();
    let services = service::Entity::find().all(conn).await?;
    let zone = |row: &service::Model| zones.get(&row.venue_id).copied().unwrap_or(Tz::UTC);
    Ok(services.iter().map(|row| (row.id, zone(row))).collect())
}
