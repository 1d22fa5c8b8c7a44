//! A running recording: a thread of its own behind a bounded queue, and what it is doing at this moment.
//!
//! Writing waits for the disk, so it happens on a thread ([`crate::video::engine::recording::work`]); whoever hands over packets
//! never waits.

use crate::base::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::assemble::is_resent;
use crate::video::engine::recording::disk::Disk;
use crate::video::engine::recording::work::Work;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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

/// Where and as what to record.
#[derive(Clone, Debug)]
pub struct RecordingSpec {
    pub id: Uuid,
    /// The WebM; its index is written beside it, as `.idx`. Neither may exist. Later segments go into the
    /// same directory, named by their ids.
    pub path: PathBuf,
    /// The pictures are of a camera, in which something always moves: what stands still is told.
    pub camera: bool,
}

/// How a recorder speaks to the engine. Called on the recorder's thread.
pub struct RecorderEvents {
    pub tell: Box<dyn Fn(EngineEvent) + Send>,
    pub ask_keyframe: Box<dyn Fn() + Send>,
    /// Called once, last.
    pub finished: Box<dyn Fn(Uuid) + Send>,
}

/// Sound or pictures that came and are not on the disk after so long are not being recorded.
const WRITTEN_WITHIN: Duration = Duration::from_millis(3000);
/// What is heard is placed up to so much earlier in the recording, where it belongs.
const PLACED_EARLIER: Duration = Duration::from_millis(1000);

/// Whether a medium comes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// It never came.
    #[default]
    None,
    Flowing,
    /// It comes, and for half a minute nothing has been in it: digital silence, a picture that is black or hangs.
    Lifeless,
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
    /// An officer has paused it: nothing is written.
    Paused,
}

/// What a recorder is doing at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecorderStatus {
    pub audio: Flow,
    pub video: Flow,
    /// `Stopped` if that is so of either.
    pub writing: Writing,
    pub audio_writing: Writing,
    pub video_writing: Writing,
}

pub(super) enum Input {
    Packet(Kind, MediaPacket),
    Report {
        kind: Kind,
        ntp: u64,
        timestamp: u32,
    },
    /// The publisher's camera or microphone.
    Switched {
        kind: Kind,
        on: bool,
        at: Instant,
    },
}

/// A pause of the recording, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub pause: bool,
    pub at: Instant,
    /// The numbers of the newest packets of sound and pictures then.
    pub newest: [Option<u16>; 2],
}

/// What the handle and the thread share.
pub(super) struct Shared {
    born: Instant,
    /// Packets that did not fit into the queue.
    pub dropped: AtomicU64,
    /// When the latest packet of audio and of video came, in ms since `born`; 0: never.
    heard: [AtomicU64; 2],
    /// Since when sound and pictures have been waiting that are not on the disk; 0: none are.
    waiting_since: [AtomicU64; 2],
    /// When the write began that is going on; 0: none is.
    busy_since: AtomicU64,
    writing: AtomicU8,
    /// Which of microphone and camera is off.
    off: [AtomicBool; 2],
    /// The sound is digital silence; the picture is black or hangs.
    lifeless: [AtomicBool; 2],
    paused: AtomicBool,
    /// Something came while it was paused.
    pub withheld: AtomicBool,
    /// Pauses and their ends that the thread has not seen yet: packets from before them may lie in the queue.
    turns: Mutex<VecDeque<Turn>>,
    /// The newest packets of sound and pictures, whether or not they are kept: their numbers and 1; 0: none came.
    newest: [AtomicU32; 2],
    /// Recordings that have not come to their end: the running one, and those that could not be closed.
    open: Mutex<Vec<Uuid>>,
}

