//! From packets to clusters: order, frames, times, losses. Pure: time comes in with the packets.

use super::clusters::{Block, Cluster, Clusters};
use super::index::GapCause;
use super::reorder::{Item, Reorder};
use super::timeline::Timeline;
use super::vp8::{Depacketiser, Step};
use crate::video::engine::packet::Kind;
use bytes::Bytes;
use std::collections::VecDeque;

/// How long a missing packet is waited for: a round trip or two of asking again.
const HOLD_MS: u64 = 400;
const HELD_PACKETS: usize = 1024;
/// No media at all for this long is a gap of its own.
const SILENCE_MS: u64 = 2000;
/// Missing sound shorter than this is not worth a line: Opus conceals it.
const AUDIO_GAP_MS: u64 = 200;
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
    Gap { from_ms: u64, to_ms: u64, cause: GapCause },
    AskKeyframe,
}

/// The state of one recording in memory.
#[derive(Debug)]
pub struct Assembler {
    audio: Reorder<(u64, Packet)>,
    video: Reorder<(u64, Packet)>,
    frames: Depacketiser,
    timeline: Timeline,
    clusters: Clusters,
    outputs: VecDeque<Output>,
    /// Until a keyframe comes, no picture can be decoded rightly.
    need_key: bool,
    /// Packets were thrown away here because writing was too slow.
    overflowed: bool,
    audio_lost: bool,
    last_audio_ms: Option<u64>,
    last_video_ms: Option<u64>,
    newest_ms: u64,
    /// The media time at which a silence began, and the arrival that ended it.
    silence: Option<(u64, u64)>,
    /// The end of the last silence; what was missing before has been told.
    told_until: u64,
    media_at: u64,
    video_at: Option<u64>,
    key_at: u64,
    asked_at: Option<u64>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self {
            audio: Reorder::new(HOLD_MS, HELD_PACKETS),
            video: Reorder::new(HOLD_MS, HELD_PACKETS),
            frames: Depacketiser::default(),
            timeline: Timeline::default(),
            clusters: Clusters::default(),
            outputs: VecDeque::new(),
            need_key: true,
            overflowed: false,
            audio_lost: false,
            last_audio_ms: None,
            last_video_ms: None,
            newest_ms: 0,
            silence: None,
            told_until: 0,
            media_at: 0,
            video_at: None,
            key_at: 0,
            asked_at: None,
        }
    }
}

impl Assembler {
    /// Takes a packet that arrived at `at_ms` of the recording.
    pub fn packet(&mut self, kind: Kind, packet: Packet, at_ms: u64) {
        if at_ms.saturating_sub(self.media_at) > SILENCE_MS {
            self.drain(u64::MAX);
            self.silence = Some((self.newest_ms, at_ms));
        }
        self.media_at = self.media_at.max(at_ms);
        match kind {
            Kind::Audio => self.audio.push(packet.seq, at_ms, (at_ms, packet)),
            Kind::Video => {
                self.video_at = Some(at_ms);
                self.video.push(packet.seq, at_ms, (at_ms, packet));
            }
        }
        self.tick(at_ms);
    }

    /// A sender report of the publisher.
    pub fn report(&mut self, kind: Kind, ntp: u64, timestamp: u32) {
        self.timeline.report(kind, ntp, timestamp);
    }

    /// Packets were dropped before they came here: the next loss is ours, not the network's.
    pub fn overflowed(&mut self) {
        self.overflowed = true;
    }

    /// Does what is due at `now_ms`.
    pub fn tick(&mut self, now_ms: u64) {
        self.drain(now_ms);
        while let Some(cluster) = self.clusters.cut(now_ms, false) {
            self.outputs.push_back(Output::Cluster(cluster));
        }
        let video_flows = self.video_at.is_some_and(|at| now_ms.saturating_sub(at) < ASK_EVERY_MS);
        let wanted = self.need_key || now_ms.saturating_sub(self.key_at) >= KEYFRAME_AFTER_MS;
        let lately = self.asked_at.is_some_and(|at| now_ms.saturating_sub(at) < ASK_EVERY_MS);
        if video_flows && wanted && !lately {
            self.asked_at = Some(now_ms);
            self.outputs.push_back(Output::AskKeyframe);
        }
    }

