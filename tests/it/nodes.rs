//! Two processes on one PostgreSQL, each with a data directory of its own.

use crate::booking::{take, try_form};
use crate::mail::{mail, queue};
use crate::media_client::Publisher;
use crate::program::{Program, command_on};
use crate::smtp::Server;
use crate::support::{Browser, MailServer, OwnDatabase, Store, TestApp, eventually, unique};
use crate::video::{be_ready, book, book_by, closed_recordings, id, open_call, publish, publish_with, step};
use mianqia::db::entities::{job, node};
use mianqia::notify::entities::outbox::{self, OutboxState};
use mianqia::video::entities::{recording, video_session};
use sea_orm::{
    ColumnTrait, ConnectionTrait, Database, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const AT: &str = "2026-11-23T02:05:00Z";
/// What one node does is to be seen on the other by then.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// Both know of each other: heartbeats come every three seconds.
async fn acquainted(one: &TestApp, other: &TestApp) {
    eventually("the nodes know each other", || async {
        let nodes =
            node::Entity::find().filter(node::Column::EndedAt.is_null()).count(one.app.db.reader()).await;
        (nodes.unwrap() == 2 && one.app.has_peers() && other.app.has_peers()).then_some(())
    })
    .await;
}

/// Runs `behaviour` on two nodes that know each other.
pub async fn on_two_nodes(settings: &[(&str, &str)], behaviour: impl AsyncFnOnce(&TestApp, &TestApp)) {
    let one = TestApp::start_with(Store::Postgres, AT, settings).await;
    let other = one.another_node().await;
    acquainted(&one, &other).await;
    behaviour(&one, &other).await;
    other.stop().await;
    one.stop().await;
}

pub async fn free_at(browser: &Browser, service: &str, at: &str) -> i64 {
    let day = &at[..10];
    let slots = browser.get(&format!("/api/v1/services/{service}/slots?date={day}")).await.ok();
    let all = slots["slots"].as_array().unwrap_or_else(|| panic!("{slots}"));
    let slot = all.iter().find(|slot| slot["starts_at"] == at).unwrap_or_else(|| panic!("{at} in {slots}"));
    slot["free"].as_i64().unwrap_or_else(|| panic!("{slot}"))
}

/// Waits until `ask` says so, and tells how long that took.
async fn took<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) -> Duration {
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "it did not happen: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_booked_on_one_node_is_taken_and_told_on_the_other_within_a_second() {
    on_two_nodes(&[], async |one, other| {
        let service = one.service("video-try").await;
        let (lin, zhou) = (one.signed_in("lin").await, other.signed_in("zhou").await);
        let at = "2026-11-24T02:00:00Z";
        let free = free_at(&zhou, &service, at).await;
        let mut day =
            zhou.client.get(format!("{}/api/v1/events?topics=day", zhou.base)).send().await.unwrap();
        day.chunk().await.unwrap();

        let held = take(&lin, &service, at).await;
        let gone = took("the place is taken on the other", || async {
            free_at(&zhou, &service, at).await == free - 1
        });
        let gone = gone.await;
        assert!(gone < SEEN_WITHIN, "{gone:?}");
        // Read by the other; whoever asks there gets it by its reference too.
        let told = tokio::time::timeout(SEEN_WITHIN, async {
            loop {
                let bytes = day.chunk().await.unwrap().expect("the stream goes on");
                if std::str::from_utf8(&bytes).unwrap().contains("event:") {
                    return;
                }
            }
        });
        told.await.expect("the day on the other is told");
        let booking = lin.post(&format!("/api/v1/bookings/{}/request", id(&held)), try_form()).await.ok();
        assert_eq!(zhou.get(&format!("/api/v1/bookings/{}", id(&booking))).await.ok()["state"], "accepted");

        // Given back on the other, free on the first.
        let elsewhere = Browser { base: other.base.clone(), ..lin.clone() };
        elsewhere
            .post(&format!("/api/v1/bookings/{}/cancel", id(&booking)), json!({"reason": "船晚点"}))
            .await
            .ok();
        let back =
            took("the place is free on the first", || async { free_at(&lin, &service, at).await == free })
                .await;
        assert!(back < SEEN_WITHIN, "{back:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_book_on_both_nodes_leave_both_with_what_the_store_holds() {
    on_two_nodes(&[], async |one, other| {
        let service = one.service("video-try").await;
        let mut callers = Vec::new();
        for (number, login) in ["lin", "gao", "luo"].into_iter().enumerate() {
            for app in [one, other] {
                let (browser, service) = (app.signed_in(login).await, service.clone());
                callers.push(tokio::spawn(async move {
                    for minute in ["00", "15", "30", "45"] {
                        let wish = json!({"service_id": service, "starts_at": format!("2026-11-24T0{}:{minute}:00Z", number + 2), "anyway": true});
                        let answer = browser.post("/api/v1/bookings", wish).await;
                        if answer.status.is_success() && minute > "15" {
                            let path = format!("/api/v1/bookings/{}/cancel", id(&answer.json()));
                            browser.post(&path, json!({"reason": "试"})).await.ok();
                        }
                    }
                }));
            }
        }
        for caller in callers {
            caller.await.unwrap();
        }
        let slots = async |app: &TestApp| {
            let path = format!("/api/v1/services/{service}/slots?date=2026-11-24");
            app.browser().get(&path).await.ok()["slots"].clone()
        };
        // What a process that is started now reads from the store.
        let fresh = one.another_node().await;
        let truth = slots(&fresh).await;
        eventually("both hold the same", || async {
            (slots(one).await == truth && slots(other).await == truth).then_some(())
        })
        .await;
        fresh.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_disturbs_no_call_and_hands_on_what_is_about_it() {
    let one = TestApp::start(Store::Postgres, AT).await;
    let (owner, officer) = (one.signed_in("lin").await, one.signed_in("zhou").await);
    let booking = book(&one, &owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let (publisher, _) = publish(&owner, &session, "camera", 1500).await;
    let path = format!("/api/v1/sessions/{}", id(&session));
    let before = officer.get(&path).await.ok();

    let other = one.another_node().await;
    acquainted(&one, &other).await;
    publisher.send_for_ms(500, |_| true).await;
    let after = officer.get(&path).await.ok();
    assert_eq!((&after["state"], &after["people"]), (&before["state"], &before["people"]));
    let rows = recording::Entity::find().all(one.app.db.reader()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.node_id).collect::<Vec<_>>(), [Some(one.app.node())]);
    assert!(rows.iter().all(|row| row.ended_at.is_none()), "{rows:?}");

    // Asked of the other node, the first answers: what is sent at this moment is known there only.
    let elsewhere = |browser: &Browser| Browser { base: other.base.clone(), ..browser.clone() };
    let (owner_there, officer_there) = (elsewhere(&owner), elsewhere(&officer));
    let there = officer_there.get(&path).await.ok();
    assert_eq!(there["recording"], true, "{there}");
    // So is a stream, for the session in it: the day is told by the node that is asked.
    let url = format!("{}/api/v1/events?topics=day,session:{}", other.base, id(&session));
    let mut events = officer_there.client.get(url).send().await.unwrap();
    let mut heard = String::new();
    let both = async {
        while !(heard.contains("event: day") && heard.contains("event: session")) {
            heard += std::str::from_utf8(&events.chunk().await.unwrap().expect("it goes on")).unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), both).await.expect("both are told");
    assert!(heard.contains("\"recording\":true"), "as the node tells it that records: {heard}");
    let is_there = async || {
        let seen = owner.get(&path).await.ok();
        seen["people"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["role"] == "officer" && one["present"] == true)
    };
    assert!(is_there().await, "whoever follows by way of another node is there");
    let screen = Publisher::new().await;
    publish_with(&owner_there, &session, "screen", &screen).await;
    screen.send_for_ms(1200, |_| true).await;
    // A stranger who claims to be a node is none.
    let request =
        officer_there.client.get(format!("{}{path}", other.base)).header("x-mianqia-node", id(&session));
    assert_eq!(officer_there.send(request).await.ok()["recording"], true);

    step(&officer_there, &session, "/end", json!({})).await.ok();
    let rows = closed_recordings(&one, &session, 2).await;
    assert!(rows.iter().all(|row| row.node_id == Some(one.app.node()) && row.manifest_sha256.is_some()));
    for row in &rows {
        assert!(one.data_dir.join("recordings").join(&row.file).exists());
    }
    // The bytes, by way of the node that does not have them.
    let auditor = other.signed_in("tang").await;
    let review = format!("/api/v1/review/sessions/{}", id(&session));
    let playback = auditor.post(&format!("{review}/playbacks"), json!({"purpose": "核对录像"})).await.ok();
    let media = format!("/api/v1/review/playbacks/{}/recordings/{}", id(&playback), rows[0].id);
    let range = auditor.client.get(format!("{}{media}", other.base)).header("range", "bytes=0-3");
    let bytes = range.send().await.unwrap();
    assert_eq!(
        (bytes.status().as_u16(), bytes.bytes().await.unwrap().as_ref()),
        (206, &[0x1a, 0x45, 0xdf, 0xa3][..])
    );
    let checked = auditor.get(&format!("{review}/integrity")).await.ok();
    assert_eq!(checked["fault"], Value::Null, "{checked}");
    other.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_an_address_is_named_when_something_is_asked_of_another() {
    on_two_nodes(&[("MIANQIA_NODE_ADDRESS", "")], async |one, other| {
        let owner = one.signed_in("lin").await;
        let booking = book(one, &owner).await;
        let session = owner.post(&format!("/api/v1/bookings/{}/session", id(&booking)), json!({})).await.ok();
        let there = Browser { base: other.base.clone(), ..owner.clone() };
        there.get(&format!("/api/v1/sessions/{}", id(&session))).await.refused(421, "other_node");
        owner.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_that_does_not_answer_has_is_not_to_be_had() {
    on_two_nodes(&[("MIANQIA_NODE_ADDRESS", "http://127.0.0.1:9")], async |one, other| {
        let owner = one.signed_in("lin").await;
        let booking = book(one, &owner).await;
        let session = owner.post(&format!("/api/v1/bookings/{}/session", id(&booking)), json!({})).await.ok();
        let there = Browser { base: other.base.clone(), ..owner.clone() };
        there.get(&format!("/api/v1/sessions/{}", id(&session))).await.refused(503, "node_away");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recordings_that_lie_on_several_nodes_are_checked_by_none_alone() {
    on_two_nodes(&[], async |one, other| {
        let (owner, officer) = (one.signed_in("lin").await, one.signed_in("zhou").await);
        let session = open_call(&owner, &officer, &book(one, &owner).await).await;
        publish(&owner, &session, "camera", 300).await;
        step(&officer, &session, "/end", json!({})).await.ok();
        let recorded = closed_recordings(one, &session, 1).await.remove(0);
        let elsewhere = recording::Model {
            id: uuid::Uuid::now_v7(),
            segment: recorded.segment + 1,
            node_id: Some(other.app.node()),
            ..recorded
        };
        let conn = one.app.db.reader();
        recording::Entity::insert(elsewhere.into_active_model()).exec_without_returning(conn).await.unwrap();
        let auditor = one.signed_in("tang").await;
        let integrity = format!("/api/v1/review/sessions/{}/integrity", id(&session));
        auditor.get(&integrity).await.refused(503, "recordings_scattered");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_mail_goes_out_twice_though_two_nodes_send() {
    let server = Server::begin().await;
    on_two_nodes(&[("MIANQIA_SMTP_URL", &server.url())], async |one, other| {
        for number in 0..150 {
            let app = if number % 2 == 0 { one } else { other };
            let to = format!("r{number}@example.com");
            queue(app, mianqia::notify::Mail { subject: format!("number {number}"), ..mail(&to) }).await;
        }
        eventually("all were sent", || async {
            let left = outbox::Entity::find().filter(outbox::Column::State.ne(OutboxState::Sent));
            (left.count(one.app.db.reader()).await.unwrap() == 0).then_some(())
        })
        .await;
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for subject in server.subjects() {
            *times.entry(subject).or_default() += 1;
        }
        assert_eq!((times.len(), times.values().max()), (150, Some(&1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_signs_out_on_one_node_is_out_on_the_other() {
    on_two_nodes(&[], async |one, other| {
        let officer = one.signed_in("zhou").await;
        let there = Browser { base: other.base.clone(), ..officer.clone() };
        let mut day =
            there.client.get(format!("{}/api/v1/events?topics=day", there.base)).send().await.unwrap();
        assert_eq!(day.status(), 200);
        day.chunk().await.unwrap();
        officer.post("/api/v1/sign-out", json!({})).await.ok();
        let begun = Instant::now();
        let ended = async { while let Ok(Some(_)) = day.chunk().await {} };
        tokio::time::timeout(Duration::from_secs(10), ended).await.expect("the stream on the other ends");
        assert!(begun.elapsed() < SEEN_WITHIN, "{:?}", begun.elapsed());
        there.get("/api/v1/me").await.refused(401, "not_signed_in");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_count_wherever_they_are_given() {
    on_two_nodes(&[], async |one, other| {
        let guess = async |app: &TestApp| {
            app.browser().post("/api/v1/sign-in", json!({"login": "shen", "password": "a wild guess"})).await
        };
        for app in [one, other, one, other, one] {
            guess(app).await.refused(401, "wrong_login");
        }
        guess(other).await.refused(429, "too_many_attempts");
        guess(one).await.refused(429, "too_many_attempts");
    })
    .await;
}

/// A data directory of its own for a process.
pub fn data_dir() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("mianqia_it_{}", unique()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Two real processes, of which one is killed in a call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_node_had_is_taken_over_after_its_term_and_its_recordings_when_it_comes_back() {
    let store = OwnDatabase::create().await;
    let dirs = [data_dir(), data_dir()];
    assert!(command_on(&dirs[0], &store.url, 1, &["demo", "--bare"]).status().unwrap().success());
    std::fs::copy(dirs[0].join("keyring"), dirs[1].join("keyring")).unwrap();
    let (mut one, other) =
        (Program::start_on(&dirs[0], &store.url).await, Program::start_on(&dirs[1], &store.url).await);
    let (owner, officer) = (one.signed_in("lin").await, one.signed_in("zhou").await);
    let booking = book_by(&owner).await;
    let session = open_call(&owner, &officer, &booking).await;
    let publisher = Publisher::new().await;
    publish_with(&owner, &session, "camera", &publisher).await;
    publisher.send_for_ms(1500, |_| true).await;
    let conn = Database::connect(&store.url).await.unwrap();
    let row = async || {
        let found = video_session::Entity::find_by_id(id(&session).parse::<uuid::Uuid>().unwrap());
        found.one(&conn).await.unwrap().unwrap()
    };
    let had = row().await.node_id.expect("somebody holds it");
    // A job that the killed one has begun; of a kind that nobody knows, so that it is seen to be given back.
    let left = "insert into job (id, kind, payload, state, attempts, due_at, claimed_by, created_at) \
                values (gen_random_uuid(), 'later.strange', '{}', 'waiting', 1, now() + interval '1 day', $1, now())";
    let left = sea_orm::Statement::from_sql_and_values(sea_orm::DbBackend::Postgres, left, [had.into()]);
    conn.execute_raw(left).await.unwrap();
    one.kill();

    let begun = Instant::now();
    while row().await.node_id == Some(had) {
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody took the session over");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(begun.elapsed() > Duration::from_secs(10), "before its term: {:?}", begun.elapsed());
    let given_back = job::Entity::find().filter(job::Column::Kind.eq("later.strange")).one(&conn).await;
    assert_eq!(given_back.unwrap().unwrap().claimed_by, None);
    let officer = other.signed_in("zhou").await;
    let seen = officer.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
    assert_eq!((&seen["state"], &seen["me"]["state"]), (&json!("open"), &json!("left")));
    assert_eq!(be_ready(&officer, &booking).await["me"]["state"], "admitted");
    // The bytes are on the disk of the killed one: whoever asks is told that, not that they are gone.
    let of_killed = recording::Entity::find().one(&conn).await.unwrap().unwrap();
    assert_eq!((of_killed.node_id, of_killed.ended_at), (Some(had), None));
    let again = Program::start_on(&dirs[0], &store.url).await;
    eventually("it brings its recording to an end", || async {
        let row = recording::Entity::find_by_id(of_killed.id).one(&conn).await.unwrap().unwrap();
        (row.state == recording::RecordingState::Interrupted && row.clusters > 0).then_some(())
    })
    .await;
    // And leaves alone what is another's now.
    assert_ne!(row().await.node_id, Some(had));
    let now: Value = officer.get(&format!("/api/v1/sessions/{}", id(&session))).await.ok();
    assert_eq!(now["me"]["state"], "admitted");
    drop((again, other));
    for dir in &dirs {
        let _ = std::fs::remove_dir_all(dir);
    }
}
