//! A viewer's side: sends again what is asked for, within bounds.
//!
//! Each packet is sent again at most once a round trip, and all of them together cost no more than a
//! share of what is sent anyway: a viewer who asks for everything again and again gets what an honest
//! one gets, and takes it from nobody.

use crate::video::engine::repair::{packet, takes_nacks};
use bytes::Bytes;
use rtc::interceptor::{Attribute, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Packets kept of a stream: some 4 s of 1.2 Mbit/s. Their payloads are shared by all viewers.
const KEPT: usize = 512;
/// What may be sent again at once: a second of picture that was lost in one piece.
const BURST: usize = 128 * 1024;
/// Of what is sent, this part may be sent again: half, as at a third of all packets lost twice over.
const SHARE: usize = 2;
/// IP, UDP, SRTP and RTP around each payload.
const AROUND: usize = 60;
const UNKNOWN_ROUND_TRIP: Duration = Duration::from_millis(100);
const SHORTEST_ROUND_TRIP: Duration = Duration::from_millis(20);
const LONGEST_ROUND_TRIP: Duration = Duration::from_secs(1);

struct Kept {
    seq: u16,
    timestamp: u32,
    marker: bool,
    payload: Bytes,
    again_at: Option<Instant>,
}

struct Stream {
    ssrc: u32,
    payload_type: u8,
    rtx: Option<(u32, u8)>,
    rtx_seq: u16,
    kept: Vec<Option<Kept>>,
    /// The middle of the NTP time in the last sender report, and when it went out.
    reported: Option<(u32, Instant)>,
}

/// Stands where the stack's own answering side would.
pub struct Resender {
    streams: Vec<Stream>,
    /// Nobody can guess it (RFC 3550, 5.1).
    first_number: u16,
    budget: usize,
    round_trip: Duration,
    inbound: VecDeque<TaggedPacket>,
    outbound: VecDeque<TaggedPacket>,
}

impl Resender {
    /// One whose retransmissions are numbered from `first_number` on.
    pub fn new(first_number: u16) -> Self {
        Self {
            streams: Vec::new(),
            first_number,
            budget: BURST,
            round_trip: UNKNOWN_ROUND_TRIP,
            inbound: VecDeque::new(),
            outbound: VecDeque::new(),
        }
    }

    fn keep(&mut self, sent: &rtp::Packet) {
        let header = &sent.header;
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == header.ssrc) else { return };
        self.budget = (self.budget + (sent.payload.len() + AROUND) / SHARE).min(BURST);
        stream.kept[usize::from(header.sequence_number) % KEPT] = Some(Kept {
            seq: header.sequence_number,
            timestamp: header.timestamp,
            marker: header.marker,
            payload: sent.payload.clone(),
            again_at: None,
        });
    }

    fn answer(&mut self, nack: &TransportLayerNack, now: Instant) {
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == nack.media_ssrc) else {
            return;
        };
        for pair in &nack.nacks {
            let others = (0..16).filter(|bit| pair.lost_packets & (1 << bit) != 0);
            for seq in std::iter::once(0).chain(others.map(|bit| bit + 1)) {
                let seq = pair.packet_id.wrapping_add(seq);
                let Some(kept) = stream.kept[usize::from(seq) % KEPT].as_mut().filter(|kept| kept.seq == seq)
                else {
                    continue;
                };
                if kept.again_at.is_some_and(|at| now.saturating_duration_since(at) < self.round_trip) {
                    continue; // on its way
                }
                let Some(rest) = self.budget.checked_sub(kept.payload.len() + AROUND) else { return };
                self.budget = rest;
                kept.again_at = Some(now);
                let mut again = packet(
                    now,
                    Packet::Rtp(again(kept, stream.ssrc, stream.payload_type, stream.rtx, stream.rtx_seq)),
                );
                again.message = again.message.with(Attribute::Retransmission);
                stream.rtx_seq = stream.rtx_seq.wrapping_add(1);
                self.outbound.push_back(again);
            }
        }
    }

    /// Learns the round trip from the peer's reports on our reports (RFC 3550, 6.4.1).
    fn learn(&mut self, report: &ReceiverReport, now: Instant) {
        for block in &report.reports {
            let stream = self.streams.iter().find(|stream| stream.ssrc == block.ssrc);
            let Some((middle, sent_at)) = stream.and_then(|stream| stream.reported) else { continue };
            if block.last_sender_report == middle {
                let held = Duration::from_secs_f64(f64::from(block.delay) / 65_536.0);
                let took = now.saturating_duration_since(sent_at).saturating_sub(held);
                self.round_trip = took.clamp(SHORTEST_ROUND_TRIP, LONGEST_ROUND_TRIP);
            }
        }
    }
}

