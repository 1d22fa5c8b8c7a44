//! The work behind the door: making resources, watching them, closing them.

use crate::base::clock::Clock;
use crate::base::ids;
use crate::video::engine::error::EngineError;
use crate::video::engine::event::{CloseCause, EngineEvent};
use crate::video::engine::feed::Feed;
use crate::video::engine::leg::Leg;
use crate::video::engine::net::Mux;
use crate::video::engine::offer::{Direction, Offer};
use crate::video::engine::packet::Kind;
use crate::video::engine::peer::{Peer, Progress, Tracks};
use crate::video::engine::recording::{Files, Recorder, RecorderEvents};
use crate::video::engine::red::RedTypes;
use crate::video::engine::resources::{Published, Resource, Resources};
use crate::video::engine::{Answer, EngineSettings, EngineStats, Play, PublicationStatus, Publish};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often the connections are looked at.
const WATCH_EVERY: Duration = Duration::from_millis(250);
/// A look that comes so late was not held up by the network.
const STOOD_STILL: Duration = Duration::from_secs(2);

pub struct Service {
    pub mux: Arc<Mux>,
    addresses: Vec<SocketAddr>,
    clock: Clock,
    events: UnboundedSender<EngineEvent>,
    resources: Mutex<Resources>,
}

impl Service {
    pub async fn start(
        settings: EngineSettings,
        clock: Clock,
        events: UnboundedSender<EngineEvent>,
    ) -> Result<Arc<Self>, EngineError> {
        let mux = Mux::bind(&settings.bind, settings.media_port)?;
        if let Some(unserved) = settings.addresses.iter().find(|address| !mux.serves(**address)) {
            return Err(EngineError::Unserved(*unserved));
        }
        let port = mux.address().port();
        let addresses = settings.addresses.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        let service = Arc::new(Self { mux, addresses, clock, events, resources: Mutex::default() });
        tokio::spawn(watch(Arc::downgrade(&service)));
        Ok(service)
    }

    pub fn resources(&self) -> MutexGuard<'_, Resources> {
        self.resources.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub fn tell(&self, event: EngineEvent) {
        let _ = self.events.send(event); // the owner is gone: nobody to tell
    }

    pub async fn publish(self: &Arc<Self>, publish: Publish, offer: Offer) -> Result<Answer, EngineError> {
        self.resources().room_for(publish.session, publish.participant)?;
        let (mut peer, tracks) = Peer::new(&self.mux, Direction::Publish, &offer).await?;
        let sdp = peer.answer(&offer, &self.addresses).await?;
        let (audio, video) = (Feed::new(Kind::Audio), Feed::new(Kind::Video));
        let recorder = publish.recording.map(|spec| {
            let (video, events) = (Arc::clone(&video), self.events.clone());
            let service = Arc::downgrade(self);
            let events = RecorderEvents {
                tell: Box::new(move |event| {
                    let _ = events.send(event);
                }),
                ask_keyframe: Box::new(move || video.request_keyframe()),
                finished: Box::new(move |recording| {
                    if let Some(service) = service.upgrade() {
                        service.resources().recording_finished(recording);
                    }
                }),
            };
            Arc::new(Recorder::new(spec, publish.publication, self.clock.clone(), Arc::new(Files), events))
        });
        let published = Published { audio, video, recorder };
        let resource =
            self.resource(publish.session, publish.participant, publish.publication, peer, Some(published));
        let replaced = self.resources().add(Arc::clone(&resource));
        self.after_adding(&resource, replaced).await?;
        tokio::spawn(Arc::clone(self).take_tracks(Arc::clone(&resource), tracks, offer.red));
        Ok(Answer { resource: resource.id, sdp })
    }

