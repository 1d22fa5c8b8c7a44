//! What of a session a film shows, in the words of its reader: tiles, cards and what stands around them.

use super::workshop::CopiedTrack;
use super::{Timeline, Track};
use crate::base::words::{self, Language, Text};
use crate::review::model::film::{self, Card, FilmWords, Spot, Tile};
use crate::review::model::millis;
use crate::review::model::missing::Missing;
use crate::video::entities::participant::ParticipantRole;
use crate::video::entities::publication::Source;
use std::collections::HashMap;
use uuid::Uuid;

/// Which tile a publication has.
pub(super) type TileOf = HashMap<Uuid, usize>;

/// A tile for each publication that was recorded: what was shown first, then people as they came.
pub(super) fn tiles(tracks: &[Track], language: Language) -> (Vec<Tile>, TileOf) {
    let mut sorted: Vec<&Track> = tracks.iter().collect();
    sorted.sort_by_key(|track| {
        (film::rank(track.publication.source), track.offset_ms, track.recording.segment)
    });
    let (mut tiles, mut tile_of) = (Vec::<Tile>::new(), TileOf::new());
    for track in sorted {
        let number = *tile_of.entry(track.publication.id).or_insert_with(|| {
            let label = words::review::film_person(
                &track.person.name,
                role(track.person.role),
                source(track.publication.source),
            );
            tiles.push(Tile { label: label.in_language(language), spans: Vec::new() });
            tiles.len() - 1
        });
        tiles[number].spans.push((track.offset_ms, track.offset_ms + track.recording.duration_ms));
    }
    tiles.iter_mut().for_each(|tile| tile.spans.sort_unstable());
    (tiles, tile_of)
}

/// The tile of a track.
pub(super) fn tile(tile_of: &TileOf, track: &Track) -> usize {
    tile_of.get(&track.publication.id).copied().unwrap_or_default()
}

/// A card for all that is missing, and for what was left out because it does not verify.
pub(super) fn cards(
    timeline: &Timeline,
    tile_of: &TileOf,
    copied: &[CopiedTrack],
    language: Language,
) -> Vec<Card> {
    let card = |missing: &Missing| {
        let own = |track: &&Track| {
            track.person.id == missing.participant_id && track.publication.source == missing.source
        };
        let track = timeline.tracks.iter().find(own)?;
        let at = |at| millis(timeline.starts_at, at).min(timeline.duration_ms);
        let (from_ms, to_ms) = (at(missing.from), at(missing.to));
        let is_whole = missing.missing_ms >= to_ms - from_ms;
        Some(Card {
            tile: tile(tile_of, track),
            from_ms,
            to_ms,
            spot: film::spot(&missing.cause, &missing.medium, is_whole),
            text: cause(&missing.cause).in_language(language),
        })
    };
    let mut cards: Vec<Card> = timeline.missing.iter().filter_map(card).collect();
    for (track, copy) in timeline.tracks.iter().zip(copied) {
        cards.extend(copy.left_out.iter().map(|(from, to)| Card {
            tile: tile(tile_of, track),
            from_ms: track.offset_ms + from,
            to_ms: track.offset_ms + to,
            spot: Spot::Whole,
            text: words::review::film_left_out().in_language(language),
        }));
    }
    cards
}

/// What stands in a film beside names and causes.
pub(super) fn words_of(reference: &str, language: Language) -> FilmWords {
    FilmWords {
        title: words::review::film_title(reference).in_language(language),
        not_yet: words::review::film_not_yet().in_language(language),
        no_picture: words::review::film_no_picture().in_language(language),
        over: words::review::film_over().in_language(language),
    }
}

fn role(role: ParticipantRole) -> Text {
    match role {
        ParticipantRole::Officer => words::review::film_role_officer(),
        ParticipantRole::Guest => words::review::film_role_guest(),
    }
}

fn source(source: Source) -> Text {
    match source {
        Source::Camera => words::review::film_source_camera(),
        Source::Screen => words::review::film_source_screen(),
        Source::Document => words::review::film_source_document(),
    }
}

fn cause(cause: &str) -> Text {
    match cause {
        "between_segments" => words::review::film_cause_between_segments(),
        "publisher_silent" => words::review::film_cause_publisher_silent(),
        "loss" => words::review::film_cause_loss(),
        "audio_silent" => words::review::film_cause_audio_silent(),
        "video_silent" => words::review::film_cause_video_silent(),
        "camera_off" => words::review::film_cause_camera_off(),
        "microphone_off" => words::review::film_cause_microphone_off(),
        "paused" => words::review::film_cause_paused(),
        "still_picture" => words::review::film_cause_still_picture(),
        "digital_silence" => words::review::film_cause_digital_silence(),
        "disk" => words::review::film_cause_disk(),
        // Of a version that knew more causes.
        _ => words::review::film_cause_other(),
    }
}
