//! What becomes of recordings when the disk does not take what is written.

use crate::base::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::clusters::{Block, Clusters};
use crate::video::engine::recording::disk::{Disk, Files, Part};
use crate::video::engine::recording::file::RecordingFile;
use crate::video::engine::recording::recorder::{Recorder, RecorderEvents, RecordingSpec, Writing};
use crate::video::engine::recording::tests::Scratch;
use crate::video::engine::recording::{
    Gap, GapCause, Medium, Reason, RecordingSummary, Verdict, recover, verify,
};
use bytes::Bytes;
use chrono::DateTime;
use proptest::prelude::*;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// A disk with so many bytes left; what does not fit is written in part, as a real one does.
#[derive(Clone)]
struct Small(Arc<Mutex<u64>>);

impl Small {
    fn new(left: u64) -> Self {
        Self(Arc::new(Mutex::new(left)))
    }

    fn set(&self, left: u64) {
        *self.0.lock().unwrap() = left;
    }
}

struct SmallPart {
    disk: Small,
    part: Box<dyn Part>,
    length: u64,
}

impl Part for SmallPart {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut left = self.disk.0.lock().unwrap();
        let new = (offset + bytes.len() as u64).saturating_sub(self.length);
        let taken = new.min(*left);
        let fits = bytes.len() - usize::try_from(new - taken).unwrap();
        self.part.write_at(offset, &bytes[..fits])?;
        *left -= taken;
        self.length += taken;
        if taken == new { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        *self.disk.0.lock().unwrap() += self.length.saturating_sub(length);
        self.length = length;
        self.part.cut(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.part.sync()
    }
}

impl Disk for Small {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Part>> {
        Ok(Box::new(SmallPart { disk: self.clone(), part: Files.create(path)?, length: 0 }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Files.remove(path)
    }

    fn sync_names(&self, path: &Path) -> io::Result<()> {
        Files.sync_names(path)
    }
}

fn frame(kind: Kind, at_ms: u64, key: bool) -> Block {
    let data: &[u8] = if key { &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0] } else { &[0x11, 1, 2] };
    Block { kind, at_ms, key, data: Bytes::from_static(data) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Whatever fails half-way: what is closed in the end is intact, and holds all that was said to be
    /// written and all gaps.
    #[test]
    fn a_file_is_always_what_its_manifest_says(
        space in proptest::collection::vec(prop_oneof![Just(0u64), 0u64..700, Just(100_000)], 12..20),
        at_close in 0u64..600,
    ) {
        let scratch = Scratch::new();
        let (path, disk) = (scratch.file("a.webm"), Small::new(100_000));
        let mut file = RecordingFile::create(&disk, &path, None, DateTime::UNIX_EPOCH).unwrap();
        let (mut written, mut noted) = (0, 0);
        for (number, left) in (0u64..).zip(&space) {
            disk.set(*left);
            let mut clusters = Clusters::default();
            clusters.add(frame(Kind::Video, number * 1000, true));
            clusters.add(frame(Kind::Audio, number * 1000 + 20, true));
            match file.cluster(&clusters.cut(u64::MAX, [true; 2], true).unwrap()) {
                Ok(()) => written += 1,
                Err(_) => {
                    noted += 1;
                    let (from, to) = (number * 1000, number * 1000 + 20);
                    file.gap(Gap::new(Medium::Both, GapCause::Disk, from, to));
                }
            }
        }
        prop_assume!(written > 0);
        disk.set(at_close);
        let first_try = file.close(None, false, Some(Reason::Disk));
        disk.set(100_000);
        let summary = first_try.or_else(|_| file.close(None, false, Some(Reason::Disk))).unwrap();
        prop_assert_eq!((summary.clusters, summary.gaps), (written, noted));
        let intact = Verdict::Intact { bytes: summary.bytes, clusters: written };
        prop_assert_eq!(verify(&path, &summary.manifest_sha256), intact);
        prop_assert_eq!(recover(&path).unwrap(), summary, "and it needs no recovery");
    }

    /// A process that is killed after failures leaves something that recovers and verifies.
    #[test]
    fn what_failed_and_was_then_killed_recovers(
        space in proptest::collection::vec(prop_oneof![Just(0u64), 0u64..700, Just(100_000)], 4..12)
    ) {
        let scratch = Scratch::new();
        let (path, disk) = (scratch.file("a.webm"), Small::new(100_000));
        let mut file = RecordingFile::create(&disk, &path, None, DateTime::UNIX_EPOCH).unwrap();
        let mut written = 0;
        for (number, left) in (0u64..).zip(&space) {
            disk.set(*left);
            let mut clusters = Clusters::default();
            clusters.add(frame(Kind::Video, number * 1000, true));
            written += u64::from(file.cluster(&clusters.cut(u64::MAX, [true; 2], true).unwrap()).is_ok());
        }
        prop_assume!(written > 0);
        drop(file);
        let summary = recover(&path).unwrap();
        prop_assert!(summary.interrupted && summary.clusters == written);
        prop_assert!(verify(&path, &summary.manifest_sha256).is_intact());
    }
}

/// A recorder on a small disk, and what it tells.
struct Running {
    recorder: Recorder,
    told: Receiver<EngineEvent>,
    frames: u16,
}

impl Running {
    fn new(spec: RecordingSpec, disk: &Small) -> Self {
        let (sender, told) = channel();
        let events = RecorderEvents {
            tell: Box::new(move |event| {
                let _ = sender.send(event);
            }),
            ask_keyframe: Box::new(|| ()),
            finished: Box::new(|_| ()),
        };
        let recorder =
            Recorder::new(spec, Uuid::from_u128(7), Clock::system(), Arc::new(disk.clone()), events);
        Self { recorder, told, frames: 0 }
    }

