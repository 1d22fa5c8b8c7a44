//! Clearance in stages: all together or not at all, moved together, and the clock that officers keep.

use crate::settings::set;
use crate::support::{Browser, TestApp};
use crate::{booking, both_stores, desk, health_group};
use reqwest::StatusCode;
use serde_json::{Value, json};

const AT: &str = "2026-11-23T02:00:00Z";
/// Tuesday, 24 November: 19:00 in Shanghai.
const EVENING: &str = "2026-11-24T11:00:00Z";

fn form(without_stage: bool) -> Value {
    let mut fields = json!({
        "eligibility": "urgent", "consignee": "冰城示例贸易有限公司", "goods": "冷冻海鱼", "hs_codes": "0303",
        "declaration_port": "1900", "entry_port": "1902", "transport": "rail", "stage": "all", "reason": "到港后不能久放"});
    if without_stage {
        fields.as_object_mut().unwrap().remove("stage");
    }
    json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": fields})
}

fn stage(stage: &str, starts_at: &str) -> Value {
    json!({"stage": stage, "starts_at": starts_at})
}

pub fn three(starts: [&str; 3]) -> Value {
    json!([stage("declaration", starts[0]), stage("inspection", starts[1]), stage("release", starts[2])])
}

const EVENING_OF_THREE: [&str; 3] = [EVENING, "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];

pub async fn book(browser: &Browser, app: &TestApp, stages: Value) -> Value {
    let service = app.service("after-hours").await;
    let wish = json!({"service_id": service, "stages": stages, "request": form(true)});
    browser.post("/api/v1/bookings", wish).await.ok()
}

async fn refused(browser: &Browser, path: &str, body: Value) -> (StatusCode, Value) {
    let answer = browser.post(path, body).await;
    (answer.status, answer.json())
}

async fn occupied(app: &TestApp) -> u64 {
    use mianqia::places::entities::occupied;
    use sea_orm::{EntityTrait, PaginatorTrait};
    occupied::Entity::find().count(app.app.db.reader()).await.unwrap()
}

both_stores! {
    at AT;

    async fn three_stages_are_booked_together_in_one_step_and_run_by_the_clock(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let booking = book(&lin, app, three(EVENING_OF_THREE)).await;
        assert_eq!(booking["state"], "requested");
        assert_eq!(booking["starts_at"], EVENING);
        assert_eq!(booking["ends_at"], "2026-11-24T13:00:00Z");
        let stages: Vec<&str> =
            booking["stages"].as_array().unwrap().iter().map(|one| one["stage"].as_str().unwrap()).collect();
        assert_eq!(stages, ["declaration", "inspection", "release"]);
        // Two hours of an officer in cells of a quarter, and one hour of the inspection place.
        assert_eq!(occupied(app).await, 8 + 4);

        let id = booking["id"].as_str().unwrap();
        let officer = app.signed_in("zhou").await;
        let begin = format!("/api/v1/bookings/{id}/stages/declaration/begin");
        assert_eq!(officer.post(&begin, json!({})).await.json()["code"], "wrong_state");
        officer.post(&format!("/api/v1/bookings/{id}/accept"), json!({})).await.ok();
        assert_eq!(officer.post(&begin, json!({})).await.json()["code"], "too_early");
        app.clock.set(EVENING.parse().unwrap());
        // A night has ended the sign-ins.
        let (lin, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let step = async |what: &str| {
            officer.post(&format!("/api/v1/bookings/{id}/stages/{what}"), json!({})).await
        };
        assert_eq!(step("inspection/begin").await.json()["code"], "stage_begun");
        assert_eq!(step("declaration/end").await.json()["code"], "stage_not_begun");
        let begun = step("declaration/begin").await.ok();
        assert_eq!((&begun["state"], &begun["stages"][0]["began_at"]), (&json!("checked_in"), &json!(EVENING)));
        // Whoever completes the booking at the desk or the counter stops no clock.
        assert_eq!(begun["can"]["complete"], false);
        officer.post(&format!("/api/v1/bookings/{id}/complete"), json!({})).await.refused(409, "stage_under_way");
        let drawn = officer.post(&format!("/api/v1/bookings/{id}/ticket"), json!({})).await.ok();
        let ticket = format!("/api/v1/queue/tickets/{}", drawn["id"].as_str().unwrap());
        officer.post(&format!("{ticket}/call"), json!({"counter": "3"})).await.ok();
        officer.post(&format!("{ticket}/done"), json!({})).await.refused(409, "stage_under_way");
        for what in ["declaration/end", "inspection/begin", "inspection/end", "release/begin"] {
            assert_eq!(step(what).await.ok()["state"], "checked_in", "{what}");
        }
        let done = step("release/end").await.ok();
        assert_eq!(done["state"], "completed");
        assert!(done["stages"].as_array().unwrap().iter().all(|one| one["ended_at"].is_string()), "{done}");
        assert_eq!(step("release/end").await.json()["code"], "wrong_state");
        let path = format!("/api/v1/bookings/{id}/reschedule");
        assert_eq!(refused(&lin, &path, json!({"starts_at": "2026-11-30T15:00:00Z"})).await.1["code"], "wrong_state");
        let single = book(&lin, app, json!([stage("declaration", "2026-11-26T11:00:00Z")])).await;
        let path = format!("/api/v1/bookings/{}/stages/release", single["id"].as_str().unwrap());
        for what in ["begin", "end"] {
            assert_eq!(officer.post(&format!("{path}/{what}"), json!({})).await.json()["code"], "unknown_stage");
        }
        let seen = lin.get(&format!("/api/v1/bookings/{id}")).await.ok();
        let kinds: Vec<&str> =
            seen["history"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "booking.stage_begun").count(), 3, "{kinds:?}");
        let begun: Vec<&Value> = seen["history"].as_array().unwrap().iter()
            .filter(|item| item["kind"] == "booking.stage_begun").map(|item| &item["stage"]).collect();
        assert_eq!(begun, ["declaration", "inspection", "release"]);
    }

    async fn what_is_to_be_moved_does_not_stand_in_its_own_way(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let booking = book(&lin, app, three(EVENING_OF_THREE)).await;
        let moving = format!("&moving={}", booking["id"].as_str().unwrap());
        let ways = async |browser: &Browser, moving: &str| {
            let stages = "declaration,inspection,release";
            let path = format!("/api/v1/services/{service}/alternatives?stages={stages}&from={EVENING}{moving}");
            browser.get(&path).await
        };
        let inspected = |answer: Value| answer["alternatives"][0]["stages"][1]["starts_at"].clone();
        // The one inspection place is theirs.
        assert_ne!(inspected(ways(&lin, "").await.ok()), EVENING_OF_THREE[1]);
        assert_eq!(inspected(ways(&lin, &moving).await.ok()), EVENING_OF_THREE[1]);
        ways(&gao, &moving).await.refused(404, "not_found");
        ways(&app.browser(), &moving).await.refused(404, "not_found");
        let free = async |moving: &str| {
            let path = format!("/api/v1/services/{service}/slots?date=2026-11-24&stage=inspection{moving}");
            let answer = lin.get(&path).await.ok();
            let slots = answer["slots"].as_array().unwrap().clone();
            slots.iter().find(|slot| slot["starts_at"] == EVENING_OF_THREE[1]).unwrap()["free"].clone()
        };
        assert_eq!((free("").await, free(&moving).await), (json!(0), json!(1)));
        // The same of a slot that is not in stages.
        let video = app.service("video-try").await;
        let wish = json!({"service_id": video, "starts_at": "2026-11-24T02:00:00Z"});
        let held = lin.post("/api/v1/bookings", wish).await.ok();
        let free = async |moving: &str| {
            let path = format!("/api/v1/services/{video}/slots?date=2026-11-24{moving}");
            let answer = lin.get(&path).await.ok();
            let slots = answer["slots"].as_array().unwrap().clone();
            let slot = slots.iter().find(|slot| slot["starts_at"] == "2026-11-24T02:00:00Z").unwrap().clone();
            slot["free"].as_i64().unwrap()
        };
        assert_eq!(free(&format!("&moving={}", held["id"].as_str().unwrap())).await, free("").await + 1);
        // To whoever has nothing to do with bookings there is none to be moved.
        for nobody in [app.browser(), app.signed_in("tang").await] {
            let path = format!("/api/v1/services/{video}/slots?date=2026-11-24&moving={}", held["id"].as_str().unwrap());
            nobody.get(&path).await.refused(404, "not_found");
        }
    }

    async fn what_is_booked_in_stages_only_is_not_booked_or_waited_for_as_a_whole(app: &TestApp) {
        let (chief, officer, lin) = (app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("lin").await);
        let service = app.service("after-hours").await;
        let check_up = app.service("check-up").await;
        set(&chief, &check_up, |body| body["settings"]["stages_only"] = json!(true)).await.refused(422, "settings_no_stages");
        let whole = booking::take(&lin, &service, EVENING).await;
        set(&chief, &service, |body| body["settings"]["stages_only"] = json!(true)).await.ok();
        let stage = json!({"stage": "inspection", "duration_minutes": 15, "gap_least_minutes": 0, "gap_most_minutes": 0,
            "at_enterprise": false, "seats": null, "officers": []});
        set(&chief, &check_up, |body| {
            body["settings"]["stages"] = json!([stage]);
            body["settings"]["stages_only"] = json!(true);
        }).await.ok();
        assert_eq!(lin.get(&format!("/api/v1/services/{service}")).await.ok()["stages_only"], true);
        let before = occupied(app).await;
        let wish = json!({"service_id": service, "starts_at": "2026-11-24T13:00:00Z"});
        lin.post("/api/v1/bookings", wish).await.refused(422, "stages_needed");
        let wish = json!({"from": "2026-11-24", "to": "2026-11-25"});
        lin.post(&format!("/api/v1/services/{service}/waiting"), wish).await.refused(422, "stages_needed");
        desk::book(&officer, desk::by_phone(&service, "2026-11-24T13:00:00Z")).await.refused(422, "stages_needed");
        let people = health_group::people(6);
        health_group::book(&lin, &check_up, &people, "2026-12-10T01:00:00Z").await.refused(422, "stages_needed");
        assert_eq!(occupied(app).await, before);
        // What was had as a whole before goes on and moves as it is; in stages there is everything.
        lin.post(&booking::path(&whole, "/request"), form(false)).await.ok();
        let moved = json!({"starts_at": "2026-11-24T14:00:00Z", "anyway": true});
        lin.post(&booking::path(&whole, "/reschedule"), moved).await.ok();
        book(&app.signed_in("gao").await, app, three(EVENING_OF_THREE)).await;
    }

    async fn of_stages_that_cannot_all_be_had_none_is_taken(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        book(&lin, app, three(EVENING_OF_THREE)).await;
        let before = occupied(app).await;
        // The one inspection place is taken; officers are not.
        let wish = |stages: Value| json!({"service_id": service, "stages": stages, "request": form(true)});
        let (status, problem) = refused(&gao, "/api/v1/bookings", wish(three(EVENING_OF_THREE))).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("slot_taken")), "{problem}");
        assert_eq!(occupied(app).await, before);
        // At the enterprise it needs no inspection place.
        let mut there = three(EVENING_OF_THREE);
        there[1]["site"] = json!("enterprise");
        gao.post("/api/v1/bookings", wish(there)).await.ok();
        for (stages, code, field) in [
            (json!([stage("release", EVENING), stage("declaration", "2026-11-24T11:30:00Z")]), "stage_order", "stages[1].stage"),
            (json!([stage("declaration", EVENING), stage("inspection", EVENING)]), "stage_gap", "stages[1].starts_at"),
            (json!([stage("declaration", "2026-11-24T11:07:00Z")]), "not_a_slot", "stages[0].starts_at"),
            (json!([{"stage": "release", "starts_at": EVENING, "site": "enterprise"}]), "stage_site", "stages[0].site"),
            (json!([]), "one_time", "starts_at"),
        ] {
            let (status, problem) = refused(&gao, "/api/v1/bookings", wish(stages)).await;
            assert_eq!((status.as_u16(), &problem["code"], &problem["field"]), (422, &json!(code), &json!(field)), "{problem}");
        }
        let plain = json!({"service_id": app.service("video-try").await, "stages": [stage("release", EVENING)]});
        assert_eq!(refused(&gao, "/api/v1/bookings", plain).await.1["code"], "no_stages");
        let unknown = json!({"service_id": service, "stages": [stage("release", EVENING)], "request": form(false)});
        assert_eq!(refused(&gao, "/api/v1/bookings", unknown).await.1["code"], "unknown_field");
    }

    async fn ways_to_have_all_stages_are_offered_around_what_is_taken(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("after-hours").await;
        let ask = |from: &str| {
            let path = format!(
                "/api/v1/services/{service}/alternatives?stages=declaration,inspection,release&from={from}"
            );
            let browser = app.browser();
            async move { browser.get(&path).await.ok() }
        };
        let first = ask(EVENING).await;
        let starts = |answer: &Value| -> Vec<Vec<String>> {
            let of = |way: &Value| {
                let stages = way["stages"].as_array().unwrap().iter();
                stages.map(|one| one["starts_at"].as_str().unwrap().to_owned()).collect()
            };
            answer["alternatives"].as_array().unwrap().iter().map(of).collect()
        };
        assert_eq!(starts(&first)[0], EVENING_OF_THREE);
        assert_eq!(starts(&first).len(), 3);
        book(&lin, app, three(EVENING_OF_THREE)).await;
        let second = ask(EVENING).await;
        // Somebody inspects from 11:30 to 12:30; the declaration can still be made meanwhile.
        assert_eq!(starts(&second)[0], [EVENING, "2026-11-24T12:30:00Z", "2026-11-24T13:30:00Z"]);
        let offered = three([&starts(&second)[0][0], &starts(&second)[0][1], &starts(&second)[0][2]]);
        let gao = app.signed_in("gao").await;
        book(&gao, app, offered).await;
        let wrong = app.browser().get(&format!(
            "/api/v1/services/{service}/alternatives?stages=declaration,tea&from={EVENING}")).await;
        assert_eq!(wrong.json()["code"], "unknown_stage");
        let many = vec!["release"; 500].join(",");
        for (stages, code, field) in [
            ("release,declaration", "stage_order", "stages[1].stage"),
            ("release,release", "stage_order", "stages[1].stage"),
            (&many, "stage_order", "stages[1].stage"),
            ("declaration@enterprise", "stage_site", "stages[0].site"),
        ] {
            let path = format!("/api/v1/services/{service}/alternatives?stages={stages}&from={EVENING}");
            let problem = app.browser().get(&path).await.json();
            assert_eq!((&problem["code"], &problem["field"]), (&json!(code), &json!(field)), "{problem}");
        }
        let path = format!("/api/v1/services/{service}/slots?date=2026-11-24&stage=inspection");
        let slots = app.browser().get(&path).await.ok();
        let free = |at: &str| {
            slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == at).unwrap()["free"].clone()
        };
        assert_eq!((free("2026-11-24T11:30:00Z"), free("2026-11-24T14:00:00Z")), (json!(0), json!(1)));
    }

    async fn a_booking_moves_as_a_whole_and_keeps_its_place_when_the_new_one_is_gone(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let mine = book(&lin, app, three(EVENING_OF_THREE)).await;
        let path = format!("/api/v1/bookings/{}/reschedule", mine["id"].as_str().unwrap());
        let later = ["2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z", "2026-11-25T12:30:00Z"];
        book(&gao, app, three(later)).await;
        let before = occupied(app).await;
        let (status, problem) = refused(&lin, &path, json!({"stages": three(later)})).await;
        assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("slot_taken")));
        let still = lin.get(&format!("/api/v1/bookings/{}", mine["id"].as_str().unwrap())).await.ok();
        assert_eq!((&still["starts_at"], occupied(app).await), (&json!(EVENING), before));
        assert_eq!(refused(&lin, &path, json!({"stages": three(EVENING_OF_THREE)})).await.1["code"], "same_time");

        let officer = app.signed_in("zhou").await;
        officer.post(&format!("/api/v1/bookings/{}/accept", mine["id"].as_str().unwrap()), json!({})).await.ok();
        // Half an hour later: what it has itself is no hindrance.
        let shifted = ["2026-11-24T11:30:00Z", "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z"];
        let moved = lin.post(&path, json!({"stages": three(shifted)})).await.ok();
        assert_eq!((&moved["starts_at"], &moved["state"]), (&json!(shifted[0]), &json!("requested")));
        assert_eq!(moved["stages"][1]["starts_at"], shifted[1]);
        assert_eq!(occupied(app).await, before);
        // A single time instead of stages.
        let single = lin.post(&path, json!({"starts_at": "2026-11-24T15:00:00Z"})).await.ok();
        assert_eq!(single["stages"], json!([]));
        assert_eq!(occupied(app).await, before - 12 + 4);
        let case = mine["id"].as_str().unwrap();
        let (fine, report) = crate::review_values::intact(app, case).await;
        assert!(fine, "{report}");
        app.app.places.load().await.unwrap();
        lin.post(&format!("/api/v1/bookings/{case}/cancel"), json!({"reason": "不来了"})).await.ok();
        assert_eq!(occupied(app).await, before - 12);
    }

    async fn a_stage_that_a_service_has_no_more_is_not_offered_nor_booked(app: &TestApp) {
        use mianqia::directory::entities::service_stage::{Column, Entity, Stage};
        use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
        let gone = app.app.db.write(|tx| {
            Box::pin(async move {
                let release = Entity::delete_many().filter(Column::Stage.eq(Stage::Release));
                release.exec(tx.conn()).await.map(drop)
            })
        });
        let gone: Result<(), DbErr> = gone.await;
        gone.unwrap();
        app.app.directory.forget();
        let (lin, service) = (app.signed_in("lin").await, app.service("after-hours").await);
        let wish = json!({"service_id": service, "stages": three(EVENING_OF_THREE)});
        let (_, problem) = refused(&lin, "/api/v1/bookings", wish).await;
        assert_eq!((&problem["code"], &problem["field"]), (&json!("unknown_stage"), &json!("stages[2].stage")));
        let path = format!("/api/v1/services/{service}/slots?date=2026-11-24&stage=release");
        assert_eq!(app.browser().get(&path).await.json()["code"], "unknown_stage");
    }

    async fn a_hold_in_stages_is_requested_later_and_one_that_ran_out_is_not_moved(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("after-hours").await;
        let hold = async |starts: [&str; 3]| {
            let wish = json!({"service_id": service, "stages": three(starts)});
            lin.post("/api/v1/bookings", wish).await.ok()
        };
        let held = hold(EVENING_OF_THREE).await;
        let path = format!("/api/v1/bookings/{}", held["id"].as_str().unwrap());
        assert_eq!(refused(&lin, &format!("{path}/request"), form(false)).await.1["code"], "unknown_field");
        lin.post(&format!("{path}/check"), form(true)).await.ok();
        let requested = lin.post(&format!("{path}/request"), form(true)).await.ok();
        assert_eq!((&requested["state"], requested["stages"].as_array().unwrap().len()), (&json!("requested"), 3));
        let other = hold(["2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z", "2026-11-25T12:30:00Z"]).await;
        app.clock.advance(chrono::TimeDelta::minutes(11));
        let path = format!("/api/v1/bookings/{}/reschedule", other["id"].as_str().unwrap());
        let (_, problem) = refused(&lin, &path, json!({"starts_at": "2026-11-26T11:00:00Z"})).await;
        assert!(["hold_expired", "wrong_state"].contains(&problem["code"].as_str().unwrap()), "{problem}");
    }

    async fn a_warning_is_read_before_anything_is_booked_in_one_step(app: &TestApp) {
        let luo = app.signed_in("luo").await;
        let service = app.service("vaccination").await;
        let described = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        let (warning, mut request) = (&described["warnings"][0], filled(form(true), &described));
        request["fields"][warning["field"].as_str().unwrap()] = json!("2026-11-27");
        if let Some(when) = warning["when"].as_object() {
            request["fields"][when["field"].as_str().unwrap()] = when["value"].clone();
        }
        let free = app.browser().get(&format!("/api/v1/services/{service}/slots?date=2026-11-25")).await.ok();
        let wish = |request: &Value| {
            json!({"service_id": service, "starts_at": free["slots"][0]["starts_at"], "request": request})
        };
        assert_eq!(refused(&luo, "/api/v1/bookings", wish(&request)).await.1["code"], "unread_warning");
        assert_eq!(occupied(app).await, 0);
        request["acknowledged"] = json!([warning["code"]]);
        luo.post("/api/v1/bookings", wish(&request)).await.ok();
    }

    async fn what_needs_no_decision_is_accepted_at_once_and_stays_so_when_it_moves(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let request = json!({"contact_name": "林晓", "contact_mobile": "15412345678", "fields": {"topic": "试用"}});
        let fields = app.browser().get(&format!("/api/v1/services/{service}")).await.ok();
        let request = filled(request, &fields);
        let wish = json!({"service_id": service, "starts_at": "2026-11-24T02:00:00Z", "request": request});
        let booking = lin.post("/api/v1/bookings", wish.clone()).await.ok();
        assert_eq!(booking["state"], "accepted");
        assert_eq!(lin.post("/api/v1/bookings", wish).await.json()["code"], "already_yours");
        let path = format!("/api/v1/bookings/{}/reschedule", booking["id"].as_str().unwrap());
        let moved = lin.post(&path, json!({"starts_at": "2026-11-24T03:00:00Z"})).await.ok();
        assert_eq!((&moved["state"], &moved["starts_at"]), (&json!("accepted"), &json!("2026-11-24T03:00:00Z")));
        app.clock.set("2026-11-24T03:00:00Z".parse().unwrap());
        let lin = app.signed_in("lin").await;
        assert_eq!(refused(&lin, &path, json!({"starts_at": "2026-11-24T04:00:00Z"})).await.1["code"], "too_late");
    }
}

/// A form with an answer to every question that needs one.
pub fn filled(mut request: Value, service: &Value) -> Value {
    let mut fields = serde_json::Map::new();
    for field in service["fields"].as_array().unwrap().iter().filter(|field| field["required"] == true) {
        let answer = match field["kind"].as_str().unwrap() {
            "choice" => field["options"][0]["value"].clone(),
            "consent" => json!(true),
            "date" => json!("2026-12-24"),
            _ => json!("试用"),
        };
        fields.insert(field["key"].as_str().unwrap().to_owned(), answer);
    }
    request["fields"] = Value::Object(fields);
    request
}
