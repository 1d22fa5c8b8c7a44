//! The bytes of a WebM with VP8 and Opus. Pure: no file, no clock.
//!
//! The header has the same length whatever is in it, so it is written anew as a whole when size,
//! tracks, duration and cues are known. A track that turned out empty becomes a Void.

use crate::video::engine::recording::ebml;

/// Track numbers, also in cues.
pub const VIDEO_TRACK: u8 = 1;
pub const AUDIO_TRACK: u8 = 2;

/// Shown until the first keyframe says better.
const DEFAULT_SIZE: (u16, u16) = (640, 480);
const KEY: u8 = 0x80;

/// What is known about a recording when its header is written.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Header {
    /// Picture size; `None` when there is no picture yet.
    pub size: Option<(u16, u16)>,
    /// Set at the end: tracks without a block are left out.
    pub closing: Option<Closing>,
}

/// What is known only at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Closing {
    pub video: bool,
    pub audio: bool,
    pub duration_ms: u64,
    /// Where the cues begin, and the length of the whole file.
    pub cues_at: u64,
    pub file_length: u64,
}

/// A point to seek to: time, track and the file offset of its cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    pub at_ms: u64,
    pub track: u8,
    pub offset: u64,
}

/// Where the body of the segment starts: positions inside a WebM count from here.
pub fn segment_start() -> u64 {
    (preamble().len() + ebml::WIDE_HEAD) as u64
}

fn preamble() -> Vec<u8> {
    let mut body = Vec::new();
    ebml::unsigned(&mut body, 0x4286, 1); // EBMLVersion
    ebml::unsigned(&mut body, 0x42F7, 1); // EBMLReadVersion
    ebml::unsigned(&mut body, 0x42F2, 4); // EBMLMaxIDLength
    ebml::unsigned(&mut body, 0x42F3, 8); // EBMLMaxSizeLength
    ebml::element(&mut body, 0x4282, b"webm"); // DocType
    ebml::unsigned(&mut body, 0x4287, 4); // DocTypeVersion
    ebml::unsigned(&mut body, 0x4285, 2); // DocTypeReadVersion
    let mut out = Vec::new();
    ebml::element(&mut out, ebml::EBML, &body);
    out
}

/// Appends `made`, or as many bytes of Void.
fn or_void(out: &mut Vec<u8>, keep: bool, made: &[u8]) {
    match keep {
        true => out.extend_from_slice(made),
        false => ebml::void(out, made.len()),
    }
}

/// Everything before the first cluster.
pub fn header(header: &Header) -> Vec<u8> {
    let start = segment_start();
    let closing = header.closing;
    let mut out = preamble();
    ebml::id(&mut out, ebml::SEGMENT);
    match closing {
        Some(closing) => ebml::wide_length(&mut out, closing.file_length.saturating_sub(start)),
        None => out.extend_from_slice(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), // grows
    }

    let mut seek = Vec::new();
    ebml::element(&mut seek, 0x53AB, &ebml::CUES.to_be_bytes()); // SeekID
    let cues_at = closing.map_or(0, |closing| closing.cues_at.saturating_sub(start));
    ebml::element(&mut seek, 0x53AC, &cues_at.to_be_bytes()); // SeekPosition
    let (mut entry, mut seek_head) = (Vec::new(), Vec::new());
    ebml::element(&mut entry, 0x4DBB, &seek); // Seek
    ebml::element(&mut seek_head, ebml::SEEK_HEAD, &entry);
    or_void(&mut out, closing.is_some(), &seek_head);

    let (mut info, mut duration) = (Vec::new(), Vec::new());
    ebml::unsigned(&mut info, 0x2A_D7B1, 1_000_000); // TimestampScale: milliseconds
    ebml::element(&mut info, 0x4D80, b"mianqia"); // MuxingApp
    ebml::element(&mut info, 0x5741, b"mianqia"); // WritingApp
    ebml::float(&mut duration, 0x4489, closing.map_or(0.0, |closing| closing.duration_ms as f64));
    or_void(&mut info, closing.is_some(), &duration);
    ebml::element(&mut out, ebml::INFO, &info);

    let mut tracks = Vec::new();
    let video = video_track(header.size.unwrap_or(DEFAULT_SIZE));
    or_void(&mut tracks, closing.is_none_or(|closing| closing.video), &video);
    or_void(&mut tracks, closing.is_none_or(|closing| closing.audio), &audio_track());
    ebml::element(&mut out, ebml::TRACKS, &tracks);
    out
}

