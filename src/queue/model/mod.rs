//! What a ticket is called and whose turn it is. Pure.

use crate::directory::entities::service::ServiceKind;
use crate::queue::store::entities::queue_ticket::{self, TicketState};
use chrono::{DateTime, Utc};

/// Longest name of a counter, in characters.
pub const COUNTER_LENGTH: usize = 12;

/// What can be done with a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketAction {
    /// Also once more, and when its holder comes after having missed it.
    Call,
    Miss,
    Done,
}

/// The letter before the number, by kind of service. Video sessions have no queue.
pub fn letter(kind: ServiceKind) -> Option<&'static str> {
    match kind {
        ServiceKind::AfterHours => Some("A"),
        ServiceKind::Health => Some("H"),
        ServiceKind::Video => None,
    }
}

/// What stands on the ticket and is called: `H012`.
pub fn label(row: &queue_ticket::Model) -> String {
    format!("{}{:03}", row.letter, row.number)
}

/// From when on it is somebody's turn: who comes early waits for the time that they booked, who comes late stands
/// behind those who were there.
pub fn due_at(starts_at: DateTime<Utc>, drawn_at: DateTime<Utc>) -> DateTime<Utc> {
    starts_at.max(drawn_at)
}

/// Where an action leads, if it can be taken.
pub fn step(state: TicketState, action: TicketAction) -> Option<TicketState> {
    use TicketAction::{Call, Done, Miss};
    use TicketState::{Called, Missed, Waiting};
    match (state, action) {
        (Waiting | Called | Missed, Call) => Some(Called),
        (Called, Miss) => Some(Missed),
        (Called, Done) => Some(TicketState::Done),
        _ => None,
    }
}

/// The name of a counter as it is shown: `3`, `体检 2`. None: it is empty, too long or holds what cannot be read.
pub fn counter_name(typed: &str) -> Option<String> {
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let readable = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '号' | '#');
    (!name.is_empty() && name.chars().count() <= COUNTER_LENGTH && name.chars().all(readable)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_ticket_is_called_before_it_is_missed_or_done() {
        use TicketAction::{Call, Done, Miss};
        use TicketState as S;
        for (state, action, expected) in [
            (S::Waiting, Call, Some(S::Called)),
            (S::Waiting, Miss, None),
            (S::Waiting, Done, None),
            (S::Called, Call, Some(S::Called)),
            (S::Called, Miss, Some(S::Missed)),
            (S::Called, Done, Some(S::Done)),
            (S::Missed, Call, Some(S::Called)),
            (S::Missed, Done, None),
            (S::Done, Call, None),
        ] {
            assert_eq!(step(state, action), expected, "{state:?} {action:?}");
        }
    }

    #[test]
    fn who_booked_a_time_has_it_and_who_comes_late_stands_behind() {
        let nine = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let at = |minutes| nine + TimeDelta::minutes(minutes);
        // Booked for nine and here at half past eight; walked in at ten to nine for a quarter past; booked for nine
        // and here at twenty past.
        let mut due =
            [(nine, at(-30)), (at(15), at(-10)), (nine, at(20))].map(|(slot, drawn)| due_at(slot, drawn));
        assert!(due.is_sorted());
        due.sort();
        assert_eq!(due, [nine, at(15), at(20)]);
    }

    #[test]
    fn a_counter_has_a_short_name_that_can_be_read() {
        for (typed, expected) in [
            (" 3 ", Some("3")),
            ("体检  2", Some("体检 2")),
            ("", None),
            ("   ", None),
            ("1234567890123", None),
            ("\u{202e}3", None),
            ("3<b>", None),
        ] {
            assert_eq!(counter_name(typed).as_deref(), expected, "{typed:?}");
        }
    }
}
