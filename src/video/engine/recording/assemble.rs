//! From packets to clusters: order, frames, times, and what is missing. Pure: time comes in with the packets.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::clusters::{Block, Cluster, Clusters};
use crate::video::engine::recording::index::{ClockErrors, Gap, GapCause, Medium};
use crate::video::engine::recording::lifeless::{DigitalSilence, StillPicture, Turn};
use crate::video::engine::recording::missing::Missing;
use crate::video::engine::recording::reorder::{Item, Reorder};
use crate::video::engine::recording::silence::{SILENCE_MS, Silence};
use crate::video::engine::recording::timeline::Timeline;
use crate::video::engine::recording::vp8::{Depacketiser, Progress};
use bytes::Bytes;
use std::collections::VecDeque;

/// How long a packet is held: long enough for a round trip or two of asking again for those before it, and to
/// tell a burst from a clock that stood still.
const HOLD_MS: u64 = 400;
const HELD_PACKETS: usize = 1024;
/// Sound that does not come on though no packet is missing: longer than any pause of a sender that is merely
/// thrifty. Pictures may be seconds apart: a screen on which nothing moves.
const AUDIO_PAUSE_MS: u64 = 1000;
const VIDEO_PAUSE_MS: u64 = 2500;
/// A track that was heard so lately is waited for.
const FLOWS_MS: u64 = 1000;
/// A keyframe is asked for when none came for so long; it has to come within 10 s.
const KEYFRAME_AFTER_MS: u64 = 8000;
const ASK_EVERY_MS: u64 = 1000;

/// What a packet brings.
#[derive(Clone, Debug)]
pub struct Packet {
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub payload: Bytes,
}

/// What has to be done.
#[derive(Debug)]
pub enum Output {
    Cluster(Cluster),
    GapBegan { from_ms: u64, cause: GapCause, medium: Medium },
    Gap(Gap),
    AskKeyframe,
}

/// Numbers further back than this are of another source.
const RESENT_AT_MOST: u16 = 4096;

/// Whether a packet comes behind a newer one, whose number this is.
pub(super) fn is_resent(seq: u16, newest: Option<u16>) -> bool {
    newest.is_some_and(|newest| newest.wrapping_sub(seq) < RESENT_AT_MOST)
}

/// A packet on its way through the order.
#[derive(Debug)]
struct Arrived {
    at_ms: u64,
    /// It came behind a newer one: sent again, or overtaken.
    resent: bool,
    packet: Packet,
}

/// One of the two media.
#[derive(Debug)]
pub(super) struct Track {
    order: Reorder<Arrived>,
    /// The newest sequence number.
    newest: Option<u16>,
    pub(super) heard_at: Option<u64>,
    pub(super) last_ms: Option<u64>,
    pub(super) silence: Option<Silence>,
    /// What was missing before this has been told.
    pub(super) told_ms: u64,
    pub(super) missing: Missing,
}

impl Track {
    fn new(medium: Medium) -> Self {
        Self {
            order: Reorder::new(HOLD_MS, HELD_PACKETS),
            newest: None,
            heard_at: None,
            last_ms: None,
            silence: None,
            told_ms: 0,
            missing: Missing::new(medium),
        }
    }

    /// Goes on after a pause: what comes now is no loss, and what does not come is silent from here on.
    pub(super) fn begin_anew(&mut self, at_ms: u64, newest: Option<u16>) {
        self.order = Reorder::new(HOLD_MS, HELD_PACKETS);
        self.newest = newest;
        self.told_ms = at_ms;
        if self.last_ms.is_some() {
            (self.last_ms, self.heard_at) = (Some(at_ms), Some(at_ms));
        }
    }

    pub(super) fn quiet_for(&self, now_ms: u64) -> Option<u64> {
        self.heard_at.map(|at| now_ms.saturating_sub(at))
    }
}

