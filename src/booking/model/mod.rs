//! The rules of booking. Pure: time and randomness come in as arguments.

pub mod form;
pub mod reference;
pub mod slots;
pub mod state;
pub mod window;

pub use reference::display_reference;
pub use state::join_window;
