//! What a body says of itself: its content type, and that it is not packed. Pure.

use crate::base::words::{self, Text};
use crate::http::Problem;
use axum::http::{HeaderMap, StatusCode, header};

/// Whether the body is said to be of this kind, in UTF-8, and as it is.
pub fn check(headers: &HeaderMap, wanted: &'static str) -> Result<(), Problem> {
    let packed = |value: &axum::http::HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().any(packed) {
        return Err(unsupported(words::http::unsupported_media_type_packed()));
    }
    let mut kinds = headers.get_all(header::CONTENT_TYPE).iter();
    let kind = kinds.next().and_then(|kind| kind.to_str().ok());
    if kinds.next().is_none() && kind.is_some_and(|kind| is(kind, wanted)) {
        return Ok(());
    }
    Err(unsupported(words::http::unsupported_media_type_wanted(wanted)))
}

/// Parameters other than the character set mean nothing to us.
fn is(kind: &str, wanted: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(wanted))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim_end().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

fn unsupported(title: Text) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_kind_itself_in_utf_8_is_taken() {
        for (kind, taken) in [
            ("application/json", true),
            ("Application/JSON", true),
            ("application/json;charset=utf-8", true),
            ("application/json; Charset=\"UTF-8\"", true),
            ("application/json; profile=x", true),
            ("application/json; charset=gbk", false),
            ("application/json; charset=", false),
            ("application/json; charset=utf-16", false),
            ("application/json; charset=utf-8; charset=gbk", false),
            ("application/x+json", false),
            ("application/problem+json", false),
            ("text/json", false),
            ("text/plain", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            assert_eq!(check(&headers, "application/json").is_ok(), taken, "{kind}");
            headers.append(header::CONTENT_TYPE, "text/plain".parse().unwrap());
            assert!(check(&headers, "application/json").is_err(), "two kinds");
        }
        assert!(check(&HeaderMap::new(), "application/json").is_err());
    }

    #[test]
    fn what_is_packed_is_not_taken() {
        for (coding, taken) in [("identity", true), ("gzip", false), ("br", false), ("identity, gzip", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, "application/sdp".parse().unwrap());
            headers.insert(header::CONTENT_ENCODING, coding.parse().unwrap());
            let found = check(&headers, "application/sdp");
            assert_eq!(
                found.as_ref().map_err(|problem| problem.status.as_u16()),
                if taken { Ok(&()) } else { Err(415) }
            );
        }
    }
}
