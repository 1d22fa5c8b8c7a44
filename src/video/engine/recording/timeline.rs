//! From RTP clocks to milliseconds of the recording. Pure.
//!
//! A track goes by its sender's clock, and arrival keeps that clock honest. What arrives is never early, only
//! late: the smallest delay of the last seconds says where a clock stands against ours, so one that runs too
//! fast or too slow is followed. Sender reports put both clocks on the sender's time of day; from then on both
//! tracks go by the same smallest delay, which is what keeps lips and words together.
//!
//! A clock that stood still (a stalled microphone goes on with the next timestamp) shows as packets that are
//! all late at once and stay so; a burst that the network held back catches up. Packets are placed only some
//! time after they arrived, which is long enough to tell the two apart.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::index::ClockErrors;
use std::collections::VecDeque;

/// Over how long the smallest delay is looked for.
const WINDOW_US: i64 = 3_000_000;
/// A clock that is off by more than this was stopped or replaced: it is set. Less is made good slowly.
const STEP_US: i64 = 300_000;
/// Less than this is left as it is: the sender's own pace is better than one that trembles with the network.
const LEAVE_US: i64 = 15_000;
const GOOD_US: i64 = 2_000;
/// More than this is heard and seen: it is made good by a tenth of the time that passes, the rest by a hundredth.
const MUCH_US: i64 = 80_000;
const FAST: i64 = 10;
const SLOW: i64 = 100;
/// Tracks whose reports put them further apart than this were not reported by one clock.
const APART_US: i64 = 1_000_000;
/// A late packet of the former clock says nothing about the new one.
const OTHER_CLOCK_US: i64 = 10_000_000;

/// The smallest of the delays of the last seconds.
#[derive(Debug, Default)]
struct Smallest(VecDeque<(i64, i64)>);

impl Smallest {
    fn get(&self) -> Option<i64> {
        self.0.front().map(|(_, delay)| *delay)
    }

    fn add(&mut self, at_us: i64, delay: i64) {
        while self.0.back().is_some_and(|(_, other)| *other >= delay) {
            self.0.pop_back();
        }
        self.0.push_back((at_us, delay));
        while self.0.front().is_some_and(|(at, _)| at_us - at > WINDOW_US) {
            self.0.pop_front();
        }
    }

    fn move_by(&mut self, by: i64) {
        self.0.iter_mut().for_each(|(_, delay)| *delay += by);
    }
}

/// Packets that are all late since `began`, or early; `delay` is the smallest of theirs.
#[derive(Clone, Copy, Debug)]
struct DelayShift {
    began: i64,
    delay: i64,
}

#[derive(Debug)]
struct Track {
    rate: i64,
    /// A timestamp, counted on beyond 32 bits, and the sender's time that it stands for.
    base: Option<(i64, i64)>,
    /// The sender's time is the sender's time of day.
    reported: bool,
    last: i64,
    /// Sender's time and arrival of the packet heard last.
    heard: (i64, i64),
    delays: Smallest,
    off: Option<DelayShift>,
    /// What is added to the sender's time now, and the sender's time placed last.
    offset: Option<(i64, i64)>,
    /// The offset is being made good.
    correcting: bool,
    /// How far it was at most from where it should have been; none before anything was placed.
    most_off: Option<i64>,
    latest_us: i64,
}

impl Track {
    fn new(rate: i64) -> Self {
        Self {
            rate,
            base: None,
            reported: false,
            last: 0,
            heard: (0, 0),
            delays: Smallest::default(),
            off: None,
            offset: None,
            correcting: false,
            most_off: None,
            latest_us: i64::MIN,
        }
    }

    fn count_on(&self, timestamp: u32) -> i64 {
        self.last + i64::from(timestamp.wrapping_sub(self.last as u32).cast_signed())
    }

    fn us(&self, ticks: i64) -> i64 {
        ticks.saturating_mul(1_000_000) / self.rate
    }

    /// The sender's time of a timestamp.
    fn sent(&self, ticks: i64) -> i64 {
        self.base.map_or(0, |(base, sent)| sent.saturating_add(self.us(ticks - base)))
    }

    fn hear(&mut self, timestamp: u32, at_us: i64) {
        let first = self.base.is_none();
        let ticks = if first { i64::from(timestamp) } else { self.count_on(timestamp) };
        if first {
            self.base = Some((ticks, at_us));
        }
        self.last = ticks;
        let sent = self.sent(ticks);
        let (sent_before, heard_before) = std::mem::replace(&mut self.heard, (sent, at_us));
        let delay = at_us.saturating_sub(sent);
        let Some(usual) = self.delays.get() else { return self.delays.add(at_us, delay) };
        // Ahead of its time: only a clock that was set forward does that, not a network that got faster.
        let jumped =
            sent.saturating_sub(sent_before) > at_us - heard_before + STEP_US && delay < usual - STEP_US;
        match &mut self.off {
            None if delay > usual + STEP_US || jumped => self.off = Some(DelayShift { began: at_us, delay }),
            None => self.delays.add(at_us, delay),
            Some(off) if delay.abs_diff(usual) <= STEP_US as u64 => {
                if off.delay.abs_diff(delay) < OTHER_CLOCK_US as u64 {
                    self.off = None; // it caught up
                    self.delays.add(at_us, delay);
                }
            }
            Some(off) if off.delay.abs_diff(delay) < OTHER_CLOCK_US as u64 => {
                off.delay = off.delay.min(delay)
            }
            // Yet another clock.
            Some(off) if jumped || delay > usual + STEP_US => *off = DelayShift { began: off.began, delay },
            Some(_) => {}
        }
    }

