//! Moon and sun, computed anew: the table of festivals must be what the sky says.

use super::*;
use chrono::{Datelike, Days};
use std::collections::BTreeSet;

/// Julian day of 1970-01-01T00:00 UT.
const EPOCH: f64 = 2_440_587.5;

/// The date in Beijing at a Julian day in dynamical time; ΔT is 69 to 75 s in these years.
fn beijing(jde: f64) -> NaiveDate {
    let days = (jde - 72.0 / 86_400.0 - EPOCH + 8.0 / 24.0).floor();
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days as u64)
}

/// The `k`th new moon since January 2000 (Meeus, chapter 49), exact to some seconds.
fn new_moon(k: f64) -> f64 {
    let t = k / 1236.85;
    let (t2, t3, t4) = (t * t, t * t * t, t * t * t * t);
    let mean = 2_451_550.097_66 + 29.530_588_861 * k + 0.000_154_37 * t2 - 0.000_000_150 * t3
        + 0.000_000_000_73 * t4;
    let e = 1.0 - 0.002_516 * t - 0.000_007_4 * t2;
    let sun = (2.5534 + 29.105_356_70 * k - 0.000_001_4 * t2 - 0.000_000_11 * t3).to_radians();
    let moon = (201.5643 + 385.816_935_28 * k + 0.010_758_2 * t2 + 0.000_012_38 * t3 - 0.000_000_058 * t4)
        .to_radians();
    let f = (160.7108 + 390.670_502_84 * k - 0.001_611_8 * t2 - 0.000_002_27 * t3 + 0.000_000_011 * t4)
        .to_radians();
    let node = (124.7746 - 1.563_755_88 * k + 0.002_067_2 * t2 + 0.000_002_15 * t3).to_radians();
    // (coefficient, power of E, multiples of sun, moon, F)
    let terms: [(f64, i32, f64, f64, f64); 24] = [
        (-0.407_20, 0, 0., 1., 0.),
        (0.172_41, 1, 1., 0., 0.),
        (0.016_08, 0, 0., 2., 0.),
        (0.010_39, 0, 0., 0., 2.),
        (0.007_39, 1, -1., 1., 0.),
        (-0.005_14, 1, 1., 1., 0.),
        (0.002_08, 2, 2., 0., 0.),
        (-0.001_11, 0, 0., 1., -2.),
        (-0.000_57, 0, 0., 1., 2.),
        (0.000_56, 1, 1., 2., 0.),
        (-0.000_42, 0, 0., 3., 0.),
        (0.000_42, 1, 1., 0., 2.),
        (0.000_38, 1, 1., 0., -2.),
        (-0.000_24, 1, -1., 2., 0.),
        (-0.000_07, 0, 2., 1., 0.),
        (0.000_04, 0, 0., 2., -2.),
        (0.000_04, 0, 3., 0., 0.),
        (0.000_03, 0, 1., 1., -2.),
        (0.000_03, 0, 0., 2., 2.),
        (-0.000_03, 0, 1., 1., 2.),
        (0.000_03, 0, -1., 1., 2.),
        (-0.000_02, 0, -1., 1., -2.),
        (-0.000_02, 0, 1., 3., 0.),
        (0.000_02, 0, 0., 4., 0.),
    ];
    let periodic: f64 =
        terms.iter().map(|(c, power, s, m, g)| c * e.powi(*power) * (s * sun + m * moon + g * f).sin()).sum();
    let planets: [(f64, f64, f64); 14] = [
        (0.000_325, 299.77, 0.107_408),
        (0.000_165, 251.88, 0.016_321),
        (0.000_164, 251.83, 26.651_886),
        (0.000_126, 349.42, 36.412_478),
        (0.000_110, 84.66, 18.206_239),
        (0.000_062, 141.74, 53.303_771),
        (0.000_060, 207.14, 2.453_732),
        (0.000_056, 154.84, 7.306_860),
        (0.000_047, 34.52, 27.261_239),
        (0.000_042, 207.19, 0.121_824),
        (0.000_040, 291.34, 1.844_379),
        (0.000_037, 161.72, 24.198_154),
        (0.000_035, 239.56, 25.513_099),
        (0.000_023, 331.55, 3.592_518),
    ];
    let planetary: f64 =
        planets.iter().map(|(c, start, step)| c * (start + step * k).to_radians().sin()).sum();
    mean - 0.000_17 * node.sin() + periodic + planetary
}

