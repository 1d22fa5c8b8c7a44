//! Lines as persons, each checked by itself and against the others.

use crate::auth::model::name_rules;
use crate::base::words;
use crate::booking::model::group::{
    Cell, DocumentKind, LONGEST_CELL, Line, LineFault, Person, PersonColumn, PersonList,
};
use crate::directory::model::identifiers;
use crate::http::{Problem, plain};
use chrono::{Datelike, NaiveDate};
use std::collections::HashMap;

/// From there on a spreadsheet keeps not every digit of a number.
const DIGITS_ARE_LOST: f64 = 1e15;
const LONGEST_NUMBER: usize = 20;

pub(super) fn check(lines: &[Line], columns: &[(usize, PersonColumn)], today: NaiveDate) -> PersonList {
    let mut list = PersonList { lines: lines.len(), ..PersonList::default() };
    let mut known: HashMap<(DocumentKind, String), u32> = HashMap::new();
    for line in lines {
        let (person, mut faults) = person(line, columns, today);
        if let Some((kind, number)) = person.number() {
            match known.get(&(kind, number.clone())) {
                Some(earlier) => {
                    let text = words::group::person_twice(*earlier);
                    faults.push(fault(line, PersonColumn::DocumentNumber, Problem::invalid("", text)));
                }
                None => {
                    known.insert((kind, number), line.number);
                }
            }
        }
        list.persons.extend(person.whole().filter(|_| faults.is_empty()));
        list.faults.extend(faults);
    }
    list
}

impl std::hash::Hash for DocumentKind {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
    }
}

/// What could be read of a line.
#[derive(Default)]
struct Read {
    name: Option<String>,
    kind: Option<DocumentKind>,
    number: Option<String>,
    birth_date: Option<NaiveDate>,
    mobile: Option<String>,
}

impl Read {
    fn number(&self) -> Option<(DocumentKind, String)> {
        Some((self.kind?, self.number.clone()?))
    }

    fn whole(self) -> Option<Person> {
        Some(Person {
            name: self.name?,
            document_kind: self.kind?,
            document_number: self.number?,
            birth_date: self.birth_date?,
            mobile: self.mobile,
        })
    }
}

fn person(line: &Line, columns: &[(usize, PersonColumn)], today: NaiveDate) -> (Read, Vec<LineFault>) {
    let mut faults = Vec::new();
    let mut keep = |column, problem| faults.push(fault(line, column, problem));
    let cell = |column: PersonColumn| {
        let at = columns.iter().find(|(_, known)| *known == column)?.0;
        line.cells.iter().find(|(place, _)| *place == at).map(|(_, cell)| cell)
    };
    let mut read = Read::default();
    let required = |column: PersonColumn| Problem::invalid("", words::group::person_missing(column.name()));

    match cell(PersonColumn::Name).ok_or_else(|| required(PersonColumn::Name)).and_then(name) {
        Ok(name) => read.name = Some(name),
        Err(problem) => keep(PersonColumn::Name, problem),
    }
    let kind = cell(PersonColumn::DocumentKind);
    match kind.ok_or_else(|| required(PersonColumn::DocumentKind)).and_then(document_kind) {
        Ok(kind) => read.kind = Some(kind),
        Err(problem) => keep(PersonColumn::DocumentKind, problem),
    }
    let number = cell(PersonColumn::DocumentNumber);
    let number = number.ok_or_else(|| required(PersonColumn::DocumentNumber));
    match number.and_then(|cell| document_number(cell, read.kind)) {
        Ok(number) => read.number = Some(number),
        Err(problem) => keep(PersonColumn::DocumentNumber, problem),
    }
    if let Some(cell) = cell(PersonColumn::Mobile) {
        match mobile(cell) {
            Ok(mobile) => read.mobile = Some(mobile),
            Err(problem) => keep(PersonColumn::Mobile, problem),
        }
    }
    // The number of a resident says it.
    let inside = read.number.as_ref().filter(|_| read.kind == Some(DocumentKind::ResidentId));
    let inside = inside.and_then(|number| NaiveDate::parse_from_str(number.get(6..14)?, "%Y%m%d").ok());
    let born = match (cell(PersonColumn::BirthDate), inside) {
        (Some(cell), inside) => birth_date(cell, today).and_then(|date| match inside {
            Some(inside) if inside != date => {
                Err(Problem::invalid("", words::group::birth_differs(inside.to_string())))
            }
            _ => Ok(date),
        }),
        (None, Some(inside)) => Ok(inside),
        (None, None) if read.kind == Some(DocumentKind::ResidentId) && read.number.is_none() => {
            // What is wrong with the number is said already.
            return (read, faults);
        }
        (None, None) => Err(required(PersonColumn::BirthDate)),
    };
    match born {
        Ok(date) => read.birth_date = Some(date),
        Err(problem) => keep(PersonColumn::BirthDate, problem),
    }
    (read, faults)
}

