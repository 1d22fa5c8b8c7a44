//! The states of a booking as one table: what decides is also what the pages are told in `can`.

use crate::base::words::{self, Moment};
use crate::booking::store::entities::booking::{self, BookingState};
use crate::directory::entities::service::ServiceKind;
use crate::http::Problem;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

/// The video page opens this long before the start.
pub const JOIN_EARLY: TimeDelta = TimeDelta::minutes(15);
/// It closes this long after the end: talks run over.
pub const JOIN_LATE: TimeDelta = TimeDelta::minutes(60);
/// Nobody is checked in earlier than this before the start.
pub const CHECK_IN_EARLY: TimeDelta = TimeDelta::minutes(60);
/// So long a no-show can be taken back: a slip, or somebody who comes late after all.
pub const REOPEN_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// What can be done with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Request,
    Cancel,
    Accept,
    Refuse,
    CheckIn,
    Complete,
    NoShow,
    /// Takes a no-show back.
    Reopen,
    /// Moves it to another time.
    Reschedule,
    Expire,
}

/// Why a booking is expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiredBecause {
    /// The place was held and not requested in time.
    HoldRanOut,
    /// It was requested, and nobody decided before it began.
    NobodyDecided,
}

/// On whose behalf something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Booker,
    Officer,
    Program,
}

/// Why an action is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    WrongState,
    HoldExpired,
    /// It can be done from then on.
    TooEarly(DateTime<Utc>),
    /// It could be done until then.
    TooLate(DateTime<Utc>),
}

use Action::*;
use BookingState::*;
use Side::*;

/// Every step there is. A request that needs no decision, or that the officer at the desk decides about by taking it, is
/// accepted in the same transaction, so the service adds `Accept` by the program to it.
const TABLE: &[(BookingState, Action, Side, BookingState)] = &[
    (Held, Request, Booker, Requested),
    (Held, Cancel, Booker, Cancelled),
    (Held, Expire, Program, Expired),
    // The service is closed then.
    (Held, Cancel, Program, Cancelled),
    (Requested, Cancel, Program, Cancelled),
    (Accepted, Cancel, Program, Cancelled),
    // Nobody decided before it began.
    (Requested, Expire, Program, Expired),
    (Requested, Accept, Officer, Accepted),
    (Requested, Accept, Program, Accepted),
    (Requested, Refuse, Officer, Refused),
    (Requested, Cancel, Booker, Cancelled),
    (Accepted, Cancel, Booker, Cancelled),
    (Requested, Reschedule, Booker, Requested),
    (Requested, Reschedule, Officer, Requested),
    // The office has said yes to another time: it is asked again.
    (Accepted, Reschedule, Booker, Requested),
    (Accepted, Reschedule, Officer, Accepted),
    (Accepted, CheckIn, Officer, CheckedIn),
    (Accepted, Action::NoShow, Officer, BookingState::NoShow),
    (CheckedIn, Complete, Officer, Completed),
    // Checked in by mistake.
    (CheckedIn, Action::NoShow, Officer, BookingState::NoShow),
    (BookingState::NoShow, Reopen, Officer, Accepted),
];

/// The state after `action`, or why not.
pub fn step(
    row: &booking::Model,
    action: Action,
    side: Side,
    now: DateTime<Utc>,
) -> Result<BookingState, NotNow> {
    if hold_lapsed(row, now) && side == Booker {
        return Err(NotNow::HoldExpired);
    }
    let next = TABLE
        .iter()
        .find(|(from, what, who, _)| (*from, *what, *who) == (row.state, action, side))
        .map(|(.., next)| *next)
        .ok_or(NotNow::WrongState)?;
    let (from, until) = match action {
        // What nobody has decided ends by itself as it begins.
        Cancel if matches!(row.state, Requested | Accepted) => (None, Some(row.starts_at)),
        Reschedule => (None, Some(row.starts_at)),
        // As it comes: nobody has to wait for it, so that it may have begun.
        Accept if side == Program => (None, Some(row.ends_at)),
        Accept | Refuse => (None, Some(row.starts_at)),
        Reopen => (None, Some(row.updated_at + REOPEN_WITHIN)),
        CheckIn => (Some(row.starts_at - CHECK_IN_EARLY), None),
        Action::NoShow => (Some(row.starts_at), None),
        Expire if lapse(row, now).is_none() => return Err(NotNow::WrongState),
        _ => (None, None),
    };
    match (from, until) {
        (Some(from), _) if now < from => Err(NotNow::TooEarly(from)),
        (_, Some(until)) if now >= until => Err(NotNow::TooLate(until)),
        _ => Ok(next),
    }
}

