//! Every query of invitations and answers.

use crate::db::Tx;
use crate::entity::{booking, rating, rating_invite};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ExprTrait, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

pub(super) async fn booking(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<booking::Model>, DbErr> {
    booking::Entity::find_by_id(id).one(conn).await
}

/// Writes an invitation; `false` when its booking has one already.
pub(super) async fn insert_invite(tx: &Tx, row: rating_invite::Model) -> Result<bool, DbErr> {
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
    Ok(insert.exec_without_returning(tx.conn()).await? == 1)
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

/// Writes an answer; `false` when the invitation has one already. The unique key decides.
pub(super) async fn insert_answer(tx: &Tx, row: rating::Model) -> Result<bool, DbErr> {
    let (invite_id, at) = (row.invite_id, row.answered_at);
    let row = rating::ActiveModel {
        id: Set(row.id),
        invite_id: Set(row.invite_id),
        level: Set(row.level),
        comment: Set(row.comment),
        answered_at: Set(row.answered_at),
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
    pub invited_at: DateTime<Utc>,
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

/// Answers, those about `not_about` left out. Newest months first, in no order within a month.
pub(super) async fn answers(
    conn: &impl ConnectionTrait,
    not_about: Uuid,
    service_id: Option<Uuid>,
    spans: Option<&Spans>,
    before: Option<Uuid>,
    limit: u64,
) -> Result<Vec<AnswerRow>, DbErr> {
    let officer = rating_invite::Column::OfficerId;
    let mut query = rating::Entity::find()
        .join(JoinType::InnerJoin, invite_of_rating())
        .filter(officer.is_null().or(officer.ne(not_about)))
        .order_by_desc(rating::Column::Id)
        .limit(limit)
        .select_only()
        .columns([rating::Column::Id, rating::Column::Level, rating::Column::Comment])
        .columns([rating_invite::Column::ServiceId, rating_invite::Column::InvitedAt]);
    if let Some(service_id) = service_id {
        query = query.filter(rating_invite::Column::ServiceId.eq(service_id));
    }
    if let Some(spans) = spans {
        query = query.filter(within(spans));
    }
    if let Some(before) = before {
        query = query.filter(rating::Column::Id.lt(before));
    }
    query.into_model().all(conn).await
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
