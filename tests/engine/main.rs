//! The media engine with real connections over loopback, and no browser.

mod client;
mod network;
mod relay;
mod streams;

use client::{Publisher, Viewer, offer_of};
use mianqia::base::clock::Clock;
use mianqia::video::engine::recording::{GapCause, Verdict, recover, verify};
use mianqia::video::engine::{
    Answer, CloseCause, Engine, EngineError, EngineEvent, EngineSettings, Play, Publish, RecordingSpec,
};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

/// An engine with its events and a directory; the directory goes with it.
struct Stage {
    engine: Engine,
    events: UnboundedReceiver<EngineEvent>,
    session: Uuid,
    directory: PathBuf,
}

impl Stage {
    async fn new() -> Self {
        Self::at(&["127.0.0.1"]).await
    }

    async fn at(addresses: &[&str]) -> Self {
        Self::with(addresses, Some(0)).await
    }

    async fn with(addresses: &[&str], tcp_port: Option<u16>) -> Self {
        let (sender, events) = unbounded_channel();
        let bind: Vec<_> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        let settings = EngineSettings { media_port: 0, tcp_port, addresses: bind.clone(), bind };
        let engine = Engine::start(settings, Clock::system(), sender).await.unwrap();
        let directory = std::env::temp_dir().join(format!("mianqia-engine-{}", Uuid::now_v7()));
        std::fs::create_dir_all(&directory).unwrap();
        Self { engine, events, session: Uuid::now_v7(), directory }
    }

    fn recording(&self) -> RecordingSpec {
        let id = Uuid::now_v7();
        RecordingSpec { id, path: self.directory.join(format!("{id}.webm")), camera: true }
    }

    async fn publish(&self, publication: Uuid, recording: Option<RecordingSpec>) -> (Publisher, Answer) {
        let publisher = Publisher::new().await;
        let (session, participant, offer) = (self.session, Uuid::now_v7(), publisher.offer.clone());
        let publish = Publish { session, participant, publication, offer, recording };
        let answer = self.engine.publish(publish).await.unwrap();
        publisher.connect(&answer.sdp).await;
        (publisher, answer)
    }

    async fn play(&self, publication: Uuid) -> (Viewer, Answer) {
        let viewer = Viewer::new().await;
        let play =
            Play { session: self.session, publication, viewer: Uuid::now_v7(), offer: viewer.offer.clone() };
        let answer = self.engine.play(play).await.unwrap();
        viewer.connect(&answer.sdp).await;
        (viewer, answer)
    }

