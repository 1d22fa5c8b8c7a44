//! Chiefs set what services and venues are: they see what it would do, nobody's change is lost, and what is booked stands.

use crate::booking::{after_hours_form, path, take, wish, with_choices};
use crate::both_stores;
use crate::mail_words::requested;
pub use crate::setups::{put, set, setup};
use crate::support::{Answer, Browser, NOBODY, TestApp};
use mianqia::evidence::entities::entry;
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

/// Monday, ten in the morning at the venues.
const AT: &str = "2026-11-23T02:00:00Z";
/// A Saturday, which is not worked.
const SATURDAY: &str = "2026-11-28";

async fn entries(app: &TestApp, kind: &str) -> u64 {
    entry::Entity::find().filter(entry::Column::Kind.eq(kind)).count(app.app.db.reader()).await.unwrap()
}

pub async fn preview(
    chief: &Browser,
    service: &str,
    month: Value,
    change: impl FnOnce(&mut Value),
) -> Answer {
    let mut settings = setup(chief, service).await["settings"].take();
    change(&mut settings);
    let body = json!({"settings": settings, "month": month});
    chief.post(&format!("/api/v1/service-settings/{service}/preview"), body).await
}

fn rule(day_kind: &str, weekdays: &[i32], from: i32, to: i32) -> Value {
    json!({"day_kind": day_kind, "weekdays": weekdays, "from_minute": from, "to_minute": to})
}

fn add_saturday(settings: &mut Value) {
    settings["opening_rules"].as_array_mut().unwrap().push(rule("non_working", &[6], 540, 720));
}

async fn slots(browser: &Browser, service: &str, date: &str) -> usize {
    let slots = browser.get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    slots["slots"].as_array().unwrap().len()
}

fn day<'a>(effect: &'a Value, date: &str) -> &'a Value {
    effect["days"].as_array().unwrap().iter().find(|day| day["date"] == date).unwrap()
}

