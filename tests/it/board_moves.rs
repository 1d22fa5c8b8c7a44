//! Several bookings that an officer moves at once: all of them or none, by the rules for one, and what they leave is theirs
//! to take.

use crate::booking::path;
use crate::booking_stages::{book, three};
use crate::both_stores;
use crate::mail_words::requested;
use crate::support::{Browser, TestApp};
use chrono::TimeDelta;
use mianqia::notify::entities::outbox;
use mianqia::places::entities::occupied;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PREVIEW: &str = "/api/v1/board/moves/preview";
const MOVE: &str = "/api/v1/board/moves";
const WHY: &str = "查验场地当晚检修";
/// Tuesday evening in Shanghai: 19:00 and the hours after.
const HOURS: [&str; 4] =
    ["2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z"];
const WEDNESDAY: &str = "2026-11-25T11:00:00Z";
const THURSDAY: &str = "2026-11-26T11:00:00Z";

fn picked<'a>(bookings: impl IntoIterator<Item = &'a Value>) -> Value {
    bookings.into_iter().map(|one| json!({"id": one["id"], "updated_at": one["updated_at"]})).collect()
}

fn by(minutes: i32, bookings: &[&Value]) -> Value {
    json!({"bookings": picked(bookings.iter().copied()), "by_minutes": minutes, "reason": WHY})
}

fn to(date: &str, bookings: &[&Value]) -> Value {
    json!({"bookings": picked(bookings.iter().copied()), "to_date": date, "reason": WHY})
}

/// What a preview says of each, by its id: the new start, or the code of why not.
async fn told(officer: &Browser, wish: &Value) -> Vec<(Value, String)> {
    let preview = officer.post(PREVIEW, wish.clone()).await.ok();
    let of_one = |item: &Value| {
        let told = match &item["refusal"] {
            Value::Null => item["starts_at"].as_str().unwrap().to_owned(),
            refusal => refusal["code"].as_str().unwrap().to_owned(),
        };
        (item["id"].clone(), told)
    };
    preview["items"].as_array().unwrap().iter().map(of_one).collect()
}

/// All that would show that something was moved: rows of places, and mails.
async fn everything(app: &TestApp) -> (BTreeSet<String>, usize) {
    let conn = app.app.db.reader();
    let places = occupied::Entity::find().all(conn).await.unwrap();
    let mails = outbox::Entity::find().all(conn).await.unwrap().len();
    (places.iter().map(|row| format!("{row:?}")).collect(), mails)
}

async fn start_of(by: &Browser, booking: &Value) -> String {
    by.get(&path(booking, "")).await.ok()["starts_at"].as_str().unwrap().to_owned()
}

