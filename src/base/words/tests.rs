//! Languages, and texts in them.

use super::*;
use chrono::{DateTime, NaiveDate, Utc};

fn in_all(text: &Text) -> Vec<String> {
    Language::ALL.map(|language| text.in_language(language)).into()
}

#[test]
fn the_first_language_that_we_speak_wins() {
    for (header, language) in [
        ("", Language::ZhCn),
        ("en", Language::En),
        ("EN-gb", Language::En),
        ("ru, en;q=0.8, zh;q=0.5", Language::En),
        ("zh-Hans-CN,en", Language::ZhCn),
        ("fr,de;q=0.4", Language::ZhCn),
        (";;;,,,", Language::ZhCn),
    ] {
        assert_eq!(Language::from_accept_language(header), language, "{header}");
    }
    assert_eq!(Language::from_tag("en_GB.UTF-8"), Some(Language::En));
    assert_eq!(Language::from_tag("C"), None);
}

#[test]
fn days_and_moments_are_said_as_the_language_writes_them() {
    let day = NaiveDate::from_ymd_opt(2026, 2, 4).unwrap();
    let said = survey_mail::invitation_link(day);
    assert_eq!(
        in_all(&said)[..2],
        [
            "链接只能用一次，2026年2月4日前有效。评不评由您，不影响今后办事。",
            "The link works once, until 4 February 2026. Whether you answer is up to you and changes nothing for later visits.",
        ]
    );
    let at: DateTime<Utc> = "2026-12-31T16:05:00Z".parse().unwrap();
    for (zone, zh, en) in [
        (chrono_tz::Asia::Shanghai, "2027年1月1日 00:05（北京时间）", "1 January 2027, 00:05 (Beijing time)"),
        (
            chrono_tz::Asia::Kathmandu,
            "2026年12月31日 21:50（Asia/Kathmandu 时间）",
            "31 December 2026, 21:50 (Asia/Kathmandu time)",
        ),
    ] {
        let said = in_all(&booking::too_early(Moment(at, zone)));
        assert_eq!(said[0], format!("现在还太早，{zh}起才能办理。"));
        assert_eq!(said[1], format!("It is too early for that; it can be done from {en} on."));
    }
}

#[test]
fn a_number_chooses_its_plural_form() {
    let said = |hours: i32| base::hours(hours).in_language(Language::En);
    assert_eq!([said(1), said(2), said(0)], ["1 hour", "2 hours", "0 hours"]);
}

#[test]
fn what_is_said_holds_no_marks_and_takes_arguments_as_they_are() {
    let name = "{ $name } <林> \u{202e}\"";
    let said = in_all(&auth_mail::dear(name));
    assert_eq!(said[..2], [format!("{name}，您好："), format!("Dear {name},")]);
}

#[test]
fn data_in_a_language_that_it_lacks_is_read_in_another() {
    let only = ByLanguage::of([(Language::En, "Customs")]);
    assert_eq!(only.in_language(Language::ZhCn), "Customs");
    let stored: ByLanguage =
        serde_json::from_value(serde_json::json!({"zh-CN": "海关", "en": "Customs"})).unwrap();
    assert_eq!(stored.in_language(Language::ZhCn), "海关");
}

#[test]
fn every_message_is_said_in_every_language() {
    let mut count = 0;
    for (file, text) in every(2) {
        for said in in_all(&text) {
            assert!(!said.trim().is_empty() && said != text.id(), "{file}: {}", text.id());
        }
        count += 1;
    }
    assert!(count > 300, "{count}");
}
