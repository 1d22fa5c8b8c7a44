//! What terms would have done to requests of the past. Pure: bookings that were requested in, how many of them the terms
//! would have refused, and by which rule, out.
//!
//! What is known is what stands in the rows today. So a party has the credit tier that it has now, a booking has the
//! time to which it was moved, and ended when its row last changed. Who was refused then left no row: terms that let more
//! in than those in force show here only by bookings that were made against them.

use crate::booking::model::slots::Slot;
use crate::booking::model::state::{LIVE, keeps_place};
use crate::booking::model::why_not::{Booked, Facts, Rule, Whom};
use crate::booking::store::entities::booking::{BookingState, Channel};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// So many are named of those that would have been refused.
pub const MOST_NAMED: usize = 20;

/// A booking that was requested, as the past has it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRequest {
    pub id: Uuid,
    pub reference: String,
    pub service_id: Uuid,
    /// The enterprise, or the person who booked for themselves.
    pub party: Uuid,
    /// With the tier that the enterprise has now.
    pub whom: Whom,
    pub slot: Slot,
    /// For how many persons.
    pub people: i32,
    pub state: BookingState,
    /// By which way it came.
    pub channel: Channel,
    pub applied_at: DateTime<Utc>,
    /// When its row last changed.
    pub changed_at: DateTime<Utc>,
    /// Until when a written explanation was due, and when it came.
    pub explain_by: Option<DateTime<Utc>>,
    pub explained_at: Option<DateTime<Utc>>,
}

impl PastRequest {
    fn stood(&self, at: DateTime<Utc>) -> bool {
        self.applied_at < at && (LIVE.contains(&self.state) || self.changed_at > at)
    }

    /// What counts in a period, also when it is done.
    fn counted(&self, at: DateTime<Utc>) -> bool {
        self.applied_at < at && (keeps_place(self.state) || self.changed_at > at)
    }
}

/// What two sets of terms say of the requests of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tried {
    /// So many requests were looked at.
    pub requests: usize,
    pub now: Refused,
    pub then: Refused,
    /// Refused by the terms that are tried, and not by those in force; the latest first, some of them.
    pub newly_refused: Vec<(PastRequest, Vec<Rule>)>,
    pub newly_refused_count: usize,
    /// The other way round.
    pub newly_allowed_count: usize,
}

/// How many requests some terms refuse.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Refused {
    pub count: usize,
    /// By rule; a request is counted with each that stands in its way.
    pub by_rule: BTreeMap<Rule, usize>,
}

impl Refused {
    fn add(&mut self, rules: &[Rule]) {
        self.count += usize::from(!rules.is_empty());
        for rule in rules {
            *self.by_rule.entry(*rule).or_default() += 1;
        }
    }
}

/// Asks the terms in force (`now`) and those that are tried (`then`) about each request of a service since `from`. `all`
/// are the requests of all services, from long enough before.
pub fn tried(
    all: &[PastRequest],
    service: Uuid,
    from: DateTime<Utc>,
    now: impl Fn(&PastRequest, &Facts) -> Vec<Rule>,
    then: impl Fn(&PastRequest, &Facts) -> Vec<Rule>,
) -> Tried {
    let mut by_party: HashMap<Uuid, Vec<&PastRequest>> = HashMap::new();
    for one in all {
        by_party.entry(one.party).or_default().push(one);
    }
    let mut asked: Vec<&PastRequest> =
        all.iter().filter(|one| one.service_id == service && one.applied_at >= from).collect();
    asked.sort_by_key(|one| std::cmp::Reverse(one.applied_at));
    let mut tried = Tried { requests: asked.len(), ..Tried::default() };
    for one in asked {
        let facts = facts_of(one, by_party.get(&one.party).map_or(&[], Vec::as_slice));
        let (before, after) = (now(one, &facts), then(one, &facts));
        tried.now.add(&before);
        tried.then.add(&after);
        match (before.is_empty(), after.is_empty()) {
            (true, false) => {
                tried.newly_refused_count += 1;
                if tried.newly_refused.len() < MOST_NAMED {
                    tried.newly_refused.push((one.clone(), after));
                }
            }
            (false, true) => tried.newly_allowed_count += 1,
            _ => {}
        }
    }
    tried
}

