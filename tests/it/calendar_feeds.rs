//! Calendars to subscribe to: who makes them, what stands in them, when they end.

use crate::booking::{after_hours_form, path, take, try_form, with_choices};
use crate::both_stores;
use crate::calendar_readers::read;
use crate::people::system_entries;
use crate::support::{Answer, Browser, TestApp};
use mianqia::base::ids::token_hash;
use mianqia::booking::entities::calendar_feed;
use mianqia::notify::entities::outbox;
use reqwest::{Method, header};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FEEDS: &str = "/api/v1/calendar-feeds";
/// Nothing of these is for a screen that anybody can see.
const SECRET: [&str; 12] = [
    "林女士",
    "高先生",
    "罗先生",
    "王经理",
    "15400000001",
    "154 0000 0001",
    "雪原样例粮油",
    "江岸样例医疗",
    "冷冻虾",
    "体检",
    "接种",
    "保健",
];

async fn make(browser: &Browser, body: Value) -> Value {
    browser.post(FEEDS, body).await.ok()
}

/// The path of an address: the test's own port is in the rest of it.
fn at(feed: &Value) -> String {
    let url = feed["url"].as_str().unwrap();
    url[url.find("/calendar/").unwrap()..].to_owned()
}

/// What is read by the address, by somebody who is not signed in.
async fn file(app: &TestApp, feed: &Value) -> Answer {
    app.browser().get(&at(feed)).await
}

