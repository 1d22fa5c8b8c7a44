//! What a composite shows, as what ffmpeg is told: a grid of everybody with names, the wall clock of the venue, all sound
//! together, and a card wherever something is missing. Pure.
//!
//! No text of anybody stands in the graph: each is a file of its own beside it, so that none can change what is done.

use crate::video::entities::publication::Source;
use chrono::{DateTime, Offset, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The picture, and what of its top belongs to the clock.
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const HEAD: usize = 40;
/// Pictures a second of the composite. Cameras send 30; a picture more or less does not matter here, the originals have all.
pub const RATE: u32 = 25;
/// What is shorter than this cannot be read: its card stays for so long.
const READABLE_MS: i64 = 1000;

/// A publication: where it lies in the grid, what it is called, and when there are recordings of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    pub label: String,
    /// In order; milliseconds of the timeline.
    pub spans: Vec<(i64, i64)>,
}

/// A part of a recording that can be shown: files with its picture and its sound, both counted from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub tile: usize,
    pub from_ms: i64,
    pub to_ms: i64,
    pub picture: Option<String>,
    pub sound: Option<String>,
}

/// Where a card lies in its tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// Over the whole tile: there is no picture, and an old one would look like one.
    Whole,
    /// A strip at the top: something is missing, and what there is stays visible.
    Picture,
    /// A strip above the name.
    Sound,
}

/// Something that is missing, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub tile: usize,
    pub from_ms: i64,
    pub to_ms: i64,
    pub spot: Spot,
    pub text: String,
}

/// A stretch of the timeline in which the clocks of the venue have one distance from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSpan {
    pub from_ms: i64,
    pub to_ms: i64,
    /// What a clock that knows no zones would count at zero of the timeline, in milliseconds.
    pub local_ms: i64,
    /// Such as `UTC+08:00`.
    pub zone: String,
}

/// What stands in a composite beside names and causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmWords {
    /// That it is no original, and of what.
    pub title: String,
    pub not_yet: String,
    pub no_picture: String,
    pub over: String,
}

/// All that a composite shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub duration_ms: i64,
    pub tiles: Vec<Tile>,
    pub pieces: Vec<Piece>,
    pub cards: Vec<Card>,
    pub clock: Vec<ClockSpan>,
    pub words: FilmWords,
}

/// What ffmpeg is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Film {
    /// Files, in the order of their numbers in the graph.
    pub inputs: Vec<String>,
    /// Gives `[v]` and `[a]`.
    pub graph: String,
    /// Files with texts: name and content.
    pub texts: Vec<(String, String)>,
}

/// By what the font is named in the graph: a file beside it, or a family that fontconfig knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    File(&'static str),
    Family(&'static str),
}

/// How many tiles stand beside each other, and how many above each other.
fn grid(tiles: usize) -> (usize, usize) {
    let columns = (1..).find(|columns| columns * columns >= tiles).unwrap_or(1);
    (columns, tiles.div_ceil(columns).max(1))
}

/// The size of a tile's picture; even, as the codec wants it.
pub fn tile_size(tiles: usize) -> (usize, usize) {
    let (columns, rows) = grid(tiles);
    let even = |size: usize| size / 2 * 2;
    (even(WIDTH / columns), even((HEIGHT - HEAD) / rows))
}

/// The most bits a second of a composite's picture and sound, with what holds them together.
pub const PICTURE_BITS: i64 = 2_500_000;
const BITS: i64 = PICTURE_BITS + 200_000;

/// How much disk the making takes at most: copies of the originals, their pictures in the size of a tile (less than three
/// times as much), and the film twice.
pub fn most_bytes(duration_ms: i64, originals: i64) -> u64 {
    let film = duration_ms.saturating_mul(BITS) / 8000;
    let all = originals.saturating_mul(4).saturating_add(film.saturating_mul(2));
    u64::try_from(all).unwrap_or(0)
}

/// How long the making may take: far more than it does on a busy machine, and not for ever.
pub fn longest(duration_ms: i64) -> TimeDelta {
    let longest = TimeDelta::minutes(30) + TimeDelta::milliseconds(duration_ms.saturating_mul(10));
    longest.min(LONGEST)
}

/// The same of the longest session.
pub const LONGEST: TimeDelta = TimeDelta::hours(12);