impl Shared {
    fn new(id: Uuid, born: Instant) -> Self {
        Self {
            born,
            dropped: AtomicU64::new(0),
            heard: [AtomicU64::new(0), AtomicU64::new(0)],
            waiting_since: Default::default(),
            busy_since: AtomicU64::new(0),
            writing: AtomicU8::new(Writing::Starting as u8),
            off: Default::default(),
            lifeless: Default::default(),
            paused: AtomicBool::new(false),
            withheld: AtomicBool::new(false),
            turns: Mutex::default(),
            newest: Default::default(),
            open: Mutex::new(vec![id]),
        }
    }

    /// Milliseconds since the beginning, never 0.
    fn ms(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.born).as_millis() as u64 + 1
    }

    fn hear(&self, kind: Kind, at: Instant) {
        let (at, place) = (self.ms(at), place(kind));
        self.heard[place].store(at, Relaxed);
        if !self.paused.load(Relaxed) {
            let _ = self.waiting_since[place].compare_exchange(0, at, Relaxed, Relaxed);
        }
    }

    pub fn set_writing(&self, writing: Writing) {
        self.writing.store(writing as u8, Relaxed);
    }

    /// A cluster with these of sound and pictures is on the disk; it ends with what came at `until`.
    pub fn written(&self, kinds: [bool; 2], until: Instant) {
        let until = self.ms(until);
        for (place, _) in kinds.into_iter().enumerate().filter(|(_, there)| *there) {
            let more = self.heard[place].load(Relaxed) > until + PLACED_EARLIER.as_millis() as u64;
            self.waiting_since[place].store(if more { until } else { 0 }, Relaxed);
        }
    }

    /// Whether the publisher's camera or microphone is off.
    pub fn is_off(&self, kind: Kind) -> bool {
        self.off[place(kind)].load(Relaxed)
    }

    pub fn set_lifeless(&self, kind: Kind, lifeless: bool) {
        self.lifeless[place(kind)].store(lifeless, Relaxed);
    }

    fn turns(&self) -> std::sync::MutexGuard<'_, VecDeque<Turn>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pause(&self, on: bool, at: Instant) {
        let mut turns = self.turns();
        if self.paused.swap(on, Relaxed) != on {
            self.waiting_since.iter().for_each(|since| since.store(0, Relaxed));
            turns.push_back(Turn { pause: on, at, newest: self.newest() });
        }
    }

    fn newest(&self) -> [Option<u16>; 2] {
        let number = |newest: &AtomicU32| newest.load(Relaxed).checked_sub(1).map(|number| number as u16);
        [number(&self.newest[0]), number(&self.newest[1])]
    }

    /// Counts a packet, in the order of its publisher.
    fn count(&self, kind: Kind, seq: u16) {
        let place = place(kind);
        if !is_resent(seq, self.newest()[place]) {
            self.newest[place].store(u32::from(seq) + 1, Relaxed);
        }
    }

    /// The next pause or end of one that lies before `until`.
    pub fn next_turn(&self, until: Instant) -> Option<Turn> {
        let mut turns = self.turns();
        if turns.front().is_some_and(|turn| turn.at <= until) { turns.pop_front() } else { None }
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
        let flow = |kind: Kind| match self.heard[place(kind)].load(Relaxed) {
            0 => Flow::None,
            at if longer(at, SILENT) => Flow::Stopped,
            _ if self.lifeless[place(kind)].load(Relaxed) => Flow::Lifeless,
            _ => Flow::Flowing,
        };
        let (audio, video) = (flow(Kind::Audio), flow(Kind::Video));
        let writing = match self.writing.load(Relaxed) {
            _ if self.paused.load(Relaxed) => Writing::Paused,
            _ if longer(self.busy_since.load(Relaxed), WRITE_WITHIN) => Writing::Stopped,
            writing if writing == Writing::On as u8 => Writing::On,
            writing if writing == Writing::Stopped as u8 => Writing::Stopped,
            _ => Writing::Starting,
        };
        // What has stopped coming was the last of it; the cluster that holds it may wait for the other medium.
        let of = |kind: Kind, flow: Flow| {
            let comes = matches!(flow, Flow::Flowing | Flow::Lifeless) || writing == Writing::Starting;
            let late = comes && longer(self.waiting_since[place(kind)].load(Relaxed), WRITTEN_WITHIN);
            if late { Writing::Stopped } else { writing }
        };
        let (audio_writing, video_writing) = match writing {
            Writing::Paused | Writing::Stopped => (writing, writing),
            _ => (of(Kind::Audio, audio), of(Kind::Video, video)),
        };
        let either = [audio_writing, video_writing].contains(&Writing::Stopped);
        let writing = if either { Writing::Stopped } else { writing };
        RecorderStatus { audio, video, writing, audio_writing, video_writing }
    }
}

