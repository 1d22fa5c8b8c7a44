//! Keys under which values are kept encrypted at rest. The newest encrypts, older ones decrypt.
//!
//! The first one is made of the main key, so that a keyring of before has it; each rotation adds a line
//! `ID KEY` to the file. An id gives nothing away, and stands beside every value. A running program looks whether the
//! file was changed, so that a rotation or a copied keyring needs no start anew.

use crate::base::hex::hex;
use crate::base::ids;
use crate::base::keyring::{self, Keyring, KeyringError, key_of, parse};
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// Why a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the keyring has no key {0}")]
    NoKey(String),
    #[error("it was changed, or belongs elsewhere")]
    Broken,
}

#[derive(Clone)]
struct DataKey {
    id: String,
    key: [u8; 32],
}

impl DataKey {
    fn new(key: [u8; 32]) -> Self {
        let id = hex(&keyring::hmac(&key, b"id")[..4]);
        Self { id, key }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }
}

/// The data keys of a keyring, oldest first, and the file that they are of.
pub(super) struct DataKeys {
    path: PathBuf,
    known: Mutex<Known>,
}

struct Known {
    keys: Vec<DataKey>,
    /// Of the file when it was read.
    stamp: Option<(SystemTime, u64)>,
}

impl DataKeys {
    pub fn first_of(main: &[u8; 32], path: PathBuf) -> Self {
        let first = DataKey::new(keyring::hmac(main, b"data key"));
        let stamp = stamp(&path);
        Self { path, known: Mutex::new(Known { keys: vec![first], stamp }) }
    }

    /// With the further lines of a file; none if one of them is no key.
    pub fn and<'a>(self, lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        for line in lines {
            let (id, key) = line.split_once(' ')?;
            let key = DataKey::new(key_of(key)?);
            (key.id == id).then(|| self.lock().keys.push(key))?;
        }
        Some(self)
    }

    /// The keys that the file has now; what cannot be read leaves those that are known.
    fn now(&self) -> MutexGuard<'_, Known> {
        let mut known = self.lock();
        let stamp = stamp(&self.path);
        if stamp.is_some() && stamp != known.stamp {
            let read = fs::read_to_string(&self.path).ok().and_then(|text| parse(&text, &self.path));
            // Another office's keyring would not have the first one.
            let read = read.map(|(_, keys)| keys.lock().keys.clone());
            match read.filter(|keys| keys.first().map(|key| &key.id) == known.keys.first().map(|key| &key.id))
            {
                Some(keys) => known.keys = keys,
                None => tracing::error!(alarm = "keys", "the keyring was changed, and cannot be used"),
            }
            known.stamp = stamp;
        }
        known
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

impl Keyring {
    /// The ids of the data keys, the newest last.
    pub fn data_keys(&self) -> Vec<String> {
        self.data.now().keys.iter().map(|key| key.id.clone()).collect()
    }

    /// The key that encrypts.
    pub fn newest_data_key(&self) -> String {
        self.newest().id
    }

    fn newest(&self) -> DataKey {
        self.data.now().keys.last().cloned().expect("a keyring has the data key of its main key")
    }

    /// Encrypts a value bound to `context`, with the id of the key that opens it.
    pub fn encrypt(&self, context: &[u8], plain: &[u8]) -> (String, Vec<u8>) {
        let key = self.newest();
        let nonce = ids::random_bytes::<24>();
        let sealed = key
            .cipher()
            .encrypt(&nonce.into(), Payload { msg: plain, aad: context })
            .expect("only texts of many gigabytes cannot be sealed");
        (key.id, [nonce.as_slice(), &sealed].concat())
    }

    /// What [`Self::encrypt`] made.
    pub fn decrypt(&self, id: &str, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let key = self.data.now().keys.iter().find(|key| key.id == id).cloned();
        let key = key.ok_or_else(|| Unreadable::NoKey(id.chars().take(16).collect()))?;
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or(Unreadable::Broken)?;
        key.cipher()
            .decrypt(&(*nonce).into(), Payload { msg: sealed, aad: context })
            .map_err(|_| Unreadable::Broken)
    }

    /// Adds a data key to the keyring of a data directory, durably, and gives its id.
    pub fn rotate(data_dir: &Path) -> Result<String, KeyringError> {
        let key = DataKey::new(ids::random_bytes());
        let line = format!("{} {}", key.id, STANDARD.encode(key.key));
        rewrite(data_dir, |lines| lines.push(line))?;
        Ok(key.id)
    }

