//! The office's day.

use crate::auth::{Actor, Right, Signed};
use crate::booking::Booking;
use crate::booking::store::read::{ListKey, Order};
use crate::booking::wire::dto::{DayBookingDto, OfficeDayDto};
use crate::booking::wire::refusals;
use crate::db::live::{Change, Topic, next_change};
use crate::http::{Cursor, Page, Params, Problem, Refused, dated};
use axum::Json;
use axum::extract::State;
use axum::response::sse::Event;
use chrono::NaiveDate;
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The date asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DayQuery {
    /// Today in the office's zone, if left out.
    #[serde(default, deserialize_with = "dated")]
    date: Option<NaiveDate>,
    /// Only what lies on the caller's own desk; the requests that wait for a decision are everybody's.
    #[serde(default)]
    #[param(required = false)]
    mine: bool,
}

/// The bookings of a day, what is undecided, and who waits.
#[utoipa::path(get, path = "/day", tag = "office_day", operation_id = "get_day", params(DayQuery), responses((status = OK, body = OfficeDayDto), refusals::GetDay))]
pub async fn get_day(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<DayQuery>,
) -> Result<Json<OfficeDayDto>, Refused<refusals::GetDay>> {
    Ok(Json(booking.day(&actor, query.date, query.mine).await?))
}

/// In which order requests are listed.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOrder {
    /// By the time of the appointment.
    #[default]
    Soonest,
    /// By the time of the request.
    Newest,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    #[serde(default)]
    #[param(inline)]
    order: DecisionOrder,
    /// `next_cursor` of the page before, in the same order; or `undecided_next_cursor` of the day.
    cursor: Option<String>,
}

/// The requests that wait for a decision. What nobody decided in time has ended and is not among them.
#[utoipa::path(get, path = "/decisions", tag = "office_day", operation_id = "list_decisions",
    params(DecisionsQuery), responses((status = OK, body = Page<DayBookingDto>), refusals::ListDecisions))]
pub async fn list_decisions(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<DecisionsQuery>,
) -> Result<Json<Page<DayBookingDto>>, Refused<refusals::ListDecisions>> {
    let order = match query.order {
        DecisionOrder::Soonest => Order::Soonest,
        DecisionOrder::Newest => Order::Newest,
    };
    let after: Option<ListKey> = Cursor::decode(query.cursor.as_deref())?;
    Ok(Json(booking.decisions(&actor, order, after).await?))
}

/// An event `day` now and whenever the day has changed; whoever follows it then asks for it anew.
pub fn day_changes(
    booking: &Booking,
    actor: &Actor,
) -> Result<impl Stream<Item = Event> + Send + use<>, Problem> {
    actor.may(Right::HandleBookings)?;
    // Listening begins before the first event goes out, so no change falls in between.
    let topics = booking.live().listen();
    let changed = || Event::default().event("day").data("{}");
    let changes = stream::unfold(topics, move |mut topics| async move {
        let change = next_change(&mut topics, |topic| topic == Topic::Day).await;
        (change == Change::Changed).then(|| (changed(), topics))
    });
    Ok(stream::iter([changed()]).chain(changes))
}
