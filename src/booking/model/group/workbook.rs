//! The first sheet of an XLSX file, cell by cell: a sheet is never laid out as a whole, because one cell in the last
//! corner would make it as large as memory. What the file unpacks to is measured first.

use crate::booking::model::group::{Cell, Line, ListFault, MOST_LINES};
use calamine::{DataRef, Reader, SheetVisible, Xlsx};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zip::ZipArchive;

/// All that is in the file, unpacked.
const MOST_BYTES: u64 = 8 << 20;
const MOST_PARTS: usize = 200;
const MOST_CELLS: usize = 40_000;
/// Columns beyond are nobody's.
const MOST_COLUMNS: u32 = 100;

pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Line>, ListFault> {
    // The file is a stranger's, and what reads it is not ours: whatever it stumbles over is a broken file.
    catch_unwind(AssertUnwindSafe(|| {
        measure(bytes)?;
        read(bytes)
    }))
    .unwrap_or(Err(ListFault::Broken))
}

/// Unpacks everything into nothing: the sizes that a file tells of itself may be lies.
fn measure(bytes: &[u8]) -> Result<(), ListFault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ListFault::Broken)?;
    if archive.len() > MOST_PARTS {
        return Err(ListFault::TooMuch);
    }
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| ListFault::Broken)?;
        let read = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| ListFault::Broken)?;
        left = left.checked_sub(read).ok_or(ListFault::TooMuch)?;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<Vec<Line>, ListFault> {
    // Any other document of the same packing is not what is asked for.
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| ListFault::Kind)?;
    let sheets = book.sheets_metadata().iter();
    let sheet = sheets.clone().find(|sheet| sheet.visible == SheetVisible::Visible).or(sheets.clone().next());
    let sheet = sheet.ok_or(ListFault::Kind)?.name.clone();
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| ListFault::Broken)?;
    let mut lines: BTreeMap<u32, Vec<(usize, Cell)>> = BTreeMap::new();
    let mut seen = 0;
    while let Some(cell) = cells.next_cell().map_err(|_| ListFault::Broken)? {
        seen += 1;
        if seen > MOST_CELLS {
            return Err(ListFault::TooMuch);
        }
        let (row, column) = cell.get_position();
        let Some(value) = value_of(cell.get_value()).filter(|_| column < MOST_COLUMNS) else { continue };
        lines.entry(row).or_default().push((column as usize, value));
        if lines.len() > MOST_LINES {
            return Err(ListFault::TooMuch);
        }
    }
    Ok(lines.into_iter().map(|(row, cells)| Line { number: row.saturating_add(1), cells }).collect())
}

fn value_of(value: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Cell::Text(text.to_owned()));
    match value {
        DataRef::Empty => None,
        DataRef::String(value) | DataRef::DurationIso(value) => text(value),
        DataRef::SharedString(value) => text(value),
        #[expect(clippy::cast_precision_loss, reason = "what has lost digits is found by being so large")]
        DataRef::Int(number) => Some(Cell::Number(*number as f64)),
        DataRef::Float(number) => Some(Cell::Number(*number)),
        DataRef::DateTimeIso(value) => {
            let date = value.get(..10).and_then(|date| date.parse().ok());
            date.map_or_else(|| text(value), |date| Some(Cell::Date(date)))
        }
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
            Some(date.map_or(Cell::Error, Cell::Date))
        }
        DataRef::Bool(value) => Some(Cell::Text(value.to_string())),
        DataRef::Error(_) => Some(Cell::Error),
    }
}
