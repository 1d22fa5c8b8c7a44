//! How soon requests were decided: at once, on the same day or later (当时, 当日, 及时), and whether within the term that
//! the service promises. By the working days of the official calendar. Pure.

use crate::base::local_time::{local_date, midnight};
use crate::booking::model::figures::{Durations, durations_beside};
use crate::directory::model::calendar::{Calendar, add_working_days};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Who is answered so soon was answered while they were there.
pub const AT_ONCE: TimeDelta = TimeDelta::minutes(10);

/// When something was requested, and what became of that.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub requested_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Of the appointment.
    pub starts_at: DateTime<Utc>,
}

/// What the requests of a service came to. Who cancelled before a decision is not among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decisions {
    pub requested: i64,
    pub at_once: i64,
    pub same_day: i64,
    pub later: i64,
    /// May still be decided in time.
    pub waiting: i64,
    /// The appointment began, and nobody had decided.
    pub undecided_by_start: i64,
    /// Within the promised term, of how many of which that is known.
    pub in_term: (i64, i64),
    /// From request to decision.
    pub took: Option<Durations>,
}

impl Decisions {
    pub fn decided(&self) -> i64 {
        self.at_once + self.same_day + self.later
    }
}

/// Counts the requests of a service one by one.
#[derive(Clone, Debug)]
pub struct Tally<'a> {
    calendar: &'a Calendar,
    zone: Tz,
    /// In working days; none: nothing is promised.
    promised: Option<u32>,
    now: DateTime<Utc>,
    counts: Decisions,
    by_program: usize,
    took: Vec<TimeDelta>,
}

impl<'a> Tally<'a> {
    pub fn new(calendar: &'a Calendar, zone: Tz, promised: Option<u32>, now: DateTime<Utc>) -> Self {
        let (counts, took) = (Decisions::default(), Vec::new());
        Self { calendar, zone, promised, now, counts, by_program: 0, took }
    }

    /// Requests that were decided as they came.
    pub fn add_decided_as_they_came(&mut self, number: i64) {
        self.counts.requested += number;
        self.counts.at_once += number;
        self.by_program += usize::try_from(number).unwrap_or_default();
        if self.promised.is_some() {
            self.counts.in_term.0 += number;
            self.counts.in_term.1 += number;
        }
    }

    pub fn add(&mut self, request: Request) {
        self.counts.requested += 1;
        let has_begun = request.starts_at <= self.now;
        match request.decided_at {
            Some(decided_at) => {
                match self.speed(request.requested_at, decided_at) {
                    Speed::AtOnce => self.counts.at_once += 1,
                    Speed::SameDay => self.counts.same_day += 1,
                    Speed::Later => self.counts.later += 1,
                }
                self.took.push(decided_at - request.requested_at);
                self.counts.undecided_by_start += i64::from(request.starts_at < decided_at);
            }
            None if has_begun => self.counts.undecided_by_start += 1,
            None => self.counts.waiting += 1,
        }
        let Some(until) = self.until(request.requested_at) else { return };
        let in_term = request.decided_at.is_some_and(|at| at < until);
        let is_known = request.decided_at.is_some() || has_begun || until <= self.now;
        self.counts.in_term.0 += i64::from(in_term);
        self.counts.in_term.1 += i64::from(is_known);
    }

    pub fn finish(self) -> Decisions {
        Decisions { took: durations_beside(self.by_program, self.took), ..self.counts }
    }

    fn speed(&self, requested_at: DateTime<Utc>, decided_at: DateTime<Utc>) -> Speed {
        if decided_at - requested_at <= AT_ONCE {
            return Speed::AtOnce;
        }
        let date = local_date(self.zone, requested_at);
        // Where nobody knows which days are worked, it came on the day on which it came.
        let came_on = self.came_on(date).unwrap_or(date);
        if local_date(self.zone, decided_at) <= came_on { Speed::SameDay } else { Speed::Later }
    }

    /// The working day on which it came: of a day off the next one. None where nobody knows.
    fn came_on(&self, date: NaiveDate) -> Option<NaiveDate> {
        match self.calendar.is_working(date)? {
            true => Some(date),
            false => add_working_days(self.calendar, date, 1).ok(),
        }
    }

    /// When the promised term is over; none where nothing is promised, or nobody knows.
    fn until(&self, requested_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let came_on = self.came_on(local_date(self.zone, requested_at))?;
        let last = add_working_days(self.calendar, came_on, self.promised?).ok()?;
        Some(midnight(self.zone, last.succ_opt()?))
    }
}

enum Speed {
    AtOnce,
    SameDay,
    Later,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::model::calendar_file;
    use chrono_tz::Asia::Shanghai;

