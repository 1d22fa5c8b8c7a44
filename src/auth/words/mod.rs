//! What people read of sign-in and registration.

pub mod mails;