both_stores! { at AT;
    async fn a_chief_adds_saturday_mornings_sees_the_month_and_bookers_find_them(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("video").await;
        let there = setup(&chief, &service).await;
        assert_eq!((&there["version"], &there["changes"]), (&json!(0), &json!([])));
        assert_eq!(there["settings"]["opening_rules"][0]["weekdays"], json!([1, 2, 3, 4, 5, 6, 7]));
        // The next month, where none is named.
        let effect = preview(&chief, &service, Value::Null, add_saturday).await.ok();
        assert_eq!(effect["days"].as_array().unwrap().len(), 31);
        let saturday = day(&effect, "2026-12-05");
        assert_eq!((&saturday["kind"], &saturday["before"]["slots"]), (&json!("weekend"), &json!(0)));
        let after = &saturday["after"];
        assert_eq!((after["slots"].as_u64(), after["free_slots"].as_u64()), (Some(6), Some(6)), "{saturday}");
        assert_eq!(day(&effect, "2026-12-04")["before"], day(&effect, "2026-12-04")["after"]);
        assert_eq!((&effect["days_lost"], &effect["newly_outside"]), (&json!(0), &json!(0)));
        assert_eq!(slots(&lin, &service, SATURDAY).await, 0);

        let saved = set(&chief, &service, |body| add_saturday(&mut body["settings"])).await.ok();
        assert_eq!((&saved["version"], &saved["changes"][0]["parts"]), (&json!(1), &json!(["hours"])));
        assert_eq!((&saved["changes"][0]["reason"], &saved["changes"][0]["version"]), (&json!("试行"), &json!(1)));
        assert_eq!(slots(&lin, &service, SATURDAY).await, 6);
        take(&lin, &service, "2026-11-28T01:00:00Z").await;
        assert_eq!((entries(app, "opening_rules.changed").await, entries(app, "service.changed").await), (1, 0));
        // The same again is nothing to be told.
        assert_eq!(set(&chief, &service, |_| ()).await.ok()["version"], 1);
        assert_eq!(entries(app, "opening_rules.changed").await, 1);
        let listed = chief.get("/api/v1/service-settings").await.ok();
        let listed = listed["items"].as_array().unwrap().iter().find(|one| one["id"] == service.as_str()).unwrap().clone();
        assert_eq!((&listed["version"], listed["changes"].as_array().unwrap().len()), (&json!(1), 1));
    }

    async fn of_two_chiefs_at_once_the_second_is_told_what_the_first_changed(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = app.service("check-up").await;
        let there = setup(&chief, &service).await;
        let body = |field: &str, value: Value| {
            let mut settings = there["settings"].clone();
            settings[field] = value;
            json!({"version": there["version"], "settings": settings, "reason": "试行"})
        };
        put(&chief, &service, body("seats", json!(7))).await.ok();
        let second = body("duration_minutes", json!(30));
        let refused = put(&chief, &service, second.clone()).await;
        refused.refused(409, "changed_meanwhile");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        assert!(title.contains("名额") || title.contains("seats"), "{title}");
        let now = setup(&chief, &service).await;
        assert_eq!((&now["version"], &now["settings"]["seats"]), (&json!(1), &json!(7)));
        assert_eq!(now["settings"]["duration_minutes"], there["settings"]["duration_minutes"]);
        let mut never = second;
        never["version"] = json!(9);
        put(&chief, &service, never).await.refused(422, "settings_unknown_version");
        // At the very same time: one of them.
        let (one, other) = (body("seats", json!(8)), body("seats", json!(9)));
        let with = |mut body: Value| { body["version"] = json!(1); body };
        let (one, other) = tokio::join!(put(&chief, &service, with(one)), put(&chief, &service, with(other)));
        let mut both = [one.status.as_u16(), other.status.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 409]);
        assert_eq!(entries(app, "service.changed").await, 2);
    }

    async fn what_is_booked_stands_and_is_listed_when_it_would_lie_outside(app: &TestApp) {
        let (chief, lin, gao) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        // The evening of Tuesday, twice at 19:00 and once at 20:00.
        let first = requested(app, &lin, "after-hours", "2026-11-24T11:00:00Z").await;
        let second = requested(app, &gao, "after-hours", "2026-11-24T11:00:00Z").await;
        let third = requested(app, &lin, "after-hours", "2026-11-24T12:00:00Z").await;
        let one_seat = |settings: &mut Value| settings["seats"] = json!(1);
        let effect = preview(&chief, &service, json!("2026-11-01"), one_seat).await.ok();
        assert_eq!((&effect["outside_count"], &effect["newly_outside"]), (&json!(1), &json!(1)), "{effect}");
        assert_eq!((&effect["outside"][0]["reference"], &effect["outside"][0]["why"]), (&second["reference"], &json!("seats")));
        // After hours begin at eight: 19:00 is outside.
        let later = |settings: &mut Value| settings["opening_rules"][0]["from_minute"] = json!(1200);
        let effect = preview(&chief, &service, json!("2026-11-30"), later).await;
        let effect = effect.ok();
        let outside: Vec<_> = effect["outside"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert!(outside.contains(&first["id"]) && outside.contains(&second["id"]) && !outside.contains(&third["id"]), "{effect}");
        assert_eq!(effect["days"].as_array().unwrap().len(), 30);
        assert!(day(&effect, "2026-11-25")["before"]["slots"].as_u64() > day(&effect, "2026-11-25")["after"]["slots"].as_u64());

        let refused = set(&chief, &service, |body| later(&mut body["settings"])).await;
        refused.refused(409, "settings_bookings_outside");
        assert!(refused.json()["title"].as_str().unwrap().contains(first["reference"].as_str().unwrap()), "{}", refused.text);
        assert_eq!(setup(&chief, &service).await["version"], 0);
        let kept = set(&chief, &service, |body| {
            later(&mut body["settings"]);
            body["anyway"] = json!(true);
        });
        assert_eq!(kept.await.ok()["version"], 1);
        for booking in [&first, &second, &third] {
            assert_eq!(lin_or(&lin, &gao, booking).await, "requested");
        }
        // What stands outside is told from then on as such, and hinders nothing more.
        let effect = preview(&chief, &service, Value::Null, |_| ()).await.ok();
        assert_eq!((&effect["outside_count"], &effect["newly_outside"]), (&json!(2), &json!(0)));
        assert_eq!(set(&chief, &service, |body| body["settings"]["hold_minutes"] = json!(12)).await.ok()["version"], 2);
    }

    async fn a_daily_quota_counts_who_had_booked_before_it_came(app: &TestApp) {
        let (chief, lin, gao) = (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        requested(app, &lin, "after-hours", "2026-11-25T11:00:00Z").await;
        requested(app, &gao, "after-hours", "2026-11-25T12:00:00Z").await;
        let of = |quota: Value| move |settings: &mut Value| settings["daily_quota"] = quota;
        let effect = preview(&chief, &service, json!("2026-11-25"), of(json!(1))).await.ok();
        assert_eq!((&effect["newly_outside"], &effect["outside"][0]["why"]), (&json!(1), &json!("quota")), "{effect}");
        set(&chief, &service, |body| of(json!(2))(&mut body["settings"])).await.ok();
        let days = format!("/api/v1/services/{service}/days?from=2026-11-25&to=2026-11-26");
        let days = lin.get(&days).await.ok();
        assert_eq!((&days["days"][0]["free"], &days["days"][0]["reason"]), (&json!(0), &json!("quota")), "{days}");
        assert_eq!(days["days"][1]["free"], 2);
        let wish = json!({"service_id": service, "starts_at": "2026-11-25T13:00:00Z", "anyway": true});
        lin.post("/api/v1/bookings", wish).await.refused(409, "slot_taken");
        // Without it there is no limit, and again with it all are counted.
        set(&chief, &service, |body| of(Value::Null)(&mut body["settings"])).await.ok();
        requested(app, &lin, "after-hours", "2026-11-25T13:00:00Z").await;
        // What is only held has a seat too.
        set(&chief, &service, |body| of(json!(4))(&mut body["settings"])).await.ok();
        take(&gao, &service, "2026-11-25T14:00:00Z").await;
        set(&chief, &service, |body| of(Value::Null)(&mut body["settings"])).await.ok();
        requested(app, &gao, "after-hours", "2026-11-25T15:00:00Z").await;
        let effect = preview(&chief, &service, json!("2026-11-25"), of(json!(3))).await.ok();
        assert_eq!(effect["newly_outside"], 1, "{effect}");
        set(&chief, &service, |body| { of(json!(3))(&mut body["settings"]); body["anyway"] = json!(true) }).await.ok();
        let listed = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!(listed["daily_quota"], 3);
        assert_eq!(entries(app, "service.changed").await, 5);
    }

    async fn a_nearer_horizon_is_tried_on_the_requests_of_the_last_months(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let service = app.service("after-hours").await;
        let far = requested(app, &lin, "after-hours", "2026-12-15T11:00:00Z").await;
        requested(app, &lin, "after-hours", "2026-11-26T11:00:00Z").await;
        let tried = async |days: i32| {
            let effect = preview(&chief, &service, Value::Null, |settings| settings["horizon_days"] = json!(days));
            effect.await.ok()["requests"].take()
        };
        let same = tried(30).await;
        assert_eq!((&same["requests"], &same["tried"]["count"]), (&json!(2), &json!(0)), "{same}");
        let nearer = tried(21).await;
        assert_eq!((&nearer["newly_refused"], &nearer["in_force"]["count"]), (&json!(1), &json!(0)));
        assert_eq!(nearer["tried"]["by_rule"], json!([{"rule": "beyond_horizon", "count": 1}]));
        assert_eq!(nearer["examples"][0]["booking_id"], far["id"]);
        assert_eq!(tried(22).await["newly_refused"], 0, "the last day counts");
        // What is held when it is set is requested all the same.
        let held = take(&lin, &service, "2026-12-15T12:00:00Z").await;
        set(&chief, &service, |body| body["settings"]["horizon_days"] = json!(21)).await.ok();
        let form = with_choices(app, &service, after_hours_form()).await;
        lin.post(&path(&held, "/request"), form).await.ok();
        lin.post("/api/v1/bookings", wish(&service, "2026-12-15T13:00:00Z")).await.refused(422, "beyond_horizon");
    }

    async fn what_cannot_be_is_refused_where_it_is_and_nothing_is_written(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let service = app.service("after-hours").await;
        let stage = |settings: &mut Value, index: usize, field: &str, value: Value| settings["stages"][index][field] = value;
        type Change = Box<dyn Fn(&mut Value) + Send + Sync>;
        let cases: Vec<(Change, &str, &str)> = vec![
            (Box::new(|s| s["name"]["en"] = json!(" ")), "settings_text_missing", "name.en"),
            (Box::new(|s| s["who"]["en"] = json!("x".repeat(501))), "settings_text_too_long", "who.en"),
            (Box::new(|s| s["bring"] = json!(vec![json!({"zh-CN": "x", "en": "x"}); 41])), "settings_too_many", "bring"),
            (Box::new(|s| s["seats"] = json!(0)), "settings_out_of_range", "seats"),
            (Box::new(|s| s["opening_rules"][0]["weekdays"] = json!([])), "settings_no_weekday", "opening_rules[0].weekdays"),
            (Box::new(|s| s["opening_rules"][0]["from_minute"] = json!(1440)), "settings_out_of_range", "opening_rules[0].from_minute"),
            (Box::new(|s| s["opening_rules"][0] = rule("working", &[1], 600, 540)), "settings_backwards", "opening_rules[0].to_minute"),
            (Box::new(|s| s["opening_rules"][0] = rule("working", &[1], 0, 20)), "settings_rule_too_short", "opening_rules[0].to_minute"),
            (Box::new(|s| s["opening_rules"].as_array_mut().unwrap().push(rule("any", &[7], 600, 720))), "settings_rules_overlap", "opening_rules[1].from_minute"),
            (Box::new(move |s| stage(s, 1, "stage", json!("declaration"))), "settings_stage_order", "stages[1].stage"),
            (Box::new(move |s| stage(s, 0, "gap_most_minutes", json!(60))), "settings_first_gap", "stages[0].gap_most_minutes"),
            (Box::new(|s| { s["lead_minutes"] = json!(60); s["horizon_days"] = json!(2) }), "settings_no_slot_left", "horizon_days"),
        ];
        // By its terms the dangerous are booked three days ahead.
        let terms = json!({"category_field": "eligibility", "lead_times": [{"tier": null, "category": "dangerous", "lead_minutes": 4320}]});
        let terms = json!({"terms": terms, "reason": "试行"});
        chief.call(Method::PUT, &format!("/api/v1/services/{service}/terms"), Some(terms)).await.ok();
        // Half of an hour on Sunday afternoons holds no inspection of an hour.
        let short = |s: &mut Value| s["opening_rules"] = json!([rule("any", &[7], 840, 870)]);
        // Each stage fits, and a second one would have to begin when it is closed.
        let never = |s: &mut Value| {
            s["opening_rules"] = json!([rule("any", &[7], 840, 900)]);
            s["stages"][1]["gap_least_minutes"] = json!(60);
            s["stages"][1]["gap_most_minutes"] = json!(120);
        };
        let more: [(Change, &str, &str); 2] = [
            (Box::new(short), "settings_stage_no_slot", "stages[1].duration_minutes"),
            (Box::new(never), "settings_stage_no_way", "stages[1].gap_most_minutes"),
        ];
        for (change, code, field) in cases.into_iter().chain(more) {
            let change = &change;
            for refused in [
                set(&chief, &service, |body| change(&mut body["settings"])).await,
                preview(&chief, &service, Value::Null, |settings| change(settings)).await,
            ] {
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], format!("settings.{field}"), "{}", refused.text);
            }
        }
        for (reason, code) in [(json!(" "), "reason_required"), (json!("长".repeat(501)), "too_long")] {
            set(&chief, &service, |body| body["reason"] = reason).await.refused(422, code);
        }
        preview(&chief, &service, json!("0000-01-01"), |_| ()).await.refused(422, "date_out_of_range");
        // What is kept for callers is not taken away.
        let health = app.service("check-up").await;
        let shares = json!({"phone": 2, "counter": 1, "released_minutes_before": 60, "reason": "试行"});
        chief.call(Method::PUT, &format!("/api/v1/services/{health}/shares"), Some(shares)).await.ok();
        let two = |settings: &mut Value| settings["seats"] = json!(2);
        set(&chief, &health, |body| two(&mut body["settings"])).await.refused(422, "settings_seats_kept");
        preview(&chief, &health, Value::Null, two).await.refused(422, "settings_seats_kept");
        assert_eq!((entries(app, "service.changed").await, entries(app, "opening_rules.changed").await), (0, 0));
        assert_eq!(setup(&chief, &service).await["version"], 0);
        for path in [format!("/api/v1/service-settings/{NOBODY}"), format!("/api/v1/service-settings/{NOBODY}/preview")] {
            let there = setup(&chief, &service).await;
            let body = json!({"version": 0, "settings": there["settings"], "reason": "x"});
            let method = if path.ends_with("preview") { Method::POST } else { Method::PUT };
            chief.call(method, &path, Some(body)).await.refused(404, "not_found");
        }
    }

    async fn a_service_is_made_after_another_at_a_new_venue_and_switched_on_and_off(app: &TestApp) {
        let (chief, lin) = (app.signed_in("shen").await, app.signed_in("lin").await);
        let like = app.service("after-hours").await;
        let venue = json!({"settings": {
            "name": {"zh-CN": "综保区卡口", "en": "Bonded zone gate"}, "address": {"zh-CN": "冰城综保区 2 号门", "en": "Gate 2"},
            "zone": "Asia/Shanghai", "grid_minutes": 10, "phone": "0451 5400 0136", "office_hours": [{"from_minute": 510, "to_minute": 1020}],
        }, "reason": "新卡口启用"});
        let there = chief.post("/api/v1/venues", venue.clone()).await;
        assert_eq!(there.status, 201);
        let there = there.ok();
        assert_eq!((&there["is_fixed"], &there["version"], &there["services"]), (&json!(false), &json!(1), &json!([])));
        let name = json!({"zh-CN": "综保区通关", "en": "Clearance at the bonded zone"});
        let new = json!({"like": like, "venue_id": there["id"], "name": name, "reason": "新卡口启用"});
        for (field, value, code, told) in [
            ("like", json!(NOBODY), "unknown_service", "like"), ("venue_id", json!(NOBODY), "unknown_venue", "venue_id"),
            ("name", json!({"zh-CN": "只有中文"}), "settings_text_missing", "name.en"),
            ("name", json!({"zh-CN": "x".repeat(61), "en": "x"}), "settings_text_too_long", "name.zh-CN"),
            ("reason", json!(""), "reason_required", "reason"), ("reason", json!("x".repeat(501)), "too_long", "reason"),
        ] {
            let mut bad = new.clone();
            bad[field] = value;
            let refused = chief.post("/api/v1/service-settings", bad).await;
            refused.refused(422, code);
            assert_eq!(refused.json()["field"], told, "{}", refused.text);
        }
        let made = chief.post("/api/v1/service-settings", new).await.ok();
        let service = made["id"].as_str().unwrap();
        assert_eq!((&made["settings"]["active"], &made["code"], &made["grid_minutes"]), (&json!(false), &json!("after-hours-2"), &json!(10)));
        assert_eq!(made["settings"]["stages"].as_array().unwrap().len(), 3);
        assert_eq!((entries(app, "venue.made").await, entries(app, "service.made").await), (1, 1));
        lin.get(&format!("/api/v1/services/{service}")).await.refused(404, "not_found");
        set(&chief, service, |body| body["settings"]["active"] = json!(true)).await.ok();
        let shown = lin.get(&format!("/api/v1/services/{service}")).await.ok();
        assert_eq!((&shown["venue"]["phone"], &shown["venue"]["office_hours"][0]["to_minute"]), (&json!("0451 5400 0136"), &json!(1020)));
        // The places are its own.
        let at = "2026-11-28T02:00:00Z";
        let held = take(&lin, service, at).await;
        let free = lin.get(&format!("/api/v1/services/{like}/slots?date={SATURDAY}")).await.ok();
        assert!(free["slots"].as_array().unwrap().iter().all(|slot| slot["free"] == slot["capacity"]), "{free}");

        // Cells are numbered by the grid of the venue, which stays from now on.
        let put = async |change: &dyn Fn(&mut Value)| {
            let all = chief.get("/api/v1/venues").await.ok();
            let one = all["items"].as_array().unwrap().iter().find(|one| one["id"] == there["id"]).unwrap().clone();
            let mut body = json!({"version": one["version"], "settings": one["settings"], "reason": "试行"});
            change(&mut body);
            chief.call(Method::PUT, &format!("/api/v1/venues/{}", there["id"].as_str().unwrap()), Some(body)).await
        };
        put(&|body| body["settings"]["grid_minutes"] = json!(15)).await.refused(409, "venue_in_use");
        for (field, value, code) in [
            ("name", json!({"zh-CN": "", "en": "x"}), "settings_text_missing"), ("address", json!({"zh-CN": "x".repeat(501), "en": "x"}), "settings_text_too_long"),
            ("zone", json!("Bingcheng"), "settings_unknown_zone"), ("grid_minutes", json!(7), "settings_grid"), ("phone", json!("x"), "settings_phone"),
            ("office_hours", json!([{"from_minute": 5, "to_minute": 5}]), "settings_out_of_range"),
            ("office_hours", json!(vec![json!({"from_minute": 5, "to_minute": 6}); 5]), "settings_too_many"),
        ] {
            put(&|body| body["settings"][field] = value.clone()).await.refused(422, code);
            let mut bad = venue.clone();
            bad["settings"][field] = value.clone();
            chief.post("/api/v1/venues", bad).await.refused(422, code);
        }
        for (reason, code) in [(json!(" "), "reason_required"), (json!("x".repeat(501)), "too_long")] {
            put(&|body| body["reason"] = reason.clone()).await.refused(422, code);
            let mut bad = venue.clone();
            bad["reason"] = reason;
            chief.post("/api/v1/venues", bad).await.refused(422, code);
        }
        let moved = put(&|body| body["settings"]["address"]["en"] = json!("Gate 3")).await.ok();
        assert_eq!((&moved["version"], &moved["change"]["parts"], &moved["is_fixed"]), (&json!(2), &json!(["address"]), &json!(true)));
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["venue"]["address"]["en"], "Gate 3");
        put(&|body| { body["version"] = json!(1); body["settings"]["phone"] = json!("110 110") }).await.refused(409, "changed_meanwhile");
        put(&|body| body["version"] = json!(7)).await.refused(422, "settings_unknown_version");
        assert_eq!(entries(app, "venue.changed").await, 1);

        // Switched off it is booked by nobody any more, and what is booked stands.
        let off = |body: &mut Value| body["settings"]["active"] = json!(false);
        lin.post(&path(&held, "/cancel"), json!({})).await.ok();
        let booked = requested(app, &lin, "after-hours-2", at).await;
        set(&chief, service, off).await.refused(409, "settings_bookings_outside");
        set(&chief, service, |body| { off(body); body["anyway"] = json!(true) }).await.ok();
        lin.get(&format!("/api/v1/services/{service}")).await.refused(404, "not_found");
        assert_eq!(lin.get(&path(&booked, "")).await.ok()["state"], "requested");
    }
}

async fn lin_or(lin: &Browser, gao: &Browser, booking: &Value) -> Value {
    let answer = lin.get(&path(booking, "")).await;
    let told = if answer.status == 200 { answer } else { gao.get(&path(booking, "")).await };
    told.ok()["state"].clone()
}

/// On two processes: what a chief sets on one is offered on the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_on_one_node_is_offered_on_the_other() {
    crate::nodes::on_two_nodes(&[], async |one, other| {
        let service = one.service("video").await;
        let (chief, lin) = (one.signed_in("shen").await, other.signed_in("lin").await);
        assert_eq!(slots(&lin, &service, SATURDAY).await, 0);
        set(&chief, &service, |body| add_saturday(&mut body["settings"])).await.ok();
        crate::support::eventually("the other node offers it", || async {
            (slots(&lin, &service, SATURDAY).await == 6).then_some(())
        })
        .await;
    })
    .await;
}
