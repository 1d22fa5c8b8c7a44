//! Bookings: free places, holds, requests and what officers decide.
//!
//! Others reach it through [`Booking`]: `find` and `find_for` for a booking, the associated
//! `check_in` and `complete` inside their own transactions, [`WaitingRoom`] to tell who waits and who is in,
//! [`Waits`] how long people waited elsewhere, [`Papers`] to tell which documents were uploaded, and the pure [`model`] (`join_window`, `display_reference`). What is done by time alone is in [`jobs`].
//!
//! Invariants: a place is taken and given back ([`crate::places`]) in the transaction of the booking that it is for; a
//! booking moves only along the table in [`model::state`], in one transaction with its evidence entry, its cells and its
//! mails; every query about named bookings begins with the scope of whoever asks; personal data
//! stands in entries as commitments only.

pub mod jobs;
pub mod log;
pub mod model;
mod service;
mod store;
mod wire;
mod words;

pub use log::stage_name;
pub use service::clearance::ClockImport;
pub use service::official_calendar::CalendarPreview;
pub use service::papers::Papers;
pub use service::waiting::{GlanceState, SessionGlance, WaitingPerson, WaitingRoom};
pub use service::waits::{Wait, Waits};
pub use service::{Booking, Installation, NewBooking, RequestForm, WantedTime};
pub use store::read::View;
pub use store::{ask, entities};
pub use wire::dto::{BookingDto, HistorySide};
pub use wire::{calendars, day_changes, router};
pub use words::mail_reclassified::kind as kind_of_day;
