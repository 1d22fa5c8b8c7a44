//! The other side: a publisher of made-up media and a viewer that counts.

use bytes::Bytes;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8};
use rtc::rtp;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpRtxParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::*;

const PATIENCE: Duration = Duration::from_secs(10);
const FRAMES_PER_KEYFRAME: u64 = 30;
/// Payload types of Opus and VP8. Browsers number them differently; so do both sides here.
pub const PUBLISHER: [u8; 2] = [109, 120];
const VIEWER: [u8; 2] = [111, 96];
/// RED of a publisher that can send it: each packet with the one before it.
const RED: u8 = 108;
/// 20 ms of silence in Opus.
pub const SOUND: &[u8] = &[0xFC, 0xFF, 0xFE];

#[derive(Clone, Copy, Default)]
struct Seen {
    gathered: bool,
    connected: bool,
    audio: u32,
    video: u32,
    /// Sound that is not what was sent.
    strange: u32,
}

struct Notes(Arc<watch::Sender<Seen>>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Notes {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        self.0.send_modify(|seen| seen.gathered |= state == RTCIceGatheringState::Complete);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.0.send_modify(|seen| seen.connected = state == RTCPeerConnectionState::Connected);
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let seen = Arc::clone(&self.0);
        tokio::spawn(async move {
            let audio = track.kind().await == RtpCodecKind::Audio;
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    seen.send_modify(|seen| {
                        *if audio { &mut seen.audio } else { &mut seen.video } += 1;
                        seen.strange += u32::from(audio && packet.payload != SOUND);
                    });
                }
            }
        });
    }
}

fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    let (mime, clock_rate, channels) = match kind {
        RtpCodecKind::Audio => (MIME_TYPE_OPUS, 48_000, 2),
        _ => (MIME_TYPE_VP8, 90_000, 0),
    };
    RTCRtpCodec { mime_type: mime.to_owned(), clock_rate, channels, ..Default::default() }
}

struct Connection {
    peer: Arc<dyn PeerConnection>,
    seen: watch::Receiver<Seen>,
}

impl Connection {
    async fn new(numbers: [u8; 2], red: bool) -> Self {
        let mut media = MediaEngine::default();
        for (kind, payload_type) in [RtpCodecKind::Audio, RtpCodecKind::Video].into_iter().zip(numbers) {
            let parameters = RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type };
            media.register_codec(parameters, kind).unwrap();
        }
        if red {
            let (mime_type, fmtp) = ("audio/red".to_owned(), format!("{0}/{0}", numbers[0]));
            let rtp_codec = RTCRtpCodec { mime_type, sdp_fmtp_line: fmtp, ..codec(RtpCodecKind::Audio) };
            let parameters = RTCRtpCodecParameters { rtp_codec, payload_type: RED };
            media.register_codec(parameters, RtpCodecKind::Audio).unwrap();
        }
        let fmtp = format!("apt={}", numbers[1]);
        let rtx = RTCRtpCodec {
            mime_type: MIME_TYPE_RTX.to_owned(),
            clock_rate: 90_000,
            sdp_fmtp_line: fmtp,
            ..Default::default()
        };
        let rtx = RTCRtpCodecParameters { rtp_codec: rtx, payload_type: numbers[1] + 1 };
        media.register_codec(rtx, RtpCodecKind::Video).unwrap();
        let registry = register_default_interceptors(Registry::new(), &mut media).unwrap();
        let settings = SettingEngineBuilder::new()
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .with_include_loopback_candidate(true)
            .build();
        let (sender, seen) = watch::channel(Seen::default());
        let peer = PeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(media)
            .with_setting_engine(settings)
            .with_interceptor_registry(registry)
            .with_handler(Arc::new(Notes(Arc::new(sender))))
            .with_runtime(webrtc::runtime::default_runtime().unwrap())
            .with_udp_addrs(vec!["127.0.0.1:0"])
            .build()
            .await
            .unwrap();
        Self { peer: Arc::new(peer), seen }
    }

    async fn offer(&self) -> String {
        let offer = self.peer.create_offer(None).await.unwrap();
        self.peer.set_local_description(offer).await.unwrap();
        self.until(|seen| seen.gathered).await;
        self.peer.local_description().await.unwrap().sdp
    }

    async fn connect(&self, answer: &str) {
        let answer = RTCSessionDescription::answer(answer.to_owned()).unwrap();
        self.peer.set_remote_description(answer).await.unwrap();
        self.until(|seen| seen.connected).await;
    }

    async fn until(&self, condition: impl Fn(&Seen) -> bool) {
        let mut seen = self.seen.clone();
        let waiting = tokio::time::timeout(PATIENCE, seen.wait_for(|seen| condition(seen)));
        drop(waiting.await.expect("in time").expect("a living connection"));
    }
}

/// Sends 25 frames of video and 50 of audio a second, with one packet each.
pub struct Publisher {
    connection: Connection,
    pub tracks: [(Arc<TrackLocalStaticRTP>, u32); 2],
    pub offer: String,
    red: bool,
}

/// The offer of a publisher.
pub fn offer_of(publisher: &Publisher) -> String {
    publisher.offer.clone()
}

