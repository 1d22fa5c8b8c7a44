//! The selective forwarding unit: all connections of the port, and the way of each packet from a publisher
//! to its recording and to all who play it.
//!
//! Pure, so that a whole session can run on a clock of its own: datagrams, commands and time come in
//! ([`Sfu::receive`], [`Sfu::publish`], [`Sfu::play`], [`Sfu::leave`], [`Sfu::handle_timeout`]), datagrams, events
//! and the next time-out come out ([`Sfu::flush`], [`Sfu::next_event`], [`Sfu::next_timeout`]). It knows no socket,
//! no task and no lock, reads no clock and makes no randomness. (The DTLS of the stack makes its own.)
//!
//! A connection is found by the ufrag in a STUN binding request; only after its MESSAGE-INTEGRITY
//! was checked is the sender's address mapped, so nobody can take over a connection by its ufrag.
//! The check is answered here and not by the connection, which does not know the peer's real address.

mod connection;
mod feed;
mod leg;
mod life;
mod negotiate;
mod watch;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod world_for_tests;

pub use negotiate::{Negotiated, negotiate};

use crate::video::engine::event::CloseCause;
use crate::video::engine::net::stun::{self, BindingRequest};
use crate::video::engine::net::{CandidatePair, Credentials, Pack, Run, Transport};
use crate::video::engine::packet::{Kind, MediaPacket};
use crate::video::engine::red::RedTypes;
use connection::{Connection, Media, Published, Role};
use feed::Feed;
use life::Progress;
use rand::rngs::StdRng;
use rtc::crypto::RTCCryptoProvider;
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;
use watch::Watch;

/// Where a publication goes besides to its viewers. Never waits.
pub trait Sink: Send {
    /// A packet, as it is forwarded.
    fn packet(&self, kind: Kind, packet: &MediaPacket);
    /// The publisher's own clock beside the timestamps of a medium.
    fn sender_report(&self, kind: Kind, ntp: u64, timestamp: u32);
}

/// What happened by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SfuEvent {
    Connected(Uuid),
    /// From now on its peer is reached so.
    Moved(Uuid, Transport),
    /// The first media of a publishing connection came.
    MediaStarted(Uuid),
    /// It has to be closed. Told once.
    Over(Uuid, CloseCause),
}

/// All connections of one port.
pub struct Sfu {
    connections: Vec<Option<Box<Connection>>>,
    free: Vec<usize>,
    by_id: HashMap<Uuid, usize>,
    by_ufrag: HashMap<String, usize>,
    by_way: HashMap<CandidatePair, usize>,
    /// The places of those that may have something to send.
    queue: Vec<usize>,
    /// What is sent beside the stack: answers to checks, probes, last words.
    aside: Vec<(CandidatePair, Vec<u8>)>,
    /// Ways that no connection has any more.
    unused: Vec<CandidatePair>,
    events: VecDeque<SfuEvent>,
    pack: Pack,
    watch: Watch,
    crypto: Arc<dyn RTCCryptoProvider>,
    random: StdRng,
}

impl Sfu {
    pub fn new(crypto: Arc<dyn RTCCryptoProvider>, random: StdRng, now: Instant) -> Self {
        Self {
            connections: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            by_ufrag: HashMap::new(),
            by_way: HashMap::new(),
            queue: Vec::new(),
            aside: Vec::new(),
            unused: Vec::new(),
            events: VecDeque::new(),
            pack: Pack::new(),
            watch: Watch::new(now),
            crypto,
            random,
        }
    }

    /// Takes in a publishing connection. Its sound comes as `red`, if at all.
    pub fn publish(
        &mut self,
        id: Uuid,
        negotiated: Negotiated,
        red: Option<RedTypes>,
        sink: Option<Box<dyn Sink>>,
        now: Instant,
    ) {
        let feeds = [Feed::new(Kind::Audio, red), Feed::new(Kind::Video, None)];
        let published = Published { feeds, sink, viewers: Vec::new(), started: false };
        self.add(id, negotiated, Role::Publish(Box::new(published)), now);
    }

    /// Takes in a connection that plays what the connection `publisher` publishes.
    pub fn play(&mut self, id: Uuid, negotiated: Negotiated, publisher: Uuid, now: Instant) {
        let (mut negotiated, publisher) = (negotiated, self.by_id.get(&publisher).copied());
        let legs = std::mem::take(&mut negotiated.legs);
        let place = self.add(id, negotiated, Role::Play { publisher, legs }, now);
        if let Some(published) = publisher.and_then(|at| self.published(at)) {
            published.viewers.push(place);
        }
    }

    fn add(&mut self, id: Uuid, negotiated: Negotiated, role: Role, now: Instant) -> usize {
        let place = self.free.pop().unwrap_or_else(|| {
            self.connections.push(None);
            self.connections.len() - 1
        });
        self.by_id.insert(id, place);
        self.by_ufrag.insert(negotiated.own.ufrag.clone(), place);
        self.connections[place] = Some(Box::new(Connection::new(id, negotiated, role, now)));
        self.enqueue(place);
        place
    }

