//! Every query of calendars behind secret addresses, and of the bookings in them.

use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::calendar_feed::{self, Column};
use crate::booking::store::{Scope, read};
use crate::db::Tx;
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

/// Who has a say about calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Somebody about their own.
    Account(Uuid),
    /// Everybody in an enterprise about all that show its bookings.
    Enterprise(Uuid),
}

impl Party {
    fn find(self) -> Select<calendar_feed::Entity> {
        let all = calendar_feed::Entity::find();
        match self {
            Self::Account(id) => all.filter(Column::AccountId.eq(id)).filter(Column::EnterpriseId.is_null()),
            Self::Enterprise(id) => all.filter(Column::EnterpriseId.eq(id)),
        }
    }
}

/// Those of a party that were not revoked, oldest first.
pub async fn standing(conn: &impl ConnectionTrait, party: Party) -> Result<Vec<calendar_feed::Model>, DbErr> {
    party.find().filter(Column::RevokedAt.is_null()).order_by_asc(Column::Id).all(conn).await
}

/// How many of somebody's making were not revoked.
pub async fn count_of_maker(conn: &impl ConnectionTrait, account: Uuid) -> Result<u64, DbErr> {
    let of_maker = calendar_feed::Entity::find().filter(Column::AccountId.eq(account));
    of_maker.filter(Column::RevokedAt.is_null()).count(conn).await
}

/// The one behind an address, also one that was revoked.
pub async fn by_hash(
    conn: &impl ConnectionTrait,
    token_hash: Vec<u8>,
) -> Result<Option<calendar_feed::Model>, DbErr> {
    calendar_feed::Entity::find().filter(Column::TokenHash.eq(token_hash)).one(conn).await
}

/// One of a party's, locked until the transaction ends.
pub async fn lock(tx: &Tx, party: Party, id: Uuid) -> Result<Option<calendar_feed::Model>, DbErr> {
    party.find().filter(Column::Id.eq(id)).lock_exclusive().one(tx.conn()).await
}

pub async fn insert(tx: &Tx, row: calendar_feed::Model) -> Result<(), DbErr> {
    calendar_feed::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await.map(drop)
}

/// Revokes one that was locked and stands.
pub async fn revoke(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = calendar_feed::ActiveModel { id: Set(id), revoked_at: Set(Some(now)), ..Default::default() };
    row.update(tx.conn()).await.map(drop)
}

/// Notes that one was read.
pub async fn note_read(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = calendar_feed::ActiveModel { id: Set(id), last_read_at: Set(Some(now)), ..Default::default() };
    row.update(tx.conn()).await.map(drop)
}

/// Whose bookings a calendar shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Desk(Uuid),
    All(Scope),
}

/// The bookings in a calendar, by their time: those that begin from `now` on, the soonest first, and as many of those
/// that began since `back` as there is room for, the latest first. Holds are nobody's appointment yet, and what was
/// given up while it was one never was.
pub async fn bookings(
    conn: &impl ConnectionTrait,
    shown: Shown,
    (back, now): (DateTime<Utc>, DateTime<Utc>),
    most: u64,
) -> Result<Vec<booking::Model>, DbErr> {
    use booking::Column::{ContactName, Id, StartsAt, State};
    let find = || {
        let of = match shown {
            Shown::Desk(officer) => Scope::Office.find().filter(read::on_desk(officer)),
            Shown::All(scope) => scope.find(),
        };
        of.filter(State.ne(BookingState::Held)).filter(ContactName.is_not_null())
    };
    let coming = find().filter(StartsAt.gte(now)).order_by_asc(StartsAt).order_by_asc(Id);
    let coming = coming.limit(most).all(conn).await?;
    let room = most.saturating_sub(coming.len() as u64);
    if room == 0 {
        return Ok(coming);
    }
    let past = find().filter(StartsAt.lt(now)).filter(StartsAt.gte(back));
    let past = past.order_by_desc(StartsAt).order_by_desc(Id).limit(room).all(conn).await?;
    Ok(past.into_iter().rev().chain(coming).collect())
}
