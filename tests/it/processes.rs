//! Two real processes of the program on one PostgreSQL: what one does is right on the other, and neither disturbs the
//! other. More of it, with both nodes in the test's own process, is in `nodes.rs`.

use crate::booking::{take, try_form};
use crate::media_client::Publisher;
use crate::nodes::{data_dir, free_at};
use crate::program::{Program, command_on};
use crate::smtp::{Server, Taken};
use crate::support::{Browser, MailServer, OwnDatabase, eventually};
use crate::video::{book_by, id, open_call, publish_with};
use mianqia::db::Db;
use mianqia::notify::entities::outbox::{self, OutboxState};
use mianqia::video::entities::recording::{self, RecordingState};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ColumnTrait, Database, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const AT: &str = "2026-11-23T02:05:00Z";
/// What one process does is to be seen on the other by then.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// An accepted booking of the service that anybody may try.
async fn booked(browser: &Browser, at: &str) -> Value {
    let service = trial(browser).await;
    let held = take(browser, &service, at).await;
    browser.post(&format!("/api/v1/bookings/{}/request", id(&held)), try_form()).await.ok()
}

async fn trial(browser: &Browser) -> String {
    let services = browser.get("/api/v1/services").await.ok();
    let service = services["items"].as_array().unwrap().iter().find(|one| one["code"] == "video-try");
    id(service.unwrap()).to_owned()
}

async fn recordings(conn: &DatabaseConnection) -> Vec<(RecordingState, Option<uuid::Uuid>)> {
    let rows = recording::Entity::find().all(conn).await.unwrap();
    rows.into_iter().map(|row| (row.state, row.node_id)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_shows_what_is_booked_on_the_first_and_disturbs_no_call_of_it_and_no_mail() {
    let store = OwnDatabase::create().await;
    let dirs = [data_dir(), data_dir()];
    assert!(command_on(&dirs[0], &store.url, 1, &["demo", "--bare"]).status().unwrap().success());
    std::fs::copy(dirs[0].join("keyring"), dirs[1].join("keyring")).unwrap();
    let mails = Server::begin().await;
    let start =
        async |dir| Program::start_with(dir, &store.url, AT, &[("MIANQIA_SMTP_URL", &mails.url())]).await;
    let conn = Database::connect(&store.url).await.unwrap();

    let one = start(&dirs[0]).await;
    let (owner, officer) = (one.signed_in("lin").await, one.signed_in("zhou").await);
    let booking = book_by(&owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let publisher = Publisher::new().await;
    publish_with(&owner, &session, "camera", &publisher).await;
    publisher.send_for_ms(1500, |_| true).await;
    let before = recordings(&conn).await;
    assert_eq!(before.iter().map(|(state, _)| *state).collect::<Vec<_>>(), [RecordingState::Recording]);

    // The second starts while the call goes on.
    let other = tokio::select! {
        other = start(&dirs[1]) => other,
        () = publisher.send_for_ms(120_000, |_| true) => panic!("it did not start"),
    };
    assert_eq!(recordings(&conn).await, before, "the call is the first one's as before");
    let now = officer.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
    assert_eq!((&now["state"], &now["me"]["state"]), (&json!("open"), &json!("admitted")));

    // Booked on either, seen on the other.
    let (here, there) = (one.signed_in("lin").await, other.signed_in("gao").await);
    let (service, at) = (trial(&here).await, "2026-11-24T02:00:00Z");
    let free = free_at(&there, &service, at).await;
    for (by, seen_by, left) in [(&here, &there, free - 1), (&there, &here, free - 2)] {
        let taken = booked(by, at).await;
        assert_eq!(taken["state"], "accepted");
        let begun = Instant::now();
        while free_at(seen_by, &service, at).await != left {
            assert!(begun.elapsed() < SEEN_WITHIN, "{left} is not seen");
        }
    }

    // Both send what both wrote.
    for hour in 3..8 {
        booked(&here, &format!("2026-11-24T0{hour}:00:00Z")).await;
        booked(&there, &format!("2026-11-25T0{hour}:00:00Z")).await;
    }
    let sent = eventually("all mails were sent", || async {
        let left =
            outbox::Entity::find().filter(outbox::Column::State.ne(OutboxState::Sent)).count(&conn).await;
        (left.unwrap() == 0).then(|| mails.taken())
    })
    .await;
    let written = outbox::Entity::find().count(&conn).await.unwrap();
    assert!(written >= 10, "{written}");
    assert_eq!(sent.len() as u64, written, "{:?}", doubled(&sent));
    drop((one, other));
    for dir in &dirs {
        let _ = std::fs::remove_dir_all(dir);
    }
}

fn doubled(sent: &[Taken]) -> BTreeMap<(&str, &str), usize> {
    let mut times = BTreeMap::new();
    for mail in sent {
        *times.entry((mail.to.as_str(), mail.subject.as_str())).or_default() += 1;
    }
    times.retain(|_, times| *times > 1);
    times
}

/// Without the lock of the schema one of them finds a table half made: they all begin on an empty store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_on_an_empty_store_make_its_schema_once() {
    let store = OwnDatabase::create().await;
    let starts = (0..6).map(|_| Db::open(&store.url));
    for started in futures::future::join_all(starts).await {
        started.expect("it waits for whoever makes the schema");
    }
    let conn = Database::connect(&store.url).await.unwrap();
    assert_eq!(Migrator::get_pending_migrations(&conn).await.unwrap().len(), 0);
}
