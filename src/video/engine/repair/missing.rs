//! Which packets of a stream are missing, and when to ask for them. Pure: time comes in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Packets that are only out of order need not be asked for.
const ORDER: Duration = Duration::from_millis(10);
/// Between two questions for the same packet, before anything is known of the round trip.
const FIRST_GUESS: Duration = Duration::from_millis(80);
const SOONEST: Duration = Duration::from_millis(30);
const LATEST: Duration = Duration::from_millis(400);
/// A packet that has not come by then is of no use to a recording or a viewer.
const GIVE_UP: Duration = Duration::from_millis(1200);
const MOST_QUESTIONS: u32 = 8;
/// More at a time are no loss but an outage: the next keyframe mends it, not a flood of old packets.
const MOST_MISSING: usize = 400;
/// A number this far from the last one belongs to a new count.
const RESTART: i64 = 3000;

#[derive(Clone, Copy, Debug)]
struct Gap {
    since: Instant,
    next: Instant,
    asked: u32,
    asked_at: Instant,
}

/// The missing packets of one stream.
#[derive(Debug, Default)]
pub struct Missing {
    /// The highest number that came, counted on beyond 16 bits.
    highest: Option<i64>,
    gaps: BTreeMap<i64, Gap>,
    round_trip: Option<Duration>,
}

impl Missing {
    /// A packet came. False if it is of no use: it was here before, or nobody waits for it any more.
    pub fn came(&mut self, seq: u16, now: Instant) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(i64::from(seq));
            return true;
        };
        let number = highest + i64::from(seq.wrapping_sub(highest as u16).cast_signed());
        if (number - highest).abs() > RESTART {
            self.gaps.clear();
            self.highest = Some(number);
            return true;
        }
        if number <= highest {
            let Some(gap) = self.gaps.remove(&number) else { return false };
            if gap.asked == 1 {
                let took = now.saturating_duration_since(gap.asked_at);
                let known = self.round_trip.unwrap_or(took);
                self.round_trip = Some((known * 7 + took) / 8);
            }
            return true;
        }
        for lost in highest + 1..number {
            self.gaps.insert(lost, Gap { since: now, next: now + ORDER, asked: 0, asked_at: now });
        }
        self.highest = Some(number);
        if self.gaps.len() > MOST_MISSING {
            self.gaps.clear();
        }
        true
    }

    /// Whether nothing has come yet.
    pub fn is_new(&self) -> bool {
        self.highest.is_none()
    }

    /// The numbers to ask for now.
    pub fn due(&mut self, now: Instant) -> Vec<u16> {
        self.gaps.retain(|_, gap| now.saturating_duration_since(gap.since) < GIVE_UP);
        let pauses: [Duration; 2] = [self.pause(1), self.pause(2)];
        let mut due = Vec::new();
        for (number, gap) in &mut self.gaps {
            if gap.next <= now && gap.asked < MOST_QUESTIONS {
                due.push(*number as u16);
                gap.next = now + pauses[usize::from(gap.asked > 0)];
                gap.asked += 1;
                gap.asked_at = now;
            }
        }
        due
    }

    /// When `due` has something to do next.
    pub fn next(&self) -> Option<Instant> {
        self.gaps
            .values()
            .map(|gap| if gap.asked < MOST_QUESTIONS { gap.next } else { gap.since + GIVE_UP })
            .min()
    }

    /// How long to wait for the answer to a question before the next.
    fn pause(&self, question: u32) -> Duration {
        let round_trip = self.round_trip.map_or(FIRST_GUESS, |known| known * 5 / 4);
        (round_trip * question).clamp(SOONEST, LATEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_loss_is_asked_for_until_it_comes_and_never_after() {
        let (mut missing, start) = (Missing::default(), Instant::now());
        for seq in [65_534, 65_535, 2] {
            assert!(missing.came(seq, start));
        }
        assert_eq!(missing.due(start), [0; 0]); // may be out of order
        assert_eq!(missing.due(start + ORDER), [0, 1]);
        assert_eq!(missing.due(start + ms(20)), [0; 0]);
        assert!(missing.came(0, start + ms(50)));
        assert!(!missing.came(0, start + ms(51)), "twice");
        assert_eq!(missing.due(start + ms(300)), [1]);
        assert!(missing.came(1, start + ms(310)));
        assert_eq!((missing.due(start + ms(900)), missing.next()), (vec![], None));
    }

    #[test]
    fn a_packet_that_never_comes_is_asked_for_only_so_often_and_given_up() {
        let (mut missing, start) = (Missing::default(), Instant::now());
        missing.came(1, start);
        missing.came(3, start);
        let asked: usize = (0..3000).map(|at| missing.due(start + ms(at)).len()).sum();
        assert!((3..=MOST_QUESTIONS as usize).contains(&asked), "{asked}");
        assert_eq!(missing.next(), None);
        assert!(!missing.came(2, start + ms(3000)));
    }

    #[test]
    fn questions_keep_to_the_round_trip() {
        let (mut missing, start) = (Missing::default(), Instant::now());
        missing.came(0, start);
        for (round, seq) in (2..40u16).step_by(2).enumerate() {
            let at = start + ms(1000 * round as u64);
            missing.came(seq, at);
            assert_eq!(missing.due(at + ORDER), [seq - 1]);
            assert!(missing.came(seq - 1, at + ORDER + ms(200)));
        }
        let pause = missing.pause(1);
        assert!((ms(180)..ms(280)).contains(&pause), "{pause:?}");
    }

    #[test]
    fn an_outage_is_not_asked_for_and_a_new_count_is_taken() {
        let (mut missing, start) = (Missing::default(), Instant::now());
        missing.came(0, start);
        missing.came(1000, start);
        assert_eq!(missing.due(start + ms(50)), [0; 0]);
        assert!(missing.came(30_000, start));
        assert!(missing.came(30_001, start));
        assert_eq!(missing.next(), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_its_memory_is_bounded_and_each_number_is_of_use_once(
            seqs in proptest::collection::vec(any::<u16>(), 1..400)
        ) {
            let (mut missing, start) = (Missing::default(), Instant::now());
            for (at, seq) in seqs.iter().enumerate() {
                let now = start + ms(at as u64);
                missing.came(*seq, now);
                prop_assert!(missing.gaps.len() <= MOST_MISSING);
                prop_assert!(!missing.came(*seq, now));
                prop_assert!(missing.due(now).len() <= MOST_MISSING);
            }
        }
    }
}
