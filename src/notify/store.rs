//! Every query of the outbox.

use super::Mail;
use super::model::{Payload, clean_line};
use crate::db::Tx;
use crate::entity::outbox::{self, OutboxState};
use crate::ids;
use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr, EntityTrait};

/// Queues a mail in the caller's transaction. It is due at once.
pub async fn enqueue(tx: &Tx, at: DateTime<Utc>, mail: Mail) -> Result<(), DbErr> {
    let row = outbox::ActiveModel {
        id: Set(ids::new_id(at)),
        case_id: Set(mail.case_id),
        template: Set(mail.template.to_owned()),
        to_address: Set(clean_line(&mail.to)),
        payload: Set(Payload::of(&mail).to_json()?),
        state: Set(OutboxState::Pending),
        attempts: Set(0),
        next_at: Set(at),
        last_error: Set(None),
        created_at: Set(at),
        sent_at: Set(None),
    };
    outbox::Entity::insert(row).exec_without_returning(tx.conn()).await.map(|_| ())
}
