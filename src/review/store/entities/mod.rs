//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.
//!
//! Others may read a row that the door handed out; queries stand in this store alone.

pub mod composite;
pub mod playback;
