//! WHIP (RFC 9725) to publish and WHEP to play: one resource per publication.
//!
//! PATCH (RFC 9725, 4.3) takes candidates, which are not needed here, and ICE restarts, by which a connection goes on after
//! its peer's network has changed. The ETag names the ICE session that holds.
//!
//! A token is all that signs these requests in, so pages of other origins may send them (CORS), as RFC 9725,
//! 4.2, wants it.

use crate::base::words;
use crate::http::{PathId, Problem, Refused, check_kind};
use crate::video::engine::{Amended, Answer, Meant, OfferFault};
use crate::video::model::limits::{Offering, RETRY_AFTER_SECONDS};
use crate::video::model::relay::Relay;
use crate::video::service::Video;
use crate::video::store::entities::publication::Source;
use crate::video::wire::TAG;
use crate::video::wire::refusals;
use crate::video::words::problems;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use uuid::Uuid;

const SDP: &str = "application/sdp";
/// RFC 8840, 10.
const SDP_FRAGMENT: &str = "application/trickle-ice-sdpfrag";
const LARGEST_OFFER: usize = 64 * 1024;

/// Sends one source of the caller into the session.
#[utoipa::path(post, path = "/whip/{session_id}/{source}", tag = TAG,
    params(("session_id" = Uuid, Path), ("source" = Source, Path),
        ("X-Page-Id" = Option<Uuid>, Header, description = "Which window publishes. One that another window has taken over is refused")),
    request_body(content = String, content_type = "application/sdp", description = "An SDP offer with at most one Opus and one VP8 section that send"),
    responses((status = 201, description = "The SDP answer; Location is the resource", body = String, content_type = "application/sdp",
            headers(("Location" = String, description = "Where to close it with DELETE, or to amend it with PATCH"), ("ETag" = String, description = "Names the ICE session"), ("Link" = Option<String>, description = "A TURN server with credentials, if there is one"))), refusals::WhipPublish), security(("media_token" = [])))]
pub async fn whip_publish(
    State(video): State<Video>,
    PathId((session, source)): PathId<(Uuid, Source)>,
    Bearer(bearer): Bearer,
    Page(page): Page,
    Offer(offer): Offer,
) -> Result<Response, Refused<refusals::WhipPublish>> {
    let answer = video.publish(bearer.as_deref(), session, source, page, offer).await?;
    Ok(created("whip", answer, video.relay_of(bearer.as_deref())))
}

/// Ends a publication.
#[utoipa::path(delete, path = "/whip/resources/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200), refusals::WhipClose),
    security(("media_token" = [])))]
pub async fn whip_close(
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Bearer(bearer): Bearer,
) -> Result<StatusCode, Refused<refusals::WhipClose>> {
    video.close_media(bearer.as_deref(), id, Offering::ToPublish).await?;
    Ok(StatusCode::OK)
}

/// Takes candidates, or an ICE restart, of who publishes.
#[utoipa::path(patch, path = "/whip/resources/{id}", tag = TAG,
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag that holds; `*` for an ICE restart")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag", description = "A part of an SDP with `ice-ufrag` and `ice-pwd`"),
    responses((status = 200, description = "Restarted: our new credentials, and a new ETag", body = String, content_type = "application/trickle-ice-sdpfrag",
            headers(("ETag" = String, description = "Names the new ICE session"))),
        (status = 204, description = "Noted: nothing changed"), refusals::WhipAmend), security(("media_token" = [])))]
pub async fn whip_amend(
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Bearer(bearer): Bearer,
    IfMatch(meant): IfMatch,
    Fragment(fragment): Fragment,
) -> Result<Response, Refused<refusals::WhipAmend>> {
    Ok(amended(video.amend_media(bearer.as_deref(), id, Offering::ToPublish, meant, fragment)?))
}

/// Plays one publication of the session.
#[utoipa::path(post, path = "/whep/{publication_id}", tag = TAG, params(("publication_id" = Uuid, Path)),
    request_body(content = String, content_type = "application/sdp", description = "An SDP offer with at most one Opus and one VP8 section that receive"),
    responses((status = 201, description = "The SDP answer; Location is the resource", body = String, content_type = "application/sdp",
            headers(("Location" = String, description = "Where to close it with DELETE, or to amend it with PATCH"), ("ETag" = String, description = "Names the ICE session"), ("Link" = Option<String>, description = "A TURN server with credentials, if there is one"))), refusals::WhepPlay), security(("media_token" = [])))]
pub async fn whep_play(
    State(video): State<Video>,
    PathId(publication): PathId<Uuid>,
    Bearer(bearer): Bearer,
    Offer(offer): Offer,
) -> Result<Response, Refused<refusals::WhepPlay>> {
    let answer = video.play(bearer.as_deref(), publication, offer).await?;
    Ok(created("whep", answer, video.relay_of(bearer.as_deref())))
}

/// Takes candidates, or an ICE restart, of who plays.
#[utoipa::path(patch, path = "/whep/resources/{id}", tag = TAG,
    params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The ETag that holds; `*` for an ICE restart")),
    request_body(content = String, content_type = "application/trickle-ice-sdpfrag", description = "A part of an SDP with `ice-ufrag` and `ice-pwd`"),
    responses((status = 200, description = "Restarted: our new credentials, and a new ETag", body = String, content_type = "application/trickle-ice-sdpfrag",
            headers(("ETag" = String, description = "Names the new ICE session"))),
        (status = 204, description = "Noted: nothing changed"), refusals::WhepAmend), security(("media_token" = [])))]
