//! What mails say and where they lead, read as they arrive at a mail server.

use crate::booking::{after_hours_form, path, take, try_form, with_choices};
use crate::mail::Sink;
use crate::support::{Browser, Store, TestApp, eventually};
use serde_json::{Value, json};

const MORNING: &str = "2026-11-10T01:00:00Z";

/// Words of which another one was chosen for the same thing.
const OTHER_WORDS: [&str; 14] = [
    "预约成功",
    "已确认",
    "接受预约",
    "已接受",
    "视频会话",
    "会话",
    "会议",
    "接通",
    "session",
    "Session",
    "face-to-face",
    "confirmed",
    "meeting room",
    "appointment is confirmed",
];

pub async fn in_language(app: &TestApp, login: &str, locale: &str) -> Browser {
    let browser = app.signed_in(login).await;
    browser.call(reqwest::Method::PATCH, "/api/v1/me", Some(json!({"locale": locale}))).await.ok();
    app.app.directory.forget();
    browser
}

pub async fn requested(app: &TestApp, booker: &Browser, code: &str, starts_at: &str) -> Value {
    let service = app.service(code).await;
    let held = take(booker, &service, starts_at).await;
    let form =
        if code == "video-try" { try_form() } else { with_choices(app, &service, after_hours_form()).await };
    booker.post(&path(&held, "/request"), form).await.ok()
}

/// The mail about a booking whose subject begins so.
async fn about(sink: &Sink, booking: &Value, start: &str) -> Value {
    let reference = booking["reference"].as_str().unwrap();
    let is = |mail: &Value| {
        let subject = mail["subject"].as_str().unwrap();
        subject.starts_with(start) && mail["text"].as_str().unwrap().contains(reference)
    };
    eventually(&format!("a mail “{start}”"), || async { sink.mails().into_iter().find(is) }).await
}

/// Addresses behind links, and the words that are shown, without style and head.
fn read(html: &str) -> (Vec<String>, String) {
    let body = html.split_once("<body>").unwrap().1;
    let links =
        body.split("<a href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    let words = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    (links.collect(), words)
}

/// Each mail has the same links in both parts, and shows nothing that a telephone's width cannot take.
fn reads_well(mail: &Value) {
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    let (links, words) = read(html);
    let alone: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with("http")).collect();
    assert!(!text.replace("\r\n", "\n").contains("：http"), "an address has a line of its own: {text}");
    for address in &alone {
        assert!(links.iter().any(|link| link == address), "{address} is no link of {html}");
    }
    for link in &links {
        assert!(alone.contains(&link.as_str()), "{link} is missing in {text}");
    }
    let longest = words.split_whitespace().filter(|word| word.is_ascii()).map(str::len).max().unwrap_or(0);
    assert!(longest <= 40, "{words}");
    assert!(html.contains("width=device-width") && html.contains("overflow-wrap:anywhere"));
    let subject = mail["subject"].as_str().unwrap();
    // Not in an address as it is shown.
    let words: String =
        words.split_inclusive(char::is_whitespace).filter(|word| !word.contains('/')).collect();
    for word in OTHER_WORDS {
        assert!(!subject.contains(word) && !words.contains(word), "“{word}” in {subject}: {words}");
    }
}

pub fn unfold(mail: &Value) -> String {
    mail["calendar"].as_str().expect("a calendar part").replace("\r\n ", "")
}

