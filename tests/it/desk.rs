//! At the desk: officers book for callers and for who stands at the counter, from the one pool of places, and chiefs keep
//! seats for that.

use crate::booking::{path, take, wish};
use crate::both_stores;
pub use crate::setups::{changed, clearance_for_everybody};
use crate::setups::{set, write};
use crate::support::{Answer, Browser, TestApp};
use futures::future::join_all;
use mianqia::auth::entities::account;
use mianqia::booking::entities::booking;
use mianqia::directory::entities::resource;
use mianqia::evidence::{self, entities::entry};
use mianqia::notify::entities::outbox;
use mianqia::places::entities::occupied;
use reqwest::Method;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// An enterprise that was let in (advanced certified), one that waits, and one that nobody knows.
pub const LET_IN: &str = "91239999MA0000162X";
const WAITING: &str = "91239999MA0000285Y";
/// A slot of the centre: Tuesday, six places side by side.
pub const AT: &str = "2026-11-24T01:00:00Z";
const MOBILE: &str = "15400000077";

pub fn by_phone(service: &str, starts_at: &str) -> Value {
    json!({"service_id": service, "channel": "phone", "starts_at": starts_at, "contact_name": "顾女士", "contact_mobile": MOBILE})
}

pub fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

pub async fn book(officer: &Browser, body: Value) -> Answer {
    officer.post("/api/v1/desk/bookings", body).await
}

/// Somebody at the counter, who leaves no number: everybody is another one.
pub async fn walk_in(officer: &Browser, service: &str, starts_at: &str) -> Answer {
    book(
        officer,
        json!({"service_id": service, "channel": "counter", "starts_at": starts_at, "contact_name": "来客"}),
    )
    .await
}

pub async fn online(browser: &Browser, service: &str, starts_at: &str) -> Answer {
    browser.post("/api/v1/bookings", with(wish(service, starts_at), "anyway", json!(true))).await
}

pub async fn share(chief: &Browser, service: &str, shares: Value) -> Answer {
    chief.call(Method::PUT, &format!("/api/v1/services/{service}/shares"), Some(shares)).await
}

/// The check-up with so many places side by side, no lead time and no number for a day.
pub async fn with_seats(app: &TestApp, seats: i32) -> String {
    let mut resource_id = None;
    let id = changed(app, "check-up", |row| {
        (row.lead_minutes, row.quota_resource_id) = (0, None);
        resource_id = Some(row.resource_id);
    })
    .await;
    write(
        app,
        resource::ActiveModel { id: Set(resource_id.unwrap()), seats: Set(seats), ..Default::default() },
    )
    .await;
    id
}

/// A check-up that somebody books online.
pub async fn booked(browser: &Browser, service: &str, starts_at: &str) -> Value {
    let fields = json!({"item": "work", "document": "passport", "health_consent": true});
    let request = json!({"contact_name": "罗某", "contact_mobile": "15400000005", "fields": fields});
    browser.post("/api/v1/bookings", with(wish(service, starts_at), "request", request)).await.ok()
}

async fn slot(browser: &Browser, service: &str, asked: &str) -> Value {
    let slots = browser.get(&format!("/api/v1/services/{service}/{asked}")).await.ok();
    slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == AT).unwrap().clone()
}

async fn free_online(browser: &Browser, service: &str) -> Value {
    slot(browser, service, "slots?date=2026-11-24").await
}

async fn free_at_desk(officer: &Browser, service: &str, channel: &str) -> Value {
    slot(officer, service, &format!("desk-slots?date=2026-11-24&channel={channel}")).await["free"].clone()
}

async fn rows(app: &TestApp) -> Vec<booking::Model> {
    booking::Entity::find().all(app.app.db.reader()).await.unwrap()
}