/// What was known of a party when it applied.
fn facts_of(asked: &PastRequest, of_party: &[&PastRequest]) -> Facts {
    let at = asked.applied_at;
    let others = || of_party.iter().filter(|other| other.id != asked.id);
    let of_service = || others().filter(|other| other.service_id == asked.service_id);
    let stood = || of_service().filter(|other| other.stood(at));
    let missed = |other: &&&PastRequest| other.state == BookingState::NoShow && other.changed_at <= at;
    let owed = |other: &&&PastRequest| other.changed_at <= at || other.explained_at.is_some();
    let not_come = |other: &&&PastRequest| other.explained_at.is_none_or(|explained| explained > at);
    Facts {
        whom: asked.whom,
        live: Some(i64::try_from(stood().count()).unwrap_or(i64::MAX)),
        booked: of_service()
            .filter(|other| other.counted(at))
            .map(|other| Booked { starts_at: other.slot.starts_at, people: other.people })
            .collect(),
        busy: others().filter(|other| other.stood(at)).map(|other| other.slot).collect(),
        no_shows: of_service().filter(missed).map(|other| other.slot.starts_at).collect(),
        unexplained: of_service()
            .filter(owed)
            .filter(not_come)
            .filter_map(|other| other.explain_by)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::hours(hour)
    }

    fn request(id: u128, party: u128, applied: i64, starts: i64, state: BookingState) -> PastRequest {
        PastRequest {
            id: Uuid::from_u128(id),
            reference: format!("R{id}"),
            service_id: Uuid::from_u128(1),
            party: Uuid::from_u128(party),
            whom: Whom::Person,
            slot: Slot { starts_at: at(starts), ends_at: at(starts + 1) },
            people: 1,
            state,
            applied_at: at(applied),
            changed_at: at(starts),
            channel: Channel::Online,
            explain_by: None,
            explained_at: None,
        }
    }

    fn none(_: &PastRequest, _: &Facts) -> Vec<Rule> {
        Vec::new()
    }

    #[test]
    fn each_request_is_asked_about_with_what_was_known_when_it_was_made() {
        use BookingState::{Accepted, Cancelled, Completed, NoShow};
        let all = [
            request(1, 7, 0, 10, Completed),
            request(2, 7, 5, 30, NoShow),
            request(3, 7, 6, 12, Cancelled),
            request(4, 7, 20, 40, Accepted),
            request(5, 8, 21, 41, Accepted),
            PastRequest { service_id: Uuid::from_u128(2), ..request(6, 7, 19, 40, Accepted) },
        ];
        let known = |id: usize| {
            let of_party: Vec<&PastRequest> =
                all.iter().filter(|one| one.party == Uuid::from_u128(7)).collect();
            facts_of(&all[id - 1], &of_party)
        };
        // At hour 5 the first stood; at hour 20 it was done, the third was cancelled, the second yet to come.
        assert_eq!((known(2).live, known(2).booked.len()), (Some(1), 1));
        assert_eq!((known(4).live, known(4).booked.len(), known(4).busy.len()), (Some(1), 2, 2));
        assert!(known(4).no_shows.is_empty(), "nobody had missed anything yet");
        let later = request(9, 7, 31, 50, Accepted);
        assert_eq!(facts_of(&later, &all.iter().collect::<Vec<_>>()).no_shows, [at(30)]);
    }

    #[test]
    fn what_is_newly_refused_and_newly_allowed_is_told_apart() {
        use BookingState::Completed;
        let all: Vec<_> = (0..30).map(|n| request(n, n, n as i64, 100 + n as i64, Completed)).collect();
        let odd = |one: &PastRequest, _: &Facts| {
            let is_odd = one.id.as_u128() % 2 == 1;
            if is_odd { vec![Rule::LeadTime, Rule::QuotaReached] } else { Vec::new() }
        };
        let found = tried(&all, Uuid::from_u128(1), at(2), none, odd);
        assert_eq!((found.requests, found.now.count, found.then.count), (28, 0, 14));
        assert_eq!(found.then.by_rule, [(Rule::LeadTime, 14), (Rule::QuotaReached, 14)].into());
        assert_eq!((found.newly_refused_count, found.newly_allowed_count), (14, 0));
        assert_eq!(found.newly_refused[0].0.reference, "R29", "the latest first");
        let back = tried(&all, Uuid::from_u128(1), at(0), odd, none);
        assert_eq!((back.newly_refused_count, back.newly_allowed_count), (0, 15));
        assert_eq!(tried(&all, Uuid::from_u128(1), at(0), odd, odd).newly_refused, []);
        assert_eq!(tried(&all, Uuid::from_u128(2), at(0), none, odd).requests, 0);
    }
}
