use super::*;
use proptest::prelude::*;

const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
const DELTA: [u8; 3] = [0x10, 0x11, 1];

fn video(frame: u16, key: bool) -> Packet {
    let payload = if key { Bytes::from_static(&KEY) } else { Bytes::from_static(&DELTA) };
    Packet { seq: frame, timestamp: u32::from(frame) * 3000, marker: true, payload }
}

fn sound(seq: u16, clock_ms: u64) -> Packet {
    // No two frames of real sound are the same.
    let payload = Bytes::from(format!("sound {seq}"));
    Packet { seq, timestamp: (clock_ms * 48) as u32, marker: false, payload }
}

/// What came out.
#[derive(Debug, Default)]
struct Out {
    clusters: Vec<Cluster>,
    gaps: Vec<Gap>,
    began: Vec<(u64, GapCause, Medium)>,
    asked: usize,
}

impl Out {
    fn take(&mut self, assembler: &mut Assembler) {
        while let Some(output) = assembler.output() {
            match output {
                Output::Cluster(cluster) => self.clusters.push(cluster),
                Output::GapBegan { from_ms, cause, medium } => self.began.push((from_ms, cause, medium)),
                Output::Gap(gap) => self.gaps.push(gap),
                Output::AskKeyframe => self.asked += 1,
            }
        }
    }

    fn all(assembler: &mut Assembler) -> Self {
        let mut out = Self::default();
        out.take(assembler);
        out
    }

    /// Stretches and causes, without those that only came late.
    fn missing(&self) -> Vec<(u64, u64, GapCause)> {
        let real = self.gaps.iter().filter(|gap| gap.to_ms > gap.from_ms);
        real.map(|gap| (gap.from_ms, gap.to_ms, gap.cause)).collect()
    }

    /// The times of all blocks of audio and of video, as they stand in the clusters.
    fn times(&self) -> [Vec<u64>; 2] {
        use crate::video::engine::recording::ebml;
        let mut times = [Vec::new(), Vec::new()];
        for cluster in &self.clusters {
            let body = &cluster.bytes[ebml::head(&cluster.bytes).unwrap().size..];
            for (_, block) in ebml::children(body).filter(|(id, _)| *id == ebml::SIMPLE_BLOCK) {
                let after = i16::from_be_bytes([block[1], block[2]]);
                let at = cluster.contents.start_ms.checked_add_signed(i64::from(after)).unwrap();
                times[usize::from(block[0] == 0x81)].push(at);
            }
        }
        times
    }
}

#[test]
fn pictures_that_could_not_be_kept_before_the_first_that_stands_alone_are_missing() {
    let mut assembler = Assembler::default();
    for frame in 0..90 {
        assembler.packet(Kind::Video, video(frame, frame == 60), u64::from(frame) * 100 / 3);
    }
    assembler.finish(3000);
    assert_eq!(Out::all(&mut assembler).missing(), [(0, 1999, GapCause::Loss)]);
}

#[test]
fn a_picture_that_froze_and_then_is_switched_off_is_missing_from_where_it_froze() {
    let mut assembler = Assembler::default();
    for frame in (0..60).filter(|frame| *frame != 30) {
        assembler.packet(Kind::Video, video(frame, frame == 0), u64::from(frame) * 100 / 3);
    }
    assembler.tick(2400);
    assembler.camera(false, 2400);
    assembler.finish(4000);
    let out = Out::all(&mut assembler);
    assert_eq!(out.missing(), [(966, 2400, GapCause::Loss), (2400, 4000, GapCause::CameraOff)]);
}

#[test]
fn a_loss_freezes_the_picture_until_a_keyframe() {
    let mut assembler = Assembler::default();
    for frame in (0..90).filter(|frame| *frame != 30) {
        let at = u64::from(frame) * 100 / 3;
        assembler.packet(Kind::Video, video(frame, frame == 0 || frame == 60), at);
    }
    assembler.finish(3000);
    let out = Out::all(&mut assembler);
    assert_eq!(out.missing(), [(966, 1999, GapCause::Loss)]);
    assert!(out.asked >= 1);
    assert!(
        out.clusters.iter().all(|cluster| cluster.contents.key_ms.is_none_or(|at| at == 0 || at == 1999))
    );
}

