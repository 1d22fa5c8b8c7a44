//! What is missing of one medium, as few lines as possible: losses that lie close together are one gap. Pure.

use crate::video::engine::recording::index::{Gap, GapCause, Medium};
use std::collections::VecDeque;

/// Losses of sound this far apart are one: a lossy line loses something every second.
const AUDIO_APART_MS: u64 = 2000;
/// Pictures between two freezes that are shown for no longer than this are part of one freeze.
const VIDEO_APART_MS: u64 = 500;
/// Less missing sound than this is not worth a line: Opus conceals it.
const AUDIO_LEAST_MS: u64 = 100;

/// A gap that has grown so long is told: of one that is not, a process that is killed tells nothing.
const LONGEST_MS: u64 = 10_000;

/// Gathers the gaps of one medium.
#[derive(Debug)]
pub struct Missing {
    medium: Medium,
    /// May still grow.
    open: Option<Gap>,
    done: VecDeque<Gap>,
}

impl Missing {
    pub fn new(medium: Medium) -> Self {
        Self { medium, open: None, done: VecDeque::new() }
    }

    fn apart_ms(&self) -> u64 {
        if self.medium == Medium::Audio { AUDIO_APART_MS } else { VIDEO_APART_MS }
    }

    /// So much is missing between two times.
    pub fn add(&mut self, from_ms: u64, to_ms: u64, cause: GapCause, missing_ms: u64) {
        if to_ms <= from_ms {
            return;
        }
        match self.open {
            // Stretches of silence are told as they were.
            Some(open)
                if open.cause == cause
                    && matches!(cause, GapCause::Loss | GapCause::Disk)
                    && from_ms <= open.to_ms + self.apart_ms()
                    && open.to_ms < open.from_ms + LONGEST_MS =>
            {
                let gap = Gap::new(self.medium, cause, open.from_ms, to_ms.max(open.to_ms));
                self.open = Some(gap.missing(open.missing_ms() + missing_ms));
            }
            _ => {
                self.end();
                self.open = Some(Gap::new(self.medium, cause, from_ms, to_ms).missing(missing_ms));
            }
        }
        if !matches!(cause, GapCause::Loss | GapCause::Disk) {
            self.end();
        }
    }

    /// The medium has come to `at_ms`: what lies far enough behind does not grow any more.
    pub fn settle(&mut self, at_ms: u64) {
        if self.open.is_some_and(|gap| at_ms > gap.to_ms + self.apart_ms()) {
            self.end();
        }
    }

    /// Nothing more comes to what is open.
    pub fn end(&mut self) {
        let Some(gap) = self.open.take() else { return };
        if self.medium != Medium::Audio || gap.missing_ms() >= AUDIO_LEAST_MS {
            self.done.push_back(gap);
        }
    }

    /// The next gap that is told.
    pub fn next(&mut self) -> Option<Gap> {
        self.done.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(medium: Medium, lost: &[(u64, u64)], until: u64) -> Vec<(u64, u64, u64)> {
        let mut missing = Missing::new(medium);
        for (from, to) in lost {
            missing.settle(*from);
            missing.add(*from, *to, GapCause::Loss, to - from);
        }
        missing.settle(until);
        let told = std::iter::from_fn(|| missing.next());
        told.map(|gap| (gap.from_ms, gap.to_ms, gap.missing_ms())).collect()
    }

    #[test]
    fn a_freeze_is_one_gap_however_often_a_keyframe_is_lost_in_it() {
        // As seen under loss: each keyframe that came was followed by the next loss at once.
        let freeze = [(48_742, 49_743), (49_743, 50_712), (50_745, 51_700)];
        assert_eq!(gaps(Medium::Video, &freeze, 52_300), [(48_742, 51_700, 2925)]);
        assert_eq!(gaps(Medium::Video, &freeze, 52_100), [], "it may still go on");
        assert_eq!(gaps(Medium::Video, &[(1000, 1400), (2000, 2100)], 9000).len(), 2);
    }

    #[test]
    fn single_losses_of_sound_are_one_gap_that_says_how_much_is_missing() {
        let every_300_ms: Vec<(u64, u64)> = (0..10).map(|n| (n * 300, n * 300 + 20)).collect();
        assert_eq!(gaps(Medium::Audio, &every_300_ms, 5000), [(0, 2720, 200)]);
        assert_eq!(gaps(Medium::Audio, &every_300_ms[..4], 5000), [], "Opus conceals it");
        assert_eq!(gaps(Medium::Audio, &[(100, 400)], 5000), [(100, 400, 300)]);
    }

    #[test]
    fn silences_are_not_joined() {
        let mut missing = Missing::new(Medium::Audio);
        missing.add(0, 3000, GapCause::AudioSilent, 3000);
        missing.add(3020, 6000, GapCause::AudioSilent, 2980);
        assert_eq!(std::iter::from_fn(|| missing.next()).count(), 2);
    }
}
