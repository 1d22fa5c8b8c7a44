//! One connection: the stack's own, driven step by step, and what we know of its peer.
//!
//! What a peer sends reaches the stack here and nowhere else. Should the stack panic over it, this connection has failed,
//! and no other has noticed.

use crate::video::engine::net::{Link, Transport, stun};
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::sfu::feed::Feed;
use crate::video::engine::sfu::leg::Leg;
use crate::video::engine::sfu::life::Progress;
use crate::video::engine::sfu::negotiate::HERE;
use crate::video::engine::sfu::{Negotiated, Sink};
use bytes::BytesMut;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use uuid::Uuid;

/// Whom a connection believes to speak with, wherever the peer is.
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
/// A datagram whose first byte is below this is no media (RFC 7983).
const FIRST_OF_MEDIA: u8 = 128;
/// A DTLS record of this type is an alert; on a running connection that is the peer's good-bye.
const DTLS_ALERT: u8 = 21;

/// What a connection is for.
pub enum Role {
    Publish(Box<Published>),
    /// Plays what the connection at this place publishes, as long as that is there.
    Play {
        publisher: Option<usize>,
        legs: Vec<Leg>,
    },
}

/// What a publishing connection brings, and who gets it.
pub struct Published {
    /// Sound and picture.
    pub feeds: [Feed; 2],
    pub sink: Option<Box<dyn Sink>>,
    /// The places of those who play it.
    pub viewers: Vec<usize>,
    /// Something has come.
    pub started: bool,
}

/// Something that came in on a connection.
pub enum Media {
    Packet(Kind, rtp::Packet),
    Reports(Vec<Box<dyn rtcp::Packet>>),
}

/// One connection.
pub struct Connection {
    pub id: Uuid,
    pub link: Link,
    pub role: Role,
    pub progress: Progress,
    pub since: Instant,
    /// It stands in the list of those that may have something to send.
    pub queued: bool,
    /// That it is connected was told, and that it is over.
    pub told_connected: bool,
    pub told_over: bool,
    /// How its peer was last told to be reached.
    pub told_transport: Option<Transport>,
    stack: Box<RTCPeerConnection>,
    /// The stack panicked: it is not touched any more.
    broken: bool,
    /// Something was done since the stack was last asked for its next time-out.
    moved: bool,
    timeout: Option<Instant>,
    /// The stack's names of the tracks that are taken: the first of each kind.
    tracks: [Option<String>; 2],
}

impl Connection {
    /// Its place on the port, its role, and the stack with its answer given.
    pub fn new(id: Uuid, negotiated: Negotiated, role: Role, now: Instant) -> Self {
        Self {
            id,
            link: Link::new(negotiated.own, negotiated.remote, now),
            role,
            progress: Progress::New,
            since: now,
            queued: false,
            told_connected: false,
            told_over: false,
            told_transport: None,
            stack: negotiated.connection,
            broken: false,
            moved: true,
            timeout: None,
            tracks: [None, None],
        }
    }

    /// Runs one step of the stack; `None` if it is, or was, its last.
    fn step<T>(&mut self, step: impl FnOnce(&mut RTCPeerConnection) -> T) -> Option<T> {
        if self.broken {
            return None;
        }
        let done = catch_unwind(AssertUnwindSafe(|| step(&mut self.stack)));
        if done.is_err() {
            tracing::error!(resource = %self.id, "the media stack failed over what a peer sent");
            (self.broken, self.progress) = (true, Progress::Failed);
        }
        done.ok()
    }

