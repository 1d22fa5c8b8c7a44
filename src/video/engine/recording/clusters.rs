//! Groups blocks of both tracks into clusters of at most a second. Pure.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::webm::{self, Contents};
use bytes::Bytes;

/// The longest cluster. The first one is short: what was said in a call's first second is on the disk before
/// that second is over.
const LENGTH_MS: u64 = 1000;
const FIRST_MS: u64 = 300;
/// How long a cluster waits for a track that is behind the other.
const WAIT_MS: u64 = 2500;
/// A cluster this large is closed at once, whatever its length.
const MAX_BYTES: usize = 8 << 20;

/// One frame of either track.
#[derive(Clone, Debug)]
pub struct Block {
    pub kind: Kind,
    pub at_ms: u64,
    pub key: bool,
    pub data: Bytes,
}

/// A finished cluster.
#[derive(Debug)]
pub struct Cluster {
    pub bytes: Vec<u8>,
    pub contents: Contents,
}

/// Blocks that are not in a cluster yet, in time order.
#[derive(Debug, Default)]
pub struct Clusters {
    pending: Vec<Block>,
    bytes: usize,
    /// The end of the last cluster: nothing may be earlier.
    floor_ms: u64,
    /// The earliest time of the next block of audio and of video: players want each track's times
    /// to grow.
    next_ms: [u64; 2],
    /// The first one was cut.
    cut_one: bool,
}

impl Clusters {
    /// Nothing can be put before this any more.
    pub fn floor_ms(&self) -> u64 {
        self.floor_ms
    }

    pub fn add(&mut self, mut block: Block) {
        let next_ms = &mut self.next_ms[usize::from(block.kind == Kind::Video)];
        block.at_ms = block.at_ms.max(self.floor_ms).max(*next_ms);
        *next_ms = block.at_ms + 1;
        self.bytes += block.data.len();
        // Video first at equal times, so that a cluster can begin with its keyframe.
        let rank = |block: &Block| (block.at_ms, block.kind == Kind::Audio);
        let place = self.pending.partition_point(|other| rank(other) <= rank(&block));
        self.pending.insert(place, block);
    }

    /// A frame of this track came and is not kept: what follows is later.
    pub fn pass(&mut self, kind: Kind, at_ms: u64) {
        let next_ms = &mut self.next_ms[usize::from(kind == Kind::Video)];
        *next_ms = (*next_ms).max(at_ms);
    }

