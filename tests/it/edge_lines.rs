//! Connections that ask nothing, ask slowly or do not take their answer: closed in time, and nobody else waits.

use crate::support::{Store, TestApp, eventually};
use mianqia::app::Limits;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const AT: &str = "2026-11-23T02:00:00Z";
const HEAD: Duration = Duration::from_millis(600);
const IDLE: Duration = Duration::from_millis(1500);
const STALLED: Duration = Duration::from_millis(1000);

async fn start(in_all: usize) -> TestApp {
    let limits = Limits { head: HEAD, idle: IDLE, stalled: STALLED, in_all, ..Limits::default() };
    TestApp::start_within(Store::Sqlite, AT, &[], limits).await
}

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap()
}

/// Reads until the program closes; how long that took.
async fn closed(stream: &mut TcpStream) -> Duration {
    let begun = Instant::now();
    let mut sink = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut sink));
    // A reset is a close too.
    let _ = read.await.expect("the connection is still open");
    begun.elapsed()
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut got = vec![0; 4096];
    // Who is turned away at the door may be told so by a reset: that is no answer.
    let count = stream.read(&mut got).await.unwrap_or(0);
    String::from_utf8_lossy(&got[..count]).into_owned()
}

fn gauge(metrics: &str, name: &str) -> i64 {
    let line = metrics.lines().find(|line| line.starts_with(&format!("mianqia_{name} ")));
    line.unwrap_or_else(|| panic!("{name}: {metrics}")).rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_come_to_its_end_is_not_waited_for() {
    let app = start(100).await;
    for begun in ["", "GET /healthz HTT", "GET /healthz HTTP/1.1\r\nHost: a.example\r\nX-Slow: "] {
        let mut stream = connect(&app).await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        let took = closed(&mut stream).await;
        assert!(took >= HEAD / 2 && took < Duration::from_secs(8), "{begun:?}: {took:?}");
    }
    // Drop by drop: each byte in time, the head never.
    let mut stream = connect(&app).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\nX-Slow: ").await.unwrap();
    let begun = Instant::now();
    while stream.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is still listened to");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The second head on a line counts like the first.
    let mut stream = connect(&app).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    stream.write_all(b"GET /heal").await.unwrap();
    let took = closed(&mut stream).await;
    assert!(took < IDLE.max(Duration::from_secs(8)), "{took:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_on_which_nobody_asks_is_closed_but_not_before_its_time() {
    let app = start(100).await;
    let mut stream = connect(&app).await;
    let ask = b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n";
    stream.write_all(ask).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    // Longer than a head may take, shorter than an idle line lives.
    tokio::time::sleep(HEAD + Duration::from_millis(200)).await;
    stream.write_all(ask).await.unwrap();
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    let took = closed(&mut stream).await;
    assert!(took >= IDLE - Duration::from_millis(200), "{took:?}");
    eventually("it is counted", || async {
        (gauge(&app.metrics().await, "http_connections_timed_out") > 0).then_some(())
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_events_lives_longer_than_a_request() {
    let app = start(100).await;
    let officer = app.signed_in("zhou").await;
    let mut events =
        officer.client.get(format!("{}/api/v1/events?topics=day", app.base)).send().await.unwrap();
    assert!(events.chunk().await.unwrap().is_some());
    tokio::time::sleep(IDLE * 2).await;
    app.app.live.tell(mianqia::db::live::Topic::Day);
    let next = tokio::time::timeout(Duration::from_secs(10), events.chunk()).await.unwrap().unwrap();
    assert!(next.is_some_and(|chunk| !chunk.is_empty()), "the stream was closed");
    drop(events);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_take_the_answer_is_let_go() {
    let app = start(100).await;
    let mut stream = connect(&app).await;
    let ask = b"GET /api/openapi.json HTTP/1.1\r\nHost: a.example\r\n\r\n";
    // Many answers, none of them read: the program's side fills up.
    for _ in 0..400 {
        let sent = tokio::time::timeout(Duration::from_millis(200), stream.write_all(ask)).await;
        if !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    eventually("the connection is gone", || async {
        let metrics = app.metrics().await;
        let gone = gauge(&metrics, "http_connections") == 0;
        (gone && gauge(&metrics, "http_connections_timed_out") > 0).then_some(())
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_only_so_many_connections_and_a_place_that_is_left_is_free() {
    let app = start(3).await;
    let mut inside = Vec::new();
    for _ in 0..3 {
        let mut stream = connect(&app).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
        inside.push(stream);
    }
    let mut outside = connect(&app).await;
    assert!(closed(&mut outside).await < IDLE, "it was let in");
    let metrics = app.metrics().await;
    assert_eq!((gauge(&metrics, "http_connections"), gauge(&metrics, "http_connections_refused")), (3, 1));
    inside.pop();
    eventually("a place", || async {
        let mut stream = connect(&app).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n").await.ok()?;
        answer(&mut stream).await.starts_with("HTTP/1.1 200").then_some(())
    })
    .await;
    app.stop().await;
}
