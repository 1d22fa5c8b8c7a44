//! The media engine behind one door: publishing (WHIP), playing (WHEP) and recording.
//!
//! It knows sessions, participants and publications only by id; who may do what is decided by its
//! caller. Everything that happens by itself is told through the event channel given to
//! [`Engine::start`].
//!
//! **Invariants.** One UDP port, and one TCP port beside it, serve all connections. A publication has at most one publisher;
//! a newer one replaces it, and those who played the former are closed. When a closing method has
//! returned, the recordings it concerns are finalised, also when its caller stopped waiting.
//! Nothing an offer or a packet contains makes the engine panic or hold up another connection.

mod amend;
mod answer;
mod codecs;
mod driver;
mod error;
mod event;
mod net;
mod offer;
mod packet;
pub mod recording;
mod red;
mod repair;
mod resources;
mod service;
mod sfu;
mod tap;

pub use amend::{Amended, Meant};
pub use error::{EngineError, OfferFault};
pub use event::{CloseCause, EngineEvent};
pub use net::Transport;
pub use packet::{Kind as MediaKind, MediaPacket};
pub use recording::{Flow, RecordingSpec, Writing};

use crate::base::clock::Clock;
use offer::{Direction, Offer};
use recording::Medium;
use service::Service;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

/// Where media arrives.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// The UDP port; 0 takes a free one (tests).
    pub media_port: u16,
    /// The TCP port, for who is reached by no UDP; 0 takes the number of the UDP port, and with none there is no TCP.
    pub tcp_port: Option<u16>,
    /// The addresses to bind, at least one. What reaches one of them is answered from it.
    pub bind: Vec<IpAddr>,
    /// Addresses put into answers.
    pub addresses: Vec<IpAddr>,
}

/// A WHIP request.
#[derive(Clone, Debug)]
pub struct Publish {
    pub session: Uuid,
    pub participant: Uuid,
    pub publication: Uuid,
    /// SDP with at most one Opus and one VP8 m-line.
    pub offer: String,
    /// Where to record from the first media on.
    pub recording: Option<RecordingSpec>,
}

/// A WHEP request.
#[derive(Clone, Debug)]
pub struct Play {
    pub session: Uuid,
    pub publication: Uuid,
    pub viewer: Uuid,
    pub offer: String,
}

/// The answer to an offer, and the resource it made.
#[derive(Clone, Debug)]
pub struct Answer {
    pub resource: Uuid,
    /// Names the resource's ICE session; see [`Engine::amend`].
    pub tag: String,
    pub sdp: String,
}

/// Figures for `/metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    pub connections: usize,
    pub publications: usize,
    /// Recordings that are not finalised yet.
    pub recordings: usize,
    pub packets_in: u64,
    pub packets_out: u64,
    /// Not sent because the buffer of the socket or stream was full.
    pub packets_unsent: u64,
    /// Received by the kernel and thrown away, because the socket's buffer was full.
    pub packets_dropped: u64,
    /// Open TCP streams.
    pub streams: usize,
    /// Streams turned away since the start, because there were too many.
    pub streams_refused: u64,
}

/// What a publication does at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicationStatus {
    pub session: Uuid,
    pub publication: Uuid,
    pub audio: Flow,
    pub video: Flow,
    /// Whether it is being written durably: all of it, its sound, its pictures.
    pub writing: Writing,
    pub audio_writing: Writing,
    pub video_writing: Writing,
}

impl PublicationStatus {
    /// Media has come in: it can be played.
    pub fn is_live(&self) -> bool {
        (self.audio, self.video) != (Flow::None, Flow::None)
    }

    /// What of it comes in and does not reach the disk.
    fn unwritten(&self) -> Option<Medium> {
        let stopped = [self.audio_writing, self.video_writing].map(|writing| writing == Writing::Stopped);
        match stopped {
            _ if !self.is_live() => None,
            [true, true] => Some(Medium::Both),
            [true, false] => Some(Medium::Audio),
            [false, true] => Some(Medium::Video),
            [false, false] => None,
        }
    }
}

/// The running engine. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Arc<Service>);

impl Engine {
    /// Binds the media port and starts. Events go to `events` for as long as somebody listens.
    pub async fn start(
        settings: EngineSettings,
        clock: Clock,
        events: UnboundedSender<EngineEvent>,
    ) -> Result<Self, EngineError> {
        Service::start(settings, clock, events).await.map(Self)
    }

    /// Where the media port is bound.
    pub fn media_addr(&self) -> SocketAddr {
        self.0.address
    }

