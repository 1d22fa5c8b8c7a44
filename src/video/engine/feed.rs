//! One medium of a publication: from the publisher's track to the recording and to all viewers.

use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::Recorder;
use crate::video::engine::red::{RedTypes, Unwrap};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};

/// Packets a viewer's leg may lag behind before it loses some: about 3 s of 1.2 Mbit/s.
const BACKLOG: usize = 512;
/// Keyframes are large; asking more often makes the picture worse for everybody.
const KEYFRAME_EVERY: Duration = Duration::from_millis(500);
/// A source that was silent this long may be followed by another one on the same track.
const SOURCE_SILENT: Duration = Duration::from_secs(1);

/// Viewers subscribe here, also before the track has appeared.
pub struct Feed {
    pub kind: Kind,
    packets: broadcast::Sender<MediaPacket>,
    keyframe: Notify,
    /// The SSRC that the publisher sends with at this moment.
    source: AtomicU32,
}

impl Feed {
    pub fn new(kind: Kind) -> Arc<Self> {
        let (packets, _) = broadcast::channel(BACKLOG);
        Arc::new(Self { kind, packets, keyframe: Notify::new(), source: AtomicU32::new(0) })
    }

    pub fn subscribe(&self) -> broadcast::Receiver<MediaPacket> {
        self.packets.subscribe()
    }

    /// Asks the publisher for a keyframe. Requests close together become one.
    pub fn request_keyframe(&self) {
        if self.kind == Kind::Video {
            self.keyframe.notify_one();
        }
    }

    /// Forwards the track until it ends, unwrapped where it comes as `red`. `first` is called with the first
    /// packet.
    pub async fn ingest(
        self: Arc<Self>,
        track: Arc<dyn TrackRemote>,
        red: Option<RedTypes>,
        recorder: Option<Arc<Recorder>>,
        first: impl FnOnce() + Send,
        stop: CancellationToken,
    ) {
        let (mut first, mut red) = (Some(first), red.map(Unwrap::new));
        let mut source: Option<(u32, Instant)> = None;
        let asking = CancellationToken::new();
        let _end_asking = asking.clone().drop_guard();
        while let Some(Some(event)) = stop.run_until_cancelled(track.poll()).await {
            match event {
                TrackRemoteEvent::OnRtpPacket(packet) => {
                    let (now, ssrc) = (Instant::now(), packet.header.ssrc);
                    match &mut source {
                        Some((current, seen)) if *current == ssrc => *seen = now,
                        // Two sources at a time on one track would be one unreadable stream.
                        Some((_, seen)) if now - *seen < SOURCE_SILENT => continue,
                        Some(current) => {
                            *current = (ssrc, now);
                            self.source.store(ssrc, Relaxed);
                            if let Some(red) = &mut red {
                                red.restart();
                            }
                        }
                        None => {
                            source = Some((ssrc, now));
                            self.source.store(ssrc, Relaxed);
                            if self.kind == Kind::Video {
                                let ask = Arc::clone(&self).ask_keyframes(Arc::clone(&track));
                                let asking = asking.clone();
                                tokio::spawn(async move { asking.run_until_cancelled(ask).await });
                            }
                        }
                    }
                    if let Some(first) = first.take() {
                        first();
                    }
                    let payload_type = packet.header.payload_type;
                    let packet = MediaPacket::received(packet, now);
                    match &mut red {
                        Some(red) => {
                            let unwrapped = red.take(payload_type, packet);
                            unwrapped
                                .into_iter()
                                .for_each(|packet| self.hand_on(packet, recorder.as_deref()));
                        }
                        None => self.hand_on(packet, recorder.as_deref()),
                    }
                }
                TrackRemoteEvent::OnRtcpPacket(reports) => {
                    let Some(recorder) = &recorder else { continue };
                    for report in &reports {
                        if let Some(report) = report.as_any().downcast_ref::<SenderReport>()
                            && source.is_some_and(|(ssrc, _)| ssrc == report.ssrc)
                        {
                            recorder.sender_report(self.kind, report.ntp_time, report.rtp_time);
                        }
                    }
                }
                TrackRemoteEvent::OnEnded => break,
                _ => {}
            }
        }
    }

    fn hand_on(&self, packet: MediaPacket, recorder: Option<&Recorder>) {
        if let Some(recorder) = recorder {
            recorder.packet(self.kind, &packet);
        }
        let _ = self.packets.send(packet); // fails when nobody watches
    }

    /// Apart from the packets, so that asking never holds up forwarding.
    async fn ask_keyframes(self: Arc<Self>, track: Arc<dyn TrackRemote>) {
        loop {
            self.keyframe.notified().await;
            let media_ssrc = self.source.load(Relaxed);
            let request = PictureLossIndication { sender_ssrc: 0, media_ssrc };
            if track.write_rtcp(vec![Box::new(request)]).await.is_err() {
                return;
            }
            tokio::time::sleep(KEYFRAME_EVERY).await;
        }
    }
}
