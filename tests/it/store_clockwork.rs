//! The clockwork: what fails holds up nothing else.

use crate::both_stores;
use crate::support::{Browser, TestApp, eventually};
use crate::video::{book, id, uuid};
use chrono::TimeDelta;
use mianqia::booking::jobs::BookingCompleted;
use mianqia::db::entities::job as row;
use mianqia::db::jobs::{self, Claim, Job, Kinds, NotDone, Run, Worker};
use mianqia::evidence::entities::chain;
use mianqia::survey::entities::rating_invite;
use mianqia::video::entities::video_session::{self, SessionState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

async fn complete(app: &TestApp, booking_id: Uuid) {
    put(app, BookingCompleted { booking_id }).await;
}

/// Enqueues a job.
async fn put(app: &TestApp, job: impl Job + Clone + Sync) {
    let now = app.clock.now();
    let put: Result<(), DbErr> =
        app.app.db.write(move |tx| Box::pin(async move { jobs::enqueue(tx, now, &job).await })).await;
    put.unwrap();
}

async fn waiting(app: &TestApp, kind: &str) -> Vec<row::Model> {
    let rows = row::Entity::find().filter(row::Column::Kind.eq(kind)).all(app.app.db.reader()).await;
    rows.unwrap()
}

/// What only a later version knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Strange {
    number: u32,
}

impl Job for Strange {
    const KIND: &'static str = "later.strange";
}

impl Run<Done> for Strange {
    async fn run(self, done: Done, _: Claim) -> Result<(), NotDone> {
        done.lock().unwrap().push(self.number);
        Ok(())
    }
}

type Done = Arc<Mutex<Vec<u32>>>;

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

async fn hold(app: &TestApp, person: &Browser) -> Value {
    let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-24T02:00:00Z", "anyway": true});
    person.post("/api/v1/bookings", wish).await.ok()
}

async fn enter(person: &Browser, booking: &Value) -> Value {
    person.post(&format!("/api/v1/bookings/{}/session", id(booking)), json!({})).await.ok()
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn a_job_that_fails_and_one_that_nobody_knows_hold_up_no_other(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let (broken, good) = (uuid(&hold(app, &lin).await), uuid(&hold(app, &lin).await));
        let length = set_length(app, broken, 0).await;
        // More than are begun in one round, all before the good one.
        for number in 0..60 {
            put(app, Strange { number }).await;
        }
        complete(app, Uuid::nil()).await;
        complete(app, broken).await;
        complete(app, good).await;
        let left = || async {
            let mut rows = waiting(app, BookingCompleted::KIND).await;
            (rows.len() == 1).then(|| rows.remove(0))
        };
        let once = eventually("the good one was done, and the bad one tried", || async {
            left().await.filter(|job| job.last_error.is_some())
        }).await;
        assert_eq!((once.attempts, once.payload), (1, json!({"booking_id": broken})));
        assert_eq!((once.due_at, once.claimed_by), (app.clock.now() + TimeDelta::seconds(1), None));
        let metrics = app.metrics().await;
        assert!(metrics.contains("mianqia_jobs_unknown 60\n"), "{metrics}");
        assert!(metrics.contains("mianqia_job_failures_total{kind=\"booking.completed\"} 1\n"), "{metrics}");

        // It is not tried again before its time, then again, and in the end it succeeds.
        app.set_time("2026-11-23T02:00:05Z");
        eventually("a second try", || async { left().await.filter(|job| job.attempts == 2 && job.claimed_by.is_none()) }).await;
        set_length(app, broken, length).await;
        app.set_time("2026-11-23T02:01:00Z");
        eventually("it was done", || async { waiting(app, BookingCompleted::KIND).await.is_empty().then_some(()) }).await;
        assert_eq!(rating_invite::Entity::find().count(app.app.db.reader()).await.unwrap(), 2);
        // A later version knows the strange ones, and does each once.
        let done = Done::default();
        let later = Worker::new(app.app.db.clone(), app.clock.clone(), Uuid::now_v7(), Kinds::default().take::<Strange, _>(done.clone()));
        let cancel = CancellationToken::new();
        let running = tokio::spawn(later.run(cancel.clone()));
        eventually("they are done", || async { waiting(app, Strange::KIND).await.is_empty().then_some(()) }).await;
        cancel.cancel();
        running.await.unwrap();
        let mut done = done.lock().unwrap().clone();
        done.sort_unstable();
        assert_eq!(done, (0..60).collect::<Vec<_>>());
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
