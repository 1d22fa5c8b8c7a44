//! Who may go from where to where in a session. Pure: time and settings are inputs.

pub mod limits;
pub mod line;
pub mod presence;
pub mod relay;
pub mod space;
pub mod token;
pub mod turns;

use crate::base::words::{self, Text};
use crate::video::store::entities::participant::{self, ParticipantRole, ParticipantState};
use crate::video::store::entities::video_session::SessionState;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

/// So many guests may wait or talk, the booker among them. Officers always have a place: nobody who came first
/// keeps out those who hold the session.
pub const MAX_GUESTS: usize = 5;

/// Longest free text of a refusal, in characters.
pub const MAX_REASON: usize = 300;

/// How long after its start a forgotten waiting room still stands on the officers' day.
pub const WAITING_SHOWN_FOR: TimeDelta = TimeDelta::hours(24);

/// An open session that no officer is in for so long is ended by the program: nobody is recorded alone
/// for ever, and an officer whose machine broke has the time to come back.
pub const NO_OFFICER: TimeDelta = TimeDelta::minutes(10);

/// What somebody asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Opens the page of the session, also again after a break.
    Enter,
    /// Takes note of the recording notice.
    Acknowledge,
    /// Is ready: a guest waits, an officer walks in.
    Wait,
    /// Is let in by an officer.
    Admit,
    Leave,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefused {
    /// The session page has not been opened by this person, or was left.
    Outside,
    /// The notice in force has not been acknowledged.
    Unacknowledged,
    /// Not in the waiting room, so nobody to admit.
    NotWaiting,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub role: ParticipantRole,
    pub state: ParticipantState,
    /// Took note of the notice that is in force now: an acknowledgement outlives a break, but not a new
    /// version of the notice.
    pub acknowledged: bool,
    /// The program put them out (their line was dead, it started anew): entering brings them back to their place.
    pub resumes: bool,
}

impl Standing {
    pub fn of(person: &participant::Model, notice_version: i32) -> Self {
        let acknowledged = has_acknowledged(person, notice_version);
        Self { role: person.role, state: person.state, acknowledged, resumes: person.resumes }
    }
}

/// The state after `step`; the same state again when there is nothing to do.
pub fn after(standing: Standing, step: Step) -> Result<ParticipantState, StepRefused> {
    use ParticipantState::{Acknowledged, Admitted, Entered, Left, Waiting};
    let Standing { role, state, acknowledged, resumes } = standing;
    let ready = match role {
        ParticipantRole::Guest => Waiting,
        ParticipantRole::Officer => Admitted,
    };
    match (step, state) {
        (Step::Leave, _) => Ok(Left),
        // Whoever is in, stays in: a page that was only loaded again goes on where it was.
        (Step::Enter, Admitted | Waiting | Acknowledged) if acknowledged => Ok(state),
        (Step::Enter, Left) if acknowledged && resumes => Ok(ready),
        (Step::Enter, Left) if acknowledged => Ok(Acknowledged),
        (Step::Enter, Entered) if acknowledged => Ok(Acknowledged),
        (Step::Enter, _) => Ok(Entered),
        (Step::Acknowledge, Entered) => Ok(Acknowledged),
        (Step::Acknowledge, Acknowledged | Waiting | Admitted) => Ok(state),
        (Step::Wait, Entered) => Err(StepRefused::Unacknowledged),
        (Step::Wait, Acknowledged) if !acknowledged => Err(StepRefused::Unacknowledged),
        (Step::Wait, Acknowledged) => Ok(ready),
        (Step::Wait, Waiting | Admitted) => Ok(state),
        (Step::Acknowledge | Step::Wait, Left) => Err(StepRefused::Outside),
        (Step::Admit, Waiting) if acknowledged => Ok(Admitted),
        (Step::Admit, Admitted) => Ok(Admitted),
        (Step::Admit, _) => Err(StepRefused::NotWaiting),
    }
}

