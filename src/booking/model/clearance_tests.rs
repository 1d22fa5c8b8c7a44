use super::file::written;
use super::*;
use crate::booking::model::state::tests::row;
use crate::booking::store::entities::appointment::Site;
use chrono::FixedOffset;
use chrono_tz::Asia::{Shanghai, Vladivostok};
use encoding_rs::GB18030;
use proptest::prelude::*;

const HEAD: &str = "预约编号,环节,开始,结束\n";

fn at(local: &str) -> DateTime<Utc> {
    format!("{local}+08:00").parse::<DateTime<FixedOffset>>().unwrap().to_utc()
}

/// A booking of all stages on the evening of 24 November, with what its clock says.
fn known(state: BookingState, clocks: [(Option<&str>, Option<&str>); 3]) -> HashMap<String, Known> {
    let starts_at = at("2026-11-24T19:00:00");
    let row = booking::Model { ends_at: at("2026-11-24T22:00:00"), ..row(state, starts_at) };
    let all = [Stage::Declaration, Stage::Inspection, Stage::Release];
    let appointments =
        (0..).zip(all.iter().zip(clocks)).map(|(position, (stage, (began, ended)))| appointment::Model {
            id: Uuid::from_u128(u128::from(position as u8)),
            booking_id: row.id,
            position,
            stage: Some(*stage),
            site: Site::Office,
            starts_at,
            ends_at: starts_at,
            began_at: began.map(at),
            ended_at: ended.map(at),
            officer_id: None,
        });
    let known = Known { appointments: appointments.collect(), zone: Shanghai, row };
    HashMap::from([(known.row.reference.clone(), known)])
}

fn accepted() -> HashMap<String, Known> {
    known(BookingState::Accepted, [(None, None); 3])
}

/// What some lines about that booking would do at ten in the evening.
fn planned(known: &HashMap<String, Known>, lines: &[&str]) -> ClockPlan {
    let reference = known.keys().next().unwrap();
    let text: String = lines.iter().map(|line| format!("{}\n", line.replace("MQ", reference))).collect();
    plan(read(format!("{HEAD}{text}").as_bytes()).unwrap(), known, at("2026-11-24T22:00:00"))
}

fn codes(plan: &ClockPlan) -> Vec<(u32, &'static str)> {
    plan.faults.iter().map(|fault| (fault.line, fault.text.id())).collect()
}

#[test]
fn times_are_read_as_spreadsheets_and_programs_write_them() {
    let evening = Some(at("2026-11-24T19:05:00"));
    for text in [
        "2026-11-24 19:05",
        "2026/11/24 19:05",
        "2026-11-24T19:05:00",
        "2026-11-24 19:05:00+08:00",
        "2026-11-24T11:05:00Z",
        "2026-11-24 21:05 +10:00",
        "2026.11.24 19:05",
    ] {
        assert_eq!(written(text).and_then(|time| time.at(Shanghai)), evening, "{text}");
    }
    let by_venue = written("2026-11-24 19:05").and_then(|time| time.at(Vladivostok));
    assert_eq!(by_venue, Some(at("2026-11-24T17:05:00")));
    for text in
        ["19:05", "2026-02-30 19:05", "2026-11-24", "2026-11-24 25:00", "24.11.2026 19:05", "46350.79"]
    {
        assert_eq!(written(text), None, "{text}");
    }
}

#[test]
fn a_file_is_read_in_both_encodings_and_refused_where_it_is_none() {
    let line = "MQ26114K7PX,查验,2026-11-24 19:05,2026-11-24 19:40\n";
    let text = format!("{HEAD}{line}");
    let gbk = GB18030.encode(&text).0;
    let wanted = read(text.as_bytes()).unwrap();
    assert_eq!((wanted.lines.len() + wanted.faults.len(), read(&gbk).unwrap()), (1, wanted.clone()));
    assert_eq!(read(format!("\u{feff}{text}").as_bytes()).unwrap(), wanted);
    let english = format!("reference,stage,began,ended\n{}", line.replace("查验", "Inspection"));
    assert_eq!(read(english.as_bytes()).unwrap(), wanted);
    let many = format!("{HEAD}{}", line.repeat(MOST_LINES + 1));
    for (bytes, code) in [
        (&b"PK\x03\x04\0\0"[..], "clearance_file_kind"),
        (&b"reference,stage\nx,y\n"[..], "clearance_header"),
        (&b""[..], "clearance_empty"),
        (HEAD.as_bytes(), "clearance_empty"),
        (many.as_bytes(), "clearance_too_many"),
        (&b"reference\n\xff\n"[..], "file_encoding"),
    ] {
        assert_eq!(read(bytes).unwrap_err().code(), code);
    }
}

#[test]
fn stages_that_begin_and_end_take_the_booking_along() {
    let plan =
        planned(&accepted(), &["MQ,申报,2026-11-24 19:00,2026-11-24 19:20", "MQ,查验,2026-11-24 19:30,"]);
    assert_eq!((codes(&plan), plan.stages(), plan.unchanged), (vec![], 2, 0));
    assert_eq!((plan.changes[0].steps.clone(), plan.changes[0].corrects), (vec![Action::CheckIn], false));
    // In whichever order they stand in the file.
    let plan = planned(
        &accepted(),
        &[
            "MQ,放行,2026-11-24 20:00,2026-11-24 20:10",
            "MQ,查验,2026-11-24 19:20,2026-11-24 20:00",
            "MQ,申报,2026-11-24 19:00,2026-11-24 19:20",
        ],
    );
    assert_eq!((codes(&plan), plan.stages()), (vec![], 3));
    assert_eq!(plan.changes[0].steps, [Action::CheckIn, Action::Complete]);
}

