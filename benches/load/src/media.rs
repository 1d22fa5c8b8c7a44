//! What is sent: frames in the shape of VP8 at a bitrate, and sound in the shape of Opus, each packet with a stamp by which
//! its receiver knows who sent it, as which one and when.

use std::time::Instant;
use str0m::media::{Mid, Pt};

/// Marks the stamp at the end of a payload.
const MAGIC: [u8; 4] = [0x5f, 0xa1, 0x0a, 0xde];
/// The magic, who, which one, and when (nanoseconds since the load began).
const STAMP: usize = 4 + 4 + 4 + 8;
/// Bytes of a frame in one packet, so that the datagram stays below what every path takes.
const IN_A_PACKET: usize = 1100;
/// Of a 20 ms packet of sound at 32 kbit/s.
const SOUND: usize = 80;
/// A keyframe is so many times as large as another.
const KEYFRAME: usize = 4;
/// Of a VP8 keyframe of 640 × 360.
const KEYFRAME_HEAD: [u8; 10] = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01];

/// The rates of a camera.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub kilobits: usize,
    pub frames: u32,
}

/// Where a kind of media goes on a connection, and how far it is.
#[derive(Debug)]
pub struct Outgoing {
    pub mid: Mid,
    pub payload_type: Pt,
    pub number: u64,
    pub timestamp: u32,
}

/// Which of the two somebody sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    Video,
    Sound,
}

/// What a packet says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub sender: u32,
    pub sent: Sent,
    pub number: u32,
    /// Nanoseconds since the load began.
    pub at: u64,
}

impl Stamp {
    fn write(self, into: &mut [u8]) {
        let kind = u32::from(self.sent == Sent::Sound) << 31;
        let at = into.len() - STAMP;
        into[at..at + 4].copy_from_slice(&MAGIC);
        into[at + 4..at + 8].copy_from_slice(&(self.sender | kind).to_be_bytes());
        into[at + 8..at + 12].copy_from_slice(&self.number.to_be_bytes());
        into[at + 12..].copy_from_slice(&self.at.to_be_bytes());
    }

    /// Reads the stamp of a payload, if it has one.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let stamp = payload.last_chunk::<STAMP>()?;
        let (magic, rest) = stamp.split_first_chunk::<4>()?;
        let (sender, rest) = rest.split_first_chunk::<4>()?;
        let (number, at) = rest.split_first_chunk::<4>()?;
        if *magic != MAGIC {
            return None;
        }
        let sender = u32::from_be_bytes(*sender);
        Some(Self {
            sender: sender & 0x7fff_ffff,
            sent: if sender >> 31 == 1 { Sent::Sound } else { Sent::Video },
            number: u32::from_be_bytes(*number),
            at: u64::from_be_bytes(*at.first_chunk()?),
        })
    }
}

/// Nanoseconds from the beginning of the load to now.
pub fn since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// A packet of sound.
pub fn sound(sender: u32, number: u64, at: u64) -> Vec<u8> {
    let mut payload = vec![0x78; SOUND];
    #[expect(clippy::cast_possible_truncation, reason = "counters of packets are compared modulo 2³²")]
    Stamp { sender, sent: Sent::Sound, number: number as u32, at }.write(&mut payload);
    payload
}

/// The packets of a frame of video, each with its descriptor (RFC 7741: start, 15 bits of picture id) and stamp.
pub fn frame(sender: u32, rates: Rates, picture: u16, key: bool, first: u64, at: u64) -> Vec<Vec<u8>> {
    let size = rates.kilobits * 1000 / 8 / rates.frames as usize * if key { KEYFRAME } else { 1 };
    let mut body = vec![0xa5; size.max(KEYFRAME_HEAD.len())];
    if key {
        body[..KEYFRAME_HEAD.len()].copy_from_slice(&KEYFRAME_HEAD);
    } else {
        body[0] = 0x11;
    }
    let [high, low] = picture.to_be_bytes();
    let packets = body.chunks(IN_A_PACKET).zip(0_u64..).map(|(part, index)| {
        let start = if index == 0 { 0x90 } else { 0x80 };
        let mut payload = vec![start, 0x80, 0x80 | high, low];
        payload.extend_from_slice(part);
        payload.extend_from_slice(&[0; STAMP]);
        #[expect(clippy::cast_possible_truncation, reason = "counters of packets are compared modulo 2³²")]
        Stamp { sender, sent: Sent::Video, number: (first + index) as u32, at }.write(&mut payload);
        payload
    });
    packets.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_as_it_was_written() {
        let rates = Rates { kilobits: 1200, frames: 30 };
        let packets = frame(7, rates, 0x1234, false, 40, 99);
        assert_eq!(packets.len(), 5);
        for (packet, number) in packets.iter().zip(40..) {
            let stamp = Stamp { sender: 7, sent: Sent::Video, number, at: 99 };
            assert_eq!(Stamp::read(packet), Some(stamp));
            assert_eq!(&packet[1..4], [0x80, 0x92, 0x34]);
        }
        let heard = Stamp { sender: 7, sent: Sent::Sound, number: 3, at: 5 };
        assert_eq!(Stamp::read(&sound(7, 3, 5)), Some(heard));
        assert_eq!(Stamp::read(&[0; 100]), None);
        assert_eq!(Stamp::read(&[1]), None);
    }
}
