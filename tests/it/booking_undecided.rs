//! Requests that nobody decides end as their time begins, and hide nothing.

use crate::booking::{after_hours_form, path, take, try_form, with_choices};
use crate::both_stores;
use crate::desk::{changed, clearance_for_everybody, walk_in};
use crate::support::hold_back;
use mianqia::booking::jobs::ExpireBookings;
use mianqia::db::jobs::Job;
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

both_stores! { at "2026-11-25T01:00:00Z";
    async fn a_request_that_nobody_decides_ends_at_its_start_and_the_booker_is_told(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let service = app.service("after-hours").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        let held = take(&owner, &service, "2026-11-26T12:00:00Z").await;
        owner.post(&path(&held, "/request"), form.clone()).await.ok();
        let later = take(&owner, &service, "2026-11-27T12:00:00Z").await;
        owner.post(&path(&later, "/request"), form).await.ok();
        // Nothing ends it but this test: the sweep of the office itself might be quicker.
        hold_back(app, ExpireBookings::KIND).await;
        // Until it begins, it can be taken back or still be decided.
        app.set_time("2026-11-26T11:59:59Z");
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let now = owner.get(&path(&held, "")).await.ok();
        assert_eq!((&now["state"], &now["can"]["cancel"], &now["can"]["book_again"]), (&json!("requested"), &json!(true), &json!(false)));
        app.set_time("2026-11-26T12:00:00Z");
        let over = owner.get(&path(&held, "")).await.ok();
        assert_eq!((&over["state"], &over["expired_because"]), (&json!("expired"), &json!("nobody_decided")));
        officer.post(&path(&held, "/accept"), json!({})).await.refused(409, "too_late");
        owner.post(&path(&held, "/cancel"), json!({"reason": "x"})).await.refused(409, "too_late");
        officer.post(&path(&held, "/refuse"), json!({"reason": "x"})).await.refused(409, "too_late");
        let listed = async |view: &str| {
            let list = owner.get(&format!("/api/v1/bookings?view={view}")).await.ok();
            list["items"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!((listed("coming").await, listed("past").await), (vec![later["id"].clone()], vec![held["id"].clone()]));
        assert_eq!(app.app.booking.sweep_expired().await.unwrap(), 1);
        assert_eq!(app.app.booking.sweep_expired().await.unwrap(), 0);

        let detail = owner.get(&path(&held, "")).await.ok();
        let last = detail["history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&detail["state"], &last["kind"], &last["cause"]), (&json!("expired"), &json!("booking.expired"), &json!("undecided")));
        assert_eq!((&detail["can"]["book_again"], &detail["next_steps"]), (&json!(true), &json!([])));
        let mails = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert_eq!(mails.iter().map(|mail| mail.template.as_str()).collect::<Vec<_>>(), ["booking.undecided"]);
        let id = held["id"].as_str().unwrap().parse().unwrap();
        assert!(evidence::verify_chain(app.app.db.reader(), id).await.unwrap().is_ok());

        let day = officer.get("/api/v1/day?date=2026-11-26").await.ok();
        assert_eq!((&day["nobody_decided"], &day["undecided_total"]), (&json!(1), &json!(1)));
        assert_eq!(day["undecided"][0]["id"], later["id"]);
        assert_eq!((&day["bookings"][0]["id"], &day["bookings"][0]["state"]), (&held["id"], &json!("expired")));
        assert_eq!(day["bookings"][0].get("history"), None);
        let slots = owner.get(&format!("/api/v1/services/{service}/slots?date=2026-11-26")).await.ok();
        let slot = slots["slots"].as_array().unwrap().iter().find(|slot| slot["starts_at"] == "2026-11-26T12:00:00Z").cloned();
        assert_eq!(slot.unwrap()["reason"], "lead_time");
    }

    async fn what_waits_for_a_decision_is_held_until_its_start_at_most_and_what_needs_none_until_its_end(app: &TestApp) {
        // No lead time: a place can be taken up to the moment at which it begins.
        for code in ["after-hours", "video-try"] {
            changed(app, code, |row| (row.lead_minutes, row.hold_minutes) = (0, 15)).await;
        }
        let (night, video) = (clearance_for_everybody(app).await, app.service("video-try").await);
        app.set_time("2026-11-26T11:58:00Z");
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &night, "2026-11-26T12:00:00Z").await;
        assert_eq!(held["hold_expires_at"], "2026-11-26T12:00:00Z");
        let form = with_choices(app, &night, after_hours_form()).await;
        app.set_time("2026-11-26T12:00:00Z");
        lin.post(&path(&held, "/request"), form.clone()).await.refused(409, "hold_expired");
        // Nobody could decide it any more; who stands at the counter is decided about as they come.
        let at_once = json!({"service_id": night, "starts_at": "2026-11-26T12:00:00Z", "request": form});
        lin.post("/api/v1/bookings", at_once).await.refused(422, "slot_past");
        let zhou = app.signed_in("zhou").await;
        assert_eq!(walk_in(&zhou, &night, "2026-11-26T12:00:00Z").await.ok()["state"], "accepted");
        app.set_time("2026-11-27T01:58:00Z");
        let lin = app.signed_in("lin").await;
        let held = take(&lin, &video, "2026-11-27T02:00:00Z").await;
        app.set_time("2026-11-27T02:05:00Z");
        assert_eq!(lin.post(&path(&held, "/request"), try_form()).await.ok()["state"], "accepted");
    }

    async fn decisions_come_in_pages_with_their_topic_in_either_order(app: &TestApp) {
        let service = app.service("after-hours").await;
        let form = with_choices(app, &service, after_hours_form()).await;
        // Seven whole nights, two places in each hour.
        let bookers = [app.signed_in("lin").await, app.signed_in("gao").await];
        for number in 0..20 {
            for booker in &bookers {
                let starts_at = format!("2026-12-{:02}T{:02}:00:00Z", 1 + number / 5, 12 + number % 5);
                let held = take(booker, &service, &starts_at).await;
                booker.post(&path(&held, "/request"), form.clone()).await.ok();
            }
            app.clock.advance(chrono::TimeDelta::seconds(1));
        }
        let trial = app.service("video").await;
        for number in 0..15 {
            let starts_at = format!("2026-12-08T{:02}:{:02}:00Z", [1, 2, 3, 5][number / 4], number % 2 * 30);
            let booker = &bookers[number % 4 / 2];
            let held = take(booker, &trial, &starts_at).await;
            let mut form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {"topic": "grain", "about": "粮食"}});
            form["fields"]["about"] = json!(format!("第 {number} 件"));
            booker.post(&path(&held, "/request"), form).await.ok();
            app.clock.advance(chrono::TimeDelta::seconds(1));
        }
        let officer = app.signed_in("zhou").await;
        let day = officer.get("/api/v1/day").await.ok();
        assert_eq!((day["undecided"].as_array().unwrap().len(), &day["undecided_total"]), (50, &json!(55)));
        let cursor = day["undecided_next_cursor"].as_str().unwrap();
        let rest = officer.get(&format!("/api/v1/decisions?cursor={cursor}")).await.ok();
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (5, &Value::Null));
        assert_eq!(rest["items"][0]["topic"], json!({"zh-CN": "粮食进口", "en": "Grain imports"}));
        let starts = |page: &Value| page.as_array().unwrap().iter().map(|row| row["starts_at"].to_string()).collect::<Vec<_>>();
        let mut all = starts(&day["undecided"]);
        all.extend(starts(&rest["items"]));
        assert!(all.is_sorted());
        let newest = officer.get("/api/v1/decisions?order=newest").await.ok();
        assert_eq!(newest["items"][0]["about"][1]["value"]["zh-CN"], "第 14 件");
        officer.get("/api/v1/decisions?order=oldest").await.refused(422, "invalid_parameter");
    }
}
