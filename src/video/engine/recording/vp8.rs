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
pub enum Progress {
    /// More is needed.
    Wait,
    Frame(Frame),
    /// A frame cannot be completed: until the next keyframe nothing can be decoded rightly.
    Broken,
}

/// The number of a frame, and how many numbers there are.
type Picture = (u16, u16);

/// Collects the packets of one frame at a time. Packets must come in order.
#[derive(Debug, Default)]
pub struct Depacketiser {
    timestamp: Option<u32>,
    data: Vec<u8>,
    /// The frame that was begun last.
    picture: Option<Picture>,
    /// Packets between two whole frames did not come: perhaps nothing but padding.
    doubtful: bool,
}

impl Depacketiser {
    /// Takes the next packet.
    pub fn push(&mut self, payload: &[u8], timestamp: u32, marker: bool) -> Progress {
        let Some(Descriptor { first, picture, part }) = descriptor(payload) else {
            return self.broken();
        };
        if std::mem::take(&mut self.doubtful) {
            let follows = |(before, picture): (Picture, Picture)| (before.0 + 1) % before.1 == picture.0;
            if !(first && self.picture.zip(picture).is_some_and(follows)) {
                self.broken();
                // A frame that begins here is whole all the same, and so is a keyframe.
                let step = self.push(payload, timestamp, marker);
                return match &step {
                    Progress::Frame(frame) if frame.key => step,
                    _ => Progress::Broken,
                };
            }
        }
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
                        false => Progress::Broken,
                    };
                }
            }
            _ => return self.broken(),
        }
        self.take(part);
        if self.data.len() > MAX_FRAME {
            return self.broken();
        }
        if marker { self.finish(timestamp) } else { Progress::Wait }
    }

    /// Packets are missing. Between whole frames it may have been padding, which is sent to probe the network
    /// and cannot be sent again: the next frame's number tells.
    pub fn lost(&mut self) -> Progress {
        if self.timestamp.is_none() && self.picture.is_some() {
            self.doubtful = true;
            return Progress::Wait;
        }
        self.broken()
    }

    fn broken(&mut self) -> Progress {
        self.timestamp = None;
        self.data.clear();
        Progress::Broken
    }

    fn take(&mut self, part: &[u8]) {
        self.data.extend_from_slice(part);
    }

    fn finish(&mut self, timestamp: u32) -> Progress {
        self.timestamp = None;
        let data = Bytes::copy_from_slice(&self.data);
        self.data.clear();
        if data.is_empty() {
            return Progress::Broken;
        }
        Progress::Frame(Frame { timestamp, key: is_key(&data), data })
    }
}

/// What stands before the bytes of a frame in each packet.
#[derive(Debug, PartialEq, Eq)]
struct Descriptor<'a> {
    /// The packet begins a frame.
    first: bool,
    picture: Option<Picture>,
    part: &'a [u8],
}

fn descriptor(payload: &[u8]) -> Option<Descriptor<'_>> {
    let first = *payload.first()?;
    let (mut at, mut picture) = (1, None);
    if first & 0x80 != 0 {
        let extensions = *payload.get(at)?;
        at += 1;
        if extensions & 0x80 != 0 {
            let high = *payload.get(at)?; // PictureID, 7 or 15 bits
            if high & 0x80 != 0 {
                picture = Some((u16::from_be_bytes([high & 0x7F, *payload.get(at + 1)?]), 1 << 15));
                at += 2;
            } else {
                picture = Some((u16::from(high), 1 << 7));
                at += 1;
            }
        }
        at += usize::from(extensions & 0x40 != 0); // TL0PICIDX
        at += usize::from(extensions & 0x30 != 0); // TID, Y and KEYIDX share a byte
    }
    let (starts_partition, partition) = (first & 0x10 != 0, first & 0x07);
    Some(Descriptor { first: starts_partition && partition == 0, picture, part: payload.get(at..)? })
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
        let table: &[(&[u8], bool, Option<Picture>)] = &[
            (&[0x10], true, None),
            (&[0x00], false, None),
            (&[0x11], false, None), // a later partition
            (&[0x90, 0x80, 0x05], true, Some((5, 128))),
            (&[0x90, 0x80, 0x85, 0x01], true, Some((0x501, 32_768))),
            (&[0x90, 0xE0, 0x85, 0x01, 0x07, 0x20], true, Some((0x501, 32_768))),
            (&[0x90, 0x10, 0x03], true, None),
            (&[0x90, 0x30, 0x03], true, None),
        ];
        for (head, first, picture) in table {
            let packet = packet(head, b"body");
            let wanted = Descriptor { first: *first, picture: *picture, part: b"body" };
            assert_eq!(descriptor(&packet), Some(wanted), "{head:x?}");
        }
        assert_eq!(descriptor(&[]), None);
        assert_eq!(descriptor(&[0x90]), None);
        assert_eq!(descriptor(&[0x90, 0x80, 0x85]), None);
    }

    #[test]
    fn padding_that_was_lost_is_no_lost_picture() {
        let numbered = |number: u8, body: &[u8]| packet(&[0x90, 0x80, number], body);
        for (next, whole) in [(0, true), (1, false), (126, false)] {
            let mut frames = Depacketiser::default();
            assert!(matches!(frames.push(&numbered(127, &KEY), 1, true), Progress::Frame(_)));
            assert_eq!(frames.lost(), Progress::Wait);
            let step = frames.push(&numbered(next, &[1]), 2, true);
            assert_eq!(matches!(step, Progress::Frame(_)), whole, "{next}");
        }
        // In the middle of a frame, or without numbers, it may have been anything.
        let mut frames = Depacketiser::default();
        assert_eq!(frames.push(&numbered(1, &KEY), 1, false), Progress::Wait);
        assert_eq!(frames.lost(), Progress::Broken);
        assert!(matches!(frames.push(&packet(&[0x10], &KEY), 2, true), Progress::Frame(_)));
        assert_eq!(frames.lost(), Progress::Broken);
        // A keyframe is whole whatever came before it.
        assert!(matches!(frames.push(&numbered(1, &KEY), 3, true), Progress::Frame(_)));
        assert_eq!(frames.lost(), Progress::Wait);
        assert!(matches!(frames.push(&numbered(9, &KEY), 4, true), Progress::Frame(frame) if frame.key));
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
        assert_eq!(frames.push(&packet(&[0x10], &KEY), 1, false), Progress::Wait);
        let Progress::Frame(frame) = frames.push(&packet(&[0x00], b"end"), 1, true) else { panic!() };
        assert!(frame.key && frame.data.len() == 13);
        // The start of the next frame is missing.
        assert_eq!(frames.push(&packet(&[0x00], b"end"), 2, true), Progress::Broken);
        // Its end is missing, and the next one is a delta frame.
        assert_eq!(frames.push(&packet(&[0x10], &[1]), 3, false), Progress::Wait);
        assert_eq!(frames.push(&packet(&[0x10], &[1]), 4, true), Progress::Broken);
    }

    proptest! {
        #[test]
        fn garbage_is_never_a_panic(packets in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..20), 0u32..3, any::<bool>()), 0..20)) {
            let mut frames = Depacketiser::default();
            for (payload, timestamp, marker) in packets {
                if let Progress::Frame(frame) = frames.push(&payload, timestamp, marker) {
                    prop_assert!(!frame.data.is_empty());
                    let _ = size(&frame.data);
                }
            }
        }
    }
}
