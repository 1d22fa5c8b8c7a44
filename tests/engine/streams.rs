//! Media over TCP, for who is let out by no UDP: alone, beside UDP, and among strangers on the same port.

use super::Stage;
use super::client::{PUBLISHER, Publisher, Viewer, send};
use bytes::Bytes;
use mianqia::video::engine::recording::{Verdict, verify};
use mianqia::video::engine::{Amended, Answer, CloseCause, EngineEvent, Meant, Play, Publish, Transport};
use rtc::stun::attributes::{ATTR_USERNAME, AttrType};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, Message, Setter};
use rtc::stun::textattrs::TextAttribute;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::watch;
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(10);

/// A network of which one gets out by TCP, and sometimes by UDP. The client believes that it speaks UDP with the engine.
struct Narrow {
    engine: SocketAddr,
    front: SocketAddr,
    by_udp: Arc<AtomicBool>,
    reads: watch::Sender<bool>,
}

impl Narrow {
    async fn new(engine: SocketAddr) -> Self {
        let front = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        back.connect(engine).await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let stream = socket.connect(engine).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (mut from_engine, mut to_engine) = stream.into_split();
        let (reads, mut may_read) = watch::channel(true);
        let by_udp = Arc::new(AtomicBool::new(false));
        let narrow = Self { engine, front: front.local_addr().unwrap(), by_udp: Arc::clone(&by_udp), reads };
        let client = Arc::new(Mutex::new(None));

        let (way, of, up, udp) =
            (Arc::clone(&by_udp), Arc::clone(&client), Arc::clone(&front), Arc::clone(&back));
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok((length, from)) = up.recv_from(&mut buffer[2..]).await {
                *of.lock().unwrap() = Some(from);
                if way.load(Relaxed) {
                    let _ = udp.send(&buffer[2..2 + length]).await;
                    continue;
                }
                buffer[..2].copy_from_slice(&(length as u16).to_be_bytes());
                if to_engine.write_all(&buffer[..2 + length]).await.is_err() {
                    return;
                }
            }
        });
        let (way, of, down) = (Arc::clone(&by_udp), Arc::clone(&client), Arc::clone(&front));
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while let Ok(length) = back.recv(&mut buffer).await {
                let client = *of.lock().unwrap();
                if let (true, Some(client)) = (way.load(Relaxed), client) {
                    let _ = down.send_to(&buffer[..length], client).await;
                }
            }
        });
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while may_read.wait_for(|reads| *reads).await.is_ok() {
                let Ok(length) = from_engine.read_u16().await else { return };
                let frame = &mut buffer[..usize::from(length)];
                if from_engine.read_exact(frame).await.is_err() {
                    return;
                }
                let client = *client.lock().unwrap();
                if let (false, Some(client)) = (by_udp.load(Relaxed), client) {
                    let _ = front.send_to(frame, client).await;
                }
            }
        });
        narrow
    }

    /// The engine's answer as it is to the client: one candidate, which is here and stands for the one of TCP.
    fn instead_of(&self, answer: &str) -> String {
        let own = format!(" {} {} typ host tcptype passive", self.engine.ip(), self.engine.port());
        let mut lines = Vec::new();
        for line in answer.lines() {
            if !line.starts_with("a=candidate:") {
                lines.push(line.to_owned());
            } else if line.contains(" 1 tcp ") && line.ends_with(&own) {
                let (ip, port) = (self.front.ip(), self.front.port());
                lines.push(format!("a=candidate:1 1 udp 2130706431 {ip} {port} typ host"));
            }
        }
        lines.join("\r\n") + "\r\n"
    }

    /// From now on what is sent goes so, and what comes on the other way is lost.
    fn goes(&self, transport: Transport) {
        self.by_udp.store(transport == Transport::Udp, Relaxed);
    }
}

impl Stage {
    async fn narrow(&self) -> Narrow {
        Narrow::new(self.engine.media_addr()).await
    }

    async fn publish_by(&self, network: &Narrow, publication: Uuid) -> (Publisher, Answer) {
        let publisher = Publisher::new().await;
        let (session, participant, offer) = (self.session, Uuid::now_v7(), publisher.offer.clone());
        let recording = Some(self.recording());
        let answer =
            self.engine.publish(Publish { session, participant, publication, offer, recording }).await;
        let answer = answer.unwrap();
        publisher.connect(&network.instead_of(&answer.sdp)).await;
        (publisher, answer)
    }

    async fn play_by(&self, network: &Narrow, publication: Uuid) -> (Viewer, Answer) {
        let viewer = Viewer::new().await;
        let (session, offer) = (self.session, viewer.offer.clone());
        let play = Play { session, publication, viewer: Uuid::now_v7(), offer };
        let answer = self.engine.play(play).await.unwrap();
        viewer.connect(&network.instead_of(&answer.sdp)).await;
        (viewer, answer)
    }