fn fault(line: &Line, column: PersonColumn, problem: Problem) -> LineFault {
    LineFault { line: line.number, column, code: problem.code, text: problem.title }
}

/// A cell as a text that anybody can see.
fn text(cell: &Cell) -> Result<String, Problem> {
    let text = match cell {
        Cell::Text(text) => text.trim().to_owned(),
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < DIGITS_ARE_LOST => {
            format!("{number:.0}")
        }
        Cell::Number(number) => number.to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Error => return Err(Problem::invalid("", words::group::cell_error())),
    };
    if text.chars().count() > LONGEST_CELL {
        return Err(Problem::invalid("", words::http::text_too_long(LONGEST_CELL)));
    }
    let text = plain::normal(&text).map_err(|fault| fault.problem(String::new()))?;
    Ok(text.into_owned())
}

fn name(cell: &Cell) -> Result<String, Problem> {
    name_rules::person("name", &text(cell)?)
}

fn document_kind(cell: &Cell) -> Result<DocumentKind, Problem> {
    let text: String = text(cell)?.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    Ok(match text.as_str() {
        "居民身份证" | "身份证" | "residentid" | "identitycard" | "idcard" | "id" => {
            DocumentKind::ResidentId
        }
        "护照" | "passport" => DocumentKind::Passport,
        "港澳台居民通行证"
        | "通行证"
        | "港澳居民来往内地通行证"
        | "台湾居民来往大陆通行证"
        | "居住证"
        | "港澳台居民居住证"
        | "permit" => DocumentKind::Permit,
        "其他" | "other" => DocumentKind::Other,
        _ => return Err(Problem::invalid("", words::group::unknown_document_kind())),
    })
}

fn document_number(cell: &Cell, kind: Option<DocumentKind>) -> Result<String, Problem> {
    let mangled = || Problem::invalid("", words::group::number_mangled());
    if matches!(cell, Cell::Number(number) if number.abs() >= DIGITS_ARE_LOST || number.fract() != 0.0) {
        return Err(mangled());
    }
    let number = identifiers::plain(&text(cell)?);
    if is_mangled(&number) {
        return Err(mangled());
    }
    if kind == Some(DocumentKind::ResidentId) {
        return identifiers::resident_id(&number).map_err(|fault| {
            // A spreadsheet keeps 15 digits; what comes after them it makes zeroes.
            let rounded = number.len() == 18 && number.ends_with("000");
            if rounded { mangled() } else { fault.problem("") }
        });
    }
    let fits = number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/'));
    let length = number.chars().count();
    if fits && (4..=LONGEST_NUMBER).contains(&length) {
        return Ok(number);
    }
    Err(Problem::invalid("", words::group::invalid_document_number()))
}

/// `2.30102E+17`: a spreadsheet's way to write a number that was no number.
fn is_mangled(number: &str) -> bool {
    let Some((digits, power)) = number.split_once(['E', 'e']) else {
        // `230102199001011000.0`
        return number.strip_suffix(".0").or_else(|| number.strip_suffix(".00")).is_some_and(all_digits);
    };
    let power = power.strip_prefix('+');
    let digits =
        digits.split_once('.').map_or_else(|| digits.to_owned(), |(whole, rest)| format!("{whole}{rest}"));
    power.is_some_and(all_digits) && all_digits(&digits)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn mobile(cell: &Cell) -> Result<String, Problem> {
    let text = text(cell)?;
    if is_mangled(&identifiers::plain(&text)) {
        return Err(Problem::invalid("", words::group::number_mangled()));
    }
    identifiers::mobile(&text).map_err(|fault| fault.problem(""))
}

fn birth_date(cell: &Cell, today: NaiveDate) -> Result<NaiveDate, Problem> {
    let wrong = || Problem::invalid("", words::group::invalid_birth_date());
    let date = match cell {
        Cell::Date(date) => *date,
        other => {
            let text = identifiers::plain(&text(other)?);
            let parts: Vec<&str> =
                text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
            let parts = match parts.as_slice() {
                [whole] if whole.len() == 8 && all_digits(whole) => {
                    vec![&whole[..4], &whole[4..6], &whole[6..]]
                }
                [year, ..] if year.len() == 4 => parts,
                _ => return Err(wrong()),
            };
            let numbers: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
            match numbers.as_slice() {
                [year, month, day] if parts.len() == 3 => {
                    NaiveDate::from_ymd_opt(i32::try_from(*year).unwrap_or_default(), *month, *day)
                        .ok_or_else(wrong)?
                }
                _ => return Err(wrong()),
            }
        }
    };
    if date.year() < 1900 || date > today { Err(wrong()) } else { Ok(date) }
}