pub async fn whep_amend(
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Bearer(bearer): Bearer,
    IfMatch(meant): IfMatch,
    Fragment(fragment): Fragment,
) -> Result<Response, Refused<refusals::WhepAmend>> {
    Ok(amended(video.amend_media(bearer.as_deref(), id, Offering::ToPlay, meant, fragment)?))
}

/// Stops playing.
#[utoipa::path(delete, path = "/whep/resources/{id}", tag = TAG, params(("id" = Uuid, Path)),
    responses((status = 200), refusals::WhepClose),
    security(("media_token" = [])))]
pub async fn whep_close(
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
    Bearer(bearer): Bearer,
) -> Result<StatusCode, Refused<refusals::WhepClose>> {
    video.close_media(bearer.as_deref(), id, Offering::ToPlay).await?;
    Ok(StatusCode::OK)
}

fn created(protocol: &str, answer: Answer, relay: Option<Relay>) -> Response {
    let location = format!("/api/v1/{protocol}/resources/{}", answer.resource);
    let headers = [
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::LOCATION, location),
        (header::ETAG, format!("\"{}\"", answer.tag)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    let mut response = (StatusCode::CREATED, headers, answer.sdp).into_response();
    let links = relay.iter().flat_map(Relay::links);
    for link in links.filter_map(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().append(header::LINK, link);
    }
    response
}

fn amended(amended: Amended) -> Response {
    let Amended::Restarted { tag, fragment } = amended else { return StatusCode::NO_CONTENT.into_response() };
    let headers = [
        (header::CONTENT_TYPE, SDP_FRAGMENT.to_owned()),
        (header::ETAG, format!("\"{tag}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, fragment).into_response()
}

/// The answer to OPTIONS where offers are taken: what may be sent, and from where.
pub async fn offer_options() -> impl IntoResponse {
    let headers = [
        (HeaderName::from_static("accept-post"), SDP),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// The answer to OPTIONS of a resource.
pub async fn resource_options() -> impl IntoResponse {
    let headers = [
        (HeaderName::from_static("accept-patch"), SDP_FRAGMENT),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "DELETE, OPTIONS, PATCH"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

const ALLOWED_HEADERS: &str = "Authorization, Content-Type, If-Match, X-Page-Id";

/// What every answer of these routes carries: who may read it, and how to go on after a refusal.
pub async fn add_media_headers(request: Request, next: Next) -> Response {
    let shown = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    let status = response.status();
    let headers = response.headers_mut();
    let mut put = |name, value| headers.insert(name, HeaderValue::from_static(value));
    // Without credentials, which `*` excludes: a token is shown, or nothing is told.
    put(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    put(header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Link, Location, Retry-After, WWW-Authenticate");
    if status == StatusCode::UNAUTHORIZED {
        let challenge =
            if shown { "Bearer realm=\"media\", error=\"invalid_token\"" } else { "Bearer realm=\"media\"" };
        put(header::WWW_AUTHENTICATE, challenge);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    response
}

/// Which window of somebody a request comes from. What is no id names none.
pub struct Page(Option<Uuid>);

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get("x-page-id").and_then(|value| value.to_str().ok());
        Ok(Self(value.and_then(|value| value.parse().ok())))
    }
}

/// The bearer token of a request, if there is one.
pub struct Bearer(Option<String>);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(bearer(&parts.headers)))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// An SDP offer. What is wrong with it is told only after the token was looked at.
pub struct Offer(Result<String, Problem>);

impl<S: Send + Sync> FromRequest<S> for Offer {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        Ok(Self(text(request, state, SDP).await))
    }
}

/// A part of an SDP. What is wrong with it is told only after the token was looked at.
pub struct Fragment(Result<String, Problem>);

impl<S: Send + Sync> FromRequest<S> for Fragment {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        Ok(Self(text(request, state, SDP_FRAGMENT).await))
    }
}

/// The body of a request, which has to be of this kind.
async fn text<S: Send + Sync>(
    mut request: Request,
    state: &S,
    kind: &'static str,
) -> Result<String, Problem> {
    check_kind(request.headers(), kind)?;
    DefaultBodyLimit::max(LARGEST_OFFER).apply(&mut request);
    let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
    String::from_utf8(body.to_vec()).map_err(|_| problems::bad_sdp(OfferFault::NotUtf8))
}

/// For which ICE session a request is meant; none where it does not say.
pub struct IfMatch(Option<Meant>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        Ok(Self(value.map(meant)))
    }
}

fn meant(value: &str) -> Meant {
    if value.trim() == "*" {
        return Meant::Any;
    }
    // A weak tag never matches (RFC 9110, 13.1.1).
    let tags = value.split(',').filter_map(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"'));
    Meant::For(tags.map(str::to_owned).collect())
}

fn unreadable(rejection: BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, words::video::body_too_large())
        }
        status => Problem::new(status, words::http::bad_body()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_for_which_ice_session_a_request_is_meant() {
        let of = |tags: &[&str]| Meant::For(tags.iter().map(|tag| (*tag).to_owned()).collect());
        for (value, wanted) in [
            ("*", Meant::Any),
            (" * ", Meant::Any),
            ("\"abc\"", of(&["abc"])),
            ("\"abc\", \"d\"", of(&["abc", "d"])),
            ("W/\"abc\"", of(&[])),
            ("abc", of(&[])),
            ("", of(&[])),
            ("\"", of(&[])),
        ] {
            assert_eq!(meant(value), wanted, "{value}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_in_any_spelling_of_the_scheme() {
        for (value, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            assert_eq!(bearer(&headers).as_deref(), token, "{value}");
        }
    }
}
