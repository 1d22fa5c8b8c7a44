//! Whether the recordings of a session hold what was sent, where it belongs, or say what is missing.

use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::Kind;
use crate::video::engine::recording::index::{Gap, GapCause, Medium, Reason};
use crate::video::engine::recording::simulator::devices::{Sent, number};
use crate::video::engine::recording::simulator::script::Trouble;
use crate::video::engine::recording::simulator::session::{Ran, START, StayRan};
use crate::video::engine::recording::{
    RecordingSummary, RecoverError, Verdict, ebml, index_path, recover_broken, verify, webm,
};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use uuid::Uuid;

/// How far a frame may be from where it belongs: before, and behind.
const EARLY_MS: i64 = 100;
const LATE_MS: i64 = 100;
const STEP_MS: u64 = 320;
/// So many frames that were sent again may have been moved behind what had been written.
const MOVED: usize = 15;
const MOVED_BY_MS: i64 = 500;
/// One that is sent again after a device stood still is placed by the clock of before that.
const MOVED_FAR: usize = 2;
const BEGINNING_MS: i64 = 1_000;
/// How exactly gaps begin and end.
const EDGE_MS: u64 = 150;
/// So much a kill may cost.
const LOST_BY_DEATH_MS: u64 = 2_000;
/// Losses are told when they are so old at the latest.
const GROWING_MS: u64 = 12_500;
/// So many frames of sound within two seconds are concealed, and not worth a line.
const CONCEALED: usize = 5;
/// So long a picture may be waited for where a recording begins.
const FIRST_PICTURE_MS: u64 = 3_000;

/// A silence is noticed within this.
const NOTICED_MS: u64 = 3_000;

/// A frame of a recording, and when it is, by the server's clock.
struct Frame {
    kind: Kind,
    number: u32,
    at_ms: i64,
}

/// One file of a stay.
struct Part {
    from_ms: i64,
    to_ms: i64,
    frames: Vec<Frame>,
    gaps: Vec<Gap>,
}

/// What is wrong with the recordings of a session.
pub fn faults(ran: &Ran<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for stay in &ran.stays {
        let mut found = Vec::new();
        let parts = parts(ran, stay, &mut found);
        found.extend(times(stay, &parts));
        found.extend(missing(ran, stay, &parts));
        found.extend(parts.iter().flat_map(|part| counted(part, stay)));
        found.extend(paused(stay, &parts));
        faults.extend(found.into_iter().take(6).map(|fault| format!("{}: {fault}", stay.id)));
    }
    faults
}

/// Opens all files of a stay, as they are found afterwards.
fn parts(ran: &Ran<'_>, stay: &StayRan<'_>, faults: &mut Vec<String>) -> Vec<Part> {
    let mut ended: BTreeMap<Uuid, Option<RecordingSummary>> = BTreeMap::new();
    for event in &stay.told {
        match event {
            EngineEvent::RecordingStarted { recording, .. } => {
                ended.entry(*recording).or_default();
            }
            EngineEvent::RecordingFinalised { recording, summary } => {
                ended.insert(*recording, Some(summary.clone()));
            }
            _ => {}
        }
    }
    // A file that was begun and of which nothing was told yet is found by its name.
    if ran.script.death.is_some() && path(ran, stay.id).exists() {
        ended.entry(stay.id).or_default();
    }
    let mut parts = Vec::new();
    for (recording, summary) in ended {
        let path = path(ran, recording);
        let told = summary.is_some();
        let summary = match summary {
            Some(summary) => summary,
            None => {
                let reason = ran.script.death.is_none().then_some(Reason::Disk);
                match recover_broken(&path, reason) {
                    Ok(summary) => summary,
                    // Nothing was durable, and nobody was told that anything is.
                    Err(RecoverError::Empty) if !was_started(stay, recording) => continue,
                    Err(error) => {
                        faults.push(format!("{recording} is not recovered: {error}"));
                        continue;
                    }
                }
            }
        };
        let verdict = verify(&path, &summary.manifest_sha256);
        if !matches!(verdict, Verdict::Intact { .. }) {
            faults.push(format!("{recording} (told: {told}) is not intact: {verdict:?}"));
        }
        let from_ms = (summary.started_at - START).num_milliseconds();
        let frames = frames(&path, from_ms, faults);
        let to_ms = from_ms + summary.duration_ms.cast_signed();
        let mut gaps = summary.missing;
        if !told && ran.script.death.is_none() {
            gaps = told_gaps(stay, recording).collect(); // the disk did not take them, and the rows have them
        }
        parts.push(Part { from_ms, to_ms, frames, gaps });
    }
    parts.sort_by_key(|part| part.from_ms);
    parts
}

