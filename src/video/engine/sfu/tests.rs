use super::world_for_tests::{Kept, NUMBERS, World};
use super::*;
use crate::video::engine::net::Via;
use rand::SeedableRng;

/// SSRC and payload type of an RTP packet that is no RTCP.
fn rtp_of(datagram: &[u8]) -> Option<(u32, u8, u16)> {
    let kind = datagram.get(1)? & 0x7f;
    let head = datagram.first_chunk::<12>().filter(|head| head[0] >> 6 == 2 && !(64..96).contains(&kind))?;
    let number = u16::from_be_bytes([head[2], head[3]]);
    Some((u32::from_be_bytes([head[8], head[9], head[10], head[11]]), kind, number))
}

fn kept(kept: &Kept, kind: Kind) -> Vec<u16> {
    kept.0.lock().unwrap().iter().filter(|(of, ..)| *of == kind).map(|(_, number, _)| *number).collect()
}

#[test]
fn what_is_published_is_kept_and_played_by_all_with_labels_of_their_own() {
    let mut world = World::new();
    let sink = Kept::default();
    let (publisher, sender) = world.publish(Some(Box::new(sink.clone())));
    let (first, viewer) = world.play(publisher); // before anything came
    world.connected(publisher);
    world.connected(first);
    world.send(sender, 0, 25);
    let (second, late) = world.play(publisher);
    world.connected(second);
    world.send(sender, 25, 25);
    let all = |from: u16, to: u16| (from..to).collect::<Vec<_>>();
    assert_eq!(world.peers[viewer].numbers(Kind::Video), all(0, 50));
    assert_eq!(world.peers[viewer].numbers(Kind::Audio), all(0, 100));
    assert_eq!(world.peers[late].numbers(Kind::Video), all(25, 50));
    assert_eq!((kept(&sink, Kind::Video), kept(&sink, Kind::Audio)), (all(0, 50), all(0, 100)));
    let started = |event: &&SfuEvent| **event == SfuEvent::MediaStarted(publisher);
    assert_eq!(world.events.iter().filter(started).count(), 1);
    // Each viewer asked for a keyframe when it came; the first one waited for the picture.
    assert_eq!(world.peers[sender].asked_for_keyframes, 2);
    let (kind, packet) = &world.peers[viewer].got[0];
    assert_eq!((packet.header.payload_type, &packet.payload[..]), (NUMBERS[0], &b"sound"[..]));
    assert_eq!(*kind, Kind::Audio);
    let label = |at: usize| world.peers[at].got[0].1.header.ssrc;
    assert_ne!(label(viewer), label(late));
}

#[test]
fn what_is_lost_on_either_side_is_mended() {
    let mut world = World::new();
    let sink = Kept::default();
    let (publisher, sender) = world.publish(Some(Box::new(sink.clone())));
    let (playing, viewer) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 10);
    let mut lost = [0, 0];
    world.loses = Box::new(move |to_sfu, datagram| {
        let Some((_, kind, number)) = rtp_of(datagram) else { return false };
        // Of the picture one packet on its way in and another on its way out.
        let is_it = kind == NUMBERS[1] && number == if to_sfu { 13 } else { 16 };
        lost[usize::from(to_sfu)] += i32::from(is_it);
        is_it && lost[usize::from(to_sfu)] == 1
    });
    world.send(sender, 10, 20);
    // The peer's stack asks on for what it has got (see `repair`), and may get it more than once.
    let sorted = |mut numbers: Vec<u16>| {
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    let all: Vec<u16> = (0..30).collect();
    assert_ne!(kept(&sink, Kind::Video), all, "it came in order: nothing was lost");
    assert_eq!(kept(&sink, Kind::Video).len(), all.len(), "each once");
    assert_eq!(sorted(kept(&sink, Kind::Video)), all);
    assert_eq!(sorted(world.peers[viewer].numbers(Kind::Video)), all);
}

