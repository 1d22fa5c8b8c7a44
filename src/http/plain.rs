//! What may stand in a text that somebody sends: one rule for every string of every operation, held by the
//! extractors, so that no feature can forget it. Pure.
//!
//! Refused is what a reader cannot see or what changes how the rest is read: control characters (PostgreSQL does
//! not even store a NUL), category Cf (zero widths, directions), private and unassigned characters, fillers that
//! show as nothing. What stays is brought to NFC, so that equal-looking texts are equal. The middle dot and every
//! Han character, however rare, are text.

use crate::base::words;
use crate::http::Problem;
use serde_json::Value;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// No text of this service comes near; what a field takes is said where the field is.
const LONGEST: usize = 10_000;
/// A field of such a name holds a file, whose bytes are not read as text here.
const FILE: &str = "_base64";
/// So many characters a file may have in it: 24 kB.
pub const LONGEST_FILE: usize = 32_000;
/// The same of a list of persons, which may be a workbook: 72 kB.
const LIST: &str = "list_base64";
const LONGEST_LIST: usize = 96_000;

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Character(char),
    TooLong(usize),
}

impl Fault {
    pub fn problem(self, field: String) -> Problem {
        match self {
            Self::Character(character) => {
                let code = format!("U+{:04X}", u32::from(character));
                Problem::invalid(field, words::http::text_not_allowed(code))
            }
            Self::TooLong(longest) => Problem::invalid(field, words::http::text_too_long(longest)),
        }
    }
}

/// Whether every character may stand in a text.
pub fn check(text: &str) -> Result<(), Fault> {
    let mut before = None;
    for (count, character) in text.chars().enumerate() {
        if count >= LONGEST {
            return Err(Fault::TooLong(LONGEST));
        }
        if !is_allowed(character, before) {
            return Err(Fault::Character(character));
        }
        before = Some(character);
    }
    Ok(())
}

/// Whether bytes are written as base64 writes them, and are not too many.
fn check_file(text: &str, longest: usize) -> Result<(), Fault> {
    if text.len() > longest {
        return Err(Fault::TooLong(longest));
    }
    let is_base64 = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    text.chars().find(|c| !is_base64(c)).map_or(Ok(()), |wrong| Err(Fault::Character(wrong)))
}

/// The text as it is taken: checked, in NFC, with line breaks as `\n`, and empty when nothing can be seen in it.
pub fn normal(text: &str) -> Result<Cow<'_, str>, Fault> {
    check(text)?;
    if text.chars().all(is_blank) {
        return Ok(Cow::Borrowed(""));
    }
    if text.is_ascii() && !text.contains('\r') {
        return Ok(Cow::Borrowed(text));
    }
    Ok(Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect()))
}

/// Brings every string of a body to its normal form, or names the first field that cannot be taken.
pub fn clean(value: &mut Value) -> Result<(), Problem> {
    walk(value, "")
}

fn walk(value: &mut Value, path: &str) -> Result<(), Problem> {
    match value {
        Value::String(text) => {
            if path.ends_with(FILE) {
                let longest = if path.ends_with(LIST) { LONGEST_LIST } else { LONGEST_FILE };
                return check_file(text, longest).map_err(|fault| fault.problem(path.to_owned()));
            }
            // A password is what was typed, to the last byte.
            if path.ends_with("password") {
                return check(text).map_err(|fault| fault.problem(path.to_owned()));
            }
            match normal(text).map_err(|fault| fault.problem(path.to_owned()))? {
                Cow::Owned(normal) => *text = normal,
                Cow::Borrowed("") => text.clear(),
                Cow::Borrowed(_) => {}
            }
            Ok(())
        }
        Value::Array(items) => {
            items.iter_mut().enumerate().try_for_each(|(at, item)| walk(item, &format!("{path}[{at}]")))
        }
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, field)| {
            check(name).map_err(|fault| fault.problem(path.to_owned()))?;
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            walk(field, &path)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
    }
}

