//! The thread of a recorder: writes what the assembler makes, and survives a disk that does not take it.
//!
//! When a cluster cannot be written, the recording has broken off: it is closed with what it holds as soon
//! as the disk lets us, and a new segment is tried again and again, so that recording goes on by itself.
//! Only when a segment's first cluster is durable is anybody told that it records.

use crate::base::clock::Clock;
use crate::base::ids;
use crate::video::engine::event::EngineEvent;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::assemble::{Assembler, Output, Packet, is_resent};
use crate::video::engine::recording::disk::Disk;
use crate::video::engine::recording::file::{self, RecordingFile};
use crate::video::engine::recording::index::{Gap, GapCause, Line, Medium, Reason};
use crate::video::engine::recording::recorder::{
    Input, RecorderEvents, RecordingSpec, Shared, Turn, Writing,
};
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How often the thread looks at what came: to be woken for each packet costs more than to write it.
pub(super) const LOOK: Duration = Duration::from_millis(40);
/// How often it looks at what is due when nothing comes.
const TICK: Duration = Duration::from_millis(100);
/// After a failure writing is tried again, sooner at first.
const RETRY_FIRST: Duration = Duration::from_millis(250);
const RETRY_AT_MOST: Duration = Duration::from_millis(1000);
/// How long the end waits for a disk that does not take the last bytes; later the file is closed without us.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// So long what was sent before a segment began may come again.
const SENT_AGAIN_MS: u64 = 2000;

/// A segment that is being written.
struct Segment {
    id: Uuid,
    path: PathBuf,
    /// Time zero of the recording.
    epoch: Instant,
    assembler: Assembler,
    file: RecordingFile,
    /// A cluster of it is on the disk: it exists.
    durable: bool,
    /// The newest packets of sound and pictures before it: what was sent before these is not of this segment.
    before: [Option<u16>; 2],
}

/// A segment that broke off and is not closed yet.
struct Broken {
    id: Uuid,
    file: RecordingFile,
    ended_at: DateTime<Utc>,
}

pub(super) struct Work {
    publication: Uuid,
    /// Id and file of the next segment; of the first one they were given.
    next: Option<(Uuid, PathBuf)>,
    directory: PathBuf,
    /// The pictures are of a camera.
    camera: bool,
    clock: Clock,
    disk: Arc<dyn Disk>,
    events: RecorderEvents,
    first: Uuid,
    shared: Arc<Shared>,
    segment: Option<Segment>,
    broken: Vec<Broken>,
    /// When closing those is tried next.
    close_at: Instant,
    retry_at: Option<Instant>,
    retry_after: Duration,
    paused: bool,
    /// Media came at all; something of it was kept; it was told that writing fails.
    heard: bool,
    kept: bool,
    told_stopped: bool,
    /// The numbers of the newest packets of sound and pictures, whether or not they could be kept.
    newest: [Option<u16>; 2],
    /// How many packets had been dropped when it was last looked, and when something came last.
    dropped: u64,
    heard_at: Instant,
}

impl Drop for Work {
    /// Also when the thread panicked: nobody waits for what does not run any more.
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Whoever looks sees that nothing is written any more.
            self.shared.set_writing(Writing::Stopped);
            tracing::error!(recording = %self.first, "the thread of a recording broke");
        }
        self.shared.open().clear();
        (self.events.finished)(self.first);
    }
}

impl Work {
    pub fn new(
        spec: RecordingSpec,
        publication: Uuid,
        clock: Clock,
        disk: Arc<dyn Disk>,
        events: RecorderEvents,
        shared: Arc<Shared>,
        now: Instant,
    ) -> Self {
        Self {
            publication,
            directory: spec.path.parent().map(std::path::Path::to_owned).unwrap_or_default(),
            first: spec.id,
            camera: spec.camera,
            next: Some((spec.id, spec.path)),
            clock,
            disk,
            events,
            shared,
            segment: None,
            broken: Vec::new(),
            close_at: now,
            retry_at: None,
            retry_after: RETRY_FIRST,
            paused: false,
            heard: false,
            kept: false,
            told_stopped: false,
            newest: [None; 2],
            dropped: 0,
            heard_at: now,
        }
    }

