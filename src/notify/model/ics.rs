//! Appointments as iCalendar (RFC 5545, RFC 5546): one that is sent or taken along, and a calendar of many that is
//! fetched again and again. One writer for both, so that a calendar knows the appointment of a mail in a feed. Pure.
//!
//! A writer of our own: the `icalendar` crate lets nobody build a VTIMEZONE without its parser, puts
//! the machine's time into components, and does not keep line breaks out of parameter values.

mod zone;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// What the receiver's calendar is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Request,
    Cancel,
}

impl Method {
    /// The word in `METHOD` and in the part's content type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// By what calendars know an appointment; the same in all mails about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub uid: String,
    pub organizer_mail: String,
}

/// An appointment at an office.
#[derive(Clone, Debug)]
pub struct Event {
    pub identity: Identity,
    /// Higher with each change.
    pub sequence: i32,
    pub stamp: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The venue's zone.
    pub zone: Tz,
    pub summary: String,
    pub description: String,
    pub location: String,
    pub organizer_name: String,
    pub attendee_mail: Option<String>,
    pub url: Option<String>,
}

/// Writes an appointment.
///
/// A request without an attendee is a file to take along, which is `METHOD:PUBLISH` (RFC 5546, 3.2.1:
/// a request names who is asked).
pub fn render(event: &Event, method: Method) -> String {
    let published = method == Method::Request && event.attendee_mail.is_none();
    let mut out = Writer::begin();
    out.line(&format!("METHOD:{}", if published { "PUBLISH" } else { method.name() }));
    // A wall clock that shows a time twice cannot say which of the two is meant: then it is written in
    // UTC, both ends in the same form (RFC 5545, 3.8.2.2).
    let local = [event.starts_at, event.ends_at].into_iter().all(|at| zone::is_shown_once(event.zone, at));
    if local {
        zone::write(&mut out, event);
    }
    let status = match method {
        Method::Request => Status::Confirmed,
        Method::Cancel => Status::Cancelled,
    };
    component(&mut out, event, &Shape { local, status, sent: true });
    out.end()
}

/// What a calendar makes of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Confirmed,
    Tentative,
    Cancelled,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// A calendar that others fetch now and then, and show as it is then.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What the calendar is called where it is shown.
    pub name: String,
    /// How often it is worth asking again, in minutes.
    pub refresh_minutes: u32,
    /// `stamp` is when an appointment was changed last.
    pub events: Vec<(Event, Status)>,
}

/// Writes a calendar to subscribe to.
///
/// Without a `METHOD`, because nobody is asked anything; `DTSTAMP` then says the same as `LAST-MODIFIED` (RFC 5545,
/// 3.8.7.2), so that the same appointments are the same bytes whenever they are asked for. For the same reason nobody
/// is named as organizer or attendee, and nothing rings: whoever subscribes says in the calendar itself when it does.
///
/// Times are UTC instants, without any VTIMEZONE. Outlook, Thunderbird and telephones show an appointment by the
/// clocks of whoever looks at it, whatever form it has; with a TZID they first have to agree on the zone, which Outlook
/// looks up in a list of its own and Google by name, both of them past the VTIMEZONE, and one calendar here holds
/// venues of several zones. An instant leaves nothing to agree on. Rules that a state changes later do not reach the
/// stored time either, and a feed is fetched anew. What the venue's clocks show stands in the description.
pub fn render_feed(feed: &Feed) -> String {
    let mut out = Writer::begin();
    for name in ["NAME", "X-WR-CALNAME"] {
        out.text(name, &feed.name);
    }
    out.line(&format!("REFRESH-INTERVAL;VALUE=DURATION:PT{}M", feed.refresh_minutes));
    out.line(&format!("X-PUBLISHED-TTL:PT{}M", feed.refresh_minutes));
    if feed.events.is_empty() {
        // A calendar with nothing at all in it is none (RFC 5545, 3.6), and some programs refuse it.
        zone::write_utc(&mut out);
    }
    for (event, status) in &feed.events {
        component(&mut out, event, &Shape { local: false, status: *status, sent: false });
    }
    out.end()
}

/// How an appointment is written.
struct Shape {
    /// By the clocks of the venue, whose zone stands before it.
    local: bool,
    status: Status,
    /// It goes to somebody, from somebody.
    sent: bool,
}

