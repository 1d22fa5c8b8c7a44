//! Whether sound or pictures come in which there is nothing: a microphone that gives zeros because a cable is broken or
//! a headset switched off, a camera behind a lid or one that hangs, while its owner believes to be heard and seen. Pure.
//!
//! An encoder makes the same bytes of every frame of zeros, again and again, and a sender that is thrifty makes
//! frames of almost no bytes; of real sound, however quiet, no two frames are the same. A picture that is black or does
//! not change costs some thirty bytes, where the noise of a real camera alone costs hundreds.

use bytes::Bytes;

/// After so long it is told.
const TOLD_AFTER_MS: u64 = 30_000;
/// A frame of sound of no more bytes than this holds none: what is sent instead of silence.
const EMPTY: usize = 3;
/// A picture of no more bytes than this is the one before it.
const UNCHANGED: usize = 64;

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has been so since then, and still is.
    Began(u64),
    /// It was, from then until then.
    Over(u64, u64),
}

/// For how long frame after frame holds nothing.
#[derive(Debug, Default)]
struct Stretch {
    /// Since when, and when the latest of them was.
    since: Option<(u64, u64)>,
    told: bool,
}

impl Stretch {
    fn take(&mut self, empty: bool, at_ms: u64) -> Option<Turn> {
        match self.since {
            Some((from_ms, _)) if empty => {
                self.since = Some((from_ms, at_ms));
                let due = !self.told && at_ms.saturating_sub(from_ms) >= TOLD_AFTER_MS;
                self.told |= due;
                due.then_some(Turn::Began(from_ms))
            }
            _ => {
                let over = self.end(at_ms);
                self.since = Some((at_ms, at_ms));
                over
            }
        }
    }

    fn end(&mut self, at_ms: u64) -> Option<Turn> {
        let (from_ms, latest_ms) = self.since.take()?;
        std::mem::take(&mut self.told).then(|| Turn::Over(from_ms, at_ms.max(latest_ms)))
    }
}

/// Listens to one track of sound.
#[derive(Debug, Default)]
pub struct DigitalSilence {
    last: Bytes,
    stretch: Stretch,
}

impl DigitalSilence {
    /// Takes a frame.
    pub fn hear(&mut self, frame: &Bytes, at_ms: u64) -> Option<Turn> {
        let same = *frame == self.last || (frame.len() <= EMPTY && self.last.len() <= EMPTY);
        self.last = frame.clone();
        self.stretch.take(same, at_ms)
    }

    /// Nothing is heard any more, or nothing should be: the owner has muted it.
    pub fn end(&mut self, at_ms: u64) -> Option<Turn> {
        self.stretch.end(at_ms)
    }
}

/// Looks at the pictures of a camera.
#[derive(Debug, Default)]
pub struct StillPicture(Stretch);

impl StillPicture {
    /// Takes the size of a picture; a keyframe says nothing about whether anything moves.
    pub fn see(&mut self, size: usize, key: bool, at_ms: u64) -> Option<Turn> {
        if key { None } else { self.0.take(size <= UNCHANGED, at_ms) }
    }

    /// Nothing is seen any more, or nothing should be.
    pub fn end(&mut self, at_ms: u64) -> Option<Turn> {
        self.0.end(at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZEROS: &[u8] = &[0x78, 1, 2, 3, 4, 5, 6];

    /// Hears `frames` 20 ms apart from `from_ms` on.
    fn hear(silence: &mut DigitalSilence, from_ms: u64, frames: impl Iterator<Item = Vec<u8>>) -> Vec<Turn> {
        let timed =
            frames.enumerate().map(|(number, frame)| (from_ms + 20 * number as u64, Bytes::from(frame)));
        timed.filter_map(|(at_ms, frame)| silence.hear(&frame, at_ms)).collect()
    }

    #[test]
    fn the_same_frame_for_half_a_minute_is_told_once_and_its_end_too() {
        let mut silence = DigitalSilence::default();
        let zeros = || std::iter::repeat_n(ZEROS.to_vec(), 1500);
        assert_eq!(hear(&mut silence, 1000, zeros()), [], "29.98 s");
        assert_eq!(hear(&mut silence, 31_000, zeros()), [Turn::Began(1000)]);
        assert_eq!(
            silence.hear(&Bytes::from_static(b"a real frame"), 61_000),
            Some(Turn::Over(1000, 61_000))
        );
        assert_eq!(silence.end(62_000), None, "once");
    }

    #[test]
    fn frames_of_next_to_nothing_are_silence_whatever_is_in_them() {
        let mut silence = DigitalSilence::default();
        let empty = (0..2000u16).map(|number| vec![0xf8, number as u8, (number >> 8) as u8]);
        assert_eq!(hear(&mut silence, 0, empty), [Turn::Began(0)]);
        assert_eq!(silence.end(50_000), Some(Turn::Over(0, 50_000)));
    }

    #[test]
    fn quiet_sound_is_sound_and_whoever_mutes_themselves_is_not_told_of() {
        let mut silence = DigitalSilence::default();
        let quiet = (0..3000u16).map(|number| vec![0x78, 1, number as u8, (number >> 8) as u8]);
        assert_eq!(hear(&mut silence, 0, quiet), []);
        hear(&mut silence, 60_000, std::iter::repeat_n(ZEROS.to_vec(), 1000));
        assert_eq!(silence.end(80_000), None, "20 s are not yet told");
        let more = hear(&mut silence, 80_000, std::iter::repeat_n(ZEROS.to_vec(), 1000));
        assert_eq!(more, [], "it is counted anew");
    }

    #[test]
    fn a_picture_that_is_black_or_hangs_is_told_and_one_of_a_person_who_sits_still_is_not() {
        let see = |still: &mut StillPicture, from_ms: u64, size: usize| -> Vec<Turn> {
            let frames = (0..1000u64).map(|frame| (from_ms + frame * 40, frame % 200 == 0));
            frames.filter_map(|(at_ms, key)| still.see(if key { 1500 } else { size }, key, at_ms)).collect()
        };
        let mut still = StillPicture::default();
        assert_eq!(see(&mut still, 0, 365), []);
        assert_eq!(see(&mut still, 40_000, 35).len(), 1, "keyframes between do not end it");
        assert!(
            matches!(still.end(80_000), Some(Turn::Over(from, 80_000)) if (39_000..41_000).contains(&from))
        );
    }
}