/// Whether a guest may go to the waiting room. Those who wait or talk are counted, not those who only opened the
/// page, and one place is kept for the booker.
pub fn has_place(people: &[participant::Model], guest: Uuid, booker: Uuid) -> bool {
    let others = || {
        people.iter().filter(|one| {
            one.role == ParticipantRole::Guest
                && one.account_id != guest
                && matches!(one.state, ParticipantState::Waiting | ParticipantState::Admitted)
        })
    };
    let kept = guest != booker && !others().any(|one| one.account_id == booker);
    others().count() + usize::from(kept) < MAX_GUESTS
}

/// Whether this person took note of the notice that is in force.
pub fn has_acknowledged(person: &participant::Model, notice_version: i32) -> bool {
    person.acknowledged_at.is_some() && person.notice_version == Some(notice_version)
}

/// Whether media of this person may flow: acknowledged, admitted, and the session is open.
/// Everything that forwards or records asks here.
pub fn may_send_media(session: SessionState, person: &participant::Model, notice_version: i32) -> bool {
    session == SessionState::Open
        && person.state == ParticipantState::Admitted
        && has_acknowledged(person, notice_version)
}

/// Whether the page may be opened at `now`. An open session can be re-entered past its planned end.
pub fn may_enter_at(
    session: Option<SessionState>,
    window: (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> bool {
    session == Some(SessionState::Open) || (window.0 <= now && now < window.1)
}

/// Whether no officer has been in a session for [`NO_OFFICER`].
pub fn is_abandoned(people: &[participant::Model], now: DateTime<Utc>) -> bool {
    let long_gone = |left_at: Option<DateTime<Utc>>| left_at.is_some_and(|at| now - at >= NO_OFFICER);
    people
        .iter()
        .filter(|person| person.role == ParticipantRole::Officer)
        .all(|officer| officer.state == ParticipantState::Left && long_gone(officer.left_at))
}

/// When the page opens, in the venue's zone.
pub fn window_words(window: (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> Text {
    let (from, until) = (window.0.with_timezone(&zone), window.1.with_timezone(&zone));
    let (day, until_day) = (from.date_naive(), until.date_naive());
    let (from, until) = (from.format("%H:%M").to_string(), until.format("%H:%M").to_string());
    let zone = words::zone_name(zone);
    if day == until_day {
        return words::video::window(day, from, until, zone);
    }
    words::video::window_over_days(day, from, until_day, until, zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use ParticipantRole::{Guest, Officer};
    use ParticipantState::*;
    use proptest::prelude::*;

    #[test]
    fn every_step_from_every_state() {
        use StepRefused::*;
        let table = [
            // state, acknowledged now, step, guest, officer
            (Entered, false, Step::Enter, Ok(Entered), Ok(Entered)),
            (Entered, false, Step::Acknowledge, Ok(Acknowledged), Ok(Acknowledged)),
            (Entered, false, Step::Wait, Err(Unacknowledged), Err(Unacknowledged)),
            (Entered, false, Step::Admit, Err(NotWaiting), Err(NotWaiting)),
            (Acknowledged, true, Step::Enter, Ok(Acknowledged), Ok(Acknowledged)),
            (Acknowledged, false, Step::Enter, Ok(Entered), Ok(Entered)),
            (Acknowledged, true, Step::Wait, Ok(Waiting), Ok(Admitted)),
            (Acknowledged, false, Step::Wait, Err(Unacknowledged), Err(Unacknowledged)),
            (Acknowledged, true, Step::Admit, Err(NotWaiting), Err(NotWaiting)),
            (Waiting, true, Step::Admit, Ok(Admitted), Ok(Admitted)),
            (Waiting, false, Step::Admit, Err(NotWaiting), Err(NotWaiting)),
            (Waiting, true, Step::Wait, Ok(Waiting), Ok(Waiting)),
            (Waiting, true, Step::Enter, Ok(Waiting), Ok(Waiting)),
            (Admitted, true, Step::Enter, Ok(Admitted), Ok(Admitted)),
            (Admitted, false, Step::Enter, Ok(Entered), Ok(Entered)),
            (Admitted, true, Step::Admit, Ok(Admitted), Ok(Admitted)),
            (Admitted, true, Step::Leave, Ok(Left), Ok(Left)),
            (Left, true, Step::Enter, Ok(Acknowledged), Ok(Acknowledged)),
            (Left, false, Step::Enter, Ok(Entered), Ok(Entered)),
            (Left, true, Step::Wait, Err(Outside), Err(Outside)),
            (Left, true, Step::Acknowledge, Err(Outside), Err(Outside)),
            (Left, true, Step::Admit, Err(NotWaiting), Err(NotWaiting)),
            (Left, true, Step::Leave, Ok(Left), Ok(Left)),
        ];
        for (state, acknowledged, step, guest, officer) in table {
            for (role, expected) in [(Guest, guest), (Officer, officer)] {
                let standing = Standing { role, state, acknowledged, resumes: false };
                assert_eq!(after(standing, step), expected, "{standing:?} {step:?}");
            }
        }
    }

    #[test]
    fn whom_the_program_put_out_goes_back_to_their_place() {
        let left = |role, acknowledged| Standing { role, state: Left, acknowledged, resumes: true };
        assert_eq!(after(left(Guest, true), Step::Enter), Ok(Waiting));
        assert_eq!(after(left(Officer, true), Step::Enter), Ok(Admitted));
        assert_eq!(after(left(Guest, false), Step::Enter), Ok(Entered), "a new notice is read first");
        assert_eq!(after(left(Guest, true), Step::Admit), Err(StepRefused::NotWaiting));
    }

    #[test]
    fn guests_are_counted_when_they_wait_and_one_place_is_the_bookers() {
        let account = Uuid::from_u128;
        let guest = |n: u128, state| participant::Model { account_id: account(n), ..person(state, Some(5)) };
        let booker = account(1);
        let four: Vec<_> = (2..6).map(|n| guest(n, if n % 2 == 0 { Waiting } else { Admitted })).collect();
        assert!(!has_place(&four, account(9), booker), "the fifth place is the booker's");
        assert!(has_place(&four, account(2), booker), "who has a place keeps it");
        assert!(has_place(&four, booker, booker));
        let with_booker: Vec<_> = (1..5).map(|n| guest(n, Waiting)).collect();
        assert!(has_place(&with_booker, account(9), booker));
        let five: Vec<_> = (1..6).map(|n| guest(n, Waiting)).collect();
        assert!(!has_place(&five, account(9), booker));
        let looking: Vec<_> =
            (2..20).map(|n| guest(n, if n % 2 == 0 { Entered } else { Acknowledged })).collect();
        assert!(has_place(&looking, account(30), booker), "who only looks takes no place");
        let officers: Vec<_> =
            (2..20).map(|n| participant::Model { role: Officer, ..guest(n, Admitted) }).collect();
        assert!(has_place(&officers, account(30), booker));
    }

    fn walk(role: ParticipantRole, steps: &[Step]) -> Vec<ParticipantState> {
        let (mut state, mut acknowledged, mut seen) = (Entered, false, Vec::new());
        for step in steps {
            if let Ok(next) = after(Standing { role, state, acknowledged, resumes: false }, *step) {
                acknowledged |= *step == Step::Acknowledge;
                state = next;
            }
            seen.push(state);
        }
        seen
    }

    proptest! {
        #[test]
        fn no_one_is_admitted_without_an_acknowledgement_before(
            officer: bool, steps in prop::collection::vec(0..5u8, 0..12),
        ) {
            let role = if officer { Officer } else { Guest };
            let steps: Vec<Step> = steps.iter().map(|n| match n {
                0 => Step::Enter, 1 => Step::Acknowledge, 2 => Step::Wait, 3 => Step::Admit, _ => Step::Leave,
            }).collect();
            let seen = walk(role, &steps);
            if let Some(at) = seen.iter().position(|state| *state == Admitted) {
                prop_assert!(steps[..=at].contains(&Step::Acknowledge));
                prop_assert!(officer || steps[..=at].contains(&Step::Admit));
            }
        }
    }

    fn person(state: ParticipantState, notice: Option<i32>) -> participant::Model {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        participant::Model {
            id: uuid::Uuid::nil(),
            session_id: uuid::Uuid::nil(),
            account_id: uuid::Uuid::nil(),
            name: "林女士".into(),
            role: Guest,
            state,
            notice_version: notice,
            acknowledged_at: notice.map(|_| at),
            waiting_since: None,
            admitted_at: None,
            admitted_by: None,
            left_at: None,
            resumes: false,
            microphone: true,
            camera: true,
        }
    }

    #[test]
    fn media_needs_an_open_session_an_admission_and_the_notice_in_force() {
        for (session, state, notice, may) in [
            (SessionState::Open, Admitted, Some(5), true),
            (SessionState::Open, Admitted, Some(4), false),
            (SessionState::Open, Admitted, None, false),
            (SessionState::Open, Waiting, Some(5), false),
            (SessionState::Open, Left, Some(5), false),
            (SessionState::Waiting, Admitted, Some(5), false),
            (SessionState::Ended, Admitted, Some(5), false),
        ] {
            assert_eq!(
                may_send_media(session, &person(state, notice), 5),
                may,
                "{session:?} {state:?} {notice:?}"
            );
        }
    }

    #[test]
    fn a_session_is_abandoned_ten_minutes_after_its_last_officer() {
        let at = |minute: i64| DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap();
        let left = |role, minute| participant::Model {
            role,
            left_at: Some(at(minute)),
            ..person(ParticipantState::Left, Some(5))
        };
        let here = |role| participant::Model { role, ..person(Admitted, Some(5)) };
        for (people, minute, abandoned) in [
            (vec![here(Officer), here(Guest)], 99, false),
            (vec![left(Officer, 0), here(Guest)], 9, false),
            (vec![left(Officer, 0), here(Guest)], 10, true),
            (vec![left(Officer, 0), left(Guest, 9)], 10, true),
            (vec![left(Officer, 0), left(Officer, 5), here(Guest)], 14, false),
            (vec![left(Officer, 0), left(Officer, 5), here(Guest)], 15, true),
            (vec![left(Officer, 0), here(Officer)], 99, false),
        ] {
            assert_eq!(is_abandoned(&people, at(minute)), abandoned, "{people:?} {minute}");
        }
    }

    #[test]
    fn the_page_opens_in_its_window_and_stays_open_while_people_talk() {
        let at = |minute: i64| DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap();
        let window = (at(0), at(45));
        for (session, minute, may) in [
            (None, -1, false),
            (None, 0, true),
            (Some(SessionState::Waiting), 44, true),
            (Some(SessionState::Waiting), 45, false),
            (Some(SessionState::Open), 50, true),
            (Some(SessionState::Ended), 50, false),
        ] {
            assert_eq!(may_enter_at(session, window, at(minute)), may, "{session:?} {minute}");
        }
    }

    #[test]
    fn the_window_is_said_in_the_zone_of_the_venue() {
        let from = "2026-09-30T05:45:00Z".parse().unwrap();
        let until = "2026-09-30T06:30:00Z".parse().unwrap();
        let said = window_words((from, until), Tz::Asia__Shanghai);
        let [zh, en] = [Language::ZhCn, Language::En].map(|language| said.in_language(language));
        assert_eq!(zh, "2026年9月30日 13:45 至 14:30（北京时间）");
        assert_eq!(en, "30 September 2026, 13:45 to 14:30 (Beijing time)");
        let said = window_words((from, "2026-09-30T20:30:00Z".parse().unwrap()), Tz::Asia__Shanghai);
        let [zh, en] = [Language::ZhCn, Language::En].map(|language| said.in_language(language));
        assert_eq!(zh, "2026年9月30日 13:45 至 2026年10月1日 04:30（北京时间）");
        assert_eq!(en, "30 September 2026, 13:45 to 04:30 on 1 October 2026 (Beijing time)");
    }

    #[test]
    fn a_day_is_the_day_of_the_venue() {
        let at = "2026-09-30T17:00:00Z".parse().unwrap();
        let (from, to) = crate::base::local_time::day_around(Tz::Asia__Shanghai, at);
        assert_eq!(from, "2026-09-30T16:00:00Z".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(to - from, TimeDelta::hours(24));
    }
}
