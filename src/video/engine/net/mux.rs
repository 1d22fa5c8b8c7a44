//! Sorts the datagrams of the media port to the connections, and answers their checks.
//!
//! A connection is found by the ufrag in a STUN binding request; only after its MESSAGE-INTEGRITY
//! was checked is the sender's address mapped, so nobody can take over a connection by its ufrag.
//! The check is answered here and not by the connection, which does not know the peer's real address.

use crate::video::engine::error::EngineError;
use crate::video::engine::net::link::{CandidatePair, Link};
use crate::video::engine::net::runtime::MuxRuntime;
use crate::video::engine::net::socket::{self, Port};
use crate::video::engine::net::stun::{self, BindingRequest};
use rtc::crypto::RTCCryptoProvider;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Datagrams read at one wake-up before others get their turn.
const BATCH: usize = 128;

/// The shared port.
pub struct Mux {
    ports: Vec<Port>,
    crypto: Arc<dyn RTCCryptoProvider>,
    by_ufrag: RwLock<HashMap<String, Arc<Link>>>,
    by_way: RwLock<HashMap<CandidatePair, Arc<Link>>>,
    epoch: Instant,
    pub received: AtomicU64,
    pub sent: AtomicU64,
    /// Not sent because the socket's buffer was full: lost, as on the way.
    pub unsent: AtomicU64,
    stop: CancellationToken,
}

impl std::fmt::Debug for Mux {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mux").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Mux {
    /// Binds `port` on each of the addresses, of which there is at least one.
    pub fn bind(addresses: &[IpAddr], port: u16) -> Result<Arc<Self>, EngineError> {
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no address to bind").into());
        }
        let ports = socket::bind(addresses, port)?;
        let crypto = rtc::crypto::default_provider().map_err(io::Error::other)?;
        let mux = Arc::new(Self {
            ports,
            crypto,
            by_ufrag: RwLock::default(),
            by_way: RwLock::default(),
            epoch: Instant::now(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            unsent: AtomicU64::new(0),
            stop: CancellationToken::new(),
        });
        for socket in 0..mux.ports.len() {
            tokio::spawn(Arc::clone(&mux).receive(socket));
        }
        Ok(mux)
    }

    /// The first bound address; all have the same port.
    pub fn address(&self) -> SocketAddr {
        self.ports[0].address
    }

    /// Whether a browser that sends to `ip` can be answered: it is bound itself, or some address of its
    /// family is, to which it may be forwarded.
    pub fn serves(&self, ip: IpAddr) -> bool {
        self.ports.iter().any(|port| port.address.is_ipv4() == ip.is_ipv4())
    }

    /// Datagrams the kernel threw away unread.
    pub fn dropped(&self) -> Option<u64> {
        socket::dropped(&self.ports)
    }

    /// A place for a new connection, with fresh ICE credentials.
    pub fn register(&self) -> Arc<Link> {
        let link = Arc::new(Link::new(self.epoch));
        write(&self.by_ufrag).insert(link.ufrag.clone(), Arc::clone(&link));
        link
    }

    pub fn remove(&self, link: &Arc<Link>) {
        write(&self.by_ufrag).remove(&link.ufrag);
        let mut by_way = write(&self.by_way);
        for way in link.drain_ways() {
            if by_way.get(&way).is_some_and(|mapped| Arc::ptr_eq(mapped, link)) {
                by_way.remove(&way);
            }
        }
    }

    /// The runtime to give to the connection that owns `link`.
    pub fn runtime(self: &Arc<Self>, link: &Arc<Link>) -> Arc<MuxRuntime> {
        Arc::new(MuxRuntime::new(Arc::clone(self), Arc::clone(link)))
    }

    /// Stops receiving; the port is free when the last connection is gone.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Asks the peer of a connection whether it is there: one that says little may have nothing to say.
    pub fn probe(&self, link: &Link) {
        if let (Some(way), Some(remote)) = (link.way(), link.remote())
            && let Some(request) =
                stun::request(&remote.ufrag, &link.ufrag, &remote.password, self.crypto.crypto())
        {
            self.put(&request, way);
        }
    }

    /// Sends what the connection of `link` has to say to its peer.
    pub(super) fn send(&self, link: &Link, datagram: &[u8]) -> io::Result<usize> {
        // The check was answered when it came, with the address that it came from.
        if stun::is_success(datagram) {
            return Ok(datagram.len());
        }
        if let Some(way) = link.way() {
            self.put(datagram, way);
        }
        Ok(datagram.len())
    }

    fn put(&self, datagram: &[u8], way: CandidatePair) {
        match self.ports[way.socket].socket.try_send_to(datagram, way.peer) {
            Ok(_) => self.sent.fetch_add(1, Relaxed),
            // Full: waiting would hold up the driver of a whole connection for one packet of media. Or
            // the network told of an earlier packet that it did not arrive: a matter of time-outs.
            Err(_) => self.unsent.fetch_add(1, Relaxed),
        };
    }

    async fn receive(self: Arc<Self>, socket: usize) {
        let mut buffer = vec![0; 2048];
        loop {
            let readable = self.ports[socket].socket.readable();
            if self.stop.run_until_cancelled(readable).await.is_none() {
                return;
            }
            for _ in 0..BATCH {
                match self.ports[socket].socket.try_recv_from(&mut buffer) {
                    Ok((0, _)) => {}
                    Ok((length, peer)) => {
                        self.received.fetch_add(1, Relaxed);
                        self.sort(&buffer[..length], CandidatePair { socket, peer });
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // On Linux an ICMP error of an earlier send shows up here; it concerns one peer.
                    Err(error) => {
                        tracing::debug!(%error, "receiving media");
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        break;
                    }
                }
            }
        }
    }

    fn sort(&self, datagram: &[u8], way: CandidatePair) {
        if let Some(request) = BindingRequest::parse(datagram) {
            return self.check(datagram, &request, way);
        }
        let Some(link) = read(&self.by_way).get(&way).cloned() else { return };
        link.heard(way);
        // Answers to probes end here: that something came is all that they tell.
        if !stun::answers_request(datagram) {
            link.deliver(datagram);
        }
    }

    fn check(&self, datagram: &[u8], request: &BindingRequest<'_>, way: CandidatePair) {
        let Some(link) = read(&self.by_ufrag).get(request.ufrag).cloned() else { return };
        if !request.signed_with(&link.password, self.crypto.crypto()) {
            return;
        }
        let forgotten = link.checked(way, request.nominates);
        let known = read(&self.by_way).get(&way).is_some_and(|mapped| Arc::ptr_eq(mapped, &link));
        if !known || forgotten.is_some() {
            let mut by_way = write(&self.by_way);
            by_way.insert(way, Arc::clone(&link));
            if let Some(forgotten) = forgotten
                && by_way.get(&forgotten).is_some_and(|mapped| Arc::ptr_eq(mapped, &link))
            {
                by_way.remove(&forgotten);
            }
        }
        link.heard(way);
        if let Some(answer) = stun::answer(datagram, way.peer, &link.password, self.crypto.crypto()) {
            self.put(&answer, way);
        }
        link.deliver(datagram);
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(|poisoned| poisoned.into_inner())
}
