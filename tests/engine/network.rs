//! What networks do to media: moves, silence, several addresses; and odd offers. Losses are tried with a
//! browser (`tests/browser/more/network.spec.ts`), whose retransmission is the one that counts.

use super::Stage;
use super::client::{Publisher, Viewer};
use super::relay::Relay;
use mianqia::video::engine::{Answer, CloseCause, EngineError, EngineEvent, Play, Publish, RecordingSpec};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use uuid::Uuid;

impl Stage {
    async fn publish_through(&self, relay: &Relay, publication: Uuid) -> (Publisher, Uuid) {
        let publisher = Publisher::new().await;
        let answer = self.connect_through(relay, publication, &publisher, self.recording()).await;
        (publisher, answer.resource)
    }

    async fn connect_through(
        &self,
        relay: &Relay,
        publication: Uuid,
        publisher: &Publisher,
        recording: RecordingSpec,
    ) -> Answer {
        let (session, participant, offer) = (self.session, Uuid::now_v7(), publisher.offer.clone());
        let publish = Publish { session, participant, publication, offer, recording: Some(recording) };
        let answer = self.engine.publish(publish).await.unwrap();
        publisher.connect(&relay.instead_of(&answer.sdp)).await;
        answer
    }

    async fn play_through(&self, relay: &Relay, publication: Uuid) -> (Viewer, Uuid) {
        let viewer = Viewer::new().await;
        let (session, offer) = (self.session, viewer.offer.clone());
        let play = Play { session, publication, viewer: Uuid::now_v7(), offer };
        let answer = self.engine.play(play).await.unwrap();
        viewer.connect(&relay.instead_of(&answer.sdp)).await;
        (viewer, answer.resource)
    }
}