fn path(ran: &Ran<'_>, recording: Uuid) -> std::path::PathBuf {
    ran.directory.join(format!("{recording}.webm"))
}

fn told_gaps(stay: &StayRan<'_>, of: Uuid) -> impl Iterator<Item = Gap> {
    stay.told.iter().filter_map(move |event| match event {
        EngineEvent::RecordingGap { recording, gap } if *recording == of => Some(*gap),
        _ => None,
    })
}

fn was_started(stay: &StayRan<'_>, of: Uuid) -> bool {
    let started = |event: &EngineEvent| matches!(event, EngineEvent::RecordingStarted { recording, .. } if *recording == of);
    stay.told.iter().any(started)
}

/// The frames of a file, read as a player would.
fn frames(path: &Path, from_ms: i64, faults: &mut Vec<String>) -> Vec<Frame> {
    let bytes = std::fs::read(path).unwrap_or_default();
    let (mut frames, mut last) = (Vec::new(), [-1; 2]);
    let body = bytes.get(webm::segment_start() as usize..).unwrap_or_default();
    for (_, cluster) in ebml::children(body).filter(|(id, _)| *id == ebml::CLUSTER) {
        let mut cluster_ms = 0;
        for (id, child) in ebml::children(cluster) {
            if id == ebml::TIMESTAMP {
                cluster_ms = ebml::read_unsigned(child).cast_signed();
            }
            if id != ebml::SIMPLE_BLOCK {
                continue;
            }
            let kind = if child[0] & 0x7F == webm::VIDEO_TRACK { Kind::Video } else { Kind::Audio };
            let block_ms = cluster_ms + i64::from(i16::from_be_bytes([child[1], child[2]]));
            if block_ms <= std::mem::replace(&mut last[kind as usize], block_ms) {
                faults.push(format!("the times of {kind:?} do not rise at {block_ms}"));
            }
            match number(&child[4..]) {
                Some(number) => frames.push(Frame { kind, number, at_ms: from_ms + block_ms }),
                None => faults.push(format!("a frame of {kind:?} at {block_ms} that nobody sent")),
            }
        }
    }
    if index_path(path).exists() && frames.is_empty() {
        faults.push("a recording without a frame".to_owned());
    }
    frames
}

/// When a frame should be in the recording.
fn due(stay: &StayRan<'_>, sent: &Sent) -> u64 {
    sent.at_ms + stay.stay.quality.delay_ms
}

/// Frames that are not where they belong, or there twice.
fn times(stay: &StayRan<'_>, parts: &[Part]) -> Vec<String> {
    let sent: BTreeMap<u32, &Sent> = stay.sent.iter().map(|sent| (sent.number, sent)).collect();
    let (mut faults, mut seen) = (Vec::new(), HashSet::new());
    let (mut worst, mut wrong, mut far) = (0, 0_usize, 0_usize);
    let mut example = String::new();
    for (part, frame) in parts.iter().flat_map(|part| part.frames.iter().map(move |frame| (part, frame))) {
        if !seen.insert(frame.number) {
            faults.push(format!("frame {} is there twice", frame.number));
        }
        let Some(sent) = sent.get(&frame.number).filter(|sent| sent.kind == frame.kind) else {
            faults.push(format!("frame {} was not sent as {:?}", frame.number, frame.kind));
            continue;
        };
        let off = frame.at_ms - due(stay, sent).cast_signed();
        // What was sent before a recording began is at its beginning.
        let late_ms = if frame.at_ms - part.from_ms < BEGINNING_MS { BEGINNING_MS } else { LATE_MS };
        if !(-EARLY_MS - stood_ms(stay, sent)..=late_ms).contains(&off) {
            wrong += 1;
            far += usize::from(off.abs() > MOVED_BY_MS);
            if off.abs() > worst {
                worst = off.abs();
                example = format!("{:?} sent at {} is {off} ms off", frame.kind, sent.at_ms);
            }
        }
    }
    if wrong > MOVED || far > MOVED_FAR {
        faults.push(format!("{wrong} frames are not where they belong: {example}"));
    }
    faults
}

/// A device that stood still for less than this is told from a network that has become slower only by and by.
fn stood_ms(stay: &StayRan<'_>, sent: &Sent) -> i64 {
    let stood = stay.stay.troubles.iter().filter_map(|(stretch, trouble)| match trouble {
        Trouble::Stall { hole: false, .. } => Some(stretch),
        _ => None,
    });
    let lately = stood.filter(|stretch| (stretch.to_ms..stretch.to_ms + 12_000).contains(&sent.at_ms));
    lately.map(|stretch| (stretch.to_ms - stretch.from_ms).min(STEP_MS).cast_signed()).max().unwrap_or(0)
}

