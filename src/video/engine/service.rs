//! The work behind the door: making resources, telling what happens to them, closing them.

use crate::base::clock::Clock;
use crate::base::ids;
use crate::video::engine::amend::{self, Amended, Ice, Meant};
use crate::video::engine::answer::Candidates;
use crate::video::engine::driver::{Command, Driver};
use crate::video::engine::error::{EngineError, OfferFault};
use crate::video::engine::event::{CloseCause, EngineEvent};
use crate::video::engine::net::socket::{self, Port};
use crate::video::engine::net::{Credentials, streams};
use crate::video::engine::offer::{Direction, Offer};
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::recording::{Files, Recorder, RecorderEvents, RecordingSpec};
use crate::video::engine::resources::{Published, Resource, Resources};
use crate::video::engine::sfu::{Negotiated, SfuEvent, Sink, negotiate};
use crate::video::engine::{Answer, EngineSettings, EngineStats, Play, PublicationStatus, Publish};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

/// How often it is looked at what the publications do.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A port that is free for UDP is seldom taken for TCP.
const FREE_PORTS_TRIED: u32 = 16;
/// All steps to an answer are local; a stack that takes longer has lost itself in the offer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

pub struct Service {
    /// The first bound address; all have the same port.
    pub address: SocketAddr,
    pub driver: Driver,
    candidates: Candidates,
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
        let (ports, listeners) = bind(&settings)?;
        let Some(address) = ports.first().map(|port| port.address) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no address to bind").into());
        };
        // A browser that sends to an address can be answered if that is bound itself, or some address of its
        // family is, to which it may be forwarded.
        let served = |ip: &IpAddr| ports.iter().any(|port| port.address.is_ipv4() == ip.is_ipv4());
        if let Some(unserved) = settings.addresses.iter().find(|address| !served(address)) {
            return Err(EngineError::Unserved(*unserved));
        }
        let listens = listeners.first().map(TcpListener::local_addr).transpose()?;
        let tcp = listens.map(|listens| listens.port());
        let candidates = Candidates::new(&settings.addresses, address.port(), tcp);
        // The driver tells the service, and the service commands the driver. Nothing happens before there is one.
        let (owner, runtime) = (Arc::new(OnceLock::<Weak<Self>>::new()), Handle::current());
        let place = Arc::clone(&owner);
        let driver = Driver::start(ports, listeners, move |event| {
            if let Some(service) = owner.get().and_then(Weak::upgrade) {
                service.happened(event, &runtime);
            }
        })?;
        let resources = Mutex::default();
        let service = Arc::new(Self { address, driver, candidates, clock, events, resources });
        let _ = place.set(Arc::downgrade(&service));
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
        let red = offer.red;
        let (negotiated, ice, sdp) = self.answer(offer, Direction::Publish, String::new()).await?;
        let id = ids::new_id(self.clock.now());
        let recorder = publish.recording.map(|spec| self.recorder(id, publish.publication, spec));
        let sink = recorder.clone().map(|recorder| Box::new(recorder) as Box<dyn Sink>);
        let resource = Resource {
            id,
            session: publish.session,
            participant: publish.participant,
            publication: publish.publication,
            published: Some(Published { recorder }),
            connected: AtomicBool::new(false),
            transport: Mutex::default(),
            ice: Mutex::new(ice),
        };
        let tag = resource.ice().tag().to_owned();
        let replaced = self.add(resource, |_| Ok(Command::Publish { id, negotiated, red, sink }))?;
        self.finish(replaced).await;
        Ok(Answer { resource: id, tag, sdp })
    }

    pub async fn play(self: &Arc<Self>, play: Play, offer: Offer) -> Result<Answer, EngineError> {
        let publisher = |resources: &Resources| {
            let publisher = resources.publisher(play.session, play.publication);
            publisher.map(|publisher| publisher.id).ok_or(EngineError::NothingPublished)
        };
        {
            let resources = self.resources();
            resources.room_for(play.session, play.viewer)?;
            publisher(&resources)?;
        }
        let stream = play.publication.to_string();
        let (negotiated, ice, sdp) = self.answer(offer, Direction::Play, stream).await?;
        let id = ids::new_id(self.clock.now());
        let resource = Resource {
            id,
            session: play.session,
            participant: play.viewer,
            publication: play.publication,
            published: None,
            connected: AtomicBool::new(false),
            transport: Mutex::default(),
            ice: Mutex::new(ice),
        };
        let tag = resource.ice().tag().to_owned();
        let replaced = self.add(resource, |resources| {
            Ok(Command::Play { id, negotiated, publisher: publisher(resources)? })
        })?;
        self.finish(replaced).await;
        Ok(Answer { resource: id, tag, sdp })
    }

    /// Takes what a peer sends after its offer. New credentials of it are answered with new ones of ours.
    pub fn amend(&self, resource: Uuid, fragment: &str, meant: &Meant) -> Result<Amended, EngineError> {
        let remote = amend::credentials(fragment)?;
        let resource = self.resources().get(resource).cloned().ok_or(EngineError::Outdated)?;
        // Under the lock, so that the SFU hears of two restarts in their order.
        let mut ice = resource.ice();
        if !ice.is_meant(meant) {
            return Err(EngineError::Outdated);
        }
        if !ice.is_left_by(&remote) {
            return Ok(Amended::Noted);
        }
        let own = Credentials::new(&mut rand::rng());
        *ice = ice.restarted(own.clone(), remote.clone());
        self.driver.put(Command::Restart(resource.id, own, remote));
        Ok(Amended::Restarted { tag: ice.tag().to_owned(), fragment: ice.fragment(&self.candidates) })
    }

    /// Answers an offer beside everything else: what the stack makes of a strange one holds up nobody.
    async fn answer(
        &self,
        offer: Offer,
        direction: Direction,
        stream: String,
    ) -> Result<(Box<Negotiated>, Ice, String), EngineError> {
        let candidates = self.candidates.clone();
        let work = tokio::task::spawn_blocking(move || {
            let now = Instant::now();
            let negotiated = negotiate(&offer, direction, &stream, &candidates, now, &mut rand::rng())?;
            let ice = Ice::new(&negotiated.own, &negotiated.remote, &offer.sections);
            Ok((negotiated, ice))
        });
        let done = tokio::time::timeout(ANSWER_WITHIN, work).await;
        let (mut negotiated, ice) =
            done.map_err(|_| EngineError::BadOffer(OfferFault::TooSlow))?.unwrap_or_else(|error| {
                tracing::error!(%error, "the media stack failed over an offer");
                Err(EngineError::BadOffer(OfferFault::Malformed))
            })?;
        let sdp = std::mem::take(&mut negotiated.answer);
        Ok((Box::new(negotiated), ice, sdp))
    }

    /// The recorder of what a resource publishes.
    fn recorder(self: &Arc<Self>, resource: Uuid, publication: Uuid, spec: RecordingSpec) -> Arc<Recorder> {
        let (events, driver) = (self.events.clone(), self.driver.weak());
        let service = Arc::downgrade(self);
        let events = RecorderEvents {
            tell: Box::new(move |event| {
                let _ = events.send(event);
            }),
            ask_keyframe: Box::new(move || {
                if let Some(driver) = driver.upgrade() {
                    let _ = driver.send(Command::Keyframe(resource));
                }
            }),
            finished: Box::new(move |recording| {
                if let Some(service) = service.upgrade() {
                    service.resources().recording_finished(recording);
                }
            }),
        };
        Arc::new(Recorder::new(spec, publication, self.clock.clone(), Arc::new(Files), events))
    }

    /// Adds a resource and its connection. Those it takes the place of are out, and have to be finished.
    fn add(
        &self,
        resource: Resource,
        command: impl FnOnce(&Resources) -> Result<Command, EngineError>,
    ) -> Result<Vec<(Arc<Resource>, CloseCause)>, EngineError> {
        // Under the lock, so that the SFU hears of everything in the same order.
        let mut resources = self.resources();
        let command = command(&resources)?;
        let replaced = resources.add(Arc::new(resource))?;
        self.put_out(&replaced);
        self.driver.put(command);
        Ok(replaced)
    }

    /// Takes a resource out, with a publisher all who play it. They have to be finished.
    fn remove(
        &self,
        resources: &mut Resources,
        id: Uuid,
        cause: CloseCause,
    ) -> Vec<(Arc<Resource>, CloseCause)> {
        let removed = resources.remove(id, cause);
        self.put_out(&removed);
        removed
    }

    /// Ends connections; while the lock is held.
    fn put_out(&self, removed: &[(Arc<Resource>, CloseCause)]) {
        for (resource, _) in removed {
            self.driver.put(Command::Leave(resource.id));
        }
    }

    /// Tells of what was taken out; returns when recordings are finalised.
    pub async fn finish(&self, removed: Vec<(Arc<Resource>, CloseCause)>) {
        let closing = removed.into_iter().map(|(resource, cause)| async move {
            if let Some(recorder) = resource.recorder() {
                recorder.finish().await;
            }
            let (id, publication) = (resource.id, resource.publication);
            tracing::debug!(resource = %id, cause = cause.as_str(), "media resource closed");
            self.tell(EngineEvent::ResourceClosed { resource: id, publication, cause });
        });
        futures::future::join_all(closing).await;
    }

    /// What the SFU tells, on its thread. Under the lock, so that nothing is told of a resource after its end.
    fn happened(self: Arc<Self>, event: SfuEvent, runtime: &Handle) {
        let resources = self.resources();
        match event {
            SfuEvent::Connected(id) => {
                if let Some(resource) = resources.get(id) {
                    resource.connected.store(true, Relaxed);
                    self.tell(EngineEvent::Connected { resource: id });
                }
            }
            SfuEvent::MediaStarted(id) => {
                if let Some(resource) = resources.get(id) {
                    self.tell(EngineEvent::MediaStarted { publication: resource.publication });
                }
            }
            SfuEvent::Moved(id, transport) => {
                if let Some(resource) = resources.get(id) {
                    tracing::debug!(resource = %id, by = transport.as_str(), "the peer is reached");
                    resource.set_transport(transport);
                }
            }
            SfuEvent::Over(id, cause) => {
                if let Some(resource) = resources.get(id) {
                    resource.connected.store(false, Relaxed);
                    let service = Arc::clone(&self);
                    runtime.spawn(async move { service.close(id, cause).await });
                }
            }
        }
    }

    pub async fn close(&self, id: Uuid, cause: CloseCause) -> bool {
        let removed = self.remove(&mut self.resources(), id, cause);
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
                ids.into_iter().flat_map(|id| self.remove(&mut resources, id, CloseCause::Asked)).collect();
            if let (Some(session), None) = (session, participant) {
                resources.forget(session);
            }
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
            let status = resource.recorder()?.status();
            Some(PublicationStatus {
                session: resource.session,
                publication: resource.publication,
                audio: status.audio,
                video: status.video,
                writing: status.writing,
                audio_writing: status.audio_writing,
                video_writing: status.video_writing,
            })
        };
        publishers.into_iter().filter_map(status).collect()
    }

    pub fn switched(&self, publication: Uuid, kind: Kind, on: bool) {
        let resources = self.resources();
        let of_publication =
            |resource: &Arc<Resource>| resource.publication == publication && resource.published.is_some();
        for id in resources.ids(of_publication) {
            if let Some(recorder) = resources.get(id).and_then(|resource| resource.recorder()) {
                recorder.switched(kind, on);
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
            let lacked = before.get(&publication).and_then(PublicationStatus::unwritten);
            let lacks = now.get(&publication).and_then(PublicationStatus::unwritten);
            self.tell(EngineEvent::PublicationChanged { session, publication });
            match (lacked, lacks) {
                (None, Some(medium)) => {
                    self.tell(EngineEvent::Unwritten { session, publication, medium, at: self.clock.now() });
                }
                (Some(_), None) => {
                    self.tell(EngineEvent::UnwrittenOver { publication, at: self.clock.now() });
                }
                _ => {}
            }
        }
        *before = now;
    }

    pub fn stats(&self) -> EngineStats {
        let (connections, publications, recordings) = self.resources().counts();
        EngineStats {
            connections,
            publications,
            recordings,
            packets_in: self.driver.counters.received.load(Relaxed),
            packets_out: self.driver.counters.sent.load(Relaxed),
            packets_unsent: self.driver.counters.unsent.load(Relaxed),
            packets_dropped: self.driver.dropped().unwrap_or(0),
            streams: self.driver.crowd.count(),
            streams_refused: self.driver.crowd.refused.load(Relaxed),
        }
    }
}

