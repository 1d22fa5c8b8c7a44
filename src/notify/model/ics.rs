//! An appointment as iCalendar (RFC 5545, RFC 5546). Pure.
//!
//! A writer of our own: the `icalendar` crate lets nobody build a VTIMEZONE without its parser, puts
//! the machine's time into components, and does not keep line breaks out of parameter values.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
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
    let mut out = Writer(String::new());
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Mianqia//Mianqia//ZH");
    out.line("CALSCALE:GREGORIAN");
    out.line(&format!("METHOD:{}", if published { "PUBLISH" } else { method.name() }));
    // A wall clock that shows a time twice cannot say which of the two is meant: then it is written in
    // UTC, both ends in the same form (RFC 5545, 3.8.2.2).
    let local = [event.starts_at, event.ends_at].into_iter().all(|at| is_shown_once(event.zone, at));
    if local {
        time_zone(&mut out, event);
    }
    out.line("BEGIN:VEVENT");
    out.text("UID", &event.identity.uid);
    out.line(&format!("SEQUENCE:{}", event.sequence));
    out.line(&format!("DTSTAMP:{}", event.stamp.format("%Y%m%dT%H%M%SZ")));
    for (name, at) in [("DTSTART", event.starts_at), ("DTEND", event.ends_at)] {
        if local {
            let local = at.with_timezone(&event.zone).format("%Y%m%dT%H%M%S");
            out.line(&format!("{name};TZID={}:{local}", event.zone.name()));
        } else {
            out.line(&format!("{name}:{}", at.format("%Y%m%dT%H%M%SZ")));
        }
    }
    out.text("SUMMARY", &event.summary);
    out.text("DESCRIPTION", &event.description);
    out.text("LOCATION", &event.location);
    if let Some(url) = &event.url {
        out.line(&format!("URL:{}", one_line(url)));
    }
    let name = parameter(&event.organizer_name);
    out.line(&format!("ORGANIZER;CN={name}:{}", mailto(&event.identity.organizer_mail)));
    if let Some(mail) = &event.attendee_mail {
        // Nobody reads answers at the office's sending address, so none is asked for.
        out.line(&format!(
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:{}",
            mailto(mail)
        ));
    }
    out.line(match method {
        Method::Request => "STATUS:CONFIRMED",
        Method::Cancel => "STATUS:CANCELLED",
    });
    out.line("TRANSP:OPAQUE");
    if method == Method::Request {
        out.line("BEGIN:VALARM");
        out.line("ACTION:DISPLAY");
        out.line(&format!("TRIGGER:-PT{ALARM_MINUTES}M"));
        out.text("DESCRIPTION", &event.summary);
        out.line("END:VALARM");
    }
    out.line("END:VEVENT");
    out.line("END:VCALENDAR");
    out.0
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

/// Whether the clocks of a zone show the time of this instant only once.
fn is_shown_once(zone: Tz, at: DateTime<Utc>) -> bool {
    let shown = at.with_timezone(&zone).naive_local();
    matches!(zone.from_local_datetime(&shown), chrono::MappedLocalTime::Single(_))
}

/// Content lines, folded.
struct Writer(String);

impl Writer {
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

/// What a zone's clocks show from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Observance {
    seconds: i32,
    daylight: bool,
    name: String,
}

fn observance(zone: Tz, at: NaiveDateTime) -> Observance {
    let offset = zone.offset_from_utc_datetime(&at);
    Observance {
        seconds: offset.fix().local_minus_utc(),
        daylight: !offset.dst_offset().is_zero(),
        name: offset.abbreviation().unwrap_or(zone.name()).to_owned(),
    }
}

/// Writes the zone's observances from the year before the event to the year after it, one by one: no
/// rule is guessed for years that the event does not touch.
fn time_zone(out: &mut Writer, event: &Event) {
    let zone = event.zone;
    let (from, until) = years_around(event);
    let mut now = observance(zone, from);
    out.line("BEGIN:VTIMEZONE");
    out.line(&format!("TZID:{}", zone.name()));
    // The one in force at the beginning, dated so early that it covers everything before.
    write_observance(out, &now, now.seconds, epoch());
    let mut day = from;
    while day < until {
        let next = day + TimeDelta::days(1);
        let then = observance(zone, next);
        if then != now {
            let onset = change_between(zone, day, next, &now);
            let changed = observance(zone, onset);
            // An onset is written in the local time that was shown before it.
            write_observance(out, &changed, now.seconds, onset + TimeDelta::seconds(now.seconds.into()));
            now = changed;
        }
        day = next;
    }
    out.line("END:VTIMEZONE");
}

fn years_around(event: &Event) -> (NaiveDateTime, NaiveDateTime) {
    let start = |year| NaiveDate::from_ymd_opt(year, 1, 1).map_or(epoch(), NaiveDateTime::from);
    (start(event.starts_at.year() - 1), start(event.ends_at.year() + 2))
}

fn epoch() -> NaiveDateTime {
    DateTime::<Utc>::UNIX_EPOCH.naive_utc()
}

/// The first second, after `low` and not after `high`, at which the zone no longer observes `before`.
fn change_between(zone: Tz, low: NaiveDateTime, high: NaiveDateTime, before: &Observance) -> NaiveDateTime {
    let (mut low, mut high) = (low, high);
    while high - low > TimeDelta::seconds(1) {
        let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
        if observance(zone, middle) == *before { low = middle } else { high = middle }
    }
    high
}

fn write_observance(out: &mut Writer, observance: &Observance, from_seconds: i32, onset: NaiveDateTime) {
    let kind = if observance.daylight { "DAYLIGHT" } else { "STANDARD" };
    out.line(&format!("BEGIN:{kind}"));
    out.line(&format!("DTSTART:{}", onset.format("%Y%m%dT%H%M%S")));
    out.line(&format!("TZOFFSETFROM:{}", utc_offset(from_seconds)));
    out.line(&format!("TZOFFSETTO:{}", utc_offset(observance.seconds)));
    out.text("TZNAME", &observance.name);
    out.line(&format!("END:{kind}"));
}

fn utc_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let rest = seconds % 60;
    let short = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if rest == 0 { short } else { format!("{short}{rest:02}") }
}

#[cfg(test)]
#[path = "ics_tests.rs"]
mod tests;
