use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn tile(label: &str, spans: &[(i64, i64)]) -> Tile {
    Tile { label: label.to_owned(), spans: spans.to_vec() }
}

fn piece(tile: usize, from_ms: i64, to_ms: i64) -> Piece {
    let name = format!("{tile}-{from_ms}");
    Piece { tile, from_ms, to_ms, picture: Some(format!("{name}.mkv")), sound: Some(format!("{name}.flac")) }
}

fn words() -> FilmWords {
    let text = |text: &str| text.to_owned();
    FilmWords { title: text("T"), not_yet: text("N"), no_picture: text("P"), over: text("O") }
}

/// Somebody who comes back after a while, and somebody who comes late and shows a paper.
fn plan() -> Plan {
    Plan {
        duration_ms: 20_000,
        tiles: vec![tile("文件", &[(5000, 9000)]), tile("林女士", &[(0, 4000), (6000, 20_000)])],
        pieces: vec![
            piece(1, 0, 4000),
            piece(1, 6000, 20_000),
            Piece { sound: None, ..piece(0, 5000, 9000) },
        ],
        cards: Vec::new(),
        clock: clock(at("2026-11-23T02:05:00.250Z"), 20_000, chrono_tz::Asia::Shanghai),
        words: words(),
    }
}

#[test]
fn tiles_share_the_picture_below_the_clock() {
    for (tiles, beside, size) in [
        (0, (1, 1), (1280, 680)),
        (1, (1, 1), (1280, 680)),
        (2, (2, 1), (640, 680)),
        (3, (2, 2), (640, 340)),
        (4, (2, 2), (640, 340)),
        (5, (3, 2), (426, 340)),
        (7, (3, 3), (426, 226)),
        (12, (4, 3), (320, 226)),
    ] {
        assert_eq!((grid(tiles), tile_size(tiles)), (beside, size), "{tiles}");
        let (width, height) = tile_size(tiles);
        assert!(width * beside.0 <= WIDTH && height * beside.1 + HEAD <= HEIGHT, "{tiles}");
    }
}

#[test]
fn only_where_there_is_no_picture_a_card_covers_it() {
    for (cause, medium, is_whole, expected) in [
        ("camera_off", "video", true, Spot::Whole),
        ("paused", "both", true, Spot::Whole),
        ("between_segments", "both", true, Spot::Whole),
        ("publisher_silent", "both", true, Spot::Whole),
        ("publisher_silent", "both", false, Spot::Picture),
        ("a cause of tomorrow", "both", true, Spot::Whole),
        ("loss", "video", false, Spot::Picture),
        ("loss", "both", true, Spot::Picture),
        ("still_picture", "video", true, Spot::Picture),
        ("microphone_off", "audio", true, Spot::Sound),
        ("paused", "audio", true, Spot::Sound),
    ] {
        assert_eq!(spot(cause, medium, is_whole), expected, "{cause} {medium} {is_whole}");
    }
}

#[test]
fn the_clock_is_that_of_the_venue_also_when_its_clocks_are_changed() {
    let zero = at("2026-11-23T02:05:00.250Z");
    let spans = clock(zero, 3_600_000, chrono_tz::Asia::Shanghai);
    let span = |from_ms, to_ms, local: &str, zone: &str| ClockSpan {
        from_ms,
        to_ms,
        local_ms: at(local).timestamp_millis(),
        zone: zone.to_owned(),
    };
    assert_eq!(spans, [span(0, i64::MAX, "2026-11-23T10:05:00.250Z", "UTC+08:00")]);
    // In Berlin clocks go back at 01:00 UTC, which is ten minutes and a half after this began.
    let spans = clock(at("2026-10-25T00:49:30Z"), 3_600_000, chrono_tz::Europe::Berlin);
    assert_eq!(
        spans,
        [
            span(0, 630_000, "2026-10-25T02:49:30Z", "UTC+02:00"),
            span(630_000, i64::MAX, "2026-10-25T01:49:30Z", "UTC+01:00"),
        ]
    );
    assert_eq!(clock(zero, 0, chrono_tz::America::St_Johns)[0].zone, "UTC-03:30");
}

#[test]
fn a_name_is_cut_where_its_tile_ends_and_takes_two_columns_a_character() {
    for (text, columns, expected) in [
        ("林女士", 10, "林女士"),
        ("林女士", 4, "林女\n士"),
        ("a card of two lines", 12, "a card of tw\no lines"),
        ("three lines are cut off after two", 10, "three line\ns are cut \u{2026}"),
        ("two\nlines", 20, "two lines"),
        ("", 10, ""),
    ] {
        assert_eq!(wrapped(text, columns), expected, "{text}");
    }
    assert_eq!(in_one_line("林女士 · 来访者", 20), "林女士 · 来访者");
    assert_eq!(in_one_line("林女士 · 来访者", 9), "林女士 …");
}