    /// The time of a packet that arrived at `arrived`, when `common` is the delay of both tracks.
    fn place(&mut self, timestamp: u32, arrived: i64, resent: bool, common: Option<i64>) -> i64 {
        let usual = self.delays.get().unwrap_or(0);
        if let Some(off) = self.off.filter(|off| !resent && arrived >= off.began) {
            // It did not catch up: the clock stood still, or it is another one.
            let moved = off.delay.saturating_sub(usual);
            let ticks = self.count_on(timestamp);
            self.base = Some((ticks, self.sent(ticks).saturating_add(moved)));
            self.heard.0 = self.heard.0.saturating_add(moved);
            self.off = None;
        }
        let sent = self.sent(self.count_on(timestamp));
        let wanted = common.unwrap_or(usual);
        let offset = match self.offset {
            None => wanted,
            Some((offset, before)) => {
                let (error, elapsed) = (wanted - offset, (sent - before).clamp(0, APART_US));
                self.correcting = error.abs() > if self.correcting { GOOD_US } else { LEAVE_US };
                let pace = elapsed / if error.abs() > MUCH_US { FAST } else { SLOW };
                match error {
                    _ if error > STEP_US => offset + error,
                    _ if self.correcting => offset + error.clamp(-pace, pace),
                    _ => offset,
                }
            }
        };
        self.offset = Some((offset, sent));
        self.most_off = self.most_off.max(Some((wanted - offset).abs()));
        self.latest_us = self.latest_us.max(sent.saturating_add(offset).min(arrived + APART_US));
        self.latest_us
    }

    /// `day` is the sender's time of day at a timestamp.
    fn report(&mut self, day: i64, timestamp: u32) {
        if self.base.is_none() {
            return; // nothing to place yet; the next report comes in some seconds
        }
        let ticks = self.count_on(timestamp);
        let moved = day - self.sent(ticks);
        self.base = Some((ticks, day));
        self.reported = true;
        // The same times as before, told in the new one.
        self.delays.move_by(-moved);
        self.heard.0 += moved;
        if let Some(off) = &mut self.off {
            off.delay -= moved;
        }
        if let Some((offset, before)) = &mut self.offset {
            *offset -= moved;
            *before += moved;
        }
    }
}

/// The common time of both tracks of a recording.
#[derive(Debug)]
pub struct Timeline {
    audio: Track,
    video: Track,
}

impl Default for Timeline {
    fn default() -> Self {
        Self { audio: Track::new(48_000), video: Track::new(90_000) }
    }
}

fn us(ms: u64) -> i64 {
    i64::try_from(ms.saturating_mul(1000)).unwrap_or(i64::MAX / 4)
}

impl Timeline {
    fn track(&mut self, kind: Kind) -> &mut Track {
        match kind {
            Kind::Audio => &mut self.audio,
            Kind::Video => &mut self.video,
        }
    }

    /// A packet arrived that was not sent again: what was is late by itself. It is placed later.
    pub fn hear(&mut self, kind: Kind, timestamp: u32, at_ms: u64) {
        self.track(kind).hear(timestamp, us(at_ms));
    }

    /// The time of `timestamp`, which arrived at `at_ms`; both in ms of the recording.
    pub fn place(&mut self, kind: Kind, timestamp: u32, at_ms: u64, resent: bool) -> u64 {
        let common = match (self.audio.delays.get(), self.video.delays.get()) {
            (Some(audio), Some(video)) if self.audio.reported && self.video.reported => {
                ((audio - video).abs() < APART_US).then_some(audio.min(video))
            }
            _ => None,
        };
        let placed = self.track(kind).place(timestamp, us(at_ms), resent, common);
        u64::try_from(placed / 1000).unwrap_or(0) // sent before the recording began, and came late
    }

    /// How far each track was at most from where the server's clock had it.
    pub fn errors(&self) -> ClockErrors {
        let ms = |track: &Track| track.most_off.map(|us| u32::try_from(us / 1000).unwrap_or(u32::MAX));
        ClockErrors { audio_error_ms: ms(&self.audio), video_error_ms: ms(&self.video) }
    }

    /// A sender report: `ntp` is the sender's time of day at `timestamp`.
    pub fn report(&mut self, kind: Kind, ntp: u64, timestamp: u32) {
        let fraction = ((ntp & 0xFFFF_FFFF) * 1_000_000) >> 32;
        let day_us = ((ntp >> 32) * 1_000_000 + fraction).cast_signed();
        self.track(kind).report(day_us, timestamp);
    }
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