    pub async fn play(self: &Arc<Self>, play: Play, offer: Offer) -> Result<Answer, EngineError> {
        let publisher = {
            let resources = self.resources();
            resources.room_for(play.session, play.viewer)?;
            resources.publisher(play.session, play.publication).ok_or(EngineError::NothingPublished)?
        };
        let Some(published) = &publisher.published else { return Err(EngineError::NothingPublished) };
        let (mut peer, _) = Peer::new(&self.mux, Direction::Play, &offer).await?;
        let stream = play.publication.to_string();
        let mut legs = Vec::new();
        for kind in &offer.kinds {
            let feed = match kind {
                Kind::Audio => &published.audio,
                Kind::Video => &published.video,
            };
            legs.push(Leg::add(&peer, Arc::clone(feed), &stream).await?);
        }
        let sdp = peer.answer(&offer, &self.addresses).await?;
        let progress = peer.progress();
        let resource = self.resource(play.session, play.viewer, play.publication, peer, None);
        let mut started = Ok(());
        for leg in legs {
            started = started.and(leg.start(progress.clone(), resource.stop.clone()).await);
        }
        let replaced = started.and_then(|()| self.resources().add(Arc::clone(&resource)));
        self.after_adding(&resource, replaced).await?;
        Ok(Answer { resource: resource.id, sdp })
    }

    fn resource(
        &self,
        session: Uuid,
        participant: Uuid,
        publication: Uuid,
        peer: Peer,
        published: Option<Published>,
    ) -> Arc<Resource> {
        let id = ids::new_id(self.clock.now());
        let (stop, since) = (CancellationToken::new(), Instant::now());
        Arc::new(Resource { id, session, participant, publication, peer, published, stop, since })
    }

    async fn after_adding(
        self: &Arc<Self>,
        resource: &Arc<Resource>,
        replaced: Result<Vec<(Arc<Resource>, CloseCause)>, EngineError>,
    ) -> Result<(), EngineError> {
        match replaced {
            Ok(replaced) => {
                self.finish(replaced).await;
                let (service, resource) = (Arc::clone(self), Arc::clone(resource));
                tokio::spawn(async move {
                    let mut progress = resource.peer.progress();
                    let connected = progress.wait_for(|progress| *progress == Progress::Connected);
                    if let Some(Ok(_)) = resource.stop.run_until_cancelled(connected).await {
                        service.tell(EngineEvent::Connected { resource: resource.id });
                    }
                });
                Ok(())
            }
            Err(error) => {
                resource.stop.cancel();
                resource.peer.close().await;
                Err(error)
            }
        }
    }

    /// Starts forwarding the publisher's tracks as they appear: the first of each kind.
    async fn take_tracks(
        self: Arc<Self>,
        resource: Arc<Resource>,
        mut tracks: Tracks,
        red: Option<RedTypes>,
    ) {
        let Some(published) = &resource.published else { return };
        let started = Arc::new(AtomicBool::new(false));
        let mut taken = Vec::new();
        while let Some(Some(track)) = resource.stop.run_until_cancelled(tracks.recv()).await {
            let feed = match track.kind().await {
                rtc::rtp_transceiver::rtp_sender::RtpCodecKind::Audio => &published.audio,
                rtc::rtp_transceiver::rtp_sender::RtpCodecKind::Video => &published.video,
                _ => continue,
            };
            if taken.contains(&feed.kind) {
                continue;
            }
            taken.push(feed.kind);
            let first = {
                let (service, started) = (Arc::clone(&self), Arc::clone(&started));
                let publication = resource.publication;
                move || {
                    if !started.swap(true, Relaxed) {
                        service.tell(EngineEvent::MediaStarted { publication });
                    }
                }
            };
            let (recorder, red) = (published.recorder.clone(), red.filter(|_| feed.kind == Kind::Audio));
            tokio::spawn(Arc::clone(feed).ingest(track, red, recorder, first, resource.stop.clone()));
        }
    }

    /// Closes what `remove` took out, in that order; returns when recordings are finalised.
    pub async fn finish(&self, removed: Vec<(Arc<Resource>, CloseCause)>) {
        for (resource, _) in &removed {
            resource.stop.cancel();
        }
        let closing = removed.into_iter().map(|(resource, cause)| async move {
            resource.peer.close().await;
            if let Some(recorder) =
                resource.published.as_ref().and_then(|published| published.recorder.as_ref())
            {
                recorder.finish().await;
            }
            let (id, publication) = (resource.id, resource.publication);
            tracing::debug!(resource = %id, cause = cause.as_str(), "media resource closed");
            self.tell(EngineEvent::ResourceClosed { resource: id, publication, cause });
        });
        futures::future::join_all(closing).await;
    }

