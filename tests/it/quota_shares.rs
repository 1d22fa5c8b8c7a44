//! Shares of a day's quota: what is kept of it for callers and the counter, and opened to all at one time for the day.

use crate::booking::path;
use crate::both_stores;
use crate::desk::{book, booked, by_phone, online, walk_in, with};
use crate::health_group;
use crate::settings::{preview, set, setup};
use crate::support::{Browser, TestApp, eventually};
use futures::future::join_all;
use mianqia::db::jobs;
use mianqia::directory::entities::service;
use mianqia::evidence::entities::entry;
use mianqia::places::entities::occupied;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Monday, ten in the morning at the venue.
const NOW: &str = "2026-11-23T02:00:00Z";
/// Slots of Tuesday and Wednesday.
const AT: &str = "2026-11-24T01:00:00Z";
const LATER: &str = "2026-11-24T01:30:00Z";
const WEDNESDAY: &str = "2026-11-25T01:00:00Z";
/// Monday at 18:00: when Tuesday's are opened to all.
const RELEASED: &str = "2026-11-23T10:00:00Z";

/// At 18:00 of the day before.
fn shares(phone: i32, counter: i32) -> Value {
    json!({"phone": phone, "counter": counter, "released_days_before": 1, "released_at_minute": 1080})
}

/// The check-up with so many a day, some of which are kept, and no lead time.
async fn kept(chief: &Browser, app: &TestApp, quota: i32, shares: Value) -> String {
    let service = app.service("check-up").await;
    let done = set(chief, &service, |body| {
        let settings = &mut body["settings"];
        (settings["lead_minutes"], settings["daily_quota"]) = (json!(0), json!(quota));
        settings["quota_shares"] = shares;
    });
    done.await.ok();
    service
}

async fn slot(browser: &Browser, service: &str, asked: &str, at: &str) -> Value {
    let slots = browser.get(&format!("/api/v1/services/{service}/{asked}")).await.ok();
    slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == at).unwrap().clone()
}

async fn free_online(browser: &Browser, service: &str, at: &str) -> Value {
    slot(browser, service, "slots?date=2026-11-24", at).await
}

async fn free_at_desk(officer: &Browser, service: &str, channel: &str) -> Value {
    slot(officer, service, &format!("desk-slots?date=2026-11-24&channel={channel}"), AT).await
}

/// Free and in all on Tuesday, and why nothing is.
async fn tuesday(browser: &Browser, service: &str) -> (Value, Value, Value) {
    let path = format!("/api/v1/services/{service}/days?from=2026-11-24&to=2026-11-24");
    let day = browser.get(&path).await.ok()["days"][0].take();
    (day["free"].clone(), day["total"].clone(), day["reason"].clone())
}

/// Seats of the quota that are taken, on whatever day.
pub async fn taken(app: &TestApp, service: &str) -> u64 {
    let row = service::Entity::find_by_id(service.parse::<Uuid>().unwrap());
    let row = row.one(app.app.db.reader()).await.unwrap().unwrap();
    let of_quota = occupied::Column::ResourceId.eq(row.quota_resource_id.unwrap());
    occupied::Entity::find().filter(of_quota).count(app.app.db.reader()).await.unwrap()
}

async fn entries(app: &TestApp) -> Vec<entry::Model> {
    let changed = entry::Entity::find().filter(entry::Column::Kind.eq("service.changed"));
    changed.all(app.app.db.reader()).await.unwrap()
}

