//! Whether a year of the official calendar can be what the State Council's notice says. Pure.
//!
//! What is told here is odd, not wrong: somebody who has looked at the notice may import it all the same. The
//! bounds are those of the notices since 2008, the first after the statute of that year: Spring Festival and
//! National Day were never shorter than a week, no rest was longer than ten days, and each year moved between
//! two and eight working days. The sum is exact by the statute itself: whoever gets a weekday off either has a
//! statutory day on it (or one of a weekend instead of which it is given), or works a weekend for it. So
//! weekdays off − make-up workdays = statutory days, which holds for 2024, 2025 and 2026.

use crate::base::words::{self, Text};
use crate::directory::model::calendar::Calendar;
use crate::directory::model::calendar_file::CalendarFile;
use crate::directory::model::festivals::{Festival, statutory_days};
use crate::directory::store::entities::calendar_day::CalendarKind;
use chrono::{Datelike, NaiveDate, Weekday};
use std::ops::RangeInclusive;

/// The longest rest in one piece, in days.
const LONGEST: usize = 10;
/// How many working days a year moves.
const MAKEUPS: RangeInclusive<usize> = 2..=10;
/// A make-up workday lies this many days from its holiday at most.
const NEAR: i64 = 14;

/// Something about a year that no notice has had so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The program does not know on which days the festivals of this year fall.
    UnknownYear { year: i32 },
    /// The festival's own day is not a holiday.
    FestivalMissing { festival: Festival, date: NaiveDate },
    /// The rest around a festival has fewer or more days than ever.
    FestivalLength { festival: Festival, date: NaiveDate, days: usize },
    /// A holiday that belongs to no festival's rest.
    Elsewhere { line: usize, date: NaiveDate },
    /// A make-up workday that is far from every festival.
    MakeupElsewhere { line: usize, date: NaiveDate },
    /// Not one make-up workday.
    NoMakeup { year: i32 },
    /// More or fewer of them than ever.
    Makeups { year: i32, days: usize },
    /// Weekdays off and make-up workdays do not come to the statutory days.
    Balance { year: i32, off: usize, makeups: usize },
}

impl Oddity {
    /// Stable, for scripts; also what the entry of such an import keeps.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownYear { .. } => "calendar_unknown_year",
            Self::FestivalMissing { .. } => "calendar_festival_missing",
            Self::FestivalLength { .. } => "calendar_festival_length",
            Self::Elsewhere { .. } => "calendar_holiday_elsewhere",
            Self::MakeupElsewhere { .. } => "calendar_makeup_elsewhere",
            Self::NoMakeup { .. } => "calendar_no_makeup",
            Self::Makeups { .. } => "calendar_makeups",
            Self::Balance { .. } => "calendar_balance",
        }
    }

    pub fn text(self) -> Text {
        match self {
            Self::UnknownYear { year } => words::import::unusual_unknown_year(year),
            Self::FestivalMissing { festival, date } => {
                words::import::unusual_festival_missing(date.to_string(), festival.name())
            }
            Self::FestivalLength { festival, date, days } => words::import::unusual_festival_length(
                festival.name(),
                date.to_string(),
                days,
                shortest(festival),
                LONGEST,
            ),
            Self::Elsewhere { line, date } => words::import::unusual_elsewhere(line, date.to_string()),
            Self::MakeupElsewhere { line, date } => {
                words::import::unusual_makeup_elsewhere(line, date.to_string(), NEAR)
            }
            Self::NoMakeup { year } => words::import::unusual_no_makeup(year),
            Self::Makeups { year, days } => {
                words::import::unusual_makeups(year, days, *MAKEUPS.start(), *MAKEUPS.end())
            }
            Self::Balance { year, off, makeups } => {
                words::import::unusual_balance(year, off, makeups, statutory_days(year))
            }
        }
    }
}

/// What is odd about the years of a file, year by year; nothing for those that are as usual.
pub fn oddities(file: &CalendarFile) -> Vec<Oddity> {
    let calendar = Calendar { published: file.years.clone(), changes: file.days.clone() };
    file.years.iter().flat_map(|year| of_year(file, &calendar, *year)).collect()
}

fn of_year(file: &CalendarFile, calendar: &Calendar, year: i32) -> Vec<Oddity> {
    let mut odd = Vec::new();
    let mut rests = Vec::new();
    for festival in Festival::ALL {
        let Some(date) = festival.date(year) else { return vec![Oddity::UnknownYear { year }] };
        if !matches!(file.days.get(&date), Some((CalendarKind::Holiday, _))) {
            odd.push(Oddity::FestivalMissing { festival, date });
            continue;
        }
        let rest = rest_around(calendar, date);
        let days = usize::try_from((*rest.end() - *rest.start()).num_days()).unwrap_or(0) + 1;
        if !(shortest(festival)..=LONGEST).contains(&days) {
            odd.push(Oddity::FestivalLength { festival, date, days });
        }
        rests.push(rest);
    }
    let (mut off, mut makeups) = (0, 0);
    for (&date, (kind, _)) in file.days.iter().filter(|(date, _)| date.year() == year) {
        let line = file.lines.get(&date).copied().unwrap_or_default();
        match kind {
            CalendarKind::Holiday => {
                off += usize::from(!is_weekend(date));
                if !rests.iter().any(|rest| rest.contains(&date)) {
                    odd.push(Oddity::Elsewhere { line, date });
                }
            }
            CalendarKind::Workday => {
                makeups += 1;
                let far = |rest: &RangeInclusive<NaiveDate>| {
                    (*rest.start() - date).num_days() > NEAR || (date - *rest.end()).num_days() > NEAR
                };
                if rests.iter().all(far) {
                    odd.push(Oddity::MakeupElsewhere { line, date });
                }
            }
        }
    }
    if makeups == 0 {
        odd.push(Oddity::NoMakeup { year });
    } else if !MAKEUPS.contains(&makeups) {
        odd.push(Oddity::Makeups { year, days: makeups });
    }
    if off != makeups + statutory_days(year) {
        odd.push(Oddity::Balance { year, off, makeups });
    }
    odd
}

/// The days off in one piece around a date, weekends included, as far as the year goes.
fn rest_around(calendar: &Calendar, date: NaiveDate) -> RangeInclusive<NaiveDate> {
    let is_off = |day: &NaiveDate| calendar.is_working(*day) == Some(false);
    let last = |days: &mut dyn Iterator<Item = NaiveDate>| days.take_while(is_off).last().unwrap_or(date);
    let first = last(&mut std::iter::successors(Some(date), NaiveDate::pred_opt));
    first..=last(&mut date.iter_days())
}

/// The shortest rest around a festival so far, in days.
fn shortest(festival: Festival) -> usize {
    match festival {
        Festival::Spring | Festival::National => 7,
        Festival::Labour => 3,
        // In the middle of a week it is the day alone.
        Festival::NewYear | Festival::Qingming | Festival::DragonBoat | Festival::MidAutumn => 1,
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
#[path = "plausible_tests.rs"]
mod tests;
