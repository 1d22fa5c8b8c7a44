//! Registering: the answer tells nothing, the mail tells the rest, the link finishes it.

use crate::both_stores;
use crate::support::{Answer, Browser, PASSWORD, Store, TestApp};
use mianqia::auth::entities::{account, enterprise, registration};
use mianqia::evidence;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use reqwest::header;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

const FREE: &str = "91239999MA00000A92";
const WORDS: &str = "correct horse battery";

fn enterprise(uscc: &str, login: &str) -> Value {
    json!({
        "name": "北岸样例食品有限公司", "uscc": uscc, "contact_name": "宋𡐓女士", "contact_mobile": "+86 154 0000 2001",
        "contact_email": format!("{}@example.com", login.to_lowercase()), "login": login, "password": WORDS, "locale": "zh-CN",
    })
}

fn traveller(login: &str) -> Value {
    json!({
        "name": "Robin Sample", "mobile": "+7 916 123-45-67", "email": format!("{login}@example.com"),
        "login": login, "password": WORDS, "locale": "en",
    })
}

async fn sign_in(browser: &Browser, login: &str) -> Answer {
    browser.post("/api/v1/sign-in", json!({"login": login, "password": WORDS})).await
}

/// The latest mail of a kind to an address.
async fn mail(app: &TestApp, template: &str, to: &str) -> Option<String> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::Template.eq(template))
        .filter(outbox::Column::ToAddress.eq(to))
        .order_by_desc(outbox::Column::Id);
    let row = rows.one(app.app.db.reader()).await.unwrap();
    row.map(|row| row.payload["text"].as_str().unwrap().to_owned())
}