/// The state of one recording in memory.
#[derive(Debug)]
pub struct Assembler {
    pub(super) audio: Track,
    pub(super) video: Track,
    pub(super) frames: Depacketiser,
    timeline: Timeline,
    pub(super) clusters: Clusters,
    pub(super) outputs: VecDeque<Output>,
    /// Until a keyframe comes, no picture can be decoded rightly.
    pub(super) need_key: bool,
    /// That is so because of a pause, not of a loss.
    pub(super) key_after_pause: bool,
    /// Packets were thrown away here because writing was too slow.
    pub(super) overflowed: bool,
    /// Sound packets that did not come since the last one.
    pub(super) audio_lost: u64,
    pub(super) camera_off: bool,
    /// The owner's microphone is off: silence is what is wanted.
    pub(super) muted: bool,
    /// Since when, as far as that was told.
    muted_since: Option<u64>,
    digital_silence: DigitalSilence,
    /// Looked at where the pictures are of a camera: a screen may stand still.
    still_picture: Option<StillPicture>,
    /// Since when nothing is kept.
    pub(super) paused_from: Option<u64>,
    /// The end of the last pause: what was sent before it is not kept, whenever it comes.
    pub(super) resumed_ms: u64,
    /// The first picture has come through the order: before that a keyframe may be on its way.
    began_video: bool,
    /// The first picture that could not be kept, because none stood alone before it.
    waited_from_ms: Option<u64>,
    pub(super) key_at: u64,
    pub(super) asked_at: Option<u64>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            audio: Track::new(Medium::Audio),
            video: Track::new(Medium::Video),
            frames: Depacketiser::default(),
            timeline: Timeline::default(),
            clusters: Clusters::default(),
            outputs: VecDeque::new(),
            need_key: true,
            key_after_pause: false,
            overflowed: false,
            audio_lost: 0,
            camera_off: false,
            muted: false,
            muted_since: None,
            digital_silence: DigitalSilence::default(),
            still_picture: None,
            paused_from: None,
            resumed_ms: 0,
            began_video: false,
            waited_from_ms: None,
            key_at: 0,
            asked_at: None,
        }
    }
}

impl Assembler {
    /// Takes a packet that arrived at `at_ms` of the recording.
    pub fn packet(&mut self, kind: Kind, packet: Packet, at_ms: u64) {
        if self.paused_from.is_some() {
            return;
        }
        if self.track(kind).quiet_for(at_ms).is_some_and(|quiet| quiet >= SILENCE_MS) {
            self.tick(at_ms); // what was silent up to now is noted before it is over
        }
        let track = self.track(kind);
        let resent = is_resent(packet.seq, track.newest);
        if !resent {
            track.newest = Some(packet.seq);
        }
        // Padding has no time of its own.
        let timed = (!packet.payload.is_empty()).then_some(packet.timestamp);
        if timed.is_some() {
            track.heard_at = Some(at_ms);
        }
        track.order.push(packet.seq, at_ms, Arrived { at_ms, resent, packet });
        if let Some(timestamp) = timed.filter(|_| !resent) {
            self.timeline.hear(kind, timestamp, at_ms);
        }
        self.tick(at_ms);
    }

    /// A sender report of the publisher.
    pub fn report(&mut self, kind: Kind, ntp: u64, timestamp: u32) {
        self.timeline.report(kind, ntp, timestamp);
    }

    /// The publisher's camera was switched on or off: whatever comes meanwhile, it is no picture of anybody.
    pub fn camera(&mut self, on: bool, at_ms: u64) {
        let was_off = std::mem::replace(&mut self.camera_off, !on);
        self.end_lifeless(Kind::Video, at_ms);
        if !on && !was_off && self.video.silence.is_none() && self.paused_from.is_none() {
            self.stopped(Kind::Video, at_ms, GapCause::CameraOff);
        }
    }

    /// The publisher's microphone was switched on or off: of a muted one silence is expected.
    pub fn microphone(&mut self, on: bool, at_ms: u64) {
        self.muted = !on;
        self.end_lifeless(Kind::Audio, at_ms);
        if on {
            self.end_mute(at_ms);
        } else if self.paused_from.is_none() {
            self.begin_mute(at_ms);
        }
    }

    /// Silence from now on is what the publisher wants.
    pub(super) fn begin_mute(&mut self, from_ms: u64) {
        if self.muted_since.is_none() {
            self.muted_since = Some(from_ms);
            let (cause, medium) = (GapCause::MicrophoneOff, Medium::Audio);
            self.outputs.push_back(Output::GapBegan { from_ms, cause, medium });
        }
    }

    fn end_mute(&mut self, to_ms: u64) {
        if let Some(from_ms) = self.muted_since.take() {
            let gap = Gap::new(Medium::Audio, GapCause::MicrophoneOff, from_ms, to_ms.max(from_ms));
            self.outputs.push_back(Output::Gap(gap));
        }
    }

    /// The pictures are of a camera: black ones, and ones that do not change, are told.
    pub fn of_camera(&mut self) {
        self.still_picture = Some(StillPicture::default());
    }

    /// Packets were dropped before they came here: the next loss is ours, not the network's.
    pub fn overflowed(&mut self) {
        self.overflowed = true;
    }