/// The sockets of UDP and, where that is wanted, the listeners of TCP. A free port must be free for both.
fn bind(settings: &EngineSettings) -> Result<(Vec<Port>, Vec<TcpListener>), EngineError> {
    let mut tries = 0;
    loop {
        let ports = socket::bind(&settings.bind, settings.media_port)?;
        let Some(wanted) = settings.tcp_port else { return Ok((ports, Vec::new())) };
        let same = ports.first().map_or(0, |port| port.address.port());
        match streams::listen(&settings.bind, if wanted == 0 { same } else { wanted }) {
            Err(EngineError::Listen { error, .. })
                if error.kind() == io::ErrorKind::AddrInUse
                    && (settings.media_port, wanted) == (0, 0)
                    && tries < FREE_PORTS_TRIED =>
            {
                tries += 1;
            }
            listeners => return Ok((ports, listeners?)),
        }
    }
}

impl Sink for Arc<Recorder> {
    fn packet(&self, kind: Kind, packet: &MediaPacket) {
        Recorder::packet(self, kind, packet);
    }

    fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32) {
        Recorder::sender_report(self, kind, ntp, timestamp);
    }
}

/// Tells when publications do something else than before.
async fn watch(service: Weak<Service>) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = HashMap::new();
    loop {
        ticks.tick().await;
        let Some(service) = service.upgrade() else { return };
        service.tell_changes(&mut told);
    }
}
