//! Ratings from the completed booking to the figures.

use crate::both_stores;
use crate::support::{Browser, TestApp, eventually};
use crate::video;
use chrono::{DateTime, TimeDelta, Utc};
use mianqia::auth::entities::account;
use mianqia::booking::entities::booking::{self, BookingState};
use mianqia::booking::jobs::BookingCompleted;
use mianqia::db::entities::job as row;
use mianqia::db::jobs::{self, Job};
use mianqia::evidence;
use mianqia::notify::entities::outbox;
use mianqia::survey::entities::{rating, rating_about, rating_invite};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

async fn account_id(app: &TestApp, login: &str) -> account::Model {
    let found =
        account::Entity::find().filter(account::Column::Login.eq(login)).one(app.app.db.reader()).await;
    found.unwrap().unwrap_or_else(|| panic!("{login} has no account"))
}

/// A booking that was completed just now, and its event.
async fn completed(app: &TestApp, service: &str, booker: &str, officer: &str) -> Uuid {
    let now = app.clock.now();
    let booker = account_id(app, booker).await;
    let id = mianqia::base::ids::new_id(now);
    let row = booking::ActiveModel {
        id: Set(id),
        // Made up: only its shape matters here.
        reference: Set(format!("MQ2611{}", &id.simple().to_string().to_uppercase()[27..])),
        service_id: Set(app.service(service).await.parse().unwrap()),
        account_id: Set(booker.id),
        enterprise_id: Set(booker.enterprise_id),
        state: Set(BookingState::Completed),
        starts_at: Set(now - TimeDelta::hours(1)),
        ends_at: Set(now),
        hold_expires_at: Set(None),
        contact_name: Set(None),
        contact_mobile: Set(None),
        fields: Set(json!({})),
        officer_id: Set(Some(account_id(app, officer).await.id)),
        reason: Set(None),
        sequence: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        explain_by: Set(None),
        explanation: Set(None),
        explained_at: Set(None),
        channel: Set(booking::Channel::Online),
        consent_version: Set(None),
        consented_at: Set(None),
        consent_withdrawn_at: Set(None),
        people: Set(None),
        results_ready_at: Set(None),
        requested_at: Set(None),
        decided_at: Set(None),
        late_from: Set(None),
    };
    let written: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                booking::Entity::insert(row).exec_without_returning(tx.conn()).await?;
                jobs::enqueue(tx, now, &BookingCompleted { booking_id: id }).await
            })
        })
        .await;
    written.unwrap();
    id
}

/// The answers that somebody gets on the first page.
async fn listed(reader: &Browser, query: &str) -> Vec<Value> {
    reader.get(&format!("/api/v1/answers{query}")).await.ok()["items"].as_array().unwrap().clone()
}

/// The path of a booking's form under the API, from the link that its booker sees.
async fn form_of(booker: &Browser, id: Uuid) -> String {
    let url = eventually("an invitation", || async {
        booker.get(&format!("/api/v1/bookings/{id}/rating")).await.ok()["url"].as_str().map(str::to_owned)
    })
    .await;
    let (_, token) = url.rsplit_once("/rate/").unwrap();
    assert_eq!(token.len(), 43);
    format!("/api/v1/ratings/{token}")
}

async fn kinds(app: &TestApp, case: Uuid) -> Vec<String> {
    let entries = evidence::entries(app.app.db.reader(), case).await.unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

/// Completed bookings with these answers (`None`: not answered), all written without the form.
async fn answered(app: &TestApp, service: &str, officer: &str, at: &str, levels: &[Option<i32>]) {
    let at: DateTime<Utc> = at.parse().unwrap();
    for level in levels {
        let booking_id = completed(app, service, "lin", officer).await;
        let invite = eventually("an invitation", || async {
            let find = rating_invite::Entity::find().filter(rating_invite::Column::BookingId.eq(booking_id));
            find.one(app.app.db.reader()).await.unwrap()
        })
        .await;
        let level = *level;
        let written: Result<(), DbErr> = app
            .app
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let moved = rating_invite::ActiveModel {
                        id: Set(invite.id),
                        invited_at: Set(at),
                        answered_at: Set(level.map(|_| at)),
                        ..Default::default()
                    };
                    rating_invite::Entity::update(moved).exec(tx.conn()).await?;
                    let Some(level) = level else { return Ok(()) };
                    let row = rating::ActiveModel {
                        id: Set(mianqia::base::ids::new_id(at)),
                        invite_id: Set(invite.id),
                        level: Set(level),
                        comment: Set(None),
                        answered_at: Set(at),
                        ..Default::default()
                    };
                    rating::Entity::insert(row).exec_without_returning(tx.conn()).await.map(drop)
                })
            })
            .await;
        written.unwrap();
    }
}

