//! The place of one connection in the mux: its credentials, what waits for it, and on which way its
//! peer is reached.
//!
//! A peer may have several ways and may change between them: from Wi-Fi to cable, or because a router
//! in between gave it another port. The stack never leaves the first way it took, so it does not see
//! them: whatever comes on a checked way is handed to it as from one fixed peer, and what it sends goes
//! the way that is right now.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

use rand::RngExt;
use rand::distr::Alphanumeric;

/// Whom a connection believes to speak with, wherever the peer is.
pub(super) const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);
/// Datagrams waiting for one connection's driver; more are dropped, as the network would.
const INBOX: usize = 1024;
/// CandidatePairs one connection may use at a time (Wi-Fi, cable, mobile, each v4 and v6).
const WAYS: usize = 8;
/// When nothing came on the way in use for so long, the next checked one that brings something is it …
const WAY_SILENT_MS: u64 = 500;
/// … and so long with a peer that nominates its way time and again: it says itself when it changes.
const NOMINATED_SILENT_MS: u64 = 6000;
/// A nomination so long after the first one is not a repetition of it.
const NOMINATES_AGAIN_MS: u64 = 1500;
/// A DTLS record of this type is an alert; on a running connection that is the peer's good-bye.
const DTLS_ALERT: u8 = 21;

/// Locks even when another holder panicked: everything behind these locks stays consistent
/// between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// From which of our sockets to which address of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CandidatePair {
    pub socket: usize,
    pub peer: SocketAddr,
}

/// The ICE credentials of the other side, from its offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

/// One connection, as the mux knows it.
#[derive(Debug)]
pub struct Link {
    pub ufrag: String,
    pub password: String,
    pub(super) inbox: Mutex<Inbox>,
    ways: Mutex<CandidatePairs>,
    remote: OnceLock<Credentials>,
    epoch: Instant,
    seen_ms: AtomicU64,
    alert_ms: AtomicU64,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub queue: VecDeque<Vec<u8>>,
    pub waker: Option<Waker>,
}

impl Link {
    pub(super) fn new(epoch: Instant) -> Self {
        let random = |length| rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect();
        Self {
            ufrag: random(16),
            password: random(32),
            inbox: Mutex::default(),
            ways: Mutex::default(),
            remote: OnceLock::new(),
            epoch,
            seen_ms: AtomicU64::new(epoch.elapsed().as_millis() as u64),
            alert_ms: AtomicU64::new(u64::MAX),
        }
    }

    /// The credentials with which the peer can be asked whether it is still there.
    pub fn set_remote(&self, credentials: Credentials) {
        let _ = self.remote.set(credentials); // an offer is taken once
    }

    pub(super) fn remote(&self) -> Option<&Credentials> {
        self.remote.get()
    }

