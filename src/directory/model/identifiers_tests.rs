//! Tables of identifiers: published in the standards, or synthetic (division 239999 is not assigned).

use super::*;
use crate::base::words::Language;
use IdFaultKind::*;
use proptest::prelude::*;

fn kind<T: std::fmt::Debug>(result: Result<T, IdFault>) -> IdFaultKind {
    let fault = result.unwrap_err();
    assert!(Language::ALL.into_iter().all(|language| !fault.text.in_language(language).is_empty()));
    fault.kind
}

#[test]
fn social_credit_codes_of_the_standard_pass() {
    for code in [
        "91350100M000100Y43",
        "91239999MA0000015C",
        "91239999MA00000A92",
        "92239999MA0000XY5U",
        "12239999000000027M",
        "91239999MA00003300",
        "91239999MA0000082A",
        "91239999MA0000162X",
        "91239999MA0000285Y",
    ] {
        assert_eq!(uscc(code).as_deref(), Ok(code));
        assert_eq!(uscc(&code.to_lowercase()).as_deref(), Ok(code));
    }
    assert_eq!(uscc(" 9135 0100 Ｍ０００ 100Y43 ").as_deref(), Ok("91350100M000100Y43"));
}

#[test]
fn wrong_social_credit_codes_are_told_apart() {
    for (code, fault) in [
        ("91239999MA00000150", CheckDigit),
        ("91239999MA0000I1O0", Character),
        ("91239999MA0000015", Length),
        ("91239999MA0000015CC", Length),
        ("", Length),
        ("91239999MA000001中C", Character),
        ("9123999９ＭＡ0000015D", CheckDigit),
    ] {
        assert_eq!(kind(uscc(code)), fault, "{code}");
    }
    assert!(
        uscc("91239999MAOO00015C")
            .unwrap_err()
            .text
            .in_language(Language::ZhCn)
            .contains("数字 0 还是字母 O")
    );
}

#[test]
fn resident_numbers_need_a_check_character_and_a_date() {
    for code in [
        "11010519491231002X",
        "239999190001010000",
        "239999190001010019",
        "239999190001010107",
        "239999190001011003",
        "23999919000101006X",
    ] {
        assert_eq!(resident_id(code).as_deref(), Ok(code));
        assert_eq!(resident_id(&code.to_lowercase()).as_deref(), Ok(code));
    }
    for (code, fault) in [
        ("239999190002290016", Date),
        ("239999190001010001", CheckDigit),
        ("23999919000101000", Length),
        ("2399991900O1010000", Character),
        ("X39999190001010000", Character),
    ] {
        assert_eq!(kind(resident_id(code)), fault, "{code}");
    }
}

#[test]
fn mobile_numbers_begin_with_13_to_19() {
    for number in [
        "15400000001",
        "154 0000 0001",
        "+86 154-0000-0001",
        "0086 15400000001",
        "8615400000001",
        "(+86)154\u{a0}0000\u{2013}0001",
        "１５４００００0001",
        "＋８６　１５４０００００００１",
    ] {
        assert_eq!(mobile(number).as_deref(), Ok("15400000001"), "{number}");
    }
    for (number, stored) in [
        ("+7 916 123-45-67", "+79161234567"),
        ("007 (916) 123.45.67", "+79161234567"),
        ("＋７９１６１２３４５６７", "+79161234567"),
        ("+85251234567", "+85251234567"),
    ] {
        assert_eq!(mobile(number).as_deref(), Ok(stored), "{number}");
    }
    for (number, fault) in [
        ("12000000001", Character),
        ("1540000000", Length),
        ("154000000012", Length),
        ("25400000001", Character),
        ("1540000000x", Character),
        ("+0 9161234567", Character),
        ("+7916", Length),
        ("+7916123456789012", Length),
        ("+7 916 12E 45 67", Character),
        ("+86 12000000001", Character),
        ("79161234567", Character),
        ("", Length),
    ] {
        assert_eq!(kind(mobile(number)), fault, "{number}");
    }
}

