//! What is done later about messages: they are sent.

use crate::db::jobs::{Claim, Job, NotDone, Run};
use crate::notify::service::{LEASE, Notify};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// Hands a message of the outbox over. The job has the message's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendMail {
    pub message_id: Uuid,
    #[serde(skip)]
    key: Option<String>,
}

impl SendMail {
    /// Mails of a thread reach one receiver one after the other; those of no thread wait for nobody.
    pub(super) fn new(message_id: Uuid, thread: Option<Uuid>, to: &str) -> Self {
        Self { message_id, key: thread.map(|thread| format!("{} {to}", thread.simple())) }
    }
}

impl Job for SendMail {
    const KIND: &'static str = "mail.send";

    fn key(&self) -> Option<String> {
        self.key.clone()
    }

    fn id(&self) -> Option<Uuid> {
        Some(self.message_id)
    }
}

impl Run<Notify> for SendMail {
    /// Longer than a conversation with the mail server may take.
    const WITHIN: Duration = Duration::from_secs(120);
    const LEASE: TimeDelta = LEASE;

    async fn run(self, notify: Notify, claim: Claim) -> Result<(), NotDone> {
        notify.send(self.message_id, claim).await
    }
}
