//! From RTP clocks to milliseconds of the recording. Pure.
//!
//! Until sender reports come, a track is placed by the arrival of its first packet and then goes
//! by its own RTP clock. The first track that gets a report becomes the reference; the other is
//! moved towards where the reports put it, slowly enough that its time never runs backwards.

use crate::video::engine::packet::Kind;

/// A time this far from the arrival is a new clock, not a delay.
const RESTART_US: i64 = 5_000_000;
/// Correction per elapsed time: 100 ms are made good in one second.
const SLEW: i64 = 10;

#[derive(Debug)]
struct Track {
    rate: i64,
    /// The RTP timestamp, counted on beyond 32 bits, and the time it stands for.
    base: Option<(i64, i64)>,
    last: i64,
    last_raw_us: i64,
    correction_us: i64,
    latest_us: i64,
    /// The latest report: sender's time of day, and the timestamp of that moment.
    report: Option<(i64, i64)>,
}

impl Track {
    fn new(rate: i64) -> Self {
        let (base, report) = (None, None);
        Self { rate, base, last: 0, last_raw_us: 0, correction_us: 0, latest_us: 0, report }
    }

    fn count_on(&self, timestamp: u32) -> i64 {
        self.last + i64::from(timestamp.wrapping_sub(self.last as u32).cast_signed())
    }

    fn us(&self, ticks: i64) -> i64 {
        ticks.saturating_mul(1_000_000) / self.rate
    }
}

/// The common time of both tracks of a recording.
#[derive(Debug)]
pub struct Timeline {
    audio: Track,
    video: Track,
    reference: Option<Kind>,
    /// The sender's time of day at the start of the recording.
    origin_us: Option<i64>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { audio: Track::new(48_000), video: Track::new(90_000), reference: None, origin_us: None }
    }
}

impl Timeline {
    fn track(&mut self, kind: Kind) -> &mut Track {
        match kind {
            Kind::Audio => &mut self.audio,
            Kind::Video => &mut self.video,
        }
    }

    /// The time of `timestamp`, which arrived at `at_ms`; both in ms of the recording.
    pub fn place(&mut self, kind: Kind, timestamp: u32, at_ms: u64) -> u64 {
        let origin_us = self.origin_us.filter(|_| self.reference != Some(kind));
        let at_us = i64::try_from(at_ms.saturating_mul(1000)).unwrap_or(i64::MAX);
        let track = self.track(kind);
        let ticks = match track.base {
            Some(_) => track.count_on(timestamp),
            None => i64::from(timestamp),
        };
        track.last = ticks;
        let (base, base_us) = *track.base.get_or_insert((ticks, at_us));
        let mut raw_us = base_us + track.us(ticks - base);
        if (raw_us + track.correction_us - at_us).abs() > RESTART_US {
            track.base = Some((ticks, at_us));
            (track.correction_us, track.report) = (0, None);
            raw_us = at_us;
            track.last_raw_us = at_us;
        }
        let elapsed = (raw_us - track.last_raw_us).max(0);
        track.last_raw_us = raw_us;
        if let (Some(origin), Some((day, then))) = (origin_us, track.report) {
            let wanted = day + track.us(ticks - then) - origin;
            let error = wanted - (raw_us + track.correction_us);
            track.correction_us += error.clamp(-elapsed / SLEW, elapsed / SLEW);
        }
        track.latest_us = track.latest_us.max(raw_us + track.correction_us);
        u64::try_from(track.latest_us / 1000).unwrap_or(0)
    }

    /// A sender report: `ntp` is the sender's time of day at `timestamp`.
    pub fn report(&mut self, kind: Kind, ntp: u64, timestamp: u32) {
        let fraction = ((ntp & 0xFFFF_FFFF) * 1_000_000) >> 32;
        let day_us = ((ntp >> 32) * 1_000_000 + fraction).cast_signed();
        let track = self.track(kind);
        if track.base.is_none() {
            return; // nothing to place yet; the next report comes in some seconds
        }
        let ticks = track.count_on(timestamp);
        track.report = Some((day_us, ticks));
        let day_of_last = day_us + track.us(track.last - ticks);
        let place_of_last = track.last_raw_us + track.correction_us;
        if *self.reference.get_or_insert(kind) == kind {
            // The reference itself never moves: only the origin follows its sender's clock.
            self.origin_us = Some(day_of_last - place_of_last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ntp(ms: u64) -> u64 {
        ((ms / 1000) << 32) | (((ms % 1000) << 32) / 1000)
    }

    #[test]
    fn reports_bring_the_tracks_together_without_going_back() {
        // Video was captured with the audio but arrived 180 ms late.
        let (mut time, mut before, mut off) = (Timeline::default(), 0, 0);
        for step in 0..300u64 {
            let captured = step * 20;
            let audio = time.place(Kind::Audio, (captured * 48) as u32, captured + 10);
            let video = time.place(Kind::Video, (captured * 90 + 777) as u32, captured + 190);
            assert!(video >= before, "{video} after {before}");
            before = video;
            if step == 20 {
                time.report(Kind::Audio, ntp(9_000_000 + captured), (captured * 48) as u32);
                time.report(Kind::Video, ntp(9_000_000 + captured), (captured * 90 + 777) as u32);
            }
            off = video.abs_diff(audio);
            if step < 20 {
                assert_eq!(off, 180);
            }
        }
        assert!(off <= 1, "{off} ms apart");
    }

    #[test]
    fn the_clocks_wrap_and_restart() {
        let mut time = Timeline::default();
        let near = u32::MAX - 4800;
        assert_eq!(time.place(Kind::Audio, near, 0), 0);
        assert_eq!(time.place(Kind::Audio, near.wrapping_add(9600), 200), 200);
        // Another encoder, another clock: goes on from the arrival.
        assert_eq!(time.place(Kind::Audio, 1_000_000_000, 260), 260);
        assert_eq!(time.place(Kind::Audio, 1_000_000_960, 280), 280);
    }

    proptest! {
        #[test]
        fn time_never_runs_backwards_nor_away(
            steps in proptest::collection::vec((any::<u32>(), 0u64..500, any::<bool>(), any::<u64>()), 1..200)
        ) {
            let (mut time, mut now, mut before) = (Timeline::default(), 0, 0);
            for (timestamp, wait, report, ntp) in steps {
                now += wait;
                let at = time.place(Kind::Video, timestamp, now);
                prop_assert!(at >= before && at <= now + 6_000);
                before = at;
                if report {
                    time.report(Kind::Audio, ntp, timestamp);
                    time.report(Kind::Video, ntp.rotate_left(7), timestamp ^ 5);
                }
            }
        }
    }
}
