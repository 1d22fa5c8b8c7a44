//! Outgoing mail: an outbox written with the change that causes it, and a job for each mail that sends it.
//!
//! A sink: it takes plain messages and an opaque case id, and knows no feature. Others call
//! [`enqueue`] inside their transaction, [`layout`] for the two parts of a mail and [`model::ics::render`]
//! for its calendar part; `app` shows staff [`Notify::messages`]. The outbox holds what was said and what became of
//! it; [`jobs::SendMail`] drives it.
//!
//! Invariants: a mail is queued if and only if the transaction of its cause commits; a queued mail
//! is sent, or ends as `failed` or `withdrawn` where staff see it, and is never dropped; whoever sends it holds a
//! lease on the row, so a crash delays a mail (and may send it twice under the same Message-ID) but
//! does not lose it; mails of one [`Thread`] reach a receiver in their order, and what a later one makes
//! pointless is withdrawn; no address, subject or text goes into a log.

pub mod jobs;
pub mod model;
mod service;
mod store;

use crate::base::words::Language;
pub use model::ics::{Identity, Method};
pub use model::layout::layout;
pub use model::{Message, WithdrawnBecause, next_attempt};
pub use service::Notify;
pub use service::mailer::{MailSettingError, MailSettings};
pub use store::entities;
pub use store::{
    calendar_identities, calendar_identity, enqueue, fix_calendar_identity, keep_calendar_identity,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A mail to queue.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The case it belongs to, for staff who look for it.
    pub case_id: Option<Uuid>,
    /// What kind of mail it is, such as `booking.accepted`.
    pub template: &'static str,
    pub to: String,
    pub language: Language,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub calendar: Option<CalendarPart>,
    /// What it is about, where several mails are about one thing.
    pub thread: Option<Thread>,
    /// From then on it tells nothing that is still of use, and is not sent.
    pub useful_until: Option<DateTime<Utc>>,
}

/// What several mails are about: a booking, a membership, an enterprise.
#[derive(Clone, Copy, Debug)]
pub struct Thread {
    pub id: Uuid,
    /// Whatever was queued before and is not sent yet is no longer so.
    pub replaces_earlier: bool,
    /// Nothing was queued before: it need not be looked for.
    pub is_first: bool,
}

impl Thread {
    /// For a mail that tells where the thing stands now.
    pub fn newest(id: Uuid) -> Option<Self> {
        Some(Self { id, replaces_earlier: true, is_first: false })
    }

    /// For a mail beside others.
    pub fn beside(id: Uuid) -> Option<Self> {
        Some(Self { id, replaces_earlier: false, is_first: false })
    }

    /// For the very first mail about the thing, known as that by whoever sends it.
    pub fn first(id: Uuid) -> Option<Self> {
        Some(Self { id, replaces_earlier: false, is_first: true })
    }
}

/// The part that calendars read.
#[derive(Clone, Debug)]
pub struct CalendarPart {
    pub method: Method,
    /// As [`ics::render`] wrote it, with the same method.
    pub ics: String,
}
