//! What clocks of a zone show, as a VTIMEZONE (RFC 5545, 3.6.5). Pure.

use crate::notify::model::ics::{Event, Writer};
use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::{OffsetComponents, OffsetName, Tz};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Whether the clocks of a zone show the time of this instant only once.
pub(super) fn is_shown_once(zone: Tz, at: DateTime<Utc>) -> bool {
    let shown = at.with_timezone(&zone).naive_local();
    matches!(zone.from_local_datetime(&shown), MappedLocalTime::Single(_))
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

/// What was written of a zone for some years.
type Written = HashMap<(Tz, NaiveDateTime, NaiveDateTime), Arc<str>>;

/// A zone is looked at day by day, which takes longer than all the rest of a calendar; and an office has few of them.
static WRITTEN: LazyLock<Mutex<Written>> = LazyLock::new(Mutex::default);
/// As many are kept.
const KEPT: usize = 256;

/// Writes the zone of an event: its observances from the year before the event to the year after it, one by one: no
/// rule is guessed for years that the event does not touch.
pub(super) fn write(out: &mut Writer, event: &Event) {
    let (from, until) = years_around(event);
    let key = (event.zone, from, until);
    let known = || WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = known().get(&key).cloned();
    let text = kept.unwrap_or_else(|| {
        let mut zone = Writer(String::new());
        write_between(&mut zone, event.zone, from, until);
        let text: Arc<str> = zone.0.into();
        let mut known = known();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key, Arc::clone(&text));
        text
    });
    out.0.push_str(&text);
}

fn write_between(out: &mut Writer, zone: Tz, from: NaiveDateTime, until: NaiveDateTime) {
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

/// Writes the zone whose clocks are never changed.
pub(super) fn write_utc(out: &mut Writer) {
    out.line("BEGIN:VTIMEZONE");
    out.line("TZID:Etc/UTC");
    let observance = Observance { seconds: 0, daylight: false, name: "UTC".to_owned() };
    write_observance(out, &observance, 0, epoch());
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

pub(super) fn utc_offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let rest = seconds % 60;
    let short = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    if rest == 0 { short } else { format!("{short}{rest:02}") }
}
