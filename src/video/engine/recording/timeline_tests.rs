use super::*;
use proptest::prelude::*;

/// Packets are placed so long after they arrived.
const HOLD_MS: u64 = 400;

#[derive(Clone, Copy, Debug)]
enum What {
    Packet(u32),
    /// The sender's time of day in ms.
    Report(u64, u32),
}

/// Plays what arrives when through a timeline; gives (arrival, time) of each packet of audio and of video.
fn placed(events: Vec<(u64, Kind, What)>) -> [Vec<(u64, u64)>; 2] {
    played(events).0
}

/// The same, and what was measured.
fn played(mut events: Vec<(u64, Kind, What)>) -> ([Vec<(u64, u64)>; 2], ClockErrors) {
    events.sort_by_key(|(at, ..)| *at);
    let mut time = Timeline::default();
    let mut held: VecDeque<(u64, Kind, u32)> = VecDeque::new();
    let mut placed = [Vec::new(), Vec::new()];
    let mut release = |time: &mut Timeline, held: &mut VecDeque<(u64, Kind, u32)>, now: u64| {
        while let Some((at, kind, timestamp)) = held.pop_front_if(|(at, ..)| *at + HOLD_MS <= now) {
            let found = time.place(kind, timestamp, at, false);
            placed[usize::from(kind == Kind::Video)].push((at, found));
        }
    };
    for (at, kind, what) in events {
        match what {
            What::Packet(timestamp) => {
                held.push_back((at, kind, timestamp));
                time.hear(kind, timestamp, at);
            }
            What::Report(day, timestamp) => time.report(kind, ntp(day), timestamp),
        }
        release(&mut time, &mut held, at);
    }
    release(&mut time, &mut held, u64::MAX);
    (placed, time.errors())
}

fn ntp(ms: u64) -> u64 {
    ((ms / 1000) << 32) | (((ms % 1000) << 32) / 1000)
}

fn packet(kind: Kind, at: u64, captured_ms: f64) -> (u64, Kind, What) {
    let rate = if kind == Kind::Audio { 48.0 } else { 90.0 };
    (at, kind, What::Packet((captured_ms * rate) as u64 as u32))
}

fn report(kind: Kind, at: u64, day: u64, captured_ms: f64) -> (u64, Kind, What) {
    let rate = if kind == Kind::Audio { 48.0 } else { 90.0 };
    (at, kind, What::Report(day, (captured_ms * rate) as u64 as u32))
}

/// The shortest and the longest step between the times of packets.
fn steps(placed: &[(u64, u64)]) -> (u64, u64) {
    let steps = || placed.windows(2).map(|pair| pair[1].1 - pair[0].1);
    (steps().min().unwrap(), steps().max().unwrap())
}

/// How far times lie from what they should be.
fn off(placed: &[(u64, u64)], wanted: impl Fn(u64) -> u64) -> u64 {
    placed.iter().map(|(at, time)| time.abs_diff(wanted(*at))).max().unwrap()
}

#[test]
fn how_far_a_track_was_off_is_measured_and_setting_a_clock_that_stood_still_is_none() {
    let sent = |ppm: f64, at: u64| packet(Kind::Audio, at + 10, at as f64 * (1.0 + ppm / 1e6));
    let sound = |ppm: f64| (0..600_000u64).step_by(20).map(move |at| sent(ppm, at)).collect::<Vec<_>>();
    let (_, steady) = played(sound(0.0));
    assert_eq!(steady, ClockErrors { audio_error_ms: Some(0), video_error_ms: None });
    // What is left as it is, and not more.
    for ppm in [100.0, -100.0] {
        let found = played(sound(ppm)).1.audio_error_ms.unwrap();
        assert!((14..=20).contains(&found), "{ppm}: {found}");
    }
    // The way of the packets becomes 60 ms longer: until that is made good it is the error.
    let longer = |(at, kind, what): (u64, Kind, What)| (if at > 300_000 { at + 60 } else { at }, kind, what);
    let found = played(sound(0.0).into_iter().map(longer).collect()).1.audio_error_ms.unwrap();
    assert!((55..=60).contains(&found), "{found}");
    let stalled =
        |(at, kind, what): (u64, Kind, What)| (if at > 300_000 { at + 3000 } else { at }, kind, what);
    assert_eq!(played(sound(0.0).into_iter().map(stalled).collect()).1.audio_error_ms, Some(0));
}

