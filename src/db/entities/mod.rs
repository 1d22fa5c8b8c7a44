//! The tables of this part, one file each, without logic.

pub mod feature_event;
pub mod store_identity;
pub mod store_probe;
