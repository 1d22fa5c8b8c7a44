//! Who may be in a session, who keeps their place, and what an officer notes about them, on both stores.

use crate::both_stores;
use crate::support::{Browser, TestApp};
use crate::video::{be_ready, book, id, kinds, listen, open_call, step, uuid};
use mianqia::auth::entities::account;
use mianqia::evidence;
use mianqia::video::entities::participant::{self, ParticipantRole, ParticipantState};
use reqwest::Method;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// Puts other accounts into the session as guests in this state.
async fn crowd(app: &TestApp, session: &Value, count: usize, state: ParticipantState) {
    let conn = app.app.db.reader();
    let others = account::Entity::find()
        .filter(account::Column::Login.is_not_in(["lin", "zhou", "han"]))
        .all(conn)
        .await
        .unwrap();
    assert!(others.len() >= count);
    for account in others.into_iter().take(count) {
        let row = participant::Model {
            id: Uuid::now_v7(),
            session_id: uuid(session),
            account_id: account.id,
            name: account.name,
            role: ParticipantRole::Guest,
            state,
            notice_version: None,
            acknowledged_at: None,
            waiting_since: None,
            admitted_at: None,
            admitted_by: None,
            left_at: None,
            resumes: false,
            microphone: true,
            camera: true,
        };
        participant::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.unwrap();
    }
}

async fn invite(owner: &Browser, booking: &Value, label: &str) -> Value {
    owner.post(&format!("/api/v1/bookings/{}/invitations", id(booking)), json!({"label": label})).await.ok()
}

/// The address that takes an invitation.
fn accepting(invitation: &Value) -> String {
    let token = invitation["path"].as_str().unwrap().strip_prefix("/invite/").unwrap();
    format!("/api/v1/invitations/{token}/accept")
}

