//! What a booking has before it, so that pages list the right steps. Pure.

use crate::booking::store::entities::booking::BookingState;
use crate::directory::entities::service::ServiceKind;
use serde::Serialize;

/// A step on the way of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    ChooseTime,
    FillIn,
    /// An officer decides, and a mail tells the result. Missing where a request is accepted at once.
    Decision,
    /// The video page, from some minutes before the start.
    JoinVideo,
    /// At the venue.
    Come,
    /// An invitation comes by mail when the matter is dealt with.
    Rate,
}

/// All steps of a service, in order.
pub fn steps(kind: ServiceKind, needs_decision: bool) -> Vec<StepKind> {
    let meet = if kind == ServiceKind::Video { StepKind::JoinVideo } else { StepKind::Come };
    let decision = needs_decision.then_some(StepKind::Decision);
    [StepKind::ChooseTime, StepKind::FillIn]
        .into_iter()
        .chain(decision)
        .chain([meet, StepKind::Rate])
        .collect()
}

/// Those that a booking in this state still has before it, the next one first.
pub fn next_steps(kind: ServiceKind, needs_decision: bool, state: BookingState) -> Vec<StepKind> {
    use BookingState::*;
    let next = match state {
        Held => StepKind::FillIn,
        Requested => StepKind::Decision,
        Accepted | CheckedIn => steps(kind, false)[2],
        Completed => StepKind::Rate,
        Refused | NoShow | Cancelled | Expired => return Vec::new(),
    };
    steps(kind, needs_decision).into_iter().skip_while(|step| *step != next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use StepKind::*;

    #[test]
    fn what_is_accepted_at_once_has_no_decision_before_it() {
        assert_eq!(steps(ServiceKind::Video, true), [ChooseTime, FillIn, Decision, JoinVideo, Rate]);
        assert_eq!(steps(ServiceKind::Health, false), [ChooseTime, FillIn, Come, Rate]);
    }

    #[test]
    fn a_booking_has_the_rest_before_it() {
        use BookingState::*;
        for (state, rest) in [
            (Held, vec![FillIn, Decision, Come, Rate]),
            (Requested, vec![Decision, Come, Rate]),
            (Accepted, vec![Come, Rate]),
            (CheckedIn, vec![Come, Rate]),
            (Completed, vec![Rate]),
            (Refused, vec![]),
            (NoShow, vec![]),
        ] {
            assert_eq!(next_steps(ServiceKind::AfterHours, true, state), rest, "{state:?}");
        }
    }
}