/// Until when what was sent has to be there.
fn settled_ms(ran: &Ran<'_>, stay: &StayRan<'_>) -> u64 {
    let quality = stay.stay.quality;
    let under_way = quality.delay_ms + quality.jitter_ms + 60;
    let again = if quality.lost > 0 { 3 * (2 * quality.delay_ms + 20) } else { 0 };
    let end_ms = match ran.script.death {
        // With a slow disk nothing was durable for longer, and everybody was told so.
        Some((at_ms, _)) if at_ms < stay.stay.time.to_ms + 10_000 => {
            let slow = ran
                .script
                .slow
                .iter()
                .filter(|(stretch, _)| stretch.from_ms < at_ms && stretch.to_ms + 10_000 > at_ms);
            let safe_ms = slow.map(|(stretch, _)| stretch.from_ms).min().unwrap_or(at_ms);
            let blackout = |(_, trouble): &(_, Trouble)| matches!(trouble, Trouble::Blackout);
            let loses = stay.stay.quality.lost > 0 || stay.stay.troubles.iter().any(blackout);
            let growing_ms = if loses { GROWING_MS } else { 0 };
            safe_ms
                .min(stay.stay.time.to_ms + LOST_BY_DEATH_MS + growing_ms)
                .saturating_sub(LOST_BY_DEATH_MS + growing_ms)
        }
        _ => stay.stay.time.to_ms,
    };
    end_ms.saturating_sub(under_way + again)
}

/// Frames that were sent, are not there, and of which nothing says why.
fn missing(ran: &Ran<'_>, stay: &StayRan<'_>, parts: &[Part]) -> Vec<String> {
    let there: HashSet<u32> = parts.iter().flat_map(|part| &part.frames).map(|frame| frame.number).collect();
    let until_ms = settled_ms(ran, stay);
    let end_of = |kind: Kind| {
        let frames = parts.iter().flat_map(|part| &part.frames).filter(|frame| frame.kind == kind);
        frames.map(|frame| frame.at_ms).max().unwrap_or(0).max(0) as u64
    };
    let ends = [end_of(Kind::Audio), end_of(Kind::Video)];
    let died_ms = ran.script.death.map_or(u64::MAX, |(at_ms, _)| at_ms);
    let leaves_ms = stay.stay.time.to_ms.min(died_ms);
    let disk_told = stay.told.iter().any(|event| matches!(event, EngineEvent::RecordingStopped { .. }));
    let mut silent: [Vec<u64>; 2] = Default::default();
    for sent in stay.sent.iter().filter(|sent| sent.at_ms < until_ms && !there.contains(&sent.number)) {
        let (at_ms, end_ms) = (due(stay, sent), ends[sent.kind as usize]);
        let early_ms = at_ms.saturating_sub(stood_ms(stay, sent).cast_unsigned());
        let said =
            [at_ms, early_ms].iter().any(|at_ms| parts.iter().any(|part| explains(part, sent.kind, *at_ms)));
        let outside = parts.iter().all(|part| {
            let (from, to) = (part.from_ms.max(0) as u64, part.to_ms.max(0) as u64);
            at_ms < from + EDGE_MS || at_ms + EDGE_MS > to
        });
        // A recording that has not begun yet, or whose process died meanwhile, has no gap of what it did not see end.
        let in_trouble = stay.stay.troubles.iter().any(|(stretch, trouble)| {
            matches!(trouble, Trouble::Pause | Trouble::Blackout)
                && stretch.from_ms <= at_ms + EDGE_MS
                && at_ms < stretch.to_ms + EDGE_MS
        });
        let before_all = parts.iter().all(|part| at_ms.cast_signed() < part.from_ms + EDGE_MS.cast_signed());
        // The last before a camera is switched off, or a pause, are missed only by what comes after them.
        let before_end = stay.stay.quality.lost > 0
            && stay.stay.troubles.iter().any(|(stretch, trouble)| {
                matches!(trouble, Trouble::Off(Kind::Video) | Trouble::Pause)
                    && stretch.from_ms.abs_diff(at_ms) < 600
            });
        let said = said || before_end || in_trouble && (before_all || at_ms + EDGE_MS > end_ms);
        // Whose last packets did not come, and who left before that was noticed, has a recording that ends earlier.
        let at_the_end = at_ms + EDGE_MS > end_ms && leaves_ms < end_ms + NOTICED_MS;
        if !said && !at_the_end && !(outside && (disk_told || parts.is_empty() && never_began(ran, stay))) {
            silent[sent.kind as usize].push(at_ms);
        }
    }
    let mut faults = Vec::new();
    let [audio, video] = &silent;
    let worst =
        (0..audio.len()).find(|at| audio.get(at + CONCEALED).is_some_and(|later| later - audio[*at] < 2_000));
    if let Some(at) = worst {
        faults.push(format!(
            "{} frames of sound are missing and no gap says so, from {} on",
            audio.len(),
            audio[at]
        ));
    }
    if !video.is_empty() {
        let (first, last) = (video[0], video[video.len() - 1]);
        faults
            .push(format!("{} pictures are missing and no gap says so, from {first} to {last}", video.len()));
    }
    faults
}

