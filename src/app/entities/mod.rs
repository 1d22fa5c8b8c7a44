//! The tables of this part, one file each, without logic.

pub mod idempotency;
