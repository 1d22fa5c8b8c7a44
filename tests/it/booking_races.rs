//! Many takers at once: the unique key decides, on both stores.

use crate::both_stores;
use crate::support::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use mianqia::auth::Actor;
use mianqia::auth::entities::account::{self, Role};
use mianqia::base::ids;
use mianqia::base::words::Language;
use mianqia::booking::entities::booking;
use mianqia::booking::{NewBooking, WantedTime};
use mianqia::db::Db;
use mianqia::directory::entities::opening_rule::DayKind;
use mianqia::directory::entities::resource::CellKind;
use mianqia::directory::entities::{opening_rule, resource, service};
use mianqia::places::entities::occupied;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

const TAKERS: usize = 50;
const ROUNDS: usize = 200;
/// A busy machine gives everybody a connection by then.
const PATIENCE: Duration = Duration::from_secs(60);

/// Travellers who have an account but never sign in.
async fn travellers(app: &TestApp) -> Vec<Actor> {
    let now = app.clock.now();
    let rows: Vec<account::Model> = (0..TAKERS)
        .map(|number| account::Model {
            id: ids::new_id(now),
            login: format!("racer.{number}"),
            password_hash: "none".into(),
            name: format!("旅客{number}"),
            role: Role::Traveller,
            enterprise_id: None,
            membership: None,
            member_since: None,
            badge_no: None,
            email: None,
            mobile: None,
            locale: Language::ZhCn,
            active: true,
            created_at: now,
        })
        .collect();
    let actors = rows.iter().map(|row| Actor {
        sign_in_id: uuid::Uuid::nil(),
        mobile: None,
        account_id: row.id,
        name: row.name.clone(),
        login: row.login.clone(),
        role: row.role,
        locale: row.locale,
        badge_no: None,
        news_to: None,
        enterprise: None,
        joining: None,
    });
    let actors = actors.collect();
    insert(&app.app.db, rows.into_iter().map(|row| row.into_active_model().reset_all()).collect()).await;
    actors
}

async fn insert<A>(db: &Db, rows: Vec<A>)
where
    A: ActiveModelTrait + Send + 'static,
{
    db.write(move |tx| {
        Box::pin(async move {
            <A::Entity as EntityTrait>::insert_many(rows).exec_without_returning(tx.conn()).await?;
            Ok::<_, DbErr>(())
        })
    })
    .await
    .unwrap();
}

/// A service open at all hours with so many seats, and a quota if one is given.
async fn service(app: &TestApp, seats: i32, quota: Option<i32>) -> Uuid {
    let (db, now) = (&app.app.db, app.clock.now());
    let model: Uuid = app.service("video-try").await.parse().unwrap();
    let model = service::Entity::find_by_id(model).one(db.reader()).await.unwrap().unwrap();
    let id = ids::new_id(now);
    let resource = |cell, seats| resource::Model {
        id: ids::new_id(now),
        venue_id: model.venue_id,
        code: format!("race-{}", ids::new_id(now)),
        seats,
        cell,
    };
    let places = resource(CellKind::Grid, seats);
    let quota = quota.map(|seats| resource(CellKind::Day, seats));
    let row = service::Model {
        id,
        code: format!("race-{id}"),
        resource_id: places.id,
        quota_resource_id: quota.as_ref().map(|quota| quota.id),
        ..model
    };
    let resources = [Some(places), quota].into_iter().flatten();
    insert(db, resources.map(|row| row.into_active_model().reset_all()).collect()).await;
    insert(db, vec![row.into_active_model().reset_all()]).await;
    let rule = opening_rule::Model {
        id: ids::new_id(now),
        service_id: id,
        day_kind: DayKind::Any,
        weekdays: 127,
        from_minute: 0,
        to_minute: 1440,
    };
    insert(db, vec![rule.into_active_model().reset_all()]).await;
    app.app.directory.forget();
    id
}

fn place(service_id: Uuid, starts_at: DateTime<Utc>, anyway: bool) -> NewBooking {
    NewBooking { service_id, time: Some(WantedTime::Slot(starts_at)), anyway, form: None, against: None }
}

/// Takes a place. Whoever is told that the store is too busy now (nothing was kept) asks again, as a page does.
async fn take(app: &TestApp, taker: Actor, wanted: NewBooking) -> Result<booking::Model, &'static str> {
    let (booking, taker) = (app.app.booking.clone(), Arc::new(taker));
    let patience = Instant::now() + PATIENCE;
    loop {
        let outcome = booking.take(&taker, wanted.clone()).await;
        match outcome.map(|fresh| fresh.row).map_err(|problem| problem.code) {
            Err("store_unavailable") if Instant::now() < patience => {}
            outcome => return outcome,
        }
    }
}

/// Lets everybody take at once; returns who got a place.
async fn rush(
    app: &TestApp,
    takers: &[Actor],
    service: Uuid,
    starts: impl Fn(usize) -> DateTime<Utc>,
) -> Vec<(Actor, booking::Model)> {
    let tries = takers.iter().enumerate().map(|(number, actor)| {
        let wanted = place(service, starts(number), false);
        async move { (actor.clone(), take(app, actor.clone(), wanted).await) }
    });
    let mut winners = Vec::new();
    for (actor, outcome) in join_all(tries).await {
        match outcome {
            Ok(row) => winners.push((actor, row)),
            Err(code) => assert_eq!(code, "slot_taken"),
        }
    }
    winners
}

