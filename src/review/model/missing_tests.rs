//! Sessions drawn in seconds for [`super`].

use super::*;
use crate::evidence::{Actor, NewEntry, model as chain};
use crate::video::entities::participant::ParticipantRole;
use crate::video::entities::video_session::SessionState;
use crate::video::log::{EndedBecause, LeftBecause};

const LIN: Uuid = Uuid::from_u128(1);

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn admitted() -> SessionEntry {
    SessionEntry::Admitted { participant: LIN, role: ParticipantRole::Guest, by: None, opens: true }
}

fn left() -> SessionEntry {
    SessionEntry::Left { participant: LIN, cause: LeftBecause::Asked }
}

fn ended() -> SessionEntry {
    SessionEntry::Ended {
        session: Uuid::nil(),
        people: vec![LIN],
        duration_ms: 0,
        cause: EndedBecause::Asked,
    }
}

fn entry(second: i64, what: SessionEntry) -> entry::Model {
    let new = NewEntry::new(Uuid::nil(), &what, Actor::PROGRAM, at(second));
    let bytes = chain::entry_bytes(&new, second, &[]).unwrap();
    entry::Model {
        case_id: Uuid::nil(),
        seq: second,
        at: at(second),
        kind: new.kind.clone(),
        hash: vec![],
        bytes,
    }
}

fn session(opened: i64, ended: i64) -> video_session::Model {
    video_session::Model {
        id: Uuid::nil(),
        booking_id: Uuid::nil(),
        state: SessionState::Ended,
        created_at: at(0),
        opened_at: Some(at(opened)),
        ended_at: Some(at(ended)),
        interrupted: false,
        node_id: None,
    }
}

fn publication(source: Source) -> publication::Model {
    let id = Uuid::from_u128(9);
    publication::Model { id, session_id: id, participant_id: LIN, source, live: false, created_at: at(0) }
}

fn segment(id: u128, from: i64, length: i64) -> recording::Model {
    recording::Model {
        id: Uuid::from_u128(id),
        session_id: Uuid::nil(),
        publication_id: Uuid::from_u128(9),
        segment: 1,
        state: RecordingState::Finalised,
        file: String::new(),
        created_at: at(from),
        started_at: Some(at(from)),
        ended_at: Some(at(from + length)),
        duration_ms: length * 1000,
        bytes: 0,
        clusters: 0,
        manifest_sha256: None,
        reason: None,
        audio_error_ms: None,
        video_error_ms: None,
        node_id: None,
    }
}

fn gap(recording: u128, from_ms: i64, to_ms: i64, cause: &str) -> recording_gap::Model {
    let recording_id = Uuid::from_u128(recording);
    recording_gap::Model {
        id: Uuid::nil(),
        recording_id,
        from_ms,
        to_ms,
        cause: cause.into(),
        medium: "both".into(),
        missing_ms: to_ms - from_ms,
    }
}

fn of(medium: &str, missing_ms: i64, gap: recording_gap::Model) -> recording_gap::Model {
    recording_gap::Model { medium: medium.into(), missing_ms, ..gap }
}

/// What is missing of one publication.
fn all(
    source: Source,
    session: &video_session::Model,
    entries: &[entry::Model],
    recordings: &[recording::Model],
    gaps: &[recording_gap::Model],
) -> Vec<Missing> {
    let publications = [publication(source)];
    missing(&SessionRows { session, entries, publications: &publications, recordings, gaps, now: at(1000) })
}

/// What is missing as (from, to, cause) in seconds.
fn found(
    source: Source,
    session: &video_session::Model,
    entries: &[entry::Model],
    recordings: &[recording::Model],
    gaps: &[recording_gap::Model],
) -> Vec<(i64, i64, String)> {
    let missing = all(source, session, entries, recordings, gaps);
    let seconds = |time: DateTime<Utc>| (time - at(0)).num_seconds();
    missing.into_iter().map(|m| (seconds(m.from), seconds(m.to), m.cause)).collect()
}

#[test]
fn silence_at_the_end_of_a_segment_is_not_counted_twice() {
    let entries = [entry(0, admitted()), entry(200, ended())];
    let recordings = [segment(1, 0, 60), segment(2, 100, 100)];
    let gaps = [gap(1, 50_000, 80_000, "publisher_silent"), gap(2, 10_000, 12_000, "loss")];
    let all = found(Source::Camera, &session(0, 200), &entries, &recordings, &gaps);
    assert_eq!(all, [(50, 100, NOT_SENT.into()), (110, 112, "loss".into())]);
}

#[test]
fn nothing_is_missing_before_one_is_admitted_the_session_open_or_after_one_left() {
    let entries = [entry(10, admitted()), entry(50, left()), entry(90, admitted()), entry(150, ended())];
    let recordings = [segment(1, 5, 45), segment(2, 95, 55)];
    let gaps = [gap(1, 0, 20_000, "publisher_silent")];
    let all = found(Source::Camera, &session(20, 150), &entries, &recordings, &gaps);
    assert_eq!(all, [(20, 25, "publisher_silent".into()), (90, 95, NOT_SENT.into())]);
}

#[test]
fn a_camera_that_stops_before_its_person_leaves_is_missing_and_a_screen_is_not() {
    let entries = [entry(0, admitted()), entry(100, ended())];
    let recordings = [segment(1, 0, 30), segment(2, 40, 20)];
    let shown = session(0, 100);
    let camera = found(Source::Camera, &shown, &entries, &recordings, &[]);
    assert_eq!(camera, [(30, 40, NOT_SENT.into()), (60, 100, NOT_SENT.into())]);
    assert_eq!(found(Source::Screen, &shown, &entries, &recordings, &[]), []);
    let whole = found(Source::Camera, &shown, &entries, &[segment(1, 0, 99)], &[]);
    assert_eq!(whole, [], "recordings end a moment before their session");
}

#[test]
fn sound_that_is_missing_with_the_picture_counts_once_and_single_losses_count_as_much_as_they_are() {
    let entries = [entry(0, admitted()), entry(100, ended())];
    let gaps = [
        of("video", 20_000, gap(1, 10_000, 30_000, "camera_off")),
        of("audio", 10_000, gap(1, 25_000, 35_000, "audio_silent")),
        of("audio", 640, gap(1, 50_000, 58_000, "loss")),
        of("both", 2_000, gap(1, 56_000, 58_000, "loss")),
    ];
    let missing = all(Source::Camera, &session(0, 100), &entries, &[segment(1, 0, 100)], &gaps);
    let short: Vec<_> = missing
        .iter()
        .map(|m| {
            ((m.from - at(0)).num_seconds(), (m.to - at(0)).num_seconds(), m.medium.as_str(), m.missing_ms)
        })
        .collect();
    assert_eq!(
        short,
        [
            (10, 30, "video", 20_000),
            (30, 35, "audio", 5_000),
            (50, 56, "audio", 480),
            (56, 58, "both", 2_000)
        ]
    );
    assert_eq!(total(&missing), (4, 27_480));
    // Whoever was muted did not want to be heard: that is shown, and counts for nothing.
    let muted: Vec<Missing> =
        missing.into_iter().map(|one| Missing { cause: "microphone_off".into(), ..one }).collect();
    assert_eq!(total(&muted), (0, 0));
}