#[test]
fn one_who_leaves_is_told_and_forgotten_and_others_take_the_place() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    let (playing, viewer) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 5);
    world.sfu.leave(playing);
    world.pass(50);
    let seen = world.peers[viewer].got.len();
    world.send(sender, 5, 5);
    assert_eq!(world.peers[viewer].got.len(), seen);
    // The place of the former viewer is another's now, who gets what is meant for it and nothing else.
    let (other, beside) = world.publish(None);
    let (again, viewer) = world.play(other);
    world.connected(other);
    world.connected(again);
    world.send(sender, 10, 5);
    assert!(world.peers[viewer].got.is_empty());
    world.send(beside, 40, 5);
    assert_eq!(world.peers[viewer].numbers(Kind::Video), [40, 41, 42, 43, 44]);
    // Without the publisher those who played it hear no more, and do no harm.
    world.sfu.leave(other);
    world.sfu.leave(other);
    world.send(beside, 45, 5);
    assert_eq!(world.peers[viewer].numbers(Kind::Video).len(), 5);
    world.sfu.leave(again);
    world.sfu.leave(publisher);
    assert_eq!((world.sfu.by_id.len(), world.sfu.by_ufrag.len(), world.sfu.by_way.len()), (0, 0, 0));
    world.pass(20);
    assert_eq!(world.sfu.next_timeout(), None);
}

#[test]
fn who_is_gone_is_noticed_and_who_has_nothing_to_say_is_not_put_out() {
    let mut world = World::new();
    let (lost, sender) = world.publish(None);
    let (quiet, _) = world.publish(None);
    let (leaving, leaver) = world.publish(None);
    let (never, absent) = world.publish(None);
    world.peers[absent].silent = true;
    for id in [lost, quiet, leaving] {
        world.connected(id);
    }
    world.send(sender, 0, 5);
    world.peers[sender].silent = true;
    let fell_silent = world.now;
    world.until(|world| world.events.contains(&SfuEvent::Over(lost, CloseCause::PeerLost)));
    let noticed = (world.now - fell_silent).as_millis();
    assert!((4300..5000).contains(&noticed), "{noticed} ms");
    world.sfu.leave(lost);
    world.peers[leaver].close();
    let left = world.now;
    world.until(|world| world.events.contains(&SfuEvent::Over(leaving, CloseCause::PeerLeft)));
    assert!((world.now - left).as_millis() < 2000);
    world.sfu.leave(leaving);
    world.until(|world| world.events.contains(&SfuEvent::Over(never, CloseCause::NeverConnected)));
    world.sfu.leave(never);
    world.pass(6000);
    let over: Vec<_> = world.events.iter().filter(|event| matches!(event, SfuEvent::Over(..))).collect();
    assert_eq!(over.len(), 3, "{over:?}"); // each once, and not of the quiet one
}

#[test]
fn a_silence_of_our_own_is_blamed_on_nobody() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    world.connected(publisher);
    // The machine slept, and when it looks again it has not heard anybody yet.
    world.now += std::time::Duration::from_secs(6);
    world.peers[sender].silent = true;
    world.pass(300);
    world.peers[sender].silent = false;
    world.pass(6000);
    assert!(!world.events.iter().any(|event| matches!(event, SfuEvent::Over(..))), "{:?}", world.events);
}

#[test]
fn a_peer_is_followed_to_another_address() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    let (playing, viewer) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 5);
    world.peers[sender].seen_as = "198.51.100.7:6000".parse().unwrap();
    world.send(sender, 5, 75); // 3 s
    let seen = world.peers[viewer].numbers(Kind::Video);
    assert_eq!(seen.last(), Some(&79));
    world.peers[viewer].seen_as = "198.51.100.8:6000".parse().unwrap();
    world.send(sender, 80, 100);
    assert_eq!(world.peers[viewer].numbers(Kind::Video).last(), Some(&179));
    assert_eq!(world.sfu.by_way.len(), 4);
    assert!(!world.events.iter().any(|event| matches!(event, SfuEvent::Over(..))));
}

