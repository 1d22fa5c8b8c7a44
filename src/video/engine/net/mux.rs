//! Sorts the datagrams of the one UDP port to the connections.
//!
//! A connection is found by the ufrag in a STUN binding request; only after its MESSAGE-INTEGRITY
//! was checked is the sender's address mapped, so nobody can take over a connection by its ufrag.

use super::runtime::MuxRuntime;
use super::stun::{BindingRequest, is_stun};
use rand::RngExt;
use rand::distr::Alphanumeric;
use rtc::crypto::RTCCryptoProvider;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::task::Waker;
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

/// Datagrams waiting for one connection's driver; more are dropped, as the network would.
const INBOX: usize = 1024;
/// Addresses one connection may use at a time (Wi-Fi, cable, mobile, each v4 and v6).
const ADDRESSES: usize = 8;
/// A DTLS record of this type is an alert; on a running connection that is the peer's good-bye.
const DTLS_ALERT: u8 = 21;

/// Locks even when another holder panicked: everything behind these locks stays consistent
/// between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// The place of one connection in the mux.
#[derive(Debug)]
pub struct Link {
    pub ufrag: String,
    pub password: String,
    pub(super) inbox: Mutex<Inbox>,
    addresses: Mutex<VecDeque<SocketAddr>>,
    epoch: Instant,
    seen_ms: AtomicU64,
    alert_ms: AtomicU64,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub queue: VecDeque<(Vec<u8>, SocketAddr)>,
    pub waker: Option<Waker>,
}

impl Link {
    fn new(epoch: Instant) -> Self {
        let random = |length| rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
        Self {
            ufrag: random(16),
            password: random(32),
            inbox: Mutex::default(),
            addresses: Mutex::default(),
            epoch,
            seen_ms: AtomicU64::new(epoch.elapsed().as_millis() as u64),
            alert_ms: AtomicU64::new(u64::MAX),
        }
    }

    /// How long nothing has come from a mapped address (since creation if nothing ever came).
    pub fn silent_for(&self) -> Duration {
        let now = self.epoch.elapsed().as_millis() as u64;
        Duration::from_millis(now.saturating_sub(self.seen_ms.load(Relaxed)))
    }

    /// Whether the peer said good-bye and has been silent since (packets that were still on the
    /// way do not count).
    pub fn said_goodbye(&self) -> bool {
        let alert = self.alert_ms.load(Relaxed);
        alert != u64::MAX
            && self.seen_ms.load(Relaxed) <= alert + 500
            && self.silent_for() >= Duration::from_millis(1000)
    }

    fn deliver(&self, datagram: &[u8], from: SocketAddr) {
        let now = self.epoch.elapsed().as_millis() as u64;
        self.seen_ms.store(now, Relaxed);
        if datagram[0] == DTLS_ALERT {
            self.alert_ms.store(now, Relaxed);
        }
        let waker = {
            let mut inbox = lock(&self.inbox);
            if inbox.queue.len() < INBOX {
                inbox.queue.push_back((datagram.to_vec(), from));
            }
            inbox.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The shared port.
pub struct Mux {
    socket: UdpSocket,
    address: SocketAddr,
    crypto: Arc<dyn RTCCryptoProvider>,
    by_ufrag: RwLock<HashMap<String, Arc<Link>>>,
    by_address: RwLock<HashMap<SocketAddr, Arc<Link>>>,
    epoch: Instant,
    pub received: AtomicU64,
    pub sent: AtomicU64,
    /// Not sent because the socket's buffer was full: lost, as on the way.
    pub unsent: AtomicU64,
    stop: CancellationToken,
}

impl std::fmt::Debug for Mux {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mux").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Mux {
    pub async fn bind(address: SocketAddr) -> io::Result<Arc<Self>> {
        let socket = UdpSocket::bind(address).await?;
        let crypto = rtc::crypto::default_provider().map_err(io::Error::other)?;
        let mux = Arc::new(Self {
            address: socket.local_addr()?,
            socket,
            crypto,
            by_ufrag: RwLock::default(),
            by_address: RwLock::default(),
            epoch: Instant::now(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            unsent: AtomicU64::new(0),
            stop: CancellationToken::new(),
        });
        tokio::spawn(Arc::clone(&mux).receive());
        Ok(mux)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A place for a new connection, with fresh ICE credentials.
    pub fn register(&self) -> Arc<Link> {
        let link = Arc::new(Link::new(self.epoch));
        write(&self.by_ufrag).insert(link.ufrag.clone(), Arc::clone(&link));
        link
    }

    pub fn remove(&self, link: &Arc<Link>) {
        write(&self.by_ufrag).remove(&link.ufrag);
        let mut by_address = write(&self.by_address);
        for address in lock(&link.addresses).drain(..) {
            if by_address.get(&address).is_some_and(|mapped| Arc::ptr_eq(mapped, link)) {
                by_address.remove(&address);
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

    pub(super) fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<usize> {
        match self.socket.try_send_to(datagram, to) {
            // Waiting would hold up the driver of a whole connection for one packet of media.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.unsent.fetch_add(1, Relaxed);
                Ok(datagram.len())
            }
            result => {
                self.sent.fetch_add(1, Relaxed);
                result
            }
        }
    }

    async fn receive(self: Arc<Self>) {
        let mut buffer = vec![0; 2048];
        loop {
            let received = tokio::select! {
                () = self.stop.cancelled() => return,
                received = self.socket.recv_from(&mut buffer) => received,
            };
            match received {
                Ok((0, _)) => {}
                Ok((length, from)) => {
                    self.received.fetch_add(1, Relaxed);
                    self.sort(&buffer[..length], from);
                }
                // On Linux an ICMP error of an earlier send shows up here; it concerns one peer.
                Err(error) => {
                    tracing::debug!(%error, "receiving media");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }

    fn sort(&self, datagram: &[u8], from: SocketAddr) {
        let mapped = read(&self.by_address).get(&from).cloned();
        let link = if is_stun(datagram) { self.stun(datagram, from, mapped) } else { mapped };
        if let Some(link) = link {
            link.deliver(datagram, from);
        }
    }

    fn stun(&self, datagram: &[u8], from: SocketAddr, mapped: Option<Arc<Link>>) -> Option<Arc<Link>> {
        let Some(request) = BindingRequest::parse(datagram) else {
            return mapped; // an answer or an indication: only from addresses we know
        };
        if let Some(link) = mapped
            && link.ufrag == request.ufrag
        {
            return Some(link); // the connection checks the integrity of what it acts on
        }
        let link = read(&self.by_ufrag).get(request.ufrag).cloned()?;
        if !request.signed_with(&link.password, self.crypto.crypto()) {
            return None;
        }
        let mut by_address = write(&self.by_address);
        by_address.insert(from, Arc::clone(&link));
        let mut addresses = lock(&link.addresses);
        addresses.push_back(from);
        if addresses.len() > ADDRESSES
            && let Some(oldest) = addresses.pop_front()
            && by_address.get(&oldest).is_some_and(|mapped| Arc::ptr_eq(mapped, &link))
        {
            by_address.remove(&oldest);
        }
        drop(addresses);
        Some(link)
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(|poisoned| poisoned.into_inner())
}
