//! Live state for the pages of a session: server-sent events.

use crate::auth::Signed;
use crate::db::live::{Change, Topic, next_change};
use crate::http::{PathId, Problem, ProblemBody, event_stream};
use crate::video::service::{Listening, Video};
use crate::video::store::entities::video_session::SessionState;
use crate::video::wire::dto::Session;
use crate::video::wire::{Caller, TAG};
use axum::extract::State;
use axum::response::Response;
use axum::response::sse::Event;
use futures::Stream;
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

/// The session at connect and after every change (event `session`); `stopping` before a restart.
#[utoipa::path(get, path = "/sessions/{id}/events", tag = TAG, params(("id" = Uuid, Path)),
    responses(
        (status = 200, description = "Events named `session` carry a Session", body = Session, content_type = "text/event-stream"),
        (status = 404, body = ProblemBody),
        (status = 409, description = "not_entered", body = ProblemBody),
    ))]
pub async fn session_events(
    Signed(actor): Signed,
    State(video): State<Video>,
    PathId(id): PathId<Uuid>,
) -> Result<Response, Problem> {
    video.refuse_when_stopping()?;
    // Listening begins before looking, so that no change falls between the two.
    let topics = video.live().listen();
    let first = video.view(&actor, id).await?;
    let here = video.listening(id, first.me.id);
    let over = first.session.state == SessionState::Ended;
    let following = Following { video, actor, id, topics, over, _here: here };
    let first = event_of(Session::of(first));
    let events = futures::stream::once(std::future::ready(first));
    Ok(event_stream(futures::StreamExt::chain(events, following.stream())))
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
    fn stream(self) -> impl Stream<Item = Event> {
        futures::stream::unfold(self, |mut following| async move {
            let event = following.next().await?;
            Some((event, following))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        match next_change(&mut self.topics, |topic| topic == Topic::Session(self.id)).await {
            Change::Changed => {}
            Change::Stopping => {
                self.over = true;
                return Some(Event::default().event("stopping").data("{}"));
            }
            Change::Over => return None,
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
