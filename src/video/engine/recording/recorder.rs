//! A running recording: a thread of its own behind a bounded queue, and what it is doing at this moment.
//!
//! Writing waits for the disk, so it happens on a thread ([`crate::video::engine::recording::work`]); whoever hands over packets
//! never waits.

use crate::base::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::disk::Disk;
use crate::video::engine::recording::work::Work;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use uuid::Uuid;

/// Packets that may wait for the disk: some 10 s of camera and microphone.
const QUEUE: usize = 2048;
/// A medium that was silent for so long has stopped: people are told within three seconds.
const SILENT: Duration = Duration::from_millis(2500);
/// A write that takes longer than this is no recording at the moment.
const WRITE_WITHIN: Duration = Duration::from_millis(2000);
/// The first cluster is durable well within this, or it is not being recorded.
const DURABLE_WITHIN: Duration = Duration::from_millis(3000);

/// Where and as what to record.
#[derive(Clone, Debug)]
pub struct RecordingSpec {
    pub id: Uuid,
    /// The WebM; its index is written beside it, as `.idx`. Neither may exist. Later segments go into the
    /// same directory, named by their ids.
    pub path: PathBuf,
}

/// How a recorder speaks to the engine. Called on the recorder's thread.
pub struct RecorderEvents {
    pub tell: Box<dyn Fn(EngineEvent) + Send>,
    pub ask_keyframe: Box<dyn Fn() + Send>,
    /// Called once, last.
    pub finished: Box<dyn Fn(Uuid) + Send>,
}

/// Whether a medium comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// It never came.
    #[default]
    None,
    Flowing,
    /// It came and does not come any more.
    Stopped,
}

/// Whether what comes in is being written durably.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writing {
    /// Nothing is durable yet.
    #[default]
    Starting,
    On,
    /// It cannot be written; the recorder goes on trying.
    Stopped,
}

/// What a recorder is doing at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecorderStatus {
    pub audio: Flow,
    pub video: Flow,
    pub writing: Writing,
}

pub(super) enum Input {
    Packet(Kind, MediaPacket),
    Report { kind: Kind, ntp: u64, timestamp: u32 },
    Camera { on: bool, at: Instant },
}

/// What the handle and the thread share.
pub(super) struct Shared {
    born: Instant,
    /// Packets that did not fit into the queue.
    pub dropped: AtomicU64,
    /// When the latest packet of audio and of video came, in ms since `born`; 0: never.
    heard: [AtomicU64; 2],
    /// When the first packet came that nothing durable follows yet; 0: none.
    waiting_since: AtomicU64,
    /// When the write began that is going on; 0: none is.
    busy_since: AtomicU64,
    writing: AtomicU8,
    camera_off: AtomicBool,
    /// Recordings that have not come to their end: the running one, and those that could not be closed.
    open: Mutex<Vec<Uuid>>,
}

impl Shared {
    fn new(id: Uuid) -> Self {
        Self {
            born: Instant::now(),
            dropped: AtomicU64::new(0),
            heard: [AtomicU64::new(0), AtomicU64::new(0)],
            waiting_since: AtomicU64::new(0),
            busy_since: AtomicU64::new(0),
            writing: AtomicU8::new(Writing::Starting as u8),
            camera_off: AtomicBool::new(false),
            open: Mutex::new(vec![id]),
        }
    }

    /// Milliseconds since the beginning, never 0.
    fn ms(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.born).as_millis() as u64 + 1
    }

    fn hear(&self, kind: Kind, at: Instant) {
        let at = self.ms(at);
        self.heard[usize::from(kind == Kind::Video)].store(at, Relaxed);
        if self.waiting_since.load(Relaxed) == 0 && self.writing.load(Relaxed) == Writing::Starting as u8 {
            self.waiting_since.store(at, Relaxed);
        }
    }

    pub fn set_writing(&self, writing: Writing) {
        self.writing.store(writing as u8, Relaxed);
        self.waiting_since.store(0, Relaxed);
    }

    pub fn camera_off(&self) -> bool {
        self.camera_off.load(Relaxed)
    }

    pub fn open(&self) -> std::sync::MutexGuard<'_, Vec<Uuid>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something that waits for the disk; whoever asks meanwhile sees for how long it has.
    pub fn busy<T>(&self, work: impl FnOnce() -> T) -> T {
        self.busy_since.store(self.ms(Instant::now()), Relaxed);
        let done = work();
        self.busy_since.store(0, Relaxed);
        done
    }

    fn status(&self, now: Instant) -> RecorderStatus {
        let now = self.ms(now);
        let longer =
            |since: u64, than: Duration| since != 0 && now.saturating_sub(since) > than.as_millis() as u64;
        let flow = |heard: &AtomicU64| match heard.load(Relaxed) {
            0 => Flow::None,
            at if longer(at, SILENT) => Flow::Stopped,
            _ => Flow::Flowing,
        };
        let stuck = longer(self.busy_since.load(Relaxed), WRITE_WITHIN)
            || longer(self.waiting_since.load(Relaxed), DURABLE_WITHIN);
        let writing = match self.writing.load(Relaxed) {
            _ if stuck => Writing::Stopped,
            writing if writing == Writing::On as u8 => Writing::On,
            writing if writing == Writing::Stopped as u8 => Writing::Stopped,
            _ => Writing::Starting,
        };
        RecorderStatus { audio: flow(&self.heard[0]), video: flow(&self.heard[1]), writing }
    }
}

