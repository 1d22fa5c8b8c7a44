//! What others ask about entries, and how they find the rows that entries tell of.

use crate::evidence::model::rows::Evident;
use crate::evidence::store::entities::{chain, commitment, entry};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows that belong to one of `owners`, or that entries tell of: a row that was moved elsewhere is read too.
/// `told` gives the ids of the rows of a table of which the entries of the case tell.
pub async fn told_or<E, M, C>(
    conn: &impl ConnectionTrait,
    told: &impl Fn(&str) -> Vec<Uuid>,
    id: C,
    owner: C,
    owners: &[Uuid],
) -> Result<Vec<M>, DbErr>
where
    C: ColumnTrait + ColumnTrait<EntityName = E>,
    E: EntityTrait<Model = M>,
    M: Evident + Send + Sync,
{
    E::find()
        .filter(Condition::any().add(owner.is_in(owners.iter().copied())).add(id.is_in(told(M::TABLE))))
        .order_by_asc(id)
        .all(conn)
        .await
}

/// The next entries of a case, from number `from` on.
pub async fn entries_from(
    conn: &impl ConnectionTrait,
    case: Uuid,
    from: i64,
    limit: u64,
) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(case))
        .filter(entry::Column::Seq.gte(from))
        .order_by_asc(entry::Column::Seq)
        .limit(limit)
        .all(conn)
        .await
}

/// The entries of a case with these numbers.
pub async fn entries_numbered(
    conn: &impl ConnectionTrait,
    case: Uuid,
    numbers: impl IntoIterator<Item = i64>,
) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(case))
        .filter(entry::Column::Seq.is_in(numbers))
        .all(conn)
        .await
}

/// The entries of one of these kinds, by case, oldest first.
pub async fn entries_of_kinds(
    conn: &impl ConnectionTrait,
    cases: impl IntoIterator<Item = Uuid>,
    kinds: &[&str],
) -> Result<HashMap<Uuid, Vec<entry::Model>>, DbErr> {
    let rows = entry::Entity::find()
        .filter(entry::Column::CaseId.is_in(cases))
        .filter(entry::Column::Kind.is_in(kinds.iter().copied()))
        .order_by_asc(entry::Column::Seq)
        .all(conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<entry::Model>> = HashMap::new();
    for row in rows {
        found.entry(row.case_id).or_default().push(row);
    }
    Ok(found)
}

/// The cases that have an entry of a kind, as part of a query.
pub fn cases_with(kind: &str) -> SelectStatement {
    let of_kind = entry::Entity::find().filter(entry::Column::Kind.eq(kind));
    of_kind.select_only().column(entry::Column::CaseId).into_query()
}

/// The entries of one kind that a case got after `since`.
pub async fn entries_since(
    conn: &impl ConnectionTrait,
    case: Uuid,
    kind: &str,
    since: DateTime<Utc>,
) -> Result<Vec<entry::Model>, DbErr> {
    entry::Entity::find()
        .filter(entry::Column::CaseId.eq(case))
        .filter(entry::Column::Kind.eq(kind))
        .filter(entry::Column::At.gt(since))
        .all(conn)
        .await
}

/// The personal values behind the entries of a case, as far as they have not been deleted.
pub async fn commitments(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.eq(case))
        .order_by_asc(commitment::Column::Seq)
        .order_by_asc(commitment::Column::Name)
        .all(conn)
        .await
}

/// Those of them that go by one name.
pub async fn commitments_named(
    conn: &impl ConnectionTrait,
    case: Uuid,
    name: &str,
) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.eq(case))
        .filter(commitment::Column::Name.eq(name))
        .all(conn)
        .await
}

/// Those of the entries numbered `from` to `to`.
pub async fn commitments_between(
    conn: &impl ConnectionTrait,
    case: Uuid,
    (from, to): (i64, i64),
) -> Result<Vec<commitment::Model>, DbErr> {
    commitment::Entity::find()
        .filter(commitment::Column::CaseId.eq(case))
        .filter(commitment::Column::Seq.between(from, to))
        .all(conn)
        .await
}

/// The next cases by id that have a chain, or entries whose head was taken away. Each kind up to `limit`.
pub async fn cases_after(conn: &impl ConnectionTrait, after: Uuid, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let heads = || chain::Entity::find().select_only().column(chain::Column::CaseId);
    let mut cases: Vec<Uuid> = heads()
        .filter(chain::Column::CaseId.gt(after))
        .order_by_asc(chain::Column::CaseId)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let orphans: Vec<Uuid> = entry::Entity::find()
        .select_only()
        .column(entry::Column::CaseId)
        .filter(entry::Column::Seq.eq(0))
        .filter(entry::Column::CaseId.gt(after))
        .filter(entry::Column::CaseId.not_in_subquery(heads().into_query()))
        .order_by_asc(entry::Column::CaseId)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    cases.extend(orphans);
    Ok(cases)
}
