//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.
//!
//! Others may read a row that the door handed out; queries stand in this store alone.

pub mod invitation;
pub mod line_check;
pub mod line_quality;
pub mod participant;
pub mod publication;
pub mod recording;
pub mod recording_gap;
pub mod session_check;
pub mod unrecorded_stretch;
pub mod video_session;