/// The handle of a running recording.
pub struct Recorder {
    id: Uuid,
    queue: Mutex<Option<SyncSender<Input>>>,
    shared: Arc<Shared>,
    done: watch::Receiver<bool>,
}

impl Recorder {
    /// Starts the thread; files are made when the first media comes.
    pub fn new(
        spec: RecordingSpec,
        publication: Uuid,
        clock: Clock,
        disk: Arc<dyn Disk>,
        events: RecorderEvents,
    ) -> Self {
        let (sender, inputs) = sync_channel(QUEUE);
        let (done_in, done) = watch::channel(false);
        let id = spec.id;
        let shared = Arc::new(Shared::new(id));
        let work = Work::new(spec, publication, clock, disk, events, Arc::clone(&shared));
        let recorder = Self { id, queue: Mutex::new(Some(sender)), shared, done };
        let spawned = std::thread::Builder::new().name("recorder".to_owned()).spawn(move || {
            work.run(&inputs);
            done_in.send_replace(true);
        });
        if let Err(error) = spawned {
            // The closure and with it `done_in` are gone: `finish` returns at once.
            tracing::error!(recording = %id, %error, "a recording's thread could not be started");
        }
        recorder
    }

    /// The id of its first recording.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether a recording of it has not come to its end.
    pub fn has_open(&self, recording: Uuid) -> bool {
        self.shared.open().contains(&recording)
    }

    /// Hands over a packet, or drops it when the disk is too slow.
    pub fn packet(&self, kind: Kind, packet: &MediaPacket) {
        self.shared.hear(kind, packet.at);
        self.put(Input::Packet(kind, packet.clone()));
    }

    /// Hands over a sender report.
    pub fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32) {
        self.put(Input::Report { kind, ntp, timestamp });
    }

    /// The publisher's camera was switched on or off.
    pub fn camera(&self, on: bool) {
        if self.shared.camera_off.swap(!on, Relaxed) == on {
            self.put(Input::Camera { on, at: Instant::now() });
        }
    }

    pub fn status(&self) -> RecorderStatus {
        self.shared.status(Instant::now())
    }

    fn put(&self, input: Input) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = &*queue
            && queue.try_send(input).is_err()
        {
            self.shared.dropped.fetch_add(1, Relaxed);
        }
    }

    /// Takes nothing more and waits until the recording is finalised. May be called by several.
    pub async fn finish(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.done.clone().wait_for(|done| *done).await; // an error: the thread is gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_follows_what_is_durable_and_what_comes() {
        let shared = Shared::new(Uuid::nil());
        let at = |ms: u64| shared.born + Duration::from_millis(ms);
        let status = |ms| shared.status(at(ms));
        assert_eq!(status(60_000), RecorderStatus::default());
        shared.hear(Kind::Audio, at(1000));
        assert_eq!((status(3900).writing, status(4001).writing), (Writing::Starting, Writing::Stopped));
        shared.set_writing(Writing::On);
        let flows = |ms| (status(ms).audio, status(ms).video);
        assert_eq!((flows(3500), status(3500).writing), ((Flow::Flowing, Flow::None), Writing::On));
        assert_eq!(flows(3501), (Flow::Stopped, Flow::None));
        shared.hear(Kind::Video, at(3400));
        assert_eq!(flows(3501), (Flow::Stopped, Flow::Flowing));
        // A write that does not come back is no recording.
        shared.busy_since.store(5000, Relaxed);
        assert_eq!((status(6999).writing, status(7001).writing), (Writing::On, Writing::Stopped));
        shared.busy(|| ());
        assert_eq!(status(7001).writing, Writing::On);
        shared.set_writing(Writing::Stopped);
        assert_eq!(status(7001).writing, Writing::Stopped);
    }
}
