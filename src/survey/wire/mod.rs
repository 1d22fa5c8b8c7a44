//! Ratings over HTTP: the link's form without signing in, answers and figures for staff.

mod refusals;

use crate::auth::{Right, Signed};
use crate::base::words::{self, ByLanguage};
use crate::http::{Body, Cursor, NothingOfItsOwn, Page, Params, PathId, PathText, Problem, Refused};
use crate::survey::model::figures::MonthFigures;
use crate::survey::model::month::Month;
use crate::survey::model::{self, Figure, Sum};
use crate::survey::service::{FormState, Survey};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Routes under `/api/v1`.
pub fn router(survey: Survey) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(get_rating, answer_rating))
        .routes(routes!(get_booking_rating))
        .routes(routes!(list_answers))
        .routes(routes!(rating_figures))
        .with_state(survey)
}

/// What a rating link asks about.
#[derive(Debug, Serialize, ToSchema)]
struct RatingForm {
    service: ByLanguage,
    /// Enough of the reference for its owner.
    reference_masked: String,
    /// The day of the appointment, at the venue.
    on: NaiveDate,
    state: RatingState,
    expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RatingState {
    Open,
    Answered,
    Expired,
}

/// What is behind a rating link
#[utoipa::path(
    get, path = "/ratings/{token}", tag = "ratings", operation_id = "get_rating",
    params(("token" = String, Path)),
    responses((status = 200, body = RatingForm)),
)]
async fn get_rating(
    State(survey): State<Survey>,
    PathText(token): PathText,
) -> Result<Json<RatingForm>, Refused<NothingOfItsOwn>> {
    let form = survey.form(&token).await?;
    Ok(Json(RatingForm {
        service: form.service,
        reference_masked: form.reference_masked,
        on: form.on,
        state: match form.state {
            FormState::Open => RatingState::Open,
            FormState::Answered => RatingState::Answered,
            FormState::Expired => RatingState::Expired,
        },
        expires_at: form.expires_at,
    }))
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
struct NewAnswer {
    /// 1 (very dissatisfied) to 5 (very satisfied).
    #[schema(minimum = 1, maximum = 5)]
    level: i64,
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// That an answer was taken.
#[derive(Debug, Serialize, ToSchema)]
struct Taken {}

/// Answer a rating link, once
#[utoipa::path(
    post, path = "/ratings/{token}", tag = "ratings", operation_id = "answer_rating",
    params(("token" = String, Path)),
    request_body = NewAnswer,
    responses((status = 201, body = Taken), refusals::AnswerRating),
)]
async fn answer_rating(
    State(survey): State<Survey>,
    PathText(token): PathText,
    Body(answer): Body<NewAnswer>,
) -> Result<(StatusCode, Json<Taken>), Refused<refusals::AnswerRating>> {
    survey.answer(&token, answer.level, answer.comment.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(Taken {})))
}

/// The link to rate a booking.
#[derive(Debug, Serialize, ToSchema)]
struct RatingLink {
    /// Null as long as the booking is not completed, and once it is rated or the term is over.
    url: Option<String>,
    /// It was rated.
    answered: bool,
}

/// The link to rate one's own completed booking
#[utoipa::path(
    get, path = "/bookings/{id}/rating", tag = "ratings", operation_id = "get_booking_rating",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = RatingLink), refusals::GetBookingRating),
)]
async fn get_booking_rating(
    Signed(actor): Signed,
    State(survey): State<Survey>,
    PathId(id): PathId,
) -> Result<Json<RatingLink>, Refused<refusals::GetBookingRating>> {
    let link = survey.link(&actor, id).await?;
    Ok(Json(RatingLink { url: link.url, answered: link.answered }))
}

/// One answer, without a who.
#[derive(Debug, Serialize, ToSchema)]
struct Answer {
    /// Tells the month, not the time.
    id: Uuid,
    /// Null where fewer than five answers of the service would be told by it.
    service: Option<ByLanguage>,
    level: i32,
    comment: Option<String>,
    /// The month of the invitation.
    #[schema(example = "2026-11")]
    month: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AnswerQuery {
    /// Only those invited in this month, such as `2026-11`.
    month: Option<String>,
    service_id: Option<Uuid>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

const PAGE: usize = 50;

/// Answers, newest months first: never those about the caller, and none that stand in a group of fewer
/// than five, by whatever month or service is asked for
#[utoipa::path(
    get, path = "/answers", tag = "ratings", operation_id = "list_answers",
    params(AnswerQuery),
    responses((status = 200, body = Page<Answer>), refusals::ListAnswers),
)]
async fn list_answers(
    Signed(actor): Signed,
    State(survey): State<Survey>,
    Params(query): Params<AnswerQuery>,
) -> Result<Json<Page<Answer>>, Refused<refusals::ListAnswers>> {
    actor.may(Right::SeeFigures)?;
    let month = query.month.as_deref().map(|text| month("month", text)).transpose()?;
    let after: Option<(String, Uuid)> = Cursor::decode(query.cursor.as_deref())?;
    let after = after.and_then(|(month, id)| Some((Month::parse(&month)?, id)));
    let rows = survey.answers(actor.account_id, month, query.service_id, after, PAGE + 1).await?;
    Ok(Json(Page::of(
        rows,
        PAGE,
        |row| (row.month.to_string(), row.id),
        |row| Answer {
            id: row.id,
            service: row.service,
            level: row.level,
            comment: row.comment,
            month: row.month.to_string(),
        },
    )))
}

