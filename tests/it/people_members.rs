//! The second person of an enterprise asks to join it; colleagues and chiefs let them in.

use crate::both_stores;
use crate::support::{Answer, Browser, TestApp};
use mianqia::evidence;
use mianqia::evidence::entities::entry;
use mianqia::notify::entities::outbox;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

const SNOW: &str = "91239999MA0000082A";
const WORDS: &str = "correct horse battery";

async fn mails(app: &TestApp, template: &str) -> Vec<(String, String)> {
    let rows = outbox::Entity::find().filter(outbox::Column::Template.eq(template));
    let rows = rows.order_by_asc(outbox::Column::Id).all(app.app.db.reader()).await.unwrap();
    rows.into_iter().map(|row| (row.to_address, row.payload["text"].as_str().unwrap().to_owned())).collect()
}

/// Somebody who asked to join the enterprise with a code, signed in.
async fn asks_to_join(app: &TestApp, uscc: &str, login: &str) -> Browser {
    let browser = app.browser();
    let body = json!({
        "name": "随便写的名字", "uscc": uscc, "contact_name": "孙女士", "contact_mobile": "15400003001",
        "contact_email": format!("{login}@example.com"), "login": login, "password": WORDS, "locale": "zh-CN",
    });
    assert_eq!(browser.post("/api/v1/enterprises", body).await.status, 202);
    let (_, text) = mails(app, "registration.confirm").await.pop().unwrap();
    let token = text.split_once("/confirm/").unwrap().1.split_whitespace().next().unwrap().to_owned();
    let confirmed = browser.post(&format!("/api/v1/registrations/{token}/confirm"), json!({})).await.ok();
    assert_eq!(confirmed["membership"], "pending");
    sign_in(&browser, login).await.ok();
    browser
}

async fn sign_in(browser: &Browser, login: &str) -> Answer {
    browser.post("/api/v1/sign-in", json!({"login": login, "password": WORDS})).await
}

async fn enterprise_of(browser: &Browser) -> String {
    browser.get("/api/v1/me").await.ok()["enterprise"]["id"].as_str().unwrap().to_owned()
}

async fn members(browser: &Browser, id: &str) -> Vec<Value> {
    browser.get(&format!("/api/v1/enterprises/{id}/members")).await.ok()["items"].as_array().unwrap().clone()
}

