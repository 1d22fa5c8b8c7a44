//! The program as its users meet it: over HTTP, on SQLite and on PostgreSQL.

mod support;

mod system;
