//! The office's board.

use crate::auth::Signed;
use crate::booking::Booking;
use crate::booking::wire::dto::BoardDto;
use crate::booking::wire::refusals;
use crate::http::{Params, Refused, dated};
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::IntoParams;

/// The dates asked for, in the office's zone.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Today, if left out.
    #[serde(default, deserialize_with = "dated")]
    from: Option<NaiveDate>,
    /// The last one, not more than six days later; `from`, if left out.
    #[serde(default, deserialize_with = "dated")]
    to: Option<NaiveDate>,
}

/// What stands on some days, with the hours in which services are open: at most seven days.
#[utoipa::path(get, path = "/board", tag = "office_day", operation_id = "get_board",
    params(BoardQuery), responses((status = OK, body = BoardDto), refusals::GetBoard))]
pub async fn get_board(
    Signed(actor): Signed,
    State(booking): State<Booking>,
    Params(query): Params<BoardQuery>,
) -> Result<Json<BoardDto>, Refused<refusals::GetBoard>> {
    Ok(Json(booking.board(&actor, query.from, query.to).await?))
}
