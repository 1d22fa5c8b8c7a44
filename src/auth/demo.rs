//! The demo accounts.