#[test]
fn nobody_is_taken_over_by_who_does_not_know_the_password() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    world.connected(publisher);
    world.send(sender, 0, 3);
    let stranger = CandidatePair { via: Via::Udp(0), peer: "203.0.113.5:7".parse().unwrap() };
    let place = world.sfu.by_id[&publisher];
    let (ufrag, way) = {
        let link = &world.sfu.connections[place].as_ref().unwrap().link;
        (link.own.ufrag.clone(), link.way())
    };
    let credentials = crate::video::engine::net::Credentials { ufrag, password: "guessed".to_owned() };
    let crypto = Arc::clone(&world.sfu.crypto);
    let check = stun::request(&credentials, "theirs", &mut rand::rng(), crypto.crypto()).unwrap();
    let (known, now) = (world.sfu.by_way.len(), world.now);
    world.sfu.receive(&check, stranger, now);
    for garbage in [&b""[..], &[0], &[22; 40], &[128; 60], &[255; 2000]] {
        world.sfu.receive(garbage, stranger, now);
        world.sfu.receive(garbage, way.unwrap(), now); // also from whom we know
    }
    let mut to_stranger = 0;
    world.sfu.flush(8, now, |way, _| {
        to_stranger += usize::from(way == stranger);
        true
    });
    assert_eq!((to_stranger, world.sfu.by_way.len()), (0, known));
    let (playing, viewer) = world.play(publisher);
    world.connected(playing);
    world.send(sender, 3, 5);
    assert_eq!(world.peers[viewer].numbers(Kind::Video), [3, 4, 5, 6, 7]);
}

#[test]
fn what_a_full_socket_loses_is_followed_by_a_keyframe() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    let (playing, _) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 20);
    let asked = world.peers[sender].asked_for_keyframes;
    world.full = true;
    world.send(sender, 20, 5);
    world.full = false;
    world.send(sender, 25, 20);
    assert!(world.peers[sender].asked_for_keyframes > asked);
}

#[test]
fn after_a_restart_only_the_new_credentials_move_the_way_and_what_flows_goes_on() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    let (playing, viewer) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 5);
    let link = |world: &mut World| {
        let place = world.sfu.by_id[&playing];
        world.sfu.connections[place].as_ref().unwrap().link.own.clone()
    };
    let old = link(&mut world);
    let of = |ufrag: &str| Credentials { ufrag: ufrag.to_owned(), password: "p".repeat(32) };
    let (own, remote) = (of("ours2"), of("theirs2"));
    world.sfu.restart(playing, own.clone(), remote.clone());

    // On the former way media goes on meanwhile.
    world.send(sender, 5, 5);
    assert_eq!(world.peers[viewer].numbers(Kind::Video), (0..10).collect::<Vec<_>>());

    // From another network: a check with the old credentials moves nothing, one with the new ones does.
    let moved: std::net::SocketAddr = "198.51.100.4:7000".parse().unwrap();
    let mut random = StdRng::seed_from_u64(1);
    let crypto = rtc::crypto::default_provider().unwrap();
    let mut checks = |world: &mut World, with: &(Credentials, Credentials)| {
        let asked = stun::as_before(with, &mut random, crypto.crypto()).unwrap();
        world.sfu.receive(&asked, CandidatePair { via: Via::Udp(0), peer: moved }, world.now);
        let mut answered = false;
        world.sfu.flush(8, world.now, |way, run| {
            answered |= way.peer == moved && run.datagrams().any(stun::is_success);
            true
        });
        answered
    };
    assert!(!checks(&mut world, &(old, of("x"))));
    assert!(checks(&mut world, &(own.clone(), remote.clone())));
    // Its former way has fallen silent: what comes on the new one moves it there.
    world.peers[viewer].seen_as = moved;
    let mut number = 20;
    while world.peers[viewer].numbers(Kind::Video).last().is_none_or(|last| *last < 20) {
        number += 1;
        assert!(number < 70, "nothing came on the new way");
        checks(&mut world, &(own.clone(), remote.clone()));
        world.send(sender, number, 1);
    }
    // The stack goes on believing in its peer, which has only the new credentials.
    for second in 0..15 {
        checks(&mut world, &(own.clone(), remote.clone()));
        world.send(sender, 100 + second, 1);
        world.pass(1000);
    }
    let lost = |event: &SfuEvent| matches!(event, SfuEvent::Over(id, _) if *id == playing);
    assert!(!world.events.iter().any(lost), "{:?}", world.events);
    let place = world.sfu.by_id[&playing];
    assert_eq!(world.sfu.connections[place].as_ref().unwrap().progress, Progress::Connected);
}

