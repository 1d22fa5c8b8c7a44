//! The customs offices by their codes (关区代码表): the list's file form, and finding one in it. Pure.
//!
//! The list in force is published by the General Administration and changes with every new office; no whole one
//! with a source was to be had, so the office imports its own.

use crate::base::words::{self, ByLanguage, Language, Text};
use crate::directory::model::text_file::{self, TextFault};
use crate::http::plain_text;
use serde::Serialize;
use std::collections::BTreeMap;

const HEADER: &str = "code,name_zh,name_en";
/// Longest name, in characters.
const NAME: usize = 80;
/// As many as one answer holds.
pub const FOUND: usize = 20;

/// A customs office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomsOffice {
    /// Four digits.
    pub code: String,
    /// Where it is not known in a language, as it is known.
    pub name: ByLanguage,
}

/// The list, by code.
pub type CustomsList = BTreeMap<String, ByLanguage>;

/// The first thing in a list that is wrong. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CustomsFault {
    /// The bytes are no text.
    Unreadable(TextFault),
    /// The first line is not `code,name_zh,name_en`.
    Header { line: usize },
    /// There is no line after the header.
    Empty,
    /// A line does not have three values.
    Columns { line: usize },
    /// Not four digits.
    Code { line: usize },
    /// No Chinese name, or a name that is too long or not plain text.
    Name { line: usize },
    /// The code stands in an earlier line already.
    Twice { line: usize, earlier: usize },
}

impl CustomsFault {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(fault) => fault.code(),
            Self::Header { .. } => "customs_header",
            Self::Empty => "customs_empty",
            Self::Columns { .. } => "customs_columns",
            Self::Code { .. } => "customs_code",
            Self::Name { .. } => "customs_name",
            Self::Twice { .. } => "customs_twice",
        }
    }

    /// Which line, why, and what now.
    pub fn text(&self) -> Text {
        match self {
            Self::Unreadable(fault) => fault.text(),
            Self::Header { line } => words::import::customs_header(line, HEADER),
            Self::Empty => words::import::customs_empty(),
            Self::Columns { line } => words::import::customs_values(line),
            Self::Code { line } => words::import::customs_code(line),
            Self::Name { line } => words::import::customs_name(line, NAME),
            Self::Twice { line, earlier } => words::import::customs_repeated(line, earlier),
        }
    }
}

/// Reads a list in UTF-8 or GB18030. Lines that begin with `#` are remarks.
pub fn read(csv: &[u8]) -> Result<CustomsList, CustomsFault> {
    let csv = text_file::decode(csv).map_err(CustomsFault::Unreadable)?;
    let mut lines =
        (1..).zip(csv.lines().map(str::trim)).filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
    match lines.next() {
        Some((_, HEADER)) => {}
        Some((line, _)) => return Err(CustomsFault::Header { line }),
        None => return Err(CustomsFault::Header { line: 1 }),
    }
    let mut list = CustomsList::new();
    let mut seen = BTreeMap::new();
    for (line, text) in lines {
        let values: Vec<&str> = text.split(',').map(str::trim).collect();
        let [code, zh, en] = values[..] else { return Err(CustomsFault::Columns { line }) };
        if !is_code(code) {
            return Err(CustomsFault::Code { line });
        }
        let zh = name(zh, line)?.ok_or(CustomsFault::Name { line })?;
        let en = name(en, line)?;
        if let Some(earlier) = seen.insert(code.to_owned(), line) {
            return Err(CustomsFault::Twice { line, earlier });
        }
        let names = [(Language::ZhCn, Some(zh)), (Language::En, en)];
        let names = names.into_iter().filter_map(|(language, name)| Some((language, name?)));
        list.insert(code.to_owned(), ByLanguage::of(names));
    }
    if list.is_empty() { Err(CustomsFault::Empty) } else { Ok(list) }
}

fn name(text: &str, line: usize) -> Result<Option<String>, CustomsFault> {
    let name = plain_text(text).map_err(|_| CustomsFault::Name { line })?;
    if name.chars().count() > NAME || name.contains(['"', '\t']) {
        return Err(CustomsFault::Name { line });
    }
    Ok((!name.is_empty()).then(|| name.into_owned()))
}

