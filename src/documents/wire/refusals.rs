//! What the operations on documents are refused for.

use crate::auth::refusals::BOOKERS;
use crate::http::{refusals, shared_refusals};

shared_refusals! {
    /// Why a file is not taken, and what to do.
    CONTENT {
        PAYLOAD_TOO_LARGE: "document_too_large";
        UNPROCESSABLE_ENTITY: "document_empty", "document_kind" ("by its content"), "document_broken",
            "document_mixed" ("something else is hidden in it"), "document_encrypted", "document_pages",
            "document_dots";
    }
    /// As many files are on their way as are held at a time.
    BUSY { SERVICE_UNAVAILABLE: "documents_busy"; }
}

refusals! {
    ListDocuments { ..BOOKERS; }
    UploadDocument {
        ..BOOKERS;
        ..CONTENT;
        ..BUSY;
        CONFLICT: "documents_closed", "documents_enough", "document_kept";
        UNPROCESSABLE_ENTITY: "unknown_document";
        TOO_MANY_REQUESTS: "too_many_uploads";
    }
    GetDocument { ..BOOKERS; ..BUSY; CONFLICT: "document_unreadable"; }
    RemoveDocument { ..BOOKERS; CONFLICT: "documents_closed", "document_required", "document_kept"; }
    ListMissingForms { FORBIDDEN: "forbidden"; }
}
