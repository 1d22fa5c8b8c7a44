//! Officers hold stages: who holds one is taken for its time, together with its place or not at all.

use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::desk::{self, by_phone};
use crate::officers::{name, officer};
use crate::support::{Answer, Browser, TestApp};
use mianqia::auth::entities::account;
use mianqia::evidence::entities::entry;
use mianqia::places::entities::occupied;
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2026-11-23T02:00:00Z";
/// Tuesday evening at the venue, and the evenings after.
const TUESDAY: [&str; 3] = ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];
const WEDNESDAY: [&str; 3] = ["2026-11-25T11:00:00Z", "2026-11-25T11:30:00Z", "2026-11-25T12:30:00Z"];

async fn cells_of(app: &TestApp, officer: &str) -> u64 {
    let own = occupied::Column::ResourceId.eq(officer.parse::<Uuid>().unwrap());
    occupied::Entity::find().filter(own).count(app.app.db.reader()).await.unwrap()
}

async fn hand_over(by: &Browser, booking: &Value, stage: &str, officer: &str) -> Answer {
    let path = format!("/api/v1/bookings/{}/stages/{stage}/officer", booking["id"].as_str().unwrap());
    by.call(Method::PUT, &path, Some(json!({"officer_id": officer}))).await
}

async fn shown(by: &Browser, booking: &Value) -> Value {
    by.get(&format!("/api/v1/bookings/{}", booking["id"].as_str().unwrap())).await.ok()
}

/// At the enterprise, where the inspection place does not limit it.
fn there(starts: [&str; 3]) -> Value {
    let mut stages = three(starts);
    stages[1]["site"] = json!("enterprise");
    stages
}

async fn free_inspections(by: &Browser, service: &str, date: &str, at: &str) -> i64 {
    let path = format!("/api/v1/services/{service}/slots?date={date}&stage=inspection&site=enterprise");
    let slots = by.get(&path).await.ok();
    let slots = slots["slots"].as_array().unwrap();
    slots.iter().find(|slot| slot["starts_at"] == at).unwrap()["free"].as_i64().unwrap()
}

/// Somebody is here no more.
async fn disabled(app: &TestApp, login: &'static str) {
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let gone = account::Entity::update_many()
                    .col_expr(account::Column::Active, Expr::value(false))
                    .filter(account::Column::Login.eq(login));
                gone.exec(tx.conn()).await.map(drop)
            })
        })
        .await;
    done.unwrap();
}

/// Who may hold the inspection of a booking: each with whether they are free.
async fn may_inspect(by: &Browser, booking: &Value) -> Vec<(String, bool)> {
    let path = format!("/api/v1/bookings/{}/stages/inspection/officers", booking["id"].as_str().unwrap());
    let found = by.get(&path).await.ok();
    let one = |one: &Value| (one["id"].as_str().unwrap().to_owned(), one["free"] == json!(true));
    found["items"].as_array().unwrap().iter().map(one).collect()
}