/// Whether it is a customs code by its form.
pub fn is_code(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The offices whose code begins with what was typed or whose name holds it: by code, names that begin with it
/// first. All of them, as many as fit, when nothing was typed.
pub fn find(list: &CustomsList, typed: &str) -> Vec<CustomsOffice> {
    let wanted = crate::directory::model::identifiers::plain(typed).to_lowercase();
    let rank = |code: &str, name: &ByLanguage| {
        let names: Vec<String> = name.texts().map(|text| text.to_lowercase().replace(' ', "")).collect();
        if code.starts_with(&wanted) || names.iter().any(|name| name.starts_with(&wanted)) {
            Some(0)
        } else if names.iter().any(|name| name.contains(&wanted)) {
            Some(1)
        } else {
            None
        }
    };
    let mut found: Vec<_> =
        list.iter().filter_map(|(code, name)| rank(code, name).map(|rank| (rank, code, name))).collect();
    found.sort_by_key(|(rank, code, _)| (*rank, *code));
    let office = |(_, code, name): (i32, &String, &ByLanguage)| CustomsOffice {
        code: code.clone(),
        name: name.for_all(),
    };
    found.into_iter().take(FOUND).map(office).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# of a test\ncode,name_zh,name_en\n1901,样例海关,Sample Customs\n0101,甲关区,\n\
                        1902,样例机场海关,Sample Airport Customs\n0102,乙样例办,\n";

    fn codes(typed: &str) -> Vec<String> {
        find(&read(LIST.as_bytes()).unwrap(), typed).into_iter().map(|office| office.code).collect()
    }

    #[test]
    fn offices_are_found_by_code_and_by_name_in_both_languages() {
        for (typed, found) in [
            ("", &["0101", "0102", "1901", "1902"][..]),
            ("19", &["1901", "1902"]),
            ("１９０２", &["1902"]),
            (" 1901 ", &["1901"]),
            ("样例", &["1901", "1902", "0102"]),
            ("机场", &["1902"]),
            ("sample air", &["1902"]),
            ("Customs", &["1901", "1902"]),
            ("丙", &[]),
            ("01", &["0101", "0102"]),
        ] {
            assert_eq!(codes(typed), found, "{typed}");
        }
    }

    #[test]
    fn a_list_in_gbk_is_the_same_list() {
        assert_eq!(read(&encoding_rs::GBK.encode(LIST).0), read(LIST.as_bytes()));
        assert_eq!(read(LIST.as_bytes()).unwrap()["0101"], ByLanguage::of([(Language::ZhCn, "甲关区")]));
    }

    #[test]
    fn the_first_bad_line_of_a_list_is_named_with_its_reason() {
        for (line, fault) in [
            ("1903,丙", CustomsFault::Columns { line: 7 }),
            ("1903,丙,C,x", CustomsFault::Columns { line: 7 }),
            ("903,丙,", CustomsFault::Code { line: 7 }),
            ("1９03,丙,", CustomsFault::Code { line: 7 }),
            ("1903,,C", CustomsFault::Name { line: 7 }),
            ("1903,\"丙\",", CustomsFault::Name { line: 7 }),
            ("1903,丙\u{202e},", CustomsFault::Name { line: 7 }),
            ("1901,丙,", CustomsFault::Twice { line: 7, earlier: 3 }),
        ] {
            assert_eq!(read(format!("{LIST}{line}\n").as_bytes()), Err(fault), "{line}");
        }
        assert_eq!(read(b""), Err(CustomsFault::Header { line: 1 }));
        assert_eq!(read(b"# x\ncode,name\n"), Err(CustomsFault::Header { line: 2 }));
        assert_eq!(read(b"code,name_zh,name_en\n"), Err(CustomsFault::Empty));
        let broken = [LIST.as_bytes(), b"1903,\xff,\n"].concat();
        assert_eq!(read(&broken), Err(CustomsFault::Unreadable(TextFault::Encoding { line: 7 })));
    }
}