/// Where in a pair of audio and video.
fn place(kind: Kind) -> usize {
    usize::from(kind == Kind::Video)
}

/// Where what is to be recorded is handed over. Never waits.
pub(super) struct Inlet {
    queue: Mutex<Option<SyncSender<Input>>>,
    pub shared: Arc<Shared>,
}

impl Inlet {
    /// The inlet, and what comes out of it.
    pub fn new(id: Uuid, born: Instant) -> (Self, Receiver<Input>) {
        let (sender, inputs) = sync_channel(QUEUE);
        (Self { queue: Mutex::new(Some(sender)), shared: Arc::new(Shared::new(id, born)) }, inputs)
    }

    /// See [`Recorder::packet`].
    pub fn packet(&self, kind: Kind, packet: &MediaPacket) {
        self.shared.hear(kind, packet.at);
        self.shared.count(kind, packet.seq);
        if self.shared.paused.load(Relaxed) {
            self.shared.withheld.store(true, Relaxed);
            return;
        }
        self.put(Input::Packet(kind, packet.clone()));
    }

    /// See [`Recorder::sender_report`].
    pub fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32) {
        self.put(Input::Report { kind, ntp, timestamp });
    }

    /// See [`Recorder::switched`].
    pub fn switched(&self, kind: Kind, on: bool, at: Instant) {
        if self.shared.off[place(kind)].swap(!on, Relaxed) == on {
            self.put(Input::Switched { kind, on, at });
        }
    }

    /// See [`Recorder::pause`].
    pub fn pause(&self, on: bool, at: Instant) {
        self.shared.pause(on, at);
    }

    /// What is being done at `now`.
    pub fn status(&self, now: Instant) -> RecorderStatus {
        self.shared.status(now)
    }

    /// Takes nothing more.
    pub fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn put(&self, input: Input) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = &*queue
            && queue.try_send(input).is_err()
        {
            self.shared.dropped.fetch_add(1, Relaxed);
        }
    }
}

