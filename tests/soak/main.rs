//! Long assurance runs: what must hold for hours is held here for minutes.

mod booking;
#[path = "../it/calls.rs"]
#[allow(dead_code)]
mod calls;
mod disk;
#[path = "../it/film.rs"]
mod film;
#[path = "../it/kills.rs"]
mod kills;
#[path = "../it/mail_faults.rs"]
mod mail_faults;
#[path = "../it/officers.rs"]
mod officers;
#[path = "../it/pictures.rs"]
mod pictures;
#[path = "../it/program.rs"]
#[allow(dead_code)]
mod program;
#[path = "../it/recorded_kills.rs"]
mod recorded_kills;
#[path = "../it/setups.rs"]
#[allow(dead_code)]
mod setups;
#[path = "../it/smtp.rs"]
#[allow(dead_code)]
mod smtp;
#[path = "../it/storm.rs"]
mod storm;
#[path = "../it/support.rs"]
#[allow(dead_code)]
mod support;

mod media;
#[path = "../engine/client.rs"]
#[allow(dead_code)]
mod media_client;
mod slow;
mod uploads;

use serde_json::json;
use std::time::{Duration, Instant};
use support::{Store, TestApp};

/// Holds and cancels for five minutes on each store; afterwards every chain is whole and no cell is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_minutes_of_holding_and_cancelling_leave_nothing_behind() {
    for store in [Store::Sqlite, Store::Postgres] {
        let app = TestApp::start(store, "2026-11-23T02:00:00Z").await;
        let service = app.service("video-try").await;
        let mut people = Vec::new();
        for login in ["lin", "gao", "luo"] {
            people.push(app.signed_in(login).await);
        }
        let until = Instant::now() + Duration::from_secs(300);
        let mut cases = Vec::new();
        while Instant::now() < until {
            let takes = people.iter().map(|person| {
                person.post(
                    "/api/v1/bookings",
                    json!({"service_id": service, "starts_at": "2026-11-24T02:00:00Z"}),
                )
            });
            for (person, held) in people.iter().zip(futures::future::join_all(takes).await) {
                let id = held.ok()["id"].as_str().unwrap().to_owned();
                person.post(&format!("/api/v1/bookings/{id}/cancel"), json!({"reason": null})).await.ok();
                cases.push(id);
            }
        }
        let slots =
            app.browser().get(&format!("/api/v1/services/{service}/slots?date=2026-11-24")).await.ok();
        for slot in slots["slots"].as_array().unwrap() {
            assert_eq!(slot["free"], slot["capacity"], "{slot}");
        }
        for case in cases.iter().step_by(50) {
            let chain =
                mianqia::evidence::verify_chain(app.app.db.reader(), case.parse().unwrap()).await.unwrap();
            assert!(chain.is_ok(), "{case}: {chain:?}");
        }
        app.stop().await;
    }
}
