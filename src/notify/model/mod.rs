//! What is queued, when it is tried again, and what staff may see of it. Pure.

pub mod ics;
pub mod layout;

use crate::base::words::{self, Language};
use crate::notify::store::entities::outbox::{self, OutboxState};
use crate::notify::{CalendarPart, Mail, Method};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A mail as it waits in `outbox.payload`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    language: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub calendar: Option<CalendarPayload>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct CalendarPayload {
    pub method: Method,
    pub ics: String,
}

impl Payload {
    pub fn of(mail: &Mail) -> Self {
        let calendar = mail
            .calendar
            .as_ref()
            .map(|CalendarPart { method, ics }| CalendarPayload { method: *method, ics: ics.clone() });
        Self {
            language: mail.language.tag().to_owned(),
            subject: clean_line(&mail.subject),
            text: mail.text.clone(),
            html: mail.html.clone(),
            calendar,
        }
    }

    /// `None` when what is queued is no mail.
    pub fn read(stored: &serde_json::Value) -> Option<Self> {
        Self::deserialize(stored).ok()
    }

    pub fn to_json(&self) -> Result<serde_json::Value, DbErr> {
        serde_json::to_value(self).map_err(|error| DbErr::Json(error.to_string()))
    }

    /// The tag for `Content-Language`.
    pub fn language(&self) -> Language {
        Language::from_tag(&self.language).unwrap_or_default()
    }
}

/// Takes the calendar part out of a stored mail.
pub(super) fn without_calendar(stored: &mut serde_json::Value) {
    if let Some(fields) = stored.as_object_mut() {
        fields.insert("calendar".to_owned(), serde_json::Value::Null);
    }
}

/// Takes the words out of a stored mail that nobody will send any more: in them are links that are keys. The calendar
/// part stays, which later mails about the appointment go by. Says whether there were any.
pub(super) fn without_words(stored: &mut serde_json::Value) -> bool {
    let mut had = false;
    for name in ["text", "html"] {
        if let Some(serde_json::Value::String(words)) = stored.get_mut(name) {
            had |= !words.is_empty();
            words.clear();
        }
    }
    had
}

/// A value that goes into a header: one line, no control characters.
pub(super) fn clean_line(value: &str) -> String {
    let cleaned: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cleaned.trim().to_owned()
}

/// How long to wait after `attempts` tries that did not succeed; `None`: no more.
///
/// Mail servers ask senders to try for days (RFC 5321, 4.5.4.1); the first waits are short because
/// the commonest reasons, greylisting and a restart, pass within minutes. In all about two days.
pub fn next_attempt(attempts: u32) -> Option<TimeDelta> {
    let seconds = match attempts {
        0 | 1 => 30,
        2 => 2 * 60,
        3 => 10 * 60,
        4 => 30 * 60,
        5 => 2 * 3600,
        6..=13 => 6 * 3600,
        _ => return None,
    };
    Some(TimeDelta::seconds(seconds))
}

/// An address of which only enough is left to recognise one's own: `l***@example.com`.
fn mask(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        None => "***".to_owned(),
    }
}

/// A message as staff may see it.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: Uuid,
    /// The case that it is about.
    pub case_id: Option<Uuid>,
    pub template: String,
    /// The receiver's address without most of its name.
    pub to_masked: String,
    pub state: OutboxState,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    /// When it is tried next.
    pub next_at: Option<DateTime<Utc>>,
    /// It was handed over at least once without an answer.
    pub may_have_arrived: bool,
    pub withdrawn_because: Option<WithdrawnBecause>,
    trouble: Option<String>,
}

/// Why a mail was not sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnBecause {
    /// A later mail tells how things stand.
    Replaced,
    /// What it told of was over.
    Outdated,
}

impl Message {
    pub(super) fn of(row: outbox::Model) -> Self {
        let because = match row.replaced_by {
            Some(_) => WithdrawnBecause::Replaced,
            None => WithdrawnBecause::Outdated,
        };
        Self {
            may_have_arrived: row.may_have_arrived,
            withdrawn_because: (row.state == OutboxState::Withdrawn).then_some(because),
            id: row.id,
            case_id: row.case_id,
            template: row.template,
            to_masked: mask(&row.to_address),
            state: row.state,
            attempts: row.attempts,
            created_at: row.created_at,
            next_at: (row.state == OutboxState::Pending).then_some(row.next_at),
            trouble: row.last_error,
        }
    }

