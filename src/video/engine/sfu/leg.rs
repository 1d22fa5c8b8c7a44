//! A viewer's side: one outgoing track of a play connection.

use crate::video::engine::packet::{Kind, MediaPacket};
use rtc::rtp;

/// What a packet carries on this leg instead of what the publisher gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub kind: Kind,
    pub ssrc: u32,
    pub payload_type: u8,
}

impl Leg {
    /// The packet as it leaves here.
    pub fn label(&self, packet: &MediaPacket) -> rtp::Packet {
        packet.relabelled(self.ssrc, self.payload_type)
    }
}
