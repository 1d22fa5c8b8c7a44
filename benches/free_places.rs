//! What it takes to say what is free in a month.

use crate::support::{Store, TestApp};
use crate::{NOW, figure, median};
use chrono::{NaiveDate, TimeDelta};
use futures::future::join_all;
use mianqia::base::ids;
use mianqia::directory::entities::{opening_rule, resource};
use mianqia::places::entities::occupied;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Side by side, an officer each.
const SEATS: i32 = 200;
/// Office hours in minutes after midnight, and how long a cell is.
const OPEN: (i32, i32) = (540, 1020);
const CELL_MINUTES: i64 = 15;

/// A month of free places of a service.
pub fn days_of(app: &TestApp, service: &str) -> String {
    format!("{}/api/v1/services/{service}/days?from=2026-11-23&to=2026-12-22", app.base)
}

/// A month of free places, signed in: one caller's median, then what 64 callers get together.
pub async fn over_http(app: &TestApp) {
    let browser = app.signed_in("lin").await;
    let service = app.service("video-try").await;
    let url = days_of(app, &service);
    let mut took = Vec::new();
    for _ in 0..2000 {
        let begun = Instant::now();
        assert!(browser.client.get(&url).send().await.unwrap().bytes().await.is_ok());
        took.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    figure("booking.free_places.http_p50", median(&took), "ms", "lower");

    let begun = Instant::now();
    let answers: Vec<usize> = join_all((0..64).map(|_| {
        let (client, url) = (browser.client.clone(), url.clone());
        tokio::spawn(async move {
            let mut count = 0;
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until {
                assert!(client.get(&url).send().await.unwrap().bytes().await.is_ok());
                count += 1;
            }
            count
        })
    }))
    .await
    .into_iter()
    .map(Result::unwrap)
    .collect();
    let rate = answers.iter().sum::<usize>() as f64 / begun.elapsed().as_secs_f64();
    figure("booking.free_places.http_rate_c64", rate, "1/s", "higher");
}

/// Thirty days of two hundred officers with quarters of an hour in office hours, every other one booked: the use case
/// alone, which asks nothing but memory.
pub async fn computed() {
    let app = TestApp::start(Store::Sqlite, NOW).await;
    let service: Uuid = app.service("video-try").await.parse().unwrap();
    let info = app.app.directory.service(service).await.unwrap().unwrap();
    let (resource_id, first) = (info.row.resource_id, NOW.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    let hours =
        opening_rule::ActiveModel { from_minute: Set(OPEN.0), to_minute: Set(OPEN.1), ..Default::default() };
    let seats = resource::ActiveModel { id: Set(resource_id), seats: Set(SEATS), ..Default::default() };
    let midnight = (first - TimeDelta::hours(10)).timestamp() / 60 / CELL_MINUTES;
    let cells: Vec<i64> = (0..30).flat_map(|day| midnight + day * 96..midnight + (day + 1) * 96).collect();
    let owner = ids::new_id(first);
    let done: Result<(), DbErr> = app
        .app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let rules = opening_rule::Entity::update_many().set(hours);
                rules.filter(opening_rule::Column::ServiceId.eq(service)).exec(tx.conn()).await?;
                resource::Entity::update(seats).exec(tx.conn()).await?;
                for cell in cells {
                    let taken = (0..SEATS).filter(|seat| (i64::from(*seat) + cell) % 2 == 0).map(|seat| {
                        occupied::ActiveModel {
                            resource_id: Set(resource_id),
                            seat: Set(seat),
                            cell: Set(cell),
                            owner_id: Set(owner),
                        }
                    });
                    occupied::Entity::insert_many(taken).exec_without_returning(tx.conn()).await?;
                }
                Ok(())
            })
        })
        .await;
    done.unwrap();
    app.app.directory.forget();
    app.app.places.load().await.unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let mut took = Vec::new();
    for _ in 0..2000 {
        let begun = Instant::now();
        let (_, days, _) =
            app.app.booking.days(None, service, day("2026-11-24"), day("2026-12-23")).await.unwrap();
        took.push(begun.elapsed().as_secs_f64() * 1e6);
        assert_eq!(days.len(), 30);
        assert_eq!((days[1].total.total, days[1].total.free), (SEATS * 32, SEATS * 16));
    }
    figure("booking.free_places.compute", median(&took), "µs", "lower");
    app.stop().await;
}
