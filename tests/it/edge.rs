//! The edge: what is a request at all, what may be kept of an answer, what callers can put into the metrics.

use crate::both_stores;
use crate::support::{Store, TestApp, talk};
use reqwest::Method;
use serde_json::json;

const AT: &str = "2026-11-23T02:00:00Z";

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn a_request_names_exactly_one_host(app: &TestApp) {
        for (head, status) in [
            ("GET /healthz HTTP/1.1\r\nHost: a.example\r\n", 200),
            ("GET /healthz HTTP/1.0\r\n", 200),
            ("GET /healthz HTTP/1.1\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost:\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a.example\r\nHost: a.example\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a.example/x\r\n", 400),
            ("GET / HTTP/1.1\r\n", 400),
        ] {
            let answer = talk(app, &format!("{head}Connection: close\r\n\r\n")).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) || answer.starts_with(&format!("HTTP/1.0 {status}")), "{head}: {answer}");
            if status == 400 {
                assert!(answer.contains("application/problem+json") && answer.contains(r#""code":"bad_host""#), "{answer}");
            }
        }
    }

    async fn a_page_is_only_looked_at(app: &TestApp) {
        let browser = app.browser();
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FROBNICATE"] {
            for path in ["/", "/bookings", "/favicon.svg", "/nothing/here.js"] {
                let answer = browser.call(Method::from_bytes(method.as_bytes()).unwrap(), path, None).await;
                answer.refused(405, "method_not_allowed");
                assert!(answer.headers["allow"].to_str().unwrap().contains("GET, HEAD"), "{method} {path}");
            }
        }
        for line in ["CONNECT a.example:443 HTTP/1.1", "TRACE / HTTP/1.1", "CONNECT / HTTP/1.1"] {
            let answer = talk(app, &format!("{line}\r\nHost: a.example\r\nConnection: close\r\n\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 405") || answer.starts_with("HTTP/1.1 400"), "{line}: {answer}");
        }
        assert_eq!(browser.call(Method::HEAD, "/healthz", None).await.status, 200);
    }

    async fn no_cache_keeps_what_the_program_says(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        for path in ["/api/v1/me", "/api/v1/office", "/api/v1/bookings", "/api/v1/nothing", "/healthz", "/api/openapi.json"] {
            assert_eq!(browser.get(path).await.headers["cache-control"], "no-store", "{path}");
        }
        let answer = browser.post("/api/v1/bookings", json!({})).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.headers.contains_key("strict-transport-security"), "not over plain HTTP");
    }

    async fn made_up_methods_and_paths_do_not_fill_the_metrics(app: &TestApp) {
        let browser = app.browser();
        let lines = |text: &str| text.lines().count();
        browser.call(Method::from_bytes(b"FIRST").unwrap(), "/", None).await;
        browser.get("/api/v1/first").await;
        browser.get("/first").await;
        let before = lines(&app.metrics().await);
        for n in 0..50 {
            browser.call(Method::from_bytes(format!("METHOD{n}").as_bytes()).unwrap(), "/", None).await;
            browser.get(&format!("/api/v1/made-up-{n}")).await;
            browser.get(&format!("/made-up-{n}")).await;
        }
        let after = app.metrics().await;
        assert_eq!(lines(&after), before, "{after}");
        assert!(after.contains(r#"method="other""#) && !after.contains("METHOD1"), "{after}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tls_browsers_are_told_to_come_that_way_only_and_the_cookie_is_bound_to_the_host() {
    let settings = [("MIANQIA_PUBLIC_URL", "https://meet.example"), ("MIANQIA_TRUSTED_PROXIES", "127.0.0.1")];
    let app = TestApp::start_with(Store::Sqlite, AT, &settings).await;
    let browser = app.browser();
    let answer =
        browser.post("/api/v1/sign-in", json!({"login": "lin", "password": crate::support::PASSWORD})).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-mianqia_session="), "{cookie}");
    assert!(
        cookie.contains("; Path=/;") && cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );
    assert_eq!(answer.headers["strict-transport-security"], "max-age=31536000");
    // Under the name without the prefix anybody under the same domain could have put it.
    let pair = cookie.split(';').next().unwrap();
    let me =
        |pair: &str| browser.client.get(format!("{}/api/v1/me", app.base)).header("cookie", pair.to_owned());
    browser.send(me(pair)).await.ok();
    browser.send(me(pair.trim_start_matches("__Host-"))).await.refused(401, "not_signed_in");
    app.stop().await;
}
