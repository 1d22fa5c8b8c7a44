//! The review's addresses; recordings are served in [`media`], films of all of them in [`composites`].

mod composites;
mod dto;
mod media;
mod refusals;
mod schemas;

use crate::auth::{Right, Signed};
use crate::base::words::Language;
use crate::http::{Body, Cursor, Page, Params, PathId, Refused, dated};
use crate::review::model::{self, Search};
use crate::review::service::cases::CaseRow;
use crate::review::service::{Review, Row};
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, Utc};
use dto::{IntegrityBody, OpenPlayback, Playback, ReviewCase, ReviewCaseRow, ReviewDetail, ReviewRow};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const TAG: &str = "review";

/// The routes of the review.
pub fn router(review: Review) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(review_sessions))
        .routes(routes!(review_session))
        .routes(routes!(session_integrity))
        .routes(routes!(review_cases))
        .routes(routes!(review_case))
        .routes(routes!(open_playback))
        .routes(routes!(media::recording_media))
        .routes(routes!(composites::list_composites, composites::ask_composite))
        .routes(routes!(composites::cancel_composite))
        .routes(routes!(composites::composite_file))
        .with_state(review)
}

/// What the search takes; all that is given must fit.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// First day, in the zone of each venue.
    #[serde(default, deserialize_with = "dated")]
    from: Option<NaiveDate>,
    /// Last day.
    #[serde(default, deserialize_with = "dated")]
    to: Option<NaiveDate>,
    /// Part of the name or of the 统一社会信用代码.
    enterprise: Option<String>,
    /// Part of an officer's name, or a badge number.
    officer: Option<String>,
    /// Part of a reference, in any spelling.
    reference: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Sessions that fit, latest first.
#[utoipa::path(get, path = "/review/sessions", tag = TAG, params(SearchParams),
    responses((status = 200, body = Page<ReviewRow>), refusals::ReviewSessions))]
async fn review_sessions(
    Signed(actor): Signed,
    State(review): State<Review>,
    Params(params): Params<SearchParams>,
) -> Result<Json<Page<ReviewRow>>, Refused<refusals::ReviewSessions>> {
    actor.may(Right::Review)?;
    let after: Option<(DateTime<Utc>, Uuid)> = Cursor::decode(params.cursor.as_deref())?;
    let Some(search) = params.search() else { return Ok(Json(nothing())) };
    let rows = review.search(&actor, search, after).await?;
    let key = |row: &Row| (row.booking.starts_at, row.booking.id);
    Ok(Json(Page::of(rows, model::PAGE, key, ReviewRow::from)))
}

/// What the search of cases takes; all that is given must fit.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CaseParams {
    /// First day, in the zone of each venue.
    #[serde(default, deserialize_with = "dated")]
    from: Option<NaiveDate>,
    /// Last day.
    #[serde(default, deserialize_with = "dated")]
    to: Option<NaiveDate>,
    /// Part of the name or of the 统一社会信用代码.
    enterprise: Option<String>,
    /// Part of a reference, in any spelling.
    reference: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl SearchParams {
    /// None: nothing of what was asked for can stand in a reference.
    fn search(self) -> Option<Search> {
        let asked = model::words(self.reference);
        let reference = asked.as_deref().and_then(model::reference_part);
        (asked.is_none() || reference.is_some()).then(|| Search {
            from: self.from,
            to: self.to,
            enterprise: model::words(self.enterprise),
            officer: model::words(self.officer),
            reference,
        })
    }
}

fn nothing<T>() -> Page<T> {
    Page { items: Vec::new(), next_cursor: None }
}

/// Cases with documents that fit, latest first, whether anybody met in them or not.
#[utoipa::path(get, path = "/review/cases", tag = TAG, params(CaseParams),
    responses((status = 200, body = Page<ReviewCaseRow>), refusals::ReviewCases))]
async fn review_cases(
    Signed(actor): Signed,
    State(review): State<Review>,
    Params(CaseParams { from, to, enterprise, reference, cursor }): Params<CaseParams>,
) -> Result<Json<Page<ReviewCaseRow>>, Refused<refusals::ReviewCases>> {
    actor.may(Right::Review)?;
    let after: Option<(DateTime<Utc>, Uuid)> = Cursor::decode(cursor.as_deref())?;
    let params = SearchParams { from, to, enterprise, reference, officer: None, cursor: None };
    let Some(search) = params.search() else { return Ok(Json(nothing())) };
    let rows = review.search_cases(&actor, search, after).await?;
    let key = |row: &CaseRow| (row.booking.starts_at, row.booking.id);
    Ok(Json(Page::of(rows, model::PAGE, key, ReviewCaseRow::from)))
}

/// A case with documents and its entries. That it was looked at is an entry of it; the documents themselves are
/// `GET /bookings/{id}/documents`.
#[utoipa::path(get, path = "/review/cases/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = ReviewCase), refusals::ReviewCase))]
async fn review_case(
    Signed(actor): Signed,
    State(review): State<Review>,
    language: Option<Extension<Language>>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<ReviewCase>, Refused<refusals::ReviewCase>> {
    Ok(Json(ReviewCase::of(review.case(&actor, id).await?, reader(language))))
}

/// One session with its people and entries.
#[utoipa::path(get, path = "/review/sessions/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = ReviewDetail), refusals::ReviewSession))]
async fn review_session(
    Signed(actor): Signed,
    State(review): State<Review>,
    language: Option<Extension<Language>>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<ReviewDetail>, Refused<refusals::ReviewSession>> {
    Ok(Json(ReviewDetail::of(review.detail(&actor, id).await?, reader(language))))
}

/// Recomputes the chain and every recording of a session.
#[utoipa::path(get, path = "/review/sessions/{id}/integrity", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = IntegrityBody), refusals::SessionIntegrity))]
async fn session_integrity(
    Signed(actor): Signed,
    State(review): State<Review>,
    language: Option<Extension<Language>>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<IntegrityBody>, Refused<refusals::SessionIntegrity>> {
    let (checked_at, integrity) = review.integrity(&actor, id).await?;
    Ok(Json(IntegrityBody::of(integrity, checked_at, reader(language))))
}

/// Opens a session for playing. The purpose is kept and the opening becomes an entry.
#[utoipa::path(post, path = "/review/sessions/{id}/playbacks", tag = TAG, params(("id" = Uuid, Path)), request_body = OpenPlayback,
    responses((status = 201, body = Playback), refusals::OpenPlayback))]
async fn open_playback(
    Signed(actor): Signed,
    State(review): State<Review>,
    language: Option<Extension<Language>>,
    PathId(id): PathId<Uuid>,
    Body(body): Body<OpenPlayback>,
) -> Result<(StatusCode, Json<Playback>), Refused<refusals::OpenPlayback>> {
    let opened = review.open(&actor, id, &body.purpose).await?;
    Ok((StatusCode::CREATED, Json(Playback::of(opened, reader(language)))))
}

fn reader(language: Option<Extension<Language>>) -> Language {
    language.map(|Extension(language)| language).unwrap_or_default()
}