#[test]
fn inputs_are_the_pieces_in_their_tiles_at_their_time() {
    let film = film(&plan(), Face::Family("Noto Sans CJK SC"));
    assert_eq!(film.inputs, ["1-0.mkv", "1-6000.mkv", "0-5000.mkv", "1-0.flac", "1-6000.flac"]);
    for line in [
        "[0:v]setpts=PTS+0.000/TB[p0];",
        "[base][p0]overlay=x=640:y=40:eof_action=pass:repeatlast=0[o0];",
        "[1:v]setpts=PTS+6.000/TB[p1];",
        "[o0][p1]overlay=x=640:y=40:eof_action=pass:repeatlast=0[o1];",
        "[2:v]setpts=PTS+5.000/TB[p2];",
        "[o1][p2]overlay=x=0:y=40:eof_action=pass:repeatlast=0[o2];",
    ] {
        assert!(film.graph.lines().any(|known| known == line), "{line}\n{}", film.graph);
    }
    // Sound without a hole: what was said, two seconds of nothing, and what was said after coming back.
    for part in [
        "atrim=end=4.000,",
        "atrim=end=2.000,",
        "atrim=end=14.000,",
        "concat=n=3:v=0:a=1[t0];",
        "amix=inputs=1:",
    ] {
        assert!(film.graph.contains(part), "{part}\n{}", film.graph);
    }
}

#[test]
fn without_sound_there_is_silence() {
    let mut plan = plan();
    plan.pieces.iter_mut().for_each(|piece| piece.sound = None);
    let film = film(&plan, Face::File("font"));
    assert!(
        film.graph.ends_with("anullsrc=r=48000:cl=mono,aformat=sample_fmts=s16,atrim=end=20.000[a]"),
        "{}",
        film.graph
    );
    assert!(film.graph.contains("drawtext=fontfile=font:textfile="));
}

#[test]
fn pieces_that_overlap_are_heard_one_after_the_other() {
    let mut plan = plan();
    plan.pieces = vec![piece(1, 0, 7000), piece(1, 6000, 20_000)];
    let graph = film(&plan, Face::File("font")).graph;
    assert!(graph.contains("atrim=end=6.000,") && graph.contains("atrim=end=14.000,"), "{graph}");
}

#[test]
fn what_is_missing_is_shown_for_as_long_as_it_takes_to_read() {
    for (times, expected) in [
        (vec![(100, 150)], vec![(100, 1100)]),
        (vec![(5000, 9000)], vec![(5000, 9000)]),
        (vec![(300, 310), (900, 910), (5000, 5010)], vec![(300, 1900), (5000, 6000)]),
        // At the very end it is shown a little sooner.
        (vec![(9990, 10_000)], vec![(9000, 10_000)]),
        (vec![], vec![]),
    ] {
        assert_eq!(readable(times.clone(), 10_000), expected, "{times:?}");
    }
}

#[test]
fn cards_of_one_cause_are_drawn_by_one_pair_of_filters() {
    let mut plan = plan();
    let card =
        |from_ms, to_ms, spot, text: &str| Card { tile: 1, from_ms, to_ms, spot, text: text.to_owned() };
    plan.cards = vec![
        card(4000, 6000, Spot::Whole, "连接中断"),
        card(8000, 9000, Spot::Sound, "麦克风已关闭"),
        card(11_000, 13_000, Spot::Sound, "麦克风已关闭"),
    ];
    let film = film(&plan, Face::File("font"));
    let whole = "drawbox=x=640:y=40:w=640:h=680:color=0x5a2a1e:t=fill:enable='between(t,4.000,6.000)'";
    assert!(film.graph.contains(whole), "{}", film.graph);
    let twice = "enable='between(t,8.000,9.000)+between(t,11.000,13.000)'";
    assert_eq!(film.graph.matches(twice).count(), 2, "a box and a text: {}", film.graph);
    assert!(film.texts.iter().any(|(_, text)| text == "麦克风已关闭"));
}

#[test]
fn no_text_of_anybody_stands_in_the_graph() {
    let evil = "x':enable=0,movie=/etc/passwd[v];%{pts}\\";
    let mut plan = plan();
    plan.tiles[0].label = evil.to_owned();
    plan.words.title = evil.to_owned();
    plan.cards = vec![Card { tile: 0, from_ms: 0, to_ms: 5, spot: Spot::Whole, text: evil.to_owned() }];
    let film = film(&plan, Face::File("font"));
    assert!(!film.graph.contains("movie") && !film.graph.contains("passwd"), "{}", film.graph);
    assert!(film.texts.iter().any(|(_, text)| text == evil));
    // Only the clock's own text is expanded.
    assert_eq!(film.graph.matches("expansion=normal").count(), 1);
    assert!(
        film.texts.iter().any(|(_, text)| text.starts_with("%{pts:gmtime:1795428300.250:")),
        "{:?}",
        film.texts
    );
}

#[test]
fn the_room_and_time_that_it_takes_grow_with_the_session_and_end() {
    assert_eq!(most_bytes(0, 0), 0);
    assert_eq!(most_bytes(60_000, 10_000_000), 40_000_000 + 2 * 20_250_000);
    assert_eq!(most_bytes(i64::MAX, i64::MAX), u64::try_from(i64::MAX).unwrap());
    assert_eq!(longest(60_000), TimeDelta::minutes(40));
    assert_eq!(longest(24 * 3_600_000), LONGEST);
}