    /// Reads events until one fits.
    async fn event<T>(&mut self, wanted: impl Fn(&EngineEvent) -> Option<T>) -> T {
        let reading = async {
            loop {
                let event = self.events.recv().await.expect("the engine is there");
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(16), reading).await.expect("the event in time")
    }

    async fn closed(&mut self, wanted: Uuid) -> CloseCause {
        self.event(|event| match event {
            EngineEvent::ResourceClosed { resource, cause, .. } if *resource == wanted => Some(*cause),
            _ => None,
        })
        .await
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_who_comes_first_sees_and_the_recording_verifies() {
    let mut stage = Stage::new().await;
    let (publication, recording) = (Uuid::now_v7(), stage.recording());
    let (publisher, published) = stage.publish(publication, Some(recording.clone())).await;
    let (viewer, played) = stage.play(publication).await; // no media yet
    assert_eq!(stage.engine.stats().connections, 2);

    publisher.send_for_ms(2500, |_| true).await;
    viewer.received(60, 40).await;
    stage.event(|event| matches!(event, EngineEvent::RecordingStarted { .. }).then_some(())).await;

    assert!(stage.engine.close(published.resource).await);
    assert!(!stage.engine.close(published.resource).await);
    assert_eq!(stage.engine.owner(played.resource), None);
    assert_eq!(stage.engine.stats().recordings, 0);
    let summary = stage
        .event(|event| match event {
            EngineEvent::RecordingFinalised { summary, .. } => Some(summary.clone()),
            _ => None,
        })
        .await;
    assert_eq!((summary.width, summary.height, summary.gaps), (320, 240, 0));
    assert!((2300..2800).contains(&summary.duration_ms), "{} ms", summary.duration_ms);
    let verdict = verify(&recording.path, &summary.manifest_sha256);
    assert_eq!(verdict, Verdict::Intact { bytes: summary.bytes, clusters: summary.clusters });
    assert_eq!(recover(&recording.path).unwrap(), summary);
    stage.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishing_again_ends_the_former_and_those_who_play_it() {
    let mut stage = Stage::new().await;
    let (publication, first) = (Uuid::now_v7(), stage.recording());
    let (publisher, published) = stage.publish(publication, Some(first.clone())).await;
    let (viewer, played) = stage.play(publication).await;
    publisher.send_for_ms(300, |_| true).await;
    viewer.received(5, 5).await;
    let (again, second) = stage.publish(publication, Some(stage.recording())).await;
    // The answer comes only when the former recording is complete.
    assert!(std::fs::read_to_string(first.path.with_extension("idx")).unwrap().contains("\"end\""));
    // They close side by side, so either may be told first.
    let mut causes = Vec::new();
    for _ in 0..2 {
        let former = [played.resource, published.resource];
        let closed = stage.event(|event| match event {
            EngineEvent::ResourceClosed { resource, cause, .. } if former.contains(resource) => {
                Some((*resource, *cause))
            }
            _ => None,
        });
        causes.push(closed.await);
    }
    assert!(causes.contains(&(played.resource, CloseCause::PublicationEnded)), "{causes:?}");
    assert!(causes.contains(&(published.resource, CloseCause::Replaced)), "{causes:?}");
    let (viewer, _) = stage.play(publication).await;
    again.send_for_ms(300, |_| true).await;
    viewer.received(5, 5).await;
    stage.engine.close_session(stage.session).await;
    assert_eq!(stage.closed(second.resource).await, CloseCause::Asked);
    assert_eq!(stage.engine.stats().connections, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loss_is_a_gap_until_the_next_keyframe() {
    let mut stage = Stage::new().await;
    let (publisher, published) = stage.publish(Uuid::now_v7(), Some(stage.recording())).await;
    publisher.send_for_ms(2500, |frame| frame != 20).await; // keyframes at 0, 30, 60
    let (from, to, cause) = stage
        .event(|event| match event {
            EngineEvent::RecordingGap { gap, .. } => Some((gap.from_ms, gap.to_ms, gap.cause)),
            _ => None,
        })
        .await;
    assert_eq!(cause, GapCause::Loss);
    assert!((300..520).contains(&(to - from)), "{from} to {to}");
    stage.engine.close(published.resource).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_peer_is_noticed_and_its_recording_finalised() {
    let mut stage = Stage::new().await;
    // A runtime of its own, so that the publisher can be stopped dead.
    let elsewhere =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let publisher = elsewhere.spawn(Publisher::new()).await.unwrap();
    let (session, offer, recording) = (stage.session, publisher.offer.clone(), Some(stage.recording()));
    let (participant, publication) = (Uuid::now_v7(), Uuid::now_v7());
    let publish = Publish { session, participant, publication, offer, recording };
    let published = stage.engine.publish(publish).await.unwrap();
    let sending = async move {
        publisher.connect(&published.sdp).await;
        publisher.send_for_ms(400, |_| true).await;
        publisher
    };
    let publisher = elsewhere.spawn(sending).await.unwrap();
    elsewhere.shutdown_background();
    stage.event(|event| matches!(event, EngineEvent::RecordingFinalised { .. }).then_some(())).await;
    assert_eq!(stage.closed(published.resource).await, CloseCause::PeerLost);
    drop(publisher);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_says_goodbye_is_gone_at_once() {
    let mut stage = Stage::new().await;
    let (publisher, published) = stage.publish(Uuid::now_v7(), None).await;
    publisher.send_for_ms(100, |_| true).await;
    publisher.close().await;
    assert_eq!(stage.closed(published.resource).await, CloseCause::PeerLeft);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_plays_what_is_not_published_in_the_session() {
    let stage = Stage::new().await;
    let publication = Uuid::now_v7();
    let (_publisher, _) = stage.publish(publication, None).await;
    let offer = Viewer::new().await.offer.clone();
    for (session, publication) in [(stage.session, Uuid::now_v7()), (Uuid::now_v7(), publication)] {
        let play = Play { session, publication, viewer: Uuid::now_v7(), offer: offer.clone() };
        assert!(matches!(stage.engine.play(play).await, Err(EngineError::NothingPublished)));
    }
    stage.engine.shutdown().await;
    let play = Play { session: stage.session, publication, viewer: Uuid::now_v7(), offer };
    assert!(matches!(stage.engine.play(play).await, Err(EngineError::ShuttingDown)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mangled_offers_are_answered_or_refused_and_harm_nobody() {
    let stage = Stage::new().await;
    let publication = Uuid::now_v7();
    let (publisher, _) = stage.publish(publication, None).await;
    let good = offer_of(&publisher);
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let lines: Vec<&str> = good.lines().collect();
    let mut offers = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let with = |put: &[&str]| [&lines[..index], put, &lines[index + 1..]].concat().join("\r\n") + "\r\n";
        offers.push(with(&[]));
        offers.push(with(&[line, line]));
        offers.push(with(&[&line[..line.len() / 2]]));
        offers.push(with(&[&line.replace(|c: char| c.is_ascii_digit(), "99999999999")]));
        offers.push(lines[..index].join("\r\n"));
    }
    let tried = offers.len();
    let results = futures::future::join_all(offers.into_iter().map(|offer| {
        let (session, participant, publication) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        stage.engine.publish(Publish { session, participant, publication, offer, recording: None })
    }))
    .await;
    let refused = results.iter().filter(|result| matches!(result, Err(EngineError::BadOffer(_)))).count();
    assert!(refused > tried / 5 && refused < tried, "{refused} of {tried}");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(EngineError::BadOffer(_)))));

    // What was made is closed, what was refused has left nothing running.
    for answer in results.into_iter().flatten() {
        assert!(stage.engine.close(answer.resource).await);
    }
    let settled = async {
        while alive() > before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), settled).await.expect("no task is left over");

    let (viewer, _) = stage.play(publication).await;
    publisher.send_for_ms(300, |_| true).await;
    viewer.received(5, 5).await;
    stage.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_can_take_only_so_many_connections() {
    let stage = Stage::new().await;
    let offer = Publisher::new().await.offer.clone();
    let participant = Uuid::now_v7();
    let mut made = 0;
    let error = loop {
        let (session, publication, offer) = (stage.session, Uuid::now_v7(), offer.clone());
        match stage
            .engine
            .publish(Publish { session, participant, publication, offer, recording: None })
            .await
        {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, EngineError::TooMany));
    assert_eq!(stage.engine.stats().connections, made);
    stage.engine.close_participant(stage.session, participant).await;
    assert_eq!(stage.engine.stats().connections, 0);
}
