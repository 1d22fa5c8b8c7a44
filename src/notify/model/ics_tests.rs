//! Examples and properties of the writer.

use super::zone::utc_offset;
use super::*;
use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone};
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn event(zone: Tz) -> Event {
    Event {
        identity: Identity {
            uid: "019a-mq@mianqia.example".into(),
            organizer_mail: "mianqia@example.com".into(),
        },
        sequence: 2,
        stamp: at("2026-11-02T01:02:03.456Z"),
        starts_at: at("2026-11-10T06:00:00Z"),
        ends_at: at("2026-11-10T06:30:00Z"),
        zone,
        summary: "视频面洽：企业信用培育，第 2 次; 复核".into(),
        description: "第一行\n第二行\\完".into(),
        location: "冰城海关，迎宾路 1 号".into(),
        organizer_name: "冰城\"海关\"".into(),
        attendee_mail: Some("lin@example.com".into()),
        url: Some("https://mianqia.example/bookings/1".into()),
    }
}

fn unfold(ics: &str) -> String {
    ics.replace("\r\n ", "")
}

#[test]
fn a_request_says_all_that_a_calendar_needs() {
    let ics = unfold(&render(&event(chrono_tz::Asia::Shanghai), Method::Request));
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mianqia//Mianqia//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:019a-mq@mianqia.example",
        "SEQUENCE:2",
        "DTSTAMP:20261102T010203Z",
        "DTSTART;TZID=Asia/Shanghai:20261110T140000",
        "DTEND;TZID=Asia/Shanghai:20261110T143000",
        "SUMMARY:视频面洽：企业信用培育，第 2 次\\; 复核",
        "DESCRIPTION:第一行\\n第二行\\\\完",
        "LOCATION:冰城海关，迎宾路 1 号",
        "URL:https://mianqia.example/bookings/1",
        "ORGANIZER;CN=\"冰城'海关'\":mailto:mianqia@example.com",
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:lin@example.com",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT30M",
        "DESCRIPTION:视频面洽：企业信用培育，第 2 次\\; 复核",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ];
    assert_eq!(ics, expected.join("\r\n") + "\r\n");
}

