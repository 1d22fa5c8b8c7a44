//! The program as its users meet it: over HTTP, on SQLite and on PostgreSQL.

mod support;

mod access;
mod answers_lost;
mod architecture;
mod board;
mod booking;
mod booking_moved_by_officers;
mod booking_races;
mod booking_stages;
mod booking_terms;
mod booking_undecided;
mod booking_warnings;
mod calendar;
mod calendar_carried;
mod calendar_feeds;
mod calendar_page;
mod calendar_readers;
mod customs;
mod demo;
mod edge;
mod edge_lines;
mod former;
mod gate;
mod jobs;
mod killed;
mod limits;
mod mail;
mod mail_order;
mod mail_words;
mod media;
mod names_by_language;
mod nodes;
mod nodes_memory;
mod openapi;
mod people;
mod people_guessing;
mod people_members;
mod people_registering;
mod people_sign_ins;
mod queue;
mod recording;
mod refusals;
mod refusals_of_bookings;
mod refusals_of_sessions;
mod review;
mod review_values;
mod session_people;
mod smtp;
mod snapshots;
mod store;
mod store_clockwork;
mod store_conflicts;
mod store_lines;
mod store_opening;
mod streams;
mod survey;
mod system;
mod text;
mod video;
mod wording;
mod write_path;

#[path = "../engine/client.rs"]
#[expect(dead_code, reason = "the tests of the engine use all of it")]
mod media_client;
