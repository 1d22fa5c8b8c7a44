//! Waiting for stages: all together or nothing, in one order with those who wait for the whole, and whatever it is that
//! comes free.

use crate::booking::{after_hours_form, path, with_choices};
use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::documents::respec;
use crate::support::{Browser, TestApp};
use crate::waiting::{answer, cancel, once};
use mianqia::directory::entities::service_stage::{self, Stage};
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use mianqia::places::Taken;
use mianqia::places::entities::{occupied, place_watch};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const AT: &str = "2026-11-23T02:00:00Z";
/// Tuesday evening at the venue.
const TUESDAY: [&str; 3] = ["2026-11-24T11:00:00Z", "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];
const FRIDAY: [&str; 3] = ["2026-11-27T11:00:00Z", "2026-11-27T11:30:00Z", "2026-11-27T12:30:00Z"];

/// Waits for an inspection at the office that begins at half past seven on Tuesday.
async fn wait_for_inspection(browser: &Browser, service: &str) -> Value {
    let wish = json!({"from": "2026-11-24", "to": "2026-11-24", "from_minute": 1170, "to_minute": 1185,
        "stages": [{"stage": "inspection"}]});
    browser.post(&join(service), wish).await.ok()
}

fn join(service: &str) -> String {
    format!("/api/v1/services/{service}/waiting")
}

fn starts(stages: &Value) -> Vec<(&str, &str)> {
    let all = stages.as_array().unwrap().iter();
    all.map(|one| (one["stage"].as_str().unwrap(), one["starts_at"].as_str().unwrap())).collect()
}

fn as_booked(starts: [&str; 3]) -> Vec<(&str, &str)> {
    ["declaration", "inspection", "release"].into_iter().zip(starts).collect()
}

async fn taken_cells(app: &TestApp) -> u64 {
    occupied::Entity::find().count(app.app.db.reader()).await.unwrap()
}

/// The one place where goods are inspected.
async fn inspection_place(app: &TestApp) -> Uuid {
    let of = service_stage::Column::Stage.eq(Stage::Inspection);
    let row = service_stage::Entity::find().filter(of).one(app.app.db.reader()).await.unwrap().unwrap();
    row.resource_id.unwrap()
}

both_stores! {
    at AT;

    async fn an_inspection_that_comes_free_is_offered_with_its_place_and_taken_for_the_form(app: &TestApp) {
        let (lin, gao, service) = (app.signed_in("lin").await, app.signed_in("gao").await, app.service("after-hours").await);
        let full = book(&lin, app, three(TUESDAY)).await;
        let waiting = wait_for_inspection(&gao, &service).await;
        assert_eq!((&waiting["state"], &waiting["position"]), (&json!("waiting"), &json!(1)));
        assert_eq!(waiting["stages"], json!([{"stage": "inspection", "site": "office"}]));
        let seen = app.signed_in("zhou").await.get(&join(&service)).await.ok();
        assert_eq!(seen["items"][0]["stages"], waiting["stages"]);

        cancel(&lin, &full).await;
        let offered = once(&gao, &waiting["id"], "offered").await;
        assert_eq!(starts(&offered["offer"]["stages"]), [("inspection", TUESDAY[1])]);
        // The seat of the service and the place beside it.
        assert_eq!(taken_cells(app).await, 4 + 4);
        let told = outbox::Entity::find().filter(outbox::Column::Template.eq("waiting.offered"));
        let told = told.one(app.app.db.reader()).await.unwrap().unwrap().payload.to_string();
        assert!(told.contains("查验"), "{told}");
        let wish = json!({"service_id": service, "stages": three(TUESDAY)});
        lin.post("/api/v1/bookings", wish).await.refused(409, "slot_taken");

        let taken = gao.post(&answer(&waiting, "/take"), json!({})).await.ok();
        assert_eq!(starts(&taken["booking"]["stages"]), [("inspection", TUESDAY[1])]);
        let mut form = with_choices(app, &service, after_hours_form()).await;
        form["fields"].as_object_mut().unwrap().remove("stage");
        let done = gao.post(&path(&taken["booking"], "/request"), form).await.ok();
        assert_eq!((&done["state"], &done["starts_at"]), (&json!("requested"), &json!(TUESDAY[1])));
        let case = done["id"].as_str().unwrap().parse().unwrap();
        assert!(evidence::verify_chain(app.app.db.reader(), case).await.unwrap().is_ok());
        assert!(evidence::verify_chain(app.app.db.reader(), evidence::SYSTEM).await.unwrap().is_ok());
    }

    async fn three_stages_are_offered_together_and_given_back_together(app: &TestApp) {
        let (gao, service) = (app.signed_in("gao").await, app.service("after-hours").await);
        let stages = json!([{"stage": "declaration"}, {"stage": "inspection", "site": "office"}, {"stage": "release"}]);
        let wish = json!({"from": "2026-11-24", "to": "2026-11-24", "from_minute": 1140, "stages": stages});
        let waiting = gao.post(&join(&service), wish).await.ok();
        let offered = once(&gao, &waiting["id"], "offered").await;
        assert_eq!(starts(&offered["offer"]["stages"]), as_booked(TUESDAY));
        assert_eq!(taken_cells(app).await, 8 + 4);
        assert_eq!(gao.post(&answer(&waiting, "/decline"), json!({})).await.status, 204);
        assert_eq!(taken_cells(app).await, 0);
        assert_eq!(place_watch::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
    }

    async fn a_place_beside_that_somebody_else_gives_back_is_offered_too(app: &TestApp) {
        let (gao, service) = (app.signed_in("gao").await, app.service("after-hours").await);
        let (place, owner) = (inspection_place(app).await, Uuid::from_u128(7));
        let first = TUESDAY[1].parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp() / 900;
        let cells: Vec<_> = (first..first + 4).map(|cell| Taken { resource: place, seat: 0, cell }).collect();
        let places = app.app.places.clone();
        let taken: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            places.occupy(tx, &[(owner, cells)]);
            Ok(())
        })).await;
        taken.unwrap();
        let waiting = wait_for_inspection(&gao, &service).await;
        app.app.booking.look_after_waiting().await.unwrap();
        let seen = gao.get("/api/v1/waiting").await.ok();
        assert_eq!(seen["items"][0]["state"], "waiting");

        let places = app.app.places.clone();
        let given: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            places.vacate(tx, Query::select().expr(Expr::value(owner)).to_owned()).await
        })).await;
        given.unwrap();
        once(&gao, &waiting["id"], "offered").await;
    }

    async fn an_earlier_time_moves_all_stages_in_one_step(app: &TestApp) {
        let (lin, service) = (app.signed_in("lin").await, app.service("after-hours").await);
        let mine = book(&lin, app, three(FRIDAY)).await;
        let cells = taken_cells(app).await;
        let both = json!({"earlier_than_id": mine["id"], "stages": [{"stage": "release"}]});
        lin.post(&join(&service), both).await.refused(422, "waiting_for_one");
        let waiting = lin.post(&join(&service), json!({"earlier_than_id": mine["id"]})).await.ok();
        let offered = once(&lin, &waiting["id"], "offered").await;
        assert_eq!(offered["stages"].as_array().unwrap().len(), 3);
        assert!(offered["offer"]["starts_at"].as_str().unwrap() < FRIDAY[0], "{offered}");
        assert_eq!(taken_cells(app).await, 2 * cells);
        assert_eq!(lin.get(&path(&mine, "")).await.ok()["starts_at"], FRIDAY[0]);

        let taken = lin.post(&answer(&waiting, "/take"), json!({})).await.ok();
        assert_eq!(taken["booking"]["id"], mine["id"]);
        assert_eq!(starts(&taken["booking"]["stages"]), starts(&offered["offer"]["stages"]));
        assert_eq!(taken_cells(app).await, cells);
        let case = mine["id"].as_str().unwrap();
        let (fine, report) = crate::review_values::intact(app, case).await;
        assert!(fine, "{report}");
    }

    async fn who_waits_for_what_is_not_offered_any_more_waits_no_longer(app: &TestApp) {
        let (lin, gao, service) = (app.signed_in("lin").await, app.signed_in("gao").await, app.service("after-hours").await);
        let full = book(&lin, app, three(TUESDAY)).await;
        let waiting = wait_for_inspection(&gao, &service).await;
        let gone = app.app.db.write(|tx| Box::pin(async move {
            let inspection = service_stage::Column::Stage.eq(Stage::Inspection);
            service_stage::Entity::delete_many().filter(inspection).exec(tx.conn()).await.map(drop)
        }));
        let gone: Result<(), DbErr> = gone.await;
        gone.unwrap();
        app.app.directory.forget();
        cancel(&lin, &full).await;
        once(&gao, &waiting["id"], "ended").await;
        let wish = json!({"from": "2026-11-24", "to": "2026-11-24", "stages": [{"stage": "inspection"}]});
        gao.post(&join(&service), wish).await.refused(422, "unknown_stage");
    }

    async fn stages_that_cannot_be_had_together_cannot_be_waited_for(app: &TestApp) {
        let (gao, service) = (app.signed_in("gao").await, app.service("after-hours").await);
        let ask = async |service: &str, stages: Value| {
            let wish = json!({"from": "2026-11-24", "to": "2026-11-24", "stages": stages});
            gao.post(&join(service), wish).await
        };
        for (stages, code, field) in [
            (json!([{"stage": "release"}, {"stage": "declaration"}]), "stage_order", "stages[1].stage"),
            (json!([{"stage": "declaration", "site": "enterprise"}]), "stage_site", "stages[0].site"),
        ] {
            let refused = ask(&service, stages).await;
            refused.refused(422, code);
            assert_eq!(refused.json()["field"], field);
        }
        ask(&app.service("video-try").await, json!([{"stage": "release"}])).await.refused(422, "no_stages");
        respec(app, "after-hours", |spec| spec["stages_only"] = json!(true)).await;
        ask(&service, json!([])).await.refused(422, "stages_needed");
        assert_eq!(taken_cells(app).await, 0);
    }
}