#[test]
fn a_peer_changes_from_datagrams_to_a_stream_and_back() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    let (playing, viewer) = world.play(publisher);
    world.connected(publisher);
    world.connected(playing);
    world.send(sender, 0, 5);
    let datagrams = world.peers[viewer].via;
    // With the address and port that it had: what is told from the other is the transport.
    world.peers[viewer].via = Via::Tcp(3);
    world.send(sender, 5, 75); // 3 s
    assert_eq!(world.peers[viewer].numbers(Kind::Video).last(), Some(&79));
    assert!(world.events.contains(&SfuEvent::Moved(playing, Transport::Tcp)), "{:?}", world.events);
    // It is back on its former way before anybody knows that its stream is closed, …
    let stream = std::mem::replace(&mut world.peers[viewer].via, datagrams);
    world.sfu.lose(CandidatePair { via: stream, ..world.peers[viewer].way() });
    world.send(sender, 80, 5);
    assert_eq!(world.peers[viewer].numbers(Kind::Video).last(), Some(&84));
    // … and a publisher by a stream is heard as well.
    world.peers[sender].via = Via::Tcp(9);
    world.send(sender, 85, 75);
    assert_eq!(world.peers[viewer].numbers(Kind::Video).last(), Some(&159));
    let moved = world.events.iter().filter(|event| matches!(event, SfuEvent::Moved(..)));
    assert_eq!(moved.count(), 5, "{:?}", world.events);
    assert_eq!(world.sfu.by_way.len(), 3);
    world.sfu.leave(publisher);
    let unused: Vec<_> = world.sfu.unused().map(|way| way.via).collect();
    assert_eq!(unused, [Via::Udp(0), Via::Tcp(9)]);
}

#[test]
fn a_way_is_a_connections_only_when_a_check_of_it_was_signed() {
    let mut world = World::new();
    let (publisher, sender) = world.publish(None);
    world.connected(publisher);
    world.send(sender, 0, 1);
    let place = world.sfu.by_id[&publisher];
    let own = world.sfu.connections[place].as_ref().unwrap().link.own.clone();
    let of =
        |ufrag: &str, password: &str| Credentials { ufrag: ufrag.to_owned(), password: password.to_owned() };
    let stream = CandidatePair { via: Via::Tcp(1), peer: "203.0.113.5:7".parse().unwrap() };
    let crypto = Arc::clone(&world.sfu.crypto);
    let comes = |world: &mut World, theirs: &Credentials| {
        let with = (theirs.clone(), of("theirs", "unknown"));
        let check = stun::as_before(&with, &mut rand::rng(), crypto.crypto()).unwrap();
        world.sfu.receive(&check, stream, world.now)
    };
    assert!(!comes(&mut world, &of("nobody", &own.password)));
    assert!(!comes(&mut world, &of(&own.ufrag, "guessed")));
    assert!(!world.sfu.receive(b"\x80media", stream, world.now));
    assert!(comes(&mut world, &own));
    assert!(world.sfu.receive(b"\x80media", stream, world.now));
    world.sfu.lose(stream);
    assert!(!world.sfu.receive(b"\x80media", stream, world.now));
    // A way that a connection forgets for newer ones is told.
    for port in 1000..1010 {
        let with = (own.clone(), of("theirs", "unknown"));
        let check = stun::as_before(&with, &mut rand::rng(), world.sfu.crypto.crypto()).unwrap();
        let peer = std::net::SocketAddr::new(stream.peer.ip(), port);
        world.sfu.receive(&check, CandidatePair { peer, ..stream }, world.now);
    }
    assert_eq!(world.sfu.unused().map(|way| way.peer.port()).collect::<Vec<_>>(), [1000, 1001, 1002]);
}