/// Nothing of it was ever kept, and that is told, or the process died too soon.
fn never_began(ran: &Ran<'_>, stay: &StayRan<'_>) -> bool {
    let failed = stay.told.iter().any(|event| matches!(event, EngineEvent::RecordingFailed { .. }));
    failed
        || ran
            .script
            .death
            .is_some_and(|(at_ms, _)| at_ms < stay.stay.time.from_ms + LOST_BY_DEATH_MS + 1_000)
}

fn of(medium: Medium, kind: Kind) -> bool {
    match medium {
        Medium::Both => true,
        Medium::Audio => kind == Kind::Audio,
        Medium::Video => kind == Kind::Video,
    }
}

fn explains(part: &Part, kind: Kind, at_ms: u64) -> bool {
    let own_ms = at_ms.cast_signed() - part.from_ms;
    let edge_ms = EDGE_MS.cast_signed();
    let in_gap = part.gaps.iter().filter(|gap| of(gap.medium, kind)).any(|gap| {
        (gap.from_ms.cast_signed() - edge_ms..=gap.to_ms.cast_signed() + edge_ms).contains(&own_ms)
    });
    // Pictures begin with one that stands alone.
    let first = part.frames.iter().filter(|frame| frame.kind == kind).map(|frame| frame.at_ms).min();
    let before_first = first.is_none_or(|first| at_ms.cast_signed() < first);
    let begins =
        kind == Kind::Video && before_first && own_ms < FIRST_PICTURE_MS.cast_signed() && own_ms > -edge_ms;
    in_gap || begins
}

/// Gaps that say more than is missing, or the same twice.
fn counted(part: &Part, stay: &StayRan<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for kind in [Kind::Audio, Kind::Video] {
        let aside = [GapCause::MicrophoneOff, GapCause::DigitalSilence, GapCause::StillPicture];
        let mut gaps: Vec<Gap> = part
            .gaps
            .iter()
            .filter(|gap| of(gap.medium, kind) && !aside.contains(&gap.cause))
            .copied()
            .collect();
        gaps.sort_by_key(|gap| gap.from_ms);
        for pair in gaps.windows(2) {
            let disk = pair.iter().any(|gap| gap.cause == GapCause::Disk); // told of a whole cluster
            if pair[0].to_ms > pair[1].from_ms + if disk { 3_000 } else { EDGE_MS } {
                faults.push(format!("the same {kind:?} is missing twice: {:?} {:?}", pair[0], pair[1]));
            }
        }
        let every_ms = if kind == Kind::Audio { 20 } else { 1000 / stay.stay.fps };
        for gap in gaps {
            let own = part.frames.iter().filter(|frame| frame.kind == kind);
            let mut there: Vec<i64> = own.map(|frame| frame.at_ms - part.from_ms).collect();
            there.retain(|at_ms| (gap.from_ms.cast_signed()..=gap.to_ms.cast_signed()).contains(at_ms));
            there.extend([gap.from_ms.cast_signed(), gap.to_ms.cast_signed()]);
            there.sort_unstable();
            let holes = there.windows(2).map(|pair| (pair[1] - pair[0]).cast_unsigned());
            let missing_ms: u64 = holes.filter(|hole| hole * 2 > every_ms * 3).sum();
            if gap.missing_ms() > missing_ms * 11 / 10 + EDGE_MS {
                faults.push(format!("of {kind:?} only {missing_ms} ms are missing: {gap:?}"));
            }
        }
    }
    faults
}

/// What was recorded while it was paused.
fn paused(stay: &StayRan<'_>, parts: &[Part]) -> Vec<String> {
    let quality = stay.stay.quality;
    let pauses = stay.stay.troubles.iter().filter(|(_, trouble)| matches!(trouble, Trouble::Pause));
    let mut faults = Vec::new();
    for (pause, _) in pauses {
        let during = |sent: &&Sent| {
            due(stay, sent) > pause.from_ms && due(stay, sent) + quality.jitter_ms + 60 < pause.to_ms
        };
        let numbers: HashSet<u32> = stay.sent.iter().filter(during).map(|sent| sent.number).collect();
        let kept = parts.iter().flat_map(|part| &part.frames).filter(|frame| numbers.contains(&frame.number));
        let kept = kept.count();
        if kept > 0 {
            faults.push(format!("{kept} frames of a pause were kept"));
        }
    }
    faults
}
