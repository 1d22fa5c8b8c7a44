//! Every query of invitations and answers.

pub mod ask;
pub mod entities;
pub mod evident;

use crate::db::Tx;
use crate::evidence;
use crate::survey::store::entities::{rating, rating_about, rating_invite};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// Writes an invitation, which the next entry tells; `false` when its booking has one already.
pub(super) async fn insert_invite(tx: &Tx, invite: rating_invite::Model) -> Result<bool, DbErr> {
    let row = invite.clone();
    let row = rating_invite::ActiveModel {
        id: Set(row.id),
        booking_id: Set(row.booking_id),
        service_id: Set(row.service_id),
        officer_id: Set(row.officer_id),
        token_hash: Set(row.token_hash),
        invited_at: Set(row.invited_at),
        expires_at: Set(row.expires_at),
        answered_at: Set(row.answered_at),
    };
    let unless_there = OnConflict::column(rating_invite::Column::BookingId).do_nothing().to_owned();
    let insert = rating_invite::Entity::insert(row).on_conflict(unless_there);
    let made = insert.exec_without_returning(tx.conn()).await? == 1;
    if made {
        evidence::tell_made(tx, &invite);
    }
    Ok(made)
}

pub(super) async fn invite_by_hash(
    conn: &impl ConnectionTrait,
    token_hash: Vec<u8>,
) -> Result<Option<rating_invite::Model>, DbErr> {
    rating_invite::Entity::find().filter(rating_invite::Column::TokenHash.eq(token_hash)).one(conn).await
}

pub(super) async fn invite_of_booking(
    conn: &impl ConnectionTrait,
    booking_id: Uuid,
) -> Result<Option<rating_invite::Model>, DbErr> {
    rating_invite::Entity::find().filter(rating_invite::Column::BookingId.eq(booking_id)).one(conn).await
}

