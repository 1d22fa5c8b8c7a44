//! What a write waits for: few statements, and on SQLite its turn only with what it has put aside.

use crate::both_stores;
use crate::support::{Store, TestApp, eventually};
use crate::video::id;
use chrono::{DateTime, Utc};
use mianqia::auth::entities::account;
use mianqia::booking::entities::booking;
use mianqia::db::Db;
use mianqia::evidence::{self, Actor, Head, NewEntry};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryTrait};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::{Barrier, Notify};
use uuid::Uuid;

const AT: &str = "2026-11-23T02:00:00Z";
/// As many statements may a booking, held and requested, wait for one after the other.
const MOST_STATEMENTS: u64 = 10;

/// Appends an entry behind the head that it reads; at its first run it waits, having read, for the other one.
async fn append_seen(
    db: Db,
    case: Uuid,
    at: DateTime<Utc>,
    meet: Arc<Barrier>,
    runs: Arc<AtomicU32>,
) -> Result<(), DbErr> {
    let own_runs = Arc::new(AtomicU32::new(0));
    db.write_ahead(move |tx| {
        Box::pin(async move {
            let row = booking::Entity::find().filter(booking::Column::Id.eq(case));
            let query = evidence::with_head(row, booking::Column::Id).into_query();
            let found = tx.conn().query_one(&query).await?.expect("the booking stands");
            let head = Head::beside(&found)?;
            runs.fetch_add(1, Ordering::SeqCst);
            if own_runs.fetch_add(1, Ordering::SeqCst) == 0 {
                let _ = tokio::time::timeout(Duration::from_secs(5), meet.wait()).await;
            }
            let entry = NewEntry {
                case,
                kind: "test.seen".into(),
                actor: Actor::PROGRAM,
                at,
                data: Value::Null,
                personal: vec![("name", "林女士".to_owned())],
                committed: Vec::new(),
                rows: Vec::new(),
            };
            evidence::append_behind(tx, head, vec![entry])
        })
    })
    .await
}

async fn name_of(conn: &impl ConnectionTrait, login: &str) -> Result<Option<String>, DbErr> {
    let row = account::Entity::find().filter(account::Column::Login.eq(login)).one(conn).await?;
    Ok(row.map(|row| row.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_keeps_its_turn_until_what_it_began_has_its_end() {
    let app = TestApp::start(Store::Sqlite, AT).await;
    let (db, party) = (&app.app.db, Uuid::from_u128(7));
    let gate = Arc::new(Notify::new());
    let entered = Arc::new(Notify::new());
    let (opened, inside, writer) = (Arc::clone(&gate), Arc::clone(&entered), db.clone());
    let blocker = tokio::spawn(async move {
        let held = writer.write(move |_| {
            Box::pin(async move {
                inside.notify_one();
                opened.notified().await;
                Ok::<_, DbErr>(())
            })
        });
        held.await
    });
    entered.notified().await;
    let turn = db.turn(&[party]).await.unwrap();
    let write = db.write_in(turn.as_ref(), |_| Box::pin(async { Ok::<_, DbErr>(()) }));
    assert!(tokio::time::timeout(Duration::from_secs(1), write).await.is_err(), "the writer is held up");
    drop(turn);
    let next = tokio::time::timeout(Duration::from_millis(300), db.turn(&[party])).await;
    assert!(next.is_err(), "what was begun may still be written");
    gate.notify_one();
    blocker.await.unwrap().unwrap();
    eventually("the turn is the next one's", || async { db.turn(&[party]).await.ok() }).await;
    app.stop().await;
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn a_booking_waits_for_few_statements(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let service = app.service("video-try").await;
        let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {}});
        let mut waited = Vec::new();
        for day in 24..=26 {
            let wish = json!({"service_id": service, "starts_at": format!("2026-11-{day}T02:00:00Z")});
            let before = app.app.db.statements();
            let held = lin.post("/api/v1/bookings", wish).await.ok();
            let booked = lin.post(&format!("/api/v1/bookings/{}/request", id(&held)), form.clone()).await.ok();
            assert_eq!(booked["state"], "accepted");
            waited.push(app.app.db.statements() - before);
        }
        // The first one may read who is signed in, and what is offered.
        assert!(waited[1..].iter().all(|waited| (1..=MOST_STATEMENTS).contains(waited)), "{waited:?}");
    }

    async fn of_two_that_write_behind_one_head_the_later_is_run_again(app: &TestApp) {
        let lin = app.signed_in("lin").await;
        let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-24T02:00:00Z"});
        let held = lin.post("/api/v1/bookings", wish).await.ok();
        let case: Uuid = id(&held).parse().unwrap();
        let (db, now) = (&app.app.db, app.clock.now());
        let meet = Arc::new(Barrier::new(2));
        let runs = Arc::new(AtomicU32::new(0));
        let append = || append_seen(db.clone(), case, now, Arc::clone(&meet), Arc::clone(&runs));
        let (one, other) = tokio::join!(append(), append());
        assert_eq!((one, other), (Ok(()), Ok(())));
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        let (length, _) = evidence::verify_chain(db.reader(), case).await.unwrap().unwrap();
        assert_eq!(length, 3);
    }

    async fn what_must_see_its_own_write_is_run_in_its_turn(app: &TestApp) {
        let db = &app.app.db;
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let seen: Result<Option<String>, DbErr> = db.write_ahead(move |tx| Box::pin(async move {
            counted.fetch_add(1, Ordering::SeqCst);
            account::Entity::update_many()
                .col_expr(account::Column::Name, Expr::value("改名"))
                .filter(account::Column::Login.eq("lin"))
                .exec(tx.conn())
                .await?;
            name_of(tx.conn(), "lin").await
        })).await;
        assert_eq!(seen.unwrap().as_deref(), Some("改名"));
        assert_eq!(name_of(db.reader(), "lin").await.unwrap().as_deref(), Some("改名"));
        let is_postgres = db.reader().get_database_backend() == DbBackend::Postgres;
        assert_eq!(runs.load(Ordering::SeqCst), if is_postgres { 1 } else { 2 });
    }

    async fn what_panics_behind_a_commit_holds_up_nobody(app: &TestApp) {
        let db = &app.app.db;
        let followed = Arc::new(AtomicU32::new(0));
        for _ in 0..2 {
            let followed = Arc::clone(&followed);
            let written: Result<(), DbErr> = db.write(move |tx| Box::pin(async move {
                tx.after_commit(|| panic!("this is meant to panic"));
                tx.after_commit(move || { followed.fetch_add(1, Ordering::SeqCst); });
                Ok(())
            })).await;
            written.unwrap();
        }
        assert_eq!(followed.load(Ordering::SeqCst), 2);
    }
}