async fn free_at(app: &TestApp, starts_at: &str) -> i64 {
    let service = app.service("after-hours").await;
    let day = app.browser().get(&format!("/api/v1/services/{service}/slots?date=2026-11-24")).await.ok();
    let slots = day["slots"].as_array().unwrap();
    slots.iter().find(|slot| slot["starts_at"] == starts_at).unwrap()["free"].as_i64().unwrap()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn a_full_row_is_moved_on_by_a_slot_and_each_has_the_place_that_another_leaves(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let mut row = Vec::new();
        for starts_at in &HOURS[..3] {
            row.push(requested(app, &lin, "after-hours", starts_at).await);
            row.push(requested(app, &gao, "after-hours", starts_at).await);
        }
        row[0] = zhou.post(&path(&row[0], "/accept"), json!({})).await.ok();
        let all: Vec<&Value> = row.iter().collect();
        app.clock.advance(TimeDelta::minutes(1));

        let before = everything(app).await;
        let wish = by(60, &all);
        let preview = told(&shen, &wish).await;
        assert_eq!(preview.len(), 6);
        for (booking, hour) in row.iter().zip([1, 1, 2, 2, 3, 3]) {
            assert!(preview.contains(&(booking["id"].clone(), HOURS[hour].to_owned())), "{preview:?}");
        }
        assert_eq!(everything(app).await, before, "it was only asked about");
        assert_eq!(start_of(&lin, &row[0]).await, HOURS[0]);

        let moved = shen.post(MOVE, wish.clone()).await.ok();
        assert_eq!(moved["items"].as_array().unwrap().len(), 6);
        for (booking, hour) in row.iter().zip([1, 1, 2, 2, 3, 3]) {
            let seen = shen.get(&path(booking, "")).await.ok();
            assert_eq!((&seen["starts_at"], &seen["reason"]), (&json!(HOURS[hour]), &json!(WHY)));
            // As it was decided before.
            assert_eq!((&seen["state"], &seen["officer"]), (&booking["state"], &booking["officer"]));
            let last = seen["history"].as_array().unwrap().last().unwrap().clone();
            assert_eq!((&last["kind"], &last["moved"]["was"]), (&json!("booking.rescheduled"), &booking["starts_at"]));
            let (fine, report) = crate::review_values::intact(app, booking["id"].as_str().unwrap()).await;
            assert!(fine, "{report}");
        }
        let (after, _) = everything(app).await;
        assert_eq!(after.len(), before.0.len(), "as many places as before");
        crate::storm::nothing_is_half(app.app.db.reader()).await;
        let free = [free_at(app, HOURS[0]).await, free_at(app, HOURS[1]).await, free_at(app, HOURS[3]).await];
        assert_eq!(free, [2, 0, 0], "memory says what the table says");
        let mails = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(app.app.db.reader()).await.unwrap();
        let told: Vec<String> =
            mails.into_iter().filter(|mail| mail.template == "booking.moved").map(|mail| mail.payload.to_string()).collect();
        assert_eq!(told.len(), 6);
        assert!(told.iter().all(|mail| mail.contains(WHY) && mail.contains("海关已把您的")));

        // Back by the same way; from where they were picked they are gone.
        shen.post(MOVE, wish).await.refused(409, "booking_changed");
        let now: Vec<Value> = moved["items"].as_array().unwrap().clone();
        let back = by(-60, &now.iter().collect::<Vec<_>>());
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(zhou.post(MOVE, back).await.ok()["items"].as_array().unwrap().len(), 6);
        assert_eq!((start_of(&lin, &row[0]).await, start_of(&gao, &row[5]).await), (HOURS[0].to_owned(), HOURS[2].to_owned()));
    }

    async fn one_that_cannot_be_moved_is_named_and_keeps_all_where_they_are(app: &TestApp) {
        let (lin, gao, zhou) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let first = requested(app, &lin, "after-hours", HOURS[0]).await;
        let second = requested(app, &gao, "after-hours", HOURS[1]).await;
        // Nobody picks these, and they fill the hour that the second would come to.
        let stays = requested(app, &lin, "after-hours", HOURS[2]).await;
        requested(app, &gao, "after-hours", HOURS[2]).await;
        let before = everything(app).await;
        let wish = by(60, &[&first, &second]);
        assert_eq!(told(&zhou, &wish).await, [
            (first["id"].clone(), HOURS[1].to_owned()),
            (second["id"].clone(), "slot_taken".to_owned()),
        ]);
        let refused = zhou.post(MOVE, wish).await;
        refused.refused(409, "moves_impossible");
        assert_eq!(refused.json()["subject_id"], second["id"]);
        assert!(refused.json()["title"].as_str().unwrap().contains("名额刚被约走"), "{}", refused.text);
        assert_eq!(everything(app).await, before);
        // The hour has no slot at its half, of that year there is no calendar, and it is there already.
        for (wish, code) in [
            (by(30, &[&first]), "not_a_slot"),
            (to("2027-11-24", &[&first]), "year_unpublished"),
            (to("2026-11-20", &[&first]), "slot_past"),
            (to("2026-11-24", &[&first]), "same_time"),
        ] {
            assert_eq!(told(&zhou, &wish).await, [(first["id"].clone(), code.to_owned())]);
            zhou.post(MOVE, wish).await.refused(409, "moves_impossible");
        }
        // Officers move beyond what bookers may.
        let beyond = told(&zhou, &to("2026-12-30", &[&first])).await;
        assert_eq!(beyond, [(first["id"].clone(), "2026-12-30T11:00:00Z".to_owned())]);
        // Without what is in the way it goes.
        zhou.post(MOVE, by(60, &[&first, &first])).await.ok();
        assert_eq!((start_of(&lin, &first).await, start_of(&lin, &stays).await), (HOURS[1].to_owned(), HOURS[2].to_owned()));
    }

    async fn who_was_changed_since_they_were_picked_is_named_and_bad_input_changes_nothing(app: &TestApp) {
        let (lin, gao, zhou) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let first = requested(app, &lin, "after-hours", HOURS[0]).await;
        let second = requested(app, &gao, "after-hours", HOURS[0]).await;
        let before = everything(app).await;
        let ghost = json!({"id": "018f0000-0000-7000-8000-000000000000", "updated_at": "2026-11-23T02:00:00Z"});
        let one = &picked([&first])[0];
        let many: Vec<&Value> = vec![&first; 51];
        for (wish, code, field) in [
            (json!({}), "moves_count", "bookings"),
            (json!({"bookings": picked(many), "by_minutes": 60}), "moves_count", "bookings"),
            (json!({"bookings": [one]}), "moves_where", "to_date"),
            (json!({"bookings": [one], "by_minutes": 60, "to_date": "2026-11-25"}), "moves_where", "to_date"),
            (json!({"bookings": [one], "by_minutes": 0}), "moves_minutes", "by_minutes"),
            (json!({"bookings": [one], "by_minutes": -1441}), "moves_minutes", "by_minutes"),
            (json!({"bookings": [one], "by_minutes": i32::MIN}), "moves_minutes", "by_minutes"),
            (json!({"bookings": [one], "to_date": "0000-01-01"}), "date_out_of_range", "to_date"),
            (json!({"bookings": [one, ghost], "by_minutes": 60}), "unknown_booking", "bookings[1].id"),
        ] {
            for operation in [PREVIEW, MOVE] {
                let mut wish = wish.clone();
                wish["reason"] = json!(WHY);
                let refused = zhou.post(operation, wish).await;
                refused.refused(422, code);
                assert_eq!(refused.json()["field"], field, "{}", refused.text);
            }
        }
        for (reason, code) in [(" ".to_owned(), "reason_required"), ("长".repeat(501), "too_long")] {
            let wish = json!({"bookings": [one], "by_minutes": 60, "reason": reason});
            zhou.post(MOVE, wish).await.refused(422, code);
        }
        for operation in [PREVIEW, MOVE] {
            lin.post(operation, by(60, &[&first])).await.refused(403, "forbidden");
        }
        assert_eq!(everything(app).await, before);

        app.clock.advance(TimeDelta::seconds(1));
        gao.post(&path(&second, "/cancel"), json!({"reason": "不来了"})).await.ok();
        for operation in [PREVIEW, MOVE] {
            let refused = zhou.post(operation, by(60, &[&first, &second])).await;
            refused.refused(409, "booking_changed");
            assert_eq!(refused.json()["subject_id"], second["id"]);
            assert!(refused.json()["title"].as_str().unwrap().contains(second["reference"].as_str().unwrap()));
        }
        // As it is now, it is over.
        let over = zhou.get(&path(&second, "")).await.ok();
        assert_eq!(told(&zhou, &by(60, &[&over])).await, [(second["id"].clone(), "wrong_state".to_owned())]);
        assert_eq!(start_of(&lin, &first).await, HOURS[0]);
    }

    async fn what_officer_or_booker_have_beside_is_told_and_passed_over_on_wish(app: &TestApp) {
        let (lin, gao, zhou) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let tuesday = requested(app, &lin, "after-hours", HOURS[0]).await;
        let tuesday = zhou.post(&path(&tuesday, "/accept"), json!({})).await.ok();
        let wednesday = requested(app, &gao, "after-hours", WEDNESDAY).await;
        let wednesday = zhou.post(&path(&wednesday, "/accept"), json!({})).await.ok();
        // Both of one officer, to the same hour.
        let wish = to("2026-11-26", &[&tuesday, &wednesday]);
        let preview = zhou.post(PREVIEW, wish.clone()).await.ok();
        for (item, other) in preview["items"].as_array().unwrap().iter().zip([&wednesday, &tuesday]) {
            assert_eq!((&item["starts_at"], &item["ends_at"]), (&json!(THURSDAY), &json!("2026-11-26T12:00:00Z")));
            let refusal = &item["refusal"];
            assert_eq!((&refusal["code"], &refusal["passes_anyway"]), (&json!("officer_busy"), &json!(true)));
            assert_eq!(refusal["subject_id"], other["id"]);
        }
        zhou.post(MOVE, wish.clone()).await.refused(409, "moves_impossible");
        let mut anyway = wish;
        anyway["anyway"] = json!(true);
        app.clock.advance(TimeDelta::seconds(1));
        zhou.post(MOVE, anyway).await.ok();
        assert_eq!((start_of(&lin, &tuesday).await, start_of(&gao, &wednesday).await), (THURSDAY.to_owned(), THURSDAY.to_owned()));

        // Of one booker: what goes along leaves its time, what stays is told.
        let one = requested(app, &lin, "after-hours", HOURS[0]).await;
        let next = requested(app, &lin, "after-hours", HOURS[1]).await;
        assert_eq!(told(&zhou, &by(60, &[&one])).await, [(one["id"].clone(), "already_yours".to_owned())]);
        assert_eq!(told(&zhou, &by(60, &[&one, &next])).await, [
            (one["id"].clone(), HOURS[1].to_owned()),
            (next["id"].clone(), HOURS[2].to_owned()),
        ]);
        zhou.post(MOVE, by(60, &[&one])).await.refused(409, "moves_impossible");
        zhou.post(MOVE, by(60, &[&one, &next])).await.ok();
    }

    async fn stages_go_along_whole_and_over_midnight(app: &TestApp) {
        let (lin, gao, zhou) =
            (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let staged = book(&lin, app, three(["2026-11-24T15:00:00Z", "2026-11-24T15:30:00Z", "2026-11-24T16:30:00Z"])).await;
        let whole = requested(app, &gao, "after-hours", HOURS[0]).await;
        zhou.post(MOVE, to("2026-11-26", &[&staged, &whole])).await.ok();
        let seen = lin.get(&path(&staged, "")).await.ok();
        let starts: Vec<&str> =
            seen["stages"].as_array().unwrap().iter().map(|stage| stage["starts_at"].as_str().unwrap()).collect();
        assert_eq!(starts, ["2026-11-26T15:00:00Z", "2026-11-26T15:30:00Z", "2026-11-26T16:30:00Z"]);
        assert_eq!(start_of(&gao, &whole).await, THURSDAY);
        crate::storm::nothing_is_half(app.app.db.reader()).await;
        // The morning after has no slot for its last one: the office works then.
        let late = book(&gao, app, three(["2026-11-24T22:30:00Z", "2026-11-24T23:00:00Z", "2026-11-25T00:00:00Z"])).await;
        assert_eq!(told(&zhou, &by(30, &[&late])).await, [(late["id"].clone(), "not_a_slot".to_owned())]);
    }

    async fn of_two_who_move_the_same_at_once_one_is_told_that_it_has_changed(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let first = requested(app, &lin, "after-hours", HOURS[1]).await;
        let second = requested(app, &gao, "after-hours", HOURS[2]).await;
        app.clock.advance(TimeDelta::seconds(1));
        let both = [&first, &second];
        let (one, other) =
            tokio::join!(zhou.post(MOVE, by(60, &both)), shen.post(MOVE, by(-60, &both)));
        let (won, lost) = if one.status.is_success() { (60, &other) } else { (-60, &one) };
        lost.refused(409, "booking_changed");
        assert!(one.status.is_success() != other.status.is_success());
        let hours = if won == 60 { [HOURS[2], HOURS[3]] } else { [HOURS[0], HOURS[1]] };
        assert_eq!([start_of(&lin, &first).await, start_of(&gao, &second).await], hours);
        crate::storm::nothing_is_half(app.app.db.reader()).await;
    }
}