    fn calendar() -> Calendar {
        let file = calendar_file::read(include_bytes!("../../directory/data/cn_holidays.csv")).unwrap();
        Calendar { published: file.years, changes: file.days }
    }

    fn at(local: &str) -> DateTime<Utc> {
        format!("{local}:00+08:00").parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
    }

    /// What one request comes to that is decided then, of a service that promises so many working days.
    fn of(requested: &str, decided: Option<&str>, promised: Option<u32>) -> Decisions {
        let calendar = calendar();
        let mut tally = Tally::new(&calendar, Shanghai, promised, at("2026-12-31T12:00"));
        let starts_at = at("2027-01-15T10:00");
        tally.add(Request { requested_at: at(requested), decided_at: decided.map(at), starts_at });
        tally.finish()
    }

    #[test]
    fn a_decision_is_at_once_on_the_same_working_day_or_later() {
        for (requested, decided, speed) in [
            ("2026-11-23T10:00", "2026-11-23T10:10", (1, 0, 0)),
            ("2026-11-23T10:00", "2026-11-23T10:11", (0, 1, 0)),
            ("2026-11-23T10:00", "2026-11-24T00:00", (0, 0, 1)),
            // Ten minutes are at once across midnight too.
            ("2026-11-23T23:55", "2026-11-24T00:05", (1, 0, 0)),
            // Saturday: it came on Monday.
            ("2026-11-21T10:00", "2026-11-22T10:00", (0, 1, 0)),
            ("2026-11-21T10:00", "2026-11-23T23:59", (0, 1, 0)),
            ("2026-11-21T10:00", "2026-11-24T00:00", (0, 0, 1)),
            // A make-up Saturday is a working day; the first day of nine of holiday is none.
            ("2026-02-14T10:00", "2026-02-15T10:00", (0, 0, 1)),
            ("2026-02-15T10:00", "2026-02-24T10:00", (0, 1, 0)),
            // Of 2027 nobody knows.
            ("2027-01-02T10:00", "2027-01-02T20:00", (0, 1, 0)),
            ("2027-01-02T10:00", "2027-01-03T10:00", (0, 0, 1)),
        ] {
            let found = of(requested, Some(decided), None);
            assert_eq!((found.at_once, found.same_day, found.later), speed, "{requested} {decided}");
            assert_eq!((found.decided(), found.in_term), (1, (0, 0)));
        }
    }

    #[test]
    fn a_term_is_kept_until_the_end_of_its_last_working_day() {
        for (requested, decided, promised, expected) in [
            ("2026-11-23T10:00", Some("2026-11-23T23:59"), 0, (1, 1)),
            ("2026-11-23T10:00", Some("2026-11-24T00:00"), 0, (0, 1)),
            ("2026-11-23T10:00", Some("2026-11-24T23:59"), 1, (1, 1)),
            ("2026-11-20T10:00", Some("2026-11-23T10:00"), 1, (1, 1)),
            // It came on Monday, and one working day later is Tuesday.
            ("2026-11-21T10:00", Some("2026-11-24T23:59"), 1, (1, 1)),
            ("2026-11-21T10:00", Some("2026-11-25T00:00"), 1, (0, 1)),
            // Nobody decided: the term is over, or runs on.
            ("2026-12-28T10:00", None, 2, (0, 1)),
            ("2026-12-31T10:00", None, 0, (0, 0)),
            // It runs into a year whose calendar is missing.
            ("2026-12-30T10:00", Some("2026-12-30T12:00"), 3, (0, 0)),
        ] {
            let found = of(requested, decided, Some(promised));
            assert_eq!(found.in_term, expected, "{requested} {decided:?} {promised}");
        }
    }

    #[test]
    fn what_nobody_decided_by_its_start_is_told_as_that() {
        let calendar = calendar();
        let mut tally = Tally::new(&calendar, Shanghai, Some(5), at("2026-11-24T12:00"));
        tally.add_decided_as_they_came(3);
        let requested_at = at("2026-11-23T10:00");
        for (starts, decided) in [
            ("2026-11-24T11:00", None),
            ("2026-11-24T11:00", Some("2026-11-24T11:30")),
            ("2026-11-24T13:00", None),
            ("2026-11-24T13:00", Some("2026-11-23T11:00")),
        ] {
            tally.add(Request { requested_at, decided_at: decided.map(at), starts_at: at(starts) });
        }
        let found = tally.finish();
        assert_eq!((found.requested, found.undecided_by_start, found.waiting), (7, 2, 1));
        assert_eq!((found.at_once, found.same_day, found.later), (3, 1, 1));
        // The one that nobody can decide any more is known to be late.
        assert_eq!(found.in_term, (5, 6));
        let took = found.took.unwrap();
        assert_eq!((took.n, took.median, took.most), (5, TimeDelta::zero(), TimeDelta::minutes(1530)));
    }
}
