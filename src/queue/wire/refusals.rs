//! What the operations on the queue are refused for.

use crate::auth::refusals::BOOKERS;
use crate::http::{refusals, shared_refusals};

shared_refusals! {
    VENUE { UNPROCESSABLE_ENTITY: "unknown_venue"; }
    COUNTER { FORBIDDEN: "forbidden"; UNPROCESSABLE_ENTITY: "wrong_counter"; }
}

refusals! {
    DrawTicket {
        FORBIDDEN: "forbidden";
        CONFLICT: "wrong_state", "too_early", "no_queue";
    }
    GetTicket { ..BOOKERS; }
    GetQueue { ..VENUE; }
    ListTickets { ..VENUE; FORBIDDEN: "forbidden"; }
    CallNext { ..VENUE; ..COUNTER; CONFLICT: "queue_empty"; }
    CallTicket { ..COUNTER; CONFLICT: "ticket_state"; }
    MissTicket { FORBIDDEN: "forbidden"; CONFLICT: "ticket_state"; }
    FinishTicket {
        FORBIDDEN: "forbidden";
        CONFLICT: "ticket_state", "wrong_state", "stage_under_way" ("a stage has begun and is not done");
    }
}
