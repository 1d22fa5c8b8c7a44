//! What every feature's routes share: problems, extractors and pages of lists. Knows no feature.

mod extract;
mod page;
mod problem;

pub use extract::{Body, Params, PathId, PathText};
pub use page::{Cursor, Page, PageParams};
pub use problem::{Problem, ProblemBody, RequestId, render_problems};