both_stores! { at "2026-11-23T02:05:00Z";
    async fn guests_cannot_lock_out_the_officer_nor_the_booker(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        let session = owner.post(&enter, json!({})).await.ok();
        let notice = json!({"notice_version": session["notice_version"]});
        step(&owner, &session, "/acknowledge", notice).await.ok();
        // As many as are let in, waiting before the booker is ready.
        crowd(app, &session, 4, ParticipantState::Waiting).await;
        assert_eq!(be_ready(&officer, &booking).await["me"]["state"], "admitted");
        assert_eq!(be_ready(&app.signed_in("han").await, &booking).await["me"]["state"], "admitted");
        assert_eq!(step(&owner, &session, "/wait", json!({})).await.ok()["me"]["state"], "waiting");
        // The side of the guests is full now: the officers' is not.
        step(&officer, &session, "/leave", json!({})).await;
        assert_eq!(be_ready(&officer, &booking).await["me"]["state"], "admitted");
    }

    async fn two_officers_who_admit_in_the_same_moment_let_in_once_and_are_both_in(app: &TestApp) {
        let (owner, zhou, han) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("han").await);
        let booking = book(app, &owner).await;
        let guest = be_ready(&owner, &booking).await;
        be_ready(&zhou, &booking).await;
        be_ready(&han, &booking).await;
        let admit = format!("/participants/{}/admit", id(&guest["me"]));
        let (one, other) = tokio::join!(step(&zhou, &guest, &admit, json!({})), step(&han, &guest, &admit, json!({})));
        for seen in [one.ok(), other.ok()] {
            assert_eq!((&seen["state"], &seen["me"]["state"]), (&json!("open"), &json!("admitted")));
            // Each sees that the other is there.
            let officers = seen["people"].as_array().unwrap().iter().filter(|one| one["role"] == "officer");
            assert_eq!(officers.filter(|one| one["state"] == "admitted").count(), 2, "{seen}");
        }
        let told = kinds(app, &booking).await;
        assert_eq!(told.iter().filter(|kind| *kind == "session.admitted").count(), 3, "{told:?}");
        assert_eq!(told.iter().filter(|kind| *kind == "booking.checked_in").count(), 1, "{told:?}");
    }

    async fn the_fifth_place_is_the_bookers(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let booking = book(app, &owner).await;
        let guest = app.signed_in("luo").await;
        guest.post(&accepting(&invite(&owner, &booking, "").await), json!({})).await.ok();
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        let session = guest.post(&enter, json!({})).await.ok();
        step(&guest, &session, "/acknowledge", json!({"notice_version": session["notice_version"]})).await.ok();

        let conn = app.app.db.reader();
        let luo = account::Entity::find().filter(account::Column::Login.eq("luo")).one(conn).await.unwrap().unwrap();
        let others = account::Entity::find().filter(account::Column::Login.is_not_in(["lin", "luo"])).all(conn).await.unwrap();
        let first = participant::Entity::find().filter(participant::Column::AccountId.eq(luo.id)).one(conn).await.unwrap().unwrap();
        for account in others.into_iter().take(4) {
            let row = participant::Model { id: Uuid::now_v7(), account_id: account.id, state: ParticipantState::Waiting, ..first.clone() };
            participant::Entity::insert(row.into_active_model()).exec_without_returning(conn).await.unwrap();
        }
        step(&guest, &session, "/wait", json!({})).await.refused(409, "session_full");
        assert_eq!(be_ready(&owner, &booking).await["me"]["state"], "waiting");
    }

    async fn an_officer_reads_the_notice_once_a_day(app: &TestApp) {
        let (lin, gao, officer) = (app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("zhou").await);
        let (first, second) = (book(app, &lin).await, book(app, &gao).await);
        let enter = |booking: &Value| format!("/api/v1/bookings/{}/session", id(booking));
        assert_eq!(officer.post(&enter(&first), json!({})).await.ok()["me"]["state"], "entered");
        be_ready(&officer, &first).await;
        let again = officer.post(&enter(&second), json!({})).await.ok();
        assert_eq!(again["me"]["state"], "acknowledged");
        assert_eq!(step(&officer, &again, "/wait", json!({})).await.ok()["me"]["state"], "admitted");
        // A guest reads it in each of theirs, another officer too.
        assert_eq!(lin.post(&enter(&first), json!({})).await.ok()["me"]["state"], "entered");
        assert_eq!(app.signed_in("han").await.post(&enter(&first), json!({})).await.ok()["me"]["state"], "entered");
        let entries = evidence::entries(app.app.db.reader(), uuid(&second)).await.unwrap();
        let entered = entries.iter().find(|entry| entry.kind == "session.entered").unwrap();
        assert!(String::from_utf8_lossy(&entered.bytes).contains(r#""acknowledged_at":"2026-11-23T02:05:00"#));
    }

    async fn whom_the_program_put_out_goes_back_to_their_place_by_entering(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = be_ready(&owner, &booking).await;
        let at = format!("/api/v1/sessions/{}", id(&session));
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        be_ready(&officer, &booking).await;
        assert_eq!(owner.get(&at).await.ok()["resumes"], false);
        app.set_time("2026-11-23T02:08:00Z");
        app.app.video.sweep().await.unwrap();
        for (browser, back) in [(&owner, "waiting"), (&officer, "admitted")] {
            let seen = browser.get(&at).await.ok();
            assert_eq!((&seen["me"]["state"], &seen["resumes"]), (&json!("left"), &json!(true)));
            let seen = browser.post(&enter, json!({})).await.ok();
            assert_eq!((&seen["me"]["state"], &seen["resumes"]), (&json!(back), &json!(false)));
        }
        // A restart during the call.
        let admit = format!("/participants/{}/admit", id(&session["me"]));
        step(&officer, &session, &admit, json!({})).await.ok();
        app.app.video.recover().await.unwrap();
        assert_eq!(owner.get(&at).await.ok()["resumes"], true);
        assert_eq!(owner.post(&enter, json!({})).await.ok()["me"]["state"], "waiting");
        // Who goes by their own word passes the check again.
        step(&owner, &session, "/leave", json!({})).await;
        assert_eq!(owner.get(&at).await.ok()["resumes"], false);
        assert_eq!(owner.post(&enter, json!({})).await.ok()["me"]["state"], "acknowledged");
    }

    async fn an_officer_in_the_call_ticks_what_was_checked(app: &TestApp) {
        let (owner, officer) = (app.signed_in("lin").await, app.signed_in("zhou").await);
        let booking = book(app, &owner).await;
        let session = officer.post(&format!("/api/v1/bookings/{}/session", id(&booking)), json!({})).await.ok();
        let key = session["checks"][0]["key"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/sessions/{}/checks/{key}", id(&session));
        let tick = async |done: bool| officer.call(Method::PUT, &path, Some(json!({"done": done}))).await;
        tick(true).await.refused(409, "officer_not_in_session");
        open_call(&owner, &officer, &booking).await;
        for _ in 0..2 {
            assert_eq!(tick(true).await.ok()["checks"][0]["checked_at"], "2026-11-23T02:05:00Z");
        }
        assert_eq!(tick(false).await.ok()["checks"][0]["checked_at"], Value::Null);
        let unknown = format!("/api/v1/sessions/{}/checks/nothing", id(&session));
        officer.call(Method::PUT, &unknown, Some(json!({"done": true}))).await.refused(404, "not_found");
        owner.call(Method::PUT, &path, Some(json!({"done": true}))).await.refused(403, "forbidden");
        let guests = owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
        assert_eq!(guests["checks"], json!([]), "for officers only");
        let told = kinds(app, &booking).await;
        assert_eq!(told.iter().filter(|kind| *kind == "session.checked").count(), 2, "{told:?}");
    }

    async fn somebody_invited_waits_is_let_in_and_put_out_when_it_is_withdrawn(app: &TestApp) {
        let (owner, officer, guest) = (app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("gao").await);
        let booking = book(app, &owner).await;
        let invitations = format!("/api/v1/bookings/{}/invitations", id(&booking));
        let enter = format!("/api/v1/bookings/{}/session", id(&booking));
        guest.post(&enter, json!({})).await.refused(404, "not_found");
        guest.post(&invitations, json!({})).await.refused(404, "not_found");
        owner.post(&invitations, json!({"label": "长".repeat(41)})).await.refused(422, "too_long");
        owner.post(&invitations, json!({"label": "a\u{0}b"})).await.refused(422, "text_not_allowed");
        let invitation = invite(&owner, &booking, "翻译").await;
        let card = accepting(&invitation).replace("/accept", "");
        let seen = app.browser().get(&card).await.ok();
        assert_eq!((&seen["state"], &seen["starts_at"]), (&json!("open"), &booking["starts_at"]));

        app.browser().post(&accepting(&invitation), json!({})).await.refused(401, "not_signed_in");
        app.signed_in("tang").await.post(&accepting(&invitation), json!({})).await.refused(403, "forbidden");
        // Who booked leaves the link to whom it is for.
        assert_eq!(owner.post(&accepting(&invitation), json!({})).await.ok()["booking_id"], booking["id"]);
        for _ in 0..2 {
            assert_eq!(guest.post(&accepting(&invitation), json!({})).await.ok()["booking_id"], booking["id"]);
        }
        app.signed_in("luo").await.post(&accepting(&invitation), json!({})).await.refused(409, "invitation_used");
        let listed = owner.get(&invitations).await.ok();
        assert_eq!((&listed["items"][0]["label"], &listed["items"][0]["path"]), (&json!("翻译"), &invitation["path"]));
        assert!(listed["items"][0]["name"].is_string() && listed["items"][0]["accepted_at"].is_string());
        // The office sees who is invited, taken or not, and never gets a link that it could use or give away.
        let open = invite(&owner, &booking, "代理").await;
        for login in ["zhou", "han", "shen"] {
            let seen = app.signed_in(login).await.get(&invitations).await;
            let token = |one: &Value| one["path"].as_str().unwrap().strip_prefix("/invite/").unwrap().to_owned();
            for given in [token(&invitation), token(&open), "/invite/".to_owned()] {
                assert!(!seen.text.contains(&given), "{login}: {}", seen.text);
            }
            let seen = seen.ok();
            assert_eq!((&seen["items"][0]["label"], &seen["items"][1]["label"]), (&json!("翻译"), &json!("代理")));
            assert_eq!(seen["items"][0].get("path"), None);
        }
        let take_back = format!("{invitations}/{}", open["id"].as_str().unwrap());
        assert_eq!(owner.call(Method::DELETE, &take_back, None).await.status, 204);
        // It opens the session and nothing else of the booking.
        guest.get(&format!("/api/v1/bookings/{}", id(&booking))).await.refused(404, "not_found");
        guest.get(&invitations).await.refused(404, "not_found");

        let session = open_call(&owner, &officer, &booking).await;
        let waiting = be_ready(&guest, &booking).await;
        assert_eq!((&waiting["me"]["state"], &waiting["me"]["guest_by"]), (&json!("waiting"), &json!("invitation")));
        let admit = format!("/participants/{}/admit", id(&waiting["me"]));
        step(&officer, &session, &admit, json!({})).await.ok();
        let at = format!("/api/v1/sessions/{}", id(&session));
        assert_eq!(guest.get(&at).await.ok()["me"]["state"], "admitted");
        let mut page = listen(&guest, &session).await;

        let withdraw = format!("{invitations}/{}", invitation["id"].as_str().unwrap());
        for _ in 0..2 {
            assert_eq!(owner.call(Method::DELETE, &withdraw, None).await.status, 204);
        }
        while page.chunk().await.unwrap().is_some() {}
        guest.get(&at).await.refused(404, "not_found");
        guest.post(&enter, json!({})).await.refused(404, "not_found");
        app.signed_in("luo").await.post(&accepting(&invitation), json!({})).await.refused(410, "invitation_withdrawn");
        assert_eq!(app.browser().get(&card).await.ok()["state"], "withdrawn");
        let seen = owner.get(&at).await.ok();
        let out = seen["people"].as_array().unwrap().iter().find(|one| one["guest_by"] == "invitation").unwrap();
        assert_eq!(out["state"], "left");
        let entries = evidence::entries(app.app.db.reader(), uuid(&booking)).await.unwrap();
        let bytes: Vec<String> = entries.iter().map(|entry| String::from_utf8_lossy(&entry.bytes).into_owned()).collect();
        assert!(bytes.iter().any(|entry| entry.contains(r#""cause":"withdrawn""#)));
        assert!(bytes.iter().all(|entry| !entry.contains("翻译")), "whom it is for is no matter of the chain");
        let told = kinds(app, &booking).await;
        for (kind, times) in [("session.invited", 2), ("session.invitation_accepted", 1), ("session.invitation_withdrawn", 2)] {
            assert_eq!(told.iter().filter(|told| *told == kind).count(), times, "{kind}: {told:?}");
        }
    }

    async fn as_many_are_invited_as_have_a_place_and_one_account_wins_a_link(app: &TestApp) {
        let owner = app.signed_in("lin").await;
        let booking = book(app, &owner).await;
        let invitations = format!("/api/v1/bookings/{}/invitations", id(&booking));
        let asked = futures::future::join_all((0..8).map(|_| owner.post(&invitations, json!({})))).await;
        let mut made: Vec<Value> = Vec::new();
        for answer in asked {
            if answer.status == 201 { made.push(answer.json()) } else { answer.refused(409, "too_many_invitations") }
        }
        assert_eq!(made.len(), 4);
        let withdraw = format!("{invitations}/{}", made[0]["id"].as_str().unwrap());
        owner.call(Method::DELETE, &withdraw, None).await;
        let again = invite(&owner, &booking, "").await;
        let (gao, luo) = (app.signed_in("gao").await, app.signed_in("luo").await);
        let path = accepting(&again);
        let (one, other) = tokio::join!(gao.post(&path, json!({})), luo.post(&path, json!({})));
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        // Nobody is invited into what came to nothing.
        owner.post(&format!("/api/v1/bookings/{}/cancel", id(&booking)), json!({"reason": "行程改了"})).await.ok();
        owner.post(&invitations, json!({})).await.refused(409, "session_ended");
    }
}
