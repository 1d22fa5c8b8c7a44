//! What is missing of a session's recordings, each moment of a person's source counted once. Pure.
//!
//! It counts from somebody's first picture on, while they are in the call and the session is open: who has
//! not been admitted yet, or has left, is not missing.

use crate::evidence;
use crate::evidence::entities::entry;
use crate::video::entities::publication::{self, Source};
use crate::video::entities::recording::{self, RecordingState};
use crate::video::entities::{recording_gap, video_session};
use crate::video::log::SessionEntry;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Why a stretch between two segments, or behind the last one, is missing.
pub const NOT_SENT: &str = "between_segments";

/// Recordings end some moments before or after their person leaves.
const CLOSING: TimeDelta = TimeDelta::seconds(2);

/// A stretch of which nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub participant_id: Uuid,
    pub source: Source,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub cause: String,
    /// `audio`, `video` or `both`.
    pub medium: String,
    /// How much of the stretch is missing: losses that lie close together are one stretch.
    pub missing_ms: i64,
}

type Span = (DateTime<Utc>, DateTime<Utc>);

/// All rows of one session that tell what is missing.
pub struct SessionRows<'a> {
    pub session: &'a video_session::Model,
    pub entries: &'a [entry::Model],
    pub publications: &'a [publication::Model],
    pub recordings: &'a [recording::Model],
    pub gaps: &'a [recording_gap::Model],
    pub now: DateTime<Utc>,
}

/// Everything that is missing, in the order of time.
pub fn missing(rows: &SessionRows<'_>) -> Vec<Missing> {
    let Some(opened) = rows.session.opened_at else { return Vec::new() };
    let open = (opened, rows.session.ended_at.unwrap_or(rows.now));
    let inside = inside(rows.entries, open.1);
    let mut all = Vec::new();
    for publication in rows.publications {
        let stretches = stretches(publication, rows, &inside);
        let spans = inside.get(&publication.participant_id).map(Vec::as_slice).unwrap_or_default();
        let (picture, sound): (Vec<_>, Vec<_>) =
            clipped(stretches, spans, open).into_iter().partition(|stretch| stretch.medium != "audio");
        let picture = united(picture);
        // Sound that is missing together with the picture is no second thing that is missing.
        let sound = united(sound.into_iter().flat_map(|stretch| outside(stretch, &picture)).collect());
        for Stretch { from, to, cause, medium, missing_ms } in picture.into_iter().chain(sound) {
            let (participant_id, source) = (publication.participant_id, publication.source);
            all.push(Missing { participant_id, source, from, to, cause, medium, missing_ms });
        }
    }
    all.sort_by_key(|missing| (missing.from, missing.participant_id));
    all
}

/// Of whoever has muted themselves nothing is missing: it is shown, and not counted.
const MUTED: &str = "microphone_off";

/// How many there are, and how long they are together in milliseconds.
pub fn total(missing: &[Missing]) -> (usize, i64) {
    let counted = missing.iter().filter(|missing| missing.cause != MUTED);
    counted.fold((0, 0), |(count, ms), missing| (count + 1, ms + missing.missing_ms))
}

/// When each person was in the call, by the entries.
fn inside(entries: &[entry::Model], until: DateTime<Utc>) -> HashMap<Uuid, Vec<Span>> {
    let mut inside: HashMap<Uuid, Vec<Span>> = HashMap::new();
    let mut since: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for row in entries {
        match evidence::read::<SessionEntry>(&row.bytes) {
            Some(SessionEntry::Admitted { participant, .. }) => {
                since.entry(participant).or_insert(row.at);
            }
            Some(SessionEntry::Left { participant, .. } | SessionEntry::Declined { participant, .. }) => {
                if let Some((id, from)) = since.remove_entry(&participant) {
                    inside.entry(id).or_default().push((from, row.at));
                }
            }
            Some(SessionEntry::Ended { .. }) => {
                for (id, from) in since.drain() {
                    inside.entry(id).or_default().push((from, row.at));
                }
            }
            _ => {}
        }
    }
    for (id, from) in since {
        inside.entry(id).or_default().push((from, until));
    }
    inside
}

#[derive(Clone)]
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    cause: String,
    medium: String,
    missing_ms: i64,
}

impl Stretch {
    fn not_sent(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        let missing_ms = (to - from).num_milliseconds();
        Self { from, to, cause: NOT_SENT.to_owned(), medium: "both".to_owned(), missing_ms }
    }

