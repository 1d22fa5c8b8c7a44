//! A recording that is paused: nothing of any track is kept meanwhile, and the stretch stays a gap for ever. Pure.

use crate::video::engine::packet::Kind;
use crate::video::engine::recording::assemble::{Assembler, Output};
use crate::video::engine::recording::index::{Gap, GapCause, Medium};

impl Assembler {
    /// Nothing that comes after `at_ms` is kept. What came before is given out now: it need not wait for anything.
    pub fn pause(&mut self, at_ms: u64) {
        if self.paused_from.is_some() {
            return;
        }
        self.finish(at_ms);
        let from_ms = self.newest_ms().max(at_ms);
        self.paused_from = Some(from_ms);
        self.outputs.push_back(Output::GapBegan { from_ms, cause: GapCause::Paused, medium: Medium::Both });
    }

    /// What comes from `at_ms` on is kept again, pictures from the next keyframe on. `newest`: the numbers of the newest
    /// packets of sound and pictures then.
    pub fn resume(&mut self, at_ms: u64, newest: [Option<u16>; 2]) {
        let Some(at_ms) = self.end_pause(at_ms) else { return };
        for kind in [Kind::Audio, Kind::Video] {
            self.track(kind).begin_anew(at_ms, newest[kind as usize]);
            self.clusters.pass(kind, at_ms);
        }
        self.frames = Default::default();
        (self.need_key, self.key_after_pause) = (true, true);
        (self.audio_lost, self.overflowed) = (0, false);
        self.resumed_ms = at_ms;
        self.key_at = at_ms;
        self.asked_at = Some(at_ms);
        self.outputs.push_back(Output::AskKeyframe);
        if self.camera_off {
            self.stopped(Kind::Video, at_ms, GapCause::CameraOff);
        }
        if self.muted {
            self.begin_mute(at_ms);
        }
    }

    /// Tells the gap of a pause; the moment of its end.
    pub fn end_pause(&mut self, at_ms: u64) -> Option<u64> {
        let from_ms = self.paused_from.take()?;
        let at_ms = at_ms.max(from_ms);
        self.outputs.push_back(Output::Gap(Gap::new(Medium::Both, GapCause::Paused, from_ms, at_ms)));
        Some(at_ms)
    }
}

#[cfg(test)]
#[path = "pause_tests.rs"]
mod tests;
