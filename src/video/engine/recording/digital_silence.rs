//! Whether a microphone gives nothing but zeros: a broken cable or a switched-off headset, while its owner believes
//! that they are heard. Pure.
//!
//! An encoder makes the same bytes of every frame of zeros, again and again, and a sender that is thrifty makes
//! frames of almost no bytes. Of real sound, however quiet, no two frames are the same.

use bytes::Bytes;

/// After so long it is told.
const TOLD_AFTER_MS: u64 = 30_000;
/// A frame of no more bytes than this holds no sound: what is sent instead of silence.
const EMPTY: usize = 3;

/// What is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It has been silent since then, and still is.
    Began(u64),
    /// It was, from then until then.
    Over(u64, u64),
}

/// Listens to one track of sound.
#[derive(Debug, Default)]
pub struct DigitalSilence {
    last: Bytes,
    /// Since when the frames are the same, and when the latest of them was.
    since: Option<(u64, u64)>,
    told: bool,
}

impl DigitalSilence {
    /// Takes a frame.
    pub fn hear(&mut self, frame: &Bytes, at_ms: u64) -> Option<Turn> {
        let same = *frame == self.last || (frame.len() <= EMPTY && self.last.len() <= EMPTY);
        self.last = frame.clone();
        match self.since {
            Some((from_ms, _)) if same => {
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

    /// Nothing is heard any more, or nothing should be: the owner has muted it.
    pub fn end(&mut self, at_ms: u64) -> Option<Turn> {
        let (from_ms, latest_ms) = self.since.take()?;
        std::mem::take(&mut self.told).then(|| Turn::Over(from_ms, at_ms.max(latest_ms)))
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
}