both_stores! {
    at "2026-11-10T04:00:00Z";

    async fn a_completed_booking_is_rated_once(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let id = completed(app, "video", "lin", "zhou").await;
        let form = form_of(&lin, id).await;
        let anybody = app.browser();
        let shown = anybody.get(&form).await.ok();
        assert_eq!(shown["state"], "open");
        assert_eq!(shown["on"], "2026-11-10");
        assert_eq!(shown["expires_at"], "2026-12-10T04:00:00Z");
        assert!(shown["reference_masked"].as_str().unwrap().starts_with("MQ 2611 ••••-"), "{shown}");
        assert_eq!(shown.as_object().unwrap().len(), 5, "no more than the form needs: {shown}");

        for (body, code) in [
            (json!({"level": 0}), "invalid_level"),
            (json!({"level": 6}), "invalid_level"),
            (json!({"level": 99_999_999_999_i64}), "invalid_level"),
            (json!({"level": "5"}), "invalid_field"),
            (json!({"level": 4.5}), "invalid_field"),
            (json!({"comment": "x"}), "invalid_field"),
            (json!({"level": 5, "comment": "好".repeat(1001)}), "comment_too_long"),
        ] {
            anybody.post(&form, body).await.refused(422, code);
        }
        let taken = anybody.post(&form, json!({"level": 5, "comment": " 很好 "})).await;
        assert_eq!(taken.status.as_u16(), 201, "{}", taken.text);
        anybody.post(&form, json!({"level": 1})).await.refused(409, "rating_answered");
        assert_eq!(anybody.get(&form).await.ok()["state"], "answered");
        let link = lin.get(&format!("/api/v1/bookings/{id}/rating")).await.ok();
        assert_eq!((&link["url"], &link["answered"]), (&Value::Null, &json!(true)));

        // The chain of the case does not tell that it was answered; the system's tells neither what nor whose.
        assert_eq!(kinds(app, id).await, ["rating.invited"]);
        let entries = evidence::entries(app.app.db.reader(), evidence::SYSTEM).await.unwrap();
        let told: Vec<_> = entries.iter().filter(|entry| entry.kind == "rating.answered").collect();
        assert_eq!(told.len(), 1);
        let bytes = String::from_utf8(told[0].bytes.clone()).unwrap();
        assert!(bytes.contains(r#""actor":{"id":null,"role":"anonymous"}"#), "{bytes}");
        assert!(bytes.contains(r#""data":{}"#) && bytes.contains(r#""rows":[]"#) && !bytes.contains("很好"), "{bytes}");
        assert!(!bytes.contains(&id.to_string()), "{bytes}");
        let answer = rating::Entity::find().one(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!((answer.level, answer.comment.as_deref()), (5, Some("很好")));
    }

    async fn the_link_goes_out_in_the_bookers_language(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let english = json!({"locale": "en"});
        lin.call(reqwest::Method::PATCH, "/api/v1/me", Some(english)).await.ok();
        app.app.directory.forget();
        for (login, words) in [("lin", "How was it?"), ("gao", "请评价这次服务")] {
            let id = completed(app, "video", login, "zhou").await;
            let booker = app.signed_in(login).await;
            let form = form_of(&booker, id).await;
            let (_, token) = form.rsplit_once('/').unwrap();
            let mail = outbox::Entity::find().filter(outbox::Column::CaseId.eq(id)).one(app.app.db.reader()).await;
            let payload = mail.unwrap().expect("a mail is queued").payload;
            assert!(payload["subject"].as_str().unwrap().contains(words), "{payload}");
            assert!(payload["text"].as_str().unwrap().contains(&format!("/rate/{token}\n")), "{payload}");
            assert_eq!(payload["calendar"], Value::Null);
        }
    }

    async fn a_completed_booking_that_is_told_twice_invites_once(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let id = completed(app, "video", "lin", "zhou").await;
        let form = form_of(&lin, id).await;
        let now = app.clock.now();
        let again: Result<(), DbErr> = app.app.db.write(move |tx| Box::pin(async move {
            jobs::enqueue(tx, now, &BookingCompleted { booking_id: id }).await
        })).await;
        again.unwrap();
        eventually("both jobs done", || async {
            let left = row::Entity::find().filter(row::Column::Kind.eq(BookingCompleted::KIND));
            (left.count(app.app.db.reader()).await.unwrap() == 0).then_some(())
        }).await;
        assert_eq!(form_of(&lin, id).await, form);
        assert_eq!(kinds(app, id).await, ["rating.invited"]);
        let mails = outbox::Entity::find().filter(outbox::Column::CaseId.eq(id)).count(app.app.db.reader()).await;
        assert_eq!(mails.unwrap(), 1);
    }

    async fn of_many_who_answer_at_once_one_is_taken(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let id = completed(app, "video", "lin", "zhou").await;
        let form = form_of(&lin, id).await;
        let posts = (0..12).map(|n| {
            let (form, browser) = (form.clone(), app.browser());
            tokio::spawn(async move { browser.post(&form, json!({"level": n % 5 + 1})).await })
        });
        let mut statuses = Vec::new();
        for post in posts.collect::<Vec<_>>() {
            statuses.push(post.await.unwrap().status.as_u16());
        }
        statuses.sort_unstable();
        assert_eq!(statuses[0], 201, "{statuses:?}");
        assert!(statuses[1..].iter().all(|status| *status == 409), "{statuses:?}");
        let entries = evidence::entries(app.app.db.reader(), evidence::SYSTEM).await.unwrap();
        assert_eq!(entries.iter().filter(|entry| entry.kind == "rating.answered").count(), 1);
    }

    async fn a_link_ends_with_its_term(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let id = completed(app, "video", "lin", "zhou").await;
        let form = form_of(&lin, id).await;
        app.set_time("2026-12-10T03:59:59Z");
        assert_eq!(app.browser().get(&form).await.ok()["state"], "open");
        app.set_time("2026-12-10T04:00:00Z");
        assert_eq!(app.browser().get(&form).await.ok()["state"], "expired");
        app.browser().post(&form, json!({"level": 5})).await.refused(410, "rating_expired");
        let nobody = app.browser();
        for token in ["x", &"A".repeat(43), "%00", "%E4%BD%A0", &"A".repeat(4000)] {
            nobody.get(&format!("/api/v1/ratings/{token}")).await.refused(404, "not_found");
            let path = format!("/api/v1/ratings/{token}");
            nobody.post(&path, json!({"level": 5})).await.refused(404, "not_found");
        }
    }

    async fn only_the_booker_gets_the_link(app: &TestApp) {
        let id = completed(app, "video", "lin", "zhou").await;
        let lin = app.signed_in("lin").await;
        form_of(&lin, id).await;
        let path = format!("/api/v1/bookings/{id}/rating");
        assert_eq!(lin.get(&path).await.ok()["answered"], false);
        app.browser().get(&path).await.refused(401, "not_signed_in");
        app.signed_in("gao").await.get(&path).await.refused(404, "not_found");
        for staff in ["zhou", "shen", "tang"] {
            app.signed_in(staff).await.get(&path).await.refused(403, "forbidden");
        }
        lin.get(&format!("/api/v1/bookings/{}/rating", Uuid::nil())).await.refused(404, "not_found");
    }

    async fn answers_come_without_a_who_and_never_about_oneself(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        for (officer, level) in [("zhou", 5), ("shen", 1)] {
            for _ in 0..5 {
                let id = completed(app, "video", "lin", officer).await;
                let form = form_of(&lin, id).await;
                app.browser().post(&form, json!({"level": level, "comment": officer})).await.ok();
            }
        }
        let shen = app.signed_in("shen").await;
        let seen = shen.get("/api/v1/answers").await.ok();
        let items = seen["items"].as_array().unwrap();
        assert_eq!(items.len(), 5, "{seen}");
        assert!(items.iter().all(|item| item["level"] == 5 && item["month"] == "2026-11"), "{seen}");
        assert_eq!(items[0]["service"]["zh-CN"].as_str().map(str::is_empty), Some(false));
        let keys: Vec<&String> = items[0].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["comment", "id", "level", "month", "service"]);
        // The id does not tell when somebody answered: midnight of the first in Beijing.
        let id: Uuid = items[0]["id"].as_str().unwrap().parse().unwrap();
        let (seconds, _) = id.get_timestamp().unwrap().to_unix();
        assert_eq!(DateTime::from_timestamp(seconds as i64, 0).unwrap().to_rfc3339(), "2026-10-31T16:00:00+00:00");

        let tang = app.signed_in("tang").await;
        let video = app.service("video").await;
        for (query, number) in [
            (String::new(), 10), ("?month=2026-10".into(), 0), (format!("?month=2026-11&service_id={video}"), 10),
            (format!("?service_id={}", Uuid::nil()), 0),
        ] {
            assert_eq!(listed(&tang, &query).await.len(), number, "{query}");
        }
        tang.get("/api/v1/answers?month=2026-13").await.refused(422, "invalid_month");
        tang.get("/api/v1/answers?service_id=x").await.refused(422, "invalid_parameter");
        for nosy in ["lin", "zhou", "sys"] {
            app.signed_in(nosy).await.get("/api/v1/answers").await.refused(403, "forbidden");
        }
    }

    async fn few_answers_are_not_listed_by_whatever_is_asked_for(app: &TestApp) {
        let at = "2026-11-03T00:00:00Z";
        answered(app, "video", "zhou", at, &[Some(5), Some(5), Some(4), Some(5), Some(2), Some(3)]).await;
        answered(app, "vaccination", "zhou", at, &[Some(1), Some(2), Some(4)]).await;
        answered(app, "vaccination", "zhou", "2026-10-03T00:00:00Z", &[Some(1), None]).await;
        let tang = app.signed_in("tang").await;
        let (video, jab) = (app.service("video").await, app.service("vaccination").await);
        // The three of one service would be found by leaving out the other: together, without a service.
        for query in ["", "?month=2026-11"] {
            let items = listed(&tang, query).await;
            assert_eq!(items.len(), 9, "{query}");
            assert!(items.iter().all(|item| item["service"].is_null() && item["month"] == "2026-11"), "{items:?}");
        }
        for query in [
            format!("?service_id={jab}"), format!("?service_id={video}"), format!("?month=2026-11&service_id={jab}"),
            "?month=2026-10".into(), format!("?month=2026-10&service_id={jab}"),
        ] {
            assert!(listed(&tang, &query).await.is_empty(), "{query}");
        }
        // Two of nine are about the chief: what is left, taken from the figure of all, would tell those two.
        answered(app, "video", "shen", at, &[Some(1), Some(1)]).await;
        assert_eq!(listed(&tang, "").await.len(), 11);
        assert!(listed(&app.signed_in("shen").await, "").await.is_empty());
    }

    async fn whoever_joined_or_ended_a_session_reads_no_answer_about_it(app: &TestApp) {
        app.set_time("2026-11-23T02:05:00Z");
        let [owner, officer, chief] = [app.signed_in("lin").await, app.signed_in("zhou").await, app.signed_in("shen").await];
        let booking = video::book(app, &owner).await;
        let session = video::open_call(&owner, &officer, &booking).await;
        video::be_ready(&chief, &booking).await;
        video::step(&chief, &session, "/end", json!({})).await.ok();
        form_of(&owner, video::uuid(&booking)).await;
        let about = rating_about::Entity::find().all(app.app.db.reader()).await.unwrap();
        let mut found: Vec<Uuid> = about.iter().map(|row| row.account_id).collect();
        let mut expected = vec![account_id(app, "zhou").await.id, account_id(app, "shen").await.id];
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    async fn answers_come_in_pages(app: &TestApp) {
        let levels: Vec<Option<i32>> = (0..53).map(|n| Some(n % 5 + 1)).collect();
        answered(app, "video", "zhou", "2026-11-03T00:00:00Z", &levels).await;
        let tang = app.signed_in("tang").await;
        let first = tang.get("/api/v1/answers").await.ok();
        assert_eq!(first["items"].as_array().unwrap().len(), 50);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = tang.get(&format!("/api/v1/answers?cursor={cursor}")).await.ok();
        assert_eq!(second["items"].as_array().unwrap().len(), 3);
        assert_eq!(second["next_cursor"], Value::Null);
    }

    async fn figures_count_by_month_and_hide_what_few_people_stand_behind(app: &TestApp) {
        let video = [Some(5), Some(5), Some(5), Some(4), Some(5), Some(5), None, None];
        answered(app, "video", "zhou", "2026-10-31T16:00:00Z", &video).await;
        // The last instant of October in Beijing: alone in its month, and too few.
        answered(app, "video", "zhou", "2026-10-31T15:59:59Z", &[Some(5), None]).await;
        answered(app, "vaccination", "zhou", "2026-11-20T00:00:00Z", &[Some(1), Some(2), None]).await;
        let shen = app.signed_in("shen").await;
        let path = "/api/v1/figures/ratings?from=2026-10&to=2026-12";
        let figures = shen.get(path).await.ok();
        let rows = figures["rows"].as_array().unwrap();
        let totals = figures["totals"].as_array().unwrap();
        let months: Vec<&str> = totals.iter().map(|total| total["month"].as_str().unwrap()).collect();
        assert_eq!(months, ["2026-10", "2026-11", "2026-12"]);
        assert_eq!(rows.len(), 3, "{figures}");

        assert_eq!((&rows[0]["month"], &rows[0]["invited"], &rows[0]["answered"]), (&json!("2026-10"), &json!(2), &json!(1)));
        assert_eq!((&rows[0]["hidden"], &rows[0]["share"], &rows[0]["top"]), (&json!(true), &Value::Null, &Value::Null));
        assert_eq!(totals[0]["hidden"], true);
        // The few of one service would be found by subtraction, so the other is hidden too.
        for row in &rows[1..] {
            assert_eq!((&row["month"], &row["hidden"]), (&json!("2026-11"), &json!(true)), "{row}");
        }
        let total = &totals[1];
        assert_eq!((&total["invited"], &total["answered"], &total["top"]), (&json!(11), &json!(8), &json!(5)));
        assert_eq!((&total["response_rate"], &total["share"]), (&json!(72.7), &json!(62.5)));
        assert_eq!((&total["low"], &total["high"], &total["hidden"]), (&json!(30.6), &json!(86.3), &json!(false)));
        assert_eq!((&totals[2]["invited"], &totals[2]["response_rate"]), (&json!(0), &Value::Null));

        // What the page shows in large is worked out here, with what may be shown.
        let sum = &figures["sum"];
        assert_eq!((&sum["invited"], &sum["answered"], &sum["n"], &sum["top"]), (&json!(13), &json!(9), &json!(8), &json!(5)));
        assert_eq!((&sum["share"], &sum["low"], &sum["high"], &sum["withheld"]), (&json!(62.5), &json!(30.6), &json!(86.3), &json!(1)));
        let services = figures["services"].as_array().unwrap();
        assert_eq!(services.len(), 2);
        assert!(services.iter().all(|service| service["sum"]["share"].is_null()), "{services:?}");

        for (query, code) in [
            ("", "invalid_parameter"),
            ("?from=2026-10", "invalid_parameter"),
            ("?from=2026-10&to=2026-9", "invalid_month"),
            ("?from=0000-00&to=2026-09", "invalid_month"),
            ("?from=2026-10&to=2026-09", "invalid_range"),
            ("?from=2020-01&to=2026-09", "invalid_range"),
        ] {
            shen.get(&format!("/api/v1/figures/ratings{query}")).await.refused(422, code);
        }
        for nosy in ["lin", "zhou", "sys"] {
            app.signed_in(nosy).await.get(path).await.refused(403, "forbidden");
        }
        app.browser().get(path).await.refused(401, "not_signed_in");
    }
}
