//! Who is there: whose page listens to its session. In memory only, because a page that listens lives no
//! longer than the process it listens to. Pure: time comes in.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Somebody who is away for so long has left. Long enough for a look into another program on a phone,
/// which silences the page, and for a reload on a bad line.
pub const AWAY: TimeDelta = TimeDelta::minutes(2);

/// The people who entered a session, and the pages that they have open.
#[derive(Debug, Default)]
pub struct Presence(HashMap<Uuid, Seen>);

#[derive(Debug)]
struct Seen {
    session: Uuid,
    pages: u32,
    /// Since when no page of theirs listens; counts only while `pages` is 0.
    away_since: DateTime<Utc>,
}

impl Presence {
    /// Somebody has entered; their page will listen in a moment.
    pub fn entered(&mut self, session: Uuid, participant: Uuid, now: DateTime<Utc>) {
        self.seen(session, participant, now).away_since = now;
    }

    /// A page begins to listen. True if it is the first one.
    pub fn listens(&mut self, session: Uuid, participant: Uuid, now: DateTime<Utc>) -> bool {
        let seen = self.seen(session, participant, now);
        seen.pages += 1;
        seen.pages == 1
    }

    /// A page stops listening. True if it was the last one.
    pub fn stops(&mut self, participant: Uuid, now: DateTime<Utc>) -> bool {
        let Some(seen) = self.0.get_mut(&participant) else { return false };
        seen.pages = seen.pages.saturating_sub(1);
        seen.away_since = now;
        seen.pages == 0
    }

    /// Whether a page of theirs listens.
    pub fn is_here(&self, participant: Uuid) -> bool {
        self.0.get(&participant).is_some_and(|seen| seen.pages > 0)
    }

    /// Who has been away for [`AWAY`]: session and participant.
    pub fn away(&self, now: DateTime<Utc>) -> Vec<(Uuid, Uuid)> {
        let is_away = |seen: &Seen| seen.pages == 0 && now - seen.away_since >= AWAY;
        self.0.iter().filter(|(_, seen)| is_away(seen)).map(|(id, seen)| (seen.session, *id)).collect()
    }

    /// Forgets somebody who left, unless a page of theirs listens again.
    pub fn forget(&mut self, participant: Uuid) {
        if !self.is_here(participant) {
            self.0.remove(&participant);
        }
    }

    fn seen(&mut self, session: Uuid, participant: Uuid, now: DateTime<Utc>) -> &mut Seen {
        self.0.entry(participant).or_insert(Seen { session, pages: 0, away_since: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Uuid = Uuid::from_u128(1);
    const GUEST: Uuid = Uuid::from_u128(2);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn somebody_is_away_two_minutes_after_the_last_page_went() {
        let mut presence = Presence::default();
        presence.entered(SESSION, GUEST, at(0));
        assert!(!presence.is_here(GUEST), "entered, but no page listens yet");
        assert!(presence.listens(SESSION, GUEST, at(1)));
        assert!(!presence.listens(SESSION, GUEST, at(2)), "a second page");
        assert!(!presence.stops(GUEST, at(50)), "one page is left");
        assert_eq!(presence.away(at(500)), []);
        assert!(presence.is_here(GUEST));
        assert!(presence.stops(GUEST, at(500)));
        assert_eq!(presence.away(at(619)), []);
        assert_eq!(presence.away(at(620)), [(SESSION, GUEST)]);
        presence.forget(GUEST);
        assert_eq!(presence.away(at(999)), []);
        assert!(!presence.stops(GUEST, at(999)), "nobody knows them any more");
    }

    #[test]
    fn who_comes_back_in_time_or_enters_again_is_not_away() {
        let mut presence = Presence::default();
        presence.entered(SESSION, GUEST, at(0));
        presence.entered(SESSION, GUEST, at(100));
        assert_eq!(presence.away(at(130)), []);
        presence.listens(SESSION, GUEST, at(200));
        presence.forget(GUEST);
        assert!(presence.is_here(GUEST), "a page listens: not to be forgotten");
    }
}
