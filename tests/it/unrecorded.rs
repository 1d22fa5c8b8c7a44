//! What is not recorded is seen by everybody, noted by an officer, and an entry; what is paused too.

use crate::both_stores;
use crate::media_client::Publisher;
use crate::support::{Browser, TestApp, eventually};
use crate::video::{be_ready, book, closed_recordings, id, kinds, open_call, publish_with, step, uuid};
use mianqia::evidence;
use mianqia::video::engine::EngineEvent;
use mianqia::video::engine::recording::Medium;
use mianqia::video::entities::recording::RecordingState;
use mianqia::video::entities::{recording_gap, unrecorded_stretch};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

async fn seen(browser: &Browser, session: &Value) -> Value {
    browser.get(&format!("/api/v1/sessions/{}", id(session))).await.ok()
}

/// The data of the entries of one kind.
async fn told(app: &TestApp, booking: &Value, kind: &str) -> Vec<Value> {
    let entries = evidence::entries(app.app.db.reader(), uuid(booking)).await.unwrap();
    let of_kind = entries.iter().filter(|entry| entry.kind == kind);
    of_kind.map(|entry| serde_json::from_slice::<Value>(&entry.bytes).unwrap()["data"].clone()).collect()
}

/// Does something while a publisher sends.
async fn while_sending<T>(publisher: &Publisher, acting: impl Future<Output = T>) -> T {
    tokio::select! {
        done = acting => done,
        () = publisher.send_for_ms(120_000, |_| true) => panic!("it took two minutes"),
    }
}

