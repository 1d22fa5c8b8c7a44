//! Writes that meet at the same rows: tried again, and ordered so that they seldom have to be.

use crate::support::{Store, TestApp};
use crate::video::{id, open_call, step};
use chrono::TimeDelta;
use mianqia::auth::entities::account;
use mianqia::db::Db;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, Statement};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Barrier;

/// Locks two accounts one after the other; at its first try it waits between them for the other one.
async fn lock_both(
    db: Db,
    logins: [&'static str; 2],
    meet: Arc<Barrier>,
    tries: Arc<AtomicU32>,
) -> Result<(), DbErr> {
    db.write(move |tx| {
        Box::pin(async move {
            let first_try = tries.fetch_add(1, Ordering::SeqCst) == 0;
            for (place, login) in logins.into_iter().enumerate() {
                account::Entity::update_many()
                    .col_expr(account::Column::Name, Expr::value(format!("{}之后", logins[0])))
                    .filter(account::Column::Login.eq(login))
                    .exec(tx.conn())
                    .await?;
                if place == 0 && first_try {
                    let _ = tokio::time::timeout(Duration::from_secs(5), meet.wait()).await;
                }
            }
            Ok(())
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_on_postgres_is_tried_again_until_both_are_done() {
    let app = TestApp::start(Store::Postgres, "2026-11-23T02:00:00Z").await;
    let meet = Arc::new(Barrier::new(2));
    let tries = [Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0))];
    let one = tokio::spawn(lock_both(app.app.db.clone(), ["lin", "gao"], meet.clone(), tries[0].clone()));
    let other = tokio::spawn(lock_both(app.app.db.clone(), ["gao", "lin"], meet, tries[1].clone()));
    one.await.unwrap().unwrap();
    other.await.unwrap().unwrap();
    let tried: u32 = tries.iter().map(|tries| tries.load(Ordering::SeqCst)).sum();
    assert!(tried > 2, "there was no deadlock");
    assert_eq!(app.app.db.health().retries(), u64::from(tried - 2));
    // A conflict is no failure of the store.
    assert_eq!((app.app.db.health().failing(), app.app.db.health().failures()), (None, 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ending_a_session_and_the_desk_lock_in_one_order() {
    let app = TestApp::start(Store::Postgres, "2026-11-23T02:05:00Z").await;
    let officer = app.signed_in("zhou").await;
    let owner = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    for round in 0..8 {
        let starts_at = app.clock.now() + TimeDelta::minutes(10);
        let wish = json!({"service_id": service, "starts_at": starts_at});
        let held = owner.post("/api/v1/bookings", wish).await.ok();
        let form = json!({"contact_name": "林女士", "contact_mobile": "15400000001", "fields": {"about": round.to_string()}});
        let booking = owner.post(&format!("/api/v1/bookings/{}/request", id(&held)), form).await.ok();
        let session = open_call(&owner, &officer, &booking).await;
        let desk = format!("/api/v1/bookings/{}/complete", id(&booking));
        let (ended, completed) =
            tokio::join!(step(&officer, &session, "/end", json!({})), officer.post(&desk, json!({})));
        for answer in [ended, completed] {
            assert!(answer.status.is_success() || answer.status == 409, "{}", answer.text);
        }
        app.clock.advance(TimeDelta::minutes(15));
    }
    // PostgreSQL tells its figures a little later.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let figures = "select deadlocks from pg_stat_database where datname = current_database()";
    let row = app.app.db.reader().query_one_raw(Statement::from_string(DbBackend::Postgres, figures)).await;
    assert_eq!(row.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap(), 0);
    app.stop().await;
}
