//! What we negotiate: Opus and VP8, and the interceptors of each direction.

use super::error::EngineError;
use super::offer::Direction;
use super::packet::Kind;
use super::tap::RtcpTap;
use rtc::interceptor::{NackGeneratorBuilder, Slot};
use rtc::peer_connection::configuration::interceptor_registry::{
    configure_rtcp_reports, configure_simulcast_extension_headers, configure_twcc_receiver_only,
};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};
use std::time::Duration;
use webrtc::peer_connection::{MediaEngine, Registry};

/// How often a lost packet is asked for, and how often at most: unbounded asking outlives the
/// packet in the sender's buffer.
const NACK_EVERY: Duration = Duration::from_millis(40);
const NACKS_PER_PACKET: u16 = 6;

impl From<Kind> for RtpCodecKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Audio => Self::Audio,
            Kind::Video => Self::Video,
        }
    }
}

/// The codec of a kind, as both directions use it.
pub fn codec(kind: Kind) -> RTCRtpCodec {
    match kind {
        Kind::Audio => RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
            rtcp_feedback: vec![],
        },
        Kind::Video => RTCRtpCodec {
            mime_type: MIME_TYPE_VP8.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: [("ccm", "fir"), ("nack", ""), ("nack", "pli")]
                .map(|(typ, parameter)| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() })
                .to_vec(),
        },
    }
}

/// The media engine and interceptors of one connection.
pub fn configure(direction: Direction) -> Result<(MediaEngine, Registry), EngineError> {
    build(direction).map_err(|error| EngineError::Io(std::io::Error::other(error)))
}

fn build(direction: Direction) -> Result<(MediaEngine, Registry), rtc::shared::error::Error> {
    let mut engine = MediaEngine::default();
    let opus = RTCRtpCodecParameters { rtp_codec: codec(Kind::Audio), payload_type: 111 };
    let vp8 = RTCRtpCodecParameters { rtp_codec: codec(Kind::Video), payload_type: 96 };
    engine.register_codec(opus, RtpCodecKind::Audio)?;
    engine.register_codec(vp8, RtpCodecKind::Video)?;
    let registry = configure_rtcp_reports(Registry::new()).with(Slot::from(14_000), RtcpTap::default());
    match direction {
        // No RTX here: with it, this version asks again and again for what it already recovered.
        Direction::Publish => {
            configure_simulcast_extension_headers(&mut engine)?; // also brings the MID
            let registry = configure_twcc_receiver_only(registry, &mut engine)?;
            let nack = NackGeneratorBuilder::new()
                .with_interval(NACK_EVERY)
                .with_max_nacks_per_packet(NACKS_PER_PACKET)
                .build();
            Ok((engine, registry.with(Slot::NackGenerator, nack)))
        }
        Direction::Play => {
            let rtx = RTCRtpCodec {
                mime_type: MIME_TYPE_RTX.to_owned(),
                clock_rate: 90_000,
                channels: 0,
                sdp_fmtp_line: "apt=96".to_owned(),
                rtcp_feedback: vec![],
            };
            let rtx = RTCRtpCodecParameters { rtp_codec: rtx, payload_type: 97 };
            engine.register_codec(rtx, RtpCodecKind::Video)?;
            let responder = rtc::interceptor::NackResponderBuilder::new().build();
            Ok((engine, registry.with(Slot::NackResponder, responder)))
        }
    }
}
