//! What is said of recordings whose disk hangs or whose thread breaks, and of paused ones, in real time.

use crate::base::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::disk::{Disk, Files, Part};
use crate::video::engine::recording::recorder::{Recorder, RecorderEvents, RecordingSpec, Writing};
use crate::video::engine::recording::tests::Scratch;
use crate::video::engine::recording::{GapCause, Medium, verify};
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What the disk does when it is asked to make something durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// It does not come back until it is well.
    Hangs,
    /// The thread that asks breaks.
    Breaks,
}

#[derive(Clone)]
struct MoodyDisk(Arc<(Mutex<Mood>, Condvar)>);

impl MoodyDisk {
    fn new() -> Self {
        Self(Arc::new((Mutex::new(Mood::Well), Condvar::new())))
    }

    fn set(&self, mood: Mood) {
        *self.0.0.lock().unwrap() = mood;
        self.0.1.notify_all();
    }

    fn ask(&self) {
        let mood = self.0.1.wait_while(self.0.0.lock().unwrap(), |mood| *mood == Mood::Hangs).unwrap();
        let breaks = *mood == Mood::Breaks;
        drop(mood);
        assert!(!breaks, "the disk's driver broke, as the test wants it");
    }
}

struct MoodyPart(MoodyDisk, Box<dyn Part>);

impl Part for MoodyPart {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.1.write_at(offset, bytes)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.1.cut(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.ask();
        self.1.sync()
    }
}

impl Disk for MoodyDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Part>> {
        Ok(Box::new(MoodyPart(self.clone(), Files.create(path)?)))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Files.remove(path)
    }

    fn sync_names(&self, path: &Path) -> io::Result<()> {
        Files.sync_names(path)
    }
}

struct Running {
    recorder: Recorder,
    told: Receiver<EngineEvent>,
    path: PathBuf,
    sent: u16,
    _scratch: Scratch,
}

impl Running {
    fn new(disk: &MoodyDisk) -> Self {
        let (scratch, id) = (Scratch::new(), Uuid::from_u128(9));
        let path = scratch.file(&format!("{id}.webm"));
        let (sender, told) = channel();
        let events = RecorderEvents {
            tell: Box::new(move |event| drop(sender.send(event))),
            ask_keyframe: Box::new(|| ()),
            finished: Box::new(|_| ()),
        };
        let spec = RecordingSpec { id, path: path.clone(), camera: false };
        let recorder =
            Recorder::new(spec, Uuid::from_u128(7), Clock::system(), Arc::new(disk.clone()), events);
        Self { recorder, told, path, sent: 0, _scratch: scratch }
    }

    fn send(&mut self) {
        const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
        let (seq, at) = (self.sent, Instant::now());
        let packet = |rate: u32, payload: Bytes| MediaPacket {
            seq,
            timestamp: u32::from(seq) * rate / 50,
            marker: true,
            payload,
            at,
        };
        self.recorder.packet(Kind::Audio, &packet(48_000, Bytes::copy_from_slice(&seq.to_be_bytes())));
        self.recorder.packet(Kind::Video, &packet(90_000, Bytes::from_static(&KEY)));
        self.sent += 1;
        std::thread::sleep(Duration::from_millis(20));
    }

    /// Sends in real time until the recorder does this.
    fn until(&mut self, wanted: Writing) {
        let began = Instant::now();
        while self.recorder.status().writing != wanted {
            assert!(began.elapsed() < Duration::from_secs(30), "never {wanted:?}");
            self.send();
        }
    }

    /// The length of the file once it does not change any more, while media goes on to come.
    fn settled_length(&mut self) -> u64 {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let (mut last, mut same) = (length(&self.path), 0);
        while same < 100 {
            self.send();
            let now = length(&self.path);
            same = if now == last { same + 1 } else { 0 };
            last = now;
        }
        last
    }
}

#[test]
fn a_disk_that_hangs_is_no_recording_and_goes_on_as_one_when_it_answers() {
    let disk = MoodyDisk::new();
    let mut running = Running::new(&disk);
    running.until(Writing::On);
    disk.set(Mood::Hangs);
    running.until(Writing::Stopped);
    let status = running.recorder.status();
    assert_eq!((status.audio_writing, status.video_writing), (Writing::Stopped, Writing::Stopped));
    disk.set(Mood::Well);
    running.until(Writing::On);
    futures::executor::block_on(running.recorder.finish());
    let summary = running.told.iter().find_map(|event| match event {
        EngineEvent::RecordingFinalised { summary, .. } => Some(summary),
        _ => None,
    });
    assert!(verify(&running.path, &summary.unwrap().manifest_sha256).is_intact());
}

#[test]
fn a_recording_whose_thread_broke_says_so_for_as_long_as_media_comes() {
    let disk = MoodyDisk::new();
    let mut running = Running::new(&disk);
    running.until(Writing::On);
    disk.set(Mood::Breaks);
    running.until(Writing::Stopped);
    disk.set(Mood::Well);
    (0..100).for_each(|_| running.send());
    assert_eq!(running.recorder.status().writing, Writing::Stopped, "nobody writes any more");
    futures::executor::block_on(running.recorder.finish());
}

#[test]
fn while_it_is_paused_not_a_byte_is_written() {
    let disk = MoodyDisk::new();
    let mut running = Running::new(&disk);
    running.until(Writing::On);
    running.recorder.pause(true);
    assert_eq!(running.recorder.status().writing, Writing::Paused, "at once");
    let length = running.settled_length();
    assert_eq!(running.settled_length(), length);
    assert_eq!(running.recorder.status().writing, Writing::Paused, "however long it takes");
    running.recorder.pause(false);
    running.until(Writing::On);
    let longer = std::iter::repeat_with(|| {
        running.send();
        std::fs::metadata(&running.path).unwrap().len() > length
    });
    assert!(longer.take(1000).any(|longer| longer), "it goes on in the same file");
    futures::executor::block_on(running.recorder.finish());
    let events: Vec<_> = running.told.iter().collect();
    let gaps: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            EngineEvent::RecordingGap { gap, .. } => Some((gap.cause, gap.medium)),
            _ => None,
        })
        .collect();
    assert!(gaps.contains(&(GapCause::Paused, Medium::Both)), "{gaps:?}");
    let summary = events.into_iter().find_map(|event| match event {
        EngineEvent::RecordingFinalised { summary, .. } => Some(summary),
        _ => None,
    });
    assert!(verify(&running.path, &summary.unwrap().manifest_sha256).is_intact());
}

#[test]
fn what_is_paused_from_its_first_packet_on_is_nothing_and_says_why() {
    let disk = MoodyDisk::new();
    let mut running = Running::new(&disk);
    running.recorder.pause(true);
    (0..20).for_each(|_| running.send());
    futures::executor::block_on(running.recorder.finish());
    let failed = running.told.iter().find_map(|event| match event {
        EngineEvent::RecordingFailed { reason, .. } => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(failed, Some("paused"));
    assert!(!running.path.exists());
}