#[test]
fn keyframes_are_asked_for_before_ten_seconds() {
    let mut assembler = Assembler::default();
    for frame in 0..300 {
        assembler.packet(Kind::Video, video(frame, frame == 0), u64::from(frame) * 100 / 3);
    }
    let out = Out::all(&mut assembler);
    assert_eq!((out.missing().len(), out.asked), (0, 2)); // at 8 s and, unanswered, at 9 s
}

#[test]
fn the_first_cluster_comes_within_the_first_second() {
    let mut assembler = Assembler::default();
    let mut first = None;
    for at in (0..2000u64).step_by(20) {
        assembler.packet(Kind::Audio, sound((at / 20) as u16, at), at);
        if at % 40 == 0 {
            let frame = (at / 40) as u16;
            let packet = Packet { timestamp: u32::from(frame) * 3600, ..video(frame, frame == 0) };
            assembler.packet(Kind::Video, packet, at);
        }
        if first.is_none() && !Out::all(&mut assembler).clusters.is_empty() {
            first = Some(at);
        }
    }
    assert!(first.is_some_and(|at| at <= 800), "{first:?}");
}

#[test]
fn silence_is_a_gap_of_its_own() {
    let mut assembler = Assembler::default();
    for (index, at) in [0u64, 20, 40, 5000, 5020].into_iter().enumerate() {
        assembler.packet(Kind::Audio, sound(index as u16, at), at);
    }
    assembler.finish(9000);
    let out = Out::all(&mut assembler);
    let silent = GapCause::PublisherSilent;
    assert_eq!(out.missing(), [(40, 5000, silent), (5020, 9000, silent)]);
    assert!(out.gaps.iter().all(|gap| gap.medium == Medium::Both));
}

#[test]
fn what_is_sent_again_after_an_outage_is_not_its_end() {
    let mut assembler = Assembler::default();
    // Packets 3 and 4 were sent before the outage and come after it; 5 to 249 never come.
    for (seq, arrived) in [(0u16, 0u64), (1, 20), (2, 40)] {
        assembler.packet(Kind::Audio, sound(seq, u64::from(seq) * 20), arrived);
    }
    assembler.tick(3000);
    for (seq, arrived) in [(250u16, 5000u64), (3, 5060), (4, 5060), (251, 5500)] {
        assembler.packet(Kind::Audio, sound(seq, u64::from(seq) * 20), arrived);
    }
    assembler.finish(5500);
    let out = Out::all(&mut assembler);
    assert_eq!(out.missing(), [(80, 5000, GapCause::PublisherSilent)]);
    assert_eq!(out.began, [(40, GapCause::PublisherSilent, Medium::Both)]);
}

#[test]
fn what_we_dropped_ourselves_is_not_blamed_on_the_network() {
    let mut assembler = Assembler::default();
    assembler.packet(Kind::Video, video(0, true), 0);
    assembler.overflowed();
    assembler.packet(Kind::Video, video(20, true), 660);
    assembler.finish(1100);
    assert_eq!(Out::all(&mut assembler).missing(), [(0, 660, GapCause::Disk)]);
}

/// A call of `length` ms: sound each 20 ms, 25 pictures a second with a keyframe each second.
/// `sound_clock` gives the sender's clock for what is captured at a time, if anything is.
fn call(
    length: u64,
    sound_clock: impl Fn(u64) -> Option<u64>,
    has_picture: impl Fn(u64) -> bool,
    mut each: impl FnMut(&mut Assembler, u64),
) -> Out {
    let (mut assembler, mut out) = (Assembler::default(), Out::default());
    let (mut sounds, mut pictures) = (0u16, 0u16);
    for at in (0..length).step_by(20) {
        each(&mut assembler, at);
        if let Some(clock) = sound_clock(at) {
            assembler.packet(Kind::Audio, sound(sounds, clock), at);
            sounds += 1;
        }
        if at % 40 == 0 && has_picture(at) {
            let packet = Packet { timestamp: at as u32 * 90, ..video(pictures, at % 1000 == 0) };
            assembler.packet(Kind::Video, packet, at);
            pictures += 1;
        }
        assembler.tick(at);
        out.take(&mut assembler);
    }
    assembler.finish(length);
    out.take(&mut assembler);
    out
}