    /// Runs on the machine's clock until nobody hands anything over any more.
    pub fn run(mut self, inputs: &Receiver<Input>) {
        while self.look(inputs, Instant::now()) {
            std::thread::sleep(LOOK);
        }
        self.finish(Instant::now());
        let until = Instant::now() + CLOSE_WITHIN;
        while !self.close_broken(Instant::now()) && Instant::now() < until {
            std::thread::sleep(RETRY_FIRST);
        }
        self.leave_open();
    }

    /// Does what there is to do at `now`. False when nobody hands anything over any more.
    pub fn look(&mut self, inputs: &Receiver<Input>, now: Instant) -> bool {
        if !self.broken.is_empty() && now >= self.close_at {
            self.close_broken(now);
        }
        loop {
            let input = inputs.try_recv();
            let total = self.shared.dropped.load(Relaxed);
            if std::mem::replace(&mut self.dropped, total) != total
                && let Some(segment) = &mut self.segment
            {
                segment.assembler.overflowed();
            }
            match input {
                Ok(input) => {
                    self.heard_at = now;
                    self.take(input, now);
                }
                Err(TryRecvError::Empty) if now.saturating_duration_since(self.heard_at) < TICK => {
                    return true;
                }
                Err(TryRecvError::Empty) => {
                    self.heard_at = now;
                    self.tick(now);
                }
                Err(TryRecvError::Disconnected) => return false,
            }
            self.carry_out(now);
        }
    }

    fn take(&mut self, input: Input, now: Instant) {
        match input {
            Input::Packet(kind, packet) => {
                self.turn(packet.at, now);
                if self.paused {
                    return;
                }
                self.heard = true;
                let before = self.newest;
                let newest = &mut self.newest[kind as usize];
                let resent = is_resent(packet.seq, *newest);
                if !resent {
                    *newest = Some(packet.seq);
                }
                // One that was sent again would set the time zero too late.
                if self.segment.is_none() && !resent && self.retry_at.is_none_or(|at| now >= at) {
                    self.begin(packet.at, before, now);
                }
                let Some(segment) = &mut self.segment else { return };
                let at_ms = segment.at(packet.at);
                if at_ms < SENT_AGAIN_MS && is_resent(packet.seq, segment.before[kind as usize]) {
                    return;
                }
                let MediaPacket { seq, timestamp, marker, payload, .. } = packet;
                segment.assembler.packet(kind, Packet { seq, timestamp, marker, payload }, at_ms);
            }
            Input::Report { kind, ntp, timestamp } => {
                if let Some(segment) = &mut self.segment {
                    segment.assembler.report(kind, ntp, timestamp);
                }
            }
            Input::Switched { kind, on, at } => {
                self.turn(at, now);
                if let Some(segment) = &mut self.segment {
                    let at_ms = segment.at(at);
                    segment.switched(kind, on, at_ms);
                }
            }
        }
    }

    /// Nothing came for a while.
    fn tick(&mut self, now: Instant) {
        self.turn(now, now);
        if let Some(segment) = &mut self.segment {
            let now_ms = segment.at(now);
            segment.assembler.tick(now_ms);
        }
    }

    /// Pauses and goes on, as was asked for until then.
    fn turn(&mut self, until: Instant, now: Instant) {
        while let Some(Turn { pause, at, newest }) = self.shared.next_turn(until) {
            (self.paused, self.newest) = (pause, newest);
            let Some(segment) = &mut self.segment else { continue };
            let at_ms = segment.at(at);
            if pause {
                segment.assembler.pause(at_ms);
            } else {
                segment.assembler.resume(at_ms, newest);
            }
            self.carry_out(now);
        }
    }

