//! What whoever follows a session is told, for the stream of events that `app` answers.

use crate::auth::Actor;
use crate::db::live::{Change, Topic, next_change};
use crate::http::Problem;
use crate::video::service::{Listening, Video};
use crate::video::store::entities::video_session::SessionState;
use crate::video::wire::dto::Session;
use axum::response::sse::Event;
use futures::{Stream, StreamExt, stream};
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

/// An event `session` with the session now and after every change, `stopping` before a restart; the problem, at the end,
/// of whoever may no longer see it. Whoever follows is there, for as long as the stream lives.
pub async fn session_changes(
    video: &Video,
    actor: &Arc<Actor>,
    id: Uuid,
) -> Result<impl Stream<Item = Result<Event, Problem>> + Send + use<>, Problem> {
    video.refuse_when_stopping()?;
    // Listening begins before looking, so that no change falls between the two.
    let topics = video.live().listen();
    let first = video.view(actor, id).await?;
    let here = video.listening(id, first.me.id);
    let over = first.session.state == SessionState::Ended;
    let following = Following { video: video.clone(), actor: actor.clone(), id, topics, over, _here: here };
    let first = stream::iter([Ok(event_of(Session::of(first)))]);
    Ok(first.chain(stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((event, following))
    })))
}

/// Refuses whoever [`session_changes`] would refuse, where the session is followed on another node.
pub async fn may_follow(video: &Video, actor: &Actor, id: Uuid) -> Result<(), Problem> {
    video.view(actor, id).await.map(drop)
}

struct Following {
    video: Video,
    actor: Arc<Actor>,
    id: Uuid,
    topics: Receiver<Topic>,
    over: bool,
    /// Whoever listens is there; ends with the stream.
    _here: Listening,
}

impl Following {
    async fn next(&mut self) -> Option<Result<Event, Problem>> {
        if self.over {
            return None;
        }
        match next_change(&mut self.topics, |topic| topic == Topic::Session(self.id)).await {
            Change::Changed => {}
            Change::Stopping => {
                self.over = true;
                return Some(Ok(Event::default().event("stopping").data("{}")));
            }
            Change::Over => return None,
        }
        let told = self.video.view(&self.actor, self.id).await;
        self.over = told.as_ref().map_or(true, |view| view.session.state == SessionState::Ended);
        Some(told.map(|view| event_of(Session::of(view))))
    }
}

fn event_of(session: Session) -> Event {
    // JSON has no raw line breaks, the one thing that an event's data may not hold.
    let data = serde_json::to_string(&session).unwrap_or_else(|_| "{}".to_owned());
    Event::default().event("session").data(data)
}
