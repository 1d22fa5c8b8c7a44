//! What we negotiate: Opus (of publishers also as RED) and VP8, and the interceptors of each direction.

use crate::video::engine::error::EngineError;
use crate::video::engine::offer::Direction;
use crate::video::engine::packet::Kind;
use crate::video::engine::repair::{Asker, Resender};
use crate::video::engine::tap::RtcpTap;
use rand::{Rng, RngExt};
use rtc::interceptor::{ReceiverReportBuilder, Registry, SenderReportBuilder, Slot};
use rtc::peer_connection::configuration::interceptor_registry::{
    configure_simulcast_extension_headers, configure_twcc_receiver_only,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind};

/// Opus with its former packets (RFC 2198); taken of publishers, never given to viewers.
const MIME_TYPE_RED: &str = "audio/red";

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
pub fn configure(direction: Direction, random: &mut dyn Rng) -> Result<(MediaEngine, Registry), EngineError> {
    build(direction, random).map_err(|error| EngineError::Io(std::io::Error::other(error)))
}

fn build(
    direction: Direction,
    random: &mut dyn Rng,
) -> Result<(MediaEngine, Registry), rtc::shared::error::Error> {
    let mut engine = MediaEngine::default();
    let mut opus = RTCRtpCodecParameters { rtp_codec: codec(Kind::Audio), payload_type: 111 };
    if direction == Direction::Publish {
        // The stack takes what fits exactly and forgets the rest: Opus must fit whatever is said of it.
        opus.rtp_codec.sdp_fmtp_line.clear();
        let red = RTCRtpCodec { mime_type: MIME_TYPE_RED.to_owned(), ..opus.rtp_codec.clone() };
        let red = RTCRtpCodecParameters { rtp_codec: red, payload_type: 63 };
        engine.register_codec(red, RtpCodecKind::Audio)?;
    }
    let vp8 = RTCRtpCodecParameters { rtp_codec: codec(Kind::Video), payload_type: 96 };
    engine.register_codec(opus, RtpCodecKind::Audio)?;
    engine.register_codec(vp8, RtpCodecKind::Video)?;
    let rtx = RTCRtpCodec {
        mime_type: MIME_TYPE_RTX.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: "apt=96".to_owned(),
        rtcp_feedback: vec![],
    };
    engine.register_codec(RTCRtpCodecParameters { rtp_codec: rtx, payload_type: 97 }, RtpCodecKind::Video)?;
    // Every packet walks through all of them: each direction has only what it needs.
    let registry = Registry::new().with(Slot::from(14_000), RtcpTap::default());
    match direction {
        Direction::Publish => {
            configure_simulcast_extension_headers(&mut engine)?; // also brings the MID
            let registry = registry.with(Slot::ReceiverReport, ReceiverReportBuilder::new().build());
            let registry = configure_twcc_receiver_only(registry, &mut engine)?;
            // Behind the counters of arrivals, which count what was on the wire.
            Ok((engine, registry.with(Slot::from(10_500), Asker::new(random.random()))))
        }
        Direction::Play => {
            let registry = registry.with(Slot::SenderReport, SenderReportBuilder::new().build());
            Ok((engine, registry.with(Slot::NackResponder, Resender::new(random.random()))))
        }
    }
}
