//! The only place that reads the time of day.
//!
//! Rules take the time as an argument; services read it once per use case from the [`Clock`] they
//! were given. A shifted clock (`serve --at`, tests) moves on with the machine's; a fixed one moves
//! only when told to.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A source of the current UTC time, cut to whole milliseconds. Cheap to clone; clones share state.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

#[derive(Debug)]
enum Source {
    System,
    Shifted(TimeDelta),
    Fixed(Mutex<DateTime<Utc>>),
    /// Fixed as well; it showed `start` at the instant `zero`.
    #[cfg(test)]
    Led {
        now: Mutex<DateTime<Utc>>,
        start: DateTime<Utc>,
        zero: Instant,
    },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Source::System))
    }

    /// A clock that shows `start` now and goes on from there.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        Self(Arc::new(Source::Shifted(start - machine_now())))
    }

    /// A clock that stands still until [`Clock::set`] or [`Clock::advance`] moves it.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Source::Fixed(Mutex::new(at.trunc_subsecs(3)))))
    }

    /// A fixed clock that is led on beside instants: it shows `start` at `zero`.
    #[cfg(test)]
    pub fn led(start: DateTime<Utc>, zero: Instant) -> Self {
        Self(Arc::new(Source::Led { now: Mutex::new(start), start, zero }))
    }

    pub fn now(&self) -> DateTime<Utc> {
        match &*self.0 {
            Source::System => machine_now(),
            Source::Shifted(by) => machine_now() + *by,
            Source::Fixed(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
            #[cfg(test)]
            Source::Led { now, .. } => *now.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        }
    }

    /// What it showed at an instant a moment ago; one that stands still showed what it shows now.
    pub fn at(&self, instant: Instant) -> DateTime<Utc> {
        let ago = match &*self.0 {
            #[cfg(test)]
            Source::Led { start, zero, .. } => {
                let since = TimeDelta::from_std(instant.saturating_duration_since(*zero)).unwrap_or_default();
                self.now() - (*start + since)
            }
            Source::Fixed(_) => TimeDelta::zero(),
            Source::System | Source::Shifted(_) => TimeDelta::from_std(instant.elapsed()).unwrap_or_default(),
        };
        (self.now() - ago).trunc_subsecs(3)
    }

    /// Moves a fixed clock to `at`; other clocks keep going and ignore it.
    pub fn set(&self, at: DateTime<Utc>) {
        let now = match &*self.0 {
            Source::Fixed(now) => now,
            #[cfg(test)]
            Source::Led { now, .. } => now,
            Source::System | Source::Shifted(_) => return,
        };
        *now.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = at.trunc_subsecs(3);
    }

    /// Moves a fixed clock on by `by`; other clocks keep going and ignore it.
    pub fn advance(&self, by: TimeDelta) {
        self.set(self.now() + by);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that may read the machine's clock")]
fn machine_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_a_clock_showed_a_moment_ago_was_a_moment_before_unless_it_stands_still() {
        let ago = Instant::now().checked_sub(Duration::from_millis(500)).unwrap_or_else(Instant::now);
        let clock = Clock::system();
        let (shown, now) = (clock.at(ago), clock.now());
        assert!(
            (ago.elapsed().as_millis() as i64 - (now - shown).num_milliseconds()).abs() < 400,
            "{shown} {now}"
        );
        assert_eq!(shown, shown.trunc_subsecs(3));
        let fixed = Clock::fixed(now);
        assert_eq!(fixed.at(ago), fixed.now());
    }
}
