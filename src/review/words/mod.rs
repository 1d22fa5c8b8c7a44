//! Entries in words, by those who wrote them.

use crate::base::words::{self, Text};
use crate::booking::log::BookingEntry;
use crate::documents::log::DocumentEntry;
use crate::evidence::entities::entry;
use crate::evidence::{Names, told};
use crate::queue::log::QueueEntry;
use crate::review::log::ReviewEntry;
use crate::survey::log::RatingEntry;
use crate::video::log::{RecordingEntry, SessionEntry};

/// What an entry of a case says.
pub fn entry_text(row: &entry::Model, names: &Names) -> Text {
    let bytes = &row.bytes;
    told::<BookingEntry>(bytes, names)
        .or_else(|| told::<SessionEntry>(bytes, names))
        .or_else(|| told::<RecordingEntry>(bytes, names))
        .or_else(|| told::<DocumentEntry>(bytes, names))
        .or_else(|| told::<QueueEntry>(bytes, names))
        .or_else(|| told::<RatingEntry>(bytes, names))
        .or_else(|| told::<ReviewEntry>(bytes, names))
        // Of a version that wrote more kinds than this one knows.
        .unwrap_or_else(|| words::log::other(&row.kind))
}
