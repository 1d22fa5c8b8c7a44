//! VP8 over RTP (RFC 7741): frames out of packets, and what a keyframe says. Pure.

use bytes::Bytes;

/// More than any frame of a camera; an endless frame must not fill the memory.
const MAX_FRAME: usize = 4 << 20;

/// A picture size in pixels.
pub type Size = (u16, u16);

/// A whole frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub timestamp: u32,
    pub key: bool,
    pub data: Bytes,
}

/// What a packet led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// More is needed.
    Wait,
    Frame(Frame),
    /// A frame cannot be completed: until the next keyframe nothing can be decoded rightly.
    Broken,
}

/// Collects the packets of one frame at a time. Packets must come in order.
#[derive(Debug, Default)]
pub struct Depacketiser {
    timestamp: Option<u32>,
    data: Vec<u8>,
    /// The number of the frame in progress, or of the last whole one.
    picture: Option<Picture>,
    /// Packets are missing before the next one.
    missing: bool,
}

/// A PictureID, and the largest one before it begins anew.
type Picture = (u16, u16);

impl Depacketiser {
    /// Takes the next packet.
    pub fn push(&mut self, payload: &[u8], timestamp: u32, marker: bool) -> Step {
        let Some((first, picture, part)) = descriptor(payload) else {
            return self.lost();
        };
        if first {
            self.picture = picture;
        }
        let unfinished = self.timestamp.is_some();
        match self.timestamp {
            Some(current) if current == timestamp && !first => {}
            _ if first => {
                self.data.clear();
                self.timestamp = Some(timestamp);
                if unfinished {
                    // The former frame's end never came; this one is begun nevertheless.
                    self.take(part);
                    return match marker && is_key(&self.data) {
                        true => self.finish(timestamp),
                        false => Step::Broken,
                    };
                }
            }
            _ => return self.lost(),
        }
        self.take(part);
        if self.data.len() > MAX_FRAME {
            return self.lost();
        }
        if marker { self.finish(timestamp) } else { Step::Wait }
    }

    /// Packets are missing here. Whether one of a frame is, only the next packet tells.
    pub fn missing(&mut self) {
        self.missing = true;
    }

    /// Whether something of a frame was missing before this packet, which is pushed next. Between a whole
    /// frame and the one that follows it by number there was only padding, which a sender that tries out the
    /// network puts there, and does not repeat.
    pub fn misses_before(&mut self, payload: &[u8]) -> bool {
        if !std::mem::take(&mut self.missing) {
            return false;
        }
        let follows = self.timestamp.is_none()
            && match (descriptor(payload), self.picture) {
                (Some((true, Some((number, largest)), _)), Some((last, _))) => {
                    number == if last >= largest { 0 } else { last + 1 }
                }
                _ => false,
            };
        if !follows {
            self.lost();
        }
        !follows
    }

    /// Forgets the frame in progress: a packet is missing.
    pub fn lost(&mut self) -> Step {
        self.timestamp = None;
        self.picture = None;
        self.data.clear();
        Step::Broken
    }

    fn take(&mut self, part: &[u8]) {
        self.data.extend_from_slice(part);
    }

    fn finish(&mut self, timestamp: u32) -> Step {
        self.timestamp = None;
        let data = Bytes::copy_from_slice(&self.data);
        self.data.clear();
        if data.is_empty() {
            return Step::Broken;
        }
        Step::Frame(Frame { timestamp, key: is_key(&data), data })
    }
}

/// Splits the payload descriptor off: whether this packet begins a frame, the frame's number where it has
/// one, and its bytes.
fn descriptor(payload: &[u8]) -> Option<(bool, Option<Picture>, &[u8])> {
    let first = *payload.first()?;
    let (mut at, mut picture) = (1, None);
    if first & 0x80 != 0 {
        let extensions = *payload.get(at)?;
        at += 1;
        if extensions & 0x80 != 0 {
            let high = *payload.get(at)?;
            if high & 0x80 != 0 {
                picture = Some((u16::from_be_bytes([high & 0x7f, *payload.get(at + 1)?]), 0x7fff));
                at += 2;
            } else {
                picture = Some((u16::from(high), 0x7f));
                at += 1;
            }
        }
        at += usize::from(extensions & 0x40 != 0); // TL0PICIDX
        at += usize::from(extensions & 0x30 != 0); // TID, Y and KEYIDX share a byte
    }
    let starts_partition = first & 0x10 != 0;
    let partition = first & 0x07;
    Some((starts_partition && partition == 0, picture, payload.get(at..)?))
}

fn is_key(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| first & 1 == 0)
}

