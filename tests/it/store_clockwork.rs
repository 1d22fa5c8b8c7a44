//! The clockwork: what fails holds up nothing else.

use crate::both_stores;
use crate::support::{Browser, TestApp, eventually};
use crate::video::{book, id, uuid};
use mianqia::db::entities::feature_event;
use mianqia::db::events;
use mianqia::evidence::entities::chain;
use mianqia::survey::entities::rating_invite;
use mianqia::video::entities::video_session;
use mianqia::video::entities::video_session::SessionState;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

async fn emit(app: &TestApp, kind: &'static str, subject: Uuid) {
    let now = app.clock.now();
    let told: Result<(), DbErr> =
        app.app.db.write(move |tx| Box::pin(async move { events::emit(tx, kind, subject, now).await })).await;
    told.unwrap();
}

/// Sets another length of the chain of a case, and gives back the one that it had. Behind a length of none
/// no entry can be written: its number is taken.
async fn set_length(app: &TestApp, case: Uuid, length: i64) -> i64 {
    let row = chain::Entity::find_by_id(case).one(app.app.db.reader()).await.unwrap().unwrap();
    let set: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                chain::Entity::update_many()
                    .col_expr(chain::Column::Length, Expr::value(length))
                    .filter(chain::Column::CaseId.eq(case))
                    .exec(tx.conn())
                    .await
                    .map(drop)
            })
        })
        .await;
    set.unwrap();
    row.length
}

async fn event_of(app: &TestApp, subject: Uuid) -> feature_event::Model {
    feature_event::Entity::find()
        .filter(feature_event::Column::SubjectId.eq(subject))
        .one(app.app.db.reader())
        .await
        .unwrap()
        .unwrap()
}

async fn hold(app: &TestApp, person: &Browser) -> Value {
    let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-24T02:00:00Z", "anyway": true});
    person.post("/api/v1/bookings", wish).await.ok()
}

async fn enter(person: &Browser, booking: &Value) -> Value {
    person.post(&format!("/api/v1/bookings/{}/session", id(booking)), json!({})).await.ok()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn an_event_that_fails_and_one_that_nobody_takes_hold_up_no_other(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let (broken, good) = (uuid(&hold(app, &lin).await), uuid(&hold(app, &lin).await));
        let length = set_length(app, broken, 0).await;
        // More than are looked at in one round, all before the good one.
        for _ in 0..60 {
            emit(app, "nobody.takes_this", broken).await;
        }
        emit(app, events::BOOKING_COMPLETED, Uuid::nil()).await;
        emit(app, events::BOOKING_COMPLETED, broken).await;
        emit(app, events::BOOKING_COMPLETED, good).await;
        eventually("the good one was handled", || async {
            event_of(app, good).await.done_at.map(drop)
        }).await;
        let failing = || async {
            feature_event::Entity::find()
                .filter(feature_event::Column::SubjectId.eq(broken))
                .filter(feature_event::Column::Kind.eq(events::BOOKING_COMPLETED))
                .one(app.app.db.reader()).await.unwrap().unwrap()
        };
        let once = eventually("the bad one was tried", || async {
            let event = failing().await;
            (event.attempts > 0).then_some(event)
        }).await;
        assert_eq!(once.attempts, 1);
        assert!(once.last_error.is_some_and(|error| !error.is_empty()));
        assert!(once.next_at.unwrap() > app.clock.now());
        eventually("all strange ones are put aside", || async {
            (events::parked(app.app.db.reader()).await.unwrap() == 60).then_some(())
        }).await;
        let metrics = app.metrics().await;
        assert!(metrics.contains("mianqia_events_parked 60"), "{metrics}");

        // It is not tried again before its time, then again, and in the end it succeeds.
        app.set_time("2026-11-23T02:00:05Z");
        eventually("a second try", || async { (failing().await.attempts == 2).then_some(()) }).await;
        set_length(app, broken, length).await;
        app.set_time("2026-11-23T02:01:00Z");
        eventually("it was handled", || async { failing().await.done_at.map(drop) }).await;
        assert_eq!(rating_invite::Entity::find().count(app.app.db.reader()).await.unwrap(), 2);
        // A later version may know the strange ones.
        events::unpark(&app.app.db, &["nobody.takes_this"]).await.unwrap();
        eventually("they are looked at again", || async {
            (events::parked(app.app.db.reader()).await.unwrap() == 60).then_some(())
        }).await;
    }

    async fn a_session_that_cannot_be_ended_leaves_the_others_to_the_sweep(app: &TestApp) {
        let mut sessions = Vec::new();
        for login in ["lin", "gao", "luo"] {
            let person = app.signed_in(login).await;
            let booking = book(app, &person).await;
            sessions.push((uuid(&booking), uuid(&enter(&person, &booking).await)));
        }
        set_length(app, sessions[0].0, 0).await;
        app.set_time("2026-11-23T06:00:00Z");
        assert!(app.app.video.sweep().await.is_err(), "the first cannot be ended");
        for (_, session) in &sessions[1..] {
            let row = video_session::Entity::find_by_id(*session).one(app.app.db.reader()).await.unwrap().unwrap();
            assert_eq!(row.state, SessionState::Ended);
        }
        let row = video_session::Entity::find_by_id(sessions[0].1).one(app.app.db.reader()).await.unwrap().unwrap();
        assert_eq!(row.state, SessionState::Waiting);
    }
}