fn video_track((width, height): (u16, u16)) -> Vec<u8> {
    let (mut entry, mut video) = (Vec::new(), Vec::new());
    track_start(&mut entry, VIDEO_TRACK, 1, b"V_VP8");
    // Two bytes each, also for small pictures: the header keeps its length.
    ebml::element(&mut video, 0xB0, &width.to_be_bytes());
    ebml::element(&mut video, 0xBA, &height.to_be_bytes());
    ebml::element(&mut entry, 0xE0, &video);
    let mut out = Vec::new();
    ebml::element(&mut out, 0xAE, &entry);
    out
}

fn audio_track() -> Vec<u8> {
    let (mut entry, mut audio) = (Vec::new(), Vec::new());
    track_start(&mut entry, AUDIO_TRACK, 2, b"A_OPUS");
    // RFC 7845: version 1, 2 channels, no pre-skip (live capture), 48 kHz, no gain, mapping 0.
    let mut head = b"OpusHead\x01\x02\x00\x00".to_vec();
    head.extend_from_slice(&48_000u32.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    ebml::element(&mut entry, 0x63A2, &head); // CodecPrivate
    ebml::unsigned(&mut entry, 0x56BB, 80_000_000); // SeekPreRoll
    ebml::float(&mut audio, 0xB5, 48_000.0);
    ebml::unsigned(&mut audio, 0x9F, 2); // Channels
    ebml::element(&mut entry, 0xE1, &audio);
    let mut out = Vec::new();
    ebml::element(&mut out, 0xAE, &entry);
    out
}

fn track_start(entry: &mut Vec<u8>, number: u8, kind: u64, codec: &[u8]) {
    ebml::unsigned(entry, 0xD7, u64::from(number));
    ebml::unsigned(entry, 0x73C5, u64::from(number)); // TrackUID
    ebml::unsigned(entry, 0x83, kind);
    ebml::unsigned(entry, 0x9C, 0); // FlagLacing
    ebml::element(entry, 0x86, codec);
}

/// Track, time and flags of a block, before its data.
const BLOCK_HEAD: usize = 4;
/// The same with id and length of the element, at most.
const MOST_OF_BLOCK_HEAD: usize = BLOCK_HEAD + 1 + 8;

/// One cluster. `blocks` are (track, time, keyframe, data), in time order, all less than 32 s
/// after the first. Written once, into one buffer: of a session of six some 1 MB comes each second.
pub fn cluster<'a>(
    start_ms: u64,
    blocks: impl Iterator<Item = (u8, u64, bool, &'a [u8])> + Clone,
) -> Vec<u8> {
    let room: usize = blocks.clone().map(|(_, _, _, data)| MOST_OF_BLOCK_HEAD + data.len()).sum();
    let mut out = Vec::with_capacity(room + ebml::WIDE_HEAD + MOST_OF_BLOCK_HEAD);
    ebml::id(&mut out, ebml::CLUSTER);
    let length_at = out.len();
    ebml::wide_length(&mut out, 0);
    let body_at = out.len();
    ebml::unsigned(&mut out, ebml::TIMESTAMP, start_ms);
    for (track, at_ms, key, data) in blocks {
        let after = i16::try_from(at_ms.saturating_sub(start_ms)).unwrap_or(i16::MAX);
        ebml::begin(&mut out, ebml::SIMPLE_BLOCK, (BLOCK_HEAD + data.len()) as u64);
        out.push(0x80 | track);
        out.extend_from_slice(&after.to_be_bytes());
        out.push(if key { KEY } else { 0 });
        out.extend_from_slice(data);
    }
    let mut length = Vec::with_capacity(ebml::WIDE_HEAD);
    ebml::wide_length(&mut length, (out.len() - body_at) as u64);
    out[length_at..body_at].copy_from_slice(&length);
    out
}

/// The cues.
pub fn cues(cues: &[Cue]) -> Vec<u8> {
    let (mut body, start) = (Vec::new(), segment_start());
    for cue in cues {
        let (mut point, mut position) = (Vec::new(), Vec::new());
        ebml::unsigned(&mut point, 0xB3, cue.at_ms); // CueTime
        ebml::unsigned(&mut position, 0xF7, u64::from(cue.track)); // CueTrack
        ebml::unsigned(&mut position, 0xF1, cue.offset.saturating_sub(start)); // CueClusterPosition
        ebml::element(&mut point, 0xB7, &position);
        ebml::element(&mut body, 0xBB, &point);
    }
    let mut out = Vec::with_capacity(body.len() + ebml::WIDE_HEAD);
    ebml::id(&mut out, ebml::CUES);
    ebml::wide_length(&mut out, body.len() as u64);
    out.extend_from_slice(&body);
    out
}

/// What a cluster holds, as far as the header and the cues depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub start_ms: u64,
    /// The time of its last block.
    pub end_ms: u64,
    pub video: bool,
    pub audio: bool,
    /// The time of the first keyframe.
    pub key_ms: Option<u64>,
    /// The largest picture among its keyframes.
    pub size: Option<(u16, u16)>,
}

