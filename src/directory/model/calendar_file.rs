//! The file form of the official calendar: `date,name,kind`, a line for each day on which a year
//! differs from the plain week. Pure.

use crate::base::words::{self, Said, Text};
use crate::directory::model::text_file::{self, TextFault};
use crate::directory::store::entities::calendar_day::CalendarKind;
use crate::http::plain_text;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

const HEADER: &str = "date,name,kind";
/// Longest name of a holiday, in characters.
const NAME: usize = 40;
/// Years that a notice can be about.
const YEARS: RangeInclusive<i32> = 2000..=2099;
/// Holidays by statute (全国年节及纪念日放假办法) whose date is the same every year: a year's notice
/// that lacks one was not copied whole, and its other days would be taken for plain ones.
const FIXED: [(u32, u32); 3] = [(1, 1), (5, 1), (10, 1)];

/// A file that was read without a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFile {
    /// The years that the file tells of; each one completely.
    pub years: BTreeSet<i32>,
    pub days: BTreeMap<NaiveDate, (CalendarKind, String)>,
    /// In which line a date stands.
    pub lines: BTreeMap<NaiveDate, usize>,
}

/// So many faults are told at a time; more than that nobody mends without looking again.
const MOST_TOLD: usize = 200;

/// What is wrong in a file. Lines count from 1, the header included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// The bytes are no text.
    Unreadable(TextFault),
    /// The first line is not `date,name,kind`.
    Header,
    /// There is no line after the header.
    Empty,
    /// A line does not have three values.
    Columns { line: usize },
    /// Not a date as `2026-02-14`, or one that does not exist.
    Date { line: usize },
    /// A year for which nobody has an official calendar.
    Year { line: usize },
    /// No name, or one that is too long or not plain text.
    Name { line: usize },
    /// The kind is neither `holiday` nor `workday`.
    Kind { line: usize },
    /// A make-up workday on Monday to Friday.
    PlainWorkday { line: usize },
    /// The date stands in an earlier line already.
    Twice { line: usize, earlier: usize },
    /// A statutory holiday of a year is missing: the year is not there whole.
    Incomplete { date: NaiveDate },
    /// Several of the faults before, in their order.
    Several(Vec<Self>),
}

impl FileFault {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(fault) => fault.code(),
            Self::Header => "calendar_header",
            Self::Empty => "calendar_empty",
            Self::Columns { .. } => "calendar_columns",
            Self::Date { .. } => "calendar_date",
            Self::Year { .. } => "calendar_year",
            Self::Name { .. } => "calendar_name",
            Self::Kind { .. } => "calendar_kind",
            Self::PlainWorkday { .. } => "calendar_plain_workday",
            Self::Twice { .. } => "calendar_twice",
            Self::Incomplete { .. } => "calendar_incomplete",
            Self::Several(_) => "calendar_lines",
        }
    }

    /// Which line, why, and what now.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(fault) => fault.text(),
            Self::Header => words::import::calendar_header(),
            Self::Empty => words::import::calendar_empty(),
            Self::Columns { line } => words::import::calendar_values(line),
            Self::Date { line } => words::import::calendar_date(line),
            Self::Year { line } => words::import::calendar_year(line, *YEARS.start(), *YEARS.end()),
            Self::Name { line } => words::import::calendar_name(line, NAME),
            Self::Kind { line } => words::import::calendar_kind(line),
            Self::PlainWorkday { line } => words::import::calendar_weekday(line),
            Self::Twice { line, earlier } => words::import::calendar_repeated(line, earlier),
            Self::Incomplete { date } => words::import::calendar_incomplete(date.year(), date.to_string()),
            Self::Several(all) => several(all, Self::text),
        }
    }

    /// The same with the code of each fault, for operators and their scripts.
    pub fn coded(&self) -> Text {
        let coded = |fault: &Self| words::import::coded(fault.text(), fault.code());
        match self {
            Self::Several(all) => words::import::coded(several(all, coded), self.code()),
            one => coded(one),
        }
    }

    /// None of none.
    fn of(mut faults: Vec<Self>) -> Option<Self> {
        if faults.len() > 1 { Some(Self::Several(faults)) } else { faults.pop() }
    }
}