    /// Gives out everything that is left.
    pub fn finish(&mut self, now_ms: u64) {
        self.drain(u64::MAX);
        while let Some(cluster) = self.clusters.cut(now_ms, true) {
            self.outputs.push_back(Output::Cluster(cluster));
        }
        if let (true, Some(from_ms)) = (self.need_key, self.last_video_ms)
            && self.newest_ms > from_ms
        {
            self.gap(from_ms, self.newest_ms);
        }
        if now_ms.saturating_sub(self.media_at) > SILENCE_MS {
            let (from_ms, to_ms) = (self.newest_ms, now_ms.max(self.newest_ms));
            self.outputs.push_back(Output::Gap { from_ms, to_ms, cause: GapCause::PublisherSilent });
        }
    }

    /// The next thing to do.
    pub fn output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// A cluster could not be written: what follows cannot be decoded without a keyframe.
    pub fn cluster_lost(&mut self) {
        self.need_key = true;
        self.overflowed = true;
    }

    fn drain(&mut self, now_ms: u64) {
        while let Some(item) = self.audio.pop(now_ms) {
            match item {
                Item::Packet((_, packet)) if packet.payload.is_empty() => {} // padding
                Item::Packet((at_ms, packet)) => self.sound(packet, at_ms),
                Item::Lost(_) => self.audio_lost = true,
            }
        }
        while let Some(item) = self.video.pop(now_ms) {
            match item {
                Item::Packet((_, packet)) if packet.payload.is_empty() => {}
                Item::Packet((at_ms, packet)) => {
                    self.need_key |= self.frames.misses_before(&packet.payload);
                    self.picture(&packet, at_ms);
                }
                Item::Lost(_) => self.frames.missing(),
            }
        }
    }

    fn sound(&mut self, packet: Packet, arrived: u64) {
        let at_ms = self.timeline.place(Kind::Audio, packet.timestamp, arrived);
        if std::mem::take(&mut self.audio_lost)
            && let Some(from_ms) = self.last_audio_ms
            && at_ms.saturating_sub(from_ms) >= AUDIO_GAP_MS
            && self.silence.is_none()
        {
            self.gap(from_ms, at_ms);
        }
        self.last_audio_ms = Some(at_ms);
        self.block(Block { kind: Kind::Audio, at_ms, key: true, data: packet.payload });
    }

    fn picture(&mut self, packet: &Packet, arrived: u64) {
        let frame = match self.frames.push(&packet.payload, packet.timestamp, packet.marker) {
            Step::Wait => return,
            Step::Broken => {
                self.need_key = true;
                return;
            }
            Step::Frame(frame) => frame,
        };
        let at_ms = self.timeline.place(Kind::Video, frame.timestamp, arrived);
        if self.need_key && !frame.key {
            return;
        }
        if frame.key {
            self.key_at = arrived;
            if std::mem::take(&mut self.need_key)
                && let Some(from_ms) = self.last_video_ms
                && self.silence.is_none()
            {
                self.gap(from_ms, at_ms);
            }
        }
        self.last_video_ms = Some(at_ms);
        self.block(Block { kind: Kind::Video, at_ms, key: frame.key, data: frame.data });
    }

    fn block(&mut self, block: Block) {
        if let Some((began, ended)) = self.silence {
            // What is asked for again after an outage of the network is older than the outage's
            // end: the gap begins only after it.
            let after = block.at_ms >= began + SILENCE_MS / 2;
            if after {
                let (from_ms, to_ms, cause) = (self.newest_ms, block.at_ms, GapCause::PublisherSilent);
                self.outputs.push_back(Output::Gap { from_ms, to_ms: to_ms.max(from_ms), cause });
                self.told_until = to_ms;
            }
            if after || self.media_at > ended + SILENCE_MS / 2 {
                self.silence = None;
            }
        }
        self.newest_ms = self.newest_ms.max(block.at_ms);
        self.clusters.add(block);
    }

