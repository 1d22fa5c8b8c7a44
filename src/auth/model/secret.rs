//! What may be a password (NIST SP 800-63B): long enough, and not one of those that are guessed first. Pure.
//!
//! There is no list of leaked passwords: what such lists are full of follows few patterns — words everybody
//! takes, walks over the keyboard, runs, repetitions, years, the person's own name — and each pattern counts
//! here as a single character, however long it is. What remains must still be a number of characters.

use crate::base::words::{self, Text};
use crate::http::Problem;
use unicode_normalization::UnicodeNormalization;

/// NIST asks for 8 at least; with ten a short one is not worth trying.
pub const SHORTEST: usize = 10;
pub const LONGEST: usize = 128;
/// So many characters must be left when each pattern counts as one.
const LEAST_UNEXPECTED: usize = 6;
/// Fewer different characters than this are a pattern too.
const LEAST_DIFFERENT: usize = 5;
/// From this length on a run or a walk is a pattern.
const RUN: usize = 3;

/// Rows of a keyboard, and its slanting columns.
const WALKS: &[&str] = &[
    "`1234567890-=",
    "~!@#$%^&*()_+",
    "qwertyuiop[]\\",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "qwertzuiop",
    "azertyuiop",
    "1qaz",
    "2wsx",
    "3edc",
    "4rfv",
    "5tgb",
    "6yhn",
    "7ujm",
    "8ik,",
    "9ol.",
];
/// Alphabets whose runs count, upwards and downwards.
const RUNS: &[&str] = &["01234567890", "abcdefghijklmnopqrstuvwxyz"];

/// What people take for a password, in the spelling that [`plain`] gives.
const WORDS: &[&str] = &[
    "administrator",
    "adminstrator",
    "password",
    "passwort",
    "passw",
    "changeme",
    "administr",
    "iloveyou",
    "letmein",
    "woaini",
    "wojiushi",
    "superman",
    "princess",
    "football",
    "baseball",
    "sunshine",
    "whatever",
    "computer",
    "internet",
    "michael",
    "charlie",
    "shadow",
    "master",
    "monkey",
    "dragon",
    "mustang",
    "welcome",
    "hello",
    "trustno",
    "starwars",
    "freedom",
    "secret",
    "default",
    "oracle",
    "server",
    "system",
    "manager",
    "operator",
    "service",
    "support",
    "access",
    "guest",
    "login",
    "logon",
    "user",
    "test",
    "demo",
    "root",
    "admin",
    "pass",
    "love",
    "good",
    "china",
    "zhongguo",
    "beijing",
    "shanghai",
    "haerbin",
    "harbin",
    "heilongjiang",
    "customs",
    "haiguan",
    "mianqia",
    "guanyuan",
    "baoguan",
    "mima",
    "zaijian",
    "nihao",
    "aini",
    "wangluo",
    "qazwsx",
    "qwer",
    "asdf",
    "zxcv",
    "面洽",
    "海关",
    "密码",
];
/// Numbers that stand for words or luck.
const NUMBERS: &[&str] = &[
    "5201314",
    "1314520",
    "147258369",
    "147258",
    "159357",
    "741852963",
    "789456",
    "520",
    "1314",
    "666",
    "888",
    "168",
];

/// The password in the form in which it is hashed and compared, whatever keyboard it was typed on (NFKC).
pub fn normal(typed: &str) -> String {
    typed.nfkc().collect()
}

/// Why it may not be one's password; `about` are words that stand for the person: login, name, mail, enterprise.
pub fn fault(password: &str, about: &[&str]) -> Option<Text> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(words::auth::bad_password_short(SHORTEST, length));
    }
    if length > LONGEST {
        return Some(words::auth::bad_password_long(LONGEST, length));
    }
    if password.chars().any(char::is_control) {
        return Some(words::auth::bad_password_invisible());
    }
    let mut different: Vec<char> = password.to_lowercase().chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < LEAST_DIFFERENT || is_repetition(password) {
        return Some(words::auth::bad_password_repeats());
    }
    let own = own_words(about);
    if unexpected(password, &own) < LEAST_UNEXPECTED {
        let without_own = unexpected(password, &[]);
        return Some(if without_own >= LEAST_UNEXPECTED {
            words::auth::bad_password_about_you()
        } else {
            words::auth::bad_password_common()
        });
    }
    None
}

/// 422 for the field in which it was typed.
pub fn check(field: &'static str, password: &str, about: &[&str]) -> Result<(), Problem> {
    match fault(password, about) {
        None => Ok(()),
        Some(title) => Err(Problem::invalid(field, title)),
    }
}

/// The same short unit from beginning to end.
fn is_repetition(password: &str) -> bool {
    let chars: Vec<char> = password.chars().collect();
    (1..=chars.len() / 2).any(|unit| unit <= 6 && chars.iter().zip(&chars[unit..]).all(|(a, b)| a == b))
}

/// Words of at least three letters that stand for the person, whole and in their parts.
fn own_words(about: &[&str]) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = about
        .iter()
        .flat_map(|text| {
            let local = text.split('@').next().unwrap_or_default();
            let parts = text.split(|c: char| !c.is_alphanumeric());
            [*text, local].into_iter().chain(parts).map(plain).collect::<Vec<_>>()
        })
        .filter(|word| word.len() >= if word.iter().all(char::is_ascii) { 3 } else { 2 })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// Lower case, with the letters that digits and signs are written for.
fn plain(text: &str) -> Vec<char> {
    text.to_lowercase()
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '3' => 'e',
            '1' | '!' => 'i',
            '0' => 'o',
            '$' | '5' => 's',
            '7' => 't',
            other => other,
        })
        .collect()
}

