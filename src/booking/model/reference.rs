//! References that can be read out over the phone: `MQ 2611 4K7P-X`.
//!
//! `MQ`, year and month, four random characters, one check character. The characters have the
//! values 0..=30 and the check is a weighted sum modulo 31 with powers of 3 (a primitive root) as
//! weights: any single wrong character and any two neighbours swapped are detected.

use chrono::{Datelike, NaiveDate};

/// Digits and letters by value. Left out: I and L (like 1), O (like 0), U (like V), S (like 5).
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKMNPQRTVWXYZ";
const PREFIX: &str = "MQ";
/// Year and month, random, check.
const LENGTH: usize = 4 + 4 + 1;
/// 0 and 1 stand only where a digit is sure to be meant: in year and month.
const FIRST_CLEAR: u32 = 2;

/// Makes a reference for a booking made on `date`; `random` is asked for values below its argument.
pub fn new_reference(date: NaiveDate, mut random: impl FnMut(u32) -> u32) -> String {
    let month = date.year().rem_euclid(100) * 100 + date.month() as i32;
    let mut values: Vec<u32> = (0..4).rev().map(|power| (month / 10_i32.pow(power) % 10) as u32).collect();
    loop {
        values.truncate(4);
        values.extend((0..4).map(|_| FIRST_CLEAR + random(31 - FIRST_CLEAR) % (31 - FIRST_CLEAR)));
        let check = check_value(&values);
        if check >= FIRST_CLEAR {
            values.push(check);
            let tail = values.iter().map(|value| char::from(ALPHABET[*value as usize]));
            return PREFIX.chars().chain(tail).collect();
        }
    }
}

/// The stored form of what somebody typed or was told: case, spaces, dashes and full width do not
/// matter. `None` if it cannot be a reference of ours.
pub fn parse_reference(text: &str) -> Option<String> {
    let mut stored = String::with_capacity(PREFIX.len() + LENGTH);
    for character in text.chars() {
        let character = match character {
            // Full-width letters and digits, as Chinese input methods write them.
            '！'..='～' => char::from_u32(u32::from(character) - 0xFEE0)?,
            other => other,
        };
        if character.is_whitespace() || matches!(character, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '−')
        {
            continue;
        }
        if !character.is_ascii_alphanumeric() || stored.len() == PREFIX.len() + LENGTH {
            return None;
        }
        stored.push(character.to_ascii_uppercase());
    }
    let values: Vec<u32> =
        stored.strip_prefix(PREFIX)?.bytes().map(value_of).collect::<Option<Vec<u32>>>()?;
    let (payload, check) = (values.get(..LENGTH - 1)?, *values.get(LENGTH - 1)?);
    let digits = payload[..4].iter().all(|value| *value < 10);
    let clear = values[4..].iter().all(|value| *value >= FIRST_CLEAR);
    (digits && clear && check_value(payload) == check).then_some(stored)
}

/// How a stored reference is shown: `MQ 2611 4K7P-X`.
pub fn display_reference(stored: &str) -> String {
    match (stored.get(..2), stored.get(2..6), stored.get(6..10), stored.get(10..)) {
        (Some(prefix), Some(month), Some(random), Some(check)) => {
            format!("{prefix} {month} {random}-{check}")
        }
        _ => stored.to_owned(),
    }
}

fn value_of(character: u8) -> Option<u32> {
    (0..31).find(|value| ALPHABET[*value as usize] == character)
}

/// The value that brings the weighted sum to 0: the check has weight 1, the character before it 3,
/// the one before that 9 …
fn check_value(payload: &[u32]) -> u32 {
    let sum = payload.iter().fold(0, |sum, value| (sum + value) * 3 % 31);
    (31 - sum) % 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(seed: u64) -> String {
        let mut state = seed | 1;
        new_reference(NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32 % below
        })
    }

    #[test]
    fn it_is_shown_in_groups_and_read_in_any_spelling() {
        let stored = reference(7);
        assert!(stored.starts_with("MQ2611"), "{stored}");
        let shown = display_reference(&stored);
        assert_eq!(shown.len(), "MQ 2611 4K7P-X".len());
        for spelling in [
            shown.clone(),
            shown.to_lowercase(),
            stored.clone(),
            format!("  {} ", stored.to_lowercase()),
            stored.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect(),
            stored.chars().flat_map(|c| [c, '-']).collect(),
        ] {
            assert_eq!(parse_reference(&spelling), Some(stored.clone()), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in
            ["", "MQ", "2611", "MQ 2611 ????-?", "MQ 2611 4K7P-XX", "中文", "MQ2611\u{0}", "XX26114K7PX"]
        {
            assert_eq!(parse_reference(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_character_that_could_be_misread_stands_in_the_random_part(seed: u64) {
            let stored = reference(seed);
            prop_assert!(stored[6..].chars().all(|c| !"01ILOUS".contains(c)));
            prop_assert_eq!(parse_reference(&stored), Some(stored));
        }

        #[test]
        fn any_single_wrong_character_is_found(seed: u64, place in 0usize..11, other in "[0-9A-Z]") {
            let stored = reference(seed);
            let mut wrong = stored.clone();
            wrong.replace_range(place..=place, &other);
            prop_assume!(wrong != stored);
            prop_assert_eq!(parse_reference(&wrong), None);
        }

        #[test]
        fn any_two_neighbours_swapped_are_found(seed: u64, place in 0usize..10) {
            let stored = reference(seed);
            let mut bytes = stored.clone().into_bytes();
            bytes.swap(place, place + 1);
            let wrong = String::from_utf8(bytes).unwrap();
            prop_assume!(wrong != stored);
            prop_assert_eq!(parse_reference(&wrong), None);
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC*") {
            let _ = parse_reference(&text);
            let _ = display_reference(&text);
        }
    }
}
