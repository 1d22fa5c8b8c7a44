//! Recorded files with ranges, so that a player can seek. They are shown, never offered to be kept.

use super::TAG;
use crate::auth::Signed;
use crate::http::{PathId, Problem, ProblemBody};
use crate::review::model::{Wanted, wanted};
use crate::review::service::Review;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io::SeekFrom;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

const CHUNK: usize = 64 * 1024;

/// A recording, for the one who opened the playback. Takes `Range`.
#[utoipa::path(get, path = "/review/playbacks/{id}/recordings/{recording_id}", tag = TAG,
    params(("id" = Uuid, Path), ("recording_id" = Uuid, Path)),
    responses(
        (status = 200, description = "The whole recording", content_type = "video/webm", body = Vec<u8>),
        (status = 206, description = "The part that Range asks for", content_type = "video/webm", body = Vec<u8>),
        (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
        (status = 409, description = "playback_expired", body = ProblemBody),
        (status = 416, body = ProblemBody),
    ))]
pub(super) async fn recording_media(
    Signed(actor): Signed,
    State(review): State<Review>,
    PathId((playback, recording)): PathId<(Uuid, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let media = review.media(&actor, playback, recording).await?;
    let mut file = tokio::fs::File::open(&media.path).await.map_err(missing)?;
    let length = file.metadata().await.map_err(missing)?.len();
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // A range of another version of the file would be wrong bytes: then the whole one is given.
    let same = text(header::IF_RANGE).is_none_or(|etag| etag == media.etag);
    let range = text(header::RANGE).filter(|_| same);
    let (status, first, count) = match wanted(range, length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part { first, last } => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Unsatisfiable => return Ok(unsatisfiable(length)),
    };
    file.seek(SeekFrom::Start(first)).await.map_err(missing)?;
    let body = Body::from_stream(ReaderStream::with_capacity(file.take(count), CHUNK));
    let headers = [
        (header::CONTENT_TYPE, "video/webm".to_owned()),
        (header::CONTENT_LENGTH, count.to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ETAG, media.etag),
    ];
    let mut response = (status, headers, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {first}-{}/{length}", first + count - 1).parse()
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

fn unsatisfiable(length: u64) -> Response {
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        "要求的范围超出了录像的长度。",
        "The range that was asked for lies outside the recording.",
    );
    let mut response = problem.into_response();
    if let Ok(value) = format!("bytes */{length}").parse() {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

fn missing(error: std::io::Error) -> Problem {
    tracing::error!(%error, "a recording cannot be read");
    Problem::new(
        StatusCode::NOT_FOUND,
        "recording_missing",
        "录像文件无法读取。请查看完整性检查的结果。",
        "The recording's file cannot be read. See the result of the integrity check.",
    )
}