/// Whether old pictures would stand still while this is the cause: then the card covers them.
pub fn spot(cause: &str, medium: &str, is_whole: bool) -> Spot {
    match (medium, cause) {
        ("audio", _) => Spot::Sound,
        (_, "loss" | "still_picture" | "digital_silence") => Spot::Picture,
        _ if is_whole => Spot::Whole,
        _ => Spot::Picture,
    }
}

/// In which order tiles stand: what is shown to be read first, then people.
pub fn rank(source: Source) -> u8 {
    match source {
        Source::Screen => 0,
        Source::Document => 1,
        Source::Camera => 2,
    }
}

/// The stretches between which the venue's clocks are set, from `zero` on; a change is found to the minute.
pub fn clock(zero: DateTime<Utc>, duration_ms: i64, zone: Tz) -> Vec<ClockSpan> {
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix().local_minus_utc();
    let mut spans: Vec<(i64, i32)> = vec![(0, offset(zero))];
    // Clocks change at whole minutes, so that is where it is looked.
    let mut at_ms = 60_000 - zero.timestamp_millis().rem_euclid(60_000);
    while at_ms < duration_ms {
        let now = offset(zero + TimeDelta::milliseconds(at_ms));
        if spans.last().is_some_and(|(_, before)| *before != now) {
            spans.push((at_ms, now));
        }
        at_ms += 60_000;
    }
    let ends: Vec<i64> = spans.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]).collect();
    let span = |((from_ms, offset), to_ms): ((i64, i32), i64)| ClockSpan {
        from_ms,
        to_ms,
        local_ms: zero.timestamp_millis() + i64::from(offset) * 1000,
        zone: zone_text(offset),
    };
    spans.into_iter().zip(ends).map(span).collect()
}

fn zone_text(offset: i32) -> String {
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60);
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// As much of a text as fits into so many columns, a Chinese character taking two; in at most two lines.
fn wrapped(text: &str, columns: usize) -> String {
    let (mut out, mut used, mut lines) = (String::new(), 0, 1);
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let width = if c.is_ascii() { 1 } else { 2 };
        if used + width > columns {
            if lines == 2 {
                out.push('…');
                return out;
            }
            out.push('\n');
            (used, lines) = (0, 2);
        }
        if used > 0 || c != ' ' {
            out.push(c);
            used += width;
        }
    }
    out
}

/// The same in one line.
fn in_one_line(text: &str, columns: usize) -> String {
    let mut lines =
        wrapped(text, columns.saturating_sub(2).max(1)).lines().map(str::to_owned).collect::<Vec<_>>();
    let is_cut = lines.len() > 1;
    let first = if lines.is_empty() { String::new() } else { lines.swap_remove(0) };
    if is_cut { format!("{first}…") } else { first }
}

/// Milliseconds as ffmpeg takes seconds.
fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// Draws step upon step on one picture.
struct Canvas {
    film: Film,
    /// The filters that follow each other on the picture at hand.
    chain: Vec<String>,
    from: String,
    font: String,
}

impl Canvas {
    fn text_file(&mut self, content: String) -> String {
        if let Some((name, _)) = self.film.texts.iter().find(|(_, known)| *known == content) {
            return name.clone();
        }
        let name = format!("text{}.txt", self.film.texts.len());
        self.film.texts.push((name.clone(), content));
        name
    }

    /// Draws the content of a file; `how` is where and in which size and colour.
    fn text(&mut self, content: String, how: &str, expand: bool, when: Option<&str>) {
        let file = self.text_file(content);
        let expansion = if expand { "normal" } else { "none" };
        let when = when.map_or_else(String::new, |when| format!(":enable='{when}'"));
        self.chain.push(format!("drawtext={}:textfile={file}:expansion={expansion}:{how}{when}", self.font));
    }

    fn box_at(&mut self, (x, y, w, h): (usize, usize, usize, usize), color: &str, when: Option<&str>) {
        let when = when.map_or_else(String::new, |when| format!(":enable='{when}'"));
        self.chain.push(format!("drawbox=x={x}:y={y}:w={w}:h={h}:color={color}:t=fill{when}"));
    }

    /// Ends the chain at hand under a name.
    fn flush(&mut self, name: &str) {
        if self.chain.is_empty() {
            self.chain.push("null".to_owned());
        }
        let chain = std::mem::take(&mut self.chain).join(",\n");
        let _ = writeln!(self.film.graph, "{}{chain}[{name}];", self.from);
        self.from = format!("[{name}]");
    }
}

