//! The queue over HTTP: the display without signing in, drawing and calling for officers.

mod refusals;
mod schemas;

use crate::auth::Signed;
use crate::base::words::ByLanguage;
use crate::http::{Body, Params, PathId, Refused};
use crate::queue::model::{TicketAction, label};
use crate::queue::service::{Display, Listed, Queue};
use crate::queue::store::entities::queue_ticket::{self, TicketState};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Routes under `/api/v1`.
pub fn router(queue: Queue) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_queue))
        .routes(routes!(list_tickets))
        .routes(routes!(call_next))
        .routes(routes!(get_ticket, draw_ticket))
        .routes(routes!(call_ticket))
        .routes(routes!(miss_ticket))
        .routes(routes!(finish_ticket))
        .with_state(queue)
}

/// A ticket as an officer sees it.
#[derive(Debug, Serialize, ToSchema)]
struct Ticket {
    id: Uuid,
    /// What is called: `H012`.
    label: String,
    state: TicketState,
    counter: Option<String>,
    booking_id: Uuid,
    /// Of the booking, to be read out.
    reference: String,
    service: Option<ByLanguage>,
    /// From when on it is its turn.
    due_at: DateTime<Utc>,
    drawn_at: DateTime<Utc>,
    called_at: Option<DateTime<Utc>>,
    times_called: i32,
}

impl From<Listed> for Ticket {
    fn from(Listed { row, reference, service }: Listed) -> Self {
        Self {
            id: row.id,
            label: label(&row),
            state: row.state,
            counter: row.counter,
            booking_id: row.booking_id,
            reference,
            service: service.map(|info| info.name()),
            due_at: row.due_at,
            drawn_at: row.drawn_at,
            called_at: row.called_at,
            times_called: row.times_called,
        }
    }
}

/// The tickets of a venue's day.
#[derive(Debug, Serialize, ToSchema)]
struct TicketList {
    items: Vec<Ticket>,
}

/// A number on the display.
#[derive(Debug, Serialize, ToSchema)]
struct CalledTicket {
    label: String,
    counter: Option<String>,
    called_at: Option<DateTime<Utc>>,
    /// How often it was called: whoever missed it hears it again.
    times_called: i32,
}

impl From<queue_ticket::Model> for CalledTicket {
    fn from(row: queue_ticket::Model) -> Self {
        let label = label(&row);
        let queue_ticket::Model { counter, called_at, times_called, .. } = row;
        Self { label, counter, called_at, times_called }
    }
}

/// What stands on the display of a venue; nothing of people.
#[derive(Debug, Serialize, ToSchema)]
struct QueueDisplay {
    venue: ByLanguage,
    zone: String,
    now: DateTime<Utc>,
    /// The latest first.
    called: Vec<CalledTicket>,
    /// The numbers that come next, in order.
    next: Vec<String>,
    waiting: u64,
}

impl From<Display> for QueueDisplay {
    fn from(display: Display) -> Self {
        Self {
            venue: display.info.venue_name(),
            zone: display.info.zone.name().to_owned(),
            now: display.now,
            called: display.called.into_iter().map(CalledTicket::from).collect(),
            next: display.next.iter().map(label).collect(),
            waiting: display.waiting,
        }
    }
}

/// Somebody's own ticket.
#[derive(Debug, Serialize, ToSchema)]
struct OwnTicket {
    label: String,
    state: TicketState,
    date: NaiveDate,
    counter: Option<String>,
    /// How many are called before, while it waits.
    ahead: Option<u64>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VenueQuery {
    /// Code of the venue.
    venue: String,
}

/// Where the next one is called to.
#[derive(Debug, Deserialize, ToSchema)]
struct CallingNext {
    /// Code of the venue.
    venue: String,
    /// Name of the counter.
    #[schema(min_length = 1, max_length = 12)]
    counter: String,
}

/// Where a ticket is called to.
#[derive(Debug, Deserialize, ToSchema)]
struct Calling {
    #[schema(min_length = 1, max_length = 12)]
    counter: String,
}

/// The display of a venue: who is called where, who comes next.
#[utoipa::path(get, path = "/queue", tag = "queue", operation_id = "get_queue", params(VenueQuery),
    responses((status = OK, body = QueueDisplay), refusals::GetQueue))]
