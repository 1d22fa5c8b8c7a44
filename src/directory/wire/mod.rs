//! What is public about the office: its facts and the official calendar.

mod refusals;
mod schemas;

use crate::base::words;
use crate::directory::model::calendar::DayClass;
use crate::directory::model::customs::{self, CustomsOffice};
use crate::directory::{Directory, Office};
use crate::http::{NothingOfItsOwn, Params, Problem, Refused, dated};
use axum::Json;
use axum::extract::State;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// As many days as one answer holds.
const MOST_DAYS: i64 = 92;

/// The routes of the directory.
pub fn router(directory: Directory) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_office))
        .routes(routes!(get_calendar))
        .routes(routes!(find_customs_offices))
        .with_state(directory)
}

/// The office: name, zone, duty phone, recording notice.
#[utoipa::path(get, path = "/office", tag = "office", operation_id = "get_office", responses((status = OK, body = Office)))]
async fn get_office(State(directory): State<Directory>) -> Json<Office> {
    Json(directory.office().await)
}

/// The days asked for, the first and the last included.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CalendarQuery {
    #[serde(deserialize_with = "dated")]
    from: NaiveDate,
    #[serde(deserialize_with = "dated")]
    to: NaiveDate,
}

/// The official calendar from one date to another.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarRange {
    days: Vec<CalendarDay>,
}

/// What one date is by the official calendar.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarDay {
    date: NaiveDate,
    kind: DayClass,
    /// The holiday that the date belongs to or is a make-up workday for.
    name: Option<String>,
}

/// The official calendar, at most 92 days at a time.
#[utoipa::path(
    get, path = "/calendar", tag = "office", operation_id = "get_calendar", params(CalendarQuery),
    responses((status = OK, body = CalendarRange), refusals::GetCalendar),
)]
async fn get_calendar(
    State(directory): State<Directory>,
    Params(CalendarQuery { from, to }): Params<CalendarQuery>,
) -> Result<Json<CalendarRange>, Refused<refusals::GetCalendar>> {
    check_range(from, to)?;
    let calendar = directory.calendar().await?;
    let days = from.iter_days().take_while(|date| *date <= to).map(|date| CalendarDay {
        date,
        kind: calendar.class(date),
        name: calendar.name(date).map(str::to_owned),
    });
    Ok(Json(CalendarRange { days: days.collect() }))
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CustomsQuery {
    /// The beginning of a code, or a part of a name in Chinese or English.
    #[serde(default)]
    q: String,
}

/// Customs offices that were found.
#[derive(Debug, Serialize, ToSchema)]
struct CustomsOffices {
    /// At most twenty.
    items: Vec<CustomsOffice>,
    /// How many the list has; 0 where the office has imported none.
    total: usize,
}

/// Customs offices by code (关区代码) or name, from the list that the office has imported.
#[utoipa::path(
    get, path = "/customs-offices", tag = "office", operation_id = "find_customs_offices", params(CustomsQuery),
    responses((status = OK, body = CustomsOffices)),
)]
async fn find_customs_offices(
    State(directory): State<Directory>,
    Params(CustomsQuery { q }): Params<CustomsQuery>,
) -> Result<Json<CustomsOffices>, Refused<NothingOfItsOwn>> {
    let list = directory.customs().await?;
    Ok(Json(CustomsOffices { items: customs::find(&list, &q), total: list.len() }))
}

fn check_range(from: NaiveDate, to: NaiveDate) -> Result<(), Problem> {
    for (field, date) in [("from", from), ("to", to)] {
        // Other years cannot be written in four digits.
        if !(1..=9999).contains(&date.year()) {
            return Err(Problem::invalid(field, words::directory::bad_range_year()));
        }
    }
    if to < from {
        return Err(Problem::invalid("to", words::directory::bad_range()));
    }
    if (to - from).num_days() >= MOST_DAYS {
        return Err(Problem::invalid("to", words::directory::range_too_long(MOST_DAYS)));
    }
    Ok(())
}