/// The picture size in a keyframe's header (RFC 6386, 9.1).
pub fn size(frame: &[u8]) -> Option<Size> {
    let header = frame.get(..10)?;
    if !is_key(frame) || header[3..6] != [0x9d, 0x01, 0x2a] {
        return None;
    }
    let side = |low: u8, high: u8| u16::from_le_bytes([low, high]) & 0x3FFF;
    let size = (side(header[6], header[7]), side(header[8], header[9]));
    (size.0 > 0 && size.1 > 0).then_some(size)
}

/// The larger of two sizes by area: what a player makes room for.
pub fn largest(one: Option<Size>, other: Option<Size>) -> Option<Size> {
    let area = |size: &Size| u32::from(size.0) * u32::from(size.1);
    one.into_iter().chain(other).max_by_key(area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 10] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x41];

    fn packet(head: &[u8], body: &[u8]) -> Vec<u8> {
        [head, body].concat()
    }

    #[test]
    fn descriptors_of_all_shapes_are_skipped() {
        let table: &[(&[u8], bool)] = &[
            (&[0x10], true),
            (&[0x00], false),
            (&[0x11], false), // a later partition
            (&[0x90, 0x80, 0x05], true),
            (&[0x90, 0x80, 0x85, 0x01], true),
            (&[0x90, 0xE0, 0x85, 0x01, 0x07, 0x20], true),
            (&[0x90, 0x10, 0x03], true),
            (&[0x90, 0x30, 0x03], true),
        ];
        for (head, begins) in table {
            let packet = packet(head, b"body");
            let (first, _, body) = descriptor(&packet).unwrap();
            assert_eq!((first, body), (*begins, &b"body"[..]), "{head:x?}");
        }
        assert_eq!(descriptor(&[]), None);
        assert_eq!(descriptor(&[0x90]), None);
        let number = |payload: &[u8]| descriptor(payload).unwrap().1;
        assert_eq!(number(&[0x90, 0x80, 0x05]), Some((5, 0x7f)));
        assert_eq!(number(&[0x90, 0x80, 0x85, 0x01]), Some((0x501, 0x7fff)));
        assert_eq!(number(&[0x90, 0x20, 0x05]), None);
    }

    #[test]
    fn only_what_lies_between_whole_frames_that_follow_each_other_is_padding() {
        let numbered = |number: u16| packet(&[0x90, 0x80, 0x80 | (number >> 8) as u8, number as u8], &[1]);
        for (last, next, misses) in [(7, 8, false), (7, 9, true), (7, 7, true), (0x7fff, 0, false)] {
            let mut frames = Depacketiser::default();
            assert!(matches!(frames.push(&numbered(last), 1, true), Step::Frame(_)));
            frames.missing();
            assert_eq!(frames.misses_before(&numbered(next)), misses, "{last} {next}");
            assert!(!frames.misses_before(&numbered(next)), "told once");
        }
        // Inside a frame, before the first one, and without numbers nobody knows.
        let mut frames = Depacketiser::default();
        frames.missing();
        assert!(frames.misses_before(&numbered(1)));
        assert_eq!(frames.push(&numbered(1), 1, false), Step::Wait);
        frames.missing();
        assert!(frames.misses_before(&numbered(2)));
        assert!(matches!(frames.push(&packet(&[0x10], &[1]), 3, true), Step::Frame(_)));
        frames.missing();
        assert!(frames.misses_before(&packet(&[0x10], &[1])));
    }

    #[test]
    fn a_keyframe_tells_its_size() {
        assert_eq!(size(&KEY), Some((640, 480)));
        assert_eq!(size(&KEY[..9]), None);
        assert_eq!(size(&[0x11, 0, 0, 0x9d, 0x01, 0x2a, 1, 0, 1, 0]), None);
        assert_eq!(largest(Some((2, 2)), Some((3, 1))), Some((2, 2)));
    }

    #[test]
    fn frames_are_put_together_and_losses_noticed() {
        let mut frames = Depacketiser::default();
        assert_eq!(frames.push(&packet(&[0x10], &KEY), 1, false), Step::Wait);
        let Step::Frame(frame) = frames.push(&packet(&[0x00], b"end"), 1, true) else { panic!() };
        assert!(frame.key && frame.data.len() == 13);
        // The start of the next frame is missing.
        assert_eq!(frames.push(&packet(&[0x00], b"end"), 2, true), Step::Broken);
        // Its end is missing, and the next one is a delta frame.
        assert_eq!(frames.push(&packet(&[0x10], &[1]), 3, false), Step::Wait);
        assert_eq!(frames.push(&packet(&[0x10], &[1]), 4, true), Step::Broken);
    }

    proptest! {
        #[test]
        fn garbage_is_never_a_panic(packets in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..20), 0u32..3, any::<bool>()), 0..20)) {
            let mut frames = Depacketiser::default();
            for (payload, timestamp, marker) in packets {
                if let Step::Frame(frame) = frames.push(&payload, timestamp, marker) {
                    prop_assert!(!frame.data.is_empty());
                    let _ = size(&frame.data);
                }
            }
        }
    }
}
