//! Bookings that officers move: with a reason that the booker reads, and without asking themselves again.

use crate::booking::path;
use crate::both_stores;
use crate::mail_words::requested;
use crate::support::{Browser, TestApp};
use mianqia::notify::entities::outbox;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

/// Evenings in Shanghai.
const TUESDAY: &str = "2026-11-24T11:00:00Z";
const WEDNESDAY: &str = "2026-11-25T11:00:00Z";
const THURSDAY: &str = "2026-11-26T11:00:00Z";
const WHY: &str = "查验场地当晚检修";

fn to(starts_at: &str) -> Value {
    json!({"starts_at": starts_at, "reason": WHY})
}

async fn accepted(app: &TestApp, booker: &Browser, officer: &Browser, starts_at: &str) -> Value {
    let booking = requested(app, booker, "after-hours", starts_at).await;
    officer.post(&path(&booking, "/accept"), json!({})).await.ok()
}

/// What was queued of a template, the newest last by its number in the thread.
async fn mails(app: &TestApp, template: &str) -> Vec<String> {
    let all = outbox::Entity::find().order_by_asc(outbox::Column::Id).all(app.app.db.reader()).await.unwrap();
    all.into_iter().filter(|mail| mail.template == template).map(|mail| mail.payload.to_string()).collect()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn what_an_officer_moves_stays_accepted_and_the_booker_is_told_why(app: &TestApp) {
        let (lin, zhou, shen) =
            (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("shen").await);
        let booking = accepted(app, &lin, &zhou, TUESDAY).await;
        let reschedule = path(&booking, "/reschedule");
        assert_eq!(zhou.get(&path(&booking, "")).await.ok()["can"]["reschedule"], true);
        // First of all the reason, which the booker will read.
        for reason in [json!(null), json!(" ")] {
            let wish = json!({"starts_at": WEDNESDAY, "reason": reason});
            zhou.post(&reschedule, wish).await.refused(422, "reason_required");
        }
        let long = json!({"starts_at": WEDNESDAY, "reason": "长".repeat(501)});
        zhou.post(&reschedule, long).await.refused(422, "too_long");
        zhou.post(&reschedule, to(TUESDAY)).await.refused(409, "same_time");
        zhou.post(&reschedule, to("2026-11-25T04:00:00Z")).await.refused(422, "not_a_slot");

        let moved = shen.post(&reschedule, to(WEDNESDAY)).await.ok();
        assert_eq!((&moved["state"], &moved["starts_at"]), (&json!("accepted"), &json!(WEDNESDAY)));
        assert_eq!((&moved["officer"], &moved["reason"]), (&booking["officer"], &json!(WHY)));
        let seen = lin.get(&path(&booking, "")).await.ok();
        let last = seen["history"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["kind"], &last["actor"], &last["text"]),
            (&json!("booking.rescheduled"), &json!("officer"), &json!(WHY))
        );
        assert_eq!(last["moved"], json!({"was": TUESDAY, "is": WEDNESDAY}));
        let told = mails(app, "booking.moved").await;
        assert_eq!(told.len(), 1);
        for part in ["海关已把您的", WHY, "2026年11月25日 星期三 19:00–20:00", "METHOD:REQUEST", "SEQUENCE:2"] {
            assert!(told[0].contains(part), "{part}: {}", told[0]);
        }

        // Moved by the booker it is decided anew, and the office's reason is no reason any more.
        let again = lin.post(&reschedule, json!({"starts_at": THURSDAY})).await.ok();
        assert_eq!((&again["state"], &again["reason"], &again["officer"]), (&json!("requested"), &json!(null), &json!(null)));
        let once_more = zhou.post(&reschedule, to(TUESDAY)).await.ok();
        assert_eq!((&once_more["state"], &once_more["reason"]), (&json!("requested"), &json!(WHY)));
        assert!(mails(app, "booking.moved").await.iter().any(|mail| mail.contains("还须关员受理") && mail.contains(WHY)));
        let yes = zhou.post(&path(&booking, "/accept"), json!({})).await.ok();
        assert_eq!((&yes["state"], &yes["reason"]), (&json!("accepted"), &json!(null)));
        assert!(mails(app, "booking.accepted").await.iter().all(|mail| !mail.contains(WHY)));
        let (fine, report) = crate::review_values::intact(app, booking["id"].as_str().unwrap()).await;
        assert!(fine, "{report}");

        app.set_time(TUESDAY);
        app.signed_in("zhou").await.post(&reschedule, to(THURSDAY)).await.refused(409, "too_late");
    }

    async fn an_officer_is_told_what_stands_at_the_new_time(app: &TestApp) {
        let (lin, gao) = (app.signed_in("lin").await, app.signed_in("gao").await);
        let (zhou, shen) = (app.signed_in("zhou").await, app.signed_in("shen").await);
        let first = accepted(app, &lin, &zhou, TUESDAY).await;
        let second = accepted(app, &gao, &zhou, WEDNESDAY).await;
        // It lies on another's desk, who has something else then.
        let busy = shen.post(&path(&first, "/reschedule"), to(WEDNESDAY)).await;
        busy.refused(409, "officer_busy");
        assert_eq!(busy.json()["subject_id"], second["id"]);
        assert!(busy.json()["title"].as_str().unwrap().contains("承办关员"), "{}", busy.text);
        let own = requested(app, &lin, "after-hours", THURSDAY).await;
        let twice = shen.post(&path(&first, "/reschedule"), to(THURSDAY)).await;
        twice.refused(409, "already_yours");
        assert_eq!(twice.json()["subject_id"], own["id"]);
        assert!(twice.json()["title"].as_str().unwrap().contains("对方"), "{}", twice.text);
        let still = lin.get(&path(&first, "")).await.ok();
        assert_eq!(still["starts_at"], TUESDAY);
        let anyway = json!({"starts_at": WEDNESDAY, "reason": WHY, "anyway": true});
        assert_eq!(shen.post(&path(&first, "/reschedule"), anyway).await.ok()["starts_at"], WEDNESDAY);
    }

    async fn stages_are_moved_by_an_officer_as_a_whole_and_what_is_held_or_over_is_not_moved(app: &TestApp) {
        let (lin, zhou) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let evening = [TUESDAY, "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"];
        let staged = crate::booking_stages::book(&lin, app, crate::booking_stages::three(evening)).await;
        let next = [WEDNESDAY, "2026-11-25T11:30:00Z", "2026-11-25T12:30:00Z"];
        let wish = json!({"stages": crate::booking_stages::three(next), "reason": WHY});
        let moved = zhou.post(&path(&staged, "/reschedule"), wish).await.ok();
        assert_eq!((&moved["state"], &moved["stages"][2]["starts_at"]), (&json!("requested"), &json!(next[2])));
        let torn = json!({"stages": crate::booking_stages::three([WEDNESDAY, "2026-11-25T11:30:00Z", "2026-11-25T11:30:00Z"]), "reason": WHY});
        zhou.post(&path(&staged, "/reschedule"), torn).await.refused(422, "stage_gap");

        let held = crate::booking::take(&lin, &app.service("after-hours").await, THURSDAY).await;
        zhou.post(&path(&held, "/reschedule"), to("2026-11-26T12:00:00Z")).await.refused(409, "wrong_state");
        lin.post(&path(&staged, "/cancel"), json!({"reason": "不来了"})).await.ok();
        zhou.post(&path(&staged, "/reschedule"), to(TUESDAY)).await.refused(409, "wrong_state");
    }
}