    /// Why the last attempt did not succeed: the mail server's words, or ours.
    pub fn last_error(&self, language: Language) -> Option<String> {
        self.trouble.as_deref().map(|stored| Trouble::shown(stored, language))
    }
}

/// Why a mail could not be handed over, as it is stored: one of our own words, or the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The address or a part of the mail cannot be written as a mail.
    Unsendable,
    /// No connection, or it broke.
    Unreachable,
    /// The server took too long.
    Slow,
    /// The mail was handed over and no answer came: it may have arrived. It is tried again under the
    /// same Message-ID.
    Unanswered,
    /// The server does not accept our name and password, or our encryption.
    Unwelcome,
    /// The server's words.
    Words(String),
}

impl Trouble {
    /// The server's answer, shortened and without the address of the receiver.
    pub fn words(code: &str, words: &str, to: &str) -> Self {
        let said = strip_address(&clean_line(words), to);
        let said = format!("{code} {said}");
        let short: String = said.trim().chars().take(LONGEST).collect();
        Self::Words(short)
    }

    pub fn stored(&self) -> &str {
        match self {
            Self::Unsendable => "unsendable",
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::Unanswered => "unanswered",
            Self::Unwelcome => "unwelcome",
            Self::Words(words) => words,
        }
    }

    /// What staff read.
    fn shown(stored: &str, language: Language) -> String {
        let text = match stored {
            "unsendable" => words::notify::trouble_unsendable(),
            "unreachable" => words::notify::trouble_unreachable(),
            "slow" => words::notify::trouble_slow(),
            "unanswered" => words::notify::trouble_unanswered(),
            "unwelcome" => words::notify::trouble_unwelcome(),
            words => return words.to_owned(),
        };
        text.in_language(language)
    }
}

const LONGEST: usize = 200;

/// Leaves out whatever looks like an address, and the receiver's name at his server.
fn strip_address(words: &str, to: &str) -> String {
    let local = to.rsplit_once('@').map_or(to, |(local, _)| local).to_lowercase();
    let hides = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        word.contains('@') || bare == local
    };
    let kept: Vec<&str> = words.split_whitespace().map(|word| if hides(word) { "…" } else { word }).collect();
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_grow_and_end_after_about_two_days() {
        let waits: Vec<TimeDelta> = (1..).map_while(next_attempt).collect();
        let first: Vec<i64> = waits.iter().take(6).map(TimeDelta::num_seconds).collect();
        assert_eq!(first, [30, 120, 600, 1800, 7200, 21600]);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        let total: TimeDelta = waits.iter().sum();
        assert!((44..54).contains(&total.num_hours()), "{total}");
        assert_eq!(next_attempt(u32::MAX), None);
    }

    #[test]
    fn only_the_first_letter_of_a_name_is_shown() {
        for (address, masked) in [
            ("lin@example.com", "l***@example.com"),
            ("林@example.com", "林***@example.com"),
            ("@example.com", "***@example.com"),
            ("nonsense", "***"),
            ("", "***"),
        ] {
            assert_eq!(mask(address), masked);
        }
    }

    #[test]
    fn the_servers_words_come_without_the_address() {
        for (words, shown) in [
            ("5.1.1 <lin.na@example.com>: user unknown", "550 5.1.1 … user unknown"),
            ("no such user Lin.Na here", "550 no such user … here"),
            ("mailbox `lin.na' is full", "550 mailbox … is full"),
            ("spam\r\nRCPT TO:<LIN.NA@EXAMPLE.COM>", "550 spam RCPT …"),
        ] {
            let Trouble::Words(said) = Trouble::words("550", words, "lin.na@example.com") else { panic!() };
            assert_eq!(said, shown);
        }
    }

    proptest! {
        #[test]
        fn words_are_short_and_name_nobody(words in ".{0,600}", at in 0..300usize) {
            let cut = words.char_indices().nth(at).map_or(words.len(), |(index, _)| index);
            let said = format!("{}lin.na@example.com{}", &words[..cut], &words[cut..]);
            let Trouble::Words(said) = Trouble::words("550", &said, "lin.na@example.com") else { panic!() };
            prop_assert!(said.chars().count() <= LONGEST);
            prop_assert!(!said.contains("lin.na"));
        }

        #[test]
        fn a_header_value_is_one_line(value in any::<String>()) {
            prop_assert!(!clean_line(&value).contains(['\r', '\n', '\0']));
        }
    }
}
