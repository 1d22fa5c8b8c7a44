//! What the operations on sessions refuse for the state that things are in, on both stores.

use crate::both_stores;
use crate::media_client::Viewer;
use crate::support::{Answer, Browser, eventually, talk};
use crate::video::{
    be_ready, book, close, id, offer_camera, open_call, publish, sdp, step, token, uuid, whep,
};
use mianqia::auth::entities::account;
use mianqia::video::entities::participant::{self, ParticipantRole, ParticipantState};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const MEDIA: fn() -> Value = || json!({"microphone": true, "camera": true});

fn entering(booking: &Value) -> String {
    format!("/api/v1/bookings/{}/session", id(booking))
}

fn notice(session: &Value) -> Value {
    json!({"notice_version": session["notice_version"]})
}

async fn put(browser: &Browser, session: &Value, what: &str, body: Value) -> Answer {
    browser.call(Method::PUT, &format!("/api/v1/sessions/{}{what}", id(session)), Some(body)).await
}

/// The address that takes a new invitation.
async fn invited(owner: &Browser, booking: &Value) -> String {
    let path = format!("/api/v1/bookings/{}/invitations", id(booking));
    let invitation = owner.post(&path, json!({})).await.ok();
    let token = invitation["path"].as_str().unwrap().strip_prefix("/invite/").unwrap().to_owned();
    format!("/api/v1/invitations/{token}/accept")
}