/// How long nothing comes to the viewer from now on, before it flows again.
async fn pause_of(viewer: &Viewer) -> Duration {
    // What was on its way does not count.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (start, (before, _)) = (Instant::now(), viewer.seen());
    viewer.received(before + 10, 0).await;
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_whose_address_changes_is_followed() {
    let stage = Stage::new().await;
    let publication = Uuid::now_v7();
    let (there, here) =
        (Relay::new(stage.engine.media_addr()).await, Relay::new(stage.engine.media_addr()).await);
    let (publisher, published) = stage.publish_through(&there, publication).await;
    let (viewer, played) = stage.play_through(&here, publication).await;
    let sending = tokio::spawn(async move {
        publisher.send_for_ms(15_000, |_| true).await;
        publisher
    });
    viewer.received(20, 10).await;
    there.moves().await;
    let pause = pause_of(&viewer).await;
    assert!(pause < Duration::from_secs(3), "the publisher moved: {pause:?}");
    here.moves().await;
    let pause = pause_of(&viewer).await;
    assert!(pause < Duration::from_secs(3), "the viewer moved: {pause:?}");
    // The other direction as well: the publisher is asked for keyframes and hears reports.
    let heard = there.to_client();
    viewer.received(viewer.seen().0 + 100, 0).await;
    assert!(there.to_client() > heard);
    for resource in [published, played] {
        assert!(stage.engine.owner(resource).is_some());
    }
    sending.abort();
    stage.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_lost_the_network_is_noticed_and_one_who_says_nothing_is_not_put_out() {
    let mut stage = Stage::new().await;
    let relay = Relay::new(stage.engine.media_addr()).await;
    let (quiet, _) = stage.publish(Uuid::now_v7(), None).await;
    let (publisher, published) = stage.publish_through(&relay, Uuid::now_v7()).await;
    publisher.send_for_ms(500, |_| true).await;
    relay.fall_silent();
    let lost = Instant::now();
    assert_eq!(stage.closed(published).await, CloseCause::PeerLost);
    let noticed = lost.elapsed();
    assert!((Duration::from_secs(3)..Duration::from_millis(5500)).contains(&noticed), "{noticed:?}");
    // The quiet one has sent no media for longer than that, and is still there.
    assert_eq!(stage.engine.stats().connections, 1);
    quiet.close().await;
    stage.event(|event| matches!(event, EngineEvent::ResourceClosed { .. }).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_sound_comes_with_the_next_packet_of_those_who_can_send_it_so() {
    const PACKETS: u32 = 600;
    let stage = Stage::new().await;
    let of = async |red| {
        let relay = Relay::new(stage.engine.media_addr()).await;
        let (publication, recording, publisher) =
            (Uuid::now_v7(), stage.recording(), Publisher::offering(red).await);
        let answer = stage.connect_through(&relay, publication, &publisher, recording.clone()).await;
        let formats = answer.sdp.lines().find_map(|line| line.strip_prefix("m=audio 9 UDP/TLS/RTP/SAVPF "));
        assert_eq!(formats, Some(if red { "108 109" } else { "109" }));
        // A viewer who could take it as well gets plain sound.
        let (viewer, _) = stage.play(publication).await;
        relay.loses(10);
        publisher.send_for_ms(u64::from(PACKETS) * 20, |_| true).await;
        assert!(stage.engine.close(answer.resource).await);
        assert_eq!(viewer.strange(), 0);
        let (played, kept) = (viewer.seen().0, sounds(&recording.path).len());
        (f64::from(PACKETS - played) / f64::from(PACKETS), 1.0 - kept as f64 / f64::from(PACKETS))
    };
    let (red, plain) = tokio::join!(of(true), of(false));
    assert!(red.0 <= 0.02 && red.1 <= 0.02, "{red:?}");
    assert!(plain.0 >= 0.06 && plain.1 >= 0.06, "the network loses: {plain:?}");
}

/// When the packets of sound in a recording are played, in seconds.
fn sounds(recording: &Path) -> Vec<f64> {
    let found = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time", "-of", "csv=p=0"])
        .arg(recording)
        .output()
        .unwrap();
    assert!(found.status.success() && found.stderr.is_empty(), "{found:?}");
    let times = String::from_utf8(found.stdout).unwrap();
    times.lines().map(|line| line.trim_end_matches(',').parse().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_leaves_from_the_address_that_was_reached() {
    let stage = Stage::at(&["127.0.0.2", "127.0.0.3"]).await;
    let port = stage.engine.media_addr().port();
    for address in ["127.0.0.3", "127.0.0.2"] {
        let relay = Relay::new(SocketAddr::new(address.parse().unwrap(), port)).await;
        let publication = Uuid::now_v7();
        let (publisher, _) = stage.publish_through(&relay, publication).await;
        let (viewer, _) = stage.play_through(&relay_of(&stage, address).await, publication).await;
        publisher.send_for_ms(400, |_| true).await;
        viewer.received(5, 3).await;
    }
    stage.engine.shutdown().await;
}

async fn relay_of(stage: &Stage, address: &str) -> Relay {
    Relay::new(SocketAddr::new(address.parse().unwrap(), stage.engine.media_addr().port())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offerer_that_waits_for_our_handshake_gets_it() {
    let stage = Stage::new().await;
    let publication = Uuid::now_v7();
    let publisher = Publisher::new().await;
    let offer = publisher.offer.replace("a=setup:actpass", "a=setup:passive");
    assert_ne!(offer, publisher.offer);
    let (session, participant) = (stage.session, Uuid::now_v7());
    let publish = Publish { session, participant, publication, offer, recording: None };
    let answer = stage.engine.publish(publish).await.unwrap();
    assert!(answer.sdp.contains("a=setup:active"), "{}", answer.sdp);
    publisher.connect(&answer.sdp).await;
    let (viewer, _) = stage.play(publication).await;
    publisher.send_for_ms(400, |_| true).await;
    viewer.received(5, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sections_that_are_not_wanted_are_answered_with_port_zero() {
    let stage = Stage::new().await;
    let publisher = Publisher::new().await;
    let video = publisher.offer.find("m=video").unwrap();
    let second = publisher.offer[video..]
        .replace("a=mid:1", "a=mid:8")
        .replace("2222", "2224")
        .replace("3333", "3335");
    let offer = format!(
        "{}{second}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:9\r\na=sctp-port:5000\r\n",
        publisher.offer.replace("BUNDLE 0 1", "BUNDLE 0 1 8 9")
    );
    let (session, participant) = (stage.session, Uuid::now_v7());
    let publish = Publish { session, participant, publication: Uuid::now_v7(), offer, recording: None };
    let answer = stage.engine.publish(publish).await.unwrap().sdp;
    let ports: Vec<&str> =
        answer.lines().filter_map(|line| line.strip_prefix("m=")?.split(' ').nth(1)).collect();
    assert_eq!(ports, ["9", "9", "0", "0"], "{answer}");
    assert!(answer.contains("a=group:BUNDLE 0 1\r\n"), "{answer}");
    for mid in ["a=mid:8", "a=mid:9"] {
        assert!(answer.contains(mid), "{answer}");
    }
    let nothing = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";
    let publish = Publish {
        session,
        participant,
        publication: Uuid::now_v7(),
        offer: nothing.to_owned(),
        recording: None,
    };
    assert!(matches!(stage.engine.publish(publish).await, Err(EngineError::BadOffer(_))));
}
