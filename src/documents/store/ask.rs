//! What other features ask about documents.

use crate::base::keyring::{Keyring, Unreadable};
use crate::documents::model::{open, open_name, stored_digest};
use crate::documents::store::entities::document::{self, Column};
use crate::documents::store::pieces;
use crate::evidence::told_or;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// The documents of a case, and those of other cases that its entries tell of.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: impl Fn(&str) -> Vec<Uuid>,
) -> Result<Vec<document::Model>, DbErr> {
    told_or(conn, &told, Column::Id, Column::BookingId, &[case]).await
}

/// What is wrong with how a document is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptFault {
    /// Something else is kept than what its row says.
    Changed,
    /// It cannot be opened by the key that its row says.
    Unreadable(Unreadable),
}

/// Those of some documents that are not kept as they were: their bytes, and with a keyring their keys.
pub async fn not_as_kept(
    conn: &impl ConnectionTrait,
    keyring: Option<&Keyring>,
    rows: &[document::Model],
) -> Result<Vec<(Uuid, KeptFault)>, DbErr> {
    let mut found = Vec::new();
    // One after the other: no more than one file is in memory.
    for row in rows {
        let kept = pieces(conn, row.id).await?;
        let (this, keyring) = (row.clone(), keyring.cloned());
        let fault = tokio::task::spawn_blocking(move || kept_fault(keyring.as_ref(), &this, &kept))
            .await
            .map_err(|error| DbErr::Custom(format!("a check did not come to its end: {error}")))?;
        found.extend(fault.map(|fault| (row.id, fault)));
    }
    Ok(found)
}

fn kept_fault(keyring: Option<&Keyring>, row: &document::Model, kept: &[Vec<u8>]) -> Option<KeptFault> {
    if stored_digest(&row.sealed_name, kept) != *row.stored_sha256 {
        return Some(KeptFault::Changed);
    }
    let keyring = keyring?;
    let opened = open_name(keyring, row).and_then(|_| open(keyring, row, kept));
    opened.err().map(KeptFault::Unreadable)
}

/// The ids of bookings that have documents, as part of a query.
pub fn bookings_with_documents() -> SelectStatement {
    document::Entity::find().select_only().column(Column::BookingId).distinct().into_query()
}

/// How many documents some bookings have; none is not told.
pub async fn counted(
    conn: &impl ConnectionTrait,
    bookings: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let counted: Vec<(Uuid, i64)> = document::Entity::find()
        .select_only()
        .column(Column::BookingId)
        .column_as(Column::Id.count(), "documents")
        .filter(Column::BookingId.is_in(bookings))
        .group_by(Column::BookingId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counted.into_iter().collect())
}

/// How many documents have their keys under each data key.
pub async fn under_each_key(conn: &impl ConnectionTrait) -> Result<Vec<(String, u64)>, DbErr> {
    let counted: Vec<(String, i64)> = document::Entity::find()
        .select_only()
        .column(Column::KeyId)
        .column_as(Column::Id.count(), "documents")
        .group_by(Column::KeyId)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(counted.into_iter().map(|(id, count)| (id, count.unsigned_abs())).collect())
}