both_stores! { at AT;
    async fn an_appointment_that_an_officer_has_accepted_counts_as_busy_for_a_stage(app: &TestApp) {
        let (chief, zhou_himself, lin) =
            (app.signed_in("shen").await, app.signed_in("zhou").await, app.signed_in("lin").await);
        let service = desk::clearance_for_everybody(app).await;
        let (zhou, shen) = (officer(app, "zhou").await, officer(app, "shen").await);
        name(&chief, &service, 1, &[&zhou]).await.ok();
        // From 19:00 to 20:00 at the venue; the inspection would be from 19:30 on.
        let call = desk::book(&zhou_himself, by_phone(&service, TUESDAY[0])).await.ok();
        assert_eq!(call["officer"]["id"], json!(zhou));
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 0);
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", "2026-11-24T12:00:00Z").await, 1, "after it");
        // Only the inspection, so that a place there is.
        let inspection = |at: &str| json!([{"stage": "inspection", "starts_at": at, "site": "enterprise"}]);
        let wish = |at: &str| json!({"service_id": service, "stages": inspection(at)});
        lin.post("/api/v1/bookings", wish(TUESDAY[1])).await.refused(409, "no_officer_free");
        let why = format!("/api/v1/services/{service}/why?starts_at={}&stage=inspection&site=enterprise", TUESDAY[1]);
        assert_eq!(chief.get(&why).await.ok()["reason"], "no_officer_free");

        // Of two it is who has nothing else; and nobody hands it to who has.
        name(&chief, &service, 1, &[&zhou, &shen]).await.ok();
        let booking = book(&lin, app, inspection(TUESDAY[1])).await;
        assert_eq!(shown(&chief, &booking).await["stages"][0]["officer"]["id"], json!(shen));
        assert_eq!(may_inspect(&chief, &booking).await, [(zhou.clone(), false), (shen.clone(), false)]);
        hand_over(&chief, &booking, "inspection", &zhou).await.refused(409, "stage_officer_busy");
        assert_eq!((cells_of(app, &zhou).await, cells_of(app, &shen).await), (0, 12));
        // Given up, it does not count any more.
        zhou_himself.post(&crate::booking::path(&call, "/cancel"), json!({"reason": "对方来电取消"})).await.ok();
        assert_eq!(may_inspect(&chief, &booking).await[0], (zhou.clone(), true));
        hand_over(&chief, &booking, "inspection", &zhou).await.ok();
        // What he has accepted of his own stage is no other appointment.
        zhou_himself.post(&crate::booking::path(&booking, "/accept"), json!({})).await.ok();
        let moved = json!({"stages": inspection("2026-11-24T12:00:00Z"), "reason": "对方来电改时间"});
        zhou_himself.post(&crate::booking::path(&booking, "/reschedule"), moved).await.ok();
        assert_eq!(shown(&chief, &booking).await["stages"][0]["officer"]["id"], json!(zhou));
    }

    async fn an_officer_who_is_here_no_more_leaves_the_lists_and_is_not_taken(app: &TestApp) {
        let (chief, lin, gao) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let (zhou, shen) = (officer(app, "zhou").await, officer(app, "shen").await);
        name(&chief, &service, 1, &[&zhou, &shen]).await.ok();
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 2);
        disabled(app, "zhou").await;
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 1);
        let all = chief.get("/api/v1/officers").await.ok();
        assert!(!all.to_string().contains(&zhou) && all.to_string().contains(&shen), "{all}");
        let booking = book(&lin, app, there(TUESDAY)).await;
        assert_eq!(shown(&chief, &booking).await["stages"][1]["officer"]["id"], json!(shen), "the usual one is gone");
        assert_eq!(may_inspect(&chief, &booking).await, [(shen.clone(), false)]);
        hand_over(&chief, &booking, "inspection", &zhou).await.refused(422, "stage_officer_unknown");
        let wish = json!({"service_id": service, "stages": there(TUESDAY)});
        gao.post("/api/v1/bookings", wish).await.refused(409, "no_officer_free");
        // Who was named may go on standing there, and is not named anew.
        let path = format!("/api/v1/service-settings/{service}");
        let there_now = chief.get(&path).await.ok();
        let mut settings = there_now["settings"].clone();
        settings["hold_minutes"] = json!(12);
        let body = json!({"version": there_now["version"], "settings": settings, "reason": "试行"});
        chief.call(Method::PUT, &path, Some(body)).await.ok();
        name(&chief, &service, 2, &[&zhou]).await.refused(422, "settings_officer");
        // With nobody else there is nobody.
        name(&chief, &service, 1, &[&zhou]).await.ok();
        let wish = json!({"service_id": service, "stages": there(WEDNESDAY)});
        gao.post("/api/v1/bookings", wish).await.refused(409, "no_officer_free");
        assert_eq!(cells_of(app, &zhou).await, 0);
    }

    async fn an_officer_of_a_stage_is_taken_for_its_time_with_its_place_or_not_at_all(app: &TestApp) {
        let (chief, lin, gao) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let (service, zhou) = (app.service("after-hours").await, officer(app, "zhou").await);
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 2);
        name(&chief, &service, 1, &[&zhou]).await.ok();
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 1, "one officer, two places");
        let booking = book(&lin, app, there(TUESDAY)).await;
        // An hour in cells of five minutes, whatever the venue's grid is.
        assert_eq!(cells_of(app, &zhou).await, 12);
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 0);
        let before = occupied::Entity::find().count(app.app.db.reader()).await.unwrap();
        let wish = json!({"service_id": service, "stages": there(TUESDAY)});
        let refused = gao.post("/api/v1/bookings", wish).await;
        refused.refused(409, "no_officer_free");
        // The slots and who asks why say the same: there are places, and nobody who could do it.
        let slots = gao.get(&format!("/api/v1/services/{service}/slots?date=2026-11-24&stage=inspection&site=enterprise")).await.ok();
        let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == TUESDAY[1]).unwrap().clone();
        assert_eq!(slot["reason"], "no_officer_free");
        let why = format!("/api/v1/services/{service}/why?starts_at={}", TUESDAY[1]);
        let told = gao.get(&format!("{why}&stage=inspection&site=enterprise")).await.ok();
        assert_eq!((&told["allowed"], &told["reason"]), (&json!(false), &json!("no_officer_free")));
        assert_eq!(told["next_starts_at"], "2026-11-24T12:30:00Z");
        let declaring = gao.get(&format!("{why}&stage=declaration")).await.ok();
        assert_eq!((&declaring["allowed"], &declaring["reason"]), (&json!(true), &Value::Null));
        let without = app.service("video-try").await;
        gao.get(&format!("/api/v1/services/{without}/why?starts_at={}&stage=release", TUESDAY[1])).await.refused(422, "unknown_stage");
        assert_eq!(occupied::Entity::find().count(app.app.db.reader()).await.unwrap(), before);
        // A start of the program finds the same.
        app.app.places.load().await.unwrap();
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 0);
        // What is offered together goes around it.
        let path = format!("/api/v1/services/{service}/alternatives?stages=inspection@enterprise&from={}", TUESDAY[1]);
        let ways = gao.get(&path).await.ok();
        assert_eq!(ways["alternatives"][0]["stages"][0]["starts_at"], "2026-11-24T12:30:00Z");
        // The office sees who; the booker a badge once it is accepted, and no name.
        let by_office = shown(&chief, &booking).await;
        assert_eq!(by_office["stages"][1]["officer"]["id"], json!(zhou));
        assert_eq!(by_office["stages"][0]["officer"], Value::Null);
        let by_booker = shown(&lin, &booking).await;
        assert_eq!((&by_booker["stages"][1]["officer"], &by_booker["stages"][1]["badge_no"]), (&Value::Null, &Value::Null));
        chief.post(&crate::booking::path(&booking, "/accept"), json!({})).await.ok();
        let by_booker = shown(&lin, &booking).await;
        assert_eq!(by_booker["stages"][1]["officer"], Value::Null);
        assert_eq!(by_booker["stages"][1]["badge_no"], by_office["stages"][1]["officer"]["badge_no"]);
        assert!(by_booker["stages"][1]["badge_no"].is_string(), "{by_booker}");
        // Given up, he is free.
        lin.post(&crate::booking::path(&booking, "/cancel"), json!({"reason": "改期"})).await.ok();
        assert_eq!(cells_of(app, &zhou).await, 0);
        assert_eq!(free_inspections(&lin, &service, "2026-11-24", TUESDAY[1]).await, 1);
    }

    async fn of_many_who_want_the_only_officer_one_has_him(app: &TestApp) {
        let (chief, lin, gao) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let (service, zhou) = (app.service("after-hours").await, officer(app, "zhou").await);
        name(&chief, &service, 1, &[&zhou]).await.ok();
        let take = async |browser: &Browser| {
            let wish = json!({"service_id": service, "stages": there(TUESDAY), "anyway": true});
            browser.post("/api/v1/bookings", wish).await
        };
        let (one, other) = tokio::join!(take(&lin), take(&gao));
        let mut found = [one.status.as_u16(), other.status.as_u16()];
        found.sort_unstable();
        assert_eq!(found, [201, 409], "{} {}", one.json(), other.json());
        assert_eq!(cells_of(app, &zhou).await, 12);
        // A hold that ran out makes room for who comes then.
        app.clock.advance(chrono::TimeDelta::minutes(30));
        let late = if one.status.as_u16() == 201 { &gao } else { &lin };
        assert_eq!(take(late).await.status.as_u16(), 201);
        assert_eq!(cells_of(app, &zhou).await, 12);
    }

    async fn who_holds_a_stage_goes_along_with_it_where_they_are_free(app: &TestApp) {
        let (chief, lin, gao) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let (zhou, shen) = (officer(app, "zhou").await, officer(app, "shen").await);
        name(&chief, &service, 1, &[&zhou, &shen]).await.ok();
        let first = book(&lin, app, there(TUESDAY)).await;
        let second = book(&gao, app, there(TUESDAY)).await;
        let holder = async |booking: &Value| shown(&chief, booking).await["stages"][1]["officer"]["id"].clone();
        let (of_first, of_second) = (holder(&first).await, holder(&second).await);
        assert_eq!((&of_first, &of_second), (&json!(zhou), &json!(shen)), "the usual one first");
        // The second keeps its own, though the usual one is free on that evening.
        let path = crate::booking::path(&second, "/reschedule");
        gao.post(&path, json!({"stages": there(WEDNESDAY)})).await.ok();
        assert_eq!(holder(&second).await, json!(shen));
        // Where theirs is not free it is somebody else.
        let third = book(&lin, app, there(["2026-11-26T11:00:00Z", "2026-11-26T11:30:00Z", "2026-11-26T12:30:00Z"])).await;
        assert_eq!(hand_over(&chief, &third, "inspection", &shen).await.status.as_u16(), 200);
        let path = crate::booking::path(&third, "/reschedule");
        lin.post(&path, json!({"stages": there(WEDNESDAY)})).await.ok();
        assert_eq!(holder(&third).await, json!(zhou));
        assert_eq!((cells_of(app, &zhou).await, cells_of(app, &shen).await), (24, 12));
        // His day has what he holds, though the chief has accepted it.
        chief.post(&crate::booking::path(&first, "/accept"), json!({})).await.ok();
        let day = app.signed_in("zhou").await.get("/api/v1/day?date=2026-11-24&mine=true").await.ok();
        let ids: Vec<&Value> = day["bookings"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&first["id"]]);
    }

    async fn who_accepts_is_told_of_a_stage_that_they_hold_then(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let service = app.service("after-hours").await;
        name(&shen, &service, 1, &[&officer(app, "zhou").await]).await.ok();
        // Nobody has accepted it, and the inspection is his all the same.
        let staged = book(&lin, app, there(TUESDAY)).await;
        let beside = crate::mail_words::requested(app, &gao, "after-hours", TUESDAY[0]).await;
        let later = crate::mail_words::requested(app, &gao, "after-hours", "2026-11-24T13:00:00Z").await;
        let told = shown(&zhou, &beside).await["overlaps"].clone();
        assert_eq!((&told[0]["id"], &told[0]["state"]), (&staged["id"], &json!("requested")));
        // When he holds it, not when the whole booking is.
        assert_eq!((&told[0]["starts_at"], &told[0]["ends_at"]), (&json!(TUESDAY[1]), &json!(TUESDAY[2])));
        let accept = crate::booking::path(&beside, "/accept");
        let refused = zhou.post(&accept, json!({})).await;
        refused.refused(409, "officer_busy");
        assert_eq!(refused.json()["subject_id"], staged["id"]);
        zhou.post(&crate::booking::path(&later, "/accept"), json!({})).await.ok();
        assert_eq!(shown(&shen, &beside).await["overlaps"], json!([]));
        zhou.post(&format!("{accept}?anyway=true"), json!({})).await.ok();
        // Over, it is nobody's hindrance.
        let third = crate::mail_words::requested(app, &gao, "after-hours", WEDNESDAY[0]).await;
        let staged = book(&lin, app, there(WEDNESDAY)).await;
        lin.post(&crate::booking::path(&staged, "/cancel"), json!({"reason": "不来了"})).await.ok();
        zhou.post(&crate::booking::path(&third, "/accept"), json!({})).await.ok();
    }

    async fn an_officer_hands_a_stage_to_somebody_who_is_free_and_the_chain_tells(app: &TestApp) {
        let (chief, lin, gao) =
            (app.signed_in("shen").await, app.signed_in("lin").await, app.signed_in("gao").await);
        let service = app.service("after-hours").await;
        let (zhou, shen, booker) = (officer(app, "zhou").await, officer(app, "shen").await, officer(app, "lin").await);
        for (officers, code) in [(vec![&*booker], "settings_officer"), (vec![&*zhou, &*zhou], "settings_officer")] {
            let refused = name(&chief, &service, 1, &officers).await.json();
            assert_eq!((&refused["code"], &refused["field"]), (&json!(code), &json!("settings.stages[1].officers")));
        }
        let old = book(&lin, app, there(TUESDAY)).await;
        name(&chief, &service, 1, &[&zhou, &shen]).await.ok();
        // What was booked before has nobody until it is given somebody.
        assert_eq!(shown(&chief, &old).await["stages"][1]["officer"], Value::Null);
        let new = book(&gao, app, there(TUESDAY)).await;
        let listed = async |booking: &Value| {
            let path = format!("/api/v1/bookings/{}/stages/inspection/officers", booking["id"].as_str().unwrap());
            let found = chief.get(&path).await.ok();
            found["items"].as_array().unwrap().iter()
                .map(|one| (one["id"] == json!(zhou), one["free"] == json!(true), one["holds"] == json!(true)))
                .collect::<Vec<_>>()
        };
        assert_eq!(listed(&old).await, [(true, false, false), (false, true, false)]);
        assert_eq!(listed(&new).await, [(true, false, true), (false, true, false)]);
        for (booking, stage, officer, code) in [
            (&old, "inspection", &zhou, "stage_officer_busy"),
            (&old, "inspection", &booker, "stage_officer_unknown"),
            (&old, "release", &shen, "stage_officer_unknown"),
        ] {
            assert_eq!(hand_over(&chief, booking, stage, officer).await.json()["code"], code, "{stage}");
        }
        let done = hand_over(&chief, &old, "inspection", &shen).await.ok();
        assert_eq!((&done["stages"][1]["officer"]["id"], &done["stages"][1]["can_hand_over"]), (&json!(shen), &json!(true)));
        // The same again changes nothing.
        hand_over(&chief, &old, "inspection", &shen).await.ok();
        let kind = entry::Column::Kind.eq("booking.stage_officer_set");
        assert_eq!(entry::Entity::find().filter(kind).count(app.app.db.reader()).await.unwrap(), 1);
        let history = shown(&lin, &old).await;
        assert!(!history.to_string().contains(&shen), "{history}");
        assert_eq!((cells_of(app, &zhou).await, cells_of(app, &shen).await), (12, 12));
        let chain = mianqia::evidence::verify_chain(app.app.db.reader(), old["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
        assert!(chain.is_ok(), "{chain:?}");
        lin.post(&crate::booking::path(&old, "/cancel"), json!({"reason": "不来了"})).await.ok();
        assert_eq!(hand_over(&chief, &old, "inspection", &zhou).await.json()["code"], "wrong_state");
        let unknown = book(&lin, app, json!([{"stage": "declaration", "starts_at": "2026-11-26T11:00:00Z"}])).await;
        assert_eq!(hand_over(&chief, &unknown, "inspection", &zhou).await.json()["code"], "unknown_stage");
        let path = format!("/api/v1/bookings/{}/stages/inspection/officers", unknown["id"].as_str().unwrap());
        assert_eq!(chief.get(&path).await.json()["code"], "unknown_stage");
        let all = chief.get("/api/v1/officers").await.ok();
        let ids: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert!(ids.contains(&&json!(zhou)) && ids.contains(&&json!(shen)) && !ids.contains(&&json!(booker)), "{all}");
    }
}
