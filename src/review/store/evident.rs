//! What of the rows of this feature entries tell, column by column, and what of it is personal.

use crate::evidence::rows::{Column, Evident, hex, instant, maybe, personal, plain};
use crate::review::store::entities::{composite, playback};
use serde_json::{Value, json};

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

impl Evident for composite::Model {
    const TABLE: &'static str = "composite";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            session_id,
            playback_id,
            account_id,
            language,
            state,
            asked_at,
            made_at,
            duration_ms,
            bytes,
            sha256,
            // On which machine its file lies.
            node_id: _,
        } = self;
        vec![
            plain("session_id", json!(session_id)),
            plain("playback_id", json!(playback_id)),
            plain("account_id", json!(account_id)),
            plain("language", json!(language)),
            plain("state", json!(state)),
            plain("asked_at", instant(*asked_at)),
            plain("made_at", maybe(*made_at)),
            plain("duration_ms", json!(duration_ms)),
            plain("bytes", json!(bytes)),
            plain("sha256", sha256.as_deref().map_or(Value::Null, hex)),
        ]
    }
}
