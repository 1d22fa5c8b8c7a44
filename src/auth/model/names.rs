//! Names that look the same to whoever decides about them. Pure.

use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The simplified form of each traditional character.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("traditional.txt").lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.flat_map(|line| line.split(' ')).map(|pair| {
        let mut pair = pair.chars();
        Some((pair.next()?, pair.next()?))
    });
    pairs.flatten().collect()
});

/// What says that it is an enterprise and nothing about which; the longest first.
const ENDINGS: [&str; 12] = [
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "有限公司",
    "集团公司",
    "公司",
    "集团",
    "coltd",
    "company",
    "limited",
    "ltd",
    "inc",
];

/// A name without what the eye passes over: width, case, accents, spaces, signs, traditional characters, letters that
/// look like others, and the legal form at its end. Two names with the same key look like one. Who changes this has
/// the stored keys emptied by a migration: they are made anew at the next start.
pub fn key(name: &str) -> String {
    let letters = name.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let mut key: String = letters.filter(|c| c.is_alphanumeric()).map(simplified).map(twin).collect();
    while let Some(rest) = ENDINGS.iter().find_map(|ending| key.strip_suffix(&looks(ending))) {
        if rest.is_empty() {
            break;
        }
        key = rest.to_owned();
    }
    if key.is_empty() { name.to_owned() } else { key }
}

fn looks(text: &str) -> String {
    text.chars().map(twin).collect()
}

fn simplified(c: char) -> char {
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

/// One letter for all that look like it in the fonts of our pages.
fn twin(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | '〇' | '零' => 'o',
        '1' | 'i' | 'і' | 'ı' | '|' => 'l',
        '5' => 's',
        '2' => 'z',
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' => 'c',
        'е' => 'e',
        'н' => 'h',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'р' | 'ρ' => 'p',
        'т' | 'τ' => 't',
        'у' => 'y',
        'х' | 'χ' => 'x',
        '曰' => '日',
        '未' => '末',
        '士' => '土',
        '己' | '巳' => '已',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::model::names::key;

    #[test]
    fn names_that_look_the_same_have_one_key() {
        for (one, other) in [
            ("北岸样例食品有限公司", "北岸样例食品 有限公司"),
            ("北岸样例食品有限公司", "北岸样例食品有限责任公司"),
            ("北岸样例食品有限公司", "北岸样例食品"),
            ("北岸样例食品", "北岸\u{200b}样例食品"),
            ("北岸样例食品", "（北岸）样例·食品"),
            ("ABC 样例", "ａｂｃ样例"),
            ("Sample Co., Ltd.", "SAMPLE"),
            ("S0L样例", "sol样例"),
            ("Самрle", "Cample"),
            ("雪原样例粮油", "雪原樣例粮油"),
            ("雪原样例粮油有限公司", "雪原樣例糧油股份有限公司"),
            ("后发样例", "後發樣例"),
            ("Zoë Sample", "Zoe\u{308} Sa\u{301}mple"),
            ("Zoe Sample", "Zoë Sample"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn other_names_have_other_keys() {
        for (one, other) in [
            ("北岸样例食品有限公司", "南岸样例食品有限公司"),
            ("北岸样例食品", "北岸样例粮油"),
            ("有限公司", "集团"),
        ] {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }
}
