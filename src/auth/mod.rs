//! Who is calling, and what they may do: sign-in, sessions, registration of enterprises.
//!
//! Others call [`Auth`] (one per process), put [`identify`] around the API, and learn in a handler
//! who calls from [`Signed`] or [`MaybeSigned`].
//!
//! Invariants: a session's token is stored only as its hash; a session is looked up on every request,
//! so that signing out and an approval count at once, on every node; passwords are hashed two at a
//! time at most; an unknown login costs the same time as a wrong password; what a role may do is
//! written in `model.rs` and nowhere else.

mod actor;
mod change_password;
mod cookie;
pub mod demo;
mod enterprises;
mod layer;
pub mod model;
mod model_attempts;
mod model_input;
mod model_session;
mod password;
mod routes;
mod routes_enterprises;
mod service;
mod store;

pub use actor::{Actor, ActorEnterprise, MaybeSigned, Signed};
pub use layer::identify;
pub use model::Right;
pub use routes::router;
pub use service::{Auth, Refusal, SignedIn};
