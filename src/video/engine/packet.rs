//! What travels inside the engine: one RTP packet, stripped to what forwarding and recording need.

use bytes::Bytes;
use rtc::rtp;
use std::time::Instant;

/// Which of the two media of a publication something belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Audio,
    Video,
}

/// One RTP packet as received, without what is only valid between the publisher and us.
#[derive(Clone, Debug)]
pub struct MediaPacket {
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub payload: Bytes,
    pub at: Instant,
}

impl MediaPacket {
    /// Keeps the payload by reference count; the header is read, never reused.
    pub fn received(packet: rtp::Packet, at: Instant) -> Self {
        Self {
            seq: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload: packet.payload,
            at,
        }
    }

    /// The packet for another leg. Always a fresh header: a received one keeps its extension
    /// padding, and the packet is then lost when an interceptor adds an extension of its own.
    pub fn relabelled(&self, ssrc: u32, payload_type: u8) -> rtp::Packet {
        rtp::Packet {
            header: rtp::Header {
                version: 2,
                marker: self.marker,
                payload_type,
                sequence_number: self.seq,
                timestamp: self.timestamp,
                ssrc,
                ..Default::default()
            },
            payload: self.payload.clone(),
        }
    }
}