async fn ics(app: &TestApp, feed: &Value) -> String {
    let answer = file(app, feed).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

async fn appointments(app: &TestApp, feed: &Value) -> Vec<Value> {
    let calendar = ics(app, feed).await;
    tokio::task::spawn_blocking(|| read(&[calendar])).await.unwrap().remove(0)
}

/// The ids of the bookings in a calendar.
async fn bookings(app: &TestApp, feed: &Value) -> BTreeSet<String> {
    let found = appointments(app, feed).await;
    found.iter().map(|one| one["uid"].as_str().unwrap().split('@').next().unwrap().to_owned()).collect()
}

fn ids(bookings: &[&Value]) -> BTreeSet<String> {
    bookings.iter().map(|booking| booking["id"].as_str().unwrap().to_owned()).collect()
}

async fn request(app: &TestApp, booker: &Browser, code: &str, starts_at: &str) -> Value {
    let service = app.service(code).await;
    let held = take(booker, &service, starts_at).await;
    let form = match code {
        "video-try" => try_form(),
        "after-hours" => with_choices(app, &service, after_hours_form()).await,
        _ => {
            let mut form = json!({"contact_name": "罗先生", "contact_mobile": "15400000001", "fields": {}});
            let service = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
            for field in service["fields"].as_array().unwrap() {
                let answer = match field["kind"].as_str().unwrap() {
                    "choice" => field["options"][0]["value"].clone(),
                    "date" => json!("2026-12-28"),
                    "number" => json!(3),
                    "consent" => json!(true),
                    _ => json!("样例"),
                };
                form["fields"][field["key"].as_str().unwrap()] = answer;
            }
            form
        }
    };
    booker.post(&path(&held, "/request"), form).await.ok()
}

/// Lets somebody into the enterprise of `lin`.
pub async fn colleague(app: &TestApp, login: &str) -> Browser {
    let lin = app.signed_in("lin").await;
    let browser = app.browser();
    let body = json!({
        "name": "雪原样例粮油", "uscc": "91239999MA0000082A", "contact_name": "孙女士", "contact_mobile": "15400003001",
        "contact_email": format!("{login}@example.com"), "login": login, "password": "correct horse battery", "locale": "en",
    });
    assert_eq!(browser.post("/api/v1/enterprises", body).await.status, 202);
    let mails = outbox::Entity::find().filter(outbox::Column::Template.eq("registration.confirm"));
    let mail = mails.order_by_desc(outbox::Column::Id).one(app.app.db.reader()).await.unwrap().unwrap();
    let text = mail.payload["text"].as_str().unwrap();
    let token = text.split_once("/confirm/").unwrap().1.split_whitespace().next().unwrap();
    browser.post(&format!("/api/v1/registrations/{token}/confirm"), json!({})).await.ok();
    browser.post("/api/v1/sign-in", json!({"login": login, "password": "correct horse battery"})).await.ok();
    browser.get(FEEDS).await.refused(403, "membership_pending");
    lin.post(&member(app, login, "approve").await, json!({})).await.ok();
    browser
}

/// The address of a step with somebody of `lin`'s enterprise.
async fn member(app: &TestApp, login: &str, step: &str) -> String {
    let lin = app.signed_in("lin").await;
    let me = lin.get("/api/v1/me").await.ok();
    let members = format!("/api/v1/enterprises/{}/members", me["enterprise"]["id"].as_str().unwrap());
    let all = lin.get(&members).await.ok();
    let one = all["items"].as_array().unwrap().iter().find(|one| one["login"] == login).unwrap().clone();
    format!("{members}/{}/{step}", one["id"].as_str().unwrap())
}

both_stores! {
    at "2026-11-10T01:00:00Z";

    async fn each_calendar_shows_the_bookings_of_its_own_and_names_nobody(app: &TestApp) {
        let (lin, gao, luo) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("luo").await);
        let (zhou, han, shen) = (app.signed_in("zhou").await, app.signed_in("han").await, app.signed_in("shen").await);
        let video = request(app, &lin, "video-try", "2026-11-11T02:00:00Z").await;
        let evening = request(app, &lin, "after-hours", "2026-11-12T12:00:00Z").await;
        let night = request(app, &gao, "after-hours", "2026-11-12T13:00:00Z").await;
        let undecided = request(app, &gao, "after-hours", "2026-11-12T14:00:00Z").await;
        let health = request(app, &luo, "check-up", "2026-11-11T01:00:00Z").await;
        let held = take(&lin, &app.service("video-try").await, "2026-11-11T03:00:00Z").await;
        zhou.post(&path(&evening, "/accept"), json!({})).await.ok();
        han.post(&path(&night, "/accept"), json!({})).await.ok();

        let cases = [
            (make(&lin, json!({})).await, ids(&[&video, &evening])),
            (make(&lin, json!({"covers": "enterprise", "label": " 我的手机 "})).await, ids(&[&video, &evening])),
            (make(&gao, json!({})).await, ids(&[&night, &undecided])),
            (make(&luo, json!({})).await, ids(&[&health])),
            (make(&zhou, json!({})).await, ids(&[&evening])),
            (make(&han, json!({"covers": "desk"})).await, ids(&[&night])),
            (make(&shen, json!({})).await, ids(&[])),
            (make(&shen, json!({"covers": "office"})).await, ids(&[&video, &evening, &night, &undecided, &health])),
        ];
        for (feed, expected) in &cases {
            assert_eq!(bookings(app, feed).await, *expected, "{feed}");
            let calendar = ics(app, feed).await.replace("\r\n ", "");
            assert!(!calendar.contains(held["id"].as_str().unwrap()));
            let is_staffs = ["desk", "office"].contains(&feed["covers"].as_str().unwrap());
            for word in SECRET.iter().filter(|word| !(is_staffs && ["体检", "接种", "保健"].contains(word))) {
                assert!(!calendar.contains(word), "{word} in {calendar}");
            }
            // Nobody is asked anything, nothing rings.
            for part in ["ATTENDEE", "ORGANIZER", "VALARM", "METHOD", "TZID="] {
                assert!(!calendar.contains(part), "{part} in {calendar}");
            }
        }
        assert_eq!((&cases[1].0["label"], &cases[1].0["made_by"]), (&json!("我的手机"), &json!("林女士")));
        // Of a check-up one reads at a glance that there is an appointment, and where.
        let own = &appointments(app, &cases[3].0).await[0];
        assert_eq!((&own["summary"], &own["location"]), (&json!("海关预约"), &json!("冰城市江岸路 8 号")));
        // So does the file to take along.
        let one = luo.get(&path(&health, "/calendar.ics")).await.text.replace("\r\n ", "");
        assert!(one.contains("SUMMARY:海关预约\r\n") && !one.contains("体检"), "{one}");
        // Staff read which service it is and by which reference to find it.
        let desk = &appointments(app, &cases[4].0).await[0];
        assert_eq!(desk["summary"], json!(format!("非工作时间通关 {}", evening["reference"].as_str().unwrap())));
        assert!(desk["url"].as_str().unwrap().ends_with(&format!("/bookings/{}", evening["id"].as_str().unwrap())));

        // The address is told once and kept as a hash.
        let rows = calendar_feed::Entity::find().all(app.app.db.reader()).await.unwrap();
        for (feed, _) in &cases {
            let address = at(feed);
            let token = address.strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap();
            assert_eq!(token.len(), 43);
            assert_eq!(rows.iter().filter(|row| row.token_hash == token_hash(token)).count(), 1);
            for browser in [&lin, &gao, &luo, &zhou, &shen] {
                assert!(!browser.get(FEEDS).await.text.contains(token));
            }
        }
    }

    async fn a_change_arrives_as_a_change_of_the_same_appointment(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let feed = make(&lin, json!({})).await;
        assert!(appointments(app, &feed).await.is_empty());
        let booking = request(app, &lin, "after-hours", "2026-11-12T12:00:00Z").await;
        let only = async || {
            let found = appointments(app, &feed).await;
            assert_eq!(found.len(), 1, "{found:?}");
            found[0].clone()
        };
        let (start, end) = ("2026-11-12T12:00:00Z", booking["ends_at"].as_str().unwrap());
        let instant = |text: &str| json!(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis());
        let mut before = only().await;
        assert_eq!((&before["status"], &before["sequence"]), (&json!("TENTATIVE"), &json!(0)));
        assert_eq!(before["summary"], "待受理：非工作时间通关");
        assert_eq!((&before["starts_at"], &before["ends_at"]), (&instant(start), &instant(end)));

        for (step, minute, status, sequence, summary) in [
            ("accept", 1, "CONFIRMED", 1, "非工作时间通关"),
            ("cancel", 2, "CANCELLED", 2, "已取消：非工作时间通关"),
        ] {
            app.set_time(&format!("2026-11-10T01:0{minute}:00Z"));
            let (browser, body) = if step == "accept" { (&zhou, json!({})) } else { (&lin, json!({"reason": "货船晚点"})) };
            browser.post(&path(&booking, &format!("/{step}")), body).await.ok();
            let now = only().await;
            assert_eq!((&now["status"], &now["sequence"], &now["summary"]), (&json!(status), &json!(sequence), &json!(summary)));
            assert_eq!((&now["uid"], &now["starts_at"]), (&before["uid"], &before["starts_at"]));
            assert!(now["changed_at"].as_i64() > before["changed_at"].as_i64(), "{now} after {before}");
            before = now;
        }
        // The mails were about the very same appointment, as far as calendars know.
        let mails = outbox::Entity::find().filter(outbox::Column::Template.starts_with("booking."));
        let mails = mails.all(app.app.db.reader()).await.unwrap();
        let parts: Vec<&str> = mails.iter().filter_map(|mail| mail.payload["calendar"]["ics"].as_str()).collect();
        assert!(!parts.is_empty());
        for part in parts {
            assert!(part.replace("\r\n ", "").contains(&format!("UID:{}\r\n", before["uid"].as_str().unwrap())), "{part}");
        }
        // What was cancelled stands there as that for a month, and then is gone.
        app.set_time("2026-12-12T11:59:00Z");
        only().await;
        app.set_time("2026-12-12T12:00:01Z");
        assert!(appointments(app, &feed).await.is_empty());
    }

    async fn venues_of_several_zones_are_in_one_calendar_each_at_its_instant(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let video = request(app, &lin, "video-try", "2026-11-11T02:00:00Z").await;
        let evening = request(app, &lin, "after-hours", "2026-11-12T12:00:00Z").await;
        let feed = make(&lin, json!({})).await;
        // The venue of the one lies elsewhere.
        let service = app.service("after-hours").await;
        let venue = app.app.directory.service(service.parse().unwrap()).await.unwrap().unwrap().venue.code.clone();
        let moved = format!("update venue set zone = 'Asia/Kathmandu' where code = '{venue}'");
        app.app.db.write(move |tx| {
            let moved = moved.clone();
            Box::pin(async move { tx.conn().execute_unprepared(&moved).await.map(drop) })
        }).await.unwrap();
        app.app.directory.forget();
        let found = appointments(app, &feed).await;
        let starts: Vec<_> = found.iter().map(|one| one["starts_at"].as_i64().unwrap()).collect();
        let expected: Vec<_> = [&video, &evening].iter()
            .map(|one| one["starts_at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp_millis())
            .collect();
        assert_eq!(starts, expected);
        // Each says what the clocks at its venue show.
        assert!(found[0]["description"].as_str().unwrap().contains("10:00–10:15（北京时间，UTC+8）"), "{found:?}");
        assert!(found[1]["description"].as_str().unwrap().contains("17:45–18:45（Asia/Kathmandu，UTC+5:45）"), "{found:?}");
    }

    async fn a_calendar_is_given_anew_only_when_it_changed(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let feed = make(&lin, json!({})).await;
        request(app, &lin, "video-try", "2026-11-11T02:00:00Z").await;
        let stranger = app.browser();
        let ask = async |tag: &str| {
            let request = stranger.client.get(format!("{}{}", app.base, at(&feed))).header(header::IF_NONE_MATCH, tag);
            stranger.send(request).await
        };
        let first = file(app, &feed).await;
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        assert_eq!(first.headers["content-type"], "text/calendar; charset=utf-8");
        assert_eq!(first.headers["cache-control"], "private, no-cache");
        assert!(first.text.contains("REFRESH-INTERVAL;VALUE=DURATION:PT60M\r\n") && first.text.contains("X-PUBLISHED-TTL:PT60M\r\n"));
        // Nothing in it is of the moment at which it is asked for.
        app.set_time("2026-11-10T01:20:00Z");
        let again = ask(&tag).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        assert_eq!(again.headers["etag"], tag.as_str());
        let head = stranger.call(Method::HEAD, &at(&feed), None).await;
        assert_eq!((head.status.as_u16(), head.headers["etag"].to_str().unwrap()), (200, tag.as_str()));
        request(app, &lin, "video-try", "2026-11-11T04:00:00Z").await;
        let changed = ask(&tag).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.headers["etag"], tag.as_str());
    }

    async fn an_address_ends_at_once_and_another_takes_its_place(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let entries = system_entries(app).await.len();
        let first = make(&lin, json!({"label": "手机"})).await;
        let one = |feed: &Value, step: &str| format!("{FEEDS}/{}{step}", feed["id"].as_str().unwrap());
        // A foreign one is not there.
        gao.post(&one(&first, "/renew"), json!({})).await.refused(404, "not_found");
        gao.call(Method::DELETE, &one(&first, ""), None).await.refused(404, "not_found");
        assert_eq!(gao.get(FEEDS).await.ok()["items"], json!([]));

        let second = lin.post(&one(&first, "/renew"), json!({})).await;
        assert_eq!(second.status, 201);
        let second = second.ok();
        assert_eq!((&second["label"], &second["covers"]), (&json!("手机"), &json!("enterprise")));
        assert_ne!(at(&first), at(&second));
        file(app, &first).await.refused(410, "calendar_feed_revoked");
        ics(app, &second).await;
        lin.post(&one(&first, "/renew"), json!({})).await.refused(404, "not_found");
        let listed = lin.get(FEEDS).await.ok();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!((&listed["items"][0]["id"], &listed["may_cover"]), (&second["id"], &json!(["enterprise"])));

        for _ in 0..2 {
            assert_eq!(lin.call(Method::DELETE, &one(&second, ""), None).await.status, 204);
        }
        file(app, &second).await.refused(410, "calendar_feed_revoked");
        assert_eq!(lin.get(FEEDS).await.ok()["items"], json!([]));
        let told = system_entries(app).await.split_off(entries);
        let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).filter(|kind| kind.starts_with("calendar_feed.")).collect();
        assert_eq!(kinds, ["calendar_feed.made", "calendar_feed.revoked", "calendar_feed.made", "calendar_feed.revoked"]);
        for (_, bytes) in told.iter().filter(|(kind, _)| kind.starts_with("calendar_feed.")) {
            assert!(!bytes.contains("手机") && !bytes.contains("token"), "{bytes}");
        }

        for path in ["/calendar/no-such-token.ics", "/calendar/x"] {
            app.browser().get(path).await.refused(404, "not_found");
        }
        app.browser().get(at(&second).strip_suffix(".ics").unwrap()).await.refused(404, "not_found");
    }

    async fn an_address_goes_with_the_membership_of_who_made_it(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let own = make(&lin, json!({})).await;
        request(app, &lin, "video-try", "2026-11-11T02:00:00Z").await;
        app.set_time("2026-11-10T01:05:00Z");
        let sun = colleague(app, "sun").await;
        let hers = make(&sun, json!({"label": "office"})).await;
        // In her language.
        assert_eq!(bookings(app, &hers).await.len(), 1);
        assert!(ics(app, &hers).await.contains("X-WR-CALNAME:Mianqia: our bookings\r\n"));
        let listed = lin.get(FEEDS).await.ok();
        let makers: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|one| &one["made_by"]).collect();
        assert_eq!(makers, ["林女士", "孙女士"]);
        assert_eq!(sun.get(FEEDS).await.ok()["items"], listed["items"]);

        app.signed_in("shen").await.post(&member(app, "sun", "end").await, json!({})).await.ok();
        file(app, &hers).await.refused(410, "calendar_feed_revoked");
        ics(app, &own).await;
        assert_eq!(lin.get(FEEDS).await.ok()["items"].as_array().unwrap().len(), 1);
        // Whoever comes back makes a new one.
        app.set_time("2026-11-10T01:10:00Z");
        lin.post(&member(app, "sun", "approve").await, json!({})).await.ok();
        file(app, &hers).await.refused(410, "calendar_feed_revoked");
        let again = app.browser();
        again.post("/api/v1/sign-in", json!({"login": "sun", "password": "correct horse battery"})).await.ok();
        let anew = make(&again, json!({})).await;
        // A colleague may end it.
        assert_eq!(lin.call(Method::DELETE, &format!("{FEEDS}/{}", anew["id"].as_str().unwrap()), None).await.status, 204);
        file(app, &anew).await.refused(410, "calendar_feed_revoked");
    }

    async fn nobody_has_more_than_a_few_or_one_of_others(app: &TestApp) {
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        for covers in ["office", "enterprise", "own"] {
            zhou.post(FEEDS, json!({"covers": covers})).await.refused(403, "forbidden");
        }
        shen.post(FEEDS, json!({"covers": "own"})).await.refused(403, "forbidden");
        app.signed_in("lin").await.post(FEEDS, json!({"covers": "own"})).await.refused(403, "forbidden");
        app.signed_in("luo").await.post(FEEDS, json!({"covers": "enterprise"})).await.refused(403, "forbidden");
        app.signed_in("tang").await.post(FEEDS, json!({})).await.refused(403, "forbidden");
        let he = app.signed_in("he").await;
        he.get(FEEDS).await.refused(403, "enterprise_pending");
        let own = he.get("/api/v1/me").await.ok();
        let own = own["enterprise"]["id"].as_str().unwrap();
        shen.post(&format!("/api/v1/enterprises/{own}/refuse"), json!({"reason": "材料不全"})).await.ok();
        app.signed_in("he").await.get(FEEDS).await.refused(403, "enterprise_refused");

        let longest = "机".repeat(40);
        let last = make(&zhou, json!({"label": longest})).await;
        let long = zhou.post(FEEDS, json!({"label": format!("{longest}机")})).await;
        long.refused(422, "too_long");
        assert_eq!(long.json()["field"], "label");
        for _ in 1..5 {
            make(&zhou, json!({})).await;
        }
        zhou.post(FEEDS, json!({})).await.refused(409, "too_many_calendar_feeds");
        // In place of another there is room.
        let renewed = zhou.post(&format!("{FEEDS}/{}/renew", last["id"].as_str().unwrap()), json!({})).await.ok();
        ics(app, &renewed).await;
        let listed = zhou.get(FEEDS).await.ok();
        assert_eq!((listed["items"].as_array().unwrap().len(), &listed["most"]), (5, &json!(5)));
        // One made by a chief who is one no longer shows nothing.
        let office = make(&shen, json!({"covers": "office"})).await;
        app.app.db.write(|tx| Box::pin(async move {
            tx.conn().execute_unprepared("update account set role = 'officer' where login = 'shen'").await.map(drop)
        })).await.unwrap();
        file(app, &office).await.refused(410, "calendar_feed_revoked");
    }

    async fn a_colleague_at_the_limit_cannot_take_over_an_address(app: &TestApp) {
        let sun = colleague(app, "sun").await;
        let lin = app.signed_in("lin").await;
        for _ in 0..5 {
            make(&lin, json!({})).await;
        }
        let hers = make(&sun, json!({})).await;
        let renew = format!("{FEEDS}/{}/renew", hers["id"].as_str().unwrap());
        lin.post(&renew, json!({})).await.refused(409, "too_many_calendar_feeds");
        // And nothing was ended by the attempt.
        ics(app, &hers).await;
    }

    async fn its_owners_see_when_a_calendar_was_read(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let feed = make(&lin, json!({})).await;
        let read = async || lin.get(FEEDS).await.ok()["items"][0]["last_read_at"].clone();
        assert_eq!(read().await, Value::Null);
        for (now, expected) in [
            ("2026-11-10T01:10:00Z", "2026-11-10T01:10:00Z"),
            ("2026-11-10T02:09:00Z", "2026-11-10T01:10:00Z"),
            ("2026-11-10T02:10:00Z", "2026-11-10T02:10:00Z"),
        ] {
            app.set_time(now);
            ics(app, &feed).await;
            assert_eq!(read().await, expected);
        }
    }
}
