//! The timers of all connections, as one: a look at them all, seldom enough to cost nothing and often enough
//! for the shortest (asking for lost packets, 10 ms).

use crate::video::engine::net::stun;
use crate::video::engine::sfu::life::{self, STOOD_STILL, WATCH_EVERY};
use crate::video::engine::sfu::{Sfu, SfuEvent};
use std::time::{Duration, Instant};

/// Between two looks at least.
const TICK: Duration = Duration::from_millis(10);

/// When the connections were looked at, and when they are to be next.
pub struct Watch {
    ticked: Instant,
    /// When it was last looked whether their peers are there.
    watched: Instant,
    /// The earliest time-out of a connection, as it was at the last tick.
    earliest: Option<Instant>,
    /// Something was done since then, and may have made it earlier.
    moved: bool,
}

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self { ticked: now, watched: now, earliest: None, moved: false }
    }

    /// Something was done.
    pub fn moved(&mut self) {
        self.moved = true;
    }
}

impl Sfu {
    /// When [`handle_timeout`](Self::handle_timeout) has something to do next; `None` while nobody is there.
    pub fn next_timeout(&self) -> Option<Instant> {
        if self.by_id.is_empty() {
            return None;
        }
        let tick = self.watch.ticked + TICK;
        if self.watch.moved {
            return Some(tick);
        }
        let look = self.watch.watched + WATCH_EVERY;
        Some(self.watch.earliest.map_or(look, |earliest| earliest.min(look)).max(tick))
    }

    /// Lets the timers run whose time has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        (self.watch.ticked, self.watch.moved) = (now, false);
        let mut earliest: Option<Instant> = None;
        for place in 0..self.connections.len() {
            let Some(connection) = &mut self.connections[place] else { continue };
            if connection.tick(now) {
                self.enqueue(place);
                self.take_media(place, now);
            }
            self.ask_keyframe_if_due(place, now);
            let timeout = self.connections[place].as_ref().and_then(|connection| connection.timeout());
            earliest = earliest.into_iter().chain(timeout).min();
        }
        self.watch.earliest = earliest;
        if now.saturating_duration_since(self.watch.watched) >= WATCH_EVERY {
            self.look(now);
        }
    }

    /// Asks quiet peers whether they are there, and tells whose connection is over. The stack does not tell when a
    /// peer closes, and gives up late.
    fn look(&mut self, now: Instant) {
        // A machine that slept or was too busy to listen must not blame its peers.
        let stood_still = now.saturating_duration_since(self.watch.watched) > STOOD_STILL;
        self.watch.watched = now;
        for connection in self.connections.iter_mut().flatten() {
            let link = &mut connection.link;
            if stood_still {
                link.forgive_silence(now);
            }
            if life::is_quiet(link, now)
                && let Some(way) = link.way()
                && let Some(request) =
                    stun::request(&link.remote, &link.own.ufrag, &mut self.random, self.crypto.crypto())
            {
                self.aside.push((way, request));
            }
            if let Some(cause) = life::over(connection.progress, link, connection.since, now)
                && !std::mem::replace(&mut connection.told_over, true)
            {
                self.events.push_back(SfuEvent::Over(connection.id, cause));
            }
        }
    }
}
