//! How the types of the rules and tables of this feature look over the API.

use crate::http::words_in_json;
use crate::queue::store::entities::queue_ticket::TicketState;

words_in_json! {
    /// Where a ticket stands.
    TicketState { Waiting, Called, Done, Missed }
}
