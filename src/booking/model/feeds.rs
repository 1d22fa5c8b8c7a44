//! Calendars behind secret addresses: who may have which, whether one is still good, and what it makes of a booking.
//! Pure.

use crate::auth::Right;
use crate::auth::entities::account::{self, Membership, Role};
use crate::auth::entities::enterprise::{self, EnterpriseState};
use crate::auth::model::role_has;
use crate::booking::log::BookedStage;
use crate::booking::store::entities::appointment;
use crate::booking::store::entities::booking::{self, BookingState};
use crate::booking::store::entities::calendar_feed::{self, Covers};
use crate::notify::model::ics::Status;
use chrono::TimeDelta;

/// So many addresses somebody may have at a time: a telephone, a tablet, a computer or two.
pub const MOST_FEEDS: u64 = 5;
/// So many appointments are in one calendar at most; those that come first are.
pub const MOST_APPOINTMENTS: u64 = 1000;
/// For so long what is over stays in it, and what was cancelled stands there as that: in calendars that were not
/// opened for some days it would otherwise vanish without a word.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// How often programs are told to ask again.
pub const REFRESH_MINUTES: u32 = 60;
/// A reading is noted once in this time.
pub const NOTED_ONCE_IN: TimeDelta = TimeDelta::hours(1);
/// Longest note of what an address is for, in characters.
pub const LONGEST_LABEL: usize = 40;

/// What somebody of a role may have, the usual first.
pub fn may_have(role: Role, is_of_enterprise: bool) -> Vec<Covers> {
    let bookers = if is_of_enterprise { Covers::Enterprise } else { Covers::Own };
    [(Covers::Desk, Right::HandleBookings), (Covers::Office, Right::FollowOffice), (bookers, Right::Book)]
        .into_iter()
        .filter(|(_, right)| role_has(role, *right))
        .map(|(covers, _)| covers)
        .collect()
}

/// Whether its maker may still see what it shows. Somebody who came back to an enterprise makes a new one: the address
/// that they had taken with them stays dead.
pub fn is_good(
    feed: &calendar_feed::Model,
    maker: &account::Model,
    enterprise: Option<&enterprise::Model>,
) -> bool {
    let is_member = || {
        maker.enterprise_id == feed.enterprise_id
            && maker.membership == Some(Membership::Approved)
            && maker.member_since == feed.member_since
            && enterprise.is_some_and(|enterprise| enterprise.state == EnterpriseState::Approved)
    };
    let is_of_enterprise = feed.covers == Covers::Enterprise;
    feed.revoked_at.is_none()
        && maker.active
        && may_have(maker.role, is_of_enterprise).contains(&feed.covers)
        && (!is_of_enterprise || is_member())
}

/// What calendars make of a booking in this state; a hold is not in them.
pub fn status(state: BookingState) -> Option<Status> {
    match state {
        BookingState::Held => None,
        BookingState::Requested => Some(Status::Tentative),
        BookingState::Accepted | BookingState::CheckedIn | BookingState::Completed | BookingState::NoShow => {
            Some(Status::Confirmed)
        }
        BookingState::Refused | BookingState::Cancelled | BookingState::Expired => Some(Status::Cancelled),
    }
}