    /// Answers an offer that sends. Publishing a publication again replaces its former resource
    /// and finalises that one's recording.
    pub async fn publish(&self, publish: Publish) -> Result<Answer, EngineError> {
        let offer = Offer::read(&publish.offer, Direction::Publish)?;
        let service = Arc::clone(&self.0);
        detached(async move { service.publish(publish, offer).await }).await
    }

    /// Answers an offer that receives a publication of the same session. Media may begin later.
    pub async fn play(&self, play: Play) -> Result<Answer, EngineError> {
        let offer = Offer::read(&play.offer, Direction::Play)?;
        let service = Arc::clone(&self.0);
        detached(async move { service.play(play, offer).await }).await
    }

    /// Takes a part of an SDP that a resource's peer sends after its offer: candidates, or the credentials of an ICE restart,
    /// which are answered. `meant` names the state for which it is meant.
    pub fn amend(&self, resource: Uuid, fragment: &str, meant: &Meant) -> Result<Amended, EngineError> {
        self.0.amend(resource, fragment, meant)
    }

    /// The participant (publisher or viewer) a resource belongs to.
    pub fn owner(&self, resource: Uuid) -> Option<Uuid> {
        self.0.resources().get(resource).map(|resource| resource.participant)
    }

    /// Whether a resource publishes (or plays); `None` if there is none.
    pub fn publishes(&self, resource: Uuid) -> Option<bool> {
        self.0.resources().get(resource).map(|resource| resource.published.is_some())
    }

    /// How a resource's peer is reached at this moment; `None` before it is, or if there is none.
    pub fn transport(&self, resource: Uuid) -> Option<Transport> {
        self.0.resources().get(resource)?.transport()
    }

    /// Whether a participant's media comes in at this moment.
    pub fn is_publishing(&self, session: Uuid, participant: Uuid) -> bool {
        self.0.resources().is_publishing(session, participant)
    }

    /// What is published at this moment, in one session or in all.
    pub fn publications(&self, session: Option<Uuid>) -> Vec<PublicationStatus> {
        self.0.publications(session)
    }

    /// Somebody's camera or microphone was switched on or off: what their publication sends of it meanwhile is
    /// no picture, and silence nothing to be told of.
    pub fn switched(&self, publication: Uuid, kind: MediaKind, on: bool) {
        self.0.switched(publication, kind, on);
    }

    /// From now on nothing of a session is recorded, whoever publishes, or it is again.
    pub fn pause(&self, session: Uuid, on: bool) {
        self.0.resources().pause(session, on);
    }

    /// Whether a session is paused.
    pub fn is_paused(&self, session: Uuid) -> bool {
        self.0.resources().is_paused(session)
    }

    /// Whether a recording runs or waits to be closed.
    pub fn has_recording(&self, recording: Uuid) -> bool {
        self.0.resources().recordings(None, None).iter().any(|recorder| recorder.has_open(recording))
    }

    /// Closes a resource; false if there is none. Its recording is finalised on return.
    pub async fn close(&self, resource: Uuid) -> bool {
        let service = Arc::clone(&self.0);
        let closing = tokio::spawn(async move { service.close(resource, CloseCause::Asked).await });
        closing.await.unwrap_or(false)
    }

    /// Closes all that a participant publishes and plays in a session.
    pub async fn close_participant(&self, session: Uuid, participant: Uuid) {
        self.close_all(Some(session), Some(participant)).await;
    }

    /// Closes a session; returns when all its recordings are finalised.
    pub async fn close_session(&self, session: Uuid) {
        self.close_all(Some(session), None).await;
    }

    /// Closes everything and takes nothing more; returns when all recordings are finalised.
    pub async fn shutdown(&self) {
        self.0.resources().refuse_more();
        self.close_all(None, None).await;
        self.0.driver.stop().await;
    }

    /// What goes on at this moment.
    pub fn stats(&self) -> EngineStats {
        self.0.stats()
    }

    async fn close_all(&self, session: Option<Uuid>, participant: Option<Uuid>) {
        let service = Arc::clone(&self.0);
        let closing = tokio::spawn(async move { service.close_all(session, participant).await });
        if closing.await.is_err() {
            tracing::error!("closing media connections failed");
        }
    }
}

/// Runs negotiation apart from its caller: a caller that goes away leaves nothing half made, and
/// a panic of the stack over a strange offer is an answer, not a crash.
async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, EngineError>> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the media stack failed over an offer");
        Err(EngineError::BadOffer(OfferFault::Malformed))
    })
}
