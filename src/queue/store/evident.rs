//! What of the rows of this feature entries tell, column by column.

use crate::evidence::rows::{Column, Evident, instant, maybe, plain};
use crate::queue::store::entities::queue_ticket;
use serde_json::json;

impl Evident for queue_ticket::Model {
    const TABLE: &'static str = "queue_ticket";

    fn id(&self) -> String {
        self.id.to_string()
    }

    fn columns(&self) -> Vec<Column> {
        let Self {
            id: _,
            booking_id,
            venue_id,
            date,
            number,
            letter,
            state,
            counter,
            due_at,
            drawn_at,
            called_at,
            times_called,
            first_called_at,
        } = self;
        vec![
            plain("booking_id", json!(booking_id)),
            plain("venue_id", json!(venue_id)),
            plain("date", json!(date)),
            plain("number", json!(number)),
            plain("letter", json!(letter)),
            plain("state", json!(state)),
            plain("counter", json!(counter)),
            plain("due_at", instant(*due_at)),
            plain("drawn_at", instant(*drawn_at)),
            plain("called_at", maybe(*called_at)),
            plain("times_called", json!(times_called)),
            plain("first_called_at", maybe(*first_called_at)),
        ]
    }
}
