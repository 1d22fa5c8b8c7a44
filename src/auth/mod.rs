//! Who is calling, and what they may do: sign-in, sessions, registration of enterprises.
//!
//! Others call [`Auth`] (one per process), put [`identify`] around the API, and learn in a handler
//! who calls from [`Signed`] or [`MaybeSigned`]. What outlives its request ends with the sign-in:
//! [`Actor::sign_in_id`], `Topic::SignInEnded`, [`Auth::is_signed_in`], [`Auth::signed_out`].
//!
//! Invariants: a session's token is stored only as its hash; who is behind a token is kept in memory
//! for seconds and dropped by what changes it, so that signing out and an approval count at once; whatever ends a session tells so;
//! passwords are hashed two at a time at most, those of registrations one at a time beside them; whether a
//! login or a code is registered is told to who reads the mail, never to who asks here; an unknown login costs the same time as a wrong password;
//! nobody can lock somebody else out of a device that they know; what a role may do is written in `model`
//! and nowhere else.

pub mod demo;
pub mod jobs;
pub mod log;
pub mod model;
mod service;
mod store;
mod wire;
mod words;

pub use model::Right;
pub use model::actor::{Actor, ActorEnterprise, booker_address};
pub use service::sign_in::{Caller, SignedIn};
pub use service::{Auth, Denial};
pub use store::{ask, caller, entities};
pub use wire::layer::identify;
pub use wire::refusals;
pub use wire::router;
pub use wire::signed::{MaybeSigned, Signed};
