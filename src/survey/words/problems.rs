//! What is answered when a rating link does not work.

use crate::base::words;
use crate::http::Problem;

pub fn unknown_link() -> Problem {
    Problem::not_found().saying(words::survey::not_found())
}

pub fn already_answered() -> Problem {
    Problem::conflict(words::survey::rating_answered())
}

pub fn expired() -> Problem {
    Problem::gone(words::survey::rating_expired())
}
