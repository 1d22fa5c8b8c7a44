//! What is done to the files of a film: what verifies of each recording is copied, its pictures are brought to the size of
//! their tile, and ffmpeg puts all together as `model/film` says. Three steps, because a camera changes its size as it
//! likes, which would begin a whole graph of filters anew from its first second; and a copy, because ffmpeg is to read
//! exactly the bytes that were compared with their digests.

use super::Timeline;
use super::composites::{CompositeSettings, LEFT_FREE};
use super::ffmpeg::{Progress, Run, run};
use super::making::Order;
use crate::base::hex::hex;
use crate::review::log::Original;
use crate::review::model::checks;
use crate::review::model::film::{self, Face, PICTURE_BITS, Plan};
use crate::review::service::integrity::file_of;
use crate::video::recording::{Checked, Copied, CopyError};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::Ordering;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What a whole film is called until it is in its place.
pub(super) const WHOLE: &str = "whole.mp4";
/// The film before its last step: in a container that can be written through a pipe.
const THROUGH_PIPE: &str = "film.nut";
/// How much more work a second of the film is than one of a piece.
const WEIGHT: i64 = 3;
/// Arguments longer than this are given as a file.
const LONGEST_ARGUMENT: usize = 100_000;

/// A recording that is to be copied.
pub(super) struct ToCopy {
    recording: Uuid,
    path: Option<PathBuf>,
    /// What the chain holds of it.
    manifest: Option<[u8; 32]>,
    duration_ms: i64,
}

/// A recording as it was copied.
pub(super) struct CopiedTrack {
    pub original: Original,
    /// Files that play by themselves, each with the stretch of the recording that it is.
    pub pieces: Vec<(String, i64, i64)>,
    /// Stretches that are not what was recorded.
    pub left_out: Vec<(i64, i64)>,
}

/// The originals of a film: what is read is measured against the entries.
pub(super) fn originals(timeline: &Timeline, dir: &Path) -> Vec<ToCopy> {
    let claims = checks::claims(&timeline.entries);
    let of = |row: &crate::video::entities::recording::Model| ToCopy {
        recording: row.id,
        path: file_of(dir, row),
        manifest: claims.closed.get(&row.id).and_then(|claimed| checks::digest(&claimed.manifest_sha256)),
        duration_ms: row.duration_ms,
    };
    timeline.tracks.iter().map(|track| of(&track.recording)).collect()
}

/// Copies what verifies of each.
pub(super) fn copy_all(
    tracks: Vec<ToCopy>,
    shop: &Path,
    stop: &CancellationToken,
) -> io::Result<Vec<CopiedTrack>> {
    let mut all = Vec::with_capacity(tracks.len());
    for (number, track) in tracks.into_iter().enumerate() {
        if stop.is_cancelled() {
            return Err(io::Error::other("it was cancelled"));
        }
        all.push(copy(number, &track, shop)?);
    }
    Ok(all)
}

fn copy(number: usize, track: &ToCopy, shop: &Path) -> io::Result<CopiedTrack> {
    let name = |piece: usize| format!("{number}-{piece}.webm");
    let copied = match (&track.path, &track.manifest) {
        (Some(path), Some(manifest)) => Checked::open(path, manifest)
            .map_err(CopyError::from)
            .and_then(|mut checked| checked.copy(|piece| File::create(shop.join(name(piece))))),
        _ => Ok(Copied::nothing()),
    };
    let copied = match copied {
        Ok(copied) => copied,
        Err(CopyError::Write(error)) => return Err(error),
        Err(CopyError::Fault(fault)) => Copied { fault: Some(fault), ..Copied::nothing() },
    };
    let fault = match (&copied.fault, &track.manifest) {
        (Some(fault), _) => Some(fault.to_string()),
        (None, None) => Some("no entry holds its digest".to_owned()),
        (None, Some(_)) => None,
    };
    if let Some(fault) = &fault {
        tracing::warn!(recording = %track.recording, fault, "not all of a recording is what was recorded");
    }
    let within = |(from, to): (u64, Option<u64>)| {
        let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX).min(track.duration_ms);
        (ms(from), to.map_or(track.duration_ms, ms))
    };
    let piece = |(piece, span): (usize, (u64, Option<u64>))| {
        let (from, to) = within(span);
        (name(piece), from, to)
    };
    Ok(CopiedTrack {
        original: Original {
            recording: track.recording,
            manifest_sha256: track.manifest.map(|digest| hex(&digest)),
            fault,
        },
        pieces: copied.pieces.into_iter().enumerate().map(piece).collect(),
        left_out: copied.left_out.into_iter().map(within).collect(),
    })
}