both_stores! { at NOW;
    async fn shares_of_a_day_are_set_with_their_effect_before_them_and_refused_by_field(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("check-up").await;
        let four = |settings: &mut Value, shares: Value| {
            settings["daily_quota"] = json!(4);
            settings["quota_shares"] = shares;
        };
        for (wrong, code, field) in [
            (with(shares(0, 0), "phone", json!(5)), "settings_out_of_range", "quota_shares.phone"),
            (shares(3, 2), "settings_shares_above_quota", "quota_shares.counter"),
            (with(shares(1, 1), "released_days_before", json!(32)), "settings_out_of_range", "quota_shares.released_days_before"),
            (with(shares(1, 1), "released_at_minute", json!(1440)), "settings_out_of_range", "quota_shares.released_at_minute"),
        ] {
            for refused in [
                set(&chief, &service, |body| four(&mut body["settings"], wrong.clone())).await,
                preview(&chief, &service, Value::Null, |settings| four(settings, wrong.clone())).await,
            ] {
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], format!("settings.{field}"), "{}", refused.text);
            }
        }
        let without = set(&chief, &service, |body| {
            body["settings"]["daily_quota"] = Value::Null;
            body["settings"]["quota_shares"] = shares(1, 1);
        });
        without.await.refused(422, "settings_shares_without_quota");
        assert_eq!((entries(app).await.len(), setup(&chief, &service).await["version"].clone()), (0, json!(0)));

        // What it would do: of four a day two are left to who books online.
        let effect = preview(&chief, &service, json!("2026-12-01"), |settings| four(settings, shares(1, 1))).await.ok();
        let first = &effect["days"][0];
        assert_eq!((&first["date"], &first["after"]["free"]), (&json!("2026-12-01"), &json!(2)));
        assert!(first["before"]["free"].as_i64() > Some(4), "{first}");
        set(&chief, &service, |body| four(&mut body["settings"], shares(1, 1))).await.ok();
        let there = setup(&chief, &service).await;
        assert_eq!((&there["version"], &there["settings"]["quota_shares"], &there["changes"][0]["parts"]), (&json!(1), &shares(1, 1), &json!(["seats"])));
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["quota_shares"], shares(1, 1));
        let told = entries(app).await;
        let text = String::from_utf8(told[0].bytes.clone()).unwrap();
        assert!(told.len() == 1 && text.contains(r#""quota_shares""#) && text.contains(r#""released_at_minute":1080"#), "{text}");
        // The same again changes nothing; none may be kept any more.
        set(&chief, &service, |_| ()).await.ok();
        assert_eq!(setup(&chief, &service).await["version"], 1);
        set(&chief, &service, |body| body["settings"]["quota_shares"] = Value::Null).await.ok();
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["quota_shares"], Value::Null);
        let chain = mianqia::evidence::verify_chain(app.app.db.reader(), mianqia::evidence::SYSTEM).await.unwrap();
        assert!(chain.is_ok(), "{chain:?}");
    }

    async fn what_is_kept_of_a_day_is_not_free_online_until_its_time(app: &TestApp) {
        let (chief, officer, luo) =
            (app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("luo").await);
        let service = kept(&chief, app, 4, shares(1, 1)).await;
        assert_eq!(tuesday(&luo, &service).await, (json!(2), json!(4), Value::Null));
        online(&luo, &service, AT).await.ok();
        online(&luo, &service, LATER).await.ok();
        // At every time of the day, also where nobody is.
        let at_ten = "2026-11-24T02:00:00Z";
        for at in [AT, at_ten] {
            let shown = free_online(&luo, &service, at).await;
            assert_eq!((&shown["free"], &shown["reason"]), (&json!(0), &json!("reserved")), "{shown}");
            let kept = &shown["kept"];
            assert_eq!((&kept["until"], &kept["phone"], &kept["counter"]), (&json!(RELEASED), &json!(1), &json!(1)));
            assert!(kept["text"]["zh-CN"].as_str().unwrap().contains("18:00") && kept["text"]["en"].as_str().unwrap().contains("18:00"), "{kept}");
        }
        assert_eq!(tuesday(&luo, &service).await.2, "reserved");
        // Another day has its own.
        assert_eq!(slot(&luo, &service, "slots?date=2026-11-25", WEDNESDAY).await["free"], 2);
        let refused = online(&luo, &service, at_ten).await;
        refused.refused(409, "places_reserved");
        assert_eq!(refused.json()["earliest_at"], RELEASED);
        assert!(refused.json()["title"].as_str().unwrap().contains("18:00"), "{}", refused.text);
        let why = async |browser: &Browser, more: &str| browser.get(&format!("/api/v1/services/{service}/why?starts_at={AT}{more}")).await.ok();
        let told = why(&luo, "").await;
        assert_eq!((&told["allowed"], &told["reason"], &told["kept"]["until"]), (&json!(false), &json!("reserved"), &json!(RELEASED)));
        // The next that they could have is on another day.
        assert_eq!(told["next_starts_at"], "2026-11-25T00:30:00Z");
        assert_eq!(why(&officer, "&channel=phone").await["allowed"], true);

        // Of each what is theirs, and no more; the officer sees for whom the rest is.
        assert_eq!((free_at_desk(&officer, &service, "phone").await["free"].clone(), free_at_desk(&officer, &service, "counter").await["free"].clone()), (json!(1), json!(1)));
        book(&officer, by_phone(&service, AT)).await.ok();
        let second = with(by_phone(&service, AT), "contact_mobile", json!("15400000078"));
        let refused = book(&officer, second.clone()).await;
        refused.refused(409, "places_reserved");
        assert!(refused.json()["title"].as_str().unwrap().contains("窗口"), "{}", refused.text);
        let shown = free_at_desk(&officer, &service, "phone").await;
        assert_eq!((&shown["reason"], &shown["kept"]["phone"], &shown["kept"]["counter"]), (&json!("reserved"), &json!(0), &json!(1)));
        walk_in(&officer, &service, AT).await.ok();
        // Now the day is full for all.
        for refused in [walk_in(&officer, &service, AT).await, book(&officer, second).await, online(&luo, &service, at_ten).await] {
            refused.refused(409, "slot_taken");
        }
        let shown = free_online(&luo, &service, at_ten).await;
        assert_eq!((&shown["reason"], &shown["kept"]), (&json!("quota"), &Value::Null));
        assert_eq!(taken(app, &service).await, 4);
    }

    async fn at_its_time_what_is_left_of_a_day_is_everybodys(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = kept(&chief, app, 3, shares(2, 1)).await;
        for (at, free, reason) in [("2026-11-23T09:59:00Z", 0, json!("reserved")), (RELEASED, 3, Value::Null)] {
            app.set_time(at);
            let shown = free_online(&app.browser(), &service, AT).await;
            assert_eq!((&shown["free"], &shown["reason"]), (&json!(free), &reason), "{at}");
        }
        let (luo, officer) = (app.signed_in("luo").await, app.signed_in("zhou").await);
        // Wednesday's are still kept.
        assert_eq!(slot(&luo, &service, "slots?date=2026-11-25", WEDNESDAY).await["reason"], "reserved");
        for at in [AT, LATER] {
            online(&luo, &service, at).await.ok();
        }
        walk_in(&officer, &service, AT).await.ok();
        book(&officer, by_phone(&service, AT)).await.refused(409, "slot_taken");
        assert_eq!(taken(app, &service).await, 3);
    }

    async fn moves_and_groups_draw_from_the_share_of_their_way(app: &TestApp) {
        let (chief, officer, luo, lin) = (
            app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("luo").await, app.signed_in("lin").await,
        );
        let service = kept(&chief, app, 4, shares(2, 0)).await;
        let mine = booked(&luo, &service, WEDNESDAY).await;
        let theirs = book(&officer, by_phone(&service, WEDNESDAY)).await.ok();
        for at in [AT, LATER] {
            online(&lin, &service, at).await.ok();
        }
        luo.post(&path(&mine, "/reschedule"), json!({"starts_at": LATER})).await.refused(409, "places_reserved");
        let moved = officer.post(&path(&theirs, "/reschedule"), json!({"starts_at": LATER, "reason": "对方来电改时间"})).await.ok();
        assert_eq!((&moved["starts_at"], &moved["channel"]), (&json!(LATER), &json!("phone")));
        // Three persons, and two places that are not kept; five, and four in all.
        let monday = "2026-12-14T01:00:00Z";
        let refused = health_group::book(&lin, &service, &health_group::people(3), monday).await;
        refused.refused(409, "places_reserved");
        health_group::book(&lin, &service, &health_group::people(5), monday).await.refused(409, "slot_taken");
        health_group::book(&lin, &service, &health_group::people(2), monday).await.ok();
    }

    async fn who_waits_is_offered_what_is_released_and_not_what_is_kept(app: &TestApp) {
        let (chief, officer, luo, gao) = (
            app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("luo").await, app.signed_in("gao").await,
        );
        let service = kept(&chief, app, 2, shares(1, 0)).await;
        online(&luo, &service, AT).await.ok();
        let called = book(&officer, by_phone(&service, LATER)).await.ok();
        let wish = json!({"from": "2026-11-24", "to": "2026-11-24"});
        let waiting = gao.post(&format!("/api/v1/services/{service}/waiting"), wish).await.ok();
        let state = async || {
            let all = gao.get("/api/v1/waiting").await.ok();
            all["items"].as_array().unwrap().iter().find(|one| one["id"] == waiting["id"]).unwrap()["state"].clone()
        };
        // What a caller gives back is a caller's.
        officer.post(&path(&called, "/cancel"), json!({"reason": "对方来电取消"})).await.ok();
        eventually("what came free was looked at", || async {
            let due = jobs::figures(app.app.db.reader(), &["places.freed"], app.clock.now()).await.unwrap().due;
            (due == 0).then_some(())
        })
        .await;
        assert_eq!(state().await, "waiting");
        app.set_time("2026-11-23T10:02:00Z");
        let gao = app.signed_in("gao").await;
        let offered = |one: &&Value| one["id"] == waiting["id"] && one["state"] == "offered";
        eventually("what was released is offered", || async {
            let all = gao.get("/api/v1/waiting").await.ok();
            all["items"].as_array().unwrap().iter().find(offered).cloned()
        })
        .await;
    }

    async fn of_many_at_once_nobody_has_more_than_the_day_and_each_has_their_share(app: &TestApp) {
        let (chief, officer, luo) =
            (app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("luo").await);
        let service = kept(&chief, app, 6, shares(2, 1)).await;
        // Spread over the morning, so that it is the day's number that limits them.
        let at = |number: usize| format!("2026-11-24T0{}:{:02}:00Z", 1 + number / 4 % 2, number % 4 * 15);
        let tries = (0..18).map(|number| {
            let (officer, luo, service, at) = (&officer, &luo, &service, at(number));
            async move {
                match number % 3 {
                    0 => ("online", online(luo, service, &at).await),
                    1 => ("counter", walk_in(officer, service, &at).await),
                    _ => {
                        let call = with(by_phone(service, &at), "contact_mobile", json!(format!("154000001{number:02}")));
                        ("phone", book(officer, call).await)
                    }
                }
            }
        });
        let mut had = BTreeMap::new();
        for (channel, answer) in join_all(tries).await {
            if answer.status == 201 {
                *had.entry(channel).or_insert(0) += 1;
            } else {
                let code = answer.json()["code"].clone();
                assert!(["slot_taken", "places_reserved"].contains(&code.as_str().unwrap()), "{}", answer.text);
            }
        }
        let of = |channel| had.get(channel).copied().unwrap_or(0);
        assert_eq!(of("online") + of("phone") + of("counter"), 6, "{had:?}");
        assert!(of("online") <= 3 && of("phone") >= 2 && of("counter") >= 1, "{had:?}");
        assert_eq!(taken(app, &service).await, 6, "each seat once");
    }
}