async fn callers(app: &TestApp) -> Vec<account::Model> {
    let all = account::Entity::find().filter(account::Column::Login.starts_with("caller:"));
    all.all(app.app.db.reader()).await.unwrap()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn a_caller_is_booked_in_one_step_by_the_officer_who_has_decided(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let new = with(by_phone(&service, "2026-11-25T11:00:00Z"), "fields", json!({"goods": " 冷冻虾 "}));
        let made = book(&officer, new).await.ok();
        assert_eq!((&made["state"], &made["channel"], &made["booker_name"]), (&json!("accepted"), &json!("phone"), &json!("顾女士")));
        assert_eq!(made["officer"]["badge_no"], "2316");
        let seen = officer.get(&path(&made, "")).await.ok();
        assert_eq!((&seen["contact_mobile"], &seen["fields"]), (&json!(MOBILE), &json!({"goods": "冷冻虾"})));
        let told: Vec<(&Value, &Value)> =
            seen["history"].as_array().unwrap().iter().map(|item| (&item["kind"], &item["actor"])).collect();
        let by_officer = json!("officer");
        let kinds = ["booking.held", "booking.requested", "booking.accepted"].map(|kind| json!(kind));
        assert_eq!(told, kinds.iter().map(|kind| (kind, &by_officer)).collect::<Vec<_>>());
        // Nobody knows an address, so nobody is written to; and the office's day shows by which way it came.
        assert_eq!(outbox::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
        let day = officer.get("/api/v1/day?date=2026-11-25").await.ok();
        assert_eq!((&day["bookings"][0]["id"], &day["bookings"][0]["channel"]), (&made["id"], &json!("phone")));
        let entries = evidence::entries(app.app.db.reader(), made["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
        assert!(entries.iter().all(|entry| !String::from_utf8_lossy(&entry.bytes).contains("1540")));

        // For an enterprise: by its terms (eight hours ahead), told to its contact, seen by its people.
        let tonight = "2026-11-23T11:00:00Z";
        book(&officer, by_phone(&service, tonight)).await.refused(422, "lead_time");
        let for_them = with(by_phone(&service, tonight), "enterprise", json!(LET_IN));
        let made = book(&officer, for_them).await.ok();
        assert_eq!(made["enterprise"]["name"], "江岸样例医疗");
        let gao = app.signed_in("gao").await;
        assert_eq!(gao.get(&path(&made, "")).await.ok()["channel"], "phone");
        let mails = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert_eq!(mails.iter().map(|mail| mail.to_address.as_str()).collect::<Vec<_>>(), ["gao@example.com"]);
        for login in ["lin", "tang", "yi"] {
            book(&app.signed_in(login).await, by_phone(&service, AT)).await.refused(403, "forbidden");
        }
    }

    async fn a_caller_counts_once_and_may_register_afterwards(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let first = book(&officer, by_phone(&service, "2026-11-25T11:00:00Z")).await.ok();
        // The same number, written otherwise and under another name, is the same caller.
        let again = with(by_phone(&service, "2026-11-25T11:00:00Z"), "contact_mobile", json!("154 0000 0077"));
        let again = with(again, "contact_name", json!("小顾"));
        let refused = book(&officer, again.clone()).await;
        refused.refused(409, "already_yours");
        assert_eq!(refused.json()["subject_id"], first["id"]);
        book(&officer, with(again, "anyway", json!(true))).await.ok();
        let limit = app.browser().get(&format!("/api/v1/services/{service}")).await.ok()["limits"]["person"].as_u64().unwrap();
        let mut hours = 13..;
        for _ in 2..limit {
            book(&officer, by_phone(&service, &format!("2026-11-25T{}:00:00Z", hours.next().unwrap()))).await.ok();
        }
        let one_more = by_phone(&service, "2026-11-26T11:00:00Z");
        book(&officer, one_more.clone()).await.refused(409, "too_many_bookings");
        book(&officer, with(one_more, "contact_mobile", json!("15400000078"))).await.ok();
        let known = callers(app).await;
        assert_eq!(known.len(), 2);
        assert!(known.iter().all(|row| !row.active && row.password_hash.is_empty()));

        // Who stands at the counter and leaves no number is nobody else's.
        let health = with_seats(app, 6).await;
        for _ in 0..2 {
            let made = walk_in(&officer, &health, AT).await.ok();
            assert_eq!((&made["channel"], &officer.get(&path(&made, "")).await.ok()["contact_mobile"]), (&json!("counter"), &Value::Null));
        }
        assert_eq!(callers(app).await.len(), 4);
        // Nobody signs in as a caller; who registers with the number is not in anybody's way.
        for login in [format!("caller:{MOBILE}"), MOBILE.to_owned()] {
            app.browser().post("/api/v1/sign-in", json!({"login": login, "password": ""})).await.refused(401, "wrong_login");
        }
        let new = json!({"name": "顾女士", "mobile": MOBILE, "email": "gu@example.com", "login": "gu.nvshi", "password": "correct horse 9 battery", "locale": "zh-CN"});
        assert!(app.browser().post("/api/v1/travellers", new).await.status.is_success());
    }

    async fn who_calls_again_to_cancel_is_cancelled_by_an_officer(app: &TestApp) {
        let (officer, lin) = (app.signed_in("zhou").await, app.signed_in("lin").await);
        let service = clearance_for_everybody(app).await;
        let made = book(&officer, by_phone(&service, "2026-11-25T11:00:00Z")).await.ok();
        assert_eq!(made["can"]["cancel"], true);
        lin.post(&path(&made, "/cancel"), json!({"reason": "x"})).await.refused(404, "not_found");
        officer.post(&path(&made, "/cancel"), json!({})).await.refused(422, "reason_required");
        let cancelled = officer.post(&path(&made, "/cancel"), json!({"reason": "对方来电取消"})).await.ok();
        assert_eq!((&cancelled["state"], &cancelled["reason"]), (&json!("cancelled"), &json!("对方来电取消")));
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
        // What somebody booked themselves is theirs.
        let mine = take(&lin, &service, "2026-11-25T11:00:00Z").await;
        assert_eq!(officer.get(&path(&mine, "")).await.ok()["can"]["cancel"], false);
        officer.post(&path(&mine, "/cancel"), json!({"reason": "x"})).await.refused(403, "forbidden");
    }

    async fn two_calls_from_one_number_at_once_make_one_caller(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = with_seats(app, 6).await;
        let calls = (0..6).map(|quarter| {
            let at = format!("2026-11-24T0{}:{:02}:00Z", 1 + quarter / 4, quarter % 4 * 15);
            let officer = &officer;
            let body = by_phone(&service, &at);
            async move { book(officer, body).await.status }
        });
        let limit = app.browser().get(&format!("/api/v1/services/{service}")).await.ok()["limits"]["person"].as_u64().unwrap();
        let made = join_all(calls).await.into_iter().filter(|status| *status == 201).count();
        assert_eq!(made as u64, limit.min(6));
        assert_eq!(callers(app).await.len(), 1);
    }

    async fn against_the_terms_with_a_reason_and_never_against_a_seat_or_closed_doors(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let tonight = "2026-11-23T11:00:00Z";
        let urgent = |mobile: &str| with(with(by_phone(&service, tonight), "reason", json!("机场紧急来电，鲜活货物")), "contact_mobile", json!(mobile));
        book(&officer, with(by_phone(&service, tonight), "reason", json!(" "))).await.refused(422, "lead_time");
        let made = book(&officer, urgent(MOBILE)).await.ok();
        let history = officer.get(&path(&made, "")).await.ok()["history"].clone();
        let told = history.as_array().unwrap().iter().find(|item| item["kind"] == "booking.against_terms").unwrap();
        assert_eq!((&told["text"], &told["actor"]), (&json!("机场紧急来电，鲜活货物"), &json!("officer")));
        let entries = evidence::entries(app.app.db.reader(), made["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
        let entry = entries.iter().find(|entry| entry.kind == "booking.against_terms").unwrap();
        let text = String::from_utf8(entry.bytes.clone()).unwrap();
        assert!(text.contains(r#""rules":["lead_time"]"#) && !text.contains("机场"), "{text}");
        book(&officer, urgent("15400000078")).await.ok();
        book(&officer, urgent("15400000079")).await.refused(409, "slot_taken");
        let closed = with(urgent(MOBILE), "starts_at", json!("2026-11-24T03:00:00Z"));
        book(&officer, closed).await.refused(422, "not_a_slot");
        let long = with(urgent(MOBILE), "reason", json!("长".repeat(501)));
        book(&officer, long).await.refused(422, "too_long");
        // Whose right it is not, a reason does not help either.
        book(&app.signed_in("lin").await, urgent(MOBILE)).await.refused(403, "forbidden");
        assert_eq!(rows(app).await.len(), 2);
        // It is a figure.
        let health = with_seats(app, 6).await;
        walk_in(&officer, &health, AT).await.ok();
        let found = app.signed_in("shen").await.get("/api/v1/figures/work?months=1").await.ok();
        let of = |id: &str| {
            let all = found["months"][0]["services"].as_array().unwrap().clone();
            let one = all.into_iter().find(|one| one["service_id"] == id).unwrap();
            ["booked", "by_phone", "at_counter", "against_terms"].map(|name| one[name].as_i64().unwrap())
        };
        assert_eq!((of(&service), of(&health)), ([2, 2, 0, 2], [1, 0, 1, 0]));
    }

    async fn who_walks_in_needs_no_reason_where_the_terms_say_so(app: &TestApp) {
        let (chief, zhou) = (app.signed_in("shen").await, app.signed_in("zhou").await);
        let service = app.service("certificate").await;
        // A quarter of an hour ahead, of a service that is booked longer ahead.
        let terms_of = async || chief.get(&format!("/api/v1/services/{service}")).await.ok()["terms"].clone();
        let mut terms = terms_of().await;
        terms["lead_times"] = json!([{"tier": null, "category": null, "lead_minutes": 1440}]);
        let set = async |terms: &Value| {
            let body = json!({"terms": terms, "reason": "便民"});
            chief.call(reqwest::Method::PUT, &format!("/api/v1/services/{service}/terms"), Some(body)).await
        };
        set(&terms).await.ok();
        let slots = zhou.get(&format!("/api/v1/services/{service}/desk-slots?date=2026-11-23&channel=counter")).await.ok();
        let at = slots["slots"].as_array().unwrap().iter().rev().find(|slot| slot["free"].as_i64() > Some(0)).unwrap()["starts_at"].as_str().unwrap().to_owned();
        walk_in(&zhou, &service, &at).await.refused(422, "lead_time");
        terms["walk_ins_at_once"] = json!(true);
        set(&terms).await.ok();
        assert_eq!(terms_of().await["walk_ins_at_once"], true);
        // What officers are shown says the same, and only of the counter.
        let why = async |channel: &str| {
            let path = format!("/api/v1/services/{service}/why?starts_at={at}&channel={channel}");
            zhou.get(&path).await.ok()["allowed"].clone()
        };
        assert_eq!((why("counter").await, why("phone").await), (json!(true), json!(false)));
        walk_in(&zhou, &service, &at).await.ok();
        let lin = app.signed_in("lin").await;
        online(&lin, &service, &at).await.refused(422, "lead_time");
    }

    async fn what_cannot_be_booked_at_the_desk_is_refused_with_its_field_and_nothing_is_left(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let (service, video) = (clearance_for_everybody(app).await, app.service("video").await);
        let call = by_phone(&service, "2026-11-25T11:00:00Z");
        let fields = |key: &str, value: Value| json!({key: value});
        for (field, value, status, code, told) in [
            ("service_id", json!("018f0000-0000-7000-8000-000000000000"), 422, "unknown_service", "service_id"),
            ("enterprise", json!("91239999MA0000999X"), 422, "unknown_enterprise", "enterprise"),
            ("enterprise", json!(WAITING), 422, "enterprise_not_let_in", "enterprise"),
            ("service_id", json!(video), 422, "desk_needs_enterprise", "enterprise"),
            ("contact_name", json!(" "), 422, "invalid_name", "contact_name"),
            ("contact_name", json!("请登录 https://evil.example/x"), 422, "name_not_allowed", "contact_name"),
            ("contact_mobile", json!(""), 422, "wrong_length", "contact_mobile"),
            ("contact_mobile", json!("1540000007x"), 422, "wrong_character", "contact_mobile"),
            ("starts_at", Value::Null, 422, "one_time", "starts_at"),
            ("starts_at", json!("2026-11-22T11:00:00Z"), 422, "slot_past", "starts_at"),
            ("starts_at", json!("2026-12-28T11:00:00Z"), 422, "beyond_horizon", "starts_at"),
            ("fields", fields("hs_codes", json!("abc")), 422, "wrong_character", "fields.hs_codes"),
            ("fields", fields("nonsense", json!("x")), 422, "unknown_field", "fields.nonsense"),
            ("fields", fields("declaration_port", json!("哈尔滨")), 422, "invalid_port_code", "fields.declaration_port"),
            ("fields", fields("transport", json!("zeppelin")), 422, "not_an_option", "fields.transport"),
        ] {
            let refused = book(&officer, with(call.clone(), field, value.clone())).await;
            refused.refused(status, code);
            assert_eq!(refused.json()["field"], told, "{field} {value}");
        }
        assert!(rows(app).await.is_empty() && callers(app).await.is_empty());
        // Of the enterprise there is somebody who can join.
        let meeting = with(with(by_phone(&video, "2026-11-25T02:00:00Z"), "enterprise", json!(LET_IN)), "anyway", json!(true));
        assert_eq!(book(&officer, meeting).await.ok()["state"], "accepted");
    }

    async fn beyond_the_horizon_is_booked_with_a_reason_and_never_into_a_year_that_nobody_knows(app: &TestApp) {
        let (officer, lin) = (app.signed_in("zhou").await, app.signed_in("lin").await);
        let service = clearance_for_everybody(app).await;
        let path = format!("/api/v1/services/{service}");
        assert_eq!(lin.get(&path).await.ok()["horizon_days"], 30);
        // Five days too far, in a year that is known.
        let at = "2026-12-28T11:00:00Z";
        let hindrance = |told: &Value| told["hindrances"][0].clone();
        let of_slot = officer.get(&format!("{path}/desk-slots?date=2026-12-28&channel=phone")).await.ok();
        let of_slot = of_slot["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == at).unwrap().clone();
        let why = officer.get(&format!("{path}/why?starts_at={at}")).await.ok();
        for told in [&of_slot, &why] {
            let one = hindrance(told);
            assert_eq!((&one["rule"], &one["earliest"]), (&json!("beyond_horizon"), &json!("application")), "{told}");
            // From the first moment of that day at the venue on.
            assert_eq!(one["earliest_at"], "2026-11-27T16:00:00Z");
        }
        assert_eq!((&of_slot["free"], &why["allowed"], &why["reason"]), (&json!(2), &json!(false), &Value::Null));
        let call = by_phone(&service, at);
        let refused = book(&officer, call.clone()).await;
        refused.refused(422, "beyond_horizon");
        assert_eq!(refused.json()["earliest_at"], "2026-11-27T16:00:00Z");
        lin.post("/api/v1/bookings", wish(&service, at)).await.refused(422, "beyond_horizon");
        let made = book(&officer, with(call, "reason", json!("口岸年底封关前的急件"))).await.ok();
        assert_eq!((&made["state"], &made["starts_at"]), (&json!("accepted"), &json!(at)));
        let all = entry::Entity::find().filter(entry::Column::Kind.eq("booking.against_terms"));
        let told = all.all(app.app.db.reader()).await.unwrap();
        assert_eq!(told.len(), 1);
        let payload = serde_json::from_slice::<Value>(&told[0].bytes).unwrap();
        assert!(payload.to_string().contains("beyond_horizon"), "{payload}");

        let unknown = with(by_phone(&service, "2027-01-05T11:00:00Z"), "reason", json!("急"));
        book(&officer, unknown).await.refused(422, "year_unpublished");
        // Where the hours depend on no calendar it can be had, and not for ever either.
        let chief = app.signed_in("shen").await;
        let any = json!([{"day_kind": "any", "weekdays": [1, 2, 3, 4, 5, 6, 7], "from_minute": 540, "to_minute": 1020}]);
        let certificate = app.service("certificate").await;
        set(&chief, &certificate, |body| body["settings"]["opening_rules"] = any).await.ok();
        let of = |starts_at: &str| with(by_phone(&certificate, starts_at), "reason", json!("急"));
        book(&officer, of("2027-01-05T02:00:00Z")).await.ok();
        book(&officer, of("2028-06-05T02:00:00Z")).await.refused(422, "beyond_horizon");
        // Whoever moves it decides too, and says why.
        let to = json!({"starts_at": "2026-12-29T11:00:00Z", "reason": "改期"});
        assert_eq!(officer.post(&crate::booking::path(&made, "/reschedule"), to).await.ok()["state"], "accepted");
    }

    async fn a_warning_is_read_out_before_it_is_booked(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        // Whatever is to be given: what it is, is not asked at the desk.
        let service = changed(app, "vaccination", |row| row.spec["warnings"][0]["when"] = Value::Null).await;
        let shown = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        let rule = &shown["warnings"][0];
        let fields = json!({rule["field"].as_str().unwrap(): "2026-11-26"});
        let call = with(by_phone(&service, "2026-11-25T01:00:00Z"), "fields", fields);
        book(&officer, call.clone()).await.refused(409, "unread_warning");
        book(&officer, with(call, "acknowledged", json!([rule["code"]]))).await.ok();
    }

    async fn the_same_call_sent_twice_is_booked_once(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let send = async || {
            let request = officer.client.post(format!("{}/api/v1/desk/bookings", officer.base));
            let request = request.header("idempotency-key", "desk-1").json(&by_phone(&service, "2026-11-25T11:00:00Z"));
            officer.send(request).await
        };
        let (first, second) = (send().await, send().await);
        assert!(first.status == 201 && second.status == 201);
        assert_eq!(first.text, second.text);
        assert_eq!(rows(app).await.len(), 1);
    }

    async fn whoever_is_first_has_the_last_seat_online_or_at_the_desk(app: &TestApp) {
        let (officer, luo) = (app.signed_in("zhou").await, app.signed_in("luo").await);
        let service = with_seats(app, 1).await;
        take(&luo, &service, AT).await;
        walk_in(&officer, &service, AT).await.refused(409, "slot_taken");
        let other = "2026-11-24T02:00:00Z";
        walk_in(&officer, &service, other).await.ok();
        online(&luo, &service, other).await.refused(409, "slot_taken");
    }

    async fn online_and_desk_at_once_never_have_more_than_there_is(app: &TestApp) {
        let (officer, luo, chief) = (app.signed_in("zhou").await, app.signed_in("luo").await, app.signed_in("shen").await);
        let service = with_seats(app, 6).await;
        let shares = json!({"phone": 2, "counter": 1, "released_minutes_before": 120, "reason": "电话来得多"});
        share(&chief, &service, shares).await.ok();
        let tries = (0..18).map(|number| {
            let (officer, luo, service) = (&officer, &luo, &service);
            let call = with(by_phone(service, AT), "contact_mobile", json!(format!("154000001{number:02}")));
            async move {
                let patience = Instant::now() + Duration::from_secs(20);
                loop {
                    let (channel, answer) = match number % 3 {
                        0 => ("online", online(luo, service, AT).await),
                        1 => ("counter", walk_in(officer, service, AT).await),
                        _ => ("phone", book(officer, call.clone()).await),
                    };
                    // The store was too busy and kept nothing: asked again, as pages do.
                    if answer.status != 503 || Instant::now() > patience {
                        return (channel, answer);
                    }
                }
            }
        });
        let mut had = std::collections::BTreeMap::new();
        for (channel, answer) in join_all(tries).await {
            if answer.status == 201 {
                *had.entry(channel).or_insert(0) += 1;
            } else {
                let code = answer.json()["code"].clone();
                assert!(["slot_taken", "places_reserved", "too_many_holds", "too_many_bookings"].contains(&code.as_str().unwrap()), "{}", answer.text);
            }
        }
        let of = |channel| had.get(channel).copied().unwrap_or(0);
        assert_eq!(of("online") + of("phone") + of("counter"), 6, "{had:?}");
        assert!(of("online") <= 3 && of("phone") >= 2 && of("counter") >= 1, "{had:?}");
        let cells = occupied::Entity::find().count(app.app.db.reader()).await.unwrap();
        assert_eq!(cells, 6, "each seat once");
    }

    async fn what_is_kept_is_not_free_online_until_it_is_released(app: &TestApp) {
        let (officer, luo, chief) = (app.signed_in("zhou").await, app.signed_in("luo").await, app.signed_in("shen").await);
        let service = with_seats(app, 3).await;
        booked(&luo, &service, AT).await;
        let shares = json!({"phone": 1, "counter": 1, "released_minutes_before": 120, "reason": "电话来得多"});
        let kept = share(&chief, &service, shares.clone()).await.ok();
        assert_eq!(kept, json!({"phone": 1, "counter": 1, "released_minutes_before": 120}));
        assert_eq!(app.browser().get(&format!("/api/v1/services/{service}")).await.ok()["shares"], kept);
        // What was booked before sits on none of them; the rest is kept, and that is what is told.
        let shown = free_online(&luo, &service).await;
        assert_eq!((&shown["free"], &shown["capacity"], &shown["reason"]), (&json!(0), &json!(3), &json!("reserved")));
        assert_eq!((free_at_desk(&officer, &service, "phone").await, free_at_desk(&officer, &service, "counter").await), (json!(1), json!(1)));
        let refused = online(&luo, &service, AT).await;
        refused.refused(409, "places_reserved");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        assert!(title.contains("07:00"), "two hours before nine: {title}");
        let day = luo.get(&format!("/api/v1/services/{service}/days?from=2026-11-24&to=2026-11-24")).await.ok();
        assert!(day["days"][0]["free"].as_i64().unwrap() < day["days"][0]["total"].as_i64().unwrap());
        let why = async |browser: &Browser, more: &str| browser.get(&format!("/api/v1/services/{service}/why?starts_at={AT}{more}")).await;
        assert_eq!(why(&luo, "").await.ok()["reason"], "reserved");
        assert_eq!(why(&officer, "&channel=phone").await.ok()["reason"], Value::Null);
        why(&luo, "&channel=phone").await.refused(403, "forbidden");

        // Of each what is theirs, and no more.
        book(&officer, by_phone(&service, AT)).await.ok();
        let second = with(by_phone(&service, AT), "contact_mobile", json!("15400000078"));
        book(&officer, second.clone()).await.refused(409, "places_reserved");
        assert_eq!(free_at_desk(&officer, &service, "counter").await, json!(1));
        app.set_time("2026-11-23T23:00:00Z");
        let (officer, luo) = (app.signed_in("zhou").await, app.signed_in("luo").await);
        let shown = free_online(&luo, &service).await;
        assert_eq!((&shown["free"], &shown["reason"]), (&json!(1), &Value::Null));
        online(&luo, &service, AT).await.ok();
        for refused in [walk_in(&officer, &service, AT).await, book(&officer, second).await, online(&luo, &service, AT).await] {
            refused.refused(409, "slot_taken");
        }
        assert_eq!(free_online(&luo, &service).await["reason"], "full");
    }

    async fn what_is_kept_free_before_a_slot_releases_nothing_earlier(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = with_seats(app, 2).await;
        changed(app, "check-up", |row| row.spec["terms"]["buffer_before_minutes"] = json!(20)).await;
        share(&chief, &service, json!({"phone": 1, "counter": 1, "released_minutes_before": 120, "reason": "窗口"})).await.ok();
        for (at, free, reason) in [("2026-11-23T22:59:00Z", 0, json!("reserved")), ("2026-11-23T23:00:00Z", 2, Value::Null)] {
            app.set_time(at);
            let shown = free_online(&app.browser(), &service).await;
            assert_eq!((&shown["free"], &shown["reason"]), (&json!(free), &reason), "{at}");
        }
        online(&app.signed_in("luo").await, &service, AT).await.ok();
    }

    async fn a_booking_that_moves_draws_from_the_share_of_its_way(app: &TestApp) {
        let (officer, luo, chief) = (app.signed_in("zhou").await, app.signed_in("luo").await, app.signed_in("shen").await);
        let service = with_seats(app, 2).await;
        let later = "2026-11-24T02:00:00Z";
        let mine = booked(&luo, &service, later).await;
        share(&chief, &service, json!({"phone": 1, "counter": 1, "reason": "窗口"})).await.ok();
        luo.post(&path(&mine, "/reschedule"), json!({"starts_at": AT})).await.refused(409, "places_reserved");
        let theirs = book(&officer, by_phone(&service, "2026-11-24T01:15:00Z")).await.ok();
        let moved = officer.post(&path(&theirs, "/reschedule"), json!({"starts_at": AT, "reason": "对方来电改时间"})).await.ok();
        assert_eq!((&moved["starts_at"], &moved["channel"]), (&json!(AT), &json!("phone")));
    }

    async fn shares_are_set_with_a_reason_and_an_entry_once(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = app.service("check-up").await;
        let good = json!({"phone": 2, "counter": 1, "released_minutes_before": 120, "reason": "电话来得多"});
        for (field, value, code, told) in [
            ("phone", json!(-1), "shares_seats", "phone"),
            ("phone", json!(6), "shares_seats", "phone"),
            ("counter", json!(-1), "shares_seats", "counter"),
            ("released_minutes_before", json!(-1), "shares_release", "released_minutes_before"),
            ("released_minutes_before", json!(44_641), "shares_release", "released_minutes_before"),
            ("reason", json!(" "), "reason_required", "reason"),
            ("reason", json!("长".repeat(501)), "too_long", "reason"),
        ] {
            let refused = share(&chief, &service, with(good.clone(), field, value)).await;
            refused.refused(422, code);
            assert_eq!(refused.json()["field"], told);
        }
        share(&app.signed_in("zhou").await, &service, good.clone()).await.refused(403, "forbidden");
        share(&chief, "018f0000-0000-7000-8000-000000000000", good.clone()).await.refused(404, "not_found");
        let written = async || {
            let of_kind = entry::Entity::find().filter(entry::Column::Kind.eq("service.shares_set"));
            of_kind.all(app.app.db.reader()).await.unwrap()
        };
        assert!(written().await.is_empty());
        for _ in 0..2 {
            share(&chief, &service, good.clone()).await.ok();
        }
        let entries = written().await;
        assert_eq!(entries.len(), 1, "the same again changes nothing");
        let text = String::from_utf8(entries[0].bytes.clone()).unwrap();
        assert!(text.contains(r#""service":"check-up""#) && text.contains(r#""phone":2"#) && !text.contains("电话"), "{text}");
        // The rest of what the service is stays.
        let shown = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        assert!(!shown["fields"].as_array().unwrap().is_empty());
    }

    async fn an_officer_sees_what_stands_in_the_way_of_an_enterprise(app: &TestApp) {
        let officer = app.signed_in("zhou").await;
        let service = clearance_for_everybody(app).await;
        let slots = async |more: &str| officer.get(&format!("/api/v1/services/{service}/desk-slots?date=2026-11-23&channel=phone{more}")).await;
        let tonight = |slots: Value| {
            let all = slots["slots"].as_array().unwrap().clone();
            all.into_iter().find(|slot| slot["starts_at"] == "2026-11-23T11:00:00Z").unwrap()
        };
        // A place there is, and the lead time is against it; of an advanced certified enterprise it is not.
        let of_nobody = tonight(slots("").await.ok());
        assert_eq!((&of_nobody["free"], &of_nobody["reason"], &of_nobody["hindrances"][0]["rule"]), (&json!(2), &json!("terms"), &json!("lead_time")));
        let of_them = tonight(slots(&format!("&enterprise={LET_IN}")).await.ok());
        assert_eq!((&of_them["free"], &of_them["reason"], &of_them["hindrances"]), (&json!(2), &Value::Null, &json!([])));
        slots("&enterprise=nobody").await.refused(422, "unknown_enterprise");
        slots(&format!("&enterprise={WAITING}")).await.refused(422, "enterprise_not_let_in");
        let far = format!("/api/v1/services/{service}/desk-slots?date=9999-12-31&channel=phone");
        officer.get(&far).await.refused(422, "date_out_of_range");
        app.signed_in("lin").await.get(&far.replace("9999-12-31", "2026-11-24")).await.refused(403, "forbidden");
    }

    async fn who_stands_at_the_counter_gets_a_ticket_with_it(app: &TestApp) {
        let service = with_seats(app, 6).await;
        app.set_time("2026-11-24T00:50:00Z");
        let officer = app.signed_in("zhou").await;
        let made = walk_in(&officer, &service, AT).await.ok();
        let ticket = officer.post(&path(&made, "/ticket"), json!({})).await.ok();
        assert_eq!((&ticket["label"], &ticket["reference"]), (&json!("H001"), &made["reference"]));
        // Who booked online is as good as they are.
        let luo = app.signed_in("luo").await;
        assert_eq!(take(&luo, &app.service("video-try").await, AT).await["channel"], "online");
    }
}
