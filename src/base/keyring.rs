//! The program's secret keys: one file in the data directory, made at first start, mode 0600.
//!
//! Nobody else sees a key; callers get message authentication codes for a named purpose. The first line is the key
//! that makes the keyring what it is, each further line a data key (`data_keys`), added when keys are rotated. Each file that is kept encrypted has a key of its
//! own, wrapped under a data key (`file_keys`).

mod data_keys;
mod file_keys;

pub use data_keys::Unreadable;
pub use file_keys::{FileKey, WrappedKey};

use crate::base::ids;
use crate::base::keyring::data_keys::DataKeys;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Payload};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The keys. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    main: Arc<[u8; 32]>,
    data: Arc<DataKeys>,
}

/// Why a keyring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error(
        "{} can be read or changed by others (mode {mode:04o}). Whoever read it can sign in the name of this \
         service. If nobody has: chmod 600 {}", .path.display(), .path.display()
    )]
    Loose { path: PathBuf, mode: u32 },
    #[error("{} does not hold a key; put the keyring back from your backup", .0.display())]
    Broken(PathBuf),
    #[error("{}: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error(
        "{} is there: the keyring is being changed at this moment, or a change was cut off before it counted. In the \
         second case remove the file and try again", .0.display()
    )]
    Rotating(PathBuf),
}

impl Keyring {
    fn new(main: [u8; 32], data: DataKeys) -> Self {
        Self { main: Arc::new(main), data: Arc::new(data) }
    }

    /// Where the keyring of a data directory lies.
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("keyring")
    }

    /// A keyring that is being made has not got its name yet: only the store, which is told of it first,
    /// makes it valid.
    fn pending_path(data_dir: &Path) -> PathBuf {
        data_dir.join("keyring.new")
    }

    /// The keyring of a data directory, if there is one.
    pub fn read(data_dir: &Path) -> Result<Option<Self>, KeyringError> {
        read(&Self::path(data_dir))
    }

    /// One whose making was cut off.
    pub fn read_pending(data_dir: &Path) -> Result<Option<Self>, KeyringError> {
        read(&Self::pending_path(data_dir))
    }

    /// Makes a new keyring, durable but without its name; [`Keyring::settle`] gives it that.
    pub fn make(data_dir: &Path) -> Result<Self, KeyringError> {
        let path = Self::pending_path(data_dir);
        let key = ids::random_bytes::<32>();
        let write = || {
            let _ = fs::remove_file(&path); // what an earlier start left, cut off before it counted
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            writeln!(file, "{}", STANDARD.encode(key))?;
            file.sync_all()?;
            File::open(data_dir)?.sync_all()
        };
        write().map_err(|error| KeyringError::File { path: path.clone(), error })?;
        Ok(Self::new(key, DataKeys::first_of(&key, Self::path(data_dir))))
    }

    /// Gives a keyring that was made its name, for good.
    pub fn settle(data_dir: &Path) -> Result<(), KeyringError> {
        let path = Self::path(data_dir);
        fs::rename(Self::pending_path(data_dir), &path)
            .and_then(|()| File::open(data_dir)?.sync_all())
            .map_err(|error| KeyringError::File { path, error })
    }

    /// What tells this keyring from others and gives nothing away.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.mac("fingerprint", b"mianqia keyring")
    }

    /// Seals `plain` for `purpose`, bound to `context`: it opens only under the same key, purpose and context.
    pub fn seal(&self, purpose: &str, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce = ids::random_bytes::<24>();
        let sealed = self
            .cipher(purpose)
            .encrypt(&nonce.into(), Payload { msg: plain, aad: context })
            .expect("only texts of many gigabytes cannot be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// What [`Self::seal`] made; `None` for anything else.
    pub fn unseal(&self, purpose: &str, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        self.cipher(purpose).decrypt(&(*nonce).into(), Payload { msg: sealed, aad: context }).ok()
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.mac("seal", purpose.as_bytes()).into())
    }

    /// HMAC-SHA-256 of `message` under the key of `purpose`.
    pub fn mac(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let key = hmac(self.main.as_slice(), purpose.as_bytes());
        hmac(&key, message)
    }
}

fn read(path: &Path) -> Result<Option<Keyring>, KeyringError> {
    let failed = |error| KeyringError::File { path: path.to_owned(), error };
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::Loose { path: path.to_owned(), mode });
    }
    let (key, data) = parse(&text, path).ok_or_else(|| KeyringError::Broken(path.to_owned()))?;
    Ok(Some(Keyring::new(key, data)))
}

/// The keys that a file holds.
fn parse(text: &str, path: &Path) -> Option<([u8; 32], DataKeys)> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let key = key_of(lines.next()?)?;
    Some((key, DataKeys::first_of(&key, path.to_owned()).and(lines)?))
}

fn key_of(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let keyring = Keyring::new([7; 32], DataKeys::first_of(&[7; 32], "nowhere".into()));
        let sealed = keyring.seal("a", b"row 1", "张三 15400000001".as_bytes());
        assert_eq!(keyring.unseal("a", b"row 1", &sealed).unwrap(), "张三 15400000001".as_bytes());
        assert_ne!(
            sealed,
            keyring.seal("a", b"row 1", "张三 15400000001".as_bytes()),
            "never twice the same"
        );
        assert!(keyring.unseal("b", b"row 1", &sealed).is_none());
        assert!(keyring.unseal("a", b"row 2", &sealed).is_none());
        let other = Keyring::new([8; 32], DataKeys::first_of(&[8; 32], "nowhere".into()));
        assert!(other.unseal("a", b"row 1", &sealed).is_none());
        for cut in [0, 10, 24, sealed.len() - 1] {
            assert!(keyring.unseal("a", b"row 1", &sealed[..cut]).is_none());
        }
        let mut changed = sealed;
        changed[30] ^= 1;
        assert!(keyring.unseal("a", b"row 1", &changed).is_none());
    }
}
