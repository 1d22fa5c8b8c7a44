//! Identifiers of the trade and their check rules. Pure.
//!
//! Each check takes what somebody typed and gives it back as it is stored: full-width characters
//! (Chinese input methods) made plain, spaces dropped, letters in upper case.

use crate::base::words::{self, Text};
use crate::http::Problem;
use chrono::NaiveDate;
use std::ops::RangeInclusive;

/// Letters and digits of GB 32100 in the order of their values: no I, O, S, V, Z.
const USCC_CHARSET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Check characters of GB 11643 (ISO 7064, mod 11-2) by remainder.
const RESIDENT_CHECK: &[u8; 11] = b"10X98765432";
const RESIDENT_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// As many HS codes as one form takes.
const HS_CODES: usize = 20;
/// Numbers of other systems have so many characters.
const EXTERNAL_LENGTHS: RangeInclusive<usize> = 6..=40;

/// What is wrong with an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdFaultKind {
    Length,
    Character,
    CheckDigit,
    /// The date inside it does not exist.
    Date,
}

/// What is wrong, with a sentence for whoever typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdFault {
    pub kind: IdFaultKind,
    pub text: Text,
}

impl IdFault {
    fn new(kind: IdFaultKind, text: Text) -> Self {
        Self { kind, text }
    }

    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self.kind {
            IdFaultKind::Length => "wrong_length",
            IdFaultKind::Character => "wrong_character",
            IdFaultKind::CheckDigit => "wrong_check_digit",
            IdFaultKind::Date => "no_such_date",
        }
    }

    /// 422 for the field in which it was typed.
    pub fn problem(self, field: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
        let code = self.code();
        Problem::invalid(field, self.text).coded(code)
    }
}

/// 统一社会信用代码 (GB 32100): 18 characters, the last one a check character.
pub fn uscc(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 18 {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::uscc_length(length)));
    }
    let mut values = [0; 18];
    for (value, c) in values.iter_mut().zip(code.chars()) {
        *value = USCC_CHARSET
            .iter()
            .position(|&known| char::from(known) == c)
            .ok_or_else(|| IdFault::new(IdFaultKind::Character, words::identifiers::uscc_character(c)))?;
    }
    let mut sum = 0;
    let mut weight = 1;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (31 - sum % 31) % 31 != values[17] {
        return Err(IdFault::new(IdFaultKind::CheckDigit, words::identifiers::uscc_check_digit()));
    }
    Ok(code)
}

/// 居民身份证号码 (GB 11643): 17 digits and a check character, with a date of birth inside.
pub fn resident_id(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 18 {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::resident_id_length(length)));
    }
    let fine = |(place, c): (usize, char)| c.is_ascii_digit() || (place == 17 && c == 'X');
    if !code.chars().enumerate().all(fine) {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::resident_id_character()));
    }
    let digits = code.bytes().map(|b| u32::from(b) - u32::from(b'0'));
    let sum: u32 = digits.zip(RESIDENT_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    if code.as_bytes()[17] != RESIDENT_CHECK[(sum % 11) as usize] {
        return Err(IdFault::new(IdFaultKind::CheckDigit, words::identifiers::resident_id_check_digit()));
    }
    // The date of birth of somebody alive: a year such as 0001 passes as a date too.
    let born = NaiveDate::parse_from_str(&code[6..14], "%Y%m%d");
    if born.is_err() || &code[6..8] < "19" {
        return Err(IdFault::new(IdFaultKind::Date, words::identifiers::resident_id_date()));
    }
    Ok(code)
}

/// A mobile number: of the mainland as its 11 digits, however it was spelled (+86, 0086, 86, dashes, brackets);
/// of elsewhere in the form of E.164, `+79161234567`. There is no list of prefixes: it would be out of date.
pub fn mobile(typed: &str) -> Result<String, IdFault> {
    let dashes = |c: char| matches!(c, '-' | '(' | ')' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let number: String = plain(typed).chars().filter(|c| !dashes(*c)).collect();
    let international = number.strip_prefix('+').or_else(|| number.strip_prefix("00"));
    let number = match international {
        Some(abroad) => match abroad.strip_prefix("86") {
            Some(rest) => rest,
            None => return mobile_abroad(abroad),
        },
        // Without the plus sign it is 13 digits, which no number of the mainland has.
        None => number.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&number),
    };
    if !number.chars().all(|c| c.is_ascii_digit()) {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::mobile_character()));
    }
    if number.len() != 11 {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::mobile_length(number.len())));
    }
    if !number.starts_with('1') || matches!(number.as_bytes()[1], b'0'..=b'2') {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::mobile_beginning()));
    }
    Ok(number.to_owned())
}

