//! Files as they come and go over HTTP.

use crate::base::words;
use crate::directory::model::documents::FileKind;
use crate::documents::service::Given;
use crate::documents::words::too_large;
use crate::http::{Problem, StatusCode, check_kind};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use std::convert::Infallible;
use std::fmt::Write;

/// As much of a file as is handed to a connection at a time.
const AT_ONCE: usize = 256 << 10;
/// A picture that is shown by itself can do nothing, should a browser take it for something else.
const NOTHING_MORE: &str = "default-src 'none'; img-src 'self'; sandbox";

/// A file that comes, as far as it is not too large.
pub(super) async fn read(request: Request, most: usize) -> Result<Vec<u8>, Problem> {
    check_kind(request.headers(), "application/octet-stream")?;
    if said_length(request.headers()).is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let mut bytes = Vec::new();
    let mut body = request.into_body().into_data_stream();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let slow = Problem::for_slow_body(&error);
            slow.unwrap_or_else(|| Problem::new(StatusCode::BAD_REQUEST, words::http::bad_body()))
        })?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn said_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A file that goes: it is never taken for a page of ours.
pub(super) fn give(Given { name, kind, bytes, turn }: Given, inline: bool) -> Response {
    let is_shown = inline && kind != FileKind::Pdf;
    let way = if is_shown { "inline" } else { "attachment" };
    let name =
        format!("{way}; filename=\"document.{}\"; filename*=UTF-8''{}", kind.extension(), encoded(&name));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_MORE)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_LENGTH, HeaderValue::from(bytes.len())),
    ];
    let pieces = stream::unfold((Bytes::from(bytes), turn), |(mut rest, turn)| async move {
        let piece = rest.split_to(rest.len().min(AT_ONCE));
        (!piece.is_empty()).then_some((Ok::<_, Infallible>(piece), (rest, turn)))
    });
    (headers, Body::from_stream(pieces)).into_response()
}

/// As RFC 8187 writes names.
fn encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    #[test]
    fn a_file_is_to_be_saved_and_only_pictures_are_shown() {
        for (kind, inline, way) in [
            (FileKind::Pdf, true, "attachment"),
            (FileKind::Pdf, false, "attachment"),
            (FileKind::Jpeg, true, "inline"),
            (FileKind::Png, false, "attachment"),
        ] {
            let turn = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
            let given = Given { name: "护照 1\".jpg".to_owned(), kind, bytes: vec![1], turn };
            let answer = give(given, inline);
            let said = answer.headers()[header::CONTENT_DISPOSITION].to_str().unwrap();
            assert!(
                said.starts_with(way) && said.ends_with("UTF-8''%E6%8A%A4%E7%85%A7%201%22.jpg"),
                "{said}"
            );
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind.media_type());
            assert!(answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"));
        }
    }
}
