//! One peer connection on the shared port, from the offer to the answer.

use crate::video::engine::answer;
use crate::video::engine::codecs;
use crate::video::engine::error::{EngineError, OfferFault, not_taken};
use crate::video::engine::net::{Link, Mux};
use crate::video::engine::offer::{Direction, Offer};
use rtc::peer_connection::transport::RTCDtlsRole;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCIceGatheringState, RTCPeerConnectionState, RTCSessionDescription, SettingEngineBuilder,
};

/// All steps to an answer are local; a stack that takes longer has lost itself in the offer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A good-bye that cannot be sent at once is not worth waiting for.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// How far a connection has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    New,
    Connected,
    Failed,
}

/// A peer connection and its place in the mux. Dropping it closes the one and frees the other.
pub struct Peer {
    connection: Arc<dyn PeerConnection>,
    place: Place,
    closed: AtomicBool,
    progress: watch::Receiver<Progress>,
    gathered: watch::Receiver<bool>,
}

/// The publisher's tracks, as they appear.
pub type Tracks = mpsc::UnboundedReceiver<Arc<dyn TrackRemote>>;

impl Peer {
    /// A connection that has not seen its offer yet.
    pub async fn new(
        mux: &Arc<Mux>,
        direction: Direction,
        offer: &Offer,
    ) -> Result<(Self, Tracks), EngineError> {
        let (media_engine, registry) = codecs::configure(direction)?;
        let place = Place { mux: Arc::clone(mux), link: mux.register() };
        let link = &place.link;
        link.set_remote(offer.credentials.clone());
        let settings = SettingEngineBuilder::new()
            .with_lite(true)
            .with_ice_credentials(link.ufrag.clone(), link.password.clone())
            // Each connection would open a multicast socket of its own.
            .with_multicast_dns_mode(rtc::ice::mdns::MulticastDnsMode::Disabled)
            .with_include_loopback_candidate(true)
            .with_srtp_replay_protection_window(1024)
            .with_answering_dtls_role(if offer.passive { RTCDtlsRole::Client } else { RTCDtlsRole::Server })
            // The engine watches for silence itself; these are the stack's own, later limits.
            .with_ice_timeouts(
                Some(Duration::from_secs(8)),
                Some(Duration::from_secs(10)),
                Some(Duration::from_secs(2)),
            )
            .build();
        let (progress_in, progress) = watch::channel(Progress::New);
        let (gathered_in, gathered) = watch::channel(false);
        let (tracks_in, tracks) = mpsc::unbounded_channel();
        let connection = PeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_media_engine(media_engine)
            .with_setting_engine(settings)
            .with_interceptor_registry(registry)
            .with_handler(Arc::new(Handler {
                progress: progress_in,
                gathered: gathered_in,
                tracks: tracks_in,
            }))
            .with_runtime(mux.runtime(link))
            .with_udp_addrs(vec!["127.0.0.1:0"])
            .build()
            .await
            .map_err(|error| EngineError::Io(std::io::Error::other(error)))?;
        let (connection, closed) = (Arc::new(connection), AtomicBool::new(false));
        Ok((Self { connection, place, closed, progress, gathered }, tracks))
    }

    pub fn connection(&self) -> &Arc<dyn PeerConnection> {
        &self.connection
    }

    pub fn link(&self) -> &Link {
        &self.place.link
    }

    /// Asks the other side whether it is there.
    pub fn probe(&self) {
        self.place.mux.probe(&self.place.link);
    }

    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Takes the offer and gives the answer to send back.
    pub async fn answer(&mut self, offer: &Offer, addresses: &[SocketAddr]) -> Result<String, EngineError> {
        let bad = |error: rtc::shared::error::Error| not_taken(&error);
        let steps = async {
            let shown = RTCSessionDescription::offer(offer.sdp.clone()).map_err(bad)?;
            self.connection.set_remote_description(shown).await.map_err(bad)?;
            let answer = self.connection.create_answer(None).await.map_err(bad)?;
            self.connection.set_local_description(answer).await.map_err(bad)?;
            let timed_out = EngineError::BadOffer(OfferFault::TooSlow);
            self.gathered.wait_for(|gathered| *gathered).await.map_err(|_| timed_out)?;
            let answer = self.connection.local_description().await;
            answer.ok_or(EngineError::BadOffer(OfferFault::Malformed))
        };
        let answer = tokio::time::timeout(ANSWER_WITHIN, steps)
            .await
            .map_err(|_| EngineError::BadOffer(OfferFault::TooSlow))??;
        Ok(answer::complete(&answer.sdp, &offer.sections, addresses))
    }

    /// Says good-bye and waits for the driver to end.
    pub async fn close(&self) {
        if !self.closed.swap(true, Relaxed) {
            end(Arc::clone(&self.connection)).await;
        }
        self.place.free();
    }
}

impl Drop for Peer {
    /// A connection that is merely dropped goes on: its transceivers keep it and its driver alive.
    fn drop(&mut self) {
        if !*self.closed.get_mut()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(end(Arc::clone(&self.connection)));
        }
    }
}

async fn end(connection: Arc<dyn PeerConnection>) {
    match tokio::time::timeout(CLOSE_WITHIN, connection.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "closing a media connection"),
        Err(_) => tracing::debug!("closing a media connection took too long"),
    }
}

/// A registration in the mux; given back also when the connection cannot be built.
struct Place {
    mux: Arc<Mux>,
    link: Arc<Link>,
}

impl Place {
    fn free(&self) {
        self.mux.remove(&self.link);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.free();
    }
}

struct Handler {
    progress: watch::Sender<Progress>,
    gathered: watch::Sender<bool>,
    tracks: mpsc::UnboundedSender<Arc<dyn TrackRemote>>,
}

/// Runs on the connection's driver: it may only leave notes, never wait.
#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send_replace(true);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        match state {
            RTCPeerConnectionState::Connected => {
                self.progress.send_replace(Progress::Connected);
            }
            RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => {
                self.progress.send_replace(Progress::Failed);
            }
            _ => {}
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let _ = self.tracks.send(track); // nobody listens: the resource is being closed
    }
}