fn id_of(members: &[Value], login: &str) -> String {
    members.iter().find(|one| one["login"] == login).unwrap()["id"].as_str().unwrap().to_owned()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn a_colleague_lets_the_second_person_in(app: &TestApp) {
        let (lin, sun) = (app.signed_in("lin").await, asks_to_join(app, SNOW, "sun").await);
        let me = sun.get("/api/v1/me").await.ok();
        assert_eq!((&me["enterprise"]["name"], &me["enterprise"]["membership"]), (&json!("雪原样例粮油"), &json!("pending")));
        // Who only asks sees and does nothing of the enterprise's.
        let at = enterprise_of(&lin).await;
        for path in ["/api/v1/bookings".to_owned(), format!("/api/v1/enterprises/{at}/members")] {
            sun.get(&path).await.refused(403, "membership_pending");
        }
        let asked = mails(app, "membership.requested").await;
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].0, "lin@example.com");
        assert!(asked[0].1.contains("孙女士") && asked[0].1.contains("15400003001") && asked[0].1.contains("/colleagues"), "{}", asked[0].1);
        assert_eq!(lin.get("/api/v1/me").await.ok()["colleagues_waiting"], 1);

        let all = members(&lin, &at).await;
        assert_eq!(all.iter().map(|one| one["membership"].as_str().unwrap()).collect::<Vec<_>>(), ["approved", "pending"]);
        let step = |step: &str| format!("/api/v1/enterprises/{at}/members/{}/{step}", id_of(&all, "sun"));
        assert_eq!(lin.post(&step("approve"), json!({})).await.ok()["membership"], "approved");
        lin.post(&step("refuse"), json!({})).await.refused(409, "already_decided");
        assert_eq!(lin.get("/api/v1/me").await.ok()["colleagues_waiting"], 0);
        sun.get("/api/v1/bookings").await.ok();
        assert_eq!(members(&sun, &at).await.len(), 2);
        assert_eq!(mails(app, "membership.approved").await[0].0, "sun@example.com");

        // And put out: at once, with the bookings out of sight.
        assert_eq!(lin.post(&step("end"), json!({})).await.ok()["membership"], "ended");
        sun.get("/api/v1/me").await.refused(401, "not_signed_in");
        sign_in(&sun, "sun").await.ok();
        sun.get("/api/v1/bookings").await.refused(403, "membership_ended");
        let told = mails(app, "membership.ended").await;
        assert_eq!(told.len(), 1);
        assert!(told[0].1.contains("成员资格已终止") && !told[0].1.contains("停用"), "{}", told[0].1);
        // At an invitation too they are told what is so, and not that their role were another.
        let refused = sun.post("/api/v1/invitations/nonsense/accept", json!({})).await;
        refused.refused(403, "membership_ended");
        assert!(refused.text.contains("雪原样例粮油") && refused.text.contains("不再是"), "{}", refused.text);

        let rows = entry::Entity::find().filter(entry::Column::CaseId.eq(evidence::SYSTEM));
        let rows = rows.order_by_asc(entry::Column::Seq).all(app.app.db.reader()).await.unwrap();
        let told: Vec<_> = rows.into_iter().map(|row| row.kind).filter(|kind| kind.starts_with("membership.")).collect();
        assert_eq!(told, ["membership.requested", "membership.approved", "membership.ended"]);
    }

    async fn one_is_refused_and_may_be_let_in_later(app: &TestApp) {
        let (lin, sun) = (app.signed_in("lin").await, asks_to_join(app, SNOW, "sun").await);
        let at = enterprise_of(&lin).await;
        let step = |step: &str, id: &str| format!("/api/v1/enterprises/{at}/members/{id}/{step}");
        let id = id_of(&members(&lin, &at).await, "sun");
        assert_eq!(lin.post(&step("refuse", &id), json!({})).await.ok()["membership"], "refused");
        sun.get("/api/v1/bookings").await.refused(403, "membership_refused");
        assert_eq!(mails(app, "membership.refused").await.len(), 1);
        let chief = app.signed_in("shen").await;
        assert_eq!(chief.post(&step("approve", &id), json!({})).await.ok()["membership"], "approved");
        sun.get("/api/v1/bookings").await.ok();
        // Nobody decides about themselves.
        let own = id_of(&members(&lin, &at).await, "lin");
        for one in ["approve", "refuse", "end"] {
            lin.post(&step(one, &own), json!({})).await.refused(409, "not_oneself");
        }
    }

    async fn nobody_else_sees_or_decides(app: &TestApp) {
        let (lin, _) = (app.signed_in("lin").await, asks_to_join(app, SNOW, "sun").await);
        let at = enterprise_of(&lin).await;
        let id = id_of(&members(&lin, &at).await, "sun");
        let list = format!("/api/v1/enterprises/{at}/members");
        for login in ["gao", "he", "luo"] {
            let stranger = app.signed_in(login).await;
            stranger.get(&list).await.refused(404, "not_found");
            for step in ["approve", "refuse", "end"] {
                stranger.post(&format!("{list}/{id}/{step}"), json!({})).await.refused(404, "not_found");
            }
        }
        for login in ["zhou", "tang", "yi", "sys", "sec", "aud"] {
            app.signed_in(login).await.get(&list).await.refused(403, "forbidden");
        }
        // Somebody of another enterprise is not found under one's own.
        let gao = app.signed_in("gao").await;
        let gao_id = gao.get("/api/v1/me").await.ok()["id"].as_str().unwrap().to_owned();
        lin.post(&format!("{list}/{gao_id}/end"), json!({})).await.refused(404, "not_found");
        gao.get("/api/v1/bookings").await.ok();
    }

    async fn who_came_later_does_not_put_out_who_was_there_before(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let at = enterprise_of(&lin).await;
        // Wei registers after Sun and is let in before her: what counts is since when one belongs to it.
        let (sun, wei) = (asks_to_join(app, SNOW, "sun").await, asks_to_join(app, SNOW, "wei").await);
        let all = members(&lin, &at).await;
        let step = |step: &str, login: &str| format!("/api/v1/enterprises/{at}/members/{}/{step}", id_of(&all, login));
        lin.post(&step("approve", "wei"), json!({})).await.ok();
        app.set_time("2026-11-23T03:00:00Z");
        lin.post(&step("approve", "sun"), json!({})).await.ok();
        for (who, other) in [(&sun, "lin"), (&sun, "wei"), (&wei, "lin")] {
            who.post(&step("end", other), json!({})).await.refused(403, "joined_later");
        }
        let since: Vec<_> = members(&lin, &at).await.into_iter().map(|one| one["member_since"].clone()).collect();
        assert_eq!(since, ["2026-11-23T02:00:00Z", "2026-11-23T03:00:00Z", "2026-11-23T02:00:00Z"]);
        assert!(mails(app, "membership.ended").await.is_empty());
        assert_eq!(wei.post(&step("end", "sun"), json!({})).await.ok()["member_since"], json!(null));
        // A chief does, whoever it is; and who was put out and came back came later.
        let chief = app.signed_in("shen").await;
        chief.post(&step("end", "lin"), json!({})).await.ok();
        app.set_time("2026-11-23T04:00:00Z");
        wei.post(&step("approve", "lin"), json!({})).await.ok();
        app.signed_in("lin").await.post(&step("end", "wei"), json!({})).await.refused(403, "joined_later");
    }

    async fn nobody_is_let_into_an_enterprise_that_is_not_let_in(app: &TestApp) {
        const FROST: &str = "91239999MA0000285Y";
        let sun = asks_to_join(app, FROST, "sun").await;
        let (chief, he) = (app.signed_in("shen").await, app.signed_in("he").await);
        let at = enterprise_of(&he).await;
        let id = id_of(&members(&chief, &at).await, "sun");
        let step = |step: &str| format!("/api/v1/enterprises/{at}/members/{id}/{step}");
        chief.post(&step("approve"), json!({})).await.refused(409, "enterprise_pending");
        assert!(mails(app, "membership.approved").await.is_empty());

        // With the enterprise those who wait for it are turned away, and told so; why is for its contact only.
        chief.post(&format!("/api/v1/enterprises/{at}/refuse"), json!({"reason": "材料不全"})).await.ok();
        let told = mails(app, "membership.refused").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, "sun@example.com");
        assert!(told[0].1.contains("没有通过") && !told[0].1.contains("材料不全"), "{}", told[0].1);
        assert_eq!(sun.get("/api/v1/me").await.ok()["enterprise"]["membership"], "refused");
        let list = chief.get("/api/v1/enterprises?state=refused").await.ok();
        assert_eq!(list["items"][0]["members_waiting"], 0);
        chief.post(&step("approve"), json!({})).await.refused(409, "enterprise_refused");
        chief.post(&step("refuse"), json!({})).await.refused(409, "already_decided");
        evidence::verify_chain(app.app.db.reader(), evidence::SYSTEM).await.unwrap().unwrap();
        let rows = entry::Entity::find().filter(entry::Column::Kind.eq("membership.refused"));
        assert_eq!(rows.all(app.app.db.reader()).await.unwrap().len(), 1);
        // Her login is hers again: she registers the enterprise anew, and is its first.
        let again = json!({
            "name": "霜河样例食品", "uscc": FROST, "contact_name": "孙女士", "contact_mobile": "15400003001",
            "contact_email": "sun@example.com", "login": "sun", "password": WORDS, "locale": "zh-CN",
        });
        app.browser().post("/api/v1/enterprises", again).await.ok();
        let (_, text) = mails(app, "registration.confirm").await.pop().unwrap();
        let token = text.split_once("/confirm/").unwrap().1.split_whitespace().next().unwrap().to_owned();
        let confirmed = sun.post(&format!("/api/v1/registrations/{token}/confirm"), json!({})).await.ok();
        assert_eq!((&confirmed["login"], &confirmed["membership"]), (&json!("sun"), &json!("approved")));
    }

    async fn before_the_enterprise_is_let_in_only_a_chief_sees_who_asks(app: &TestApp) {
        let sun = asks_to_join(app, "91239999MA0000285Y", "sun").await;
        assert!(mails(app, "membership.requested").await.is_empty(), "the first may be anybody");
        let he = app.signed_in("he").await;
        let at = enterprise_of(&he).await;
        he.get(&format!("/api/v1/enterprises/{at}/members")).await.refused(404, "not_found");
        let chief = app.signed_in("shen").await;
        let list = chief.get("/api/v1/enterprises?state=pending").await.ok();
        assert_eq!(list["items"][0]["members_waiting"], 1);
        chief.post(&format!("/api/v1/enterprises/{at}/approve"), json!({})).await.ok();
        assert_eq!(he.get("/api/v1/me").await.ok()["colleagues_waiting"], 1);
        let id = id_of(&members(&he, &at).await, "sun");
        he.post(&format!("/api/v1/enterprises/{at}/members/{id}/approve"), json!({})).await.ok();
        sun.get("/api/v1/bookings").await.ok();
    }
}
