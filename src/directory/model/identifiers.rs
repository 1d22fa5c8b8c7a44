//! Identifiers of the trade and their check rules. Pure.
//!
//! Each check takes what somebody typed and gives it back as it is stored: full-width characters
//! (Chinese input methods) made plain, spaces dropped, letters in upper case.

use crate::base::text::Text;
use crate::http::Problem;
use chrono::NaiveDate;

/// Letters and digits of GB 32100 in the order of their values: no I, O, S, V, Z.
const USCC_CHARSET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Check characters of GB 11643 (ISO 7064, mod 11-2) by remainder.
const RESIDENT_CHECK: &[u8; 11] = b"10X98765432";
const RESIDENT_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// As many HS codes as one form takes.
const HS_CODES: usize = 20;

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
    fn new(kind: IdFaultKind, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { kind, text: Text::new(zh.into(), en.into()) }
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
        Problem::invalid(field, self.code(), self.text.zh, self.text.en)
    }
}

/// 统一社会信用代码 (GB 32100): 18 characters, the last one a check character.
pub fn uscc(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 18 {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("统一社会信用代码是 18 位，这里是 {length} 位。请对照营业执照补全。"),
            format!(
                "A unified social credit code has 18 characters, this has {length}. Check it against the business licence."
            ),
        ));
    }
    let mut values = [0; 18];
    for (value, c) in values.iter_mut().zip(code.chars()) {
        *value = USCC_CHARSET.iter().position(|&known| char::from(known) == c).ok_or_else(|| {
            IdFault::new(
                IdFaultKind::Character,
                format!("统一社会信用代码里不会有“{c}”：不用字母 I、O、S、V、Z，容易和 1、0、5、2 混淆。请看清是数字 0 还是字母 O。"),
                format!("“{c}” does not occur in a unified social credit code: the letters I, O, S, V and Z are not used. Look whether it is the digit 0 rather than the letter O."),
            )
        })?;
    }
    let mut sum = 0;
    let mut weight = 1;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (31 - sum % 31) % 31 != values[17] {
        return Err(IdFault::new(
            IdFaultKind::CheckDigit,
            "统一社会信用代码的校验位不对，有一位输错了。请逐位核对，留意 0 和 O、1 和 I、2 和 Z 这样容易看错的字符。",
            "The check character of the unified social credit code does not fit: one character is wrong. Compare them one by one; 0 and O, 1 and I, 2 and Z are easily confused.",
        ));
    }
    Ok(code)
}

/// 居民身份证号码 (GB 11643): 17 digits and a check character, with a date of birth inside.
pub fn resident_id(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 18 {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("居民身份证号码是 18 位，这里是 {length} 位。"),
            format!("A resident identity number has 18 characters, this has {length}."),
        ));
    }
    let fine = |(place, c): (usize, char)| c.is_ascii_digit() || (place == 17 && c == 'X');
    if !code.chars().enumerate().all(fine) {
        return Err(IdFault::new(
            IdFaultKind::Character,
            "居民身份证号码前 17 位是数字，最后一位是数字或 X。请看清是数字 0 还是字母 O。",
            "A resident identity number has 17 digits and then a digit or X. Look whether it is the digit 0 rather than the letter O.",
        ));
    }
    let digits = code.bytes().map(|b| u32::from(b) - u32::from(b'0'));
    let sum: u32 = digits.zip(RESIDENT_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    if code.as_bytes()[17] != RESIDENT_CHECK[(sum % 11) as usize] {
        return Err(IdFault::new(
            IdFaultKind::CheckDigit,
            "居民身份证号码的校验位不对，有一位输错了。请逐位核对。",
            "The check character of the resident identity number does not fit: one digit is wrong. Compare them one by one.",
        ));
    }
    // The date of birth of somebody alive: a year such as 0001 passes as a date too.
    let born = NaiveDate::parse_from_str(&code[6..14], "%Y%m%d");
    if born.is_err() || &code[6..8] < "19" {
        return Err(IdFault::new(
            IdFaultKind::Date,
            "居民身份证号码第 7 至 14 位是出生日期，这个日期不存在。",
            "Characters 7 to 14 of a resident identity number are the date of birth; this date does not exist.",
        ));
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
        return Err(IdFault::new(
            IdFaultKind::Character,
            "手机号码只有数字；境外号码以 + 和国家代码开头，例如 +7。",
            "A mobile number has digits only; one from abroad begins with + and the country code, such as +7.",
        ));
    }
    if number.len() != 11 {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("手机号码是 11 位，这里是 {} 位。境外号码请以 + 和国家代码开头，例如 +7。", number.len()),
            format!(
                "A mobile number has 11 digits, this has {}. Begin one from abroad with + and the country code, such as +7.",
                number.len()
            ),
        ));
    }
    if !number.starts_with('1') || matches!(number.as_bytes()[1], b'0'..=b'2') {
        return Err(IdFault::new(
            IdFaultKind::Character,
            "手机号码以 13 至 19 开头。这里不能填固定电话；境外号码请以 + 和国家代码开头。",
            "A mobile number begins with 13 to 19. Please give a mobile number, not a landline; one from abroad with + and the country code.",
        ));
    }
    Ok(number.to_owned())
}

