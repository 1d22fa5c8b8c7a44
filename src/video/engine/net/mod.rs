//! One UDP port for all connections: STUN checks, the mux and the socket each connection sees.

mod mux;
mod runtime;
mod stun;

pub use mux::{Link, Mux};
