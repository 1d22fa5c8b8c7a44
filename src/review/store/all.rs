//! What a check of everything walks through, some rows at a time.

use super::case::snapshot;
use crate::entity::{booking, chain, commitment, entry, rating};
use crate::evidence::SYSTEM;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// As many rows as are held in memory at a time.
const AT_ONCE: u64 = 1000;

/// One moment of the store, to be walked through.
pub async fn moment(conn: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    snapshot(conn).await
}

/// The next entries of the chain `system`, from number `from` on.
pub async fn system_entries(conn: &impl ConnectionTrait, from: i64) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(SYSTEM))
        .filter(entry::Column::Seq.gte(from))
        .order_by_asc(entry::Column::Seq)
        .limit(AT_ONCE)
        .all(conn)
        .await
}

/// The personal values behind entries of the chain `system` with these numbers.
pub async fn system_commitments(
    conn: &impl ConnectionTrait,
    from: i64,
    to: i64,
) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.eq(SYSTEM))
        .filter(commitment::Column::Seq.between(from, to))
        .all(conn)
        .await
}

/// The next ratings by id.
pub async fn ratings(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<rating::Model>, DbErr> {
    rating::Entity::find()
        .filter(rating::Column::Id.gt(after))
        .order_by_asc(rating::Column::Id)
        .limit(AT_ONCE)
        .all(conn)
        .await
}

/// The next cases by id: every booking, and every chain, should its booking be gone.
pub async fn cases(conn: &impl ConnectionTrait, after: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let bookings: Vec<Uuid> = booking::Entity::find()
        .select_only()
        .column(booking::Column::Id)
        .filter(booking::Column::Id.gt(after))
        .order_by_asc(booking::Column::Id)
        .limit(AT_ONCE)
        .into_tuple()
        .all(conn)
        .await?;
    let chains = chain::Entity::find()
        .select_only()
        .column(chain::Column::CaseId)
        .filter(chain::Column::CaseId.gt(after))
        .order_by_asc(chain::Column::CaseId)
        .limit(AT_ONCE)
        .into_tuple()
        .all(conn)
        .await?;
    // Entries whose head was taken away count as well.
    let orphans =
        entry::Entity::find()
            .select_only()
            .column(entry::Column::CaseId)
            .filter(entry::Column::Seq.eq(0))
            .filter(entry::Column::CaseId.gt(after))
            .filter(entry::Column::CaseId.not_in_subquery(
                chain::Entity::find().select_only().column(chain::Column::CaseId).into_query(),
            ))
            .order_by_asc(entry::Column::CaseId)
            .limit(AT_ONCE)
            .into_tuple()
            .all(conn)
            .await?;
    let mut cases: Vec<Uuid> = bookings.into_iter().chain(chains).chain(orphans).collect();
    cases.sort_unstable();
    cases.dedup();
    // Beyond the first thousand one of the three lists may have been cut.
    cases.truncate(AT_ONCE as usize);
    Ok(cases)
}
