//! One UDP port for all connections: STUN checks, the mux and the socket each connection sees.

mod link;
mod mux;
mod runtime;
mod socket;
mod stun;

pub use link::{Credentials, Link};
pub use mux::Mux;
