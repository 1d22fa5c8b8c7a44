use crate::video::engine::packet::Kind;
use crate::video::engine::recording::assemble::{Assembler, Output, Packet};
use crate::video::engine::recording::ebml;
use crate::video::engine::recording::index::{Gap, GapCause, Medium};
use bytes::Bytes;
use proptest::prelude::*;

const KEY: [u8; 11] = [0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0];
const DELTA: [u8; 3] = [0x10, 0x11, 1];

/// Sound and 25 pictures a second from `from` to `to`, a keyframe every `keys` pictures.
fn send(assembler: &mut Assembler, (from, to): (u64, u64), keys: u64) {
    for at in (from..to).step_by(20) {
        let payload = Bytes::copy_from_slice(&at.to_be_bytes());
        let packet = Packet { seq: (at / 20) as u16, timestamp: (at * 48) as u32, marker: false, payload };
        assembler.packet(Kind::Audio, packet, at);
        if at % 40 == 0 {
            let frame = at / 40;
            let payload =
                if frame % keys == 0 { Bytes::from_static(&KEY) } else { Bytes::from_static(&DELTA) };
            let packet = Packet { seq: frame as u16, timestamp: (at * 90) as u32, marker: true, payload };
            assembler.packet(Kind::Video, packet, at);
        }
    }
}

/// What was given out: gaps, those that began, times of sound and of pictures, and whether a keyframe was asked for.
#[derive(Default)]
struct Given {
    gaps: Vec<Gap>,
    began: Vec<(u64, GapCause)>,
    times: [Vec<u64>; 2],
    asked: bool,
}

fn given(assembler: &mut Assembler) -> Given {
    let mut given = Given::default();
    while let Some(output) = assembler.output() {
        match output {
            Output::Cluster(cluster) => {
                let body = &cluster.bytes[ebml::head(&cluster.bytes).unwrap().size..];
                for (_, block) in ebml::children(body).filter(|(id, _)| *id == ebml::SIMPLE_BLOCK) {
                    let after = i64::from(i16::from_be_bytes([block[1], block[2]]));
                    let at = cluster.contents.start_ms.checked_add_signed(after).unwrap();
                    given.times[usize::from(block[0] == 0x81)].push(at);
                }
            }
            Output::GapBegan { from_ms, cause, .. } => given.began.push((from_ms, cause)),
            Output::Gap(gap) => given.gaps.push(gap),
            Output::AskKeyframe => given.asked = true,
        }
    }
    given
}

#[test]
fn nothing_is_kept_of_a_pause_and_it_is_one_gap_of_both() {
    let mut assembler = Assembler::default();
    send(&mut assembler, (0, 3000), 25);
    assembler.pause(3000);
    let before = given(&mut assembler);
    assert_eq!(before.began, [(3000, GapCause::Paused)]);
    assert!(
        before.times.iter().all(|times| times.last() >= Some(&2960)),
        "all that came before is given out"
    );
    send(&mut assembler, (3000, 8000), 25);
    assembler.tick(8000);
    let during = given(&mut assembler);
    assert!(during.times.iter().all(Vec::is_empty) && during.gaps.is_empty() && during.began.is_empty());
    assembler.resume(8000, [None; 2]);
    assert!(given(&mut assembler).asked);
    send(&mut assembler, (8000, 12_000), 25);
    assembler.finish(12_000);
    let after = given(&mut assembler);
    let paused = Gap::new(Medium::Both, GapCause::Paused, 3000, 8000);
    assert_eq!(after.gaps, [], "and no loss for what was not kept");
    assert!(after.times.iter().all(|times| times.first() >= Some(&8000) && times.last() >= Some(&11_960)));
    // The gap itself came with the end of the pause.
    let mut again = Assembler::default();
    send(&mut again, (0, 3000), 25);
    again.pause(3000);
    again.resume(8000, [None; 2]);
    assert_eq!(given(&mut again).gaps, [paused]);
}

#[test]
fn pictures_after_a_pause_begin_with_a_keyframe_and_what_lacks_until_then_is_of_the_pause() {
    let mut assembler = Assembler::default();
    send(&mut assembler, (0, 3000), 1000);
    assembler.pause(3000);
    assembler.resume(5000, [None; 2]);
    // The keyframe that was asked for comes at 6 s.
    send(&mut assembler, (5000, 6000), 1000);
    send(&mut assembler, (6000, 7000), 25);
    assembler.finish(7000);
    let Given { gaps, times, .. } = given(&mut assembler);
    let of_video = Gap::new(Medium::Video, GapCause::Paused, 5000, 6000);
    assert_eq!(gaps, [Gap::new(Medium::Both, GapCause::Paused, 3000, 5000), of_video]);
    assert!(times[0].iter().any(|at| (5000..6000).contains(at)), "sound is there at once");
    assert!(!times[1].iter().any(|at| (3000..6000).contains(at)));
}

#[test]
fn a_recording_that_ends_paused_lacks_all_until_its_end_and_a_camera_that_is_off_stays_off() {
    let mut assembler = Assembler::default();
    send(&mut assembler, (0, 2000), 25);
    assembler.pause(2000);
    assembler.pause(2500);
    assembler.camera(false, 2600);
    assembler.finish(9000);
    assert_eq!(given(&mut assembler).gaps, [Gap::new(Medium::Both, GapCause::Paused, 2000, 9000)]);

    let mut assembler = Assembler::default();
    send(&mut assembler, (0, 2000), 25);
    assembler.pause(2000);
    assembler.camera(false, 2600);
    assembler.resume(4000, [None; 2]);
    assembler.resume(4100, [None; 2]);
    let Given { gaps, began, .. } = given(&mut assembler);
    assert_eq!(gaps, [Gap::new(Medium::Both, GapCause::Paused, 2000, 4000)]);
    assert_eq!(began, [(2000, GapCause::Paused), (4000, GapCause::CameraOff)]);
}