    /// Does what is due at `now_ms`.
    pub fn tick(&mut self, now_ms: u64) {
        if self.paused_from.is_some() {
            return;
        }
        self.drain(now_ms);
        self.look_for_silence(now_ms);
        self.cut(now_ms, false);
        let video_flows = self.video.quiet_for(now_ms).is_some_and(|quiet| quiet < ASK_EVERY_MS);
        let wanted = self.need_key || now_ms.saturating_sub(self.key_at) >= KEYFRAME_AFTER_MS;
        let lately = self.asked_at.is_some_and(|at| now_ms.saturating_sub(at) < ASK_EVERY_MS);
        if video_flows && self.began_video && wanted && !lately {
            self.asked_at = Some(now_ms);
            self.outputs.push_back(Output::AskKeyframe);
        }
    }

    /// Gives out everything that is left.
    pub fn finish(&mut self, now_ms: u64) {
        if self.end_pause(now_ms).is_some() {
            return;
        }
        self.drain(u64::MAX);
        self.look_for_silence(now_ms);
        let end_ms = self.newest_ms().max(now_ms);
        self.end_lifeless(Kind::Audio, self.newest_ms());
        self.end_lifeless(Kind::Video, self.newest_ms());
        self.end_mute(end_ms);
        if self.is_silent_as_a_whole() {
            self.end_whole_silence(end_ms);
        }
        for kind in [Kind::Audio, Kind::Video] {
            let newest_ms = self.newest_ms();
            let silence = self.track(kind).silence.take();
            if let Some(silence) = silence.filter(|silence| silence.cause == GapCause::CameraOff) {
                self.lost_before(silence.from_ms);
            }
            match silence {
                Some(silence) => self.missed(kind, silence.from_ms, end_ms, silence.cause),
                None if kind == Kind::Video => self.end_freeze(newest_ms),
                None => {}
            }
            self.track(kind).missing.end();
            self.tell_missing(kind);
        }
        self.cut(now_ms, true);
    }

    /// How far sound and pictures were at most from where the server's clock had them.
    pub fn clock_errors(&self) -> ClockErrors {
        self.timeline.errors()
    }

    /// The next thing to do.
    pub fn output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn track(&mut self, kind: Kind) -> &mut Track {
        match kind {
            Kind::Audio => &mut self.audio,
            Kind::Video => &mut self.video,
        }
    }

    pub(super) fn newest_ms(&self) -> u64 {
        self.audio.last_ms.max(self.video.last_ms).unwrap_or(0)
    }

    fn cut(&mut self, now_ms: u64, all: bool) {
        let flows = |track: &Track| track.quiet_for(now_ms).is_some_and(|quiet| quiet < FLOWS_MS);
        let waits_for = [flows(&self.audio), flows(&self.video)];
        while let Some(cluster) = self.clusters.cut(now_ms, waits_for, all) {
            self.outputs.push_back(Output::Cluster(cluster));
        }
    }

    fn drain(&mut self, now_ms: u64) {
        while let Some(item) = self.audio.order.pop(now_ms) {
            match item {
                Item::Packet(arrived) if arrived.packet.payload.is_empty() => {} // padding
                Item::Packet(arrived) => self.sound(arrived),
                Item::Lost(count) => self.audio_lost = self.audio_lost.saturating_add(count),
            }
        }
        while let Some(item) = self.video.order.pop(now_ms) {
            match item {
                Item::Packet(arrived) if arrived.packet.payload.is_empty() => {}
                Item::Packet(arrived) => self.picture(&arrived),
                Item::Lost(_) => self.need_key |= self.frames.lost() == Progress::Broken,
            }
        }
    }

    fn sound(&mut self, Arrived { at_ms: arrived, resent, packet }: Arrived) {
        let at_ms = self.timeline.place(Kind::Audio, packet.timestamp, arrived, resent);
        if at_ms + AUDIO_PAUSE_MS < self.clusters.floor_ms() {
            self.audio_lost += 1; // its place has long been written
            return;
        }
        let lost = std::mem::take(&mut self.audio_lost);
        if at_ms < self.resumed_ms {
            return; // it was sent during the pause
        }
        if !self.ends_silence(Kind::Audio, at_ms)
            && self.audio.silence.is_none()
            && let Some(from_ms) = self.audio.last_ms.map(|last| last.max(self.audio.told_ms))
        {
            let hole = at_ms.saturating_sub(from_ms);
            if lost > 0 {
                let cause = self.loss();
                let missing_ms = hole - hole / (lost + 1); // the last one that came was whole
                self.audio.missing.add(from_ms, at_ms, cause, missing_ms);
            } else if hole >= AUDIO_PAUSE_MS {
                self.missed(Kind::Audio, from_ms, at_ms, GapCause::AudioSilent);
            }
        }
        if !self.muted {
            let turn = self.digital_silence.hear(&packet.payload, at_ms);
            self.tell_lifeless(Kind::Audio, turn);
        }
        self.block(Block { kind: Kind::Audio, at_ms, key: true, data: packet.payload });
    }

