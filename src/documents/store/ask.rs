//! What other features ask about documents.

use crate::documents::model::stored_digest;
use crate::documents::store::entities::document::{self, Column};
use crate::documents::store::pieces;
use crate::evidence::told_or;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

/// The documents of a case, and those of other cases that its entries tell of.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: impl Fn(&str) -> Vec<Uuid>,
) -> Result<Vec<document::Model>, DbErr> {
    told_or(conn, &told, Column::Id, Column::BookingId, &[case]).await
}

/// Those of them of which something else is kept than what their rows say.
pub async fn changed(conn: &impl ConnectionTrait, rows: &[document::Model]) -> Result<Vec<Uuid>, DbErr> {
    let mut changed = Vec::new();
    // One after the other: no more than one file is in memory.
    for row in rows {
        let kept = pieces(conn, row.id).await?;
        if stored_digest(&row.sealed_name, &kept) != *row.stored_sha256 {
            changed.push(row.id);
        }
    }
    Ok(changed)
}
