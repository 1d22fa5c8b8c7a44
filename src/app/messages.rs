//! What staff see of outgoing messages. Here and not in `notify`, which may not know who is calling.

use crate::auth::{Right, Signed};
use crate::base::words::Language;
use crate::booking::ask;
use crate::booking::model::display_reference;
use crate::db::Db;
use crate::http::{Cursor, Page, Params, PathId, Refused, refusals, words_in_json};
use crate::notify::entities::outbox::OutboxState;
use crate::notify::{self, Notify, WithdrawnBecause};
use axum::extract::State;
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Routes under `/api/v1`.
pub(super) fn router(notify: Notify, db: Db) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(retry_message))
        .with_state((notify, db))
}

/// An outgoing message, as far as staff need to know it.
#[derive(Debug, Serialize, ToSchema)]
struct Message {
    id: Uuid,
    /// The booking that it is about.
    booking_reference: Option<String>,
    /// What kind of message it is, such as `booking.accepted`.
    template: String,
    /// The receiver's address without most of its name.
    to_masked: String,
    state: OutboxState,
    attempts: i32,
    /// Why the last attempt did not succeed: the mail server's words, or ours.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    /// When it is tried next.
    next_at: Option<DateTime<Utc>>,
    /// It was handed over at least once without an answer: it may have arrived, or arrive twice.
    may_have_arrived: bool,
    withdrawn_because: Option<WithdrawnBecause>,
}

impl Message {
    fn of(message: notify::Message, references: &HashMap<Uuid, String>, language: Language) -> Self {
        Self {
            last_error: message.last_error(language),
            id: message.id,
            booking_reference: message
                .case_id
                .and_then(|case| references.get(&case))
                .map(|reference| display_reference(reference)),
            template: message.template,
            to_masked: message.to_masked,
            state: message.state,
            attempts: message.attempts,
            created_at: message.created_at,
            next_at: message.next_at,
            may_have_arrived: message.may_have_arrived,
            withdrawn_because: message.withdrawn_because,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MessageQuery {
    /// Only messages in this state.
    state: Option<OutboxState>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

words_in_json! {
    /// State of a message.
    OutboxState { Pending, Sent, Failed, Withdrawn }

    /// Why a mail was not sent any more.
    WithdrawnBecause { Replaced, Outdated }
}

const PAGE: usize = 50;

refusals! {
    ListMessages { FORBIDDEN: "forbidden"; }
    RetryMessage { FORBIDDEN: "forbidden"; CONFLICT: "message_not_failed", "message_outdated"; }
}

/// Outgoing messages, newest first
#[utoipa::path(
    get, path = "/messages", tag = "messages", operation_id = "list_messages",
    params(MessageQuery),
    responses((status = 200, body = Page<Message>), ListMessages),
)]
async fn list_messages(
    Signed(actor): Signed,
    State((notify, db)): State<(Notify, Db)>,
    language: Option<Extension<Language>>,
    Params(query): Params<MessageQuery>,
) -> Result<Json<Page<Message>>, Refused<ListMessages>> {
    actor.may(Right::SeeMessages)?;
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let before = Cursor::decode(query.cursor.as_deref())?;
    let rows = notify.messages(query.state, before, PAGE as u64 + 1).await?;
    let references = ask::references(db.reader(), rows.iter().filter_map(|row| row.case_id)).await?;
    Ok(Json(Page::of(rows, PAGE, |row| row.id, |row| Message::of(row, &references, language))))
}

/// Send a failed message again
#[utoipa::path(
    post, path = "/messages/{id}/retry", tag = "messages", operation_id = "retry_message",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Message), RetryMessage),
)]
async fn retry_message(
    Signed(actor): Signed,
    State((notify, db)): State<(Notify, Db)>,
    language: Option<Extension<Language>>,
    PathId(id): PathId,
) -> Result<Json<Message>, Refused<RetryMessage>> {
    actor.may(Right::SeeMessages)?;
    let language = language.map(|Extension(language)| language).unwrap_or_default();
    let message = notify.retry(id).await?;
    let references = ask::references(db.reader(), message.case_id).await?;
    Ok(Json(Message::of(message, &references, language)))
}