/// A hold whose time is over, whether or not it has been swept yet.
pub fn hold_lapsed(row: &booking::Model, now: DateTime<Utc>) -> bool {
    row.state == Held && row.hold_expires_at.is_some_and(|until| until <= now)
}

/// Why a booking has come to its end by itself, whether or not it has been swept yet.
pub fn lapse(row: &booking::Model, now: DateTime<Utc>) -> Option<ExpiredBecause> {
    if hold_lapsed(row, now) {
        return Some(ExpiredBecause::HoldRanOut);
    }
    (row.state == Requested && row.starts_at <= now).then_some(ExpiredBecause::NobodyDecided)
}

/// The state as everybody sees it: what has lapsed is expired before it is swept.
pub fn shown_state(row: &booking::Model, now: DateTime<Utc>) -> BookingState {
    if lapse(row, now).is_some() { Expired } else { row.state }
}

/// Why a booking is shown as expired. What was requested has somebody to contact, a hold has not.
pub fn expired_because(row: &booking::Model, now: DateTime<Utc>) -> Option<ExpiredBecause> {
    let was_requested = row.contact_name.is_some();
    let because = if was_requested { ExpiredBecause::NobodyDecided } else { ExpiredBecause::HoldRanOut };
    (shown_state(row, now) == Expired).then_some(because)
}

/// Whether it still stands for an appointment to come or going on.
pub fn is_live(row: &booking::Model, now: DateTime<Utc>) -> bool {
    LIVE.contains(&shown_state(row, now)) && row.ends_at > now
}

/// The states of bookings that may still take place.
pub const LIVE: [BookingState; 4] = [Held, Requested, Accepted, CheckedIn];

/// The other states: what is in them is over.
pub const OVER: [BookingState; 5] = [Refused, Completed, BookingState::NoShow, Cancelled, Expired];

/// Whether a booking in this state keeps its place.
pub fn keeps_place(state: BookingState) -> bool {
    !matches!(state, Refused | Cancelled | Expired)
}

/// When the video page of a booking is open.
pub fn join_window(row: &booking::Model) -> (DateTime<Utc>, DateTime<Utc>) {
    (row.starts_at - JOIN_EARLY, row.ends_at + JOIN_LATE)
}

/// Whether somebody may join the video session now.
pub fn may_join(row: &booking::Model, kind: ServiceKind, now: DateTime<Utc>) -> bool {
    let (from, until) = join_window(row);
    kind == ServiceKind::Video && matches!(row.state, Accepted | CheckedIn) && from <= now && now < until
}

impl NotNow {
    /// In words; times by the clocks of the venue.
    pub fn problem(self, zone: Tz) -> Problem {
        match self {
            Self::WrongState => wrong_state(),
            Self::HoldExpired => hold_expired(),
            Self::TooEarly(from) => Problem::conflict(words::booking::too_early(Moment(from, zone))),
            Self::TooLate(until) => Problem::conflict(words::booking::too_late(Moment(until, zone))),
        }
    }
}

/// The place is not held any more.
pub fn hold_expired() -> Problem {
    Problem::conflict(words::booking::hold_expired())
}

/// The booking is in another state than the action needs.
pub fn wrong_state() -> Problem {
    Problem::conflict(words::booking::wrong_state())
}