    /// Both sides of a connection have new credentials.
    pub fn restart(&mut self, id: Uuid, own: Credentials, remote: Credentials) {
        let Some(place) = self.by_id.get(&id).copied() else { return };
        let Some(connection) = &mut self.connections[place] else { return };
        self.by_ufrag.remove(&connection.link.own.ufrag);
        self.by_ufrag.insert(own.ufrag.clone(), place);
        connection.link.restart(own, remote);
    }

    /// Says good-bye to a connection's peer and forgets it.
    pub fn leave(&mut self, id: Uuid) {
        let Some(place) = self.by_id.remove(&id) else { return };
        let Some(mut connection) = self.connections[place].take() else { return };
        self.free.push(place);
        self.by_ufrag.remove(&connection.link.own.ufrag);
        for way in connection.link.ways() {
            if self.by_way.get(way) == Some(&place) {
                self.by_way.remove(way);
                self.unused.push(*way);
            }
        }
        match &connection.role {
            Role::Publish(published) => {
                for viewer in &published.viewers {
                    let viewer = self.connections[*viewer].as_mut().map(|viewer| &mut viewer.role);
                    if let Some(Role::Play { publisher, .. }) = viewer {
                        *publisher = None;
                    }
                }
            }
            Role::Play { publisher, .. } => {
                if let Some(published) = publisher.and_then(|at| self.published(at)) {
                    published.viewers.retain(|viewer| *viewer != place);
                }
            }
        }
        connection.close();
        if let Some(way) = connection.link.way() {
            connection.drain(|datagram| self.aside.push((way, datagram.to_vec())));
        }
    }

    /// A viewer or recorder of what a connection publishes needs a keyframe.
    pub fn want_keyframe(&mut self, id: Uuid, now: Instant) {
        if let Some(place) = self.by_id.get(&id).copied() {
            self.want_keyframe_at(place, now);
        }
    }

    /// Takes a datagram that came on `way`. False if that is the way of no connection, also by now.
    pub fn receive(&mut self, datagram: &[u8], way: CandidatePair, now: Instant) -> bool {
        if let Some(request) = BindingRequest::parse(datagram) {
            self.check(datagram, &request, way, now);
            return self.by_way.contains_key(&way);
        }
        let Some(place) = self.by_way.get(&way).copied() else { return false };
        let Some(connection) = &mut self.connections[place] else { return false };
        connection.link.heard(way, now);
        // Answers to probes end here: that something came is all that they tell.
        if !stun::answers_request(datagram) {
            connection.read(datagram, now);
            self.enqueue(place);
            self.take_media(place, now);
        }
        true
    }

    /// A way is no more: its stream is closed.
    pub fn lose(&mut self, way: CandidatePair) {
        if let Some(place) = self.by_way.remove(&way)
            && let Some(connection) = &mut self.connections[place]
        {
            connection.link.forget(way);
            self.enqueue(place);
        }
    }

    /// The ways that are of use to no connection any more, since it was last asked.
    pub fn unused(&mut self) -> impl Iterator<Item = CandidatePair> {
        self.unused.drain(..)
    }

    fn check(&mut self, datagram: &[u8], request: &BindingRequest<'_>, way: CandidatePair, now: Instant) {
        let Some(place) = self.by_ufrag.get(request.ufrag).copied() else { return };
        let Some(connection) = &mut self.connections[place] else { return };
        let (link, crypto) = (&mut connection.link, self.crypto.crypto());
        if !request.signed_with(&link.own.password, crypto) {
            return;
        }
        let forgotten = link.checked(way, request.nominates, now);
        link.heard(way, now);
        if let Some(answer) = stun::answer(datagram, way.peer, &link.own.password, crypto) {
            self.aside.push((way, answer));
        }
        if !link.is_restarted() {
            connection.read(datagram, now);
        } else if let Some(known) = stun::as_before(&link.first, &mut self.random, crypto) {
            connection.read(&known, now);
        }
        self.by_way.insert(way, place);
        if let Some(forgotten) = forgotten
            && self.by_way.get(&forgotten) == Some(&place)
        {
            self.by_way.remove(&forgotten);
            self.unused.push(forgotten);
        }
        self.enqueue(place);
    }

    /// Hands on all that a connection has brought.
    fn take_media(&mut self, place: usize, now: Instant) {
        while let Some(media) =
            self.connections[place].as_mut().and_then(|connection| connection.next_media())
        {
            match media {
                Media::Packet(kind, packet) => self.forward(place, kind, packet, now),
                Media::Reports(reports) => self.heed(place, &reports, now),
            }
        }
    }