    /// The next cluster that is complete at `now_ms`, or whatever is left when `all` is asked for: one is
    /// when nothing earlier than its end can come of the tracks (audio, video) that are waited for.
    /// Each keyframe begins a cluster: that is where a player can start.
    pub fn cut(&mut self, now_ms: u64, waits_for: [bool; 2], all: bool) -> Option<Cluster> {
        let start = self.pending.first()?.at_ms;
        let end = start + if self.cut_one { LENGTH_MS } else { FIRST_MS };
        let passed = |(waits, next_ms): (bool, u64)| !waits || next_ms > end;
        let whole = waits_for.into_iter().zip(self.next_ms).all(passed);
        if !all && !whole && self.bytes < MAX_BYTES && now_ms < end + WAIT_MS {
            return None;
        }
        self.cut_one = true;
        let begins_next = |(index, block): (usize, &Block)| {
            let key = block.key && block.kind == Kind::Video && index > 0;
            (key || block.at_ms >= end).then_some(index)
        };
        let count = self.pending.iter().enumerate().find_map(begins_next).unwrap_or(self.pending.len());
        let blocks: Vec<Block> = self.pending.drain(..count).collect();
        self.bytes -= blocks.iter().map(|block| block.data.len()).sum::<usize>();
        let mut contents = Contents { start_ms: start, end_ms: start, ..Contents::default() };
        for block in &blocks {
            contents.end_ms = block.at_ms;
            contents.audio |= block.kind == Kind::Audio;
            contents.video |= block.kind == Kind::Video;
            if block.kind == Kind::Video && block.key {
                contents.key_ms = contents.key_ms.or(Some(block.at_ms));
                contents.size = crate::video::engine::recording::vp8::largest(
                    contents.size,
                    crate::video::engine::recording::vp8::size(&block.data),
                );
            }
        }
        self.floor_ms = contents.end_ms;
        let track = |kind| if kind == Kind::Video { webm::VIDEO_TRACK } else { webm::AUDIO_TRACK };
        let parts = blocks.iter().map(|block| (track(block.kind), block.at_ms, block.key, &block.data[..]));
        Some(Cluster { bytes: webm::cluster(start, parts), contents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(kind: Kind, at_ms: u64, key: bool) -> Block {
        let data: &[u8] = if key { &[0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0] } else { &[1] };
        Block { kind, at_ms, key, data: Bytes::from_static(data) }
    }

    #[test]
    fn the_times_of_a_track_always_grow() {
        let mut clusters = Clusters::default();
        for at in [0, 0, 0, 500, 400] {
            clusters.add(block(Kind::Video, at, false));
        }
        let times: Vec<u64> = clusters.pending.iter().map(|block| block.at_ms).collect();
        assert_eq!(times, [0, 1, 2, 500, 501]);
    }

    #[test]
    fn a_keyframe_begins_a_cluster() {
        let mut clusters = Clusters::default();
        for at in (0..900).step_by(100) {
            clusters.add(block(Kind::Video, at, at == 0 || at == 500));
            clusters.add(block(Kind::Audio, at, true));
        }
        let starts: Vec<u64> = std::iter::from_fn(|| clusters.cut(1500, [true; 2], true))
            .map(|cluster| cluster.contents.start_ms)
            .collect();
        assert_eq!(starts, [0, 300, 500]);
    }

    #[test]
    fn a_cluster_waits_for_the_slower_track_but_not_for_ever_and_the_first_is_short() {
        let mut clusters = Clusters::default();
        for at in (0..2000).step_by(20) {
            clusters.add(block(Kind::Audio, at, true));
        }
        clusters.add(block(Kind::Video, 290, true));
        assert!(clusters.cut(2000, [true; 2], false).is_none(), "video may still come before 300");
        clusters.add(block(Kind::Video, 320, false));
        let first = clusters.cut(2000, [true; 2], false).unwrap().contents;
        assert_eq!((first.start_ms, first.end_ms), (0, 280));
        assert!(clusters.cut(2000, [true; 2], false).is_none());
        let second = clusters.cut(2000, [true, false], false).unwrap().contents;
        assert_eq!((second.start_ms, second.end_ms), (290, 1280), "the picture stopped");
        let third = clusters.cut(1300 + 1000 + 2500, [true; 2], false).unwrap().contents;
        assert_eq!((third.start_ms, third.end_ms), (1300, 1980));
    }

    proptest! {
        #[test]
        fn clusters_are_short_and_the_times_of_each_track_rise_through_them(
            times in proptest::collection::vec((0u64..8000, any::<bool>(), any::<bool>()), 1..200)
        ) {
            let (mut clusters, mut made) = (Clusters::default(), Vec::new());
            let mut now = 0;
            for (at, video, key) in &times {
                now = now.max(*at);
                clusters.add(block(if *video { Kind::Video } else { Kind::Audio }, *at, *video && *key));
                made.extend(std::iter::from_fn(|| clusters.cut(now, [true; 2], false)));
            }
            made.extend(std::iter::from_fn(|| clusters.cut(now, [true; 2], true)));
            let (mut before, mut blocks, mut last) = (0, 0, [None; 2]);
            for cluster in &made {
                prop_assert_eq!(webm::contents(&cluster.bytes), Some(cluster.contents));
                let found = cluster.contents;
                prop_assert!(found.start_ms >= before && found.end_ms < found.start_ms + 1000);
                before = found.end_ms;
                // Players and ffmpeg want the times of a track to rise strictly, also from cluster to cluster.
                let head = crate::video::engine::recording::ebml::head(&cluster.bytes).unwrap();
                for (id, child) in crate::video::engine::recording::ebml::children(&cluster.bytes[head.size..]) {
                    if id == crate::video::engine::recording::ebml::SIMPLE_BLOCK {
                        let after = u64::from(u16::from_be_bytes([child[1], child[2]]));
                        let last = &mut last[usize::from(child[0] & 0x7F == webm::VIDEO_TRACK)];
                        prop_assert!(*last < Some(found.start_ms + after));
                        *last = Some(found.start_ms + after);
                        blocks += 1;
                    }
                }
            }
            prop_assert_eq!(blocks, times.len());
        }
    }
}