    pub async fn close(&self, id: Uuid, cause: CloseCause) -> bool {
        let removed = self.resources().remove(id, cause);
        let found = !removed.is_empty();
        self.finish(removed).await;
        found
    }

    /// Closes all resources that fit, and waits for all recordings that fit, also for those whose
    /// resource somebody else is closing.
    pub async fn close_all(&self, session: Option<Uuid>, participant: Option<Uuid>) {
        let (removed, recordings) = {
            let mut resources = self.resources();
            let recordings = resources.recordings(session, participant);
            let ids = resources.ids(|resource| {
                session.is_none_or(|id| id == resource.session)
                    && participant.is_none_or(|id| id == resource.participant)
            });
            let removed: Vec<_> =
                ids.into_iter().flat_map(|id| resources.remove(id, CloseCause::Asked)).collect();
            (removed, recordings)
        };
        self.finish(removed).await;
        futures::future::join_all(recordings.iter().map(|recorder| recorder.finish())).await;
    }

    pub fn publications(&self, session: Option<Uuid>) -> Vec<PublicationStatus> {
        let resources = self.resources();
        let publishers = resources.ids(|resource| {
            resource.published.is_some() && session.is_none_or(|session| session == resource.session)
        });
        let status = |id: Uuid| {
            let resource = resources.get(id)?;
            let status = resource.published.as_ref()?.recorder.as_ref()?.status();
            Some(PublicationStatus {
                session: resource.session,
                publication: resource.publication,
                audio: status.audio,
                video: status.video,
                writing: status.writing,
            })
        };
        publishers.into_iter().filter_map(status).collect()
    }

    pub fn set_camera(&self, publication: Uuid, on: bool) {
        let resources = self.resources();
        let of_publication =
            |resource: &Arc<Resource>| resource.publication == publication && resource.published.is_some();
        for id in resources.ids(of_publication) {
            let published = resources.get(id).and_then(|resource| resource.published.as_ref());
            if let Some(recorder) = published.and_then(|published| published.recorder.as_ref()) {
                recorder.camera(on);
            }
        }
    }

    /// Tells of every publication that does something else than in `before`, which is brought up to date.
    fn tell_changes(&self, before: &mut HashMap<Uuid, PublicationStatus>) {
        let now: HashMap<Uuid, PublicationStatus> =
            self.publications(None).into_iter().map(|status| (status.publication, status)).collect();
        let began = now.values().filter(|status| before.get(&status.publication) != Some(status));
        let ended = before.values().filter(|status| !now.contains_key(&status.publication));
        for status in began.chain(ended) {
            let (session, publication) = (status.session, status.publication);
            self.tell(EngineEvent::PublicationChanged { session, publication });
        }
        *before = now;
    }

    pub fn stats(&self) -> EngineStats {
        let (connections, publications, recordings) = self.resources().counts();
        EngineStats {
            connections,
            publications,
            recordings,
            packets_in: self.mux.received.load(Relaxed),
            packets_out: self.mux.sent.load(Relaxed),
            packets_unsent: self.mux.unsent.load(Relaxed),
            packets_dropped: self.mux.dropped().unwrap_or(0),
        }
    }
}

/// Closes what died by itself. The stack does not tell when a peer closes, and gives up late.
async fn watch(service: Weak<Service>) {
    let mut ticks = tokio::time::interval(WATCH_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = HashMap::new();
    let mut last = Instant::now();
    loop {
        ticks.tick().await;
        let Some(service) = service.upgrade() else { return };
        service.tell_changes(&mut told);
        // A machine that slept or was too busy to listen must not blame its peers.
        let stood_still = std::mem::replace(&mut last, Instant::now()).elapsed() > STOOD_STILL;
        let dead: Vec<_> = {
            let resources = service.resources();
            for resource in resources.all() {
                if stood_still {
                    resource.peer.link().forgive_silence();
                }
                resource.ask_if_silent();
            }
            let ids = resources.ids(|resource| resource.dead().is_some());
            ids.into_iter().filter_map(|id| Some((id, resources.get(id)?.dead()?))).collect()
        };
        for (id, cause) in dead {
            let service = Arc::clone(&service);
            tokio::spawn(async move { service.close(id, cause).await });
        }
    }
}
