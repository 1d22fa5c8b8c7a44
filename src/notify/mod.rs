//! Outgoing mail: an outbox written with the change that causes it, and the one that empties it.
//!
//! A sink: it takes plain messages and an opaque case id, and knows no feature. Others call
//! [`enqueue`] inside their transaction, [`layout`] for the two parts of a mail and [`ics::render`]
//! for its calendar part; `app` runs [`Notify::run`] and shows staff [`Notify::messages`].
//!
//! Invariants: a mail is queued if and only if the transaction of its cause commits; a queued mail
//! is sent, or ends as `failed` where staff see it, and is never dropped; whoever sends it holds a
//! lease on the row, so a crash delays a mail (and may send it twice under the same Message-ID) but
//! does not lose it; no address, subject or text goes into a log.

pub mod ics;
mod layout;
mod mailer;
mod model;
mod service;
mod store;

pub use ics::Method;
pub use layout::layout;
pub use mailer::{MailSettingError, MailSettings};
pub use model::{Message, next_attempt};
pub use service::Notify;
pub use store::enqueue;

use crate::text::Language;
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
}

/// The part that calendars read.
#[derive(Clone, Debug)]
pub struct CalendarPart {
    pub method: Method,
    /// As [`ics::render`] wrote it, with the same method.
    pub ics: String,
}