    /// A publisher's packet: to its sink, and to each viewer's leg of it.
    fn forward(&mut self, place: usize, kind: Kind, packet: rtc::rtp::Packet, now: Instant) {
        // Out of its place meanwhile, so that the viewers beside it can be reached.
        let Some(mut connection) = self.connections[place].take() else { return };
        if let Role::Publish(published) = &mut connection.role {
            let Published { feeds, sink, viewers, started } = &mut **published;
            let feed = &mut feeds[kind as usize];
            let is_first = feed.source().is_none();
            feed.take(packet, now, |packet| {
                if let Some(sink) = sink {
                    sink.packet(kind, packet);
                }
                for viewer in viewers.iter() {
                    if let Some(connection) = &mut self.connections[*viewer]
                        && connection.forward(kind, packet, now)
                        && !std::mem::replace(&mut connection.queued, true)
                    {
                        self.queue.push(*viewer);
                    }
                }
            });
            if !std::mem::replace(started, true) {
                self.events.push_back(SfuEvent::MediaStarted(connection.id));
            }
            if is_first && let Some(source) = feed.keyframe_due(now) {
                connection.ask_keyframe(source, now); // wished for before anything came
            }
        }
        self.connections[place] = Some(connection);
    }

    /// A peer's RTCP, as far as it is let through: see [`crate::video::engine::tap`].
    fn heed(&mut self, place: usize, reports: &[Box<dyn rtcp::Packet>], now: Instant) {
        let Some(connection) = &mut self.connections[place] else { return };
        match &connection.role {
            Role::Publish(published) => {
                let Some(sink) = &published.sink else { return };
                for report in reports.iter().filter_map(|report| report.as_any().downcast_ref()) {
                    let report: &SenderReport = report;
                    let of_it = |kind: &Kind| published.feeds[*kind as usize].source() == Some(report.ssrc);
                    if let Some(kind) = [Kind::Audio, Kind::Video].into_iter().find(of_it) {
                        sink.sender_report(kind, report.ntp_time, report.rtp_time);
                    }
                }
            }
            Role::Play { publisher: Some(publisher), .. } => {
                let publisher = *publisher;
                if reports.iter().any(|report| asks_for_keyframe(report.as_ref())) {
                    self.want_keyframe_at(publisher, now);
                }
            }
            Role::Play { publisher: None, .. } => {}
        }
    }

    fn want_keyframe_at(&mut self, place: usize, now: Instant) {
        if let Some(published) = self.published(place) {
            published.feeds[Kind::Video as usize].want_keyframe();
            self.ask_keyframe_if_due(place, now);
        }
    }

    fn ask_keyframe_if_due(&mut self, place: usize, now: Instant) {
        let Some(connection) = &mut self.connections[place] else { return };
        if let Role::Publish(published) = &mut connection.role
            && let Some(source) = published.feeds[Kind::Video as usize].keyframe_due(now)
        {
            connection.ask_keyframe(source, now);
            self.enqueue(place);
        }
    }

    /// Gives out all that is to be sent, in runs of one size to one peer. `out` tells whether it could be sent;
    /// of what it could not, the peer sees no more than of what the network loses.
    pub fn flush(&mut self, most: usize, now: Instant, mut out: impl FnMut(CandidatePair, Run<'_>) -> bool) {
        self.pack.allow(most);
        let mut next = 0;
        // It may grow meanwhile.
        while let Some(place) = self.queue.get(next).copied() {
            next += 1;
            let Some(connection) = &mut self.connections[place] else { continue };
            connection.queued = false;
            let (way, pack) = (connection.link.way(), &mut self.pack);
            if let Some(transport) = way.map(|way| way.transport())
                && connection.told_transport.replace(transport) != Some(transport)
            {
                self.events.push_back(SfuEvent::Moved(connection.id, transport));
            }
            let mut lost = false;
            let mut put = |run: Run<'_>| lost |= way.is_some_and(|way| !out(way, run));
            if connection.drain(|datagram| pack.put(datagram, &mut put)) {
                pack.end(&mut put);
                self.watch.moved();
            }
            let just_connected = connection.progress == Progress::Connected
                && !std::mem::replace(&mut connection.told_connected, true);
            if just_connected {
                self.events.push_back(SfuEvent::Connected(connection.id));
            }
            // A picture begins with one, and goes on with one where something of it is missing.
            if (just_connected || lost)
                && let Role::Play { publisher: Some(publisher), .. } = connection.role
            {
                self.want_keyframe_at(publisher, now);
            }
        }
        self.queue.clear();
        for (way, datagram) in self.aside.drain(..) {
            out(way, Run::of_one(&datagram));
        }
    }

    /// What happened by itself since it was last asked for.
    pub fn next_event(&mut self) -> Option<SfuEvent> {
        self.events.pop_front()
    }

    fn published(&mut self, place: usize) -> Option<&mut Published> {
        match &mut self.connections[place].as_mut()?.role {
            Role::Publish(published) => Some(published),
            Role::Play { .. } => None,
        }
    }

    fn enqueue(&mut self, place: usize) {
        self.watch.moved();
        if let Some(connection) = &mut self.connections[place]
            && !std::mem::replace(&mut connection.queued, true)
        {
            self.queue.push(place);
        }
    }
}

fn asks_for_keyframe(report: &dyn rtcp::Packet) -> bool {
    let report = report.as_any();
    report.is::<PictureLossIndication>() || report.is::<FullIntraRequest>()
}
