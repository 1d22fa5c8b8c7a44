//! The tables of this part, one file each, without logic.

pub mod data_key;
pub mod job;
pub mod node;
pub mod store_identity;
pub mod store_probe;
