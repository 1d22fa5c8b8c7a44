//! Sound that brings the packet before it along (RED, RFC 2198). It is unwrapped where it comes in, so that
//! recordings and viewers see plain Opus, and a lost packet comes with the next one.
//!
//! A block of an earlier packet names no number, only how much earlier it is. It is taken for the packet right
//! before only if its own length ends where the next one begins: across a pause, or where the sender left
//! something out, nobody can tell its number, and it is not used.

use crate::video::engine::packet::MediaPacket;
use bytes::Bytes;

/// Browsers send one earlier block. More than these in a packet are no sound.
const MOST_BLOCKS: usize = 8;
/// So many lost packets are made of one that came: nobody gets much out of us for little.
const MOST_RECOVERED: usize = 3;
/// Opus packets are at most 120 ms long (RFC 6716, 3.2.5), in ticks of 48 kHz.
const LONGEST: u32 = 5760;
/// A number this far from the newest one belongs to a new count.
const RESTART: u16 = 3000;

/// The payload types that an offer gives to RED and to the Opus inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedTypes {
    pub red: u8,
    pub opus: u8,
}

/// An earlier block of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Earlier {
    payload_type: u8,
    /// Its timestamp is so much before that of the packet.
    offset: u32,
    data: Bytes,
}

/// Unwraps what one source sends.
pub struct Unwrap {
    types: RedTypes,
    seen: Seen,
}

impl Unwrap {
    pub fn new(types: RedTypes) -> Self {
        Self { types, seen: Seen::default() }
    }

    /// What a packet brings, in the order of its numbers: lost ones before it, and itself unless it was
    /// brought by a later one. A packet that cannot be read is as good as lost.
    pub fn take(&mut self, payload_type: u8, packet: MediaPacket) -> Vec<MediaPacket> {
        if payload_type != self.types.red || packet.payload.is_empty() {
            return if self.seen.came(packet.seq) { vec![packet] } else { Vec::new() };
        }
        let Some((earlier, primary)) = blocks(&packet.payload, self.types.opus) else { return Vec::new() };
        let fresh = self.seen.came(packet.seq);
        let (mut next_seq, mut next_at) = (packet.seq, packet.timestamp);
        let mut out = Vec::with_capacity(1);
        for Earlier { payload_type, offset, data } in earlier.into_iter().rev().take(MOST_RECOVERED) {
            let timestamp = packet.timestamp.wrapping_sub(offset);
            let ends = duration(&data).map(|long| timestamp.wrapping_add(long));
            if payload_type != self.types.opus || ends != Some(next_at) {
                break;
            }
            (next_seq, next_at) = (next_seq.wrapping_sub(1), timestamp);
            if self.seen.lacks(next_seq) && self.seen.came(next_seq) {
                out.push(MediaPacket {
                    seq: next_seq,
                    timestamp,
                    marker: false,
                    payload: data,
                    at: packet.at,
                });
            }
        }
        out.reverse();
        if fresh {
            out.push(MediaPacket { payload: primary, ..packet });
        }
        out
    }

    /// Another source comes on the same track: its numbers are its own.
    pub fn restart(&mut self) {
        self.seen = Seen::default();
    }
}

/// The earlier blocks, oldest first, and the packet's own one, which is `opus`; `None` if it is not RED.
fn blocks(payload: &Bytes, opus: u8) -> Option<(Vec<Earlier>, Bytes)> {
    let (mut rest, mut heads) = (&payload[..], Vec::new());
    loop {
        let (&first, behind) = rest.split_first()?;
        if first & 0x80 == 0 {
            rest = behind;
            if first != opus {
                return None;
            }
            break;
        }
        let (&[first, high, middle, low], behind) = rest.split_first_chunk::<4>()?;
        let word = u32::from_be_bytes([0, high, middle, low]);
        heads.push((first & 0x7F, word >> 10, (word & 0x3FF) as usize));
        if heads.len() > MOST_BLOCKS {
            return None;
        }
        rest = behind;
    }
    let mut earlier = Vec::with_capacity(heads.len());
    for (payload_type, offset, length) in heads {
        let (data, behind) = rest.split_at_checked(length)?;
        earlier.push(Earlier { payload_type, offset, data: payload.slice_ref(data) });
        rest = behind;
    }
    (!rest.is_empty()).then(|| (earlier, payload.slice_ref(rest)))
}

/// How long an Opus packet is, in ticks of 48 kHz (RFC 6716, 3.1); `None` if that is nothing Opus allows.
fn duration(packet: &[u8]) -> Option<u32> {
    let first = *packet.first()?;
    let (config, step) = (first >> 3, usize::from(first >> 3 & 3));
    let frame = match config {
        0..=11 => [480, 960, 1920, 2880][step],
        12..=15 => [480, 960][step & 1],
        _ => [120, 240, 480, 960][step],
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(packet.get(1)? & 0x3F),
    };
    Some(frame * frames).filter(|long| (1..=LONGEST).contains(long))
}

/// Which of the last 128 numbers came.
#[derive(Default)]
struct Seen {
    newest: Option<u16>,
    /// The lowest bit is the newest.
    bits: u128,
    /// So many of them are since the first packet: nobody waits for what was before.
    known: u32,
}

impl Seen {
    /// Notes a number; false if it was here.
    fn came(&mut self, seq: u16) -> bool {
        let ahead = self.newest.map(|newest| seq.wrapping_sub(newest).cast_signed());
        let Some(ahead) = ahead.filter(|ahead| ahead.unsigned_abs() <= RESTART) else {
            *self = Self { newest: Some(seq), bits: 1, known: 1 };
            return true;
        };
        let by = u32::from(ahead.unsigned_abs());
        if ahead > 0 {
            self.bits = self.bits.checked_shl(by).unwrap_or(0) | 1;
            self.known = (self.known + by).min(u128::BITS);
            self.newest = Some(seq);
            return true;
        }
        // What is older than all that is remembered is for others to judge.
        let Some(bit) = 1u128.checked_shl(by) else { return true };
        let fresh = self.bits & bit == 0;
        self.bits |= bit;
        fresh
    }

    /// Whether a number between the first and the newest did not come.
    fn lacks(&self, seq: u16) -> bool {
        let behind = self.newest.map(|newest| u32::from(newest.wrapping_sub(seq)));
        behind.is_some_and(|behind| behind < self.known && self.bits & (1 << behind) == 0)
    }
}

#[cfg(test)]
#[path = "red_tests.rs"]
mod tests;
