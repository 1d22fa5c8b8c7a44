//! What of the rows of this feature entries tell, column by column.

use crate::documents::store::entities::document;
use crate::evidence::rows::{Column, Evident, hex, instant, personal, plain};
use serde_json::json;

impl Evident for document::Model {
    const TABLE: &'static str = "document";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            item,
            kind,
            pages,
            size,
            sha256,
            stored_sha256,
            uploaded_by,
            uploaded_at,
            // Part of what `stored_sha256` is of.
            sealed_name: _,
            // Under which key the file's own is changes with every rotation.
            key_id: _,
            wrapped_key: _,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("item", json!(item)),
            plain("kind", json!(kind)),
            plain("pages", json!(pages)),
            plain("size", json!(size)),
            // Whoever has a file could look for it among digests of files.
            personal("sha256", hex(sha256)),
            plain("stored_sha256", hex(stored_sha256)),
            plain("uploaded_by", json!(uploaded_by)),
            plain("uploaded_at", instant(*uploaded_at)),
        ]
    }
}
