//! Hands one mail to the SMTP server. The only place that speaks SMTP.

use crate::base::words::Language;
use crate::notify::model::layout;
use crate::notify::model::{Payload, Trouble};
use crate::notify::store::entities::outbox;
use chrono::{DateTime, Utc};
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::error::Error;
use std::time::{Duration, SystemTime};

/// Where mail goes and from whom.
#[derive(Clone)]
pub struct MailSettings {
    /// `smtp://host:port`, `smtps://user:password@host`, with `?tls=required` or `?tls=opportunistic`.
    pub smtp_url: String,
    /// The office's address, with or without a name: `mianqia@example.com`.
    pub from: String,
}

/// What is wrong with the settings. Says nothing of their values: the URL may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum MailSettingError {
    #[error("it takes smtp://host:port or smtps://user:password@host, with ?tls=required for STARTTLS")]
    Url,
    #[error("the sender is not a mail address")]
    From,
}

/// How handing over ended.
#[derive(Debug)]
pub enum Outcome {
    Sent,
    /// It may work another time.
    Later(Trouble),
    /// It never will.
    Never(Trouble),
}

/// For one wait on the server; a whole conversation, from connecting to the last answer, has [`WHOLE`].
const COMMAND: Duration = Duration::from_secs(20);
const WHOLE: Duration = Duration::from_secs(90);
/// For the good-bye, after which nothing more is read from the connection.
const GOOD_BYE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Mailer {
    /// Each mail has a connection of its own: an answer that comes too late would be read as the answer
    /// to the next mail.
    server: AsyncSmtpTransportBuilder,
    from: Mailbox,
}

impl Mailer {
    pub fn new(settings: &MailSettings) -> Result<Self, MailSettingError> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.smtp_url)
            .map_err(|_| MailSettingError::Url)?
            .timeout(Some(COMMAND));
        let from = settings.from.parse().map_err(|_| MailSettingError::From)?;
        Ok(Self { server, from })
    }

    pub async fn send(&self, row: &outbox::Model, now: DateTime<Utc>) -> Outcome {
        let Some(message) = compose(&self.from, row, now) else {
            return Outcome::Never(Trouble::Unsendable);
        };
        let transport: AsyncSmtpTransport<Tokio1Executor> = self.server.clone().build();
        match tokio::time::timeout(WHOLE, transport.send(message)).await {
            Ok(Ok(_)) => {
                let _ = tokio::time::timeout(GOOD_BYE, transport.shutdown()).await;
                Outcome::Sent
            }
            Ok(Err(error)) => judge(&error, &row.to_address),
            // Connecting has a shorter limit, so the mail was on its way.
            Err(_) => Outcome::Later(Trouble::Unanswered),
        }
    }
}

/// Whether there was no conversation at all. The client tells that kind of error by its words only.
fn never_connected(error: &SmtpError) -> bool {
    error.to_string().starts_with("Connection error")
}

/// What an error means for the mail at hand.
fn judge(error: &SmtpError, to: &str) -> Outcome {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        return Outcome::Later(match error {
            error if error.is_tls() => Trouble::Unwelcome,
            // The client found that it may not write this mail in the protocol (an address in
            // Chinese at a server without SMTPUTF8).
            error if error.is_client() => return Outcome::Never(Trouble::Unsendable),
            error if never_connected(error) && error.is_timeout() => Trouble::Slow,
            error if never_connected(error) => Trouble::Unreachable,
            // The line broke, or the server fell silent, in the middle: it may have taken the mail.
            _ => Trouble::Unanswered,
        });
    };
    // About us and our settings, not about this mail: it waits until they are mended.
    if ["521", "530", "534", "535", "538"].contains(&code.as_str()) {
        return Outcome::Later(Trouble::Unwelcome);
    }
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let words = Trouble::words(&code, &said, to);
    if error.is_permanent() { Outcome::Never(words) } else { Outcome::Later(words) }
}

