//! What it means when a medium does not come: since when, why, and whether it only came late. Pure.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::assemble::{Assembler, Output, Track};
use crate::video::engine::recording::index::{Gap, GapCause, Medium};

/// A medium that did not come for so long has stopped. It is noted within three seconds.
pub(super) const SILENCE_MS: u64 = 2500;
/// The other medium has stopped with it when it was silent for nearly as long.
const TOGETHER_MS: u64 = 1000;
/// What comes back later than this after the last sound or picture is the end of a silence; what comes
/// earlier was only sent again.
const RESENT_MS: u64 = 1000;
/// So long after its last picture a page may tell that the camera is off.
const TOLD_OFF_WITHIN_MS: u64 = 500;

/// Why a track is silent, and since when, in media time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Silence {
    pub from_ms: u64,
    pub cause: GapCause,
}

impl Assembler {
    /// Notes media that stopped, while it is still away.
    pub(super) fn look_for_silence(&mut self, now_ms: u64) {
        for kind in [Kind::Audio, Kind::Video] {
            let (track, _) = self.track_and_other(kind);
            // What is on its way through the order is not silent.
            let Some(last_ms) = track.last_ms.filter(|_| track.silence.is_none()) else { continue };
            if track.quiet_for(now_ms).is_none_or(|quiet| quiet < SILENCE_MS) {
                continue;
            }
            let told_ms = track.told_ms;
            let (_, other) = self.track_and_other(kind);
            let with_it = other.silence.is_none()
                && other.quiet_for(now_ms).is_none_or(|quiet| quiet >= SILENCE_MS - TOGETHER_MS);
            // What does not come at all is told as that.
            for of in [Kind::Audio, Kind::Video].into_iter().filter(|of| with_it || *of == kind) {
                self.end_lifeless(of, self.newest_ms());
            }
            if with_it {
                let from_ms = self.newest_ms();
                self.end_freeze(from_ms);
                let silence = Silence { from_ms, cause: GapCause::PublisherSilent };
                (self.audio.silence, self.video.silence) = (Some(silence), Some(silence));
                let (cause, medium) = (silence.cause, Medium::Both);
                self.outputs.push_back(Output::GapBegan { from_ms, cause, medium });
                return;
            }
            let cause = match kind {
                Kind::Audio => GapCause::AudioSilent,
                Kind::Video if self.camera_off => GapCause::CameraOff,
                Kind::Video => GapCause::VideoSilent,
            };
            let from_ms = last_ms.max(told_ms);
            self.stopped(kind, from_ms, cause);
        }
    }

    fn track_and_other(&self, kind: Kind) -> (&Track, &Track) {
        match kind {
            Kind::Audio => (&self.audio, &self.video),
            Kind::Video => (&self.video, &self.audio),
        }
    }

    pub(super) fn stopped(&mut self, kind: Kind, from_ms: u64, cause: GapCause) {
        let medium = if kind == Kind::Audio { Medium::Audio } else { Medium::Video };
        self.track(kind).silence = Some(Silence { from_ms, cause });
        self.outputs.push_back(Output::GapBegan { from_ms, cause, medium });
    }

    pub(super) fn is_silent_as_a_whole(&self) -> bool {
        self.audio.silence.is_some_and(|silence| silence.cause == GapCause::PublisherSilent)
    }

    /// Whether a block at `at_ms` is the first after a silence; that is then told.
    pub(super) fn ends_silence(&mut self, kind: Kind, at_ms: u64) -> bool {
        let camera_off = self.camera_off && kind == Kind::Video;
        let newest_ms = self.newest_ms();
        let whole = self.is_silent_as_a_whole();
        let track = self.track(kind);
        let Some(silence) = track.silence else { return false };
        let from_ms = match silence.cause {
            GapCause::CameraOff if camera_off => return false,
            GapCause::CameraOff => silence.from_ms,
            // What was sent again after an outage of the network is older than the outage.
            _ if whole => newest_ms,
            _ => track.last_ms.unwrap_or(0).max(track.told_ms),
        };
        if silence.cause != GapCause::CameraOff && at_ms < from_ms + RESENT_MS {
            // Nothing between the blocks is missing: if they go on like this, all of it only came late.
            if at_ms >= silence.from_ms + RESENT_MS {
                self.came_late(kind, silence);
            }
            return false;
        }
        if at_ms <= from_ms && !whole {
            self.came_late(kind, silence); // it was off for no picture
            return false;
        }
        if whole {
            self.end_whole_silence(at_ms);
        } else {
            if silence.cause == GapCause::CameraOff {
                self.lost_before(from_ms);
            }
            let track = self.track(kind);
            track.silence = None;
            track.told_ms = at_ms;
            self.missed(kind, from_ms, at_ms, silence.cause);
        }
        true
    }

    /// What was believed to have stopped only came late: a gap of no length closes what was begun.
    fn came_late(&mut self, kind: Kind, Silence { from_ms, cause }: Silence) {
        let medium = match (cause, kind) {
            (GapCause::PublisherSilent, _) => Medium::Both,
            (_, Kind::Audio) => Medium::Audio,
            (_, Kind::Video) => Medium::Video,
        };
        if medium == Medium::Both {
            (self.audio.silence, self.video.silence) = (None, None);
        } else {
            self.track(kind).silence = None;
        }
        self.outputs.push_back(Output::Gap(Gap::new(medium, cause, from_ms, from_ms)));
    }

    /// Both media were away until `to_ms`; one that stays away goes on to be missing from there.
    pub(super) fn end_whole_silence(&mut self, to_ms: u64) {
        let (from_ms, cause) = (self.newest_ms(), GapCause::PublisherSilent);
        for track in [&mut self.audio, &mut self.video] {
            track.silence = None;
            track.told_ms = to_ms;
            track.missing.end();
        }
        self.tell_missing(Kind::Audio);
        self.tell_missing(Kind::Video);
        if to_ms > from_ms {
            self.outputs.push_back(Output::Gap(Gap::new(Medium::Both, cause, from_ms, to_ms)));
        }
    }

    /// The camera was switched off at `at_ms`, and the pictures of before that did not come, or could not be kept.
    pub(super) fn lost_before(&mut self, at_ms: u64) {
        if let Some(from_ms) = self.picture_since().filter(|from_ms| from_ms + TOLD_OFF_WITHIN_MS < at_ms) {
            let cause = self.loss();
            self.missed(Kind::Video, from_ms, at_ms, cause);
        }
    }
}
