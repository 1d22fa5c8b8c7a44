//! WHIP and WHEP over HTTP: several windows, several at once, too many, other origins.

use crate::both_stores;
use crate::media_client::Viewer;
use crate::support::{Browser, TestApp, eventually};
use crate::video::{book, close, id, offer_camera, open_call, publish, sdp, token, whep};
use mianqia::video::entities::publication;
use reqwest::Method;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::Value;
use uuid::Uuid;

async fn in_call(app: &TestApp) -> (Browser, Browser, Value) {
    app.set_time("2026-11-23T02:05:00Z");
    let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
    let booking = book(app, &owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    (owner, officer, session)
}

both_stores! { at "2026-11-23T01:30:00Z";
    async fn media_ends_with_the_sign_in_that_opened_it(app: &TestApp) {
        let (owner, officer, session) = in_call(app).await;
        let (publisher, _) = publish(&owner, &session, "camera", 300).await;
        let whep = whep(&officer, &session).await;
        let (viewer, watching) = (Viewer::new().await, token(&officer, &session).await);
        assert_eq!(sdp(&officer, &whep, &watching, viewer.offer.clone()).await.status, 201);
        let sending = token(&owner, &session).await;
        let connections = || app.app.engine.stats().connections;
        assert_eq!(connections(), 2);

        // The officer signs out: only what was the officer's ends, and the token with it.
        officer.post("/api/v1/sign-out", serde_json::json!({})).await.ok();
        eventually("the viewer is closed", || async { (connections() == 1).then_some(()) }).await;
        sdp(&officer, &whep, &watching, viewer.offer.clone()).await.refused(401, "bad_token");
        owner.post("/api/v1/sign-out", serde_json::json!({})).await.ok();
        eventually("the publisher is closed", || async { (connections() == 0).then_some(()) }).await;
        let whip = format!("/whip/{}/camera", id(&session));
        sdp(&owner, &whip, &sending, publisher.offer.clone()).await.refused(401, "bad_token");
    }

    async fn first_offers_at_the_same_time_make_one_publication(app: &TestApp) {
        let (owner, _, session) = in_call(app).await;
        let token = token(&owner, &session).await;
        let answers = futures::future::join_all((0..6).map(|_| async {
            offer_camera(&owner, &session, &token, &Uuid::now_v7().to_string()).await
        }))
        .await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses, [201; 6]);
        assert_eq!(publication::Entity::find().count(app.app.db.reader()).await.unwrap(), 1);
        assert_eq!(app.app.engine.stats().publications, 1);
    }

    async fn the_newest_window_wins_once_and_the_other_is_told(app: &TestApp) {
        let (owner, _, session) = in_call(app).await;
        let token = token(&owner, &session).await;
        let (one, other) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
        assert_eq!(offer_camera(&owner, &session, &token, &one).await.status, 201);
        assert_eq!(offer_camera(&owner, &session, &token, &one).await.status, 201, "after a break");
        let second = offer_camera(&owner, &session, &token, &other).await;
        assert_eq!(second.status, 201);
        offer_camera(&owner, &session, &token, &one).await.refused(409, "taken_over");
        assert_eq!(offer_camera(&owner, &session, &token, &other).await.status, 201);
        assert_eq!(app.app.engine.stats().publications, 1);
        // "Go on here" is a new page for the program.
        let again = offer_camera(&owner, &session, &token, &Uuid::now_v7().to_string()).await;
        assert_eq!(again.status, 201);
        offer_camera(&owner, &session, &token, &other).await.refused(409, "taken_over");
        // When nobody sends any more, whoever comes may.
        assert_eq!(close(&owner, again.headers["location"].to_str().unwrap(), &token).await.status, 200);
        eventually("the place is free", || async {
            (offer_camera(&owner, &session, &token, &one).await.status == 201).then_some(())
        })
        .await;
    }

    async fn too_many_offers_wait_and_leave_nothing(app: &TestApp) {
        let (owner, officer, session) = in_call(app).await;
        let whip = format!("/whip/{}/camera", id(&session));
        let good = token(&owner, &session).await;
        for _ in 0..10 {
            sdp(&owner, &whip, &good, "v=0".into()).await.refused(422, "bad_sdp");
        }
        let refused = sdp(&owner, &whip, &good, "v=0".into()).await;
        refused.refused(429, "too_many_offers");
        assert_eq!(refused.headers["retry-after"], "5");
        let theirs = token(&officer, &session).await;
        sdp(&officer, &whip, &theirs, "v=0".into()).await.refused(422, "bad_sdp");
        app.set_time("2026-11-23T02:05:05Z");
        sdp(&owner, &whip, &good, "v=0".into()).await.refused(422, "bad_sdp");
    }

    async fn pages_of_other_origins_may_publish_with_a_token(app: &TestApp) {
        let (owner, _, session) = in_call(app).await;
        let whip = format!("/api/v1/whip/{}/camera", id(&session));
        let whep = format!("/api/v1/whep/{}", Uuid::now_v7());
        for path in [&whip, &whep] {
            let options = owner.call(Method::OPTIONS, path, None).await;
            assert_eq!(options.status, 204, "{}", options.text);
            assert_eq!(options.headers["accept-post"], "application/sdp");
            assert_eq!(options.headers["access-control-allow-origin"], "*");
            assert!(options.headers["access-control-allow-methods"].to_str().unwrap().contains("POST"));
            assert!(options.headers["access-control-allow-headers"].to_str().unwrap().contains("Authorization"));
            assert!(!options.headers.contains_key("access-control-allow-credentials"));
        }
        let post = |path: &str| {
            let request = owner.client.post(format!("{}{path}", owner.base));
            let request = request.header("origin", "https://studio.example").header("sec-fetch-site", "cross-site");
            request.header("content-type", "application/sdp").body("v=0")
        };
        let refused = owner.send(post(&whip)).await;
        refused.refused(401, "bad_token");
        assert_eq!(refused.headers["www-authenticate"], "Bearer realm=\"media\"");
        let refused = owner.send(post(&whip).bearer_auth("x")).await;
        assert!(refused.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
        let taken = owner.send(post(&whip).bearer_auth(token(&owner, &session).await)).await;
        taken.refused(422, "bad_sdp");
        assert_eq!(taken.headers["access-control-allow-origin"], "*");
        // Nothing else is open to them.
        let foreign = post(&format!("/api/v1/sessions/{}/leave", id(&session)));
        assert_eq!(owner.send(foreign).await.status, 403);
    }

    async fn a_resource_is_closed_under_its_own_protocol_and_also_by_an_old_token(app: &TestApp) {
        let (owner, officer, session) = in_call(app).await;
        let (publisher, location) = publish(&owner, &session, "camera", 300).await;
        let whep = whep(&officer, &session).await;
        let (viewer, watching) = (Viewer::new().await, token(&officer, &session).await);
        let played = sdp(&officer, &whep, &watching, viewer.offer.clone()).await;
        assert_eq!(played.status, 201, "{}", played.text);
        assert!(played.text.contains("a=rtcp-mux-only"));
        let playing = played.headers["location"].to_str().unwrap();
        close(&officer, &playing.replace("/whep/", "/whip/"), &watching).await.refused(404, "not_found");
        let sending = token(&owner, &session).await;
        close(&owner, &location.replace("/whip/", "/whep/"), &sending).await.refused(404, "not_found");
        app.set_time("2026-11-23T02:16:00Z"); // the tokens are over, the call is not
        assert_eq!(close(&officer, playing, &watching).await.status, 200);
        assert_eq!(close(&owner, &location, &sending).await.status, 200);
        drop(publisher);
    }
}