#[test]
fn reports_bring_the_tracks_together_without_going_back() {
    // Video was captured with the audio but arrives 180 ms later.
    let mut events = Vec::new();
    for step in 0..1000u64 {
        let captured = step * 20;
        events.push(packet(Kind::Audio, captured + 10, captured as f64));
        events.push(packet(Kind::Video, captured + 190, captured as f64));
        if step % 100 == 50 {
            for kind in [Kind::Audio, Kind::Video] {
                events.push(report(kind, captured + 10, 9_000_000 + captured, captured as f64));
            }
        }
    }
    let [audio, video] = placed(events);
    assert_eq!(video[0].1 - audio[0].1, 180, "before a report nobody knows");
    let apart = |step: usize| video[step].1.abs_diff(audio[step].1);
    assert!((150..400).all(|step| apart(step) <= 85), "{} {}", apart(150), apart(399));
    assert!((850..1000).all(|step| apart(step) <= 16), "{} {}", apart(850), apart(999));
    assert!(steps(&video).0 >= 17 && steps(&audio) == (20, 20));
}

#[test]
fn a_clock_that_stood_still_is_a_hole_and_nothing_is_squeezed() {
    // From 8 s on nothing is captured for `stall` ms, and then it goes on with the next timestamp.
    for (stall, reports) in [(3000, false), (3000, true), (700, false), (12_000, false), (12_000, true)] {
        let mut events = Vec::new();
        let end = 30_000 + stall;
        for at in (0..end).step_by(20) {
            if !(8000..8000 + stall).contains(&at) {
                let clock = if at < 8000 { at } else { at - stall };
                events.push(packet(Kind::Audio, at + 30 + at % 7, clock as f64));
            }
            events.push(packet(Kind::Video, at + 60 + at % 11, at as f64 + 77.0));
            if reports && at % 5000 == 2000 {
                let clock = if at < 8000 { at } else { at.saturating_sub(stall).max(8000) };
                events.push(report(Kind::Audio, at + 30, 50_000 + at, clock as f64));
                events.push(report(Kind::Video, at + 30, 50_000 + at, at as f64 + 77.0));
            }
        }
        let [audio, video] = placed(events);
        let (shortest, longest) = steps(&audio);
        assert!(shortest >= 17, "{stall} {reports}: {shortest}");
        assert!(longest.abs_diff(stall + 20) <= 50, "{stall} {reports}: {longest}");
        assert!(steps(&video).0 >= 17, "{stall} {reports}");
        assert!(off(&audio, |at| at - 30) <= 60 && off(&video, |at| at - 60) <= 100, "{stall} {reports}");
    }
}

#[test]
fn a_burst_that_the_network_held_back_is_no_hole() {
    let mut events = Vec::new();
    for captured in (0..20_000u64).step_by(20) {
        let at = if (8000..9500).contains(&captured) { 9500 } else { captured };
        events.push(packet(Kind::Audio, at, captured as f64));
    }
    let [audio, _] = placed(events);
    assert_eq!(steps(&audio), (20, 20));
}

#[test]
fn a_clock_that_runs_wrong_is_followed() {
    // 3,000 ppm over a minute, with and without reports.
    for (ppm, reports) in [(3000.0, false), (-3000.0, false), (3000.0, true), (-3000.0, true)] {
        let mut events = Vec::new();
        for at in (0..62_000u64).step_by(20) {
            let clock = at as f64 * (1.0 + ppm / 1e6);
            events.push(packet(Kind::Audio, at + 20 + at % 13, clock));
            events.push(packet(Kind::Video, at + 40 + at % 17, at as f64));
            if reports && at % 5000 == 1000 {
                events.push(report(Kind::Audio, at + 20, 70_000 + at, clock));
                events.push(report(Kind::Video, at + 20, 70_000 + at, at as f64));
            }
        }
        let [audio, video] = placed(events);
        assert!(off(&audio, |at| at - 20) <= 50, "{ppm} {reports}: {}", off(&audio, |at| at - 20));
        assert!(off(&video, |at| at - 40) <= 50, "{ppm} {reports}");
        let (shortest, longest) = steps(&audio);
        assert!(shortest >= 19 && longest <= 21, "{ppm} {reports}: {shortest} to {longest}");
    }
}

