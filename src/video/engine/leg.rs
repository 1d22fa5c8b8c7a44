//! A viewer's side: the tracks of one play connection and the tasks that fill them.

use crate::video::engine::codecs;
use crate::video::engine::error::{EngineError, OfferFault, not_taken};
use crate::video::engine::feed::Feed;
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::peer::{Peer, Progress};
use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters,
};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_local::{TrackLocal, TrackLocalEvent};
use webrtc::rtp_transceiver::RtpSender;

/// One outgoing track, prepared before the answer.
pub struct Leg {
    feed: Arc<Feed>,
    track: Arc<TrackLocalStaticRTP>,
    sender: Arc<dyn RtpSender>,
    ssrc: u32,
}

impl Leg {
    /// Adds the outgoing track of `feed` to the connection; before the offer is set.
    pub async fn add(peer: &Peer, feed: Arc<Feed>, stream: &str) -> Result<Self, EngineError> {
        let (ssrc, rtx) = (rand::random(), rand::random());
        let name = match feed.kind {
            Kind::Audio => "audio",
            Kind::Video => "video",
        };
        let coding = RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            rtx: (feed.kind == Kind::Video).then_some(RTCRtpRtxParameters { ssrc: rtx }),
            ..Default::default()
        };
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: coding,
            codec: codecs::codec(feed.kind),
            ..Default::default()
        };
        let track = MediaStreamTrack::new(
            stream.to_owned(),
            name.to_owned(),
            name.to_owned(),
            feed.kind.into(),
            vec![encoding],
        );
        let track = Arc::new(TrackLocalStaticRTP::new(track));
        let sender = peer.connection().add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await;
        let sender = sender.map_err(|error| not_taken(&error))?;
        Ok(Self { feed, track, sender, ssrc })
    }

    /// Begins forwarding once the connection is up; ends with it. After the answer.
    pub async fn start(
        self,
        mut progress: watch::Receiver<Progress>,
        stop: CancellationToken,
    ) -> Result<(), EngineError> {
        let payload_type = self.payload_type().await?;
        let (track, feed) = (Arc::clone(&self.track), Arc::clone(&self.feed));
        let stopped = stop.clone();
        tokio::spawn(async move {
            let asking = async {
                // PLI and FIR are all that the tap lets through on this side.
                while let Some(TrackLocalEvent::OnRtcpPacket(_)) = track.poll().await {
                    feed.request_keyframe();
                }
            };
            stopped.run_until_cancelled(asking).await;
        });
        tokio::spawn(async move {
            let forwarding = async {
                // What is written before the connection is up is lost with nothing but a log line.
                if progress.wait_for(|progress| *progress == Progress::Connected).await.is_ok() {
                    self.forward(payload_type).await;
                }
            };
            stop.run_until_cancelled(forwarding).await;
        });
        Ok(())
    }

    async fn payload_type(&self) -> Result<u8, EngineError> {
        let wanted = codecs::codec(self.feed.kind).mime_type;
        let refused = || EngineError::BadOffer(OfferFault::NoCodec);
        let parameters = self.sender.get_parameters().await.map_err(|_| refused())?;
        parameters
            .rtp_parameters
            .codecs
            .iter()
            .find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted))
            .map(|codec| codec.payload_type)
            .ok_or_else(refused)
    }

    async fn forward(&self, payload_type: u8) {
        let mut packets = self.feed.subscribe();
        self.feed.request_keyframe();
        loop {
            match packets.recv().await {
                Ok(packet) => {
                    let packet = MediaPacket::relabelled(&packet, self.ssrc, payload_type);
                    if self.track.write_rtp(packet).await.is_err() {
                        return;
                    }
                }
                Err(RecvError::Lagged(_)) => self.feed.request_keyframe(),
                Err(RecvError::Closed) => return,
            }
        }
    }
}
