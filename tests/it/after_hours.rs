//! After hours is what a venue's office hours leave: they are said once, and whatever goes by them moves with them.

use crate::booking::{after_hours_form, path, take, wish, with_choices};
use crate::both_stores;
use crate::documents::respec;
use crate::support::{Answer, Browser, TestApp};
use mianqia::evidence;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

/// A Thursday and a Saturday.
const THURSDAY: &str = "2026-11-26";
const SATURDAY: &str = "2026-11-28";
/// On that Thursday at 17:00, when the office has just closed.
const EVENING: &str = "2026-11-26T09:00:00Z";
const NOBODY: &str = "018f0000-0000-7000-8000-000000000000";

fn hours(of: &[(i32, i32)]) -> Value {
    of.iter().map(|(from, to)| json!({"from_minute": from, "to_minute": to})).collect()
}

async fn venue(chief: &Browser, code: &str) -> Value {
    let all = chief.get("/api/v1/venues").await.ok();
    all["items"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap().clone()
}

/// Sets something else of a venue.
async fn set(chief: &Browser, code: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let there = venue(chief, code).await;
    let mut body =
        json!({"version": there["version"], "settings": there["settings"], "reason": "冬季办公时间"});
    change(&mut body);
    chief.call(Method::PUT, &format!("/api/v1/venues/{}", there["id"].as_str().unwrap()), Some(body)).await
}

async fn preview(chief: &Browser, code: &str, change: impl FnOnce(&mut Value)) -> Answer {
    let there = venue(chief, code).await;
    let mut body = json!({"settings": there["settings"], "month": THURSDAY});
    change(&mut body);
    chief.post(&format!("/api/v1/venues/{}/preview", there["id"].as_str().unwrap()), body).await
}

async fn slots(browser: &Browser, service: &str, date: &str) -> usize {
    let told = browser.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    told["slots"].as_array().unwrap().len()
}

/// How many entries of a kind the chain of the system has.
async fn entries(app: &TestApp, kind: &str) -> usize {
    let all = evidence::entities::entry::Entity::find().all(app.app.db.reader()).await.unwrap();
    all.iter().filter(|entry| entry.kind == kind).count()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn other_office_hours_move_what_is_after_hours_and_are_tried_first(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("after-hours").await;
        // From midnight to 8:30 and from 17:00 on; on a day off all day.
        assert_eq!((slots(&lin, &service, THURSDAY).await, slots(&lin, &service, SATURDAY).await), (8 + 7, 24));
        let booked = take(&lin, &service, EVENING).await;
        let form = with_choices(app, &service, after_hours_form()).await;
        lin.post(&path(&booked, "/request"), form).await.ok();

        let until_six: fn(&mut Value) = |body| body["settings"]["office_hours"] = hours(&[(510, 1080)]);
        let tried = preview(&chief, "rail", until_six).await.ok();
        let of_service = &tried["services"][0];
        assert_eq!((tried["services"].as_array().unwrap().len(), &of_service["id"]), (1, &json!(service)));
        let effect = &of_service["effect"];
        let day = |date: &str| {
            let found = effect["days"].as_array().unwrap().iter().find(|day| day["date"] == date).unwrap();
            (found["before"]["slots"].as_i64().unwrap(), found["after"]["slots"].as_i64().unwrap())
        };
        assert_eq!((day(THURSDAY), day(SATURDAY)), ((15, 14), (24, 24)));
        assert_eq!((&effect["newly_outside"], &effect["outside"][0]["id"], &effect["outside"][0]["why"]), (&json!(1), &booked["id"], &json!("hours")));
        // It was looked at, and nothing was changed.
        assert_eq!((slots(&lin, &service, THURSDAY).await, entries(app, "venue.changed").await), (15, 0));

        let refused = set(&chief, "rail", until_six).await;
        refused.refused(409, "settings_bookings_outside");
        assert_eq!(refused.json()["subject_id"], booked["id"]);
        assert_eq!(slots(&lin, &service, THURSDAY).await, 15);
        set(&chief, "rail", |body| { until_six(body); body["anyway"] = json!(true) }).await.ok();
        assert_eq!((slots(&lin, &service, THURSDAY).await, slots(&lin, &service, SATURDAY).await), (14, 24));
        assert_eq!(entries(app, "venue.changed").await, 1);
        assert_eq!(lin.get(&path(&booked, "")).await.ok()["state"], "requested");
        let why = lin.get(&format!("/api/v1/services/{service}/why?starts_at={EVENING}")).await.ok();
        assert_eq!((&why["allowed"], &why["reason"]), (&json!(false), &json!("closed")));
        lin.post("/api/v1/bookings", wish(&service, EVENING)).await.refused(422, "not_a_slot");
        // The same hours do nothing, and neither does what is no hour.
        let other_phone: fn(&mut Value) = |body| body["settings"]["phone"] = json!("0451 5400 0136");
        for same in [until_six, other_phone] {
            assert_eq!(preview(&chief, "rail", same).await.ok(), json!({"services": []}));
        }
        // What stands outside already is not asked about again.
        set(&chief, "rail", |body| body["settings"]["office_hours"] = hours(&[(510, 1090)])).await.ok();
    }

    async fn what_a_venue_cannot_be_is_refused_when_it_is_tried(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        for (field, value, code) in [
            ("name", json!({"zh-CN": "", "en": "x"}), "settings_text_missing"),
            ("address", json!({"zh-CN": "x".repeat(501), "en": "x"}), "settings_text_too_long"),
            ("zone", json!("Bingcheng"), "settings_unknown_zone"), ("grid_minutes", json!(7), "settings_grid"), ("phone", json!("x"), "settings_phone"),
            ("office_hours", hours(&[(510, 510)]), "settings_out_of_range"), ("office_hours", hours(&[(5, 6); 5]), "settings_too_many"),
        ] {
            let refused = preview(&chief, "rail", |body| body["settings"][field] = value).await;
            refused.refused(422, code);
            assert!(refused.json()["field"].as_str().unwrap().starts_with(&format!("settings.{field}")), "{}", refused.text);
        }
        preview(&chief, "rail", |body| body["month"] = json!("0000-01-01")).await.refused(422, "date_out_of_range");
        let settings = venue(&chief, "rail").await["settings"].clone();
        chief.post(&format!("/api/v1/venues/{NOBODY}/preview"), json!({"settings": settings})).await.refused(404, "not_found");
    }

    async fn applications_are_taken_in_the_office_hours_of_the_venue_whichever_those_are(app: &TestApp) {
        respec(app, "video-try", |spec| spec["terms"]["applications_in_office_hours"] = json!(true)).await;
        let service = app.service("video-try").await;
        // It says none of its own, so they are the office's: somebody is there again at one o'clock.
        app.set_time("2026-11-24T04:30:00Z");
        let lin = app.signed_in("lin").await;
        let shown = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(shown["venue"]["office_hours"], hours(&[(510, 720), (780, 1020)]));
        let noon = wish(&service, "2026-11-25T03:00:00Z");
        let refused = lin.post("/api/v1/bookings", noon.clone()).await;
        refused.refused(409, "outside_office_hours");
        assert_eq!(refused.json()["earliest_at"], "2026-11-24T05:00:00Z");
        let chief = app.signed_in("shen").await;
        let tried = preview(&chief, "city", |body| body["settings"]["office_hours"] = hours(&[(510, 1020)])).await.ok();
        assert_eq!(tried["services"][0]["id"], json!(service));
        set(&chief, "city", |body| body["settings"]["office_hours"] = hours(&[(510, 1020)])).await.ok();
        lin.post("/api/v1/bookings", noon).await.ok();
    }
}
