//! One stream of events for all that the pages of a browser follow: a browser opens six connections to a host, and
//! a stream keeps one for as long as it lives.

use crate::app::{App, elsewhere, relayed};
use crate::auth::refusals::BOOKERS;
use crate::auth::{Actor, Signed};
use crate::booking;
use crate::http::{ClientAddress, Params, Problem, Refused, event_stream, refusals};
use crate::video;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use std::fmt;
use std::future::ready;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// So many things one stream can be about: nobody has more pages open that follow something.
const MOST_TOPICS: usize = 16;

/// Routes under `/api/v1`.
pub(super) fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(events)).with_state(app)
}

/// What a page follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Day,
    Session(Uuid),
}

impl Topic {
    fn read(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "day" => Some(Self::Day),
            Some(("session", id)) => id.parse().ok().map(Self::Session),
            _ => None,
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day => f.write_str("day"),
            Self::Session(id) => write!(f, "session:{id}"),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// What to follow, by commas: `day` (the office's day), `session:ID` (a session that was entered).
    #[serde(deserialize_with = "topics")]
    #[param(value_type = String, example = "day")]
    topics: Vec<Topic>,
}

refusals! {
    Events {
        ..BOOKERS;
        NOT_FOUND: "not_found";
        CONFLICT: "not_entered";
        SERVICE_UNAVAILABLE: "stopping";
    }
}

/// Server-sent events of what the pages of a browser follow
///
/// `day` at connect and whenever the office's day has changed: then ask for it anew. `session` with the session at
/// connect and after every change; whoever follows a session is there. `stopping` before a restart. `refused` with
/// `topic` and `code` for a topic that cannot be followed (any more), while the others go on; where no topic can be
/// followed the answer is the problem of the first.
#[utoipa::path(get, path = "/events", tag = "events", operation_id = "events", params(EventsQuery), responses(
    (status = 200, description = "Events named `session` carry a Session", body = String, content_type = "text/event-stream"),
    Events))]
async fn events(
    Signed(actor): Signed,
    State(app): State<App>,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Params(query): Params<EventsQuery>,
) -> Result<Response, Refused<Events>> {
    let signed_out = app.auth.clone().signed_out(actor.sign_in_id);
    let listener = Listener { app, actor, headers, client: client.map(|Extension(client)| client) };
    let (mut open, mut refused) = (Vec::new(), Vec::new());
    for topic in query.topics {
        match listener.follow(topic).await {
            Ok(changes) => open.push(changes.map(move |told| (topic, told))),
            Err(problem) if problem.status.is_client_error() => refused.push((topic, problem)),
            Err(problem) => return Err(problem.into()),
        }
    }
    if open.is_empty() && !refused.is_empty() {
        return Err(refused.swap_remove(0).1.into());
    }
    let refused = stream::iter(refused.into_iter().map(|(topic, problem)| (topic, Err(problem))));
    Ok(event_stream(told(refused.chain(stream::select_all(open))), signed_out))
}

/// A topic that is refused says so, and the others go on. Where the store failed the whole stream ends: the page
/// opens it anew.
fn told(changes: impl Stream<Item = (Topic, Result<Event, Problem>)>) -> impl Stream<Item = Event> {
    let broken =
        |told: &Result<Event, Problem>| told.as_ref().is_err_and(|problem| problem.status.is_server_error());
    changes.take_while(move |(_, told)| ready(!broken(told))).map(|(topic, told)| {
        told.unwrap_or_else(|problem| {
            let refused = json!({"topic": topic.to_string(), "code": problem.code});
            Event::default().event("refused").data(refused.to_string())
        })
    })
}

/// Who wants to hear, and how they asked.
struct Listener {
    app: App,
    actor: Arc<Actor>,
    headers: HeaderMap,
    client: Option<ClientAddress>,
}

impl Listener {
    /// A session is followed on the node that has it, by way of this one: only there it is known who is there, and one
    /// browser may follow sessions of several nodes.
    async fn follow(&self, topic: Topic) -> Result<BoxStream<'static, Result<Event, Problem>>, Problem> {
        let Self { app, actor, headers, client } = self;
        let id = match topic {
            Topic::Day => return Ok(booking::day_changes(&app.booking, actor)?.map(Ok).boxed()),
            Topic::Session(id) => id,
        };
        let Some(peer) = elsewhere::holder_of_session(app, headers, id).await? else {
            return Ok(video::session_changes(&app.video, actor, id).await?.boxed());
        };
        // Refused here already, with the problem itself.
        video::may_follow(&app.video, actor, id).await?;
        let path = format!("/api/v1/events?topics={topic}");
        Ok(relayed::events(elsewhere::ask(app, &peer, headers, *client, &path).await?).boxed())
    }
}

/// The topics asked for, each once.
fn topics<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Topic>, D::Error> {
    let mut topics = Vec::new();
    for name in String::deserialize(deserializer)?.split(',') {
        let topic = Topic::read(name).ok_or_else(|| D::Error::custom("no such topic"))?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.len() > MOST_TOPICS { Err(D::Error::custom("too many topics")) } else { Ok(topics) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words;

    const SESSION: Uuid = Uuid::from_u128(7);

    fn read(text: &str) -> Option<Vec<Topic>> {
        serde_urlencoded::from_str::<EventsQuery>(&format!("topics={text}")).ok().map(|query| query.topics)
    }

    #[test]
    fn topics_are_read_once_each_and_nothing_else_is_taken() {
        let session = Topic::Session(SESSION);
        assert_eq!(read(&format!("day,{session},day")).unwrap(), [Topic::Day, session]);
        for wrong in ["", "day,", "night", "session", "session:", "session:7", "day:7", "+day"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
        let many: Vec<String> =
            (0..=MOST_TOPICS as u128).map(|n| Topic::Session(Uuid::from_u128(n)).to_string()).collect();
        assert!(read(&many[1..].join(",")).is_some());
        assert_eq!(read(&many.join(",")), None);
    }

    #[tokio::test]
    async fn a_refused_topic_leaves_the_others_and_a_broken_store_ends_all() {
        let event = || Ok(Event::default().event("day"));
        let broken = || Err(Problem::unavailable(words::http::store_unavailable()));
        let changes = |last: Result<Event, Problem>| {
            stream::iter([
                (Topic::Session(SESSION), Err(Problem::not_found())),
                (Topic::Day, event()),
                (Topic::Day, last),
                (Topic::Day, event()),
            ])
        };
        assert_eq!(told(changes(event())).count().await, 4);
        assert_eq!(told(changes(broken())).count().await, 2);
    }
}