    /// Takes a datagram that came on a checked way.
    pub fn read(&mut self, datagram: &[u8], now: Instant) {
        let Some(first) = datagram.first() else { return };
        if *first == DTLS_ALERT {
            self.link.alerted(now);
        }
        let is_media = *first >= FIRST_OF_MEDIA;
        self.moved = true;
        let transport = TransportContext {
            local_addr: HERE,
            peer_addr: PEER,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = TaggedBytesMut { now, transport, message: BytesMut::from(datagram) };
        // What it does not understand it throws away, and says so in its log.
        let _ = self.step(|stack| stack.handle_read(message));
        if !is_media {
            self.settle(); // the keys of the media that comes next are among its events
        }
    }

    /// The next thing that came in.
    pub fn next_media(&mut self) -> Option<Media> {
        loop {
            // Not `poll_read`, which walks through all layers once more, for data channels that are not there.
            match self.step(RTCPeerConnection::poll_media_read)??.message {
                RTCMessage::RtpPacket(track, packet) => {
                    if let Some(kind) = self.kind_of(&track) {
                        return Some(Media::Packet(kind, packet));
                    }
                }
                RTCMessage::RtcpPacket(_, reports) => return Some(Media::Reports(reports)),
                _ => {}
            }
        }
    }

    /// What comes on a track; `None` for a second one of its kind.
    fn kind_of(&mut self, track: &str) -> Option<Kind> {
        let known = |connection: &Self| {
            let is_it = |kind: &Kind| connection.tracks[*kind as usize].as_deref() == Some(track);
            [Kind::Audio, Kind::Video].into_iter().find(is_it)
        };
        known(self).or_else(|| {
            // The stack tells of a track before its first packet, but apart from it.
            self.settle();
            known(self)
        })
    }

    /// Takes what the stack has to tell.
    fn settle(&mut self) {
        while let Some(Some(event)) = self.step(RTCPeerConnection::poll_event) {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => match state {
                    RTCPeerConnectionState::Connected => self.progress = Progress::Connected,
                    RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => {
                        self.progress = Progress::Failed;
                    }
                    _ => {}
                },
                RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(track)) => {
                    let kind = self.step(|stack| {
                        stack.rtp_receiver(track.receiver_id).map(|receiver| receiver.track().kind())
                    });
                    let kind = match kind.flatten() {
                        Some(RtpCodecKind::Audio) => Kind::Audio,
                        Some(RtpCodecKind::Video) => Kind::Video,
                        _ => continue,
                    };
                    self.tracks[kind as usize].get_or_insert(track.track_id);
                }
                _ => {}
            }
        }
    }

    /// Sends a packet of the publication that it plays. One for which it has no leg is none of its own, and before
    /// it is connected it is lost.
    pub fn forward(&mut self, kind: Kind, packet: &MediaPacket, now: Instant) -> bool {
        let Role::Play { legs, .. } = &self.role else { return false };
        let Some(leg) = legs.iter().find(|leg| leg.kind == kind) else { return false };
        if self.progress != Progress::Connected {
            return false;
        }
        let packet = leg.label(packet);
        // The stack asks for the name of a track and does not look at it.
        self.write(RTCMessage::RtpPacket(String::new(), packet), now);
        true
    }

    /// Asks the publisher for a keyframe of this source.
    pub fn ask_keyframe(&mut self, media_ssrc: u32, now: Instant) {
        let request = PictureLossIndication { sender_ssrc: 0, media_ssrc };
        self.write(RTCMessage::RtcpPacket(String::new(), vec![Box::new(request)]), now);
    }

    fn write(&mut self, message: RTCMessage, now: Instant) {
        self.moved = true;
        let _ = self.step(|stack| stack.handle_write(TaggedRTCMessage { now, message }));
    }

    /// Gives out what is to be sent. False if there was nothing.
    pub fn drain(&mut self, mut out: impl FnMut(&[u8])) -> bool {
        let mut some = false;
        while let Some(Some(datagram)) = self.step(RTCPeerConnection::poll_write) {
            some = true;
            // The check was answered when it came, with the address that it came from.
            if !stun::is_success(&datagram.message) {
                out(&datagram.message);
            }
        }
        self.moved |= some;
        some
    }

    /// Lets the stack's own timers run. True if one did.
    pub fn tick(&mut self, now: Instant) -> bool {
        if std::mem::take(&mut self.moved) {
            self.timeout = self.step(RTCPeerConnection::poll_timeout).flatten();
        }
        if self.timeout.is_none_or(|timeout| timeout > now) {
            return false;
        }
        if let Some(Err(error)) = self.step(|stack| stack.handle_timeout(now)) {
            tracing::debug!(%error, "a timer of a media connection");
        }
        self.timeout = self.step(RTCPeerConnection::poll_timeout).flatten();
        self.settle();
        true
    }

    /// When [`tick`](Self::tick) has something to do next.
    pub fn timeout(&self) -> Option<Instant> {
        self.timeout
    }

    /// Says good-bye: what is to be sent for that comes out of [`drain`](Self::drain).
    pub fn close(&mut self) {
        if let Some(Err(error)) = self.step(RTCPeerConnection::close) {
            tracing::debug!(%error, "closing a media connection");
        }
    }
}