/// The handle of a running recording.
pub struct Recorder {
    id: Uuid,
    inlet: Inlet,
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
        let (done_in, done) = watch::channel(false);
        let (id, now) = (spec.id, Instant::now());
        let (inlet, inputs) = Inlet::new(id, now);
        let work = Work::new(spec, publication, clock, disk, events, Arc::clone(&inlet.shared), now);
        let recorder = Self { id, inlet, done };
        let spawned = std::thread::Builder::new().name("recorder".to_owned()).spawn(move || {
            work.run(&inputs);
            done_in.send_replace(true);
        });
        if let Err(error) = spawned {
            // The closure and with it `done_in` are gone: `finish` returns at once.
            tracing::error!(recording = %id, %error, "a recording's thread could not be started");
            recorder.inlet.shared.set_writing(Writing::Stopped);
        }
        recorder
    }

    /// The id of its first recording.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether a recording of it has not come to its end.
    pub fn has_open(&self, recording: Uuid) -> bool {
        self.inlet.shared.open().contains(&recording)
    }

    /// Hands over a packet, or drops it when the disk is too slow.
    pub fn packet(&self, kind: Kind, packet: &MediaPacket) {
        self.inlet.packet(kind, packet);
    }

    /// Hands over a sender report.
    pub fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32) {
        self.inlet.sender_report(kind, ntp, timestamp);
    }

    /// The publisher's camera or microphone was switched on or off.
    pub fn switched(&self, kind: Kind, on: bool) {
        self.inlet.switched(kind, on, Instant::now());
    }

    /// From now on nothing is written, or it is again.
    pub fn pause(&self, on: bool) {
        self.inlet.pause(on, Instant::now());
    }

    pub fn status(&self) -> RecorderStatus {
        self.inlet.status(Instant::now())
    }

    /// Takes nothing more and waits until the recording is finalised. May be called by several.
    pub async fn finish(&self) {
        self.inlet.close();
        let _ = self.done.clone().wait_for(|done| *done).await; // an error: the thread is gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_follows_what_is_durable_and_what_comes() {
        let shared = Shared::new(Uuid::nil(), Instant::now());
        let at = |ms: u64| shared.born + Duration::from_millis(ms);
        let status = |ms| shared.status(at(ms));
        assert_eq!(status(60_000), RecorderStatus::default());
        shared.hear(Kind::Audio, at(1000));
        assert_eq!((status(3900).writing, status(4001).writing), (Writing::Starting, Writing::Stopped));
        shared.set_writing(Writing::On);
        shared.written([true, false], at(1000));
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

    #[test]
    fn each_track_is_told_apart_that_came_and_is_not_on_the_disk_after_three_seconds() {
        let shared = Shared::new(Uuid::nil(), Instant::now());
        let at = |ms: u64| shared.born + Duration::from_millis(ms);
        let writing = |ms| {
            let status = shared.status(at(ms));
            (status.audio_writing, status.video_writing)
        };
        let both = |from: u64, to: u64| {
            for ms in (from..=to).step_by(20) {
                shared.hear(Kind::Audio, at(ms));
                shared.hear(Kind::Video, at(ms));
            }
        };
        shared.set_writing(Writing::On);
        // Clusters of a second, each a second and a half after it ended.
        for second in 1..20 {
            both(second * 1000, second * 1000 + 980);
            shared.written([true, true], at(second * 1000 - 500));
            assert_eq!(writing(second * 1000 + 990), (Writing::On, Writing::On), "{second}");
        }
        // From here on the clusters hold no picture: no keyframe comes.
        for second in 20..25 {
            both(second * 1000, second * 1000 + 980);
            shared.written([true, false], at(second * 1000));
        }
        assert_eq!(writing(24_990), (Writing::On, Writing::Stopped));
        assert_eq!(shared.status(at(24_990)).writing, Writing::Stopped);
        shared.written([true, true], at(24_900));
        assert_eq!(writing(25_000), (Writing::On, Writing::On));
        // The last picture, of a screen on which nothing moves, waits for nobody.
        shared.hear(Kind::Video, at(30_000));
        shared.written([false, true], at(29_950));
        shared.hear(Kind::Audio, at(33_500));
        assert_eq!(writing(33_600), (Writing::On, Writing::On));
    }

    #[test]
    fn what_is_paused_is_neither_late_nor_written_and_later_turns_wait_for_what_came_before_them() {
        let shared = Shared::new(Uuid::nil(), Instant::now());
        shared.set_writing(Writing::On);
        shared.hear(Kind::Audio, shared.born);
        shared.pause(true, Instant::now());
        let before = shared.born.checked_sub(Duration::from_secs(1)).unwrap_or(shared.born);
        shared.pause(true, Instant::now());
        let after = Instant::now();
        assert_eq!(shared.status(after + Duration::from_secs(60)).writing, Writing::Paused);
        if before < shared.born {
            assert_eq!(shared.next_turn(before), None, "a packet from before it is written");
        }
        assert!(shared.next_turn(after).is_some_and(|turn| turn.pause));
        shared.pause(false, Instant::now());
        assert!(shared.next_turn(Instant::now()).is_some_and(|turn| !turn.pause));
        assert_eq!(shared.next_turn(Instant::now()), None);
        assert_eq!(shared.status(Instant::now()).writing, Writing::On);
    }
}
