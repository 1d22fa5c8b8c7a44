//! The demo's venues and services.
