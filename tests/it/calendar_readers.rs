//! What calendars are given, read by two programs that are not ours: the Python library icalendar, and ical.js, which
//! Thunderbird reads with (`tests/calendar/`).

use chrono::{DateTime, Datelike, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use mianqia::notify::Identity;
use mianqia::notify::model::ics::{Event, Feed, Method, Status, render, render_feed};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The appointments in each of some calendars, as both programs read them; they have to agree.
pub fn read(calendars: &[String]) -> Vec<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join(".cache/venv/bin/python");
    let by_icalendar = run(Command::new(python).arg(root.join("tests/calendar/read.py")), calendars);
    let by_ical_js = run(Command::new("node").arg(root.join("tests/calendar/read.mjs")), calendars);
    for ((calendar, one), other) in calendars.iter().zip(&by_icalendar).zip(&by_ical_js) {
        assert_eq!(one, other, "icalendar and ical.js read different things in {calendar}");
    }
    by_icalendar
}

fn run(command: &mut Command, calendars: &[String]) -> Vec<Vec<Value>> {
    let mut reader =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`make test` installs it");
    let (mut stdin, asked) = (reader.stdin.take().unwrap(), serde_json::to_vec(calendars).unwrap());
    let writing = std::thread::spawn(move || stdin.write_all(&asked));
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?} could not read them");
    writing.join().unwrap().unwrap();
    let read: Vec<Vec<Value>> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read.len(), calendars.len());
    read
}

fn event(zone: Tz, starts_at: DateTime<Utc>) -> Event {
    Event {
        identity: Identity {
            uid: format!("{}-{}@mianqia.example", zone.name(), starts_at.timestamp()),
            organizer_mail: "mianqia@example.com".into(),
        },
        sequence: 3,
        stamp: "2026-11-02T01:02:03Z".parse().unwrap(),
        starts_at,
        ends_at: starts_at + TimeDelta::minutes(30),
        zone,
        summary: "视频面洽：企业信用培育，第 2 次; “复核”\\完".into(),
        description: format!("时间：{zone}\n第二行, 很长的一行：{}\n", "面洽 ".repeat(40)),
        location: "冰城海关，迎宾路 1 号".into(),
        organizer_name: "冰城海关".into(),
        attendee_mail: Some("lin@example.com".into()),
        url: Some("https://mianqia.example/bookings/1".into()),
    }
}

fn expected(event: &Event, status: &str, changed_at: Option<DateTime<Utc>>) -> Value {
    json!({
        "uid": event.identity.uid, "sequence": event.sequence, "status": status,
        "starts_at": event.starts_at.timestamp_millis(), "ends_at": event.ends_at.timestamp_millis(),
        "changed_at": changed_at.map(|at| at.timestamp_millis()),
        "summary": event.summary, "description": event.description, "location": event.location, "url": event.url,
    })
}

/// When the clocks of a zone are changed from November 2026 to November 2027, to the minute.
fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let first: DateTime<Utc> = "2026-10-20T00:00:00Z".parse().unwrap();
    let days = (0..400).map(|day| first + TimeDelta::days(day));
    let changed = days.filter(|day| offset(*day) != offset(*day + TimeDelta::days(1)));
    let minute = |day: DateTime<Utc>| {
        let minutes = (1..=24 * 60).map(|minute| day + TimeDelta::minutes(minute));
        minutes.into_iter().find(|at| offset(*at) != offset(day)).unwrap()
    };
    changed.map(minute).collect()
}

/// In every zone a plain day in winter and in summer, and the hours around each change of its clocks.
fn appointments() -> Vec<Event> {
    let mut events = Vec::new();
    for zone in chrono_tz::TZ_VARIANTS {
        for day in ["2026-12-15T03:00:00Z", "2027-07-15T09:45:00Z"] {
            events.push(event(zone, day.parse().unwrap()));
        }
        for change in changes(zone) {
            for minutes in [-90, -60, -30, -15, 0, 15, 60] {
                events.push(event(zone, change + TimeDelta::minutes(minutes)));
            }
        }
    }
    assert!(events.len() > 2000 && events.iter().any(|event| event.starts_at.year() == 2027));
    events
}

#[test]
fn a_mailed_appointment_is_at_its_instant_in_every_zone_around_every_change_of_its_clocks() {
    let events = appointments();
    let files: Vec<String> = events.iter().map(|event| render(event, Method::Request)).collect();
    // Both ways of writing a time are among them.
    let local = files.iter().filter(|file| file.contains("DTSTART;TZID=")).count();
    assert!(local > 2000 && local < files.len(), "{local} of {}", files.len());
    for (event, found) in events.iter().zip(read(&files)) {
        assert_eq!(found, [expected(event, "CONFIRMED", None)]);
    }
}

#[test]
fn a_calendar_of_all_zones_has_each_appointment_at_its_instant() {
    let states = [
        ("CONFIRMED", Status::Confirmed),
        ("TENTATIVE", Status::Tentative),
        ("CANCELLED", Status::Cancelled),
    ];
    let events: Vec<_> = appointments().into_iter().zip(states.into_iter().cycle()).collect();
    let written = events.iter().map(|(event, (_, status))| (event.clone(), *status)).collect();
    let feed = Feed { name: "面洽".into(), refresh_minutes: 60, events: written };
    let none = Feed { events: Vec::new(), ..feed.clone() };
    let [found, nothing] = read(&[render_feed(&feed), render_feed(&none)]).try_into().unwrap();
    let right: Vec<Value> =
        events.iter().map(|(event, (status, _))| expected(event, status, Some(event.stamp))).collect();
    assert!(found == right, "something is not where it should be");
    assert!(nothing.is_empty());
}
