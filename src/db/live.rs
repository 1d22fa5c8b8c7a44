//! Tells the pages that listen that something changed; they then ask for what they may see.

use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};
use uuid::Uuid;

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The office's day: bookings, waiting people, decisions.
    Day,
    /// One video session.
    Session(Uuid),
    /// A sign-in ended (signed out, expired, ended from elsewhere): whatever it opened ends with it.
    SignInEnded(Uuid),
    /// Accounts or enterprises were changed: what is kept of them in memory is dropped.
    PeopleChanged,
    /// The program is about to stop: streams end.
    Stopping,
}

/// What is told within this process (between processes: `bus`). A slow listener misses topics and must ask anew.
#[derive(Clone)]
pub struct Live {
    topics: broadcast::Sender<Topic>,
    /// Tells other processes what this one tells.
    forward: Arc<OnceLock<Forward>>,
}

type Forward = Box<dyn Fn(Topic) + Send + Sync>;

impl Default for Live {
    fn default() -> Self {
        Self { topics: broadcast::channel(256).0, forward: Arc::default() }
    }
}

impl Live {
    /// Tells whoever listens, here and in other processes.
    pub fn tell(&self, topic: Topic) {
        self.hear(topic);
        if let Some(forward) = self.forward.get() {
            forward(topic);
        }
    }

    /// Tells whoever listens here what another process told.
    pub fn hear(&self, topic: Topic) {
        // Nobody listening is fine.
        let _ = self.topics.send(topic);
    }

    /// Lets other processes hear what this one tells; set once.
    pub fn forward(&self, forward: impl Fn(Topic) + Send + Sync + 'static) {
        let _ = self.forward.set(Box::new(forward));
    }

    pub fn listen(&self) -> broadcast::Receiver<Topic> {
        self.topics.subscribe()
    }
}

/// Changes that come this close together are told as one: a page asks once, whatever happened meanwhile, and a
/// hundred pages do not ask a hundred times for each of ten clicks.
const TOGETHER: Duration = Duration::from_millis(80);

/// What a listener learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something of what concerns it changed; it asks anew.
    Changed,
    /// The program is about to stop.
    Stopping,
    /// There is nothing more to hear.
    Over,
}

/// Waits for the next change of `mine`, and for those that follow on its heels.
pub async fn next_change(topics: &mut broadcast::Receiver<Topic>, mine: impl Fn(Topic) -> bool) -> Change {
    loop {
        match topics.recv().await {
            Ok(Topic::Stopping) => return Change::Stopping,
            Ok(topic) if mine(topic) => break,
            Ok(_) => {}
            // Missed some: they may have been ours.
            Err(RecvError::Lagged(_)) => break,
            Err(RecvError::Closed) => return Change::Over,
        }
    }
    tokio::time::sleep(TOGETHER).await;
    loop {
        match topics.try_recv() {
            Ok(Topic::Stopping) => return Change::Stopping,
            Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return Change::Changed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_that_come_together_are_told_once_and_a_stop_is_never_lost() {
        let live = Live::default();
        let mut topics = live.listen();
        let day = |topic| topic == Topic::Day;
        for _ in 0..300 {
            live.tell(Topic::Day);
        }
        assert_eq!(next_change(&mut topics, day).await, Change::Changed);
        live.tell(Topic::Session(Uuid::from_u128(1)));
        let quiet = tokio::time::timeout(Duration::from_millis(300), next_change(&mut topics, day)).await;
        assert!(quiet.is_err(), "told of what does not concern it");
        live.tell(Topic::Day);
        live.tell(Topic::Stopping);
        assert_eq!(next_change(&mut topics, day).await, Change::Stopping);
        drop(live);
        assert_eq!(next_change(&mut topics, day).await, Change::Over);
    }
}
