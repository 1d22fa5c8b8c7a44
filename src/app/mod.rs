//! State, wiring, start and stop.