fn component(out: &mut Writer, event: &Event, shape: &Shape) {
    let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ");
    out.line("BEGIN:VEVENT");
    out.text("UID", &event.identity.uid);
    out.line(&format!("SEQUENCE:{}", event.sequence));
    out.line(&format!("DTSTAMP:{}", utc(event.stamp)));
    if !shape.sent {
        out.line(&format!("LAST-MODIFIED:{}", utc(event.stamp)));
    }
    for (name, at) in [("DTSTART", event.starts_at), ("DTEND", event.ends_at)] {
        if shape.local {
            let local = at.with_timezone(&event.zone).format("%Y%m%dT%H%M%S");
            out.line(&format!("{name};TZID={}:{local}", event.zone.name()));
        } else {
            out.line(&format!("{name}:{}", utc(at)));
        }
    }
    out.text("SUMMARY", &event.summary);
    out.text("DESCRIPTION", &event.description);
    out.text("LOCATION", &event.location);
    if let Some(url) = &event.url {
        out.line(&format!("URL:{}", one_line(url)));
    }
    if shape.sent {
        parties(out, event);
    }
    out.line(&format!("STATUS:{}", shape.status.name()));
    // What was cancelled keeps nobody from anything else; in a mail its removal says so.
    let blocks = shape.sent || shape.status != Status::Cancelled;
    out.line(if blocks { "TRANSP:OPAQUE" } else { "TRANSP:TRANSPARENT" });
    if shape.sent && shape.status != Status::Cancelled {
        out.line("BEGIN:VALARM");
        out.line("ACTION:DISPLAY");
        out.line(&format!("TRIGGER:-PT{ALARM_MINUTES}M"));
        out.text("DESCRIPTION", &event.summary);
        out.line("END:VALARM");
    }
    out.line("END:VEVENT");
}

fn parties(out: &mut Writer, event: &Event) {
    let name = parameter(&event.organizer_name);
    out.line(&format!("ORGANIZER;CN={name}:{}", mailto(&event.identity.organizer_mail)));
    if let Some(mail) = &event.attendee_mail {
        // Nobody reads answers at the office's sending address, so none is asked for.
        out.line(&format!(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:{}",
            mailto(mail)
        ));
    }
}

/// Reads by what an appointment that [`render`] wrote is known.
pub fn identity(ics: &str) -> Option<Identity> {
    let whole = ics.replace("\r\n ", "");
    let uid = whole.lines().find_map(|line| line.strip_prefix("UID:"))?.to_owned();
    let organizer = whole.lines().find(|line| line.starts_with("ORGANIZER"))?;
    let (_, organizer_mail) = organizer.rsplit_once("mailto:")?;
    Some(Identity { uid, organizer_mail: organizer_mail.to_owned() })
}

/// So long before the start a calendar reminds of it.
const ALARM_MINUTES: u32 = 30;

/// Content lines, folded.
struct Writer(String);

impl Writer {
    fn begin() -> Self {
        let mut out = Self(String::new());
        out.line("BEGIN:VCALENDAR");
        out.line("VERSION:2.0");
        out.line("PRODID:-//Mianqia//Mianqia//ZH");
        out.line("CALSCALE:GREGORIAN");
        out
    }

    fn end(mut self) -> String {
        self.line("END:VCALENDAR");
        self.0
    }

    fn line(&mut self, line: &str) {
        fold(line, &mut self.0);
    }

    fn text(&mut self, name: &str, value: &str) {
        self.line(&format!("{name}:{}", escape(value)));
    }
}

const LONGEST_LINE: usize = 75;

/// Ends a content line, broken so that no line has more than 75 octets and no character is split.
fn fold(line: &str, out: &mut String) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// A TEXT value (RFC 5545, 3.3.11). Control characters other than tab and line break are left out.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    let mut rest = value.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' | '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push(c),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A quoted parameter value. It has no way to hold a double quote (RFC 5545, 3.2).
fn parameter(value: &str) -> String {
    format!("\"{}\"", one_line(value).replace('"', "'"))
}

fn one_line(value: &str) -> String {
    value.chars().filter(|c| !c.is_control()).collect()
}

fn mailto(address: &str) -> String {
    let mut uri = String::from("mailto:");
    for c in one_line(address).chars() {
        // What would end the address or start something else in a URI.
        if matches!(c, '%' | '?' | '#' | ' ' | '"' | '<' | '>' | '&') {
            uri.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            uri.push(c);
        }
    }
    uri
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
