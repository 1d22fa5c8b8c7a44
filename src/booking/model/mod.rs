//! The rules of booking. Pure: time and randomness come in as arguments.

pub mod answers;
pub mod bookable;
pub mod clearance;
pub mod consent;
mod csv;
pub mod decisions;
pub mod feeds;
pub mod figures;
pub mod form;
pub mod group;
pub mod late;
pub mod moves;
pub mod past_requests;
pub mod reference;
pub mod reminders;
pub mod sealed;
pub mod settled;
pub mod shares;
pub mod slots;
pub mod stages;
pub mod state;
pub mod steps;
pub mod touched;
pub mod waiting_list;
pub mod warnings;
pub mod why_not;

pub use reference::display_reference;
pub use state::join_window;