    /// Sends sound and keyframes in real time until an event fits.
    fn until<T>(&mut self, what: &str, wanted: impl Fn(&EngineEvent) -> Option<T>) -> T {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            self.send();
            while let Ok(event) = self.told.try_recv() {
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        }
        panic!("it was not told in time: {what}");
    }

    fn send(&mut self) {
        const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
        const DELTA: [u8; 3] = [0x10, 0x11, 1];
        let (seq, at) = (self.frames, Instant::now());
        let packet = |rate: u32, payload: &'static [u8]| {
            let timestamp = u32::from(seq) * rate / 50;
            MediaPacket { seq, timestamp, marker: true, payload: Bytes::from_static(payload), at }
        };
        self.recorder.packet(Kind::Audio, &packet(48_000, b"opus"));
        let is_key = seq % 25 == 0;
        self.recorder.packet(Kind::Video, &packet(90_000, if is_key { &KEY } else { &DELTA }));
        self.frames += 1;
        std::thread::sleep(Duration::from_millis(20));
    }

    /// Sends for a while and says how long it took until the recorder did what was wanted.
    fn until_writing(&mut self, wanted: Writing) -> Duration {
        let began = Instant::now();
        while self.recorder.status().writing != wanted {
            assert!(began.elapsed() < Duration::from_secs(20), "never {wanted:?}");
            self.send();
        }
        began.elapsed()
    }
}

fn started(event: &EngineEvent) -> Option<Uuid> {
    match event {
        EngineEvent::RecordingStarted { recording, .. } => Some(*recording),
        _ => None,
    }
}

fn stopped(event: &EngineEvent) -> Option<(Uuid, Reason)> {
    match event {
        EngineEvent::RecordingStopped { recording, reason } => Some((*recording, *reason)),
        _ => None,
    }
}

fn finalised(event: &EngineEvent) -> Option<(Uuid, RecordingSummary)> {
    match event {
        EngineEvent::RecordingFinalised { recording, summary } => Some((*recording, summary.clone())),
        _ => None,
    }
}

#[test]
fn a_full_disk_ends_a_segment_and_the_next_begins_by_itself() {
    let scratch = Scratch::new();
    let (id, disk) = (Uuid::from_u128(1), Small::new(1 << 30));
    let path = scratch.file(&format!("{id}.webm"));
    let mut running = Running::new(RecordingSpec { id, path: path.clone(), camera: false }, &disk);
    assert_eq!(running.recorder.status().writing, Writing::Starting);
    assert_eq!(running.until("it began", started), id);
    assert_eq!(running.recorder.status().writing, Writing::On);
    (0..125).for_each(|_| running.send());

    disk.set(100); // enough for a part of a cluster
    assert!(running.until_writing(Writing::Stopped) < Duration::from_secs(3));
    assert_eq!(running.until("it stopped", stopped), (id, Reason::Disk));
    (0..50).for_each(|_| running.send());
    assert_eq!(running.recorder.status().writing, Writing::Stopped);

    disk.set(1 << 30);
    let took = running.until_writing(Writing::On);
    assert!(took < Duration::from_secs(3), "it went on only after {took:?}");
    let (of, kept) = running.until("the first segment is closed", finalised);
    assert_eq!((of, kept.reason, kept.interrupted), (id, Some(Reason::Disk), false));
    assert!(kept.clusters > 0 && kept.duration_ms > 1000, "{kept:?}");
    assert_eq!((kept.missing.len(), kept.missing[0].cause), (1, GapCause::Disk));
    assert!(verify(&path, &kept.manifest_sha256).is_intact());
    let second = running.until("the second segment", started);
    assert_ne!(second, id);
    assert!(running.recorder.has_open(second) && !running.recorder.has_open(id));

    let Running { recorder, told, .. } = running;
    futures::executor::block_on(recorder.finish());
    let (of, whole) = told.iter().find_map(|event| finalised(&event)).unwrap();
    assert_eq!((of, whole.reason), (second, None));
    assert!(verify(&scratch.file(&format!("{second}.webm")), &whole.manifest_sha256).is_intact());
    assert!(!recorder.has_open(second));
}

#[test]
fn a_disk_that_is_full_from_the_start_is_told_and_the_recording_begins_when_it_can() {
    let scratch = Scratch::new();
    let (id, disk) = (Uuid::from_u128(2), Small::new(0));
    let path = scratch.file(&format!("{id}.webm"));
    let mut running = Running::new(RecordingSpec { id, path: path.clone(), camera: false }, &disk);
    running.until_writing(Writing::Stopped);
    assert_eq!(running.until("it cannot be written", stopped), (id, Reason::Disk));
    disk.set(1 << 30);
    assert_eq!(running.until("it began", started), id, "nothing was lost yet: the same recording");
    let Running { recorder, told, .. } = running;
    futures::executor::block_on(recorder.finish());
    let (_, summary) = told.iter().find_map(|event| finalised(&event)).unwrap();
    assert!(summary.reason.is_none() && verify(&path, &summary.manifest_sha256).is_intact());
}

#[test]
fn a_disk_that_stays_full_leaves_what_there_is_to_be_closed_later() {
    let scratch = Scratch::new();
    let (id, disk) = (Uuid::from_u128(3), Small::new(1 << 30));
    let path = scratch.file(&format!("{id}.webm"));
    let mut running = Running::new(RecordingSpec { id, path: path.clone(), camera: false }, &disk);
    running.until("it began", started);
    disk.set(0);
    running.until("it stopped", stopped);
    let Running { recorder, told, .. } = running;
    futures::executor::block_on(recorder.finish());
    assert!(told.iter().all(|event| finalised(&event).is_none()), "it cannot be closed now");
    let summary = crate::video::engine::recording::recover_broken(&path, Some(Reason::Disk)).unwrap();
    assert_eq!((summary.reason, summary.interrupted), (Some(Reason::Disk), false));
    assert!(summary.clusters > 0 && verify(&path, &summary.manifest_sha256).is_intact());
}
