//! Which of the seats of a slot, and of a day's quota, somebody may have, by the way in which they book. Pure. What is kept
//! for callers and for the counter are seats of their own, the highest of the usual ones: so online and desk rarely want
//! the same seat, and what was booked before seats were kept (from the lowest on) takes none of them.

use crate::base::local_time::instant;
use crate::booking::store::entities::booking::Channel;
use crate::directory::model::{KeptFor, QuotaShares, Shares};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use std::ops::Range;

/// Seats of a resource in parts, those first that are to be taken first; parts may be empty.
pub type Parts = [Range<i32>; 4];

/// As many seats there are: as ever, and with what was announced beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    pub usual: i32,
    pub all: i32,
}

/// Places that are free, and kept for who books in another way until a set time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// From then on they are everybody's.
    pub until: DateTime<Utc>,
    /// So many a caller could have now; none where callers are who asks.
    pub phone: i32,
    pub counter: i32,
}

/// From when on the seats of a slot that are kept are everybody's.
pub fn released_at(shares: &Shares, starts_at: DateTime<Utc>) -> DateTime<Utc> {
    starts_at - TimeDelta::minutes(i64::from(shares.released_minutes_before))
}

/// The same of a day's quota. Of a day beyond all calendars nothing is kept.
pub fn quota_released_at(shares: &QuotaShares, zone: Tz, date: NaiveDate) -> DateTime<Utc> {
    let days = Days::new(u64::try_from(shares.released_days_before).unwrap_or(0));
    let at = date.checked_sub_days(days).and_then(|day| instant(zone, day, shares.released_at_minute));
    at.unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The seats of something, some of which are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    common: Range<i32>,
    phone: Range<i32>,
    counter: Range<i32>,
    beside: Range<i32>,
}

impl Split {
    /// Where there are fewer seats than are kept, the counter's share comes first.
    pub fn of(kept: KeptFor, seats: Seats) -> Self {
        let usual = seats.usual.max(0).min(seats.all.max(0));
        let counter = kept.counter.max(0).min(usual);
        let phone = kept.phone.max(0).min(usual - counter);
        let common = 0..usual - counter - phone;
        Self {
            phone: common.end..common.end + phone,
            counter: common.end + phone..usual,
            beside: usual..seats.all.max(usual),
            common,
        }
    }

