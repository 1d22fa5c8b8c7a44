//! What stops a build, and what is written when nothing does.

use crate::read::{Catalogue, Language, file};
use crate::rust;
use std::process::Command;

fn languages(zh: &str, en: &str) -> Vec<Language> {
    [("zh-CN", zh), ("en", en)]
        .map(|(tag, text)| Language {
            tag: tag.to_owned(),
            files: [("booking".to_owned(), file(&format!("{tag}/booking.ftl"), text))].into(),
        })
        .into()
}

fn faults(zh: &str, en: &str) -> Vec<String> {
    Catalogue::of(languages(zh, en)).err().unwrap_or_default()
}

#[test]
fn a_key_that_is_missing_in_a_language_stops_the_build() {
    assert_eq!(faults("one = 一\ntwo = 二\n", "one = One\n"), ["en/booking.ftl: two is missing"]);
    assert_eq!(
        faults("one = 一\n", "one = One\ntwo = Two\n"),
        ["zh-CN/booking.ftl: two is missing, en has it"]
    );
    assert_eq!(faults("one = 一\n    .more = 多\n", "one = One\n"), ["en/booking.ftl: one.more is missing"]);
}

#[test]
fn a_file_that_is_missing_in_a_language_stops_the_build() {
    let mut languages = languages("one = 一\n", "one = One\n");
    languages[1].files.clear();
    assert_eq!(Catalogue::of(languages).unwrap_err(), ["en/booking.ftl: one is missing"]);
}

#[test]
fn other_arguments_in_another_language_stop_the_build() {
    assert_eq!(
        faults("one = { $name }：{ $days } 天\n", "one = { $name }: { $day } days\n"),
        ["en/booking.ftl: one takes [\"day\", \"name\"], in zh-CN it takes [\"days\", \"name\"]"]
    );
    assert_eq!(faults("one = { $name }\n", "one = One\n").len(), 1);
    // The order of a sentence is the language's own.
    assert!(faults("one = { $name } { $days }\n", "one = { $days } { $name }\n").is_empty());
}

#[test]
fn what_cannot_be_read_or_called_stops_the_build() {
    for (text, fault) in [
        ("one = 一\none = 二\n", "stands there twice"),
        ("one = 一\n    .two = 二\none_two = 三\n", "stands there twice"),
        ("one = { $name\n", "zh-CN/booking.ftl:2: Expected a token"),
        ("-brand = 面洽\none = { -brand }\n", "terms are not used here"),
        ("one = 一\ntwo = { one }\n", "refers to other messages"),
        ("one-two = 一\n", "snake_case"),
    ] {
        let found = faults(text, "one = One\n");
        assert!(found.iter().any(|one| one.contains(fault)), "{text}: {found:?}");
    }
}

#[test]
fn a_message_becomes_a_function_with_its_arguments() {
    let zh = "# $days (number)\nahead = { $service }须提前 { $days } 天\n    .short = 太晚\n";
    let en = "ahead = { $days ->\n        [one] { $service }: a day ahead\n       *[other] { $service }: { $days } days ahead\n    }\n    .short = Too late\n";
    let written = rust(&Catalogue::of(languages(zh, en)).unwrap());
    for part in [
        "pub(crate) mod booking {",
        "pub(crate) fn ahead(service: impl Into<Said>, days: impl Into<Number>) -> Text {",
        "pub(crate) fn ahead_short() -> Text {",
        "attribute: Some(\"short\")",
        "ZhCn,\n",
        "Self::En => \"en\"",
        "(\"days\", true)",
    ] {
        assert!(written.contains(part), "{part} in {written}");
    }
}

/// What the compiler says of the generated functions of two messages and somebody who calls them.
fn compiled(caller: &str) -> Result<(), String> {
    let words = "# $days (number)\nahead = { $service }、{ $days }\nslot_taken = 约走了\n";
    let catalogue = Catalogue::of(languages(words, words)).unwrap();
    let source = format!(
        "pub struct Key {{ pub file: usize, pub id: &'static str, pub attribute: Option<&'static str> }}
        pub struct Message {{
            pub file: &'static str, pub key: Key, pub arguments: &'static [(&'static str, bool)],
        }}
        pub struct Number(pub i64);
        pub enum Said {{ Plain(String), Number(Number) }}
        pub struct Text(pub &'static Key, pub Vec<(&'static str, Said)>);
        impl Text {{ fn said(key: &'static Key, said: Vec<(&'static str, Said)>) -> Self {{ Self(key, said) }} }}
        impl From<&str> for Said {{ fn from(text: &str) -> Self {{ Self::Plain(text.to_owned()) }} }}
        impl From<i64> for Number {{ fn from(number: i64) -> Self {{ Self(number) }} }}
        pub fn all() -> usize {{ EVERY.len() }}
        {}
        {caller}",
        crate::rust::messages(&catalogue)
    );
    let dir = std::env::temp_dir().join(format!("catalogue_{}_{}", std::process::id(), caller.len()));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("lib.rs"), source).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or("rustc".into()));
    rustc.args([
        "--edition",
        "2024",
        "--crate-type",
        "lib",
        "--emit",
        "metadata",
        "-D",
        "warnings",
        "lib.rs",
    ]);
    let output = rustc.current_dir(&dir).output().unwrap();
    std::fs::remove_dir_all(&dir).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[test]
fn a_key_that_nobody_says_and_an_argument_that_does_not_fit_do_not_compile() {
    let both = "pub fn say() -> [Text; 2] { [booking::ahead(\"体检\", 3), booking::slot_taken()] }";
    assert_eq!(compiled(both), Ok(()));
    let unsaid = compiled("pub fn say() -> Text { booking::slot_taken() } ").unwrap_err();
    assert!(unsaid.contains("function `ahead` is never used"), "{unsaid}");
    for wrong in ["ahead(3, \"体检\")", "ahead(\"体检\")", "ahead(\"体检\", \"3\")", "slot_gone()"] {
        let said =
            compiled(&format!("pub fn say() -> [Text; 2] {{ [booking::{wrong}, booking::slot_taken()] }}"));
        assert!(said.is_err(), "{wrong}");
    }
}
