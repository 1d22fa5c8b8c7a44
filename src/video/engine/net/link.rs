//! The place of one connection on the shared port: its credentials, and on which way its peer is
//! reached. Pure: time and randomness come in.
//!
//! A peer may have several ways and may change between them: from Wi-Fi to cable, or because a router
//! in between gave it another port. The stack never leaves the first way it took, so it does not see
//! them: whatever comes on a checked way is handed to it as from one fixed peer, and what it sends goes
//! the way that is right now.

use rand::distr::Alphanumeric;
use rand::{Rng, RngExt};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// CandidatePairs one connection may use at a time (Wi-Fi, cable, mobile, each v4 and v6).
const WAYS: usize = 8;
/// When nothing came on the way in use for so long, the next checked one that brings something is it …
const WAY_SILENT_MS: u64 = 500;
/// … and so long with a peer that nominates its way time and again: it says itself when it changes.
const NOMINATED_SILENT_MS: u64 = 6000;
/// A nomination so long after the first one is not a repetition of it.
const NOMINATES_AGAIN_MS: u64 = 1500;
/// Packets that were still on the way after a good-bye.
const AFTER_GOODBYE: Duration = Duration::from_millis(500);
/// Who said good-bye and was silent for so long is gone.
const GOODBYE_SILENT: Duration = Duration::from_millis(1000);

/// By what a peer is reached: from one of our UDP sockets, or on one of the streams that there are by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    Udp(usize),
    Tcp(u64),
}

/// How packets travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Udp,
    Tcp,
}

impl Transport {
    /// As it is called in candidates.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
        }
    }
}

/// From where of ours to which address of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CandidatePair {
    pub via: Via,
    pub peer: SocketAddr,
}

impl CandidatePair {
    pub fn transport(&self) -> Transport {
        match self.via {
            Via::Udp(_) => Transport::Udp,
            Via::Tcp(_) => Transport::Tcp,
        }
    }
}

/// ICE credentials: those that our answer gives, by which a peer's checks are known, or those of its offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub ufrag: String,
    pub password: String,
}

impl Credentials {
    /// Fresh ones of our own.
    pub fn new(random: &mut dyn Rng) -> Self {
        let mut word = |length| {
            let letters = (&mut *random).sample_iter(Alphanumeric).take(length);
            letters.map(char::from).collect()
        };
        Self { ufrag: word(16), password: word(32) }
    }
}

/// One connection, as the port knows it.
#[derive(Debug)]
pub struct Link {
    pub own: Credentials,
    /// With these the peer can be asked whether it is still there.
    pub remote: Credentials,
    /// Those of the offer and the answer, ours first: the stack knows no others.
    pub first: (Credentials, Credentials),
    ways: CandidatePairs,
    epoch: Instant,
    seen_at: Instant,
    /// When the peer sent an alert; on a running connection that is its good-bye.
    alert_at: Option<Instant>,
}

impl Link {
    pub fn new(own: Credentials, remote: Credentials, now: Instant) -> Self {
        let first = (own.clone(), remote.clone());
        Self { own, remote, first, ways: CandidatePairs::default(), epoch: now, seen_at: now, alert_at: None }
    }

    /// Both sides have new credentials. What is under way goes on on the ways that are known, until the peer nominates
    /// one with the new ones (RFC 8445, 9).
    pub fn restart(&mut self, own: Credentials, remote: Credentials) {
        (self.own, self.remote) = (own, remote);
        (self.ways.first_nominated_ms, self.ways.nominates_again) = (None, false);
    }

    /// Whether its credentials are not those any more that the stack knows.
    pub fn is_restarted(&self) -> bool {
        self.own != self.first.0
    }

    /// How long nothing has come on a checked way (since creation if nothing ever came).
    pub fn silent_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.seen_at)
    }

    /// Forgives a silence that was ours: this process stood still.
    pub fn forgive_silence(&mut self, now: Instant) {
        self.seen_at = now;
    }

    /// The peer sent an alert.
    pub fn alerted(&mut self, now: Instant) {
        self.alert_at = Some(now);
    }

    /// Whether the peer said good-bye and has been silent since (packets that were still on the
    /// way do not count).
    pub fn said_goodbye(&self, now: Instant) -> bool {
        self.alert_at.is_some_and(|alert| self.seen_at <= alert + AFTER_GOODBYE)
            && self.silent_for(now) >= GOODBYE_SILENT
    }

    /// A check on this way was found to be from the peer. Returns the way that had to be forgotten.
    pub fn checked(&mut self, way: CandidatePair, nominated: bool, now: Instant) -> Option<CandidatePair> {
        let forgotten = self.ways.add(way);
        if nominated {
            self.ways.nominated(way, self.ms(now));
        }
        forgotten
    }

    /// A way is no more: its stream is closed.
    pub fn forget(&mut self, way: CandidatePair) {
        self.ways.forget(way);
    }

    /// The way on which the peer is reached now; `None` before its first check.
    pub fn way(&self) -> Option<CandidatePair> {
        self.ways.current
    }

    /// All its ways.
    pub fn ways(&self) -> impl Iterator<Item = &CandidatePair> {
        self.ways.known.iter()
    }

    /// Something came on a checked way.
    pub fn heard(&mut self, way: CandidatePair, now: Instant) {
        self.seen_at = now;
        self.ways.heard(way, self.ms(now));
    }

    fn ms(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.epoch).as_millis() as u64
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

    /// Of those that are left the newest is taken until the peer is heard on one.
    fn forget(&mut self, way: CandidatePair) {
        self.known.retain(|known| *known != way);
        if self.current == Some(way) {
            (self.current, self.heard_ms) = (self.known.back().copied(), 0);
        }
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
        CandidatePair { via: Via::Udp(0), peer: SocketAddr::from(([192, 0, 2, 1], port)) }
    }

    #[test]
    fn a_stream_is_no_way_of_datagrams_and_when_it_is_closed_another_way_is_taken() {
        let stream = CandidatePair { via: Via::Tcp(0), ..way(1) };
        let mut ways = CandidatePairs::default();
        ways.add(way(1));
        ways.add(stream);
        ways.add(way(2));
        assert_eq!(ways.known.len(), 3);
        ways.nominated(stream, 9000);
        ways.forget(way(7));
        assert_eq!(ways.current, Some(stream));
        ways.forget(stream);
        assert_eq!(ways.current, Some(way(2)));
        ways.heard(way(1), 9001); // here the peer is
        assert_eq!(ways.current, Some(way(1)));
        ways.forget(way(1));
        ways.forget(way(2));
        assert_eq!(ways.current, None);
        ways.heard(stream, 9002);
        assert_eq!(ways.current, Some(stream));
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
