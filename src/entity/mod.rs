//! The tables, one file each, without logic. The schema itself is in `migrations/`.

pub mod account;
pub mod auth_session;
pub mod booking;
pub mod calendar_day;
pub mod calendar_year;
pub mod chain;
pub mod commitment;
pub mod enterprise;
pub mod entry;
pub mod feature_event;
pub mod idempotency;
pub mod occupied;
pub mod opening_rule;
pub mod outbox;
pub mod participant;
pub mod playback;
pub mod publication;
pub mod rating;
pub mod rating_invite;
pub mod recording;
pub mod recording_gap;
pub mod resource;
pub mod service;
pub mod venue;
pub mod video_session;
