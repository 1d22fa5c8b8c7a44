//! The making of films: what is at hand, how each is begun, ended and kept, and what is removed after its time. What is done
//! to the files is in `workshop`.

use super::composites::{digest, settle};
use super::workshop::{self, CopiedTrack, Steps};
use super::{Review, plan};
use crate::base::hex::hex;
use crate::booking::model::display_reference;
use crate::db::jobs::{Claim, NotDone};
use crate::evidence::{self, NewEntry};
use crate::http::Problem;
use crate::review::jobs::MOST_ATTEMPTS;
use crate::review::log::{Original, ReviewEntry};
use crate::review::model;
use crate::review::model::film::{self, Face, Piece, Plan};
use crate::review::store::composites;
use crate::review::store::entities::composite::{self, CompositeState};
use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Fonts with Chinese characters where packages put them, by the family that fontconfig knows them as.
const FONTS: [(&str, &str); 5] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "WenQuanYi Micro Hei"),
];
/// What a font of the settings is called in the workshop.
const OWN_FONT: &str = "font";

/// What is needed beside ourselves.
#[derive(Debug)]
pub(super) struct Tools {
    pub face: Face,
}

impl Tools {
    /// What is there; none: something is missing.
    pub(super) fn find(own_font: Option<&Path>) -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let is_there = |name: &str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
        if !["ffmpeg", "ffprobe", "nice"].into_iter().all(is_there) {
            return None;
        }
        let face = match own_font {
            Some(font) => font.is_file().then_some(Face::File(OWN_FONT))?,
            None => {
                let found = FONTS.iter().find(|(path, _)| Path::new(path).is_file());
                Face::Family(found.map(|(_, family)| *family)?)
            }
        };
        Some(Self { face })
    }
}

/// Films that are being made in this process.
#[derive(Debug, Default)]
pub(super) struct Making {
    at_hand: Mutex<HashMap<Uuid, Arc<Order>>>,
    /// The program is on its way out.
    stopping: CancellationToken,
}

/// A film that is being made.
#[derive(Debug)]
pub(super) struct Order {
    pub percent: AtomicU8,
    pub stop: CancellationToken,
}

impl Making {
    fn locked(&self) -> MutexGuard<'_, HashMap<Uuid, Arc<Order>>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn percent(&self, id: Uuid) -> Option<u8> {
        self.locked().get(&id).map(|order| order.percent.load(Ordering::Relaxed))
    }

    /// Ends the making of one, if it is at hand.
    pub(super) fn stop(&self, id: Uuid) {
        if let Some(order) = self.locked().get(&id) {
            order.stop.cancel();
        }
    }

    fn begin(&self, id: Uuid) -> AtHand<'_> {
        let order = Arc::new(Order { percent: AtomicU8::new(0), stop: self.stopping.child_token() });
        self.locked().insert(id, Arc::clone(&order));
        AtHand { of: self, id, order }
    }
}

/// An order for as long as this lives; whatever is being done for it ends with it.
struct AtHand<'a> {
    of: &'a Making,
    id: Uuid,
    order: Arc<Order>,
}

impl Drop for AtHand<'_> {
    fn drop(&mut self) {
        self.order.stop.cancel();
        self.of.locked().remove(&self.id);
    }
}

/// A film that is done, beside what it was made of.
struct Made {
    duration_ms: i64,
    bytes: i64,
    sha256: [u8; 32],
    originals: Vec<Original>,
}

impl Review {
    /// Ends what is being made, because the program stops: it is made anew after the next start.
    pub fn stop_making(&self) {
        self.0.making.stopping.cancel();
    }

    /// Makes a film that was asked for.
    pub(in crate::review) async fn make_composite(&self, id: Uuid, claim: &Claim) -> Result<(), NotDone> {
        let settings = &self.0.composites;
        let row = composites::composite(self.0.db.reader(), id).await?;
        let Some(row) = row.filter(|row| row.state == CompositeState::Asked) else { return Ok(()) };
        if row.node_id != Some(settings.node) {
            // The recordings lie on another node, which finds the job when this one lets it go.
            return Err(NotDone::NotBefore(self.0.clock.now() + chrono::TimeDelta::seconds(5)));
        }
        let outcome = match claim.attempt > MOST_ATTEMPTS {
            true => Err("the program ended over it each time".to_owned()),
            false => {
                let order = self.0.making.begin(id);
                tokio::select! {
                    made = self.build(&row, &order.order) => made,
                    () = order.order.stop.cancelled() => {
                        drop(order);
                        remove(&settings.workshop(id));
                        return match self.0.making.stopping.is_cancelled() {
                            true => Err(NotDone::NotBefore(self.0.clock.now())),
                            false => Ok(()),
                        };
                    }
                }
            }
        };
        remove(&settings.workshop(id));
        match outcome {
            Ok(made) => self.keep(row, made, claim).await,
            Err(error) if claim.attempt < MOST_ATTEMPTS => Err(NotDone::Failed(error)),
            Err(error) => self.give_up(row, &error, claim).await,
        }
    }

