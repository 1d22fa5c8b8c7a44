//! Years as they were published, and each way in which one can be odd.

use super::*;
use crate::directory::model::calendar_file;

const SHIPPED: &str = include_str!("../data/cn_holidays.csv");
/// 2027 as a notice could have it: made up, its festivals are not.
const MADE_UP: &str = include_str!("../../../tests/it/data/made_up_2027.csv");

fn codes(csv: &str) -> Vec<&'static str> {
    oddities(&calendar_file::read(csv.as_bytes()).unwrap()).into_iter().map(Oddity::code).collect()
}

fn without(csv: &str, dates: &[&str]) -> String {
    csv.lines()
        .filter(|line| !dates.iter().any(|date| line.starts_with(date)))
        .fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn every_published_year_is_as_usual_also_alone() {
    assert_eq!(codes(SHIPPED), [""; 0]);
    for year in ["2024", "2025", "2026"] {
        let alone: String = SHIPPED
            .lines()
            .filter(|line| line.starts_with("date") || line.starts_with(year))
            .fold(String::new(), |all, line| all + line + "\n");
        assert_eq!(codes(&alone), [""; 0], "{year}");
    }
    assert_eq!(codes(MADE_UP), [""; 0]);
}

#[test]
fn what_is_odd_is_told_by_its_code() {
    let spring_holidays =
        ["2027-02-05", "2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11"];
    let week_later = without(MADE_UP, &spring_holidays)
        + "2027-02-12,春节,holiday\n2027-02-13,春节,holiday\n2027-02-14,春节,holiday\n2027-02-15,春节,holiday\n\
           2027-02-16,春节,holiday\n2027-02-17,春节,holiday\n2027-02-18,春节,holiday\n";
    let makeups = ["2027-01-31", "2027-04-25", "2027-09-26", "2027-10-09"];
    for (what, csv, expected) in [
        (
            "three lines",
            "date,name,kind\n2027-01-01,元旦,holiday\n2027-05-01,劳动节,holiday\n2027-10-01,国庆节,holiday\n"
                .to_owned(),
            &[
                "calendar_festival_missing",
                "calendar_festival_missing",
                "calendar_festival_length",
                "calendar_festival_missing",
                "calendar_festival_missing",
                "calendar_festival_length",
                "calendar_no_makeup",
                "calendar_balance",
            ][..],
        ),
        (
            "Spring Festival a week late",
            week_later,
            &[
                "calendar_festival_missing",
                "calendar_makeup_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
                "calendar_holiday_elsewhere",
            ],
        ),
        ("no make-up workday", without(MADE_UP, &makeups), &["calendar_no_makeup", "calendar_balance"]),
        ("one forgotten", without(MADE_UP, &makeups[..1]), &["calendar_balance"]),
        ("one left", without(MADE_UP, &makeups[..3]), &["calendar_makeups", "calendar_balance"]),
        (
            "a holiday forgotten",
            without(MADE_UP, &["2027-10-07"]),
            &["calendar_festival_length", "calendar_balance"],
        ),
        (
            "no Mid-Autumn",
            without(MADE_UP, &["2027-09-15"]),
            &["calendar_festival_missing", "calendar_balance"],
        ),
        (
            "a holiday in summer",
            format!("{MADE_UP}2027-07-12,节,holiday\n2027-07-17,节,workday\n"),
            &["calendar_holiday_elsewhere", "calendar_makeup_elsewhere"],
        ),
        (
            "three weeks of rest",
            format!(
                "{MADE_UP}2027-10-08,国庆节,holiday\n2027-10-11,国庆节,holiday\n2027-10-12,国庆节,holiday\n"
            )
            .replace("2027-10-09,国庆节,workday", "2027-09-25,国庆节,workday"),
            &["calendar_festival_length", "calendar_balance"],
        ),
        (
            "a year that nobody has computed",
            MADE_UP.replace("2027-", "2038-").replace("workday", "holiday"),
            &["calendar_unknown_year"],
        ),
    ] {
        assert_eq!(codes(&csv), expected, "{what}");
    }
}

/// A line of a weekend is the exception: those days are off without it.
#[test]
fn whichever_line_of_a_notice_is_forgotten_is_told() {
    for (number, line) in SHIPPED.lines().enumerate().skip(1) {
        let rest: String = SHIPPED
            .lines()
            .enumerate()
            .filter(|(other, _)| *other != number)
            .fold(String::new(), |all, (_, one)| all + one + "\n");
        let told = match calendar_file::read(rest.as_bytes()) {
            Ok(file) => !oddities(&file).is_empty(),
            Err(_) => true,
        };
        let date: NaiveDate = line[..10].parse().unwrap();
        assert!(told || (is_weekend(date) && line.ends_with("holiday")), "{line}");
    }
}