async fn ways(store: Store) {
    let sink = Sink::start().await;
    let app = TestApp::start_with(store, MORNING, &[("MIANQIA_SMTP_URL", &sink.url())]).await;
    let (base, officer) = (app.app.settings.public_url.clone(), app.signed_in("zhou").await);
    for (login, locale, [accepted, join, cancel], minute) in [
        ("lin", "zh-CN", ["预约已受理", "进入视频面洽：", "来不了，请在此取消："], "00"),
        (
            "gao",
            "en",
            ["Booking accepted", "Join the video meeting:", "If you cannot come, cancel here:"],
            "15",
        ),
    ] {
        let booker = in_language(&app, login, locale).await;
        let video = requested(&app, &booker, "video-try", &format!("2026-11-11T02:{minute}:00Z")).await;
        let desk = requested(&app, &booker, "after-hours", "2026-11-12T12:00:00Z").await;
        officer.post(&path(&desk, "/accept?anyway=true"), json!({})).await.ok();
        let (video_id, desk_id) = (video["id"].as_str().unwrap(), desk["id"].as_str().unwrap());

        let mail = about(&sink, &video, accepted).await;
        reads_well(&mail);
        let text = mail["text"].as_str().unwrap().replace("\r\n", "\n");
        assert!(text.contains(&format!("{join}\n{base}/session/{video_id}\n")), "{text}");
        assert!(text.contains(&format!("{cancel}\n{base}/bookings/{video_id}\n")), "{text}");
        let calendar = unfold(&mail);
        let alarm = calendar.split_once("BEGIN:VALARM\r\n").expect("an alarm").1;
        assert!(alarm.starts_with("ACTION:DISPLAY\r\nTRIGGER:-PT30M\r\nDESCRIPTION:"), "{calendar}");
        assert!(calendar.contains(&format!("URL:{base}/bookings/{video_id}\r\n")), "{calendar}");

        let mail = about(&sink, &desk, accepted).await;
        reads_well(&mail);
        let text = mail["text"].as_str().unwrap().replace("\r\n", "\n");
        assert!(
            text.contains(&format!("{cancel}\n{base}/bookings/{desk_id}\n")) && !text.contains("/session/"),
            "{text}"
        );
        assert!(unfold(&mail).contains("BEGIN:VALARM"));

        // What is behind the addresses is there.
        booker.get(&path(&video, "")).await.ok();
        booker.post(&path(&video, "/cancel"), json!({"reason": "货船晚点"})).await.ok();
        let mail =
            about(&sink, &video, if locale == "en" { "Booking cancelled" } else { "预约已取消" }).await;
        reads_well(&mail);
        let calendar = unfold(&mail);
        assert!(calendar.contains("METHOD:CANCEL") && !calendar.contains("VALARM"), "{calendar}");
        assert!(!mail["text"].as_str().unwrap().contains(cancel));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_mail_leads_to_the_meeting_and_to_cancelling_and_reminds_on_sqlite() {
    ways(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_mail_leads_to_the_meeting_and_to_cancelling_and_reminds_on_postgres() {
    ways(Store::Postgres).await;
}

/// Somebody registers for an enterprise; the link of the mail is followed.
pub async fn registered(app: &TestApp, sink: &Sink, uscc: &str, login: &str, locale: &str) -> Browser {
    let browser = app.browser();
    let (mail, words) = (format!("{login}@example.com"), "correct horse battery");
    let body = json!({
        "name": "山泉样例贸易", "uscc": uscc, "contact_name": "孙女士", "contact_mobile": "15400003001",
        "contact_email": mail, "login": login, "password": words, "locale": locale,
    });
    assert_eq!(browser.post("/api/v1/enterprises", body).await.status, 202);
    let mail = sink.mail_to(&mail).await;
    let (links, _) = read(mail["html"].as_str().unwrap());
    let (_, token) = links[0].rsplit_once("/confirm/").expect("a link to confirm");
    browser.post(&format!("/api/v1/registrations/{token}/confirm"), json!({})).await.ok();
    browser.post("/api/v1/sign-in", json!({"login": login, "password": words})).await.ok();
    browser
}

/// Every mail is with its reader: one that waits may be made pointless by the next.
pub async fn all_sent(app: &TestApp) {
    let chief = app.signed_in("shen").await;
    eventually("each mail before the next word", async || {
        let waiting = chief.get("/api/v1/messages?state=pending").await.ok();
        waiting["items"].as_array().unwrap().is_empty().then_some(())
    })
    .await;
}

/// Causes every kind of mail in a language.
pub async fn every_kind(app: &TestApp, sink: &Sink, locale: &str, booker: &str) {
    let (officer, chief) = (app.signed_in("zhou").await, app.signed_in("shen").await);
    let lin = in_language(app, booker, locale).await;
    let done = requested(app, &lin, "after-hours", "2026-11-13T12:00:00Z").await;
    let over = requested(app, &lin, "after-hours", "2026-11-13T13:00:00Z").await;
    let no = requested(app, &lin, "after-hours", "2026-11-13T14:00:00Z").await;
    let gone = requested(app, &lin, "video-try", "2026-11-13T02:00:00Z").await;
    officer.post(&path(&done, "/accept"), json!({})).await.ok();
    officer.post(&path(&no, "/refuse"), json!({"reason": "当晚没有查验人员"})).await.ok();
    about(sink, &gone, "").await;
    lin.post(&path(&gone, "/cancel"), json!({"reason": "货船晚点"})).await.ok();

    let (new, refused) = ("91239999MA0000015C", "91239999MA00000A92");
    let first = registered(app, sink, new, "firstone", locale).await;
    let id = first.get("/api/v1/me").await.ok()["enterprise"]["id"].as_str().unwrap().to_owned();
    chief.post(&format!("/api/v1/enterprises/{id}/approve"), json!({})).await.ok();
    for (login, steps) in [("secondone", &["approve", "end"][..]), ("thirdone", &["refuse"][..])] {
        registered(app, sink, new, login, locale).await;
        all_sent(app).await;
        for step in steps {
            let members = chief.get(&format!("/api/v1/enterprises/{id}/members")).await.ok();
            let member = members["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["login"] == login)
                .unwrap()
                .clone();
            let step = format!("/api/v1/enterprises/{id}/members/{}/{step}", member["id"].as_str().unwrap());
            chief.post(&step, json!({})).await.ok();
            all_sent(app).await;
        }
    }
    let other = registered(app, sink, refused, "fourthone", locale).await;
    let id = other.get("/api/v1/me").await.ok()["enterprise"]["id"].as_str().unwrap().to_owned();
    chief.post(&format!("/api/v1/enterprises/{id}/refuse"), json!({"reason": "营业执照看不清"})).await.ok();

    app.set_time("2026-11-13T12:30:00Z");
    let officer = app.signed_in("zhou").await;
    officer.post(&path(&done, "/check-in"), json!({})).await.ok();
    officer.post(&path(&done, "/complete"), json!({})).await.ok();
    app.set_time("2026-11-13T14:00:00Z");
    // One of the office itself may have begun before, and does not come again while the clock stands.
    app.app.booking.sweep_expired().await.unwrap();
    about(sink, &done, if locale == "en" { "How was it?" } else { "请评价这次服务" }).await;
    about(sink, &over, if locale == "en" { "Booking not answered" } else { "预约未获答复" }).await;
}

async fn words(store: Store) {
    for (locale, booker) in [("zh-CN", "lin"), ("en", "gao")] {
        let sink = Sink::start().await;
        let app = TestApp::start_with(store, MORNING, &[("MIANQIA_SMTP_URL", &sink.url())]).await;
        every_kind(&app, &sink, locale, booker).await;
        let all = app.signed_in("zhou").await.get("/api/v1/messages").await.ok();
        let kinds: std::collections::BTreeSet<&str> =
            all["items"].as_array().unwrap().iter().map(|one| one["template"].as_str().unwrap()).collect();
        let expected = [
            "booking.accepted",
            "booking.cancelled",
            "booking.refused",
            "booking.undecided",
            "enterprise.approved",
            "enterprise.refused",
            "membership.approved",
            "membership.ended",
            "membership.refused",
            "membership.requested",
            "rating.invited",
            "registration.confirm",
        ];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected, "every kind of mail is read here");
        let mails = sink.mails();
        for mail in &mails {
            reads_well(mail);
            let (html, subject) = (mail["html"].as_str().unwrap(), mail["subject"].as_str().unwrap());
            assert!(html.contains(&format!("<html lang=\"{locale}\">")));
            let chinese = subject.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(chinese, locale == "zh-CN", "{subject}");
        }
        // The long address of a rating is whole where it leads.
        let rating = mails.iter().find(|mail| mail["text"].as_str().unwrap().contains("/rate/")).unwrap();
        let (links, shown) = read(rating["html"].as_str().unwrap());
        let (_, token) = links[0].rsplit_once('/').unwrap();
        assert!(token.len() >= 43 && !shown.contains(token));
        assert_eq!(app.browser().get(&format!("/api/v1/ratings/{token}")).await.ok()["state"], "open");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_has_one_word_for_one_thing_and_fits_a_telephone_on_sqlite() {
    words(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mail_has_one_word_for_one_thing_and_fits_a_telephone_on_postgres() {
    words(Store::Postgres).await;
}