/// The packet as it goes out again: wrapped (RFC 4588) where that was agreed, else as it was.
fn again(kept: &Kept, ssrc: u32, payload_type: u8, rtx: Option<(u32, u8)>, rtx_seq: u16) -> rtp::Packet {
    let header = |ssrc, payload_type, sequence_number| rtp::Header {
        version: 2,
        marker: kept.marker,
        payload_type,
        sequence_number,
        timestamp: kept.timestamp,
        ssrc,
        ..Default::default()
    };
    match rtx {
        Some((ssrc, payload_type)) => {
            let payload = [&kept.seq.to_be_bytes()[..], &kept.payload].concat();
            rtp::Packet { header: header(ssrc, payload_type, rtx_seq), payload: payload.into() }
        }
        None => rtp::Packet { header: header(ssrc, payload_type, kept.seq), payload: kept.payload.clone() },
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Resender {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(reports) = &packet.message.packet {
            for report in reports {
                let report = report.as_any();
                if let Some(nack) = report.downcast_ref::<TransportLayerNack>() {
                    self.answer(nack, packet.now);
                } else if let Some(report) = report.downcast_ref::<ReceiverReport>() {
                    self.learn(report, packet.now);
                }
            }
        }
        self.inbound.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inbound.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        match &packet.message.packet {
            Packet::Rtp(sent) => self.keep(sent),
            Packet::Rtcp(reports) => {
                for report in reports {
                    if let Some(report) = report.as_any().downcast_ref::<SenderReport>()
                        && let Some(stream) =
                            self.streams.iter_mut().find(|stream| stream.ssrc == report.ssrc)
                    {
                        stream.reported = Some(((report.ntp_time >> 16) as u32, packet.now));
                    }
                }
            }
            _ => {}
        }
        self.outbound.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outbound.pop_front()
    }
}

impl Interceptor for Resender {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        if !takes_nacks(info) {
            return;
        }
        self.streams.retain(|stream| stream.ssrc != info.ssrc);
        self.streams.push(Stream {
            ssrc: info.ssrc,
            payload_type: info.payload_type,
            rtx: info.ssrc_rtx.zip(info.payload_type_rtx),
            rtx_seq: self.first_number,
            kept: std::iter::repeat_with(|| None).take(KEPT).collect(),
            reported: None,
        });
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.streams.retain(|stream| stream.ssrc != info.ssrc);
    }

    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::interceptor::RTCPFeedback;
    use rtc::rtcp::reception_report::ReceptionReport;
    use rtc::rtcp::transport_feedbacks::transport_layer_nack::NackPair;

    const MEDIA: u32 = 1000;
    const AGAIN: u32 = 2000;

    fn resender(rtx: bool) -> Resender {
        let mut resender = Resender::new(9);
        resender.bind_local_stream(&StreamInfo {
            ssrc: MEDIA,
            payload_type: 96,
            ssrc_rtx: rtx.then_some(AGAIN),
            payload_type_rtx: rtx.then_some(97),
            rtcp_feedback: vec![RTCPFeedback { typ: "nack".to_owned(), parameter: String::new() }],
            ..Default::default()
        });
        resender
    }

    fn send(resender: &mut Resender, seqs: impl Iterator<Item = u16>, now: Instant) {
        for sequence_number in seqs {
            let header = rtp::Header {
                version: 2,
                ssrc: MEDIA,
                payload_type: 96,
                sequence_number,
                ..Default::default()
            };
            let sent = rtp::Packet { header, payload: Bytes::from(vec![7; 1100]) };
            resender.handle_write(packet(now, Packet::Rtp(sent))).unwrap();
            assert!(resender.poll_write().is_some());
        }
    }

    /// Asks for packets and takes what is sent again.
    fn ask(resender: &mut Resender, nacks: Vec<NackPair>, now: Instant) -> Vec<rtp::Packet> {
        let nack = TransportLayerNack { sender_ssrc: 1, media_ssrc: MEDIA, nacks };
        resender.handle_read(packet(now, Packet::Rtcp(vec![Box::new(nack)]))).unwrap();
        assert!(resender.poll_read().is_some());
        std::iter::from_fn(|| resender.poll_write())
            .map(|out| match out.message.packet {
                Packet::Rtp(packet) => packet,
                _ => panic!("RTP"),
            })
            .collect()
    }

    fn pair(packet_id: u16, lost_packets: u16) -> NackPair {
        NackPair { packet_id, lost_packets }
    }

    #[test]
    fn a_packet_is_sent_again_once_a_round_trip() {
        let (mut resender, start) = (resender(true), Instant::now());
        send(&mut resender, 65_530..=65_535, start);
        send(&mut resender, 0..5, start);
        let again = ask(&mut resender, vec![pair(65_535, 0b10)], start);
        let seqs: Vec<_> = again.iter().map(|packet| packet.payload[..2].to_vec()).collect();
        assert_eq!(seqs, [[0xff, 0xff], [0, 1]]);
        assert!(again.iter().all(|packet| packet.header.ssrc == AGAIN && packet.header.payload_type == 97));
        let wait = Duration::from_millis;
        assert!(ask(&mut resender, vec![pair(65_535, 0b10)], start + wait(99)).is_empty());
        assert_eq!(ask(&mut resender, vec![pair(65_535, 0b10)], start + wait(100)).len(), 2);
        // Neither what was never sent nor what is long gone.
        assert!(ask(&mut resender, vec![pair(300, 0xffff)], start + wait(900)).is_empty());
    }

    #[test]
    fn without_rtx_a_packet_goes_as_it_was() {
        let (mut resender, start) = (resender(false), Instant::now());
        send(&mut resender, 0..3, start);
        let again = ask(&mut resender, vec![pair(1, 0)], start);
        assert_eq!((again[0].header.ssrc, again[0].header.sequence_number), (MEDIA, 1));
    }

    #[test]
    fn the_round_trip_is_learnt_from_reports() {
        let (mut resender, start) = (resender(true), Instant::now());
        let ntp_time = 0x1234_5678_9abc_def0;
        let report = SenderReport { ssrc: MEDIA, ntp_time, ..Default::default() };
        resender.handle_write(packet(start, Packet::Rtcp(vec![Box::new(report)]))).unwrap();
        let block = ReceptionReport {
            ssrc: MEDIA,
            last_sender_report: 0x5678_9abc,
            delay: 65_536 / 2,
            ..Default::default()
        };
        let report = ReceiverReport { reports: vec![block], ..Default::default() };
        let now = start + Duration::from_millis(800);
        resender.handle_read(packet(now, Packet::Rtcp(vec![Box::new(report)]))).unwrap();
        assert_eq!(resender.round_trip, Duration::from_millis(300));
    }

    #[test]
    fn one_who_asks_for_everything_again_and_again_gets_a_share_of_what_is_sent() {
        let (mut resender, start) = (resender(true), Instant::now());
        send(&mut resender, 0..512, start);
        // 300 pairs of 17 numbers each, all that fit into one datagram, twenty times a second.
        let mut bytes = 0;
        let mut at = start;
        for round in 0..60u16 {
            let first = round.wrapping_mul(5);
            let all = (0..300).map(|pair_no| pair(first.wrapping_add(pair_no * 17), 0xffff)).collect();
            let again = ask(&mut resender, all, at);
            bytes += again.iter().map(|packet| packet.payload.len()).sum::<usize>();
            at += Duration::from_millis(50);
            send(&mut resender, 512 + first..517 + first, at);
        }
        let sent = 60 * 5 * 1160;
        assert!(bytes <= BURST + sent / SHARE, "{bytes}");
        assert!(bytes > BURST, "honest viewers get theirs: {bytes}");
    }
}
