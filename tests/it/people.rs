//! Signing in and out, sessions, guessing, registration and approval; the office's calendar.

use crate::both_stores;
use crate::support::{Answer, Browser, PASSWORD, TestApp};
use mianqia::auth::entities::{account, auth_session};
use mianqia::evidence;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use reqwest::{Method, header};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

/// The token in the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let (pair, _) = set.split_once(';').unwrap();
    pair.to_owned()
}

async fn sign_in(browser: &Browser, login: &str, password: &str) -> Answer {
    browser.post("/api/v1/sign-in", json!({"login": login, "password": password})).await
}

/// `/me` with a cookie of one's own choice, from a browser that has none.
async fn me_with(app: &TestApp, cookie: &str) -> Answer {
    let browser = app.browser();
    let request = browser.client.get(format!("{}/api/v1/me", app.base)).header(header::COOKIE, cookie);
    browser.send(request).await
}

/// (kind, bytes) of the system chain, oldest first; the chain itself must be intact.
pub async fn system_entries(app: &TestApp) -> Vec<(String, String)> {
    let conn = app.app.db.reader();
    evidence::verify_chain(conn, evidence::SYSTEM).await.unwrap().unwrap();
    let rows = entry::Entity::find().filter(entry::Column::CaseId.eq(evidence::SYSTEM));
    let rows = rows.order_by_asc(entry::Column::Seq).all(conn).await.unwrap();
    rows.into_iter().map(|row| (row.kind, String::from_utf8(row.bytes).unwrap())).collect()
}

async fn sessions(app: &TestApp) -> u64 {
    auth_session::Entity::find().count(app.app.db.reader()).await.unwrap()
}