#[test]
fn sound_that_stalls_and_goes_on_with_the_next_timestamp_is_a_gap_and_stays_whole() {
    let clock = |at: u64| match at {
        0..8000 => Some(at),
        8000..11_000 => None,
        _ => Some(at - 3000),
    };
    let out = call(30_000, clock, |_| true, |_, _| ());
    assert_eq!(out.missing(), [(7980, 11_000, GapCause::AudioSilent)]);
    assert_eq!(out.gaps[0].medium, Medium::Audio);
    assert_eq!(out.began, [(7980, GapCause::AudioSilent, Medium::Audio)]);
    let [audio, video] = out.times();
    assert_eq!(audio.len(), 1350, "all of it is there");
    let steps: Vec<u64> = audio.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(steps.iter().all(|step| *step == 20 || *step == 3020), "{steps:?}");
    assert!(video.windows(2).all(|pair| pair[1] - pair[0] == 40));
}

#[test]
fn a_picture_that_stops_while_sound_runs_is_a_gap_of_the_picture() {
    let out = call(30_000, Some, |at| !(8000..20_000).contains(&at), |_, _| ());
    assert_eq!(out.missing(), [(7960, 20_000, GapCause::VideoSilent)]);
    assert_eq!((out.gaps[0].medium, out.gaps[0].missing_ms()), (Medium::Video, 12_040));
    assert_eq!(out.began, [(7960, GapCause::VideoSilent, Medium::Video)]);
    let [audio, _] = out.times();
    assert_eq!(audio.len(), 1500);
}

#[test]
fn a_gap_is_told_within_three_seconds_while_it_lasts() {
    let mut assembler = Assembler::default();
    for at in (0..11_000u64).step_by(20) {
        assembler.packet(Kind::Audio, sound((at / 20) as u16, at), at);
        if at < 8000 && at % 40 == 0 {
            let packet = Packet { timestamp: at as u32 * 90, ..video((at / 40) as u16, at == 0) };
            assembler.packet(Kind::Video, packet, at);
        }
    }
    let out = Out::all(&mut assembler);
    assert_eq!((out.began.len(), out.gaps.len()), (1, 0), "three seconds after the picture stopped");
}

#[test]
fn a_camera_that_is_off_is_marked_and_no_sound_is_missing() {
    for pictures_go_on in [false, true] {
        let has_picture = |at: u64| pictures_go_on || !(8000..20_000).contains(&at);
        let out = call(30_000, Some, has_picture, |assembler, at| match at {
            8000 => assembler.camera(false, at),
            20_000 => assembler.camera(true, at),
            _ => {}
        });
        let missing = out.missing();
        assert_eq!(missing.len(), 1, "{missing:?}");
        let (from, to, cause) = missing[0];
        assert_eq!((from, cause, out.gaps[0].medium), (8000, GapCause::CameraOff, Medium::Video));
        assert!((19_500..=20_000).contains(&to), "{to}");
        assert_eq!(out.began, [(8000, GapCause::CameraOff, Medium::Video)], "told at once");
    }
    // It was never on.
    let out = call(
        5000,
        Some,
        |_| false,
        |assembler, at| {
            if at == 0 {
                assembler.camera(false, 0);
            }
        },
    );
    assert_eq!(out.missing(), [(0, 5000, GapCause::CameraOff)]);
}

#[test]
fn a_burst_that_was_held_back_for_seconds_is_not_missing() {
    let mut assembler = Assembler::default();
    for captured in (0..12_000u64).step_by(20) {
        let at = if (4000..7500).contains(&captured) { 7500 } else { captured };
        if captured == 4000 {
            (4100..7500).step_by(100).for_each(|now| assembler.tick(now));
        }
        assembler.packet(Kind::Audio, sound((captured / 20) as u16, captured), at);
    }
    assembler.finish(12_000);
    let out = Out::all(&mut assembler);
    assert_eq!(out.missing(), []);
    let [audio, _] = out.times();
    assert!(audio.len() == 600 && audio.windows(2).all(|pair| pair[1] - pair[0] == 20));
}

