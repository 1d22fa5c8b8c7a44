use super::*;
use proptest::prelude::*;

const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    a=ice-ufrag:abcd\r\na=ice-pwd:efghijklmnopqrstuvwxyz\r\na=fingerprint:sha-256 00:11\r\n";
const AUDIO: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
const VIDEO: &str = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
const DATA: &str = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\n";

fn read(sdp: &str) -> Offer {
    Offer::read(sdp, Direction::Publish).unwrap()
}

fn refused(sdp: &str, direction: Direction) -> String {
    match Offer::read(sdp, direction) {
        Err(EngineError::BadOffer(fault)) => fault.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn offers_are_refused_with_a_reason() {
    let h264 = VIDEO.replace("VP8", "H264");
    let table: &[(String, &str)] = &[
        (String::new(), "not an SDP"),
        ("hello".into(), "not an SDP"),
        ("v=0\r\nnonsense".into(), "not SDP"),
        ("v=0\r\na=\u{0}".into(), "not SDP"),
        (format!("{HEAD}{}", "a=x\r\n".repeat(20_000)), "too long"),
        (format!("{HEAD}{AUDIO}{}", DATA.repeat(40)), "too many"),
        (HEAD.into(), "sends nothing"),
        (format!("{HEAD}{DATA}"), "sends nothing"),
        (format!("{HEAD}{h264}"), "no VP8"),
        (format!("{HEAD}{AUDIO}{h264}"), "no VP8"),
        (format!("{HEAD}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"), "no Opus"),
        (format!("{HEAD}{VIDEO}a=recvonly\r\n"), "sends nothing"),
        (format!("{HEAD}{}", VIDEO.replace("video 9", "video 0")), "sends nothing"),
        (format!("{HEAD}{VIDEO}a=simulcast:send q;h;f\r\n"), "simulcast"),
        (format!("{HEAD}{VIDEO}a=setup:holdconn\r\n"), "role"),
        (format!("v=0\r\n{VIDEO}"), "missing"),
    ];
    for (sdp, reason) in table {
        let found = refused(sdp, Direction::Publish);
        assert!(found.contains(reason), "{sdp:?}: {found}");
    }
    assert!(refused(&format!("{HEAD}{VIDEO}a=sendonly\r\n"), Direction::Play).contains("receives nothing"));
}

#[test]
fn what_is_not_wanted_is_put_aside_and_the_rest_is_taken() {
    let second = VIDEO.replace("96", "98");
    let h264 = VIDEO.replace("VP8", "H264");
    let offer = read(&format!(
        "{HEAD}a=group:BUNDLE d 0 1 2 3\r\na=group:LS 0 1\r\n{DATA}{AUDIO}a=mid:0\r\n{h264}a=mid:1\r\n\
         {VIDEO}a=mid:2\r\n{second}a=mid:3\r\na=simulcast:send q;h\r\n"
    ));
    assert_eq!(offer.kinds, [Kind::Audio, Kind::Video]);
    let taken: Vec<bool> = offer.sections.iter().map(|section| section.taken).collect();
    assert_eq!(taken, [false, true, false, true, false]);
    assert_eq!(offer.sections[4].mid.as_deref(), Some("3"));
    assert_eq!(offer.sdp.matches("m=").count(), 2);
    assert!(offer.sdp.contains("a=group:BUNDLE 0 2\r\n") && !offer.sdp.contains("group:LS"));
}

#[test]
fn red_of_opus_comes_first_and_any_other_is_left_out() {
    let offer = |formats: &str, lines: &str| {
        let audio = AUDIO.replace("SAVPF 111", &format!("SAVPF {formats}"));
        format!("{HEAD}{audio}{lines}{VIDEO}")
    };
    let red = "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
    let types = Some(RedTypes { red: 63, opus: 111 });
    let two = format!("{red}a=rtpmap:64 RED/48000/2\r\na=fmtp:64 111/111\r\n");
    let table = [
        ("111 63 9", red, types, "63 111 9"),
        ("111 63 64", &two, types, "63 111"),
        ("111 9", "", None, "111 9"),
        ("111 63", "a=rtpmap:63 red/48000/2\r\n", None, "111"),
        ("111 63", &red.replace("111/111", "111/0"), None, "111"),
        ("111 63", &red.replace("111/111", "9/9"), None, "111"),
        ("111 63", &red.replace("111/111", "111/"), None, "111"),
        ("111 63", &red.replace("48000/2", "8000"), None, "111"),
    ];
    for (formats, lines, wanted, shown) in table {
        let found = read(&offer(formats, lines));
        assert_eq!(found.red, wanted, "{lines}");
        assert!(found.sdp.contains(&format!("m=audio 9 UDP/TLS/RTP/SAVPF {shown}\r\n")), "{}", found.sdp);
    }
    assert_eq!(Offer::read(&offer("111 63", red), Direction::Play).unwrap().red, None);
}

#[test]
fn credentials_that_a_bundle_names_once_are_found() {
    let (session, credentials) = HEAD.split_at(HEAD.find("a=ice-ufrag").unwrap());
    let offer = read(&format!("{session}{DATA}{credentials}{AUDIO}"));
    assert_eq!(offer.credentials.ufrag, "abcd");
    assert_eq!(offer.sdp.matches("a=ice-pwd:efghijklmnopqrstuvwxyz").count(), 1);
    let own = read(&format!("{session}{AUDIO}{credentials}"));
    assert_eq!(own.sdp.matches("a=ice-pwd:").count(), 1);
}

#[test]
fn an_offerer_that_waits_is_told_apart() {
    for (setup, passive) in [("actpass", false), ("active", false), ("passive", true)] {
        let offer = read(&format!("{HEAD}{VIDEO}a=setup:{setup}\r\n"));
        assert_eq!(offer.passive, passive, "{setup}");
    }
    assert!(!read(&format!("{HEAD}{VIDEO}")).passive);
}

#[test]
fn candidates_of_an_offer_are_dropped() {
    let sdp = format!("{HEAD}{AUDIO}a=candidate:1 1 tcp 1 evil.example 22 typ host\r\na=sendonly\r\n{VIDEO}");
    let offer = read(&sdp);
    assert_eq!(offer.kinds, [Kind::Audio, Kind::Video]);
    assert!(!offer.sdp.contains("candidate"));
}

proptest! {
    #[test]
    fn garbage_is_refused_not_a_panic(tail in "\\PC{0,300}") {
        let _ = Offer::read(&tail, Direction::Publish);
        let _ = Offer::read(&format!("v=0\r\n{tail}"), Direction::Play);
    }
}
