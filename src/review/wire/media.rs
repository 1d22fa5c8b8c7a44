//! Recorded files with ranges, so that a player can seek. They are shown, never offered to be kept.

use crate::auth::Signed;
use crate::base::hex::hex;
use crate::base::words;
use crate::http::{PathId, Problem, Refused};
use crate::review::model::checks::found_in_file;
use crate::review::model::{Wanted, wanted};
use crate::review::service::{MediaFile, Review, changed};
use crate::review::wire::TAG;
use crate::review::wire::refusals;
use crate::video::recording::{Checked, Fault};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use uuid::Uuid;

/// So much of what is asked for is checked before the answer begins; the rest while it is sent. Whichever
/// it is, a byte that does not fit its digest is never sent.
const AHEAD: usize = 8 << 20;

/// The most that a page's player gets of what it asks for without an end. It reads as it plays, and would keep its
/// connection as long, of which browsers have six to a host. So it gets a part and asks again (RFC 9110, 15.3.7,
/// lets a part be answered with less); a part no larger than what browsers take in at once lets the connection go.
const FOR_PLAYER: u64 = 512 << 10;

/// A recording, for the one who opened the playback. Takes `Range`.
#[utoipa::path(get, path = "/review/playbacks/{id}/recordings/{recording_id}", tag = TAG,
    params(("id" = Uuid, Path), ("recording_id" = Uuid, Path)),
    responses((status = 200, description = "The whole recording", content_type = "video/webm", body = Vec<u8>), (status = 206, description = "The part that Range asks for", content_type = "video/webm", body = Vec<u8>), refusals::RecordingMedia))]
pub async fn recording_media(
    Signed(actor): Signed,
    State(review): State<Review>,
    PathId((playback, recording)): PathId<(Uuid, Uuid)>,
    headers: HeaderMap,
) -> Result<Response, Refused<refusals::RecordingMedia>> {
    let media = review.media(&actor, playback, recording).await?;
    let opened = media.clone();
    let checked = blocking(&media, move || Checked::open(&opened.path, &opened.manifest)).await?;
    let (length, etag) = (checked.length(), format!("\"{}\"", hex(&media.manifest)));
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    // A range of another version of the file would be wrong bytes: then the whole one is given.
    let same = text(header::IF_RANGE).is_none_or(|asked| asked == etag);
    let range = text(header::RANGE).filter(|_| same);
    let (status, first, count) = match wanted(range, length) {
        Wanted::Whole => (StatusCode::OK, 0, length),
        Wanted::Part { first, last } => {
            let count = last - first + 1;
            (
                StatusCode::PARTIAL_CONTENT,
                first,
                if plays_in_page(&headers) { count.min(FOR_PLAYER) } else { count },
            )
        }
        Wanted::Unsatisfiable => return Ok(unsatisfiable(length)),
    };
    let body = body(&media, checked, first, first + count).await?;
    let headers = [
        (header::CONTENT_TYPE, "video/webm".to_owned()),
        (header::CONTENT_LENGTH, count.to_string()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::ETAG, etag),
    ];
    let mut response = (status, headers, body).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {first}-{}/{length}", first + count - 1).parse()
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Asked for by a player in a page, with no end: others are given all that they ask for.
fn plays_in_page(headers: &HeaderMap) -> bool {
    let is = |name: HeaderName, found: fn(&str) -> bool| {
        headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(found)
    };
    is(HeaderName::from_static("sec-fetch-dest"), |dest| matches!(dest, "video" | "audio"))
        && is(header::RANGE, |range| range.trim_end().ends_with('-'))
}

fn unsatisfiable(length: u64) -> Response {
    let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, words::review::range_not_satisfiable());
    let mut response = problem.into_response();
    if let Ok(value) = format!("bytes */{length}").parse() {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// The bytes from `from` to `to`, each checked as part of its cluster before it is sent.
async fn body(media: &MediaFile, mut checked: Checked, from: u64, to: u64) -> Result<Body, Problem> {
    let (rest, ahead, at) = blocking(media, move || {
        let (mut ahead, mut at) = (Vec::new(), from);
        while at < to && ahead.len() < AHEAD {
            let bytes = checked.read(at, to)?;
            at += bytes.len() as u64;
            ahead.extend(bytes);
        }
        Ok((checked, ahead, at))
    })
    .await?;
    let recording = media.recording;
    let rest = stream::try_unfold((rest, at), move |(mut checked, at)| async move {
        if at >= to {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || checked.read(at, to).map(|bytes| (bytes, checked)));
        match read.await {
            Ok(Ok((bytes, checked))) => {
                let next = at + bytes.len() as u64;
                Ok(Some((Bytes::from(bytes), (checked, next))))
            }
            Ok(Err(fault)) => {
                tracing::warn!(%recording, %fault, "a recording is not what was recorded; its playing was cut off");
                Err(std::io::Error::other(fault))
            }
            Err(error) => Err(std::io::Error::other(error)),
        }
    });
    let ahead = stream::once(async move { Ok(Bytes::from(ahead)) });
    Ok(Body::from_stream(ahead.chain(rest)))
}

/// Runs what reads and hashes where it holds up nobody; its faults become problems.
async fn blocking<T: Send + 'static>(
    media: &MediaFile,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::for_panic())?;
    done.map_err(|fault| {
        tracing::warn!(recording = %media.recording, %fault, "a recording is not what was recorded");
        match fault {
            Fault::FileMissing | Fault::IndexMissing | Fault::Unreadable(_) => {
                Problem::new(StatusCode::NOT_FOUND, words::review::recording_missing())
            }
            fault => changed(&found_in_file(media.recording, &fault)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_player_in_a_page_is_given_its_part_and_others_all_they_ask_for() {
        for (dest, range, plays) in [
            (Some("video"), Some("bytes=0-"), true),
            (Some("audio"), Some("bytes=4096- "), true),
            (Some("video"), Some("bytes=0-4095"), false),
            (Some("video"), None, false),
            (Some("empty"), Some("bytes=0-"), false),
            (None, Some("bytes=0-"), false),
        ] {
            let mut headers = HeaderMap::new();
            let mut put = |name: HeaderName, value: Option<&'static str>| {
                value.map(|value| headers.insert(name, value.parse().unwrap()))
            };
            put(HeaderName::from_static("sec-fetch-dest"), dest);
            put(header::RANGE, range);
            assert_eq!(plays_in_page(&headers), plays, "{dest:?} {range:?}");
        }
    }
}
