//! The publisher's side: asks for what is missing, and unwraps what is sent again (RFC 4588).

use crate::video::engine::repair::missing::Missing;
use crate::video::engine::repair::{packet, takes_nacks};
use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{
    TransportLayerNack, nack_pairs_from_sequence_numbers,
};
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Questions are gathered for so long.
const EVERY: Duration = Duration::from_millis(10);

struct Stream {
    ssrc: u32,
    payload_type: u8,
    /// SSRC and payload type of its retransmissions, where they have their own.
    rtx: Option<(u32, u8)>,
    missing: Missing,
}

/// Stands behind what counts arrivals (they count what was on the wire) and before the application.
pub struct Asker {
    /// One or two: a publication has one camera and one microphone.
    streams: Vec<Stream>,
    sender_ssrc: u32,
    due: Option<Instant>,
    inbound: VecDeque<TaggedPacket>,
    outbound: VecDeque<TaggedPacket>,
}

impl Asker {
    /// One that calls itself `sender_ssrc`.
    pub fn new(sender_ssrc: u32) -> Self {
        Self {
            streams: Vec::new(),
            sender_ssrc,
            due: None,
            inbound: VecDeque::new(),
            outbound: VecDeque::new(),
        }
    }

    /// Whether the packet goes on; what was wrapped is unwrapped.
    fn take(&mut self, packet: &mut rtp::Packet, now: Instant) -> bool {
        let (ssrc, kind) = (packet.header.ssrc, packet.header.payload_type);
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == ssrc) {
            let fresh = stream.missing.came(packet.header.sequence_number, now);
            self.due = earlier(self.due, stream.missing.next());
            return fresh;
        }
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.rtx == Some((ssrc, kind))) else {
            return true;
        };
        // Without a number it is padding, by which the sender tries out how much the network takes.
        let Some((number, payload)) = packet.payload.split_first_chunk::<2>() else { return false };
        let number = u16::from_be_bytes(*number);
        let payload = packet.payload.slice_ref(payload);
        // Padding may also repeat packets that came long ago.
        if stream.missing.is_new() || !stream.missing.came(number, now) {
            return false;
        }
        packet.header.ssrc = stream.ssrc;
        packet.header.payload_type = stream.payload_type;
        packet.header.sequence_number = number;
        packet.header.padding = false;
        packet.payload = payload;
        true
    }

    fn ask(&mut self, now: Instant) {
        self.due = None;
        for stream in &mut self.streams {
            let numbers = stream.missing.due(now);
            self.due = earlier(self.due, stream.missing.next());
            if numbers.is_empty() {
                continue;
            }
            let nack = TransportLayerNack {
                sender_ssrc: self.sender_ssrc,
                media_ssrc: stream.ssrc,
                nacks: nack_pairs_from_sequence_numbers(&numbers),
            };
            self.outbound.push_back(packet(now, Packet::Rtcp(vec![Box::new(nack)])));
        }
        self.due = self.due.map(|due| due.max(now + EVERY));
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Asker {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut packet: TaggedPacket) -> Result<(), Error> {
        let now = packet.now;
        let goes_on = match &mut packet.message.packet {
            Packet::Rtp(packet) => self.take(packet, now),
            _ => true,
        };
        if goes_on {
            self.inbound.push_back(packet);
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inbound.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.outbound.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outbound.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        if self.due.is_some_and(|due| due <= now) {
            self.ask(now);
        }
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.due
    }
}

impl Interceptor for Asker {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        // The stack names the stream of retransmissions too, as if it were one of its own.
        let is_rtx = self.streams.iter().any(|stream| stream.rtx.is_some_and(|(ssrc, _)| ssrc == info.ssrc));
        if is_rtx || !takes_nacks(info) {
            return;
        }
        self.streams.retain(|stream| stream.ssrc != info.ssrc);
        self.streams.push(Stream {
            ssrc: info.ssrc,
            payload_type: info.payload_type,
            rtx: info.ssrc_rtx.zip(info.payload_type_rtx),
            missing: Missing::default(),
        });
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.streams.retain(|stream| stream.ssrc != info.ssrc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use rtc::interceptor::RTCPFeedback;

    const MEDIA: u32 = 1000;
    const AGAIN: u32 = 2000;

    fn asker() -> Asker {
        let mut asker = Asker::new(1);
        let feedback = RTCPFeedback { typ: "nack".to_owned(), parameter: String::new() };
        let stream = StreamInfo {
            ssrc: MEDIA,
            payload_type: 96,
            ssrc_rtx: Some(AGAIN),
            payload_type_rtx: Some(97),
            rtcp_feedback: vec![feedback],
            ..Default::default()
        };
        asker.bind_remote_stream(&stream);
        let again = StreamInfo { ssrc: AGAIN, payload_type: 97, ssrc_rtx: None, ..stream };
        asker.bind_remote_stream(&again);
        asker
    }

    fn rtp(ssrc: u32, sequence_number: u16, payload: &[u8]) -> rtp::Packet {
        let payload_type = if ssrc == AGAIN { 97 } else { 96 };
        let header = rtp::Header { version: 2, ssrc, payload_type, sequence_number, ..Default::default() };
        rtp::Packet { header, payload: Bytes::copy_from_slice(payload) }
    }

    /// What reaches the application of one packet: SSRC, payload type, number and payload.
    fn read(asker: &mut Asker, now: Instant, sent: rtp::Packet) -> Option<(u32, u8, u16, Vec<u8>)> {
        asker.handle_read(packet(now, Packet::Rtp(sent))).unwrap();
        let Packet::Rtp(packet) = asker.poll_read()?.message.packet else { panic!("RTP") };
        let header = packet.header;
        Some((header.ssrc, header.payload_type, header.sequence_number, packet.payload.to_vec()))
    }

    /// Runs time on to `until` and collects what is asked for.
    fn asked(asker: &mut Asker, until: Instant) -> Vec<(u32, u16)> {
        let mut asked = Vec::new();
        while let Some(due) = asker.poll_timeout().filter(|due| *due <= until) {
            asker.handle_timeout(due).unwrap();
            while let Some(out) = asker.poll_write() {
                let Packet::Rtcp(reports) = out.message.packet else { panic!("RTCP") };
                for report in reports {
                    let nack = report.as_any().downcast_ref::<TransportLayerNack>().unwrap().clone();
                    for pair in nack.nacks {
                        asked.extend(pair.packet_list().into_iter().map(|seq| (nack.media_ssrc, seq)));
                    }
                }
            }
        }
        asked
    }

    #[test]
    fn what_is_sent_again_is_unwrapped_once_and_not_asked_for_again() {
        let (mut asker, start) = (asker(), Instant::now());
        assert_eq!(read(&mut asker, start, rtp(MEDIA, 7, b"a")), Some((MEDIA, 96, 7, b"a".to_vec())));
        assert!(read(&mut asker, start, rtp(MEDIA, 9, b"c")).is_some());
        assert_eq!(asked(&mut asker, start + Duration::from_millis(40)), [(MEDIA, 8)]);
        let at = start + Duration::from_millis(45);
        assert_eq!(read(&mut asker, at, rtp(AGAIN, 500, b"\x00\x08b")), Some((MEDIA, 96, 8, b"b".to_vec())));
        assert_eq!(read(&mut asker, at, rtp(AGAIN, 501, b"\x00\x08b")), None);
        // Their own numbers have holes too, for which nobody asks.
        assert_eq!(read(&mut asker, at, rtp(AGAIN, 510, b"\x00\x09c")), None);
        assert_eq!(asked(&mut asker, at + Duration::from_secs(5)), []);
    }

    #[test]
    fn padding_reaches_nobody() {
        let (mut asker, start) = (asker(), Instant::now());
        assert_eq!(read(&mut asker, start, rtp(AGAIN, 1, b"\x00\x08b")), None); // before any media
        read(&mut asker, start, rtp(MEDIA, 7, b"a"));
        for padding in [&b""[..], b"\x00"] {
            assert_eq!(read(&mut asker, start, rtp(AGAIN, 2, padding)), None);
        }
        assert_eq!(asked(&mut asker, start + Duration::from_secs(5)), []);
    }

    #[test]
    fn streams_without_nack_pass_untouched() {
        let (mut asker, start) = (Asker::new(1), Instant::now());
        asker.bind_remote_stream(&StreamInfo { ssrc: MEDIA, ..Default::default() });
        for seq in [1, 5, 5] {
            assert!(read(&mut asker, start, rtp(MEDIA, seq, b"a")).is_some());
        }
        assert_eq!(asked(&mut asker, start + Duration::from_secs(5)), []);
    }
}