    fn picture(&mut self, Arrived { at_ms: arrived, resent, packet }: &Arrived) {
        self.began_video = true;
        let frame = match self.frames.push(&packet.payload, packet.timestamp, packet.marker) {
            Progress::Wait => return,
            Progress::Broken => {
                self.need_key = true;
                return;
            }
            Progress::Frame(frame) => frame,
        };
        let at_ms = self.timeline.place(Kind::Video, frame.timestamp, *arrived, *resent);
        if (self.need_key && !frame.key) || at_ms < self.resumed_ms {
            self.waited_from_ms.get_or_insert(at_ms);
            self.clusters.pass(Kind::Video, at_ms); // not kept, but the next keyframe is later than this
            return;
        }
        let froze = frame.key && std::mem::take(&mut self.need_key);
        let after_pause = froze && std::mem::take(&mut self.key_after_pause);
        if frame.key {
            self.key_at = *arrived;
        }
        if !self.ends_silence(Kind::Video, at_ms)
            && self.video.silence.is_none_or(|silence| at_ms < silence.from_ms)
            && let Some(from_ms) = self.picture_since()
        {
            if froze {
                let cause = self.freeze(after_pause);
                self.missed(Kind::Video, from_ms, at_ms, cause);
            } else if at_ms.saturating_sub(from_ms) >= VIDEO_PAUSE_MS {
                self.missed(Kind::Video, from_ms, at_ms, GapCause::VideoSilent);
            }
        }
        if !self.camera_off {
            let still = self.still_picture.as_mut();
            let turn = still.and_then(|still| still.see(frame.data.len(), frame.key, at_ms));
            self.tell_lifeless(Kind::Video, turn);
        }
        self.block(Block { kind: Kind::Video, at_ms, key: frame.key, data: frame.data });
    }

    fn block(&mut self, block: Block) {
        let (kind, at_ms) = (block.kind, block.at_ms);
        let track = self.track(kind);
        track.last_ms = track.last_ms.max(Some(at_ms));
        track.missing.settle(at_ms);
        self.tell_missing(kind);
        self.clusters.add(block);
    }

    /// Whose fault a loss is.
    pub(super) fn loss(&mut self) -> GapCause {
        if std::mem::take(&mut self.overflowed) { GapCause::Disk } else { GapCause::Loss }
    }

    /// Since when there is a picture, or one should be.
    pub(super) fn picture_since(&self) -> Option<u64> {
        self.video.last_ms.or(self.waited_from_ms).map(|since| since.max(self.video.told_ms))
    }

    /// Pictures stood still, and from here on none come at all, which is told by itself.
    pub(super) fn end_freeze(&mut self, at_ms: u64) {
        let from_ms = self.picture_since();
        if let Some(from_ms) = from_ms.filter(|from_ms| self.need_key && *from_ms < at_ms) {
            let after_pause = std::mem::take(&mut self.key_after_pause);
            let cause = self.freeze(after_pause);
            self.missed(Kind::Video, from_ms, at_ms, cause);
            self.video.told_ms = at_ms;
        }
    }

    /// Why there was no picture until a keyframe came.
    fn freeze(&mut self, after_pause: bool) -> GapCause {
        if after_pause { GapCause::Paused } else { self.loss() }
    }

    /// What comes now is none, or is not looked at.
    pub(super) fn end_lifeless(&mut self, kind: Kind, at_ms: u64) {
        let turn = match kind {
            Kind::Audio => self.digital_silence.end(at_ms),
            Kind::Video => self.still_picture.as_mut().and_then(|still| still.end(at_ms)),
        };
        self.tell_lifeless(kind, turn);
    }

    fn tell_lifeless(&mut self, kind: Kind, turn: Option<Turn>) {
        let (cause, medium) = match kind {
            Kind::Audio => (GapCause::DigitalSilence, Medium::Audio),
            Kind::Video => (GapCause::StillPicture, Medium::Video),
        };
        self.outputs.extend(turn.map(|turn| match turn {
            Turn::Began(from_ms) => Output::GapBegan { from_ms, cause, medium },
            Turn::Over(from_ms, to_ms) => Output::Gap(Gap::new(medium, cause, from_ms, to_ms)),
        }));
    }

    /// A stretch of one medium is missing as a whole.
    pub(super) fn missed(&mut self, kind: Kind, from_ms: u64, to_ms: u64, cause: GapCause) {
        self.track(kind).missing.add(from_ms, to_ms, cause, to_ms.saturating_sub(from_ms));
        self.tell_missing(kind);
    }

    pub(super) fn tell_missing(&mut self, kind: Kind) {
        while let Some(gap) = self.track(kind).missing.next() {
            self.outputs.push_back(Output::Gap(gap));
        }
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
