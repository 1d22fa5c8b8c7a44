//! Every mail, every calendar file and every message of `words/` in every language, word by word.
//!
//! `tests/it/snapshots/` holds them as they are. Whoever means to change words runs the tests of this file
//! with `INSTA_UPDATE=always` and shows the difference to a reviewer; `make test` refuses any other, and a
//! snapshot that nothing makes any more.

use crate::booking::path;
use crate::mail::Sink;
use crate::mail_words::{all_sent, every_kind, in_language, registered, requested, unfold};
use crate::support::{Browser, Store, TestApp};
use mianqia::base::words::{Language, Text, every};
use mianqia::notify::entities::outbox;
use reqwest::header::ACCEPT_LANGUAGE;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const MORNING: &str = "2026-11-10T01:00:00Z";
/// Each with a demo account that books in it.
const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "lin"), ("en", "gao")];

fn folder(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots").join(of)
}

/// Compares texts by name with the snapshots of a folder, which holds nothing else.
pub fn compare(of: &str, texts: &BTreeMap<String, String>) {
    let folder = folder(of);
    insta::with_settings!({
        snapshot_path => folder.clone(), prepend_module_to_snapshot => false, omit_expression => true
    }, {
        for (name, text) in texts {
            insta::assert_snapshot!(name.as_str(), text);
        }
    });
    let kept =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let kept: BTreeSet<String> =
        kept.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect();
    let made: BTreeSet<String> = texts.keys().cloned().collect();
    assert_eq!(kept, made, "the snapshots in {} and what is made", folder.display());
}

/// `text` with `instead` for what follows `marker` as far as `is_part` goes.
fn hide(text: &str, marker: &str, instead: &str, is_part: impl Fn(char) -> bool) -> String {
    let mut parts = text.split(marker);
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        hidden.extend([marker, instead, part.trim_start_matches(&is_part)]);
    }
    hidden
}

/// What differs from run to run: the port, ids, tokens (whole or cut short as they are shown) and references.
fn without_chance(text: &str) -> String {
    let mut text = hide(&text.replace("\r\n", "\n"), "127.0.0.1:", "PORT", |c| c.is_ascii_digit());
    for before in ["/bookings/", "/session/", "/rate/", "/confirm/", "UID:"] {
        text = hide(&text, before, "ID", |c| c.is_ascii_alphanumeric() || "-_…".contains(c));
    }
    let mut parts = text.split("MQ 26");
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Of `MQ 2611 4K7P-X` the rest has nine characters.
        let rest: String = part.chars().skip(9).collect();
        hidden.extend(["REFERENCE", &rest]);
    }
    hidden
}

fn told(mail: &Value) -> String {
    let part = |name: &str| mail[name].as_str().unwrap().trim_end().to_owned();
    let calendar = match &mail["calendar"] {
        Value::Null => String::new(),
        _ => format!("\n\n===== calendar, {}\n{}", part("calendar_method"), unfold(mail)),
    };
    without_chance(&format!(
        "Subject: {}\n\n===== text\n{}\n\n===== html\n{}{calendar}",
        part("subject"),
        part("text"),
        part("html")
    ))
}