    /// How long nothing has come on a checked way (since creation if nothing ever came).
    pub fn silent_for(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.seen_ms.load(Relaxed)))
    }

    /// Forgives a silence that was ours: this process stood still.
    pub fn forgive_silence(&self) {
        self.seen_ms.store(self.now(), Relaxed);
    }

    /// Whether the peer said good-bye and has been silent since (packets that were still on the
    /// way do not count).
    pub fn said_goodbye(&self) -> bool {
        let alert = self.alert_ms.load(Relaxed);
        alert != u64::MAX
            && self.seen_ms.load(Relaxed) <= alert + 500
            && self.silent_for() >= Duration::from_millis(1000)
    }

    fn now(&self) -> u64 {
        self.epoch.elapsed().as_millis() as u64
    }

    /// A check on this way was found to be from the peer. Returns the way that had to be forgotten.
    pub(super) fn checked(&self, way: CandidatePair, nominated: bool) -> Option<CandidatePair> {
        let mut ways = lock(&self.ways);
        let forgotten = ways.add(way);
        if nominated {
            ways.nominated(way, self.now());
        }
        forgotten
    }

    /// The way on which the peer is reached now; `None` before its first check.
    pub(super) fn way(&self) -> Option<CandidatePair> {
        lock(&self.ways).current
    }

    /// All its ways, to be forgotten.
    pub(super) fn drain_ways(&self) -> Vec<CandidatePair> {
        let mut ways = lock(&self.ways);
        ways.current = None;
        ways.known.drain(..).collect()
    }

    /// Something came on a checked way.
    pub(super) fn heard(&self, way: CandidatePair) {
        let now = self.now();
        self.seen_ms.store(now, Relaxed);
        lock(&self.ways).heard(way, now);
    }

    /// Hands a datagram to the connection's driver.
    pub(super) fn deliver(&self, datagram: &[u8]) {
        if datagram[0] == DTLS_ALERT {
            self.alert_ms.store(self.now(), Relaxed);
        }
        let waker = {
            let mut inbox = lock(&self.inbox);
            if inbox.queue.len() < INBOX {
                inbox.queue.push_back(datagram.to_vec());
            }
            inbox.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The checked ways of a connection and the one in use.
#[derive(Debug, Default)]
struct CandidatePairs {
    known: VecDeque<CandidatePair>,
    current: Option<CandidatePair>,
    heard_ms: u64,
    first_nominated_ms: Option<u64>,
    nominates_again: bool,
}

impl CandidatePairs {
    fn add(&mut self, way: CandidatePair) -> Option<CandidatePair> {
        if self.known.contains(&way) {
            return None;
        }
        self.known.push_back(way);
        if self.known.len() <= WAYS {
            return None;
        }
        let oldest = self.known.iter().position(|known| Some(*known) != self.current)?;
        self.known.remove(oldest)
    }

    fn nominated(&mut self, way: CandidatePair, now: u64) {
        let first = *self.first_nominated_ms.get_or_insert(now);
        self.nominates_again |= now.saturating_sub(first) > NOMINATES_AGAIN_MS;
        self.take(way, now);
    }

    fn take(&mut self, way: CandidatePair, now: u64) {
        self.current = Some(way);
        self.heard_ms = now;
    }

    /// The peer's nomination moves the way at once (`nominated`). Peers that nominate only once, and are
    /// then moved by a router, are followed when the old way has fallen silent.
    fn heard(&mut self, way: CandidatePair, now: u64) {
        let patience = if self.nominates_again { NOMINATED_SILENT_MS } else { WAY_SILENT_MS };
        match self.current {
            Some(current) if current == way => self.heard_ms = now,
            Some(_) if now.saturating_sub(self.heard_ms) < patience => {}
            _ => self.take(way, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(port: u16) -> CandidatePair {
        CandidatePair { socket: 0, peer: SocketAddr::from(([192, 0, 2, 1], port)) }
    }

    #[test]
    fn a_nomination_moves_the_way_at_once_and_other_traffic_only_after_a_silence() {
        let mut ways = CandidatePairs::default();
        ways.heard(way(1), 1000);
        assert_eq!(ways.current, Some(way(1))); // the first one
        ways.heard(way(2), 1100);
        assert_eq!(ways.current, Some(way(1)));
        ways.heard(way(1), 1400);
        ways.heard(way(2), 1899);
        assert_eq!(ways.current, Some(way(1)));
        ways.heard(way(2), 1900);
        assert_eq!(ways.current, Some(way(2)));
        ways.nominated(way(3), 1901);
        ways.heard(way(2), 1902);
        assert_eq!(ways.current, Some(way(3)));
        // One that nominates again and again is believed also when it says little.
        ways.nominated(way(3), 4400);
        ways.heard(way(2), 6000);
        assert_eq!(ways.current, Some(way(3)));
        ways.nominated(way(2), 6001);
        assert_eq!(ways.current, Some(way(2)));
    }

    #[test]
    fn the_oldest_way_that_is_not_in_use_is_forgotten() {
        let mut ways = CandidatePairs::default();
        ways.add(way(0));
        ways.take(way(0), 0);
        for port in 1..WAYS as u16 {
            assert_eq!(ways.add(way(port)), None);
        }
        assert_eq!(ways.add(way(3)), None); // known
        assert_eq!(ways.add(way(100)), Some(way(1)));
        assert_eq!(ways.known.len(), WAYS);
        assert!(ways.known.contains(&way(0)));
    }
}
