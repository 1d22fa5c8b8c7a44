//! What recordings say of themselves: in rows, in entries and in the session's view.

use crate::both_stores;
use crate::media_client::Publisher;
use crate::support::{Browser, eventually};
use crate::video::{book, closed_recordings, id, open_call, publish_with, sdp, step, token, uuid};
use mianqia::evidence;
use mianqia::video::engine::EngineEvent;
use mianqia::video::engine::recording::{Gap, GapCause, Medium, Reason};
use mianqia::video::entities::recording::{self, RecordingState};
use mianqia::video::entities::recording_gap;
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

async fn gaps(app: &crate::support::TestApp, recording: Uuid) -> Vec<recording_gap::Model> {
    let of_recording = recording_gap::Column::RecordingId.eq(recording);
    recording_gap::Entity::find().filter(of_recording).all(app.app.db.reader()).await.unwrap()
}

/// The data of the entries of one kind.
async fn told(app: &crate::support::TestApp, booking: &Value, kind: &str) -> Vec<Value> {
    let entries = evidence::entries(app.app.db.reader(), uuid(booking)).await.unwrap();
    let of_kind = entries.iter().filter(|entry| entry.kind == kind);
    of_kind.map(|entry| serde_json::from_slice::<Value>(&entry.bytes).unwrap()["data"].clone()).collect()
}

async fn publication(browser: &Browser, session: &Value) -> Value {
    let seen = browser.get(&format!("/api/v1/sessions/{}", id(session))).await.ok();
    seen["publications"][0].clone()
}