/// E.164: the country code and the number, 15 digits at most; the shortest in use have 7.
fn mobile_abroad(digits: &str) -> Result<String, IdFault> {
    if !digits.chars().all(|c| c.is_ascii_digit()) || digits.starts_with('0') {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::mobile_abroad_character()));
    }
    if !(7..=15).contains(&digits.len()) {
        return Err(IdFault::new(
            IdFaultKind::Length,
            words::identifiers::mobile_abroad_length(digits.len()),
        ));
    }
    Ok(format!("+{digits}"))
}

/// 报关单号: customs 4, year 4, direction 1 (1 import, 0 export), serial 9.
pub fn declaration_no(typed: &str) -> Result<String, IdFault> {
    let number = plain(typed);
    digits_only(
        &number,
        18,
        words::identifiers::declaration_no_digits,
        words::identifiers::declaration_no_length,
    )?;
    if !matches!(number.as_bytes()[8], b'0' | b'1') {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::declaration_no_direction()));
    }
    Ok(number)
}

/// A number that another system gave (单一窗口, 全国预约通关): its form is that system's affair, which may change it. Letters,
/// digits and hyphens as they are printed, a digit at least; lower case is raised.
pub fn external_no(typed: &str) -> Result<String, IdFault> {
    let number = plain(typed).to_ascii_uppercase();
    if let Some(c) = number.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '-')) {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::external_no_character(c)));
    }
    if !EXTERNAL_LENGTHS.contains(&number.len()) {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::external_no_length(number.len())));
    }
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::external_no_no_digit()));
    }
    Ok(number)
}

/// 关区代码: 4 digits.
pub fn customs_code(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    digits_only(&code, 4, words::identifiers::customs_code_digits, words::identifiers::customs_code_length)?;
    Ok(code)
}

/// 海关注册编码: 10 characters, the first four of them digits. It has no check digit.
pub fn customs_reg_code(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 10 {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::customs_reg_code_length(length)));
    }
    let fine = |(place, c): (usize, char)| c.is_ascii_digit() || (place >= 4 && c.is_ascii_uppercase());
    if !code.chars().enumerate().all(fine) {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::customs_reg_code_character()));
    }
    Ok(code)
}

/// HS codes of 4 to 10 digits, with commas, semicolons, 、 or spaces between them; each once.
pub fn hs_codes(typed: &str) -> Result<Vec<String>, IdFault> {
    let mut codes: Vec<String> = Vec::new();
    for part in typed.split(|c: char| c.is_whitespace() || ",，;；、".contains(c)) {
        // Codes are printed with dots: 8471.30.00.
        let code = plain(part).replace('.', "");
        if code.is_empty() || codes.contains(&code) {
            continue;
        }
        if !code.chars().all(|c| c.is_ascii_digit()) {
            return Err(IdFault::new(IdFaultKind::Character, words::identifiers::hs_code_character(part)));
        }
        if !(4..=10).contains(&code.len()) {
            return Err(IdFault::new(
                IdFaultKind::Length,
                words::identifiers::hs_code_length(part, code.len()),
            ));
        }
        codes.push(code);
    }
    if codes.is_empty() || codes.len() > HS_CODES {
        return Err(IdFault::new(IdFaultKind::Length, words::identifiers::hs_codes_count(HS_CODES)));
    }
    Ok(codes)
}

/// An e-mail address in the plain form that every mail program takes.
pub fn email(typed: &str) -> Result<String, IdFault> {
    let address = typed.trim();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let well_formed = address.rsplit_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len())
            && local.split('.').all(|atom| {
                !atom.is_empty()
                    && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
            })
            && domain.contains('.')
            && domain.split('.').all(label)
    });
    if !well_formed || address.len() > 254 {
        return Err(IdFault::new(IdFaultKind::Character, words::identifiers::email()));
    }
    Ok(address.to_owned())
}

fn digits_only(
    text: &str,
    length: usize,
    not_digits: fn() -> Text,
    wrong_length: fn(usize) -> Text,
) -> Result<(), IdFault> {
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return Err(IdFault::new(IdFaultKind::Character, not_digits()));
    }
    if text.len() != length {
        return Err(IdFault::new(IdFaultKind::Length, wrong_length(text.len())));
    }
    Ok(())
}

/// What was typed without spaces, with plain instead of full-width characters, in upper case.
pub fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
#[path = "identifiers_tests.rs"]
mod tests;
