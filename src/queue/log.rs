//! The entries of the queue, each in its booking's case.

use crate::base::words::{self, Text};
use crate::evidence::{Logged, Names};
use serde::{Deserialize, Serialize};

/// What happens to a ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum QueueEntry {
    #[serde(rename = "queue.drawn")]
    Drawn { ticket: String },
    #[serde(rename = "queue.called")]
    Called {
        ticket: String,
        counter: String,
        /// How often by then.
        times: i32,
    },
    /// Called, and nobody came.
    #[serde(rename = "queue.missed")]
    Missed { ticket: String },
    #[serde(rename = "queue.done")]
    Done { ticket: String },
}

impl Logged for QueueEntry {
    fn words(&self, _: &Names) -> Text {
        match self {
            Self::Drawn { ticket } => words::log::queue_drawn(ticket),
            Self::Called { ticket, counter, .. } => words::log::queue_called(ticket, counter),
            Self::Missed { ticket } => words::log::queue_missed(ticket),
            Self::Done { ticket } => words::log::queue_done(ticket),
        }
    }
}