/// Ratings by month and service.
#[derive(Debug, Serialize, ToSchema)]
struct Figures {
    rows: Vec<FigureRow>,
    /// One for each month asked for.
    totals: Vec<FigureTotal>,
    /// All of it in one.
    sum: FigureSum,
    /// Each service over all months asked for.
    services: Vec<ServiceSum>,
    /// A group with fewer answers is not shown.
    fewest_answers: u32,
}

/// Several lines as one: hidden ones count for the invited and the answered, but not for the share.
#[derive(Debug, Serialize, ToSchema)]
struct FigureSum {
    invited: u32,
    answered: u32,
    response_rate: Option<f64>,
    /// How many answers stand behind the share.
    n: u32,
    /// How many of them are at the top level.
    top: u32,
    share: Option<f64>,
    /// The Wilson 95 % interval of the share, in percent.
    low: Option<f64>,
    high: Option<f64>,
    /// Lines with answers that are left out of the share.
    withheld: u32,
}

/// A service over all months asked for.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceSum {
    service_id: Uuid,
    service: ByLanguage,
    sum: FigureSum,
}

impl From<Sum> for FigureSum {
    fn from(sum: Sum) -> Self {
        Self {
            invited: sum.invited,
            answered: sum.answered,
            response_rate: sum.response_rate,
            n: sum.shown,
            top: sum.top,
            share: sum.levels.map(|levels| levels.share),
            low: sum.levels.map(|levels| levels.low),
            high: sum.levels.map(|levels| levels.high),
            withheld: sum.withheld,
        }
    }
}

/// A service in a month. A month counts who was invited in it.
#[derive(Debug, Serialize, ToSchema)]
struct FigureRow {
    #[schema(example = "2026-11")]
    month: String,
    service_id: Uuid,
    service: ByLanguage,
    #[serde(flatten)]
    figure: FigureDto,
}

/// All services in a month.
#[derive(Debug, Serialize, ToSchema)]
struct FigureTotal {
    #[schema(example = "2026-11")]
    month: String,
    #[serde(flatten)]
    figure: FigureDto,
}

/// Percentages with one decimal, half up.
#[derive(Debug, Serialize, ToSchema)]
struct FigureDto {
    invited: u32,
    answered: u32,
    /// Percent of the invited who answered; null when nobody was invited.
    response_rate: Option<f64>,
    /// How many chose the top level; null when hidden.
    top: Option<u32>,
    /// Percent of the answers at the top level; null when hidden.
    share: Option<f64>,
    /// The Wilson 95 % interval of the share, in percent.
    low: Option<f64>,
    high: Option<f64>,
    /// Fewer than five answered, or such a group could be found by subtraction.
    hidden: bool,
}

impl From<Figure> for FigureDto {
    fn from(figure: Figure) -> Self {
        let levels = figure.levels;
        Self {
            invited: figure.invited,
            answered: figure.answered,
            response_rate: figure.response_rate,
            top: levels.map(|levels| levels.top),
            share: levels.map(|levels| levels.share),
            low: levels.map(|levels| levels.low),
            high: levels.map(|levels| levels.high),
            hidden: levels.is_none(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FigureQuery {
    /// The first month, such as `2026-01`.
    from: String,
    /// The last month.
    to: String,
}

/// As many months as one answer holds.
const MOST_MONTHS: usize = 36;

/// Invited, answered and the share at the top level, by month and service
#[utoipa::path(
    get, path = "/figures/ratings", tag = "ratings", operation_id = "rating_figures",
    params(FigureQuery),
    responses((status = 200, body = Figures), refusals::RatingFigures),
)]
async fn rating_figures(
    Signed(actor): Signed,
    State(survey): State<Survey>,
    Params(query): Params<FigureQuery>,
) -> Result<Json<Figures>, Refused<refusals::RatingFigures>> {
    actor.may(Right::SeeFigures)?;
    let (from, to) = (month("from", &query.from)?, month("to", &query.to)?);
    if !(1..=MOST_MONTHS).contains(&from.until(to).take(MOST_MONTHS + 1).count()) {
        return Err(Problem::invalid("to", words::survey::invalid_range()).into());
    }
    let months = survey.figures(from, to).await?;
    let sum = model::sum(months.iter().map(|month| &month.total)).into();
    let services = services_of(&months);
    let mut figures =
        Figures { rows: Vec::new(), totals: Vec::new(), sum, services, fewest_answers: model::FEWEST };
    for of_month in months {
        let month = of_month.month.to_string();
        figures.rows.extend(of_month.services.into_iter().map(|(service_id, service, figure)| FigureRow {
            month: month.clone(),
            service_id,
            service,
            figure: figure.into(),
        }));
        figures.totals.push(FigureTotal { month, figure: of_month.total.into() });
    }
    Ok(Json(figures))
}

/// One sum for each service. The order is that of the first month in which a service was rated.
fn services_of(months: &[MonthFigures]) -> Vec<ServiceSum> {
    let mut services: Vec<(Uuid, &ByLanguage, Vec<&Figure>)> = Vec::new();
    for (id, service, figure) in months.iter().flat_map(|month| &month.services) {
        match services.iter_mut().find(|(known, ..)| known == id) {
            Some((.., lines)) => lines.push(figure),
            None => services.push((*id, service, vec![figure])),
        }
    }
    services
        .into_iter()
        .map(|(service_id, service, lines)| ServiceSum {
            service_id,
            service: service.clone(),
            sum: model::sum(lines).into(),
        })
        .collect()
}

fn month(field: &'static str, text: &str) -> Result<Month, Problem> {
    Month::parse(text).ok_or_else(|| Problem::invalid(field, words::survey::invalid_month()))
}