fn is_allowed(character: char, before: Option<char>) -> bool {
    match character {
        '\n' | '\r' | '\t' => return true,
        // Characters that are drawn as nothing, and what stands for bytes that were no text.
        '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}'
        | '\u{ffa0}' | '\u{fffd}' => return false,
        // Variation selectors choose the form of the Han character or sign before them.
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => {
            return before.is_some_and(|before| !is_blank(before) && !is_selector(before));
        }
        '\u{180b}'..='\u{180f}' => return false,
        // The planes of Han: those that are newer than our tables are Han all the same.
        '\u{20000}'..='\u{2fffd}' | '\u{30000}'..='\u{3fffd}' => return true,
        _ => {}
    }
    !matches!(
        character.general_category(),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

fn is_selector(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_seen_or_used_is_no_text() {
        for text in [
            "a\0b",
            "a\u{7}b",
            "\u{202e}张三",
            "a\u{200b}",
            "\u{feff}a",
            "\u{e000}",
            "a\u{200d}b",
            "\u{ad}",
            "\u{2028}",
            "\u{fff9}",
            "\u{e0041}",
            "\u{3164}",
            "\u{2800}",
            "\u{10ffff}",
            "\u{378}",
            "\u{fe0f}",
            " \u{fe0f}",
            "a\u{fe0f}\u{fe0f}",
            "\u{fffd}",
            "\u{85}",
            "\u{2066}x\u{2069}",
            "\u{180e}",
        ] {
            assert!(matches!(normal(text), Err(Fault::Character(_))), "{text:?}");
        }
        assert_eq!(normal(&"长".repeat(LONGEST + 1)), Err(Fault::TooLong(LONGEST)));
    }

    #[test]
    fn names_rare_characters_and_line_breaks_are_text() {
        for text in [
            "阿迪力·买买提",
            "𠮷野家",
            "\u{3134a}",
            "\u{33479}",
            "葛\u{e0100}",
            "Zoë O’Neill",
            "a\tb\nc",
            "☎\u{fe0f} 154",
            "1800-01-01",
            "-9999-01-01T00:00:00Z",
            "مەمەت",
            "—「」、",
        ] {
            assert_eq!(normal(text).unwrap(), text, "{text:?}");
        }
    }

    #[test]
    fn equal_looking_texts_become_equal_and_blank_ones_empty() {
        assert_eq!(normal("Zoe\u{308}").unwrap(), "Zoë");
        assert_eq!(normal("a\r\nb\rc").unwrap(), "a\nb\nc");
        assert_eq!(normal(" \u{3000}\t\n").unwrap(), "");
        assert_eq!(normal(" 张三 ").unwrap(), " 张三 ");
    }

    #[test]
    fn a_body_is_cleaned_to_its_depth_and_passwords_are_left_as_typed() {
        let mut body = json!({"a": {"b": ["x", "e\u{301}"]}, "new_password": "e\u{301}  ", "c": "  "});
        clean(&mut body).unwrap();
        assert_eq!(body, json!({"a": {"b": ["x", "é"]}, "new_password": "e\u{301}  ", "c": ""}));
        for (body, field) in [
            (json!({"a": {"b": ["x", "\u{200b}"]}}), "a.b[1]"),
            (json!({"password": "a\0"}), "password"),
            (json!({"fields": {"\u{202e}": "x"}}), "fields"),
        ] {
            assert_eq!(clean(&mut body.clone()).unwrap_err().field.as_deref(), Some(field), "{body}");
        }
    }

    #[test]
    fn a_file_is_base64_and_longer_than_a_text() {
        let long = "Zm9v".repeat(LONGEST_FILE / 4);
        for (text, code) in [
            (long.as_str(), None),
            ("", None),
            (&format!("{long}Zm9v"), Some("text_too_long")),
            ("Zm 9v", Some("text_not_allowed")),
            ("Zm9v\u{200b}", Some("text_not_allowed")),
        ] {
            let cleaned = clean(&mut json!({"file_base64": text}));
            assert_eq!(cleaned.err().map(|problem| problem.code), code);
        }
    }
}