async fn occupied_rows(app: &TestApp) -> u64 {
    occupied::Entity::find().count(app.app.db.reader()).await.unwrap()
}

/// What the memory says is free at one slot.
async fn free_at(app: &TestApp, service: Uuid, starts_at: DateTime<Utc>) -> i64 {
    let date = starts_at.with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    let slots = app.browser().get(&format!("/api/v1/services/{service}/slots?date={date}")).await.ok();
    let slots = slots["slots"].as_array().unwrap().clone();
    let at = serde_json::to_value(starts_at).unwrap();
    slots.iter().find(|slot| slot["starts_at"] == at).unwrap()["free"].as_i64().unwrap()
}

both_stores! { at "2026-11-23T02:00:00Z";
    async fn one_place_and_fifty_takers_has_one_winner_in_each_of_200_rounds(app: &TestApp) {
        let takers = travellers(app).await;
        let service = service(app, 1, None).await;
        let first: DateTime<Utc> = "2026-11-24T00:00:00Z".parse().unwrap();
        for round in 0..ROUNDS {
            // Some slots come again: a place that was given back is raced for like any other.
            let starts_at = first + TimeDelta::minutes(15 * (round as i64 % 150));
            let winners = rush(app, &takers, service, |_| starts_at).await;
            assert_eq!(winners.len(), 1, "round {round}");
            assert_eq!(occupied_rows(app).await, 1, "round {round}");
            let (winner, row) = &winners[0];
            app.app.booking.cancel(winner, row.id, None).await.unwrap();
        }
        assert_eq!(occupied_rows(app).await, 0);
        assert_eq!(free_at(app, service, first).await, 1);
    }

    async fn a_slot_with_seven_seats_has_seven_winners(app: &TestApp) {
        let takers = travellers(app).await;
        let service = service(app, 7, None).await;
        let starts_at: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        for _ in 0..5 {
            let winners = rush(app, &takers, service, |_| starts_at).await;
            assert_eq!(winners.len(), 7);
            assert_eq!(free_at(app, service, starts_at).await, 0);
            for (winner, row) in winners {
                app.app.booking.cancel(&winner, row.id, None).await.unwrap();
            }
            assert_eq!(free_at(app, service, starts_at).await, 7);
        }
    }

    async fn a_daily_quota_holds_over_all_slots_of_the_day(app: &TestApp) {
        let takers = travellers(app).await;
        let service = service(app, 4, Some(9)).await;
        let first: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        let starts = |number: usize| first + TimeDelta::minutes(15 * (number as i64 % 10));
        let winners = rush(app, &takers, service, starts).await;
        assert_eq!(winners.len(), 9);
        let references: BTreeSet<_> = winners.iter().map(|(_, row)| row.reference.clone()).collect();
        assert_eq!(references.len(), 9);
        let days = app.browser().get(&format!("/api/v1/services/{service}/days?from=2026-11-24&to=2026-11-25")).await.ok();
        assert_eq!(days["days"][0]["reason"], "quota");
        assert_eq!(days["days"][0]["free"], 0);
        assert_eq!(days["days"][1]["free"], 9);
        let (winner, row) = &winners[0];
        app.app.booking.cancel(winner, row.id, None).await.unwrap();
        let days = app.browser().get(&format!("/api/v1/services/{service}/days?from=2026-11-24&to=2026-11-24")).await.ok();
        assert_eq!(days["days"][0]["free"], 1);
    }

    async fn nobody_holds_more_than_five_places_even_at_once(app: &TestApp) {
        let taker = travellers(app).await.remove(0);
        let service = service(app, 50, None).await;
        let starts_at: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        let tries = (0..20).map(|_| take(app, taker.clone(), place(service, starts_at, true)));
        let outcomes = join_all(tries).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err("too_many_holds")).count(), 15);
    }

    async fn the_memory_filled_at_start_is_the_memory_that_was_kept(app: &TestApp) {
        let takers = travellers(app).await;
        let service = service(app, 7, None).await;
        let starts_at: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        rush(app, &takers[..3], service, |_| starts_at).await;
        assert_eq!(free_at(app, service, starts_at).await, 4);
        app.app.places.load().await.unwrap();
        assert_eq!(free_at(app, service, starts_at).await, 4);
    }

    // A node reads all anew when it has come to hear the others, which is while it serves already.
    async fn memory_that_is_read_anew_misses_nothing_that_is_taken_or_given_back_meanwhile(app: &TestApp) {
        let takers = travellers(app).await;
        let service = service(app, 7, None).await;
        let starts_at: DateTime<Utc> = "2026-11-24T03:00:00Z".parse().unwrap();
        let places = app.app.places.clone();
        let reading = tokio::spawn(async move {
            loop {
                places.reload().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        for _ in 0..5 {
            let winners = rush(app, &takers[..20], service, |_| starts_at).await;
            assert_eq!(free_at(app, service, starts_at).await, 0);
            join_all(winners.iter().map(|(winner, row)| app.app.booking.cancel(winner, row.id, None))).await;
            assert_eq!(free_at(app, service, starts_at).await, 7);
        }
        reading.abort();
        assert!(reading.await.unwrap_err().is_cancelled(), "it was read to the end");
    }
}