/// What ffmpeg is told for a plan.
pub fn film(plan: &Plan, face: Face) -> Film {
    let font = match face {
        Face::File(name) => format!("fontfile={name}"),
        Face::Family(name) => format!("font='{name}'"),
    };
    let length = seconds(plan.duration_ms);
    let mut canvas = Canvas {
        film: Film::default(),
        chain: vec![format!("color=c=0x10161c:s={WIDTH}x{HEIGHT}:r={RATE}:d={length}")],
        from: String::new(),
        font,
    };
    let (columns, _) = grid(plan.tiles.len());
    let (w, h) = tile_size(plan.tiles.len());
    let corner = |tile: usize| ((tile % columns) * w, HEAD + (tile / columns) * h);
    let centred = |(x, y): (usize, usize)| {
        format!("x={x}+({w}-text_w)/2:y={y}+({h}-text_h)/2:fontsize=24:line_spacing=8")
    };
    // Under the pictures: what shows where there is none.
    for (number, tile) in plan.tiles.iter().enumerate() {
        let (x, y) = corner(number);
        canvas.box_at((x + 2, y + 2, w - 4, h - 4), "0x1d262e", None);
        let first = tile.spans.first().map_or(plan.duration_ms, |span| span.0);
        let last = tile.spans.iter().map(|span| span.1).max().unwrap_or(first);
        let how = format!("{}:fontcolor=0xa9b4be", centred((x, y)));
        for (text, when) in [
            (&plan.words.not_yet, format!("lt(t,{})", seconds(first))),
            (&plan.words.no_picture, format!("gte(t,{})*lt(t,{})", seconds(first), seconds(last))),
            (&plan.words.over, format!("gte(t,{})", seconds(last))),
        ] {
            canvas.text(wrapped(text, w / 13), &how, false, Some(&when));
        }
    }
    canvas.flush("base");
    for (number, piece) in plan.pieces.iter().enumerate() {
        let Some(file) = &piece.picture else { continue };
        let input = canvas.film.inputs.len();
        canvas.film.inputs.push(file.clone());
        let (x, y) = corner(piece.tile);
        let from = seconds(piece.from_ms);
        let _ = writeln!(canvas.film.graph, "[{input}:v]setpts=PTS+{from}/TB[p{number}];");
        let _ = writeln!(
            canvas.film.graph,
            "{}[p{number}]overlay=x={x}:y={y}:eof_action=pass:repeatlast=0[o{number}];",
            canvas.from
        );
        canvas.from = format!("[o{number}]");
    }
    draw_cards(plan, &mut canvas, &corner, &centred);
    let label = (h / 12).clamp(16, 22);
    for (number, tile) in plan.tiles.iter().enumerate() {
        let (x, y) = corner(number);
        let how = format!(
            "x={}:y={}-text_h:fontsize={label}:fontcolor=white:box=1:boxcolor=black@0.65:boxborderw=6",
            x + 12,
            y + h - 12
        );
        canvas.text(in_one_line(&tile.label, (w - 24) * 2 / label), &how, false, None);
    }
    for span in &plan.clock {
        let local = seconds(span.local_ms);
        let content = format!("%{{pts:gmtime:{local}:%Y-%m-%d %H\\:%M\\:%S}}  {}", span.zone);
        let mut when = format!("gte(t,{})", seconds(span.from_ms));
        if span.to_ms < plan.duration_ms {
            let _ = write!(when, "*lt(t,{})", seconds(span.to_ms));
        }
        canvas.text(content, "x=12:y=9:fontsize=22:fontcolor=white", true, Some(&when));
    }
    let how = format!("x={WIDTH}-text_w-12:y=12:fontsize=17:fontcolor=0xa9b4be");
    canvas.text(in_one_line(&plan.words.title, 90), &how, false, None);
    canvas.chain.push("format=yuv420p".to_owned());
    canvas.flush("v");
    sound(plan, &mut canvas.film);
    canvas.film
}

/// Where a card is, and what it says; and when it is shown.
type Shown<'a> = BTreeMap<(Spot, usize, &'a str), Vec<(i64, i64)>>;