/// The stages of a booking that stand in the office's calendars, each by itself: all of them, or in an officer's own those
/// that they hold, and of what they have accepted those that nobody holds. None: it is shown as one, because it has no
/// stages, or because it is a booker's, who has one booking and one invitation.
pub fn one_by_one(
    feed: &calendar_feed::Model,
    row: &booking::Model,
    all: &[appointment::Model],
) -> Option<Vec<BookedStage>> {
    let accepted = row.officer_id == Some(feed.account_id);
    let is_theirs = |one: &&appointment::Model| match one.officer_id {
        Some(officer) => officer == feed.account_id,
        None => accepted,
    };
    let shown: Vec<appointment::Model> = match feed.covers {
        Covers::Enterprise | Covers::Own => return None,
        _ if all.iter().all(|one| one.stage.is_none()) => return None,
        Covers::Office => all.to_vec(),
        Covers::Desk => all.iter().filter(is_theirs).cloned().collect(),
    };
    Some(BookedStage::of(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;
    use crate::booking::model::state::tests::row;
    use crate::booking::store::entities::appointment::Site;
    use crate::directory::entities::service_stage::Stage;
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn maker(role: Role, enterprise_id: Option<Uuid>) -> account::Model {
        account::Model {
            id: Uuid::from_u128(1),
            login: "lin".into(),
            password_hash: String::new(),
            name: "林女士".into(),
            role,
            enterprise_id,
            membership: enterprise_id.map(|_| Membership::Approved),
            member_since: enterprise_id.map(|_| at("2026-01-01T00:00:00Z")),
            badge_no: None,
            email: None,
            mobile: None,
            locale: Language::ZhCn,
            active: true,
            created_at: at("2026-01-01T00:00:00Z"),
        }
    }

    fn feed(covers: Covers, enterprise_id: Option<Uuid>) -> calendar_feed::Model {
        calendar_feed::Model {
            id: Uuid::from_u128(2),
            account_id: Uuid::from_u128(1),
            enterprise_id,
            member_since: enterprise_id.map(|_| at("2026-01-01T00:00:00Z")),
            covers,
            label: None,
            token_hash: Vec::new(),
            created_at: at("2026-11-01T00:00:00Z"),
            revoked_at: None,
            last_read_at: None,
        }
    }

    fn enterprise(state: EnterpriseState) -> enterprise::Model {
        enterprise::Model {
            id: Uuid::from_u128(3),
            name: "雪原样例粮油".into(),
            uscc: String::new(),
            contact_name: String::new(),
            contact_mobile: String::new(),
            contact_email: String::new(),
            state,
            reason: None,
            created_at: at("2026-01-01T00:00:00Z"),
            decided_at: None,
            decided_by: None,
            name_key: String::new(),
            credit_tier: Default::default(),
        }
    }

    #[test]
    fn each_role_has_its_calendars() {
        use Covers::*;
        for (role, of_enterprise, expected) in [
            (Role::Member, true, vec![Enterprise]),
            (Role::Agent, true, vec![Enterprise]),
            (Role::Traveller, false, vec![Own]),
            (Role::Officer, false, vec![Desk]),
            (Role::Chief, false, vec![Desk, Office]),
            (Role::Auditor, false, vec![]),
            (Role::Supervisor, false, vec![]),
            (Role::AdminSystem, false, vec![]),
        ] {
            assert_eq!(may_have(role, of_enterprise), expected, "{role:?}");
        }
    }

    #[test]
    fn an_officers_own_calendar_has_the_stages_they_hold_and_those_of_what_they_accepted_that_nobody_holds() {
        use Stage::{Declaration, Inspection, Release};
        let (own, other) = (Uuid::from_u128(1), Uuid::from_u128(9));
        let start = at("2026-11-24T11:00:00Z");
        let stage = |stage, officer_id| appointment::Model {
            id: Uuid::nil(),
            booking_id: Uuid::nil(),
            position: 0,
            stage,
            site: Site::Office,
            starts_at: start,
            ends_at: start,
            began_at: None,
            ended_at: None,
            officer_id,
        };
        let three = [
            stage(Some(Declaration), None),
            stage(Some(Inspection), Some(own)),
            stage(Some(Release), Some(other)),
        ];
        let whole = [stage(None, None)];
        let of = |covers, accepted: Option<Uuid>, all: &[appointment::Model]| {
            let booking = booking::Model { officer_id: accepted, ..row(BookingState::Accepted, start) };
            let shown = one_by_one(&feed(covers, None), &booking, all);
            shown.map(|stages| stages.into_iter().map(|one| one.stage).collect::<Vec<_>>())
        };
        for (covers, accepted, expected) in [
            (Covers::Desk, None, Some(vec![Inspection])),
            (Covers::Desk, Some(other), Some(vec![Inspection])),
            (Covers::Desk, Some(own), Some(vec![Declaration, Inspection])),
            (Covers::Office, None, Some(vec![Declaration, Inspection, Release])),
            (Covers::Enterprise, Some(own), None),
            (Covers::Own, None, None),
        ] {
            assert_eq!(of(covers, accepted, &three), expected, "{covers:?} {accepted:?}");
            assert_eq!(of(covers, accepted, &whole), None, "{covers:?}");
        }
    }

    #[test]
    fn an_address_is_as_good_as_its_makers_rights() {
        let own = Some(Uuid::from_u128(3));
        let of = feed(Covers::Enterprise, own);
        let lin = maker(Role::Member, own);
        let good = |feed: &_, maker: &_, state| is_good(feed, maker, Some(&enterprise(state)));
        assert!(good(&of, &lin, EnterpriseState::Approved));
        assert!(!good(&of, &lin, EnterpriseState::Refused));
        assert!(!is_good(&of, &lin, None));
        let change = |change: fn(&mut account::Model)| {
            let mut lin = lin.clone();
            change(&mut lin);
            good(&of, &lin, EnterpriseState::Approved)
        };
        assert!(!change(|lin| lin.active = false));
        assert!(!change(|lin| lin.membership = Some(Membership::Ended)));
        assert!(!change(|lin| lin.enterprise_id = Some(Uuid::from_u128(4))));
        assert!(!change(|lin| lin.member_since = Some("2026-11-02T00:00:00Z".parse().unwrap())));
        let mut revoked = of.clone();
        revoked.revoked_at = Some(at("2026-11-03T00:00:00Z"));
        assert!(!good(&revoked, &lin, EnterpriseState::Approved));

        for (role, covers, expected) in [
            (Role::Chief, Covers::Office, true),
            (Role::Officer, Covers::Office, false),
            (Role::Officer, Covers::Desk, true),
            (Role::Auditor, Covers::Desk, false),
            (Role::Traveller, Covers::Own, true),
        ] {
            assert_eq!(
                is_good(&feed(covers, None), &maker(role, None), None),
                expected,
                "{role:?} {covers:?}"
            );
        }
    }
}