#[test]
fn scattered_losses_of_sound_are_marked_with_how_much_is_missing() {
    let mut assembler = Assembler::default();
    // Every fourteenth packet is lost: 7 %.
    for seq in (0..1500u16).filter(|seq| seq % 14 != 13) {
        assembler.packet(Kind::Audio, sound(seq, u64::from(seq) * 20), u64::from(seq) * 20);
    }
    assembler.finish(30_000);
    let out = Out::all(&mut assembler);
    // One would do; but a process that is killed has told all that is ten seconds old.
    let lossy = |gap: &&Gap| (gap.cause, gap.medium) == (GapCause::Loss, Medium::Audio);
    assert_eq!((out.gaps.len(), out.gaps.iter().filter(lossy).count()), (3, 3), "{:?}", out.gaps);
    let missing_ms: u64 = out.gaps.iter().map(Gap::missing_ms).sum();
    assert!(missing_ms.abs_diff(107 * 20) <= 40, "{:?}", out.gaps);
}

proptest! {
    #[test]
    fn any_packets_give_clusters_in_order(packets in proptest::collection::vec(
        (any::<bool>(), 0u16..60, any::<u32>(), any::<bool>(), 0u64..700, any::<Option<bool>>(),
         proptest::collection::vec(any::<u8>(), 0..16)), 1..120)) {
        let (mut assembler, mut now) = (Assembler::default(), 0);
        for (is_video, seq, timestamp, marker, wait, camera, payload) in packets {
            now += wait;
            let kind = if is_video { Kind::Video } else { Kind::Audio };
            if let Some(on) = camera {
                assembler.camera(on, now);
            }
            let packet = Packet { seq, timestamp, marker, payload: payload.into() };
            assembler.packet(kind, packet, now);
        }
        assembler.finish(now);
        let out = Out::all(&mut assembler);
        let mut before = 0;
        for cluster in &out.clusters {
            prop_assert!(cluster.contents.start_ms >= before);
            before = cluster.contents.end_ms;
        }
        for times in out.times() {
            prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
        }
        prop_assert!(out.gaps.iter().all(|gap| gap.from_ms <= gap.to_ms));
    }

    /// A lossy call: the times of each track rise, nothing that came is squeezed or lost, and what did not
    /// come is told.
    #[test]
    fn a_lossy_call_is_recorded_as_it_was(
        lost in proptest::collection::vec(prop_oneof![9 => Just(false), 1 => Just(true)], 3000),
        late in proptest::collection::vec(0u64..120, 3000),
    ) {
        let mut packets = Vec::new();
        let mut sent_sounds = 0;
        for (index, at) in (0u64..).zip((0..20_000u64).step_by(20)) {
            let (sound_lost, picture_lost) = (lost[index as usize], lost[index as usize + 1500]);
            if !sound_lost {
                sent_sounds += 1;
                packets.push((at + 30 + late[index as usize], Kind::Audio, sound(index as u16, at)));
            }
            if index % 2 == 0 && !picture_lost {
                let packet =
                    Packet { timestamp: at as u32 * 90, ..video((index / 2) as u16, index % 50 == 0) };
                packets.push((at + 50 + late[index as usize + 1500], Kind::Video, packet));
            }
        }
        packets.sort_by_key(|(at, ..)| *at);
        let mut assembler = Assembler::default();
        for (at, kind, packet) in packets {
            assembler.packet(kind, packet, at);
        }
        assembler.finish(20_000);
        let out = Out::all(&mut assembler);
        let [audio, video] = out.times();
        for times in [&audio, &video] {
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 10), "{times:?}");
        }
        prop_assert_eq!(audio.len(), sent_sounds);
        let missing: u64 =
            out.gaps.iter().filter(|gap| gap.medium == Medium::Audio).map(Gap::missing_ms).sum();
        let really = (1000 - sent_sounds as u64) * 20;
        prop_assert!(missing <= really + 200 && missing + 200 >= really, "{missing} of {really}");
    }
}