#[test]
fn what_cannot_be_is_told_by_its_line() {
    let good = "MQ,申报,2026-11-24 19:00,2026-11-24 19:20";
    for (lines, expected) in [
        (vec!["MQ26110000,申报,2026-11-24 19:00,"], vec![(2, "clearance_no_reference")]),
        (vec!["MQ,装卸,2026-11-24 19:00,"], vec![(2, "clearance_no_stage")]),
        (vec!["MQ,申报,19:00,"], vec![(2, "clearance_time")]),
        (vec!["MQ,申报,2026-11-24 19:00,soon"], vec![(2, "clearance_time")]),
        (vec!["MQ,申报,,2026-11-24 19:20"], vec![(2, "clearance_missing")]),
        (vec![",申报,2026-11-24 19:00,"], vec![(2, "clearance_missing")]),
        (vec!["MQ,申报,2026-11-24 22:01,"], vec![(2, "clearance_future")]),
        (vec!["MQ,申报,2026-11-24 19:00,2026-11-24 22:01"], vec![(2, "clearance_future")]),
        (vec!["MQ,申报,2026-11-24 19:00,2026-11-24 18:59"], vec![(2, "clearance_ended_before")]),
        (vec![good, "MQ,申报,2026-11-24 19:00,2026-11-24 19:20"], vec![(3, "clearance_twice")]),
        (vec![good, "MQ,查验,2026-11-24 19:19,"], vec![(2, "clearance_overlap"), (3, "clearance_overlap")]),
        (vec!["MQ,查验,2026-11-24 19:30,"], vec![(2, "clearance_before_not_done")]),
        (
            vec!["MQ,申报,2026-11-24 19:00,", "", "MQ,查验,2026-11-24 19:30,"],
            vec![(2, "clearance_overlap"), (4, "clearance_before_not_done")],
        ),
    ] {
        let mut plan = planned(&accepted(), &lines);
        plan.faults.sort_by_key(|fault| fault.line);
        assert_eq!(codes(&plan), expected, "{lines:?}");
        assert!(plan.changes.is_empty(), "{lines:?}");
    }
    for state in [BookingState::Held, BookingState::Requested, BookingState::Cancelled, BookingState::NoShow]
    {
        let plan = planned(&known(state, [(None, None); 3]), &[good]);
        assert_eq!(codes(&plan), [(2, "clearance_state")], "{state:?}");
    }
    let mut without = accepted();
    without.values_mut().for_each(|known| known.appointments.truncate(1));
    assert_eq!(
        codes(&planned(&without, &[good, "MQ,放行,2026-11-24 20:00,"])),
        [(3, "clearance_not_booked")]
    );
    let file = read(format!("{HEAD}MQ26114K7PX,申报,2026-11-24 19:00,\n").as_bytes()).unwrap();
    let unknown = plan(file, &HashMap::new(), at("2026-11-24T22:00:00"));
    assert!(matches!(codes(&unknown)[..], [(2, "clearance_unknown" | "clearance_no_reference")]));
}

#[test]
fn what_is_there_stays_and_what_differs_is_a_conflict() {
    let clicked = known(
        BookingState::CheckedIn,
        [
            (Some("2026-11-24T19:00:20"), Some("2026-11-24T19:20:59")),
            (Some("2026-11-24T19:30:00"), None),
            (None, None),
        ],
    );
    // The file is less exact than the clicks; it only adds an end.
    let plan = planned(
        &clicked,
        &["MQ,申报,2026-11-24 19:00,2026-11-24 19:20", "MQ,查验,2026-11-24 19:30,2026-11-24 19:50"],
    );
    assert_eq!((codes(&plan), plan.stages(), plan.unchanged, plan.conflicts.len()), (vec![], 1, 1, 0));
    let (before, after) = &plan.changes[0].stages[0];
    assert_eq!((before.began_at, after.ended_at), (after.began_at, Some(at("2026-11-24T19:50:00"))));
    // Seconds that differ are another time.
    let plan = planned(&clicked, &["MQ,申报,2026-11-24 19:00:21,2026-11-24 19:20"]);
    assert_eq!((plan.conflicts.len(), plan.changes[0].corrects), (1, true));
    assert_eq!(plan.conflicts[0].was.0, Some(at("2026-11-24T19:00:20")));
    assert_eq!(plan.conflicts[0].is_now, (at("2026-11-24T19:00:21"), Some(at("2026-11-24T19:20:59"))));
    // A correction must not overlap what is there.
    let plan = planned(&clicked, &["MQ,申报,2026-11-24 19:00,2026-11-24 19:31"]);
    assert_eq!(codes(&plan), [(2, "clearance_overlap")]);
}

proptest! {
    #[test]
    fn no_file_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), tail in "[0-9TZ:+\\-/. 一]{0,30}") {
        let _ = read(&bytes);
        let _ = written(&tail);
        let text = format!("{HEAD}MQ26114K7PX,申报,{tail},{tail}\n");
        if let Ok(file) = read(text.as_bytes()) {
            let _ = plan(file, &accepted(), at("2026-11-24T22:00:00"));
        }
    }
}
