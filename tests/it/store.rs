//! What was answered well is kept: over full disks, broken transactions and stores that go away.

use crate::booking::take;
use crate::both_stores;
use crate::documents::{SLOT, documents, send};
use crate::gate::Gate;
use crate::health_group::{self, AT as GROUP_AT, people};
use crate::pictures::png;
use crate::review_values::intact;
use crate::support::{Answer, Browser, OwnDatabase, Store, TestApp, eventually};
use futures::future::join_all;
use mianqia::auth::entities::account;
use mianqia::booking::entities::booking::{self, BookingState};
use mianqia::db::entities::store_probe;
use mianqia::db::{Db, StoreFault, fault_of};
use mianqia::documents::entities::{document, document_piece};
use mianqia::evidence;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, DbBackend, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    Statement,
};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::{Duration, Instant};

const AT: &str = "2026-11-23T02:00:00Z";

/// Leaves SQLite so many pages before it says that the disk is full.
async fn leave_pages(db: &Db, pages: u32) {
    let limited: Result<(), DbErr> = db
        .write(move |tx| {
            Box::pin(async move {
                let count = Statement::from_string(DbBackend::Sqlite, "pragma page_count");
                let row = tx.conn().query_one_raw(count).await?.expect("a pragma answers");
                let limit = row.try_get_by_index::<i32>(0)?.unsigned_abs() + pages;
                tx.conn().execute_unprepared(&format!("pragma max_page_count = {limit}")).await.map(drop)
            })
        })
        .await;
    limited.unwrap();
}

fn assert_told_to_come_again(answer: &Answer) {
    answer.refused(503, "store_unavailable");
    assert_eq!(answer.headers["retry-after"], "2");
}