both_stores! { at "2026-11-23T02:05:00Z";
    async fn a_camera_that_is_off_is_a_gap_of_the_picture_from_the_moment_it_is_said(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        let switch = async |camera: bool| {
            let path = format!("/api/v1/sessions/{}/media-state", id(&session));
            let state = json!({"microphone": true, "camera": camera});
            assert_eq!(owner.call(Method::PUT, &path, Some(state)).await.status, 204);
        };
        let acting = async {
            eventually("it is recorded", async || (publication(&officer, &session).await["recording"] == "on").then_some(())).await;
            switch(false).await;
            eventually("it is noted at once", async || {
                let began = told(app, &booking, "recording.gap_began").await;
                began.into_iter().find(|data| data["cause"] == "camera_off")
            }).await
        };
        let began = tokio::select! {
            began = acting => began,
            () = publisher.send_for_ms(20_000, |_| true) => panic!("it was never noted"),
        };
        assert_eq!(began["medium"], "video");
        step(&owner, &session, "/leave", json!({})).await;
        let rows = closed_recordings(app, &session, 1).await;
        assert_eq!(rows[0].state, RecordingState::Finalised);
        let found = gaps(app, rows[0].id).await;
        let off: Vec<_> = found.iter().filter(|gap| gap.cause == "camera_off").collect();
        assert_eq!(off.len(), 1, "{found:?}");
        assert_eq!((off[0].medium.as_str(), json!(off[0].from_ms)), ("video", began["from_ms"].clone()));
        assert!(off[0].missing_ms > 0 && found.iter().all(|gap| gap.medium != "audio"), "{found:?}");
        let entries = told(app, &booking, "recording.gap").await;
        let entry = entries.iter().find(|data| data["cause"] == "camera_off").unwrap();
        assert_eq!(entry["missing_ms"], json!(off[0].missing_ms));
    }

    async fn a_medium_that_stops_is_told_to_all_pages(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        let watching = async {
            eventually("the picture stopped", async || {
                let seen = publication(&officer, &session).await;
                (seen["video"] == "stopped" && seen["audio"] == "flowing").then_some(())
            }).await;
        };
        // Pictures for half a second only; sound goes on.
        let sending = publisher.send_for_ms(20_000, |frame| frame < 12);
        tokio::select! {
            () = watching => {}
            () = sending => panic!("nobody was told"),
        }
        eventually("it is noted while it lasts", async || {
            let began = told(app, &booking, "recording.gap_began").await;
            began.into_iter().find(|data| data["cause"] == "video_silent" && data["medium"] == "video")
        }).await;
    }

    async fn recovery_carries_the_gaps_of_the_index_into_the_table(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        publisher.send_for_ms(3000, |frame| frame != 20).await; // frozen until the keyframe of frame 30
        let conn = app.app.db.reader();
        let running = recording::Entity::find().one(conn).await.unwrap().unwrap();
        let left = recording::Model {
            id: Uuid::now_v7(), segment: 7, file: running.file.replace(".webm", "-left.webm"), ..running.clone()
        };
        let dir = app.data_dir.join("recordings");
        for kind in ["webm", "idx"] {
            let path = |file: &str| dir.join(file).with_extension(kind);
            std::fs::copy(path(&running.file), path(&left.file)).unwrap();
        }
        step(&owner, &session, "/leave", json!({})).await;
        closed_recordings(app, &session, 1).await;
        recording::Entity::insert(left.clone().into_active_model()).exec_without_returning(conn).await.unwrap();
        let before = told(app, &booking, "recording.gap").await.len();
        app.app.video.recover().await.unwrap();
        let found = gaps(app, left.id).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].cause.as_str(), found[0].medium.as_str()), ("loss", "video"));
        assert!((300..520).contains(&found[0].missing_ms), "{found:?}");
        assert_eq!(told(app, &booking, "recording.gap").await.len(), before + 1);
        app.app.video.recover().await.unwrap();
        assert_eq!(gaps(app, left.id).await.len(), 1, "once");
    }

    async fn an_event_that_comes_again_after_a_commit_of_unknown_outcome_is_told_once(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        publisher.send_for_ms(1500, |_| true).await;
        let row = eventually("it has begun", async || {
            let row = recording::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
            row.started_at.is_some().then_some(row)
        }).await;
        let (recording, publication, at) = (row.id, row.publication_id, row.started_at.unwrap());
        let (from_ms, cause, medium) = (100, GapCause::Loss, Medium::Audio);
        let events = [
            EngineEvent::RecordingStarted { recording, publication, at },
            EngineEvent::RecordingGapBegan { recording, from_ms, cause, medium },
            EngineEvent::RecordingGap { recording, gap: Gap::new(medium, cause, from_ms, 900) },
            EngineEvent::RecordingStopped { recording, reason: Reason::Disk },
        ];
        for event in events {
            for _ in 0..2 {
                app.app.video.write_down(event.clone()).await.unwrap();
            }
        }
        let ours = |data: &Value| data["from_ms"] == 100 || data["from_ms"].is_null();
        for kind in ["recording.started", "recording.gap_began", "recording.gap", "recording.stopped"] {
            let found: Vec<_> = told(app, &booking, kind).await.into_iter().filter(ours).collect();
            assert_eq!(found.len(), 1, "{kind}: {found:?}");
        }
        assert_eq!(gaps(app, recording).await.iter().filter(|gap| gap.from_ms == 100).count(), 1);
        // Another one at the same place is another one.
        let gap = Gap::new(Medium::Video, cause, from_ms, 900);
        app.app.video.write_down(EngineEvent::RecordingGap { recording, gap }).await.unwrap();
        assert_eq!(gaps(app, recording).await.iter().filter(|gap| gap.from_ms == 100).count(), 2);
    }

    async fn attempts_of_which_no_media_comes_are_told_once_until_something_comes(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (token, path) = (token(&owner, &session).await, format!("/whip/{}/camera", id(&session)));
        // Offers that are answered, of somebody who never comes.
        let attempts = async |count| {
            for _ in 0..count {
                let offer = Publisher::new().await.offer.clone();
                assert_eq!(sdp(&owner, &path, &token, offer).await.status, 201);
            }
        };
        attempts(4).await;
        let publisher = Publisher::new().await;
        publish_with(&owner, &session, "camera", &publisher).await;
        publisher.send_for_ms(1500, |_| true).await;
        attempts(3).await;
        step(&owner, &session, "/leave", json!({})).await;
        eventually("all have come to their end", async || {
            let rows = recording::Entity::find().all(app.app.db.reader()).await.unwrap();
            rows.iter().all(|row| row.state != RecordingState::Recording).then_some(())
        }).await;
        let mut rows = closed_recordings(app, &session, 3).await;
        rows.sort_by_key(|row| row.segment);
        let states: Vec<_> = rows.iter().map(|row| (row.state, row.reason.as_deref())).collect();
        let nothing = (RecordingState::Failed, Some("no_media"));
        assert_eq!(states, [nothing, (RecordingState::Finalised, None), nothing]);
        let failed = told(app, &booking, "recording.failed").await;
        assert_eq!(failed.len(), 2, "{failed:?}");
        assert!(failed.iter().all(|data| data["had_media"] == false && data["reason"] == "no_media"));
    }
}
