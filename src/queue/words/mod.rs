//! What the queue refuses.

use crate::base::words;
use crate::http::Problem;
use crate::queue::model::COUNTER_LENGTH;

pub fn no_queue() -> Problem {
    Problem::conflict(words::queue::no_queue())
}

pub fn empty() -> Problem {
    Problem::conflict(words::queue::queue_empty())
}

pub fn wrong_state() -> Problem {
    Problem::conflict(words::queue::ticket_state())
}

pub fn wrong_counter() -> Problem {
    Problem::invalid("counter", words::queue::wrong_counter(COUNTER_LENGTH))
}

pub fn unknown_venue() -> Problem {
    Problem::invalid("venue", words::queue::unknown_venue())
}
