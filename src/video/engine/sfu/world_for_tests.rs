//! A network in memory on a clock of its own: the SFU, peers as browsers would be, and what is lost between
//! them.

use crate::video::engine::answer::Candidates;
use crate::video::engine::net::{CandidatePair, Via};
use crate::video::engine::offer::{Direction, Offer};
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::sfu::{Sfu, SfuEvent, Sink, negotiate};
use crate::video::engine::tap::RtcpTap;
use bytes::{Bytes, BytesMut};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::RTCIceCandidateInit;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Payload types of Opus and VP8 as the peers number them.
pub const NUMBERS: [u8; 2] = [109, 120];
/// With which SSRC a publisher sends sound and picture, and the picture again.
const SOURCES: [u32; 2] = [1111, 2222];
const AGAIN: u32 = 3333;

/// A peer, and where it is.
pub struct Peer {
    stack: RTCPeerConnection,
    /// Where its datagrams come from as the SFU sees it, and where it believes to be.
    pub seen_as: SocketAddr,
    /// By what of ours it is reached.
    pub via: Via,
    own: SocketAddr,
    pub offer: String,
    /// The packets that reached it.
    pub got: Vec<(Kind, rtp::Packet)>,
    pub asked_for_keyframes: usize,
    /// It neither sends nor hears.
    pub silent: bool,
}

fn codec(kind: Kind) -> RTCRtpCodec {
    let (mime, clock_rate, channels) = match kind {
        Kind::Audio => (MIME_TYPE_OPUS, 48_000, 2),
        Kind::Video => (MIME_TYPE_VP8, 90_000, 0),
    };
    RTCRtpCodec { mime_type: mime.to_owned(), clock_rate, channels, ..Default::default() }
}

fn stack(now: Instant) -> RTCPeerConnection {
    let mut media = MediaEngine::default();
    for (kind, payload_type) in [Kind::Audio, Kind::Video].into_iter().zip(NUMBERS) {
        let parameters = RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type };
        media.register_codec(parameters, kind.into()).unwrap();
    }
    let rtx = RTCRtpCodec {
        mime_type: MIME_TYPE_RTX.to_owned(),
        clock_rate: 90_000,
        sdp_fmtp_line: format!("apt={}", NUMBERS[1]),
        ..Default::default()
    };
    let rtx = RTCRtpCodecParameters { rtp_codec: rtx, payload_type: NUMBERS[1] + 1 };
    media.register_codec(rtx, RtpCodecKind::Video).unwrap();
    let registry = register_default_interceptors(Registry::new(), &mut media).unwrap();
    let registry = registry.with(Slot::from(14_000), RtcpTap::default());
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .build();
    RTCPeerConnectionBuilder::new()
        .with_media_engine(media)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .build(now)
        .unwrap()
}