/// E.164: the country code and the number, 15 digits at most; the shortest in use have 7.
fn mobile_abroad(digits: &str) -> Result<String, IdFault> {
    if !digits.chars().all(|c| c.is_ascii_digit()) || digits.starts_with('0') {
        return Err(IdFault::new(
            IdFaultKind::Character,
            "境外手机号码是 + 加国家代码和号码，只有数字，例如 +7 916 123 45 67。",
            "A mobile number from abroad is + with the country code and the number, digits only, such as +7 916 123 45 67.",
        ));
    }
    if !(7..=15).contains(&digits.len()) {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("境外手机号码连国家代码 7 至 15 位，这里是 {} 位。", digits.len()),
            format!(
                "A mobile number from abroad has 7 to 15 digits with its country code, this has {}.",
                digits.len()
            ),
        ));
    }
    Ok(format!("+{digits}"))
}

/// 报关单号: customs 4, year 4, direction 1 (1 import, 0 export), serial 9.
pub fn declaration_no(typed: &str) -> Result<String, IdFault> {
    let number = plain(typed);
    digits_only(&number, 18, "报关单号", "declaration number")?;
    if !matches!(number.as_bytes()[8], b'0' | b'1') {
        return Err(IdFault::new(
            IdFaultKind::Character,
            "报关单号第 9 位是 1（进口）或 0（出口）。请核对。",
            "The 9th digit of a declaration number is 1 (import) or 0 (export). Please check it.",
        ));
    }
    Ok(number)
}

/// 关区代码: 4 digits.
pub fn customs_code(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    digits_only(&code, 4, "关区代码", "customs code")?;
    Ok(code)
}

/// 海关注册编码: 10 characters, the first four of them digits. It has no check digit.
pub fn customs_reg_code(typed: &str) -> Result<String, IdFault> {
    let code = plain(typed);
    let length = code.chars().count();
    if length != 10 {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("海关注册编码是 10 位，这里是 {length} 位。"),
            format!("A customs registration code has 10 characters, this has {length}."),
        ));
    }
    let fine = |(place, c): (usize, char)| c.is_ascii_digit() || (place >= 4 && c.is_ascii_uppercase());
    if !code.chars().enumerate().all(fine) {
        return Err(IdFault::new(
            IdFaultKind::Character,
            "海关注册编码前 4 位是数字，后 6 位是数字或字母。",
            "A customs registration code has 4 digits and then 6 digits or letters.",
        ));
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
            return Err(IdFault::new(
                IdFaultKind::Character,
                format!("“{part}”不是 HS 编码：HS 编码只有数字。多个编码用逗号隔开。"),
                format!("“{part}” is not an HS code: it has digits only. Put commas between several."),
            ));
        }
        if !(4..=10).contains(&code.len()) {
            return Err(IdFault::new(
                IdFaultKind::Length,
                format!("HS 编码是 4 至 10 位数字，“{part}”是 {} 位。多个编码用逗号隔开。", code.len()),
                format!(
                    "An HS code has 4 to 10 digits, “{part}” has {}. Put commas between several.",
                    code.len()
                ),
            ));
        }
        codes.push(code);
    }
    if codes.is_empty() || codes.len() > HS_CODES {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("请填 1 至 {HS_CODES} 个 HS 编码，用逗号隔开。"),
            format!("Please give 1 to {HS_CODES} HS codes with commas between them."),
        ));
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
        return Err(IdFault::new(
            IdFaultKind::Character,
            "电子邮箱的格式不对，应当像 name@example.com。",
            "The e-mail address is not well formed; it should look like name@example.com.",
        ));
    }
    Ok(address.to_owned())
}

fn digits_only(text: &str, length: usize, zh: &str, en: &str) -> Result<(), IdFault> {
    if !text.chars().all(|c| c.is_ascii_digit()) {
        return Err(IdFault::new(
            IdFaultKind::Character,
            format!("{zh}只有数字。请看清是数字 0 还是字母 O。"),
            format!("A {en} has digits only. Look whether it is the digit 0 rather than the letter O."),
        ));
    }
    if text.len() != length {
        return Err(IdFault::new(
            IdFaultKind::Length,
            format!("{zh}是 {length} 位数字，这里是 {} 位。", text.len()),
            format!("A {en} has {length} digits, this has {}.", text.len()),
        ));
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