/// How many characters are left when each pattern counts as one and one that was seen already as none.
fn unexpected(password: &str, own: &[Vec<char>]) -> usize {
    let raw: Vec<char> = password.to_lowercase().chars().collect();
    let letters = plain(password);
    let words: Vec<Vec<char>> = WORDS.iter().map(|word| word.chars().collect()).collect();
    let mut seen: Vec<&[char]> = Vec::new();
    let (mut at, mut count) = (0, 0);
    while at < raw.len() {
        let length = pattern_at(&raw, &letters, at, own, &words);
        let part = &raw[at..at + length];
        if length == 1 || !seen.contains(&part) {
            count += 1;
        }
        if length > 1 {
            seen.push(part);
        }
        at += length;
    }
    count
}

/// The length of the longest pattern that begins here; 1 when there is none.
fn pattern_at(raw: &[char], letters: &[char], at: usize, own: &[Vec<char>], words: &[Vec<char>]) -> usize {
    let word = own.iter().chain(words).filter(|word| letters[at..].starts_with(word)).map(Vec::len).max();
    let number = NUMBERS.iter().map(|number| number.chars().collect::<Vec<_>>());
    let number = number.filter(|number| raw[at..].starts_with(number)).map(|number| number.len()).max();
    let walk = WALKS.iter().chain(RUNS).map(|walk| walk_at(&raw[at..], walk)).max();
    let same = raw[at..].iter().take_while(|c| **c == raw[at]).count();
    [word, number, walk, Some(same), Some(year_at(&raw[at..]))]
        .into_iter()
        .flatten()
        .filter(|length| *length >= 2)
        .filter(|length| *length >= RUN || word == Some(*length))
        .max()
        .unwrap_or(1)
}

/// How far the text goes along a row of keys or an alphabet, forwards or backwards.
fn walk_at(text: &[char], walk: &str) -> usize {
    let walk: Vec<char> = walk.chars().collect();
    let place = |c: &char| walk.iter().position(|known| known == c);
    let along = |forwards: bool| {
        let steps = text.windows(2).take_while(|pair| match (place(&pair[0]), place(&pair[1])) {
            (Some(a), Some(b)) => {
                if forwards {
                    a + 1 == b
                } else {
                    b + 1 == a
                }
            }
            _ => false,
        });
        steps.count() + 1
    };
    let whole = along(true).max(along(false));
    if whole >= RUN { whole } else { 1 }
}

/// A year of the last and this century, with month and day if they follow.
fn year_at(text: &[char]) -> usize {
    let digits: Vec<u32> = text.iter().map_while(|c| c.to_digit(10)).take(8).collect();
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |sum, digit| sum * 10 + digit);
    if digits.len() < 4 || !(1900..2100).contains(&number(0, 4)) {
        return 1;
    }
    match digits.len() {
        8.. if (1..=12).contains(&number(4, 6)) && (1..=31).contains(&number(6, 8)) => 8,
        6.. if (1..=12).contains(&number(4, 6)) => 6,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::words::Language;

    const ABOUT: [&str; 5] =
        ["He.Food", "何女士", "xiaohe@example.com", "霜河样例食品有限公司", "91239999MA0000285Y"];

    #[test]
    fn what_is_guessed_first_is_refused_with_the_rule_that_it_breaks() {
        for (password, rule) in [
            ("short", "至少 10 个"),
            ("", "至少 10 个"),
            ("1234567890", "连续的数字"),
            ("0987654321", "连续的数字"),
            ("          ", "重复"),
            ("\0\0\0\0\0\0\0\0\0\0", "控制字符"),
            ("correct\u{7}horse", "控制字符"),
            ("aaaaaaaaaa", "重复"),
            ("abcabcabcabc", "重复"),
            ("hi!xhi!xhi!x", "重复"),
            ("1212121212", "重复"),
            ("qwertyuiop", "相邻的键"),
            ("1qaz2wsx3edc", "相邻的键"),
            ("qwer1234asdf", "常见的词"),
            ("Password123!", "常见的词"),
            ("P@ssw0rd2026", "常见的词"),
            ("woaini1314520", "常见的词"),
            ("19900101abc", "年份"),
            ("Admin@2026!", "常见的词"),
            ("mianqia-demo", "常见的词"),
            ("haiguan2026", "常见的词"),
            ("He.Food1234", "登录名"),
            ("xiaohe-xiaohe!", "登录名"),
            ("霜河样例食品有限公司1", "登录名"),
            ("91239999MA0000285Y", "登录名"),
        ] {
            let fault = fault(password, &ABOUT).unwrap_or_else(|| panic!("{password:?} passes"));
            let said = fault.in_language(Language::ZhCn);
            assert!(said.contains(rule), "{password:?}: {said}");
        }
        assert!(fault(&"xk".repeat(65), &[]).unwrap().in_language(Language::ZhCn).contains("最多 128"));
    }

    #[test]
    fn what_is_hard_to_guess_passes_whatever_it_is_made_of() {
        for password in [
            "correct horse battery",
            "another good password",
            "kR7#mPz!q2",
            "雪落无声而江水向东流去",
            "我家的猫爱吃三文鱼吗",
            "трава зеленеет",
            "tulip-anvil-7-brook",
            "🐟 likes cold rivers",
        ] {
            assert_eq!(fault(&normal(password), &ABOUT), None, "{password}");
        }
        let long: String = ('\u{4e00}'..).take(LONGEST).collect();
        assert_eq!(fault(&long, &ABOUT), None);
    }

    #[test]
    fn the_keyboard_that_it_is_typed_on_does_not_matter() {
        assert_eq!(normal("ｃｏｒｒｅｃｔ"), "correct");
        assert_eq!(normal("e\u{301}"), normal("é"));
    }
}