    /// Takes a data key out of the keyring of a data directory, durably. The one that is made of the main key has no line,
    /// and stays.
    pub fn forget(data_dir: &Path, id: &str) -> Result<(), KeyringError> {
        rewrite(data_dir, |lines| {
            let mut number = 0;
            lines.retain(|line| {
                number += 1;
                number == 1 || line.split_once(' ').is_none_or(|(of, _)| of != id)
            });
        })
    }
}

/// Writes the lines of a keyring anew, with a change; what of it is there is whole at any moment.
fn rewrite(data_dir: &Path, change: impl FnOnce(&mut Vec<String>)) -> Result<(), KeyringError> {
    let path = Keyring::path(data_dir);
    Keyring::read(data_dir)?.ok_or_else(|| KeyringError::Broken(path.clone()))?;
    let aside = data_dir.join("keyring.rotating");
    let write = || {
        // Whoever has the file is the one who changes it: of two, one would lose the other's key.
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        let text = fs::read_to_string(&path)?;
        let mut lines: Vec<String> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        change(&mut lines);
        writeln!(file, "{}", lines.join("\n"))?;
        file.sync_all()?;
        fs::rename(&aside, &path)?;
        File::open(data_dir)?.sync_all()
    };
    write().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeyringError::Rotating(aside.clone()),
        _ => KeyringError::File { path: path.clone(), error },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;

    #[test]
    fn the_newest_key_encrypts_and_older_ones_decrypt() {
        let dir = std::env::temp_dir().join(format!("mianqia-keys-{}", ids::new_id(Clock::system().now())));
        fs::create_dir(&dir).unwrap();
        let keyring = Keyring::make(&dir).unwrap();
        Keyring::settle(&dir).unwrap();
        let print = keyring.fingerprint();
        let (first, old) = keyring.encrypt(b"row 1", b"yellow fever");
        assert_eq!(keyring.data_keys(), std::slice::from_ref(&first));
        let second = Keyring::rotate(&dir).unwrap();
        // The one that was open hears of it, and so does one that is opened now.
        let opened = Keyring::read(&dir).unwrap().unwrap();
        assert_eq!(opened.fingerprint(), print, "it is the keyring of the same office");
        for keyring in [&keyring, &opened] {
            assert_eq!(keyring.data_keys(), [first.clone(), second.clone()]);
            assert_eq!(keyring.decrypt(&first, b"row 1", &old).unwrap(), b"yellow fever");
            let (id, new) = keyring.encrypt(b"row 1", b"polio");
            assert_eq!((&id, keyring.newest_data_key()), (&second, second.clone()));
            assert_eq!(keyring.decrypt(&id, b"row 2", &new), Err(Unreadable::Broken));
            assert_eq!(keyring.decrypt(&first, b"row 1", &new), Err(Unreadable::Broken));
            assert_eq!(
                keyring.decrypt("00000000", b"row 1", &new),
                Err(Unreadable::NoKey("00000000".into()))
            );
            assert_eq!(keyring.decrypt(&id, b"row 1", &new[..20]), Err(Unreadable::Broken));
        }
        // What is forgotten opens nothing any more; the first one is made of the main key, and cannot be taken out.
        let (_, sealed) = opened.encrypt(b"row 1", b"polio");
        let third = Keyring::rotate(&dir).unwrap();
        for id in [&second, &first, &"00000000".to_owned()] {
            Keyring::forget(&dir, id).unwrap();
        }
        assert_eq!(Keyring::read(&dir).unwrap().unwrap().fingerprint(), print);
        for keyring in [&keyring, &Keyring::read(&dir).unwrap().unwrap()] {
            assert_eq!(keyring.data_keys(), [first.clone(), third.clone()]);
            assert_eq!(keyring.decrypt(&first, b"row 1", &old).unwrap(), b"yellow fever");
            assert_eq!(keyring.decrypt(&second, b"row 1", &sealed), Err(Unreadable::NoKey(second.clone())));
        }
        fs::write(dir.join("keyring.rotating"), "").unwrap();
        for refused in [Keyring::rotate(&dir).map(drop), Keyring::forget(&dir, &third)] {
            assert!(matches!(refused, Err(KeyringError::Rotating(_))));
        }
        // A line that is no key is told, and not taken for one less.
        let path = Keyring::path(&dir);
        fs::write(&path, format!("{}\nabcd", fs::read_to_string(&path).unwrap())).unwrap();
        assert!(matches!(Keyring::read(&dir), Err(KeyringError::Broken(_))));
        fs::remove_dir_all(&dir).unwrap();
    }
}