/// The token of the link in the latest mail to an address.
async fn token(app: &TestApp, to: &str) -> String {
    let text = mail(app, "registration.confirm", to).await.expect("a mail");
    let (_, rest) = text.split_once("/confirm/").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn confirm(app: &TestApp, token: &str, body: Value) -> Answer {
    app.browser().post(&format!("/api/v1/registrations/{token}/confirm"), body).await
}

/// Registers and finishes.
async fn registered(app: &TestApp, path: &str, body: Value) -> Value {
    let to = body["contact_email"].as_str().or(body["email"].as_str()).unwrap().to_owned();
    assert_eq!(app.browser().post(path, body).await.status, 202);
    confirm(app, &token(app, &to).await, json!({})).await.ok()
}

async fn kinds(app: &TestApp) -> Vec<String> {
    evidence::verify_chain(app.app.db.reader(), evidence::SYSTEM).await.unwrap().unwrap();
    let rows = entry::Entity::find().filter(entry::Column::CaseId.eq(evidence::SYSTEM));
    let rows = rows.order_by_asc(entry::Column::Seq).all(app.app.db.reader()).await.unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}

async fn pending(chief: &Browser, uscc: &str) -> Option<Value> {
    let list = chief.get("/api/v1/enterprises?state=pending").await.ok();
    list["items"].as_array().unwrap().iter().find(|row| row["uscc"] == uscc).cloned()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn an_enterprise_registers_and_waits_for_a_chief(app: &TestApp) {
        let browser = app.browser();
        let answer = browser.post("/api/v1/enterprises", enterprise("91239999ma00000a92", "Song.Food")).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        assert_eq!(answer.json(), json!({"expires_at": "2026-11-24T02:00:00Z"}));
        // Nothing is there yet: no account, no enterprise before the chief, no entry.
        sign_in(&browser, "song.food").await.refused(401, "wrong_login");
        let chief = app.signed_in("shen").await;
        assert!(pending(&chief, FREE).await.is_none());

        let text = mail(app, "registration.confirm", "song.food@example.com").await.unwrap();
        assert!(text.contains("24 小时") && text.contains("2 个工作日"), "{text}");
        assert!(!text.contains("北岸") && !text.contains("宋") && !text.contains("battery"), "{text}");
        let token = token(app, "song.food@example.com").await;
        let waiting = browser.get(&format!("/api/v1/registrations/{token}")).await.ok();
        assert_eq!((&waiting["kind"], &waiting["login"], &waiting["joins"]), (&json!("enterprise"), &json!("song.food"), &json!(false)));
        assert_eq!((&waiting["confirmed"], &waiting["login_taken"]), (&json!(false), &json!(false)));

        let confirmed = confirm(app, &token, json!({})).await.ok();
        assert_eq!(confirmed, json!({"kind": "enterprise", "login": "song.food", "enterprise_state": "pending", "membership": "approved"}));
        assert_eq!(confirm(app, &token, json!({})).await.ok(), confirmed, "a second time it tells the same");
        assert_eq!(kinds(app).await.iter().filter(|kind| *kind == "enterprise.registered").count(), 5);
        let me = sign_in(&browser, "song.food").await.ok();
        assert_eq!((&me["enterprise"]["state"], &me["mobile"]), (&json!("pending"), &json!("15400002001")));
        assert_eq!(pending(&chief, FREE).await.unwrap()["contact_mobile"], "15400002001");
        let row = registration::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!(row.password_hash, "", "the hash is kept once");
    }

    async fn a_traveller_registers_without_anybodys_approval(app: &TestApp) {
        let confirmed = registered(app, "/api/v1/travellers", traveller("robin")).await;
        assert_eq!(confirmed, json!({"kind": "traveller", "login": "robin", "enterprise_state": null, "membership": null}));
        let text = mail(app, "registration.confirm", "robin@example.com").await.unwrap();
        assert!(text.contains("24 hours") && !text.contains("Robin"), "{text}");
        let browser = app.browser();
        let me = sign_in(&browser, "robin").await.ok();
        assert_eq!((&me["role"], &me["mobile"], &me["enterprise"]), (&json!("traveller"), &json!("+79161234567"), &Value::Null));
        assert_eq!(kinds(app).await.iter().filter(|kind| *kind == "account.registered").count(), 1);
        browser.get("/api/v1/bookings").await.ok();
        for (field, value, code) in [
            ("name", json!(""), "wrong_length"),
            ("name", json!("see evil.example"), "name_not_allowed"),
            ("mobile", json!("+7 916"), "wrong_length"),
            ("email", json!("robin"), "wrong_character"),
            ("password", json!("Robin-2026!"), "bad_password"),
        ] {
            let mut body = traveller("robin");
            body[field] = value;
            let answer = browser.post("/api/v1/travellers", body).await;
            answer.refused(422, code);
            assert_eq!(answer.json()["field"], field, "{}", answer.text);
        }
    }

    async fn the_answer_does_not_tell_what_is_registered(app: &TestApp) {
        let browser = app.browser();
        let answers = [
            browser.post("/api/v1/enterprises", enterprise(FREE, "song1")).await,
            browser.post("/api/v1/enterprises", enterprise("91239999MA0000082A", "song2")).await,
            browser.post("/api/v1/enterprises", json!({"name": "北岸样例", "uscc": FREE, "contact_name": "宋", "contact_mobile": "15400002001",
                "contact_email": "song3@example.com", "login": "LIN", "password": WORDS, "locale": "zh-CN"})).await,
            browser.post("/api/v1/travellers", json!({"name": "宋", "mobile": "15400002001", "email": "song4@example.com", "login": "zhou.",
                "password": WORDS, "locale": "zh-CN"})).await,
        ];
        for answer in &answers {
            assert_eq!((answer.status.as_u16(), answer.json()), (202, answers[0].json()));
        }
        // The mail tells, and the link opens the rest.
        let told = mail(app, "registration.confirm", "song2@example.com").await.unwrap();
        assert!(told.contains("91239999MA0000082A") && told.contains("已经注册过") && told.contains("不要共用"), "{told}");
        let told = mail(app, "registration.confirm", "song3@example.com").await.unwrap();
        assert!(told.contains("登录名 lin 已有人使用"), "{told}");
        let token = token(app, "song3@example.com").await;
        assert_eq!(browser.get(&format!("/api/v1/registrations/{token}")).await.ok()["login_taken"], true);
        let refused = confirm(app, &token, json!({})).await;
        refused.refused(409, "login_taken");
        assert_eq!(refused.json()["field"], "login");
        confirm(app, &token, json!({"login": "x"})).await.refused(422, "bad_login");
        assert_eq!(confirm(app, &token, json!({"login": "Song3"})).await.ok()["login"], "song3");
        sign_in(&browser, "song3").await.ok();
    }

    async fn a_link_does_not_open_a_list_of_logins(app: &TestApp) {
        app.browser().post("/api/v1/travellers", traveller("robin")).await.ok();
        let token = token(app, "robin@example.com").await;
        for login in ["gao", "LIN", "zhou", "luo", "lin"] {
            confirm(app, &token, json!({"login": login})).await.refused(409, "login_taken");
        }
        let refused = confirm(app, &token, json!({"login": "han"})).await;
        refused.refused(429, "too_many_attempts");
        assert!(refused.text.contains("登录名") && !refused.text.contains("注册"), "{}", refused.text);
        assert_eq!(refused.headers[header::RETRY_AFTER], "60");
    }

    async fn what_is_not_confirmed_takes_nothing_and_ends(app: &TestApp) {
        let browser = app.browser();
        browser.post("/api/v1/enterprises", enterprise(FREE, "song")).await.ok();
        let late = token(app, "song@example.com").await;
        let mut same = enterprise(FREE, "song");
        same["contact_email"] = json!("other@example.com");
        let confirmed = registered(app, "/api/v1/enterprises", same).await;
        assert_eq!(confirmed["membership"], "approved", "the first to confirm has it");
        app.set_time("2026-11-24T02:00:00Z");
        confirm(app, &late, json!({})).await.refused(404, "unknown_link");
        browser.get(&format!("/api/v1/registrations/{late}")).await.refused(404, "unknown_link");
        browser.get("/api/v1/registrations/nonsense").await.refused(404, "unknown_link");
        app.app.auth.sweep().await.unwrap();
        assert_eq!(registration::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
    }

    async fn of_many_at_once_one_has_the_code_and_the_others_ask(app: &TestApp) {
        let mut tokens = Vec::new();
        for n in 0..6 {
            let login = format!("song-{n}");
            app.browser().post("/api/v1/enterprises", enterprise(FREE, &login)).await.ok();
            tokens.push(token(app, &format!("{login}@example.com")).await);
        }
        let answers = futures::future::join_all(tokens.iter().map(|token| confirm(app, token, json!({})))).await;
        let memberships: Vec<Value> = answers.iter().map(|answer| answer.ok()["membership"].clone()).collect();
        assert_eq!(memberships.iter().filter(|one| **one == "approved").count(), 1, "{memberships:?}");
        assert_eq!(memberships.iter().filter(|one| **one == "pending").count(), 5);
        let held = enterprise::Entity::find().filter(enterprise::Column::Uscc.eq(FREE));
        assert_eq!(held.count(app.app.db.reader()).await.unwrap(), 1);
        // One link at once makes one account.
        app.browser().post("/api/v1/travellers", traveller("robin")).await.ok();
        let token = token(app, "robin@example.com").await;
        let answers = futures::future::join_all((0..6).map(|_| confirm(app, &token, json!({})))).await;
        answers.iter().for_each(|answer| assert_eq!(answer.ok()["login"], "robin"));
        let accounts = account::Entity::find().filter(account::Column::Login.eq("robin"));
        assert_eq!(accounts.count(app.app.db.reader()).await.unwrap(), 1);
    }

    async fn the_code_of_a_refused_enterprise_is_free_again(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let he = pending(&chief, "91239999MA0000285Y").await.unwrap();
        let refuse = format!("/api/v1/enterprises/{}/refuse", he["id"].as_str().unwrap());
        chief.post(&refuse, json!({"reason": "材料不全"})).await.ok();
        let again = registered(app, "/api/v1/enterprises", enterprise("91239999MA0000285Y", "he2")).await;
        assert_eq!((&again["membership"], &again["enterprise_state"]), (&json!("approved"), &json!("pending")));
        assert_eq!(pending(&chief, "91239999MA0000285Y").await.unwrap()["name"], "北岸样例食品有限公司");
        assert_eq!(app.signed_in("he").await.get("/api/v1/me").await.ok()["enterprise"]["state"], "refused");
        // The demo laid again adds none.
        mianqia::auth::demo::seed(&app.app.db, &app.clock).await.unwrap();
        let held = enterprise::Entity::find().filter(enterprise::Column::Uscc.eq("91239999MA0000285Y"));
        assert_eq!(held.count(app.app.db.reader()).await.unwrap(), 2);
    }

    async fn whose_enterprise_was_refused_registers_again_with_the_same_login(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        let old = app.browser();
        registered(app, "/api/v1/enterprises", enterprise(FREE, "song")).await;
        sign_in(&old, "song").await.ok();
        let refuse = format!("/api/v1/enterprises/{}/refuse", pending(&chief, FREE).await.unwrap()["id"].as_str().unwrap());
        // Before the refusal the login is taken, for its owner too.
        app.browser().post("/api/v1/enterprises", enterprise(FREE, "song")).await.ok();
        confirm(app, &token(app, "song@example.com").await, json!({})).await.refused(409, "login_taken");
        chief.post(&refuse, json!({"reason": "材料不全"})).await.ok();
        let told = mail(app, "enterprise.refused", "song@example.com").await.unwrap();
        assert!(told.contains("同一邮箱和原来的登录名"), "{told}");
        assert_eq!(old.get("/api/v1/me").await.ok()["enterprise"]["state"], "refused");
        // For somebody with another e-mail address it stays taken.
        let mut other = enterprise(FREE, "song");
        other["contact_email"] = json!("other@example.com");
        app.browser().post("/api/v1/enterprises", other).await.ok();
        let others = token(app, "other@example.com").await;
        confirm(app, &others, json!({})).await.refused(409, "login_taken");
        // For whoever reads the mails of the old account it is free.
        app.browser().post("/api/v1/enterprises", enterprise(FREE, "song")).await.ok();
        let again = token(app, "song@example.com").await;
        assert_eq!(app.browser().get(&format!("/api/v1/registrations/{again}")).await.ok()["login_taken"], false);
        let confirmed = confirm(app, &again, json!({})).await.ok();
        assert_eq!((&confirmed["login"], &confirmed["enterprise_state"]), (&json!("song"), &json!("pending")));
        old.get("/api/v1/me").await.refused(401, "not_signed_in");
        assert_eq!(sign_in(&old, "song").await.ok()["enterprise"]["state"], "pending");
        let held = account::Entity::find().filter(account::Column::Email.eq("song@example.com"));
        assert_eq!(held.clone().filter(account::Column::Active.eq(true)).count(app.app.db.reader()).await.unwrap(), 1);
        assert_eq!(held.count(app.app.db.reader()).await.unwrap(), 2);
    }

    async fn few_may_wait_to_join_an_enterprise_and_outside_nobody_sees_it(app: &TestApp) {
        const SNOW: &str = "91239999MA0000082A";
        for n in 0..7 {
            let answer = app.browser().post("/api/v1/enterprises", enterprise(SNOW, &format!("song-{n}"))).await;
            assert_eq!(answer.status, 202);
            let answer = confirm(app, &token(app, &format!("song-{n}@example.com")).await, json!({})).await;
            if n < 5 {
                answer.ok();
            } else {
                answer.refused(429, "too_many_joining");
            }
        }
        let asked = outbox::Entity::find().filter(outbox::Column::Template.eq("membership.requested"));
        assert_eq!(asked.count(app.app.db.reader()).await.unwrap(), 5);
        // Where one is decided about, one more may ask; but no more than ten a day.
        let chief = app.signed_in("shen").await;
        let lin = app.signed_in("lin").await.get("/api/v1/me").await.ok();
        let members = format!("/api/v1/enterprises/{}/members", lin["enterprise"]["id"].as_str().unwrap());
        for n in 5..12 {
            for member in chief.get(&members).await.ok()["items"].as_array().unwrap() {
                if member["membership"] == "pending" {
                    chief.post(&format!("{members}/{}/refuse", member["id"].as_str().unwrap()), json!({})).await.ok();
                }
            }
            let login = format!("tang-{n}");
            let request = app.browser();
            let sent = request.client.post(format!("{}/api/v1/enterprises", app.base));
            let sent = request.send(sent.header("x-forwarded-for", "203.0.113.9").json(&enterprise(SNOW, &login))).await;
            assert_eq!(sent.status, 202);
            let answer = confirm(app, &token(app, &format!("{login}@example.com")).await, json!({})).await;
            assert_eq!(answer.status, if n < 9 { 200 } else { 429 }, "{n} {}", answer.text);
        }
    }

    async fn names_that_look_the_same_are_shown_to_the_chief(app: &TestApp) {
        let chief = app.signed_in("shen").await;
        for (uscc, login, name) in [
            (FREE, "song", "雪原 樣例粮油有限公司"),
            ("91239999MA0000015C", "other", "雪原样例食品"),
        ] {
            let mut body = enterprise(uscc, login);
            body["name"] = json!(name);
            if app.browser().post("/api/v1/enterprises", body).await.status == 202 {
                confirm(app, &token(app, &format!("{login}@example.com")).await, json!({})).await.ok();
            }
        }
        let song = pending(&chief, FREE).await.unwrap();
        assert_eq!(song["twins"].as_array().unwrap().len(), 1);
        assert_eq!((&song["twins"][0]["name"], &song["twins"][0]["uscc"]), (&json!("雪原样例粮油"), &json!("91239999MA0000082A")));
        let he = pending(&chief, "91239999MA0000285Y").await.unwrap();
        assert_eq!(he["twins"], json!([]));
        // Invisible characters make no twin: they are refused.
        for name in ["\u{200b}\u{200b}", "雪原\u{200b}样例粮油", "雪原\u{202e}样例"] {
            let mut body = enterprise(FREE, "song9");
            body["name"] = json!(name);
            assert_eq!(app.browser().post("/api/v1/enterprises", body).await.status, 422, "{name:?}");
        }
    }

    async fn registering_has_limits(app: &TestApp) {
        let browser = app.browser();
        let from = |address: &'static str, n: usize| {
            let request = browser.client.post(format!("{}/api/v1/travellers", app.base));
            browser.send(request.header("x-forwarded-for", address).json(&traveller(&format!("robin{n}"))))
        };
        for n in 0..10 {
            assert_eq!(from("203.0.113.7", n).await.status, 202);
        }
        let refused = from("203.0.113.7", 10).await;
        refused.refused(429, "too_many_registrations");
        assert_eq!(refused.headers[header::RETRY_AFTER], "3600");
        assert_eq!(from("203.0.113.8", 11).await.status, 202);
        // One e-mail address gets five mails a day, whoever types it.
        for n in 0..6 {
            let mut body = traveller(&format!("again{n}"));
            body["email"] = json!("robin11@example.com");
            let answer = browser.post("/api/v1/travellers", body).await;
            assert_eq!(answer.status, if n < 4 { 202 } else { 429 }, "{n}");
        }
        // A form that is refused costs nothing.
        for _ in 0..20 {
            let mut body = traveller("robin12");
            body["mobile"] = json!("1");
            browser.post("/api/v1/travellers", body).await.refused(422, "wrong_length");
        }
        assert_eq!(browser.post("/api/v1/travellers", traveller("robin12")).await.status, 202);
    }

    async fn a_wrong_field_of_a_registration_is_named(app: &TestApp) {
        let browser = app.browser();
        for (field, value, code) in [
            ("name", json!("北"), "wrong_length"),
            ("name", json!(null), "invalid_field"),
            ("uscc", json!("91239999MA00000150"), "wrong_check_digit"),
            ("uscc", json!("91239999MAO000015C"), "wrong_character"),
            ("uscc", json!("91239999MA0000015"), "wrong_length"),
            ("name", json!("北岸 https://evil.example"), "name_not_allowed"),
            ("contact_name", json!(""), "wrong_length"),
            ("contact_name", json!("海关通知 请登录 https://evil.example/x 核实账号否则停用"), "name_not_allowed"),
            ("contact_name", json!("Z\u{335}\u{336}\u{337}o"), "name_not_allowed"),
            ("contact_mobile", json!("12000000001"), "wrong_character"),
            ("contact_email", json!("song@localhost"), "wrong_character"),
            ("login", json!("宋女士"), "bad_login"),
            ("password", json!("short"), "bad_password"),
            ("password", json!("北岸样例食品有限公司1"), "bad_password"),
            ("locale", json!("fr"), "invalid_field"),
        ] {
            let mut body = enterprise(FREE, "song");
            body[field] = value;
            let answer = browser.post("/api/v1/enterprises", body).await;
            answer.refused(422, code);
            assert_eq!(answer.json()["field"], field, "{}", answer.text);
        }
        assert_eq!(registration::Entity::find().count(app.app.db.reader()).await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_registrations_keeps_nobody_from_signing_in() {
    let app = TestApp::start(Store::Sqlite, "2026-11-23T02:00:00Z").await;
    let browser = app.browser();
    let crowd = (0..60).map(|n| {
        let browser = browser.clone();
        tokio::spawn(async move {
            browser.post("/api/v1/travellers", traveller(&format!("crowd{n}"))).await.status
        })
    });
    let crowd: Vec<_> = crowd.collect();
    for login in ["lin", "gao", "bai", "he", "luo", "zhou", "shen"] {
        let answer =
            app.browser().post("/api/v1/sign-in", json!({"login": login, "password": PASSWORD})).await;
        assert_eq!(answer.status, 200, "{login}: {}", answer.text);
    }
    let statuses = futures::future::join_all(crowd).await;
    assert!(
        statuses.iter().all(|status| matches!(status.as_ref().unwrap().as_u16(), 202 | 429)),
        "{statuses:?}"
    );
    app.stop().await;
}
