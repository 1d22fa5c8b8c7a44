//! Mending losses by asking again: on the way in we ask, on the way out we answer.
//!
//! Both stand in for the stack's own. Its asking side sees repeated packets only before they are
//! unwrapped, so it never learns that they came and asks on; its answering side sends whatever is
//! asked for, as often as it is asked.

mod ask;
mod missing;
mod resend;

pub use ask::Asker;
pub use resend::Resender;

use rtc::interceptor::{AttributedPacket, Packet, StreamInfo, TaggedPacket};
use rtc::shared::TransportContext;
use std::time::Instant;

/// Whether packets of a stream may be asked for again.
fn takes_nacks(info: &StreamInfo) -> bool {
    info.rtcp_feedback.iter().any(|feedback| feedback.typ == "nack" && feedback.parameter.is_empty())
}

fn packet(now: Instant, packet: Packet) -> TaggedPacket {
    TaggedPacket { now, transport: TransportContext::default(), message: AttributedPacket::new(packet) }
}