    async fn keep(&self, row: composite::Model, made: Made, claim: &Claim) -> Result<(), NotDone> {
        let (_, booking) = self.find(row.session_id).await.map_err(failed)?;
        let (id, now, case, claim) = (row.id, self.0.clock.now(), booking.id, claim.clone());
        let what = ReviewEntry::CompositeMade {
            composite: id,
            session: row.session_id,
            sha256: hex(&made.sha256),
            bytes: made.bytes,
            originals: made.originals,
        };
        let row = composite::Model {
            made_at: Some(now),
            duration_ms: Some(made.duration_ms),
            bytes: Some(made.bytes),
            sha256: Some(made.sha256.to_vec()),
            ..row
        };
        let write = self.0.db.write(move |tx| {
            let (row, claim, what) = (row.clone(), claim.clone(), what.clone());
            Box::pin(async move {
                let stands = composites::lock(tx.conn(), id).await?;
                claim.done(tx, now).await?;
                if stands.is_none_or(|row| row.state != CompositeState::Asked) {
                    return Ok(false);
                }
                let entry = NewEntry::new(case, &what, evidence::Actor::PROGRAM, now);
                settle(tx, row, CompositeState::Made, entry).await?;
                Ok::<_, Problem>(true)
            })
        });
        // Cancelled in the last moment.
        if !write.await.map_err(failed)? {
            remove(&self.0.composites.file(id));
        }
        Ok(())
    }

    async fn give_up(&self, row: composite::Model, error: &str, claim: &Claim) -> Result<(), NotDone> {
        let (_, booking) = self.find(row.session_id).await.map_err(failed)?;
        tracing::error!(composite = %row.id, error, "a film of recordings could not be made");
        let (now, case, claim, error) = (self.0.clock.now(), booking.id, claim.clone(), error.to_owned());
        let what = ReviewEntry::CompositeFailed { composite: row.id, session: row.session_id };
        let write = self.0.db.write(move |tx| {
            let (claim, what, error) = (claim.clone(), what.clone(), error.clone());
            Box::pin(async move {
                let stands = composites::lock(tx.conn(), row.id).await?;
                claim.give_up(tx, &error).await?;
                if let Some(row) = stands.filter(|row| row.state == CompositeState::Asked) {
                    let entry = NewEntry::new(case, &what, evidence::Actor::PROGRAM, now);
                    settle(tx, row, CompositeState::Failed, entry).await?;
                }
                Ok::<_, Problem>(())
            })
        });
        write.await.map_err(failed)
    }