#[test]
fn declaration_numbers_name_their_direction() {
    for number in ["199920261000000001", "199920260000000002"] {
        assert_eq!(declaration_no(number).as_deref(), Ok(number));
    }
    for (number, fault) in
        [("199920262000000001", Character), ("19992026100000001", Length), ("1999202610000O0001", Character)]
    {
        assert_eq!(kind(declaration_no(number)), fault, "{number}");
    }
}

#[test]
fn numbers_of_other_systems_are_taken_as_they_are_printed() {
    for (typed, kept) in [
        ("YY20260000000001", "YY20260000000001"),
        (" ｙｙ２０２６ 000001 ", "YY2026000001"),
        ("i-2026-000001", "I-2026-000001"),
        ("123456", "123456"),
    ] {
        assert_eq!(external_no(typed).as_deref(), Ok(kept), "{typed}");
    }
    let long = "1".repeat(41);
    for (typed, fault) in [
        ("12345", Length),
        (long.as_str(), Length),
        ("", Length),
        ("ABCDEFG", Character),
        ("编号202600001", Character),
        ("YY_2026_0001", Character),
        ("YY\u{200b}2026000001", Character),
    ] {
        assert_eq!(kind(external_no(typed)), fault, "{typed}");
    }
}

#[test]
fn customs_codes_have_four_digits() {
    assert_eq!(customs_code("1900").as_deref(), Ok("1900"));
    assert_eq!(customs_code(" １９００ ").as_deref(), Ok("1900"));
    for (code, fault) in [("190", Length), ("19000", Length), ("19O0", Character), ("", Length)] {
        assert_eq!(kind(customs_code(code)), fault, "{code}");
    }
}

#[test]
fn customs_registration_codes_have_ten_characters() {
    for code in ["2399960001", "2399940002", "239996000A"] {
        assert_eq!(customs_reg_code(code).as_deref(), Ok(code));
    }
    for (code, fault) in [("239996000", Length), ("A399960001", Character), ("23999600-1", Character)] {
        assert_eq!(kind(customs_reg_code(code)), fault, "{code}");
    }
}

#[test]
fn hs_codes_are_split_and_stripped_of_dots() {
    let codes = |list: &[&str]| Ok(list.iter().map(|code| (*code).to_owned()).collect());
    assert_eq!(hs_codes("1001"), codes(&["1001"]));
    assert_eq!(hs_codes("8471.30.00，1001 1001、12019020;"), codes(&["84713000", "1001", "12019020"]));
    for (list, fault) in [
        ("", Length),
        (" ,，", Length),
        ("100", Length),
        ("12345678901", Length),
        ("小麦", Character),
        ("1001a", Character),
    ] {
        assert_eq!(kind(hs_codes(list)), fault, "{list}");
    }
    let many: Vec<String> = (1000..1021).map(|code| code.to_string()).collect();
    assert_eq!(kind(hs_codes(&many.join(","))), Length);
}

#[test]
fn mail_addresses_are_plain() {
    assert_eq!(email(" lin@example.com "), Ok("lin@example.com".into()));
    assert!(email("a.b+c@mail.example.com").is_ok());
    for address in [
        "",
        "lin",
        "@example.com",
        "lin@",
        "lin@example",
        "lin @example.com",
        "a..b@example.com",
        "lin@-example.com",
        "林@example.com",
        "lin@example.com\nBcc: x@example.com",
        "a@b@example.com",
        "lin@example..com",
    ] {
        assert!(email(address).is_err(), "{address}");
    }
}

proptest! {
    #[test]
    fn one_wrong_character_of_a_social_credit_code_is_always_found(place in 0..18usize, other in 0..31usize) {
        let mut code = b"91350100M000100Y43".to_vec();
        prop_assume!(code[place] != USCC_CHARSET[other]);
        code[place] = USCC_CHARSET[other];
        prop_assert_eq!(kind(uscc(std::str::from_utf8(&code).unwrap())), CheckDigit);
    }

    #[test]
    fn no_input_makes_a_check_panic(typed in "\\PC{0,24}") {
        let _ = (uscc(&typed), resident_id(&typed), mobile(&typed), declaration_no(&typed));
        let _ = external_no(&typed);
        let _ = (customs_code(&typed), customs_reg_code(&typed), hs_codes(&typed), email(&typed));
    }
}