/// Writes down whom answers to an invitation are about.
pub(super) async fn insert_about(
    tx: &Tx,
    invite_id: Uuid,
    officers: impl IntoIterator<Item = Uuid>,
) -> Result<(), DbErr> {
    let rows: Vec<_> = officers
        .into_iter()
        .map(|id| rating_about::ActiveModel { invite_id: Set(invite_id), account_id: Set(id) })
        .collect();
    if !rows.is_empty() {
        rating_about::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Writes an answer; `false` when the invitation has one already. The unique key decides.
pub(super) async fn insert_answer(tx: &Tx, row: rating::Model) -> Result<bool, DbErr> {
    let (invite_id, at) = (row.invite_id, row.answered_at);
    let row = rating::ActiveModel {
        id: Set(row.id),
        invite_id: Set(row.invite_id),
        level: Set(row.level),
        comment: Set(row.comment),
        answered_at: Set(row.answered_at),
        salt: Set(row.salt),
        entry_seq: Set(row.entry_seq),
    };
    let unless_there = OnConflict::column(rating::Column::InviteId).do_nothing().to_owned();
    let insert = rating::Entity::insert(row).on_conflict(unless_there);
    if insert.exec_without_returning(tx.conn()).await? == 0 {
        return Ok(false);
    }
    let answered =
        rating_invite::ActiveModel { id: Set(invite_id), answered_at: Set(Some(at)), ..Default::default() };
    rating_invite::Entity::update(answered).exec(tx.conn()).await?;
    Ok(true)
}

/// From the rating to its invitation.
fn invite_of_rating() -> sea_orm::RelationDef {
    rating::Entity::belongs_to(rating_invite::Entity)
        .from(rating::Column::InviteId)
        .to(rating_invite::Column::Id)
        .into()
}

/// An answer without a who.
#[derive(Debug, FromQueryResult)]
pub(super) struct AnswerRow {
    pub id: Uuid,
    pub service_id: Uuid,
    pub level: i32,
    pub comment: Option<String>,
}

/// Services, each with the half-open times of invitation that count for it.
pub(super) type Spans = Vec<(Vec<Uuid>, DateTime<Utc>, DateTime<Utc>)>;

fn within(spans: &Spans) -> Condition {
    spans.iter().fold(Condition::any(), |any, (services, from, until)| {
        any.add(
            Condition::all()
                .add(rating_invite::Column::ServiceId.is_in(services.iter().copied()))
                .add(rating_invite::Column::InvitedAt.gte(*from))
                .add(rating_invite::Column::InvitedAt.lt(*until)),
        )
    })
}

/// Invitations whose answers are about an officer.
fn about(officer: Uuid) -> SelectStatement {
    rating_about::Entity::find()
        .select_only()
        .column(rating_about::Column::InviteId)
        .filter(rating_about::Column::AccountId.eq(officer))
        .into_query()
}

/// Answers of some services and times, those about `reader` left out, in the order of their ids.
pub(super) async fn answers(
    conn: &impl ConnectionTrait,
    reader: Uuid,
    spans: &Spans,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<AnswerRow>, DbErr> {
    let mut query = rating::Entity::find()
        .join(JoinType::InnerJoin, invite_of_rating())
        .filter(rating_invite::Column::Id.not_in_subquery(about(reader)))
        .filter(within(spans))
        .order_by_desc(rating::Column::Id)
        .limit(limit)
        .select_only()
        .columns([rating::Column::Id, rating::Column::Level, rating::Column::Comment])
        .column(rating_invite::Column::ServiceId);
    if let Some(before) = before {
        query = query.filter(rating::Column::Id.lt(before));
    }
    query.into_model().all(conn).await
}

/// How many answers of these services and times are about an officer, by service.
pub(super) async fn tally_about(
    conn: &impl ConnectionTrait,
    spans: &Spans,
    officer: Uuid,
) -> Result<Vec<(Uuid, i64)>, DbErr> {
    rating::Entity::find()
        .join(JoinType::InnerJoin, invite_of_rating())
        .filter(rating_invite::Column::Id.in_subquery(about(officer)))
        .filter(within(spans))
        .select_only()
        .column(rating_invite::Column::ServiceId)
        .column_as(rating::Column::Id.count(), "answers")
        .group_by(rating_invite::Column::ServiceId)
        .into_tuple()
        .all(conn)
        .await
}

/// The times of the first and the last invitation.
pub(super) async fn invited_between(
    conn: &impl ConnectionTrait,
) -> Result<Option<(DateTime<Utc>, DateTime<Utc>)>, DbErr> {
    type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let span: Option<Span> = rating_invite::Entity::find()
        .select_only()
        .column_as(rating_invite::Column::InvitedAt.min(), "first")
        .column_as(rating_invite::Column::InvitedAt.max(), "last")
        .into_tuple()
        .one(conn)
        .await?;
    Ok(span.and_then(|(first, last)| first.zip(last)))
}

/// The services that anybody was ever invited to rate.
pub(super) async fn rated_services(conn: &impl ConnectionTrait) -> Result<Vec<Uuid>, DbErr> {
    rating_invite::Entity::find()
        .select_only()
        .column(rating_invite::Column::ServiceId)
        .distinct()
        .into_tuple()
        .all(conn)
        .await
}

/// How many invitations of these services and times have an answer of which level: (service, level,
/// number); no level is no answer.
pub(super) async fn tally(
    conn: &impl ConnectionTrait,
    spans: &Spans,
) -> Result<Vec<(Uuid, Option<i32>, i64)>, DbErr> {
    rating_invite::Entity::find()
        .join(JoinType::LeftJoin, invite_of_rating().rev())
        .filter(within(spans))
        .select_only()
        .column(rating_invite::Column::ServiceId)
        .column(rating::Column::Level)
        .column_as(rating_invite::Column::Id.count(), "invitations")
        .group_by(rating_invite::Column::ServiceId)
        .group_by(rating::Column::Level)
        .into_tuple()
        .all(conn)
        .await
}