    fn gap(&mut self, from_ms: u64, to_ms: u64) {
        let from_ms = from_ms.max(self.told_until.min(to_ms));
        let ours = std::mem::take(&mut self.overflowed);
        if to_ms <= from_ms {
            return; // told as part of a silence, or no longer than a frame
        }
        let cause = if ours { GapCause::Disk } else { GapCause::Loss };
        self.outputs.push_back(Output::Gap { from_ms, to_ms, cause });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
    const DELTA: [u8; 3] = [0x10, 0x11, 1];

    fn video(frame: u16, key: bool) -> Packet {
        let payload = if key { Bytes::from_static(&KEY) } else { Bytes::from_static(&DELTA) };
        Packet { seq: frame, timestamp: u32::from(frame) * 3000, marker: true, payload }
    }

    fn outputs(assembler: &mut Assembler) -> (Vec<Cluster>, Vec<(u64, u64, GapCause)>, usize) {
        let (mut clusters, mut gaps, mut asked) = (Vec::new(), Vec::new(), 0);
        while let Some(output) = assembler.output() {
            match output {
                Output::Cluster(cluster) => clusters.push(cluster),
                Output::Gap { from_ms, to_ms, cause } => gaps.push((from_ms, to_ms, cause)),
                Output::AskKeyframe => asked += 1,
            }
        }
        (clusters, gaps, asked)
    }

    #[test]
    fn a_loss_freezes_the_picture_until_a_keyframe() {
        let mut assembler = Assembler::default();
        for frame in (0..90).filter(|frame| *frame != 30) {
            let at = u64::from(frame) * 100 / 3;
            assembler.packet(Kind::Video, video(frame, frame == 0 || frame == 60), at);
        }
        assembler.finish(3000);
        let (clusters, gaps, asked) = outputs(&mut assembler);
        assert_eq!(gaps, [(966, 2000, GapCause::Loss)]);
        assert!(asked >= 1);
        assert!(
            clusters.iter().all(|cluster| cluster.contents.key_ms.is_none_or(|at| at == 0 || at == 2000))
        );
    }

    #[test]
    fn keyframes_are_asked_for_before_ten_seconds() {
        let mut assembler = Assembler::default();
        for frame in 0..300 {
            assembler.packet(Kind::Video, video(frame, frame == 0), u64::from(frame) * 100 / 3);
        }
        let (_, gaps, asked) = outputs(&mut assembler);
        assert_eq!((gaps.len(), asked), (0, 2)); // at 8 s and, unanswered, at 9 s
    }

    #[test]
    fn silence_is_a_gap_of_its_own() {
        let mut assembler = Assembler::default();
        for (index, at) in [0u64, 20, 40, 5000, 5020].into_iter().enumerate() {
            let payload = Bytes::from_static(b"sound");
            let packet = Packet { seq: index as u16, timestamp: at as u32 * 48, marker: false, payload };
            assembler.packet(Kind::Audio, packet, at);
        }
        assembler.finish(9000);
        let (clusters, gaps, _) = outputs(&mut assembler);
        assert_eq!(gaps, [(40, 5000, GapCause::PublisherSilent), (5020, 9000, GapCause::PublisherSilent)]);
        assert_eq!(clusters.len(), 2);
    }

    #[test]
    fn what_is_sent_again_after_an_outage_is_not_its_end() {
        let mut assembler = Assembler::default();
        // Packets 3 and 4 were sent before the outage and come after it; 5 to 249 never come.
        for (seq, arrived) in [(0u16, 0u64), (1, 20), (2, 40), (250, 5000), (3, 5060), (4, 5060), (251, 5500)]
        {
            let payload = Bytes::from_static(b"sound");
            let packet = Packet { seq, timestamp: u32::from(seq) * 960, marker: false, payload };
            assembler.packet(Kind::Audio, packet, arrived);
        }
        assembler.finish(5500);
        let (_, gaps, _) = outputs(&mut assembler);
        assert_eq!(gaps, [(80, 5000, GapCause::PublisherSilent)]);
    }

    #[test]
    fn what_we_dropped_ourselves_is_not_blamed_on_the_network() {
        let mut assembler = Assembler::default();
        assembler.packet(Kind::Video, video(0, true), 0);
        assembler.overflowed();
        assembler.packet(Kind::Video, video(20, true), 660);
        assembler.tick(1100);
        let (_, gaps, _) = outputs(&mut assembler);
        assert_eq!(gaps, [(0, 666, GapCause::Disk)]);
    }

    proptest! {
        #[test]
        fn any_packets_give_clusters_in_order(packets in proptest::collection::vec(
            (any::<bool>(), 0u16..60, any::<u32>(), any::<bool>(), 0u64..700,
             proptest::collection::vec(any::<u8>(), 0..16)), 1..120)) {
            let (mut assembler, mut now) = (Assembler::default(), 0);
            for (is_video, seq, timestamp, marker, wait, payload) in packets {
                now += wait;
                let kind = if is_video { Kind::Video } else { Kind::Audio };
                let packet = Packet { seq, timestamp, marker, payload: payload.into() };
                assembler.packet(kind, packet, now);
            }
            assembler.finish(now);
            let (clusters, _, _) = outputs(&mut assembler);
            let mut before = 0;
            for cluster in clusters {
                prop_assert!(cluster.contents.start_ms >= before);
                before = cluster.contents.end_ms;
            }
        }
    }
}