impl Peer {
    /// One that sends sound and picture, or receives them.
    fn new(own: SocketAddr, sends: bool, now: Instant) -> Self {
        let mut stack = stack(now);
        for (kind, ssrc) in [Kind::Audio, Kind::Video].into_iter().zip(SOURCES) {
            let direction = match sends {
                true => RTCRtpTransceiverDirection::Sendonly,
                false => RTCRtpTransceiverDirection::Recvonly,
            };
            let init = Some(RTCRtpTransceiverInit { direction, ..Default::default() });
            if !sends {
                stack.add_transceiver_from_kind(kind.into(), init).unwrap();
                continue;
            }
            let mut codec = codec(kind);
            let video = kind == Kind::Video;
            if video {
                codec.rtcp_feedback = vec![RTCPFeedback { typ: "nack".to_owned(), parameter: String::new() }];
            }
            let rtx = video.then_some(RTCRtpRtxParameters { ssrc: AGAIN });
            let rtp_coding_parameters =
                RTCRtpCodingParameters { ssrc: Some(ssrc), rtx, ..Default::default() };
            let encoding = RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..Default::default() };
            let name = format!("{kind:?}");
            let track = MediaStreamTrack::new("s".into(), name.clone(), name, kind.into(), vec![encoding]);
            stack.add_transceiver_from_track(track, init).unwrap();
        }
        let offer = stack.create_offer(None).unwrap();
        stack.set_local_description(now, offer).unwrap();
        let candidate = format!("1 1 udp 2130706431 {} {} typ host", own.ip(), own.port());
        stack.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() }).unwrap();
        stack.add_local_candidate(RTCIceCandidateInit::default()).unwrap();
        let offer = stack.local_description().unwrap().sdp;
        let (got, asked_for_keyframes) = (Vec::new(), 0);
        Self { stack, seen_as: own, via: Via::Udp(0), own, offer, got, asked_for_keyframes, silent: false }
    }

    pub fn way(&self) -> CandidatePair {
        CandidatePair { via: self.via, peer: self.seen_as }
    }

    fn hear(&mut self, datagram: &[u8], from: SocketAddr, now: Instant) {
        let transport = TransportContext {
            local_addr: self.own,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = TaggedBytesMut { now, transport, message: BytesMut::from(datagram) };
        self.stack.handle_read(message).unwrap();
        while self.stack.poll_event().is_some() {}
        while let Some(read) = self.stack.poll_read() {
            match read.message {
                RTCMessage::RtpPacket(_, packet) => {
                    let number = NUMBERS.iter().position(|number| *number == packet.header.payload_type);
                    self.got.push(([Kind::Audio, Kind::Video][number.unwrap()], packet));
                }
                RTCMessage::RtcpPacket(_, reports) => {
                    let asks = reports.iter().filter(|report| report.as_any().is::<PictureLossIndication>());
                    self.asked_for_keyframes += asks.count();
                }
                _ => {}
            }
        }
    }

    /// What it has to send now.
    fn say(&mut self, now: Instant) -> Vec<BytesMut> {
        if self.stack.poll_timeout().is_some_and(|due| due <= now) {
            self.stack.handle_timeout(now).unwrap();
        }
        while self.stack.poll_event().is_some() {}
        std::iter::from_fn(|| self.stack.poll_write()).map(|out| out.message).collect()
    }

    /// Sends one packet.
    pub fn send(&mut self, kind: Kind, sequence_number: u16, payload: &'static [u8], now: Instant) {
        let header = rtp::Header {
            version: 2,
            marker: true,
            payload_type: NUMBERS[kind as usize],
            sequence_number,
            timestamp: u32::from(sequence_number) * 3600,
            ssrc: SOURCES[kind as usize],
            ..Default::default()
        };
        let packet = rtp::Packet { header, payload: Bytes::from_static(payload) };
        let message = RTCMessage::RtpPacket(String::new(), packet);
        self.stack.handle_write(TaggedRTCMessage { now, message }).unwrap();
    }

    /// Leaves as a page does.
    pub fn close(&mut self) {
        self.stack.close().unwrap();
    }

    /// Numbers of the packets of a kind that reached it.
    pub fn numbers(&self, kind: Kind) -> Vec<u16> {
        let of_kind = self.got.iter().filter(|(got, _)| *got == kind);
        of_kind.map(|(_, packet)| packet.header.sequence_number).collect()
    }
}

/// What reached the recording: kind, number and payload of each packet.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<(Kind, u16, Bytes)>>>);

impl Sink for Kept {
    fn packet(&self, kind: Kind, packet: &MediaPacket) {
        self.0.lock().unwrap().push((kind, packet.seq, packet.payload.clone()));
    }

    fn sender_report(&self, _: Kind, _: u64, _: u32) {}
}

/// Which datagrams are lost, by whether they go to the SFU.
type Loses = Box<dyn FnMut(bool, &[u8]) -> bool>;

/// The SFU and its peers.
pub struct World {
    pub sfu: Sfu,
    pub now: Instant,
    pub peers: Vec<Peer>,
    pub events: Vec<SfuEvent>,
    /// Whether the nth media datagram to the SFU (true) or to a peer (false) is lost.
    pub loses: Loses,
    /// The socket of the SFU is full.
    pub full: bool,
    address: SocketAddr,
}

impl World {
    pub fn new() -> Self {
        let now = Instant::now();
        let crypto = rtc::crypto::default_provider().unwrap();
        Self {
            sfu: Sfu::new(crypto, StdRng::seed_from_u64(7), now),
            now,
            peers: Vec::new(),
            events: Vec::new(),
            loses: Box::new(|_, _| false),
            full: false,
            address: "192.0.2.1:4000".parse().unwrap(),
        }
    }