async fn pending_id(chief: &Browser, uscc: &str) -> String {
    let list = chief.get("/api/v1/enterprises?state=pending").await.ok();
    let found = list["items"].as_array().unwrap().iter().find(|row| row["uscc"] == uscc);
    found.unwrap_or_else(|| panic!("{uscc} is not in {list}"))["id"].as_str().unwrap().to_owned()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn signing_in_shows_who_one_is(app: &TestApp) {
        let browser = app.browser();
        let answer = sign_in(&browser, " LIN ", PASSWORD).await;
        let me = answer.ok();
        assert_eq!(me["login"], "lin");
        assert_eq!(me["role"], "member");
        assert_eq!(me["enterprise"]["name"], "雪原样例粮油");
        assert_eq!(me["enterprise"]["state"], "approved");
        let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(set.starts_with("mianqia_session="), "{set}");
        assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
        assert_eq!(browser.get("/api/v1/me").await.ok(), me);

        let token = cookie(&answer).split_once('=').unwrap().1.to_owned();
        let stored = auth_session::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
        assert_ne!(stored.token_hash, token.as_bytes());
        let (kind, bytes) = system_entries(app).await.pop().unwrap();
        assert_eq!(kind, "account.signed_in");
        assert!(bytes.contains(me["id"].as_str().unwrap()) && !bytes.contains("lin\""), "{bytes}");

        let staff = app.signed_in("zhou").await.get("/api/v1/me").await.ok();
        assert_eq!((&staff["badge_no"], &staff["enterprise"]), (&json!("2316"), &Value::Null));
    }

    async fn a_wrong_password_and_an_unknown_login_look_alike(app: &TestApp) {
        let browser = app.browser();
        let wrong = sign_in(&browser, "lin", "not the password").await;
        wrong.refused(401, "wrong_login");
        for login in ["nobody", "", "林女士", "a b", "' or 1=1 --"] {
            let unknown = sign_in(&browser, login, "not the password").await;
            unknown.refused(401, "wrong_login");
            assert_eq!(unknown.json()["detail"], wrong.json()["detail"]);
        }
        browser.get("/api/v1/me").await.refused(401, "not_signed_in");
        let entries = system_entries(app).await;
        let failed: Vec<_> = entries.iter().filter(|(kind, _)| kind == "account.sign_in_failed").collect();
        assert_eq!(failed.len(), 6);
        assert!(failed.iter().all(|(_, bytes)| !bytes.contains("nobody") && !bytes.contains("password")));
    }

    async fn signing_in_again_ends_the_session_that_the_browser_had(app: &TestApp) {
        let browser = app.browser();
        let first = cookie(&sign_in(&browser, "lin", PASSWORD).await);
        let second = cookie(&sign_in(&browser, "gao", PASSWORD).await);
        assert_ne!(first, second);
        me_with(app, &first).await.refused(401, "not_signed_in");
        assert_eq!(me_with(app, &second).await.ok()["login"], "gao");
        // Another browser keeps its own.
        let other = app.signed_in("gao").await;
        browser.post("/api/v1/sign-out", json!({})).await.ok();
        other.get("/api/v1/me").await.ok();
    }

    async fn a_changed_password_signs_everybody_else_out(app: &TestApp) {
        let (here, there) = (app.signed_in("lin").await, app.signed_in("lin").await);
        let change = |current: &str, new: &str| {
            here.post("/api/v1/me/password", json!({"current_password": current, "new_password": new}))
        };
        let refused = change("not the password", "correct horse battery").await;
        refused.refused(422, "wrong_password");
        assert_eq!(refused.json()["field"], "current_password");
        change(PASSWORD, "short").await.refused(422, "bad_password");
        change(PASSWORD, PASSWORD).await.refused(422, "same_password");
        there.get("/api/v1/me").await.ok();

        assert_eq!(change(PASSWORD, "correct horse battery").await.status, 204);
        here.get("/api/v1/me").await.ok();
        there.get("/api/v1/me").await.refused(401, "not_signed_in");
        sign_in(&app.browser(), "lin", PASSWORD).await.refused(401, "wrong_login");
        sign_in(&app.browser(), "lin", "correct horse battery").await.ok();
        let entries = system_entries(app).await;
        let changed: Vec<_> = entries.iter().filter(|(kind, _)| kind == "account.password_changed").collect();
        assert_eq!(changed.len(), 1);
        assert!(changed[0].1.contains(r#""sessions_ended":1"#) && !changed[0].1.contains("horse"), "{changed:?}");
        // Guessing the current one is slowed down as guessing at the door is.
        for _ in 0..5 {
            change("a wild guess", "another good password").await.refused(422, "wrong_password");
        }
        change("a wild guess", "another good password").await.refused(429, "too_many_attempts");
    }

    async fn signing_out_counts_at_once(app: &TestApp) {
        let browser = app.browser();
        let session = cookie(&sign_in(&browser, "lin", PASSWORD).await);
        let out = browser.call(Method::POST, "/api/v1/sign-out", None).await;
        assert_eq!(out.status, 204);
        assert!(out.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
        me_with(app, &session).await.refused(401, "not_signed_in");
        assert_eq!(sessions(app).await, 0);
        assert_eq!(system_entries(app).await.pop().unwrap().0, "account.signed_out");
        // Nobody is signed in any more: nothing to do, nothing to note.
        let entries = system_entries(app).await.len();
        assert_eq!(browser.call(Method::POST, "/api/v1/sign-out", None).await.status, 204);
        assert_eq!(system_entries(app).await.len(), entries);
    }

    async fn a_session_ends_when_idle_and_after_twelve_hours(app: &TestApp) {
        let idle = app.signed_in("gao").await;
        let used = app.signed_in("lin").await;
        for at in ["2026-11-23T03:59:59Z", "2026-11-23T05:59:58Z", "2026-11-23T07:59:57Z",
                   "2026-11-23T09:59:56Z", "2026-11-23T11:59:55Z", "2026-11-23T13:59:54Z"] {
            app.set_time(at);
            used.get("/api/v1/me").await.ok();
        }
        idle.get("/api/v1/me").await.refused(401, "not_signed_in");
        app.set_time("2026-11-23T14:00:00Z");
        used.get("/api/v1/me").await.refused(401, "not_signed_in");
        app.app.auth.sweep().await.unwrap();
        assert_eq!(sessions(app).await, 0);
    }

    async fn use_within_a_minute_is_not_written_down(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let seen = || async {
            let row = auth_session::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
            row.last_seen_at.to_rfc3339()
        };
        app.set_time("2026-11-23T02:00:59Z");
        browser.get("/api/v1/me").await.ok();
        assert_eq!(seen().await, "2026-11-23T02:00:00+00:00");
        app.set_time("2026-11-23T02:01:00Z");
        browser.get("/api/v1/me").await.ok();
        assert_eq!(seen().await, "2026-11-23T02:01:00+00:00");
    }

    async fn an_account_that_is_switched_off_is_out_at_once(app: &TestApp) {
        let browser = app.signed_in("gao").await;
        app.app.db.write::<_, sea_orm::DbErr, _>(|tx| Box::pin(async move {
            account::Entity::update_many().col_expr(account::Column::Active, Expr::value(false))
                .filter(account::Column::Login.eq("gao")).exec(tx.conn()).await
        })).await.unwrap();
        browser.get("/api/v1/me").await.refused(401, "not_signed_in");
        sign_in(&app.browser(), "gao", PASSWORD).await.refused(401, "wrong_login");
    }

    async fn an_address_may_not_guess_at_ever_new_logins(app: &TestApp) {
        let browser = app.browser();
        let guess = |address: &'static str, login: String, password: &'static str| {
            let request = browser.client.post(format!("{}/api/v1/sign-in", app.base));
            let body = json!({"login": login, "password": password});
            browser.send(request.header("x-forwarded-for", address).json(&body))
        };
        for n in 0..50 {
            guess("203.0.113.7", format!("nobody{n}"), "a wild guess").await.refused(401, "wrong_login");
        }
        let refused = guess("203.0.113.7", "lin".into(), PASSWORD).await;
        refused.refused(429, "too_many_attempts");
        assert_eq!(refused.headers[header::RETRY_AFTER], "900");
        guess("203.0.113.8", "lin".into(), PASSWORD).await.ok();
    }

    async fn one_sets_ones_language(app: &TestApp) {
        let browser = app.signed_in("lin").await;
        let patch = |locale: &'static str| browser.call(Method::PATCH, "/api/v1/me", Some(json!({"locale": locale})));
        assert_eq!(patch("en").await.ok()["locale"], "en");
        assert_eq!(browser.get("/api/v1/me").await.ok()["locale"], "en");
        patch("fr").await.refused(422, "invalid_field");
        app.browser().call(Method::PATCH, "/api/v1/me", Some(json!({"locale": "en"}))).await.refused(401, "not_signed_in");
    }

    async fn an_enterprise_is_let_in(app: &TestApp) {
        let (member, chief) = (app.signed_in("he").await, app.signed_in("shen").await);
        let id = pending_id(&chief, "91239999MA0000285Y").await;
        let approve = format!("/api/v1/enterprises/{id}/approve");
        let decided = chief.post(&approve, json!({})).await.ok();
        assert_eq!((&decided["state"], &decided["decided_at"]), (&json!("approved"), &json!("2026-11-23T02:00:00Z")));
        assert_eq!(member.get("/api/v1/me").await.ok()["enterprise"]["state"], "approved", "at once");
        chief.post(&approve, json!({})).await.refused(409, "already_decided");
        let refuse = format!("/api/v1/enterprises/{id}/refuse");
        chief.post(&refuse, json!({"reason": "材料不全"})).await.refused(409, "already_decided");
        assert_eq!(system_entries(app).await.last().unwrap().0, "enterprise.approved");
        let mails = outbox::Entity::find().all(app.app.db.reader()).await.unwrap();
        assert_eq!(mails.len(), 1);
        assert_eq!((mails[0].template.as_str(), mails[0].to_address.as_str()), ("enterprise.approved", "he@example.com"));
    }

    async fn an_enterprise_is_turned_away_with_a_reason(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let id = pending_id(&chief, "91239999MA0000285Y").await;
        let refuse = format!("/api/v1/enterprises/{id}/refuse");
        for reason in ["", " 不 ", &"长".repeat(501), "a\u{0}b\u{7}"] {
            let answer = chief.post(&refuse, json!({"reason": reason})).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["field"]), (422, &json!("reason")), "{reason:?}");
        }
        chief.post(&refuse, json!({})).await.refused(422, "invalid_field");
        let decided = chief.post(&refuse, json!({"reason": " 营业执照看不清，请重拍 "})).await.ok();
        assert_eq!((&decided["state"], &decided["reason"]), (&json!("refused"), &json!("营业执照看不清，请重拍")));
        assert_eq!(app.signed_in("he").await.get("/api/v1/me").await.ok()["enterprise"]["state"], "refused");
        let entries = system_entries(app).await;
        let (_, bytes) = entries.iter().find(|(kind, _)| kind == "enterprise.refused").unwrap();
        assert!(bytes.contains("\"reason\":") && !bytes.contains("营业执照"), "only a commitment: {bytes}");
        let mail = outbox::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!(mail.template, "enterprise.refused");
        assert!(mail.payload.to_string().contains("营业执照看不清"));
    }

    async fn only_a_chief_decides_about_enterprises(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let id = pending_id(&chief, "91239999MA0000285Y").await;
        let calls = [
            (Method::GET, "/api/v1/enterprises".to_owned(), None),
            (Method::POST, format!("/api/v1/enterprises/{id}/approve"), None),
            (Method::POST, format!("/api/v1/enterprises/{id}/refuse"), Some(json!({"reason": "材料不全"}))),
        ];
        for login in ["lin", "bai", "luo", "zhou", "tang", "yi", "sys", "sec", "aud"] {
            let browser = app.signed_in(login).await;
            for (method, path, body) in &calls {
                browser.call(method.clone(), path, body.clone()).await.refused(403, "forbidden");
            }
        }
        for (method, path, body) in &calls {
            app.browser().call(method.clone(), path, body.clone()).await.refused(401, "not_signed_in");
        }
        for id in ["00000000-0000-7000-8000-000000000000", "nonsense"] {
            chief.post(&format!("/api/v1/enterprises/{id}/approve"), json!({})).await.refused(404, "not_found");
        }
        pending_id(&chief, "91239999MA0000285Y").await;
    }

    async fn the_list_of_enterprises_goes_on_from_its_cursor(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let all = chief.get("/api/v1/enterprises").await.ok();
        assert_eq!(all["items"].as_array().unwrap().len(), 4);
        assert_eq!(all["next_cursor"], Value::Null);
        let second = all["items"][1]["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
        let cursor = mianqia::http::Cursor::encode(&second).unwrap();
        let rest = chief.get(&format!("/api/v1/enterprises?cursor={cursor}")).await.ok();
        assert_eq!(rest["items"].as_array().unwrap()[..], all["items"].as_array().unwrap()[2..]);
        chief.get("/api/v1/enterprises?cursor=x").await.refused(422, "invalid_cursor");
        chief.get("/api/v1/enterprises?state=maybe").await.refused(422, "invalid_parameter");
    }

    async fn the_official_calendar_is_public(app: &TestApp) {
        let browser = app.browser();
        let office = browser.get("/api/v1/office").await.ok();
        assert_eq!(office["name"]["zh-CN"], "冰城海关");
        assert_eq!((&office["zone"], &office["notice"]["version"]), (&json!("Asia/Shanghai"), &json!(5)));
        assert_eq!((&office["notice"]["published_on"], &office["languages"][0]), (&json!("2026-08-01"), &json!("zh-CN")));

        let days = browser.get("/api/v1/calendar?from=2026-02-13&to=2026-02-18").await.ok();
        let kinds: Vec<_> = days["days"].as_array().unwrap().iter().map(|day| day["kind"].clone()).collect();
        assert_eq!(kinds, ["workday", "makeup_workday", "holiday", "holiday", "holiday", "holiday"]);
        assert_eq!((&days["days"][0]["name"], &days["days"][1]["name"]), (&Value::Null, &json!("春节")));
        let next = browser.get("/api/v1/calendar?from=2026-12-31&to=2027-01-01").await.ok();
        assert_eq!(next["days"][1], json!({"date": "2027-01-01", "kind": "unpublished", "name": null}));
        assert_eq!(browser.get("/api/v1/calendar?from=2026-01-01&to=2026-04-02").await.ok()["days"].as_array().unwrap().len(), 92);

        for (query, code) in [
            ("from=2026-01-01&to=2026-04-03", "range_too_long"),
            ("from=2026-01-02&to=2026-01-01", "bad_range"),
            ("from=2026-02-30&to=2026-03-01", "invalid_parameter"),
            ("from=2026-01-01", "invalid_parameter"),
            ("from=0000-01-01&to=0000-01-02", "date_out_of_range"),
            ("from=%2B262142-12-01&to=%2B262142-12-31", "date_out_of_range"),
        ] {
            browser.get(&format!("/api/v1/calendar?{query}")).await.refused(422, code);
        }
    }
}
