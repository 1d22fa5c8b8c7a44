//! A list of persons who come together: a file of a spreadsheet in, the persons or every line that is wrong out. Pure.

mod persons;
mod workbook;

use crate::base::words::{self, Text};
use crate::booking::model::csv;
use crate::directory::model::text_file::{self, TextFault};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// More lines than any group has; beyond them nothing is read.
const MOST_LINES: usize = 2_000;
/// What a cell may hold, in characters.
const LONGEST_CELL: usize = 500;

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub document_kind: DocumentKind,
    pub document_number: String,
    pub birth_date: NaiveDate,
    pub mobile: Option<String>,
}

/// What somebody shows that they are who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    ResidentId,
    Passport,
    Permit,
    Other,
}

/// What a column of the list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonColumn {
    Name,
    DocumentKind,
    DocumentNumber,
    BirthDate,
    Mobile,
}

/// What is wrong in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct LineFault {
    /// As the spreadsheet counts them: the first line has the names of the columns.
    pub line: u32,
    pub column: PersonColumn,
    pub code: &'static str,
    pub text: Text,
}

/// A list that could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PersonList {
    pub persons: Vec<Person>,
    pub faults: Vec<LineFault>,
    /// Lines with something in them, below the first one.
    pub lines: usize,
}

/// Why a file is no list at all.
#[derive(Clone, Debug, PartialEq)]
pub enum ListFault {
    Text(TextFault),
    /// It is neither CSV nor XLSX, or not what its name says.
    Kind,
    /// It unpacks to more than any list has.
    TooMuch,
    /// It is an XLSX that cannot be read.
    Broken,
    /// These columns are missing.
    Header(Vec<PersonColumn>),
    Empty,
    TooMany(usize),
}

impl ListFault {
    /// What is wrong and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::Text(fault) => fault.text(),
            Self::Kind => words::group::group_file_kind(),
            Self::TooMuch => words::group::group_file_too_much(),
            Self::Broken => words::group::group_file_broken(),
            Self::Header(missing) => {
                let names = missing.iter().map(|column| column.name().into()).collect();
                words::group::group_header(words::Said::List(names))
            }
            Self::Empty => words::group::group_empty(),
            Self::TooMany(most) => words::group::group_too_many(*most),
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

impl PersonColumn {
    pub const ALL: [Self; 5] =
        [Self::Name, Self::DocumentKind, Self::DocumentNumber, Self::BirthDate, Self::Mobile];

    /// What people call it.
    pub fn name(self) -> Text {
        match self {
            Self::Name => words::group::column_name(),
            Self::DocumentKind => words::group::column_document_kind(),
            Self::DocumentNumber => words::group::column_document_number(),
            Self::BirthDate => words::group::column_birth_date(),
            Self::Mobile => words::group::column_mobile(),
        }
    }

    /// The column that a line of names means.
    fn of(heading: &str) -> Option<Self> {
        let heading: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        Some(match heading.as_str() {
            "姓名" | "名字" | "name" | "fullname" => Self::Name,
            "证件类型" | "证件种类" | "证件" | "documentkind" | "documenttype" | "document" => {
                Self::DocumentKind
            }
            "证件号码" | "证件号" | "身份证号" | "身份证号码" | "documentnumber" | "documentno"
            | "number" => Self::DocumentNumber,
            "出生日期" | "生日" | "出生年月日" | "birthdate" | "dateofbirth" | "born" => {
                Self::BirthDate
            }
            "手机" | "手机号" | "手机号码" | "联系电话" | "mobile" | "phone" => Self::Mobile,
            _ => return None,
        })
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Text(String),
    /// A spreadsheet took it for a number.
    Number(f64),
    Date(NaiveDate),
    /// An error such as `#N/A`.
    Error,
}

/// A line with something in it.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    number: u32,
    /// By their columns, counted from 0.
    cells: Vec<(usize, Cell)>,
}

impl From<csv::CsvLine> for Line {
    fn from(line: csv::CsvLine) -> Self {
        let cells = line.cells.into_iter().map(|(at, text)| (at, Cell::Text(text))).collect();
        Self { number: line.number, cells }
    }
}

/// Reads a list of at most `most` persons. `name` is what the file was called; its content decides what it is.
pub fn read(bytes: &[u8], name: &str, today: NaiveDate, most: usize) -> Result<PersonList, ListFault> {
    let lines = lines_of(bytes, name)?;
    let mut lines = lines.into_iter();
    let first = lines.next().ok_or(ListFault::Empty)?;
    let columns: Vec<(usize, PersonColumn)> = first
        .cells
        .iter()
        .filter_map(|(at, cell)| match cell {
            Cell::Text(heading) => Some((*at, PersonColumn::of(heading)?)),
            _ => None,
        })
        .collect();
    let has = |column: &PersonColumn| columns.iter().any(|(_, found)| found == column);
    let missing: Vec<PersonColumn> = PersonColumn::ALL
        .into_iter()
        .filter(|column| !has(column) && !matches!(column, PersonColumn::Mobile | PersonColumn::BirthDate))
        .collect();
    if !missing.is_empty() {
        return Err(ListFault::Header(missing));
    }
    let lines: Vec<Line> = lines.collect();
    match lines.len() {
        0 => Err(ListFault::Empty),
        count if count > most => Err(ListFault::TooMany(most)),
        _ => Ok(persons::check(&lines, &columns, today)),
    }
}

fn lines_of(bytes: &[u8], name: &str) -> Result<Vec<Line>, ListFault> {
    let name = name.to_lowercase();
    let is_zip = bytes.starts_with(b"PK\x03\x04");
    if is_zip != name.ends_with(".xlsx") && (name.ends_with(".xlsx") || name.ends_with(".csv")) {
        return Err(ListFault::Kind);
    }
    let lines = if is_zip {
        workbook::lines(bytes)?
    } else {
        // Pictures, PDF and old XLS have zeroes in them; no text in UTF-8 or GB18030 has.
        if bytes.contains(&0) || bytes.starts_with(b"%PDF") {
            return Err(ListFault::Kind);
        }
        let text = text_file::decode(bytes).map_err(ListFault::Text)?;
        csv::lines(&text, MOST_LINES).into_iter().map(Line::from).collect()
    };
    if lines.len() > MOST_LINES { Err(ListFault::TooMuch) } else { Ok(lines) }
}

#[cfg(test)]
mod tests;