/// Reads a whole cluster; `None` if it is not exactly one, block by block.
pub fn contents(bytes: &[u8]) -> Option<Contents> {
    let head = ebml::head(bytes).filter(|head| head.id == ebml::CLUSTER)?;
    let body = bytes.get(head.size..)?;
    if head.length != Some(body.len() as u64) {
        return None;
    }
    let (mut found, mut read, mut timed) = (Contents::default(), 0, false);
    for (id, child) in ebml::children(body) {
        read += ebml::head(&body[read..])?.size + child.len();
        match id {
            ebml::TIMESTAMP => {
                found.start_ms = ebml::read_unsigned(child);
                found.end_ms = found.start_ms;
                timed = true;
            }
            ebml::SIMPLE_BLOCK => {
                let (&[track, high, low, flags], data) = child.split_first_chunk::<4>()?;
                let after = i64::from(i16::from_be_bytes([high, low]));
                let at_ms = found.start_ms.checked_add_signed(after)?;
                found.end_ms = found.end_ms.max(at_ms);
                match track & 0x7F {
                    VIDEO_TRACK => found.video = true,
                    AUDIO_TRACK => found.audio = true,
                    _ => return None,
                }
                if track & 0x7F == VIDEO_TRACK && flags & KEY != 0 {
                    found.key_ms = found.key_ms.or(Some(at_ms));
                    found.size = crate::video::engine::recording::vp8::largest(
                        found.size,
                        crate::video::engine::recording::vp8::size(data),
                    );
                }
            }
            _ => {}
        }
    }
    (timed && read == body.len()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_keeps_its_length() {
        let growing = header(&Header::default());
        for (video, audio) in [(true, true), (true, false), (false, true), (false, false)] {
            let closing =
                Closing { video, audio, duration_ms: 9_999_999, cues_at: 1 << 40, file_length: 1 << 41 };
            let closed = header(&Header { size: Some((8, 4096)), closing: Some(closing) });
            assert_eq!(closed.len(), growing.len());
            let body = &closed[segment_start() as usize..];
            let ids: Vec<u32> = ebml::children(body).map(|(id, _)| id).collect();
            assert_eq!(ids, [ebml::SEEK_HEAD, ebml::INFO, ebml::TRACKS]);
            let tracks = ebml::children(body).find(|(id, _)| *id == ebml::TRACKS).unwrap().1;
            let entries = ebml::children(tracks).filter(|(id, _)| *id == 0xAE).count();
            assert_eq!(entries, usize::from(video) + usize::from(audio));
        }
    }

    #[test]
    fn a_cluster_is_read_back() {
        let key = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
        let blocks: [(u8, u64, bool, &[u8]); 3] =
            [(1, 5000, true, &key), (2, 5003, true, b"opus"), (1, 5033, false, &[1])];
        let bytes = cluster(5000, blocks.into_iter());
        let found = contents(&bytes).unwrap();
        let wanted = Contents {
            start_ms: 5000,
            end_ms: 5033,
            video: true,
            audio: true,
            key_ms: Some(5000),
            size: Some((64, 48)),
        };
        assert_eq!(found, wanted);
        for length in 0..bytes.len() {
            assert_eq!(contents(&bytes[..length]), None, "torn at {length}");
        }
    }
}
