//! Live state for the pages of a session: server-sent events.

use super::dto::Session;
use super::{Caller, TAG};
use crate::auth::Signed;
use crate::entity::video_session::SessionState;
use crate::http::{PathId, Problem, ProblemBody};
use crate::live::Topic;
use crate::video::service::{Listening, Video};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use uuid::Uuid;

/// Proxies close what says nothing for long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The session at connect and after every change (event `session`); `stopping` before a restart.
#[utoipa::path(get, path = "/sessions/{id}/events", tag = TAG, params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Events named `session` carry a Session", body = Session, content_type = "text/event-stream"),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_entered", body = ProblemBody),
    ))]
pub(super) async fn session_events(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<impl IntoResponse, Problem> {
    video.refuse_when_stopping()?;
    // Listening begins before looking, so that no change falls between the two.
    let topics = video.live().listen();
    let first = video.view(&actor, id).await?;
    let here = video.listening(id, first.me.id);
    let over = first.session.state == SessionState::Ended;
    let following = Following { video, actor, id, topics, over, _here: here };
    let first = event_of(Session::of(first));
    let events = futures::stream::once(std::future::ready(Ok::<_, Infallible>(first)));
    let events = futures::StreamExt::chain(events, following.stream());
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE).text("ping"));
    // Without the second header some proxies hold events back.
    Ok((
        [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")],
        sse,
    ))
}

struct Following {
    video: Video,
    actor: Caller,
    id: Uuid,
    topics: Receiver<Topic>,
    over: bool,
    /// Whoever listens is there; ends with the stream.
    _here: Listening,
}

impl Following {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(self, |mut following| async move {
            let event = following.next().await?;
            Some((Ok(event), following))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        loop {
            match self.topics.recv().await {
                Ok(Topic::Session(id)) if id == self.id => break,
                Ok(Topic::Stopping) => {
                    self.over = true;
                    return Some(Event::default().event("stopping").data("{}"));
                }
                Ok(_) => {}
                // Missed some: they may have been ours.
                Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return None,
            }
        }
        // Who may no longer see it hears no more; the page asks again and is told why.
        let view = self.video.view(&self.actor, self.id).await.ok()?;
        self.over = view.session.state == SessionState::Ended;
        Some(event_of(Session::of(view)))
    }
}

fn event_of(session: Session) -> Event {
    // JSON has no raw line breaks, the one thing that an event's data may not hold.
    let data = serde_json::to_string(&session).unwrap_or_else(|_| "{}".to_owned());
    Event::default().event("session").data(data)
}