/// The sun's apparent longitude in degrees (Meeus, chapter 25), exact to 0.01°.
fn longitude(jde: f64) -> f64 {
    let t = (jde - 2_451_545.0) / 36_525.0;
    let mean = 280.466_46 + 36_000.769_83 * t + 0.000_303_2 * t * t;
    let anomaly = (357.529_11 + 35_999.050_29 * t - 0.000_153_7 * t * t).to_radians();
    let centre = (1.914_602 - 0.004_817 * t) * anomaly.sin()
        + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly).sin()
        + 0.000_289 * (3.0 * anomaly).sin();
    let node = (125.04 - 1_934.136 * t).to_radians();
    (mean + centre - 0.005_69 - 0.004_78 * node.sin()).rem_euclid(360.0)
}

/// The date in Beijing on which the sun reaches `degrees`, searched from `from`.
fn sun_reaches(degrees: f64, from: NaiveDate) -> NaiveDate {
    let start = EPOCH + (from - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days() as f64;
    let ahead = |jde: f64| (longitude(jde) - degrees + 180.0).rem_euclid(360.0) - 180.0;
    let (mut before, mut after) = (start, start + 20.0);
    assert!(ahead(before) < 0.0 && ahead(after) > 0.0);
    while after - before > 1e-5 {
        let middle = f64::midpoint(before, after);
        if ahead(middle) < 0.0 { before = middle } else { after = middle }
    }
    beijing(after)
}

/// The dates of new moons from 2023 to 2036.
fn new_moons() -> BTreeSet<NaiveDate> {
    (284..460).map(|k| beijing(new_moon(f64::from(k)))).collect()
}

#[test]
fn the_moon_is_where_the_book_says() {
    // The book's example: the new moon of February 1977 at 3 h 37 min 42 s dynamical time.
    let seconds = (new_moon(-283.0) - 2_443_192.651_18).abs() * 86_400.0;
    assert!(seconds < 2.0, "{seconds}");
}

#[test]
fn festivals_of_the_moon_fall_on_the_days_of_their_months() {
    let moons = new_moons();
    let months = |from: NaiveDate, to: NaiveDate| moons.range(from..to).count();
    for (year, _) in MOVING {
        let date = |festival: Festival| festival.date(year).unwrap();
        let spring = date(Festival::Spring);
        let fifth = date(Festival::DragonBoat) - Days::new(4);
        let eighth = date(Festival::MidAutumn) - Days::new(14);
        for begins in [spring, fifth, eighth] {
            assert!(moons.contains(&begins), "{year}: no new moon on {begins}");
        }
        // The first month is the one in which the sun reaches 330°, the fifth 90°, the eighth 180°.
        for (begins, degrees, month) in [(spring, 330.0, 2), (fifth, 90.0, 6), (eighth, 180.0, 9)] {
            let term = sun_reaches(degrees, NaiveDate::from_ymd_opt(year, month, 12).unwrap());
            let next = *moons.range(begins + Days::new(1)..).next().unwrap();
            // The winter of 2033: two terms fall on the last day before a month, and the months are counted
            // from solstice to solstice instead.
            if matches!((year, month), (2033, 9) | (2034, 2)) {
                assert_eq!(term, if year == 2033 { next } else { begins - Days::new(1) }, "{year}");
                continue;
            }
            assert!(begins <= term && term < next, "{year}: {term} is not in the month of {begins}");
        }
        // One month more where a leap month lies between.
        assert!((4..=5).contains(&months(spring, fifth)), "{year}");
        assert!((3..=4).contains(&months(fifth, eighth)), "{year}");
    }
}

#[test]
fn qingming_is_the_day_on_which_the_sun_reaches_fifteen_degrees() {
    for (year, _) in MOVING {
        let from = NaiveDate::from_ymd_opt(year, 3, 28).unwrap();
        assert_eq!(Festival::Qingming.date(year).unwrap(), sun_reaches(15.0, from), "{year}");
    }
}

#[test]
fn years_out_of_the_table_are_not_guessed() {
    for festival in Festival::ALL {
        assert_eq!(festival.date(2023), None);
        assert_eq!(festival.date(2036), None);
        assert_eq!(festival.date(2030).unwrap().year(), 2030);
    }
}
