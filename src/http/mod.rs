//! What every feature's routes share: problems, extractors, the rule for texts, and pages of lists. Knows no
//! feature.

mod client;
mod dated;
mod events;
mod extract;
mod file;
mod json;
mod kind;
mod object;
mod page;
pub mod plain;
mod problem;
mod refusals;
mod schema;

pub use crate::{fields_in_json, refusals, shared_refusals, words_in_json};
pub use axum::http::StatusCode;
pub use client::ClientAddress;
pub use dated::dated;
pub use events::event_stream;
pub use extract::{Body, Params, PathId, PathText};
pub use file::{FILE, file_in};
pub use kind::check as check_kind;
pub use page::{Cursor, Page, PageParams};
pub use plain::normal as plain_text;
pub use problem::{Problem, ProblemBody, RequestId, render_problems, tell_lost_answers};
pub use refusals::{Listed, NothingOfItsOwn, Operations, PROBLEM, Refusals, Refused, describe, responses_of};
pub use schema::one_of;