/// The cards of one spot, tile and cause are one pair of filters that shows at several times.
fn draw_cards(
    plan: &Plan,
    canvas: &mut Canvas,
    corner: &impl Fn(usize) -> (usize, usize),
    centred: &impl Fn((usize, usize)) -> String,
) {
    let (w, h) = tile_size(plan.tiles.len());
    let mut shown = Shown::new();
    for card in &plan.cards {
        shown.entry((card.spot, card.tile, &card.text)).or_default().push((card.from_ms, card.to_ms));
    }
    for ((spot, tile, text), times) in shown {
        let when: Vec<String> = readable(times, plan.duration_ms)
            .into_iter()
            .map(|(from, to)| format!("between(t,{},{})", seconds(from), seconds(to)))
            .collect();
        let when = when.join("+");
        let (x, y) = corner(tile);
        let strip = 36;
        match spot {
            Spot::Whole => {
                canvas.box_at((x, y, w, h), "0x5a2a1e", Some(&when));
                let how = format!("{}:fontcolor=white", centred((x, y)));
                canvas.text(wrapped(text, w / 13), &how, false, Some(&when));
            }
            Spot::Picture | Spot::Sound => {
                let top = if spot == Spot::Picture { y + 2 } else { y + h - 44 - strip };
                canvas.box_at((x + 2, top, w - 4, strip), "0x5a2a1e@0.9", Some(&when));
                let how = format!("x={}:y={}:fontsize=18:fontcolor=white", x + 12, top + 8);
                canvas.text(in_one_line(text, (w - 24) / 9), &how, false, Some(&when));
            }
        }
    }
}

/// Times in order, none too short to be read, those that touch together.
fn readable(mut times: Vec<(i64, i64)>, end: i64) -> Vec<(i64, i64)> {
    times.sort_unstable();
    let mut together: Vec<(i64, i64)> = Vec::new();
    for (from, to) in times {
        let from = from.clamp(0, (end - READABLE_MS).max(0));
        let to = to.max(from + READABLE_MS);
        match together.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => together.push((from, to)),
        }
    }
    together
}

/// All sound together: each tile's is a row of silence and pieces as long as the whole.
fn sound(plan: &Plan, film: &mut Film) {
    const SILENCE: &str = "anullsrc=r=48000:cl=mono,aformat=sample_fmts=s16";
    let mut rows = 0;
    for tile in 0..plan.tiles.len() {
        let mut pieces: Vec<&Piece> =
            plan.pieces.iter().filter(|piece| piece.tile == tile && piece.sound.is_some()).collect();
        pieces.sort_by_key(|piece| piece.from_ms);
        if pieces.is_empty() {
            continue;
        }
        let (mut parts, mut at) = (0, 0);
        let mut names = String::new();
        let mut part = |film: &mut Film, source: &str, ms: i64| {
            let name = format!("[s{tile}_{parts}]");
            let end = seconds(ms);
            let _ = writeln!(film.graph, "{source},apad,atrim=end={end},asetpts=PTS-STARTPTS{name};");
            names.push_str(&name);
            parts += 1;
        };
        for (number, piece) in pieces.iter().enumerate() {
            let next = pieces.get(number + 1).map_or(plan.duration_ms, |next| next.from_ms);
            let (from, to) = (piece.from_ms.max(at), piece.to_ms.min(next).min(plan.duration_ms));
            let Some(file) = piece.sound.as_ref().filter(|_| from < to) else { continue };
            if from > at {
                part(film, SILENCE, from - at);
            }
            let input = film.inputs.len();
            film.inputs.push(file.clone());
            let one = format!(
                "[{input}:a]aformat=sample_fmts=s16:sample_rates=48000:channel_layouts=mono,atrim=start={},asetpts=PTS-STARTPTS",
                seconds(from - piece.from_ms)
            );
            part(film, &one, to - from);
            at = to;
        }
        if at < plan.duration_ms {
            part(film, SILENCE, plan.duration_ms - at);
        }
        let _ = writeln!(film.graph, "{names}concat=n={parts}:v=0:a=1[t{rows}];");
        rows += 1;
    }
    let tracks: String = (0..rows).map(|row| format!("[t{row}]")).collect();
    let _ = match rows {
        0 => write!(film.graph, "{SILENCE},atrim=end={}[a]", seconds(plan.duration_ms)),
        // Two who speak at once may be louder than there is room for.
        _ => write!(
            film.graph,
            "{tracks}amix=inputs={rows}:normalize=0:dropout_transition=0,alimiter=level=disabled:limit=0.95[a]"
        ),
    };
}

#[cfg(test)]
#[path = "film_tests.rs"]
mod tests;