    /// Waits until something holds of the engine.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect(what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_out_by_tcp_only_is_seen_and_recorded_and_sees() {
    let mut stage = Stage::new().await;
    let (there, here) = (stage.narrow().await, stage.narrow().await);
    let publication = Uuid::now_v7();
    let (publisher, published) = stage.publish_by(&there, publication).await;
    let (by_udp, _) = stage.play(publication).await;
    let (by_tcp, played) = stage.play_by(&here, publication).await;
    assert_eq!(stage.engine.transport(played.resource), Some(Transport::Tcp));
    assert_eq!((stage.engine.stats().connections, stage.engine.stats().streams), (3, 2));
    publisher.send_for_ms(2500, |_| true).await;
    by_udp.received(110, 55).await;
    by_tcp.received(110, 55).await;
    assert_eq!((by_udp.strange(), by_tcp.strange()), (0, 0));

    assert!(stage.engine.close(published.resource).await);
    let summary = stage
        .event(|event| match event {
            EngineEvent::RecordingFinalised { summary, .. } => Some(summary.clone()),
            _ => None,
        })
        .await;
    assert!((2300..2800).contains(&summary.duration_ms) && summary.gaps == 0, "{summary:?}");
    let mut files = std::fs::read_dir(&stage.directory).unwrap().map(|entry| entry.unwrap().path());
    let film = files.find(|path| path.extension().is_some_and(|end| end == "webm")).unwrap();
    assert!(matches!(verify(&film, &summary.manifest_sha256), Verdict::Intact { .. }));
    // With the connections their streams are gone.
    stage.until("streams are closed", |stage| stage.engine.stats().streams == 0).await;

