//! A disk in memory that can be full or slow, and that forgets when the power is cut.

use crate::video::engine::recording::disk::{Disk, Part};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was done to a file.
#[derive(Clone, Debug)]
enum Deed {
    Write(u64, Vec<u8>),
    Cut(u64),
}

#[derive(Debug, Default)]
struct Contents {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// What was done since it was last made durable.
    since: Vec<Deed>,
}

impl Deed {
    fn carry_out(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, written) => {
                let (from, to) = (*offset as usize, *offset as usize + written.len());
                bytes.resize(bytes.len().max(to), 0);
                bytes[from..to].copy_from_slice(written);
            }
            Self::Cut(length) => bytes.resize(*length as usize, 0),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Contents>,
    full: bool,
    /// How long it takes to make something durable, and how long that took since somebody asked.
    sync_ms: u64,
    taken_ms: u64,
}

/// The disk; clones share it.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<State>>);

impl MemoryDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it is from now on.
    pub fn set(&self, full: bool, sync_ms: u64) {
        let mut state = self.state();
        (state.full, state.sync_ms) = (full, sync_ms);
    }

    /// How long whoever wrote since this was last asked has waited.
    pub fn taken_ms(&self) -> u64 {
        std::mem::take(&mut self.state().taken_ms)
    }

    /// The process is killed: what it wrote stays, but for the end of a write that it was at.
    pub fn tear(&self, random: &mut StdRng) {
        for contents in self.state().files.values_mut() {
            if let Some(Deed::Write(offset, written)) = contents.since.last()
                && *offset as usize + written.len() == contents.now.len()
            {
                let kept = contents.now.len() - random.random_range(0..=written.len());
                contents.now.truncate(kept);
            }
        }
    }

    /// The power is cut: of what was not made durable, something is there.
    pub fn cut_power(&self, random: &mut StdRng) {
        for contents in self.state().files.values_mut() {
            contents.now = contents.durable.clone();
            let done = random.random_range(0..=contents.since.len());
            contents.since[..done].iter().for_each(|deed| deed.carry_out(&mut contents.now));
        }
    }

    /// Puts its files where they can be opened.
    pub fn pour_out(&self) {
        for (path, contents) in &self.state().files {
            std::fs::write(path, &contents.now).unwrap();
        }
    }
}

struct MemoryPart(MemoryDisk, PathBuf);

impl MemoryPart {
    fn with<T>(&self, change: impl FnOnce(&mut Contents, &mut u64, u64) -> T) -> io::Result<T> {
        let mut state = self.0.state();
        let State { files, sync_ms, taken_ms, .. } = &mut *state;
        let contents = files.get_mut(&self.1).ok_or(io::ErrorKind::NotFound)?;
        Ok(change(contents, taken_ms, *sync_ms))
    }

    fn deed(&self, deed: Deed) -> io::Result<()> {
        self.with(|contents, _, _| {
            deed.carry_out(&mut contents.now);
            contents.since.push(deed);
        })
    }
}

impl Part for MemoryPart {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let length = self.with(|contents, _, _| contents.now.len())?;
        let full = self.0.state().full;
        if full && offset as usize + bytes.len() > length {
            // The last block has room for some of it, as on a real disk.
            self.deed(Deed::Write(offset, bytes[..bytes.len() / 3].to_vec()))?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.deed(Deed::Write(offset, bytes.to_vec()))
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.deed(Deed::Cut(length))
    }

    fn sync(&mut self) -> io::Result<()> {
        self.with(|contents, taken_ms, sync_ms| {
            contents.durable = contents.now.clone();
            contents.since.clear();
            *taken_ms += sync_ms;
        })
    }
}

impl Disk for MemoryDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Part>> {
        let mut state = self.state();
        if state.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let before = state.files.insert(path.to_owned(), Contents::default());
        assert!(before.is_none(), "{} is made twice", path.display());
        drop(state);
        Ok(Box::new(MemoryPart(self.clone(), path.to_owned())))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.state().files.remove(path).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_names(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}