/// Writes a mail; `None` when what is queued is no mail.
fn compose(from: &Mailbox, row: &outbox::Model, now: DateTime<Utc>) -> Option<Message> {
    let payload = Payload::read(&row.payload)?;
    let language = payload.language();
    let to: Address = row.to_address.parse().ok()?;
    let mut parts = MultiPart::alternative()
        .singlepart(SinglePart::plain(payload.text))
        .singlepart(SinglePart::html(payload.html));
    if let Some(calendar) = payload.calendar {
        // Among the alternatives, with the method that stands inside: so that mail programs offer it
        // as an appointment and not as a file.
        let kind = format!("text/calendar; charset=utf-8; method={}", calendar.method.name());
        let kind = ContentType::parse(&kind).ok()?;
        parts = parts.singlepart(SinglePart::builder().header(kind).body(calendar.ics));
    }
    Message::builder()
        .from(sender(from, language))
        .to(Mailbox::new(None, to))
        .subject(payload.subject)
        // The same at every try: who got it twice can tell.
        .message_id(Some(format!("<{}@{}>", row.id, from.email.domain())))
        .date(SystemTime::from(now))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", language.tag()))
        .multipart(parts)
        .ok()
}

/// The office, by its name in the reader's language unless the settings name it.
fn sender(from: &Mailbox, language: Language) -> Mailbox {
    let name = from.name.clone().unwrap_or_else(|| layout::office(language).to_owned());
    Mailbox::new(Some(name), from.email.clone())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::store::entities::outbox::OutboxState;
    use serde_json::json;
    use uuid::Uuid;

    fn row(to: &str, payload: serde_json::Value) -> outbox::Model {
        let at: DateTime<Utc> = "2026-11-02T01:02:03Z".parse().unwrap();
        outbox::Model {
            id: Uuid::from_u128(7),
            case_id: None,
            template: "test".into(),
            to_address: to.into(),
            payload,
            state: OutboxState::Pending,
            attempts: 1,
            next_at: at,
            last_error: None,
            created_at: at,
            sent_at: None,
            thread_id: None,
            thread_seq: 0,
            replaced_by: None,
            useful_until: None,
            leased_until: None,
            may_have_arrived: false,
        }
    }

    fn mail() -> serde_json::Value {
        json!({"language": "zh-CN", "subject": "预约\u{a0}已受理", "text": "您好", "html": "<p>您好</p>",
            "calendar": {"method": "CANCEL", "ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}})
    }

    #[test]
    fn a_mail_says_who_what_and_when() {
        let row = row("lin@example.com", mail());
        let from: Mailbox = "mianqia@office.example".parse().unwrap();
        let compose = || compose(&from, &row, row.created_at).unwrap().formatted();
        let text = String::from_utf8(compose()).unwrap();
        for part in [
            "Message-ID: <00000000-0000-0000-0000-000000000007@office.example>\r\n",
            "Date: Mon, 02 Nov 2026 01:02:03 +0000\r\n",
            "To: lin@example.com\r\n",
            "<mianqia@office.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Content-Language: zh-CN\r\n",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/calendar; charset=utf-8; method=CANCEL\r\n",
        ] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }

    #[test]
    fn what_is_no_mail_is_not_composed() {
        let from: Mailbox = "mianqia@office.example".parse().unwrap();
        for row in [row("nobody", mail()), row("a@b\r\nBcc: c@d", mail()), row("a@b.example", json!({}))] {
            assert!(compose(&from, &row, row.created_at).is_none());
        }
    }

    #[tokio::test]
    async fn settings_that_make_no_sense_are_refused_without_their_values() {
        for (smtp_url, from) in [
            ("", "a@b.example"),
            ("http://x", "a@b.example"),
            ("smtp://user:secret@", "a@b.example"),
            ("smtp://localhost", "secret"),
        ] {
            let settings = MailSettings { smtp_url: smtp_url.into(), from: from.into() };
            let Err(error) = Mailer::new(&settings) else { panic!("{smtp_url} was taken") };
            assert!(!error.to_string().contains("secret"));
        }
    }
}
