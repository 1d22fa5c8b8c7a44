//! What a person or an enterprise may be called. Pure.
//!
//! Names stand in mails and on pages that others read in our name: whoever could write a sentence with a link there
//! would write it to strangers on our paper. So a name is letters with what joins them, and holds no address.

use crate::auth::model::input;
use crate::base::words;
use crate::http::Problem;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Longest name of a person, and longest of its Han characters: the longest registered ones have some twenty.
const PERSON: usize = 60;
const PERSON_HAN: usize = 25;
const ENTERPRISE: usize = 100;
/// More in a row are accents heaped over the lines above.
const MARKS: usize = 2;
/// More digits in a row are a telephone number.
const DIGITS: usize = 5;

/// The name of a person.
pub fn person(field: &'static str, typed: &str) -> Result<String, Problem> {
    let name = input::line(field, typed, 1, PERSON)?;
    if is_name(&name, false) && name.chars().filter(|c| is_han(*c)).count() <= PERSON_HAN {
        return Ok(name);
    }
    Err(Problem::invalid(field, words::auth::name_not_allowed_person()))
}

/// The name of an enterprise.
pub fn enterprise(field: &'static str, typed: &str) -> Result<String, Problem> {
    let name = input::line(field, typed, 2, ENTERPRISE)?;
    if is_name(&name, true) {
        return Ok(name);
    }
    Err(Problem::invalid(field, words::auth::name_not_allowed_enterprise()))
}

fn is_name(name: &str, is_enterprise: bool) -> bool {
    let all: Vec<char> = name.chars().collect();
    let (mut marks, mut digits) = (0, 0);
    for (at, c) in all.iter().copied().enumerate() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        digits = if is_digit(c) { digits + 1 } else { 0 };
        let fits = match c {
            '.' => dot_fits(&all, at),
            _ if is_mark(c) => at > 0 && marks <= MARKS,
            _ if is_digit(c) => is_enterprise && digits <= DIGITS,
            _ => is_letter(c) || joins(c) || (is_enterprise && joins_enterprise(c)),
        };
        if !fits {
            return false;
        }
    }
    all.iter().any(|c| is_letter(*c))
}

/// After an initial or a shortened word, never inside of what a mail program takes for a host.
fn dot_fits(all: &[char], at: usize) -> bool {
    match all.get(at + 1) {
        None | Some(' ' | '-' | ',' | ')' | '）' | '\u{3000}') => at > 0,
        // J.R. Smith: single letters, each with its dot.
        Some(next) => {
            let alone = at.checked_sub(1).is_some_and(|last| {
                is_letter(all[last]) && last.checked_sub(1).is_none_or(|before| !is_letter(all[before]))
            });
            alone && is_letter(*next) && all.get(at + 2) == Some(&'.')
        }
    }
}

fn is_letter(c: char) -> bool {
    use GeneralCategory::*;
    match c {
        // Newer Han than our tables; the subjoined letters of Tibetan, of which several stand under one another.
        '\u{20000}'..='\u{3fffd}' | '\u{f90}'..='\u{fbc}' => true,
        // The ʻokina, the long vowel of katakana, the signs of repetition.
        '\u{2bb}' | '\u{2bc}' | 'ー' | '々' | '〻' | '〇' => true,
        // Letters that look like the signs of an address.
        'ǃ' | 'ꓸ' | 'ꓹ' | 'ꓺ' | 'ꓻ' | 'ꓽ' => false,
        _ => {
            matches!(c.general_category(), UppercaseLetter | LowercaseLetter | TitlecaseLetter | OtherLetter)
        }
    }
}

fn is_mark(c: char) -> bool {
    use GeneralCategory::*;
    !is_letter(c) && matches!(c.general_category(), NonspacingMark | SpacingMark)
}

fn is_digit(c: char) -> bool {
    c.general_category() == GeneralCategory::DecimalNumber
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}')
}

/// What stands between the letters of names, with the dots that are written in Xinjiang, Japan and Tibet.
fn joins(c: char) -> bool {
    " \u{3000}-‐'’（）()&·•・‧་".contains(c)
}

fn joins_enterprise(c: char) -> bool {
    ",，、＆“”«»+".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_are_names() {
        for name in [
            "王女士",
            "阿卜杜热合曼·买买提伊明",
            "𠮷野・Zoë",
            "宋𡐓女士",
            "葛\u{e0100}女士",
            "J. Smith",
            "J.R. Smith",
            "J.-P. O’Neill",
            "Nguyễn Thị Ánh",
            "Иван Сергеевич",
            "مەمەت",
            "བསྒྲུབས་",
            "王女士（报关部）",
            "Lin Jr.",
            "หมู่",
        ] {
            assert_eq!(person("name", name).unwrap_or_else(|problem| problem.code.into()), name);
        }
        assert_eq!(person("name", " 王 ").unwrap(), "王");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for name in [
            "海关通知 请登录 https://evil.example/x 核实账号否则停用",
            "请登录 evil.example",
            "www.evil.example",
            "evil。example",
            "evil．example",
            "t.co",
            "J.R.Smith",
            "a@b",
            "<b>王</b>",
            "王\\n",
            "王：您好",
            "wang:x",
            "王1",
            "打138",
            "１３８",
            "Z\u{335}\u{336}\u{337}o",
            "\u{301}王",
            "...",
            "（）",
            "王\n女士",
            "王，您好",
            "王!",
            "☎王",
        ] {
            let problem = person("name", name).unwrap_err();
            assert!(
                matches!(problem.code, "name_not_allowed" | "wrong_character"),
                "{name} {}",
                problem.code
            );
        }
        assert!(person("name", &"海".repeat(26)).is_err());
        assert_eq!(person("name", &"x".repeat(61)).unwrap_err().code, "wrong_length");
    }

    #[test]
    fn enterprises_have_digits_and_legal_forms() {
        for name in [
            "北岸样例（集团）有限公司",
            "Sample Co., Ltd.",
            "58样例",
            "ООО «Образец»",
            "样例A&B",
            "S&P-2 Sample",
        ] {
            assert_eq!(enterprise("name", name).unwrap_or_else(|problem| problem.code.into()), name);
        }
        for name in [
            "样例 https://evil.example",
            "样例 evil.example",
            "样例 1.2.3.4",
            "样例 15400000001",
            "2026",
            "样例/下载",
            "样例@x",
        ] {
            assert_eq!(enterprise("name", name).unwrap_err().code, "name_not_allowed", "{name}");
        }
    }
}
