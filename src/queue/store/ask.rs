//! What other features ask about tickets.

use crate::evidence::told_or;
use crate::queue::store::entities::queue_ticket::{self, Column};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

/// The tickets of a case, and those of other cases that its entries tell of.
pub async fn of_case(
    conn: &impl ConnectionTrait,
    case: Uuid,
    told: impl Fn(&str) -> Vec<Uuid>,
) -> Result<Vec<queue_ticket::Model>, DbErr> {
    told_or(conn, &told, Column::Id, Column::BookingId, &[case]).await
}
