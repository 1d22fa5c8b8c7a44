//! What a file of the office's own systems says, line by line: which stage of which booking, and when. Columns are found by
//! their headings, times are read as programs and spreadsheets write them.

use crate::base::local_time::instant;
use crate::base::words::{self, Said, Text};
use crate::booking::model::csv;
use crate::booking::model::reference::parse_reference;
use crate::directory::entities::service_stage::Stage;
use crate::directory::model::text_file::{self, TextFault};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

/// More lines than an office has in a day.
pub const MOST_LINES: usize = 400;
/// What a cell may hold, in characters.
const LONGEST_CELL: usize = 60;

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Reference,
    Stage,
    Began,
    Ended,
}

/// A time as it is written: with its offset, or by the clocks of the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    time: NaiveDateTime,
    offset: Option<FixedOffset>,
    /// How exactly it is written.
    step: TimeDelta,
}

/// A line that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockLine {
    /// As a spreadsheet counts them.
    pub line: u32,
    /// In its stored form.
    pub reference: String,
    pub stage: Stage,
    pub began: Written,
    /// None: it goes on.
    pub ended: Option<Written>,
}

/// What is wrong in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockFault {
    pub line: u32,
    pub text: Text,
}

/// The lines of a file, and what is wrong with the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClockFile {
    pub lines: Vec<ClockLine>,
    pub faults: Vec<ClockFault>,
}

/// Why a file cannot be taken at all.
#[derive(Clone, Debug, PartialEq)]
pub enum ClockFileFault {
    Text(TextFault),
    /// It is no text, but perhaps a workbook.
    Kind,
    /// These columns are missing.
    Header(Vec<Text>),
    Empty,
    TooMany,
}

impl ClockFileFault {
    /// What is wrong and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::Text(fault) => fault.text(),
            Self::Kind => words::clearance::clearance_file_kind(),
            Self::Header(missing) => {
                let names = missing.iter().map(|name| name.clone().into()).collect();
                words::clearance::clearance_header(Said::List(names))
            }
            Self::Empty => words::clearance::clearance_empty(),
            Self::TooMany => words::clearance::clearance_too_many(MOST_LINES),
        }
    }

    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text(fault) => fault.code(),
            other => other.text().id(),
        }
    }
}

impl Column {
    const ALL: [Self; 4] = [Self::Reference, Self::Stage, Self::Began, Self::Ended];

    pub(super) fn name(self) -> Text {
        match self {
            Self::Reference => words::clearance::column_reference(),
            Self::Stage => words::clearance::column_stage(),
            Self::Began => words::clearance::column_began(),
            Self::Ended => words::clearance::column_ended(),
        }
    }

    /// The column that a heading means.
    fn of(heading: &str) -> Option<Self> {
        let heading: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        Some(match heading.as_str() {
            "预约编号" | "预约号" | "编号" | "bookingreference" | "reference" => Self::Reference,
            "环节" | "阶段" | "stage" => Self::Stage,
            "开始" | "开始时间" | "began" | "beganat" | "begin" | "start" => Self::Began,
            "结束" | "结束时间" | "完成时间" | "ended" | "endedat" | "end" => Self::Ended,
            _ => return None,
        })
    }
}

/// Reads a CSV file in UTF-8 or GB18030. Its first line names the columns.
pub fn read(bytes: &[u8]) -> Result<ClockFile, ClockFileFault> {
    if bytes.contains(&0) {
        return Err(ClockFileFault::Kind);
    }
    let text = text_file::decode(bytes).map_err(ClockFileFault::Text)?;
    let mut lines = csv::lines(&text, MOST_LINES + 1).into_iter();
    let first = lines.next().ok_or(ClockFileFault::Empty)?;
    let columns: Vec<(usize, Column)> =
        first.cells.iter().filter_map(|(at, heading)| Some((*at, Column::of(heading)?))).collect();
    let has = |column: &Column| columns.iter().any(|(_, found)| found == column);
    let missing: Vec<Text> =
        Column::ALL.into_iter().filter(|column| !has(column)).map(Column::name).collect();
    if !missing.is_empty() {
        return Err(ClockFileFault::Header(missing));
    }
    let lines: Vec<csv::CsvLine> = lines.collect();
    match lines.len() {
        0 => return Err(ClockFileFault::Empty),
        count if count > MOST_LINES => return Err(ClockFileFault::TooMany),
        _ => {}
    }
    let mut file = ClockFile::default();
    for line in &lines {
        match read_line(line, &columns) {
            Ok(read) => file.lines.push(read),
            Err(text) => file.faults.push(ClockFault { line: line.number, text }),
        }
    }
    Ok(file)
}

