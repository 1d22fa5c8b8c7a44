//! What of the rows of this feature entries tell, column by column, and what of it is personal.

use crate::evidence::rows::{Column, Evident, hex, instant, plain};
use crate::survey::store::entities::{rating, rating_invite};
use serde_json::json;

/// What the chain `system` commits to of an answer to a rating: all of it. The commitment is salted, so the
/// entry tells neither the answer nor whose it is.
pub fn answer_text(row: &rating::Model) -> String {
    let rating::Model { id, invite_id, level, comment, answered_at, salt: _, entry_seq: _ } = row;
    let text = json!({
        "id": id, "invite_id": invite_id, "level": level, "comment": comment, "answered_at": instant(*answered_at),
    });
    serde_json_canonicalizer::to_string(&text).unwrap_or_default()
}

impl Evident for rating_invite::Model {
    const TABLE: &'static str = "rating_invite";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            service_id,
            officer_id,
            token_hash,
            invited_at,
            expires_at,
            // No entry of the case tells that it was answered; it is measured against the answer.
            answered_at: _,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("service_id", json!(service_id)),
            plain("officer_id", json!(officer_id)),
            plain("token_hash", hex(token_hash)),
            plain("invited_at", instant(*invited_at)),
            plain("expires_at", instant(*expires_at)),
        ]
    }
}
