//! How much more the disk of the recordings can hold.

use crate::video::model::space;
use crate::video::service::Video;
use std::sync::atomic::Ordering;

impl Video {
    /// Looks how much room the disk has. A call into the system that may take its time.
    pub fn look_at_space(&self) {
        let left = rustix::fs::statvfs(&self.0.settings.recordings_dir)
            .map(|disk| i64::try_from(disk.f_bavail.saturating_mul(disk.f_frsize)).unwrap_or(i64::MAX));
        self.0.bytes_left.store(left.unwrap_or(-1), Ordering::Relaxed);
    }

    /// Bytes that the disk had left when it was looked at last; none where that is not known.
    pub fn bytes_left(&self) -> Option<i64> {
        Some(self.0.bytes_left.load(Ordering::Relaxed)).filter(|left| *left >= 0)
    }

    /// For how many minutes of sessions there is room; none where nobody looks after that, or it is not known.
    pub(super) fn minutes_left(&self) -> Option<i64> {
        space::minutes(self.bytes_left()?, self.0.settings.reserve)
    }
}