fn read_line(line: &csv::CsvLine, columns: &[(usize, Column)]) -> Result<ClockLine, Text> {
    let cell = |wanted: Column| {
        let of_column = |(at, _): &&(usize, String)| columns.contains(&(*at, wanted));
        line.cells.iter().find(of_column).map(|(_, text)| text.trim())
    };
    let filled = |column: Column| {
        let text = cell(column).ok_or_else(|| words::clearance::clearance_missing(column.name()))?;
        match text.chars().count() {
            count if count > LONGEST_CELL => Err(words::clearance::clearance_missing(column.name())),
            _ => Ok(text),
        }
    };
    let reference =
        parse_reference(filled(Column::Reference)?).ok_or_else(words::clearance::clearance_no_reference)?;
    let stage = stage_named(filled(Column::Stage)?).ok_or_else(words::clearance::clearance_no_stage)?;
    let time = |column: Column, text: &str| {
        written(text).ok_or_else(|| words::clearance::clearance_time(column.name()))
    };
    let began = time(Column::Began, filled(Column::Began)?)?;
    let ended = match cell(Column::Ended) {
        Some(text) => Some(time(Column::Ended, text)?),
        None => None,
    };
    Ok(ClockLine { line: line.number, reference, stage, began, ended })
}

fn stage_named(text: &str) -> Option<Stage> {
    Some(match text.to_lowercase().as_str() {
        "申报" | "declaration" => Stage::Declaration,
        "查验" | "inspection" => Stage::Inspection,
        "放行" | "release" => Stage::Release,
        _ => return None,
    })
}

/// `2026-11-24 19:05`, with seconds or without, as spreadsheets and programs write it; behind it an offset, if it is not
/// by the clocks of the venue.
pub(super) fn written(text: &str) -> Option<Written> {
    let text = text.replace(['/', '.'], "-").replacen(['T', 't'], " ", 1);
    let (plain, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(plain) => (plain.trim().to_owned(), FixedOffset::east_opt(0)),
        None => match text.rfind(['+', '-']).filter(|at| text.find(':').is_some_and(|colon| colon < *at)) {
            Some(at) => (text[..at].trim().to_owned(), Some(text[at..].parse().ok()?)),
            None => (text, None),
        },
    };
    let by_minute = NaiveDateTime::parse_from_str(&plain, "%Y-%m-%d %H:%M").ok();
    let (time, step) = match by_minute {
        Some(time) => (time, TimeDelta::minutes(1)),
        None => {
            let time = NaiveDateTime::parse_from_str(&plain, "%Y-%m-%d %H:%M:%S").ok()?;
            (time, TimeDelta::seconds(1))
        }
    };
    // A leap second is none of anybody's clicks.
    (time.nanosecond() < 1_000_000_000).then_some(Written { time, offset, step })
}

impl Written {
    /// The instant in a zone; none for dates too far away to matter.
    pub(super) fn at(self, zone: Tz) -> Option<DateTime<Utc>> {
        if let Some(offset) = self.offset {
            return Some(self.time.and_local_timezone(offset).single()?.to_utc());
        }
        let minute = i32::try_from(self.time.hour() * 60 + self.time.minute()).ok()?;
        let at = instant(zone, self.time.date(), minute)?;
        Some(at + TimeDelta::seconds(i64::from(self.time.second())))
    }

    /// Whether a time that is known is this one, as exactly as it is written.
    pub(super) fn is(self, known: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        at <= known && known < at + self.step
    }
}
