//! Tells the pages that listen that something changed; they then ask for what they may see.

use tokio::sync::broadcast;
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
    /// The program is about to stop: streams end.
    Stopping,
}

/// The bus inside this process. A slow listener misses topics and must ask anew.
#[derive(Clone, Debug)]
pub struct Live(broadcast::Sender<Topic>);

impl Default for Live {
    fn default() -> Self {
        Self(broadcast::channel(256).0)
    }
}

impl Live {
    pub fn tell(&self, topic: Topic) {
        // Nobody listening is fine.
        let _ = self.0.send(topic);
    }

    pub fn listen(&self) -> broadcast::Receiver<Topic> {
        self.0.subscribe()
    }
}
