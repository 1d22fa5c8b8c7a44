//! The video session of a booking: notice, waiting room, call, recording.
//!
//! Others may call [`Video`] (wired in `app`) and [`recording`], which checks a recorded file. The
//! media itself is behind one door, [`engine`]: it knows ids only, and who may do what is decided
//! here. `model` holds the states, `token` the bearer tokens, `steps` what people do and `ending` how they
//! leave, `invite` who else may come, `line` how good their lines are, `checks` what an officer checks of them, `unrecorded` what is not recorded and why, `presence` whose page is there, `media` WHIP and WHEP
//! (`limits`: how often, `turns`: whose turn, `sign_ins`: until when), `recorded` what the engine tells and what a crash left behind.
//!
//! Invariants: media is neither forwarded nor recorded for somebody who has not acknowledged the
//! notice in force and been admitted to an open session; every step is one transaction with its
//! entry in the booking's chain; no name stands in an entry; a recording's manifest digest is in an
//! entry from the moment the recording is finalised; an ended session is not entered again; who is
//! away for minutes is put out, and a session without an officer is ended.

mod demo;
pub mod engine;
pub mod log;
mod model;
mod service;
mod store;
mod wire;
mod words;

pub use demo::MadeUpMedia;
pub use engine::recording;
pub use model::line::{LinePath, LineQuality, LineTrouble, STRETCH, judge_stretch};
pub use service::takeover::{Matter, Whereabouts};
pub use service::{SessionView, Video, VideoSettings};
pub use store::{ask, entities};
pub use wire::{may_follow, router, session_changes};
