//! Who is calling, and what they may do: sign-in, sessions, registration of enterprises.
//!
//! Others call [`Auth`] (one per process), put [`identify`] around the API, and learn in a handler
//! who calls from [`Signed`] or [`MaybeSigned`]. What outlives its request ends with the sign-in:
//! [`Actor::sign_in_id`], `Topic::SignInEnded`, [`Auth::is_signed_in`], [`Auth::signed_out`].
//!
//! Invariants: a session's token is stored only as its hash; a session is looked up on every request,
//! so that signing out and an approval count at once, on every node; whatever ends a session tells so;
//! passwords are hashed two at a time at most, those of registrations one at a time beside them; whether a
//! login or a code is registered is told to who reads the mail, never to who asks here; an unknown login costs the same time as a wrong password;
//! nobody can lock somebody else out of a device that they know; what a role may do is written in `model`
//! and nowhere else.

mod actor;
mod change_password;
mod colleagues;
mod cookie;
pub mod demo;
mod enterprises;
mod guessing;
mod layer;
mod mails;
pub mod model;
mod password;
mod registering;
mod routes;
mod service;
mod sessions;
mod sign_in;
mod store;

pub use actor::{Actor, ActorEnterprise, MaybeSigned, Signed};
pub use layer::identify;
pub use model::Right;
pub use routes::router;
pub use service::{Auth, Refusal};
pub use sign_in::{Caller, SignedIn};
