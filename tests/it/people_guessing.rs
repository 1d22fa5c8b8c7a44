//! Guessing passwords is slowed down, and strangers lock nobody out.

use crate::both_stores;
use crate::support::{Answer, Browser, PASSWORD, TestApp};
use mianqia::app::App;
use mianqia::auth::Caller;
use reqwest::header;
use serde_json::json;

async fn sign_in(browser: &Browser, login: &str, password: &str) -> Answer {
    browser.post("/api/v1/sign-in", json!({"login": login, "password": password})).await
}

/// A guess that comes from an address.
async fn from(app: &TestApp, address: &str, login: &str, password: &str) -> Answer {
    let browser = app.browser();
    let request = browser.client.post(format!("{}/api/v1/sign-in", app.base));
    let body = json!({"login": login, "password": password});
    browser.send(request.header("x-forwarded-for", address).json(&body)).await
}

fn retry_after(answer: &Answer) -> &str {
    answer.headers[header::RETRY_AFTER].to_str().unwrap()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn the_wait_is_told_before_it_comes_and_grows(app: &TestApp) {
        let browser = app.browser();
        for told in ["请核对后再试", "再输错 3 次", "再输错 2 次，就要等 1 分钟", "再输错 1 次"] {
            let wrong = sign_in(&browser, "lin", "not the password").await;
            wrong.refused(401, "wrong_login");
            assert!(wrong.json()["title"].as_str().unwrap().contains(told), "{told}: {}", wrong.text);
        }
        let last = sign_in(&browser, "lin", "not the password").await;
        last.refused(401, "wrong_login");
        assert_eq!(retry_after(&last), "60");
        for (at, wait) in [("02:00:00", "60"), ("02:01:00", "120"), ("02:03:00", "300"), ("02:08:00", "900")] {
            app.set_time(&format!("2026-11-23T{at}Z"));
            if at != "02:00:00" {
                sign_in(&browser, "lin", "not the password").await.refused(401, "wrong_login");
            }
            // The right password waits as well, in any spelling of the login; others do not.
            let waits = sign_in(&browser, " Lin", PASSWORD).await;
            waits.refused(429, "too_many_attempts");
            assert_eq!(retry_after(&waits), wait);
        }
        app.signed_in("gao").await;
        app.set_time("2026-11-23T02:23:00Z");
        sign_in(&browser, "lin", PASSWORD).await.ok();
    }

    async fn guesses_made_at_the_same_time_do_not_slip_past(app: &TestApp) {
        let browser = app.browser();
        let guesses = futures::future::join_all((0..12).map(|_| sign_in(&browser, "lin", "wrong wrong"))).await;
        assert_eq!(guesses.iter().filter(|answer| answer.status == 401).count(), 5);
        guesses.iter().filter(|answer| answer.status != 401).for_each(|answer| answer.refused(429, "too_many_attempts"));
    }

    async fn a_botnet_guesses_at_one_login_some_two_dozen_times_a_day(app: &TestApp) {
        let mut guesses = 0;
        for minute in 0..24 * 60 {
            app.set_time(&format!("2026-11-23T{:02}:{:02}:00Z", minute / 60, minute % 60));
            if minute % 10 != 0 && minute > 120 {
                continue;
            }
            let address = format!("198.{}.{}.{}", minute % 200, minute / 7 % 200, minute % 90);
            guesses += u32::from(from(app, &address, "shen", "a wild guess").await.status == 401);
        }
        assert!((20..40).contains(&guesses), "{guesses}");
    }

    async fn strangers_lock_nobody_out_of_a_device_that_they_know(app: &TestApp) {
        let own = app.signed_in("zhou").await;
        own.post("/api/v1/sign-out", json!({})).await.ok();
        for n in 0..9 {
            from(app, &format!("203.0.113.{n}"), "zhou", "a wild guess").await;
        }
        sign_in(&app.browser(), "zhou", PASSWORD).await.refused(429, "too_many_attempts");
        // Mistyped there: counted for the device alone.
        sign_in(&own, "zhou", "mistyped it").await.refused(401, "wrong_login");
        let answer = sign_in(&own, "zhou", PASSWORD).await;
        let me = answer.ok();
        assert_eq!(me["failed_attempts"]["count"], 6, "five strangers and oneself");
        assert_eq!(me["failed_attempts"]["times"].as_array().unwrap().len(), 5);
        assert_eq!(me["failed_attempts"]["times"][0], "2026-11-23T02:00:00Z");
        // One's own sign-in gives strangers no further guesses, and is told of them once.
        sign_in(&app.browser(), "zhou", PASSWORD).await.refused(429, "too_many_attempts");
        assert!(sign_in(&own, "zhou", PASSWORD).await.ok()["failed_attempts"].is_null());
        // The ticket is of no use for another login, nor without end.
        for _ in 0..5 {
            from(app, "203.0.113.9", "han", "a wild guess").await.refused(401, "wrong_login");
        }
        sign_in(&own, "han", PASSWORD).await.refused(429, "too_many_attempts");
        for _ in 0..5 {
            sign_in(&own, "zhou", "a wild guess").await.refused(401, "wrong_login");
        }
        sign_in(&own, "zhou", PASSWORD).await.refused(429, "too_many_attempts");
    }

    async fn a_changed_password_makes_other_devices_unknown(app: &TestApp) {
        let (own, lost) = (app.signed_in("gao").await, app.signed_in("gao").await);
        let change = json!({"current_password": PASSWORD, "new_password": "correct horse battery"});
        assert_eq!(own.post("/api/v1/me/password", change).await.status, 204);
        for _ in 0..5 {
            from(app, "203.0.113.9", "gao", "a wild guess").await.refused(401, "wrong_login");
        }
        sign_in(&lost, "gao", "correct horse battery").await.refused(429, "too_many_attempts");
        sign_in(&own, "gao", "correct horse battery").await.ok();
    }

    async fn strangers_keep_nobody_from_changing_the_password(app: &TestApp) {
        let own = app.signed_in("lin").await;
        for n in 0..9 {
            from(app, &format!("203.0.113.{n}"), "lin", "a wild guess").await;
        }
        let change = json!({"current_password": PASSWORD, "new_password": "correct horse battery"});
        assert_eq!(own.post("/api/v1/me/password", change).await.status, 204);
    }

    async fn what_was_counted_is_not_forgotten_by_a_restart(app: &TestApp) {
        for n in 0..5 {
            from(app, &format!("203.0.113.{n}"), "shen", "a wild guess").await.refused(401, "wrong_login");
        }
        app.app.stop().await;
        let again = App::start(app.app.settings.clone(), app.clock.clone()).await.unwrap();
        let refusal = again.auth.sign_in("shen", PASSWORD.into(), Caller::default()).await.unwrap_err();
        assert_eq!((refusal.problem.code, refusal.retry_after), ("too_many_attempts", Some(60)));
        app.set_time("2026-11-23T02:01:00Z");
        assert_eq!(again.auth.sign_in("shen", PASSWORD.into(), Caller::default()).await.unwrap().failed, 5);
        again.stop().await;
    }

    async fn a_common_password_is_refused_with_the_reason(app: &TestApp) {
        let own = app.signed_in("lin").await;
        for (new, why) in [
            ("1234567890", "连续的数字"),
            ("          ", "重复"),
            ("Password2026!", "常见的词"),
            ("lin@example.com", "登录名"),
            ("雪原样例粮油 2026", "登录名"),
            ("too short", "至少 10 个"),
        ] {
            let answer = own.post("/api/v1/me/password", json!({"current_password": PASSWORD, "new_password": new})).await;
            answer.refused(422, "bad_password");
            assert_eq!(answer.json()["field"], "new_password");
            assert!(answer.json()["title"].as_str().unwrap().contains(why), "{new}: {}", answer.text);
        }
        // Typed on another keyboard it is the same password.
        let change = json!({"current_password": PASSWORD, "new_password": "ｃorrect horse battery"});
        assert_eq!(own.post("/api/v1/me/password", change).await.status, 204);
        sign_in(&app.browser(), "lin", "correct horse battery").await.ok();
    }
}