both_stores! { at "2026-11-23T02:05:00Z";
    async fn what_does_not_reach_the_disk_is_seen_by_all_and_noted_by_an_officer(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        step(&officer, &session, "/recording/note", json!({"reason": "没有的事"})).await.refused(409, "nothing_to_note");
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        // The folder is gone by the time the first packet comes.
        let folder = app.data_dir.join("recordings").join(id(&session));
        std::fs::remove_dir_all(&folder).unwrap();
        while_sending(&publisher, async {
            let unrecorded = async |browser: &Browser| {
                eventually("it is seen", || async {
                    let seen = seen(browser, &session).await;
                    (seen["recording_state"] == "stopped" && seen["unrecorded"][0]["cause"] == "not_written").then_some(seen)
                }).await
            };
            let (guests, officers) = (unrecorded(&owner).await, unrecorded(&officer).await);
            assert_eq!((&guests["can"]["note"], &officers["can"]["note"]), (&json!(false), &json!(true)));
            assert_eq!(guests["recording"], false);
            let stretch = &officers["unrecorded"][0];
            assert_eq!((&stretch["ended_at"], &stretch["noted_at"]), (&Value::Null, &Value::Null));
            let of_owner = guests["me"]["id"].as_str().unwrap();
            assert_eq!(stretch["participant_id"], of_owner);
            let entry = &told(app, &booking, "session.unrecorded").await[0];
            assert_eq!((&entry["participant"], &entry["stretch"]), (&json!(of_owner), &stretch["id"]));

            step(&officer, &session, "/recording/note", json!({"reason": "  "})).await.refused(422, "reason_required");
            step(&officer, &session, "/recording/note", json!({"reason": "长".repeat(501)})).await.refused(422, "too_long");
            step(&owner, &session, "/recording/note", json!({"reason": "我说"})).await.refused(403, "forbidden");
            let noted = step(&officer, &session, "/recording/note", json!({"reason": "只核对单号，不谈案情"})).await.ok();
            assert_eq!((&noted["can"]["note"], &noted["unrecorded"][0]["reason"]), (&json!(false), &json!("只核对单号，不谈案情")));
            step(&officer, &session, "/recording/note", json!({"reason": "再说一次"})).await.refused(409, "nothing_to_note");

            std::fs::create_dir_all(&folder).unwrap();
            eventually("it is recorded, and nothing more is said of it", || async {
                let seen = seen(&owner, &session).await;
                (seen["recording"] == true && seen["unrecorded"] == json!([])).then_some(())
            }).await;
        }).await;
        step(&officer, &session, "/end", json!({})).await.ok();
        closed_recordings(app, &session, 1).await;
        let rows = unrecorded_stretch::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert!(rows.iter().all(|row| row.ended_at.is_some()), "{rows:?}");
        let over = told(app, &booking, "session.unrecorded_over").await;
        assert_eq!(over[0]["stretch"], json!(rows[0].id));
        let entries = evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
        assert!(entries.iter().all(|entry| !String::from_utf8_lossy(&entry.bytes).contains("只核对单号")));
        assert!(evidence::verify_chain(app.app.db.reader(), uuid(&booking)).await.unwrap().is_ok());
    }

    async fn an_officer_pauses_with_a_reason_and_goes_on(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        be_ready(&officer, &booking).await;
        let session = be_ready(&owner, &booking).await;
        let pause = async |reason: &str| step(&officer, &session, "/recording/pause", json!({"reason": reason})).await;
        pause("早了").await.refused(409, "session_not_begun");
        let admit = format!("/participants/{}/admit", id(&session["me"]));
        step(&officer, &session, &admit, json!({})).await.ok();
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        while_sending(&publisher, async {
            eventually("it is recorded", || async { (seen(&owner, &session).await["recording"] == true).then_some(()) }).await;
            pause("").await.refused(422, "reason_required");
            pause(&"长".repeat(501)).await.refused(422, "too_long");
            step(&owner, &session, "/recording/pause", json!({"reason": "我要"})).await.refused(403, "forbidden");
            step(&owner, &session, "/recording/resume", json!({})).await.refused(403, "forbidden");
            let paused = pause("对方出示私人材料").await.ok();
            assert_eq!((&paused["recording_state"], &paused["can"]["pause"], &paused["can"]["resume"]), (&json!("paused"), &json!(false), &json!(true)));
            let guests = seen(&owner, &session).await;
            assert_eq!((&guests["recording"], &guests["recording_state"]), (&json!(false), &json!("paused")));
            assert_eq!((&guests["publications"][0]["recording"], &guests["publications"][0]["audio_recording"]), (&json!("paused"), &json!("paused")));
            assert_eq!(guests["unrecorded"][0]["reason"], "对方出示私人材料");
            assert_eq!(pause("又一次").await.ok()["unrecorded"].as_array().unwrap().len(), 1, "once is enough");
            // Who comes while it is paused is not recorded either.
            let second = Publisher::new().await;
            publish_with(&owner, &session, "document", &second).await;
            while_sending(&second, async {
                eventually("the document camera is live and not recorded", || async {
                    let seen = seen(&owner, &session).await;
                    let found = seen["publications"].as_array().unwrap().iter().find(|one| one["source"] == "document").cloned();
                    found.filter(|one| one["live"] == true && one["recording"] == "paused")
                }).await;
            }).await;
            let again = step(&officer, &session, "/recording/resume", json!({})).await.ok();
            assert_eq!((&again["unrecorded"], &again["can"]["resume"]), (&json!([]), &json!(false)));
            eventually("it is recorded again", || async { (seen(&owner, &session).await["recording"] == true).then_some(()) }).await;
            step(&officer, &session, "/recording/resume", json!({})).await.ok();
        }).await;
        step(&officer, &session, "/end", json!({})).await.ok();
        let rows = closed_recordings(app, &session, 2).await;
        assert!(rows.iter().any(|row| row.state == RecordingState::Finalised), "{rows:?}");
        let gaps = recording_gap::Entity::find().all(app.app.db.reader()).await.unwrap();
        let paused: Vec<_> = gaps.iter().filter(|gap| gap.cause == "paused" && gap.medium == "both").collect();
        assert_eq!(paused.len(), 1, "{gaps:?}");
        let told_kinds = kinds(app, &booking).await;
        let count = |kind: &str| told_kinds.iter().filter(|told| *told == kind).count();
        assert_eq!((count("session.recording_paused"), count("session.recording_resumed")), (1, 1), "{told_kinds:?}");
        let auditor = app.signed_in("tang").await;
        let open = format!("/api/v1/review/sessions/{}/playbacks", id(&session));
        let shown = auditor.post(&open, json!({"purpose": "核对暂停的一段"})).await.ok();
        let gaps = shown["tracks"].as_array().unwrap().iter().flat_map(|track| track["gaps"].as_array().unwrap());
        assert!(gaps.clone().any(|gap| gap["cause"] == "paused"), "{shown}");
    }

    async fn an_alarm_that_comes_again_is_one_and_pausing_answers_it(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        let publication = uuid(&eventually("it is there", || async {
            let seen = seen(&officer, &session).await;
            seen["publications"].get(0).cloned()
        }).await);
        let at = app.clock.now();
        let unwritten = EngineEvent::Unwritten { session: uuid(&session), publication, medium: Medium::Video, at };
        for _ in 0..2 {
            app.app.video.write_down(unwritten.clone()).await.unwrap();
        }
        assert_eq!(told(app, &booking, "session.unrecorded").await.len(), 1);
        let paused = step(&officer, &session, "/recording/pause", json!({"reason": "存储有问题，先等一等"})).await.ok();
        assert_eq!((paused["unrecorded"].as_array().unwrap().len(), &paused["can"]["note"]), (2, &json!(false)));
        let over = EngineEvent::UnwrittenOver { publication, at };
        for _ in 0..2 {
            app.app.video.write_down(over.clone()).await.unwrap();
        }
        assert_eq!(told(app, &booking, "session.unrecorded_over").await.len(), 1);
        // What is still paused ends with the session.
        step(&officer, &session, "/end", json!({})).await.ok();
        let rows = unrecorded_stretch::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert!(rows.len() == 2 && rows.iter().all(|row| row.ended_at.is_some() && row.noted_at.is_some()), "{rows:?}");
    }

    async fn a_pause_outlives_a_restart_and_what_was_not_written_does_not(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        let publication = uuid(&eventually("it is there", || async { seen(&officer, &session).await["publications"].get(0).cloned() }).await);
        let event = EngineEvent::Unwritten { session: uuid(&session), publication, medium: Medium::Both, at: app.clock.now() };
        app.app.video.write_down(event).await.unwrap();
        step(&officer, &session, "/recording/pause", json!({"reason": "等一等"})).await.ok();
        // As a new process finds it: nobody is in, and its engine knows of no pause.
        app.app.engine.close_session(uuid(&session)).await;
        assert!(!app.app.engine.is_paused(uuid(&session)));
        app.app.video.recover().await.unwrap();
        let rows = unrecorded_stretch::Entity::find().all(app.app.db.reader()).await.unwrap();
        let open: Vec<_> = rows.iter().filter(|row| row.ended_at.is_none()).collect();
        assert_eq!(open.len(), 1, "{rows:?}");
        assert_eq!(open[0].publication_id, None);
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        officer.post(&enter, json!({})).await.ok();
        let admit = format!("/participants/{}/admit", id(&owner.post(&enter, json!({})).await.ok()["me"]));
        step(&officer, &session, &admit, json!({})).await.ok();
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        while_sending(&publisher, async {
            eventually("it is still paused", || async {
                let seen = seen(&owner, &session).await;
                (seen["recording_state"] == "paused" && seen["publications"][0]["live"] == true).then_some(())
            }).await;
            step(&officer, &session, "/recording/resume", json!({})).await.ok();
            eventually("it is recorded", || async { (seen(&owner, &session).await["recording"] == true).then_some(()) }).await;
        }).await;
    }
}
