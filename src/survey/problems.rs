//! What is answered when a rating link does not work.

use crate::http::Problem;
use axum::http::StatusCode;

pub fn unknown_link() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "没有这个评价链接。请检查链接是否完整。",
        "There is no such rating link. Please check that the link is complete.",
    )
}

pub fn already_answered() -> Problem {
    Problem::conflict(
        "rating_answered",
        "这次服务已经评过了，每次只能评一次。谢谢！",
        "This service has been rated already; each can be rated once. Thank you!",
    )
}

pub fn expired() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "rating_expired",
        "评价链接已过期（办完后 30 天内有效）。",
        "This rating link has expired; it was good for 30 days after the service.",
    )
}