    /// Begins a segment with the packet that came at `epoch`.
    fn begin(&mut self, epoch: Instant, before: [Option<u16>; 2], now: Instant) {
        let at = self.clock.at(epoch); // it waited to be looked at
        let (id, path) = self.next.take().unwrap_or_else(|| {
            let id = ids::new_id(at);
            (id, self.directory.join(format!("{id}.webm")))
        });
        let made = self.shared.busy(|| RecordingFile::create(&*self.disk, &path, Some(self.publication), at));
        match made {
            Ok(file) => {
                let mut assembler = Assembler::default();
                if self.camera {
                    assembler.of_camera();
                }
                let mut segment = Segment { id, path, epoch, assembler, file, durable: false, before };
                for kind in [Kind::Audio, Kind::Video].into_iter().filter(|kind| self.shared.is_off(*kind)) {
                    segment.switched(kind, false, 0);
                }
                self.segment = Some(segment);
            }
            Err(error) => {
                self.next = Some((id, path));
                self.stopped(id, &error, now);
            }
        }
    }

    fn carry_out(&mut self, now: Instant) {
        while let Some(segment) = &mut self.segment {
            let Some(output) = segment.assembler.output() else { return };
            let recording = segment.id;
            match output {
                Output::AskKeyframe => (self.events.ask_keyframe)(),
                Output::GapBegan { from_ms, cause, medium } => {
                    tell_lifeless(&self.shared, cause, true);
                    segment.file.gap_began(&Line::GapBegan { from_ms, cause, medium });
                    (self.events.tell)(EngineEvent::RecordingGapBegan { recording, from_ms, cause, medium });
                }
                // It only came late: the index closes what it began.
                Output::Gap(gap) if gap.to_ms == gap.from_ms => segment.file.gap_began(&Line::Gap(gap)),
                Output::Gap(gap) => {
                    tell_lifeless(&self.shared, gap.cause, false);
                    segment.file.gap(gap);
                    (self.events.tell)(EngineEvent::RecordingGap { recording, gap });
                }
                Output::Cluster(cluster) => match self.shared.busy(|| segment.file.cluster(&cluster)) {
                    Ok(()) => {
                        let found = cluster.contents;
                        let until = segment.epoch + Duration::from_millis(found.end_ms);
                        self.shared.written([found.audio, found.video], until);
                        if !std::mem::replace(&mut segment.durable, true) {
                            let at = segment.file.started_at();
                            self.started(recording, at);
                        }
                    }
                    Err(error) => {
                        let lost = (cluster.contents.start_ms, cluster.contents.end_ms);
                        self.broke_off(lost, now);
                        self.stopped(recording, &error, now);
                    }
                },
            }
        }
    }

    /// The first cluster of a segment is on the disk.
    fn started(&mut self, recording: Uuid, at: DateTime<Utc>) {
        let mut open = self.shared.open();
        if !open.contains(&recording) {
            open.push(recording);
        }
        drop(open);
        (self.kept, self.told_stopped) = (true, false);
        (self.retry_at, self.retry_after) = (None, RETRY_FIRST);
        self.shared.set_writing(Writing::On);
        let publication = self.publication;
        (self.events.tell)(EngineEvent::RecordingStarted { recording, publication, at });
    }

    /// Takes the running segment out of use: what is on the disk of it is kept.
    fn broke_off(&mut self, lost: (u64, u64), now: Instant) {
        let Some(mut segment) = self.segment.take() else { return };
        for kind in [Kind::Audio, Kind::Video] {
            self.shared.set_lifeless(kind, false); // the next segment looks for itself
        }
        if !segment.durable {
            file::remove(&*self.disk, &segment.path);
            self.next = Some((segment.id, segment.path));
            return;
        }
        segment.file.errors = segment.assembler.clock_errors();
        let mut gaps = segment.left_gaps(lost.0, now);
        gaps.push(Gap::new(Medium::Both, GapCause::Disk, lost.0, lost.1.max(lost.0 + 1)));
        for gap in gaps {
            segment.file.gap(gap);
            (self.events.tell)(EngineEvent::RecordingGap { recording: segment.id, gap });
        }
        self.broken.push(Broken { id: segment.id, file: segment.file, ended_at: self.clock.now() });
    }