#[test]
fn digital_silence_is_a_gap_of_sound_and_of_a_muted_microphone_it_is_told_that_it_was_off() {
    let zeros = |assembler: &mut Assembler, from: u64, to: u64| {
        for at in (from..to).step_by(20) {
            let payload = Bytes::from_static(b"zeros");
            let packet =
                Packet { seq: (at / 20) as u16, timestamp: (at * 48) as u32, marker: false, payload };
            assembler.packet(Kind::Audio, packet, at);
        }
    };
    let mut assembler = Assembler::default();
    zeros(&mut assembler, 0, 40_000);
    assert_eq!(given(&mut assembler).began, [(0, GapCause::DigitalSilence)]);
    send(&mut assembler, (40_000, 41_000), 25);
    assembler.finish(41_000);
    let Given { gaps, times, .. } = given(&mut assembler);
    assert_eq!(gaps, [Gap::new(Medium::Audio, GapCause::DigitalSilence, 0, 40_000)]);
    assert!(times[0].len() > 40, "what there is is kept");

    let mut muted = Assembler::default();
    muted.microphone(false, 0);
    zeros(&mut muted, 0, 40_000);
    muted.microphone(true, 40_000);
    zeros(&mut muted, 40_000, 69_000);
    muted.finish(69_000);
    let Given { gaps, began, .. } = given(&mut muted);
    assert_eq!(began, [(0, GapCause::MicrophoneOff)]);
    assert_eq!(gaps, [Gap::new(Medium::Audio, GapCause::MicrophoneOff, 0, 40_000)]);
}

#[test]
fn a_mute_is_told_around_a_pause_and_to_the_end() {
    let mut assembler = Assembler::default();
    send(&mut assembler, (0, 1000), 25);
    assembler.microphone(false, 1000);
    assembler.microphone(false, 1100);
    send(&mut assembler, (1000, 2000), 25);
    assembler.pause(2000);
    send(&mut assembler, (4000, 5000), 25);
    assembler.resume(4000, [None; 2]);
    send(&mut assembler, (4000, 5000), 25);
    assembler.finish(5000);
    let Given { gaps, began, .. } = given(&mut assembler);
    let muted = |from, to| Gap::new(Medium::Audio, GapCause::MicrophoneOff, from, to);
    assert_eq!(
        began,
        [(1000, GapCause::MicrophoneOff), (2000, GapCause::Paused), (4000, GapCause::MicrophoneOff)]
    );
    let told: Vec<_> = gaps.into_iter().filter(|gap| gap.cause == GapCause::MicrophoneOff).collect();
    assert_eq!(told, [muted(1000, 2000), muted(4000, 5000)]);
    // Switched on during a pause: nothing is told of it after that.
    let mut assembler = Assembler::default();
    assembler.microphone(false, 0);
    assembler.pause(1000);
    assembler.microphone(true, 1500);
    assembler.resume(2000, [None; 2]);
    assembler.finish(3000);
    let muted_again =
        given(&mut assembler).gaps.iter().filter(|gap| gap.cause == GapCause::MicrophoneOff).count();
    assert_eq!(muted_again, 1);
}

#[test]
fn a_camera_whose_picture_stands_still_is_told_and_a_screen_is_not() {
    for camera in [true, false] {
        let mut assembler = Assembler::default();
        if camera {
            assembler.of_camera();
        }
        // The pictures of `send` are of next to no bytes.
        send(&mut assembler, (0, 40_000), 200);
        let told = given(&mut assembler).began;
        assert_eq!(
            told.iter().filter(|(_, cause)| *cause == GapCause::StillPicture).count(),
            usize::from(camera)
        );
        assembler.camera(false, 40_000);
        assembler.finish(41_000);
        let gaps = given(&mut assembler).gaps;
        assert_eq!(gaps.iter().any(|gap| (gap.cause, gap.to_ms) == (GapCause::StillPicture, 40_000)), camera);
    }
}

proptest! {
    /// However often and whenever it is paused: no block lies in a pause, the times of a track rise, and the gaps of
    /// pauses are the pauses.
    #[test]
    fn no_block_lies_in_a_pause(lengths in proptest::collection::vec((5u64..100, 0u64..100), 1..8), keys in 1u64..60) {
        let (mut assembler, mut now, mut pauses) = (Assembler::default(), 0, Vec::new());
        let mut all = Given::default();
        let mut collect = |assembler: &mut Assembler| {
            let Given { gaps, times, .. } = given(assembler);
            all.gaps.extend(gaps);
            all.times.iter_mut().zip(times).for_each(|(all, new)| all.extend(new));
        };
        for (talk, pause) in lengths {
            send(&mut assembler, (now, now + talk * 40), keys);
            now += talk * 40;
            assembler.pause(now);
            send(&mut assembler, (now, now + pause * 40), keys);
            pauses.push((now, now + pause * 40));
            now += pause * 40;
            assembler.resume(now, [None; 2]);
            collect(&mut assembler);
        }
        send(&mut assembler, (now, now + 2000), keys);
        assembler.finish(now + 2000);
        collect(&mut assembler);
        for times in &all.times {
            prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
            let inside = times.iter().find(|at| pauses.iter().any(|(from, to)| from < at && *at < to));
            prop_assert_eq!(inside, None);
        }
        let told: Vec<_> = all
            .gaps
            .iter()
            .filter(|gap| (gap.cause, gap.medium) == (GapCause::Paused, Medium::Both))
            .map(|gap| (gap.from_ms, gap.to_ms))
            .collect();
        prop_assert_eq!(told, pauses);
    }
}
