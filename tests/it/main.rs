//! The program as its users meet it: over HTTP, on SQLite and on PostgreSQL.

mod support;

mod access;
mod architecture;
mod mail;
mod review;
mod survey;
mod system;
mod video;

#[path = "../engine/client.rs"]
mod media_client;
