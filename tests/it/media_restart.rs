//! What a peer sends after its offer: candidates, and ICE restarts (RFC 9725, 4.3).

use crate::both_stores;
use crate::support::{Answer, Browser};
use crate::video::{book, close, open_call, publish, token};
use reqwest::Method;

const KIND: &str = "application/trickle-ice-sdpfrag";

fn fragment(ufrag: &str) -> String {
    format!(
        "a=ice-ufrag:{ufrag}\r\na=ice-pwd:{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n",
        "p".repeat(24)
    )
}

async fn patch(by: &Browser, location: &str, token: &str, meant: Option<&str>, body: String) -> Answer {
    let request =
        by.client.patch(format!("{}{location}", by.base)).bearer_auth(token).header("content-type", KIND);
    let request = meant.into_iter().fold(request, |request, meant| request.header("if-match", meant));
    by.send(request.body(body)).await
}

both_stores! {
    at "2026-11-23T02:05:00Z";

    async fn an_ice_restart_is_answered_with_new_credentials_for_the_state_that_was_meant(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (_publisher, location) = publish(&owner, &session, "camera", 300).await;
        let good = token(&owner, &session).await;

        patch(&owner, &location, "x", Some("*"), fragment("abcd")).await.refused(401, "bad_token");
        let theirs = token(&officer, &session).await;
        patch(&officer, &location, &theirs, Some("*"), fragment("abcd")).await.refused(404, "not_found");
        patch(&owner, &location, &good, None, fragment("abcd")).await.refused(428, "tag_missing");
        patch(&owner, &location, &good, Some("\"other\""), fragment("abcd")).await.refused(412, "restarted_since");
        patch(&owner, &location, &good, Some("*"), "a=ice-ufrag:abcd".into()).await.refused(422, "bad_sdp");
        let plain = owner.client.patch(format!("{}{location}", owner.base)).bearer_auth(&good).header("if-match", "*");
        let plain = owner.send(plain.header("content-type", "text/plain").body("a=x")).await;
        plain.refused(415, "unsupported_media_type");

        let restarted = patch(&owner, &location, &good, Some("*"), fragment("abcd")).await;
        assert_eq!(restarted.status, 200);
        assert_eq!(restarted.headers["content-type"], KIND);
        let tag = restarted.headers["etag"].to_str().unwrap().to_owned();
        let ours = restarted.text.split("a=ice-ufrag:").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
        assert_eq!(tag, format!("\"{ours}\""));
        assert!(restarted.text.contains(" typ host\r\n") && restarted.text.contains("a=ice-pwd:"), "{}", restarted.text);
        // The same again, as a candidate that came late: nothing changes.
        let late = patch(&owner, &location, &good, Some(&tag), fragment("abcd")).await;
        assert_eq!(late.status, 204);
        assert_eq!(late.text, "");
        let again = patch(&owner, &location, &good, Some("*"), fragment("efgh")).await;
        assert_eq!(again.status, 200);
        assert_ne!(again.headers["etag"].to_str().unwrap(), tag);
        patch(&owner, &location, &good, Some(&tag), fragment("efgh")).await.refused(412, "restarted_since");

        let asked = owner.call(Method::OPTIONS, &location, None).await;
        assert_eq!(asked.headers["accept-patch"], KIND);
        assert_eq!(close(&owner, &location, &good).await.status, 200);
        patch(&owner, &location, &good, Some("*"), fragment("ijkl")).await.refused(404, "not_found");
    }

    async fn restarts_without_end_are_refused_for_a_while(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = open_call(&owner, &officer, &booking).await;
        let (_publisher, location) = publish(&owner, &session, "camera", 300).await;
        let good = token(&owner, &session).await;
        let mut taken = 0;
        let refused = loop {
            let answer = patch(&owner, &location, &good, Some("*"), fragment(&format!("word{taken}"))).await;
            if answer.status != 200 {
                break answer;
            }
            taken += 1;
            assert!(taken < 100, "there is no end");
        };
        refused.refused(429, "too_many_offers");
        assert!(taken >= 2 && refused.headers.contains_key("retry-after"), "{taken}");
    }
}