    fn length(&self) -> i64 {
        (self.to - self.from).num_milliseconds()
    }

    /// The part between two moments, with its share of what is missing; nothing when there is none.
    fn part(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Self> {
        let (from, to) = (self.from.max(from), self.to.min(to));
        let whole = self.length();
        (from < to).then(|| {
            let length = (to - from).num_milliseconds();
            let missing_ms = if length == whole { self.missing_ms } else { self.missing_ms * length / whole };
            Self { from, to, missing_ms, ..self.clone() }
        })
    }
}

/// What a publication lacks by its gaps and between its segments, with overlaps.
fn stretches(
    publication: &publication::Model,
    rows: &SessionRows<'_>,
    inside: &HashMap<Uuid, Vec<Span>>,
) -> Vec<Stretch> {
    let mut segments: Vec<(Span, &recording::Model)> = rows
        .recordings
        .iter()
        .filter(|row| row.publication_id == publication.id)
        .filter_map(|row| {
            let from = row.started_at?;
            Some(((from, from + TimeDelta::milliseconds(row.duration_ms)), row))
        })
        .collect();
    segments.sort_by_key(|(span, _)| *span);
    let mut found = Vec::new();
    for ((from, _), row) in &segments {
        for gap in rows.gaps.iter().filter(|gap| gap.recording_id == row.id) {
            let at = |ms: i64| *from + TimeDelta::milliseconds(ms);
            found.push(Stretch {
                from: at(gap.from_ms),
                to: at(gap.to_ms),
                cause: gap.cause.clone(),
                medium: gap.medium.clone(),
                missing_ms: gap.missing_ms,
            });
        }
    }
    // A screen or a document is shown when there is something to show; a camera should be on all the time.
    if publication.source != Source::Camera {
        return found;
    }
    for pair in segments.windows(2) {
        let (((_, end), _), ((next, _), _)) = (pair[0], pair[1]);
        found.push(Stretch::not_sent(end, next));
    }
    if let Some(((_, end), row)) = segments.last()
        && row.state != RecordingState::Recording
        && let Some((_, left)) = inside.get(&publication.participant_id).and_then(|spans| spans.last())
        && *left - *end > CLOSING
    {
        found.push(Stretch::not_sent(*end, *left));
    }
    found
}

/// The parts of stretches that lie in one of the spans and in the open session.
fn clipped(stretches: Vec<Stretch>, spans: &[Span], open: Span) -> Vec<Stretch> {
    let part = |stretch: &Stretch, span: &Span| stretch.part(span.0.max(open.0), span.1.min(open.1));
    stretches.iter().flat_map(|stretch| spans.iter().filter_map(move |span| part(stretch, span))).collect()
}

/// The parts of a stretch that lie in none of `others`, which are in order and apart.
fn outside(stretch: Stretch, others: &[Stretch]) -> Vec<Stretch> {
    let (mut parts, mut from) = (Vec::new(), stretch.from);
    for other in others.iter().filter(|other| other.to > stretch.from && other.from < stretch.to) {
        parts.extend(stretch.part(from, other.from));
        from = other.to;
    }
    parts.extend(stretch.part(from, stretch.to));
    parts
}

/// Stretches that overlap or touch become one, for the reason of the longest.
fn united(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_by_key(|stretch| (stretch.from, stretch.to));
    let mut united: Vec<(Stretch, i64)> = Vec::new();
    for next in stretches {
        let length = next.length();
        match united.last_mut() {
            Some((last, longest)) if next.from <= last.to => {
                // What they share counts once.
                let added = next.part(last.to, next.to).map_or(0, |part| part.missing_ms);
                let denser = next.part(next.from, last.to).map_or(0, |part| part.missing_ms);
                let had = last.part(next.from, last.to).map_or(0, |part| part.missing_ms);
                last.missing_ms += added + (denser - had).max(0);
                last.to = last.to.max(next.to);
                if last.medium != next.medium {
                    "both".clone_into(&mut last.medium);
                }
                if length > *longest {
                    (last.cause, *longest) = (next.cause, length);
                }
            }
            _ => united.push((next, length)),
        }
    }
    united.into_iter().map(|(stretch, _)| stretch).collect()
}

#[cfg(test)]
#[path = "missing_tests.rs"]
mod tests;
