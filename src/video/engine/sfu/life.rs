//! When a connection is asked whether its peer is there, and when it is over. Pure.

use crate::video::engine::event::CloseCause;
use crate::video::engine::net::Link;
use std::time::{Duration, Instant};

/// How often the connections are looked at.
pub const WATCH_EVERY: Duration = Duration::from_millis(250);
/// A look that comes so late was not held up by the network.
pub const STOOD_STILL: Duration = Duration::from_secs(2);
/// A page that got its answer connects at once, or never.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// A peer that says nothing for so long is asked whether it is there, time and again …
const ASK_AFTER: Duration = Duration::from_millis(1500);
/// … and is gone when nothing at all came for so long. With the interval of the watch it is noticed
/// within 5 s.
const SILENT_AT_MOST: Duration = Duration::from_millis(4300);

/// How far a connection has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    New,
    Connected,
    Failed,
}

/// Whether the peer is to be asked if it is there: one that says little may have nothing to say.
pub fn is_quiet(link: &Link, now: Instant) -> bool {
    link.silent_for(now) > ASK_AFTER
}

/// Why a connection must go by itself, if it must.
pub fn over(progress: Progress, link: &Link, since: Instant, now: Instant) -> Option<CloseCause> {
    let late = now.saturating_duration_since(since) > CONNECT_WITHIN;
    match progress {
        Progress::Failed => Some(CloseCause::PeerLost),
        Progress::New => late.then_some(CloseCause::NeverConnected),
        Progress::Connected if link.said_goodbye(now) => Some(CloseCause::PeerLeft),
        Progress::Connected => (link.silent_for(now) > SILENT_AT_MOST).then_some(CloseCause::PeerLost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::engine::net::{CandidatePair, Credentials, Via};

    #[test]
    fn a_connection_ends_by_its_peers_word_its_silence_or_its_never_having_come() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut random = rand::rng();
        let mut link = Link::new(Credentials::new(&mut random), Credentials::new(&mut random), start);
        assert_eq!(over(Progress::New, &link, start, after(15_000)), None);
        assert_eq!(over(Progress::New, &link, start, after(15_001)), Some(CloseCause::NeverConnected));
        assert_eq!(over(Progress::Failed, &link, start, after(1)), Some(CloseCause::PeerLost));
        let way = CandidatePair { via: Via::Udp(0), peer: "192.0.2.1:9".parse().unwrap() };
        link.heard(way, after(20_000));
        assert!(!is_quiet(&link, after(21_500)) && is_quiet(&link, after(21_501)));
        assert_eq!(over(Progress::Connected, &link, start, after(24_300)), None);
        assert_eq!(over(Progress::Connected, &link, start, after(24_301)), Some(CloseCause::PeerLost));
        // A good-bye counts when nothing but what was on its way comes after it.
        link.heard(way, after(30_000));
        link.alerted(after(30_000));
        link.heard(way, after(30_400));
        assert_eq!(over(Progress::Connected, &link, start, after(31_399)), None);
        assert_eq!(over(Progress::Connected, &link, start, after(31_400)), Some(CloseCause::PeerLeft));
        link.heard(way, after(31_500));
        assert_eq!(over(Progress::Connected, &link, start, after(33_000)), None);
    }
}