both_stores! { at "2026-11-23T02:05:00Z";
    async fn a_session_that_has_ended_takes_no_more_steps(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let accepting = invited(&owner, &booking).await;
        let session = open_call(&owner, &officer, &booking).await;
        let admit = format!("/participants/{}/admit", id(&session["me"]));
        step(&officer, &session, "/end", json!({})).await.ok();
        for (what, body) in [("/acknowledge", notice(&session)), ("/wait", json!({})), ("/leave", json!({})), ("/decline", json!({}))] {
            step(&owner, &session, what, body).await.refused(409, "session_ended");
        }
        put(&owner, &session, "/media-state", MEDIA()).await.refused(409, "session_ended");
        put(&officer, &session, "/checks/face", json!({"done": true})).await.refused(409, "session_ended");
        for what in ["/end", &admit, "/recording/resume"] {
            step(&officer, &session, what, json!({})).await.refused(409, "session_ended");
        }
        for what in ["/recording/pause", "/recording/note"] {
            step(&officer, &session, what, json!({"reason": "为什么"})).await.refused(409, "session_ended");
        }
        owner.post(&entering(&booking), json!({})).await.refused(409, "session_ended");
        app.signed_in("gao").await.post(&accepting, json!({})).await.refused(409, "session_ended");
    }

    async fn who_has_not_come_in_can_do_nothing_in_a_session(app: &TestApp) {
        let (owner, officer, colleague) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("han").await);
        let booking = book(app, &owner).await;
        let session = officer.post(&entering(&booking), json!({})).await.ok();
        for (what, body) in [("/acknowledge", notice(&session)), ("/wait", json!({})), ("/leave", json!({})), ("/decline", json!({})), ("/token", json!({}))] {
            step(&owner, &session, what, body).await.refused(409, "not_entered");
        }
        put(&owner, &session, "/media-state", MEDIA()).await.refused(409, "not_entered");
        owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.refused(409, "not_entered");
        owner.get(&format!("/api/v1/events?topics=session:{}", id(&session))).await.refused(409, "not_entered");
        let guest = owner.post(&entering(&booking), json!({})).await.ok();
        let admit = format!("/participants/{}/admit", id(&guest["me"]));
        put(&colleague, &session, "/checks/face", json!({"done": true})).await.refused(409, "not_entered");
        for what in ["/end", &admit, "/recording/resume"] {
            step(&colleague, &session, what, json!({})).await.refused(409, "not_entered");
            // The first officer has come in, but not into the call.
            step(&officer, &session, what, json!({})).await.refused(409, "officer_not_in_session");
        }
        for what in ["/recording/pause", "/recording/note"] {
            let why = json!({"reason": "为什么"});
            step(&colleague, &session, what, why.clone()).await.refused(409, "not_entered");
            step(&officer, &session, what, why).await.refused(409, "officer_not_in_session");
        }
        be_ready(&officer, &booking).await;
        step(&officer, &session, &admit, json!({})).await.refused(409, "not_waiting");
    }

    async fn only_a_confirmed_video_booking_has_a_session(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let booking = book(app, &owner).await;
        owner.post(&format!("/api/v1/bookings/{}/cancel", id(&booking)), json!({"reason": "来不了了"})).await.ok();
        owner.post(&entering(&booking), json!({})).await.refused(409, "booking_not_accepted");
        let service = app.browser().get(&format!("/api/v1/services/{}", app.service("after-hours").await)).await.ok();
        let wish = json!({"service_id": service["id"], "starts_at": service["now"]["next_free_at"]});
        let other = owner.post("/api/v1/bookings", wish).await.ok();
        owner.post(&entering(&other), json!({})).await.refused(409, "not_a_video_booking");
        let inviting = format!("/api/v1/bookings/{}/invitations", id(&other));
        owner.post(&inviting, json!({})).await.refused(409, "not_a_video_booking");
    }

    async fn whoever_comes_to_a_full_session_is_told_so_at_the_door(app: &TestApp) {
        let (owner, guest) = (app.signed_in("lin").await, app.signed_in("luo").await);
        let booking = book(app, &owner).await;
        guest.post(&invited(&owner, &booking).await, json!({})).await.ok();
        let session = owner.post(&entering(&booking), json!({})).await.ok();
        let conn = app.app.db.reader();
        let first = participant::Entity::find().filter(participant::Column::SessionId.eq(uuid(&session))).one(conn).await.unwrap().unwrap();
        let others = account::Entity::find().filter(account::Column::Login.is_not_in(["lin", "luo", "zhou"])).all(conn).await.unwrap();
        for account in others.into_iter().take(4) {
            let row = participant::Model {
                id: Uuid::now_v7(), account_id: account.id, role: ParticipantRole::Guest, state: ParticipantState::Waiting, ..first.clone()
            };
            participant::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.unwrap();
        }
        guest.post(&entering(&booking), json!({})).await.refused(409, "session_full");
    }

    async fn media_is_refused_to_who_has_left_and_where_there_is_none(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (publisher, location) = publish(&owner, &session, "camera", 300).await;
        let whep = whep(&officer, &session).await;
        let (viewer, sending, watching) = (Viewer::new().await, token(&owner, &session).await, token(&officer, &session).await);
        sdp(&officer, &whep, &watching, "v=0".into()).await.refused(422, "bad_sdp");
        assert_eq!(close(&owner, &location, &sending).await.status, 200);
        eventually("nothing is sent any more", || async {
            let answer = sdp(&officer, &whep, &watching, viewer.offer.clone()).await;
            (answer.status == 409).then(|| answer.refused(409, "nothing_published"))
        })
        .await;
        eventually("so many are refused", || async {
            let answer = sdp(&officer, &whep, &watching, "v=0".into()).await;
            (answer.status == 429).then(|| answer.refused(429, "too_many_offers"))
        })
        .await;
        step(&officer, &session, "/leave", json!({})).await;
        step(&owner, &session, "/leave", json!({})).await;
        let whip = format!("/whip/{}/camera", id(&session));
        sdp(&owner, &whip, &sending, publisher.offer.clone()).await.refused(403, "not_admitted");
        sdp(&officer, &whep, &watching, viewer.offer.clone()).await.refused(403, "not_admitted");
    }

    async fn a_program_that_stops_takes_no_new_work(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let session = owner.post(&entering(&book(app, &owner).await), json!({})).await.ok();
        app.app.stop().await;
        owner.get(&format!("/api/v1/events?topics=session:{}", id(&session))).await.refused(503, "stopping");
        owner.post("/api/v1/sign-out", json!({})).await.refused(503, "stopping");
    }

    async fn an_offer_that_breaks_off_is_no_offer(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let session = open_call(&owner, &officer, &book(app, &owner).await).await;
        let token = token(&owner, &session).await;
        let broken = format!(
            "POST /api/v1/whip/{}/camera HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer {token}\r\n\
            Content-Type: application/sdp\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\nv=0\r\n0\r\n\r\n",
            id(&session)
        );
        let answer = talk(app, &broken).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("\"bad_body\""), "{answer}");
    }

    async fn media_that_cannot_be_recorded_is_not_taken(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let session = open_call(&owner, &officer, &book(app, &owner).await).await;
        // A file where the folder of the recordings should be.
        let folder = app.data_dir.join("recordings");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::write(&folder, "").unwrap();
        let token = token(&owner, &session).await;
        offer_camera(&owner, &session, &token, &Uuid::now_v7().to_string()).await.refused(503, "media_unavailable");
    }

    async fn nobody_opens_connections_without_end(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let session = open_call(&owner, &officer, &book(app, &owner).await).await;
        let (_publisher, _) = publish(&owner, &session, "camera", 300).await;
        let whep = whep(&officer, &session).await;
        let (viewer, watching) = (Viewer::new().await, token(&officer, &session).await);
        for second in 1..=70 {
            let answer = sdp(&officer, &whep, &watching, viewer.offer.clone()).await;
            if answer.status == 503 {
                answer.refused(503, "media_busy");
                return;
            }
            assert_eq!(answer.status, 201, "{}", answer.text);
            app.set_time(&format!("2026-11-23T02:0{}:{:02}Z", 5 + second / 60, second % 60));
        }
        panic!("seventy connections of one person were opened");
    }
}
