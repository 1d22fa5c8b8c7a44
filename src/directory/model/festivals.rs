//! On which day each statutory festival falls. Pure.
//!
//! Which festivals: 全国年节及纪念日放假办法 (State Council decree 795, in force from 2025-01-01; before it
//! decree 644). When: Spring Festival, Dragon Boat and Mid-Autumn by the Chinese calendar as GB/T 33661-2017
//! 《农历的编算和颁行》 defines it (a month begins on the day of the new moon in Beijing time, so they are the
//! first of the first, the fifth of the fifth and the fifteenth of the eighth month), Qingming on the day on
//! which the sun reaches 15° of longitude. 2024 to 2026 are also the dates of the yearly notices. The tests
//! compute moon and sun anew (Meeus, Astronomical Algorithms, chapters 25 and 49); two new moons lie within
//! ten minutes of midnight (2027-02-06 at 23:56, 2030-02-03 at 00:07), where coarser programs are a day off.

use crate::base::words::{self, Text};
use chrono::NaiveDate;

/// A festival on which everybody is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Festival {
    NewYear,
    Spring,
    Qingming,
    Labour,
    DragonBoat,
    MidAutumn,
    National,
}

impl Festival {
    pub const ALL: [Self; 7] = [
        Self::NewYear,
        Self::Spring,
        Self::Qingming,
        Self::Labour,
        Self::DragonBoat,
        Self::MidAutumn,
        Self::National,
    ];

    pub fn name(self) -> Text {
        match self {
            Self::NewYear => words::import::festival_new_year(),
            Self::Spring => words::import::festival_spring(),
            Self::Qingming => words::import::festival_qingming(),
            Self::Labour => words::import::festival_labour(),
            Self::DragonBoat => words::import::festival_dragon_boat(),
            Self::MidAutumn => words::import::festival_mid_autumn(),
            Self::National => words::import::festival_national(),
        }
    }

    /// Its day in a year; `None` where the program does not know the year.
    pub fn date(self, year: i32) -> Option<NaiveDate> {
        let (_, moving) = MOVING.iter().find(|(known, _)| *known == year)?;
        let (month, day) = match self {
            Self::NewYear => (1, 1),
            Self::Labour => (5, 1),
            Self::National => (10, 1),
            Self::Spring => moving[0],
            Self::Qingming => moving[1],
            Self::DragonBoat => moving[2],
            Self::MidAutumn => moving[3],
        };
        NaiveDate::from_ymd_opt(year, month, day)
    }
}

/// A month and a day of it.
type Day = (u32, u32);

/// Spring Festival, Qingming, Dragon Boat, Mid-Autumn.
const MOVING: [(i32, [Day; 4]); 12] = [
    (2024, [(2, 10), (4, 4), (6, 10), (9, 17)]),
    (2025, [(1, 29), (4, 4), (5, 31), (10, 6)]),
    (2026, [(2, 17), (4, 5), (6, 19), (9, 25)]),
    (2027, [(2, 6), (4, 5), (6, 9), (9, 15)]),
    (2028, [(1, 26), (4, 4), (5, 28), (10, 3)]),
    (2029, [(2, 13), (4, 4), (6, 16), (9, 22)]),
    (2030, [(2, 3), (4, 5), (6, 5), (9, 12)]),
    (2031, [(1, 23), (4, 5), (6, 24), (10, 1)]),
    (2032, [(2, 11), (4, 4), (6, 12), (9, 19)]),
    (2033, [(1, 31), (4, 4), (6, 1), (9, 8)]),
    (2034, [(2, 19), (4, 5), (6, 20), (9, 27)]),
    (2035, [(2, 8), (4, 5), (6, 10), (9, 16)]),
];

/// How many days everybody is off by statute in a year.
pub fn statutory_days(year: i32) -> usize {
    if year >= 2025 { 13 } else { 11 }
}

#[cfg(test)]
#[path = "festivals_tests.rs"]
mod tests;
