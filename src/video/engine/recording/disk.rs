//! Where recordings are written: a thin layer over files, so that tests can let writing fail.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

/// A file that grows.
pub trait Part: Send {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts it to `length` bytes.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// Waits until what was written is durable.
    fn sync(&mut self) -> io::Result<()>;
}

impl Part for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A directory of files.
pub trait Disk: Send + Sync {
    /// Makes a file that does not exist yet.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Part>>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until the names in the directory of `path` are durable.
    fn sync_names(&self, path: &Path) -> io::Result<()>;
}

/// The files of the machine.
#[derive(Debug)]
pub struct Files;

impl Disk for Files {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Part>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Box::new(file))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_names(&self, path: &Path) -> io::Result<()> {
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }
}

/// A file written from its start to its end: what fails half-way is taken back.
pub(super) struct Growing {
    part: Box<dyn Part>,
    /// The end of what is whole.
    length: u64,
    /// Something unwanted may lie behind the end.
    torn: bool,
}

impl Growing {
    pub fn new(part: Box<dyn Part>, length: u64) -> Self {
        Self { part, length, torn: false }
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Writes `bytes` at the end and says where they begin. After a failure the file is as before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        if self.torn {
            self.part.cut(self.length)?;
            self.torn = false;
        }
        let offset = self.length;
        if let Err(error) = self.part.write_at(offset, bytes) {
            self.take_back(offset);
            return Err(error);
        }
        self.length += bytes.len() as u64;
        Ok(offset)
    }

    /// Forgets what was written behind `length`.
    pub fn take_back(&mut self, length: u64) {
        self.length = length;
        // What cannot be cut now is cut before the next write.
        self.torn = self.part.cut(length).is_err();
    }

    pub fn sync(&mut self) -> io::Result<()> {
        self.part.sync()
    }

    /// Writes over what is there.
    pub fn overwrite(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.part.write_at(offset, bytes)
    }
}
