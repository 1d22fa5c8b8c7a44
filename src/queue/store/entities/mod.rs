//! The tables of this feature, one file each, without logic. The schema itself is in `migrations/`.

pub mod queue_ticket;
