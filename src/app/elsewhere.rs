//! Requests about what another node has: the media of a session and the bytes of a recording are where they began.
//!
//! This node hands such a request on to that one and gives back its answer, streams of events included; who asks need
//! not know that there are several. Where no address of that node is known, it is refused as `other_node`. Media
//! itself goes straight to the node whose address stands in the SDP answer.

use crate::app::App;
use crate::base::words;
use crate::db::nodes::Peer;
use crate::http::{ClientAddress, Problem};
use crate::video::{Matter, Whereabouts};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use uuid::Uuid;

/// Names the node that handed a request on: it is answered where it comes, and never handed on twice.
const HANDED_ON: &str = "x-mianqia-node";
const FORWARDED_FOR: &str = "x-forwarded-for";
/// A node on the same network answers a connection at once, or is not there.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

pub(super) type Peers = Client<HttpConnector, Body>;

/// Connections to other nodes.
pub(super) fn client() -> Peers {
    let mut connector = HttpConnector::new();
    connector.set_connect_timeout(Some(CONNECT_WITHIN));
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The layer. Runs outside of all that keeps something of a request.
pub(super) async fn hand_on(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.nodes.is_alone() || was_handed_on(&app, request.headers()) {
        return next.run(request).await;
    }
    let matter = matter(&app, request.uri().path(), request.headers());
    let Some(matter) = matter else { return next.run(request).await };
    let at = match app.video.whereabouts(matter).await {
        Ok(Whereabouts::Anywhere) => return next.run(request).await,
        Ok(Whereabouts::At(node)) if node == app.nodes.id => return next.run(request).await,
        Ok(Whereabouts::At(node)) => app.nodes.peer(node),
        Ok(Whereabouts::Scattered) => return scattered().into_response(),
        Err(error) => return Problem::from(error).into_response(),
    };
    match (at, matter) {
        (Some(peer), _) => pass(&app, &peer, request).await.unwrap_or_else(IntoResponse::into_response),
        (None, Matter::Recording(_) | Matter::RecordingsOf(_)) => away().into_response(),
        // Its node is gone: whoever is asked takes the session over.
        (None, _) => next.run(request).await,
    }
}

/// The node that has a session, if that is another one that is alive. A request that it handed on is answered here.
pub(super) async fn holder_of_session(
    app: &App,
    headers: &HeaderMap,
    session: Uuid,
) -> Result<Option<Peer>, Problem> {
    if app.nodes.is_alone() || was_handed_on(app, headers) {
        return Ok(None);
    }
    Ok(match app.video.whereabouts(Matter::Session(session)).await? {
        Whereabouts::At(node) if node != app.nodes.id => app.nodes.peer(node),
        _ => None,
    })
}

/// Asks another node for `path` in the name of whoever asked with these headers; gives back what it answers.
pub(super) async fn ask(
    app: &App,
    peer: &Peer,
    headers: &HeaderMap,
    client: Option<ClientAddress>,
    path: &str,
) -> Result<Body, Problem> {
    let mut request = Request::get(path).body(Body::empty()).map_err(|_| away())?;
    request.headers_mut().clone_from(headers);
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    let answer = pass(app, peer, request).await?;
    if answer.status() == StatusCode::OK { Ok(answer.into_body()) } else { Err(away()) }
}

/// Whether another node handed it on. What its callers say counts for nothing: they do not know the names of nodes.
fn was_handed_on(app: &App, headers: &HeaderMap) -> bool {
    let name = headers.get(HANDED_ON).and_then(|name| name.to_str().ok()?.parse().ok());
    name.is_some_and(|name| app.nodes.peer(name).is_some())
}

/// By what a path leads to something that one node has.
enum LeadsTo {
    Of(Matter),
    /// By the token that is shown.
    OfToken,
}

fn leads_to(path: &str) -> Option<LeadsTo> {
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let id = |text: &str| text.parse::<Uuid>().ok();
    let matter = match parts[..] {
        ["whip" | "whep", "resources", _] => return Some(LeadsTo::OfToken),
        ["sessions", session, ..] => id(session).map(Matter::Session),
        ["bookings", booking, "session"] => id(booking).map(Matter::SessionOfBooking),
        ["whip", session, _] => id(session).map(Matter::Session),
        ["whep", publication] => id(publication).map(Matter::Publication),
        ["review", "playbacks", _, "recordings", recording] => id(recording).map(Matter::Recording),
        ["review", "sessions", session, "integrity" | "composites", ..] => {
            id(session).map(Matter::RecordingsOf)
        }
        _ => None,
    };
    matter.map(LeadsTo::Of)
}

/// What a request is about, if it is about something that one node has.
fn matter(app: &App, path: &str, headers: &HeaderMap) -> Option<Matter> {
    match leads_to(path)? {
        LeadsTo::Of(matter) => Some(matter),
        LeadsTo::OfToken => {
            let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?.1.trim();
            app.video.session_of_token(token).map(Matter::Session)
        }
    }
}

/// Whether requests of this route, as it stands in the document, are about what one node has; among the things that
/// events are about there are sessions.
pub(super) fn is_of_one_node(route: &str) -> bool {
    const AN_ID: &str = "00000000-0000-7000-8000-000000000000";
    let ids = route.split('/').map(|part| if part.starts_with('{') { AN_ID } else { part });
    route == "/api/v1/events" || leads_to(&ids.collect::<Vec<_>>().join("/")).is_some()
}

/// Gives a request to another node, and its answer back.
async fn pass(app: &App, peer: &Peer, mut request: Request) -> Result<Response, Problem> {
    let Some(address) = &peer.address else { return Err(other_node()) };
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    *request.uri_mut() = format!("{address}{rest}").parse::<Uri>().map_err(|_| other_node())?;
    *request.version_mut() = Version::HTTP_11;
    let client = request.extensions().get::<ClientAddress>().map(|client| client.0.to_string());
    let headers = request.headers_mut();
    only_end_to_end(headers);
    if let Ok(name) = app.nodes.id.to_string().parse() {
        headers.insert(HANDED_ON, name);
    }
    match client.and_then(|client| HeaderValue::from_str(&client).ok()) {
        Some(client) => drop(headers.insert(FORWARDED_FOR, client)),
        None => drop(headers.remove(FORWARDED_FOR)),
    }
    let answer = app.to_peers.request(request).await.map_err(|error| {
        tracing::warn!(node = %peer.id, %error, "another node could not be asked");
        away()
    })?;
    let (mut parts, body) = answer.into_parts();
    only_end_to_end(&mut parts.headers);
    Ok(Response::from_parts(parts, Body::new(body)))
}

/// Takes out what is about one connection only (RFC 9110, 7.6.1).
fn only_end_to_end(headers: &mut HeaderMap) {
    const HOP_BY_HOP: [&str; 7] = [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "transfer-encoding",
        "upgrade",
    ];
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// The node that has it has told no address.
fn other_node() -> Problem {
    Problem::new(StatusCode::MISDIRECTED_REQUEST, words::app::other_node())
}

/// The node that has it does not answer.
pub(super) fn away() -> Problem {
    Problem::unavailable(words::app::node_away())
}

/// No node can look at all of it.
fn scattered() -> Problem {
    Problem::unavailable(words::app::recordings_scattered())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_one_connection_is_not_handed_on() {
        let mut headers = HeaderMap::new();
        for name in ["connection", "transfer-encoding", "te", "upgrade", "keep-alive", "cookie", "host"] {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        only_end_to_end(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
        left.sort_unstable();
        assert_eq!(left, ["cookie", "host"]);
    }
}