    /// Writing failed. Told at once: somebody may still do something about it.
    fn stopped(&mut self, recording: Uuid, error: &std::io::Error, now: Instant) {
        self.retry_at = Some(now + self.retry_after);
        self.retry_after = (self.retry_after * 2).min(RETRY_AT_MOST);
        self.shared.set_writing(Writing::Stopped);
        if !std::mem::replace(&mut self.told_stopped, true) {
            tracing::error!(%recording, %error, "a recording cannot be written; it is tried again");
            (self.events.tell)(EngineEvent::RecordingStopped { recording, reason: Reason::Disk });
        }
    }

    /// Closes what broke off, as far as the disk lets us. True when nothing is left.
    pub fn close_broken(&mut self, now: Instant) -> bool {
        self.close_at = now + RETRY_AT_MOST;
        let (shared, tell) = (&self.shared, &self.events.tell);
        self.broken.retain_mut(|broken| {
            let closed = shared.busy(|| broken.file.close(Some(broken.ended_at), false, Some(Reason::Disk)));
            match closed {
                Ok(summary) => {
                    tell(EngineEvent::RecordingFinalised { recording: broken.id, summary });
                    shared.open().retain(|id| *id != broken.id);
                    false
                }
                Err(_) => true,
            }
        });
        self.broken.is_empty()
    }

    /// Completes the file of the running segment, and those that broke off before.
    pub fn finish(&mut self, now: Instant) {
        self.turn(now, now);
        if let Some(segment) = &mut self.segment {
            let now_ms = segment.at(now);
            segment.assembler.finish(now_ms);
            self.carry_out(now);
        }
        let ended_at = self.clock.now();
        match self.segment.take() {
            Some(mut segment) if segment.durable => {
                segment.file.errors = segment.assembler.clock_errors();
                match self.shared.busy(|| segment.file.close(Some(ended_at), false, None)) {
                    Ok(summary) => {
                        (self.events.tell)(EngineEvent::RecordingFinalised {
                            recording: segment.id,
                            summary,
                        });
                    }
                    Err(error) => {
                        self.broken.push(Broken { id: segment.id, file: segment.file, ended_at });
                        self.stopped(segment.id, &error, now);
                    }
                }
            }
            Some(segment) => file::remove(&*self.disk, &segment.path),
            None => {}
        }
        if !self.kept {
            let reason = match (self.heard, self.told_stopped) {
                (false, _) if self.shared.withheld.load(Relaxed) => Reason::Paused,
                (false, _) => Reason::NoMedia,
                (true, true) => Reason::Disk,
                (true, false) => Reason::Undecodable,
            };
            (self.events.tell)(EngineEvent::RecordingFailed { recording: self.first, reason });
        }
    }

    /// What could not be closed: its row stays open, and whoever keeps the rows closes the file later.
    fn leave_open(&self) {
        for broken in &self.broken {
            tracing::error!(recording = %broken.id, "a recording could not be closed yet");
        }
    }
}

/// Whoever looks sees that nothing is in what comes, or that something is again.
fn tell_lifeless(shared: &Shared, cause: GapCause, lifeless: bool) {
    match cause {
        GapCause::DigitalSilence => shared.set_lifeless(Kind::Audio, lifeless),
        GapCause::StillPicture => shared.set_lifeless(Kind::Video, lifeless),
        _ => {}
    }
}

impl Segment {
    /// The publisher's camera or microphone was switched on or off.
    fn switched(&mut self, kind: Kind, on: bool, at_ms: u64) {
        match kind {
            Kind::Audio => self.assembler.microphone(on, at_ms),
            Kind::Video => self.assembler.camera(on, at_ms),
        }
    }

    /// What was missing before `until_ms` and has not been told, as it was still growing.
    fn left_gaps(&mut self, until_ms: u64, now: Instant) -> Vec<Gap> {
        let now_ms = self.at(now);
        self.assembler.finish(now_ms);
        let mut gaps = Vec::new();
        while let Some(output) = self.assembler.output() {
            if let Output::Gap(gap) = output {
                gaps.push(gap.before(until_ms));
            }
        }
        gaps.retain(|gap| gap.to_ms > gap.from_ms);
        gaps
    }

    fn at(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.epoch).as_millis() as u64
    }
}