#[test]
fn a_crystal_of_100_ppm_is_not_heard_after_two_hours() {
    let mut time = Timeline::default();
    let mut held = VecDeque::new();
    let mut worst = 0;
    for at in (0..7_200_000u64).step_by(20) {
        let timestamp = (at as f64 * 48.0 * 1.0001) as u64 as u32;
        let arrival = at + at * 7919 % 31;
        time.hear(Kind::Audio, timestamp, arrival);
        held.push_back((arrival, timestamp, at));
        while let Some((arrival, timestamp, at)) = held.pop_front_if(|(at, ..)| *at + HOLD_MS <= arrival) {
            worst = worst.max(time.place(Kind::Audio, timestamp, arrival, false).abs_diff(at));
        }
    }
    assert!(worst < 100, "{worst} ms");
}

#[test]
fn clocks_wrap_and_are_replaced() {
    let mut events = Vec::new();
    let start = u32::MAX - 48_000; // wraps after a second
    for at in (0..3000u64).step_by(20) {
        events.push((at, Kind::Audio, What::Packet(start.wrapping_add((at * 48) as u32))));
    }
    // Another encoder: another clock, behind or ahead by hours.
    for (from, clock) in [(3000u64, 7u32), (6000, 2_000_000_000), (9000, 1_900_000_000)] {
        for at in (from..from + 3000).step_by(20) {
            let timestamp = clock.wrapping_add(((at - from) * 48) as u32);
            events.push((at, Kind::Audio, What::Packet(timestamp)));
        }
    }
    let [audio, _] = placed(events);
    assert!(off(&audio, |at| at) <= 1, "{audio:?}");
}

proptest! {
    #[test]
    fn time_never_runs_backwards_nor_away(
        steps in proptest::collection::vec(
            (any::<u32>(), 0u64..500, any::<bool>(), any::<u64>(), any::<bool>()), 1..200)
    ) {
        let (mut time, mut now, mut before) = (Timeline::default(), 0, 0);
        for (timestamp, wait, report, ntp, resent) in steps {
            now += wait;
            time.hear(Kind::Video, timestamp, now);
            let at = time.place(Kind::Video, timestamp, now, resent);
            prop_assert!(at >= before && at <= now + 2_000, "{at} at {now}");
            before = at;
            if report {
                time.report(Kind::Audio, ntp, timestamp);
                time.report(Kind::Video, ntp.rotate_left(7), timestamp ^ 5);
            }
        }
    }

    /// Whatever the network does within its hold, sound keeps its pace and both tracks stay together.
    #[test]
    fn jitter_moves_nothing_by_much(jitter in proptest::collection::vec(0u64..80, 500), ppm in -200i64..200) {
        let mut events = Vec::new();
        let mut last = [0, 0];
        for (step, late) in (0u64..).zip(&jitter) {
            let at = step * 20;
            for (index, kind) in [Kind::Audio, Kind::Video].into_iter().enumerate() {
                last[index] = (at + 30 * (1 + index as u64) + late).max(last[index]); // in order
                events.push(packet(kind, last[index], at as f64 * (1.0 + ppm as f64 / 1e6)));
            }
            if step % 250 == 100 {
                for kind in [Kind::Audio, Kind::Video] {
                    events.push(report(kind, last[0], 80_000 + at, at as f64 * (1.0 + ppm as f64 / 1e6)));
                }
            }
        }
        let [audio, video] = placed(events);
        for (one, other) in audio.iter().zip(&video) {
            prop_assert!(one.1.abs_diff(other.1) <= 100, "{one:?} {other:?}");
        }
        prop_assert!(steps(&audio).0 >= 10);
    }
}