    fn peer(&mut self, sends: bool) -> usize {
        let own = SocketAddr::new("192.0.2.9".parse().unwrap(), 5000 + self.peers.len() as u16);
        self.peers.push(Peer::new(own, sends, self.now));
        self.peers.len() - 1
    }

    /// A new peer that publishes: its id, and where it stands among the peers.
    pub fn publish(&mut self, sink: Option<Box<dyn Sink>>) -> (Uuid, usize) {
        let at = self.peer(true);
        let id = Uuid::from_u128(1 + at as u128);
        let offer = Offer::read(&self.peers[at].offer, Direction::Publish).unwrap();
        let mut random = StdRng::seed_from_u64(at as u64);
        let negotiated =
            negotiate(&offer, Direction::Publish, "", &self.candidates(), self.now, &mut random).unwrap();
        self.answer(at, &negotiated.answer);
        self.sfu.publish(id, negotiated, offer.red, sink, self.now);
        (id, at)
    }

    /// A new peer that plays.
    pub fn play(&mut self, publisher: Uuid) -> (Uuid, usize) {
        let at = self.peer(false);
        let id = Uuid::from_u128(1 + at as u128);
        let offer = Offer::read(&self.peers[at].offer, Direction::Play).unwrap();
        let mut random = StdRng::seed_from_u64(at as u64);
        let negotiated =
            negotiate(&offer, Direction::Play, "s", &self.candidates(), self.now, &mut random).unwrap();
        self.answer(at, &negotiated.answer);
        self.sfu.play(id, negotiated, publisher, self.now);
        (id, at)
    }

    fn candidates(&self) -> Candidates {
        Candidates::new(&[self.address.ip()], self.address.port(), None)
    }

    fn answer(&mut self, at: usize, sdp: &str) {
        let answer = RTCSessionDescription::answer(sdp.to_owned()).unwrap();
        self.peers[at].stack.set_remote_description(self.now, answer).unwrap();
    }

    /// Lets time pass.
    pub fn pass(&mut self, ms: u64) {
        for _ in 0..ms {
            self.now += Duration::from_millis(1);
            self.turn();
        }
    }

    fn turn(&mut self) {
        let now = self.now;
        for peer in &mut self.peers {
            let way = peer.way();
            for datagram in peer.say(now) {
                if !peer.silent && !(self.loses)(true, &datagram) {
                    self.sfu.receive(&datagram, way, now);
                }
            }
        }
        if self.sfu.next_timeout().is_some_and(|due| due <= now) {
            self.sfu.handle_timeout(now);
        }
        let (peers, loses, full) = (&mut self.peers, &mut self.loses, self.full);
        self.sfu.flush(8, now, |way, run| {
            let peer = peers.iter_mut().find(|peer| peer.way() == way && !peer.silent);
            if let (Some(peer), false) = (peer, full) {
                for datagram in run.datagrams().filter(|datagram| !loses(false, datagram)) {
                    peer.hear(datagram, self.address, now);
                }
            }
            !full
        });
        self.events.extend(std::iter::from_fn(|| self.sfu.next_event()));
    }

    /// Sends `count` pictures and twice as many sounds, 40 ms apart, from number `first` on.
    pub fn send(&mut self, at: usize, first: u16, count: u16) {
        for number in first..first + count {
            let (peer, now) = (&mut self.peers[at], self.now);
            peer.send(Kind::Audio, 2 * number, b"sound", now);
            peer.send(Kind::Audio, 2 * number + 1, b"sound", now);
            peer.send(Kind::Video, number, &[0x10, 0x11, 1, 2, 3], now);
            self.pass(40);
        }
    }

    /// Lets time pass until something holds; not for ever.
    pub fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        for _ in 0..60_000 {
            if holds(self) {
                return;
            }
            self.pass(1);
        }
        panic!("it never held; {:?}", self.events);
    }

    /// Lets time pass until a connection is up.
    pub fn connected(&mut self, id: Uuid) {
        self.until(|world| world.events.contains(&SfuEvent::Connected(id)));
    }
}