#[cfg(test)]
#[path = "state_walks.rs"]
mod walks;

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::base::ids;
    use crate::base::words::Language;
    use sea_orm::Iterable;

    pub fn row(state: BookingState, starts_at: DateTime<Utc>) -> booking::Model {
        booking::Model {
            id: ids::new_id(starts_at),
            reference: "MQ26114K7PX".into(),
            service_id: ids::new_id(starts_at),
            account_id: ids::new_id(starts_at),
            enterprise_id: None,
            state,
            starts_at,
            ends_at: starts_at + TimeDelta::minutes(30),
            hold_expires_at: (state == Held).then_some(starts_at - TimeDelta::minutes(90)),
            contact_name: None,
            contact_mobile: None,
            fields: serde_json::json!({}),
            officer_id: None,
            reason: None,
            sequence: 0,
            created_at: starts_at,
            updated_at: starts_at,
            explain_by: None,
            explanation: None,
            explained_at: None,
            channel: booking::Channel::Online,
            consent_version: None,
            consented_at: None,
            consent_withdrawn_at: None,
            people: None,
            results_ready_at: None,
            requested_at: None,
            decided_at: None,
            late_from: None,
        }
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    #[test]
    fn every_state_is_live_or_over() {
        for state in BookingState::iter() {
            assert_ne!(LIVE.contains(&state), OVER.contains(&state), "{state:?}");
        }
    }

    #[test]
    fn every_step_of_every_state_is_as_the_contract_says() {
        // Just before the start everything but a no-show is in time.
        let before = start() - TimeDelta::minutes(30);
        let after = start() + TimeDelta::minutes(5);
        for state in BookingState::iter() {
            let mut row = row(state, start());
            row.hold_expires_at = row.hold_expires_at.map(|_| start() + TimeDelta::hours(1));
            let may = |action, side, now| step(&row, action, side, now).ok();
            let expected_cancel = matches!(state, Held | Requested | Accepted).then_some(Cancelled);
            assert_eq!(may(Cancel, Booker, before), expected_cancel, "{state:?}");
            assert_eq!(may(Cancel, Officer, before), None);
            assert_eq!(may(Request, Booker, before), (state == Held).then_some(Requested));
            assert_eq!(may(Accept, Officer, before), (state == Requested).then_some(Accepted));
            assert_eq!(may(Accept, Booker, before), None);
            assert_eq!(may(Refuse, Officer, before), (state == Requested).then_some(Refused));
            assert_eq!(may(CheckIn, Officer, before), (state == Accepted).then_some(CheckedIn));
            assert_eq!(may(Complete, Officer, before), (state == CheckedIn).then_some(Completed));
            assert_eq!(may(Action::NoShow, Officer, before), None);
            let absent = matches!(state, Accepted | CheckedIn).then_some(BookingState::NoShow);
            assert_eq!(may(Action::NoShow, Officer, after), absent);
            // A booker's new time is decided anew; an officer's stands as it did.
            let waits = matches!(state, Requested | Accepted).then_some(Requested);
            assert_eq!(may(Reschedule, Booker, before), waits, "{state:?}");
            let stays = matches!(state, Requested | Accepted).then_some(state);
            assert_eq!(may(Reschedule, Officer, before), stays, "{state:?}");
            assert_eq!(may(Reschedule, Officer, after), None);
            let back = (state == BookingState::NoShow).then_some(Accepted);
            assert_eq!(may(Reopen, Officer, after), back);
            assert_eq!(may(Reopen, Booker, after), None);
        }
    }

    #[test]
    fn time_decides_too() {
        let minutes = |n| start() + TimeDelta::minutes(n);
        let accepted = row(Accepted, start());
        assert_eq!(step(&accepted, CheckIn, Officer, minutes(-61)), Err(NotNow::TooEarly(minutes(-60))));
        assert_eq!(step(&accepted, CheckIn, Officer, minutes(-60)), Ok(CheckedIn));
        assert_eq!(step(&accepted, Action::NoShow, Officer, minutes(-1)), Err(NotNow::TooEarly(start())));
        assert_eq!(step(&accepted, Cancel, Booker, minutes(0)), Err(NotNow::TooLate(start())));
        let requested = row(Requested, start());
        assert_eq!(step(&requested, Accept, Officer, minutes(-1)), Ok(Accepted));
        assert_eq!(step(&requested, Accept, Officer, minutes(0)), Err(NotNow::TooLate(start())));
        assert_eq!(step(&requested, Refuse, Officer, minutes(-1)), Ok(Refused));
        assert_eq!(step(&requested, Cancel, Booker, minutes(-1)), Ok(Cancelled));
        // What is accepted as it comes may have begun.
        assert_eq!(step(&requested, Accept, Program, minutes(29)), Ok(Accepted));
        assert_eq!(step(&requested, Accept, Program, minutes(30)), Err(NotNow::TooLate(minutes(30))));
        let absent = row(BookingState::NoShow, start());
        assert_eq!(step(&absent, Reopen, Officer, minutes(29)), Ok(Accepted));
        assert_eq!(step(&absent, Reopen, Officer, minutes(30)), Err(NotNow::TooLate(minutes(30))));
    }

    #[test]
    fn a_refusal_tells_the_time_by_the_clocks_of_the_venue() {
        let at = "2026-11-26T16:30:00Z".parse().unwrap();
        for (zone, zh, en) in [
            (
                Tz::Asia__Shanghai,
                "2026年11月27日 00:30（北京时间）",
                "27 November 2026, 00:30 (Beijing time)",
            ),
            (
                Tz::Asia__Kathmandu,
                "2026年11月26日 22:15（Asia/Kathmandu 时间）",
                "22:15 (Asia/Kathmandu time)",
            ),
        ] {
            for refusal in [NotNow::TooEarly(at), NotNow::TooLate(at)] {
                let title = refusal.problem(zone).title;
                let [in_zh, in_en] =
                    [Language::ZhCn, Language::En].map(|language| title.in_language(language));
                assert!(in_zh.contains(zh) && in_en.contains(en), "{in_zh} {in_en}");
                assert!(!in_zh.contains("UTC") && !in_en.contains("UTC"), "{in_zh} {in_en}");
            }
        }
    }

    #[test]
    fn what_nobody_decided_ends_as_it_begins() {
        let mut requested = row(Requested, start());
        requested.contact_name = Some("林女士".into());
        let end = requested.starts_at;
        let earlier = end - TimeDelta::milliseconds(1);
        assert_eq!(step(&requested, Expire, Program, earlier), Err(NotNow::WrongState));
        assert_eq!(step(&requested, Expire, Program, end), Ok(Expired));
        for (action, side) in [(Accept, Officer), (Refuse, Officer), (Cancel, Booker)] {
            assert_eq!(step(&requested, action, side, end), Err(NotNow::TooLate(end)));
        }
        assert_eq!(shown_state(&requested, earlier), Requested);
        assert_eq!(shown_state(&requested, end), Expired);
        assert_eq!(expired_because(&requested, end), Some(ExpiredBecause::NobodyDecided));
        assert_eq!(expired_because(&row(Expired, start()), end), Some(ExpiredBecause::HoldRanOut));
        assert_eq!(expired_because(&requested, earlier), None);
        assert!(is_live(&requested, earlier) && !is_live(&requested, end));
    }

    #[test]
    fn the_api_document_names_the_refusals_that_the_table_makes_and_no_others() {
        let document = include_str!("../../../openapi.json");
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        for (action, side, path) in [
            (Request, Booker, "request"),
            (Cancel, Booker, "cancel"),
            (Accept, Officer, "accept"),
            (Refuse, Officer, "refuse"),
            (CheckIn, Officer, "check-in"),
            (Complete, Officer, "complete"),
            (Action::NoShow, Officer, "no-show"),
        ] {
            let path = format!("/api/v1/bookings/{{id}}/{path}");
            let said = document["paths"][&path]["post"]["responses"]["409"]["description"].as_str().unwrap();
            let mut codes: Vec<&str> = Vec::new();
            for state in BookingState::iter() {
                for minutes in [-100_000, -61, -1, 0, 29, 30, 100_000] {
                    let refused =
                        step(&row(state, start()), action, side, start() + TimeDelta::minutes(minutes));
                    codes.extend(refused.err().map(|refusal| refusal.problem(Tz::UTC).code));
                }
            }
            for code in ["wrong_state", "hold_expired", "too_early", "too_late"] {
                assert_eq!(said.contains(code), codes.contains(&code), "{path}: {code} in {said:?}");
            }
        }
    }

    #[test]
    fn a_lapsed_hold_can_only_expire() {
        let held = row(Held, start());
        let until = held.hold_expires_at.unwrap();
        let earlier = until - TimeDelta::milliseconds(1);
        assert_eq!(step(&held, Request, Booker, earlier), Ok(Requested));
        assert_eq!(step(&held, Expire, Program, earlier), Err(NotNow::WrongState));
        assert_eq!(step(&held, Request, Booker, until), Err(NotNow::HoldExpired));
        assert_eq!(step(&held, Cancel, Booker, until), Err(NotNow::HoldExpired));
        assert_eq!(step(&held, Expire, Program, until), Ok(Expired));
        assert_eq!(shown_state(&held, earlier), Held);
        assert_eq!(shown_state(&held, until), Expired);
    }

    #[test]
    fn the_video_page_is_open_around_the_appointment_only() {
        let row = row(Accepted, start());
        let minutes = |n| start() + TimeDelta::minutes(n);
        for (at, open) in [(-16, false), (-15, true), (0, true), (89, true), (90, false)] {
            assert_eq!(may_join(&row, ServiceKind::Video, minutes(at)), open, "{at}");
        }
        assert!(!may_join(&row, ServiceKind::Health, start()));
        assert!(!may_join(&self::row(Requested, start()), ServiceKind::Video, start()));
    }
}
