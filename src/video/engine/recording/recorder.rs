//! A running recording: a thread of its own behind a bounded queue.
//!
//! Writing waits for the disk, so it happens on a thread; whoever hands over packets never waits.

use super::assemble::{Assembler, Output, Packet};
use super::file::RecordingFile;
use super::index::GapCause;
use crate::clock::Clock;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use uuid::Uuid;

/// Packets that may wait for the disk: some 10 s of camera and microphone.
const QUEUE: usize = 2048;
/// How often the thread looks at what is due when nothing comes.
const TICK: Duration = Duration::from_millis(200);
/// After so many clusters that could not be written, one after another, the recording has failed.
const FAILURES: u32 = 5;

/// Where and as what to record.
#[derive(Clone, Debug)]
pub struct RecordingSpec {
    pub id: Uuid,
    /// The WebM; its index is written beside it, as `.idx`. Neither may exist.
    pub path: PathBuf,
}

/// How a recorder speaks to the engine. Called on the recorder's thread.
pub struct RecorderEvents {
    pub tell: Box<dyn Fn(EngineEvent) + Send>,
    pub ask_keyframe: Box<dyn Fn() + Send>,
    /// Called once, last.
    pub finished: Box<dyn Fn(Uuid) + Send>,
}

enum Input {
    Packet(Kind, MediaPacket),
    Report { kind: Kind, ntp: u64, timestamp: u32 },
}

/// The handle of a running recording.
pub struct Recorder {
    id: Uuid,
    queue: Mutex<Option<SyncSender<Input>>>,
    dropped: std::sync::Arc<AtomicU64>,
    done: watch::Receiver<bool>,
}

impl Recorder {
    /// Starts the thread; files are made when the first media comes.
    pub fn new(spec: RecordingSpec, clock: Clock, events: RecorderEvents) -> Self {
        let (sender, inputs) = sync_channel(QUEUE);
        let (done_in, done) = watch::channel(false);
        let (id, dropped) = (spec.id, std::sync::Arc::new(AtomicU64::new(0)));
        let work = Work {
            spec,
            clock,
            events,
            dropped: std::sync::Arc::clone(&dropped),
            assembler: Assembler::default(),
            file: None,
            failures: 0,
            failed: false,
        };
        let recorder = Self { id, queue: Mutex::new(Some(sender)), dropped, done };
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

    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Hands over a packet, or drops it when the disk is too slow.
    pub fn packet(&self, kind: Kind, packet: &MediaPacket) {
        self.put(Input::Packet(kind, packet.clone()));
    }

    /// Hands over a sender report.
    pub fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32) {
        self.put(Input::Report { kind, ntp, timestamp });
    }

    fn put(&self, input: Input) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = &*queue
            && queue.try_send(input).is_err()
        {
            self.dropped.fetch_add(1, Relaxed);
        }
    }

    /// Takes nothing more and waits until the recording is finalised. May be called by several.
    pub async fn finish(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let _ = self.done.clone().wait_for(|done| *done).await; // an error: the thread is gone
    }
}

struct Work {
    spec: RecordingSpec,
    clock: Clock,
    events: RecorderEvents,
    dropped: std::sync::Arc<AtomicU64>,
    assembler: Assembler,
    file: Option<RecordingFile>,
    failures: u32,
    failed: bool,
}

impl Work {
    fn run(mut self, inputs: &Receiver<Input>) {
        let mut epoch: Option<Instant> = None;
        let now = |epoch: Option<Instant>, at: Instant| {
            epoch.map_or(0, |epoch| at.saturating_duration_since(epoch).as_millis() as u64)
        };
        let mut dropped = 0;
        loop {
            let input = inputs.recv_timeout(TICK);
            if self.failed {
                match input {
                    Err(RecvTimeoutError::Disconnected) => break,
                    _ => continue, // nothing more can be saved; wait for the end
                }
            }
            let total = self.dropped.load(Relaxed);
            if std::mem::replace(&mut dropped, total) != total {
                self.assembler.overflowed();
            }
            match input {
                Ok(Input::Packet(kind, packet)) => {
                    if epoch.is_none() {
                        epoch = Some(packet.at);
                        self.create();
                    }
                    let at_ms = now(epoch, packet.at);
                    let MediaPacket { seq, timestamp, marker, payload, .. } = packet;
                    self.assembler.packet(kind, Packet { seq, timestamp, marker, payload }, at_ms);
                }
                Ok(Input::Report { kind, ntp, timestamp }) => self.assembler.report(kind, ntp, timestamp),
                Err(RecvTimeoutError::Timeout) if epoch.is_some() => {
                    self.assembler.tick(now(epoch, Instant::now()));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.assembler.finish(now(epoch, Instant::now()));
                    self.carry_out();
                    break;
                }
            }
            self.carry_out();
        }
        self.close();
        (self.events.finished)(self.spec.id);
    }

    fn create(&mut self) {
        let at = self.clock.now();
        match RecordingFile::create(&self.spec.path, at) {
            Ok(file) => {
                self.file = Some(file);
                (self.events.tell)(EngineEvent::RecordingStarted { recording: self.spec.id, at });
            }
            Err(error) => self.fail(format!("the file cannot be made: {error}")),
        }
    }

    /// Told at once, not when the session ends: somebody may still do something about it.
    fn fail(&mut self, error: String) {
        self.failed = true;
        (self.events.tell)(EngineEvent::RecordingFailed { recording: self.spec.id, error });
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.assembler.output() {
            match output {
                Output::AskKeyframe => (self.events.ask_keyframe)(),
                Output::Gap { from_ms, to_ms, cause } => self.gap(from_ms, to_ms, cause),
                Output::Cluster(cluster) => {
                    let Some(file) = &mut self.file else { continue };
                    let Err(error) = file.cluster(&cluster) else {
                        self.failures = 0;
                        continue;
                    };
                    tracing::warn!(recording = %self.spec.id, %error, "a cluster could not be written");
                    self.failures += 1;
                    self.assembler.cluster_lost();
                    self.gap(cluster.contents.start_ms, cluster.contents.end_ms, GapCause::Disk);
                    if self.failures >= FAILURES {
                        return self.fail(format!("writing failed: {error}"));
                    }
                }
            }
        }
    }

    fn gap(&mut self, from_ms: u64, to_ms: u64, cause: GapCause) {
        if let Some(file) = &mut self.file
            && let Err(error) = file.gap(from_ms, to_ms, cause)
        {
            tracing::warn!(recording = %self.spec.id, %error, "a gap could not be noted");
        }
        (self.events.tell)(EngineEvent::RecordingGap { recording: self.spec.id, from_ms, to_ms, cause });
    }

    /// Completes the file. A recording that failed before is closed as interrupted.
    fn close(&mut self) {
        let file = match self.file.take() {
            Some(file) if file.length() > 0 => file,
            _ if self.failed => return,
            Some(_) => return self.fail("no media that can be decoded arrived".to_owned()),
            None => return self.fail("no media arrived".to_owned()),
        };
        match file.close(Some(self.clock.now()), self.failed) {
            Ok(summary) => {
                (self.events.tell)(EngineEvent::RecordingFinalised { recording: self.spec.id, summary });
            }
            Err(_) if self.failed => {} // told already; recovery will close it
            Err(error) => self.fail(format!("closing failed: {error}")),
        }
    }
}
