//! One sees and ends one's own sign-ins.

use crate::both_stores;
use crate::support::{Browser, PASSWORD, TestApp};
use reqwest::{Method, header};
use serde_json::{Value, json};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

async fn signed_in_on(app: &TestApp, login: &str, user_agent: &str) -> Browser {
    let browser = app.browser();
    let request = browser.client.post(format!("{}/api/v1/sign-in", app.base));
    let body = json!({"login": login, "password": PASSWORD});
    browser.send(request.header(header::USER_AGENT, user_agent).json(&body)).await.ok();
    browser
}

async fn sign_ins(browser: &Browser) -> Vec<Value> {
    browser.get("/api/v1/me/sign-ins").await.ok()["items"].as_array().unwrap().clone()
}

async fn end(browser: &Browser, id: &Value) -> u16 {
    let path = format!("/api/v1/me/sign-ins/{}", id.as_str().unwrap());
    browser.call(Method::DELETE, &path, None).await.status.as_u16()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn one_sees_where_one_is_signed_in(app: &TestApp) {
        let desk = signed_in_on(app, "lin", CHROME).await;
        app.set_time("2026-11-23T02:30:00Z");
        let other = signed_in_on(app, "lin", "curl/8.5").await;
        let seen = sign_ins(&desk).await;
        assert_eq!(seen.len(), 2);
        let (mine, others): (Vec<&Value>, Vec<&Value>) = seen.iter().partition(|one| one["current"] == true);
        assert_eq!((&mine[0]["browser"], &mine[0]["created_at"]), (&json!("Chrome · Windows"), &json!("2026-11-23T02:00:00Z")));
        assert_eq!((&others[0]["browser"], &others[0]["last_seen_at"]), (&json!(""), &json!("2026-11-23T02:30:00Z")));
        assert!(!serde_json::to_string(&seen).unwrap().contains("127.0.0.1"), "no addresses");

        // What is over is not shown.
        app.set_time("2026-11-23T03:00:00Z");
        other.get("/api/v1/me").await.ok();
        app.set_time("2026-11-23T04:31:00Z");
        assert_eq!(sign_ins(&other).await.len(), 1);
    }

    async fn one_ends_ones_own_sign_ins_and_nobody_elses(app: &TestApp) {
        let (here, there, third) = (app.signed_in("lin").await, app.signed_in("lin").await, app.signed_in("lin").await);
        let stranger = app.signed_in("gao").await;
        let there_id = sign_ins(&there).await.into_iter().find(|one| one["current"] == true).unwrap()["id"].clone();
        assert_eq!(end(&stranger, &there_id).await, 404);
        there.get("/api/v1/me").await.ok();
        assert_eq!(end(&here, &there_id).await, 204);
        there.get("/api/v1/me").await.refused(401, "not_signed_in");
        assert_eq!(end(&here, &there_id).await, 404);

        assert_eq!(here.call(Method::DELETE, "/api/v1/me/sign-ins", None).await.status, 204);
        third.get("/api/v1/me").await.refused(401, "not_signed_in");
        assert_eq!(sign_ins(&here).await.len(), 1);
        stranger.get("/api/v1/me").await.ok();
        app.browser().get("/api/v1/me/sign-ins").await.refused(401, "not_signed_in");
    }
}
