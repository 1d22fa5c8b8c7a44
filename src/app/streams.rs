//! How many streams of events somebody may have open: the newest count, the oldest ends.
//!
//! A stream costs a query at each change, so that without a bound one person could slow all others down. The page
//! whose stream ends for that is told so (`superseded`) and does not open it anew by itself: nine pages would
//! otherwise take it from each other for ever.

use crate::auth::Actor;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt, stream};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Of one person about the same things: as many browsers in the same session.
const SAME: usize = 8;
/// Of one person in all.
const IN_ALL: usize = 24;

const SUPERSEDED: &[u8] = b"event: superseded\ndata: {}\n\n";

/// Who has which streams open.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<Uuid, VecDeque<Open>>>>);

struct Open {
    path: String,
    end: CancellationToken,
}

impl Streams {
    /// Counts a stream in; the oldest of the same person ends when there are too many.
    fn enter(&self, person: Uuid, path: String) -> Entered {
        let end = CancellationToken::new();
        let mut people = self.lock();
        let open = people.entry(person).or_default();
        let same = open.iter().filter(|one| one.path == path).count();
        let oldest = if same >= SAME {
            open.iter().position(|one| one.path == path)
        } else {
            (open.len() >= IN_ALL).then_some(0)
        };
        if let Some(oldest) = oldest.and_then(|at| open.remove(at)) {
            oldest.end.cancel();
        }
        open.push_back(Open { path, end: end.clone() });
        drop(people);
        Entered { streams: self.clone(), person, end }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, VecDeque<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that is counted; counted out when dropped.
struct Entered {
    streams: Streams,
    person: Uuid,
    end: CancellationToken,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Cancelled here, so that it can be told from the others.
        self.end.cancel();
        let mut people = self.streams.lock();
        if let Some(open) = people.get_mut(&self.person) {
            open.retain(|one| !one.end.is_cancelled());
            if open.is_empty() {
                people.remove(&self.person);
            }
        }
    }
}

/// The layer. Runs inside the sign-in layer, which tells it who listens.
pub(super) async fn bound(State(streams): State<Streams>, request: Request, next: Next) -> Response {
    let person = request.extensions().get::<Arc<Actor>>().map(|actor| actor.account_id);
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    match person {
        Some(person) if is_stream => until_superseded(streams.enter(person, path), response),
        _ => response,
    }
}

fn until_superseded(entered: Entered, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let end = entered.end.clone();
    let last = stream::once(async move { Ok(Bytes::from_static(SUPERSEDED)) });
    let events = body
        .into_data_stream()
        .map(Some)
        // What ends by itself ends without a word of ours.
        .chain(stream::once(async { None }))
        .take_until(end.clone().cancelled_owned())
        .take_while(|item| std::future::ready(item.is_some()))
        .filter_map(std::future::ready);
    let closing = last.filter(move |_| std::future::ready(end.is_cancelled()));
    let events = events.chain(closing).map(move |item| {
        // Held for as long as the stream is.
        let _ = &entered;
        item
    });
    Response::from_parts(parts, Body::from_stream(events))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: Uuid = Uuid::from_u128(1);

    #[test]
    fn the_oldest_stream_of_the_same_page_ends_and_others_stay() {
        let streams = Streams::default();
        let other = streams.enter(Uuid::from_u128(2), "/a".into());
        let elsewhere = streams.enter(PERSON, "/b".into());
        let mut entered: Vec<Entered> = (0..SAME).map(|_| streams.enter(PERSON, "/a".into())).collect();
        assert!(entered.iter().all(|one| !one.end.is_cancelled()));
        entered.push(streams.enter(PERSON, "/a".into()));
        let ended: Vec<bool> = entered.iter().map(|one| one.end.is_cancelled()).collect();
        assert_eq!(ended.iter().position(|ended| *ended), Some(0));
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
        assert!(!elsewhere.end.is_cancelled() && !other.end.is_cancelled());
        drop((entered, elsewhere, other));
        assert!(streams.lock().is_empty(), "nothing is remembered of who left");
    }

    #[test]
    fn one_person_has_so_many_streams_in_all() {
        let streams = Streams::default();
        let entered: Vec<Entered> = (0..IN_ALL + 3).map(|n| streams.enter(PERSON, format!("/{n}"))).collect();
        assert_eq!(entered.iter().filter(|one| one.end.is_cancelled()).count(), 3);
        assert!(entered[..3].iter().all(|one| one.end.is_cancelled()));
    }

    #[tokio::test]
    async fn a_superseded_stream_says_so_and_one_that_ends_by_itself_does_not() {
        let streams = Streams::default();
        let answer = || Response::new(Body::from_stream(stream::pending::<Result<Bytes, axum::Error>>()));
        let entered = streams.enter(PERSON, "/a".into());
        let end = entered.end.clone();
        let body = until_superseded(entered, answer()).into_body();
        end.cancel();
        assert_eq!(axum::body::to_bytes(body, 1000).await.unwrap(), SUPERSEDED);
        let body =
            until_superseded(streams.enter(PERSON, "/a".into()), Response::new(Body::from("x"))).into_body();
        assert_eq!(axum::body::to_bytes(body, 1000).await.unwrap(), "x");
        assert!(streams.lock().is_empty());
    }
}
