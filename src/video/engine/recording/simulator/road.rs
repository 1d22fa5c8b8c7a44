//! The way of a person's packets to the server.

use crate::video::engine::recording::simulator::devices::Parcel;
use crate::video::engine::recording::simulator::script::{Stay, Stretch, Trouble};
use rand::RngExt;
use rand::rngs::StdRng;

/// How often a lost packet is asked for again.
const ASKED_AGAIN: u32 = 3;

/// And for how long.
const AGAIN_WITHIN_MS: u64 = 300;

/// Parcels that are under way, with when they arrive.
pub struct Road<'a> {
    stay: &'a Stay,
    random: StdRng,
    under_way: Vec<(u64, Parcel)>,
    /// Nothing that is not overtaken arrives before what was sent earlier.
    last_ms: u64,
    switched_ms: u64,
}

impl<'a> Road<'a> {
    pub fn new(stay: &'a Stay, random: StdRng) -> Self {
        Self { stay, random, under_way: Vec::new(), last_ms: 0, switched_ms: 0 }
    }

    fn during(&self, now_ms: u64, wanted: fn(&Trouble) -> bool) -> Option<Stretch> {
        let here = |(stretch, trouble): &&(Stretch, Trouble)| stretch.holds(now_ms) && wanted(trouble);
        self.stay.troubles.iter().find(here).map(|(stretch, _)| *stretch)
    }

    /// Whether a device gives nothing for a while after `now_ms`.
    fn is_the_last(&self, now_ms: u64) -> bool {
        let ends = |trouble: &Trouble| matches!(trouble, Trouble::Off(_) | Trouble::Stall { .. });
        let soon = now_ms..now_ms + 110;
        self.stay.troubles.iter().any(|(stretch, trouble)| ends(trouble) && soon.contains(&stretch.from_ms))
    }

    fn is_lost(&mut self, now_ms: u64) -> bool {
        self.during(now_ms, |trouble| matches!(trouble, Trouble::Blackout)).is_some()
            || self.random.random_range(0..1000) < self.stay.quality.lost
    }

    /// Takes what is sent at `now_ms`.
    pub fn send(&mut self, parcel: Parcel, now_ms: u64) {
        let quality = self.stay.quality;
        let jitter = self.random.random_range(0..=quality.jitter_ms);
        let mut at_ms = now_ms + quality.delay_ms + jitter;
        if let Parcel::Switched { .. } = parcel {
            at_ms += self.random.random_range(0..200); // by another connection, which loses nothing
            self.switched_ms = self.switched_ms.max(at_ms);
            return self.arrives(self.switched_ms, parcel);
        }
        if let Some(blackout) = self.during(now_ms, |trouble| matches!(trouble, Trouble::Blackout)) {
            // Asked for when something comes again, if it is not too long ago.
            let Parcel::Packet { .. } = parcel else { return };
            if blackout.to_ms - now_ms < AGAIN_WITHIN_MS {
                self.arrives(blackout.to_ms + 3 * quality.delay_ms + 40 + jitter, parcel);
            }
            return;
        }
        if self.is_lost(now_ms) {
            let Parcel::Packet { .. } = parcel else { return };
            if self.is_the_last(now_ms) {
                return; // nothing comes behind it that would show it missing
            }
            // Asked for by whoever sees the next one, and sent again.
            for again in 1..=ASKED_AGAIN {
                let sent_ms = now_ms + u64::from(again) * (2 * quality.delay_ms + 20);
                if !self.is_lost(sent_ms) {
                    return self.arrives(sent_ms + quality.delay_ms + jitter, parcel);
                }
            }
            return;
        }
        if let Some(held) = self.during(now_ms, |trouble| matches!(trouble, Trouble::HeldBack)) {
            at_ms = at_ms.max(held.to_ms + quality.delay_ms);
        }
        if self.random.random_range(0..1000) < quality.overtaken {
            at_ms += self.random.random_range(1..60);
        } else {
            at_ms = at_ms.max(self.last_ms);
            self.last_ms = at_ms;
        }
        self.arrives(at_ms, parcel);
    }

    fn arrives(&mut self, at_ms: u64, parcel: Parcel) {
        let place = self.under_way.partition_point(|(other, _)| *other <= at_ms);
        self.under_way.insert(place, (at_ms, parcel));
    }

    /// What has arrived by `now_ms`.
    pub fn arrived(&mut self, now_ms: u64) -> impl Iterator<Item = (u64, Parcel)> {
        let count = self.under_way.partition_point(|(at_ms, _)| *at_ms <= now_ms);
        self.under_way.drain(..count)
    }
}