async fn get_queue(
    State(queue): State<Queue>,
    Params(VenueQuery { venue }): Params<VenueQuery>,
) -> Result<Json<QueueDisplay>, Refused<refusals::GetQueue>> {
    Ok(Json(queue.display(&venue).await?.into()))
}

/// The open tickets of today at a venue, in the order of calling.
#[utoipa::path(get, path = "/queue/tickets", tag = "queue", operation_id = "list_tickets", params(VenueQuery),
    responses((status = OK, body = TicketList), refusals::ListTickets))]
async fn list_tickets(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    Params(VenueQuery { venue }): Params<VenueQuery>,
) -> Result<Json<TicketList>, Refused<refusals::ListTickets>> {
    let items = queue.sheet(&actor, &venue).await?.into_iter().map(Ticket::from).collect();
    Ok(Json(TicketList { items }))
}

/// Calls whose turn it is. Of several officers who do at once, each gets somebody else.
#[utoipa::path(post, path = "/queue/call", tag = "queue", operation_id = "call_next", request_body = CallingNext,
    responses((status = OK, body = Ticket), refusals::CallNext))]
async fn call_next(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    Body(CallingNext { venue, counter }): Body<CallingNext>,
) -> Result<Json<Ticket>, Refused<refusals::CallNext>> {
    Ok(Json(queue.call_next(&actor, &venue, &counter).await?.into()))
}

/// The queue ticket of a booking.
#[utoipa::path(get, path = "/bookings/{id}/ticket", tag = "queue", operation_id = "get_ticket",
    params(("id" = Uuid, Path)), responses((status = OK, body = OwnTicket), refusals::GetTicket))]
async fn get_ticket(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    PathId(id): PathId,
) -> Result<Json<OwnTicket>, Refused<refusals::GetTicket>> {
    let (row, ahead) = queue.of_booking(&actor, id).await?;
    let label = label(&row);
    let queue_ticket::Model { state, date, counter, .. } = row;
    Ok(Json(OwnTicket { label, state, date, counter, ahead }))
}

/// Draws a ticket for somebody who has come, and checks them in; possible from 60 minutes before the start. Who has one
/// gets the same again.
#[utoipa::path(post, path = "/bookings/{id}/ticket", tag = "queue", operation_id = "draw_ticket",
    params(("id" = Uuid, Path)), responses((status = CREATED, body = Ticket), refusals::DrawTicket))]
async fn draw_ticket(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    PathId(id): PathId,
) -> Result<(StatusCode, Json<Ticket>), Refused<refusals::DrawTicket>> {
    Ok((StatusCode::CREATED, Json(queue.draw(&actor, id).await?.into())))
}

/// Calls a ticket: once more, or after its holder came late.
#[utoipa::path(post, path = "/queue/tickets/{id}/call", tag = "queue", operation_id = "call_ticket",
    params(("id" = Uuid, Path)), request_body = Calling, responses((status = OK, body = Ticket), refusals::CallTicket))]
async fn call_ticket(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    PathId(id): PathId,
    Body(Calling { counter }): Body<Calling>,
) -> Result<Json<Ticket>, Refused<refusals::CallTicket>> {
    Ok(Json(queue.act(&actor, id, TicketAction::Call, Some(&counter)).await?.into()))
}

/// Nobody came when the ticket was called.
#[utoipa::path(post, path = "/queue/tickets/{id}/miss", tag = "queue", operation_id = "miss_ticket",
    params(("id" = Uuid, Path)), responses((status = OK, body = Ticket), refusals::MissTicket))]
async fn miss_ticket(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    PathId(id): PathId,
) -> Result<Json<Ticket>, Refused<refusals::MissTicket>> {
    Ok(Json(queue.act(&actor, id, TicketAction::Miss, None).await?.into()))
}

/// The matter is dealt with; the booking is completed.
#[utoipa::path(post, path = "/queue/tickets/{id}/done", tag = "queue", operation_id = "finish_ticket",
    params(("id" = Uuid, Path)), responses((status = OK, body = Ticket), refusals::FinishTicket))]
async fn finish_ticket(
    Signed(actor): Signed,
    State(queue): State<Queue>,
    PathId(id): PathId,
) -> Result<Json<Ticket>, Refused<refusals::FinishTicket>> {
    Ok(Json(queue.act(&actor, id, TicketAction::Done, None).await?.into()))
}
