//! What is refused of documents.

use crate::base::words::{self, Said, Text};
use crate::directory::model::documents::{DocumentSpec, MOST_BYTES};
use crate::documents::model::ContentFault;
use crate::http::{Problem, StatusCode};

/// The part of a request that the file is.
const FILE: &str = "file";

pub fn unknown_item() -> Problem {
    Problem::invalid("item", words::documents::unknown_document())
}

pub fn closed() -> Problem {
    Problem::conflict(words::documents::documents_closed())
}

pub fn enough(spec: &DocumentSpec) -> Problem {
    Problem::conflict(words::documents::documents_enough(spec.most_files))
}

pub fn required() -> Problem {
    Problem::conflict(words::documents::document_required())
}

pub fn kept() -> Problem {
    Problem::conflict(words::documents::document_kept())
}

/// The keys are not there, or it was changed.
pub fn unreadable() -> Problem {
    Problem::conflict(words::documents::document_unreadable())
}

pub fn too_many_uploads() -> Problem {
    Problem::too_many(words::documents::too_many_uploads())
}

/// As many files are in memory as may be.
pub fn busy(again: u32) -> Problem {
    Problem { retry_after: Some(again), ..Problem::unavailable(words::documents::documents_busy()) }
}

pub fn too_large(most_bytes: usize) -> Problem {
    let megabytes = most_bytes.min(MOST_BYTES as usize) as f64 / f64::from(1 << 20);
    let megabytes = format!("{megabytes:.1}").trim_end_matches(".0").to_owned();
    of_file(StatusCode::PAYLOAD_TOO_LARGE, words::documents::document_too_large(megabytes))
}

/// Why a file is not taken, and what to do.
pub fn not_taken(fault: ContentFault, spec: &DocumentSpec) -> Problem {
    let text = match fault {
        ContentFault::Empty => words::documents::document_empty(),
        ContentFault::Kind => {
            let kinds = spec.kinds.iter().map(|kind| Said::from(kind.name())).collect();
            words::documents::document_kind(Said::List(kinds))
        }
        ContentFault::Broken => words::documents::document_broken(),
        ContentFault::Mixed => words::documents::document_mixed(),
        ContentFault::Encrypted => words::documents::document_encrypted(),
        ContentFault::Pages(pages) => words::documents::document_pages(pages, spec.most_pages),
        ContentFault::Dots => words::documents::document_dots(),
    };
    of_file(StatusCode::UNPROCESSABLE_ENTITY, text)
}

fn of_file(status: StatusCode, text: Text) -> Problem {
    Problem { field: Some(FILE.into()), ..Problem::new(status, text) }
}
