//! What is answered when a rating link does not work.

use crate::base::text::Text;
use crate::http::Problem;

pub fn unknown_link() -> Problem {
    let title = Text::new(
        "没有这个评价链接。请检查链接是否完整。",
        "There is no such rating link. Please check that the link is complete.",
    );
    Problem { title, ..Problem::not_found() }
}

pub fn already_answered() -> Problem {
    Problem::conflict(
        "rating_answered",
        "这次服务已经评过了，每次只能评一次。谢谢！",
        "This service has been rated already; each can be rated once. Thank you!",
    )
}

pub fn expired() -> Problem {
    Problem::gone(
        "rating_expired",
        "评价链接已过期（办完后 30 天内有效）。",
        "This rating link has expired; it was good for 30 days after the service.",
    )
}