    // And who publishes by UDP is seen by TCP.
    let (publication, network) = (Uuid::now_v7(), stage.narrow().await);
    let (publisher, _) = stage.publish(publication, None).await;
    let (viewer, _) = stage.play_by(&network, publication).await;
    publisher.send_for_ms(500, |_| true).await;
    viewer.received(10, 5).await;
    stage.engine.shutdown().await;
    // The port is free for another start.
    drop(std::net::TcpListener::bind(stage.engine.media_addr()).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_goes_from_udp_to_tcp_and_back() {
    let stage = Stage::new().await;
    let (there, here, publication) = (stage.narrow().await, stage.narrow().await, Uuid::now_v7());
    let (publisher, published) = stage.publish_by(&there, publication).await;
    let (viewer, played) = stage.play_by(&here, publication).await;
    let sending = tokio::spawn(async move { publisher.send_for_ms(30_000, |_| true).await });
    viewer.received(20, 10).await;
    for transport in [Transport::Udp, Transport::Tcp] {
        for (network, resource) in [(&there, published.resource), (&here, played.resource)] {
            assert_ne!(stage.engine.transport(resource), Some(transport));
            network.goes(transport);
            stage.until("it moves", |stage| stage.engine.transport(resource) == Some(transport)).await;
            viewer.received(viewer.seen().0 + 30, viewer.seen().1 + 15).await;
        }
    }
    assert_eq!(stage.engine.stats().connections, 2);
    sending.abort();
    stage.engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_who_reads_nothing_holds_up_nobody_and_what_was_unsent_is_no_more_than_a_second() {
    let mut stage = Stage::new().await;
    let (network, publication) = (stage.narrow().await, Uuid::now_v7());
    let (publisher, _) = stage.publish(publication, None).await;
    let (slow, slowly) = stage.play_by(&network, publication).await;
    let (viewer, _) = stage.play(publication).await;
    publisher.send_for_ms(200, |_| true).await;
    slow.received(5, 3).await;
    network.reads.send_replace(false);
    // Pictures of 4 Mbit/s.
    let picture = Bytes::from(vec![0x10; 1000]);
    let mut sent = 20;
    let unsent = || stage.engine.stats().packets_unsent;
    while unsent() == 0 {
        assert!(sent < 4000, "it was never full");
        send(&publisher.tracks[1], PUBLISHER[1], (sent, sent * 3600), picture.clone(), true).await;
        sent += 1;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // Nobody else has lost anything.
    viewer.received(0, u32::try_from(sent - 20).unwrap()).await;
    // Its stream goes with it.
    stage.engine.close(slowly.resource).await;
    assert_eq!(stage.closed(slowly.resource).await, CloseCause::Asked);
    stage.until("its stream is closed", |stage| stage.engine.stats().streams == 0).await;
    stage.engine.shutdown().await;
}

/// A check of a connection, in a frame.
fn check(ufrag: &str, password: &str) -> Vec<u8> {
    let crypto = rtc::crypto::default_provider().unwrap();
    let mut message = Message::new();
    message.set_type(BINDING_REQUEST);
    message.new_transaction_id().unwrap();
    message.write_header();
    let username = TextAttribute { attr: ATTR_USERNAME, text: format!("{ufrag}:theirs") };
    username.add_to(&mut message).unwrap();
    message.add(AttrType(0x802A), &[1; 8]); // ICE-CONTROLLING
    MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto.crypto())
        .add_to(&mut message)
        .unwrap();
    FINGERPRINT.add_to(&mut message).unwrap();
    framed(&message.raw)
}

fn framed(datagram: &[u8]) -> Vec<u8> {
    [&(datagram.len() as u16).to_be_bytes(), datagram].concat()
}

/// The value of the first such line.
fn line<'a>(sdp: &'a str, start: &str) -> &'a str {
    sdp.lines().find_map(|line| line.strip_prefix(start)).unwrap()
}

/// Says something on a stream of its own: the type of the answer, if it is not closed for it.
async fn says(engine: SocketAddr, words: &[u8]) -> (Option<u16>, TcpStream) {
    let mut stream = TcpStream::connect(engine).await.unwrap();
    stream.write_all(words).await.unwrap();
    let reading = async {
        stream.read_u16().await.ok()?;
        stream.read_u16().await.ok()
    };
    let answer = tokio::time::timeout(PATIENCE, reading).await.expect("it is answered or closed");
    (answer, stream)
}

const SUCCESS: u16 = 0x0101;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_shows_to_know_no_connection_is_closed_and_nobody_notices() {
    let stage = Stage::new().await;
    let (there, here, publication) = (stage.narrow().await, stage.narrow().await, Uuid::now_v7());
    let (publisher, published) = stage.publish_by(&there, publication).await;
    let (viewer, _) = stage.play_by(&here, publication).await;
    let sending = tokio::spawn(async move { publisher.send_for_ms(30_000, |_| true).await });
    viewer.received(10, 5).await;
    let (ufrag, password) = (line(&published.sdp, "a=ice-ufrag:"), line(&published.sdp, "a=ice-pwd:"));
    let engine = stage.engine.media_addr();
    for (what, words) in [
        ("garbage", vec![0xff; 300]),
        ("another protocol", b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n".to_vec()),
        ("a frame longer than any datagram", framed(&[0; 3000])),
        ("media of nobody", framed(&[0x80; 100])),
        ("a check of nobody", check("nobody", password)),
        ("a check by who does not know the password", check(ufrag, "a password that was guessed")),
    ] {
        assert_eq!(says(engine, &words).await.0, None, "{what}");
    }
    // Who knows it is answered, as often as they ask, until they break the framing.
    let (answer, mut known) = says(engine, &check(ufrag, password)).await;
    assert_eq!(answer, Some(SUCCESS));
    known.write_all(&[0xff, 0xff, 0]).await.unwrap();
    let _ = tokio::time::timeout(PATIENCE, known.read_to_end(&mut Vec::new())).await.expect("it is closed");
    // Half a frame, and then nothing, is closed for its silence.
    assert_eq!(says(engine, &[0, 50, 0, 1]).await.0, None);
    let before = viewer.seen();
    viewer.received(before.0 + 50, before.1 + 25).await;
    assert_eq!((viewer.strange(), stage.engine.stats().streams), (0, 2));
    sending.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_is_checked_by_tcp_with_the_new_credentials_only() {
    let stage = Stage::new().await;
    let (network, publication) = (stage.narrow().await, Uuid::now_v7());
    let (publisher, published) = stage.publish_by(&network, publication).await;
    publisher.send_for_ms(200, |_| true).await;
    let engine = stage.engine.media_addr();
    let old = (line(&published.sdp, "a=ice-ufrag:"), line(&published.sdp, "a=ice-pwd:"));
    assert_eq!(says(engine, &check(old.0, old.1)).await.0, Some(SUCCESS));
    let theirs = "a=ice-ufrag:theirs2\r\na=ice-pwd:a1234567890123456789+/\r\n";
    let Ok(Amended::Restarted { fragment, .. }) = stage.engine.amend(published.resource, theirs, &Meant::Any)
    else {
        panic!("it restarts");
    };
    assert!(fragment.contains(&format!(" {} typ host tcptype passive\r\n", engine.port())), "{fragment}");
    let (ufrag, password) = (line(&fragment, "a=ice-ufrag:"), line(&fragment, "a=ice-pwd:"));
    assert_eq!(says(engine, &check(ufrag, password)).await.0, Some(SUCCESS));
    assert_eq!(says(engine, &check(old.0, old.1)).await.0, None);
}

#[tokio::test]
async fn without_a_port_of_tcp_nothing_is_said_of_it() {
    let stage = Stage::with(&["127.0.0.1"], None).await;
    let publisher = Publisher::new().await;
    let (session, participant, offer) = (stage.session, Uuid::now_v7(), publisher.offer.clone());
    let publish = Publish { session, participant, publication: Uuid::now_v7(), offer, recording: None };
    let answer = stage.engine.publish(publish).await.unwrap();
    assert!(answer.sdp.contains("typ host") && !answer.sdp.contains("tcptype"), "{}", answer.sdp);
    assert!(TcpStream::connect(stage.engine.media_addr()).await.is_err());
}
