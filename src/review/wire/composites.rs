//! Films of all recordings over HTTP: asking for one, how far it is, cancelling, saving it.

use crate::auth::Signed;
use crate::base::hex::hex;
use crate::base::words::{self, Language};
use crate::http::{Body, Params, PathId, Problem, Refused};
use crate::review::model::{Wanted, wanted};
use crate::review::service::Review;
use crate::review::service::composites::{Composite, CompositeFile};
use crate::review::store::entities::composite::CompositeState;
use crate::review::wire::{TAG, reader, refusals};
use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::io::SeekFrom;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Through which opening of the session it is asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AskComposite {
    pub playback_id: Uuid,
}

/// Through which opening of the session a film is saved.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompositeParams {
    playback_id: Uuid,
}

/// The films of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Composites {
    pub items: Vec<CompositeDto>,
}

/// One film of all recordings: a derivative, never in the place of the originals.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Composite)]
pub struct CompositeDto {
    pub id: Uuid,
    pub state: CompositeState,
    /// How far it is, while it is being made; null while it waits for its turn.
    pub percent: Option<u8>,
    /// In which its cards are.
    pub language: Language,
    pub asked_at: DateTime<Utc>,
    pub asked_by: Option<String>,
    pub made_at: Option<DateTime<Utc>>,
    /// When its file is removed; it can be made again.
    pub kept_until: Option<DateTime<Utc>>,
    pub duration_ms: Option<i64>,
    pub bytes: Option<i64>,
    /// Of the whole file, in hexadecimal.
    pub sha256: Option<String>,
    /// The recordings that it was made of.
    pub originals: Vec<CompositeOriginal>,
}

/// A recording that a film was made of.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompositeOriginal {
    pub recording_id: Uuid,
    /// Digest of its index, as its entry holds it; null where that cannot be read.
    pub manifest_sha256: Option<String>,
    /// Whether all of it was still what was recorded; what was not is left out, and a card says so.
    pub whole: bool,
}

impl From<Composite> for CompositeDto {
    fn from(Composite { row, asked_by, percent, kept_until, originals }: Composite) -> Self {
        let original = |one: crate::review::log::Original| CompositeOriginal {
            recording_id: one.recording,
            manifest_sha256: one.manifest_sha256,
            whole: one.fault.is_none(),
        };
        Self {
            id: row.id,
            state: row.state,
            percent,
            language: row.language,
            asked_at: row.asked_at,
            asked_by,
            made_at: row.made_at,
            kept_until,
            duration_ms: row.duration_ms,
            bytes: row.bytes,
            sha256: row.sha256.as_deref().map(hex),
            originals: originals.into_iter().map(original).collect(),
        }
    }
}

/// Asks for one film of a session's recordings, through an opening with a purpose. It is made by and by.
#[utoipa::path(post, path = "/review/sessions/{id}/composites", tag = TAG, params(("id" = Uuid, Path)), request_body = AskComposite,
    responses((status = 201, body = CompositeDto), refusals::AskComposite))]
pub async fn ask_composite(
    Signed(actor): Signed,
    State(review): State<Review>,
    language: Option<Extension<Language>>,
    PathId(id): PathId<Uuid>,
    Body(AskComposite { playback_id }): Body<AskComposite>,
) -> Result<(StatusCode, Json<CompositeDto>), Refused<refusals::AskComposite>> {
    let asked = review.ask_composite(&actor, id, playback_id, reader(language)).await?;
    Ok((StatusCode::CREATED, Json(asked.into())))
}

/// The films of a session, the latest first, and how far the one is that is being made.
#[utoipa::path(get, path = "/review/sessions/{id}/composites", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200, body = Composites), refusals::ListComposites))]
pub async fn list_composites(
    Signed(actor): Signed,
    State(review): State<Review>,
    PathId(id): PathId<Uuid>,
) -> Result<Json<Composites>, Refused<refusals::ListComposites>> {
    let items = review.composites(&actor, id).await?;
    Ok(Json(Composites { items: items.into_iter().map(CompositeDto::from).collect() }))
}

/// Ends the making of a film.
#[utoipa::path(post, path = "/review/sessions/{id}/composites/{composite_id}/cancel", tag = TAG,
    params(("id" = Uuid, Path), ("composite_id" = Uuid, Path)),
    responses((status = 204), refusals::CancelComposite))]
pub async fn cancel_composite(
    Signed(actor): Signed,
    State(review): State<Review>,
    PathId((id, composite)): PathId<(Uuid, Uuid)>,
) -> Result<StatusCode, Refused<refusals::CancelComposite>> {
    review.cancel_composite(&actor, id, composite).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A film's file, to be saved. All of it is compared with its entry before the first byte is sent. Takes `Range`.
#[utoipa::path(get, path = "/review/sessions/{id}/composites/{composite_id}/file", tag = TAG,
    params(("id" = Uuid, Path), ("composite_id" = Uuid, Path), CompositeParams),
    responses((status = 200, description = "The whole film", content_type = "video/mp4", body = Vec<u8>), (status = 206, description = "The part that Range asks for", content_type = "video/mp4", body = Vec<u8>), refusals::CompositeFile))]
pub async fn composite_file(
    Signed(actor): Signed,
    State(review): State<Review>,
    PathId((id, composite)): PathId<(Uuid, Uuid)>,
    Params(CompositeParams { playback_id }): Params<CompositeParams>,
    headers: HeaderMap,
) -> Result<Response, Refused<refusals::CompositeFile>> {
    let film = review.composite_file(&actor, id, composite, playback_id).await?;
    Ok(answer(film, &headers).await?)
}

async fn answer(film: CompositeFile, headers: &HeaderMap) -> Result<Response, Problem> {
    let (length, etag) = (film.length, format!("\"{}\"", hex(&film.sha256)));
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let same = text(header::IF_RANGE).is_none_or(|asked| asked == etag);
    let (status, first, count) = match wanted(text(header::RANGE).filter(|_| same), length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Unsatisfiable => {
            let said = words::review::range_not_satisfiable();
            let mut response = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, said).into_response();
            if let Ok(value) = format!("bytes */{length}").parse() {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            return Ok(response);
        }
    };
    let mut file = tokio::fs::File::from_std(film.file);
    file.seek(SeekFrom::Start(first)).await.map_err(|error| {
        tracing::warn!(%error, "the file of a composite cannot be read");
        Problem::new(StatusCode::NOT_FOUND, words::review::composite_gone())
    })?;
    let headers = [
        (header::CONTENT_TYPE, "video/mp4".to_owned()),
        (header::CONTENT_LENGTH, count.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", film.name)),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ETAG, etag),
    ];
    let body = Bytes::from_stream(ReaderStream::new(file.take(count)));
    let mut response = (status, headers, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {first}-{}/{length}", first + count - 1).parse()
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}