    /// The film's file, whole and in its place.
    async fn build(&self, row: &composite::Model, order: &Order) -> Result<Made, String> {
        let settings = self.0.composites.clone();
        let tools = Tools::find(settings.font.as_deref()).ok_or("ffmpeg or a font is missing")?;
        let (session, booking) = self.find(row.session_id).await.map_err(code)?;
        let service = self.0.directory.service(booking.service_id).await.map_err(text)?;
        let zone = service.map_or(chrono_tz::UTC, |service| service.zone);
        let timeline = self.timeline(&session, &booking, row.asked_at).await.map_err(code)?;
        let shop = settings.workshop(row.id);
        open_workshop(&shop, settings.font.as_deref()).map_err(text)?;

        let recordings = self.0.data_dir.recordings.clone();
        let tracks = workshop::originals(&timeline, &recordings);
        let (into, stop) = (shop.clone(), order.stop.clone());
        let copying = tokio::task::spawn_blocking(move || workshop::copy_all(tracks, &into, &stop));
        let copied = copying.await.map_err(text)?.map_err(text)?;
        let (tiles, tile_of) = plan::tiles(&timeline.tracks, row.language);
        let mut plan = Plan {
            duration_ms: timeline.duration_ms.max(1000),
            pieces: Vec::new(),
            cards: plan::cards(&timeline, &tile_of, &copied, row.language),
            clock: film::clock(timeline.starts_at, timeline.duration_ms, zone),
            words: plan::words_of(&display_reference(&booking.reference), row.language),
            tiles,
        };
        let making = async {
            let mut steps = Steps::new(&shop, plan.duration_ms, &copied, order, &settings);
            let size = film::tile_size(plan.tiles.len());
            for (track, copy) in timeline.tracks.iter().zip(&copied) {
                for (file, from, to) in &copy.pieces {
                    let (picture, sound) = steps.prepare(file, (*from, *to), size).await?;
                    plan.pieces.push(Piece {
                        tile: plan::tile(&tile_of, track),
                        from_ms: track.offset_ms + from,
                        to_ms: track.offset_ms + to,
                        picture,
                        sound,
                    });
                }
            }
            steps.film(&plan, tools.face).await
        };
        let longest = film::longest(timeline.duration_ms).to_std().map_err(text)?;
        tokio::time::timeout(longest, making).await.map_err(|_| "it took too long".to_owned())??;
        let duration_ms = plan.duration_ms;
        let (from, to) = (shop.join(workshop::WHOLE), settings.file(row.id));
        let put = tokio::task::spawn_blocking(move || put_in_place(&from, &to));
        let (sha256, bytes) = put.await.map_err(text)?.map_err(text)?;
        let originals = copied.into_iter().map(|CopiedTrack { original, .. }| original).collect();
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        Ok(Made { duration_ms, bytes, sha256, originals })
    }

    /// Removes films whose time is over, and what was left behind of those that came to nothing. Each node does it for
    /// its own folder.
    pub async fn sweep_composites(&self) -> Result<(), Problem> {
        let now = self.0.clock.now();
        let dir = self.0.composites.dir.clone();
        let names = tokio::task::spawn_blocking(move || names_in(&dir)).await.unwrap_or_default();
        for (path, id) in names {
            let row = composites::composite(self.0.db.reader(), id).await?;
            let is_work = path.extension().is_some_and(|extension| extension == "work");
            match row {
                Some(row) if row.state == CompositeState::Asked => continue,
                Some(row) if row.state == CompositeState::Made && !is_work => {
                    if row.made_at.is_some_and(|at| now < at + model::COMPOSITE_KEPT_FOR) {
                        continue;
                    }
                    self.note_removal(row).await?;
                }
                _ => {}
            }
            remove(&path);
        }
        Ok(())
    }

    async fn note_removal(&self, row: composite::Model) -> Result<(), Problem> {
        let (_, booking) = self.find(row.session_id).await?;
        let (id, now, case) = (row.id, self.0.clock.now(), booking.id);
        let what = ReviewEntry::CompositeRemoved { composite: id, session: row.session_id };
        let write = self.0.db.write(move |tx| {
            let what = what.clone();
            Box::pin(async move {
                let row = composites::lock(tx.conn(), id).await?;
                if let Some(row) = row.filter(|row| row.state == CompositeState::Made) {
                    let entry = NewEntry::new(case, &what, evidence::Actor::PROGRAM, now);
                    settle(tx, row, CompositeState::Removed, entry).await?;
                }
                Ok::<_, Problem>(())
            })
        });
        write.await
    }
}

fn failed(problem: Problem) -> NotDone {
    NotDone::Failed(code(problem))
}

fn code(problem: Problem) -> String {
    problem.code.to_owned()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The files and folders of films, each with whose it is.
fn names_in(dir: &Path) -> Vec<(PathBuf, Uuid)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let of = |path: PathBuf| {
        let id = path.file_stem()?.to_str()?.parse().ok()?;
        Some((path, id))
    };
    entries.filter_map(|entry| of(entry.path())).collect()
}

/// Takes a film or its workshop away, if it is there.
fn remove(path: &Path) {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    if let Err(error) = gone
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "what was made of recordings could not be removed");
    }
}

fn open_workshop(shop: &Path, font: Option<&Path>) -> io::Result<()> {
    remove(shop);
    DirBuilder::new().recursive(true).mode(0o700).create(shop)?;
    match font {
        Some(font) => std::os::unix::fs::symlink(fs::canonicalize(font)?, shop.join(OWN_FONT)),
        None => Ok(()),
    }
}

fn put_in_place(from: &Path, to: &Path) -> io::Result<([u8; 32], u64)> {
    let mut file = File::open(from)?;
    let found = digest(&mut file)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.sync_all()?;
    fs::rename(from, to)?;
    Ok(found)
}