/// The steps of ffmpeg, and how far they are.
pub(super) struct Steps<'a> {
    shop: &'a Path,
    order: &'a Order,
    settings: &'a CompositeSettings,
    /// In milliseconds: what was done, and what there is to do.
    done: i64,
    all: i64,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        shop: &'a Path,
        duration_ms: i64,
        copied: &[CopiedTrack],
        order: &'a Order,
        settings: &'a CompositeSettings,
    ) -> Self {
        let pieces: i64 = copied.iter().flat_map(|track| &track.pieces).map(|(_, from, to)| to - from).sum();
        Self { shop, order, settings, done: 0, all: (pieces + duration_ms * WEIGHT).max(1) }
    }

    /// Brings a piece's picture to the size of its tile and its sound into one row without holes. Gives the names of
    /// both, where there are any.
    pub(super) async fn prepare(
        &mut self,
        file: &str,
        (from, to): (i64, i64),
        (width, height): (usize, usize),
    ) -> Result<(Option<String>, Option<String>), String> {
        let (has_picture, has_sound) = streams(self.shop, file).await?;
        let from_start = format!("{}.{:03}/TB", from / 1000, from % 1000);
        let (picture, sound) = (format!("{file}.mkv"), format!("{file}.flac"));
        let mut args = of(INPUT);
        args.push(file.to_owned());
        if has_picture {
            let filters = format!(
                "setpts=PTS-{from_start},scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,\
                 pad={width}:{height}:(ow-iw)/2:(oh-ih)/2,setsar=1,format=yuv420p"
            );
            args.extend(of(&["-map", "0:v:0", "-vf", &filters, "-fps_mode", "passthrough"]));
            args.extend(of(&["-enc_time_base", "1:1000", "-c:v", "libx264", "-preset", "ultrafast"]));
            args.extend(of(&["-crf", "18", "-bf", "0", "-threads", "1", &picture]));
        }
        if has_sound {
            let filters = format!(
                "aformat=sample_fmts=s16:sample_rates=48000:channel_layouts=mono,asetpts=PTS-{from_start},\
                 aresample=async=1:first_pts=0"
            );
            args.extend(of(&["-map", "0:a:0", "-af", &filters, "-c:a", "flac", &sound]));
        }
        if !has_picture && !has_sound {
            return Ok((None, None));
        }
        let ended = self.step(args, None, 1).await?;
        self.done += to - from;
        // The header of a recording names both; that nothing came of one shows only here.
        let has_frames = has_picture && ended.frames > 0;
        let has_samples = has_sound && has_audio(&self.shop.join(&sound));
        Ok((has_frames.then_some(picture), has_samples.then_some(sound)))
    }

    /// Makes the film.
    pub(super) async fn film(&mut self, plan: &Plan, face: Face) -> Result<(), String> {
        let film = film::film(plan, face);
        for (name, content) in &film.texts {
            tokio::fs::write(self.shop.join(name), content).await.map_err(|error| error.to_string())?;
        }
        let mut args: Vec<String> =
            film.inputs.iter().flat_map(|file| of(&["-threads", "1", "-i", file])).collect();
        if film.graph.len() < LONGEST_ARGUMENT {
            args.extend(of(&["-filter_complex", &film.graph]));
        } else {
            let file = self.shop.join("graph");
            tokio::fs::write(&file, &film.graph).await.map_err(|error| error.to_string())?;
            args.extend(of(&["-filter_complex_script", "graph"]));
        }
        let length = format!("{}.{:03}", plan.duration_ms / 1000, plan.duration_ms % 1000);
        let (most, buffer) = (PICTURE_BITS.to_string(), (PICTURE_BITS * 2).to_string());
        args.extend(of(&[
            "-map", "[v]", "-map", "[a]", "-t", &length, "-c:v", "libx264", "-preset", "veryfast",
        ]));
        args.extend(of(&["-crf", "23", "-maxrate", &most, "-bufsize", &buffer, "-threads", "1"]));
        args.extend(of(&["-c:a", "aac", "-b:a", "96k", "-f", "nut", "pipe:1"]));
        let through_pipe = self.shop.join(THROUGH_PIPE);
        self.step(args, Some(&through_pipe), WEIGHT).await?;
        self.done += plan.duration_ms * WEIGHT;
        let args = of(&["-i", THROUGH_PIPE, "-c", "copy", "-movflags", "+faststart", WHOLE]);
        self.step(args, None, 0).await.map(drop)
    }

    /// A run whose milliseconds count `weight` times.
    async fn step(
        &mut self,
        args: Vec<String>,
        output: Option<&Path>,
        weight: i64,
    ) -> Result<Progress, String> {
        let (order, settings, done, all) = (self.order, self.settings, self.done, self.all);
        run(Run { dir: self.shop, args, output }, |progress| {
            let percent = (done + progress.at_ms.max(0) * weight) * 100 / all;
            order.percent.store(u8::try_from(percent.clamp(0, 99)).unwrap_or(99), Ordering::Relaxed);
            // What is made here must not take the room of what is recorded.
            match settings.room() {
                Some(room) if room < LEFT_FREE / 2 => Err("the disk is nearly full".to_owned()),
                _ => Ok(()),
            }
        })
        .await
    }
}

/// What comes from people's browsers is read as what we have written, and as nothing else.
const INPUT: &[&str] = &[
    "-copyts",
    "-f",
    "matroska",
    "-protocol_whitelist",
    "file",
    "-codec_whitelist",
    "vp8,opus",
    "-threads",
    "1",
    "-i",
];

fn of(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

/// Whether a file has a picture, and whether it has sound, by its header.
async fn streams(shop: &Path, file: &str) -> Result<(bool, bool), String> {
    let mut command = Command::new("ffprobe");
    command.args(["-v", "error", "-f", "matroska", "-protocol_whitelist", "file"]);
    command.args(["-codec_whitelist", "vp8,opus"]);
    command
        .args(["-show_entries", "stream=codec_type", "-of", "csv=p=0", file])
        .current_dir(shop)
        .env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(|error| format!("ffprobe cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("ffprobe: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let kinds = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((kinds.contains("video"), kinds.contains("audio")))
}

/// A FLAC file without samples is little more than its header, which ends with 8 kB of padding.
fn has_audio(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.len() > 9000)
}
