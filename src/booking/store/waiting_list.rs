//! Every query of who waits for a place.

use crate::booking::store::Scope;
use crate::booking::store::entities::waiting_entry::{self, Column, Entity, Model, WaitingState};
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

/// States in which somebody still waits.
const LIVE: [WaitingState; 2] = [WaitingState::Waiting, WaitingState::Offered];

fn of_scope(scope: Scope) -> Select<Entity> {
    match scope {
        Scope::Office => Entity::find(),
        Scope::Enterprise(id) => Entity::find().filter(Column::EnterpriseId.eq(id)),
        Scope::Person(id) => {
            Entity::find().filter(Column::AccountId.eq(id)).filter(Column::EnterpriseId.is_null())
        }
    }
}

/// A scope's entries that still wait, and those that ended since; the oldest first.
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: Scope,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let shown = Condition::any().add(Column::State.is_in(LIVE)).add(Column::UpdatedAt.gt(since));
    of_scope(scope).filter(shown).order_by_desc(Column::UpdatedAt).limit(limit).all(conn).await
}

pub async fn by_id(conn: &impl ConnectionTrait, scope: Scope, id: Uuid) -> Result<Option<Model>, DbErr> {
    of_scope(scope).filter(Column::Id.eq(id)).one(conn).await
}

/// Whoever waits for a service or has an offer, in their order.
pub async fn in_order(conn: &impl ConnectionTrait, service: Uuid) -> Result<Vec<Model>, DbErr> {
    live_of(service).order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(conn).await
}

fn live_of(service: Uuid) -> Select<Entity> {
    Entity::find().filter(Column::ServiceId.eq(service)).filter(Column::State.is_in(LIVE))
}

/// The services for which somebody waits.
pub async fn services(conn: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::ServiceId)
        .distinct()
        .filter(Column::State.is_in(LIVE))
        .into_tuple()
        .all(conn)
        .await
}

/// What a party waits for of a service.
pub async fn of_party(
    conn: &impl ConnectionTrait,
    service: Uuid,
    party: Uuid,
) -> Result<Option<Model>, DbErr> {
    live_of(service).filter(Column::PartyId.eq(party)).one(conn).await
}

/// How many wait for the same service and came before.
pub async fn before(conn: &impl ConnectionTrait, row: &Model) -> Result<u64, DbErr> {
    let same = Condition::all().add(Column::CreatedAt.eq(row.created_at)).add(Column::Id.lt(row.id));
    Entity::find()
        .filter(Column::ServiceId.eq(row.service_id))
        .filter(Column::State.eq(WaitingState::Waiting))
        .filter(Condition::any().add(Column::CreatedAt.lt(row.created_at)).add(same))
        .count(conn)
        .await
}

/// An entry, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await
}

/// The entry to which a held booking is offered, locked until the transaction ends.
pub async fn offered(tx: &Tx, service: Uuid, held: Uuid) -> Result<Option<Model>, DbErr> {
    live_of(service)
        .filter(Column::State.eq(WaitingState::Offered))
        .filter(Column::OfferedBookingId.eq(held))
        .lock_exclusive()
        .one(tx.conn())
        .await
}

pub async fn insert(tx: &Tx, row: Model) -> Result<(), DbErr> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.map(drop)
}

pub async fn update(tx: &Tx, row: Model) -> Result<(), DbErr> {
    waiting_entry::ActiveModel::from(row).reset_all().update(tx.conn()).await.map(drop)
}