/// Cancels what is held; what was refused stays. Tells how many were refused.
async fn give_back(held: &mut Vec<(&Browser, String)>) -> usize {
    let mut left = Vec::new();
    for (person, id) in held.drain(..) {
        let answer = person.post(&format!("/api/v1/bookings/{id}/cancel"), json!({"reason": null})).await;
        if !answer.status.is_success() {
            assert_told_to_come_again(&answer);
            left.push((person, id));
        }
    }
    *held = left;
    held.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_around_a_full_disk_is_kept_and_what_was_refused_is_not() {
    let app = TestApp::start(Store::Sqlite, AT).await;
    let people = [app.signed_in("lin").await, app.signed_in("gao").await, app.signed_in("luo").await];
    let service = app.service("video-try").await;
    let wish = json!({"service_id": service, "starts_at": "2026-11-24T02:00:00Z", "anyway": true});
    let mut kept = HashSet::new();
    let mut held = Vec::new();
    for _ in 0..3 {
        leave_pages(&app.app.db, 12).await;
        let mut refused = 0;
        // SQLite forgets the limit with the connection that it broke: the disk is free again then.
        while refused == 0 {
            assert!(kept.len() < 1000, "the disk never became full");
            let takes = people.iter().map(|person| person.post("/api/v1/bookings", wish.clone()));
            for (person, answer) in people.iter().zip(join_all(takes).await) {
                if answer.status.is_success() {
                    let id = answer.json()["id"].as_str().unwrap().to_owned();
                    held.push((person, id.clone()));
                    kept.insert(id);
                } else {
                    refused += 1;
                    assert_told_to_come_again(&answer);
                }
            }
            refused += give_back(&mut held).await;
        }
        let takes = people.iter().map(|person| person.post("/api/v1/bookings", wish.clone()));
        for (person, answer) in people.iter().zip(join_all(takes).await) {
            let id = answer.ok()["id"].as_str().unwrap().to_owned();
            held.push((person, id.clone()));
            kept.insert(id);
        }
        assert_eq!(give_back(&mut held).await, 0);
    }
    // Another connection sees only what was committed, as a restart would.
    let again = Db::open(&app.app.settings.database_url).await.unwrap();
    let stored = booking::Entity::find().all(again.reader()).await.unwrap();
    let stored: HashSet<String> = stored.into_iter().map(|row| row.id.to_string()).collect();
    assert_eq!(stored, kept);
    for id in &kept {
        let chain = evidence::verify_chain(again.reader(), id.parse().unwrap()).await.unwrap();
        assert!(chain.is_ok(), "{id}: {chain:?}");
    }
    assert!(app.app.db.health().failures() >= 3);
    assert_eq!(app.app.db.health().failing(), None);
    app.stop().await;
}

/// Brings about that something finds the disk full. What else writes may be the first to find it so, and makes the disk
/// free: SQLite forgets the limit with the connection that it broke.
async fn found_full<F: Future<Output = Answer>>(
    db: &Db,
    pages: u32,
    send: impl Fn() -> F,
    undo: impl AsyncFn(Answer),
) {
    for _ in 0..50 {
        leave_pages(db, pages).await;
        let answer = send().await;
        if !answer.status.is_success() {
            assert_told_to_come_again(&answer);
            return;
        }
        undo(answer).await;
    }
    panic!("the disk never became full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_uploaded_onto_a_full_disk_is_refused_and_leaves_nothing_until_there_is_space() {
    let app = TestApp::start(Store::Sqlite, AT).await;
    let (db, lin) = (&app.app.db, app.signed_in("lin").await);
    let held = take(&lin, &app.service("certificate").await, SLOT).await;
    let picture = png(8, &vec![7; 1 << 20]);
    let upload = || send(&lin, &held, "item=identity", picture.clone());
    found_full(db, 12, upload, async |taken| {
        let file = format!("{}/{}", documents(&held), taken.json()["id"].as_str().unwrap());
        lin.call(reqwest::Method::DELETE, &file, None).await;
    })
    .await;
    let count = async || {
        let rows = document::Entity::find().count(db.reader()).await.unwrap();
        (rows, document_piece::Entity::find().count(db.reader()).await.unwrap())
    };
    assert_eq!(count().await, (0, 0));
    assert_eq!(lin.get(&documents(&held)).await.ok()["items"][0]["files"], json!([]));
    assert!(intact(&app, held["id"].as_str().unwrap()).await.0);
    // The disk is free again.
    upload().await.ok();
    assert_eq!(count().await, (1, 5));
    assert!(intact(&app, held["id"].as_str().unwrap()).await.0);

    let service = app.service("check-up").await;
    let list = people(6);
    let book = || health_group::book(&lin, &service, &list, GROUP_AT);
    let before = health_group::counts(&app).await;
    let given_back = async |taken: Answer| {
        let id = taken.json()["id"].as_str().unwrap().to_owned();
        lin.post(&format!("/api/v1/bookings/{id}/cancel"), json!({"reason": null})).await.ok();
    };
    let bookings = async || booking::Entity::find().all(db.reader()).await.unwrap();
    found_full(db, 1, book, given_back).await;
    let standing = bookings()
        .await
        .into_iter()
        .filter(|row| row.people.is_some() && row.state == BookingState::Accepted);
    assert_eq!(
        (standing.count(), health_group::counts(&app).await.0),
        (0, before.0),
        "nothing of the group is there"
    );
    let taken = book().await.ok();
    assert_eq!(health_group::counts(&app).await.0 - before.0, 12, "a place and a share of the day for each");
    assert!(intact(&app, taken["id"].as_str().unwrap()).await.0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_sqlite_ended_by_itself_is_told_and_does_not_swallow_later_writes() {
    let app = TestApp::start(Store::Sqlite, AT).await;
    let db = &app.app.db;
    for keep in [true, false] {
        // As SQLite does it after some errors of a disk, under the feet of the use case.
        let broken: Result<(), DbErr> = db
            .write(move |tx| {
                Box::pin(async move {
                    tx.conn().execute_unprepared("rollback").await?;
                    if keep { Ok(()) } else { Err(DbErr::Custom("an error of the use case".into())) }
                })
            })
            .await;
        let error = broken.expect_err("nothing was kept");
        if keep {
            assert!(matches!(fault_of(&error), Some(StoreFault::Unavailable(_))), "{error}");
        }
        db.probe(app.clock.now()).await.unwrap();
        let again = Db::open(&app.app.settings.database_url).await.unwrap();
        assert_eq!(store_probe::Entity::find().count(again.reader()).await.unwrap(), 1);
        app.signed_in("lin").await.get("/api/v1/me").await.ok();
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_write_ahead_log_shrinks_again_when_a_long_reader_has_gone() {
    let app = TestApp::start(Store::Sqlite, AT).await;
    let wal = app.data_dir.join("test.sqlite-wal");
    let size = || std::fs::metadata(&wal).map_or(0, |file| file.len());
    let fill = |n: u8| {
        let db = app.app.db.clone();
        async move {
            let filled: Result<(), DbErr> = db
                .write(move |tx| {
                    Box::pin(async move {
                        // Another letter each time: SQLite does not write a page that stays as it is.
                        let text = char::from(b'a' + n).to_string().repeat(1 << 20);
                        account::Entity::update_many()
                            .col_expr(account::Column::Email, Expr::value(text))
                            .filter(account::Column::Login.eq("luo"))
                            .exec(tx.conn())
                            .await
                            .map(|done| assert_eq!(done.rows_affected, 1))
                    })
                })
                .await;
            filled.unwrap();
        }
    };
    let reader = Database::connect(&app.app.settings.database_url).await.unwrap();
    let held = sea_orm::TransactionTrait::begin(&reader).await.unwrap();
    account::Entity::find().count(&held).await.unwrap();
    for n in 0..26 {
        fill(n).await;
    }
    assert!(size() > 24 << 20, "{}", size());
    drop(held);
    reader.close().await.unwrap();
    eventually("the log is small again", || async {
        app.app.db.probe(app.clock.now()).await.unwrap();
        (size() < 17 << 20).then_some(())
    })
    .await;
    let metrics = app.metrics().await;
    assert!(metrics.contains("mianqia_store_wal_bytes"), "{metrics}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_is_away_is_told_within_two_seconds_and_all_goes_on_when_it_is_back() {
    let database = OwnDatabase::create().await;
    let mut gate = Gate::before(&database).await;
    let app = TestApp::start_with(Store::Sqlite, AT, &[("MIANQIA_DATABASE_URL", &gate.url)]).await;
    let lin = app.signed_in("lin").await;
    let wish = json!({"service_id": app.service("video-try").await, "starts_at": "2026-11-24T02:00:00Z", "anyway": true});
    let held = lin.post("/api/v1/bookings", wish.clone()).await.ok();

    gate.shut().await;
    for path in ["/api/v1/bookings", "/api/v1/bookings?view=past"] {
        let begun = Instant::now();
        assert_told_to_come_again(&lin.get(path).await);
        assert!(begun.elapsed() < Duration::from_millis(2500), "{path}: {:?}", begun.elapsed());
    }
    let ready = eventually("it is not ready", || async {
        let answer = app.browser().get("/readyz").await;
        (answer.status == 503).then_some(answer)
    })
    .await;
    assert_eq!(ready.json()["why"], json!("store"), "{}", ready.text);
    assert!(app.metrics().await.contains("mianqia_store_failing 1"));
    app.set_time("2026-11-23T03:00:00Z"); // the hold runs out meanwhile

    gate.reopen().await;
    eventually("it serves again", || async { lin.get("/api/v1/me").await.status.is_success().then_some(()) })
        .await;
    eventually("it is ready again", || async {
        app.browser().get("/readyz").await.status.is_success().then_some(())
    })
    .await;
    let mine = format!("/api/v1/bookings/{}", held["id"].as_str().unwrap());
    let swept = async {
        while lin.get(&mine).await.ok()["state"] != "expired" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(40), swept).await.expect("the clockwork goes on");
    lin.post("/api/v1/bookings", wish).await.ok();
    app.stop().await;
}

both_stores! {
    at "2026-11-23T02:00:00Z";

    async fn readiness_tries_the_disk_of_the_recordings_and_names_it(app: &TestApp) {
        let ready = app.browser().get("/readyz").await.ok();
        assert_eq!(ready, json!({"ready": true, "why": Value::Null, "store": "ok", "recordings": "ok"}));
        let recordings = app.data_dir.join("recordings");
        std::fs::remove_dir_all(&recordings).unwrap();
        std::fs::write(&recordings, "in the way").unwrap();
        let failing = eventually("it is not ready", || async {
            let answer = app.browser().get("/readyz").await;
            (answer.status == 503).then_some(answer)
        }).await;
        assert_eq!((&failing.json()["why"], &failing.json()["store"]), (&json!("recordings"), &json!("ok")));
        assert!(app.metrics().await.contains("mianqia_recordings_disk_failing 1"));
        std::fs::remove_file(&recordings).unwrap();
        eventually("it is ready again", || async {
            app.browser().get("/readyz").await.status.is_success().then_some(())
        }).await;
    }
}
