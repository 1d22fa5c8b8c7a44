//! What other features ask about invitations and answers.

use crate::evidence::told_or;
use crate::survey::store::entities::{rating, rating_invite};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Whether anybody ever answered.
pub async fn is_any_answer(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let answered = rating_invite::Entity::find()
        .select_only()
        .column(rating_invite::Column::Id)
        .filter(rating_invite::Column::AnsweredAt.is_not_null());
    let rated = rating::Entity::find().select_only().column(rating::Column::Id);
    Ok(answered.limit(1).into_tuple::<Uuid>().one(conn).await?.is_some()
        || rated.limit(1).into_tuple::<Uuid>().one(conn).await?.is_some())
}

/// The next ratings by id.
pub async fn ratings_after(
    conn: &impl ConnectionTrait,
    after: Uuid,
    limit: u64,
) -> Result<Vec<rating::Model>, DbErr> {
    rating::Entity::find()
        .filter(rating::Column::Id.gt(after))
        .order_by_asc(rating::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// The invitations of a case, those of other cases that its entries tell of, and the answers to them.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: impl Fn(&str) -> Vec<Uuid>,
) -> Result<(Vec<rating_invite::Model>, Vec<rating::Model>), DbErr> {
    let (id, owner) = (rating_invite::Column::Id, rating_invite::Column::BookingId);
    let invites: Vec<rating_invite::Model> = told_or(conn, &told, id, owner, &[case]).await?;
    let of_invites = rating::Column::InviteId.is_in(invites.iter().map(|row| row.id));
    let ratings = rating::Entity::find().filter(of_invites).all(conn).await?;
    Ok((invites, ratings))
}