/// The mails that every kind of news makes, and the turns that some of them take.
async fn every_turn(app: &TestApp, sink: &Sink, locale: &str, booker: &str) {
    let booking = in_language(app, booker, locale).await;
    // At a desk, accepted and then cancelled; on the screen, cancelled by whoever booked.
    let desk = requested(app, &booking, "after-hours", "2026-11-12T12:00:00Z").await;
    app.signed_in("zhou").await.post(&path(&desk, "/accept?anyway=true"), json!({})).await.ok();
    all_sent(app).await;
    booking.post(&path(&desk, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
    let undecided = requested(app, &booking, "after-hours", "2026-11-12T13:00:00Z").await;
    booking.post(&path(&undecided, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
    all_sent(app).await;
    // Moved to another time: decided anew and in stages, which are accepted; and where nobody decides.
    let moved = requested(app, &booking, "after-hours", "2026-11-12T14:00:00Z").await;
    let accept = path(&moved, "/accept?anyway=true");
    app.signed_in("zhou").await.post(&accept, json!({})).await.ok();
    all_sent(app).await;
    let stages = json!([
        {"stage": "declaration", "starts_at": "2026-11-12T10:00:00Z"},
        {"stage": "inspection", "starts_at": "2026-11-12T10:30:00Z", "site": "enterprise"},
    ]);
    booking.post(&path(&moved, "/reschedule"), json!({"stages": stages})).await.ok();
    all_sent(app).await;
    app.signed_in("zhou").await.post(&accept, json!({})).await.ok();
    let screen = requested(app, &booking, "video-try", "2026-11-13T02:00:00Z").await;
    all_sent(app).await;
    booking.post(&path(&screen, "/reschedule"), json!({"starts_at": "2026-11-13T03:00:00Z"})).await.ok();
    all_sent(app).await;
    // Moved by an officer: one that waits for a decision, and one that was accepted.
    let by_officer = requested(app, &booking, "after-hours", "2026-11-16T12:00:00Z").await;
    let zhou = app.signed_in("zhou").await;
    let to = |starts_at: &str| json!({"starts_at": starts_at, "reason": "当晚场地检修", "anyway": true});
    zhou.post(&path(&by_officer, "/reschedule"), to("2026-11-16T13:00:00Z")).await.ok();
    all_sent(app).await;
    zhou.post(&path(&by_officer, "/accept?anyway=true"), json!({})).await.ok();
    all_sent(app).await;
    zhou.post(&path(&by_officer, "/reschedule"), to("2026-11-16T14:00:00Z")).await.ok();
    all_sent(app).await;
    // The official calendar is corrected over two bookings: one in the evening, one in what are office hours then.
    requested(app, &booking, "after-hours", "2026-11-14T12:00:00Z").await;
    requested(app, &booking, "after-hours", "2026-11-14T02:00:00Z").await;
    corrected(app).await;
    all_sent(app).await;
    // Three who begin to register: as a traveller, with a login that is taken, with a code that is known.
    for (login, mail) in [("robin", "robin@example.com"), ("zhou", "second.zhou@example.com")] {
        let body = json!({
            "name": "宋女士", "mobile": "15400002001", "email": mail, "login": login,
            "password": "correct horse battery", "locale": locale,
        });
        assert_eq!(app.browser().post("/api/v1/travellers", body).await.status, 202);
        sink.mail_to(mail).await;
    }
    every_kind(app, sink, locale, booker).await;
    // Turned away together with their enterprise.
    let (chief, first) =
        (app.signed_in("shen").await, registered(app, sink, REFUSED, "fifthone", locale).await);
    registered(app, sink, REFUSED, "sixthone", locale).await;
    let id = first.get("/api/v1/me").await.ok()["enterprise"]["id"].as_str().unwrap().to_owned();
    chief.post(&format!("/api/v1/enterprises/{id}/refuse"), json!({"reason": "营业执照看不清"})).await.ok();
    all_sent(app).await;
}

/// A Saturday in November becomes a make-up workday.
async fn corrected(app: &TestApp) {
    let shipped = include_str!("../../src/directory/data/cn_holidays.csv");
    let days = shipped.lines().filter(|line| line.starts_with("2026-")).chain(["2026-11-14,国庆节,workday"]);
    let file: String =
        std::iter::once("date,name,kind").chain(days).map(|line| format!("{line}\n")).collect();
    let import = mianqia::directory::Import::by_command(None, None, true);
    app.app.booking.import_calendar(file.as_bytes(), import).await.unwrap();
    crate::support::eventually("both bookers are told", || async {
        let mails = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
        let told = mails.iter().filter(|mail| mail.template == "booking.reclassified").count();
        (told == 2).then_some(())
    })
    .await;
}

const REFUSED: &str = "92239999MA0000XY5U";

async fn mails(store: Store) {
    let mut all = BTreeMap::new();
    for (locale, booker) in LANGUAGES {
        let sink = Sink::start().await;
        let app = TestApp::start_with(store, MORNING, &[("MIANQIA_SMTP_URL", &sink.url())]).await;
        every_turn(&app, &sink, locale, booker).await;
        let arrived = sink.mails();
        let rows =
            outbox::Entity::find().order_by_asc(outbox::Column::Id).all(app.app.db.reader()).await.unwrap();
        for row in rows {
            let is =
                |mail: &&Value| mail["raw"].as_str().unwrap().contains(&format!("Message-ID: <{}@", row.id));
            // One that a later mail made pointless never arrives.
            let Some(mail) = arrived.iter().find(is) else { continue };
            let text = told(mail);
            // The same words for somebody else are not kept twice.
            if all.values().any(|other| *other == text) {
                continue;
            }
            let language = row.payload["language"].as_str().unwrap();
            let name = (1..)
                .map(|n| format!("{language}.{}.{n}", row.template))
                .find(|name| !all.contains_key(name))
                .unwrap();
            all.insert(name, text);
        }
        app.stop().await;
    }
    compare("mails", &all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_in_every_language_says_what_it_said_on_sqlite() {
    mails(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_in_every_language_says_what_it_said_on_postgres() {
    mails(Store::Postgres).await;
}

async fn file(booker: &Browser, booking: &Value, locale: &str) -> String {
    let url = format!("{}{}", booker.base, path(booking, "/calendar.ics"));
    let answer = booker.send(booker.client.get(url).header(ACCEPT_LANGUAGE, locale)).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    without_chance(&answer.text.replace("\r\n ", ""))
}

async fn calendar_files(store: Store) {
    let mut all = BTreeMap::new();
    for (locale, booker) in LANGUAGES {
        let app = TestApp::start(store, MORNING).await;
        let booker = in_language(&app, booker, locale).await;
        let video = requested(&app, &booker, "video-try", "2026-11-11T02:00:00Z").await;
        let desk = requested(&app, &booker, "after-hours", "2026-11-12T12:00:00Z").await;
        app.signed_in("zhou").await.post(&path(&desk, "/accept?anyway=true"), json!({})).await.ok();
        for (name, booking) in [("video", &video), ("desk", &desk)] {
            all.insert(format!("{locale}.{name}"), file(&booker, booking, locale).await);
        }
        booker.post(&path(&video, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
        all.insert(format!("{locale}.cancelled"), file(&booker, &video, locale).await);
        app.stop().await;
    }
    compare("calendar_files", &all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_calendar_file_in_every_language_says_what_it_said_on_sqlite() {
    calendar_files(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_calendar_file_in_every_language_says_what_it_said_on_postgres() {
    calendar_files(Store::Postgres).await;
}

/// A line for each message: what it says with two, and with one where that is said otherwise.
fn line(language: Language, (two, one): (Text, Text)) -> String {
    let attribute = two.attribute().map(|attribute| format!(".{attribute}")).unwrap_or_default();
    let (many, single) = (two.in_language(language), one.in_language(language));
    let alike = many.replace('2', "") == single.replace('1', "");
    let single = if alike { String::new() } else { format!("  [1] {single}\n") };
    format!("{}{attribute} = {many}\n{single}", two.id())
}

#[test]
fn every_problem_and_every_other_message_in_every_language_says_what_it_said() {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for language in Language::ALL {
        for ((file, two), (_, one)) in every(2).zip(every(1)) {
            let name = format!("{}.{file}", language.tag());
            all.entry(name).or_default().push_str(&line(language, (two, one)));
        }
    }
    compare("words", &all);
}