impl Publisher {
    pub async fn new() -> Self {
        Self::offering(false).await
    }

    /// One that can send RED, or cannot.
    pub async fn offering(red: bool) -> Self {
        let connection = Connection::new(PUBLISHER, red).await;
        let mut tracks = Vec::new();
        for (kind, ssrc) in [(RtpCodecKind::Audio, 1111), (RtpCodecKind::Video, 2222)] {
            let rtx = (kind == RtpCodecKind::Video).then_some(RTCRtpRtxParameters { ssrc: 3333 });
            let coding = RTCRtpCodingParameters { ssrc: Some(ssrc), rtx, ..Default::default() };
            let mut codec = codec(kind);
            if kind == RtpCodecKind::Video {
                // Without it the stack does not answer when packets are asked for again.
                codec.rtcp_feedback = vec![RTCPFeedback { typ: "nack".to_owned(), parameter: String::new() }];
            }
            let encoding =
                RTCRtpEncodingParameters { rtp_coding_parameters: coding, codec, ..Default::default() };
            let name = kind.to_string();
            let track = MediaStreamTrack::new("s".into(), name.clone(), name, kind, vec![encoding]);
            let track = Arc::new(TrackLocalStaticRTP::new(track));
            let local = Arc::clone(&track) as Arc<dyn TrackLocal>;
            let direction = RTCRtpTransceiverDirection::Sendonly;
            let init = RTCRtpTransceiverInit { direction, ..Default::default() };
            connection.peer.add_transceiver_from_track(local, Some(init)).await.unwrap();
            tracks.push((track, ssrc));
        }
        let offer = connection.offer().await;
        let Ok(tracks) = tracks.try_into() else { panic!("two tracks") };
        Self { connection, tracks, offer, red }
    }

    pub async fn connect(&self, answer: &str) {
        self.connection.connect(answer).await;
    }

    /// Sends in real time from the start of the media; `keep` says which video frames are sent at
    /// all (their sequence number is used up either way).
    pub async fn send_for_ms(&self, length: u64, keep: impl Fn(u64) -> bool) {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        let [audio, video] = &self.tracks;
        for index in 0..length / 20 {
            ticks.tick().await;
            let (kind, payload) = match self.red {
                true => (RED, red()),
                false => (PUBLISHER[0], Bytes::from_static(SOUND)),
            };
            send(audio, kind, (index, index * 960), payload, true).await;
            let frame = index / 2;
            if index % 2 == 0 && keep(frame) {
                let payload: &'static [u8] = match frame % FRAMES_PER_KEYFRAME {
                    0 => &[0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0, 7],
                    _ => &[0x10, 0x11, 1, 2, 3],
                };
                send(video, PUBLISHER[1], (frame, frame * 3600), Bytes::from_static(payload), true).await;
            }
        }
    }

    /// Leaves as a page does.
    pub async fn close(self) {
        self.connection.peer.close().await.unwrap();
    }
}

/// A packet and the one before it, 960 ticks earlier.
fn red() -> Bytes {
    let head = (u32::from(0x80 | PUBLISHER[0]) << 24 | 960 << 10 | SOUND.len() as u32).to_be_bytes();
    [&head[..], &[PUBLISHER[0]], SOUND, SOUND].concat().into()
}

/// Sends one packet; `marker`: it ends its frame.
pub async fn send(
    (track, ssrc): &(Arc<TrackLocalStaticRTP>, u32),
    kind: u8,
    (seq, time): (u64, u64),
    payload: Bytes,
    marker: bool,
) {
    let header = rtp::Header {
        version: 2,
        marker,
        payload_type: kind,
        sequence_number: (60_000 + seq) as u16, // wraps soon
        timestamp: (u64::from(u32::MAX - 50_000) + time) as u32,
        ssrc: *ssrc,
        ..Default::default()
    };
    track.write_rtp(rtp::Packet { header, payload }).await.unwrap();
}

/// Counts what it receives.
pub struct Viewer {
    connection: Connection,
    pub offer: String,
}

impl Viewer {
    pub async fn new() -> Self {
        let connection = Connection::new(VIEWER, true).await;
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            let direction = RTCRtpTransceiverDirection::Recvonly;
            let init = RTCRtpTransceiverInit { direction, ..Default::default() };
            connection.peer.add_transceiver_from_kind(kind, Some(init)).await.unwrap();
        }
        let offer = connection.offer().await;
        Self { connection, offer }
    }

    pub async fn connect(&self, answer: &str) {
        self.connection.connect(answer).await;
    }

    /// How many packets of sound and picture have come.
    pub fn seen(&self) -> (u32, u32) {
        let seen = self.connection.seen.borrow();
        (seen.audio, seen.video)
    }

    /// How many packets of sound were not as they were sent.
    pub fn strange(&self) -> u32 {
        self.connection.seen.borrow().strange
    }

    /// Waits until so many packets of each came.
    pub async fn received(&self, audio: u32, video: u32) {
        self.connection.until(|seen| seen.audio >= audio && seen.video >= video).await;
    }
}
