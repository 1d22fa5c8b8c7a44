//! From an offer to an answer and the connection behind it. Pure: time and randomness come in, and nothing
//! is known of the connection elsewhere before [`Sfu`](crate::video::engine::sfu::Sfu) is given it. So it
//! can be done beside the media, for which a strange offer then takes no time.

use crate::video::engine::answer::{self, Candidates};
use crate::video::engine::codecs;
use crate::video::engine::error::{EngineError, OfferFault, not_taken};
use crate::video::engine::net::Credentials;
use crate::video::engine::offer::{Direction, Offer};
use crate::video::engine::packet::Kind;
use crate::video::engine::sfu::leg::Leg;
use rand::{Rng, RngExt};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{RTCDtlsRole, RTCIceCandidateInit};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters,
};
use rtc::shared::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Where a connection believes to be; the answer names our addresses instead.
pub const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8);

/// A connection whose answer is ready.
pub struct Negotiated {
    pub connection: Box<RTCPeerConnection>,
    pub own: Credentials,
    pub remote: Credentials,
    /// What goes out on it, if it plays.
    pub legs: Vec<Leg>,
    /// The answer to send back.
    pub answer: String,
}

/// An outgoing track whose payload type the answer decides.
struct Prepared {
    kind: Kind,
    sender: RTCRtpSenderId,
    ssrc: u32,
}

/// Answers an offer. `stream` names what is played to it; `candidates` are ours.
pub fn negotiate(
    offer: &Offer,
    direction: Direction,
    stream: &str,
    candidates: &Candidates,
    now: Instant,
    random: &mut dyn Rng,
) -> Result<Negotiated, EngineError> {
    let own = Credentials::new(random);
    let mut connection = build(offer, direction, &own, now, random)?;
    let refused = |error: Error| not_taken(&error);
    let mut prepared = Vec::new();
    if direction == Direction::Play {
        for kind in &offer.kinds {
            prepared.push(prepare(&mut connection, *kind, stream, random).map_err(refused)?);
        }
    }
    let sdp = describe(&mut connection, offer, now).map_err(refused)?;
    let sdp = sdp.ok_or(EngineError::BadOffer(OfferFault::Malformed))?;
    let legs = prepared.into_iter().map(|leg| leg.finish(&mut connection)).collect::<Result<_, _>>()?;
    let answer = answer::complete(&sdp, &offer.sections, candidates);
    Ok(Negotiated { connection, own, remote: offer.credentials.clone(), legs, answer })
}

/// A connection that has not seen its offer yet.
fn build(
    offer: &Offer,
    direction: Direction,
    own: &Credentials,
    now: Instant,
    random: &mut dyn Rng,
) -> Result<Box<RTCPeerConnection>, EngineError> {
    let (media_engine, registry) = codecs::configure(direction, random)?;
    let settings = SettingEngineBuilder::new()
        .with_lite(true)
        .with_ice_credentials(own.ufrag.clone(), own.password.clone())
        // Names are not looked up, and no multicast socket is there to ask.
        .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        .with_srtp_replay_protection_window(1024)
        .with_answering_dtls_role(if offer.passive { RTCDtlsRole::Client } else { RTCDtlsRole::Server })
        // The SFU watches for silence itself; these are the stack's own, later limits.
        .with_ice_timeouts(
            Some(Duration::from_secs(8)),
            Some(Duration::from_secs(10)),
            Some(Duration::from_secs(2)),
        )
        .build();
    RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(media_engine)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .build(now)
        .map(Box::new)
        .map_err(|error| EngineError::Io(std::io::Error::other(error)))
}

/// Adds an outgoing track to the connection; before the offer is set.
fn prepare(
    connection: &mut RTCPeerConnection,
    kind: Kind,
    stream: &str,
    random: &mut dyn Rng,
) -> Result<Prepared, Error> {
    let (ssrc, rtx) = (random.random(), random.random());
    let name = match kind {
        Kind::Audio => "audio",
        Kind::Video => "video",
    };
    let coding = RTCRtpCodingParameters {
        ssrc: Some(ssrc),
        rtx: (kind == Kind::Video).then_some(RTCRtpRtxParameters { ssrc: rtx }),
        ..Default::default()
    };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: coding,
        codec: codecs::codec(kind),
        ..Default::default()
    };
    let track = MediaStreamTrack::new(
        stream.to_owned(),
        name.to_owned(),
        name.to_owned(),
        kind.into(),
        vec![encoding],
    );
    Ok(Prepared { kind, sender: connection.add_track(track)?, ssrc })
}

impl Prepared {
    /// After the answer: the payload type by which the peer knows our codec.
    fn finish(self, connection: &mut RTCPeerConnection) -> Result<Leg, EngineError> {
        let refused = EngineError::BadOffer(OfferFault::NoCodec);
        let wanted = codecs::codec(self.kind).mime_type;
        let Some(mut sender) = connection.rtp_sender(self.sender) else { return Err(refused) };
        let codecs = &sender.get_parameters().rtp_parameters.codecs;
        let codec = codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted));
        let payload_type = codec.map(|codec| codec.payload_type).ok_or(refused)?;
        Ok(Leg { kind: self.kind, ssrc: self.ssrc, payload_type })
    }
}

/// Shows the stack the offer and takes its answer, with one candidate that stands for all addresses.
fn describe(
    connection: &mut RTCPeerConnection,
    offer: &Offer,
    now: Instant,
) -> Result<Option<String>, Error> {
    connection.set_remote_description(now, RTCSessionDescription::offer(offer.sdp.clone())?)?;
    let answer = connection.create_answer(None)?;
    connection.set_local_description(now, answer)?;
    let candidate = format!("1 1 udp 2130706431 {} {} typ host", HERE.ip(), HERE.port());
    connection.add_local_candidate(RTCIceCandidateInit { candidate, ..Default::default() })?;
    // An empty one: there are no more.
    connection.add_local_candidate(RTCIceCandidateInit::default())?;
    Ok(connection.local_description().map(|description| description.sdp))
}
