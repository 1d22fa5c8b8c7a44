//! What an auditor may ask for, and how a session lies on one timeline. Pure.

pub mod checks;
pub mod film;
pub mod missing;
pub mod replay;

use crate::video::entities::recording;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::ops::RangeInclusive;

/// Rows on one page of the search.
pub const PAGE: usize = 20;

/// How long a purpose must and may be, in characters: a word is no purpose, a page is no line.
pub const PURPOSE: RangeInclusive<usize> = 4..=300;

/// Looking at a case again within this is no new entry: reading its detail, checking it and coming back to
/// it are one visit.
pub const VISIT: TimeDelta = TimeDelta::hours(1);

/// How long what was opened may be played.
pub const PLAYABLE_FOR: TimeDelta = TimeDelta::hours(12);

/// How long a film of all recordings is kept: time enough to hand it in, and no longer than faces need lie about twice. It
/// can be made again.
pub const COMPOSITE_KEPT_FOR: TimeDelta = TimeDelta::days(7);

/// What is searched for. All that is given must fit.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// First and last day, in the zone of each venue.
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    /// Part of the name or of the 统一社会信用代码.
    pub enterprise: Option<String>,
    /// Part of the name, or a badge number.
    pub officer: Option<String>,
    /// Part of the reference, in any spelling.
    pub reference: Option<String>,
}

/// Part of a reference in the form in which references are stored: upper case, full width folded,
/// nothing but letters and digits. `None` when nothing is left.
pub fn reference_part(text: &str) -> Option<String> {
    let part: String = text
        .chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (!part.is_empty()).then_some(part)
}

/// The text of a search field, if it holds any.
pub fn words(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The moment from which all tracks are counted: the opening of the session, or the first picture
/// if that came before.
pub fn timeline_zero(
    opened_at: Option<DateTime<Utc>>,
    recordings: &[recording::Model],
) -> Option<DateTime<Utc>> {
    let first = recordings.iter().filter_map(|row| row.started_at).min();
    match (opened_at, first) {
        (Some(opened), Some(first)) => Some(opened.min(first)),
        (opened, first) => opened.or(first),
    }
}

/// How long the timeline is: to the end of the session, and to the end of the longest track.
pub fn timeline_length(
    zero: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    recordings: &[recording::Model],
) -> i64 {
    let tracks = recordings
        .iter()
        .filter_map(|row| row.started_at.map(|started| millis(zero, started) + row.duration_ms));
    tracks.chain(ended_at.map(|ended| millis(zero, ended))).max().unwrap_or(0).max(0)
}

/// Milliseconds from `zero` to `at`, never negative.
pub fn millis(zero: DateTime<Utc>, at: DateTime<Utc>) -> i64 {
    (at - zero).num_milliseconds().max(0)
}

/// What a `Range` header asks for of a file of `length` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range, one that we do not understand, or several (RFC 9110 allows that).
    Whole,
    /// From the first to the last byte, both included.
    Part { first: u64, last: u64 },
    /// Nothing that there is.
    Unsatisfiable,
}

/// Reads a `Range` header (RFC 9110, 14.2).
pub fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some((unit, ranges)) = header.and_then(|header| header.split_once('=')) else { return Wanted::Whole };
    let Some((first, last)) = ranges.trim().split_once('-') else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || ranges.contains(',') {
        return Wanted::Whole;
    }
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    match (first.trim(), last.trim()) {
        ("", suffix) => match number(suffix) {
            None => Wanted::Whole,
            Some(0) => Wanted::Unsatisfiable,
            Some(_) if length == 0 => Wanted::Unsatisfiable,
            Some(suffix) => Wanted::Part { first: length.saturating_sub(suffix), last: length - 1 },
        },
        (first, last) => match (number(first), number(last), last.is_empty()) {
            (Some(first), _, true) | (Some(first), Some(_), _) if first >= length => Wanted::Unsatisfiable,
            (Some(first), _, true) => Wanted::Part { first, last: length - 1 },
            (Some(first), Some(last), _) if last >= first => {
                Wanted::Part { first, last: last.min(length - 1) }
            }
            _ => Wanted::Whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::entities::recording::RecordingState;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn half_a_reference_in_any_spelling_is_enough() {
        for (text, part) in [
            ("4k7p", Some("4K7P")),
            (" mq 2611 4K7P-x ", Some("MQ26114K7PX")),
            ("ＭＱ２６", Some("MQ26")),
            ("- –", None),
            ("", None),
            ("预约", None),
        ] {
            assert_eq!(reference_part(text).as_deref(), part, "{text}");
        }
    }

    #[test]
    fn a_range_is_read_as_rfc_9110_says() {
        use Wanted::*;
        for (header, length, expected) in [
            (None, 10, Whole),
            (Some("bytes=0-"), 10, Part { first: 0, last: 9 }),
            (Some("bytes=3-5"), 10, Part { first: 3, last: 5 }),
            (Some("Bytes = 3-99"), 10, Part { first: 3, last: 9 }),
            (Some("bytes=-4"), 10, Part { first: 6, last: 9 }),
            (Some("bytes=-99"), 10, Part { first: 0, last: 9 }),
            (Some("bytes=10-"), 10, Unsatisfiable),
            (Some("bytes=10-20"), 10, Unsatisfiable),
            (Some("bytes=-0"), 10, Unsatisfiable),
            (Some("bytes=0-"), 0, Unsatisfiable),
            (Some("bytes=5-3"), 10, Whole),
            (Some("bytes=a-b"), 10, Whole),
            (Some("bytes=-"), 10, Whole),
            (Some("bytes=+1-2"), 10, Whole),
            (Some("bytes=0-1,4-5"), 10, Whole),
            (Some("pages=0-1"), 10, Whole),
            (Some("bytes"), 10, Whole),
            (Some("bytes=99999999999999999999-"), 10, Whole),
        ] {
            assert_eq!(wanted(header, length), expected, "{header:?} of {length}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_never_outside_the_file(header in "(bytes=)?[0-9]{0,4}-?[0-9]{0,4}", length in 0..2000u64) {
            if let Wanted::Part { first, last } = wanted(Some(&header), length) {
                prop_assert!(first <= last && last < length);
            }
        }

        #[test]
        fn any_header_may_come(header in "\\PC{0,40}", length in 0..100u64) {
            wanted(Some(&header), length);
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    fn track(started: i64, length: i64) -> recording::Model {
        recording::Model {
            id: Uuid::nil(),
            session_id: Uuid::nil(),
            publication_id: Uuid::nil(),
            segment: 1,
            state: RecordingState::Finalised,
            file: String::new(),
            created_at: at(started),
            started_at: Some(at(started)),
            ended_at: Some(at(started + length)),
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

    #[test]
    fn the_timeline_holds_every_track() {
        let tracks = [track(2, 10), track(5, 20)];
        assert_eq!(timeline_zero(Some(at(0)), &tracks), Some(at(0)));
        assert_eq!(timeline_zero(Some(at(3)), &tracks), Some(at(2)));
        assert_eq!(timeline_zero(None, &tracks), Some(at(2)));
        assert_eq!(timeline_zero(None, &[]), None);
        assert_eq!(timeline_length(at(0), Some(at(30)), &tracks), 30_000);
        assert_eq!(timeline_length(at(0), Some(at(20)), &tracks), 25_000);
        assert_eq!(timeline_length(at(0), None, &tracks), 25_000);
        assert_eq!(timeline_length(at(0), None, &[]), 0);
    }
}