/// Each on a line of its own, as far as somebody reads.
fn several(all: &[FileFault], said: impl Fn(&FileFault) -> Text) -> Text {
    let told = Said::Lines(all.iter().take(MOST_TOLD).map(|fault| said(fault).into()).collect());
    match all.len() {
        count if count > MOST_TOLD => words::import::calendar_lines_more(count, MOST_TOLD, told),
        count => words::import::calendar_lines(count, told),
    }
}

/// Reads a file in UTF-8 or GB18030; a byte order mark, Windows line ends and empty lines are taken.
pub fn read(csv: &[u8]) -> Result<CalendarFile, FileFault> {
    let csv = text_file::decode(csv).map_err(FileFault::Unreadable)?;
    let mut lines = (1..).zip(csv.lines().map(str::trim));
    if lines.next().is_none_or(|(_, header)| header != HEADER) {
        return Err(FileFault::Header);
    }
    let mut days = BTreeMap::new();
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
        match read_line(line, text) {
            Ok((date, kind, name)) => match seen.entry(date) {
                Entry::Occupied(earlier) => faults.push(FileFault::Twice { line, earlier: *earlier.get() }),
                Entry::Vacant(place) => {
                    place.insert(line);
                    days.insert(date, (kind, name));
                }
            },
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(fault) = FileFault::of(faults) {
        return Err(fault);
    }
    if days.is_empty() {
        return Err(FileFault::Empty);
    }
    let years: BTreeSet<i32> = days.keys().map(NaiveDate::year).collect();
    match FileFault::of(missing(&years, &days)) {
        Some(fault) => Err(fault),
        None => Ok(CalendarFile { years, days, lines: seen }),
    }
}

/// The statutory holidays that some years lack.
fn missing(years: &BTreeSet<i32>, days: &BTreeMap<NaiveDate, (CalendarKind, String)>) -> Vec<FileFault> {
    let fixed = years.iter().flat_map(|year| {
        FIXED.into_iter().filter_map(|(month, day)| NaiveDate::from_ymd_opt(*year, month, day))
    });
    let is_there = |date: &NaiveDate| matches!(days.get(date), Some((CalendarKind::Holiday, _)));
    fixed.filter(|date| !is_there(date)).map(|date| FileFault::Incomplete { date }).collect()
}

fn read_line(line: usize, text: &str) -> Result<(NaiveDate, CalendarKind, String), FileFault> {
    let values: Vec<&str> = text.split(',').map(str::trim).collect();
    let [date, name, kind] = values[..] else { return Err(FileFault::Columns { line }) };
    let written_so = date.len() == 10 && date.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = written_so.then(|| date.parse::<NaiveDate>().ok()).flatten();
    let date = date.ok_or(FileFault::Date { line })?;
    if !YEARS.contains(&date.year()) {
        return Err(FileFault::Year { line });
    }
    let name = plain_text(name).map_err(|_| FileFault::Name { line })?;
    if name.is_empty() || name.chars().count() > NAME || name.contains(['"', '\t']) {
        return Err(FileFault::Name { line });
    }
    let kind = match kind {
        "holiday" => CalendarKind::Holiday,
        "workday" => CalendarKind::Workday,
        _ => return Err(FileFault::Kind { line }),
    };
    let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    if kind == CalendarKind::Workday && !weekend {
        return Err(FileFault::PlainWorkday { line });
    }
    Ok((date, kind, name.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;

    const WHOLE: &str = "date,name,kind\n2027-01-01,元旦,holiday\n2027-05-01,劳动节,holiday\n\
                         2027-10-01,国庆节,holiday\n";

    #[test]
    fn a_whole_year_is_read() {
        let file = read(WHOLE.as_bytes()).unwrap();
        assert_eq!(file.years, [2027].into());
        assert_eq!(file.days.len(), 3);
        let windows = format!("\u{feff}{}\r\n\r\n", WHOLE.replace('\n', "\r\n"));
        assert_eq!(read(windows.as_bytes()).unwrap(), file);
    }

    #[test]
    fn a_file_in_gbk_is_the_same_file() {
        let gbk = encoding_rs::GBK.encode(WHOLE).0;
        assert_eq!(read(&gbk), read(WHOLE.as_bytes()));
        let broken = [&gbk[..], b"2027-02-06,\xb4\xff,holiday\n"].concat();
        let fault = FileFault::Unreadable(TextFault::Encoding { line: 5 });
        assert_eq!(read(&broken), Err(fault.clone()));
        assert_eq!(fault.code(), "file_encoding");
    }

    #[test]
    fn a_bad_line_is_named_with_its_reason() {
        for (line, fault) in [
            ("2027-02-06,春节", FileFault::Columns { line: 5 }),
            ("2027-02-06,春节,holiday,x", FileFault::Columns { line: 5 }),
            ("2027-02-30,春节,holiday", FileFault::Date { line: 5 }),
            ("2027-2-6,春节,holiday", FileFault::Date { line: 5 }),
            ("2107-02-06,春节,holiday", FileFault::Year { line: 5 }),
            ("0027-02-06,春节,holiday", FileFault::Year { line: 5 }),
            ("2027-02-06,春\u{202e}节,holiday", FileFault::Name { line: 5 }),
            ("2027-02-06,春\u{e000}节,holiday", FileFault::Name { line: 5 }),
            ("+12027-02-06,春节,holiday", FileFault::Date { line: 5 }),
            ("2027-02-06,,holiday", FileFault::Name { line: 5 }),
            ("2027-02-06,\"春节\",holiday", FileFault::Name { line: 5 }),
            ("2027-02-06,春节,Holiday", FileFault::Kind { line: 5 }),
            ("2027-02-05,春节,workday", FileFault::PlainWorkday { line: 5 }),
            ("2027-05-01,劳动节,holiday", FileFault::Twice { line: 5, earlier: 3 }),
        ] {
            assert_eq!(read(format!("{WHOLE}{line}\n").as_bytes()), Err(fault), "{line}");
        }
    }

    #[test]
    fn all_bad_lines_are_named_in_their_order_and_years_only_where_no_line_is_bad() {
        let wrong =
            "2027-02-30,春节,holiday\n\n2027-12-31,元旦\n2027-05-01,劳动节,holiday\n2028-01-01,元旦,day\n";
        let faults = vec![
            FileFault::Date { line: 5 },
            FileFault::Columns { line: 7 },
            FileFault::Twice { line: 8, earlier: 3 },
            FileFault::Kind { line: 9 },
        ];
        let all = FileFault::Several(faults);
        assert_eq!(
            (read(format!("{WHOLE}{wrong}").as_bytes()), all.code()),
            (Err(all.clone()), "calendar_lines")
        );
        let lacks =
            |month, day| FileFault::Incomplete { date: NaiveDate::from_ymd_opt(2028, month, day).unwrap() };
        let half = format!("{WHOLE}2028-05-01,劳动节,holiday\n");
        assert_eq!(read(half.as_bytes()), Err(FileFault::Several(vec![lacks(1, 1), lacks(10, 1)])));
        // More than anybody reads at a time: so many are told.
        let many = FileFault::Several((0..201).map(|line| FileFault::Kind { line }).collect());
        let told = many.text().in_language(Language::En);
        assert!(told.contains("201") && told.contains("Line 199:") && !told.contains("Line 200:"), "{told}");
    }

    #[test]
    fn a_file_without_content_or_with_part_of_a_year_is_refused() {
        assert_eq!(read(b""), Err(FileFault::Header));
        assert_eq!(read(b"datum,name,art\n"), Err(FileFault::Header));
        assert_eq!(read(b"date,name,kind\n\n"), Err(FileFault::Empty));
        // A notice for 2027 may name days of 2026; alone they would wipe the rest of that year.
        let spill = format!("{WHOLE}2026-12-27,元旦,workday\n");
        let missing = [(1, 1), (5, 1), (10, 1)].map(|(month, day)| FileFault::Incomplete {
            date: NaiveDate::from_ymd_opt(2026, month, day).unwrap(),
        });
        assert_eq!(read(spill.as_bytes()), Err(FileFault::Several(missing.into())));
    }
}