#[test]
fn by_what_an_appointment_is_known_can_be_read_again() {
    let mut long = event(chrono_tz::Asia::Shanghai);
    long.identity.uid = format!("019a-mq@{}.example", "a".repeat(90));
    for event in [event(chrono_tz::Asia::Shanghai), long] {
        assert_eq!(identity(&render(&event, Method::Cancel)), Some(event.identity));
    }
    assert_eq!(identity("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), None);
}

#[test]
fn a_cancellation_says_so_twice() {
    let ics = render(&event(chrono_tz::Asia::Shanghai), Method::Cancel);
    assert!(ics.contains("METHOD:CANCEL\r\n") && ics.contains("STATUS:CANCELLED\r\n"));
    assert!(!ics.contains("VALARM"));
}

#[test]
fn a_file_without_an_attendee_is_published_not_requested() {
    let alone = Event { attendee_mail: None, url: None, ..event(chrono_tz::Asia::Shanghai) };
    let ics = render(&alone, Method::Request);
    assert!(ics.contains("METHOD:PUBLISH\r\n") && !ics.contains("ATTENDEE") && !ics.contains("\nURL"));
}

fn feed(events: Vec<(Event, Status)>) -> Feed {
    Feed { name: "海关预约, 本单位".into(), refresh_minutes: 60, events }
}

#[test]
fn a_feed_holds_instants_and_states_and_nobody() {
    let berlin = Event { sequence: 3, ..event(chrono_tz::Europe::Berlin) };
    let shanghai = Event {
        summary: "面洽".into(),
        description: "a\nb".into(),
        location: "1 号".into(),
        ..berlin.clone()
    };
    let ics = render_feed(&feed(vec![(berlin, Status::Tentative), (shanghai, Status::Cancelled)]));
    let ics = unfold(&ics);
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mianqia//Mianqia//ZH",
        "CALSCALE:GREGORIAN",
        "NAME:海关预约\\, 本单位",
        "X-WR-CALNAME:海关预约\\, 本单位",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
        "BEGIN:VEVENT",
        "UID:019a-mq@mianqia.example",
        "SEQUENCE:3",
        "DTSTAMP:20261102T010203Z",
        "LAST-MODIFIED:20261102T010203Z",
        "DTSTART:20261110T060000Z",
        "DTEND:20261110T063000Z",
        "SUMMARY:视频面洽：企业信用培育，第 2 次\\; 复核",
        "DESCRIPTION:第一行\\n第二行\\\\完",
        "LOCATION:冰城海关，迎宾路 1 号",
        "URL:https://mianqia.example/bookings/1",
        "STATUS:TENTATIVE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:019a-mq@mianqia.example",
        "SEQUENCE:3",
        "DTSTAMP:20261102T010203Z",
        "LAST-MODIFIED:20261102T010203Z",
        "DTSTART:20261110T060000Z",
        "DTEND:20261110T063000Z",
        "SUMMARY:面洽",
        "DESCRIPTION:a\\nb",
        "LOCATION:1 号",
        "URL:https://mianqia.example/bookings/1",
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ];
    assert_eq!(ics, expected.join("\r\n") + "\r\n");
}

#[test]
fn a_feed_without_appointments_is_a_calendar_all_the_same() {
    let ics = render_feed(&feed(Vec::new()));
    assert!(ics.contains("BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\n") && !ics.contains("VEVENT"), "{ics}");
}

#[test]
fn clock_changes_of_other_zones_are_written_out() {
    let ics = unfold(&render(&event(chrono_tz::Europe::Berlin), Method::Request));
    for part in [
        "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST",
        "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET",
        "DTSTART;TZID=Europe/Berlin:20261110T070000",
    ] {
        assert!(ics.contains(part), "{part} is missing in {ics}");
    }
    // Three years with two changes each, and the one in force before them.
    assert_eq!(ics.matches("TZOFFSETTO").count(), 7);
    // Half an hour of summer time, south of the equator.
    let ics = unfold(&render(&event(chrono_tz::Australia::Lord_Howe), Method::Request));
    assert!(ics.contains("TZOFFSETFROM:+1030\r\nTZOFFSETTO:+1100"));
}

#[test]
fn a_time_that_clocks_show_twice_is_written_in_utc() {
    // 01:00 to 02:00 come twice in New York on 7 November 2027.
    for (from, to) in [
        ("2027-11-07T05:30:00Z", "2027-11-07T06:00:00Z"),
        ("2027-11-07T06:30:00Z", "2027-11-07T07:00:00Z"),
        ("2027-11-07T04:45:00Z", "2027-11-07T05:15:00Z"),
    ] {
        let night = Event { starts_at: at(from), ends_at: at(to), ..event(chrono_tz::America::New_York) };
        let ics = render(&night, Method::Request);
        let utc = |text: &str| text.replace(['-', ':'], "");
        assert!(ics.contains(&format!("DTSTART:{}\r\nDTEND:{}\r\n", utc(from), utc(to))), "{ics}");
        assert!(!ics.contains("TZID"));
    }
}

#[test]
fn offsets_are_written_with_sign_and_seconds_where_there_are_any() {
    for (seconds, text) in [(28800, "+0800"), (0, "+0000"), (-12600, "-0330"), (29143, "+080543")] {
        assert_eq!(utc_offset(seconds), text);
    }
}

proptest! {
    #[test]
    fn folding_keeps_lines_short_and_can_be_undone(line in "[^\r\n]{0,400}") {
        let mut folded = String::new();
        fold(&line, &mut folded);
        prop_assert!(folded.split("\r\n").all(|part| part.len() <= 75));
        prop_assert_eq!(folded.strip_suffix("\r\n").unwrap().replace("\r\n ", ""), line);
    }

    #[test]
    fn no_value_breaks_out_of_its_line(value in any::<String>(), name in any::<String>()) {
        let mut odd = event(chrono_tz::Asia::Shanghai);
        odd.summary = value.clone();
        odd.description = value.clone();
        odd.location = value.clone();
        odd.organizer_name = name;
        odd.url = Some(value.clone());
        odd.attendee_mail = Some(value);
        let plain = unfold(&render(&event(chrono_tz::Asia::Shanghai), Method::Request));
        let ics = render(&odd, Method::Request);
        prop_assert!(ics.split("\r\n").all(|line| line.len() <= 75));
        prop_assert!(!ics.replace("\r\n", "").contains(['\r', '\n']));
        prop_assert_eq!(unfold(&ics).lines().count(), plain.lines().count());
    }

    #[test]
    fn escaped_text_reads_back(value in "[a;,\\\\\n\t老]{0,40}") {
        let mut back = String::new();
        let escaped = escape(&value);
        let mut rest = escaped.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => back.push(match rest.next() { Some('n') => '\n', Some(c) => c, None => '?' }),
                c => back.push(c),
            }
        }
        prop_assert_eq!(back, value);
    }

    #[test]
    fn the_zone_written_gives_the_true_offset_at_the_event(
        hours in 0..(24 * 365 * 20_i64), which in any::<prop::sample::Index>(),
    ) {
        let zone = chrono_tz::TZ_VARIANTS[which.index(chrono_tz::TZ_VARIANTS.len())];
        let start = at("2020-01-01T00:00:00Z") + TimeDelta::hours(hours);
        let event = Event { starts_at: start, ends_at: start + TimeDelta::hours(1), ..event(zone) };
        let ics = unfold(&render(&event, Method::Request));
        // What is written in UTC needs no zone.
        prop_assume!(ics.contains("BEGIN:VTIMEZONE"));
        // The last onset before the event, by the local time that was shown before each onset.
        let mut current = None;
        let (mut onset, mut from) = (String::new(), 0);
        for line in ics.lines().take_while(|line| *line != "END:VTIMEZONE") {
            if let Some(text) = line.strip_prefix("DTSTART:") { onset = text.to_owned(); }
            if let Some(text) = line.strip_prefix("TZOFFSETFROM:") { from = seconds(text); }
            if let Some(text) = line.strip_prefix("TZOFFSETTO:") {
                let local = NaiveDateTime::parse_from_str(&onset, "%Y%m%dT%H%M%S").unwrap();
                if local - TimeDelta::seconds(from) <= start.naive_utc() { current = Some(seconds(text)); }
            }
        }
        let truth = zone.offset_from_utc_datetime(&start.naive_utc()).fix().local_minus_utc();
        prop_assert_eq!(current, Some(i64::from(truth)));
    }
}

fn seconds(offset: &str) -> i64 {
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let part = |range| offset.get::<std::ops::Range<usize>>(range).map_or(0, |text| text.parse().unwrap());
    sign * (part(1..3) * 3600 + part(3..5) * 60 + part(5..7))
}
