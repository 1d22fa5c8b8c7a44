//! What of the rows of this feature entries tell, column by column, and what of it is personal.

use crate::evidence::rows::{Column, Evident, instant, personal, plain};
use crate::review::store::entities::playback;
use serde_json::json;

impl Evident for playback::Model {
    const TABLE: &'static str = "playback";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self { id: _, session_id, account_id, purpose, at } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("account_id", json!(account_id)),
            personal("purpose", purpose.clone()),
            plain("at", instant(*at)),
        ]
    }
}