    /// The seats that somebody may take who books by `channel`.
    pub fn parts(&self, channel: Channel, released: bool) -> Parts {
        let Self { common, phone, counter, beside } = self.clone();
        let (own, other) = match channel {
            // Nothing is kept for it; of what was released it takes last.
            Channel::Online if released => return [common, beside, phone, counter],
            Channel::Online => return [common, beside, 0..0, 0..0],
            Channel::Phone => (phone, counter),
            Channel::Counter => (counter, phone),
        };
        [own, common, beside, if released { other } else { 0..0 }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const CHANNELS: [Channel; 3] = [Channel::Online, Channel::Phone, Channel::Counter];

    fn set(parts: &Parts) -> BTreeSet<i32> {
        parts.iter().cloned().flatten().collect()
    }

    #[test]
    fn two_of_six_for_callers_and_one_for_the_counter() {
        let shares = Shares { phone: 2, counter: 1, released_minutes_before: 120 };
        let seats = Seats { usual: 6, all: 8 };
        let of = |channel, released| Split::of(shares.kept_for(), seats).parts(channel, released);
        assert_eq!(of(Channel::Online, false), [0..3, 6..8, 0..0, 0..0]);
        assert_eq!(of(Channel::Online, true), [0..3, 6..8, 3..5, 5..6]);
        assert_eq!(of(Channel::Phone, false), [3..5, 0..3, 6..8, 0..0]);
        assert_eq!(of(Channel::Phone, true), [3..5, 0..3, 6..8, 5..6]);
        assert_eq!(of(Channel::Counter, false), [5..6, 0..3, 6..8, 0..0]);
        let at: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        assert_eq!(released_at(&shares, at).to_rfc3339(), "2026-11-24T01:00:00+00:00");
    }

    #[test]
    fn of_a_day_all_is_released_at_one_time_by_the_clocks_of_the_venue() {
        let at = |zone: Tz, date: &str, days, minute| {
            let shares =
                QuotaShares { phone: 1, counter: 1, released_days_before: days, released_at_minute: minute };
            quota_released_at(&shares, zone, date.parse().unwrap())
        };
        let (shanghai, berlin) = (chrono_tz::Asia::Shanghai, chrono_tz::Europe::Berlin);
        for (zone, date, days, minute, expected) in [
            (shanghai, "2026-11-24", 1, 18 * 60, "2026-11-23T10:00:00Z"),
            (shanghai, "2026-11-24", 0, 8 * 60 + 30, "2026-11-24T00:30:00Z"),
            (shanghai, "2026-11-24", 0, 0, "2026-11-23T16:00:00Z"),
            (shanghai, "2027-01-01", 31, 0, "2026-11-30T16:00:00Z"),
            // Wall-clock time on either side of a change of the clocks, and one that is skipped.
            (berlin, "2026-03-29", 1, 18 * 60, "2026-03-28T17:00:00Z"),
            (berlin, "2026-03-30", 1, 18 * 60, "2026-03-29T16:00:00Z"),
            (berlin, "2026-03-29", 0, 2 * 60 + 30, "2026-03-29T01:00:00Z"),
        ] {
            let expected: DateTime<Utc> = expected.parse().unwrap();
            assert_eq!(at(zone, date, days, minute), expected, "{date} {days} {minute}");
        }
        let shares = QuotaShares::default();
        assert_eq!(quota_released_at(&shares, shanghai, NaiveDate::MAX), DateTime::<Utc>::MIN_UTC);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_had_by_whom_it_is_kept_for_and_by_nobody_else(
            (usual, beside) in (0i32..40, 0i32..10),
            (phone, counter) in (-2i32..20, -2i32..20),
        ) {
            let shares = Shares { phone, counter, released_minutes_before: 0 };
            let seats = Seats { usual, all: usual + beside };
            let all: BTreeSet<i32> = (0..usual + beside).collect();
            let split = Split::of(shares.kept_for(), seats);
            for channel in CHANNELS {
                let (before, after) = (split.parts(channel, false), split.parts(channel, true));
                let count = |parts: &Parts| parts.iter().map(|part| part.len()).sum::<usize>();
                // No seat is in two parts, and once all is released everybody draws from everything.
                prop_assert_eq!(count(&before), set(&before).len());
                prop_assert_eq!(count(&after), set(&after).len());
                prop_assert_eq!(&set(&after), &all);
                prop_assert!(set(&before).is_subset(&all));
            }
            let of = |channel| set(&split.parts(channel, false));
            let [online, by_phone, at_counter] = CHANNELS.map(of);
            let kept = shares.kept().min(usual);
            prop_assert_eq!(online.len() as i32, usual + beside - kept);
            // Online and the desk share what is common, and nothing else.
            prop_assert_eq!(&(&by_phone & &at_counter), &online);
            prop_assert_eq!(&(&by_phone | &at_counter), &all);
        }

        #[test]
        fn whatever_comes_in_whichever_order_each_has_at_least_its_share(
            (usual, beside) in (0i32..12, 0i32..4),
            (phone, counter) in (0i32..6, 0i32..6),
            callers in prop::collection::vec(0usize..3, 0..40),
        ) {
            let shares = Shares { phone, counter, released_minutes_before: 0 };
            let seats = Seats { usual, all: usual + beside };
            let split = Split::of(shares.kept_for(), seats);
            let (mut taken, mut had, mut refused) = (BTreeSet::new(), [0; 3], [false; 3]);
            for who in callers {
                let free = split.parts(CHANNELS[who], false).into_iter().flatten().find(|seat| !taken.contains(seat));
                match free {
                    Some(seat) => {
                        taken.insert(seat);
                        had[who] += 1;
                    }
                    None => refused[who] = true,
                }
            }
            prop_assert!(had[0] <= (usual + beside - shares.kept().min(usual)));
            // The counter's share comes first where there are fewer seats than are kept.
            let counter = counter.min(usual);
            let shares = [0, phone.min(usual - counter), counter];
            for who in 0..3 {
                prop_assert!(!refused[who] || had[who] >= shares[who]);
            }
        }
    }
}
