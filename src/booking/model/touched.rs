//! Which bookings a correction of the official calendar touches. Pure.

use crate::base::local_time::local_date;
use crate::booking::model::slots::{Plan, Slot};
use crate::directory::model::calendar::DayClass;
use crate::directory::model::calendar_changes::Reclassified;
use chrono::NaiveDate;

/// What a correction means for a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The booking's day at the venue.
    pub date: NaiveDate,
    pub was: DayClass,
    pub is_now: DayClass,
    /// Whether the slot could still be booked by the service's opening hours.
    pub is_open: bool,
}

/// What the corrected `dates` (in order) mean for a slot; nothing if its day is what it was.
pub fn touch(plan: &Plan, slot: &Slot, dates: &[Reclassified]) -> Option<Touch> {
    let date = local_date(plan.zone, slot.starts_at);
    let found = dates.binary_search_by_key(&date, |one| one.date).ok()?;
    let Reclassified { was, is_now, .. } = *dates.get(found)?;
    let slots = plan.slots_on(date, |_| is_now.is_working());
    let is_open = slots.is_ok_and(|slots| slots.iter().any(|open| open.starts_at == slot.starts_at));
    Some(Touch { date, was, is_now, is_open })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::model::slots::Opening;
    use crate::directory::entities::opening_rule::DayKind;
    use crate::directory::model::settings::EVERY_DAY;
    use chrono::TimeDelta;
    use chrono_tz::Asia::Shanghai;

    fn plan() -> Plan {
        // After hours: evenings of working days, whole days otherwise.
        let openings = vec![
            Opening { days: DayKind::Working, weekdays: EVERY_DAY, from: 1080, to: 1440 },
            Opening { days: DayKind::NonWorking, weekdays: EVERY_DAY, from: 480, to: 1440 },
        ];
        Plan {
            zone: Shanghai,
            grid_minutes: 15,
            duration_minutes: 60,
            dense: false,
            openings,
            extra: Vec::new(),
            closed: Vec::new(),
            office: [].into(),
            buffers: (0, 0),
        }
    }

    fn slot(at: &str) -> Slot {
        let starts_at = at.parse().unwrap();
        Slot { starts_at, ends_at: starts_at + TimeDelta::hours(1) }
    }

    #[test]
    fn a_slot_is_touched_on_its_day_at_the_venue_and_may_have_lost_its_opening_hours() {
        let date = |date: &str| date.parse::<NaiveDate>().unwrap();
        let dates = [
            Reclassified {
                date: date("2027-02-20"),
                was: DayClass::Weekend,
                is_now: DayClass::MakeupWorkday,
            },
            Reclassified { date: date("2027-02-22"), was: DayClass::Workday, is_now: DayClass::Holiday },
        ];
        for (at, expected) in [
            // 10:00 in the office's morning, and 19:00.
            ("2027-02-20T02:00:00Z", Some(("2027-02-20", false))),
            ("2027-02-20T11:00:00Z", Some(("2027-02-20", true))),
            // The evening stays open on a holiday.
            ("2027-02-22T11:00:00Z", Some(("2027-02-22", true))),
            // Still the 20th in UTC, the 21st at the venue.
            ("2027-02-20T16:00:00Z", None),
            ("2027-02-19T16:00:00Z", Some(("2027-02-20", false))),
        ] {
            let found =
                touch(&plan(), &slot(at), &dates).map(|touch| (touch.date.to_string(), touch.is_open));
            assert_eq!(found, expected.map(|(date, open)| (date.to_owned(), open)), "{at}");
        }
    }
}
